"""Rows of the lake's tables for tests, filled with sane values, so that a test states only what it is about.

Belongs here: one builder a table, all of them derived from the column registry, and a lake in memory. Does not belong
here: anything that one test alone needs.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl

from catalog_assets.vocabulary.columns import (
    CATALOG_PRODUCTS,
    MATCHED_PRODUCTS,
    PRODUCT_ALIASES,
    REVIEWED_ATTRIBUTES,
    REVIEWED_PRODUCTS,
    STANDARDIZED_PRODUCTS,
    TABLES,
    VALIDATED_PRODUCTS,
    Table,
)

Row = dict[str, Any]
KNOWN = dt.datetime(2026, 1, 1, 6, 0, tzinfo=dt.UTC)
CATEGORY = "Computers > Monitors"
OTHER_CATEGORY = "Computers > Laptops"

_SANE: Row = {
    "source": "alpha",
    "product_id": "1",
    "delivery_id": "d1",
    "record_number": 1,
    "product_key": "k1",
    "status": "live",
    "name": "Acme Monitor 27",
    "brand": "Acme",
    "description": "A monitor with 27 inches and a stand.",
    "category_path": "Screens",
    "price": Decimal("100"),
    "currency": "EUR",
    "availability": "in_stock",
    "attributes": [],
    "variants": 1,
    "links": [],
    "language": "en",
    "match_hash": "m1",
    "origins": [],
    "conflicts": [],
    "content_hash": "c1",
    "known_from": KNOWN,
    "run_id": "r1",
    "category": CATEGORY,
    "category_state": "accepted",
    "accepted": 1,
    "pending": 0,
    "rejected": 0,
    "pinned": [],
    "confidence": 0.9,
    "price_state": "accepted",
    "issues": [],
    **dict.fromkeys(("completeness", "accuracy", "consistency", "timeliness", "uniqueness", "quality"), 80.0),
}


def date(day: int | dt.date) -> dt.date:
    """The day of January 2026 with this number."""
    return day if isinstance(day, dt.date) else dt.date(2026, 1, day)


def frame(table: Table, rows: Iterable[Row], without: Iterable[str] = ()) -> pl.DataFrame:
    """The rows with the table's schema, but the columns in `without`."""
    return pl.DataFrame(list(rows), schema=table.schema, orient="row").drop(*without)


def _row(table: Table, values: Row, **defaults: Any) -> Row:
    strange = set(values) - set(table.columns)
    if strange:
        raise KeyError(f"{table.name} has no column {sorted(strange)}")
    given = {**_SANE, **defaults, **values}
    return {name: given.get(name) for name in table.columns}


def offer(source: str = "alpha", product_id: str = "1", day: int | dt.date = 1, **values: Any) -> Row:
    """A row of STANDARDIZED_PRODUCTS."""
    given = {"source": source, "product_id": product_id, "day": date(day), **values}
    return _row(STANDARDIZED_PRODUCTS, given, delivery_id=f"{source}-{date(day)}")


def member(
    source: str = "alpha", product_id: str = "1", day: int | dt.date = 1, live: bool = True, record_number: int = 1
) -> Row:
    """One element of `offers`."""
    when = date(day)
    return {
        "source": source, "product_id": product_id, "day": when, "delivery_id": f"{source}-{when}",
        "record_number": record_number, "live": live,
    }  # fmt: skip


def conflict(field: str, value: str, source: str = "alpha", chosen: bool = False, product_id: str = "1") -> Row:
    """One element of `conflicts`."""
    return {
        "field": field, "value": value, "source": source, "product_id": product_id, "delivery_id": "d1",
        "record_number": 1, "chosen": chosen,
    }  # fmt: skip


def product(table: Table = VALIDATED_PRODUCTS, product_key: str = "k1", day: int | dt.date = 1, **values: Any) -> Row:
    """A row of MATCHED_, REVIEWED_, VALIDATED_ or CATALOG_PRODUCTS."""
    return _row(table, {"product_key": product_key, "day": date(day), **values}, offers=[member(day=day)])


def tombstone(table: Table, product_key: str, merged_into: str, day: int | dt.date = 1) -> Row:
    """A product that is part of another now."""
    nothing: Row = {name: None for name, column in table.columns.items() if column.nullable}
    every = ("attributes", "offers", "links", "origins", "conflicts", "pinned")
    lists = {name: [] for name in every if name in table.columns}
    state: Row = {"category_state": "missing", "price_state": "none", "accepted": 0}
    told = {name: value for name, value in state.items() if name in table.columns}
    ended = {"status": "merged", "merged_into": merged_into}
    return product(table, product_key, day, **{**nothing, **lists, **told, **ended})


def reviewed_attribute(product_key: str = "k1", attribute: str = "color", **values: Any) -> Row:
    """A row of REVIEWED_ATTRIBUTES."""
    sane = {
        "day": date(1), "value": "Black", "state": "accepted", "method": "rule", "model_version": "v1",
        "alternatives": [], "question_id": "q1",
    }  # fmt: skip
    return _row(REVIEWED_ATTRIBUTES, {**sane, "product_key": product_key, "attribute": attribute, **values})


def alias(alias_key: str, product_key: str, reason: str = "member") -> Row:
    """A row of PRODUCT_ALIASES."""
    return _row(PRODUCT_ALIASES, {"alias_key": alias_key, "product_key": product_key, "reason": reason})


class MemoryLake:
    """A lake that forgets: what stages read and write, without files. Commits are counted by table."""

    def __init__(self) -> None:
        self.tables: dict[str, pl.DataFrame] = {}
        self.commits: dict[str, int] = {}

    def scan(self, name: str, **partition: Any) -> pl.LazyFrame:
        """As `resources.lake.Lake.scan`."""
        rows = self.tables.get(name, TABLES[name].empty()).lazy()
        return rows.filter(*(pl.col(key) == value for key, value in partition.items())) if partition else rows

    def read(self, name: str, **partition: Any) -> pl.DataFrame:
        """As `resources.lake.Lake.read`."""
        return self.scan(name, **partition).collect()

    def replace(self, name: str, rows: pl.DataFrame, **where: Any) -> None:
        """As `resources.lake.Lake.replace`."""
        inside = pl.all_horizontal(pl.lit(True), *(pl.col(key) == value for key, value in where.items()))
        self._write(name, pl.concat([self.read(name).filter(~inside), self._conform(name, rows)]))

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """As `resources.lake.Lake.append`."""
        self._write(name, pl.concat([self.read(name), self._conform(name, rows)]))

    def merge(self, name: str, rows: pl.DataFrame, gone: pl.Series) -> None:
        """As `resources.lake.Lake.merge`."""
        (key,) = TABLES[name].key
        changed = pl.concat([rows[key].cast(pl.String), gone.cast(pl.String)])
        kept = self.read(name).filter(~pl.col(key).is_in(changed.implode()))
        self._write(name, pl.concat([kept, self._conform(name, rows)]))

    def _conform(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.select(pl.col(column).cast(dtype) for column, dtype in TABLES[name].schema.items())

    def _write(self, name: str, rows: pl.DataFrame) -> None:
        self.tables[name] = rows
        self.commits[name] = self.commits.get(name, 0) + 1


def world(lake: MemoryLake | None = None, **parts: Any) -> Any:
    """Something with a lake that stages take for a World."""
    return SimpleNamespace(lake=lake or MemoryLake(), **parts)


__all__ = [
    "CATALOG_PRODUCTS", "CATEGORY", "KNOWN", "MATCHED_PRODUCTS", "OTHER_CATEGORY", "PRODUCT_ALIASES",
    "REVIEWED_ATTRIBUTES", "REVIEWED_PRODUCTS", "STANDARDIZED_PRODUCTS", "VALIDATED_PRODUCTS", "MemoryLake", "Row",
    "alias", "conflict", "date", "frame", "member", "offer", "product", "reviewed_attribute", "tombstone", "world",
]  # fmt: skip
