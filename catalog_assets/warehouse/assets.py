"""The catalogue tables and the dbt models, as assets of the day.

Belongs here: wiring dbt's models to days. Does not belong here: building dbt's command line (`resources/warehouse.py`).
"""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets

from catalog_assets.configuration import Catalog
from catalog_assets.materialize import WorldResource, stage_assets
from catalog_assets.partitions import days
from catalog_assets.warehouse.loading import contents
from catalog_assets.warehouse.stage import STAGE
from resources.warehouse import dbt_arguments, environment, models_fingerprint, publish, record_loaded

PROJECT = Path(__file__).resolve().parents[2] / "dbt_models"


def project(catalog: Catalog) -> DbtProject:
    """The dbt project, parsed; its artifacts stand in the home, so that the code's folder is never written to."""
    target = catalog.home_path / "dbt"
    told, models = target / "models.txt", models_fingerprint()
    # By content: a home that was copied or restored has newer times than the models that it was parsed from.
    if not (target / "manifest.json").exists() or not told.exists() or told.read_text() != models:
        parse(catalog, target)
        told.write_text(models)
    return DbtProject(PROJECT, target_path=target, profiles_dir=PROJECT)


def dbt_executable() -> str:
    """dbt of this environment, whether or not it is on the PATH."""
    return str(Path(sys.executable).with_name("dbt"))


def parse(catalog: Catalog, target: Path) -> None:
    """Write the manifest that Dagster reads."""
    target.mkdir(parents=True, exist_ok=True)
    place = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target)]
    command = [dbt_executable(), "--quiet", "parse", *place, "--log-path", str(target)]
    done = subprocess.run(command, env=_environment(catalog), capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"dbt cannot read {PROJECT}:\n{done.stdout}{done.stderr}")


def _environment(catalog: Catalog) -> dict[str, str]:
    return {**os.environ, **environment(catalog.home_path, catalog.lake_uri, catalog.s3_endpoint)}


def assets(catalog: Catalog) -> list[Any]:
    """catalog_products, product_aliases, and dbt's models."""
    return [
        stage_assets(STAGE, catalog, [dg.AssetDep("validated_products")]),
        warehouse_assets(catalog, project(catalog)),
    ]


class _Translator(DagsterDbtTranslator):
    """dbt's models stand in one group beside the catalogue's tables."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return "warehouse"


def warehouse_assets(catalog: Catalog, prepared: DbtProject) -> dg.AssetsDefinition:
    """dbt's models and tests; one run builds any range of days."""
    translator = _Translator(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True))

    @dbt_assets(
        manifest=prepared.manifest_path,
        project=prepared,
        name="dbt_models",
        partitions_def=days(catalog),
        backfill_policy=dg.BackfillPolicy.single_run(),
        dagster_dbt_translator=translator,
        pool="warehouse",
    )
    def dbt_models(context: dg.AssetExecutionContext, dbt: DbtCliResource, world: WorldResource) -> Iterator[Any]:
        os.environ.update(environment(catalog.home_path, catalog.lake_uri, catalog.s3_endpoint))
        touched = [dt.date.fromisoformat(key) for key in context.partition_keys]
        arguments = dbt_arguments(touched, full_refresh=False)
        # Read before dbt reads: what changes meanwhile is then seen as not loaded yet, never as loaded.
        read = contents(world.open(), touched)
        yield from dbt.cli(arguments, context=context, target_path=catalog.home_path / "dbt" / "runs").stream()
        publish(catalog.home_path)
        record_loaded(catalog.home_path, read)

    return dbt_models
