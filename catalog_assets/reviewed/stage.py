"""What the reviewed stage reads and writes.

Belongs here: joining proposals with the decisions and pins in force, and keeping the review queue in line. Does not
belong here: which proposal wins (`transform.py`).
"""

import datetime as dt
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from catalog_assets import corrections
from catalog_assets.configuration import fingerprint
from catalog_assets.consensus.release import newest_trust, trust_for
from catalog_assets.releases import content, in_force, releases
from catalog_assets.reviewed import known_paths, transform
from catalog_assets.reviewed.acceptance import RELEASE, Acceptance, Flat, Policy, from_bytes
from catalog_assets.reviewed.audits import not_right_enough, told_of_audits
from catalog_assets.reviewed.contract import ReviewedAttributes, ReviewedProducts
from catalog_assets.reviewed.known_paths import decided_paths
from catalog_assets.reviewed.reliability import told_of_reliability
from catalog_assets.stages import NO_QUARANTINE, Outcome, Partition, Stage, StageError, Warn, World, marks, require
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.version import VERSION as VOCABULARY
from resources.review.protocol import DECISIONS, decisions_fingerprint

MATCHED, ENRICHED = "matched_products", "enriched_products"
KINDS = ("attribute", "category", "description")
PIN_CONTENT = ("attribute", "value", "unit", "person", "reason", "recorded_at")
"""What of a pin the tables show; not its place in the journal."""


@dataclass(frozen=True)
class Facts:
    """What people said, as it was read: decisions on the day's proposals, the last ones on its category paths
    (`known_paths.decided_paths`), and pins by product_key."""

    decisions: pl.DataFrame
    paths: pl.DataFrame
    pins: pl.DataFrame


def read_facts(world: World, partition: Partition) -> Facts:
    """The decisions and pins that concern the day."""
    cases = world.review.cases(trust_for(world, partition.day))
    paths = pl.Series("category_path", [], pl.String)
    if cases.height:
        rows = world.lake.scan(MATCHED, day=partition.day).select("category_path").unique()
        paths = rows.collect().to_series()
    own = _decisions(world, partition, cases.select(DECISIONS.names()))
    return Facts(own, decided_paths(paths, cases), _pins(world, partition))


def decided_everywhere(world: World) -> pl.DataFrame:
    """What people decided about any path of the days that are done: `known_paths.decided_paths`."""
    days = marks(world, [MATCHED]).filter("balanced")["day"].to_list()
    rows = world.lake.scan(MATCHED).filter(pl.col("day").is_in(days)).select("category_path").unique()
    return decided_paths(rows.collect().to_series(), world.review.cases(newest_trust(world)))


def _decisions(world: World, partition: Partition, decisions: pl.DataFrame) -> pl.DataFrame:
    if decisions.is_empty():
        return decisions
    proposed = world.lake.scan("enriched_attributes", day=partition.day)
    before = known_paths.asked_before(proposed, world.lake.scan(MATCHED, day=partition.day))
    asked = pl.concat([proposed.select("question_id"), before.select(pl.col("before").alias("question_id"))])
    return decisions.lazy().join(asked, on="question_id", how="semi").sort("question_id").collect()


def _pins(world: World, partition: Partition) -> pl.DataFrame:
    """Pins of the day's products; where two members of a product are pinned, the later word counts."""
    pinned = corrections.pins(world)
    members = (
        world.lake.scan(MATCHED, day=partition.day)
        .filter(pl.col("status") != "merged")
        .select("product_key", "offers")
        .explode("offers")
        .select("product_key", pl.col("offers").struct.field("source"), pl.col("offers").struct.field("product_id"))
    )
    mine = pinned.lazy().join(members, on=["source", "product_id"]).sort("product_key", "attribute", "sequence")
    return mine.unique(["product_key", "attribute"], keep="last", maintain_order=True).collect()


def inputs(world: World, partition: Partition) -> str:
    """Proposals, threshold, and what people said about the day's products."""
    return _inputs(world, partition, read_facts(world, partition))


def _inputs(world: World, partition: Partition, facts: Facts) -> str:
    upstream = [require(world, name, partition)["output_fingerprint"] for name in (MATCHED, ENRICHED)]
    pinned = facts.pins.select("product_key", *PIN_CONTENT).sort("product_key", "attribute").rows()
    paths = facts.paths.select("category_path", "asked_value", *DECISIONS).drop("sequence").sort("category_path")
    said = (decisions_fingerprint(facts.decisions), paths.rows(), pinned)
    return fingerprint(
        *upstream,
        *said,
        _named(policy_for(world, partition.day)),
        world.catalog.audit.share,
        code_version(
            "reviewed",
            "certainty",
            "drawing.py",
            "enriched/category.py",
            "enriched/content.py",
            "enriched/patterns.py",
            "enriched/places.py",
            "sameness.py",
        ),
        VOCABULARY,
    )


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Accept, fold in what people said, and ask about the rest."""
    day = partition.day
    facts = read_facts(world, partition)
    fingerprinted = _inputs(world, partition, facts)
    matched = world.lake.read(MATCHED, day=day)
    found = _proposals(world, partition)
    proposed = known_paths.filled(found, matched, facts.paths)
    policy = policy_for(world, day)
    known = known_paths.known(proposed, matched, facts.decisions, facts.paths)
    reviewed = transform.review(matched, proposed, known, facts.pins, _options(), policy, world.catalog.audit.share)
    audited = told_of_audits(proposed, known, policy, world.catalog.audit)
    seen = told_of_reliability(proposed, known, policy, world.catalog.audit.share)
    stamp = pl.lit(day).alias("day")
    tables = {
        "reviewed_attributes": reviewed.attributes.with_columns(stamp),
        "reviewed_products": reviewed.products.with_columns(stamp),
    }
    return Outcome(
        proposed.select(transform.proposal_id().hash(seed=7)).to_series(),
        tables,
        quarantine=_refused(reviewed.refused),
        details={
            **_details(reviewed),
            "acceptance": _named(policy),
            "annotators_by": _trusted(world, day),
            **audited,
            **seen,
        },
        inputs=fingerprinted,
        settle=lambda: world.review.replace_day(day, reviewed.questions, KINDS),
    )


def _proposals(world: World, partition: Partition) -> pl.DataFrame:
    """PROPOSAL of the day. Raises StageError for a day of an older version, whose categories were columns: without them
    every product of the day would lose its category and description."""
    counts = world.lake.scan(ENRICHED, day=partition.day).select(pl.col("proposals").is_null().any()).collect()
    if counts.item():
        raise StageError(f"{ENRICHED} {partition} was written by an older version; materialize it again first.")
    return world.lake.read("enriched_attributes", day=partition.day).select(transform.PROPOSAL)


def policy_for(world: World, day: dt.date) -> Policy:
    """The acceptance release in force on the day; one threshold for all without."""
    release = in_force(releases(world, RELEASE), day)
    if release is None:
        return Flat(world.catalog.thresholds.accept)
    return _read(content(world, RELEASE, release))


@functools.lru_cache(maxsize=4)
def _read(data: bytes) -> Acceptance:
    return from_bytes(data)


def _named(policy: Policy) -> str:
    return f"release {policy.version}" if isinstance(policy, Acceptance) else f"from {policy.accept:g} on"  # type: ignore[attr-defined]


def _trusted(world: World, day: dt.date) -> str:
    """By which rule people's words stand on the day."""
    trust = trust_for(world, day)
    return "the last word" if trust is None else f"release {trust.version}"


def _options() -> pl.DataFrame:
    """Allowed values by attribute, as JSON, where there is a closed list."""
    choices = {name: json.dumps(sorted(a.values)) for name, a in ATTRIBUTES.items() if a.kind == "choice" and a.values}
    choices["category"] = json.dumps(sorted(CATEGORIES))
    return pl.DataFrame({"attribute": list(choices), "options": list(choices.values())})


def _refused(refused: pl.DataFrame) -> pl.DataFrame:
    reason = pl.concat_str(
        pl.col("attribute"), pl.lit(" was refused by "), pl.col("annotator"), pl.lit(": "),
        pl.col("reason").fill_null("no reason given"),
    )  # fmt: skip
    payload = pl.struct("product_key", "attribute", "value", "unit", "method", "model_version", "evidence")
    return refused.select(
        "delivery_id", pl.lit(None, pl.String).alias("file"), "record_number",
        pl.lit(None, pl.Int64).alias("byte_offset"), pl.lit(None, pl.Int64).alias("byte_length"),
        pl.lit(transform.REJECTED.name).alias("rule"), reason.alias("message"),
        payload.struct.json_encode().alias("payload"), transform.proposal_id().alias("record_id"),
    ).select(NO_QUARANTINE.columns)  # fmt: skip


def _details(reviewed: transform.Reviewed) -> dict[str, object]:
    states = dict(reviewed.attributes["state"].value_counts().sort("state").iter_rows())
    people = reviewed.attributes["annotator"].drop_nulls().unique().sort().to_list()
    return {"values": states, "annotators": people, "questions": reviewed.questions["question_id"].n_unique()}


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A proposal passes or waits as the chosen one, or is listed beside it as outranked or overruled."""
    rows = world.lake.scan("reviewed_attributes", day=partition.day)
    own = rows.filter(~pl.col("method").is_in(["person", "pin"]))
    listed = (
        rows.select("product_key", "attribute", "alternatives")
        .explode("alternatives")
        .filter(pl.col("alternatives").is_not_null())
        .unnest("alternatives")
    )
    unit = transform.proposal_id().hash(seed=7).alias("id")
    chosen = own.select(unit, "state").collect()
    others = listed.select(unit, "fate").collect()
    return {
        "passed": chosen.filter(pl.col("state") == "accepted")["id"],
        "pending": chosen.filter(pl.col("state") == "pending")["id"],
        "merged": others.filter(pl.col("fate") == "merged")["id"],
        "superseded": others.filter(pl.col("fate") == "superseded")["id"],
    }


STAGE = Stage(
    name="reviewed_products",
    unit="proposals",
    tables=("reviewed_attributes", "reviewed_products"),
    per_source=False,
    upstream=(MATCHED, ENRICHED),
    reads=("enriched_attributes", ENRICHED, MATCHED),
    reach="partition",
    contracts={"reviewed_attributes": ReviewedAttributes, "reviewed_products": ReviewedProducts},
    inputs=inputs,
    run=run,
    recount=recount,
    warnings=(Warn("accepted_values_right", "Audits show that accepted values are right.", not_right_enough),),
)
