"""Answers as they come from forms and scripts."""

import pytest
from page_cases import item, task

from resources.review.page.answering import AnswerIn, Unfit, of_form, of_script, outcome, receipt_out, told
from resources.review.tasks import Answer, Receipt

ONE, TWO = item("a", name="Lamp <1>"), item("b")
WEIGHT = item("w", attribute="weight", value="695", unit="g")


def form(given=None, choice="accept", yes=(), left=(), value=None, unit=None, reason=None):
    return of_form(given or task(ONE), choice, yes, left, value, unit, reason)


def script(given, **answer):
    return of_script(given, [AnswerIn(**answer)])


def test_a_choice_holds_for_all_items():
    assert form(task(ONE, TWO), "cannot_tell", reason="  no \u202e text ") == [
        Answer("a", "cannot_tell", reason="no text"),
        Answer("b", "cannot_tell", reason="no text"),
    ]


def test_marked_items_are_accepted_the_others_rejected_and_those_left_open_not_answered():
    three = task(ONE, TWO, item("c"))
    assert form(three, "marked", yes=["a", "c"], left=["c"]) == [Answer("a", "accept"), Answer("b", "reject")]
    with pytest.raises(Unfit, match="left open"):
        form(three, "marked", left=["a", "b", "c"])


def test_a_replacement_is_cleaned_and_judged_at_once():
    assert form(task(WEIGHT), "replace", value=" 710 ", unit="g") == [Answer("w", "replace", "710", "g")]
    assert script(task(WEIGHT), question_id="w", choice="replace", value="710") == [Answer("w", "replace", "710")]
    for value, unit, told_so in (("heavy", "g", "number in g"), ("", "g", "empty"), ("1", "kg", "kept in g")):
        with pytest.raises(Unfit, match=told_so):
            form(task(WEIGHT), "replace", value=value, unit=unit)
    with pytest.raises(Unfit, match="not allowed here"):
        form(task(item(options=("Red", "Black"))), "replace", value="Blue")


def test_the_proposal_written_again_is_an_acceptance():
    assert form(task(WEIGHT), "replace", value="695", unit="g") == [Answer("w", "accept")]
    price = item("p", kind="price", attribute="price", value="688.0000", unit="EUR")
    assert form(task(price), "replace", value="688.00", unit="EUR") == [Answer("p", "accept")]
    assert form(task(price), "replace", value="68.80", unit="EUR") == [Answer("p", "replace", "68.80", "EUR")]


@pytest.mark.parametrize(
    ("choice", "more", "told_so"),
    [
        ("drop", {}, "did not say"),
        ("replace", {"value": "x"}, "Several products"),
        ("skip", {"reason": "y" * 2_001}, "2001"),
    ],
)
def test_what_cannot_be_taken_is_said(choice, more, told_so):
    with pytest.raises(Unfit, match=told_so):
        form(task(ONE, TWO), choice, **more)


def test_a_script_answers_only_what_it_was_asked_and_once():
    with pytest.raises(Unfit, match="not part of this task"):
        script(task(ONE), question_id="b", choice="accept")
    with pytest.raises(Unfit, match="two answers"):
        of_script(task(ONE), [AnswerIn(question_id="a", choice="accept"), AnswerIn(question_id="a", choice="reject")])
    with pytest.raises(Unfit, match="Only a replacement"):
        script(task(ONE), question_id="a", choice="accept", value="x")


@pytest.mark.parametrize(
    ("receipt", "again", "saved", "said"),
    [
        (Receipt("taken", 1), False, True, None),
        (Receipt("late", 1), False, True, None),
        (Receipt("lost", refused=(("a", "gone"),)), False, False, "Not saved"),
        (Receipt("unknown"), False, False, "Not saved"),
        (Receipt("repeated", 1, first="taken"), False, False, "not recorded"),
        (Receipt("repeated", 1, first="taken"), True, True, None),
        (Receipt("repeated", first="lost"), True, False, "Not saved"),
        (Receipt("taken", 0, refused=(("a", "no <such> value"),)), False, True, "Lamp <1>: no <such> value"),
    ],
)
def test_a_decision_never_seems_saved_when_it_is_not(receipt, again, saved, said):
    message = told(receipt, task(ONE), again)
    assert (message is None) == (said is None)
    assert said is None or said in message
    assert receipt_out(receipt, task(ONE), "", again).saved == saved
    assert outcome(receipt, again) in ("taken", "late", "lost", "unknown", "repeated")
