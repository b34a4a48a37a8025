"""What the enriched stage reads and writes.

Belongs here: putting together what rules, readers, a language model and suppliers say. Does not belong here: asking
them (`answers.py`, `asked/`) and how answers join products (`transform.py`).
"""

from collections.abc import Mapping

import polars as pl

from catalog_assets.asked.stage import STAGE as ASKED
from catalog_assets.asked.stage import asks, proposed_by_models
from catalog_assets.configuration import fingerprint
from catalog_assets.enriched.answers import enrichers, told, versions
from catalog_assets.enriched.contract import EnrichedAttributes, EnrichedProducts
from catalog_assets.enriched.learned import told_of_reader
from catalog_assets.enriched.path_mapper import MAPPED, RELEASE, mapped_paths, read_mapper
from catalog_assets.enriched.protocol import Answers, questions
from catalog_assets.enriched.transform import proposals
from catalog_assets.releases import content, in_force, releases
from catalog_assets.stages import Outcome, Partition, Stage, World, require
from catalog_assets.versions import code_version

UPSTREAM = "matched_products"
_OWN = (
    "answers", "category", "content", "contract", "description", "path_mapper", "patterns", "places", "protocol",
    "stage", "transform", "words",
)  # fmt: skip
CODE = (*(f"enriched/{name}.py" for name in _OWN), "digests.py", "sameness.py")
"""What decides the stage's tables beside an enricher's answers, whose version tells what decides these."""
_MAPPERS = ("candidates", "embedding", "features", "mapping", "release", "scorer", "space", "words")
MAPPING = ("boosted.py", "certainty/calibration.py", *(f"category_mapping/{name}.py" for name in _MAPPERS))
"""What decides a mapper's answers; how it learns does not."""


def inputs(world: World, partition: Partition) -> str:
    """The day's products, who enriches them with which rules, which category mapper and reader are in force, and what a
    language model proposes."""
    upstream = require(world, UPSTREAM, partition)["output_fingerprint"]
    mapper = in_force(releases(world, RELEASE), partition.day)
    mapping = (mapper.version, code_version(*MAPPING)) if mapper else ()
    models = (require(world, ASKED.name, partition)["output_fingerprint"],) if asks(world.catalog) else ()
    return fingerprint(upstream, *versions(world, partition), *mapping, *models, code_version(*CODE))


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Propose attribute values, categories and descriptions for the day's live products."""
    products = world.lake.read(UPSTREAM, day=partition.day)
    asked = questions(products)
    answers, fresh = told(world, partition, asked, run_id)
    mapped = _mapped(world, partition, products)
    answers = Answers(pl.concat([answers.rows, proposed_by_models(world, partition)]))
    proposed, enriched = proposals(products, answers, mapped)
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
        "proposals": proposed.height,
        "mapped_paths": mapped.height,
        **told_of_reader(enrichers(world, partition)),
    }
    tables = {"enriched_attributes": proposed, "enriched_products": enriched}
    notes = {"asked_anew": fresh, "reused": asked.height * len(enrichers(world, partition)) - fresh}
    return Outcome(products["product_key"], tables, skipped, details=details, notes=notes)


def _mapped(world: World, partition: Partition, products: pl.DataFrame) -> pl.DataFrame:
    """What the mapper in force says of the day's paths; nothing without one."""
    release = in_force(releases(world, RELEASE), partition.day)
    if release is None:
        return MAPPED.to_frame()
    paths = products.filter(pl.col("status") == "live")["category_path"].drop_nulls().unique()
    return mapped_paths(paths, read_mapper(content(world, RELEASE, release)))


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A live product passes with its row."""
    rows = world.lake.scan("enriched_products", day=partition.day).select("product_key").collect()
    return {"passed": rows["product_key"]}


STAGE = Stage(
    name="enriched_products",
    unit="products",
    tables=("enriched_attributes", "enriched_products"),
    per_source=False,
    upstream=(UPSTREAM, ASKED.name),
    reads=(UPSTREAM,),
    reach="partition",
    contracts={"enriched_attributes": EnrichedAttributes, "enriched_products": EnrichedProducts},
    inputs=inputs,
    run=run,
    recount=recount,
)
