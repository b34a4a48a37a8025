"""The outside world: lake, landing zone, review store, language model, locks.

Belongs here: opening all of it from the configuration. Does not belong here: what is done with it.
"""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from catalog_assets.configuration import Catalog
from catalog_assets.stages import World

if TYPE_CHECKING:  # the provider's client loads slowly, and most runs ask no model
    from resources.language_model.pricing import Prices
    from resources.language_model.protocol import LanguageModel


def open_world(catalog: Catalog) -> World:
    """Everything that the configuration names, ready for use; makes the home if it is not there."""
    from catalog_assets.enriched.rules import RulesEnricher
    from resources.lake import Lake, s3_options
    from resources.landing import Landing
    from resources.locks import file_locks
    from resources.review.store import SqlReviewStore

    home = catalog.home_path
    home.mkdir(parents=True, exist_ok=True)
    options = s3_options(catalog.s3_endpoint) if catalog.lake_uri.startswith("s3://") else None
    return World(
        catalog=catalog,
        lake=Lake(catalog.lake_uri, options),
        landing=Landing(catalog.landing_uri, catalog.s3_endpoint),
        review=SqlReviewStore(review_place(catalog)),
        enricher=RulesEnricher(),
        lock=file_locks(home / "locks"),
        model=configured_model(catalog),
    )


def configured_model(catalog: Catalog) -> "LanguageModel | None":
    """The language model that is configured, if one is; nothing is connected and no key is read yet."""
    chosen = catalog.models.language
    if chosen is None:
        return None
    from resources.language_model.client import ADDRESS, AnthropicModel

    return AnthropicModel(chosen.address or ADDRESS, prices(catalog))


def prices(catalog: Catalog) -> "Prices":
    """List prices, and those of the configuration in place of them or beside them."""
    from resources.language_model.pricing import Price, Prices

    chosen = catalog.models.language
    own = chosen.prices if chosen else {}
    return Prices().with_prices({name: Price(Decimal(str(p.input)), Decimal(str(p.output))) for name, p in own.items()})


def review_place(catalog: Catalog) -> Path | str:
    """Where the review store is: a file in the home, or a server."""
    return catalog.review.store or catalog.home_path / "review.sqlite"
