"""A home of the version in which category and description were columns: it goes on, and loses nothing."""

import contextlib
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import write_deltalake

from catalog_assets.enriched.stage import STAGE
from catalog_assets.stages import Partition, execute
from catalog_assets.vocabulary.columns import ENRICHED_PRODUCTS, MODEL_ANSWERS
from resources.lake import Lake
from tests.enriched.enriched_frames import ENRICHER, opened
from tests.frames import date, frame, world

DAY = Partition(date(1))
WERE_COLUMNS = {"category": "Home > Furniture", "category_confidence": 0.9, "description_method": "supplier"}


def older(lake: Lake, name: str, rows: pl.DataFrame, without: str) -> None:
    """The table as it was: with columns for category and description, without one that came instead."""
    told = rows.drop(without).with_columns(pl.lit(value).alias(column) for column, value in WERE_COLUMNS.items())
    partition = {"model_answers": "model_version", "enriched_products": "day"}[name]
    write_deltalake(lake.location(name), told.to_arrow(), partition_by=[partition])


def opened_in(folder: Path) -> Any:
    """A world on disk whose first day is matched and was enriched by the older version."""
    where, lake = opened({"name": "Red sofa", "description": None}), Lake(str(folder))
    for name in ("matched_products", "stage_ledger"):
        lake.append(name, where.lake.read(name))
    content = where.lake.read("matched_products")["content_hash"].item()
    answer = {"content_hash": content, "model_version": ENRICHER.version, "answers": [], "run_id": "before"}
    older(lake, "model_answers", frame(MODEL_ANSWERS, [answer]), "answers")
    row = {"day": date(1), "product_key": "k1", "content_hash": "before", "proposals": 0, "run_id": "before"}
    older(lake, "enriched_products", frame(ENRICHED_PRODUCTS, [row]), "proposals")
    lock = lambda name: contextlib.nullcontext()  # noqa: E731
    return world(lake, catalog=where.catalog, enricher=ENRICHER, lock=lock)


def test_an_older_home_is_enriched_anew_and_its_journal_keeps_what_it_had(tmp_path: Path) -> None:
    where = opened_in(tmp_path)
    report = execute(STAGE, where, DAY, "now")
    assert report.holds
    assert report.details["asked_anew"] == 1, "what was kept in the older form is no answer"
    rows = where.lake.read("enriched_attributes").select("attribute", "value").rows()
    assert ("category", "Home > Furniture") in rows
    assert where.lake.read("enriched_products").select("product_key", "proposals").rows() == [("k1", len(rows))]
    journal = pl.read_delta(where.lake.location("model_answers")).sort("run_id")
    assert journal.select("run_id", "category").rows() == [("before", "Home > Furniture"), ("now", None)]
    again = execute(STAGE, where, DAY, "later")
    assert (again.details["asked_anew"], again.details["reused"]) == (0, 1)
    assert where.lake.read("enriched_attributes").select("attribute", "value").rows() == rows
