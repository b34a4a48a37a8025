"""Tasks go to a real server on this machine: each once, patiently, and never somewhere else."""

import dataclasses
import json

import pytest
from external_cases import COLOURS, DAY, NOON, TOKEN, Platform, asked, memory, question, served, store_with

from resources.review.external.settings import LabelStudioSettings, TaskPlatform
from resources.review.external.tasks_http import (
    GIVE_UP,
    LONGEST_PAUSE,
    MAX_TASK,
    MAX_TEXT,
    Patience,
    PlatformError,
    key_of,
    push,
    task_of,
)


class Side:
    """Our side: questions, what was delivered, and the seconds that were waited."""

    def __init__(self, folder, platform):
        self.store = store_with(folder, "a", "b", "c")
        self.deliveries = memory(self.store)
        self.platform = platform
        self.waited = []

    def push(self, **how):
        settings = self.platform.settings(**{name: how.pop(name) for name in ("timeout", "attempts") if name in how})
        patience = Patience(self.waited.append, lambda: 0.5)
        return push(self.store, self.deliveries, settings, NOON, patience=patience, **how)


@pytest.fixture
def platform():
    platform = Platform()
    with served(platform.app()) as platform.url:
        yield platform


@pytest.fixture
def side(tmp_path, platform, monkeypatch):
    monkeypatch.setenv("CROWD_TOKEN", TOKEN)
    return Side(tmp_path, platform)


def test_a_task_says_what_is_asked(side, platform):
    assert str(side.push(limit=1)) == "Tasks sent: 1, sent before: 0, not taken: 0."
    (request,) = platform.requests
    assert request["task"] == {
        "question_id": "a", "kind": "attribute", "attribute": "colour", "value": "red", "unit": None, "confidence": 0.5,
        "method": "rule", "evidence": "in red", "name": "Drill", "context": "Drill in red",
        "allowed_values": list(COLOURS), "decisions": ["accept", "reject", "replace", "skip", "cannot_tell"],
    }  # fmt: skip
    assert request["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert request["headers"]["content-type"] == "application/json"
    assert request["headers"]["idempotency-key"] == key_of(request["task"])


def test_what_is_not_for_annotators_is_not_sent():
    """Why a question is asked would tell an audit from a doubt."""
    assert not {"why", "popularity", "image"} & set(task_of(question()))


def test_a_task_is_sent_once_and_again_if_it_shows_something_else(side, platform):
    assert side.push().sent == 3
    assert (side.push().sent, len(platform.requests)) == (0, 3)
    side.store.replace_day(DAY, asked("a", "b", "c", context="Drill, red and blue"))
    assert str(side.push()) == "Tasks sent: 3, sent before: 0, not taken: 0."
    assert len(platform.tasks) == 6


def test_what_was_taken_though_the_answer_was_lost_makes_no_second_task(side, platform):
    platform.script = [(503, {"x-kept": "yes"}), 201]
    assert side.push(limit=1).sent == 1
    assert len(platform.requests) == 2
    assert len(platform.tasks) == 1
    keys = {request["headers"]["idempotency-key"] for request in platform.requests}
    assert len(keys) == 1


def test_after_a_crash_what_is_sent_again_has_the_same_key(side, platform, monkeypatch):
    def die(*_):
        raise RuntimeError("the process dies")

    with monkeypatch.context() as broken:
        broken.setattr(side.deliveries, "claim", die)
        with pytest.raises(RuntimeError):
            side.push()
    assert side.push().sent == 3
    assert (len(platform.requests), len(platform.tasks)) == (4, 3)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, "hang up"])
def test_what_may_pass_is_tried_again_with_growing_pauses(side, platform, status):
    platform.script = [status, status, status]
    assert side.push(limit=1).sent == 1
    assert side.waited == [0.5, 1.0, 2.0]


def test_the_platform_says_how_long_to_wait(side, platform):
    moment = "Mon, 03 Mar 2025 12:00:07 GMT"
    dated = {"retry-after": moment, "date": "Mon, 03 Mar 2025 12:00:00 GMT"}
    platform.script = [
        (429, {"retry-after": "3"}),
        (503, {"retry-after": "99999"}),
        (429, {"retry-after": "soon"}),
        (429, dated),
    ]
    assert side.push(limit=1).sent == 1
    assert side.waited[:3] == [3.0, LONGEST_PAUSE, 2.0]
    assert side.waited[3] >= 4.0


def test_a_task_that_is_refused_is_named_and_the_others_go_on(side, platform):
    platform.script = [422, 201, 201]
    sent = side.push()
    assert (sent.sent, sent.problems, side.waited) == (2, (("a", "it answered 422"),), [])
    assert str(side.push()) == "Tasks sent: 1, sent before: 2, not taken: 0."


def test_a_platform_that_is_down_is_left_alone(side, platform):
    side.store.replace_day(DAY, asked(*"abcdefgh"))
    platform.script = [500] * 100
    sent = side.push(attempts=2)
    assert (sent.sent, len(sent.problems), sent.unsent) == (0, GIVE_UP, 8 - GIVE_UP)
    assert len(platform.requests) == 2 * GIVE_UP
    assert "5 were not tried" in str(sent)


def test_a_platform_that_is_not_there(side, platform):
    platform.url = "http://127.0.0.1:1"
    sent = side.push(attempts=1)
    assert sent.problems[0] == ("a", "it does not answer (ConnectError)")


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_accepted_stops_it_and_is_not_shown(side, platform, status):
    platform.script = [status]
    with pytest.raises(PlatformError) as told:
        side.push()
    assert str(told.value) == f"crowd does not let us in (it answered {status}): see CROWD_TOKEN"
    assert len(platform.requests) == 1


def test_a_redirect_is_not_followed(side, platform):
    """It would carry the token elsewhere."""
    elsewhere = Platform()
    with served(elsewhere.app()) as elsewhere.url:
        platform.script = [(307, {"location": f"{elsewhere.url}/tasks"})]
        assert side.push(limit=1).problems == (("a", "it answered 307"),)
    assert elsewhere.requests == []


def test_without_a_token_or_an_address_nothing_is_sent(side, platform, monkeypatch):
    monkeypatch.setenv("CROWD_TOKEN", " ")
    with pytest.raises(PlatformError, match="no token for crowd: set CROWD_TOKEN in the environment"):
        side.push()
    with pytest.raises(PlatformError, match="it only answers"):
        push(side.store, side.deliveries, dataclasses.replace(platform.settings(), address=None), NOON)
    assert platform.requests == []


def test_text_goes_out_as_it_is_and_long_text_is_cut(side, platform):
    hostile = "=1+1 <script>alert(1)</script> \u202e \x00 ü"
    side.store.replace_day(DAY, asked("x", name=hostile, context="é" * (MAX_TEXT + 9)))
    assert side.push().sent == 1
    task = platform.requests[0]["task"]
    assert task["name"] == hostile.replace("\x00", "")  # no database keeps it
    assert (len(task["context"]), task["context"][-1]) == (MAX_TEXT, "…")


def test_a_task_too_large_is_not_sent(side, platform):
    values = json.dumps(["red", *(f"{n:0100d}" for n in range(MAX_TASK // 100))])
    side.store.replace_day(DAY, asked("a", options=values))
    sent = side.push()
    assert sent.problems[0][1].endswith(f"and at most {MAX_TASK} are sent")
    assert platform.requests == []


def test_pauses_vary_and_end():
    pauses = [Patience(jitter=jitter).pause(attempt, None) for attempt in (1, 20) for jitter in (lambda: 0, lambda: 1)]
    assert pauses == [0.25, 0.75, LONGEST_PAUSE, LONGEST_PAUSE]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"address": "http://example.com"}, "begins with https://"),
        ({"address": "ftp://127.0.0.1"}, "begins with https://"),
        ({"address": "https://user:hunter2@example.com"}, "holds no password"),
        ({"name": "Crowd"}, "small letters"),
        ({"name": "a/b"}, "small letters"),
        ({"secret": "whsec_abc"}, "named by its environment variable"),
        ({"token": "s3cret"}, "named by its environment variable"),
    ],
)
def test_settings_that_cannot_be(how, told):
    with pytest.raises(ValueError, match=told) as error:
        TaskPlatform(**{"name": "crowd", "secret": "CROWD_SECRET", **how})
    assert not any(secret in str(error.value) for secret in ("whsec_abc", "s3cret", "hunter2"))


def test_settings_of_label_studio_that_cannot_be():
    for address in ("http://studio.example.com", "studio", "https://"):
        with pytest.raises(ValueError, match="begins with https://"):
            LabelStudioSettings(address)
    with pytest.raises(ValueError, match="at most 20 characters"):
        LabelStudioSettings("https://studio.example.com", title="x" * 21)
