"""Simulated people: what each of them would say of each question.

Belongs here: drawing their words. Does not belong here: who is asked (`review_ways.py`) and how good they are
(`review_parameters.py`).

What a person says of a question is drawn once: to ask the same person again tells nothing new.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from review_parameters import Crowd

from catalog_assets.consensus.standing import WORDS

QUESTIONS = pl.Schema(
    {
        "question": pl.Int64(), "product": pl.UInt32(), "attribute": pl.String(), "value": pl.String(),
        "confidence": pl.Float64(), "is_right": pl.Boolean(), "true": pl.String(), "group": pl.String(),
    }
)  # fmt: skip
"""Proposals: number, whose they are, what is proposed and how surely, whether it is right, what is right (null:
nothing), and what one look answers together."""
START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
ACCEPT, REJECT, REPLACE = 0, 1, 2
VERDICTS = ("accept", "reject", "replace")
NONE = -1


@dataclass(frozen=True)
class Answers:
    """What everybody would say (questions x people). verdict: place in VERDICTS; value: place in `values`, NONE where
    nothing is written; truth: place of the right value of each question, NONE where there is none."""

    verdict: NDArray[np.int64]
    value: NDArray[np.int64]
    truth: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    values: list[str]

    def key(self) -> NDArray[np.int64]:
        """What each of them would say, as one number: -2 accept, -1 reject, else the value that is written."""
        return np.where(self.verdict == REPLACE, self.value, np.where(self.verdict == ACCEPT, -2, -1))


def answers(questions: pl.DataFrame, accuracies: Sequence[float], crowd: Crowd, seed: int) -> Answers:
    """Drawn words of people of these accuracies. questions: QUESTIONS."""
    chance = np.random.default_rng([seed, len(accuracies)])
    shape = (questions.height, len(accuracies))
    is_right = questions["is_right"].to_numpy()
    values = questions["true"].drop_nulls().unique().sort().to_list()
    place = {value: number for number, value in enumerate(values)}
    truth = np.array([NONE if value is None else place[value] for value in questions["true"]], dtype=np.int64)
    other = _others(questions, place, shape, chance)
    knows = chance.random(shape) < np.array(accuracies)
    names = chance.random(shape) < np.where(is_right, crowd.misnames, crowd.misnames_wrong)[:, None]
    well = np.where(is_right, ACCEPT, np.where(truth == NONE, REJECT, REPLACE))[:, None]
    badly = np.where(names & (other != NONE), REPLACE, np.where(is_right, REJECT, ACCEPT)[:, None])
    verdict = np.where(knows, well, badly)
    value = np.where(verdict == REPLACE, np.where(knows, truth[:, None], other), NONE)
    return Answers(verdict, value, truth, is_right, values)


def _others(
    questions: pl.DataFrame, place: dict[str, int], shape: tuple[int, int], chance: np.random.Generator
) -> NDArray[np.int64]:
    """Of each question and person a value that is wrong, and not the proposed one; NONE where there is none."""
    told = np.full(shape, NONE, dtype=np.int64)
    draws = chance.random(shape)
    known = {name: [place[v] for v in mine.drop_nulls().unique().sort()] for name, mine in
             ((mine["attribute"][0], mine["true"]) for mine in questions.partition_by("attribute"))}  # fmt: skip
    for row, (attribute, value, true) in enumerate(questions.select("attribute", "value", "true").iter_rows()):
        wrong = np.array([v for v in known[attribute] if v not in (place.get(value), place.get(true))], dtype=np.int64)
        if len(wrong):
            told[row] = wrong[(draws[row] * len(wrong)).astype(np.int64)]
    return told


def words(
    said: Answers, rows: NDArray[np.int64], people: NDArray[np.int64], names: Sequence[str], ids: Sequence[str],
    confidence: NDArray[np.float64], purpose: str, first: int,
) -> pl.DataFrame:  # fmt: skip
    """WORDS of people (places in `names`) on questions (rows of `said`), numbered from `first`, an instant apart."""
    verdict, value = said.verdict[rows, people], said.value[rows, people]
    places = pl.Series(said.values, dtype=pl.String)
    sequence = pl.Series("sequence", np.arange(first, first + len(rows)))
    moment = pl.lit(START) + pl.duration(milliseconds=pl.col("sequence"))
    return pl.DataFrame(
        {
            "question_id": pl.Series(ids, dtype=pl.String).gather(rows),
            "verdict": pl.Series(VERDICTS).gather(verdict),
            "value": places.gather(pl.Series(np.where(value == NONE, 0, value))) if len(places) else None,
            "annotator": pl.Series(list(names)).gather(people),
            "sequence": sequence, "asked_confidence": confidence,
        }
    ).with_columns(
        pl.when(pl.col("verdict") == "replace").then("value").alias("value"), pl.lit(None, pl.String).alias("unit"),
        pl.lit(None, pl.String).alias("reason"), moment.alias("decided_at"), pl.lit(purpose).alias("purpose"),
    ).select(pl.col(name).cast(dtype) for name, dtype in WORDS.items())  # fmt: skip
