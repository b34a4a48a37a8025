"""What an enricher is: a pure function from distinct product contents to proposals.

Belongs here: the protocol and the shapes of its question and answer. Does not belong here: any particular enricher,
and anything about offers, days and keys (`transform.py` joins answers back to products).
"""

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from catalog_assets.vocabulary.columns import ATTRIBUTE, ENRICHED_ATTRIBUTES

QUESTION_SCHEMA = pl.Schema(
    {
        "content_hash": pl.String(),
        "name": pl.String(),
        "brand": pl.String(),
        "mpn": pl.String(),
        "description": pl.String(),
        "category_path": pl.String(),
        "attributes": pl.List(ATTRIBUTE),
    }
)
"""What an enricher is given: one row per distinct content. No key, day or price: nothing it says may depend on them."""

_JOINED_LATER = ("day", "product_key", "source", "product_id", "delivery_id", "record_number", "run_id")

ANSWERS = pl.Schema(
    {
        "content_hash": pl.String(),
        "field": pl.String(),
        **{name: dtype for name, dtype in ENRICHED_ATTRIBUTES.schema.items() if name not in _JOINED_LATER},
    }
)
"""One proposal a row, at most one per (content_hash, attribute, method, model_version). `attribute` is one of the
vocabulary, "category" (a path of the taxonomy) or "description"; `field` names the text that the evidence stands in:
name, description or category_path. What is composed of several is of its first, the name."""


@dataclass(frozen=True)
class Answers:
    """What an enricher proposes: ANSWERS, keyed by content."""

    rows: pl.DataFrame

    def __post_init__(self) -> None:
        if self.rows.schema != ANSWERS:
            raise AnswersError(self.rows.schema, ANSWERS)


class AnswersError(Exception):
    """Answers do not have the columns that they must have."""

    def __init__(self, found: pl.Schema, expected: pl.Schema) -> None:
        self.found, self.expected = found, expected
        super().__init__(f"An enricher must answer with the columns {dict(expected)}, not {dict(found)}.")


class Enricher(Protocol):
    """Proposes attribute values, categories and descriptions.

    `enrich` is a pure function: the same content gives the same answers, whatever stands in the other rows.
    """

    name: str
    """What it is called in the configuration and in metadata."""

    version: str
    """A fingerprint of all that decides the answers: rules, priors, vocabulary, weights, prompt. Other answers, other
    version."""

    def enrich(self, products: pl.DataFrame) -> Answers:
        """Answers for distinct contents (`QUESTION_SCHEMA`), each at most once by key."""
        ...


def questions(products: pl.DataFrame) -> pl.DataFrame:
    """The distinct contents of the live products, as an enricher reads them; sorted, so that batches are stable."""
    live = products.filter(pl.col("status") == "live")
    return live.select(QUESTION_SCHEMA.names()).unique("content_hash", keep="any").sort("content_hash")
