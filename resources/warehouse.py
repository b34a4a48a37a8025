"""The warehouse: one DuckDB file that dbt builds from the lake.

Belongs here: dbt's command line and environment, and opening the file for people. Does not belong here: running dbt
(`catalog_assets/warehouse/assets.py`), what the tables hold (`dbt_models/`), how dbt reads the lake (`lake_plugin.py`).

A DuckDB file admits one writing process and no reader beside it. So dbt writes `warehouse.duckdb`, `publish` copies it
once a run has succeeded, and people read the copy: they never stop a run, and never see half of one.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parent.parent / "dbt_models"
"""The dbt project, profiles.yml included."""

WAREHOUSE = "warehouse.duckdb"
READERS_COPY = "warehouse.readers.duckdb"
LOADED = "warehouse.loaded.json"


class WarehouseAbsentError(Exception):
    """There is no warehouse yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no warehouse at {path}; build it first (materialize the dbt models of a day).")
        self.path = path


class WarehouseBusyError(Exception):
    """Another process has the warehouse open."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is open in another process; try again when its run is done. DuckDB says: {reason}")
        self.path = path
        self.reason = reason


def dbt_arguments(days: Sequence[dt.date] | None, full_refresh: bool) -> list[str]:
    """Arguments of dbt for these days, for all if None or `full_refresh`. Order and repetition of days do not matter.

    Unit tests of models are left out: they test code, not data, and run in the project's own tests.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if full_refresh:
        return [*arguments, "--full-refresh"]
    if days is None:
        return arguments
    return [*arguments, "--vars", json.dumps(_days_as_vars(sorted(set(days))))]


def _days_as_vars(days: list[dt.date]) -> dict[str, str | list[str]]:
    """A range where the days follow each other, else a list."""
    if len(days) > 1 and (days[-1] - days[0]).days == len(days) - 1:
        return {"from_day": days[0].isoformat(), "to_day": days[-1].isoformat()}
    return {"days": [day.isoformat() for day in days]}


def environment(home: Path, lake_uri: str, s3_endpoint: str | None) -> dict[str, str]:
    """What dbt's process must find in its environment, beside AWS_* where the lake is on S3.

    Paths are made absolute: dbt runs in the project's folder.
    """
    home = home.resolve()
    return {
        "CATALOG_WAREHOUSE": str(home / WAREHOUSE),
        "CATALOG_LAKE": lake_uri if "://" in lake_uri else str(Path(lake_uri).resolve()),
        "CATALOG_S3_ENDPOINT": s3_endpoint or "",
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(home / "dbt" / "target"),
        "DBT_LOG_PATH": str(home / "dbt" / "logs"),
    }


def publish(home: Path) -> Path:
    """Copy the warehouse for its readers and swap the copy in; who has the old one open keeps it. Returns its path.

    Raises WarehouseAbsentError, WarehouseBusyError.
    """
    source, copy = home / WAREHOUSE, home / READERS_COPY
    partial = copy.with_suffix(".partial")
    # The open connection keeps other processes from writing while the file is copied.
    with _open(source, read_only=False) as connection:
        connection.execute("checkpoint")
        shutil.copyfile(source, partial)
    os.replace(partial, copy)
    return copy


def record_loaded(home: Path, days: Mapping[dt.date, str]) -> None:
    """Remember which content of each day the published warehouse was built from.

    Beside the warehouse, not in it: asking must not depend on whether somebody has its file open.
    """
    known = {**loaded(home), **days}
    partial = home / f"{LOADED}.partial"
    partial.write_text(json.dumps({day.isoformat(): content for day, content in sorted(known.items())}, indent=0))
    os.replace(partial, home / LOADED)


def loaded(home: Path) -> dict[dt.date, str]:
    """Of each day the content that the published warehouse was built from; empty if there is none."""
    record = home / LOADED
    if not record.exists() or not (home / READERS_COPY).exists() or not (home / WAREHOUSE).exists():
        return {}
    return {dt.date.fromisoformat(day): content for day, content in json.loads(record.read_text()).items()}


def models_fingerprint() -> str:
    """Changes with any of dbt's models, tests or settings."""
    digest = hashlib.sha256()
    for file in sorted(f for f in PROJECT.rglob("*") if f.suffix in (".sql", ".yml")):
        digest.update(file.relative_to(PROJECT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def connect(home: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse to read: the copy last published, or the warehouse itself if none was.

    Raises WarehouseAbsentError if nothing was built yet, WarehouseBusyError while dbt writes what nobody published.
    """
    copy = home / READERS_COPY
    return _open(copy if copy.exists() else home / WAREHOUSE, read_only=True)


def _open(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise WarehouseAbsentError(path)
    try:
        return duckdb.connect(path, read_only=read_only)
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        if "lock" in str(error) or "different configuration" in str(error):
            raise WarehouseBusyError(path, str(error)) from error
        raise
