"""What the asked stage reads and writes.

Belongs here: which questions to language models stand on a day, and what their replies come to. Does not belong here:
sending anything (`asking.py`): this stage reads the journal, costs nothing, and waits for nobody.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from catalog_assets.asked import journal
from catalog_assets.asked.comparison import Comparison, compare
from catalog_assets.asked.contract import ModelProposals
from catalog_assets.asked.rungs import Rung, rungs
from catalog_assets.asked.transform import Standing, for_enrichment, standing, value_id
from catalog_assets.configuration import Catalog, fingerprint
from catalog_assets.consensus.release import newest_trust
from catalog_assets.enriched.answers import told as told_by_embedded
from catalog_assets.enriched.answers import versions
from catalog_assets.enriched.protocol import ANSWERS, QUESTION_SCHEMA, Answers, questions
from catalog_assets.ledger import content_fingerprint
from catalog_assets.stages import NO_FATES, NO_QUARANTINE, Outcome, Partition, Stage, World, require
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import MODEL_PROPOSALS

UPSTREAM = "matched_products"
CODE = (
    "asked/contract.py", "asked/journal.py", "asked/stage.py", "asked/transform.py", "drawing.py",
    "enriched/answers.py", "enriched/protocol.py", "sameness.py",
)  # fmt: skip
"""What decides the stage's table beside the rules that replies are checked by (`journal.checker`)."""


def asks(catalog: Catalog) -> bool:
    """Whether a language model is configured."""
    return catalog.models.language is not None


@dataclass(frozen=True)
class OnRung:
    """A rung, where its questions of the day stand, and what others say of the contents."""

    rung: Rung
    standing: Standing
    known: Answers


def contents_of(world: World, partition: Partition) -> pl.DataFrame:
    """QUESTION_SCHEMA of the day's live products."""
    columns = ["status", *QUESTION_SCHEMA.names()]
    return questions(world.lake.scan(UPSTREAM, day=partition.day).select(columns).collect())


def asked_of(
    world: World,
    partition: Partition,
    contents: pl.DataFrame,
    run_id: str,
    ask: Callable[[OnRung], None] = lambda asked: None,
) -> Iterator[OnRung]:
    """Each rung of the ladder and where it stands; the next one knows what this one proposes. `ask` may send what is
    open, and what comes of it is read then."""
    known, _ = told_by_embedded(world, partition, contents, run_id)
    who = fingerprint(*versions(world, partition))
    for rung in rungs(world.catalog):
        # What is known differs from day to day with who is asked: a reply that is checked by it is checked for each.
        checked_by = f"{journal.checker()}-{who}" if rung.purpose.by_known else journal.checker()
        found = _standing(world, rung, contents, known, run_id, checked_by)
        if found.open.height:
            ask(OnRung(rung, found, known))
            found = _standing(world, rung, contents, known, run_id, checked_by)
        yield OnRung(rung, found, known)
        known = Answers(pl.concat([known.rows, for_enrichment(found.proposals)]))


def _standing(
    world: World, rung: Rung, contents: pl.DataFrame, known: Answers, run_id: str, checked_by: str
) -> Standing:
    told = journal.told(world, rung, contents)
    findings = journal.findings(world, rung, told, contents, known, run_id, checked_by)
    return standing(rung, contents, known, told, findings, world.catalog.thresholds.accept)


def inputs(world: World, partition: Partition) -> str:
    """The day's products, who is asked, what the embedded enrichers know, and the replies there are."""
    upstream = require(world, UPSTREAM, partition)["output_fingerprint"]
    hashes = world.lake.scan(UPSTREAM, day=partition.day).filter(pl.col("status") == "live").select("content_hash")
    contents = hashes.unique().collect()
    return _inputs(world, partition, upstream, contents)


def _inputs(world: World, partition: Partition, upstream: str, contents: pl.DataFrame) -> str:
    ladder = rungs(world.catalog)
    replies = [
        content_fingerprint(journal.told(world, rung, contents), ("custom_id", "content_hash", "status", "reply"))
        for rung in ladder
    ]
    who = [(rung.version, rung.disputed, rung.share, rung.in_use) for rung in ladder]
    return fingerprint(
        upstream, who, replies, *versions(world, partition),
        world.catalog.thresholds.accept, journal.checker(), code_version(*CODE),
    )  # fmt: skip


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Propose what language models replied about the day's contents; what is not answered is pending."""
    upstream = require(world, UPSTREAM, partition)["output_fingerprint"]
    contents = contents_of(world, partition)
    before = _inputs(world, partition, upstream, contents)
    found = list(asked_of(world, partition, contents, run_id))
    proposals = pl.concat([MODEL_PROPOSALS.empty().drop("day", "run_id"), *(each.standing.proposals for each in found)])
    refused = _quarantine([each.standing.refused for each in found])
    waiting = _pending(found)
    offered = [each.standing.offered.alias("id") for each in found]
    received = pl.concat([*offered, refused["record_id"].alias("id"), waiting["record_id"].alias("id")])
    details = {
        "models": ", ".join(each.rung.version for each in found),
        "contents": contents.height,
        "proposals": proposals.height,
        "questions_open": waiting.height,
        "refused": dict(refused["rule"].value_counts().sort("rule").iter_rows()),
    }
    table = proposals.with_columns(pl.lit(partition.day).alias("day"))
    fates = pl.concat([waiting, _superseded(found)])
    return Outcome(received, {"model_proposals": table}, fates, refused, details, inputs=before)


def _pending(found: list[OnRung]) -> pl.DataFrame:
    """Questions that are open, as fates."""
    rows = [each.standing.open.select("question_hash", pl.lit(each.rung.version).alias("reason")) for each in found]
    if not rows:
        return NO_FATES
    return pl.concat(rows).select(
        pl.col("question_hash").alias("record_id"), pl.lit("pending").alias("fate"), "reason",
        pl.lit(None, pl.String).alias("into"), pl.lit(None, pl.String).alias("product_id"),
    ).select(NO_FATES.columns)  # fmt: skip


def _superseded(found: list[OnRung]) -> pl.DataFrame:
    """Values in whose place another reply speaks, as fates."""
    rows = [each.standing.superseded.with_columns(pl.lit(each.rung.version).alias("reason")) for each in found]
    if not rows:
        return NO_FATES
    told = (pl.lit("superseded").alias("fate"), pl.lit(None, pl.String).alias("product_id"))
    return pl.concat(rows).with_columns(told).select(NO_FATES.columns)


def _quarantine(refused: list[pl.DataFrame]) -> pl.DataFrame:
    if not refused:
        return NO_QUARANTINE
    given = ("record_id", "rule", "message", "payload")
    nothing = [
        pl.lit(None, NO_QUARANTINE.schema[name]).alias(name) for name in NO_QUARANTINE.columns if name not in given
    ]
    return pl.concat(refused).with_columns(nothing).select(NO_QUARANTINE.columns)


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A value that counts passes with its row."""
    return {
        "passed": world.lake.scan("model_proposals", day=partition.day).select(value_id().alias("id")).collect()["id"]
    }


def proposed_by_models(world: World, partition: Partition) -> pl.DataFrame:
    """ANSWERS of the models in use; nothing where none is configured."""
    if not asks(world.catalog):
        return ANSWERS.to_frame()
    require(world, STAGE.name, partition)
    return for_enrichment(world.lake.read("model_proposals", day=partition.day))


def compared(world: World) -> tuple[str, str, Comparison] | None:
    """The version in use, the one on trial, and how they compare over all days; None where nothing is on trial."""
    ladder = rungs(world.catalog)
    trial = next((rung for rung in ladder if not rung.in_use), None)
    if trial is None:
        return None
    versions = (ladder[0].version, trial.version)
    asked = [
        world.lake.scan("model_questions", model_version=version)
        .join(world.lake.scan("model_replies", model_version=version).filter(pl.col("status") == "answered"),
              on="custom_id", how="semi")
        .select("content_hash").unique()
        for version in versions
    ]  # fmt: skip
    both = asked[0].join(asked[1], on="content_hash", how="semi").collect()["content_hash"]
    rows = world.lake.scan("model_proposals").filter(pl.col("model_version").is_in(versions))
    last = rows.sort("day").unique(["content_hash", "attribute", "model_version"], keep="last").collect()
    old, new = (last.filter(pl.col("model_version") == version) for version in versions)
    return *versions, compare(old, new, both, world.review.cases(newest_trust(world)))


STAGE = Stage(
    name="model_proposals",
    unit="answers",
    tables=("model_proposals",),
    per_source=False,
    upstream=(UPSTREAM,),
    reads=(UPSTREAM,),
    reach="partition",
    contracts={"model_proposals": ModelProposals},
    inputs=inputs,
    run=run,
    recount=recount,
    wanted=asks,
)
