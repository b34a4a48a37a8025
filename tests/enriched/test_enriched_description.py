"""Descriptions: the supplier's own, or composed of nothing but known facts."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.enriched.description import DESCRIPTION_MIN, TEMPLATE_WORDS
from catalog_assets.enriched.rules import RulesEnricher
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from tests.enriched.enriched_frames import ENRICHER, contents, proposed

WORDS = st.text(st.sampled_from("abcXYZ äß0129 .,;:-\x00()"), max_size=30)
STATED = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from([*ATTRIBUTES, "no such attribute"]), "value": WORDS, "unit": st.none() | st.just("cm")}
    ),
    max_size=4,
)


def test_a_long_enough_description_stays_as_it_is():
    own = "  A chair of oak.\nVery <b>old</b>. "
    row = proposed("description", name="Chair", description=own)
    assert row["value"] == own
    assert (row["method"], row["model_version"], row["field"]) == ("supplier", "supplier", "description")
    assert (row["confidence"], row["evidence"]) == (1.0, "description")


@pytest.mark.parametrize("own", [None, "", " " * 40, "x" * (DESCRIPTION_MIN - 1)])
def test_a_missing_one_is_composed_of_facts(own):
    attributes = [{"name": "color", "value": "Brown", "unit": None}, {"name": "height", "value": "90", "unit": "cm"}]
    row = proposed("description", name="Oak chair", brand="Acme", description=own, attributes=attributes)
    assert row["value"] == "Oak chair. Brand: Acme. Color: Brown; Height: 90 cm."
    assert row["evidence"] == "name,brand,color,height"
    assert (row["method"], row["field"]) == ("rule", "name")
    assert row["model_version"] == ENRICHER.version
    assert len(row["question_id"]) == 32


def test_only_sure_rule_values_are_facts():
    row = proposed("description", name="Laptop 8GB RAM 500 g black")
    assert row["value"] == "Laptop 8GB RAM 500 g black. RAM: 8 GB."
    careless = RulesEnricher({**ENRICHER._priors, "fact": 0.5})
    told = careless.enrich(contents({"name": "Laptop 8GB RAM 500 g black"})).rows
    assert "Weight: 500 g" in told.filter(pl.col("attribute") == "description")["value"].item()


def test_a_supplier_s_word_goes_before_a_rule_s():
    stated = [{"name": "ram", "value": "16", "unit": "GB"}]
    assert "RAM: 16 GB" in proposed("description", name="Laptop 8GB RAM", attributes=stated)["value"]


@pytest.mark.parametrize("content", [{"name": "A chair without any other facts"}, {"name": "x" * 600, "brand": "Acme"},
                                     {"name": "X", "brand": "Y"}, {"brand": "Acme"}])  # fmt: skip
def test_too_little_or_no_name_makes_no_description(content):
    assert proposed("description", **content) == {}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(WORDS, st.none() | WORDS, STATED), min_size=1, max_size=5))
def test_every_word_is_of_a_fact_or_of_the_template(products):
    rows = [{"name": name, "brand": brand, "attributes": stated} for name, brand, stated in products]
    asked = contents(*rows).unique("content_hash", maintain_order=True)
    answers = ENRICHER.enrich(asked).rows
    described = pl.col("attribute") == "description"
    composed = answers.filter(described, pl.col("method") == "rule").join(asked, on="content_hash")
    stated = answers.filter(~described, pl.col("attribute") != "category").group_by("content_hash").agg("value")
    found = {key: set(values) for key, values in stated.iter_rows()}
    for row in composed.iter_rows(named=True):
        facts = [row["name"], row["brand"] or "", *found.get(row["content_hash"], ())]
        facts += [f"{one['value']} {one['unit'] or ''}" for one in row["attributes"]]
        known = {word for fact in facts for word in re.findall(r"\w+", fact)} | TEMPLATE_WORDS | {"GB", "g", "ml", "cm"}
        assert set(re.findall(r"\w+", row["value"])) <= known
        assert len(row["value"]) >= DESCRIPTION_MIN
