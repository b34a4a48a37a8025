"""The learned reader as an enricher: its answers in the vocabulary's terms, and when it is asked."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from catalog_assets.enriched import taught, teaching
from catalog_assets.enriched.extraction.model import from_bytes
from catalog_assets.enriched.learned import READING, RELEASE, LearnedEnricher, canonical
from catalog_assets.enriched.protocol import ANSWERS
from catalog_assets.enriched.stage import STAGE
from catalog_assets.enriched.taught import standing_contents, trained
from catalog_assets.enriched.teaching import train
from catalog_assets.releases import Statement, put_in_force, releases
from catalog_assets.stages import Partition, execute
from tests.enriched.enriched_frames import contents, opened
from tests.enriched.test_teaching import TAUGHT
from tests.frames import date
from tests.test_versions import reached

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def release() -> bytes:
    return train(contents(*TAUGHT)).to_bytes()


def read(*spans: tuple[str, str]) -> list[str | None]:
    schema = {"attribute": pl.String, "value": pl.String}
    return canonical(pl.DataFrame(spans, schema=schema, orient="row")).to_list()


def test_spans_are_read_in_the_vocabularys_terms_or_not_at_all() -> None:
    assert read(("color", "red"), ("color", "rot"), ("color", "red and blue")) == ["Red", "Red", None]
    assert read(("length", "1.5 m"), ("length", "15"), ("length", "long")) == ["150", None, None]
    assert read(("pack_count", "6 pieces"), ("pack_count", "2 x 3"), ("waterproof", "yes")) == ["6", None, None]
    assert read() == []


def test_how_it_reads_decides_its_version_and_how_it_learns_does_not() -> None:
    reading = {name for name in READING if name.startswith("enriched/extraction/")}
    assert reading == {name for name in reached("enriched/extraction/extract.py") if "/extraction/" in name}


def test_it_answers_with_evidence_that_stands_in_the_text_and_a_confidence(release: bytes) -> None:
    enricher = LearnedEnricher(release)
    asked = contents({"name": "Lumo desk lamp model 77 Red 200 cm cable"}, {"name": None, "description": None})
    found = enricher.enrich(asked)
    assert found.rows.schema == ANSWERS
    row = found.rows.filter(pl.col("attribute") == "color").row(0, named=True)
    assert (row["value"], row["evidence"], row["method"], row["field"]) == ("Red", "Red", "model", "name")
    assert 0.3 <= row["confidence"] <= 1
    assert row["model_version"] == enricher.version
    assert not {"category", "description"} & set(found.rows["attribute"])
    assert enricher.enrich(asked.head(0)).rows.is_empty()


def test_a_release_in_force_is_asked_beside_the_rules_once_a_content(release: bytes) -> None:
    where, day = opened({"name": "Lumo desk lamp model 77 Red 200 cm cable", "description": None}), Partition(date(1))
    assert standing_contents(where).height == 1
    before = STAGE.inputs(where, day)
    execute(STAGE, where, day, "run")
    assert set(where.lake.read("enriched_attributes")["method"]) <= {"rule", "supplier"}
    assert "reader" not in execute(STAGE, where, day, "run").details
    put_in_force(where, Statement(RELEASE, "v", release, date(1), "Ana", "why"), NOW)
    assert STAGE.inputs(where, day) != before
    report = execute(STAGE, where, day, "run")
    assert report.holds
    assert (report.details["asked_anew"], report.details["reused"]) == (1, 1)
    shown = {row["fact"]: row["value"] for row in report.details["reader"]}
    assert shown["version"] == LearnedEnricher(release).version
    assert {"held_f1", "held_macro_f1", "held_calibration_error", "decided_reject"} <= set(shown)
    told = where.lake.read("enriched_attributes").filter(pl.col("method") == "model")
    assert "color" in told["attribute"].to_list()
    assert told["field" if "field" in told.columns else "evidence"].null_count() == 0
    again = execute(STAGE, where, day, "run")
    assert (again.details["asked_anew"], again.details["reused"]) == (0, 2)


def test_a_training_is_a_release_and_the_same_training_states_nothing_twice(release: bytes, monkeypatch: Any) -> None:
    where = opened({"name": "Lumo desk lamp model 77 Red 200 cm cable", "description": None})
    seeds = []

    def train(contents: pl.DataFrame, said: pl.DataFrame, seed: int) -> Any:
        assert contents.height == 1
        seeds.append(seed)
        return from_bytes(release)

    monkeypatch.setattr(teaching, "train", train)
    monkeypatch.setattr(taught, "teaching_decisions", lambda world: teaching.NOBODY)
    (first, facts), (again, _) = (trained(where, 3, date(2), "run r1", NOW) for _ in range(2))
    assert (seeds, first) == ([3, 3], again)
    assert first.in_force_from == date(2)
    assert "held_f1" in facts
    assert releases(where, RELEASE) == [first]
