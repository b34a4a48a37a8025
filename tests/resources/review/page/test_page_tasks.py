"""The routes of a person's tasks, in front of a queue that only remembers."""

import re
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from page_cases import NOW, Remembering, item, task

from resources.review.accounts import Accounts
from resources.review.page import routes_images
from resources.review.page.app import create_app
from resources.review.page.images import NoPicture, Picture
from resources.review.page.security import SESSION, PageSettings
from resources.review.page.settings import DisplaySettings
from resources.review.passwords import Passwords
from resources.review.protocol import ReviewStoreError
from resources.review.store import SqlReviewStore
from resources.review.tasks import Answer, Candidate, Receipt

URL = "http://testserver"
PASSWORD = "loud-harbour-tin-bicycle"
PAGE = {"accept": "text/html"}


@pytest.fixture
def desk(tmp_path):
    """A client with which ana is signed in, and the queue behind it. `desk.post(path, **fields)` sends a form."""
    accounts = Accounts(
        SqlReviewStore(tmp_path / "review.sqlite").database,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    accounts.add("ana", "annotator", PASSWORD, by="the tests", now=NOW, must_change=False)
    queue = Remembering([task(), task(item("q2", value="White"), task_id="t2"), task(task_id="t3", person="bo")])
    display = DisplaySettings(image_hosts=("pictures.example",))
    app = create_app(queue, accounts, page=PageSettings(hosts=("testserver",)), display=display, clock=lambda: NOW)
    client = TestClient(app, base_url=URL, follow_redirects=False, headers={"origin": URL})
    client.cookies.set(SESSION, accounts.sign_in("ana", PASSWORD, address="here", now=NOW).token)
    token = re.search('csrf-token" content="([^"]+)', client.get("/", headers=PAGE).text).group(1)

    def post(path, **fields):
        return client.post(path, data={"csrf": token, **fields}, headers=PAGE)

    def script(path, sent):
        return client.post(path, json=sent, headers={"x-csrf-token": token})

    return SimpleNamespace(client=client, queue=queue, post=post, script=script)


def test_the_page_shows_the_present_task_and_needs_no_script(desk):
    text = desk.client.get("/", headers=PAGE).text
    assert 'action="/tasks/t1"' in text
    assert "<mark>black</mark> lamp" in text
    assert "12</b> products decided" in text
    assert not re.search(r"\son\w+=|\sstyle=|javascript:|<style|<script(?! type=.module. src=)", text)
    assert not re.findall(r'(?:src|href)="(?![/#])', text)


def test_an_answer_by_form_is_recorded_and_the_next_task_shown(desk):
    answer = desk.post("/tasks/t1", choice="reject", reason="odd")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert desk.queue.submitted == [("t1", "ana", [Answer("q1", "reject", reason="odd")])]


def test_several_products_by_form(desk):
    desk.queue.tasks = [task(item("a"), item("b"), item("c"))]
    answer = desk.post("/tasks/t1", choice="marked", yes=["a", "c"], open=["c"])
    assert answer.status_code == 303
    assert desk.queue.submitted == [("t1", "ana", [Answer("a", "accept"), Answer("b", "reject")])]
    assert desk.post("/tasks/t1", choice="marked", open=["a", "b", "c"]).status_code == 422


def test_where_others_have_what_is_open_it_is_said(desk, monkeypatch):
    desk.queue.tasks = []
    assert "are with others" not in desk.client.get("/", headers=PAGE).text
    monkeypatch.setattr(desk.queue, "lent", lambda now: 2)
    assert "are with others" in desk.client.get("/", headers=PAGE).text


@pytest.mark.parametrize(
    ("receipt", "words"),
    [
        (Receipt("lost", refused=(("q1", "the time had run out"),)), "Not saved: the time had run out"),
        (Receipt("repeated", 1, first="taken"), "was answered before"),
        (Receipt("taken", 0, 0, (("q1", "<no>"),)), "Lamp, black: &lt;no&gt;"),
    ],
)
def test_what_was_not_saved_is_said_on_the_page_and_to_the_script(desk, receipt, words):
    desk.queue.receipt = receipt
    page = desk.post("/tasks/t1", choice="accept")
    assert page.status_code == 409
    assert words in page.text
    told = desk.script("/api/tasks/t1", {"answers": [{"question_id": "q1", "choice": "accept"}]}).json()
    assert told["message"]
    assert told["saved"] == (receipt.status == "taken")


def test_what_cannot_be_taken_keeps_the_task_on_the_screen(desk):
    for fault in (None, ValueError("not <so>")):
        desk.queue.fault = fault
        page = desk.post("/tasks/t1", choice="replace" if fault is None else "accept", value="")
        assert page.status_code == 422
        assert 'action="/tasks/t1"' in page.text
        assert ("the value is empty" if fault is None else "not &lt;so&gt;").lower() in page.text.lower()
    told = desk.script("/api/tasks/t1", {"answers": [{"question_id": "q1", "choice": "accept"}]})
    assert (told.status_code, told.json()["detail"][0]["msg"]) == (422, "not <so>")


def test_a_store_that_does_not_answer_is_said_to_have_recorded_nothing(desk):
    desk.queue.fault = ReviewStoreError("the store is away")
    page = desk.post("/tasks/t1", choice="accept")
    assert page.status_code == 503
    assert "Nothing was recorded: the store is away" in page.text
    told = desk.script("/api/tasks/t1", {"answers": [{"question_id": "q1", "choice": "accept"}]})
    assert (told.status_code, told.json()["detail"]) == (503, "Nothing was recorded: the store is away")


def test_a_task_of_somebody_else_is_not_there(desk):
    assert desk.post("/tasks/t3", choice="accept").status_code == 404
    assert desk.script("/api/tasks/t3", {"answers": [{"question_id": "q1", "choice": "accept"}]}).status_code == 404
    assert desk.client.get("/image/t3/q1").status_code == 404
    assert desk.queue.submitted == []


def test_the_script_gets_this_task_and_the_next(desk):
    told = desk.client.get("/api/tasks/next").json()
    assert [(one["task_id"], one["seconds"]) for one in told["tasks"]] == [("t1", 600), ("t2", 600)]
    assert "<b>White</b>" in told["tasks"][1]["html"]
    assert told["empty"] is None
    assert len(desk.client.get("/api/tasks/next?count=1").json()["tasks"]) == 1
    desk.queue.tasks = []
    told = desk.client.get("/api/tasks/next").json()
    assert (told["tasks"], "Nothing waits" in told["empty"]) == ([], True)


def test_of_several_each_says_how_sure_it_is_where_they_differ(desk):
    alike = item("a", confidence=0.62), item("b", confidence=0.62)
    desk.queue.tasks = [task(*alike, person="ana")]
    assert desk.client.get("/", headers=PAGE).text.count("62 %") == 1
    rival = Candidate("Red <b>", None, 0.4, "supplier", None, "red", "acme")
    desk.queue.tasks = [task(item("a", confidence=0.45, candidates=(rival,)), item("b", confidence=0.58), person="ana")]
    page = desk.client.get("/", headers=PAGE).text
    assert ("45 %" in page, "58 %" in page, "Red &lt;b&gt;" in page) == (True, True, True)


def test_a_task_whose_questions_are_gone_is_none(desk):
    desk.queue.tasks = [task(item("x"), person="ana")]
    object.__setattr__(desk.queue.tasks[0], "items", ())
    assert "Nothing waits for you" in desk.client.get("/", headers=PAGE).text


def test_nothing_to_undo_is_said(desk):
    assert "Nothing was brought back" in desk.post("/undo").text
    assert desk.script("/api/undo", {}).json()["task"] is None


def test_a_picture_is_passed_on_with_the_type_of_its_bytes(desk, monkeypatch):
    desk.queue.tasks = [task(item(image="https://pictures.example/1"))]
    asked = []

    def found(url, settings):
        asked.append(url)
        return Picture(b"\xff\xd8\xff", "image/jpeg")

    monkeypatch.setattr(routes_images, "fetched", found)
    picture = desk.client.get("/image/t1/q1")
    assert (picture.content, picture.headers["content-type"], asked) == (
        b"\xff\xd8\xff", "image/jpeg", ["https://pictures.example/1"],
    )  # fmt: skip
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert 'src="/image/t1/q1"' in desk.client.get("/", headers=PAGE).text
    assert desk.client.get("/image/t1/other").status_code == 404


def test_a_picture_that_cannot_be_had_is_not_there(desk, monkeypatch):
    def none(url, settings):
        raise NoPicture("it is too large")

    monkeypatch.setattr(routes_images, "fetched", none)
    desk.queue.tasks = [task(item(image="https://pictures.example/1"))]
    assert desk.client.get("/image/t1/q1").status_code == 404


def test_the_api_is_described(desk):
    paths = desk.client.app.openapi()["paths"]
    assert set(paths) == {"/api/tasks/next", "/api/tasks/{task_id}", "/api/undo"}


BRAND = {
    "kind": "brand",
    "attribute": "brand",
    "value": "acme",
    "name": "Lamp <1>",
    "context": "Brand: A<c>me\nBrand as stated: x\nLamp <1>",
}


def test_a_brand_is_asked_about_by_its_spelling(desk):
    desk.queue.tasks = [task(item(evidence="<Acme> GmbH", **BRAND))]
    shown = " ".join(desk.client.get("/", headers=PAGE).text.split())
    assert 'Is <bdi class="path">&lt;Acme&gt; GmbH</bdi> the brand' in shown
    assert "A&lt;c&gt;me" in shown
    assert "The same brand" in shown
    assert "Brand as stated" not in shown


def test_spellings_of_a_brand_are_asked_about_at_once(desk):
    each = (item(evidence="Acme GmbH", **BRAND), item("q2", evidence="<Acme>, Inc.", **BRAND))
    desk.queue.tasks = [task(*each)]
    shown = " ".join(desk.client.get("/", headers=PAGE).text.split())
    assert "Is each of these the brand" in shown
    assert "<bdi>&lt;Acme&gt;, Inc.</bdi>" in shown
    assert "for example <bdi>Lamp &lt;1&gt;</bdi>" in shown
