"""Tasks: handed out once, answered once, and told what became of each answer."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queue_cases import MINUTE, PLAIN, alone, answer
from review_cases import DAY, NEXT_DAY, NOON, asked, ids, options, said

from resources.review.exclusions import Exclusions
from resources.review.queue import OddAnswers, Queue
from resources.review.settings import Budget, QueueSettings
from resources.review.store import SqlReviewStore
from resources.review.tasks import Answer, Receipt, Task

LATER = NOON + dt.timedelta(minutes=11)
"""When what was lent at noon has come back."""


def never() -> float:
    return 0.999999


def queue(place, *questions: tuple[str, str], how: QueueSettings = PLAIN, chance=never, **fields) -> Queue:
    store = SqlReviewStore(place / "review.sqlite", clock=lambda: NOON)
    store.replace_day(DAY, asked(*questions, **fields))
    return Queue(store, how, chance)


def names(task: Task | None) -> list[str]:
    return [] if task is None else [item.question_id for item in task.items]


def test_what_settles_most_comes_first(place):
    line = queue(place)
    sure, unsure = (
        asked(("sure", "p"), confidence=0.95, evidence="a"),
        asked(("unsure", "p"), confidence=0.5, evidence="b"),
    )
    many = asked(("many", "p"), ("many", "q"), ("many", "r"), confidence=0.9, evidence="c")
    popular = asked(("popular", "p"), confidence=0.95, popularity=9.0, evidence="d")
    line.store.replace_day(DAY, pl.concat([sure, unsure, many, popular]))
    seen = []
    while task := line.next("eve", "annotator", NOON):
        seen += names(task)
        line.submit(task.task_id, "eve", "annotator", answer(task), NOON)
    assert seen == ["popular", "many", "unsure", "sure"]


def test_what_waits_too_long_comes_before_all_others(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("old", "p"), confidence=0.99, evidence="old"))
    younger = SqlReviewStore(line.store.database, clock=lambda: NOON + dt.timedelta(days=6))
    younger.replace_day(NEXT_DAY, asked(("new", "p"), ("new", "q"), evidence="new"))
    assert names(line.next("eve", "annotator", NOON + dt.timedelta(days=6))) == ["new"]
    late = NOON + dt.timedelta(days=8)
    assert names(line.next("bob", "annotator", late)) == ["old"]


def test_one_look_answers_what_was_read_off_the_same_words(place):
    line = queue(place, ("a", "p1"), ("b", "p2"), ("c", "p3"), how=replace(PLAIN, look=2))
    line.store.replace_day(NEXT_DAY, asked(("other", "p"), evidence="Red"))
    task = line.next("eve", "annotator", NOON)
    assert names(task) == ["a", "b"]
    assert line.submit(task.task_id, "eve", "annotator", answer(task), NOON) == Receipt("taken", 2, 2)
    assert names(line.next("eve", "annotator", NOON)) == ["c"]


def test_a_path_is_one_look(place):
    line = queue(place, ("a", "p1"), ("b", "p2"), kind="category", attribute="category")
    assert names(line.next("eve", "annotator", NOON)) == ["a"]


def test_nobody_is_lent_what_another_has(place):
    line = queue(place)
    line.store.replace_day(DAY, alone("a", "b"))
    first, second = line.next("eve", "annotator", NOON), line.next("bob", "annotator", NOON)
    assert (names(first), names(second)) == (["a"], ["b"])
    assert line.next("ann", "annotator", NOON) is None
    assert line.next("eve", "annotator", NOON + MINUTE).task_id == first.task_id  # reloaded
    assert names(line.next("ann", "annotator", LATER)) == ["a"]  # abandoned


def test_the_next_task_is_had_ahead_and_gets_its_whole_time_when_it_is_looked_at(place):
    line = queue(place)
    line.store.replace_day(DAY, alone("a", "b", "c"))
    first, ahead = line.next("eve", "annotator", NOON), line.next("eve", "annotator", NOON, ahead=1)
    assert (names(first), names(ahead)) == (["a"], ["b"])
    assert line.next("eve", "annotator", NOON, ahead=1).task_id == ahead.task_id
    line.submit(first.task_id, "eve", "annotator", answer(first), NOON + 5 * MINUTE)
    now = line.next("eve", "annotator", NOON + 5 * MINUTE)
    assert (now.task_id, now.expires_at) == (ahead.task_id, NOON + 15 * MINUTE)
    again = line.next("eve", "annotator", NOON + 9 * MINUTE)
    assert again.expires_at == NOON + 15 * MINUTE  # looking at it again does not prolong it
    assert names(line.next("bob", "annotator", LATER)) == ["c"]


def test_each_answer_is_recorded_once(place):
    line = queue(place, ("a", "p1"), ("a", "p2"))
    task = line.next("eve", "annotator", NOON)
    taken = line.submit(task.task_id, "Eve ", "annotator", answer(task), NOON)
    assert taken == Receipt("taken", 1, 2)
    again = line.submit(task.task_id, "eve", "annotator", answer(task, "reject"), NOON + MINUTE)
    assert again == Receipt("repeated", 1, 2, first="taken")
    assert line.store.history().select("verdict", "annotator").rows() == [("accept", "Eve ")]


def test_a_task_is_of_one_person(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    assert line.task(task.task_id, "bob") is None
    assert line.submit(task.task_id, "bob", "admin", answer(task), NOON) == Receipt("unknown")
    assert line.submit("forged", "eve", "annotator", answer(task), NOON) == Receipt("unknown")
    assert line.task(task.task_id, "eve").items == task.items
    assert line.store.history().is_empty()


def test_a_late_answer_counts_while_nobody_else_has_the_question(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    assert line.submit(task.task_id, "eve", "annotator", answer(task), LATER).status == "late"
    assert line.store.decisions()["annotator"].to_list() == ["eve"]


def test_a_late_answer_to_what_another_has_is_lost_and_told(place):
    line = queue(place, ("a", "p"))
    mine = line.next("eve", "annotator", NOON)
    theirs = line.next("bob", "annotator", LATER)
    lost = line.submit(mine.task_id, "eve", "annotator", answer(mine), LATER)
    assert lost == Receipt("lost", refused=(("a", "the time had run out, and somebody else has it now"),))
    assert line.submit(mine.task_id, "eve", "annotator", answer(mine), LATER).first == "lost"
    line.submit(theirs.task_id, "bob", "annotator", answer(theirs, "reject"), LATER)
    assert line.store.decisions().select("annotator", "verdict").rows() == [("bob", "reject")]


def test_what_was_decided_by_another_way_meanwhile_stands(place):
    line = queue(place, ("a", "p1"), ("b", "p2"))
    task = line.next("eve", "annotator", NOON)
    line.store.decide([said("a", "reject", annotator="spreadsheet")])
    told = line.submit(task.task_id, "eve", "annotator", answer(task), NOON)
    assert told == Receipt("taken", 1, 1, refused=(("a", "somebody else has decided it meanwhile"),))
    assert line.store.decisions().select("question_id", "annotator").rows() == [("a", "spreadsheet"), ("b", "eve")]


def test_what_is_no_longer_asked_is_told(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    line.store.replace_day(DAY, asked())
    told = line.submit(task.task_id, "eve", "annotator", answer(task), NOON)
    assert told == Receipt("lost", refused=(("a", "it is no longer asked"),))


def test_a_value_that_is_not_allowed_goes_back_to_the_queue(place):
    line = queue(place, ("a", "p"), options=options("red", "blue"))
    task = line.next("eve", "annotator", NOON)
    told = line.submit(task.task_id, "eve", "annotator", answer(task, "replace", value="mauve"), NOON)
    assert (told.status, told.recorded, told.refused[0][0]) == ("taken", 0, "a")
    assert "not allowed here" in told.refused[0][1]
    assert names(line.next("eve", "annotator", NOON)) == ["a"]


def test_to_write_what_is_proposed_is_to_accept_it(place):
    line = queue(place, ("a", "p"), unit="m")
    task = line.next("eve", "annotator", NOON)
    line.submit(task.task_id, "eve", "annotator", answer(task, "replace", value=" red "), NOON)
    assert line.store.decisions()["verdict"].to_list() == ["accept"]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([], "There is no answer"),
        ([Answer("a", "accept"), Answer("a", "reject")], "two answers"),
        ([Answer("b", "accept")], "'b' is not part of this task"),
        ([Answer("a", "accept", value="blue")], "Only 'replace' comes with a value"),
    ],
)
def test_answers_that_do_not_fit_are_refused_and_the_task_stays(place, answers, sentence):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    with pytest.raises(OddAnswers, match=sentence):
        line.submit(task.task_id, "eve", "annotator", answers, NOON)
    assert line.submit(task.task_id, "eve", "annotator", answer(task), NOON).status == "taken"


def test_what_a_person_skips_comes_to_others_and_later_again(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    assert line.submit(task.task_id, "eve", "annotator", answer(task, "skip"), NOON) == Receipt("taken")
    assert line.next("eve", "annotator", NOON) is None
    assert names(line.next("bob", "annotator", NOON)) == ["a"]
    assert names(line.next("eve", "annotator", NOON + dt.timedelta(hours=21))) == ["a"]


def test_what_two_cannot_tell_is_a_leads(place):
    line = queue(place, ("a", "p"))
    for person in ("eve", "bob"):
        task = line.next(person, "annotator", NOON)
        line.submit(task.task_id, person, "annotator", answer(task, "cannot_tell"), NOON)
    assert line.next("ann", "annotator", NOON) is None
    assert line.overview(NOON)["escalated"].to_list() == [1]
    task = line.next("lea", "lead", NOON)
    line.submit(task.task_id, "lea", "lead", answer(task, "reject"), NOON + MINUTE)
    assert line.store.history().select("annotator", "purpose").rows() == [("lea", "settle")]
    assert line.overview(NOON)["escalated"].to_list() == [0]


def test_what_is_escalated_is_a_leads_at_once(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    assert task.items[0].said == ()
    line.submit(task.task_id, "eve", "annotator", answer(task, "escalate", reason="two colours"), NOON)
    assert line.next("bob", "annotator", NOON) is None
    (shown,) = line.next("lea", "lead", NOON).items
    assert (shown.question_id, shown.said) == ("a", ("eve: a lead should look (two colours)",))


def test_undo_takes_back_ones_own_last_task_and_shows_it_again(place):
    line = queue(place)
    line.store.replace_day(DAY, alone("a", "b"))
    first = line.next("eve", "annotator", NOON)
    line.submit(first.task_id, "eve", "annotator", answer(first), NOON)
    second = line.next("eve", "annotator", NOON)
    back = line.undo("eve", NOON + MINUTE)
    assert names(back) == ["a"]
    assert names(line.next("eve", "annotator", NOON + MINUTE)) == ["a"]  # before what was in hand
    assert line.store.decisions().is_empty()
    line.submit(back.task_id, "eve", "annotator", answer(back, "reject"), NOON + MINUTE)
    assert line.store.decisions()["verdict"].to_list() == ["reject"]
    assert line.next("eve", "annotator", NOON + MINUTE).task_id == second.task_id
    assert line.progress("eve", NOON + MINUTE).words == 1


def test_undo_of_a_skip_brings_the_question_back(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    line.submit(task.task_id, "eve", "annotator", answer(task, "cannot_tell"), NOON)
    assert names(line.undo("eve", NOON)) == ["a"]
    assert line.undo("bob", NOON) is None


def test_undo_leaves_what_others_said_and_ends_after_an_hour(place):
    line = queue(place, ("a", "p"))
    task = line.next("eve", "annotator", NOON)
    line.submit(task.task_id, "eve", "annotator", answer(task), NOON)
    line.store.decide([said("a", "reject", annotator="lea", purpose="settle")])
    assert line.undo("eve", NOON + dt.timedelta(hours=2)) is None
    line.undo("eve", NOON + MINUTE)
    assert line.store.decisions().select("annotator", "verdict").rows() == [("lea", "reject")]


def test_a_blind_second_opinion_that_differs_is_a_leads_to_settle(place):
    how = replace(PLAIN, second=Budget(1.0, 1), second_share=1.0)
    line = queue(place, ("a", "p"), how=how, chance=lambda: 0.0)
    first = line.next("eve", "annotator", NOON)
    line.submit(first.task_id, "eve", "annotator", answer(first), NOON)
    assert line.next("eve", "annotator", NOON) is None  # not of the same person
    second = line.next("bob", "annotator", NOON)
    assert {field: getattr(second.items[0], field) for field in ("value", "confidence")} == {
        "value": "red",
        "confidence": 0.5,
    }
    line.submit(second.task_id, "bob", "annotator", answer(second, "reject"), NOON)
    assert line.store.decisions()["annotator"].to_list() == ["eve"]  # until a lead has settled it
    assert line.overview(NOON)["disputed"].to_list() == [1]
    assert line.next("ann", "annotator", NOON) is None
    third = line.next("lea", "lead", NOON)
    line.submit(third.task_id, "lea", "lead", answer(third, "reject"), NOON)
    assert line.store.decisions().select("annotator", "verdict").rows() == [("lea", "reject")]


def test_second_opinions_end_with_the_days_budget(place):
    how = replace(PLAIN, second=Budget(1.0, 1), second_share=1.0)
    line = queue(place, how=how, chance=lambda: 0.0)
    line.store.replace_day(DAY, alone("a", "b"))
    line.store.decide([said("a"), said("b")])
    assert len(names(line.next("eve", "annotator", NOON))) == 1
    assert line.next("bob", "annotator", NOON) is None
    assert len(names(line.next("bob", "annotator", NOON + dt.timedelta(days=1)))) == 1


def test_audits_are_asked_within_their_budget_and_when_nothing_else_is_left(place):
    line = queue(place, how=replace(PLAIN, audits=Budget(0.0, 1)))
    line.store.replace_day(DAY, pl.concat([alone("a", "b").with_columns(why=pl.lit("audit")), alone("c")]))
    assert names(line.next("eve", "annotator", NOON)) == ["c"]
    assert len(names(line.next("bob", "annotator", NOON))) == 1
    assert line.next("ann", "annotator", NOON) is None
    mixed = Queue(line.store, replace(PLAIN, audits=Budget(1.0, 5)), chance=lambda: 0.5)
    assert names(mixed.next("ann", "annotator", LATER))[0] in "ab"


def test_an_audit_is_asked_of_as_many_people_as_are_wanted(place):
    how = replace(PLAIN, audits=Budget(0.0, 9), audit_people=2)
    line = queue(place, ("a", "p"), why="audit", how=how)
    for person, left in (("eve", True), ("bob", True), ("ann", False)):
        task = line.next(person, "annotator", NOON)
        assert bool(task) == left
        if task:
            line.submit(task.task_id, person, "annotator", answer(task), NOON)
    assert line.store.history()["purpose"].to_list() == ["decide", "second"]


def test_the_excluded_are_as_if_they_had_said_nothing(place):
    line = queue(place, ("a", "p1"), ("b", "p2"))
    task = line.next("mal", "annotator", NOON)
    line.submit(task.task_id, "mal", "annotator", answer(task), NOON)
    line.store.decide([said("b", annotator="eve")])
    assert line.store.open_questions().is_empty()
    Exclusions(line.store.database).exclude("mal", NOON - MINUTE, by="lea", reason="clicks through", now=NOON)
    assert line.store.open_questions()["question_id"].to_list() == ["a"]
    assert line.store.decisions()["annotator"].to_list() == ["eve"]
    assert names(line.next("bob", "annotator", NOON)) == ["a"]


def test_progress_counts_what_a_person_did_today(place):
    line = queue(place, ("a", "p1"), ("a", "p2"), ("b", "p3"))
    task = line.next("eve", "annotator", NOON)
    line.submit(task.task_id, "eve", "annotator", answer(task), NOON + 30 * dt.timedelta(seconds=1))
    today = line.progress("eve", NOON)
    assert (today.tasks, today.words, today.products, today.median_seconds) == (1, 2, 3, 30.0)
    assert line.progress("bob", NOON).tasks == line.progress("eve", NOON + dt.timedelta(days=1)).tasks == 0


def test_overview_counts_what_waits_and_throughput_what_was_said(place):
    line = queue(place, ("a", "p1"), ("a", "p2"), ("b", "p3"), evidence="x")
    line.store.replace_day(NEXT_DAY, asked(("c", "p1"), kind="price", attribute=None, value="9.90"))
    line.next("eve", "annotator", NOON, kinds=["price"])
    line.store.decide([said("b")])
    assert line.overview(NOON).select("kind", "open", "products", "lent", "waits_since").rows() == [
        ("attribute", 1, 2, 0, NOON), ("price", 1, 1, 1, NOON)
    ]  # fmt: skip
    assert line.throughput(NOON).rows() == [(NOON, "anna", 1)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["eve", "bob"]),
        st.sampled_from(["next", "ahead", "accept", "reject", "skip", "undo", "wait", "again"]),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_people_do_nothing_is_lent_twice_and_nothing_confirmed_is_lost(tmp_path_factory, steps):
    store = SqlReviewStore(tmp_path_factory.mktemp("queue") / "review.sqlite", clock=lambda: NOON)
    store.replace_day(DAY, alone("a", "b", "c"))
    line, now, last, confirmed = Queue(store, PLAIN, never), NOON, {}, 0
    for person, step in steps:
        now += MINUTE
        if step == "wait":
            now += 10 * MINUTE
        elif step == "undo":
            line.undo(person, now)
        elif step == "again" and person in last:
            before = store.history().height
            assert (
                line.submit(last[person].task_id, person, "annotator", answer(last[person]), now).status == "repeated"
            )
            assert store.history().height == before
        elif (task := line.next(person, "annotator", now, ahead=int(step == "ahead"))) and step not in (
            "next",
            "ahead",
        ):
            told = line.submit(
                task.task_id, person, "annotator", answer(task, step if step != "again" else "accept"), now
            )
            confirmed, last[person] = confirmed + told.recorded, task
        with store.database.reading() as session:
            lent = session.rows("SELECT question_id, count(*) AS n FROM leases GROUP BY question_id")
        assert all(row["n"] == 1 for row in lent)
        held = [names(line.next(name, "annotator", now)) for name in ("eve", "bob")]
        assert not set(held[0]) & set(held[1])
    said_so_far = store.history().filter(pl.col("verdict") != "undo")
    assert said_so_far.height == confirmed
    fresh = {row[0]: row[1:] for row in _states(store)}
    store.derive_anew()
    assert {row[0]: row[1:] for row in _states(store)} == fresh


def _states(store: SqlReviewStore) -> list[tuple]:
    with store.database.reading() as session:
        return [tuple(r.values()) for r in session.rows("SELECT question_id, state, sequence, people FROM waiting")]


def test_many_at_once_get_different_tasks_and_lose_nothing(place):
    line = queue(place)
    line.store.replace_day(DAY, alone(*(f"q{n:02}" for n in range(24))))

    def work(person: str) -> list[str]:
        done = []
        while task := line.next(person, "annotator", NOON):
            assert line.submit(task.task_id, person, "annotator", answer(task), NOON).recorded == 1
            done += names(task)
        return done

    with ThreadPoolExecutor(6) as pool:
        done = [name for part in pool.map(work, [f"person {n}" for n in range(6)]) for name in part]
    assert sorted(done) == sorted(line.store.decisions(ids(*done))["question_id"]) == [f"q{n:02}" for n in range(24)]
