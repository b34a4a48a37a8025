"""Words from elsewhere: judged like any other, each once, and nobody overrules what they did not know of."""

import datetime as dt

import pytest
from external_cases import NOON, journal, store_with

from resources.review.external.intake import STATUSES, Report, Taken, person, take_in
from resources.review.judging import Stated
from resources.review.protocol import Decision

AGAIN = "Ask again"
ANNA, BEN = "crowd:anna", "crowd:ben"


@pytest.fixture
def store(place):
    return store_with(place, "a", "b")


def stated(question_id="a", word="accept", value="", who=ANNA, minutes=0, comment=""):
    return Stated(question_id, word, value, comment, who, NOON + dt.timedelta(minutes=minutes))


def take(store, *ones, broken_off=(), now=NOON + dt.timedelta(hours=1)):
    named = [(f"decision {number}", one) for number, one in enumerate(ones)]
    return [one.status for one in take_in(store, named, now, AGAIN, broken_off)]


def test_words_are_recorded_with_who_said_them_and_when(store):
    assert (
        take(store, stated(word=" Replace ", value="blue", comment="seen"), stated("b", "reject")) == ["recorded"] * 2
    )
    assert journal(store) == [("a", "replace", "blue", ANNA, "decide"), ("b", "reject", None, ANNA, "decide")]
    assert store.history()["decided_at"].to_list() == [NOON, NOON]
    assert store.history()["reason"].to_list() == ["seen", None]


def test_they_are_recorded_in_the_order_in_which_they_were_said(store):
    assert take(store, stated(word="reject", minutes=2), stated(minutes=1)) == ["recorded", "recorded"]
    assert [verdict for _, verdict, *_ in journal(store)] == ["accept", "reject"]
    assert store.decisions()["verdict"].to_list() == ["reject"]


def test_somebody_elses_word_on_a_decided_question_is_a_second_opinion(store):
    store.decide([Decision("a", "accept", "lead", NOON + dt.timedelta(minutes=30))])
    assert take(store, stated(word="reject")) == ["recorded"]
    assert take(store, stated("b"), stated("b", "reject", who=BEN, minutes=1)) == ["recorded", "recorded"]
    assert [(who, why) for _, _, _, who, why in journal(store)] == [
        ("lead", "decide"), (ANNA, "second"), (ANNA, "decide"), (BEN, "second"),
    ]  # fmt: skip
    assert store.decisions()["annotator"].to_list() == ["lead", ANNA]


def test_a_person_may_change_their_mind_and_change_it_back(store):
    words = [stated(), stated(word="reject", minutes=1), stated(minutes=2)]
    for word in words:
        assert take(store, word) == ["recorded"]
    assert store.decisions()["verdict"].to_list() == ["accept"]


def test_a_word_that_comes_after_a_later_one_of_the_same_person_says_nothing(store):
    assert take(store, stated(word="reject", minutes=5)) == ["recorded"]
    assert take(store, stated(minutes=1)) == ["late"]
    assert take(store, stated(word="skip", minutes=1)) == ["late"]
    assert store.decisions()["verdict"].to_list() == ["reject"]


@pytest.mark.parametrize("word", ["skip", "cannot_tell", "cannot tell", "Escalate", "undo"])
def test_who_passes_takes_back_what_they_said_and_nothing_of_others(store, word):
    store.decide([Decision("b", "accept", "lead", NOON)])
    assert take(store, stated(), stated("b", "reject")) == ["recorded", "recorded"]
    assert take(store, stated(word=word, minutes=1)) == ["withdrawn"]
    assert take(store, stated(word=word, minutes=2), stated(word=word, who=BEN)) == ["passed", "passed"]
    assert store.decisions()["question_id"].to_list() == ["b"]


def test_a_pass_within_one_batch_counts_as_well(store):
    assert take(store, stated(), stated(word="skip", minutes=1), stated(word="reject", who=BEN, minutes=2)) == [
        "recorded", "withdrawn", "recorded",
    ]  # fmt: skip
    assert [why for *_, why in journal(store)] == ["decide", "decide", "decide"], "nobody else's word stood any more"


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (stated("zzz"), "there is no question 'zzz': it is no longer asked, or its id was altered. Ask again"),
        (stated("zzz", "skip"), "there is no question 'zzz': it is no longer asked, or its id was altered. Ask again"),
        (stated(word="maybe"), "the decision 'maybe' is none: write accept, reject or replace, or nothing to leave it"
                               " undecided"),
        (stated(word="replace", value="purple"), "the value 'purple' is not allowed here: choose one of blue, red"),
        (stated(word="replace"), "the value is empty: write what should stand there, or reject the proposal"),
        (stated(word="reject", value="blue"), "the decision is reject, but there is the value 'blue': write replace, or"
                                              " empty the value"),
        (stated(comment="x" * 2001), "the comment has 2001 characters and at most 2000 are allowed: shorten it"),
        (stated(minutes=66), "it was said at 2025-03-03T13:06:00+00:00, which is yet to come: correct the clock there"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_and_the_rest_is_taken(store, one, message):
    taken = take_in(store, [("bad", one), ("good", stated("b"))], NOON + dt.timedelta(hours=1), AGAIN)
    assert {one.place: (one.status, one.message) for one in taken} == {
        "bad": ("left_out", message), "good": ("recorded", None),
    }  # fmt: skip
    assert store.history()["question_id"].to_list() == ["b"]


def test_what_a_broken_off_try_recorded_is_not_recorded_again(store):
    before, after, other = stated(), stated(word="reject", minutes=1), stated("b")
    assert take(store, before, after) == ["recorded", "recorded"]
    again = take(store, before, after, other, broken_off=["decision 0", "decision 1", "decision 2"])
    assert again == ["already", "recorded", "already"], "in the order in which they were said"
    assert [question for question, *_ in journal(store)] == ["a", "a", "b"]


def test_what_a_broken_off_try_did_not_record_is_recorded_even_if_it_was_said_before(store):
    assert take(store, stated(), stated(word="reject", minutes=1)) == ["recorded", "recorded"]
    assert take(store, stated(minutes=2), broken_off=["decision 0"]) == ["recorded"]
    assert take(store, stated(minutes=2), broken_off=["decision 0"]) == ["already"]
    assert store.decisions()["verdict"].to_list() == ["accept"]


def test_a_second_opinion_of_a_broken_off_try_is_not_given_twice(store):
    store.decide([Decision("a", "accept", "lead", NOON)])
    assert take(store, stated(word="reject")) == ["recorded"]
    store.decide([Decision("a", "reject", "lead", NOON + dt.timedelta(minutes=9))])
    assert take(store, stated(word="reject"), broken_off=["decision 0"]) == ["already"]


def test_a_formula_is_text_like_any_other(place):
    """It is kept as it is and never obeyed; a spreadsheet gets it marked (`formulas`)."""
    store = store_with(place, "a", attribute="mpn", options=None)
    formula = '=HYPERLINK("http://example.com","x")'
    assert take(store, stated(word="replace", value=formula, comment="@SUM(1)")) == ["recorded"]
    assert store.decisions().select("value", "reason").rows() == [(formula, "@SUM(1)")]


@pytest.mark.parametrize(
    ("name", "known"),
    [(" Anna\t B ", "crowd:anna b"), ("a\u202eb", "crowd:ab"), ("", None), (" \x00 ", None), ("x" * 201, None)],
)
def test_people_are_known_by_their_platform(name, known):
    assert person("crowd", name) == known


def test_the_report_counts_everything_and_names_problems():
    taken = [Taken("a", "q", status) for status in STATUSES if status != "left_out"]
    report = Report.of([*taken, Taken("task 7", "q", "left_out", "it is wrong")], ["A note"])
    assert dict(report.taken) == dict.fromkeys(STATUSES, 1)
    assert str(report) == (
        "Words recorded: 1, recorded before: 2, passes: 2 (1 took back a word), left out because of a problem: 1.\n"
        "task 7: it is wrong.\nA note"
    )
