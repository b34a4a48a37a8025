"""What a correction would change in the catalogue, computed beside it before it is stated.

Belongs here: a shadow of the lake in which the correction is tried, and the difference. Does not belong here: the
corrections themselves (`corrections.py`).
"""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import polars as pl

from catalog_assets.pipeline import catch_up
from catalog_assets.stages import World
from catalog_assets.vocabulary.columns import CATALOG_PRODUCTS
from resources.lake import Lake
from resources.landing import place
from resources.locks import file_locks
from resources.review.copying import copied
from resources.review.store import SqlReviewStore

SHOWN = (
    "name", "brand", "category", "price", "currency", "availability", "description", "gtin", "mpn", "base_price",
    "missing_required",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """Products that would appear, vanish, or change; changes has product_key, name, field, before, after. `failing`
    names partitions that cannot be run, and why: what they would change is not shown."""

    appear: pl.DataFrame
    vanish: pl.DataFrame
    changes: pl.DataFrame
    failing: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return self.appear.is_empty() and self.vanish.is_empty() and self.changes.is_empty()


def preview(world: World, correction: Callable[[World], object]) -> Difference:
    """Try a correction in a shadow of the world and tell what it would change in `catalog_products`.

    What is outstanding anyway is caught up first, so that only the correction's own changes show.
    """
    with shadow(world) as beside:
        _settle(beside)
        before = beside.lake.read("catalog_products")
        correction(beside)
        failing = _settle(beside)
        return replace(difference(before, beside.lake.read("catalog_products")), failing=failing)


def outstanding(world: World) -> Difference:
    """What running all that is stale, open or missing would change in `catalog_products`: after a change of vocabulary,
    rules or configuration what it does, before it is done."""
    with shadow(world) as beside:
        before = beside.lake.read("catalog_products")
        failing = _settle(beside)
        return replace(difference(before, beside.lake.read("catalog_products")), failing=failing)


def _settle(world: World) -> tuple[str, ...]:
    """Catch up; what fails, such as the very delivery that is about to be taken back, is named and passed over."""
    failing: list[str] = []
    for _ in catch_up(world, "preview", lambda place, error: failing.append(f"{place}: {error}")):
        pass
    return tuple(failing)


@contextmanager
def shadow(world: World) -> Iterator[World]:
    """The same world with a lake, locks and a review store of its own, in a temporary folder.

    A local lake is linked, not copied: its files are never changed in place.
    """
    folder = Path(tempfile.mkdtemp(prefix="preview-", dir=world.catalog.home_path))
    try:
        _clone(world.lake, world.catalog.s3_endpoint, folder / "lake")
        store = copied(cast(SqlReviewStore, world.review), folder / "review.sqlite")
        yield replace(world, lake=Lake(str(folder / "lake")), review=store, lock=file_locks(folder / "locks"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clone(lake: Lake, endpoint: str | None, target: Path) -> None:
    files = place(lake.uri, endpoint)
    for path in (file.path for file in files.files(lake.uri + ("/" if "://" in lake.uri else ""))):
        copy = target / path[len(lake.uri) :].lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        if "://" in path:
            copy.write_bytes(files.read(path, 2**40))
        else:
            _link(path, copy)


def _link(path: str, copy: Path) -> None:
    try:
        os.link(path, copy)
    except OSError:
        shutil.copy2(path, copy)


def difference(before: pl.DataFrame, after: pl.DataFrame) -> Difference:
    """What differs between two states of the catalogue."""
    key = CATALOG_PRODUCTS.key[0]
    brief = [key, "name", "brand", "price", "currency"]
    both = before.join(after, on=key, suffix="_after")
    changes = [_attribute_changes(both)]
    changes += [
        both.filter(~pl.col(name).eq_missing(pl.col(f"{name}_after"))).select(
            key,
            pl.col("name"),
            pl.lit(name).alias("field"),
            _as_text(pl.col(name), before.schema[name]).alias("before"),
            _as_text(pl.col(f"{name}_after"), before.schema[name]).alias("after"),
        )
        for name in SHOWN
    ]
    return Difference(
        after.join(before, on=key, how="anti").select(brief).sort(key),
        before.join(after, on=key, how="anti").select(brief).sort(key),
        pl.concat(changes).sort(key, "field"),
    )


def _as_text(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return value.list.join(", ") if isinstance(dtype, pl.List) else value.cast(pl.String)


def _attribute_changes(both: pl.DataFrame) -> pl.DataFrame:
    """Attributes that a product gains, loses or has otherwise: product_key, name, field, before, after."""
    key = CATALOG_PRODUCTS.key[0]
    amount = pl.concat_str("value", pl.concat_str(pl.lit(" "), "unit"), ignore_nulls=True)

    def listed(column: str, told: str) -> pl.DataFrame:
        rows = both.select(key, pl.col("name").alias("product"), column).explode(column).drop_nulls(column)
        return rows.unnest(column).select(key, "product", pl.col("name").alias("field"), amount.alias(told))

    compared = listed("attributes", "before").join(
        listed("attributes_after", "after"), on=[key, "product", "field"], how="full", coalesce=True
    )
    differing = compared.filter(~pl.col("before").eq_missing(pl.col("after")))
    return differing.select(key, pl.col("product").alias("name"), "field", "before", "after")


def replacement(
    now: dt.datetime, person: str, reason: str, delivery_id: str, data: bytes, path: str
) -> Callable[[World], str]:
    """A correction that puts other bytes in place of a delivery."""
    from catalog_assets.raw.deliveries import replace_delivery

    return lambda world: replace_delivery(world, delivery_id, data, path, person, reason, now)
