"""How a stage appears in Dagster: one asset a table, its checks, its lineage metadata.

Belongs here: the one factory that makes assets of a stage, and what a run shows. Does not belong here: any particular
stage, and how it runs (`stages.py`).
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl
from dagster_pandera import pandera_schema_to_dagster_type

from catalog_assets.certainty.diagram import picture
from catalog_assets.partitions import days, days_and_sources, partition_of
from catalog_assets.reviewed.reliability import panels_of
from catalog_assets.stages import Report, Stage, World, execute
from catalog_assets.vocabulary.columns import TABLES, Table

SAMPLE = 10
BALANCE = "ledger_balances"
CONTRACT = "contract"


class WorldResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The outside world, opened from a configuration file (empty: CATALOG_CONFIG, else ./catalog.yaml)."""

    config_path: str = ""

    def open(self) -> World:
        """Open it. Raises ConfigurationError."""
        from catalog_assets.configuration import load
        from resources import open_world

        return open_world(load(self.config_path or None))


def stage_assets(
    stage: Stage, catalog: Any, deps: Sequence[dg.AssetDep], kinds: set[str] | None = None
) -> dg.AssetsDefinition:
    """The assets of a stage: one for each of its tables, materialized together."""
    specs = [
        dg.AssetSpec(
            name,
            deps=deps,
            description=_description(TABLES[name], stage),
            metadata={"dagster/column_schema": contract_schema(stage, name), "grain": TABLES[name].grain},
            kinds=kinds or {"polars", "deltalake"},
            group_name="catalogue",
            tags={"unit": stage.unit},
        )
        for name in stage.tables
    ]
    checks = [
        dg.AssetCheckSpec(
            CONTRACT, asset=name, blocking=True,
            description=f"Pandera contract of {name}: its columns, its key, and each rule, on the committed rows.",
        )
        for name in stage.contracts
    ]  # fmt: skip
    checks.append(
        dg.AssetCheckSpec(
            BALANCE, asset=stage.tables[0], blocking=True,
            description=f"Of the {stage.unit} received each has exactly one fate, by recount of the tables.",
        )
    )  # fmt: skip
    checks.extend(dg.AssetCheckSpec(w.name, asset=stage.name, description=w.description) for w in stage.warnings)
    partitions = days_and_sources(catalog) if stage.per_source else days(catalog)

    @dg.multi_asset(name=stage.name, specs=specs, check_specs=checks, partitions_def=partitions)
    def materialize_stage(context: dg.AssetExecutionContext, world: WorldResource) -> Iterator[Any]:
        opened = world.open()
        partition = partition_of(context.partition_key)
        report = execute(stage, opened, partition, context.run_id)
        context.log.info(sentence(report))
        for name in stage.tables:
            yield dg.MaterializeResult(asset_key=name, metadata=metadata(report, opened, name))
        yield from check_results(report)

    return materialize_stage


def _description(table: Table, stage: Stage) -> str:
    key = ", ".join(table.key)
    return f"One row is {table.grain} (key: {key}). {(stage.run.__doc__ or '').strip()}"


def column_schema(table: Table) -> dg.TableSchema:
    """The registry's columns in Dagster's form."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name, str(column.dtype), description=column.meaning,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=(name,) == table.key),
            )
            for name, column in table.columns.items()
        ]
    )  # fmt: skip


def contract_schema(stage: Stage, name: str) -> dg.TableSchema:
    """A table's columns, with the rules of its Pandera contract where it has one."""
    if name not in stage.contracts:
        return column_schema(TABLES[name])
    promised = pandera_schema_to_dagster_type(stage.contracts[name]).metadata["schema"]
    rules = promised.schema.constraints if isinstance(promised, dg.TableSchemaMetadataValue) else None
    return dg.TableSchema(column_schema(TABLES[name]).columns, rules)


REVIEWED_VALUES = frozenset({"category", "description"})
"""Columns of a reviewed product that are chosen among proposals, whose values are rows."""


def column_lineage(table: str, reads: Sequence[str]) -> dg.TableColumnLineage:
    """Which upstream column a column comes from: the one of its name in the first of the tables read that has it; every
    field of an offer from the payload; a value that was chosen among proposals from theirs."""
    found: dict[str, list[dg.TableColumnDep]] = {}
    for name in TABLES[table].columns:
        if table == "reviewed_products" and name in REVIEWED_VALUES:
            found[name] = [dg.TableColumnDep(dg.AssetKey("enriched_attributes"), "value")]
            continue
        origin = next((up for up in reads if name in TABLES[up].columns), None)
        if origin is not None:
            found[name] = [dg.TableColumnDep(dg.AssetKey(origin), name)]
        elif table == "standardized_products":
            found[name] = [dg.TableColumnDep(dg.AssetKey("raw_products"), "payload")]
    return dg.TableColumnLineage(found)


def metadata(report: Report, world: World, table: str) -> dict[str, Any]:
    """What the run's page shows: rows, fates, lineage, pictures of what was refused."""
    partition = report.partition
    told: dict[str, Any] = {
        "dagster/row_count": _rows(report, world, table),
        "dagster/column_lineage": column_lineage(table, report.stage.reads),
        "fates": _table([{"received": report.balance.received, **report.balance.counts}]),
        "seconds": dict(report.seconds),
        "changed": report.changed,
        "version": world.lake.version(table) or 0,
        **{name: _value(value) for name, value in report.details.items()},
        **_lineage(report, world),
        **pictures(report, table),
    }
    refused = world.lake.scan("quarantine", stage=report.stage.name, day=partition.day, source=partition.source)
    sample = refused.select("rule", "message", "file", "record_number", "payload").head(SAMPLE).collect()
    if sample.height:
        short = sample.with_columns(pl.col("payload").str.head(200))
        told["quarantined_sample"] = _table(short.with_columns(pl.all().cast(pl.String).fill_null("")).to_dicts())
    return told


def _rows(report: Report, world: World, table: str) -> int:
    """Rows of the partition; of a table that has none, all of its rows."""
    if TABLES[table].partition:
        return report.rows[table]
    return int(world.lake.scan(table).select(pl.len()).collect().item())


def _lineage(report: Report, world: World) -> dict[str, Any]:
    """Source, deliveries, model version and annotators, wherever the stage has them."""
    told: dict[str, Any] = {}
    if report.stage.per_source:
        told["source"] = report.partition.source
        known = world.lake.scan("deliveries", day=report.partition.day, source=report.partition.source)
        told["delivery_paths"] = known.sort("sequence").select("path").collect()["path"].to_list()
    if report.stage.name in ("enriched_products", "reviewed_products"):
        told["model_version"] = f"{world.enricher.name} {world.enricher.version}"
    return told


def pictures(report: Report, table: str) -> dict[str, Any]:
    """How sure and how right decided values were, where the stage tells it; once for all of its tables."""
    if "reliability" not in report.details or table != report.stage.name:
        return {}
    svg = picture(f"Decided values of {report.partition.day}", panels_of(report.details["reliability"]))
    data = base64.b64encode(svg.encode()).decode()
    return {"reliability_picture": dg.MetadataValue.md(f"![Reliability](data:image/svg+xml;base64,{data})")}


def _value(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return _table(value)
    return value


def _table(rows: Sequence[Mapping[str, Any]]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table([dg.TableRecord(dict(row)) for row in rows])


def check_results(report: Report) -> Iterator[dg.AssetCheckResult]:
    """One result for each check of the stage."""
    for name, broken in report.violations.items():
        rows: dict[str, Any] = {"rows": report.rows.get(name, 0)}
        described = {"broken": _table(broken.to_dicts())} if broken.height else rows
        yield dg.AssetCheckResult(
            passed=broken.is_empty(), asset_key=name, check_name=CONTRACT, metadata=described,
            description="" if broken.is_empty() else f"Broken: {', '.join(broken['check'].to_list())}",
        )  # fmt: skip
    counts: dict[str, Any] = {"received": report.balance.received, **report.balance.counts}
    yield dg.AssetCheckResult(
        passed=report.balance.holds, asset_key=report.stage.tables[0], check_name=BALANCE, metadata=counts,
        description=report.balance.sentence(),
    )  # fmt: skip
    for warning in report.stage.warnings:
        told = warning.told(report.details)
        yield dg.AssetCheckResult(
            passed=not told, asset_key=report.stage.name, check_name=warning.name,
            severity=dg.AssetCheckSeverity.WARN, description=told,
        )  # fmt: skip


def sentence(report: Report) -> str:
    """One line for the log."""
    counts = ", ".join(f"{count:,} {fate}" for fate, count in report.balance.counts.items() if count)
    return (
        f"{report.stage.name} {report.partition}: {report.balance.received:,} {report.stage.unit}: {counts or 'none'}"
    )
