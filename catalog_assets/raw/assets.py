"""Landing and raw, as assets of day x source."""

import datetime as dt
from typing import Any

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.materialize import WorldResource, column_schema, stage_assets
from catalog_assets.partitions import days_and_sources, partition_of
from catalog_assets.raw.deliveries import known_deliveries, land
from catalog_assets.raw.stage import STAGE
from catalog_assets.vocabulary.columns import DELIVERIES


def assets(catalog: Catalog) -> list[Any]:
    """deliveries, raw_products."""

    @dg.asset(
        name="deliveries",
        partitions_def=days_and_sources(catalog),
        group_name="catalogue",
        kinds={"deltalake"},
        metadata={"dagster/column_schema": column_schema(DELIVERIES)},
        description="Files that arrived at the source's place: their bytes are stored first, then each is recorded, "
        "once, for ever.",
        check_specs=[dg.AssetCheckSpec("every_file_landed", asset="deliveries", description="No file was refused.")],
    )
    def deliveries(context: dg.AssetExecutionContext, world: WorldResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        opened = world.open()
        partition = partition_of(context.partition_key)
        landed = land(opened, partition, context.run_id, lambda: dt.datetime.now(dt.UTC))
        known = known_deliveries(opened, partition)
        check = dg.AssetCheckResult(
            passed=not landed.refused,
            check_name="every_file_landed",
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(f"{path}: {why}" for path, why in landed.refused),
        )
        told: dict[str, Any] = {
            "source": partition.source,
            "new": list(landed.new),
            "paths": known["path"].to_list(),
            "bytes": int(known["size_bytes"].sum()),
            "dagster/row_count": known.height,
        }
        return dg.MaterializeResult(metadata=told, check_results=[check])

    return [deliveries, stage_assets(STAGE, catalog, [dg.AssetDep("deliveries")])]
