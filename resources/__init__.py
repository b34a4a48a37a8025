"""The outside world: lake, landing zone, review store, warehouse, locks.

Belongs here: opening all of it from the configuration. Does not belong here: what is done with it.
"""

from pathlib import Path

from catalog_assets.configuration import Catalog
from catalog_assets.stages import World


def open_world(catalog: Catalog) -> World:
    """Everything that the configuration names, ready for use; makes the home if it is not there."""
    from catalog_assets.enriched.rules import RulesEnricher
    from resources.lake import Lake, s3_options
    from resources.landing import Landing
    from resources.locks import file_locks
    from resources.review.store import SqliteReviewStore

    home = catalog.home_path
    home.mkdir(parents=True, exist_ok=True)
    options = s3_options(catalog.s3_endpoint) if catalog.lake_uri.startswith("s3://") else None
    return World(
        catalog=catalog,
        lake=Lake(catalog.lake_uri, options),
        landing=Landing(catalog.landing_uri, catalog.s3_endpoint),
        review=SqliteReviewStore(review_file(home)),
        enricher=RulesEnricher(),
        lock=file_locks(home / "locks"),
    )


def review_file(home: Path) -> Path:
    """Where the embedded review store is."""
    return home / "review.sqlite"
