"""What the matched stage reads and writes.

Belongs here: putting a day's offers, pairs and products together. Does not belong here: reading offers (`offers.py`)
and pairs (`comparisons.py`), which offers are one product (`identity.py`), and what it looks like (`golden.py`).
"""

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.matched import brand_pairs, pairs
from catalog_assets.matched.comparisons import Compared, compared, told
from catalog_assets.matched.contract import MatchedPairs, MatchedProducts
from catalog_assets.matched.golden import Survivorship, golden
from catalog_assets.matched.identity import LINKS, clusters, unheeded
from catalog_assets.matched.offers import UPSTREAM, done_partitions, offers_until
from catalog_assets.matched.standing import OFFER_KEY
from catalog_assets.matched.transform import tombstones, touched
from catalog_assets.stages import Outcome, Partition, Stage, Warn, World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import STANDARDIZED_PRODUCTS
from catalog_assets.vocabulary.version import VERSION as VOCABULARY

CODE = (
    *(f"matched/{name}.py" for name in (
        "blocking", "brand_pairs", "comparisons", "contract", "features", "golden", "identity", "linking", "matcher",
        "offers", "pairs", "parents", "stage", "standing", "tokens", "transform",
    )),
    "boosted.py", "enriched/content.py", "digests.py", "sameness.py", "standardized/spellings.py",
)  # fmt: skip
"""What decides the stage's tables and questions; how a matcher is trained does not: its release does."""


def inputs(world: World, partition: Partition) -> str:
    """Every offer up to the day may matter: a product is matched with each source's latest offer."""
    done = done_partitions(world, partition.day)
    return _inputs(world, done, told(world, partition.day, _days(done)))


def _inputs(world: World, done: pl.DataFrame, learned: tuple[object, ...]) -> str:
    settings = [
        (n, s.priority, s.delivery, s.max_withdrawn, s.marketplace) for n, s in sorted(world.catalog.sources.items())
    ]
    policies = sorted(world.catalog.survivorship.items())
    version = code_version(*CODE)
    return fingerprint(done.drop("details").rows(), settings, policies, version, VOCABULARY, *learned)


def _days(done: pl.DataFrame) -> list[dt.date]:
    return done["day"].unique().sort().to_list()


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Match the day's offers with all that stand."""
    day = partition.day
    done = done_partitions(world, day)
    offers = offers_until(world, done)
    now, before = offers.standing(), offers.standing(before=day)
    found = compared(world, day, _days(done), offers.rows, now.offers, before.offers)
    several = [name for name, source in world.catalog.sources.items() if source.marketplace]
    keyed = clusters(now.offers, several, found.now)
    work = touched(keyed, clusters(before.offers, several, found.before), day)
    products = golden(_whole_rows(world, work.members), _survivorship(world))
    heirs = work.ended.join(
        products.select(pl.col("product_key").alias("merged_into"), "known_from"), on="merged_into", how="left"
    )
    table = pl.concat([products, tombstones(heirs)]).with_columns(pl.lit(day).alias("day"))
    received = offers.rows.filter(pl.col("day") == day).select(_unit()).to_series()
    asked = pairs.questions(found.table, keyed, found.texts, found.decided["question_id"]) if found.now else None
    brands = brand_pairs.questions(table, now.offers.filter("live")["brand"])
    return Outcome(
        received,
        {"matched_products": table, "matched_pairs": found.table.with_columns(pl.lit(day).alias("day"))},
        details=_details(world, partition, done, now.withheld, table)
        | _learned(found, keyed, asked)
        | {"brand_questions": brands["question_id"].n_unique()},
        inputs=_inputs(world, done, told(world, day, _days(done), found.decided)),
        settle=functools.partial(_ask, world, day, brands, asked),
    )


def _ask(world: World, day: dt.date, brands: pl.DataFrame, asked: pl.DataFrame | None) -> None:
    """The day's questions on brands and, where a matcher is in force, on pairs."""
    world.review.replace_day(day, brands, (brand_pairs.KIND,))
    if asked is not None:
        world.review.replace_day(day, asked, (pairs.KIND,))


def _survivorship(world: World) -> Survivorship:
    priority = {name: source.priority for name, source in world.catalog.sources.items()}
    return Survivorship(priority, world.catalog.survivorship)


def _learned(found: Compared, keyed: pl.DataFrame, asked: pl.DataFrame | None) -> dict[str, object]:
    if asked is None or found.now is None:
        return {}
    return {**found.notes, "pairs_in_doubt": asked.height, "unheeded": unheeded(keyed, found.now)}


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


def _unheeded(details: Mapping[str, Any]) -> str:
    """Decisions on pairs that identifiers or other decisions forbid; see `identity.clusters`."""
    count = details.get("unheeded", 0)
    if not count:
        return ""
    return (
        f"{count:,} pairs are not as people decided: GTINs, another offer of the same shop or another decision say "
        "otherwise. `catalog trace` shows why an offer is where it is; correct the GTIN, or decide again."
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
        Warn("decisions_heeded", "Offers are joined and kept apart as people decided.", _unheeded),
        Warn("withdrawals_believed", "Names the sources whose withdrawals were not believed.", _withheld),
    ),
)
