"""Standardized products, as an asset of day x source."""

from typing import Any

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.materialize import stage_assets
from catalog_assets.standardized.stage import STAGE


def assets(catalog: Catalog) -> list[Any]:
    """standardized_products."""
    return [stage_assets(STAGE, catalog, [dg.AssetDep("raw_products")])]
