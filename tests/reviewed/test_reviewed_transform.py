"""Which proposal counts, whether it counts without a person, and where the others go."""

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.contracts import violations
from catalog_assets.reviewed.acceptance import Flat
from catalog_assets.reviewed.contract import ReviewedAttributes, ReviewedProducts
from catalog_assets.reviewed.known_paths import ELSEWHERE, Known
from catalog_assets.reviewed.shown_paths import OF_PROPOSAL
from catalog_assets.reviewed.transform import DOUBT, PROPOSAL, Reviewed, choose, proposal_id, review
from catalog_assets.vocabulary.columns import CORRECTIONS, ENRICHED_ATTRIBUTES
from resources.review.protocol import ASKED, DECISIONS
from tests.frames import (
    KNOWN,
    MATCHED_PRODUCTS,
    REVIEWED_ATTRIBUTES,
    REVIEWED_PRODUCTS,
    Row,
    conflict,
    date,
    frame,
    member,
    product,
    tombstone,
)

ACCEPT = 0.85
LATER = dt.datetime(2026, 1, 2, 9, 0, tzinfo=dt.UTC)
OPTIONS = pl.DataFrame({"attribute": ["category"], "options": ['["A","B"]']})
PROPOSED = pl.Schema({name: ENRICHED_ATTRIBUTES.schema[name] for name in PROPOSAL})
PINS = pl.Schema({**CORRECTIONS.schema, "product_key": pl.String})


def proposal(value: str = "Black", confidence: float = 0.9, method: str = "rule", **other: Any) -> Row:
    """A proposal for the color of k1; the same value is the same question."""
    sane = {
        "product_key": "k1", "attribute": "color", "model_version": "v1", "unit": None, "evidence": value,
        "source": "alpha", "product_id": "1", "delivery_id": "d1", "record_number": 1,
    }  # fmt: skip
    row = {**sane, "value": value, "confidence": confidence, "method": method, **other}
    return {"question_id": f"{row['attribute']}={row['value']}", **row}


def decision(question_id: str, verdict: str, sequence: int = 1, **other: Any) -> Row:
    sane = {"value": None, "unit": None, "annotator": "eve", "decided_at": LATER, "reason": "looked"}
    return {"question_id": question_id, "verdict": verdict, "sequence": sequence, **sane, **other}


def pin_of(attribute: str, value: str, product_key: str = "k1", **other: Any) -> Row:
    sane = {
        "correction_id": f"c-{product_key}-{attribute}", "sequence": 1, "kind": "pin", "source": "alpha",
        "product_id": "1", "unit": None, "person": "pia", "reason": "sure", "recorded_at": LATER,
    }  # fmt: skip
    return {**sane, "product_key": product_key, "attribute": attribute, "value": value, **other}


def table(rows: list[Row], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def matched(*rows: Row) -> pl.DataFrame:
    return frame(MATCHED_PRODUCTS, rows or [product(MATCHED_PRODUCTS)])


def reviewed(
    proposed: list[Row],
    decisions: list[Row] | None = None,
    pins: list[Row] | None = None,
    *products: Row,
    audited: float = 0.0,
) -> Reviewed:
    return review(
        matched(*products), table(proposed, PROPOSED), Known(table(decisions or [], DECISIONS), ELSEWHERE.to_frame()),
        table(pins or [], PINS), OPTIONS, Flat(ACCEPT), audited,
    )  # fmt: skip


def only(found: Reviewed) -> Row:
    return found.attributes.row(0, named=True) if found.attributes.height == 1 else pytest.fail(str(found.attributes))


def golden(found: Reviewed) -> Row:
    return found.products.row(0, named=True)


def others(row: Row) -> list[tuple[str, str, str]]:
    return [(a["value"], a["method"], a["fate"]) for a in row["alternatives"]]


@pytest.mark.parametrize(("confidence", "state"), [(0.85, "accepted"), (0.8499, "pending"), (1.0, "accepted")])
def test_a_lone_proposal_is_accepted_from_the_threshold_on(confidence: float, state: str) -> None:
    row = only(reviewed([proposal(confidence=confidence)]))
    assert (row["value"], row["state"], row["confidence"], row["alternatives"]) == ("Black", state, confidence, [])


def test_a_lone_proposal_keeps_its_whole_origin() -> None:
    given_row = proposal(unit="cm", evidence="so it says")
    row = only(reviewed([given_row]))
    assert {name: row[name] for name in PROPOSAL} == {name: given_row[name] for name in PROPOSAL}
    assert (row["annotator"], row["decided_at"]) == (None, None)


def test_the_highest_confidence_wins_and_the_other_is_merged() -> None:
    row = only(reviewed([proposal("Red", 0.6, "supplier"), proposal("Black", 0.95)]))
    assert (row["value"], others(row)) == ("Black", [("Red", "supplier", "merged")])


def test_at_equal_confidence_the_supplier_comes_before_rule_and_model() -> None:
    row = only(reviewed([proposal("A", method="model"), proposal("B"), proposal("C", method="supplier")]))
    assert (row["value"], others(row)) == ("C", [("B", "rule", "merged"), ("A", "model", "merged")])


def test_a_contradiction_takes_from_the_confidence() -> None:
    row = only(reviewed([proposal("Black", 0.9), proposal("Red", 0.6, "model")]))
    assert row["confidence"] == pytest.approx(0.9 * (1 - DOUBT * 0.6))
    assert row["state"] == "pending"


def test_two_that_are_equally_sure_of_different_values_are_a_question() -> None:
    row = only(reviewed([proposal("Black", 0.9), proposal("Red", 0.9, "supplier")]))
    assert row["confidence"] == pytest.approx(0.495)
    assert row["state"] == "pending"


def test_the_most_certain_contradiction_counts_not_their_number() -> None:
    row = only(reviewed([proposal("Black", 0.98), proposal("A", 0.1, "model"), proposal("B", 0.2, "supplier")]))
    assert row["confidence"] == pytest.approx(0.98 * (1 - DOUBT * 0.2))
    assert row["state"] == "accepted"


def test_agreement_takes_nothing_from_the_confidence() -> None:
    row = only(reviewed([proposal("Black", 0.9), proposal("Black", 0.8, "model")]))
    assert (row["confidence"], row["state"], others(row)) == (0.9, "accepted", [("Black", "model", "merged")])


def test_the_same_number_in_another_unit_is_a_contradiction() -> None:
    row = only(reviewed([proposal("2", 0.9, unit="kg"), proposal("2", 0.9, "model", unit="g", question_id="q2")]))
    assert row["state"] == "pending"


def test_what_a_person_accepts_is_certain() -> None:
    row = only(reviewed([proposal(confidence=0.3)], [decision("color=Black", "accept")]))
    told = {"state": "accepted", "value": "Black", "confidence": 1.0, "annotator": "eve", "decided_at": LATER}
    assert told.items() <= row.items()
    assert (row["method"], row["evidence"]) == ("rule", "Black"), "it stays the rule's value"


def test_what_a_person_accepts_wins_over_what_is_surer() -> None:
    row = only(reviewed([proposal("Black", 0.99), proposal("Red", 0.2, "model")], [decision("color=Red", "accept")]))
    assert (row["value"], row["state"], row["confidence"]) == ("Red", "accepted", 1.0)
    assert others(row) == [("Black", "rule", "superseded")]


def test_what_a_person_refuses_never_wins_and_no_longer_contradicts() -> None:
    found = reviewed([proposal("Black", 0.99), proposal("Red", 0.86, "supplier")], [decision("color=Black", "reject")])
    row = only(found)
    assert (row["value"], row["state"], row["confidence"]) == ("Red", "accepted", 0.86)
    assert others(row) == [("Black", "rule", "quarantined")]
    assert found.refused.select("value", "annotator", "reason").rows() == [("Black", "eve", "looked")]


def test_if_all_are_refused_the_attribute_is_rejected_and_empty() -> None:
    told = [decision("color=Black", "reject"), decision("color=Red", "reject", 2, annotator="bob")]
    found = reviewed([proposal("Black", unit="x"), proposal("Red", 0.5, "model")], told)
    row = only(found)
    assert (row["value"], row["unit"], row["state"], row["annotator"]) == (None, None, "rejected", "bob")
    assert [fate for *_, fate in others(row)] == ["quarantined"]
    assert sorted(found.refused["value"]) == ["Black", "Red"]
    assert (golden(found)["attributes"], golden(found)["rejected"]) == ([], 1)


def test_what_a_person_gives_instead_replaces_the_value() -> None:
    told = decision("color=Black", "replace", value="Navy", unit="u", reason="see picture")
    row = only(reviewed([proposal(confidence=0.99)], [told]))
    expected = {
        "value": "Navy", "unit": "u", "state": "accepted", "confidence": 1.0, "method": "person", "model_version": None,
        "evidence": "see picture", "annotator": "eve", "decided_at": LATER, "delivery_id": "d1",
        "question_id": "color=Black",
    }  # fmt: skip
    assert expected.items() <= row.items()
    assert others(row) == [("Black", "rule", "superseded")]


def test_a_replacement_supersedes_every_other_proposal() -> None:
    told = [decision("color=Black", "replace", value="Navy")]
    row = only(reviewed([proposal("Black", 0.3), proposal("Red", 0.9, "model")], told))
    assert row["value"] == "Navy"
    assert others(row) == [("Black", "rule", "superseded"), ("Red", "model", "superseded")]


@pytest.mark.parametrize(("first", "second", "value"), [(1, 2, "Red"), (2, 1, "Black")])
def test_of_two_affirmed_values_the_later_decision_wins(first: int, second: int, value: str) -> None:
    told = [decision("color=Black", "accept", first), decision("color=Red", "accept", second)]
    row = only(reviewed([proposal("Black", 0.99), proposal("Red", 0.2, "model")], told))
    assert row["value"] == value
    assert [fate for *_, fate in others(row)] == ["superseded"]


def test_a_later_refusal_of_another_value_does_not_outweigh_an_acceptance() -> None:
    told = [decision("color=Black", "accept", 1), decision("color=Red", "reject", 2)]
    row = only(reviewed([proposal("Black", 0.2), proposal("Red", 0.99, "model")], told))
    assert (row["value"], others(row)) == ("Black", [("Red", "model", "quarantined")])


def test_one_answer_settles_the_same_question_everywhere() -> None:
    proposed = [proposal(confidence=0.5), proposal(confidence=0.6, method="model"), proposal(product_key="k2")]
    found = reviewed(proposed, [decision("color=Black", "reject")], None, *(
        product(MATCHED_PRODUCTS, key) for key in ("k1", "k2")))  # fmt: skip
    assert found.attributes["state"].to_list() == ["rejected", "rejected"]
    assert found.refused.height == 3


def test_decisions_on_other_questions_change_nothing() -> None:
    found = reviewed([proposal(confidence=0.5)], [decision("color=Red", "accept")])
    assert only(found)["state"] == "pending"
    assert found.questions["question_id"].to_list() == ["color=Black"]


def test_a_pin_wins_over_everything_and_names_its_person() -> None:
    told = [decision("color=Black", "accept")]
    row = only(reviewed([proposal("Black"), proposal("Red", 0.5, "model")], told, [pin_of("color", "Green")]))
    expected = {
        "value": "Green", "state": "accepted", "confidence": 1.0, "method": "pin", "annotator": "pia",
        "evidence": "sure", "decided_at": LATER, "source": "alpha", "product_id": "1", "delivery_id": None,
        "record_number": None, "question_id": None, "model_version": None,
    }  # fmt: skip
    assert expected.items() <= row.items()
    assert others(row) == [("Black", "rule", "superseded"), ("Red", "model", "superseded")]


def test_a_pin_over_an_open_contradiction_keeps_what_it_overrules() -> None:
    row = only(reviewed([proposal("Black"), proposal("Red", 0.5, "model")], None, [pin_of("color", "Green")]))
    assert others(row) == [("Black", "rule", "superseded"), ("Red", "model", "merged")]


def test_a_pin_over_a_replacement_lists_the_replaced_proposal_once() -> None:
    told = [decision("color=Black", "replace", value="Navy")]
    row = only(reviewed([proposal()], told, [pin_of("color", "Green")]))
    assert others(row) == [("Black", "rule", "superseded")]


def test_a_pin_over_a_refusal_leaves_the_refused_one_in_quarantine_alone() -> None:
    found = reviewed([proposal()], [decision("color=Black", "reject")], [pin_of("color", "Green")])
    assert (only(found)["value"], others(only(found))) == ("Green", [])
    assert found.refused["value"].to_list() == ["Black"]


def test_a_pin_stands_where_nothing_is_proposed_any_more() -> None:
    found = reviewed([], None, [pin_of("weight", "2", unit="kg")])
    assert (only(found)["value"], only(found)["alternatives"]) == ("2", [])
    assert golden(found)["attributes"] == [
        {"name": "weight", "value": "2", "unit": "kg", "method": "pin", "confidence": 1.0}
    ]
    assert golden(found)["pinned"] == ["weight"]


def test_a_pin_survives_whatever_the_next_run_proposes() -> None:
    for proposed in ([], [proposal("Red", 1.0)], [proposal("Blue", 0.1), proposal("Red", 1.0, "supplier")]):
        found = reviewed(proposed, None, [pin_of("color", "Green")])
        assert [a["value"] for a in golden(found)["attributes"]] == ["Green"]
        assert found.questions.is_empty()


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("name", "Better", "Better"),
        ("mpn", "B-1", "B-1"),
        ("currency", "USD", "USD"),
        ("price", "12.5", Decimal("12.5")),
    ],
)
def test_a_pinned_field_replaces_the_golden_one(field: str, value: str, shown: Any) -> None:
    found = golden(reviewed([], None, [pin_of(field, value)]))
    assert found[field] == shown
    assert found["pinned"] == [field]
    assert found["attributes"] == [], "a field is no attribute"


def test_a_field_is_pinned_for_its_product_alone() -> None:
    rows = [product(MATCHED_PRODUCTS, key) for key in ("k1", "k2")]
    found = reviewed([], None, [pin_of("name", "Better")], *rows).products
    assert found["name"].to_list() == ["Better", "Acme Monitor 27"]


def test_a_pinned_category_is_the_accepted_one() -> None:
    proposed = [proposal("A", 0.3, attribute="category")]
    found = golden(reviewed(proposed, None, [pin_of("category", "B")]))
    assert (found["category"], found["category_state"], found["pending"]) == ("B", "accepted", 0)


def test_a_pinned_description_is_shown() -> None:
    proposed = [proposal("Proposed.", 0.95, attribute="description")]
    assert golden(reviewed(proposed))["description"] == "Proposed."
    assert golden(reviewed(proposed, None, [pin_of("description", "Mine.")]))["description"] == "Mine."


@pytest.mark.parametrize(
    ("confidence", "verdict", "shown"),
    [(0.9, None, ("A", "accepted")), (0.5, None, (None, "pending")), (0.9, "reject", (None, "rejected"))],
)
def test_a_category_is_shown_when_it_is_accepted(
    confidence: float, verdict: str | None, shown: tuple[Any, Any]
) -> None:
    told = [decision("category=A", verdict)] if verdict else []
    found = golden(reviewed([proposal("A", confidence, attribute="category")], told))
    assert (found["category"], found["category_state"]) == shown


def test_without_proposals_a_product_has_its_golden_fields_and_nothing_more() -> None:
    found = golden(reviewed([]))
    assert (found["name"], found["category_state"], found["attributes"]) == ("Acme Monitor 27", "missing", [])
    assert (found["accepted"], found["pending"], found["rejected"], found["confidence"]) == (0, 0, 0, None)
    assert found["description"] is None, "a description is a proposal too"


def test_a_product_counts_its_values_and_lists_the_accepted_ones_by_name() -> None:
    proposed = [
        proposal("L", 0.9, attribute="size"), proposal("Black", 0.95), proposal("9", 0.2, attribute="weight"),
        proposal("A", 0.88, attribute="category"), proposal("x", 0.9, attribute="material"),
    ]  # fmt: skip
    found = golden(reviewed(proposed, [decision("material=x", "reject")]))
    assert (found["accepted"], found["pending"], found["rejected"]) == (3, 1, 1)
    assert [a["name"] for a in found["attributes"]] == ["color", "size"]
    assert found["confidence"] == pytest.approx((0.9 + 0.95 + 0.88) / 3)


def test_it_is_known_since_the_last_word_on_it() -> None:
    assert golden(reviewed([proposal()]))["known_from"] == KNOWN
    assert golden(reviewed([proposal()], [decision("color=Black", "accept")]))["known_from"] == LATER
    early = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert golden(reviewed([proposal()], [decision("color=Black", "accept", decided_at=early)]))["known_from"] == KNOWN
    assert golden(reviewed([], None, [pin_of("name", "x")]))["known_from"] == LATER


def test_ended_products_pass_through() -> None:
    gone = product(MATCHED_PRODUCTS, "k2", status="withdrawn", offers=[member(live=False)])
    found = reviewed([], None, None, tombstone(MATCHED_PRODUCTS, "k1", "k3"), gone).products
    assert found.select("product_key", "status", "merged_into").rows() == [
        ("k1", "merged", "k3"), ("k2", "withdrawn", None)]  # fmt: skip


def test_conflicts_of_the_golden_record_are_kept() -> None:
    at_odds = [conflict("name", "x", chosen=True), conflict("name", "y", "beta")]
    assert golden(reviewed([], None, None, product(MATCHED_PRODUCTS, conflicts=at_odds)))["conflicts"] == at_odds


def test_questions_stand_for_what_is_pending_and_for_what_is_decided() -> None:
    proposed = [
        proposal("Black", 0.5), proposal("L", 0.99, attribute="size"), proposal("x", 0.9, attribute="material"),
        proposal("9", 0.9, attribute="weight"), proposal("A", 0.2, attribute="category"),
        proposal("Said.", 0.2, attribute="description"),
    ]  # fmt: skip
    told = [decision("material=x", "accept"), decision("weight=9", "reject")]
    found = reviewed(proposed, told, None, product(MATCHED_PRODUCTS, description="Sells well."))
    expected = table(
        [
            {"kind": "category", "attribute": "category", "value": "A", "confidence": 0.2},
            {"kind": "attribute", "attribute": "color", "value": "Black", "confidence": 0.5},
            {"kind": "description", "attribute": "description", "value": "Said.", "confidence": 0.2},
            {"kind": "attribute", "attribute": "material", "value": "x", "confidence": 0.9},
            {"kind": "attribute", "attribute": "weight", "value": "9", "confidence": 0.9},
        ],
        ASKED,
    ).with_columns(
        pl.concat_str("attribute", pl.lit("="), "value").alias("question_id"), pl.lit("k1").alias("product_key"),
        pl.lit("rule").alias("method"), pl.lit("v1").alias("model_version"),
        pl.col("value").alias("evidence"), pl.lit("Acme Monitor 27").alias("name"),
        # Who decides about a category decides about the supplier's path, and must see it.
        pl.when(pl.col("attribute") == "category")
        .then(pl.lit(f"Supplier's category: Screens\n{OF_PROPOSAL}\nAcme Monitor 27\nSells well."))
        .otherwise(pl.lit("Acme Monitor 27\nSells well.")).alias("context"),
        pl.when(pl.col("attribute") == "category").then(pl.lit(OPTIONS["options"][0])).alias("options"),
        pl.when(pl.col("attribute").is_in(["material", "weight"]))
        .then(pl.lit("decided")).otherwise(pl.lit("doubt")).alias("why"),
        pl.lit(1.0).alias("popularity"),
    )  # fmt: skip
    assert_frame_equal(found.questions.drop("candidates"), expected.drop("candidates"), check_column_order=False)


def test_all_that_is_proposed_for_a_value_is_shown_with_it_the_surest_first() -> None:
    proposed = [proposal("Black", 0.6), proposal("Red", 0.7, "model"), proposal("L", 0.99, attribute="size")]
    (row,) = reviewed(proposed).questions.iter_rows(named=True)
    assert [(one["value"], one["method"], one["confidence"]) for one in json.loads(row["candidates"])] == [
        ("Red", "model", 0.7), ("Black", "rule", 0.6)
    ]  # fmt: skip


def test_what_a_person_refused_is_no_candidate_for_what_is_asked_next() -> None:
    proposed = [proposal("Black", 0.6), proposal("Red", 0.7, "model")]
    found = reviewed(proposed, [decision("color=Red", "reject")]).questions.sort("value")
    assert found["value"].to_list() == ["Black", "Red"]  # the refused one stays, so that it can be changed
    told = [[one["value"] for one in json.loads(text)] for text in found["candidates"]]
    assert told == [["Black"], ["Red", "Black"]]


def test_what_is_drawn_is_an_audit_before_and_after_it_is_decided() -> None:
    drawn = "00000000" + "a" * 24
    proposed = [proposal("Black", 0.99) | {"question_id": drawn}, proposal("L", 0.99, attribute="size")]
    untouched = reviewed(proposed, audited=0.1)
    assert untouched.questions.select("question_id", "why").rows() == [(drawn, "audit")]
    decided = reviewed(proposed, [decision("x", "accept") | {"question_id": drawn}], audited=0.1)
    assert decided.questions.select("question_id", "why").rows() == [(drawn, "audit")]


def test_a_product_that_many_offer_is_worth_more() -> None:
    offers = [{"source": source, "product_id": "1", "day": date(1), "live": True} for source in ("a", "b", "c")]
    found = reviewed(
        [proposal("Black", 0.5)], None, None, product(MATCHED_PRODUCTS, offers=offers, image_url="https://a/b")
    )
    assert found.questions.select("popularity", "image").rows() == [(3.0, "https://a/b")]


def test_only_the_chosen_one_of_several_is_asked() -> None:
    found = reviewed([proposal("Black", 0.6), proposal("Red", 0.5, "model")])
    assert found.questions["question_id"].to_list() == ["color=Black"]


def test_a_question_that_two_methods_raise_is_asked_once() -> None:
    found = reviewed([proposal("Black", 0.6), proposal("Black", 0.5, "model")])
    assert found.questions.select("question_id", "product_key").rows() == [("color=Black", "k1")]


def test_a_question_about_two_products_stands_for_both() -> None:
    proposed = [proposal("Black", 0.6), proposal("Black", 0.6, product_key="k2")]
    found = reviewed(proposed, None, None, *(product(MATCHED_PRODUCTS, key) for key in ("k1", "k2")))
    assert found.questions.select("question_id", "product_key").rows() == [
        ("color=Black", "k1"),
        ("color=Black", "k2"),
    ]


def test_the_context_is_cut_and_never_interpreted() -> None:
    long = product(MATCHED_PRODUCTS, name="<script>{0} %s</script>", description="=1+1 " + "x" * 900)
    context = reviewed([proposal("Black", 0.6)], None, None, long).questions["context"].item()
    assert context.startswith("<script>{0} %s</script>\n=1+1 xxx")
    assert len(context) == len("<script>{0} %s</script>\n") + 500


def test_proposals_have_ids_that_cannot_run_together() -> None:
    rows = [proposal(product_key="k", attribute="ab"), proposal(product_key="ka", attribute="b")]
    assert table(rows, PROPOSED).select(proposal_id()).to_series().n_unique() == 2


KEYS, ATTRIBUTES, VALUES = ("k1", "k2"), ("color", "size", "category"), ("Black", "Red")
VERSIONS = [("supplier", "alpha"), ("supplier", "beta"), ("rule", "v1"), ("model", "a1")]
CONFIDENCE = st.sampled_from([0.1, 0.5, 0.84, 0.85, 0.9, 1.0])


@st.composite
def proposed_rows(draw: st.DrawFn) -> list[Row]:
    """Proposals of several methods for two products; equal values of different products are one question."""
    ids = st.tuples(st.sampled_from(KEYS), st.sampled_from(ATTRIBUTES), st.sampled_from(VERSIONS))
    return [
        proposal(
            draw(st.sampled_from(VALUES)), draw(CONFIDENCE), method, model_version=version, product_key=key,
            attribute=attribute,
        )
        for key, attribute, (method, version) in draw(st.lists(ids, unique=True, max_size=10))
    ]  # fmt: skip


@st.composite
def decided_rows(draw: st.DrawFn) -> list[Row]:
    """Decisions in force, at most one a question, each with its own place in the sequence."""
    questions = [f"{attribute}={value}" for attribute in ATTRIBUTES for value in VALUES]
    asked = draw(st.lists(st.sampled_from(questions), unique=True))
    verdicts = st.sampled_from(["accept", "reject", "replace"])
    told = []
    for sequence, question in enumerate(asked, start=1):
        verdict = draw(verdicts)
        told.append(decision(question, verdict, sequence, value="Said" if verdict == "replace" else None))
    return told


PINNED = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from([*ATTRIBUTES, "name", "weight"])), unique=True, max_size=3
)


def pinned_rows(places: list[tuple[str, str]]) -> list[Row]:
    return [pin_of(attribute, "Pinned", key) for key, attribute in places]


def counted(found: Reviewed) -> Counter[str]:
    """How often each proposal is found among the fates, as the recount of the stage finds them."""
    rows = found.attributes
    own = rows.filter(~pl.col("method").is_in(["person", "pin"]) & (pl.col("state") != "rejected"))
    listed = rows.select("product_key", "attribute", "alternatives").explode("alternatives").drop_nulls("alternatives")
    listed = listed.unnest("alternatives").filter(pl.col("fate").is_in(["merged", "superseded"]))
    refused = found.refused.select(proposal_id()).to_series().unique()
    return Counter(
        [*own.select(proposal_id()).to_series(), *listed.select(proposal_id()).to_series(), *refused.to_list()]
    )


BOTH = [product(MATCHED_PRODUCTS, key) for key in KEYS]


@given(proposed_rows(), decided_rows(), PINNED)
@settings(max_examples=120, deadline=None)
def test_every_proposal_has_exactly_one_fate(
    proposed: list[Row], told: list[Row], places: list[tuple[str, str]]
) -> None:
    found = reviewed(proposed, told, pinned_rows(places), *BOTH)
    ids = table(proposed, PROPOSED).select(proposal_id()).to_series().to_list()
    assert counted(found) == Counter(ids)


@given(proposed_rows(), decided_rows(), PINNED)
@settings(max_examples=60, deadline=None)
def test_the_tables_keep_their_contracts(proposed: list[Row], told: list[Row], places: list[tuple[str, str]]) -> None:
    found = reviewed(proposed, told, pinned_rows(places), *BOTH)
    stamp = [pl.lit(date(1)).alias("day"), pl.lit("r1").alias("run_id")]
    order = [list(REVIEWED_ATTRIBUTES.columns), list(REVIEWED_PRODUCTS.columns)]
    assert violations(ReviewedAttributes, found.attributes.with_columns(*stamp).select(order[0])).rows() == []
    assert violations(ReviewedProducts, found.products.with_columns(*stamp).select(order[1])).rows() == []
    assert set(found.questions.columns) == set(ASKED)


@given(proposed_rows(), decided_rows(), PINNED, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_does_not_count(
    proposed: list[Row], told: list[Row], places: list[tuple[str, str]], chance: Any
) -> None:
    expected = reviewed(proposed, told, pinned_rows(places), *BOTH)
    mixed = [list(rows) for rows in (proposed, told, pinned_rows(places), BOTH)]
    for rows in mixed:
        chance.shuffle(rows)
    found = reviewed(mixed[0], mixed[1], mixed[2], *mixed[3])
    assert_frame_equal(found.attributes, expected.attributes)
    assert_frame_equal(found.products, expected.products)
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.refused.sort(PROPOSAL), expected.refused.sort(PROPOSAL))


def judged(rows: list[Row], told: dict[str, Row]) -> tuple[Any, str]:
    """Value and state of one attribute, computed once more with loops."""
    verdicts = [(row, told.get(row["question_id"])) for row in rows]
    affirmed = [(said["sequence"], row, said) for row, said in verdicts if said and said["verdict"] != "reject"]
    if affirmed:
        _, row, said = max(affirmed, key=lambda each: each[0])
        return (said["value"] if said["verdict"] == "replace" else row["value"]), "accepted"
    free = [row for row, said in verdicts if said is None]
    if not free:
        return None, "rejected"
    rank = {"supplier": 0, "rule": 1, "model": 2}
    best = min(
        free, key=lambda row: (row["method"] == "model", -row["confidence"], rank[row["method"]], row["model_version"])
    )
    against = max((row["confidence"] for row in free if row["value"] != best["value"]), default=0.0)
    sure = best["confidence"] * (1 - DOUBT * against)
    return best["value"], "accepted" if sure >= ACCEPT and best["method"] != "model" else "pending"


@given(proposed_rows(), decided_rows())
@settings(max_examples=80, deadline=None)
def test_the_choice_computed_once_more_with_loops(proposed: list[Row], told: list[Row]) -> None:
    units: dict[tuple[str, str], list[Row]] = {}
    for row in proposed:
        units.setdefault((row["product_key"], row["attribute"]), []).append(row)
    by_question = {row["question_id"]: row for row in told}
    expected = {unit: judged(rows, by_question) for unit, rows in units.items()}
    found = reviewed(proposed, told, None, *BOTH).attributes
    shown = {(r["product_key"], r["attribute"]): (r["value"], r["state"]) for r in found.to_dicts()}
    assert shown == expected


@given(proposed_rows(), decided_rows(), PINNED)
@settings(max_examples=60, deadline=None)
def test_questions_are_those_that_wait_and_those_that_are_decided(
    proposed: list[Row], told: list[Row], places: list[tuple[str, str]]
) -> None:
    found = reviewed(proposed, told, pinned_rows(places), *BOTH)
    waiting = set(found.attributes.filter(pl.col("state") == "pending")["question_id"])
    raised = {row["question_id"] for row in proposed}
    decided = {row["question_id"] for row in told} & raised
    assert set(found.questions["question_id"]) == waiting | decided
    assert not waiting & decided
    asked = found.questions.select("question_id", "product_key").rows()
    assert len(asked) == len(set(asked))
    for question, key in asked:
        assert any(row["question_id"] == question and row["product_key"] == key for row in proposed)


def test_nothing_proposed_gives_empty_typed_frames() -> None:
    chosen = choose(table([], PROPOSED), table([], DECISIONS), Flat(ACCEPT))
    wanted = {n: t for n, t in REVIEWED_ATTRIBUTES.schema.items() if n not in ("day", "run_id")}
    assert {name: chosen.schema[name] for name in wanted} == wanted
