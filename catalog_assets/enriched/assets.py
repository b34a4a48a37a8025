"""Enriched products, as assets of the day, and the reader that is trained on them."""

import datetime as dt
from typing import Any

import dagster as dg

from catalog_assets.asked.stage import STAGE as ASKED
from catalog_assets.configuration import Catalog
from catalog_assets.enriched.stage import STAGE
from catalog_assets.enriched.taught import trained
from catalog_assets.materialize import WorldResource, stage_assets


class Training(dg.Config):
    """How a reader is trained and from when on it reads."""

    seed: int = 1
    in_force_from: str = ""
    """First day that it reads (YYYY-MM-DD). Empty: the day after today, so that no day under way changes its reader."""


def assets(catalog: Catalog) -> list[Any]:
    """The stage's tables, and `attribute_model`."""

    @dg.asset(
        name="attribute_model",
        deps=[dg.AssetDep("matched_products")],
        group_name="models",
        kinds={"xgboost"},
        description="A reader of attribute values, trained on what suppliers state and texts repeat, what the rules "
        "are sure of, and what people decided; in force from a day. The same data and seed make the same release.",
    )
    def attribute_model(
        context: dg.AssetExecutionContext, config: Training, world: WorldResource
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        now = dt.datetime.now(dt.UTC)
        first = (
            dt.date.fromisoformat(config.in_force_from) if config.in_force_from else now.date() + dt.timedelta(days=1)
        )
        release, facts = trained(world.open(), config.seed, first, f"run {context.run_id[:8]}", now)
        scores = {name: value for name, value in facts.items() if isinstance(value, int | float | str)}
        return dg.MaterializeResult(
            metadata={"release": release.version, "in_force_from": first.isoformat(), "seed": config.seed, **scores}
        )

    models = [dg.AssetDep(name) for name in ASKED.tables if ASKED.wanted(catalog)]
    return [attribute_model, stage_assets(STAGE, catalog, [dg.AssetDep("matched_products"), *models])]
