"""Matched products, as an asset of the day."""

from typing import Any

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.matched.stage import STAGE
from catalog_assets.materialize import stage_assets


def assets(catalog: Catalog) -> list[Any]:
    """matched_products. The arrow shows the day's own sources; offers of earlier days are read by date."""
    same_day = dg.MultiToSingleDimensionPartitionMapping("day")
    return [stage_assets(STAGE, catalog, [dg.AssetDep("standardized_products", partition_mapping=same_day)])]
