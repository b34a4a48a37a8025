"""What the matched stage reads of offers: the rows of the partitions that are done, and which offers stand.

Belongs here: reading them as of a day. Does not belong here: when an offer stands (`standing.py`), and pairs
(`comparisons.py`).
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from catalog_assets.matched.standing import OFFER_KEY, Standing, standing
from catalog_assets.stages import World

UPSTREAM = "standardized_products"
IDENTITY = [*OFFER_KEY, "day", "delivery_id", "record_number", "gtin", "brand", "mpn", "family", "match_hash"]


@dataclass(frozen=True)
class Offers:
    """What was delivered up to a day: offer rows of done partitions, records that list an offer without being its row,
    full deliveries that count, and how much of a source may be withdrawn at once."""

    rows: pl.DataFrame
    seen: pl.DataFrame
    full: pl.DataFrame
    limits: dict[str, float]

    def standing(self, before: dt.date | None = None) -> Standing:
        """The offers that stand; with `before`, by what was delivered earlier than that day alone."""
        earlier = pl.lit(True) if before is None else pl.col("day") < before
        rows, seen, full = (frame.filter(earlier) for frame in (self.rows, self.seen, self.full))
        return standing(rows, seen, full, self.limits)


def offers_until(world: World, done: pl.DataFrame) -> Offers:
    """What was delivered in these partitions. done: `done_partitions`."""
    deliveries = processed_deliveries(done)
    limits = {name: source.max_withdrawn for name, source in world.catalog.sources.items()}
    return Offers(_rows(world, done, deliveries), _listed(world, deliveries), _full(world, deliveries), limits)


def done_partitions(world: World, day: dt.date) -> pl.DataFrame:
    """Standardized partitions on or before the day that are done: day, source, output_fingerprint, details."""
    done = world.lake.scan("stage_ledger", stage=UPSTREAM).filter(pl.col("balanced"), pl.col("day") <= day)
    known = pl.col("source").is_in(list(world.catalog.sources))
    return done.filter(known).select("day", "source", "output_fingerprint", "details").sort("day", "source").collect()


def processed_deliveries(done: pl.DataFrame) -> pl.DataFrame:
    """The deliveries that done partitions were computed from, as their marks record them.

    The journal may hold newer ones that no partition has taken in yet; they count only once it has.
    """
    told = pl.Struct({"delivery_id": pl.String, "sequence": pl.Int64, "counts": pl.Boolean, "unidentified": pl.Int64})
    listed = pl.col("details").str.json_decode(pl.Struct({"deliveries": pl.List(told)})).struct.field("deliveries")
    return done.select("day", "source", listed).explode("deliveries").drop_nulls("deliveries").unnest("deliveries")


def _rows(world: World, done: pl.DataFrame, deliveries: pl.DataFrame) -> pl.DataFrame:
    """Offer rows of done partitions, with the sequence of their delivery."""
    rows = world.lake.scan(UPSTREAM).select(IDENTITY).join(done.lazy().select("day", "source"), on=["day", "source"])
    return rows.join(deliveries.lazy().select("delivery_id", "sequence"), on="delivery_id").collect()


def _listed(world: World, deliveries: pl.DataFrame) -> pl.DataFrame:
    """Records that name an offer without being its row: the offer is listed, so it is not withdrawn."""
    return (
        world.lake.scan("record_fates", stage=UPSTREAM)
        .filter(pl.col("fate") != "skipped", pl.col("product_id").is_not_null())
        .with_columns(pl.col("record_id").str.extract(r"^(.*):\d+$").alias("delivery_id"))
        .join(deliveries.lazy().select("delivery_id", "sequence"), on="delivery_id")
        .select(*OFFER_KEY, "day", "sequence")
        .collect()
    )


def _full(world: World, deliveries: pl.DataFrame) -> pl.DataFrame:
    """Full deliveries that count, neither retracted nor stale: source, day, sequence, landed_at, unidentified."""
    is_full = [name for name, source in world.catalog.sources.items() if source.delivery == "full"]
    counting = deliveries.filter(pl.col("counts"), pl.col("source").is_in(is_full))
    landed = world.lake.scan("deliveries").select("delivery_id", "landed_at")
    found = counting.lazy().join(landed, on="delivery_id", how="left").collect()
    return found.select("source", "day", "sequence", "landed_at", "unidentified")
