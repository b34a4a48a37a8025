"""The embedded enricher as a whole: traps, and what holds for any text."""

import ast
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets import enriched
from catalog_assets.enriched import rules
from catalog_assets.enriched.contract import ATTRIBUTE_RULES
from catalog_assets.enriched.priors import PRIORS
from catalog_assets.enriched.protocol import (
    ANSWERS,
    QUESTION_SCHEMA,
    Answers,
    AnswersError,
    Enricher,
    questions,
)
from catalog_assets.enriched.rules import MODULES, READ, RulesEnricher
from tests.enriched.enriched_frames import (
    ENRICHER,
    contents,
    evidence_stands_in_its_field,
    found,
    matched,
    values,
)
from tests.examples import tries

ACCEPTED = 0.85
NASTY = (
    *("", " ", "\x00", "(.*)+[a-z]{3}\\d$^|?", "{0} %s {name}", "=1+1", "\u202e8GB RAM\u202c"),
    *("a" * 100_000, "8GB " * 5_000, "é" * 3_000),
)


def test_the_protocol_is_kept():
    enricher: Enricher = ENRICHER
    answers = enricher.enrich(contents({"name": "Laptop 8GB RAM"}))
    assert answers.rows.schema == ANSWERS
    assert set(answers.rows["model_version"]) == {enricher.version}
    assert set(answers.rows["attribute"]) == {"ram", "category", "description"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Laptop 15.6-inch 8GB RAM 256GB SSD Black",
         {"screen_size": "15.6 in", "ram": "8 GB", "storage": "256 GB", "color": "Black"}),
        ("Water pack of 6 x 500 ml", {"pack_count": "6", "volume": "500 ml"}),
        ("Orange juice 1 l", {"volume": "1000 ml"}),
        ("Gold Dior", {}),
        ("Gold Dior perfume 100 ml", {"volume": "100 ml"}),
        ("The Red Shoes - DVD", {"format": "DVD"}),
        ("Men in Black - Blu-ray Disc", {"format": "Blu-ray"}),
        ("DVD player, black", {"color": "Black"}),
        ("Women's cotton dress, Navy (XL)",
         {"gender": "Women", "material": "Cotton", "color": "Navy", "size": "XL"}),
        ("Gold ring 925 silver", {"material": "Silver"}),
        ("Galaxy smartphone 5G 128GB", {"storage": "128 GB"}),
        ("Organic honey 12 oz", {"weight": "340.1943 g"}),
        ("Eau de parfum 3.4 oz", {"volume": "100.55 ml"}),
    ],
)  # fmt: skip
def test_what_a_name_says(name, expected):
    assert values(name) == expected


def test_words_of_the_brand_are_no_values():
    assert "color" not in found(name="Yellow Box women's sandals", brand="Yellow Box")
    assert "color" in found(name="Yellow women's sandals", brand="Box")


def test_two_values_in_one_text_take_the_first_and_doubt_it():
    value, _, confidence, evidence = found(name="Women's dress black and white")["color"]
    assert (value, evidence) == ("Black", "black")
    assert confidence == PRIORS["several"] < ACCEPTED
    value, _, confidence, _ = found(name="Phone smartphone 128GB or 256GB, 512GB")["storage"]
    assert (value, confidence) == ("512", PRIORS["several"])


def test_a_label_in_the_description_counts_and_a_bare_word_does_not():
    text = "Our best lamp yet. {} Comes with a black cable."
    assert "color" not in found(name="Lamp", description=text.format(""))
    value, _, confidence, evidence = found(name="Lamp", description=text.format("Color: Red."))["color"]
    assert (value, evidence, confidence) == ("Red", "Color: Red", PRIORS["description labelled"])


def test_agreement_raises_and_contradiction_lowers():
    alone = found(name="Dress shoes, red")["color"][2]
    agreed = found(name="Dress shoes, red", description="Color: Red. Fits well.")["color"][2]
    against = found(name="Dress shoes, red", description="Color: Blue. Fits well.")["color"]
    assert agreed > alone
    assert against[2] == PRIORS["contradicted"] < ACCEPTED


def test_a_quantity_of_what_it_is_made_for_is_a_guess():
    assert found(name="Laptop 15.6-inch")["screen_size"][2] >= ACCEPTED
    assert found(name="Laptop charger for netbook 15.6-inch 65W")["power"][2] < ACCEPTED
    assert "screen_size" not in found(name="Sleeve, fits 15.6-inch laptop")


def test_a_doubtful_category_decides_nothing():
    clear, doubtful = found(name="Laptop 15.6-inch"), found(name="Chair laptop 15.6-inch")
    assert clear["screen_size"][2] == PRIORS["name expected"]
    assert doubtful["screen_size"][2] == PRIORS["name guess"] < ACCEPTED


def test_one_attribute_may_have_a_prior_of_its_own():
    assert found(name="Dress", description="Size: M. A dress.")["size"][2] == PRIORS["description labelled size"]


def test_a_long_text_is_cut_at_a_space():
    near, far = "x " * 100, "x " * READ
    assert "weight" in found(name="Sofa", description=f"{near} Weight: 5 kg")
    assert "weight" not in found(name="Sofa", description=f"{far} Weight: 5 kg")
    cut = "y" * (READ - len(" Width: 15 m")) + " Width: 15 mm and more"
    assert "width" not in found(name="Sofa", description=cut)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(NASTY),
    st.lists(
        st.sampled_from(
            ["8GB", "RAM", "red", "Color:", "6", "x", "500", "ml", '15.6"', "laptop", "-", "(", ",", "gold", "DVD",
             "1/0", ".5", "oz", "pack of", "Women's", "é", "ſilver", "K", "\n", "100%", "cotton", "for", "9" * 20, "kg"]
        ),
        max_size=12,
    ).map(" ".join),
)  # fmt: skip
FIELDS = st.fixed_dictionaries(
    {"name": TEXTS | st.none(), "description": TEXTS | st.none(), "brand": TEXTS | st.none(),
     "category_path": TEXTS | st.none() | st.sampled_from(["Audio > Headphones", "shoes"])}
)  # fmt: skip


@settings(deadline=None, max_examples=tries(80))
@given(st.lists(FIELDS, min_size=1, max_size=8))
def test_any_text_gives_answers_that_keep_the_contract(rows):
    asked = contents(*rows).unique("content_hash", maintain_order=True)
    answers = ENRICHER.enrich(asked)
    assert set(answers.rows["content_hash"]) <= set(asked["content_hash"])
    assert not answers.rows.select("content_hash", "attribute", "method", "model_version").is_duplicated().any()
    assert evidence_stands_in_its_field(asked, answers).all()
    placed = answers.rows.with_columns(pl.lit("acme").alias("source"))
    for rule in ATTRIBUTE_RULES:
        assert placed.select(rule.ok().all()).item(), rule.name


@settings(deadline=None, max_examples=tries(15))
@given(st.lists(FIELDS, min_size=2, max_size=8), st.randoms())
def test_answers_depend_on_the_content_alone(rows, random):
    asked = contents(*rows).unique("content_hash", maintain_order=True)
    whole = ENRICHER.enrich(asked)
    order = list(range(asked.height))
    random.shuffle(order)
    mixed = ENRICHER.enrich(asked[order])
    alone = [ENRICHER.enrich(asked[place]) for place in order]
    keys = ["content_hash", "attribute"]
    expected = whole.rows.sort(keys)
    assert_frame_equal(mixed.rows.sort(keys), expected)
    assert_frame_equal(pl.concat([one.rows for one in alone]).sort(keys), expected)


def test_chunks_do_not_show(monkeypatch):
    asked = contents(*({"name": f"Laptop {size}GB RAM, red"} for size in (2, 4, 8, 16, 32)))
    whole = ENRICHER.enrich(asked)
    monkeypatch.setattr(rules, "CHUNK", 2)
    parts = ENRICHER.enrich(asked)
    assert_frame_equal(parts.rows, whole.rows, check_row_order=False)


def test_no_content_gives_no_answer():
    answers = ENRICHER.enrich(QUESTION_SCHEMA.to_frame())
    assert answers.rows.is_empty()


def test_the_version_is_of_rules_priors_and_words(monkeypatch):
    assert RulesEnricher().version == ENRICHER.version
    assert RulesEnricher({**PRIORS, "name word": 0.1}).version != ENRICHER.version
    assert RulesEnricher(description_min=5).version != ENRICHER.version
    words = {**rules.ATTRIBUTES, "color": rules.ATTRIBUTES["size"]}
    monkeypatch.setattr(rules, "VOCABULARY", (words, *rules.VOCABULARY[1:]))
    assert RulesEnricher().version != ENRICHER.version
    monkeypatch.undo()
    monkeypatch.setattr(rules, "code_version", lambda *modules: "other code")
    assert RulesEnricher().version != ENRICHER.version


def test_the_version_covers_every_module_that_decides():
    folder = Path(enriched.__file__ or "").parent
    reached, new = set(), {"rules"}
    while new:
        module = new.pop()
        reached.add(module)
        for node in ast.walk(ast.parse((folder / f"{module}.py").read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "catalog_assets.enriched":
                new |= {alias.name for alias in node.names} - reached
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("catalog_assets.enriched."):
                new |= {node.module.rsplit(".", 1)[1]} - reached
    assert reached == set(MODULES)


def test_a_prior_decides_what_is_said():
    asked = contents({"name": "Dress shoes, red"})
    careless = RulesEnricher({**PRIORS, "name segment": 0.99}).enrich(asked).rows
    assert careless.filter(pl.col("attribute") == "color")["confidence"].to_list() == [0.99]


def test_a_question_is_each_content_of_a_live_product_once():
    rows = matched({"product_key": "a"}, {"product_key": "b"}, {"product_key": "c", "name": "Other"},
                   {"product_key": "d", "name": "Gone", "status": "withdrawn"})  # fmt: skip
    asked = questions(rows)
    assert asked.schema == QUESTION_SCHEMA
    assert sorted(asked["name"]) == ["Acme Monitor 27", "Other"]


def test_answers_of_another_shape_are_refused():
    with pytest.raises(AnswersError, match="must answer with the columns"):
        Answers(ANSWERS.to_frame().drop("evidence"))


def test_every_kind_that_is_found_has_a_prior():
    for field in ("name", "description"):
        for kind in ("labelled", "context", "unit", "expected", "guess", "chain"):
            assert 0 <= PRIORS[f"{field} {kind}"] <= 1
    for kind in ("segment", "word", "stray", "stray segment"):
        assert 0 <= PRIORS[f"name {kind}"] <= 1
