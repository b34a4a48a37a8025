"""Which days the star schema lags behind, and by which content.

Belongs here: comparing the lake's days with what the warehouse says it was built from. Does not belong here: running
dbt (`assets.py`), and the warehouse's file (`resources/warehouse.py`).
"""

import datetime as dt
from collections.abc import Collection

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.stages import World, marks
from resources.warehouse import loaded, models_fingerprint

READ = ("validated_products", "catalog_products")
"""The stages whose tables dbt's models read."""


def contents(world: World, days: Collection[dt.date] | None = None) -> dict[dt.date, str]:
    """Of each day that is done what dbt's models would be built from now: its rows and the models themselves."""
    done = _done(world).select("day", "stage", "output_fingerprint")
    models = models_fingerprint()
    return {
        day: fingerprint(models, sorted(rows.select("stage", "output_fingerprint").rows()))
        for (day,), rows in done.group_by("day")
        if days is None or day in days
    }


def behind(world: World) -> list[dt.date]:
    """Days that are done and that the published warehouse was not built from as they are now, oldest first."""
    seen = loaded(world.catalog.home_path)
    return sorted(day for day, content in contents(world).items() if seen.get(day) != content)


def attempt(world: World, day: dt.date) -> str:
    """Names the runs that made the day what it is: the same content, come back, is another attempt."""
    runs = _done(world).filter(pl.col("day") == day).select("stage", "run_id").sort("stage").rows()
    return fingerprint(runs, loaded(world.catalog.home_path).get(day, ""), models_fingerprint())


def _done(world: World) -> pl.DataFrame:
    found = marks(world, READ).filter(pl.col("balanced"))
    whole = pl.col("stage").n_unique().over("day") == len(READ)
    return found.filter(whole)
