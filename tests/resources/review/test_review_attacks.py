"""Attacks on the review store: words lost, doubled or made of nothing, and tables that remember the history of runs."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from review_cases import DAY, NEXT_DAY, NOON, asked, said
from review_databases import Place

from catalog_assets.consensus.standing import Trust, name_of
from catalog_assets.together import run_together
from resources.review import words
from resources.review.database import Database
from resources.review.exclusions import Exclusions
from resources.review.external.intake import take_in
from resources.review.judging import Stated
from resources.review.known_answers import NoKnownAnswer, fix, known_answers, retire
from resources.review.migrations import migrate
from resources.review.page.answering import AnswerIn, of_form, of_script
from resources.review.protocol import Decision
from resources.review.queue import Queue
from resources.review.schema import MIGRATIONS
from resources.review.settings import Budget, QueueSettings
from resources.review.store import SqlReviewStore
from resources.review.tasks import Answer, Task
from resources.review.words import named, trusted

NONE = Budget(0.0, 0)
PLAIN = QueueSettings(second=NONE, gold=NONE, audits=NONE)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
NUMBERS = count()
STATES = "SELECT question_id, state, sequence, people, products, decided_at FROM waiting ORDER BY question_id"


def queue(place, *questions: str, how: QueueSettings = PLAIN, chance=lambda: 0.999999, **fields) -> Queue:
    store = SqlReviewStore(place / "review.sqlite", clock=lambda: NOON)
    if questions:
        store.replace_day(DAY, alone(*questions, **fields))
    return Queue(store, how, chance)


def alone(*names: str, **fields) -> pl.DataFrame:
    """Questions of which each is a look of its own."""
    return pl.concat([asked((name, f"p-{name}"), **{"evidence": name, **fields}) for name in names])


def answer(task: Task | None, choice="accept", **fields) -> list[Answer]:
    assert task is not None
    return [Answer(item.question_id, choice, **fields) for item in task.items]


def give(line: Queue, person: str, choice="accept", role="annotator", now: dt.datetime = NOON, **fields):
    task = line.next(person, role, now)
    return line.submit(task.task_id, person, role, answer(task, choice, **fields), now)


def rows(store: SqlReviewStore, statement: str = STATES) -> list[dict]:
    with store.database.reading() as session:
        return session.rows(statement)


def state(store: SqlReviewStore, question_id: str = "a") -> str:
    return {row["question_id"]: row["state"] for row in rows(store)}[question_id]


def disputed(place, how: QueueSettings = PLAIN) -> Queue:
    line = queue(place, "a", how=how)
    line.store.decide([said("a"), said("a", "reject", annotator="bob", purpose="second")])
    assert state(line.store) == "disputed"
    return line


@pytest.mark.parametrize("passed", ["skip", "cannot_tell", "escalate"])
def test_a_lead_who_takes_back_a_pass_takes_back_nobodys_words(place, passed):
    line = disputed(place)
    give(line, "lea", passed, "lead")
    line.undo("lea", NOON + MINUTE)
    assert line.store.decisions()["annotator"].to_list() == ["anna"]


def test_a_lead_who_takes_back_their_answer_leaves_the_words_of_others(place):
    line = disputed(place)
    give(line, "lea", "reject", "lead")
    line.undo("lea", NOON + MINUTE)
    assert state(line.store) == "disputed"
    assert line.store.decisions()["annotator"].to_list() == ["anna"]


def test_a_lead_whose_answer_was_lost_takes_back_nobodys_words(place):
    line = disputed(place)
    task = line.next("lea", "lead", NOON)
    line.next("max", "lead", NOON + 11 * MINUTE)  # lends it
    assert line.submit(task.task_id, "lea", "lead", answer(task), NOON + 12 * MINUTE).status == "lost"
    line.undo("lea", NOON + 13 * MINUTE)
    assert line.store.decisions()["annotator"].to_list() == ["anna"]


def test_who_is_no_lead_any_more_settles_nothing(place):
    line = disputed(place)
    task = line.next("lea", "lead", NOON)
    line.submit(task.task_id, "lea", "annotator", answer(task, "reject"), NOON + MINUTE)
    assert line.store.decisions()["annotator"].to_list() == ["anna"]


def test_a_late_lead_does_not_overrule_the_lead_who_has_settled_it(place):
    line = disputed(place)
    task = line.next("lea", "lead", NOON)
    give(line, "max", "reject", "lead", NOON + 11 * MINUTE)
    line.submit(task.task_id, "lea", "lead", answer(task), NOON + 12 * MINUTE)
    assert line.store.decisions().select("annotator", "verdict").rows() == [("max", "reject")]


def test_a_word_said_after_readmission_counts(place):
    line = queue(place, "a")
    line.store.decide([said("a")])
    leads = Exclusions(line.store.database)
    leads.exclude("anna", NOON - HOUR, by="lea", reason="clicks", now=NOON + HOUR)
    leads.readmit("anna", NOON + 2 * HOUR, by="lea", reason="trained", now=NOON + 2 * HOUR)
    line.store.decide([said("a", decided_at=NOON + 3 * HOUR)])
    assert line.store.decisions()["annotator"].to_list() == ["anna"]


def test_a_lead_who_is_readmitted_can_settle(place):
    line = disputed(place)
    give(line, "lea", "reject", "lead")
    leads = Exclusions(line.store.database)
    leads.exclude("lea", NOON - HOUR, by="max", reason="drunk", now=NOON + HOUR)
    leads.readmit("lea", NOON + 2 * HOUR, by="max", reason="sober", now=NOON + 2 * HOUR)
    receipt = give(line, "lea", "reject", "lead", NOON + 3 * HOUR)
    assert (receipt.recorded, state(line.store)) == (1, "decided")


def test_what_is_asked_again_of_the_readmitted_can_be_answered_by_them(place):
    line = queue(place, "a")
    give(line, "anna")
    leads = Exclusions(line.store.database)
    leads.exclude("anna", NOON - HOUR, by="lea", reason="clicks", now=NOON + HOUR)
    leads.readmit("anna", NOON + 2 * HOUR, by="lea", reason="trained", now=NOON + 2 * HOUR)
    assert line.next("anna", "annotator", NOON + 3 * HOUR) is not None


def test_a_word_that_stands_can_be_taken_back_after_a_gold_answer_was(place):
    store = queue(place, "a").store
    store.decide([said("a"), said("a", purpose="gold"), said("a", "undo", purpose="gold")])
    assert store.decisions().height == 1
    store.decide([said("a", "undo")])
    assert store.decisions().is_empty()


def test_a_word_that_stands_can_be_taken_back_by_a_lead_after_an_undo_that_does_not_count(place):
    store = queue(place, "a").store
    store.decide([said("a"), said("a", "undo", decided_at=NOON + HOUR)])
    Exclusions(store.database).exclude("anna", NOON + MINUTE, by="lea", reason="x", now=NOON + 2 * HOUR)
    store.decide([said("a", "undo", annotator="lea", purpose="settle", decided_at=NOON + 3 * HOUR)])
    assert store.decisions().is_empty()


def test_an_escalation_outlives_a_day_that_was_run_without_its_question(place):
    line = queue(place, "a")
    give(line, "anna", "escalate", reason="two colours")
    line.store.replace_day(DAY, alone("b"))
    line.store.replace_day(DAY, alone("a"))
    before = state(line.store)
    line.store.derive_anew()
    assert before == state(line.store) == "escalated"


def test_an_escalation_is_not_silenced_by_a_word_that_does_not_count(place):
    line = queue(place, "a")
    give(line, "anna", "escalate")
    line.store.decide([said("a", annotator="mal", decided_at=NOON + MINUTE)])
    Exclusions(line.store.database).exclude("mal", NOON - HOUR, by="lea", reason="x", now=NOON + HOUR)
    assert state(line.store) == "escalated"


def test_passes_of_the_excluded_do_not_count(place):
    line = queue(place, "a")
    give(line, "mal", "escalate")
    Exclusions(line.store.database).exclude("mal", NOON - HOUR, by="lea", reason="x", now=NOON + HOUR)
    assert state(line.store) == "open"


def test_a_task_whose_questions_are_gone_does_not_keep_a_person_from_others(place):
    line = queue(place, "a")
    line.next("anna", "annotator", NOON)
    line.store.replace_day(DAY, alone("b"))
    task = line.next("anna", "annotator", NOON + MINUTE)
    assert [item.question_id for item in task.items] == ["b"]


def test_an_answer_to_a_form_is_no_word_on_what_the_form_did_not_show(place):
    both, one = asked(("a", "p1"), ("b", "p2")), asked(("a", "p1"))
    line = queue(place)
    line.store.replace_day(DAY, both)
    task = line.next("anna", "annotator", NOON)
    assert len(task.items) == 2
    line.store.replace_day(DAY, one)
    shown = line.task(task.task_id, "anna")
    line.store.replace_day(DAY, both)
    seen = {item.question_id for item in shown.items}
    answers = of_form(line.task(task.task_id, "anna"), "marked", ["a"], [], None, None, None)
    assert {one.question_id for one in answers} <= seen


def test_an_answer_is_kept_though_the_other_question_of_the_look_is_gone(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("a", "p1"), ("b", "p2")))
    task = line.next("anna", "annotator", NOON)
    line.store.replace_day(DAY, asked(("a", "p1")))
    sent = [AnswerIn(question_id=item.question_id, choice="accept") for item in task.items]
    answers = of_script(line.task(task.task_id, "anna"), sent)
    assert "a" in [one.question_id for one in answers]


def test_a_word_is_kept_with_what_was_shown(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("a", "p"), evidence="in red", confidence=0.9))
    task = line.next("anna", "annotator", NOON)
    line.store.replace_day(NEXT_DAY, asked(("a", "p"), evidence="anything but red", confidence=0.1))
    line.submit(task.task_id, "anna", "annotator", answer(task), NOON + MINUTE)
    assert line.store.cases(None).select("asked_evidence", "asked_confidence").rows() == [("in red", 0.9)]


@pytest.mark.parametrize("why", ["gold", "second"])
def test_a_receipt_does_not_tell_what_was_mixed_in(place, why):
    how = replace(PLAIN, **{why: Budget(1.0, 5)}, second_share=1.0)
    line = queue(place, "a", how=how, chance=lambda: 0.0)
    told = give(line, "anna")
    if why == "gold":
        fix(line.store, "a", "lea", NOON)
    assert give(line, "bob").products == told.products


def test_the_overview_does_not_tell_what_was_mixed_in(place):
    how = replace(PLAIN, gold=Budget(1.0, 5))
    line = queue(place, "a", how=how, chance=lambda: 0.0)
    line.next("anna", "annotator", NOON)
    plain = line.overview(NOON)["lent"].to_list()
    give(line, "anna")
    fix(line.store, "a", "lea", NOON)
    assert line.next("bob", "annotator", NOON) is not None
    assert line.overview(NOON)["lent"].to_list() == plain


@pytest.mark.parametrize("people", [2**31, 2**63, 2**64, 2**200])
def test_a_release_that_wants_very_many_people_stops_nobody(place, people):
    store = queue(place, "a").store
    try:
        store.use(Trust(people=people))
    except ValueError:
        return  # refused in words is as good
    store.decide([said("a")])
    assert state(store) == "wanting"


def test_names_are_compared_in_one_way():
    every = [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]
    frame = pl.DataFrame({"name": [f"{c}x{c}" for c in every]}).with_columns(name_of(pl.col("name")).alias("key"))
    changed = [(name, key) for name, key in frame.rows() if not name == key == name.strip().lower()]
    other = [(ascii(name), ascii(key)) for name, key in changed if named(name) != key]
    assert other == []


def test_an_older_word_of_another_platform_does_not_overrule_a_newer_second_opinion(place):
    store = queue(place, "a").store
    store.decide([said("a", decided_at=NOON - HOUR)])

    def from_platform(word: str, at: dt.datetime) -> None:
        take_in(store, [(word, Stated("a", word, "", "", "p:bob", at))], NOON, "again")

    from_platform("reject", NOON)
    from_platform("accept", NOON - MINUTE)
    assert state(store) == "disputed"


def test_words_of_two_platforms_at_once_overrule_nobody(place):
    store = queue(place, "a").store

    class Slow(SqlReviewStore):
        def decide(self, decisions, once=False, beside=False):
            store.decide([said("a", "reject", annotator="bob")])
            return super().decide(decisions, once, beside)

    slow = Slow(store.database, clock=lambda: NOON)
    take_in(slow, [("one", Stated("a", "accept", "", "", "p:eve", NOON))], NOON, "again")
    assert store.decisions()["annotator"].to_list() == ["bob"]


def test_a_known_answer_is_retired_though_a_clock_went_back(place):
    store = queue(place, "a").store
    store.decide([said("a")])
    fix(store, "a", "lea", NOON + HOUR)
    retire(store, "a", "lea", NOON)
    assert known_answers(store).is_empty()


def test_a_known_answer_is_fixed_and_retired_in_one_moment(place):
    store = queue(place, "a").store
    store.decide([said("a")])
    fix(store, "a", "lea", NOON)
    retire(store, "a", "lea", NOON)
    assert known_answers(store).is_empty()


@pytest.mark.parametrize("purpose", ["second", "gold"])
def test_who_only_measured_can_decide_what_is_open_again(place, purpose):
    store = queue(place, "a").store
    store.decide([said("a"), said("a", annotator="bob", purpose=purpose)])
    Exclusions(store.database).exclude("anna", NOON - HOUR, by="lea", reason="x", now=NOON)
    line = Queue(store, PLAIN, lambda: 0.999999)
    assert state(store) == "open"
    assert line.next("bob", "annotator", NOON + MINUTE) is not None


@pytest.mark.parametrize("candidates", ['{"value": 1}', "[1]", '[{"strange": 1}]', "no JSON"])
def test_candidates_that_cannot_be_shown_block_nobody(place, candidates):
    line = queue(place)
    try:
        line.store.replace_day(DAY, asked(("a", "p"), candidates=candidates))
    except ValueError:
        return
    assert line.next("anna", "annotator", NOON) is not None


PEOPLE = st.sampled_from(["anna", "Bob ", "lea"])
QUESTIONS = st.lists(st.sampled_from("abc"), unique=True)
MOVES = st.one_of(
    st.tuples(
        st.just("day"), st.sampled_from([DAY, NEXT_DAY]), QUESTIONS,
        st.sampled_from([{}, {"why": "audit"}, {"evidence": "other", "confidence": 0.9}, {"popularity": 3.0}]),
    ),
    st.tuples(
        st.just("decide"), PEOPLE, st.sampled_from("abc"), st.sampled_from(["accept", "reject", "undo", "blue"]),
        st.sampled_from(["decide", "second", "gold", "settle"]),
    ),
    st.tuples(
        st.just("task"), PEOPLE, st.sampled_from(["annotator", "lead"]),
        st.sampled_from(["accept", "reject", "skip", "cannot_tell", "escalate"]),
    ),
    st.tuples(st.just("undo"), PEOPLE),
    st.tuples(st.just("exclude"), PEOPLE, st.booleans(), st.integers(-5, 5)),
    st.tuples(st.just("use"), st.sampled_from([None, 0.8, 0.995])),
    st.tuples(st.just("gold"), st.sampled_from("abc"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 11])),
)  # fmt: skip
HOW = replace(
    PLAIN, second=Budget(0.3, 5), gold=Budget(0.3, 5), audits=Budget(0.3, 5), second_share=1.0, audit_people=2
)
ALL_OF_IT = """
SELECT question_id, kind, state, sequence, people, products, oldest_day, priority, group_key, why, draw, decided_at
FROM waiting ORDER BY question_id
"""
SPOKEN = "SELECT question_id, person FROM spoken ORDER BY question_id, person"


def play(line: Queue, moves: list[tuple]) -> dt.datetime:
    store, now = line.store, NOON
    for number, (move, *what) in enumerate(moves):
        now += dt.timedelta(seconds=1)
        if move == "day":
            day, names, fields = what
            store.replace_day(day, asked(*((name, f"p{number % 3}") for name in names), **fields))
        elif move == "decide":
            person, question, verdict, purpose = what
            value = {"value": "blue"} if verdict == "blue" else {}
            verdict = "replace" if value else verdict
            store.decide([Decision(question, verdict, person, now, purpose=purpose, **value)])
        elif move == "task":
            person, role, choice = what
            task = line.next(person, role, now)
            if task is not None and task.items:
                line.submit(task.task_id, person, role, answer(task, choice), now)
        elif move == "undo":
            line.undo(what[0], now)
        elif move == "exclude":
            person, excluded, minutes = what
            state_it = Exclusions(store.database).exclude if excluded else Exclusions(store.database).readmit
            state_it(person, now + minutes * MINUTE, by="lea", reason="x", now=now)
        elif move == "use":
            store.use(None if what[0] is None else Trust({"anna": what[0]}, people=2))
        elif move == "gold":
            with suppress(NoKnownAnswer):
                (fix if what[1] else retire)(store, what[0], "lea", now)
        else:
            now += what[0] * MINUTE
    return now


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(moves=st.lists(MOVES, max_size=14), draws=st.randoms(use_true_random=False))
def test_whatever_happened_the_queue_is_what_its_journal_says(place, moves, draws):
    line = queue(Place(place.kind, place.folder / str(next(NUMBERS))), how=HOW, chance=draws.random)
    play(line, [("day", DAY, ["a", "b", "c"], {}), *moves])
    before = rows(line.store, ALL_OF_IT), rows(line.store, SPOKEN)
    stands = {row["question_id"]: row["sequence"] for row in before[0] if row["sequence"] is not None}
    with line.store.database.reading() as session:
        trust = trusted(session)
    assert dict(line.store.decisions(trust=trust).select("question_id", "sequence").rows()) == stands
    line.store.derive_anew()
    assert (rows(line.store, ALL_OF_IT), rows(line.store, SPOKEN)) == before


def test_a_lead_who_says_again_what_they_said_ends_a_new_escalation(place):
    line = queue(place, "a", how=replace(PLAIN, second=Budget(1.0, 5), second_share=1.0), chance=lambda: 0.0)
    give(line, "anna", "escalate")
    give(line, "lea", "accept", "lead", NOON + dt.timedelta(seconds=1))
    give(line, "bob", "escalate", now=NOON + MINUTE)
    assert state(line.store) == "escalated"
    receipt = give(line, "lea", "accept", "lead", NOON + 2 * MINUTE)
    assert (receipt.status, state(line.store)) == ("taken", "decided")


def test_what_a_leads_word_ended_is_ended_whatever_the_clocks_say(place):
    line = queue(place, "a")
    give(line, "anna", "escalate", now=NOON + MINUTE)
    give(line, "lea", "accept", "lead", NOON)  # another machine's clock
    assert state(line.store) == "decided"


def test_a_late_answer_counts_where_only_the_same_person_has_the_question_again(place):
    line = queue(place, "a")
    first = line.next("anna", "annotator", NOON)
    assert line.next("anna", "annotator", NOON + 11 * MINUTE).task_id != first.task_id  # the page looks ahead
    assert line.submit(first.task_id, "anna", "annotator", answer(first), NOON + 12 * MINUTE).status == "late"


def test_an_undo_takes_back_what_the_task_recorded_and_nothing_else(place):
    line = queue(place, "a")
    give(line, "anna", "skip")
    line.store.decide([said("a", decided_at=NOON + MINUTE)])  # by a file
    line.undo("anna", NOON + 2 * MINUTE)
    assert line.store.decisions().height == 1


@pytest.mark.parametrize("popularity", [float("nan"), float("inf"), -1.0])
def test_a_popularity_that_is_none_is_refused(place, popularity):
    line = queue(place)
    with pytest.raises(ValueError, match="popularity"):
        line.store.replace_day(DAY, asked(("a", "p"), popularity=popularity))


def test_products_that_differ_by_what_a_server_cannot_keep_do_not_stop_a_day(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("a", "p"), ("a", "p\x00")))
    assert line.store.open_questions().height == 1


def test_a_journal_that_was_copied_to_another_database_goes_on(place):
    source = queue(place, "a", "b").store
    source.decide([said("a"), said("b")])
    target = SqlReviewStore(place / "other.sqlite")
    with source.database.reading() as session:
        parts = {name: pl.DataFrame(session.rows(f"SELECT * FROM {name}")) for name in ("questions", "decisions")}
    with target.database.staging() as session, session.write():
        for name, frame in parts.items():
            session.load(name, frame)
    target.derive_anew()
    assert target.decide([said("a", "reject")])[0].status == "recorded"


def test_a_program_that_cannot_be_started_leaves_none_running(tmp_path):
    mark = tmp_path / "pid"
    first = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(20)"
    with pytest.raises(FileNotFoundError):
        run_together({"one": [sys.executable, "-c", first], "two": ["/nowhere/program"]}, print)
    time.sleep(1)
    assert not (mark.exists() and _runs(int(mark.read_text())))


def test_programs_end_when_their_terminal_is_closed(tmp_path):
    mark = tmp_path / "pid"
    inner = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(20)"
    start = f"run_together({{'a': [sys.executable, '-c', {inner!r}]}}, print)"
    code = f"import sys; from catalog_assets.together import run_together; {start}"
    outer = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    outer.send_signal(signal.SIGHUP)
    outer.wait(10)
    time.sleep(0.5)
    alive = _runs(int(mark.read_text()))
    if alive:
        os.kill(int(mark.read_text()), signal.SIGKILL)
    assert not alive


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_a_lead_answers_anew_what_they_took_back_of_an_escalation(place):
    line = queue(place, "a")
    give(line, "anna", "escalate")
    give(line, "lea", "accept", "lead", NOON + MINUTE)
    back = line.undo("lea", NOON + 2 * MINUTE)
    assert state(line.store) == "escalated"
    receipt = line.submit(back.task_id, "lea", "lead", answer(back, "reject"), NOON + 3 * MINUTE)
    assert (receipt.status, line.store.decisions()["verdict"].to_list()) == ("taken", ["reject"])


def test_an_escalation_outlives_a_word_that_was_taken_back(place):
    line = queue(place, "a")
    give(line, "anna", "escalate")
    line.store.decide([said("a", annotator="csv", decided_at=NOON + MINUTE)])
    line.store.decide([said("a", "undo", annotator="csv", decided_at=NOON + 2 * MINUTE)])
    assert state(line.store) == "escalated"


def test_undo_brings_back_the_last_answer_and_not_a_task_that_went_away(place):
    line = queue(place, "a", "b")
    give(line, "anna")
    held = line.next("anna", "annotator", NOON + MINUTE)
    line.store.replace_day(DAY, alone("a"))
    assert line.next("anna", "annotator", NOON + 2 * MINUTE) is None
    assert held is not None
    back = line.undo("anna", NOON + 3 * MINUTE)
    assert [item.question_id for item in back.items] == ["a"]
    assert line.store.decisions().is_empty()


def test_undo_brings_back_the_last_answer_and_not_one_that_was_lost(place):
    line = queue(place, "a", "b")
    late = line.next("anna", "annotator", NOON)
    line.store.decide([said("a", annotator="bob")])
    give_b = line.next("anna", "annotator", NOON + 11 * MINUTE)
    line.submit(give_b.task_id, "anna", "annotator", answer(give_b), NOON + 11 * MINUTE)
    assert line.submit(late.task_id, "anna", "annotator", answer(late), NOON + 12 * MINUTE).status == "lost"
    back = line.undo("anna", NOON + 13 * MINUTE)
    assert [item.question_id for item in back.items] == ["b"]


def test_a_word_of_the_excluded_is_said_once(place):
    store = queue(place, "a").store
    Exclusions(store.database).exclude("anna", NOON - HOUR, by="lea", reason="x", now=NOON)
    for minutes in (1, 2):
        store.decide([said("a", decided_at=NOON + minutes * MINUTE)], once=True)
    assert store.history().height == 1


def test_a_store_of_an_older_version_stands_as_it_stood(tmp_path):
    path = tmp_path / "review.sqlite"
    database = Database(path)
    database.create()
    migrate(database, MIGRATIONS[:3])
    told = [("a", "accept", "anna"), ("a", "reject", "bob"), ("b", "accept", "anna"), ("b", "undo", "bob"),
            ("c", "accept", "anna"), ("c", "undo", "bob"), ("c", "reject", "İ ")]  # fmt: skip
    with database.writing() as session:
        for name in "abcd":
            session.execute("INSERT INTO questions VALUES (:q, 'attribute', 'colour', 'red', NULL)", {"q": name})
            session.execute("INSERT INTO question_days (question_id, day) VALUES (:q, '2025-03-01')", {"q": name})
            session.execute("INSERT INTO question_products VALUES (:q, '2025-03-01', 'p')", {"q": name})
        for question, verdict, who in told:
            session.execute(
                "INSERT INTO decisions (question_id, verdict, annotator, decided_at, asked) VALUES (:q, :v, :w, 1, :a)",
                {"q": question, "v": verdict, "w": who, "a": '{"kind": "attribute", "confidence": 0.5}'},
            )
    store = SqlReviewStore(path)
    assert store.decisions().select("question_id", "sequence").rows() == [("a", 2), ("c", 7)]
    assert [(r["question_id"], r["state"], r["sequence"]) for r in rows(store)] == [
        ("a", "decided", 2), ("b", "open", None), ("c", "decided", 7), ("d", "open", None)
    ]  # fmt: skip
    assert store.decide([said("b", annotator="bob")])[0].status == "recorded"
    before = rows(store)
    store.derive_anew()
    assert rows(store) == before


def test_what_was_read_before_a_word_is_not_kept_as_what_was_read_after_it(place, monkeypatch):
    store = queue(place, "a", "b").store
    store.decide([said("a")])
    read = words.in_force

    def slowly(*how):
        found = read(*how)
        monkeypatch.setattr(words, "in_force", read)
        store.decide([said("b")])  # another thread, while this one reads
        assert store.cases(None).height == 2
        return found

    monkeypatch.setattr(words, "in_force", slowly)
    store.cases(None)
    assert store.cases(None).height == 2


def test_a_lead_who_is_asked_twice_in_two_windows_settles_once(place):
    line = disputed(place)
    first = line.next("lea", "lead", NOON)
    second = line.next("lea", "lead", NOON + 11 * MINUTE)
    line.submit(second.task_id, "lea", "lead", answer(second, "reject"), NOON + 12 * MINUTE)
    assert line.submit(first.task_id, "lea", "lead", answer(first, "accept"), NOON + 13 * MINUTE).status == "lost"
    assert line.store.decisions()["verdict"].to_list() == ["reject"]


def test_a_lead_who_cannot_tell_either_does_not_bury_the_question(place):
    line = disputed(place)
    give(line, "lea", "cannot_tell", "lead")
    days = dt.timedelta(days=30)
    assert line.next("lea", "lead", NOON + days) is not None


def test_the_other_meaning_of_a_question_is_not_answered_by_a_task_about_the_first(place):
    line = queue(place, "a")
    task = line.next("anna", "annotator", NOON)
    line.store.replace_day(DAY, asked(("b", "p")))  # never decided: it goes
    line.store.replace_day(DAY, asked(("a", "p"), value="blue"))
    line.submit(task.task_id, "anna", "annotator", answer(task), NOON + MINUTE)
    cases = line.store.cases(None)
    assert cases.is_empty() or cases["asked_value"].to_list() == [task.items[0].value]


def test_a_person_who_escalates_what_is_decided_does_not_reopen_it_for_the_same_answer_to_be_refused(place):
    line = queue(place, "a", how=replace(PLAIN, second=Budget(1.0, 5), second_share=1.0), chance=lambda: 0.0)
    give(line, "anna")
    give(line, "bob", "cannot_tell", now=NOON + MINUTE)
    give(line, "cyd", "cannot_tell", now=NOON + 2 * MINUTE)
    assert state(line.store) == "escalated"
    back = line.undo("cyd", NOON + 3 * MINUTE)
    assert back is not None
    assert state(line.store) == "decided"


def test_who_undoes_a_second_opinion_is_asked_for_it_again_within_the_budget(place):
    line = queue(place, "a", "b", "c", how=replace(PLAIN, second=Budget(1.0, 1), second_share=1.0), chance=lambda: 0.0)
    line.store.decide([said(name) for name in "abc"])
    for number in range(3):
        give(line, "bob", now=NOON + number * MINUTE) if number == 0 else None
        back = line.undo("bob", NOON + number * MINUTE)
        line.submit(back.task_id, "bob", "annotator", answer(back, "reject"), NOON + number * MINUTE)
    assert line.next("bob", "annotator", NOON + 5 * MINUTE) is None
    assert line.store.words().filter(pl.col("purpose") == "second")["question_id"].n_unique() == 1


@pytest.mark.parametrize("name", ["İlse", "STRASSE", "straße", "ａｎｎａ", "ΣΑΣ", "Ǆon", "anna\x1f", "\x85anna"])
def test_one_person_under_one_name(place, name):
    line = queue(place, "a")
    give(line, name)
    assert line.next(name, "annotator", NOON + MINUTE) is None
    assert line.undo(name, NOON + MINUTE) is not None
    assert line.store.decisions().is_empty()
    assert rows(line.store, "SELECT * FROM spoken") == []


ODD = ["'; DROP TABLE decisions; --", ":day", "a b", "ﷺ" * 50, "q" * 5000, "%s", "\\u0000", "a\x00b"]


@pytest.mark.parametrize("question", ODD, ids=ascii)
def test_questions_by_odd_names_are_answered(place, question):
    line = queue(place)
    line.store.replace_day(DAY, asked((question, "p"), evidence="\x00%s:x"))
    assert give(line, "anna").recorded == 1
    assert line.store.cases(None).height == 1
    assert line.undo("anna", NOON + MINUTE) is not None
