"""What the raw stage reads and writes: landed bytes in, one row per record out.

Belongs here: going through a partition's deliveries. Does not belong here: finding deliveries (`deliveries.py`) and
splitting their bytes (`transform.py` and what it uses).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.raw.compression import BadArchive, TooLarge, decompress
from catalog_assets.raw.contract import RawProducts
from catalog_assets.raw.deliveries import known_deliveries
from catalog_assets.raw.transform import Split, format_of, split
from catalog_assets.stages import NO_FATES, NO_QUARANTINE, Outcome, Partition, Stage, World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import RAW_PRODUCTS

ROWS = [name for name in RAW_PRODUCTS.columns if name not in ("day", "source", "delivery_id", "run_id")]


@dataclass(frozen=True)
class Read:
    """One delivery, read: its records, and its failures in quarantine's form."""

    delivery_id: str
    received: int
    records: pl.DataFrame
    failures: pl.DataFrame


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
    read = [_read(world, partition, delivery) for delivery in deliveries.iter_rows(named=True)]
    received = [_ids(r.delivery_id, pl.int_range(1, r.received + 1, eager=True)) for r in read]
    table = pl.concat([RAW_PRODUCTS.empty().drop("run_id"), *(_rows(partition, r) for r in read)])
    quarantine = pl.concat([NO_QUARANTINE, *(r.failures for r in read)])
    fates = quarantine.unique("record_id").select(
        "record_id", pl.lit("quarantined").alias("fate"), pl.col("rule").alias("reason"),
        pl.lit(None, pl.String).alias("into"), pl.lit(None, pl.String).alias("product_id"),
    )  # fmt: skip
    return Outcome(
        pl.concat([pl.Series(dtype=pl.String), *received]),
        {"raw_products": table},
        fates=fates.select(NO_FATES.columns),
        quarantine=quarantine,
        details={"deliveries": [_told(r, sequence) for r, sequence in zip(read, deliveries["sequence"], strict=True)]},
        inputs=fingerprinted,
    )


def _read(world: World, partition: Partition, delivery: Mapping[str, Any]) -> Read:
    source, limits = world.catalog.sources[partition.source], world.catalog.limits
    landed = world.landing.get(delivery["sha256"], limits.file_bytes)
    try:
        stream = decompress(landed, delivery["path"], limits)
    except (BadArchive, TooLarge) as error:
        return _refused(delivery, type(error).RULE, str(error), len(landed))
    result: Split = split(stream, source, format_of(delivery["path"], source), limits)
    failures = result.failures.with_columns(
        pl.lit(delivery["delivery_id"]).alias("delivery_id"),
        pl.lit(delivery["path"]).alias("file"),
        _ids(delivery["delivery_id"], pl.col("record_number")).alias("record_id"),
    )
    return Read(delivery["delivery_id"], result.received, result.records, _quarantine(failures))


def _refused(delivery: Mapping[str, Any], rule: str, message: str, size: int) -> Read:
    """A file that cannot be opened at all is one refused record; its bytes stay in the landing zone."""
    row = {
        "delivery_id": delivery["delivery_id"], "file": delivery["path"], "record_number": 1, "byte_offset": 0,
        "byte_length": size, "rule": rule, "message": message, "payload": None,
        "record_id": f"{delivery['delivery_id']}:1",
    }  # fmt: skip
    records = RAW_PRODUCTS.empty().select(ROWS)
    return Read(delivery["delivery_id"], 1, records, pl.DataFrame([row], schema=NO_QUARANTINE.schema))


def _quarantine(failures: pl.DataFrame) -> pl.DataFrame:
    return failures.select(pl.col(name).cast(dtype) for name, dtype in NO_QUARANTINE.schema.items())


def _rows(partition: Partition, read: Read) -> pl.DataFrame:
    placed = read.records.with_columns(
        pl.lit(partition.day).alias("day"),
        pl.lit(partition.source).alias("source"),
        pl.lit(read.delivery_id).alias("delivery_id"),
    )
    return placed.select(
        pl.col(name).cast(column.dtype) for name, column in RAW_PRODUCTS.columns.items() if name != "run_id"
    )


def _ids(delivery_id: str, numbers: Any) -> Any:
    """`delivery:record`, for a series or an expression of record numbers."""
    text = numbers.cast(pl.String)
    return pl.lit(f"{delivery_id}:") + text if isinstance(text, pl.Expr) else f"{delivery_id}:" + text


def _told(read: Read, sequence: int) -> dict[str, Any]:
    return {
        "delivery_id": read.delivery_id,
        "sequence": sequence,
        "received": read.received,
        "unread": read.failures["record_id"].n_unique(),
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
    contracts={"raw_products": RawProducts},
    inputs=inputs,
    run=run,
    recount=recount,
)
