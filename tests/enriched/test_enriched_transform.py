"""Answers about contents become proposals about products, each with the record that it was read from."""

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog_assets.contracts import violations
from catalog_assets.enriched.contract import EnrichedAttributes, EnrichedProducts
from catalog_assets.enriched.path_mapper import MAPPED
from catalog_assets.enriched.protocol import ANSWERS, Answers, questions
from catalog_assets.enriched.transform import DISPUTED, GOLDEN_BONUS, UNANIMOUS, proposals
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.columns import ENRICHED_ATTRIBUTES, ENRICHED_PRODUCTS
from tests.enriched.enriched_frames import ENRICHER, matched
from tests.frames import conflict, member

NO_PATHS = MAPPED.to_frame()
NOTHING = Answers(ANSWERS.to_frame())


def origin(field, source="beta", product_id="9", record=7):
    return {"field": field, "source": source, "product_id": product_id, "delivery_id": f"of {source}",
            "record_number": record}  # fmt: skip


def stated(name, value, unit=None):
    return {"name": name, "value": value, "unit": unit}


def enriched(products):
    return proposals(products, ENRICHER.enrich(questions(products)), NO_PATHS)


def of_attributes(rows):
    """Proposals for attributes of the vocabulary."""
    return rows.filter(pl.col("attribute").is_in(list(ATTRIBUTES)))


def places(rows):
    """attribute, method -> where it was read."""
    return {
        (r["attribute"], r["method"]): (r["source"], r["product_id"], r["delivery_id"], r["record_number"])
        for r in rows.iter_rows(named=True)
    }


def test_the_columns_are_the_tables_without_the_run():
    attributes, products = enriched(matched({"name": "Red sofa"}))
    for frame, table in ((attributes, ENRICHED_ATTRIBUTES), (products, ENRICHED_PRODUCTS)):
        expected = {name: dtype for name, dtype in table.schema.items() if name != "run_id"}
        assert dict(frame.schema) == expected
        assert list(frame.schema) == list(expected)


def test_nothing_in_nothing_out():
    attributes, products = proposals(matched().clear(), NOTHING, NO_PATHS)
    assert attributes.is_empty()
    assert products.is_empty()


def test_tombstones_get_no_proposals_and_live_products_get_one_row():
    rows = matched(
        {"product_key": "a"},
        {"product_key": "b", "status": "withdrawn", "attributes": [stated("color", "Red")]},
        {"product_key": "c", "status": "merged", "attributes": [stated("color", "Red")]},
    )
    attributes, products = enriched(rows)
    assert set(attributes["product_key"]) == {"a"}
    assert products.select("product_key", "proposals").rows() == [("a", attributes.height)]
    assert attributes.height > 0


def test_a_product_without_an_answer_still_has_its_row():
    products = matched({"product_key": "a"})
    rows, told = proposals(products, NOTHING, NO_PATHS)
    assert rows.is_empty()
    assert told.select("content_hash", "proposals").rows() == [(products["content_hash"].item(), 0)]


def test_one_answer_serves_every_product_of_the_content():
    rows = matched({"product_key": "a", "name": "Red sofa"}, {"product_key": "b", "name": "Red sofa", "day": 2})
    attributes, products = enriched(rows)
    assert set(attributes.filter(pl.col("method") == "rule")["product_key"]) == {"a", "b"}
    categories = attributes.filter(pl.col("attribute") == "category")
    assert categories.select("product_key", "value").rows() == [("a", "Home > Furniture"), ("b", "Home > Furniture")]
    assert products["product_key"].to_list() == ["a", "b"]
    ids = attributes.filter(pl.col("attribute") == "color")["question_id"]
    assert ids.n_unique() == 1


@pytest.mark.parametrize(
    ("origins", "expected"),
    [([], ("alpha", "1", "alpha-2026-01-01", 3)), ([origin("name")], ("beta", "9", "of beta", 7)),
     ([origin("description")], ("alpha", "1", "alpha-2026-01-01", 3))],
)  # fmt: skip
def test_a_value_of_the_name_comes_from_the_record_of_the_name(origins, expected):
    rows = matched({"name": "Red sofa", "origins": origins, "offers": [member(record_number=3), member("beta", "9")]})
    attributes, _ = enriched(rows)
    assert places(attributes)["color", "rule"] == expected


def test_a_value_of_the_description_comes_from_the_record_of_the_description():
    content = {"name": "Sofa", "description": "Color: Red. A sofa for two.", "origins": [origin("description")]}
    attributes, _ = enriched(matched({**content, "offers": [member(), member("beta", "9")]}))
    assert places(attributes)["color", "rule"] == ("beta", "9", "of beta", 7)


@pytest.mark.parametrize("name", ["X1", "Red sofa"])
def test_a_category_is_of_the_record_that_its_supplier_path_is_from_and_a_description_of_its_own(name):
    lead, path = ("alpha", "1", "alpha-2026-01-01", 1), ("beta", "9", "of beta", 7)
    content = {"name": name, "category_path": "Audio > Headphones", "description": "A pair of long enough words."}
    own = {"offers": [member("alpha"), member("beta", "9")]}
    found, _ = enriched(matched({**content, **own, "origins": [origin("category_path"), origin("name", "gamma")]}))
    told = places(found.filter(pl.col("attribute").is_in(["category", "description"])))
    assert told == {("category", "rule"): path, ("description", "supplier"): lead}
    found, _ = enriched(matched({**content, **own, "origins": [origin("description")]}))
    assert places(found)["category", "rule"] == lead
    assert places(found)["description", "supplier"] == path


def test_a_composed_description_is_of_the_record_that_the_product_leads():
    rows = matched({"name": "Red sofa", "brand": "Acme", "description": None, "origins": [origin("name")],
                    "offers": [member("alpha"), member("beta", "9")]})  # fmt: skip
    found, _ = enriched(rows)
    assert places(found)["description", "rule"] == ("alpha", "1", "alpha-2026-01-01", 1)


def test_what_the_supplier_states_is_a_proposal_of_that_supplier():
    rows = matched({
        "name": "X1", "offers": [member("alpha", "1"), member("beta", "9")],
        "attributes": [stated("color", "Red"), stated("weight", "500", "g")], "origins": [origin("attributes.weight")],
    })  # fmt: skip
    attributes, _ = enriched(rows)
    shown = of_attributes(attributes).select(
        "attribute", "method", "model_version", "value", "unit", "confidence", "evidence", "source"
    )
    assert_frame_equal(
        shown,
        pl.DataFrame(
            [
                ("color", "supplier", "alpha", "Red", None, UNANIMOUS[1], None, "alpha"),
                ("weight", "supplier", "beta", "500", "g", UNANIMOUS[1], None, "beta"),
            ],
            schema=shown.schema,
            orient="row",
        ),
    )
    assert places(attributes)["weight", "supplier"] == ("beta", "9", "of beta", 7)


def disputed(*says):
    """Proposals of a product of which sources say colours: (source, value); the first is the golden one."""
    values = [
        conflict("attributes.color", value, source, chosen=place == 0) for place, (source, value) in enumerate(says)
    ]
    offers = [member(source) for source, _ in says]
    rows = matched({"name": "X1", "attributes": [stated("color", says[0][1])], "conflicts": values, "offers": offers})
    attributes = of_attributes(enriched(rows)[0])
    return {r["model_version"]: (r["value"], r["confidence"]) for r in attributes.iter_rows(named=True)}


def test_two_sources_that_differ_are_a_question():
    assert disputed(("alpha", "Red"), ("beta", "Blue")) == {
        "alpha": ("Red", pytest.approx(DISPUTED / 2 + GOLDEN_BONUS)),
        "beta": ("Blue", pytest.approx(DISPUTED / 2)),
    }


def test_the_more_sources_say_it_the_surer_but_never_sure():
    said = disputed(("alpha", "Red"), ("beta", "Red"), ("gamma", "Red"), ("delta", "Blue"))
    assert set(said) == {"alpha", "delta"}
    assert 0.5 < said["alpha"][1] < 0.85
    assert said["delta"][1] < said["alpha"][1]
    against = disputed(("alpha", "Red"), ("beta", "Blue"), ("gamma", "Blue"))
    assert against["beta"][1] > against["alpha"][1]


def test_sources_known_to_agree_are_surer_than_one():
    agreed = disputed(("alpha", "Red"), ("beta", "Red"))
    assert agreed == {"alpha": ("Red", UNANIMOUS[2])}
    assert disputed(*((f"s{i}", "Red") for i in range(5)))["s0"][1] > UNANIMOUS[2] > UNANIMOUS[1]


def test_a_source_speaks_once_whatever_its_offers_say():
    said = disputed(("alpha", "Red"), ("alpha", "Blue"), ("beta", "Green"), ("beta", "Pink"))
    assert {source: value for source, (value, _) in said.items()} == {"alpha": "Red", "beta": "Green"}


def test_a_dissenting_quantity_has_its_unit():
    values = [
        conflict("attributes.weight", "500 g", "alpha", chosen=True),
        conflict("attributes.weight", "600 g", "beta"),
    ]
    rows = matched({"name": "X1", "attributes": [stated("weight", "500", "g")], "conflicts": values,
                    "offers": [member("alpha"), member("beta")]})  # fmt: skip
    attributes = of_attributes(enriched(rows)[0])
    assert attributes.select("model_version", "value", "unit").rows() == [("alpha", "500", "g"), ("beta", "600", "g")]


def test_a_conflict_of_another_field_is_none_of_ours():
    values = [conflict("brand", "A", "alpha", chosen=True), conflict("brand", "B", "beta")]
    rows = matched({"name": "X1", "attributes": [stated("color", "Red")], "conflicts": values})
    attributes = of_attributes(enriched(rows)[0])
    assert attributes["confidence"].to_list() == [UNANIMOUS[1]]


def test_a_question_outlives_day_price_and_key():
    content = {"name": "Red sofa", "attributes": [stated("material", "Leather")]}
    one, _ = enriched(matched({"product_key": "a", **content}))
    other, _ = enriched(matched({"product_key": "b", "day": 3, "price": None, **content}))
    assert one["question_id"].to_list() == other["question_id"].to_list()
    third, _ = enriched(matched({"product_key": "a", **content, "name": "Red chair"}))
    same = set(one["question_id"]) & set(third["question_id"])
    of_path = one.filter(pl.col("attribute") == "category")["question_id"]
    assert same == set(of_path), "a path is asked about once, whatever its products are called"


def test_order_of_products_does_not_matter_and_the_contract_holds():
    values = [conflict("attributes.color", "Red", "alpha", chosen=True), conflict("attributes.color", "Blue", "beta")]
    rows = matched(
        {"product_key": "a", "name": "Laptop 8GB RAM 256GB SSD, Black", "attributes": [stated("ram", "8", "GB")]},
        {"product_key": "b", "name": "Red sofa", "attributes": [stated("color", "Red")], "conflicts": values,
         "origins": [origin("description")]},
        {"product_key": "c", "name": "X1", "description": None, "day": dt.date(2026, 1, 1)},
    )  # fmt: skip
    attributes, products = enriched(rows)
    again = enriched(rows.reverse())
    assert_frame_equal(attributes, again[0])
    assert_frame_equal(products, again[1])
    run = pl.lit("r").alias("run_id")
    assert violations(EnrichedAttributes, attributes.with_columns(run)).is_empty()
    assert violations(EnrichedProducts, products.with_columns(run)).is_empty()
