"""Questions and answers in short, for the tests of this folder."""

import contextlib
from typing import Any

import polars as pl

from catalog_assets.configuration import Catalog
from catalog_assets.enriched.content import content_hash
from catalog_assets.enriched.protocol import QUESTION_SCHEMA, Answers
from catalog_assets.enriched.rules import RulesEnricher
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.columns import MATCHED_PRODUCTS, STAGE_LEDGER
from tests.frames import MemoryLake, Row, date, frame, product, world

ENRICHER = RulesEnricher()
Found = tuple[str, str | None, float, str]


def contents(*rows: Row) -> pl.DataFrame:
    """Questions of these contents; a field that is not given is absent."""
    schema = {name: dtype for name, dtype in QUESTION_SCHEMA.items() if name != "content_hash"}
    absent: Row = {**dict.fromkeys(schema), "attributes": []}
    asked = pl.DataFrame([{**absent, **row} for row in rows], schema=schema)
    return asked.with_columns(content_hash()).select(QUESTION_SCHEMA.names())


def found(**content: Any) -> dict[str, Found]:
    """attribute -> (value, unit, confidence, evidence) for one content."""
    answers = ENRICHER.enrich(contents(content)).rows.filter(pl.col("attribute").is_in(list(ATTRIBUTES)))
    return {r["attribute"]: (r["value"], r["unit"], r["confidence"], r["evidence"]) for r in answers.to_dicts()}


def values(name: str, **content: Any) -> dict[str, str]:
    """attribute -> "value unit" for the content of a product with this name."""
    return {
        attribute: value if unit is None else f"{value} {unit}"
        for attribute, (value, unit, _, _) in found(name=name, **content).items()
    }


def proposed(attribute: str, **content: Any) -> Row:
    """What the rules propose for an attribute of one content; nothing where they propose nothing."""
    rows = ENRICHER.enrich(contents(content)).rows.filter(pl.col("attribute") == attribute)
    return rows.row(0, named=True) if rows.height else {}


def matched(*rows: Row) -> pl.DataFrame:
    """Rows of matched_products with the content hash that they should have."""
    return frame(MATCHED_PRODUCTS, [product(MATCHED_PRODUCTS, **row) for row in rows]).with_columns(content_hash())


def opened(*rows: Row) -> Any:
    """A world whose first day is matched, with these products, and whom the rules enrich."""
    lake = MemoryLake()
    lake.append("matched_products", matched(*rows))
    mark = {
        "stage": "matched_products", "day": date(1), "source": "*", "run_id": "r1", "unit": "u", "balanced": True,
        "input_fingerprint": "in", "output_fingerprint": "out", "details": "{}",
    }  # fmt: skip
    zero = dict.fromkeys(("received", "passed", "quarantined", "superseded", "merged", "skipped", "pending"), 0)
    lake.append("stage_ledger", pl.DataFrame([{**mark, **zero}], schema=STAGE_LEDGER.schema))
    catalog = Catalog.model_validate({"sources": {"alpha": {"columns": {"product_id": "id", "name": "name"}}}})
    return world(lake, catalog=catalog, enricher=ENRICHER, lock=lambda name: contextlib.nullcontext())


def evidence_stands_in_its_field(asked: pl.DataFrame, answers: Answers) -> pl.Series:
    """For each answer, whether its evidence is a part of the text that it names, letter by letter; a description's
    evidence is what it is made of."""
    joined = answers.rows.filter(pl.col("attribute") != "description").join(asked, on="content_hash")
    text = pl.coalesce(pl.when(pl.col("field") == name).then(name) for name in ("name", "description", "category_path"))
    return joined.select(text.str.contains(pl.col("evidence"), literal=True).alias("stands"))["stands"]
