"""What the standardized stage reads and writes.

Belongs here: decoding raw payloads and telling which deliveries count. Does not belong here: what a value means
(`transform.py`).
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.raw.deliveries import effective, known_deliveries
from catalog_assets.raw.splitting import decode
from catalog_assets.releases import content, in_force, releases
from catalog_assets.stages import NO_QUARANTINE, Outcome, Partition, Stage, Warn, World, mark, require
from catalog_assets.standardized.contract import RECORD_RULES, StandardizedProducts
from catalog_assets.standardized.mapping import nothing_under
from catalog_assets.standardized.names import brand_spellings
from catalog_assets.standardized.spellings import RELEASE, Spellings, read_spellings
from catalog_assets.standardized.transform import Standardized, skipping, standardize
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.version import VERSION as VOCABULARY

UPSTREAM = "raw_products"
REFUSING = frozenset(rule.name for rule in RECORD_RULES)
PAYLOAD = ["delivery_id", "record_number", "format", "header", "payload"]


def inputs(world: World, partition: Partition) -> str:
    """The raw records, which of their deliveries count, the source's settings and the vocabulary."""
    return _inputs(world, partition, _deliveries(world, partition))


def _inputs(world: World, partition: Partition, deliveries: pl.DataFrame) -> str:
    raw = require(world, UPSTREAM, partition)["output_fingerprint"]
    told = deliveries.select("delivery_id", "sequence", "delivered_at", "landed_at", "retracted").rows()
    settings = world.catalog.source_fingerprint(partition.source)
    release = in_force(releases(world, RELEASE), partition.day)
    learned = None if release is None else release.version
    return fingerprint(raw, told, settings, learned, VOCABULARY, code_version("standardized", "raw", "digests.py"))


def learned_spellings(world: World, day: dt.date) -> Spellings | None:
    """How brands are spelled on the day by what people taught; None where no release is in force."""
    release = in_force(releases(world, RELEASE), day)
    return None if release is None else read_spellings(content(world, RELEASE, release))


def _deliveries(world: World, partition: Partition) -> pl.DataFrame:
    """The deliveries that the raw partition was made of; newer ones count once it has taken them in."""
    row = mark(world, UPSTREAM, partition)
    taken = [d["delivery_id"] for d in json.loads(row["details"]).get("deliveries", [])] if row else []
    known = known_deliveries(world, partition)
    return effective(world, known).filter(pl.col("delivery_id").is_in(taken))


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Clean every record, or say why not."""
    deliveries = _deliveries(world, partition)
    fingerprinted = _inputs(world, partition, deliveries)
    source = world.catalog.sources[partition.source]
    raw = world.lake.scan(UPSTREAM, day=partition.day, source=partition.source)
    records = raw.select(PAYLOAD).collect()
    received = records.select(_record_id()).to_series()
    cells = decode(records, source)
    empty = nothing_under(cells, records, source)
    learned = learned_spellings(world, partition.day)
    spellings = brand_spellings(world.catalog.brands, learned.names if learned else {})
    result = standardize(cells, deliveries, partition.source, source, partition.day, spellings)
    del records, cells
    return Outcome(
        received,
        {"standardized_products": result.offers},
        fates=result.fates,
        quarantine=_quarantine(result.failures, raw, deliveries),
        details=_details(world, partition, deliveries, result)
        | {"records": received.len(), "nothing_under": empty, "brands": learned.version if learned else None},
        inputs=fingerprinted,
    )


def _record_id() -> pl.Expr:
    return pl.concat_str("delivery_id", pl.lit(":"), pl.col("record_number").cast(pl.String)).alias("record_id")


def _quarantine(failures: pl.DataFrame, raw: pl.LazyFrame, deliveries: pl.DataFrame) -> pl.DataFrame:
    """The refused records themselves, with their place."""
    if failures.is_empty():
        return NO_QUARANTINE
    place = ["delivery_id", "record_number", "byte_offset", "byte_length", "payload"]
    files = deliveries.lazy().select("delivery_id", pl.col("path").alias("file"))
    rows = (
        raw.select(_record_id(), *place)
        .join(failures.lazy(), on="record_id")
        .join(files, on="delivery_id", how="left")
        .collect()
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in NO_QUARANTINE.schema.items())


def _details(world: World, partition: Partition, deliveries: pl.DataFrame, result: Standardized) -> dict[str, object]:
    """What the matched stage needs to know of the deliveries, and counts by reason."""
    row, source = mark(world, UPSTREAM, partition), world.catalog.sources[partition.source]
    unread = {d["delivery_id"]: d["unread"] for d in json.loads(row["details"])["deliveries"]} if row else {}
    by_delivery = result.fates.with_columns(pl.col("record_id").str.extract(r"^(.*):\d+$").alias("delivery_id"))
    skipped = set(deliveries.filter(skipping(source, partition.day).is_not_null())["delivery_id"].to_list())
    nameless = dict(
        by_delivery.filter(pl.col("fate") == "quarantined", pl.col("product_id").is_null())["delivery_id"]
        .value_counts()
        .iter_rows()
    )
    told = [
        {
            "delivery_id": d["delivery_id"],
            "sequence": d["sequence"],
            "counts": d["delivery_id"] not in skipped,
            "unidentified": unread.get(d["delivery_id"], 0) + nameless.get(d["delivery_id"], 0),
        }
        for d in deliveries.sort("sequence", "delivery_id").iter_rows(named=True)
    ]
    return {"deliveries": told, "reasons": _by_reason(result)}


def _by_reason(result: Standardized) -> dict[str, int]:
    others = result.fates.filter(pl.col("fate") != "quarantined")["reason"]
    counted = pl.concat([others.rename("reason"), result.failures["rule"].rename("reason")]).value_counts()
    return dict(counted.sort("reason").iter_rows())


def _unmapped(details: Mapping[str, Any]) -> str:
    """Configured columns that no record fills: mostly a name that is spelled otherwise in the file."""
    told = [f"'{name}'{hint}" for name, hint in details["nothing_under"].items()]
    return f"No record has anything under {', '.join(told)}; check the source's columns." if told else ""


def _mostly_refused(details: Mapping[str, Any]) -> str:
    refused = {rule: n for rule, n in details["reasons"].items() if rule in REFUSING}
    count = sum(refused.values())
    if count * 2 <= details["records"]:
        return ""
    by_rule = ", ".join(f"{rule} {n:,}" for rule, n in refused.items())
    return f"More than half of the records were refused ({by_rule} of {details['records']:,}); see quarantine."


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A record passes as the row of its offer."""
    rows = world.lake.scan("standardized_products", day=partition.day, source=partition.source)
    return {"passed": rows.select(_record_id()).collect()["record_id"]}


STAGE = Stage(
    name="standardized_products",
    unit="records",
    tables=("standardized_products",),
    per_source=True,
    upstream=(UPSTREAM,),
    reads=(UPSTREAM,),
    reach="partition",
    contracts={"standardized_products": StandardizedProducts},
    inputs=inputs,
    run=run,
    recount=recount,
    warnings=(
        Warn("columns_found", "Every configured column is filled by some record.", _unmapped),
        Warn("most_records_taken", "At most half of the records were refused.", _mostly_refused),
    ),
)
