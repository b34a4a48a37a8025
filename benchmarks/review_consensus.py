"""How often consensus is right, ours and crowd-kit's, from equal numbers of words.

Belongs here: the comparison. Does not belong here: the methods (`catalog_assets/consensus/standing.py`,
`catalog_assets/consensus/trust.py`, `review_peers.py`).
"""

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
from review_parameters import Consensus, Crowd
from review_people import Answers, answers, words

from catalog_assets.consensus.standing import EXCLUDED, Trust, leading
from catalog_assets.consensus.trust import KNOWN, Learning, learned_trust

NOBODY = EXCLUDED.to_frame()
TOLD = pl.Schema({"question": pl.Int64(), "right": pl.Boolean(), "value": pl.String()})
"""An answer: whether the proposal is said to be right, and what is put in its place."""
BINARY, WHOLE = "right or wrong", "whole answer"
Figures = dict[tuple[str, str, int], list[float]]
"""(method, what is judged, words on each question) -> the share that is right, %, of each seed."""


def consensus(
    questions: pl.DataFrame, gold: pl.DataFrame, crowd: Crowd, setting: Consensus, seeds: int, peers: Path | None,
    folder: Path,
) -> Figures:  # fmt: skip
    """All figures. questions, gold: QUESTIONS; folder: an empty one, to exchange files in."""
    figures: Figures = defaultdict(list)
    asked = questions.filter(pl.col("confidence") < setting.below)
    drawn = {seed: answers(asked, crowd.accuracies, crowd, seed) for seed in range(seeds)}
    for seed, said in drawn.items():
        known = _gold(gold, crowd, setting.gold, seed)
        for number in setting.words:
            spoken = _spoken(asked, said, crowd, number, seed)
            _export(spoken, folder, seed, number)
            for method, trust in _ours(spoken, *known).items():
                prior = spoken if method != "ours, no priors" else spoken.with_columns(asked_confidence=pl.lit(0.5))
                _judge(figures, method, number, _answers(asked, prior, trust), said)
    if peers is not None:
        subprocess.run([peers, Path(__file__).with_name("review_peers.py"), folder], check=True)
        for seed, said in drawn.items():
            for number in setting.words:
                _judge_peers(figures, folder, seed, number, said)
    return dict(figures)


def _gold(gold: pl.DataFrame, crowd: Crowd, each: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gold words of everybody, and KNOWN."""
    said = answers(gold, crowd.accuracies, crowd, seed + 1_000)
    chance, people = np.random.default_rng([seed, 3]), len(crowd.names)
    rows = np.concatenate([chance.permutation(gold.height)[:each] for _ in range(people)])
    who = np.repeat(np.arange(people), len(rows) // people)
    ids = [f"gold {number}" for number in gold["question"]]
    spoken = words(said, rows, who, crowd.names, ids, gold["confidence"].to_numpy()[rows], "gold", 10**9)
    right = {"question_id": ids, "is_right": gold["is_right"], "value": gold["true"], "unit": [None] * len(ids)}
    return spoken, pl.DataFrame(right, schema=KNOWN)


def _spoken(asked: pl.DataFrame, said: Answers, crowd: Crowd, number: int, seed: int) -> pl.DataFrame:
    """The first `number` of the people who are asked about each question, in random order."""
    order = np.argsort(np.random.default_rng([seed, 4]).random((asked.height, len(crowd.names))), axis=1)[:, :number]
    rows, ids = np.repeat(np.arange(asked.height), number), [str(place) for place in range(asked.height)]
    confidence = asked["confidence"].to_numpy()[rows]
    return words(said, rows, order.ravel(), crowd.names, ids, confidence, "decide", 0)


def _ours(spoken: pl.DataFrame, gold: pl.DataFrame, known: pl.DataFrame) -> dict[str, Trust]:
    learning = Learning()
    blind = spoken.with_columns(asked_confidence=pl.lit(0.5))
    return {
        "ours, no priors": learned_trust(blind, KNOWN.to_frame(), learning=learning),
        "ours": learned_trust(spoken, KNOWN.to_frame(), learning=learning),
        "ours and gold": learned_trust(pl.concat([spoken, gold]), known, learning=learning),
    }


def _answers(asked: pl.DataFrame, spoken: pl.DataFrame, trust: Trust) -> pl.DataFrame:
    """TOLD."""
    told = leading(spoken, NOBODY, trust).join(spoken.select("sequence", "value"), on="sequence", how="left")
    return told.select(
        pl.col("question_id").cast(pl.Int64).alias("question"), (pl.col("is_right") > 0.5).alias("right"), "value"
    )


def _export(spoken: pl.DataFrame, folder: Path, seed: int, number: int) -> None:
    whole = pl.when(pl.col("verdict") == "replace").then(pl.lit("=") + pl.col("value")).otherwise("verdict")
    binary = pl.when(pl.col("verdict") == "accept").then(pl.lit("accept")).otherwise(pl.lit("reject"))
    for what, label in ((BINARY, binary), (WHOLE, whole)):
        said = spoken.select(
            pl.col("question_id").alias("task"), pl.col("annotator").alias("worker"), label.alias("label")
        )
        said.write_csv(folder / f"{what} {seed} {number}.csv")


def _judge_peers(figures: Figures, folder: Path, seed: int, number: int, said: Answers) -> None:
    for what in (BINARY, WHOLE):
        for method, labels in json.loads((folder / f"{what} {seed} {number}.json").read_text()).items():
            rows = [
                (int(task), label == "accept", label[1:] if label[0] == "=" else None) for task, label in labels.items()
            ]
            told = pl.DataFrame(
                rows, schema={"question": pl.Int64, "right": pl.Boolean, "value": pl.String}, orient="row"
            )
            _judge(figures, f"crowd-kit {method}", number, told, said, (what,))


def _judge(
    figures: Figures, method: str, number: int, told: pl.DataFrame, said: Answers,
    parts: tuple[str, ...] = (BINARY, WHOLE),
) -> None:  # fmt: skip
    rows = told.sort("question")
    right = rows["right"].to_numpy()
    values = np.array([None if place < 0 else said.values[place] for place in said.truth], dtype=object)
    agrees = right == said.is_right
    same = np.where(right, said.is_right, ~said.is_right & (rows["value"].to_numpy() == values))
    for what in parts:
        figures[(method, what, number)].append(100 * float((agrees if what == BINARY else same).mean()))
