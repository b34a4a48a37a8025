"""What a review queue promises: one task at a time for each person, and one outcome for each answer.

Belongs here: the shapes of tasks, answers and receipts, and the `ReviewQueue` protocol. Does not belong here: SQL
(`queue`), what people's words together mean (`standing`), pages.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import polars as pl

Role = Literal["annotator", "lead", "admin"]
Choice = Literal["accept", "reject", "replace", "skip", "cannot_tell", "escalate"]
"""What a person may answer. skip: not now, not me; cannot_tell: the text does not say; escalate: a lead should look."""
Submitted = Literal["taken", "late", "lost", "repeated", "unknown"]

ROLES: tuple[str, ...] = get_args(Role)
PASSES = ("skip", "cannot_tell", "escalate")
"""Answers that are no words on the question."""


@dataclass(frozen=True)
class Candidate:
    """One proposal among those for the same attribute of the product. confidence: a probability, or None."""

    value: str
    unit: str | None
    confidence: float | None
    method: str
    model_version: str | None
    evidence: str | None
    source: str | None


@dataclass(frozen=True)
class Item:
    """One question as a person sees it. `options`: the allowed values, None where any may be written. `products`: how
    many products wait for the answer. `image`: address of a picture, as the supplier states it. `said`: what others
    have said of it, a line each, for a lead who settles it; nobody else sees that."""

    question_id: str
    kind: str
    attribute: str | None
    value: str | None
    unit: str | None
    confidence: float | None
    method: str | None
    model_version: str | None
    evidence: str | None
    name: str | None
    context: str | None
    options: tuple[str, ...] | None
    products: int
    candidates: tuple[Candidate, ...] = ()
    image: str | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """Questions that one look answers, lent to one person until `expires_at`. All items share kind, attribute, value
    and unit; a task of one item is the usual case. Why it was asked is not told: a second opinion is blind."""

    task_id: str
    person: str
    items: tuple[Item, ...]
    handed_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True)
class Answer:
    """What a person says about one item of a task. Only a 'replace' has a value (and perhaps a unit)."""

    question_id: str
    choice: Choice
    value: str | None = None
    unit: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What became of a submitted task; the same for every further try with the same task_id.

    taken     all that could be recorded is; `refused` names the items that could not, with the reason
    late      as taken, though the time had run out: nobody else had the questions meanwhile
    lost      all questions have gone to somebody else, have been decided, or are no longer asked: nothing was recorded;
              where only some have, these are among `refused`, and the rest is taken
    repeated  this task was submitted before; `first` says what became of it then, nothing was recorded now
    unknown   no such task of this person
    """

    status: Submitted
    recorded: int = 0
    products: int = 0
    """Products that the recorded words decide."""
    refused: tuple[tuple[str, str], ...] = ()
    """(question_id, why) for each answer that cannot stand; such questions go back to the queue."""
    first: str | None = None


@dataclass(frozen=True)
class Progress:
    """What a person did since midnight UTC: tasks, words, products that the questions stand for; median seconds from
    seeing a task to submitting it, None before there are any."""

    tasks: int
    words: int
    products: int
    median_seconds: float | None


OVERVIEW = pl.Schema(
    {
        "kind": pl.String(), "open": pl.Int64(), "products": pl.Int64(), "disputed": pl.Int64(),
        "escalated": pl.Int64(), "lent": pl.Int64(), "waits_since": pl.Datetime("us", "UTC"),
    }
)  # fmt: skip
"""Output of `overview`: one row a kind. open: questions that wait for a word; products: that these would decide;
disputed, escalated: that wait for a lead; lent: that somebody has just now, on the screen or fetched ahead as the next;
waits_since: since when the first of them waits."""

THROUGHPUT = pl.Schema({"hour": pl.Datetime("us", "UTC"), "person": pl.String(), "words": pl.Int64()})
"""Output of `throughput`: words by hour and person."""


class ReviewQueue(Protocol):
    """Hands out tasks and takes answers. Safe to use from several processes and threads; each moment is given."""

    def next(
        self, person: str, role: Role, now: dt.datetime, *, ahead: int = 0, kinds: Sequence[str] | None = None
    ) -> Task | None:
        """The person's current task, or with `ahead` the one after so many; None where nothing is to be had.

        The same call again gives the same task until it is submitted, skipped, or its time has run out: a reloaded
        page loses nothing, and two calls lend no two tasks. No question is lent to two people at once.
        """

    def task(self, task_id: str, person: str) -> Task | None:
        """A task that was handed to this person, open or not; None for any other."""

    def submit(self, task_id: str, person: str, role: Role, answers: Sequence[Answer], now: dt.datetime) -> Receipt:
        """Take the answers to a task, in one transaction; on return they are on the disk.

        Items without an answer go back to the queue. Raises ValueError for answers to what the task does not ask, and
        for two answers to one item.
        """

    def undo(self, person: str, now: dt.datetime) -> Task | None:
        """Take back the person's last submitted task and hand its questions to them again as a new task; None where
        there is none of the last hour. Words of others stay."""

    def progress(self, person: str, now: dt.datetime) -> Progress:
        """What the person did today."""

    def lent(self, now: dt.datetime) -> int:
        """How many questions somebody has just now."""

    def overview(self, now: dt.datetime) -> pl.DataFrame:
        """The queue by kind (shape: `OVERVIEW`)."""

    def throughput(self, since: dt.datetime) -> pl.DataFrame:
        """Words by hour and person (shape: `THROUGHPUT`)."""
