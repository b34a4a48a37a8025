"""Which release says how far people are believed, and by which words a day's questions are decided.

Belongs here: the release in force on a day, what is learned from the journal of words, and keeping the queue in step.
Does not belong here: what a `Trust` makes of words (`catalog_assets/consensus/standing.py`), and how one is learned.
"""

import datetime as dt
import functools
from typing import cast

import polars as pl

from catalog_assets.consensus.standing import Trust
from catalog_assets.consensus.trust import KNOWN, RELEASE, from_bytes, learned_trust, to_bytes
from catalog_assets.releases import content, in_force, releases
from catalog_assets.stages import World
from catalog_assets.vocabulary.verdicts import AFFIRMED
from resources.review.known_answers import known_answers
from resources.review.store import SqlReviewStore

__all__ = ["RELEASE", "follow_trust", "from_bytes", "learned", "newest_trust", "to_bytes", "trust_for"]


def trust_for(world: World, day: dt.date) -> Trust | None:
    """How far people are believed on the day; None: the last word counts."""
    release = in_force(releases(world, RELEASE), day)
    return None if release is None else _read(content(world, RELEASE, release))


def newest_trust(world: World) -> Trust | None:
    """How far people are believed by the last release: by what they say now models, mappers and mappings learn."""
    known = releases(world, RELEASE)
    return _read(content(world, RELEASE, known[-1])) if known else None


@functools.lru_cache(maxsize=4)
def _read(data: bytes) -> Trust:
    return from_bytes(data)


def follow_trust(world: World, day: dt.date) -> None:
    """Let the queue stand by the release in force on the day: whose word ends a question decides who is asked next."""
    cast(SqlReviewStore, world.review).use(trust_for(world, day))


def learned(world: World) -> Trust:
    """What the journal's words show of who said them, with the known answers."""
    store = cast(SqlReviewStore, world.review)
    known = known_answers(store).select(
        "question_id", (pl.col("verdict") == AFFIRMED[0]).alias("is_right"), "value", "unit"
    )
    return learned_trust(store.words(), known.select(KNOWN.names()), store.excluded())
