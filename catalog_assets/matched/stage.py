"""What the matched stage reads and writes.

Belongs here: assembling the offers that stand on a day from the partitions that are done. Does not belong here: how
offers become products (`transform.py`).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.matched.contract import MatchedProducts
from catalog_assets.matched.transform import OFFER_KEY, clusters, golden, standing, tombstones, touched
from catalog_assets.stages import Outcome, Partition, Stage, Warn, World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import STANDARDIZED_PRODUCTS

UPSTREAM = "standardized_products"
IDENTITY = [*OFFER_KEY, "day", "delivery_id", "record_number", "gtin", "brand", "mpn"]


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


def inputs(world: World, partition: Partition) -> str:
    """Every offer up to the day may matter: a product is matched with each source's latest offer."""
    settings = [(n, s.priority, s.delivery, s.max_withdrawn) for n, s in sorted(world.catalog.sources.items())]
    version = code_version("matched", "enriched/content.py")
    return fingerprint(done_partitions(world, partition.day).drop("details").rows(), settings, version)


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Match the day's offers with all that stand."""
    day = partition.day
    done = done_partitions(world, day)
    deliveries = processed_deliveries(done)
    rows = _offers_until(world, done, deliveries)
    seen = _listed(world, deliveries)
    full = _full(world, deliveries)
    limits = {name: source.max_withdrawn for name, source in world.catalog.sources.items()}
    now = standing(rows, seen, full, limits)
    earlier = pl.col("day") < day
    before = standing(rows.filter(earlier), seen.filter(earlier), full.filter(earlier), limits)
    work = touched(clusters(now.offers), clusters(before.offers), day)
    members = _whole_rows(world, work.members)
    priority = {name: source.priority for name, source in world.catalog.sources.items()}
    products = golden(members, priority)
    heirs = work.ended.join(
        products.select(pl.col("product_key").alias("merged_into"), "known_from"), on="merged_into", how="left"
    )
    table = pl.concat([products, tombstones(heirs)]).with_columns(pl.lit(day).alias("day"))
    received = rows.filter(pl.col("day") == day).select(_unit()).to_series()
    return Outcome(received, {"matched_products": table}, details=_details(world, partition, done, now.withheld, table))


def _offers_until(world: World, done: pl.DataFrame, deliveries: pl.DataFrame) -> pl.DataFrame:
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


def _whole_rows(world: World, members: pl.DataFrame) -> pl.DataFrame:
    """All columns of the members' latest rows."""
    where = members.lazy().select(*OFFER_KEY, "day", "product_key", "live", "gone_from")
    days = members["day"].unique().to_list()
    rows = world.lake.scan(UPSTREAM).filter(pl.col("day").is_in(days))
    columns = [name for name in STANDARDIZED_PRODUCTS.columns if name != "run_id"]
    # That an offer is gone became known with the delivery that lacks it, not with its own.
    known = pl.max_horizontal("known_from", "gone_from").alias("known_from")
    return rows.select(columns).join(where, on=[*OFFER_KEY, "day"]).with_columns(known).drop("gone_from").collect()


def _unit() -> pl.Expr:
    return pl.concat_str("source", pl.lit(":"), "product_id").alias("id")


def _details(
    world: World, partition: Partition, done: pl.DataFrame, withheld: Mapping[str, int], table: pl.DataFrame
) -> dict[str, object]:
    present = sorted(done.filter(pl.col("day") == partition.day)["source"].to_list())
    return {
        "sources": present,
        "absent": sorted(set(world.catalog.sources) - set(present)),
        "withheld_withdrawals": dict(sorted(withheld.items())),
        "products": dict(table["status"].value_counts().sort("status").iter_rows()),
        "conflicting": table.filter(pl.col("conflicts").list.len() > 0).height,
    }


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """Of each product's offers of the day the first passes; the others are merged into it."""
    offers = (
        world.lake.scan("matched_products", day=partition.day)
        .filter(pl.col("status") != "merged")
        .select("product_key", "offers")
        .explode("offers")
        .unnest("offers")
        .filter(pl.col("day") == partition.day)
        .select(_unit(), pl.int_range(pl.len()).over("product_key").alias("rank"))
        .collect()
    )
    return {
        "passed": offers.filter(pl.col("rank") == 0)["id"],
        "merged": offers.filter(pl.col("rank") > 0)["id"],
    }


def _absent(details: Mapping[str, Any]) -> str:
    return f"Not arrived: {', '.join(details['absent'])}" if details["absent"] else ""


def _withheld(details: Mapping[str, Any]) -> str:
    """Withdrawals that were not believed; see `standing`."""
    held = [f"{count:,} of {source}" for source, count in details["withheld_withdrawals"].items()]
    if not held:
        return ""
    return (
        f"Still shown although a full delivery lacks them: {', '.join(held)}. It was cut short, or withdraws more than "
        "max_withdrawn; have it sent again, or raise the source's max_withdrawn."
    )


STAGE = Stage(
    name="matched_products",
    unit="offers",
    tables=("matched_products",),
    per_source=False,
    upstream=(UPSTREAM,),
    reads=(UPSTREAM,),
    reach="until",
    contracts={"matched_products": MatchedProducts},
    inputs=inputs,
    run=run,
    recount=recount,
    warnings=(
        Warn("sources_present", "Names the sources that did not arrive.", _absent),
        Warn("withdrawals_believed", "Names the sources whose withdrawals were not believed.", _withheld),
    ),
)
