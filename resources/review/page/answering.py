"""Answers as they come from a form or a script, judged before the queue sees them.

Belongs here: making `Answer`s of what was sent, and saying in a sentence what cannot be taken. Does not belong here:
routes, and what becomes of an answer (the queue).

What can be told at once is told while the task is still on the screen; the queue judges again, in its transaction.
"""

import json
from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import cast, get_args

from pydantic import BaseModel, ConfigDict, Field

from catalog_assets.vocabulary.values import value_fault
from resources.review.replacement import MAX_LENGTH, MAX_REASON, clean, replacement_fault
from resources.review.tasks import Answer, Choice, Item, Receipt, Task

SAVED = ("taken", "late")
MANY = 1_000
"""More items than any task has."""
LONGEST = 4 * max(*MAX_LENGTH.values(), MAX_REASON)
"""Longest text that is looked at, in characters: white space is taken out before lengths count."""


class Unfit(ValueError):
    """An answer that cannot be taken; the message says why and what to do."""


class AnswerIn(BaseModel):
    """What a person says about one question of a task. Only a 'replace' has a value (and perhaps a unit)."""

    model_config = ConfigDict(extra="forbid")
    question_id: str = Field(max_length=200)
    choice: Choice
    value: str | None = Field(None, max_length=LONGEST)
    unit: str | None = Field(None, max_length=100)
    reason: str | None = Field(None, max_length=LONGEST)


class AnswersIn(BaseModel):
    """The answers to a task, one an item at most; items without one go back to the queue."""

    model_config = ConfigDict(extra="forbid")
    answers: list[AnswerIn] = Field(min_length=1, max_length=MANY)
    again: bool = False
    """A further try of the same answers, because the first one's outcome never arrived."""


class RefusedOut(BaseModel):
    """An answer that could not stand, and why."""

    question_id: str
    why: str


class ReceiptOut(BaseModel):
    """What became of the answers (see `Receipt` of the queue). saved: they are on the disk, all but `refused`; message:
    what the person has to be told; progress: their day so far, as a part of the page."""

    saved: bool
    message: str | None

    status: str
    recorded: int
    products: int
    refused: list[RefusedOut]
    first: str | None
    progress: str


def of_script(task: Task, sent: Iterable[AnswerIn]) -> list[Answer]:
    """The answers that a script sent. Raises Unfit."""
    items = {item.question_id: item for item in task.items}
    answers = []
    for one in sent:
        if one.question_id not in items:
            raise Unfit("An answer is to a question that is not part of this task: nothing was recorded.")
        answers.append(_judged(items[one.question_id], one.choice, one.value, one.unit, one.reason))
    if len({answer.question_id for answer in answers}) < len(answers):
        raise Unfit("A question has two answers: nothing was recorded.")
    return answers


def of_form(
    task: Task, choice: str, yes: Collection[str], left: Collection[str], value: str | None, unit: str | None,
    reason: str | None,
) -> list[Answer]:  # fmt: skip
    """The answers that a form sent.

    choice: one of `Choice` for all items, or 'marked': accept those in `yes`, nothing about those in `left`, reject the
    others. Raises Unfit.
    """
    if choice not in (*get_args(Choice), "marked"):
        raise Unfit("The form did not say what the answer is: nothing was recorded.")
    if choice == "replace" and len(task.items) > 1:
        raise Unfit("Several products cannot be given another value at once: reject those that are wrong.")
    asked = [item for item in task.items if item.question_id not in left or choice != "marked"]
    if not asked:
        raise Unfit("All products are left open: accept or reject at least one, or skip the task.")
    if choice == "marked":
        said = [(item, "accept" if item.question_id in yes else "reject") for item in asked]
    else:
        said = [(item, choice) for item in asked]
    given = (value, unit) if choice == "replace" else (None, None)
    return [_judged(item, cast(Choice, one), *given, reason) for item, one in said]


def _judged(item: Item, choice: Choice, value: str | None, unit: str | None, reason: str | None) -> Answer:
    reason = clean(reason or "") or None
    if reason and len(reason) > MAX_REASON:
        raise Unfit(f"The note has {len(reason)} characters and at most {MAX_REASON} are allowed: shorten it.")
    if choice != "replace":
        if value is not None or unit is not None:
            raise Unfit("Only a replacement has a value: nothing was recorded.")
        return Answer(item.question_id, choice, reason=reason)
    value, unit = clean(value or ""), clean(unit or "") or None
    if _same(item, value, unit):  # what was proposed, written once more
        return Answer(item.question_id, "accept", reason=reason)
    options = None if item.options is None else json.dumps(item.options)
    fault = replacement_fault(item.kind, options, value, item.attribute)
    if fault is None and item.kind == "attribute":
        fault = value_fault(item.attribute or "", value, unit)
    if fault is not None:
        raise Unfit(f"{fault[0].upper()}{fault[1:]}.")
    return Answer(item.question_id, "replace", value, unit, reason)


def _same(item: Item, value: str, unit: str | None) -> bool:
    if unit != item.unit:
        return False
    if value == item.value or item.kind != "price":
        return value == item.value
    try:
        return Decimal(value) == Decimal(item.value or "")
    except InvalidOperation:
        return False


def outcome(receipt: Receipt, again: bool = False) -> str:
    """What became of the answers: taken, late, lost, repeated or unknown. `again`: a further try, because the outcome
    of the first one never arrived; then that one's counts."""
    return receipt.first or receipt.status if receipt.status == "repeated" and again else receipt.status


def told(receipt: Receipt, task: Task, again: bool = False) -> str | None:
    """What the person has to know of a receipt; None where all went as they meant."""
    status = outcome(receipt, again)
    if status == "lost":
        why = "; ".join(sorted({reason for _, reason in receipt.refused})) or "somebody else has it by now"
        return f"Not saved: {why}. There is nothing that you need to do."
    if status == "repeated":
        return "This question was answered before, perhaps in another window. What you said now was not recorded."
    if status not in SAVED:
        return "Not saved: this question is not yours any more."
    if receipt.refused:
        names = {item.question_id: item.name or "a product" for item in task.items}
        why = "; ".join(f"{names.get(question, 'a product')}: {reason}" for question, reason in receipt.refused)
        return f"Not saved, and back in the queue: {why}."
    return None


def receipt_out(receipt: Receipt, task: Task, progress: str, again: bool = False) -> ReceiptOut:
    """The receipt for a script."""
    return ReceiptOut(
        saved=outcome(receipt, again) in SAVED,
        message=told(receipt, task, again),
        status=receipt.status,
        recorded=receipt.recorded,
        products=receipt.products,
        refused=[RefusedOut(question_id=question, why=why) for question, why in receipt.refused],
        first=receipt.first,
        progress=progress,
    )
