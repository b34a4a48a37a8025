"""What every answer carries, and what is refused before anybody looks at it: hosts, sizes, faults; on the real page."""

import base64
import json

import pytest
from account_cases import CAFE, HOUR, NOON
from fastapi.testclient import TestClient
from page_people import AS_A_PERSON, HOST, SCRIPT, routes_of, sign_in, token_of, world
from starlette.websockets import WebSocketDisconnect

from resources.review.database import StoreUnreachable
from resources.review.external.deliveries import Deliveries
from resources.review.external.settings import TaskPlatform
from resources.review.external.signing import sign
from resources.review.external.webhook import Hooks, router
from resources.review.page.app import create_app
from resources.review.page.guard import HEADERS
from resources.review.page.security import ROUTES, PageSettings


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return world(tmp_path_factory.mktemp("page"))


def answers_of_all_kinds(page):
    ana, nobody = page.entered("Ana"), page.client()
    yield 200, ana.get("/")
    yield 200, ana.get("/api/tasks/next", headers=SCRIPT)
    yield 200, nobody.get("/static/page.css")
    yield 200, nobody.get("/sign-in")
    yield 303, nobody.get("/")
    yield 401, nobody.get("/", headers=SCRIPT)
    yield 403, ana.get("/accounts")
    yield 404, ana.get("/nowhere")
    yield 404, nobody.get("/static/nothing.css")
    yield 405, ana.delete("/")
    yield 413, ana.post("/undo", content=b"x" * 1_000_001)
    yield 422, ana.post("/api/tasks/x", json=[], headers={"x-csrf-token": token_of(ana), **SCRIPT})
    yield 400, ana.get("/", headers={"host": "evil.example"})


def test_headers_stand_on_every_answer(page):
    for status, answer in answers_of_all_kinds(page):
        assert answer.status_code == status, answer.url
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.url
        assert "server" not in answer.headers
        if "/static/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store", answer.url


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline():
    said = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
    assert said == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
        "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
    }  # fmt: skip


def test_a_fault_of_a_route_has_the_headers_and_tells_nothing(tmp_path):
    broken = world(tmp_path)
    broken.app.state.queue = None
    client = broken.entered("Ana", raise_server_exceptions=False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert answer.text == "Something is wrong here, and nobody knows whether it was saved."
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]


def test_a_store_that_does_not_answer_is_told(page, monkeypatch):
    def gone(*_):
        raise StoreUnreachable("The review store does not answer. Is it up?")

    client = page.entered("Ana")
    monkeypatch.setattr(page.accounts, "signed_in", gone)
    answer = client.get("/", headers=SCRIPT)
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "", "testserver@evil.example", "a b"])
def test_other_names_of_the_host_are_refused(page, host):
    assert page.client().get("/sign-in", headers={"host": host}).status_code == 400


def test_the_names_of_the_host_are_said():
    for hosts in ((), ("*",)):
        with pytest.raises(ValueError, match="hosts"):
            PageSettings(hosts=hosts)


def test_a_body_is_bounded_whether_or_not_its_length_is_said(page):
    client = page.entered("Ana")
    token = {"x-csrf-token": token_of(client)}
    within = client.post("/undo", content=b"x" * 1_000_000, headers=token)
    chunks = client.post("/undo", content=(b"x" * 100_000 for _ in range(11)), headers=token)
    public = page.client().post("/sign-in", content=b"x" * 1_000_001)
    odd = client.post("/undo", content=b"", headers={**token, "content-length": "9" * 5_000})
    assert [each.status_code for each in (within, chunks, public, odd)] == [200, 413, 413, 413]


def test_web_sockets_are_refused(page):
    with pytest.raises(WebSocketDisconnect), page.entered("Ada").websocket_connect(f"ws://{HOST}/"):
        pass


@pytest.mark.parametrize(("proxies", "counted"), [((), CAFE), ((CAFE,), "192.0.2.5")])
def test_who_says_where_a_request_comes_from_is_believed_only_from_a_proxy(tmp_path, proxies, counted):
    behind = world(tmp_path, settings=PageSettings(hosts=(HOST,), proxies=proxies))
    client = behind.client(client=(CAFE, 4711))
    client.headers |= {"x-forwarded-for": "192.0.2.99, 192.0.2.5", "x-forwarded-proto": "http"}
    assert sign_in(client, "Ana", "wrong and wrong").status_code == 401
    assert behind.accounts.log.entries()[0].address == counted


def test_a_script_is_told_in_json_and_a_person_in_a_page(page):
    told = page.client().get("/api/tasks/next", headers=SCRIPT)
    assert told.json() == {"detail": "You are signed out, and nothing was saved. Sign in again."}
    seen = page.entered("Ana").get("/accounts", headers=AS_A_PERSON)
    assert seen.headers["content-type"].startswith("text/html")
    assert "This is for: admin." in seen.text


def test_deliveries_of_platforms_pass_the_guards_and_stand_on_their_signature(tmp_path, monkeypatch):
    """They come from no browser: no origin, no session, no token of a form; what is not signed changes nothing."""
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("CROWD_SECRET", secret)
    page = world(tmp_path)
    hooks = Hooks((TaskPlatform("crowd", "CROWD_SECRET"),), now=page.clock)
    routers = [router(page.store, Deliveries(page.store.database), hooks)]
    app = create_app(page.queue, page.accounts, page=PageSettings(hosts=(HOST,)), clock=page.clock, routers=routers)
    assert routes_of(app) < set(ROUTES)
    platform = TestClient(app, base_url=f"http://{HOST}")
    decision = {"question_id": "q0", "decision": "accept", "annotator": "ana"}
    body = json.dumps({"type": "decisions", "timestamp": NOON.isoformat(), "data": {"decisions": [decision]}}).encode()
    signed, altered = sign(secret, "msg_1", page.clock(), body), body.replace(b"accept", b"reject")

    def sent(content, headers=None):
        return platform.post("/hooks/crowd", content=content, headers=headers)

    assert [sent(body).status_code, sent(altered, signed).status_code, sent(b"x" * 1_000_001, signed).status_code] == [
        401, 401, 413,
    ]  # fmt: skip
    assert page.store.history().is_empty()
    taken = sent(body, signed)
    assert (taken.status_code, taken.json()["counts"]["recorded"]) == (200, 1)
    assert sent(body, signed).json()["repeated"]
    page.clock.now += HOUR
    assert sent(body, signed).status_code == 401
    assert page.store.history()["annotator"].to_list() == ["crowd:ana"]
