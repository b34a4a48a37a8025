"""All Dagster definitions; production and tests build them the same way.

Belongs here: putting assets, jobs, sensors and resources together. Does not belong here: what any of them does.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from catalog_assets.asked.assets import assets as asked
from catalog_assets.asked.stage import asks
from catalog_assets.configuration import Catalog, load
from catalog_assets.enriched.assets import assets as enriched
from catalog_assets.matched.assets import assets as matched
from catalog_assets.materialize import WorldResource
from catalog_assets.partitions import days, days_and_sources
from catalog_assets.raw.assets import assets as raw
from catalog_assets.reviewed.assets import assets as reviewed
from catalog_assets.standardized.assets import assets as standardized
from catalog_assets.validated.assets import assets as validated
from catalog_assets.warehouse.assets import assets as warehouse
from catalog_assets.warehouse.assets import dbt_executable, project
from sensors.acceptance import acceptance_daily, acceptance_watch
from sensors.arrivals import arrivals_sensor
from sensors.days import ASKING_JOB, days_sensor
from sensors.questions import questions_sensor
from sensors.review import review_hourly, review_watch

ARRIVAL_JOB, DAY_JOB, WAREHOUSE_JOB = "arrival", "day", "warehouse"
ARRIVAL_ASSETS = ("deliveries", "raw_products", "standardized_products")
DAY_ASSETS = (
    "matched_products", "matched_pairs", "enriched_attributes", "enriched_products", "reviewed_attributes",
    "reviewed_products",
    "validated_products", "catalog_products", "product_aliases",
)  # fmt: skip


def build_defs(catalog: Catalog | None = None, resources: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Everything that Dagster shows. `resources` replaces some of the resources, as tests do."""
    catalog = catalog or load()
    stages = [a for make in (raw, standardized, matched, asked, enriched, reviewed, validated) for a in make(catalog)]
    loaded = warehouse(catalog)
    daily = dg.AssetSelection.assets(*(("model_proposals",) if asks(catalog) else ()), *DAY_ASSETS)
    jobs = [
        dg.define_asset_job(
            ARRIVAL_JOB, dg.AssetSelection.assets(*ARRIVAL_ASSETS), partitions_def=days_and_sources(catalog),
            description="Land a source's files of a day and standardize them.",
        ),
        dg.define_asset_job(
            DAY_JOB, daily, partitions_def=days(catalog),
            description="Take a day from standardized offers to the catalogue, with the sources that are there.",
        ),
        dg.define_asset_job(
            WAREHOUSE_JOB, dg.AssetSelection.assets(*loaded[1:]), partitions_def=days(catalog),
            description="Build the star schema for the products that the days touch (dbt).",
        ),
    ]  # fmt: skip
    asking = [asking_job(catalog)] if asks(catalog) else []
    defaults = {
        "world": WorldResource(),
        "dbt": DbtCliResource(project_dir=project(catalog), dbt_executable=dbt_executable()),
    }
    return dg.Definitions(
        assets=[*stages, *loaded],
        jobs=[*jobs, acceptance_watch, review_watch, *asking],
        schedules=[acceptance_daily, review_hourly],
        sensors=[arrivals_sensor(catalog, ARRIVAL_JOB), days_sensor(catalog, jobs), *map(questions_sensor, asking)],
        resources={**defaults, **(resources or {})},
        executor=dg.in_process_executor,
    )


def asking_job(catalog: Catalog) -> Any:
    """The job that asks language models; the day's own job never waits for it."""
    return dg.define_asset_job(
        ASKING_JOB, dg.AssetSelection.assets("model_replies"), partitions_def=days(catalog),
        description="Ask language models what is open on a day, within the budgets.",
    )  # fmt: skip
