"""Validated products, as assets of the day."""

from typing import Any

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.materialize import stage_assets
from catalog_assets.validated.stage import STAGE


def assets(catalog: Catalog) -> list[Any]:
    """The stage's tables."""
    return [stage_assets(STAGE, catalog, [dg.AssetDep("reviewed_products")])]
