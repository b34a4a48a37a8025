"""A matcher from what a catalogue knows already: identifiers, and what people decided.

Belongs here: labels, and which thresholds a release is given. Does not belong here: learning itself
(`matcher.py`), finding thresholds (`certainty/`) and putting a release into force (`catalog_assets/releases.py`).

Labels cost nobody a look: of two candidates that both state a GTIN, the same GTIN says one product and different ones
say two. A matcher never sees GTINs, so it learns what names, part numbers and prices tell, for the offers that have
none. What people decided about pairs counts too, and above it.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.certainty.thresholds import best_threshold, precise_threshold
from catalog_assets.matched.blocking import Blocking, candidates
from catalog_assets.matched.features import features
from catalog_assets.matched.matcher import Matcher, train, unseen
from catalog_assets.matched.tokens import OFFERS, tokens
from catalog_assets.releases import TooLittleToLearn

MOST_PAIRS = 200_000
"""Labelled pairs that are learned from; of more a sample is taken, by the hash of the left offer."""
LEAST_MATCHES = 50
UNPROVEN = 0.85
"""The threshold while there is too little evidence for a better one."""


@dataclass(frozen=True)
class Wanted:
    """What a release is to keep: the precision of what is joined without a person, and with which confidence."""

    precision: float = 0.99
    confidence: float = 0.95


def learn(offers: pl.DataFrame, decided: pl.DataFrame, blocking: Blocking, wanted: Wanted) -> Matcher:
    """Train and set thresholds. Raises TooLittleToLearn.

    offers: OFFERS and gtin; decided: left < right (offers), is_match. The same rows give the same release.
    """
    read = tokens(offers.select(OFFERS.names()))
    pairs = candidates(read.with_phrases, blocking)
    told = features(read, pairs).join(_labels(pairs, offers, decided), on=["left", "right"]).sort("left", "right")
    told = _sample(told)
    matches = int(told["is_match"].sum())
    if matches < LEAST_MATCHES or matches == told.height:
        raise TooLittleToLearn(
            f"{told.height:,} pairs of offers are labelled, {matches:,} of them matches; at least {LEAST_MATCHES} "
            "matches and some others are needed. Labels come from GTINs that two sources state, and from decided pairs."
        )
    matcher = train(told, told["is_match"])
    honest = unseen(told, told["is_match"], by=told["left"])
    proven = precise_threshold(honest, told["is_match"], wanted.precision, wanted.confidence)
    threshold = UNPROVEN if proven is None else proven
    doubt = min(best_threshold(honest, told["is_match"]), threshold)
    facts = _facts(honest, told["is_match"], threshold) | {
        "offers": offers.height, "pairs": told.height, "matches": matches, "decided": decided.height,
        "precision_wanted": wanted.precision, "proven": proven is not None,
    }  # fmt: skip
    return Matcher(matcher.trees, threshold, facts, doubt, blocking)


def _labels(pairs: pl.DataFrame, offers: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """left, right, is_match of the candidates for which something is known."""
    gtins = [offers["gtin"].gather(pairs[side]) for side in ("left", "right")]
    by_gtin = pairs.select("left", "right", (gtins[0] == gtins[1]).alias("by_gtin"))
    said = decided.select("left", "right", pl.col("is_match").alias("by_person"))
    told = by_gtin.join(said, on=["left", "right"], how="left")
    return told.select("left", "right", pl.coalesce("by_person", "by_gtin").alias("is_match")).drop_nulls("is_match")


def _sample(told: pl.DataFrame) -> pl.DataFrame:
    if told.height <= MOST_PAIRS:
        return told
    kept = (pl.col("left").hash(seed=5) % told.height) < MOST_PAIRS
    return told.filter(kept)


def _facts(honest: pl.Series, is_match: pl.Series, threshold: float) -> dict[str, Any]:
    """How good the release is on pairs that its judges had not seen."""
    taken = honest >= threshold
    hits = int((taken & is_match).sum())
    return {
        "precision_seen": round(hits / max(int(taken.sum()), 1), 4),
        "recall_seen": round(hits / max(int(is_match.sum()), 1), 4),
        "threshold": round(threshold, 4),
    }
