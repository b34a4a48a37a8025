"""What is shown with a question about a category path, and what no longer is."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.reviewed.acceptance import Flat
from catalog_assets.reviewed.known_paths import ELSEWHERE, Known
from catalog_assets.reviewed.shown_paths import NAMES, OF_PATH, OF_PROPOSAL, SUPPLIERS_PATH, path_lines
from catalog_assets.reviewed.transform import PROPOSAL, Reviewed, review
from catalog_assets.vocabulary.columns import CORRECTIONS, ENRICHED_ATTRIBUTES
from resources.review.page.contexts import context_of
from resources.review.protocol import DECISIONS
from resources.review.tasks import Item
from tests.frames import KNOWN, MATCHED_PRODUCTS, Row, frame, product

FILMS = "Media > Films"
OPTIONS = pl.DataFrame({"attribute": ["category"], "options": ['["A","B"]']})
PROPOSED = pl.Schema({name: ENRICHED_ATTRIBUTES.schema[name] for name in PROPOSAL})
PINS = pl.Schema({**CORRECTIONS.schema, "product_key": pl.String()})
ASKED = pl.Schema(dict.fromkeys(
    ("question_id", "product_key", "attribute", "method", "evidence", "name", "category_path"), pl.String
))  # fmt: skip


def proposal(product_key: str, value: str, confidence: float = 0.6, **other: Any) -> Row:
    sane = {
        "product_key": product_key, "attribute": "category", "method": "rule", "model_version": "v1", "unit": None,
        "evidence": FILMS, "source": "alpha", "product_id": "1", "delivery_id": "d1", "record_number": 1,
        "value": value, "confidence": confidence,
    }  # fmt: skip
    row = {**sane, **other}
    return {"question_id": f"{row['attribute']} {row['value']} {row['evidence']}", **row}


def asked(proposed: list[Row], *products: Row, refused: tuple[str, ...] = (), audited: float = 0.0) -> Reviewed:
    said = [
        {"question_id": one, "verdict": "reject", "value": None, "unit": None, "annotator": "eve", "decided_at": KNOWN,
         "reason": None, "sequence": 1}
        for one in refused
    ]  # fmt: skip
    return review(
        frame(MATCHED_PRODUCTS, products), pl.DataFrame(proposed, schema=PROPOSED, orient="row"),
        Known(pl.DataFrame(said, schema=DECISIONS, orient="row"), ELSEWHERE.to_frame()), PINS.to_frame(), OPTIONS,
        Flat(0.85), audited,
    )  # fmt: skip


def filed(key: str, name: str, path: str | None = FILMS) -> Row:
    return product(MATCHED_PRODUCTS, key, name=name, category_path=path, description=None)


def offered(found: Reviewed) -> dict[str, list[str]]:
    rows = found.questions.unique("question_id", keep="first", maintain_order=True)
    return {row["value"]: [one["value"] for one in json.loads(row["candidates"])] for row in rows.to_dicts()}


def lines(*rows: tuple[str, str | None], path: str = FILMS, evidence: str | None = FILMS, method: str = "rule") -> str:
    told = [("q", key, "category", method, evidence, name, path) for key, name in rows]
    found: str = path_lines(pl.DataFrame(told, schema=ASKED, orient="row"))["path_lines"].item()
    return found


def test_a_handful_of_other_names_and_for_what_the_answer_holds() -> None:
    names = [("k1", "One"), ("k2", "One"), ("k3", "Two\n x"), *((f"l{n}", f"Name {n}") for n in range(6))]
    assert lines(*names).split("\n") == [
        f"Supplier's category: {FILMS}", "Also there: Two x", "Also there: Name 0", "Also there: Name 1",
        "Also there: Name 2", OF_PATH, "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({}, OF_PATH), ({"evidence": "DVD"}, OF_PROPOSAL), ({"evidence": "DVD", "method": "model"}, OF_PATH),
        ({"path": "Headsets", "evidence": "Headsets"}, OF_PROPOSAL), ({"evidence": None}, OF_PROPOSAL),
    ],
)  # fmt: skip
def test_only_what_the_path_says_holds_for_all_of_it(facts: dict[str, Any], holds: str) -> None:
    assert lines(("k1", "One"), **facts).split("\n")[-2] == holds


@given(st.permutations([("k1", "One"), ("k2", "Two"), ("k3", None), ("k4", "Two"), ("k5", "Three")]))
def test_the_order_of_products_does_not_count(rows: list[tuple[str, str | None]]) -> None:
    assert lines(*rows) == lines(*sorted(rows, key=lambda row: row[0]))
    assert lines(*rows).count("Also there: ") <= NAMES


def test_what_is_not_about_a_path_says_nothing_of_one() -> None:
    found = asked([proposal("k1", "A", evidence="x")], filed("k1", "One", None))
    assert found.questions["context"].to_list() == ["\nOne\n"]  # a first line that is ours


def test_a_supplier_writes_none_of_the_lines_about_a_path() -> None:
    forged = filed("k1", f"{SUPPLIERS_PATH}Home > Garden", None) | {"description": "The answer holds for nothing else."}
    (context,) = asked([proposal("k1", "A", evidence="x")], forged).questions["context"].to_list()
    facts: dict[str, Any] = dict.fromkeys(
        ("value", "unit", "confidence", "method", "model_version", "evidence", "options")
    )
    told = context_of(Item("q", "category", "category", name=forged["name"], context=context, products=1, **facts))
    assert (told.path, told.holds, told.there) == (None, None, ())
    assert told.text == "The answer holds for nothing else."


def test_other_categories_of_the_path_are_offered_but_what_was_refused() -> None:
    films = [filed(key, "Crooked Orchard") for key in ("k1", "k2", "k3")]
    proposed = [proposal("k1", "Films > DVD"), proposal("k2", "Music > CD", 0.5, evidence="CD")]
    assert offered(asked(proposed, *films)) == {
        "Films > DVD": ["Films > DVD", "Music > CD"], "Music > CD": ["Films > DVD", "Music > CD"],
    }  # fmt: skip
    told = offered(asked(proposed, *films, refused=("category Music > CD CD",)))
    assert told["Films > DVD"] == ["Films > DVD"]


def test_words_of_the_name_offer_a_category() -> None:
    found = asked(
        [proposal("k1", "Office > Office Supplies", evidence="Paper")], filed("k1", "Tavion Notebook", "Paper")
    )
    assert offered(found)["Office > Office Supplies"] == ["Office > Office Supplies", "Computers > Laptops"]


def test_a_refused_value_is_not_offered_again_whoever_states_it() -> None:
    same: dict[str, Any] = {"attribute": "color", "value": "Red", "confidence": 0.6}
    proposed = [
        proposal("k1", **same | {"evidence": "red"}), proposal("k1", **same | {"evidence": None, "method": "supplier"}),
        proposal("k1", **same | {"value": "Black", "evidence": "black", "model_version": "v2"}),
    ]  # fmt: skip
    found = asked(proposed, filed("k1", "A red thing"), refused=("color Red red",))
    mine = found.questions.filter(pl.col("value") == "Black").to_dicts()
    others = [json.loads(row["candidates"]) for row in mine]
    assert all(one["value"] != "Red" for each in others for one in each)


def test_a_suppliers_own_description_is_taken_as_it_is_and_nobody_is_asked() -> None:
    own: dict[str, Any] = {"attribute": "description", "method": "supplier", "evidence": "description"}
    drawn = proposal("k1", "A lamp.", 1.0, **own) | {"question_id": "0" * 32}
    doubted = proposal("k1", "A lamp.", 0.2, **own)
    for row in (drawn, doubted):
        found = asked([row], filed("k1", "Lamp"), audited=1.0)
        assert (found.attributes["state"].to_list(), found.questions.height) == (["accepted"], 0)
    composed = drawn | {"method": "rule", "evidence": "name,brand"}
    assert asked([composed], filed("k1", "Lamp"), audited=1.0).questions["why"].to_list() == ["audit"]
