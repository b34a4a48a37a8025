"""Whether what came in from outside is a word on a question: the same judgement for every way in.

Belongs here: text that somebody typed or a program sent, and the decision that it states, or why it states none. Does
not belong here: files (`exchange`), other platforms (`external/`), what may stand in place of a proposal
(`replacement`), and keeping decisions (`store`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resources.review.protocol import Decision, Outcome, Purpose, Verdict
from resources.review.replacement import MAX_REASON, clean, replacement_fault, shown

VERDICTS: dict[str, Verdict] = {"accept": "accept", "reject": "reject", "replace": "replace"}
"""Words that people use, as they are compared: cleaned, without case."""


@dataclass(frozen=True)
class Stated:
    """What somebody stated about a question, as it came: text from outside in all of the first four.

    at: when, with a time zone; annotator: who, as the store is to know them.
    """

    question_id: str
    word: str
    value: str
    comment: str
    annotator: str
    at: dt.datetime


def judged(
    stated: Stated, question: Mapping[str, Any] | None, again: str, purpose: Purpose = "decide"
) -> Decision | str:
    """The decision that is stated, or why none is and what to do.

    question: the row of `ReviewStore.questions`, None where the store knows no such question; again: what to do then.
    """
    word, value, comment = clean(stated.word).casefold(), clean(stated.value), clean(stated.comment)
    verdict = VERDICTS.get(word)
    if not word:
        return f"the value {shown(value)} stands without a decision: write replace, or empty the value"
    if verdict is None:
        return f"the decision {shown(word)} is none: write accept, reject or replace, or nothing to leave it undecided"
    if question is None:
        return unknown(stated.question_id, again)
    if len(comment) > MAX_REASON:
        return f"the comment has {len(comment)} characters and at most {MAX_REASON} are allowed: shorten it"
    reason = comment or None
    if verdict != "replace":
        if value and (verdict == "reject" or value != question["value"]):
            return (
                f"the decision is {verdict}, but there is the value {shown(value)}: write replace, or empty the value"
            )
        return Decision(stated.question_id, verdict, stated.annotator, stated.at, reason=reason, purpose=purpose)
    fault = replacement_fault(question["kind"], question["options"], value, question["attribute"])
    if fault is not None:
        return fault
    if value == question["value"]:  # written once more: it confirms what is proposed
        return Decision(stated.question_id, "accept", stated.annotator, stated.at, reason=reason, purpose=purpose)
    return Decision(stated.question_id, verdict, stated.annotator, stated.at, value, question["unit"], reason, purpose)


def left_out(outcome: Outcome, again: str) -> str | None:
    """Why the store did not take a decision, though it was in order when it was judged; None where it did."""
    if outcome.status == "unknown_question":
        return unknown(outcome.question_id, again)
    return outcome.message if outcome.status == "refused" else None


def unknown(question_id: str, again: str) -> str:
    """That there is no such question, and what to do."""
    return f"there is no question {shown(question_id)}: it is no longer asked, or its id was altered. {again}"
