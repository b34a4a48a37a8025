"""What a stage is, and the one way in which it runs, commits and is recounted.

Belongs here: the order of commits, marks, locks, fingerprints, the recount. Does not belong here: Dagster (each
stage's `assets.py`), and what any particular stage does (its `stage.py`).

The order of commits is: the mark is taken away; quarantine; fates; tables; the mark. Whoever is killed in between
leaves a partition without a mark, which nobody reads and `catalog status` shows.
"""

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandera.polars as pa
import polars as pl

from catalog_assets.configuration import Catalog, fingerprint
from catalog_assets.contracts import violations
from catalog_assets.ledger import FATES, Balance, balance, content_fingerprint
from catalog_assets.vocabulary.columns import QUARANTINE, RECORD_FATES, STAGE_LEDGER, TABLES

if TYPE_CHECKING:
    from catalog_assets.enriched.protocol import Enricher
    from resources.lake import Lake
    from resources.landing import Landing
    from resources.language_model.protocol import LanguageModel
    from resources.review.protocol import ReviewStore

ALL = "*"
Place = dict[str, str | dt.date]
"""Partition values: stage, day, source."""
REREADS = 3
Reach = Literal["partition", "until", "all"]
"""Of which partitions of its upstream a stage reads: its own, those of its day and earlier, or all."""


@dataclass(frozen=True)
class Partition:
    """A day, and a source where the stage has them apart."""

    day: dt.date
    source: str = ALL

    def __str__(self) -> str:
        return self.day.isoformat() if self.source == ALL else f"{self.day.isoformat()}|{self.source}"


@dataclass(frozen=True)
class World:
    """All that a stage may touch: configuration, lake, landing zone, review store, enricher, locks, language model."""

    catalog: Catalog
    lake: "Lake"
    landing: "Landing"
    review: "ReviewStore"
    enricher: "Enricher"
    lock: Callable[[str], AbstractContextManager[None]]
    model: "LanguageModel | None" = None


class StageError(Exception):
    """A stage cannot run or did not hold; the message says which partition, why, and what to do."""


NO_FATES = pl.DataFrame(
    schema={name: RECORD_FATES.columns[name].dtype for name in ("record_id", "fate", "reason", "into", "product_id")}
)
NO_QUARANTINE = pl.DataFrame(
    schema={
        name: column.dtype
        for name, column in QUARANTINE.columns.items()
        if name not in ("stage", "day", "source", "run_id", "status")
    }
)


@dataclass(frozen=True)
class Outcome:
    """What a stage computed, before anything is committed.

    `received` holds the ids of the units in the input. `fates` (record_id, fate, reason, into, product_id) and
    `quarantine` (quarantine's columns but stage, day, source, run_id, status) tell of units that were not passed on.
    `inputs` is given by stages that read facts which may change at any time (deliveries, decisions): the fingerprint
    of the inputs with the facts that were really read. `notes` tell of this run alone (how many were asked anew): they
    go to the run's metadata, never into a table. `settle` brings the review queue in line once the tables stand.
    """

    received: pl.Series
    tables: Mapping[str, pl.DataFrame]
    fates: pl.DataFrame = field(default_factory=NO_FATES.clone)
    quarantine: pl.DataFrame = field(default_factory=NO_QUARANTINE.clone)
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    inputs: str | None = None
    settle: Callable[[], None] | None = None


@dataclass(frozen=True)
class Warn:
    """A check of a stage that may fail without stopping anything. `told(details)`: a sentence where it fails, else
    nothing; `details` are those of the run's outcome."""

    name: str
    description: str
    told: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline.

    `inputs(world, partition)`: fingerprint of all that the partition is computed from, cheap, from marks and journal.
    `run(world, partition, run_id)`: computes. `recount(tables)`: ids by fate, from the committed tables, of the units
    that these tables show; fates and quarantine are recounted from their own tables.
    `commit` replaces the plain writing of tables. `exclusive`: partitions share rows, so one runs at a time.
    `reads`: the tables that it computes its own from, the one that has the last word on a column first.
    `warnings`: checks that stop nothing. `wanted`: whether the configuration has a use for the stage at all.
    `upstream`: stages whose marks `run` relies on; it is read again when one of them moved meanwhile, within `reach`.
    """

    name: str
    unit: str
    tables: tuple[str, ...]
    per_source: bool
    upstream: tuple[str, ...]
    reads: tuple[str, ...]
    reach: Reach
    contracts: Mapping[str, type[pa.DataFrameModel]]
    inputs: Callable[[World, Partition], str]
    run: Callable[[World, Partition, str], Outcome]
    recount: Callable[[World, Partition], Mapping[str, pl.Series]]
    commit: Callable[[World, Partition, Outcome, str], None] | None = None
    exclusive: bool = False
    warnings: tuple[Warn, ...] = ()
    wanted: Callable[[Catalog], bool] = lambda catalog: True

    def committed(self, world: World, partition: Partition, table: str) -> pl.DataFrame:
        """The partition's rows of one of the stage's tables, as committed."""
        keys: Place = {"day": partition.day, "source": partition.source}
        return world.lake.read(table, **{key: keys[key] for key in TABLES[table].partition if key in keys})


@dataclass(frozen=True)
class Report:
    """What a run of a stage did, for metadata, checks and the terminal."""

    stage: Stage
    partition: Partition
    balance: Balance
    violations: Mapping[str, pl.DataFrame]
    rows: Mapping[str, int]
    details: Mapping[str, Any]
    seconds: Mapping[str, float]
    changed: bool

    @property
    def holds(self) -> bool:
        """Whether the balance and every contract hold."""
        return self.balance.holds and not any(len(found) for found in self.violations.values())


def execute(stage: Stage, world: World, partition: Partition, run_id: str) -> Report:
    """Run a stage for a partition and commit it. Raises StageError if its input keeps moving."""
    clock = Clock()
    with world.lock(stage.name if stage.exclusive else f"{stage.name}-{partition}"):
        before = mark(world, stage.name, partition)
        for _ in range(REREADS):
            seen = upstream_marks(stage, world, partition)
            inputs = stage.inputs(world, partition)
            outcome = stage.run(world, partition, run_id)
            if upstream_marks(stage, world, partition).equals(seen):
                break
        else:
            raise StageError(f"{stage.name} {partition}: its input was rewritten while it ran; run it again.")
        clock.lap("compute")
        _withdraw_mark(world, stage, partition, before, run_id)
        _commit(stage, world, partition, outcome, run_id, before)
        clock.lap("commit")
        counted = recount(stage, world, partition, outcome.received)
        broken = check_contracts(stage, world, partition)
        clock.lap("check")
        written = _output_fingerprint(outcome)
        row = {
            "stage": stage.name, "day": partition.day, "source": partition.source, "run_id": run_id,
            "unit": stage.unit, "received": counted.received, **counted.counts,
            "balanced": counted.holds and not any(found.height for found in broken.values()),
            "input_fingerprint": outcome.inputs or inputs, "output_fingerprint": written,
            "details": _json(outcome.details),
        }  # fmt: skip
        _write_mark(world, stage, partition, row)
    changed = before is None or before["output_fingerprint"] != written
    rows = {name: frame.height for name, frame in outcome.tables.items()}
    return Report(stage, partition, counted, broken, rows, {**outcome.details, **outcome.notes}, clock.laps, changed)


def _commit(
    stage: Stage, world: World, partition: Partition, outcome: Outcome, run_id: str, before: dict[str, Any] | None
) -> None:
    place: Place = {"stage": stage.name, "day": partition.day, "source": partition.source}
    stamp = [pl.lit(value).alias(name) for name, value in {**place, "run_id": run_id}.items()]
    quarantine = outcome.quarantine.with_columns(*stamp, pl.lit("open").alias("status"))
    for table, rows in (("quarantine", quarantine), ("record_fates", outcome.fates.with_columns(*stamp))):
        if rows.height or _may_hold_rows(before):
            world.lake.replace(table, rows, **place)
    if stage.commit:
        stage.commit(world, partition, outcome, run_id)
    else:
        for name, frame in outcome.tables.items():
            where = {key: place[key] for key in TABLES[name].partition}
            world.lake.replace(name, frame.with_columns(pl.lit(run_id).alias("run_id")), **where)
    if outcome.settle:
        outcome.settle()


def _may_hold_rows(before: dict[str, Any] | None) -> bool:
    """Whether an earlier run may have left refused units or fates: most partitions have none, and need no commit."""
    if before is None:
        return False
    return not before["balanced"] or any(before[fate] for fate in FATES[1:])


def recount(stage: Stage, world: World, partition: Partition, received: pl.Series) -> Balance:
    """The balance, by recount from what is committed, against the ids that were received."""
    place: Place = {"stage": stage.name, "day": partition.day, "source": partition.source}
    shown = dict(stage.recount(world, partition))
    fates = world.lake.scan("record_fates", **place).select("record_id", "fate").collect()
    refused = world.lake.scan("quarantine", **place).select("record_id").unique().collect().to_series()
    for fate in FATES[1:]:
        listed = refused if fate == "quarantined" else fates.filter(pl.col("fate") == fate)["record_id"]
        if listed.len():
            ids = as_ids(listed, received.dtype)
            shown[fate] = pl.concat([shown[fate].rename(""), ids.rename("")]) if fate in shown else ids
    return balance(received, shown)


def as_ids(ids: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Ids in the form a stage counts them: text, or where there are very many, their 64-bit hash."""
    return ids if dtype == pl.String else ids.hash(seed=7)


def check_contracts(stage: Stage, world: World, partition: Partition) -> dict[str, pl.DataFrame]:
    """What the committed tables break of their contracts, by table."""
    found = {}
    for name, model in stage.contracts.items():
        found[name] = violations(model, stage.committed(world, partition, name))
    return found


def marks(world: World, stages: Iterable[str] | None = None) -> pl.DataFrame:
    """The ledger's marks of some stages: stage, day, source, run_id, balanced, fingerprints."""
    frame = world.lake.scan("stage_ledger")
    if stages is not None:
        frame = frame.filter(pl.col("stage").is_in(list(stages)))
    columns = ["stage", "day", "source", "run_id", "balanced", "received", "input_fingerprint", "output_fingerprint"]
    return frame.select(columns).sort("stage", "day", "source").collect()


def upstream_marks(stage: Stage, world: World, partition: Partition) -> pl.DataFrame:
    """Marks of the partitions that a stage reads for one of its own."""
    found = marks(world, stage.upstream)
    if stage.reach == "all":
        return found
    if stage.reach == "until":
        return found.filter(pl.col("day") <= partition.day)
    mine = pl.col("source") == partition.source if stage.per_source else pl.lit(True)
    return found.filter(pl.col("day") == partition.day, mine)


def mark(world: World, stage: str, partition: Partition) -> dict[str, Any] | None:
    """A partition's ledger row, None if it was never run."""
    place: Place = {"stage": stage, "day": partition.day, "source": partition.source}
    rows = world.lake.read("stage_ledger", **place).to_dicts()
    return rows[0] if rows else None


def require(world: World, stage: str, partition: Partition) -> dict[str, Any]:
    """The mark of an input partition. Raises StageError when it is missing or unbalanced."""
    row = mark(world, stage, partition)
    if row is None:
        raise StageError(f"{stage} {partition} has not been run; materialize it first.")
    if not row["balanced"]:
        raise StageError(f"{stage} {partition} is unfinished or does not balance; materialize it again first.")
    return row


def _withdraw_mark(
    world: World, stage: Stage, partition: Partition, before: dict[str, Any] | None, run_id: str
) -> None:
    """Say that the partition is being written, so that a kill leaves no old mark on new rows (A -> B -> A)."""
    zero = dict.fromkeys(("received", *FATES), 0)
    row = {
        "stage": stage.name, "day": partition.day, "source": partition.source, "run_id": run_id, "unit": stage.unit,
        **zero, "balanced": False, "input_fingerprint": "", "output_fingerprint": "", "details": "{}",
    }  # fmt: skip
    _write_mark(world, stage, partition, row)


def _write_mark(world: World, stage: Stage, partition: Partition, row: dict[str, Any]) -> None:
    frame = pl.DataFrame([row], schema=STAGE_LEDGER.schema)
    world.lake.replace("stage_ledger", frame, stage=stage.name, day=partition.day, source=partition.source)


def _output_fingerprint(outcome: Outcome) -> str:
    parts = [
        content_fingerprint(frame, tuple(c for c in TABLES[name].content if c in frame.columns))
        for name, frame in sorted(outcome.tables.items())
    ]
    parts.append(content_fingerprint(outcome.fates, tuple(NO_FATES.columns)))
    return fingerprint(*parts, _json(outcome.details))


def _json(details: Mapping[str, Any]) -> str:
    return json.dumps(details, sort_keys=True, default=str)


class Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap under a name."""
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
