"""The stages in order, and which of their partitions are done, stale or missing.

Belongs here: knowing all stages at once. Does not belong here: running them through Dagster (`definitions.py`).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from catalog_assets.asked.stage import STAGE as ASKED
from catalog_assets.configuration import Catalog, fingerprint
from catalog_assets.enriched.stage import STAGE as ENRICHED
from catalog_assets.matched.stage import STAGE as MATCHED
from catalog_assets.raw.stage import STAGE as RAW
from catalog_assets.reviewed.stage import STAGE as REVIEWED
from catalog_assets.stages import ALL, Partition, Report, Stage, StageError, World, execute, mark
from catalog_assets.standardized.stage import STAGE as STANDARDIZED
from catalog_assets.validated.stage import STAGE as VALIDATED
from catalog_assets.warehouse.stage import STAGE as CATALOG

STAGES: tuple[Stage, ...] = (RAW, STANDARDIZED, MATCHED, ASKED, ENRICHED, REVIEWED, VALIDATED, CATALOG)
ARRIVAL: tuple[Stage, ...] = (RAW, STANDARDIZED)
DAILY: tuple[Stage, ...] = (MATCHED, ASKED, ENRICHED, REVIEWED, VALIDATED, CATALOG)


def active(stages: Iterable[Stage], catalog: Catalog) -> tuple[Stage, ...]:
    """Those of the stages that the configuration has a use for."""
    return tuple(stage for stage in stages if stage.wanted(catalog))


@dataclass(frozen=True)
class State:
    """A partition of a stage: done, stale (its inputs changed since), open (unfinished or unbalanced) or missing."""

    stage: str
    partition: Partition
    state: str


def states(world: World, days: Iterable[dt.date] | None = None, stages: Iterable[Stage] = STAGES) -> list[State]:
    """The state of every partition for which something was delivered, in the order in which to run them."""
    world = replace(world, lake=world.lake.snapshot("stage_ledger", "deliveries", "corrections"))
    delivered = world.lake.scan("deliveries").select("day", "source").unique().collect()
    wanted = sorted(set(delivered["day"].to_list())) if days is None else sorted(days)
    found = []
    for stage in active(stages, world.catalog):
        for partition in _partitions(stage, delivered, wanted):
            # A source that the configuration no longer names has no partitions left to run, but its days have.
            if partition.source == ALL or partition.source in world.catalog.sources:
                found.append(State(stage.name, partition, _state(world, stage, partition)))
    return found


def _partitions(stage: Stage, delivered: pl.DataFrame, days: list[dt.date]) -> Iterator[Partition]:
    if not stage.per_source:
        present = set(delivered["day"].to_list())
        yield from (Partition(day) for day in days if day in present)
        return
    rows = delivered.filter(pl.col("day").is_in(days)).sort("day", "source")
    yield from (Partition(day, source) for day, source in rows.select("day", "source").iter_rows())


def _state(world: World, stage: Stage, partition: Partition) -> str:
    row = mark(world, stage.name, partition)
    if row is None:
        return "missing"
    if not row["balanced"]:
        return "open"
    try:
        return "done" if row["input_fingerprint"] == stage.inputs(world, partition) else "stale"
    except StageError:
        return "stale"


@dataclass(frozen=True)
class Lagging:
    """A partition with a stage that is not done: the first such stage, and it with the stages after it, to be run."""

    partition: Partition
    stages: tuple[Stage, ...]

    @property
    def assets(self) -> tuple[str, ...]:
        """The tables to materialize; what stands before them is left alone."""
        return tuple(name for stage in self.stages for name in stage.tables)


def lagging(world: World, days: Iterable[dt.date] | None, stages: tuple[Stage, ...]) -> Iterator[Lagging]:
    """Partitions in which one of these stages is not done, oldest first. `stages`: of one grain, in order."""
    stages = active(stages, world.catalog)
    firsts: dict[Partition, int] = {}
    for state in states(world, days, stages):
        if state.state != "done":
            position = next(i for i, stage in enumerate(stages) if stage.name == state.stage)
            firsts[state.partition] = min(position, firsts.get(state.partition, position))
    for partition in sorted(firsts, key=lambda p: (p.day, p.source)):
        yield Lagging(partition, stages[firsts[partition] :])


def wanted(world: World, found: Lagging) -> str:
    """Names the work: what the first stage that is not done would be computed from now."""
    first = found.stages[0]
    try:
        return fingerprint(first.name, first.inputs(world, found.partition))
    except StageError as error:
        return fingerprint(first.name, str(error))


def catch_up(world: World, run_id: str, failed: Callable[[str, Exception], None] | None = None) -> Iterator[Report]:
    """Run, without Dagster, whatever is not done, in order; used by previews, tests and benchmarks.

    A partition that fails is told to `failed`, which lets the others go on; without it, it ends the run.
    """
    for stage in STAGES:
        for partition in [s.partition for s in states(world, stages=[stage]) if s.state != "done"]:
            try:
                yield execute(stage, world, partition, run_id)
            except Exception as error:
                if failed is None:
                    raise
                failed(f"{stage.name} {partition}", error)


__all__ = ["ARRIVAL", "DAILY", "STAGES", "Lagging", "State", "active", "catch_up", "lagging", "states", "wanted"]
