"""Suppliers' paths for which nothing is known: what a trained mapper proposes, and that it only ever proposes."""

import datetime as dt

import polars as pl
import pytest

from catalog_assets.category_mapping.release import Mapper
from catalog_assets.enriched.path_mapper import MAPPED, RELEASE, from_mapper, mapped_paths, read_mapper, train
from catalog_assets.enriched.protocol import ANSWERS
from catalog_assets.enriched.stage import STAGE
from catalog_assets.releases import Statement, UnknownRelease, put_in_force
from catalog_assets.stages import Partition, execute
from tests.enriched.enriched_frames import opened
from tests.frames import date

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


MAPPED_WALLS = pl.DataFrame([[WALLS, "Books & Magazines", 0.5, "words: wall", "m1"]], schema=MAPPED, orient="row")


PRODUCTS = pl.DataFrame(
    {"product_key": ["a", "b", "c", "d"], "content_hash": ["1", "2", "2", "3"],
     "category_path": [WALLS, WALLS, "Else", None]}
)  # fmt: skip


def answered(*attributes: str) -> pl.DataFrame:
    """What others said of content 2, surely or not."""
    rows = [{"content_hash": "2", "attribute": name, "method": "rule", "confidence": 0.3} for name in attributes]
    return pl.DataFrame(rows, schema=ANSWERS)


def test_it_speaks_only_where_nobody_does() -> None:
    told = from_mapper(PRODUCTS, answered("category"), MAPPED_WALLS)
    assert told["product_key"].to_list() == ["a"]
    told = from_mapper(PRODUCTS, answered("color", "description"), MAPPED_WALLS)
    assert told["product_key"].sort().to_list() == ["a", "b"]
    assert told["question_id"].n_unique() == 1, "one path and one proposal are one question"
    assert from_mapper(PRODUCTS, answered(), MAPPED.to_frame()).is_empty()


def test_what_it_says_is_a_category_by_a_model_with_the_path_as_its_text() -> None:
    row = from_mapper(PRODUCTS, answered("category"), MAPPED_WALLS).row(0, named=True)
    assert (row["attribute"], row["value"], row["field"]) == ("category", "Books & Magazines", "category_path")
    assert (row["method"], row["model_version"], row["confidence"]) == ("model", "m1", 0.5)
    assert (row["evidence"], row["unit"]) == ("words: wall", None)


def test_a_release_in_force_makes_the_day_stale_and_proposes_for_its_paths(mapper: Mapper) -> None:
    where = opened({"name": "Thing 4711", "category_path": "Screens > LCD Monitors of the north"})
    before = STAGE.inputs(where, DAY)
    assert execute(STAGE, where, DAY, "run").holds
    assert "category" not in where.lake.read("enriched_attributes")["attribute"].to_list()
    put_in_force(where, Statement(RELEASE, mapper.version, mapper.to_bytes(), date(2), "Ana", "why"), NOW)
    assert STAGE.inputs(where, DAY) == before, "in force from the day after"
    put_in_force(where, Statement(RELEASE, mapper.version, mapper.to_bytes(), date(1), "Ana", "why"), NOW)
    assert STAGE.inputs(where, DAY) != before
    assert execute(STAGE, where, DAY, "run").holds
    named = where.lake.read("enriched_attributes").filter(pl.col("attribute") == "category")
    row = named.row(0, named=True)
    assert (named.height, row["value"], row["method"]) == (1, "Computers > Monitors", "model")
    assert row["model_version"] == mapper.version
