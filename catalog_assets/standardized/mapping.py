"""Whether the columns that a source is configured with are there.

Belongs here: naming configured columns that no record fills, and what may be meant. Does not belong here: taking
records apart (`raw/`).
"""

import csv
import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from catalog_assets.configuration import Source
from catalog_assets.raw.paths import KEYS


def nothing_under(cells: pl.DataFrame, records: pl.DataFrame, source: Source) -> dict[str, str]:
    """Configured columns that no record fills, and of each a hint at what may be meant (` (did you mean 'x'?)`, or
    nothing). cells: as `decode` gives them for `records`."""
    if cells.is_empty():
        return {}
    filled = cells.select(pl.exclude(KEYS).is_not_null().any()).row(0, named=True)
    missing = sorted(name for name, some in filled.items() if not some)
    there = _names(records.row(0, named=True), source) if missing else []
    return {name: _hint(name, [other for other in there if other not in filled]) for name in missing}


def _names(record: Mapping[str, Any], source: Source) -> list[str]:
    """What a record calls its fields."""
    if record["format"] == "csv":
        return next(csv.reader([record["header"] or ""], delimiter=source.csv.delimiter), [])
    try:
        return [str(name) for name in json.loads(record["payload"])]
    except (ValueError, TypeError):
        return []


def _hint(name: str, others: Sequence[str]) -> str:
    by_fold = {other.casefold(): other for other in others}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f" (did you mean '{by_fold[near[0]]}'?)" if near else ""
