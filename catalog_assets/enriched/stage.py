"""What the enriched stage reads and writes.

Belongs here: asking the enricher about contents that it has not answered yet, and keeping its answers. Does not belong
here: the rules (`rules.py`) and how answers join products (`transform.py`).
"""

import functools
from collections.abc import Mapping

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.enriched import learned
from catalog_assets.enriched.contract import EnrichedAttributes, EnrichedProducts
from catalog_assets.enriched.path_mapper import MAPPED, RELEASE, mapped_paths, read_mapper
from catalog_assets.enriched.protocol import (
    ATTRIBUTE_ANSWERS,
    PRODUCT_ANSWERS,
    QUESTION_SCHEMA,
    Answers,
    Enricher,
    questions,
)
from catalog_assets.enriched.transform import proposals
from catalog_assets.releases import content, in_force, releases
from catalog_assets.stages import Outcome, Partition, Stage, World, marks, require
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.version import VERSION as VOCABULARY

UPSTREAM = "matched_products"
_OWN = (
    "category", "content", "contract", "description", "path_mapper", "patterns", "protocol", "stage", "transform",
    "words",
)  # fmt: skip
CODE = (*(f"enriched/{name}.py" for name in _OWN), "digests.py")
"""What decides the stage's tables beside an enricher's answers, whose version tells what decides these."""
_MAPPERS = ("candidates", "embedding", "features", "mapping", "release", "scorer", "space", "words")
MAPPING = ("boosted.py", "certainty/calibration.py", *(f"category_mapping/{name}.py" for name in _MAPPERS))
"""What decides a mapper's answers; how it learns does not."""
ANSWER_FIELDS = [name for name in ATTRIBUTE_ANSWERS.names() if name not in ("content_hash", "model_version")]


def inputs(world: World, partition: Partition) -> str:
    """The day's products, who enriches them with which rules, and which category mapper and reader are in force."""
    upstream = require(world, UPSTREAM, partition)["output_fingerprint"]
    mapper = in_force(releases(world, RELEASE), partition.day)
    mapping = (mapper.version, code_version(*MAPPING)) if mapper else ()
    reader = in_force(releases(world, learned.RELEASE), partition.day)
    reading = (reader.version, code_version(*learned.READING), VOCABULARY) if reader else ()
    who = (world.enricher.name, world.enricher.version, *mapping, *reading)
    return fingerprint(upstream, *who, code_version(*CODE))


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Propose attribute values, categories and descriptions for the day's live products."""
    products = world.lake.read(UPSTREAM, day=partition.day)
    asked = questions(products)
    told, fresh = zip(*(_answered(world, asked, run_id, each) for each in enrichers(world, partition)), strict=True)
    mapped = _mapped(world, partition, products)
    first, *others = (_answers(kept) for kept in told)
    answers = Answers(pl.concat([first.attributes, *(each.attributes for each in others)]), first.products)
    attributes, described = proposals(products, answers, mapped)
    live = products.filter(pl.col("status") == "live")
    skipped = products.filter(pl.col("status") != "live").select(
        pl.col("product_key").alias("record_id"),
        pl.lit("skipped").alias("fate"),
        pl.col("status").alias("reason"),
        pl.col("merged_into").alias("into"),
        pl.lit(None, pl.String).alias("product_id"),
    )
    details = {
        "contents": asked.height,
        "enricher": ", ".join(f"{each.name} {each.version}" for each in enrichers(world, partition)),
        "products": live.height,
        "proposals": attributes.height,
        "mapped_paths": mapped.height,
    }
    tables = {"enriched_attributes": attributes, "enriched_products": described}
    notes = {"asked_anew": sum(fresh), "reused": asked.height * len(fresh) - sum(fresh)}
    return Outcome(products["product_key"], tables, skipped, details=details, notes=notes)


def enrichers(world: World, partition: Partition) -> list[Enricher]:
    """Who is asked, in their order: the configured one, which also tells category and description, and the learned
    reader in force."""
    release = in_force(releases(world, learned.RELEASE), partition.day)
    if release is None:
        return [world.enricher]
    return [world.enricher, _reader(content(world, learned.RELEASE, release))]


@functools.lru_cache(maxsize=2)
def _reader(data: bytes) -> Enricher:
    return learned.LearnedEnricher(data)


def _mapped(world: World, partition: Partition, products: pl.DataFrame) -> pl.DataFrame:
    """What the mapper in force says of the day's paths; nothing without one."""
    release = in_force(releases(world, RELEASE), partition.day)
    if release is None:
        return MAPPED.to_frame()
    paths = products.filter(pl.col("status") == "live")["category_path"].drop_nulls().unique()
    return mapped_paths(paths, read_mapper(content(world, RELEASE, release)))


def _answered(world: World, asked: pl.DataFrame, run_id: str, enricher: Enricher) -> tuple[pl.DataFrame, int]:
    """An enricher's answers to all of these contents, and how many were asked about now. One process asks at a time:
    days that run side by side share contents, and each is asked about once."""
    kept = _kept(world, asked, enricher.version)
    if kept.height == asked.height:
        return kept, 0
    with world.lock(f"answers-{enricher.version}"):
        fresh = asked.join(_kept(world, asked, enricher.version), on="content_hash", how="anti")
        if fresh.height:
            _keep(world, enricher.enrich(fresh), fresh, run_id, enricher.version)
    return _kept(world, asked, enricher.version), fresh.height


def _kept(world: World, asked: pl.DataFrame, version: str) -> pl.DataFrame:
    """Stored answers of this version to these contents, one each."""
    stored = world.lake.scan("model_answers", model_version=version)
    return (
        stored.join(asked.lazy().select("content_hash"), on="content_hash", how="semi")
        .collect()
        .unique("content_hash", keep="any")
    )


def _keep(world: World, answers: Answers, asked: pl.DataFrame, run_id: str, version: str) -> None:
    """Journal the answers before anything is made of them: what was received is not asked for again."""
    lists = answers.attributes.group_by("content_hash").agg(pl.struct(ANSWER_FIELDS).alias("attributes"))
    rows = (
        asked.select("content_hash")
        .join(answers.products, on="content_hash", how="left")
        .join(lists, on="content_hash", how="left")
        .with_columns(
            pl.col("attributes").fill_null([]),
            pl.lit(version).alias("model_version"),
            pl.lit(run_id).alias("run_id"),
        )
    )
    world.lake.append("model_answers", rows)


def _answers(kept: pl.DataFrame) -> Answers:
    each = kept.select("content_hash", "model_version", "attributes").explode("attributes").drop_nulls("attributes")
    return Answers(
        each.unnest("attributes").select(ATTRIBUTE_ANSWERS.names()),
        kept.select(PRODUCT_ANSWERS.names()),
    )


def standing_contents(world: World) -> pl.DataFrame:
    """The distinct contents of live products of all days that are done: what a reader can be taught from."""
    days = marks(world, [UPSTREAM]).filter("balanced")["day"].to_list()
    rows = world.lake.scan(UPSTREAM).filter(pl.col("day").is_in(days), pl.col("status") == "live")
    return questions(rows.select("status", *QUESTION_SCHEMA.names()).collect())


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A live product passes with its row of category and description."""
    rows = world.lake.scan("enriched_products", day=partition.day).select("product_key").collect()
    return {"passed": rows["product_key"]}


STAGE = Stage(
    name="enriched_products",
    unit="products",
    tables=("enriched_attributes", "enriched_products"),
    per_source=False,
    upstream=(UPSTREAM,),
    reads=(UPSTREAM,),
    reach="partition",
    contracts={"enriched_attributes": EnrichedAttributes, "enriched_products": EnrichedProducts},
    inputs=inputs,
    run=run,
    recount=recount,
)
