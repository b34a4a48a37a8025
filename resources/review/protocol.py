"""What a review store promises, whatever it is built on.

Belongs here: the `ReviewStore` protocol, the shapes of what goes in and comes out, and the fingerprint of decisions.
Does not belong here: SQL, files, and anything that decides which questions are asked.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import polars as pl

from catalog_assets.vocabulary.columns import MOMENT

if TYPE_CHECKING:
    from catalog_assets.consensus.standing import Trust

Kind = Literal["attribute", "category", "description", "price", "match", "brand"]
Verdict = Literal["accept", "reject", "replace", "undo"]
Status = Literal["recorded", "already", "late", "unknown_question", "refused"]

Purpose = Literal["decide", "second", "gold", "settle"]
"""Why a word was asked for. decide: it decides; second: a blind second opinion; gold: the answer is known, the word
measures who gives it and decides nothing; settle: a lead ends a dispute, and it stands above all words before it."""

KINDS: tuple[str, ...] = get_args(Kind)
VERDICTS: tuple[str, ...] = get_args(Verdict)
PURPOSES: tuple[str, ...] = get_args(Purpose)

_Columns = dict[str, type[pl.DataType]]

IDENTITY: _Columns = dict.fromkeys(("kind", "attribute", "value", "unit"), pl.String)
"""What is asked. One question_id always stands for the same four, or a decision would change its meaning."""

FACTS: _Columns = {
    "confidence": pl.Float64,
    **dict.fromkeys(("method", "model_version", "evidence", "name", "context", "options"), pl.String),
    **dict.fromkeys(("candidates", "image", "why"), pl.String),
    "popularity": pl.Float64,
}
"""What is shown with it, or decides when it is, which may differ from day to day.

options     JSON list of the allowed values; null where any may be written
candidates  JSON list of all proposals for the attribute of the product: value, unit, confidence, method, model_version,
            evidence, source
image       address of a picture, as the supplier states it
why         doubt: nobody accepts the value yet; audit: it is accepted, and drawn to see whether it is right; decided: a
            person's word stands, and may be changed. Not shown: an audit is to be answered like any other
popularity  how much the product is worth to those who ask, 1.0 for most; the number of offers, where nothing else is
"""

LATER = ("candidates", "image", "why", "popularity")
"""FACTS that a stage may leave out: null, and `why` is doubt."""

_ASKED: _Columns = {"question_id": pl.String, "product_key": pl.String}
_QUESTION: _Columns = {"question_id": pl.String}
_WAITING: _Columns = {"products": pl.Int64, "days": pl.Int64, "oldest_day": pl.Date}

ASKED = pl.Schema(_ASKED | IDENTITY | FACTS)
"""Input of `replace_day`: one row for each question and product of the day."""

QUESTIONS = pl.Schema(_QUESTION | IDENTITY | FACTS)
"""Output of `questions`: one row a question, with the facts of the latest day on which it stands."""

OPEN = pl.Schema(_QUESTION | IDENTITY | FACTS | _WAITING)
"""Output of `open_questions`: the question, and the number of products and days that wait for its answer."""

HIDDEN = ("context", "options", "candidates", "image", "why", "popularity")
"""FACTS that nobody learns from."""

DECISIONS = pl.Schema(
    {
        "question_id": pl.String(),
        "verdict": pl.String(),
        "value": pl.String(),
        "unit": pl.String(),
        "annotator": pl.String(),
        "decided_at": MOMENT,
        "reason": pl.String(),
        "sequence": pl.Int64(),
    }
)
"""Output of `decisions`: one row a question that has a decision in force; value and unit only for a 'replace'."""

HISTORY = pl.Schema(DECISIONS | {"purpose": pl.String()})
"""Output of `history`: every word, an 'undo' too, and why it was asked for (`tasks.Purpose`)."""

CASES = pl.Schema(
    DECISIONS | {f"asked_{name}": dtype for name, dtype in (IDENTITY | FACTS).items() if name not in HIDDEN}
)
"""Output of `cases`: DECISIONS, and what the person was asked and shown when deciding."""

COUNTS = pl.Schema({"kind": pl.String, "open": pl.Int64, "decided": pl.Int64})
"""Output of `counts`: one row a kind, always all of them."""


class ReviewStoreError(Exception):
    """The review store cannot do what is asked; the message says why and what to do."""


@dataclass(frozen=True)
class Decision:
    """A person's word on one question.

    `decided_at` is given by whoever takes the decision and carries a time zone. Only a 'replace' has a value and a
    unit; an 'undo' takes back this person's words on the question, or everybody's where its purpose is 'settle'. Raises
    ValueError for a decision that cannot mean anything.
    """

    question_id: str
    verdict: Verdict
    annotator: str
    decided_at: dt.datetime
    value: str | None = None
    unit: str | None = None
    reason: str | None = None
    purpose: Purpose = "decide"

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict {self.verdict!r} is not one of {', '.join(VERDICTS)}")
        if self.purpose not in PURPOSES:
            raise ValueError(f"purpose {self.purpose!r} is not one of {', '.join(PURPOSES)}")
        if not self.question_id:
            raise ValueError("a decision names the question that it answers: question_id is empty")
        if not self.annotator.strip():
            raise ValueError("a decision names the person who took it: annotator is empty")
        if (self.verdict == "replace") != (self.value is not None):
            raise ValueError(f"a 'replace' has a value and nothing else has: {self.verdict!r} with {self.value!r}")
        if self.verdict != "replace" and self.unit is not None:
            raise ValueError(f"only a 'replace' has a unit: {self.verdict!r} with {self.unit!r}")
        moment(self.decided_at)


@dataclass(frozen=True)
class Outcome:
    """What became of one decision handed to `decide`.

    recorded          appended as `sequence`; `replaced` is the last word until then that nobody had taken back, if any
    already           the last word says just that (as `sequence`); for an 'undo': there is nothing to take back
    late              the same person has said something later (as `sequence`); nothing appended; only with `beside`
    unknown_question  no such question; nothing appended
    refused           the value cannot stand in place of the proposal; `message` says why

    second: it was recorded as a second opinion, for somebody else's word decides.
    """

    question_id: str
    status: Status
    sequence: int | None = None
    replaced: int | None = None
    message: str | None = None
    second: bool = False


class ReviewStore(Protocol):
    """Questions that wait for a person, and what people decided. Safe to use from several processes and threads."""

    def replace_day(self, day: dt.date, questions: pl.DataFrame, kinds: Collection[str] = KINDS) -> None:
        """Make the questions of these kinds that stand on the day exactly those of the frame, in one transaction.

        Shape: `ASKED`. Each stage asks its own kinds, so that one does not take away what another asked.

        The same call again changes nothing, and neither the order of rows nor that of days matters. A question that
        stands on no day any more and was never decided goes; decisions never do.

        Raises ValueError where the frame breaks its shape, or gives a question_id another meaning than it had.
        """

    def questions(self, question_ids: pl.Series) -> pl.DataFrame:
        """Those of the questions that the store knows (shape: `QUESTIONS`), ordered by question_id."""

    def open_questions(self, day: dt.date | None = None, limit: int | None = 1000) -> pl.DataFrame:
        """Questions without a decision in force (shape: `OPEN`), those that settle most products first.

        With a day only those that stand on it; `products`, `days` and `oldest_day` always count all days.
        """

    def counts(self) -> pl.DataFrame:
        """Open and decided questions by kind (shape: `COUNTS`)."""

    def decide(self, decisions: Sequence[Decision], once: bool = False, beside: bool = False) -> list[Outcome]:
        """Append decisions in their order, in one transaction; one outcome each. On return they are on the disk.

        With `once`, what the same person has stated before, word for word, is not stated again, even where somebody has
        decided otherwise since: a file that is taken in twice overrules nobody.

        With `beside`, a word on what somebody else's word decides is a second opinion, and one that is older than the
        same person's last on the question is late: words that come by another way overrule nobody, in whatever order.
        """

    def decisions(self, question_ids: pl.Series | None = None, trust: "Trust | None" = None) -> pl.DataFrame:
        """The decision in force for each question (shape: `DECISIONS`), ordered by question_id; without ids, for all.

        In force is the word that stands (`standing`): the last one, or with `trust` the one that enough people agree
        on; words of people who were excluded do not count.
        """

    def history(self) -> pl.DataFrame:
        """Every word that was ever recorded (shape: `HISTORY`), in the order of recording."""

    def excluded(self) -> pl.DataFrame:
        """Whose words do not count (shape: EXCLUDED of `standing`)."""

    def cases(self, trust: "Trust | None") -> pl.DataFrame:
        """The decisions in force with what was asked and shown when they were taken (shape: `CASES`), ordered by
        question_id: what models, calibrators and mappings may learn from. trust: by which words stand; None: by the
        last."""

    def position(self) -> int:
        """Place of the last word in the journal; 0 before there is one."""


def decisions_fingerprint(decisions: pl.DataFrame) -> str:
    """Digest of decisions in force (shape: `DECISIONS`): what they say, not the order in which they were recorded.

    A stage that has read the decisions fingerprints what it read, not what a later read would give.
    """
    said = [name for name in DECISIONS if name != "sequence"]
    rows = decisions.select(said).sort("question_id").with_columns(pl.col("decided_at").to_physical()).rows()
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def moment(at: dt.datetime) -> dt.datetime:
    """The moment in UTC. Raises ValueError where it carries no time zone."""
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} names no time zone: give a moment that does")
    return at.astimezone(dt.UTC)
