"""What splitting a delivery yields: records with their exact places, and what could not be read.

Belongs here: the shape of a split and what is checked alike for every format. Does not belong here: any format.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from catalog_assets.configuration import Limits
from catalog_assets.raw.spans import Bytes, Positions, between, shown, texts
from catalog_assets.vocabulary.columns import QUARANTINE, RAW_PRODUCTS

RECORD_COLUMNS = ("record_number", "byte_offset", "byte_length", "row_group", "row", "format", "header", "payload")
FAILURE_COLUMNS = ("record_number", "byte_offset", "byte_length", "rule", "message", "payload")
RECORDS = pl.Schema({name: RAW_PRODUCTS.columns[name].dtype for name in RECORD_COLUMNS})
FAILURES = pl.Schema({name: QUARANTINE.columns[name].dtype for name in FAILURE_COLUMNS})


@dataclass(frozen=True)
class Split:
    """One delivery, taken apart.

    `records` (RECORDS) could be read; `failures` (FAILURES) could not: one row each, with one rule. `received` is how
    many the splitter saw, counted before it judged them. Numbers run from 1 through records and failures together.
    """

    records: pl.DataFrame
    failures: pl.DataFrame
    received: int


NOTHING = Split(pl.DataFrame(schema=RECORDS), pl.DataFrame(schema=FAILURES), 0)


def refused(rule: str, message: str, payload: str | None = None, size: int | None = None) -> Split:
    """A delivery that cannot be read at all: one failure for the whole of it."""
    place = {"record_number": 1, "byte_offset": None if size is None else 0, "byte_length": size}
    row = {**place, "rule": rule, "message": message, "payload": payload}
    return Split(pl.DataFrame(schema=RECORDS), pl.DataFrame([row], schema=FAILURES), 1)


def read_spans(data: bytes, starts: Positions, ends: Positions, encoding: str, limits: Limits) -> pl.DataFrame:
    """Text of each span, with the rules that hold for every format.

    Columns byte_offset, byte_length, payload (null where it is no text), rule and message (null where all is well).
    """
    frame = pl.DataFrame(
        {"byte_offset": starts, "byte_length": ends - starts, "payload": texts(data, starts, ends, encoding)}
    ).with_columns(rule=pl.lit(None, pl.String), message=pl.lit(None, pl.String))
    too_large = pl.format(
        f"The record has {{}} bytes, more than limits.record_bytes ({limits.record_bytes}); "
        "have it corrected, or raise the limit.",
        "byte_length",
    )
    no_text = f"The record holds bytes that are no text in {encoding}; set the source's encoding, or have it corrected."
    frame = judge(frame, pl.col("byte_length") > limits.record_bytes, "record_too_large", too_large)
    return judge(frame, pl.col("payload").is_null(), "invalid_encoding", pl.lit(no_text))


def judge(frame: pl.DataFrame, broken: pl.Expr, rule: str, message: pl.Expr) -> pl.DataFrame:
    """Give the rule and its message to the rows that break it and have no other rule yet."""
    found = frame.select(pl.col("rule").is_null() & broken.fill_null(False)).to_series()
    if not found.any():
        return frame
    return frame.with_columns(
        rule=pl.when(found).then(pl.lit(rule)).otherwise("rule"),
        message=pl.when(found).then(message).otherwise("message"),
    )


@dataclass(frozen=True)
class Fault:
    """A span that became no record, and why."""

    begin: int
    end: int
    rule: str
    message: str


def left_over(
    buffer: Bytes, places: tuple[Positions, Positions], within: tuple[int, int], drop: bytes, rule: str
) -> list[Fault]:
    """The net under a splitter: what it made neither a record nor a fault is a fault, so that no byte goes unnoticed.

    `places`: begins and ends of what it made, ascending; `within`: where records stand; `drop`: what parts them.
    """
    begins, ends = between(buffer, *places, *within, drop)
    message = "This stands between records and is part of none; have the file corrected."
    return [Fault(begin, end, rule, message) for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def with_faults(frame: pl.DataFrame, faults: Sequence[Fault]) -> pl.DataFrame:
    """The frame of `read_spans`, with a row for each fault, in the order of the file."""
    if not faults:
        return frame
    place = [{"byte_offset": fault.begin, "byte_length": fault.end - fault.begin} for fault in faults]
    why = [{"rule": fault.rule, "message": fault.message} for fault in faults]
    rows = [{**where, **what} for where, what in zip(place, why, strict=True)]
    return pl.concat([frame, pl.DataFrame(rows, schema=frame.schema)]).sort("byte_offset", maintain_order=True)


def finish(
    frame: pl.DataFrame,
    data: bytes,
    encoding: str,
    limits: Limits,
    file_format: str,
    header: str | None = None,
    *,
    received: int,
) -> Split:
    """Number the records in their order, and part the good from the bad. `frame` is that of `read_spans`, judged."""
    numbered = frame.with_columns(record_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    good = numbered.filter(pl.col("rule").is_null())
    records = good.select(
        "record_number",
        "byte_offset",
        "byte_length",
        pl.lit(None, pl.Int32).alias("row_group"),
        pl.lit(None, pl.Int64).alias("row"),
        pl.lit(file_format).alias("format"),
        pl.lit(header, pl.String).alias("header"),
        "payload",
    )
    bad = numbered.filter(pl.col("rule").is_not_null())
    failures = bad.with_columns(payload=_shown(bad, data, encoding, limits)).select(FAILURE_COLUMNS)
    return Split(records, failures, received)


def _shown(bad: pl.DataFrame, data: bytes, encoding: str, limits: Limits) -> pl.Series:
    """Payloads to be kept: the text where it is text of allowed size, else its begin with escapes."""
    odd = bad.select(pl.col("payload").is_null() | (pl.col("byte_length") > limits.record_bytes)).to_series()
    payload = bad["payload"]
    if not odd.any():
        return payload
    rows = odd.arg_true()
    offsets = bad["byte_offset"].gather(rows).to_numpy()
    lengths = np.minimum(bad["byte_length"].gather(rows).to_numpy(), limits.record_bytes)
    pieces = [shown(data[at : at + n], encoding) for at, n in zip(offsets.tolist(), lengths.tolist(), strict=True)]
    return payload.scatter(rows, pl.Series(pieces, dtype=pl.String))
