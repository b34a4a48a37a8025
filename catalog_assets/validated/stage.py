"""What the validated stage reads and writes.

Belongs here: the day's reviewed products, the prices that stand in the catalogue as of the day, what each offer asks,
and decisions on prices. Does not belong here: the rules (`contract.py`) and the score (`transform.py`).
"""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.consensus.release import trust_for
from catalog_assets.rates import Rates, converted, rates_for, version_for
from catalog_assets.stages import NO_FATES, NO_QUARANTINE, Outcome, Partition, Stage, World, marks, require
from catalog_assets.validated.contract import ValidatedProducts
from catalog_assets.validated.transform import STATED, Measures, price_question, price_statistics, validate
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.required import required_by_level
from catalog_assets.vocabulary.version import VERSION as VOCABULARY
from resources.review.protocol import decisions_fingerprint

UPSTREAM, OFFERS = "reviewed_products", "standardized_products"
MOST_LACKING = 10


def _done(world: World, day: dt.date, stage: str = UPSTREAM) -> pl.DataFrame:
    done = marks(world, [stage]).filter(pl.col("balanced"), pl.col("day") <= day)
    return done.select("day", "source", "output_fingerprint")


def inputs(world: World, partition: Partition) -> str:
    """Every reviewed day until this one: a category's average is that of the products that stand on the day. And every
    offer until then: a golden record shows one price, and says of the others only where one in its currency differs.
    """
    return _inputs(world, partition, _decisions(world, partition))


def _inputs(world: World, partition: Partition, decisions: pl.DataFrame) -> str:
    require(world, UPSTREAM, partition)
    limits = world.catalog.thresholds.model_dump_json(exclude={"accept"})
    days = [_done(world, partition.day, stage).rows() for stage in (UPSTREAM, OFFERS)]
    version = code_version("validated", "digests.py", "rates.py", "vocabulary/rates.py")
    money = (world.catalog.base_currency, version_for(world, partition.day))
    required = sorted(_required(world).items())
    return fingerprint(*days, decisions_fingerprint(decisions), limits, version, VOCABULARY, *money, required)


def _required(world: World) -> dict[str, tuple[str, ...]]:
    return required_by_level(world.catalog.required_attributes)


def _decisions(world: World, partition: Partition) -> pl.DataFrame:
    decisions = world.review.decisions(trust=trust_for(world, partition.day))
    if decisions.is_empty():
        return decisions
    rows = world.lake.scan(UPSTREAM, day=partition.day).select(price_question())
    return decisions.lazy().join(rows, on="question_id", how="semi").sort("question_id").collect()


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Judge the day's products."""
    day = partition.day
    decisions = _decisions(world, partition)
    fingerprinted = _inputs(world, partition, decisions)
    reviewed = world.lake.read(UPSTREAM, day=day).drop("day", "run_id")
    rates = rates_for(world, day)
    measures = _measures(world, day, reviewed, rates)
    result = validate(reviewed, measures, decisions, day, world.catalog.thresholds)
    based = converted(result.products, rates, world.catalog.base_currency).alias("base_price")
    version = pl.when(pl.col("base_price").is_not_null()).then(pl.lit(rates.version)).alias("rates_version")
    table = result.products.with_columns(based).with_columns(version, pl.lit(day).alias("day"))
    return Outcome(
        reviewed["product_key"],
        {"validated_products": table},
        fates=_fates(result.failures),
        quarantine=_quarantine(result.failures, reviewed),
        details=_details(table, result.failures) | {"rates": rates.date.isoformat()},
        inputs=fingerprinted,
        settle=lambda: world.review.replace_day(day, result.questions, ("price",)),
    )


def _measures(world: World, day: dt.date, reviewed: pl.DataFrame, rates: Rates) -> Measures:
    statistics = price_statistics(_standing_prices(world, day), world.catalog.thresholds.price_sample)
    required = pl.DataFrame(
        list(_required(world).items()), schema={"category": pl.String, "required": pl.List(pl.String)}, orient="row"
    )
    return Measures(statistics, _stated_prices(world, day, reviewed), rates.table, required)


def _stated_prices(world: World, day: dt.date, reviewed: pl.DataFrame) -> pl.DataFrame:
    """The price of each live offer of products that have several, the lead offer's first: STATED."""
    offers = (
        reviewed.filter(pl.col("status") == "live", pl.col("offers").list.len() > 1)
        .select("product_key", "offers")
        .explode("offers")
        .unnest("offers")
        .filter("live")
        .with_row_index("place")
    )
    if offers.is_empty():
        return STATED.to_frame()
    identity = ["source", "product_id", "day"]
    done = _done(world, day, OFFERS).select("day", "source")
    rows = (
        world.lake.scan(OFFERS)
        .filter(pl.col("day").is_in(offers["day"].unique().implode()), pl.col("price").is_not_null())
        .select(*identity, "price", "currency")
        .join(done.lazy(), on=["day", "source"], how="semi")
        .join(offers.lazy().select(*identity, "product_key", "place"), on=identity)
    )
    return rows.sort("place").select(STATED.names()).collect()


def _standing_prices(world: World, day: dt.date) -> pl.DataFrame:
    """Each live product's latest price on or before the day."""
    done = _done(world, day).lazy().select("day")
    rows = (
        world.lake.scan(UPSTREAM)
        .join(done, on="day")
        .select("product_key", "day", "status", "category", "currency", "price")
    )
    latest = rows.sort("day").group_by("product_key").agg(pl.all().last())
    return latest.filter(pl.col("status") == "live").collect()


def _fates(failures: pl.DataFrame) -> pl.DataFrame:
    return (
        failures.group_by(pl.col("product_key").alias("record_id"))
        .agg(pl.col("rule").sort().first().alias("reason"))
        .with_columns(
            pl.lit("quarantined").alias("fate"), pl.lit(None, pl.String).alias("into"),
            pl.lit(None, pl.String).alias("product_id"),
        )
        .select(NO_FATES.columns)
    )  # fmt: skip


def _quarantine(failures: pl.DataFrame, reviewed: pl.DataFrame) -> pl.DataFrame:
    shown = pl.struct("product_key", "name", "brand", "category", "price", "currency", "description")
    lead = pl.col("offers").list.first().struct
    records = reviewed.unique("product_key").select(
        "product_key", lead.field("delivery_id"), lead.field("record_number"),
        shown.struct.json_encode().alias("payload"),
    )  # fmt: skip
    nothing = [pl.lit(None, NO_QUARANTINE.schema[name]).alias(name) for name in ("file", "byte_offset", "byte_length")]
    rows = failures.unique(["product_key", "rule"]).join(records, on="product_key", how="left")
    return rows.with_columns(*nothing).rename({"product_key": "record_id"}).select(NO_QUARANTINE.columns)


def _details(table: pl.DataFrame, failures: pl.DataFrame) -> dict[str, object]:
    live = table.filter(pl.col("status") == "live")
    quality = live["quality"].mean()
    return {
        "quality": None if quality is None else round(float(quality), 2),  # type: ignore[arg-type]
        "price_states": dict(live["price_state"].value_counts().sort("price_state").iter_rows()),
        "issues": dict(live["issues"].explode().drop_nulls().value_counts().sort("issues").iter_rows()),
        "refused": dict(failures["rule"].value_counts().sort("rule").iter_rows()),
        "lacking_required": dict(_lacking(live).iter_rows()),
    }


def _lacking(live: pl.DataFrame) -> pl.DataFrame:
    """The categories in which most products lack an attribute that is required: category, products."""
    lacking = live.filter(pl.col("missing_required").list.len() > 0)
    counted = lacking.group_by("category").agg(pl.len().alias("products"))
    return counted.sort("products", "category", descending=[True, False]).head(MOST_LACKING)


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A product passes with its row."""
    rows = world.lake.scan("validated_products", day=partition.day).select("product_key").collect()
    return {"passed": rows["product_key"]}


STAGE = Stage(
    name="validated_products",
    unit="products",
    tables=("validated_products",),
    per_source=False,
    upstream=(UPSTREAM, OFFERS),
    reads=(UPSTREAM, OFFERS),
    reach="until",
    contracts={"validated_products": ValidatedProducts},
    inputs=inputs,
    run=run,
    recount=recount,
)
