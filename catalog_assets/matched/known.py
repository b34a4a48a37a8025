"""What a catalogue knows about its offers already, for a matcher and for brands' spellings to learn from.

Belongs here: the offers that stand now, and what people decided about pairs of them and about brands. Does not belong
here: learning (`training.py`, `brand_lessons.py`), and what a day's matching reads (`offers.py`,
`comparisons.py`).
"""

import datetime as dt

import polars as pl

from catalog_assets.consensus.release import newest_trust
from catalog_assets.matched import brand_pairs
from catalog_assets.matched.brand_lessons import NOBODY, learned
from catalog_assets.matched.comparisons import STAGE_NAME, decisions_until, texts_of
from catalog_assets.matched.offers import UPSTREAM, done_partitions, offers_until
from catalog_assets.matched.pairs import verdicts
from catalog_assets.matched.standing import OFFER_KEY
from catalog_assets.releases import content, in_force, releases
from catalog_assets.stages import World, marks
from catalog_assets.standardized.spellings import RELEASE, Spellings, read_spellings
from catalog_assets.vocabulary.verdicts import AFFIRMED

NOTHING_DECIDED = pl.Schema({"left": pl.UInt32(), "right": pl.UInt32(), "is_match": pl.Boolean()})


def standing_offers(world: World) -> pl.DataFrame:
    """OFFERS and product_id, gtin, match_hash of the offers that stand after the last day that is done."""
    last = _last_day(world, UPSTREAM)
    if last is None:
        return texts_of(world, world.lake.scan(UPSTREAM).select(*OFFER_KEY, "day").head(0).collect())
    now = offers_until(world, done_partitions(world, last)).standing().offers
    live = now.filter("live").sort(OFFER_KEY)
    return texts_of(world, live).hstack([live["match_hash"]])


def decided_pairs(world: World, offers: pl.DataFrame) -> pl.DataFrame:
    """NOTHING_DECIDED's columns, left < right (offers): what people decided about pairs that still say that."""
    last = _last_day(world, STAGE_NAME)
    if last is None:
        return NOTHING_DECIDED.to_frame()
    days = done_partitions(world, last)["day"].unique().to_list()
    said = verdicts(offers, decisions_until(world, days))
    for side in ("left", "right"):
        names = {"offer": side, "source": f"{side}_source", "product_id": f"{side}_id"}
        place = offers.select("offer", *OFFER_KEY).rename(names)
        said = said.join(place, on=[f"{side}_source", f"{side}_id"])
    return said.select("left", "right", pl.col("verdict").is_in(AFFIRMED).alias("is_match"))


def taught_spellings(world: World) -> Spellings:
    """How brands are spelled by the offers that stand, what people said of pairs of them, and the release in force."""
    last = _last_day(world, UPSTREAM)
    done = None if last is None else offers_until(world, done_partitions(world, last)).standing().offers
    brands = pl.Series("brand", [], pl.String) if done is None else done.filter("live")["brand"]
    release = None if last is None else in_force(releases(world, RELEASE), last)
    earlier = NOBODY if release is None else read_spellings(content(world, RELEASE, release))
    said = brand_pairs.said(world.review.cases(newest_trust(world)))
    return learned(brands, said, earlier, world.catalog.brands)


def _last_day(world: World, stage: str) -> dt.date | None:
    days = marks(world, [stage]).filter("balanced")["day"].sort().to_list()
    return days[-1] if days else None
