"""Each rule that a claim can break, and what a claim that keeps all of them becomes."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.enriched.content import attribute_question
from catalog_assets.enriched.prompting.checking import CONFIDENCE, NOT_STATED, PROPOSALS, REFUSED, check, check_all
from catalog_assets.enriched.prompting.folding import fold, folded, occurrences
from catalog_assets.enriched.prompting.reading import GENERALIZED, SEVERAL, SPELLED, VERBATIM
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.values import value_fault
from tests.enriched.prompting.prompting_frames import Row, answer, asked, reply, rules, told, values

LAPTOP: Row = {
    "name": 'Aspire 5 15.6" laptop, 8 GB RAM, charcoal',
    "brand": "Acer",
    "description": "Thin notebook made of aluminium. Weight: 1,8 kg. Not waterproof. 2 years warranty. 30 x 20 x 2 cm.",
    "attributes": [{"name": "model", "value": "A515 Gold edition", "unit": None}],
}


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (answer("screen_size", 15.6, '15.6"', "in"), "15.6 in"),
        (answer("screen_size", 39.624, '15.6" laptop', "cm"), "15.6 in"),
        (answer("ram", 8, "8 GB RAM", "GB"), "8 GB"),
        (answer("color", "Gray", "charcoal"), "Gray"),
        (answer("material", "Aluminum", "made of aluminium"), "Aluminum"),
        (answer("weight", 1.8, "Weight: 1,8 kg", "kg"), "1800 g"),
        (answer("weight", 1800, "WEIGHT:  1,8 kg", "g"), "1800 g"),
        (answer("waterproof", "no", "Not waterproof"), "no"),
        (answer("waterproof", "no", "waterproof"), "no"),
        (answer("warranty", 2, "2 years warranty", "year"), "24 month"),
        (answer("width", 20, "30 x 20 x 2 cm", "cm"), "20 cm"),
        (answer("edition", "Gold edition", "Gold edition"), "Gold edition"),
    ],
)
def test_what_the_text_states_becomes_a_proposal_in_canonical_form(one, value):
    checked = told(LAPTOP, one)
    assert values(checked) == {one["attribute"]: value}
    assert checked.refused.is_empty()


@pytest.mark.parametrize(
    ("one", "rule"),
    [
        (answer("color", "Charcoal", "charcoal"), "not_listed"),
        (answer("waterproof", "maybe", "Not waterproof"), "not_listed"),
        (answer("ram", 8, "8 GB RAM", "kg"), "unit_not_convertible"),
        (answer("ram", 8, "8 GB RAM", "gigabytes"), "unit_not_convertible"),
        (answer("warranty", 2000, "2 years warranty", "year"), "out_of_range"),
        (answer("weight", -1.8, "Weight: 1,8 kg", "kg"), "out_of_range"),
        (answer("weight", 0, "Weight: 1,8 kg", "kg"), "out_of_range"),
        (answer("pack_count", 0, "2 years warranty"), "out_of_range"),
        (answer("ram", 8, "8 TB RAM", "GB"), "evidence_not_in_source"),
        (answer("weight", 8, "8 kg", "kg"), "evidence_not_in_source"),
        (answer("screen_size", 6, '6"', "in"), "evidence_not_in_source"),
        (answer("color", "Gray", ""), "evidence_not_in_source"),
        (answer("color", "Gray", "  . "), "evidence_not_in_source"),
        (answer("ram", 16, "8 GB RAM", "GB"), "not_in_evidence"),
        (answer("storage", 8, "charcoal", "GB"), "not_in_evidence"),
        (answer("color", "Black", "charcoal"), "not_in_evidence"),
        (answer("material", "Leather", "Thin notebook made of aluminium."), "not_in_evidence"),
        (answer("waterproof", "yes", "Not waterproof"), "not_in_evidence"),
        (answer("waterproof", "yes", "waterproof"), "not_in_evidence"),
        (answer("style", "Casual", "Thin notebook"), "not_in_evidence"),
        (answer("style", "n/a", "Thin notebook"), "out_of_range"),
        (answer("style", "see https://x.example", "Thin notebook"), "markup_in_value"),
        (answer("style", "<b>Thin</b>", "Thin notebook"), "markup_in_value"),
        (answer("style", "as an AI I cannot", "Thin notebook"), "speaks_of_itself"),
        ({**answer("color", "Gray", "charcoal"), "sure": 1}, "off_schema"),
        ({"attribute": "color", "value": "Gray"}, "off_schema"),
        (answer("ram", "8", "8 GB RAM", "GB"), "off_schema"),
        (answer("ram", True, "8 GB RAM", "GB"), "off_schema"),
        (answer("color", 7, "charcoal"), "off_schema"),
        (answer("color", "Gray", ["charcoal"]), "off_schema"),
        (answer("color", "Gray", "charcoal", "cm"), "off_schema"),
    ],
)
def test_a_claim_that_breaks_a_rule_is_refused_by_its_name(one, rule):
    checked = told(LAPTOP, one)
    assert checked.proposals.is_empty()
    assert rules(checked) == [rule]
    assert checked.refused["message"].str.len_chars().min() > 10


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "not_json"),
        ("Sure! Here it is.", "not_json"),
        ("```json\n{}\n```", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[]", "off_schema"),
        ("{}", "off_schema"),
        ('{"products": [], "note": 1}', "off_schema"),
        ('{"products": [1]}', "off_schema"),
        ('{"products": [{"id": "p2", "answers": []}]}', "unknown_product"),
        ('{"products": [{"id": "p1", "answers": 1}]}', "off_schema"),
        ('{"products": [{"id": "p1", "answers": [], "not_stated": ["color"]}]}', "off_schema"),
    ],
)
def test_a_reply_of_another_form_is_refused_as_a_whole(text, rule):
    checked = check(text, asked(LAPTOP, attributes=("color",)))
    assert checked.proposals.is_empty()
    assert sorted(rules(checked)) == sorted([rule, "not_answered"])


def test_a_product_or_attribute_that_is_answered_twice_does_not_count():
    once = {"id": "p1", "answers": [answer("color", "Gray", "charcoal")]}
    twice = check(json.dumps({"products": [once, once]}), asked(LAPTOP, attributes=("color",)))
    assert rules(twice) == ["answered_twice", "answered_twice", "not_answered"]
    gray = answer("color", "Gray", "charcoal")
    assert rules(told(LAPTOP, gray, gray)) == ["answered_twice", "answered_twice"]


def test_what_was_not_asked_does_not_count():
    checked = check(reply(answer("color", "Gray", "charcoal")), asked(LAPTOP, attributes=("ram",)))
    assert rules(checked) == ["not_asked"]
    assert checked.not_stated["attribute"].to_list() == ["ram"]


def test_what_an_answer_leaves_out_is_not_stated():
    checked = check(reply(), asked(LAPTOP, attributes=("color", "ram")))
    assert checked.not_stated["attribute"].to_list() == ["color", "ram"]
    assert checked.refused.is_empty()


def test_a_product_that_a_reply_leaves_out_is_not_answered_and_the_other_is():
    checked = check(reply(), asked(LAPTOP, {"name": "Mug"}, attributes=("color",)))
    assert checked.not_stated.height == 1
    (row,) = checked.refused.to_dicts()
    assert (row["rule"], row["local_id"], row["attribute"]) == ("not_answered", "p2", None)


def test_a_proposal_says_where_it_stands_and_how_sure_it_is():
    checked = told(LAPTOP, answer("ram", 8, "8  gb RAM", "GB"), answer("material", "Aluminum", "aluminium"))
    rows = {row["attribute"]: row for row in checked.proposals.to_dicts()}
    assert rows["ram"]["evidence"] == "8 GB RAM"
    assert (rows["ram"]["field"], rows["material"]["field"]) == ("name", "description")
    assert rows["ram"]["confidence"] == CONFIDENCE[VERBATIM]
    assert rows["material"]["confidence"] < CONFIDENCE[SPELLED]
    assert {row["method"] for row in rows.values()} == {"model"}
    assert rows["ram"]["model_version"].startswith("some-model-attributes-")
    named = checked.proposals.with_columns(name=pl.lit(LAPTOP["name"]))
    assert named.select(attribute_question())["question_id"].to_list() == checked.proposals["question_id"].to_list()


def test_evidence_in_an_attribute_is_traced_by_its_field():
    checked = told(LAPTOP, answer("edition", "Gold edition", "A515 Gold edition"))
    assert checked.proposals["field"].to_list() == ["attributes.model"]


def test_one_of_several_values_is_less_sure():
    checked = told({"name": "Shirt black and white, oak box"}, answer("color", "Black", "black and white"))
    assert checked.proposals["confidence"].to_list() == [CONFIDENCE[SEVERAL]]
    kind = told({"name": "Shirt black and white, oak box"}, answer("material", "Wood", "oak box"))
    assert kind.proposals["confidence"].to_list() == [CONFIDENCE[GENERALIZED]]


def test_confidence_alone_accepts_nothing():
    assert max(CONFIDENCE.values()) < 0.85


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("Faux leather bag", answer("material", "Leather", "Faux leather bag")),
        ("Navy blue cap", answer("color", "Blue", "Navy blue cap")),
        ("Tea or coffee", answer("color", "Gold", "Tea or coffee")),
        ("Charger 100-240 V", answer("voltage", 240, "100-240 V", "V")),
        ("Box 1500 g", answer("weight", 500, "500 g", "g")),
        ("Pack of 12, 5 kg", answer("weight", 12, "Pack of 12, 5 kg", "kg")),
        ("Without wool", answer("material", "Wool", "wool")),
        ("Men's shirt", answer("size", "S", "Men's shirt")),
        ("Shirt", answer("gender", "Women", "Shirt")),
    ],
)
def test_what_only_looks_like_a_value_does_not_follow(name, one):
    assert told({"name": name}, one).proposals.is_empty()


def test_replies_are_checked_together_as_each_alone():
    first, second = asked(LAPTOP, attributes=("color",)), asked({"name": "Red mug"}, attributes=("color",))
    pairs = [(reply(answer("color", "Gray", "charcoal")), first), (reply(answer("color", "Red", "Red")), second)]
    together = check_all(pairs)
    alone = sorted(check(*pair).proposals["value"].item() for pair in pairs)
    assert sorted(together.proposals["value"].to_list()) == alone == ["Gray", "Red"]
    assert together.answers.rows.equals(together.proposals.drop("custom_id"))
    assert sorted(together.proposals["custom_id"]) == sorted([first.custom_id, second.custom_id])


def test_nothing_comes_of_nothing():
    checked = check_all([])
    assert checked.proposals.schema == PROPOSALS
    assert checked.refused.schema == REFUSED
    assert checked.not_stated.schema == NOT_STATED


@pytest.mark.parametrize(
    ("value", "evidence", "rule"),
    [
        ("Home > Kitchen & Dining", "mug", None),
        ("Home > Cups", "mug", "not_listed"),
        ("Home > Kitchen & Dining", "teapot", "evidence_not_in_source"),
    ],
)
def test_a_category_is_one_of_the_taxonomy_and_its_words_stand_in_the_text(value, evidence, rule):
    mug = {"name": "Glazed mug", "category_path": "New in"}
    checked = check(reply(answer("category", value, evidence)), asked(mug, attributes=("category",)))
    assert rules(checked) == ([] if rule is None else [rule])
    rows = checked.proposals.select("attribute", "value", "unit", "confidence").rows()
    assert rows == ([] if rule else [("category", value, None, CONFIDENCE["concluded"])])


def test_a_category_out_of_a_text_is_a_question_about_that_text_alone():
    said = [{"name": "Glazed mug", "category_path": path} for path in ("New in", "Sale")]
    answers = reply(answer("category", "Home > Kitchen & Dining", "mug"))
    first, second = (check(answers, asked(one, attributes=("category",))).proposals for one in said)
    assert first["question_id"].item() != second["question_id"].item()


SOME = 'Red|red|8 GB|8|GB|1,5 kg|kg|leather|not|waterproof|15.6"|\u200b|12 pcs|Ünï|ß|赤|;|=1+1|M'
WORDS = st.sampled_from(SOME.split("|"))
TEXT = st.lists(WORDS | st.text(max_size=6), max_size=8).map(" ".join)
ANSWER = st.fixed_dictionaries(
    {
        "attribute": st.sampled_from([*ATTRIBUTES, "colour"]),
        "value": st.sampled_from(["Red", "M", "yes", "no", "Leather", 8, 1.5, 12, 15.6, None, 1e300]) | TEXT,
        "evidence": TEXT,
    },
    optional={"unit": st.sampled_from(["GB", "kg", "g", "in", "V", 3])},
)
PRODUCT = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["p1", "p2"]),
        "answers": st.lists(ANSWER, max_size=4),
    }
)  # fmt: skip
REPLY = st.text() | st.lists(PRODUCT, max_size=2).map(lambda products: json.dumps({"products": products}))


@settings(max_examples=150, deadline=None)
@given(text=REPLY, name=TEXT, description=TEXT)
def test_whatever_a_reply_says_only_what_is_grounded_comes_out_and_each_attribute_has_one_end(text, name, description):
    content = {
        "name": name.encode("utf-8", "ignore").decode(),
        "description": description.encode("utf-8", "ignore").decode(),
    }
    request = asked(content)
    checked = check(text, request)
    for row in checked.proposals.to_dicts():
        assert row["evidence"] in content[row["field"]]
        assert any(occurrences(fold(content[row["field"]]), folded(row["evidence"])))
        assert (
            ATTRIBUTES[row["attribute"]].kind == "text"
            or value_fault(row["attribute"], row["value"], row["unit"]) is None
        )
    ends = [*checked.proposals["attribute"], *checked.not_stated["attribute"]]
    faulty = set(checked.refused["attribute"].drop_nulls())
    assert len(ends) == len(set(ends))
    assert not set(ends) & faulty
    unanswered = (checked.refused["rule"] == "not_answered").any()
    assert {*ends, *faulty} == (set() if unanswered else set(ATTRIBUTES))


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=40), start=st.integers(0, 40), length=st.integers(1, 40))
def test_a_folded_span_leads_back_to_its_words(text, start, length):
    source = fold(text)
    part = source.text[start : start + length].strip()
    place = source.text.find(part)
    if part and place >= 0:
        assert folded(source.original(place, place + len(part))).find(part) >= 0
