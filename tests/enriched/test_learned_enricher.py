"""The learned reader as an enricher: what a catalogue teaches it, and its answers in the vocabulary's terms."""

import datetime as dt

import polars as pl
import pytest

from catalog_assets.enriched.learned import RELEASE, LearnedEnricher, canonical, labelled, train
from catalog_assets.enriched.protocol import ATTRIBUTE_ANSWERS, PRODUCT_ANSWERS
from catalog_assets.enriched.stage import STAGE, standing_contents
from catalog_assets.releases import Statement, TooLittleToLearn, put_in_force
from catalog_assets.stages import Partition, execute
from tests.enriched.enriched_frames import contents, opened
from tests.frames import date

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
COLORS = ("Black", "Red", "Green", "Blue", "White")
TAUGHT = [
    {"name": f"Lumo desk lamp model {n} {COLORS[n % 5]} {n % 9 + 1}00 cm cable", "description": None,
     "attributes": [{"name": "color", "value": COLORS[n % 5], "unit": None}]}
    for n in range(60)
]  # fmt: skip


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


def test_what_suppliers_state_and_the_text_repeats_is_a_label() -> None:
    said = {"name": "Kera mug, Anthracite", "attributes": [{"name": "material", "value": "Stoneware", "unit": None}]}
    told = labelled(contents(*TAUGHT[:3], said))
    assert set(told.values["attribute"]) >= {"color"}
    assert "Stoneware" not in told.values["value"].to_list(), "the text does not say it"
    texts = told.texts.filter(pl.col("part") == 0)["text"].to_list()
    words = told.values.filter(pl.col("attribute") == "color")["value"].to_list()
    assert all(any(word in text for text in texts) for word in words)


def test_it_answers_with_evidence_that_stands_in_the_text_and_a_confidence(release: bytes) -> None:
    enricher = LearnedEnricher(release)
    asked = contents({"name": "Lumo desk lamp model 77 Red 200 cm cable"}, {"name": None, "description": None})
    found = enricher.enrich(asked)
    assert (found.attributes.schema, found.products.schema) == (ATTRIBUTE_ANSWERS, PRODUCT_ANSWERS)
    row = found.attributes.filter(pl.col("attribute") == "color").row(0, named=True)
    assert (row["value"], row["evidence"], row["method"], row["field"]) == ("Red", "Red", "model", "name")
    assert 0.3 <= row["confidence"] <= 1
    assert row["model_version"] == enricher.version
    assert found.products.height == asked.height
    assert found.products["category"].null_count() == asked.height
    assert enricher.enrich(asked.head(0)).attributes.is_empty()


def test_a_catalogue_that_states_nothing_teaches_nothing() -> None:
    with pytest.raises(TooLittleToLearn):
        train(contents({"name": "Thing 4711"}))


def test_a_release_in_force_is_asked_beside_the_rules_once_a_content(release: bytes) -> None:
    where, day = opened({"name": "Lumo desk lamp model 77 Red 200 cm cable", "description": None}), Partition(date(1))
    assert standing_contents(where).height == 1
    before = STAGE.inputs(where, day)
    execute(STAGE, where, day, "run")
    assert set(where.lake.read("enriched_attributes")["method"]) <= {"rule", "supplier"}
    put_in_force(where, Statement(RELEASE, "v", release, date(1), "Ana", "why"), NOW)
    assert STAGE.inputs(where, day) != before
    report = execute(STAGE, where, day, "run")
    assert report.holds
    assert (report.details["asked_anew"], report.details["reused"]) == (1, 1)
    told = where.lake.read("enriched_attributes").filter(pl.col("method") == "model")
    assert "color" in told["attribute"].to_list()
    assert told["field" if "field" in told.columns else "evidence"].null_count() == 0
    again = execute(STAGE, where, day, "run")
    assert (again.details["asked_anew"], again.details["reused"]) == (0, 2)
