"""Enriched products, as assets of the day."""

from typing import Any

import dagster as dg

from catalog_assets.asked.stage import STAGE as ASKED
from catalog_assets.configuration import Catalog
from catalog_assets.enriched.stage import STAGE
from catalog_assets.materialize import stage_assets


def assets(catalog: Catalog) -> list[Any]:
    """The stage's tables."""
    models = [dg.AssetDep(name) for name in ASKED.tables if ASKED.wanted(catalog)]
    return [stage_assets(STAGE, catalog, [dg.AssetDep("matched_products"), *models])]
