"""Which days the star schema lags behind, and by which content.

Belongs here: comparing the lake's days with what the warehouse says it was built from. Does not belong here: running
dbt (`assets.py`), and the warehouse's file (`resources/warehouse.py`).
"""

import datetime as dt
from collections.abc import Collection, Mapping

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.stages import World, marks
from resources.warehouse import loaded, models_fingerprint

LOADED = "catalog_products"


def contents(world: World, days: Collection[dt.date] | None = None) -> dict[dt.date, str]:
    """Of each day that is loaded what dbt's models would be built from now: what its stages made, and the models."""
    made = marks(world)
    done = made.filter(pl.col("balanced") & (pl.col("stage") == LOADED))["day"]
    rows = made.filter(pl.col("day").is_in(done.implode())).select("day", "stage", "source", "output_fingerprint")
    models = models_fingerprint()
    return {
        day: fingerprint(models, of_day.drop("day").rows())
        for (day,), of_day in rows.group_by("day", maintain_order=True)
        if days is None or day in days
    }


def behind(world: World, current: Mapping[dt.date, str] | None = None) -> list[dt.date]:
    """Days that are loaded and that the published warehouse was not built from as they are now, oldest first."""
    seen = loaded(world.catalog.home_path)
    now = contents(world) if current is None else current
    return sorted(day for day, content in now.items() if seen.get(day) != content)
