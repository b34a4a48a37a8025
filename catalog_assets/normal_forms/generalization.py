"""A learned reader of closed lists: from a value in a supplier's words to the one value of a list that it means.

Belongs here: what is learned from decided values and from what the list itself says of its values, its probability, and
the release's bytes. Does not belong here: values that the list names outright (`normalization.py`), and where releases
are kept.

A value is told by the pieces of its words (character n-grams, weighted by inverse document frequency: Sparck Jones
1972; Cavnar and Trenkle 1994), its last word once more, since that is mostly the thing itself. The judge is a
multinomial logistic regression for each attribute. Its probability is made honest on values that it had not seen (Platt
1999). Only the value is read, not the product's title: where both were decided, the title told nothing that the value
had not.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from catalog_assets.category_mapping.space import Encoder
from catalog_assets.normal_forms.pieces import EXAMPLES, SIZES, Floats, Pieces, key, matrix, pieces_of
from catalog_assets.releases import UnknownRelease, version_of
from catalog_assets.standardized.text import mapped

READ = pl.Schema({"normal": pl.String(), "method": pl.String(), "confidence": pl.Float64()})
"""A value as read: normal is null where it cannot be, method says how, confidence is a probability."""

STRENGTH = 10.0
"""Inverse of the penalty on squared weights; chosen by cross-validation among 3, 10 and 30."""
PRIOR = 0.01
"""How strongly the scale of confidence is held to no change: only where hardly anything was decided is it felt."""
FOLDS = 5
DIGITS = 4
NO_ENCODER = "none"


@dataclass(frozen=True)
class Judge:
    """What was learned of one attribute.

    decided: key -> the value that was decided for it, most often. pieces -> column and inverse document frequency.
    values: those of the list. weights: pieces, then dimensions of meaning, x values; intercepts: one a value.
    """

    decided: dict[str, str]
    pieces: Pieces
    values: tuple[str, ...]
    weights: Floats
    intercepts: Floats

    def probabilities(self, values: Sequence[str], encode: Encoder | None) -> Floats:
        """One row per value, one column per value of the list; each row sums to 1. Not calibrated."""
        return _softmax(matrix(values, self.pieces, encode) @ self.weights + self.intercepts)


@dataclass(frozen=True)
class Generalizer:
    """A trained generalizer. `scale`: slope and intercept on the log-odds of the likeliest value. `agreement`: how
    often two decisions on the same words were the same. `encoder`: the name of `encode`, which is no part of the
    release. `facts`: for people."""

    judges: dict[str, Judge]
    encode: Encoder | None = None
    encoder: str = NO_ENCODER
    scale: tuple[float, float] = (1.0, 0.0)
    agreement: float = 0.5
    facts: dict[str, Any] = field(default_factory=dict)

    def decided(self, attribute: str, values: pl.Series) -> pl.DataFrame:
        """READ of the values whose words were decided before; normal is null for others."""
        judge = self.judges.get(attribute)
        known = judge.decided if judge else {}
        normal = mapped(values.cast(pl.String), lambda text: known.get(key(text)))
        return _read(normal, "decided", np.full(values.len(), self.agreement))

    def read(self, attribute: str, values: pl.Series) -> pl.DataFrame:
        """READ of distinct values, row by row; normal is null for null, and where the attribute was never learned."""
        judge = self.judges.get(attribute)
        if judge is None or values.is_empty():
            return _read(pl.Series([None] * values.len(), dtype=pl.String), "learned", np.zeros(values.len()))
        told = judge.probabilities(values.fill_null("").to_list(), self.encode)
        normal = pl.Series([judge.values[place] for place in told.argmax(axis=1)], dtype=pl.String)
        return _read(normal.set(values.is_null(), None), "learned", _honest(told.max(axis=1), self.scale))

    def to_bytes(self) -> bytes:
        """The release as it is kept."""
        judges = {
            name: {
                "pieces": sorted(((piece, *at) for piece, at in judge.pieces.items()), key=lambda row: row[1]),
                "decided": judge.decided, "values": judge.values,
                "weights": judge.weights.tolist(), "intercepts": judge.intercepts.tolist(),
            }
            for name, judge in self.judges.items()
        }  # fmt: skip
        said = {
            "sizes": SIZES, "encoder": self.encoder, "scale": self.scale, "agreement": self.agreement, "facts":
            self.facts, "judges": judges }  # fmt: skip
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """12 hex digits over all of the release."""
        return version_of(self.to_bytes())


def _read(normal: pl.Series, method: str, confidence: Floats) -> pl.DataFrame:
    methods = pl.repeat(method, normal.len(), eager=True)
    return pl.DataFrame([normal.alias("normal"), methods.alias("method"), pl.Series("confidence", confidence)], READ)


def from_bytes(data: bytes, encode: Encoder | None = None, encoder: str = NO_ENCODER) -> Generalizer:
    """Read a release for use with the encoder of that name. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        judges = {name: _judge(one) for name, one in said["judges"].items()}
        slope, intercept = said["scale"]
        agreement = float(said["agreement"])
        trained_on = (tuple(said["sizes"]), said["encoder"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownRelease(f"This is no release of a generalizer ({error}).") from None
    if trained_on != (SIZES, encoder):
        raise UnknownRelease(
            f"The generalizer was trained on {trained_on}, and this is {(SIZES, encoder)}; train it anew."
        )
    scale = (float(slope), float(intercept))
    return Generalizer(judges, encode, encoder, scale, agreement, dict(said.get("facts", {})))


def _judge(said: dict[str, Any]) -> Judge:
    pieces = {str(piece): (int(place), float(idf)) for piece, place, idf in said["pieces"]}
    weights = np.array(said["weights"], dtype=np.float64).reshape(-1, len(said["values"]))
    return Judge(
        dict(said["decided"]), pieces, tuple(said["values"]), weights, np.array(said["intercepts"], dtype=np.float64)
    )


def train(
    examples: pl.DataFrame,
    encode: Encoder | None = None,
    encoder: str = NO_ENCODER,
    facts: dict[str, Any] | None = None,
) -> Generalizer:
    """Learn from EXAMPLES. The same rows give the same release, whatever their order."""
    examples = examples.sort(EXAMPLES.names())
    judges = {name: _learned(examples.filter(pl.col("attribute") == name), encode) for name in _names(examples)}
    told = unseen(examples, encode)
    scale = _scale(told["probability"].to_numpy(), told["right"].to_numpy())
    return Generalizer(judges, encode, encoder, scale, _agreement(examples, judges), facts or {})


def _agreement(examples: pl.DataFrame, judges: dict[str, Judge]) -> float:
    """How often a decision is the usual one of its words, beyond the first of each: Laplace's rule of succession."""
    people = examples.filter(pl.col("weight") == 1)
    usual = sum(
        judges[name].decided[key(value)] == normal
        for name, value, normal in people.select("attribute", "value", "normal").iter_rows()
    )
    firsts = sum(len(judge.decided) for judge in judges.values())
    return round(float((usual - firsts + 1) / (people.height - firsts + 2)), DIGITS)


def _decided(examples: pl.DataFrame) -> dict[str, str]:
    """key -> the value most often decided for it, the first by alphabet among equals."""
    people = examples.filter(pl.col("weight") == 1)
    told = Counter(zip(map(key, people["value"].to_list()), people["normal"].to_list(), strict=True))
    ranked = sorted(told, key=lambda words: (-told[words], words), reverse=True)  # the usual one last: it stands
    return dict(ranked)


def unseen(examples: pl.DataFrame, encode: Encoder | None = None) -> pl.DataFrame:
    """What a judge says of each distinct decided value that it has not seen: probability (not calibrated), right."""
    keyed = examples.with_columns(pl.Series("key", map(key, examples["value"].to_list()), pl.String))
    fold = pl.Series("fold", map(_fold, keyed["key"].to_list()), pl.Int64)
    keyed = keyed.with_columns(pl.when(pl.col("weight") == 1).then(fold).otherwise(-1).alias("fold"))
    parts = [pl.DataFrame(schema={"probability": pl.Float64, "right": pl.Boolean})]
    for (_, number), asked in sorted(keyed.partition_by("attribute", "fold", as_dict=True).items()):
        asked = asked.unique("key", keep="first", maintain_order=True)
        known = keyed.filter(pl.col("attribute") == asked["attribute"][0], pl.col("fold") != number)
        if number == -1 or known.is_empty():
            continue
        judge = _learned(known, encode)
        told = judge.probabilities(asked["value"].to_list(), encode)
        said = pl.Series([judge.values[place] for place in told.argmax(axis=1)], dtype=pl.String)
        parts.append(pl.DataFrame({"probability": told.max(axis=1), "right": said == asked["normal"]}))
    return pl.concat(parts)


def _names(examples: pl.DataFrame) -> list[str]:
    return sorted(examples["attribute"].unique().to_list())


def _fold(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % FOLDS


def _learned(examples: pl.DataFrame, encode: Encoder | None) -> Judge:
    """The judge of one attribute's EXAMPLES."""
    told = Counter(piece for value in examples["value"].to_list() for piece in pieces_of(value))
    idf = {piece: round(float(np.log((1 + examples.height) / (1 + n))) + 1, DIGITS) for piece, n in told.items()}
    pieces = {piece: (place, idf[piece]) for place, piece in enumerate(sorted(told))}
    values = tuple(sorted(examples["normal"].unique().to_list()))
    true = examples["normal"].replace_strict({v: n for n, v in enumerate(values)}, return_dtype=pl.Int64).to_numpy()
    numbers = matrix(examples["value"].to_list(), pieces, encode)
    weights, intercepts = _fitted(numbers, true, len(values), examples["weight"].to_numpy())
    return Judge(_decided(examples), pieces, values, weights.round(DIGITS), intercepts.round(DIGITS))


def _fitted(told: sparse.csr_matrix, true: NDArray[np.int64], count: int, weight: Floats) -> tuple[Floats, Floats]:
    """Weights and intercepts with the least penalized loss: a convex problem, so there is one answer (L-BFGS)."""
    shape = (told.shape[1] + 1, count)
    aim = np.eye(count)[true]

    def loss(flat: Floats) -> tuple[float, Floats]:
        guess = flat.reshape(shape)
        said = _softmax(told @ guess[:-1] + guess[-1])
        off = (said - aim) * weight[:, None]
        slope = np.vstack([told.T @ off + guess[:-1] / STRENGTH, off.sum(axis=0)])
        wrong = -(weight * np.log(np.maximum(said[np.arange(len(true)), true], 1e-12))).sum()
        return float(wrong + (guess[:-1] ** 2).sum() / (2 * STRENGTH)), slope.ravel()

    best = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    found = best.x.reshape(shape)
    return found[:-1], found[-1]


def _softmax(scores: Floats) -> Floats:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def _odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)))


def _honest(probability: Floats, scale: tuple[float, float]) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(scale[0] * _odds(probability) + scale[1]))))


def _scale(probability: Floats, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept by which log-odds become honest; (1, 0) where there is nothing to learn from."""
    if len(right) == 0 or right.all() or not right.any():
        return 1.0, 0.0
    odds = _odds(probability)

    def loss(at: Floats) -> float:
        score = at[0] * odds + at[1]
        wrong = (np.logaddexp(0, score) - right * score).sum()
        return float(wrong + PRIOR * ((at[0] - 1) ** 2 + at[1] ** 2))

    best = minimize(loss, np.array([1.0, 0.0]), method="BFGS")
    return round(float(best.x[0]), DIGITS), round(float(best.x[1]), DIGITS)
