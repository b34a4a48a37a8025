"""Values that the pipeline proposes for simulated products, judged by the simulation's truth.

Belongs here: simulating, running the stages up to `enriched`, the choice of each product and attribute as if nobody had
decided, and the rule by which it is right. Does not belong here: what is learned and shown of it (`acceptance.py`).

Three suppliers, two days, WORLD_SEED, identifiers alone match offers, no language model, nothing learned: what proposes
is suppliers' cells and rules. Of each product that is live when it was last touched its last choices count.

A product is the true product of its lead offer. A value is right

- of a quantity or a count: if it is within 1 % of the true number, in the true unit;
- of all others: if it is the true word, letters' case and blanks at the ends aside;
- never where the true product does not have the attribute.

Attributes that truth tells of no product at all are left out, and so are categories and descriptions: truth names
categories by a taxonomy of its own, and describes products in other words.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from cost_requests import true_values

from catalog_assets.configuration import load
from catalog_assets.enriched.stage import STAGE as ENRICHED
from catalog_assets.pipeline import STAGES, states
from catalog_assets.raw.deliveries import land
from catalog_assets.reviewed.acceptance import Flat
from catalog_assets.reviewed.cases import NOBODY
from catalog_assets.reviewed.transform import PROPOSAL, choose
from catalog_assets.stages import Partition, World, execute
from catalog_assets.terminal import write_world
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from resources import open_world

START = dt.date(2026, 1, 5)
DAYS = 2
SUPPLIERS = 3
WORLD_SEED = 41
TOLERANCE = 0.01
NUMBERS = tuple(name for name, attribute in ATTRIBUTES.items() if attribute.kind in ("quantity", "count"))
RUN = "benchmark"

CHOSEN = ("product_key", "attribute", "value", "unit", "method", "model_version", "confidence")


@dataclass(frozen=True)
class Told:
    """cases: CHOSEN, true_value (null: the product has none), is_right, sorted by product_key and attribute. facts:
    how many products and values there were, and what was left out."""

    cases: pl.DataFrame
    facts: dict[str, int]


def simulated(products: int, folder: Path) -> Told:
    """The judged values of so many simulated products; folder: an empty one, to work in."""
    world = enriched(products, folder)
    last = standing(world)
    offers = pl.read_parquet(folder / "truth" / "offers.parquet").select("source", "product_id", "true_id")
    known = true_products(last, offers)
    chosen = choices(world, last)
    truth = true_values(folder)
    cases = judged(chosen.join(known, on="product_key"), truth)
    facts = {
        "products": last.height,
        "of several true products": int(known["is_mixed"].sum()),
        "without a true product": last.height - known.height,
        "values": chosen.height,
        "categories and descriptions": chosen.filter(pl.col("attribute").is_in(["category", "description"])).height,
        "values judged": cases.height,
    }
    return Told(cases, facts)


def enriched(products: int, folder: Path) -> World:
    """The simulated days, delivered and worked through up to proposals."""
    write_world(folder, products=products, days=DAYS, suppliers=SUPPLIERS, seed=WORLD_SEED, start=START)
    world = open_world(load(folder / "catalog.yaml"))
    for day in (START + dt.timedelta(days=number) for number in range(DAYS)):
        for source in world.catalog.sources:
            land(world, Partition(day, source), RUN, lambda: dt.datetime(2026, 1, 8, tzinfo=dt.UTC))
    for stage in STAGES[: STAGES.index(ENRICHED) + 1]:
        for state in states(world, stages=[stage]):
            report = execute(stage, world, state.partition, RUN)
            if not report.holds:
                raise SystemExit(f"{stage.name} {state.partition} does not hold: {report.balance.sentence()}")
    return world


def standing(world: World) -> pl.DataFrame:
    """day, product_key, offers: the last state of each product that is live in it."""
    rows = world.lake.scan("matched_products").select("day", "product_key", "status", "offers").collect()
    last = rows.sort("day", "product_key").unique("product_key", keep="last", maintain_order=True)
    return last.filter(pl.col("status") == "live").drop("status")


def true_products(last: pl.DataFrame, offers: pl.DataFrame) -> pl.DataFrame:
    """product_key, true_id, is_mixed: the true product of the lead offer, and whether other offers are of another one.

    last: product_key, offers; offers: source, product_id, true_id.
    """
    each = last.select("product_key", pl.col("offers").alias("offer")).explode("offer")
    placed = each.with_columns(pl.int_range(pl.len()).over("product_key").alias("place")).unnest("offer")
    told = placed.select("product_key", "place", "source", "product_id").join(
        offers, on=["source", "product_id"], how="left"
    )
    lead = pl.col("true_id").sort_by("place").first()
    mixed = (pl.col("true_id").drop_nulls().n_unique() > 1).alias("is_mixed")
    return told.group_by("product_key").agg(lead, mixed).drop_nulls("true_id").sort("product_key")


def choices(world: World, last: pl.DataFrame) -> pl.DataFrame:
    """CHOSEN of each product on its last day, as if nobody had decided. last: day, product_key."""
    found = []
    for (day,), products in last.group_by("day", maintain_order=True):
        rows = world.lake.read("enriched_attributes", day=day).select(PROPOSAL)
        mine = rows.join(products.select("product_key"), on="product_key", how="semi")
        found.append(choose(mine, NOBODY, Flat(1.0)).select(CHOSEN))
    return pl.concat(found).sort("product_key", "attribute")


def judged(chosen: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """CHOSEN, true_value and is_right, of attributes that truth tells of. chosen: CHOSEN, true_id; truth: true_id,
    attribute, value, unit."""
    true = truth.select("true_id", "attribute", pl.col("value").alias("true_value"), pl.col("unit").alias("true_unit"))
    told = chosen.join(truth.select("attribute").unique(), on="attribute", how="semi")
    both = told.join(true, on=["true_id", "attribute"], how="left").with_columns(is_right())
    return both.select(*CHOSEN, "true_value", "is_right").sort("product_key", "attribute")


def is_right() -> pl.Expr:
    """Whether a value is right, as the module says. Rows: attribute, value, unit, true_value, true_unit."""
    number, true = (pl.col(name).cast(pl.Float64, strict=False) for name in ("value", "true_value"))
    close = ((number - true).abs() <= TOLERANCE * true.abs()) & pl.col("unit").eq_missing(pl.col("true_unit"))
    word, right = (pl.col(name).str.strip_chars().str.to_lowercase() for name in ("value", "true_value"))
    return (
        pl.when(pl.col("attribute").is_in(NUMBERS)).then(close).otherwise(word == right)
        .fill_null(False).alias("is_right")
    )  # fmt: skip
