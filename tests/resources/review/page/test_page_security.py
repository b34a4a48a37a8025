"""What stands before every route: the table of who may, tokens and origins, headers, hosts, sizes; on the real page."""

import re
from pathlib import Path

import pytest
from account_cases import GOOD, PEOPLE
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from page_people import HOST, SCRIPT, routes_of, token_of, world
from starlette.routing import compile_path

from resources.review.page.security import ROUTES, SESSION, PageSettings, require, secure
from resources.review_page import application

REPOSITORY = Path(__file__).parents[4]
LITERALS = sorted({part for route in ROUTES for part in route.split()[1].split("/") if part and "{" not in part})
HOOKS = {"POST /hooks/label-studio", "POST /hooks/{platform}"}
FROM_ELSEWHERE = HOOKS | {"GET /metrics", "GET /healthz"}
"""Served beside the page, by routers that the application is given."""
SERVED = sorted(set(ROUTES) - FROM_ELSEWHERE)
CHANGING = [route for route in SERVED if route.startswith("POST") and ROUTES[route].token and ROUTES[route].roles]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """One page for all tests here: each signs in anew, and none changes what another looks at."""
    return world(tmp_path_factory.mktemp("page"))


def path_of(route: str, part: str = "x") -> str:
    return re.sub(r"\{[^}]*\}", part, route.split(" ", 1)[1])


def ask(client, route, **more):
    return client.request(route.split(" ", 1)[0], path_of(route), **more)


def test_every_route_is_in_the_table_and_the_table_has_no_other(page, catalog_for, tmp_path):
    assert routes_of(page.app) == set(SERVED)
    assert routes_of(application(catalog_for(tmp_path))) == set(ROUTES)  # as it is served


def test_a_route_that_is_not_in_the_table_answers_nobody(page):
    more, app = APIRouter(), FastAPI(openapi_url=None)
    more.add_api_route("/secret", lambda: "told", methods=["GET"])
    app.include_router(more)
    secure(app, page.accounts, PageSettings(hosts=(HOST,)), clock=page.clock)
    assert routes_of(app) - set(ROUTES) == {"GET /secret"}
    client = TestClient(app, base_url=f"http://{HOST}", cookies=dict(page.entered("Ada").cookies))
    assert client.get("/secret").status_code == 404


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/.env", "/accounts/", "/static", "/api", "/overview//", "/%00"]
)
def test_nothing_else_is_there(page, path):
    assert page.entered("Ada").get(path).status_code == 404


def test_who_may_do_what():
    """Written twice on purpose: who changes the table changes this too."""
    public = {route for route, access in ROUTES.items() if not access.roles}
    admin = {route for route, access in ROUTES.items() if access.roles == ("admin",)}
    leads = {route for route, access in ROUTES.items() if access.roles == ("lead", "admin")}
    assert public == {"GET /sign-in", "POST /sign-in", "GET /static/{path:path}"} | FROM_ELSEWHERE
    assert admin == {"GET /accounts"} | {
        f"POST /accounts/{w}" for w in ("add", "role", "password", "disable", "enable")
    }
    assert leads == {"GET /log", "GET /exclusions", "POST /accounts/exclude", "POST /accounts/readmit"}
    assert {route for route, access in ROUTES.items() if not access.token} == HOOKS
    assert {route for route, access in ROUTES.items() if access.fresh} == {
        "GET /password", "POST /password", "POST /sign-out",
    }  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_a_path_that_fits_two_routes_is_for_the_same_people(route):
    for part in ("x", *LITERALS):
        method, path = route.split()[0], path_of(route, part)
        fitting = [other for other in ROUTES if other.startswith(f"{method} ")
                   and compile_path(other.split()[1])[0].match(path)]  # fmt: skip
        assert route in fitting
        assert len({ROUTES[other] for other in fitting}) == 1, fitting


@pytest.mark.parametrize("who", [None, *PEOPLE])
@pytest.mark.parametrize("route", SERVED)
def test_each_route_answers_those_whose_it_is(page, route, who):
    client, roles = page.entered(who), ROUTES[route].roles
    if who is not None:
        client.headers["x-csrf-token"] = token_of(client)
    status = ask(client, route, headers=SCRIPT).status_code
    if not roles:
        assert status in (200, 403, 404)  # /sign-in without its own token; a file that is not there
    elif who is None:
        assert status == 401
    elif PEOPLE[who] not in roles:
        assert status == 403
    else:
        assert status in (200, 303, 400, 404, 422), status


@pytest.mark.parametrize("route", [route for route in SERVED if ROUTES[route].roles])
def test_people_who_are_signed_out_are_led_to_the_form_and_back(page, route):
    answer = ask(page.client(), route)
    if route.startswith("GET"):
        back = "" if path_of(route) == "/" else f"?next={path_of(route)}"
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in{back}")
    else:
        assert answer.status_code == 401
        assert "nothing was saved" in answer.text


@pytest.mark.parametrize("route", [route for route in SERVED if ROUTES[route].roles])
def test_who_has_a_password_of_somebody_elses_may_only_change_it(page, route):
    if "Eve" not in {each.name for each in page.accounts.people()}:
        page.accounts.add("Eve", "admin", GOOD, by="Ada", now=page.clock())
    client = page.entered("Eve")
    client.headers["x-csrf-token"] = token_of(client)
    status = ask(client, route, headers=SCRIPT).status_code
    assert (status != 403) == ROUTES[route].fresh
    seen = page.entered("Eve").get(path_of(route)) if route.startswith("GET") and status == 403 else None
    assert seen is None or (seen.status_code, seen.headers["location"]) == (303, "/password")


def test_parts_of_a_route_ask_for_a_role(page):
    app = FastAPI()
    app.add_api_route("/", require("lead"), methods=["GET"])
    secure(app, page.accounts, PageSettings(hosts=(HOST,)), clock=page.clock)
    for who, status in (("Ana", 403), ("Leo", 200), ("Ada", 403)):
        client = TestClient(app, base_url=f"http://{HOST}", cookies=dict(page.entered(who).cookies))
        assert client.get("/").status_code == status
    with pytest.raises(ValueError, match="roles are of"):
        require("owner")  # type: ignore[arg-type]


FORGED = {
    "no token": ({}, {}),
    "an empty token": ({"x-csrf-token": ""}, {}),
    "a wrong token": ({"x-csrf-token": "0" * 64}, {}),
    "a wrong token in the form": ({}, {"csrf": ["0" * 64]}),
    "the cookie for a token": ({"x-csrf-token": "COOKIE"}, {}),
    "the token of another session": ({"x-csrf-token": "OTHER"}, {}),
    "two tokens": ({}, {"csrf": ["TOKEN", "TOKEN"]}),
    "another site": ({"x-csrf-token": "TOKEN", "origin": "https://evil.example"}, {}),
    "another port": ({"x-csrf-token": "TOKEN", "origin": f"http://{HOST}:8080"}, {}),
    "another scheme": ({"x-csrf-token": "TOKEN", "origin": f"https://{HOST}"}, {}),
    "a name that begins alike": ({"x-csrf-token": "TOKEN", "origin": f"http://{HOST}.evil.example"}, {}),
    "a sandbox": ({"x-csrf-token": "TOKEN", "origin": "null"}, {}),
    "the browser says cross-site": ({"x-csrf-token": "TOKEN", "sec-fetch-site": "cross-site"}, {}),
    "the browser says same-site": ({"x-csrf-token": "TOKEN", "sec-fetch-site": "same-site"}, {}),
    "typed by hand": ({"x-csrf-token": "TOKEN", "sec-fetch-site": "none"}, {}),
    "nobody says from where": ({"x-csrf-token": "TOKEN", "origin": None}, {}),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_request_that_no_page_of_ours_made_is_refused(page, forged):
    """For every route that changes something: the words of a task, passwords, roles, exclusions ..."""
    client, other = page.entered("Ada"), page.entered("Leo")
    words = {"TOKEN": token_of(client), "OTHER": token_of(other), "COOKIE": client.cookies[SESSION]}
    headers, fields = FORGED[forged]
    fields = {"csrf": [words.get(text, text) for text in fields.get("csrf", [])], "name": "Ana", "role": "admin"}
    headers = {name: words.get(text, text) for name, text in {**client.headers, **headers}.items()}
    client.headers = {name: text for name, text in headers.items() if text is not None}
    before = len(page.accounts.log.entries(1000))
    for route in CHANGING:
        assert ask(client, route, data=fields).status_code == 403, route
    assert page.accounts.account("Ana").role == "annotator"
    assert len(page.accounts.log.entries(1000)) == before
    assert client.get("/").status_code == 200  # not even signed out


@pytest.mark.parametrize(
    "headers",
    [{"origin": f"http://{HOST}"}, {"sec-fetch-site": "same-origin"},
     {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}],
)  # fmt: skip
def test_what_a_page_of_ours_sends_is_taken(page, headers):
    client = page.entered("Ana")
    del client.headers["origin"]
    assert client.post("/undo", data={"csrf": token_of(client)}, headers=headers).status_code == 200
    assert client.post("/api/undo", headers={"x-csrf-token": token_of(client), **headers}).status_code == 200


def test_a_token_in_the_address_or_in_a_file_is_none(page):
    client = page.entered("Ana")
    assert client.post(f"/undo?csrf={token_of(client)}").status_code == 403
    assert client.post("/undo", files={"csrf": (None, token_of(client))}).status_code == 403
    many = "&".join(f"f{n}=" for n in range(2_000))
    sent = client.post("/undo", content=f"csrf={token_of(client)}&{many}", headers={
        "content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert sent.status_code == 403


def test_what_the_docs_say_is_tested_is_tested():
    told = (REPOSITORY / "docs" / "review_security.md").read_text()
    named = {f"test_{name.removeprefix('test_')}" for name in re.findall(r"`([a-z0-9_]{20,})(?:\.py)?`", told)}
    tests = "".join(file.read_text() + f"def {file.stem}(" for file in REPOSITORY.glob("tests/**/test_*.py"))
    assert len(named) >= 40
    assert {name for name in named if f"def {name}(" not in tests} == set()
