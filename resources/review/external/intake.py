"""Taking in what people said on another platform: judged, each once, and by whom and when it was said.

Belongs here: from statements to words in the journal, whichever platform they come from, and the report. Does not
belong here: how a platform says it (`labelling`, `webhook`), and which deliveries were taken (`deliveries`).

The rules:
 - A word on a question that somebody else's word decides already is a second opinion: it was said without knowing of
   the other, so it overrules nobody, and where the two differ a lead is asked.
 - Who cannot tell, or skips, takes back what they said on the question before, and says nothing.
 - A word that is older than the same person's word in force came late, and says nothing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from resources.review.judging import Stated, judged, left_out, unknown
from resources.review.protocol import Decision, Outcome, ReviewStore
from resources.review.replacement import clean

AHEAD = dt.timedelta(minutes=5)
"""How far another platform's clock may be ahead of ours."""
MAX_NAME = 200
"""Longest name of a person on another platform, in characters."""
PASSES = ("skip", "cannot tell", "cannot_tell", "escalate", "undo")
"""What a person may say that is no word on the question; 'undo' only takes back."""
SHOWN = 50
"""Problems that a printed report lists."""

Status = Literal["recorded", "already", "withdrawn", "passed", "late", "left_out"]
STATUSES: tuple[Status, ...] = ("recorded", "already", "withdrawn", "passed", "late", "left_out")
PROBLEMS = pl.Schema({"place": pl.String, "message": pl.String})


@dataclass(frozen=True)
class Taken:
    """What became of one statement.

    recorded   a word in the journal now; `overruled` if it takes the place of one in force
    already    the same person has said just that
    withdrawn  the person passed, and what they had said before is taken back
    passed     the person passed, and had said nothing before
    late       a later word of the same person stands
    left_out   it cannot be taken; `message` says why and what to do
    """

    place: str
    question_id: str
    status: Status
    message: str | None = None
    overruled: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """What became of everything that a platform had to say. `taken` counts statements by status (all of `STATUSES`);
    `problems` has one row (place, message) for each that was left out; `notes` say what else somebody should know."""

    taken: Mapping[str, int]
    problems: pl.DataFrame
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, taken: Sequence[Taken], notes: Sequence[str] = ()) -> "Report":
        """The report on these."""
        counts = Counter(one.status for one in taken)
        rows = [(one.place, one.message or "") for one in taken if one.status == "left_out"]
        return cls(
            {status: counts[status] for status in STATUSES}, pl.DataFrame(rows, PROBLEMS, orient="row"), tuple(notes)
        )

    def __str__(self) -> str:
        passed = self.taken["passed"] + self.taken["withdrawn"]
        summary = (
            f"Words recorded: {self.taken['recorded']}, recorded before: {self.taken['already'] + self.taken['late']}, "
            f"passes: {passed} ({self.taken['withdrawn']} took back a word), "
            f"left out because of a problem: {self.taken['left_out']}."
        )
        problems = (f"{place}: {message}." for place, message in self.problems.head(SHOWN).rows())
        more = self.problems.height - SHOWN
        return "\n".join([summary, *problems, *([f"... and {more} more."] if more > 0 else []), *self.notes])


def person(platform: str, name: str) -> str | None:
    """How the journal knows a person of a platform: `platform:name`; None for a name that cannot be one.

    Case and space make no second person, and nobody on a platform can speak as anybody elsewhere.
    """
    cleaned = clean(name).lower()
    return f"{platform}:{cleaned}" if cleaned and len(cleaned) <= MAX_NAME else None


def take_in(
    store: ReviewStore,
    stated: Sequence[tuple[str, Stated]],
    now: dt.datetime,
    again: str,
    broken_off: Collection[str] = (),
) -> list[Taken]:
    """Record what is stated, in one transaction; one result each, in order of when it was said.

    stated: (place, what); a place is how a message calls it. again: what to do about an unknown question. broken_off:
    places that an earlier try may have recorded: what the journal has of these, by the same person of the same moment,
    is not recorded again.
    """
    ids = pl.Series("question_id", [one.question_id for _, one in stated], pl.String)
    known = {row["question_id"]: row for row in store.questions(ids).iter_rows(named=True)}
    recorded = _recorded(store) if broken_off else set()
    results: list[Taken | None] = []
    said: list[tuple[int, Decision]] = []
    ordered = sorted(stated, key=lambda one: (one[1].at, one[0]))
    for place, one in ordered:
        word = _word(one, known.get(one.question_id), now, again)
        if isinstance(word, str):
            results.append(Taken(place, one.question_id, "left_out", word))
        elif place in broken_off and _key(word) in recorded:
            results.append(Taken(place, one.question_id, "already"))
        else:
            said.append((len(results), word))
            results.append(None)
    outcomes = store.decide([word for _, word in said], beside=True)
    for (position, word), outcome in zip(said, outcomes, strict=True):
        results[position] = _taken(ordered[position][0], word, outcome, again)
    return [one for one in results if one is not None]


def _word(one: Stated, question: Mapping[str, Any] | None, now: dt.datetime, again: str) -> Decision | str:
    """The word to record, or why there is none. Whether it decides or is a second opinion the store tells, when it is
    its turn."""
    if one.at > now + AHEAD:
        return f"it was said at {one.at.isoformat(timespec='seconds')}, which is yet to come: correct the clock there"
    if question is None:
        return unknown(one.question_id, again)
    if clean(one.word).casefold() in PASSES:
        return Decision(one.question_id, "undo", one.annotator, one.at)
    return judged(one, question, again)


def _taken(place: str, word: Decision, outcome: Outcome, again: str) -> Taken:
    message = left_out(outcome, again)
    if message is not None:
        return Taken(place, word.question_id, "left_out", message)
    if outcome.status == "late":
        return Taken(place, word.question_id, "late")
    if word.verdict == "undo":
        return Taken(place, word.question_id, "withdrawn" if outcome.status == "recorded" else "passed")
    if outcome.status == "already":
        return Taken(place, word.question_id, "already")
    overruled = not outcome.second and outcome.replaced is not None
    return Taken(place, word.question_id, "recorded", overruled=overruled)


def _key(word: Decision) -> tuple[Any, ...]:
    return word.question_id, word.verdict, word.value, word.annotator, word.decided_at.astimezone(dt.UTC)


def _recorded(store: ReviewStore) -> set[tuple[Any, ...]]:
    """Every word of the journal by what makes it that word: read only after a crash."""
    said = store.history().select("question_id", "verdict", "value", "annotator", "decided_at")
    return set(said.iter_rows())
