"""The dbt-duckdb plugin through which dbt reads the lake.

Belongs here: handing a lake table to DuckDB as a Polars scan, and deriving dbt's list of sources from the column
registry. Does not belong here: starting dbt (`warehouse.py`), writing the lake (`lake.py`).

dbt-duckdb's own `delta` plugin reads through PyArrow datasets, which cannot filter the `string_view` columns that
Polars and delta-rs write. DuckDB pushes the columns and the filters of a query down into a Polars scan, so that one
day of a table reads the files of that day only. No DuckDB extension is needed.
"""

from typing import Any

import polars as pl
import yaml
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import SourceConfig
from dbt_common.invocation import get_invocation_id
from deltalake import DeltaTable

from catalog_assets.vocabulary.columns import TABLES
from resources.lake import Lake, s3_options

SOURCES = (
    "validated_products",
    "catalog_products",
    "product_aliases",
    "quarantine",
    "stage_ledger",
    "reviewed_attributes",
    "deliveries",
)
"""The lake tables that dbt reads."""


class LakeNotNamedError(Exception):
    """dbt was started without being told where the lake is."""

    def __init__(self, table: str) -> None:
        super().__init__(f"Cannot read {table}: set CATALOG_LAKE to the lake's folder or s3:// address.")
        self.table = table


class UnknownTableError(Exception):
    """A dbt source names a table that the column registry does not have."""

    def __init__(self, table: str) -> None:
        super().__init__(f"The lake has no table '{table}'; sources may name {', '.join(sorted(TABLES))}.")
        self.table = table


def snapshot(lake: Lake, name: str) -> pl.LazyFrame:
    """The table as it stands now: later commits do not change the scan. Without rows if it was never written."""
    if name not in TABLES:
        raise UnknownTableError(name)
    if not lake.exists(name):
        return TABLES[name].empty().lazy()
    table = DeltaTable(lake.location(name), storage_options=lake.options)
    return pl.scan_delta(table)


class Plugin(BasePlugin):
    """dbt-duckdb finds this class by its name. Configuration: `lake` (folder or s3:// address), `s3_endpoint`."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the configuration of the profile."""
        uri = str(plugin_config.get("lake") or "")
        options = s3_options(plugin_config.get("s3_endpoint") or None) if uri.startswith("s3://") else None
        self._lake = Lake(uri, options) if uri else None
        self._invocation = ""
        self._snapshots: dict[str, pl.LazyFrame] = {}

    def load(self, source_config: SourceConfig) -> pl.LazyFrame:
        """The source's table, for all models and tests of one dbt command as it stood when first asked for."""
        name = source_config.identifier
        if self._lake is None:
            raise LakeNotNamedError(name)
        if self._invocation != get_invocation_id():
            self._invocation, self._snapshots = get_invocation_id(), {}
        if name not in self._snapshots:
            self._snapshots[name] = snapshot(self._lake, name)
        return self._snapshots[name]

    def default_materialization(self) -> str:
        """A view: a table would be a copy."""
        return "view"


def sources_document() -> dict[str, Any]:
    """What `dbt_models/models/staging/sources.yml` has to say, from the column registry."""
    tables = []
    for table in (TABLES[name] for name in SOURCES):
        columns = [{"name": name, "description": column.meaning} for name, column in table.columns.items()]
        meta = {"dagster": {"asset_key": [table.name]}}
        tables.append({"name": table.name, "description": table.grain, "config": {"meta": meta}, "columns": columns})
    source = {
        "name": "lake",
        "description": "Delta tables of the lake, read by resources/lake_plugin.py.",
        "database": "lake",
        "schema": "main",
        "config": {"meta": {"plugin": "lake"}},
        "tables": tables,
    }
    return {"version": 2, "sources": [source]}


if __name__ == "__main__":
    print("# Derived from the column registry: python -m resources.lake_plugin > dbt_models/models/staging/sources.yml")
    print(yaml.safe_dump(sources_document(), sort_keys=False, allow_unicode=True, width=120), end="")
