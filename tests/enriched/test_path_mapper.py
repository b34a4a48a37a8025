"""Suppliers' paths for which nothing is known: what a trained mapper proposes, and that it only ever proposes."""

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog_assets.category_mapping.release import Mapper
from catalog_assets.enriched.path_mapper import MAPPED, RELEASE, mapped_paths, read_mapper, train, with_mapped
from catalog_assets.enriched.stage import STAGE
from catalog_assets.releases import Statement, UnknownRelease, put_in_force
from catalog_assets.stages import Partition, execute
from catalog_assets.vocabulary.columns import ENRICHED_PRODUCTS
from tests.enriched.enriched_frames import opened
from tests.frames import Row, date

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
DAY = Partition(date(1))
NOBODY = pl.DataFrame(schema={"category_path": pl.String, "right": pl.String})
WALLS = "Walls > Brick walls of the north"


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    return train(NOBODY)


def test_the_same_labels_give_the_same_release_and_bytes_come_back(mapper: Mapper) -> None:
    assert train(NOBODY).version == mapper.version
    assert read_mapper(mapper.to_bytes()).version == mapper.version
    assert mapper.facts["held_out"] > 100
    with pytest.raises(UnknownRelease, match="no release"):
        read_mapper(b"{}")


def test_what_people_decided_is_learned_from(mapper: Mapper) -> None:
    decided = pl.DataFrame({"category_path": [WALLS], "right": ["Computers > Monitors"]})
    assert train(decided).version != mapper.version


def test_each_distinct_path_gets_a_category_and_how_sure_that_is(mapper: Mapper) -> None:
    paths = pl.Series(["Screens > LCD Monitors", "laptop bags and cases", None, "Screens > LCD Monitors"])
    told = mapped_paths(paths, mapper)
    assert told.schema == MAPPED
    assert told["category_path"].to_list() == ["Screens > LCD Monitors", "laptop bags and cases"]
    assert told["mapped_confidence"].is_between(0, 1).all()
    assert told["mapped"][0] == "Computers > Monitors"


def described(category: str | None, confidence: float | None) -> pl.DataFrame:
    row: Row = {
        "category_path": WALLS, "content_hash": "c", "category": category, "category_confidence": confidence,
        "category_method": category and "rule", "category_model_version": category and "v1",
        "category_question_id": "before",
    }  # fmt: skip
    schema = {name: ENRICHED_PRODUCTS.schema.get(name, pl.String) for name in row}
    return pl.DataFrame([row], schema=schema)


MAPPED_WALLS = pl.DataFrame([[WALLS, "Books & Magazines", 0.5, "words: wall", "m1"]], schema=MAPPED, orient="row")


@pytest.mark.parametrize(
    ("category", "confidence", "expected"),
    [(None, None, "m1"), ("Computers > Laptops", 0.3, "v1"), ("Computers > Laptops", 0.6, "v1")],
)
def test_it_speaks_only_where_nobody_does(category: str | None, confidence: float | None, expected: str) -> None:
    with_evidence = described(category, confidence).with_columns(pl.lit("x").alias("category_evidence"))
    row = with_mapped(with_evidence, MAPPED_WALLS).row(0, named=True)
    assert row["category_model_version"] == expected
    assert (row["category_method"] == "model") == (expected == "m1")
    assert row["category_question_id"] != "before"
    assert_frame_equal(with_mapped(with_evidence, MAPPED.to_frame()), with_evidence)


def test_a_release_in_force_makes_the_day_stale_and_proposes_for_its_paths(mapper: Mapper) -> None:
    where = opened({"name": "Thing 4711", "category_path": "Screens > LCD Monitors of the north"})
    before = STAGE.inputs(where, DAY)
    assert execute(STAGE, where, DAY, "run").holds
    assert where.lake.read("enriched_products")["category"].to_list() == [None]
    put_in_force(where, Statement(RELEASE, mapper.version, mapper.to_bytes(), date(2), "Ana", "why"), NOW)
    assert STAGE.inputs(where, DAY) == before, "in force from the day after"
    put_in_force(where, Statement(RELEASE, mapper.version, mapper.to_bytes(), date(1), "Ana", "why"), NOW)
    assert STAGE.inputs(where, DAY) != before
    assert execute(STAGE, where, DAY, "run").holds
    row = where.lake.read("enriched_products").row(0, named=True)
    assert (row["category"], row["category_method"]) == ("Computers > Monitors", "model")
    assert row["category_model_version"] == mapper.version
