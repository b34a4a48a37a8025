"""Sources and deliveries in short, for the tests of this folder."""

from typing import Any

import polars as pl

from catalog_assets.configuration import Format, Limits, Source
from catalog_assets.raw.records import Split
from catalog_assets.raw.splitting import decode, split

LIMITS = Limits()


def source(*paths: str, **settings: Any) -> Source:
    """A source that asks for these columns or paths; settings of `csv` are given as `csv={...}`."""
    asked = paths or ("a", "b", "c")
    return Source.model_validate({"columns": {"product_id": asked[0], "name": list(asked)}, **settings})


def take(data: bytes, form: Format, read: Source | None = None, limits: Limits = LIMITS) -> Split:
    """Split, and check what must hold of every split."""
    read = read or source()
    found = split(data, read, form, limits)
    assert found.received == found.records.height + found.failures.height
    numbers = sorted([*found.records["record_number"], *found.failures["record_number"]])
    assert numbers == list(range(1, found.received + 1))
    if form != "parquet":
        for offset, length, payload in found.records.select("byte_offset", "byte_length", "payload").rows():
            assert data[offset : offset + length].decode(read.encoding) == payload
    return found


def values(found: Split, read: Source | None = None) -> list[tuple[str | None, ...]]:
    """What decoding the good records yields, without their keys."""
    records = found.records.with_columns(pl.lit("d1").alias("delivery_id"))
    table = decode(records, read or source())
    assert table["record_number"].to_list() == records["record_number"].to_list()
    return table.drop("delivery_id", "record_number").rows()


def unread(data: bytes, found: Split) -> bytes:
    """The bytes that are in no record and in no failure. No byte is in two of them."""
    covered = bytearray(len(data))
    for table in (found.records, found.failures):
        for offset, length in table.select("byte_offset", "byte_length").rows():
            assert not any(covered[offset : offset + length]), "two records share bytes"
            covered[offset : offset + length] = b"\1" * length
    return bytes(byte for byte, taken in zip(data, covered, strict=True) if not taken)


def refusals(found: Split) -> list[tuple[int, str, str | None]]:
    """Number, rule and payload of what could not be read."""
    return found.failures.select("record_number", "rule", "payload").rows()
