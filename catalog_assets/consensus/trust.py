"""How far each person is believed: learned from questions that several people have answered and from known answers.

Belongs here: learning people's accuracies, and a release's bytes. Does not belong here: what a `Trust` makes of words
(`catalog_assets/consensus/standing.py`), and which questions are asked of several people.

One number a person, the chance that a word is right, by expectation and maximization over what is not known: which
proposals are right (Dawid and Skene, Applied Statistics 28, 1979; one coin a person as in Whitehill et al., NIPS 2009).
The proposal's confidence is the prior of its question (Branson, Van Horn and Perona, CVPR 2017); known answers are
fixed; a Beta prior draws people with few words towards `unknown`.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog_assets.consensus.standing import (
    EXCLUDED,
    LEAST_ACCURACY,
    MOST_ACCURACY,
    MOST_PRIOR,
    Trust,
    last_words,
    name_of,
)
from catalog_assets.releases import UnknownRelease, version_of

RELEASE = "annotators"
"""What its releases are called in the journal."""
FORMAT = 1
"""Of a release's bytes."""
DIGITS = 6
"""Of an accuracy: sums may differ in their last digits from machine to machine, and releases must not."""
KNOWN = pl.Schema(
    {"question_id": pl.String(), "is_right": pl.Boolean(), "value": pl.String(), "unit": pl.String()}
)  # fmt: skip
"""Known answers: whether the proposal is right, and what is right in its place (null: not known, or nothing)."""
ROUNDS = 500
STILL = 1e-7
"""It is at rest when no accuracy moves by more than this in a round."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Learning:
    """unknown: accuracy assumed of a person before there is evidence; strength: so many words that assumption counts;
    doubt: the accuracy that is told is one that the true one is below with at most this chance. Who is thought better
    than they are lets wrong answers stand; who is thought worse costs one more word. wanted, people: of the `Trust`;
    what is decided is mostly surer than the least that is wanted, so this is below the 99 % that is aimed at
    (`benchmarks/review.py` measures what comes of it)."""

    unknown: float = 0.85
    strength: float = 10.0
    doubt: float = 0.35
    wanted: float = 0.955
    people: int = 4


@dataclass(frozen=True)
class _Words:
    """question, person: number of each word's; says: 1 that the proposal is right, else -1; odds: of each question
    before anybody spoke; truth: of each question 1, 0, or NaN; wrong: words on known questions that name another value
    than the right one; tells: words that tell something of who said them."""

    question: Ints
    person: Ints
    says: Floats
    odds: Floats
    truth: Floats
    wrong: NDArray[np.bool_]
    tells: NDArray[np.bool_]


def learned_trust(
    words: pl.DataFrame, known: pl.DataFrame, excluded: pl.DataFrame | None = None, learning: Learning | None = None
) -> Trust:
    """What words show of who says them. words: WORDS and excluded: EXCLUDED of `standing`; known: KNOWN.

    Only questions that are known or on which two people have a word teach: whoever accepts everything would else be as
    good as the proposals are. More people are asked where the first word contradicts the proposal, so among these first
    words are more wrong ones than their authors say elsewhere. So a first word tells of its question, and nothing of
    who said it, unless the answer is known or somebody was asked for a blind second opinion, whatever it was. Words and
    questions may stand in any order.
    """
    learning = learning or Learning()
    said = last_words(words, EXCLUDED.to_frame() if excluded is None else excluded, gold=True)
    told = said.join(known.unique("question_id", keep="last", maintain_order=True), on="question_id", how="left",
                     suffix="_known", maintain_order="left")  # fmt: skip
    several = (pl.len().over("question_id") > 1) | pl.col("is_right").is_not_null()
    rows = told.filter(several).with_columns(_tells()).sort("question_id", "person")
    names = rows["person"].unique().sort().to_list()
    found = _arrays(rows)
    accuracy, hits, counts, rounds = _maximized(found, len(names), learning)
    low = _low(hits, counts, learning)
    shown = zip(names, counts.tolist(), accuracy.tolist(), strict=True)
    facts = {
        "words": int(found.tells.sum()), "questions": len(found.odds), "known": int((~np.isnan(found.truth)).sum()),
        "rounds": rounds, "strength": learning.strength, "doubt": learning.doubt,
        "people": {name: {"words": int(words), "accuracy": round(share, DIGITS)} for name, words, share in shown},
    }  # fmt: skip
    told_of = {name: round(float(low[n]), DIGITS) for n, name in enumerate(names)}
    return released(Trust(told_of, learning.wanted, learning.unknown, learning.people, facts=facts))


def _tells() -> pl.Expr:
    """Whether a word tells something of who said it: it was not its being wrong that made it one of several."""
    is_first = pl.col("came") == pl.col("came").min().over("question_id")
    whatever_it_was = pl.col("is_right").is_not_null() | ~pl.col("decides").all().over("question_id")
    return (~is_first | whatever_it_was).alias("tells")


def _arrays(rows: pl.DataFrame) -> _Words:
    """rows: of `last_words` with KNOWN's columns and tells, sorted by question_id and person."""
    numbered = rows.with_columns(
        (pl.col("question_id").rank("dense") - 1).alias("question"), (pl.col("person").rank("dense") - 1).alias("who")
    )
    prior = pl.col("asked_confidence").sort_by("came").first().fill_null(0.5).clip(1 - MOST_PRIOR, MOST_PRIOR)
    each = numbered.group_by("question", maintain_order=True).agg(
        (prior / (1 - prior)).log().alias("odds"), pl.col("is_right").first().cast(pl.Float64).alias("truth")
    )
    other = pl.col("value").ne_missing(pl.col("value_known")) | pl.col("unit").ne_missing(pl.col("unit_known"))
    wrong = (pl.col("verdict") == "replace") & ~pl.col("is_right") & pl.col("value_known").is_not_null() & other
    said = numbered.select(
        pl.col("question").cast(pl.Int64), pl.col("who").cast(pl.Int64), wrong.fill_null(False).alias("wrong"),
        pl.when("right").then(1.0).otherwise(-1.0).alias("says"), "tells",
    )  # fmt: skip
    return _Words(
        said["question"].to_numpy(), said["who"].to_numpy(), said["says"].to_numpy(), each["odds"].to_numpy(),
        each["truth"].fill_null(float("nan")).to_numpy(), said["wrong"].to_numpy(),
        said["tells"].to_numpy(),
    )  # fmt: skip


def _maximized(said: _Words, people: int, learning: Learning) -> tuple[Floats, Floats, Floats, int]:
    """Of each person the accuracy, words that are right (expected) and words; and the rounds it took."""
    telling = said.person[said.tells]
    counts = np.bincount(telling, minlength=people).astype(np.float64)
    accuracy = np.full(people, learning.unknown)
    hits = np.zeros(people)
    for number in range(1, ROUNDS + 1):
        before = accuracy
        right = _right(said, accuracy)[said.tells]
        hits = np.bincount(telling, right, minlength=people).astype(np.float64)
        accuracy = (learning.strength * learning.unknown + hits) / (learning.strength + counts)
        if not people or np.abs(accuracy - before).max() < STILL:
            return accuracy, hits, counts, number
    return accuracy, hits, counts, ROUNDS


def _right(said: _Words, accuracy: Floats) -> Floats:
    """Of each word the chance that it is right, if people are this accurate.

    Nobody counts against what they say: by a negative weight who answers wrongly on purpose, or two who agree to,
    would decide what the others seem to be worth.
    """
    held = np.clip(accuracy, LEAST_ACCURACY, MOST_ACCURACY)
    weight = np.log(held / (1 - held))[said.person] * said.says
    odds = said.odds + np.bincount(said.question, weight, minlength=len(said.odds))
    proposal = np.where(np.isnan(said.truth), 1 / (1 + np.exp(-odds)), said.truth)[said.question]
    told: Floats = np.where(said.wrong, 0.0, np.where(said.says > 0, proposal, 1 - proposal))
    return told


def _low(hits: Floats, counts: Floats, learning: Learning) -> Floats:
    """The lower end of each accuracy: a quantile of its Beta distribution."""
    from scipy.special import betaincinv  # late: it takes half a second, and few runs need it

    right = learning.strength * learning.unknown + hits
    wrong = learning.strength * (1 - learning.unknown) + counts - hits
    told: Floats = betaincinv(right, wrong, learning.doubt)
    return told


def released(trust: Trust) -> Trust:
    """The same with its version: 12 hex digits over all of the release."""
    return Trust(trust.accuracy, trust.wanted, trust.unknown, trust.people, version_of(to_bytes(trust)), trust.facts)


def to_bytes(trust: Trust) -> bytes:
    """The release as it is kept."""
    said = {
        "format": FORMAT, "accuracy": dict(trust.accuracy), "wanted": trust.wanted, "unknown": trust.unknown,
        "people": trust.people, "facts": dict(trust.facts),
    }  # fmt: skip
    return json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def from_bytes(data: bytes) -> Trust:
    """Read a release. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        form = said["format"]
        if type(form) is int and form > FORMAT:
            raise UnknownRelease(f"The release has format {form}; this program knows formats up to {FORMAT}.")
        _check(said)
        accuracy = {name: float(share) for name, share in said["accuracy"].items()}
        return released(
            Trust(accuracy, said["wanted"], said["unknown"], said["people"], facts=dict(said["facts"]))
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnknownRelease(f"This is no release of annotators' accuracies ({error}).") from None


def _check(said: dict[str, Any]) -> None:
    """What `Trust` does not check itself. Raises ValueError."""
    if type(said["format"]) is not int or said["format"] != FORMAT:
        raise ValueError(f"format {said['format']!r}")
    if type(said["people"]) is not int:
        raise ValueError(f"people is {said['people']!r}")
    for name, share in (("wanted", said["wanted"]), ("unknown", said["unknown"]), *said["accuracy"].items()):
        if type(share) not in (int, float):
            raise ValueError(f"{name!r} is {share!r}")
    names = pl.DataFrame({"name": list(said["accuracy"])}, schema={"name": pl.String})
    strange = names.filter((pl.col("name") == "") | (name_of(pl.col("name")) != pl.col("name")))
    if strange.height:
        raise ValueError(f"{strange.item(0, 0)!r} is no person's name as words are compared")
