"""Writing a simulation: the files in the inbox, and the truth beside it.

Belongs here: files, their times, progress. Does not belong here: what stands in them.
"""

import datetime as dt
import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, cast

import polars as pl

from catalog_assets.simulator import acme, bazaar, nordwind, offers, records, world
from catalog_assets.simulator.plan import Delivery, Plan, schedule, suppliers

Progress = Callable[[str, int, int], None]
"""Called with what is being written, how many records of it are done, and how many there are."""

LAYOUTS: Mapping[str, ModuleType] = {"nordwind": nordwind, "acme_wholesale": acme, "bazaar": bazaar}
GZIP_LEVEL = 2


@dataclass(frozen=True)
class WrittenFile:
    """One delivery as written: `path` absolute, `records` as the supplier counts them (without a header)."""

    path: Path
    day: dt.date
    supplier: str
    kind: str
    delivered_at: dt.datetime
    records: int


@dataclass(frozen=True)
class Written:
    """What a simulation wrote."""

    folder: Path
    files: tuple[WrittenFile, ...]
    truth: tuple[Path, ...]

    @property
    def records(self) -> int:
        """Records of all files."""
        return sum(file.records for file in self.files)


def source_blocks(plan: Plan) -> dict[str, dict[str, Any]]:
    """The `sources:` of a catalog.yaml whose home is the folder of the simulation."""
    return {supplier.name: LAYOUTS[supplier.archetype].source_block(supplier) for supplier in suppliers(plan)}


def simulate(plan: Plan, folder: Path, progress: Progress | None = None) -> Written:
    """Write <folder>/inbox/<supplier>/<day>/<file> for each delivery, and <folder>/truth/*.parquet.

    The same plan writes the same bytes and file times. Raises FileExistsError where a day's folder of a supplier holds
    files of another origin: truth would not be true of them.
    """
    folder = Path(folder).absolute()
    told = progress or _silent
    _refuse_foreign(plan, folder)
    told("products", 0, plan.products)
    catalogue = world.build(plan)
    told("products", plan.products, plan.products)
    ranges = offers.ranges(plan, catalogue)
    files: list[WrittenFile] = []
    fates: list[pl.DataFrame] = []
    for offered in ranges:
        for day in range(plan.days):
            due = [d for d in schedule(plan, offered.supplier) if d.day == day]
            written = [_write(plan, catalogue, offered, delivery, folder, told) for delivery in due]
            files += [file for file, _ in written]
            fates += records.settled([frame for _, frame in written])
    told("truth", 0, 1)
    truth = _write_truth(plan, catalogue, ranges, files, fates, folder)
    told("truth", 1, 1)
    return Written(folder, tuple(sorted(files, key=lambda f: (f.day, f.delivered_at, f.supplier))), truth)


def _silent(what: str, done: int, total: int) -> None:
    return None


def _place(plan: Plan, folder: Path, delivery: Delivery) -> Path:
    return folder / "inbox" / delivery.supplier.name / plan.day(delivery.day).isoformat() / delivery.name


def _refuse_foreign(plan: Plan, folder: Path) -> None:
    for supplier in suppliers(plan):
        own = {_place(plan, folder, delivery) for delivery in schedule(plan, supplier)}
        for place in {path.parent for path in own}:
            foreign = sorted(path.name for path in place.glob("*") if path not in own) if place.is_dir() else []
            if foreign:
                raise FileExistsError(
                    f"{place} holds files that are not of this simulation ({', '.join(foreign[:3])}); "
                    "simulate into another folder, or remove them."
                )


def _write(
    plan: Plan, catalogue: world.World, offered: offers.Range, delivery: Delivery, folder: Path, told: Progress
) -> tuple[WrittenFile, pl.DataFrame]:
    layout, supplier = LAYOUTS[delivery.supplier.archetype], delivery.supplier
    rows = records.records(plan, catalogue, offered, delivery)
    path = _place(plan, folder, delivery)
    path.parent.mkdir(parents=True, exist_ok=True)
    label = f"{supplier.name} {plan.day(delivery.day)} {delivery.name}"
    told(label, 0, rows.height)
    verdicts: list[pl.DataFrame] = []
    done = 0
    with _opened(path) as out:
        if layout.HEADER is not None:
            out.write((layout.HEADER + layout.LINE_END).encode())
        for part in records.chunks(catalogue, offered, delivery, rows):
            rendered = layout.render(plan, supplier, part)
            out.write((rendered.lines.str.join(layout.LINE_END).item() + layout.LINE_END).encode())
            verdicts.append(records.verdicts(part, rendered, delivery))
            done += part.height
            told(label, done, rows.height)
    moment = int(delivery.delivered_at.timestamp()) * 10**9
    os.utime(path, ns=(moment, moment))
    file = WrittenFile(path, plan.day(delivery.day), supplier.name, delivery.kind, delivery.delivered_at, rows.height)
    return file, pl.concat(verdicts) if verdicts else records.NO_VERDICTS


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file for writing; compressed, without a name or time in it, where its name says so."""
    with path.open("wb") as out:
        if path.suffix != ".gz":
            yield out
            return
        with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=out, mtime=0) as packed:
            yield cast(BinaryIO, packed)


def _write_truth(
    plan: Plan,
    catalogue: world.World,
    ranges: list[offers.Range],
    files: list[WrittenFile],
    fates: list[pl.DataFrame],
    folder: Path,
) -> tuple[Path, ...]:
    place = folder / "truth"
    place.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Callable[[], pl.DataFrame]] = {
        "products": lambda: world.products_truth(plan, catalogue),
        "attributes": lambda: world.attributes_truth(catalogue),
        "offers": lambda: pl.concat([_offers_truth(plan, catalogue, offered) for offered in ranges]),
        "prices": lambda: pl.concat([p for offered in ranges for p in _prices_truth(plan, catalogue, offered)]),
        "records": lambda: pl.concat(
            [_records_truth(file, frame, folder) for file, frame in zip(files, fates, strict=True)]
        ),
    }
    paths = []
    for name, make in tables.items():
        path = place / f"{name}.parquet"
        make().write_parquet(path, compression="zstd", compression_level=1)
        paths.append(path)
    return tuple(paths)


def _offers_truth(plan: Plan, catalogue: world.World, offered: offers.Range) -> pl.DataFrame:
    """truth/offers: source, product_id, true_id, first_day, last_day (the last day with it)."""
    rows = pl.concat(
        [offered.frame, catalogue.at(offered.frame["true_id"].to_numpy()).drop("true_id")], how="horizontal"
    )
    layout = LAYOUTS[offered.supplier.archetype]
    days = pl.date_range(plan.start, plan.day(plan.days - 1), eager=True)
    last = pl.min_horizontal(pl.col("ends") - 1, plan.days - 1)
    return rows.select(
        pl.lit(offered.supplier.name).alias("source"),
        layout.product_ids(offered.supplier, rows).alias("product_id"),
        "true_id",
        days.gather(rows["first"]).alias("first_day"),
        days.gather(rows.select(last).to_series()).alias("last_day"),
    )


def _prices_truth(plan: Plan, catalogue: world.World, offered: offers.Range) -> Iterator[pl.DataFrame]:
    """truth/prices: true_id, day, source, price, currency; one row an offer and day on which it is offered."""
    for day in range(plan.days):
        cents, _ = offers.cents(plan, catalogue, offered, day)
        yield (
            offered.frame.with_columns(pl.Series(cents).alias("cents"))
            .filter((pl.col("first") <= day) & (pl.col("ends") > day))
            .select(
                "true_id",
                pl.lit(plan.day(day)).alias("day"),
                pl.lit(offered.supplier.name).alias("source"),
                (pl.col("cents").cast(pl.Decimal(18, 4)) / 100).cast(pl.Decimal(18, 4)).alias("price"),
                pl.lit(offered.supplier.currency).alias("currency"),
            )
        )


def _records_truth(file: WrittenFile, fates: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """truth/records: source, day, file (from the folder), record_number, product_id, fate, reason, true_id."""
    return fates.select(
        pl.lit(file.supplier).alias("source"),
        pl.lit(file.day).alias("day"),
        pl.lit(file.path.relative_to(folder).as_posix()).alias("file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("record_number"),
        "product_id",
        "fate",
        "reason",
        "true_id",
    )
