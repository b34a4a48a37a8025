"""What people's words on a question together mean: which word stands, how sure that is, and who is asked next.

Belongs here: the two rules, the last word and the weighted consensus, as pure functions of the journal of words. Does
not belong here: the journal and who is asked (`resources/review`), and how people's accuracies are learned
(`trust.py`).

The last word: what was said last to decide stands. A second opinion only measures; where it differs a lead is asked.

The weighted consensus: a word of a person who is right with probability a adds logit(a) to the log-odds of what it
says, and the proposal's own confidence is where they start (Dawid and Skene, "Maximum Likelihood Estimation of Observer
Error-Rates Using the EM Algorithm", Applied Statistics 28, 1979, with one number a person; the model as one more
voice, and stopping as soon as it is sure: Branson, Van Horn and Perona, "Lean Crowdsourcing", CVPR 2017). First
whether the proposal is right, then what stands in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from catalog_assets.vocabulary.columns import MOMENT

WORDS = pl.Schema(
    {
        "question_id": pl.String(), "verdict": pl.String(), "value": pl.String(), "unit": pl.String(),
        "annotator": pl.String(), "decided_at": MOMENT, "reason": pl.String(), "sequence": pl.Int64(),
        "purpose": pl.String(), "asked_confidence": pl.Float64(),
    }
)  # fmt: skip
"""People's words, undos too. `sequence` is unique and grows; purpose: decide, second, gold or settle; asked_confidence:
the proposal's confidence when the word was said, null where it had none."""
EXCLUDED = pl.Schema({"person": pl.String(), "since": MOMENT, "until": MOMENT})
"""Whose words said at or after `since` and before `until` (null: for good) do not count."""
STANDING = pl.Schema(
    {
        "question_id": pl.String(), "sequence": pl.Int64(), "state": pl.String(), "certainty": pl.Float64(),
        "people": pl.UInt32(),
    }
)  # fmt: skip
"""One row a question with a word. sequence: of the word that stands, or null; certainty: that the answer with most
weight is right, null without a consensus; people: with a word that counts."""
DECIDED, OPEN, WANTING, DISPUTED = "decided", "open", "wanting", "disputed"
"""Of a question: its answer stands; no word decides it; one more person is asked; a lead is asked."""

LEAST_ACCURACY, MOST_ACCURACY = 0.5, 0.999
"""Whoever is worse than a coin is ignored: to turn their words round would pay for answering wrongly on purpose, and
would let who is taken for one decide. Nobody is so good that one slip could never be outvoted."""
MOST_PRIOR = 0.95
"""A proposal says at most this much for or against itself. Below what is wanted, so that none settles itself: it takes
somebody who is better than a coin."""
DIGITS = 6
"""Of a certainty: powers may differ in their last digits from machine to machine, and answers must not."""
MOST_PEOPLE = 99
_UNIT = ["question_id", "person"]
_KEPT = ["question_id", "sequence", "verdict", "value", "unit", "purpose", "asked_confidence", "person"]


@dataclass(frozen=True)
class Trust:
    """How far people are believed.

    accuracy: person (as `name_of` says) -> how often they are right (a probability); unknown: of everybody else;
    wanted: how sure an answer must be; people: after so many people without such an answer a lead is asked; version: of
    the release, empty where it is none; facts: what it was learned from, for people. Raises ValueError for what is no
    probability.
    """

    accuracy: Mapping[str, float] = field(default_factory=dict)
    wanted: float = 0.99
    unknown: float = 0.9
    people: int = 3
    version: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = {"wanted": self.wanted, "unknown": self.unknown, **self.accuracy}
        strange = [name for name, share in said.items() if not 0 <= share <= 1]
        if strange:
            raise ValueError(f"{strange[0]!r}: {said[strange[0]]} is no probability")
        if self.wanted <= MOST_PRIOR or self.wanted == 1:
            raise ValueError(f"wanted lies between {MOST_PRIOR} and 1, not at {self.wanted}")
        if not 1 <= self.people <= MOST_PEOPLE:
            raise ValueError(f"one to {MOST_PEOPLE} people are asked before a lead, not {self.people}")


def name_of(annotator: pl.Expr) -> pl.Expr:
    """Who is meant: names that differ in case or in spaces around them are one person."""
    return annotator.str.strip_chars().str.to_lowercase()


def standing(words: pl.DataFrame, excluded: pl.DataFrame, trust: Trust | None = None) -> pl.DataFrame:
    """STANDING, by question_id. words: WORDS; excluded: EXCLUDED.

    Gold words and words of the excluded are as if they had never been said. An undo takes back the same person's
    earlier words on the question, with purpose 'settle' everybody's. Of what is left the last settling word stands;
    without one the last word of each person counts, by the consensus of `trust`, or, without it, by the last word.
    """
    asked = words.select(pl.col("question_id").unique())
    return standing_of(last_words(words, excluded), asked, trust)


def standing_of(each: pl.DataFrame, asked: pl.DataFrame, trust: Trust | None) -> pl.DataFrame:
    """STANDING, by question_id, of each person's last words (`last_words`) on the questions asked (question_id)."""
    told = _last_word(each) if trust is None else _consensus(each, trust)
    found = told if told.height == asked.height else asked.join(told, on="question_id", how="left")
    is_settled = pl.col("settled").is_not_null()
    return found.select(
        "question_id",
        pl.coalesce("settled", "sequence").alias("sequence"),
        pl.when(is_settled).then(pl.lit(DECIDED)).otherwise(pl.col("state").fill_null(OPEN)).alias("state"),
        pl.when(~is_settled).then("certainty").alias("certainty"),
        pl.col("people").fill_null(0).cast(pl.UInt32),
    ).sort("question_id")


def _counted(words: pl.DataFrame, excluded: pl.DataFrame, gold: bool) -> pl.DataFrame:
    """The words that are left (_KEPT), in the order of the journal."""
    counting = words if gold else words.filter(pl.col("purpose").ne_missing("gold"))
    rows = counting.with_columns(name_of(pl.col("annotator")).alias("person"))
    if excluded.height:
        within = (pl.col("decided_at") >= pl.col("since")) & (pl.col("decided_at") < pl.col("until")).fill_null(True)
        spans = excluded.select(name_of(pl.col("person")).alias("person"), "since", "until")
        out = rows.select("sequence", "person", "decided_at").join(spans, on="person").filter(within)
        rows = rows.join(out, on="sequence", how="anti")
    rows = rows.select(_KEPT).sort("sequence")
    undone = rows.filter(pl.col("verdict") == "undo")
    if undone.is_empty():
        return rows
    own = undone.group_by(_UNIT).agg(pl.col("sequence").max().alias("own"))
    everybodys = undone.filter(pl.col("purpose") == "settle").group_by("question_id")
    all_of = everybodys.agg(pl.col("sequence").max().alias("all"))
    both = rows.join(own, on=_UNIT, how="left", maintain_order="left")
    both = both.join(all_of, on="question_id", how="left", maintain_order="left")
    return both.filter(pl.col("sequence") > pl.max_horizontal("own", "all").fill_null(-1)).select(_KEPT)


def last_words(words: pl.DataFrame, excluded: pl.DataFrame, gold: bool = False) -> pl.DataFrame:
    """The last word of each person on each question, in the order of the journal, by the rules of `standing`; with gold
    words too, where somebody is to be measured.

    question_id, person, sequence, verdict, value, unit, right: whether it says that the proposal is right; decides:
    whether they ever spoke to decide: who does and then says otherwise has decided otherwise; asked_confidence, came:
    the proposal's confidence at their first word, and its sequence; settled: the last of their words that settles.
    """
    kept = _counted(words, excluded, gold)
    return kept.group_by(_UNIT).agg(
        pl.col("sequence", "verdict", "value", "unit").last(),
        pl.col("asked_confidence").first(),
        pl.col("sequence").first().alias("came"),
        (pl.col("verdict").last() == "accept").alias("right"),
        pl.col("purpose").ne_missing("second").any().alias("decides"),
        pl.when(pl.col("purpose") == "settle").then("sequence").max().alias("settled"),
    ).sort("sequence")  # fmt: skip


def _last_word(each: pl.DataFrame) -> pl.DataFrame:
    """question_id, settled and what STANDING has, by what was said last to decide."""
    first = {name: pl.col(name).filter("decides").last() for name in ("sequence", "right", "verdict", "value", "unit")}
    both_replace = (pl.col("verdict") == "replace") & (first["verdict"] == "replace")
    other = pl.col("value").ne_missing(first["value"]) | pl.col("unit").ne_missing(first["unit"])
    differs = ~pl.col("decides") & ((pl.col("right") != first["right"]) | (both_replace & other))
    told = each.group_by("question_id").agg(
        first["sequence"], differs.any().alias("differs"), pl.len().alias("people"), pl.col("settled").max()
    )  # fmt: skip
    state = pl.when(pl.col("sequence").is_null()).then(pl.lit(OPEN)).when("differs").then(pl.lit(DISPUTED))
    nothing = pl.lit(None, pl.Float64).alias("certainty")
    return told.with_columns(state.otherwise(pl.lit(DECIDED)).alias("state"), nothing)


def leading(words: pl.DataFrame, excluded: pl.DataFrame, trust: Trust) -> pl.DataFrame:
    """What most weight speaks for, sure enough or not, by question_id; settling words are words like others.

    words, excluded: as of `standing`. question_id, is_right: the probability that the proposal is right; sequence: of
    the word that says the leading answer (null: only the proposal speaks for it); certainty: of that answer; people.
    """
    found = _weighed(last_words(words, excluded), trust)
    return found.select("question_id", "is_right", "sequence", "certainty", "people").sort("question_id")


def _consensus(each: pl.DataFrame, trust: Trust) -> pl.DataFrame:
    """question_id, settled and what STANDING has, by the weights of all who have said something."""
    # What only the proposal speaks for has no word that could stand; it is never sure, for MOST_PRIOR is less.
    sure = pl.col("certainty") >= trust.wanted
    state = pl.when(sure).then(pl.lit(DECIDED)).when(pl.col("people") >= trust.people).then(pl.lit(DISPUTED))
    stands = pl.when(sure).then("sequence").alias("sequence")
    return _weighed(each, trust).with_columns(stands, state.otherwise(pl.lit(WANTING)).alias("state"))


def _weighed(each: pl.DataFrame, trust: Trust) -> pl.DataFrame:
    """question_id, people, settled, is_right, sequence, certainty: as of `leading`."""
    weighed = each.with_columns(_weight(trust).alias("weight"))
    signed = pl.when("right").then("weight").otherwise(-pl.col("weight"))
    # The proposal's confidence at the first word: what a model said later may have been learned from these words.
    prior = pl.col("asked_confidence").sort_by("came").first().fill_null(0.5).clip(1 - MOST_PRIOR, MOST_PRIOR)
    whole = weighed.group_by("question_id").agg(
        (signed.sum() + _logit(prior)).alias("odds"),
        pl.len().alias("people"),
        pl.col("settled").max(),
        pl.when("right").then("sequence").max().alias("accepted"),
    )
    whole = whole.join(_instead(weighed.filter(~pl.col("right"))), on="question_id", how="left")
    is_right = pl.col("odds") > 0
    # An answer in place of the proposal is no surer than that the proposal is wrong, nor than those who wrote it.
    wrong = pl.min_horizontal(_share(-pl.col("odds")), "among")
    return whole.with_columns(
        pl.when(is_right).then(_share(pl.col("odds"))).otherwise(wrong).round(DIGITS).alias("certainty"),
        pl.when(is_right).then("accepted").otherwise("instead").alias("sequence"),
        _share(pl.col("odds")).round(DIGITS).alias("is_right"),
    )


def _weight(trust: Trust) -> pl.Expr:
    accuracy = pl.col("person").replace_strict(dict(trust.accuracy), default=trust.unknown, return_dtype=pl.Float64)
    return _logit(accuracy.clip(LEAST_ACCURACY, MOST_ACCURACY))


def _instead(wrong: pl.DataFrame) -> pl.DataFrame:
    """question_id, instead, among: of the words that the proposal is wrong, the last one that says what most weight
    speaks for, and how sure that is among them.

    A refusal without another value claims nothing but that the proposal is wrong. A replacement stands against all
    others and against something that nobody has named: written by one person it is as sure as that person.
    """
    answers = wrong.group_by("question_id", "verdict", "value", "unit")
    said = answers.agg(pl.col("weight").sum(), pl.col("sequence").max())
    named, most = pl.col("verdict") == "replace", pl.col("weight").max()
    # The most is taken off before weights become powers, or these may be infinite.
    each = (pl.col("weight") - most).exp()
    others = pl.when(named).then(each).otherwise(0.0).sum()
    share = pl.when(named).then(each / ((-most).exp() + others)).otherwise(1.0).alias("among")
    # Of equal weights a replacement goes before a refusal, since it says more, and then the later word.
    ranked = said.sort("weight", named, "sequence")
    return ranked.group_by("question_id").agg(pl.col("sequence").last().alias("instead"), share.last())


def _logit(share: pl.Expr) -> pl.Expr:
    return (share / (1 - share)).log()


def _share(odds: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-odds).exp())
