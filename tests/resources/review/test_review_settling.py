"""Leads, undo, escalation and exclusion: whose words stand, and what comes back to whom."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from queue_cases import HOUR, MINUTE, PLAIN, alone, answer, disputed, give, queue, state
from review_cases import DAY, NOON, said

from resources.review.choosing import Chosen
from resources.review.exclusions import Exclusions
from resources.review.settings import Budget
from resources.review.tasks import Answer


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


def test_an_undo_takes_back_what_the_task_recorded_and_nothing_else(place):
    line = queue(place, "a")
    give(line, "anna", "skip")
    line.store.decide([said("a", decided_at=NOON + MINUTE)])  # by a file
    line.undo("anna", NOON + 2 * MINUTE)
    assert line.store.decisions().height == 1


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


def test_a_lead_takes_back_a_word_though_its_dispute_was_fetched_ahead_for_them(place):
    line = queue(place, "a", "b")
    line.store.decide([said("a")])
    with line.store.database.writing() as session:
        task = line._handed(session, "lea", Chosen("second", ("a",), "second"), NOON, seen=True)
    line.submit(task["task_id"], "lea", "lead", [Answer("a", "reject")], NOON)
    assert state(line.store) == "disputed"
    ahead = line.next("lea", "lead", NOON)  # what was fetched while they looked at the answer
    assert [one.question_id for one in ahead.items] == ["a"]
    back = line.undo("lea", NOON)
    assert [one.question_id for one in back.items] == ["a"]
    assert state(line.store) == "decided"
    assert line.submit(ahead.task_id, "lea", "lead", answer(ahead), NOON).status == "lost"
