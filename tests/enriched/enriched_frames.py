"""Questions and answers in short, for the tests of this folder."""

import datetime as dt
from typing import Any

import polars as pl

from catalog_assets.enriched.content import content_hash
from catalog_assets.enriched.protocol import QUESTION_SCHEMA, Answers
from catalog_assets.enriched.rules import RulesEnricher
from catalog_assets.vocabulary.columns import MATCHED_PRODUCTS


ENRICHER = RulesEnricher()


def contents(*rows: dict[str, Any]) -> pl.DataFrame:
    """Questions of these contents; a field that is not given is absent."""
    schema = {name: dtype for name, dtype in QUESTION_SCHEMA.items() if name != "content_hash"}
    absent = {**dict.fromkeys(schema), "attributes": []}
    return pl.DataFrame([{**absent, **row} for row in rows], schema=schema).with_columns(content_hash()).select(QUESTION_SCHEMA.names())


def found(**content: Any) -> dict[str, tuple[str, str | None, float, str]]:
    """attribute -> (value, unit, confidence, evidence) for one content."""
    rows = ENRICHER.enrich(contents(content)).attributes
    return {r["attribute"]: (r["value"], r["unit"], r["confidence"], r["evidence"]) for r in rows.iter_rows(named=True)}


def offer(source: str = "acme", product_id: str = "1", record: int = 1, live: bool = True) -> dict[str, Any]:
    """One member of a matched product."""
    return {
        "source": source,
        "product_id": product_id,
        "day": dt.date(2026, 1, 1),
        "delivery_id": f"d-{source}",
        "record_number": record,
        "live": live,
    }


def matched(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of matched_products; what is not given is absent, the lead offer is acme's record 1."""
    base = {
        **dict.fromkeys(MATCHED_PRODUCTS.columns),
        "day": dt.date(2026, 1, 2),
        "status": "live",
        "attributes": [],
        "offers": [offer()],
        "origins": [],
        "conflicts": [],
        "known_from": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
        "run_id": "r",
    }
    frame = pl.DataFrame([{**base, **row} for row in rows], schema=MATCHED_PRODUCTS.schema)
    return frame.with_columns(content_hash().alias("content_hash"))


def evidence_in_source(asked: pl.DataFrame, answers: Answers) -> pl.Series:
    """For each attribute answer, whether its evidence stands in the field that it names."""
    joined = answers.attributes.join(asked, on="content_hash")
    text = pl.when(pl.col("field") == "name").then("name").otherwise("description")
    return joined.select(text.str.contains(pl.col("evidence"), literal=True))["name"]
