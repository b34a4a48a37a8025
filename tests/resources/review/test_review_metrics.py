"""Figures of the queue and their alerts; questions with known answers."""

import datetime as dt
from dataclasses import replace

import pytest
from review_cases import DAY, NOON, asked, said, store_with

from resources.review.exclusions import Exclusions
from resources.review.known_answers import NoKnownAnswer, fix, known_answers, retire
from resources.review.metrics import Limits, health, waited
from resources.review.queue import Queue
from resources.review.settings import Budget, QueueSettings
from resources.review.store import SqlReviewStore
from resources.review.tasks import Answer

HOUR = dt.timedelta(hours=1)
LIMITS = Limits(depth=2, oldest=dt.timedelta(days=1), agreement=0.8)


def waiting(place, *questions: tuple[str, str]) -> SqlReviewStore:
    store = SqlReviewStore(place / "review.sqlite", clock=lambda: NOON - 30 * HOUR)
    store.replace_day(DAY, asked(*questions))
    return store


def test_an_empty_queue_is_healthy(place):
    found = health(SqlReviewStore(place / "review.sqlite"), NOON)
    assert (found.depth, found.oldest, found.agreement, found.empty_in, found.an_hour) == (0, None, None, None, 0.0)
    assert found.alerts(LIMITS) == []
    assert b"catalog_review_open_questions 0.0" in found.as_text()
    assert b"agreement" not in found.as_text()


def test_depth_age_pace_and_forecast(place):
    store = waiting(place, ("a", "p"), ("a", "q"), ("b", "p"), ("c", "p"), ("d", "p"))
    store.decide([said("a", decided_at=NOON - HOUR), said("b", "reject", decided_at=NOON - 25 * HOUR)])
    found = health(store, NOON)
    assert (found.depth, found.products, found.oldest, found.came) == (2, 2, 30 * HOUR, 0)
    assert (found.an_hour, found.leverage, found.empty_in) == (1 / 24, 1.5, dt.timedelta(days=2))
    (alert,) = found.alerts(LIMITS)
    assert alert == "A question has waited for 1.2 days (alert after 1.0 days)."
    assert (
        replace(found, depth=3).alerts(replace(LIMITS, oldest=dt.timedelta(days=9)))[0].startswith("3 questions wait")
    )


def test_how_long_something_waits_is_said_in_words():
    spans = [dt.timedelta(), dt.timedelta(minutes=59), 30 * HOUR, 2.5 * HOUR, dt.timedelta(days=12)]
    assert [waited(NOON - span, NOON) for span in spans] == [
        "0 minutes", "59 minutes", "1.2 days", "2.5 hours", "12 days",
    ]  # fmt: skip
    assert (waited(None, NOON), waited(NOON + HOUR, NOON)) == (None, "0 minutes")


def test_a_queue_that_grows_is_an_alert(place):
    store = waiting(place, ("a", "p"))
    young = SqlReviewStore(store.database, clock=lambda: NOON - HOUR)
    young.replace_day(DAY + dt.timedelta(days=1), asked(("b", "p")))
    assert health(store, NOON).alerts(replace(LIMITS, oldest=dt.timedelta(days=9))) == []  # nobody has begun
    young.replace_day(DAY + dt.timedelta(days=1), asked(("b", "p"), ("c", "p"), ("d", "p")))
    store.decide([said("c", decided_at=NOON - HOUR)])
    found = health(store, NOON)
    assert (found.came, found.empty_in) == (3, None)
    assert "The queue grows: 3 questions came" in found.alerts(replace(LIMITS, depth=9, oldest=dt.timedelta(days=9)))[0]


def test_agreement_is_of_questions_that_several_answered(place):
    store = store_with(place, "a", "b", "c")
    second = {"purpose": "second", "annotator": "bert"}
    store.decide([said("a"), said("a", **second), said("b"), said("b", "reject", **second), said("c")])
    found = health(store, NOON + HOUR)
    assert (found.agreement, found.overlapping) == (0.5, 2)
    assert any("People agree on 50% of the 2 questions" in alert for alert in found.alerts(LIMITS))
    Exclusions(store.database).exclude("bert", NOON - HOUR, by="lea", reason="guesses", now=NOON)
    assert health(store, NOON + HOUR).agreement is None


def test_a_known_answer_is_asked_measures_and_decides_nothing(place):
    store = store_with(place, "a", "b")
    with pytest.raises(NoKnownAnswer, match="'a' is not decided"):
        fix(store, "a", "lea", NOON)
    store.decide([said("a", "replace", value="blue", annotator="lea", purpose="settle"), said("b")])
    fix(store, "a", "lea", NOON)
    assert known_answers(store).rows() == [("a", "replace", "blue", None, "lea")]
    line = Queue(store, QueueSettings(gold=Budget(1.0, 9), second=Budget(0, 0), audits=Budget(0, 0)), lambda: 0.5)
    task = line.next("eve", "annotator", NOON)
    assert [item.question_id for item in task.items] == ["a"]
    line.submit(task.task_id, "eve", "annotator", [Answer("a", "reject")], NOON)
    assert store.decisions().select("question_id", "annotator").rows() == [("a", "lea"), ("b", "anna")]
    assert line.next("eve", "annotator", NOON) is None  # once a person
    retire(store, "a", "lea", NOON + HOUR)
    assert known_answers(store).is_empty()
    assert line.next("bob", "annotator", NOON) is None
    with pytest.raises(NoKnownAnswer, match="no fixed answer"):
        retire(store, "a", "lea", NOON + 2 * HOUR)
