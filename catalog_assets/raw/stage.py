"""What the raw stage reads and writes: landed bytes in, one row per record out.

Belongs here: going through a partition's deliveries. Does not belong here: finding deliveries (`deliveries.py`) and
taking their bytes apart (`compression.py`, `splitting.py`).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.raw.compression import Unreadable, decompress
from catalog_assets.raw.contract import RawProducts
from catalog_assets.raw.deliveries import known_deliveries
from catalog_assets.raw.records import Split, refused
from catalog_assets.raw.splitting import ENDINGS, format_of, split
from catalog_assets.raw.transform import Delivery, RawRecords, may_hide, records_of
from catalog_assets.stages import NO_FATES, NO_QUARANTINE, Outcome, Partition, Stage, World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import RAW_PRODUCTS


def inputs(world: World, partition: Partition) -> str:
    """The partition's deliveries, and how they are to be read."""
    return _inputs(world, partition, known_deliveries(world, partition))


def _inputs(world: World, partition: Partition, deliveries: pl.DataFrame) -> str:
    source = world.catalog.sources[partition.source]
    reading = source.model_dump_json(include={"format", "encoding", "csv", "records"})
    identities = deliveries.select("delivery_id", "sequence").rows()
    return fingerprint(identities, reading, world.catalog.limits, code_version("raw"))


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """Every delivery of the partition, retracted ones too: what was received stays."""
    deliveries = known_deliveries(world, partition)
    fingerprinted = _inputs(world, partition, deliveries)
    read = {row["delivery_id"]: _read(world, partition, row, run_id) for row in deliveries.iter_rows(named=True)}
    quarantine = pl.concat([NO_QUARANTINE, *(each.quarantine for each in read.values())])
    fates = quarantine.unique("record_id", maintain_order=True).select(
        "record_id",
        pl.lit("quarantined").alias("fate"),
        pl.col("rule").alias("reason"),
        pl.lit(None, pl.String).alias("into"),
        pl.lit(None, pl.String).alias("product_id"),
    )
    table = pl.concat([RAW_PRODUCTS.empty(), *(each.rows for each in read.values())]).drop("run_id")
    told = [_told(row, read[row["delivery_id"]]) for row in deliveries.iter_rows(named=True)]
    return Outcome(
        pl.concat([pl.Series("record_id", [], pl.String), *(each.received for each in read.values())]),
        {"raw_products": table},
        fates=fates.select(NO_FATES.columns),
        quarantine=quarantine,
        details={"deliveries": told},
        inputs=fingerprinted,
    )


def _read(world: World, partition: Partition, row: Mapping[str, Any], run_id: str) -> RawRecords:
    """One delivery's records. A file that cannot be opened at all is one refused record; its bytes stay landed."""
    delivery = Delivery(partition.day, partition.source, row["delivery_id"], row["path"])
    limit = world.catalog.limits.file_bytes
    if row["size_bytes"] > limit:  # the limit was lowered after the file had landed
        message = f"{row['path']}: has {row['size_bytes']} bytes, more than limits.file_bytes ({limit}); split it."
        return records_of(refused("too_large", message, size=row["size_bytes"]), delivery, run_id)
    landed = world.landing.get(row["sha256"], limit)
    return records_of(_split(world, partition, landed, row["path"]), delivery, run_id)


def _split(world: World, partition: Partition, landed: bytes, path: str) -> Split:
    source, limits = world.catalog.sources[partition.source], world.catalog.limits
    form = format_of(path, source)
    if form is None:
        endings = ", ".join(ENDINGS)
        message = f"{path}: the ending tells no format (known: {endings}); set sources.{partition.source}.format."
        return refused("unknown_format", message, size=len(landed))
    try:
        return split(decompress(landed, path, limits), source, form, limits)
    except Unreadable as error:
        return refused(error.rule, str(error), size=len(landed))


def _told(row: Mapping[str, Any], read: RawRecords) -> dict[str, Any]:
    return {
        "delivery_id": row["delivery_id"],
        "sequence": row["sequence"],
        "received": read.received.len(),
        "unread": may_hide(read.rows, read.quarantine),
    }


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A record passes with its row."""
    rows = world.lake.scan("raw_products", day=partition.day, source=partition.source)
    ids = pl.concat_str("delivery_id", pl.lit(":"), pl.col("record_number").cast(pl.String)).alias("id")
    return {"passed": rows.select(ids).collect()["id"]}


STAGE = Stage(
    name="raw_products",
    unit="records",
    tables=("raw_products",),
    per_source=True,
    upstream=(),
    reads=("deliveries",),
    reach="partition",
    contracts={"raw_products": RawProducts},
    inputs=inputs,
    run=run,
    recount=recount,
)
