"""What the matched stage reads and writes.

Belongs here: assembling the offers that stand on a day from the partitions that are done. Does not belong here: how
offers become products (`transform.py`).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.matched import pairs
from catalog_assets.matched.comparisons import Compared, compared, told
from catalog_assets.matched.contract import MatchedPairs, MatchedProducts
from catalog_assets.matched.golden import Survivorship, golden
from catalog_assets.matched.identity import LINKS, clusters
from catalog_assets.matched.standing import OFFER_KEY, standing
from catalog_assets.matched.transform import tombstones, touched
from catalog_assets.stages import Outcome, Partition, Stage, Warn, World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import STANDARDIZED_PRODUCTS

UPSTREAM = "standardized_products"
IDENTITY = [*OFFER_KEY, "day", "delivery_id", "record_number", "gtin", "brand", "mpn", "family", "match_hash"]


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
    done = done_partitions(world, partition.day)
    return _inputs(world, done, told(world, partition.day, _days(done)))


def _inputs(world: World, done: pl.DataFrame, learned: tuple[object, ...]) -> str:
    settings = [
        (n, s.priority, s.delivery, s.max_withdrawn, s.marketplace) for n, s in sorted(world.catalog.sources.items())
    ]
    policies = sorted(world.catalog.survivorship.items())
    version = code_version("matched", "enriched/content.py", "digests.py")
    return fingerprint(done.drop("details").rows(), settings, policies, version, *learned)


def _days(done: pl.DataFrame) -> list[dt.date]:
    return done["day"].unique().sort().to_list()


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
    found = compared(world, day, _days(done), rows, now.offers, before.offers)
    several = [name for name, source in world.catalog.sources.items() if source.marketplace]
    keyed = clusters(now.offers, several, found.now)
    work = touched(keyed, clusters(before.offers, several, found.before), day)
    products = golden(_whole_rows(world, work.members), _survivorship(world))
    heirs = work.ended.join(
        products.select(pl.col("product_key").alias("merged_into"), "known_from"), on="merged_into", how="left"
    )
    table = pl.concat([products, tombstones(heirs)]).with_columns(pl.lit(day).alias("day"))
    received = rows.filter(pl.col("day") == day).select(_unit()).to_series()
    asked = pairs.questions(found.table, keyed, found.texts, found.decided["question_id"]) if found.now else None
    return Outcome(
        received,
        {"matched_products": table, "matched_pairs": found.table.with_columns(pl.lit(day).alias("day"))},
        details=_details(world, partition, done, now.withheld, table) | _learned(found, asked),
        inputs=_inputs(world, done, told(world, day, _days(done), found.decided)),
        settle=None if asked is None else lambda: world.review.replace_day(day, asked, (pairs.KIND,)),
    )


def _survivorship(world: World) -> Survivorship:
    priority = {name: source.priority for name, source in world.catalog.sources.items()}
    return Survivorship(priority, world.catalog.survivorship)


def _learned(found: Compared, asked: pl.DataFrame | None) -> dict[str, object]:
    return {**found.notes, "pairs_in_doubt": asked.height} if asked is not None else {}


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
    why = ["product_key", "parent_key", *LINKS]
    where = members.lazy().select(*OFFER_KEY, "day", "live", "gone_from", *why)
    days = members["day"].unique().to_list()
    rows = world.lake.scan(UPSTREAM).filter(pl.col("day").is_in(days))
    columns = [name for name in STANDARDIZED_PRODUCTS.columns if name not in ("run_id", "family", "match_hash")]
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
    tables=("matched_products", "matched_pairs"),
    per_source=False,
    upstream=(UPSTREAM,),
    reads=(UPSTREAM,),
    reach="until",
    contracts={"matched_products": MatchedProducts, "matched_pairs": MatchedPairs},
    inputs=inputs,
    run=run,
    recount=recount,
    exclusive=True,
    warnings=(
        Warn("sources_present", "Names the sources that did not arrive.", _absent),
        Warn("withdrawals_believed", "Names the sources whose withdrawals were not believed.", _withheld),
    ),
)
