"""A real server takes what platforms send: genuine, once, each decision judged; forged or broken, refused."""

import datetime as dt
import json
import logging
import socket
import threading

import httpx2
import pytest
from external_cases import NEW_SECRET, NOON, SECRET, asked, delivery, journal, word
from external_site import CROWD, standing

from resources.review.exchange import export_csv
from resources.review.external.deliveries import UNDER_WAY
from resources.review.external.settings import LabelStudioSettings, TaskPlatform
from resources.review.external.signing import MAX_BODY, sign
from resources.review.external.webhook import MAX_WORDS, Hooks


@pytest.fixture
def site(tmp_path, monkeypatch):
    with standing(tmp_path, monkeypatch) as site:
        yield site


def test_decisions_are_taken(site):
    status, told = site.send(
        word(), word("b", "replace", value="blue", comment="seen", decided_at="2025-03-03T11:00:00Z")
    )
    assert status == 200
    assert told == {
        "repeated": False,
        "counts": {"recorded": 2, "already": 0, "withdrawn": 0, "passed": 0, "late": 0, "left_out": 0},
        "decisions": [{"decision": n, "status": "recorded", "message": None} for n in (0, 1)],
    }
    assert sorted(journal(site.store)) == [
        ("a", "accept", None, "crowd:anna", "decide"), ("b", "replace", "blue", "crowd:anna", "decide"),
    ]  # fmt: skip
    said = dict(site.store.decisions().select("question_id", "decided_at").rows())
    assert said == {"a": NOON, "b": NOON - dt.timedelta(hours=1)}


def test_a_delivery_that_comes_again_is_answered_as_before_and_changes_nothing(site):
    first = site.send(word())
    site.clock.on(minutes=4)
    again = site.send(word("a", "reject"), delivery_id="msg_1")
    assert again == (200, {**first[1], "repeated": True})
    assert len(journal(site.store)) == 1


def test_a_recorded_delivery_that_is_played_again_later_is_refused(site):
    body = delivery(word())
    headers = sign(SECRET, "msg_1", NOON, body)
    assert site.post(body, headers)[0] == 200
    site.clock.on(minutes=5, seconds=1)
    assert site.post(body, headers) == (401, {"error": "webhook-timestamp is more than 5 minutes from now"})


def test_forged_deliveries_are_refused_and_change_nothing(site):
    body = delivery(word())
    good = sign(SECRET, "msg_1", NOON, body)
    none = sign("whsec_" + "A" * 32, "msg_1", NOON, body)
    refused = {
        "unsigned": (body, {}),
        "another secret": (body, none),
        "another body": (delivery(word("a", "reject")), good),
        "another id": (body, {**good, "webhook-id": "msg_2"}),
        "truncated": (body[:-1], good),
        "empty": (b"", good),
    }
    found = {name: site.post(*sent)[0] for name, sent in refused.items()}
    assert found == dict.fromkeys(refused, 401)
    assert journal(site.store) == []
    assert site.post(body, good)[0] == 200, "none of them has used up the id"


def test_another_platforms_delivery_is_refused(site):
    assert site.send(word(), path="other") == (401, {"error": "no signature fits"})
    assert site.send(word(), path="nobody") == (404, {"error": "there is no such platform"})
    assert site.send(word(), path="other", secret=NEW_SECRET)[0] == 200
    assert site.send(word(), secret=NEW_SECRET)[0] == 200, "an id is used up on its own platform only"
    assert {who for _, _, _, who, _ in journal(site.store)} == {"other:anna", "crowd:anna"}


def test_an_oversized_body_is_refused_before_all_of_it_was_read(site):
    body = delivery(word(comment="x" * MAX_BODY))
    assert site.post(body, sign(SECRET, "msg_1", NOON, body))[0] == 413
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"POST /hooks/crowd HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n")
        for _ in range(40):
            connection.sendall(b"x" * 50_000)
        assert b" 413 " in connection.recv(200)


def test_a_client_that_breaks_off_changes_nothing(site):
    body = delivery(word())
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        told = "".join(f"{name}: {value}\r\n" for name, value in sign(SECRET, "msg_1", NOON, body).items())
        head = f"POST /hooks/crowd HTTP/1.1\r\nHost: x\r\n{told}Content-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:20])
    assert site.send(word())[1]["repeated"] is False


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"type": "other", "data": {"decisions": [word()]}}, 400),
        ({"type": "decisions"}, 400),
        ({"type": "decisions", "data": []}, 400),
        ({"type": "decisions", "data": {"decisions": []}}, 400),
        ({"type": "decisions", "data": {"decisions": ["a"]}}, 400),
        ({"type": "decisions", "data": {"decisions": [word(purpose="settle")]}}, 400),
        ({"type": "decisions", "data": {"decisions": [word()] * (MAX_WORDS + 1)}}, 413),
    ],
)
def test_what_is_genuine_and_no_delivery_of_decisions(site, content, status):
    body = json.dumps(content).encode()
    assert site.post(body, sign(SECRET, "msg_1", NOON, body))[0] == status
    assert site.send(word())[1]["repeated"] is False, "its id is not used up"


def test_each_decision_is_judged_by_itself(site):
    bad = {
        "unknown question": word("zzz"),
        "no text": word(["a"]),
        "half a character": json.loads('{"question_id": "a\\ud800", "decision": "accept", "annotator": "x"}'),
        "disallowed value": word("a", "replace", value="purple"),
        "a formula where a list is given": word("a", "replace", value="=1+1"),
        "no decision": word("a", ""),
        "another word": word("a", "settle"),
        "nobody": word("a", annotator=" "),
        "no time zone": word("a", decided_at="2025-03-03T11:00:00"),
        "no time": word("a", decided_at="soon"),
        "beyond time": word("a", decided_at="0001-01-01T00:00:00+23:59"),
        "tomorrow": word("a", decided_at="2025-03-04T12:00:00Z"),
    }
    status, told = site.send(*bad.values(), word("b"))
    assert status == 200
    found = dict(zip([*bad, "good"], told["decisions"], strict=True))
    assert {name for name, one in found.items() if one["status"] == "left_out"} == set(bad)
    assert found["good"]["status"] == "recorded"
    assert found["disallowed value"]["message"] == ("the value 'purple' is not allowed here: choose one of blue, red")
    assert all(one["message"] for name, one in found.items() if name != "good")
    assert [question for question, *_ in journal(site.store)] == ["b"]


def test_a_formula_is_kept_as_text_and_marked_in_a_spreadsheet(site, tmp_path):
    site.store.replace_day(dt.date(2025, 3, 2), asked("f", attribute="mpn", options=None, value="=1+1"))
    assert site.send(word("f", "replace", value="=2+2", comment="+3"))[1]["counts"]["recorded"] == 1
    assert site.store.decisions().select("value", "reason").rows() == [("=2+2", "+3")]
    export_csv(site.store, tmp_path / "out.csv", only=site.store.decisions()["question_id"])
    assert '"\'=1+1"' in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


def test_what_was_broken_off_is_asked_again_later_and_then_taken_once(site, monkeypatch):
    settle = site.deliveries.settle

    def die(*_):
        raise RuntimeError("the process dies")

    monkeypatch.setattr(site.deliveries, "settle", die)
    body = delivery(word())
    headers = sign(SECRET, "msg_1", NOON, body)
    answer = httpx2.post(f"{site.url}/hooks/crowd", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 500
    monkeypatch.setattr(site.deliveries, "settle", settle)
    assert len(journal(site.store)) == 1
    assert site.send(word())[0] == 409
    site.clock.on(seconds=UNDER_WAY.total_seconds() + 1)
    status, told = site.send(word())
    assert (status, told["counts"]["already"]) == (200, 1)
    assert len(journal(site.store)) == 1


def test_the_same_delivery_many_times_at_once_is_taken_once(site):
    found = []
    start = threading.Barrier(8)

    def send():
        start.wait()
        found.append(site.send(word()))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in found} <= {200, 409}
    assert sum(status == 200 and not told["repeated"] for status, told in found) == 1
    assert len(journal(site.store)) == 1


@pytest.mark.parametrize("value", ["", "   ", "not-a-secret-of-this-kind"])
def test_without_a_proper_secret_nobody_may_send_and_no_log_shows_it(site, monkeypatch, caplog, value):
    monkeypatch.setenv("CROWD_SECRET", value)
    with caplog.at_level(logging.DEBUG):
        assert site.send(word()) == (503, {"error": "this platform is not set up"})
    assert "CROWD_SECRET" in caplog.text
    assert not value.strip() or value not in caplog.text


def test_no_log_or_answer_shows_a_secret_or_a_text(site, caplog):
    body = delivery(word(comment="private words"))
    with caplog.at_level(logging.DEBUG):
        answers = [site.post(body, {}), site.post(body, sign(SECRET, "m", NOON, body + b" ")), site.send(word("zz"))]
    for shown in (caplog.text, json.dumps(answers)):
        assert "private words" not in shown
        assert not any(secret[6:30] in shown for secret in (SECRET, NEW_SECRET))


def test_platforms_have_names_of_their_own():
    for platforms in ((CROWD, CROWD), (TaskPlatform("label-studio", "CROWD_SECRET"),)):
        with pytest.raises(ValueError, match="names of their own"):
            Hooks(platforms)
    with pytest.raises(ValueError, match="as those of a platform do"):
        Hooks((CROWD,), LabelStudioSettings("https://studio.example.com", name="crowd"))
