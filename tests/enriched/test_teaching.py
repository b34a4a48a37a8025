"""What a catalogue and the people who work on it teach the learned reader, and how good it is said to be."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.enriched.extraction.learning import ASKED, is_unknown
from catalog_assets.enriched.extraction.tokens import PARTS, VALUES
from catalog_assets.enriched.teaching import NOBODY, SAID, held, lesson, taught_by, train
from catalog_assets.releases import TooLittleToLearn
from resources.review.protocol import CASES
from tests.enriched.enriched_frames import contents
from tests.examples import tries

COLORS = ("Black", "Red", "Green", "Blue", "White")
TAUGHT = [
    {"name": f"Lumo desk lamp model {n} {COLORS[n % 5]} {n % 9 + 1}00 cm cable", "description": None,
     "attributes": [{"name": "color", "value": COLORS[n % 5], "unit": None}]}
    for n in range(60)
]  # fmt: skip
LAMP = "Lumo desk lamp 200 cm cable, Red"
Labels = set[tuple[str, str]]


def decided(
    verdict: str, attribute: str, asked: str, evidence: str | None = None, value: str | None = None,
    name: str = LAMP, sequence: int = 1, kind: str = "attribute",
) -> dict[str, Any]:  # fmt: skip
    return {
        "question_id": f"{attribute}={asked}/{evidence}", "verdict": verdict, "value": value, "sequence": sequence,
        "asked_kind": kind, "asked_attribute": attribute, "asked_value": asked, "asked_evidence": evidence,
        "asked_name": name,
    }  # fmt: skip


def labels(said: list[dict[str, Any]], *rows: dict[str, Any]) -> Labels:
    asked = contents(*(rows or ({"name": LAMP},)))
    values = lesson(asked, pl.DataFrame(said, schema=SAID)).labelled.values
    return set(values.select("attribute", "value").rows())


def test_what_suppliers_state_and_the_text_repeats_is_a_label() -> None:
    said = {"name": "Kera mug, Anthracite", "attributes": [{"name": "material", "value": "Stoneware", "unit": None}]}
    told = lesson(contents(*TAUGHT[:3], said)).labelled
    assert set(told.values["attribute"]) >= {"color"}
    assert "Stoneware" not in told.values["value"].to_list(), "the text does not say it"
    texts = told.texts.filter(pl.col("part") == 0)["text"].to_list()
    words = told.values.filter(pl.col("attribute") == "color")["value"].to_list()
    assert all(any(word in text for text in texts) for word in words)


def test_decisions_are_read_in_the_shape_in_which_the_store_keeps_them() -> None:
    assert {name: CASES[name] for name in SAID} == dict(SAID)


def test_a_refused_span_is_no_label_any_more() -> None:
    assert ("color", "Red") in labels([])
    assert ("color", "Red") not in labels([decided("reject", "color", "Red", "Red")])
    assert ("color", "Red") not in labels([decided("reject", "color", "Red")]), "a supplier's word shows no evidence"
    assert ("color", "Red") not in labels([decided("reject", "color", "Crimson", "cable, Red")]), "the same words"
    others = [
        decided("reject", "material", "Red", "Red"), decided("reject", "color", "Blue", "Blue"),
        decided("reject", "color", "Red", "Red", name="Another lamp"),
        decided("reject", "color", "Red", "Red", kind="category"),
    ]  # fmt: skip
    assert ("color", "Red") in labels(others)


def test_a_number_that_was_refused_later_is_no_label_however_it_was_written() -> None:
    named = decided("accept", "length", "200", "200 cm")
    assert ("length", "200 cm") in labels([named])
    assert ("length", "200 cm") not in labels([named, decided("reject", "length", "200.0", sequence=2)])


def test_what_nobody_was_asked_about_is_unknown_in_what_people_decided_about_and_absent_elsewhere() -> None:
    said = pl.DataFrame([decided("reject", "material", "Red", "Red")] * 2, schema=SAID)
    told = lesson(contents({"name": LAMP}, {"name": "Other lamp, Red"}), said).labelled
    product = told.texts.filter(pl.col("text") == LAMP)["product"][0]
    other = told.texts.filter(pl.col("text") != LAMP)["product"][0]
    assert told.partly.rows() == [(product, "material")]
    cases = pl.DataFrame(
        [(product, "material"), (product, "color"), (product, "width"), (other, "width")], schema=ASKED, orient="row"
    )
    # Refused, stated by the text, never asked; and of a product that nobody looked at the rules' silence counts.
    assert is_unknown(cases, told).to_list() == [False, False, True, False]


def test_what_a_person_looked_at_is_learned_from_even_where_nothing_is_right() -> None:
    said = pl.DataFrame([decided("reject", "color", "Teal", "zzz", name="Zzz")], schema=SAID)
    told = lesson(contents({"name": "Zzz"}, {"name": "Yyy"}), said)
    assert told.labelled.texts["text"].to_list() == ["Zzz"]
    assert told.labelled.values.is_empty()


def test_an_affirmed_value_that_no_rule_knows_becomes_a_label() -> None:
    plain = "Lumo lamp, moonlit finish"
    row = {"name": plain}
    shown = decided("accept", "color", "White", "moonlit", name=plain)
    assert ("color", "moonlit") not in labels([], row)
    assert ("color", "moonlit") in labels([shown], row)
    assert ("color", "sunlit") not in labels([{**shown, "asked_evidence": "sunlit"}], row), "it stands nowhere"


@pytest.mark.parametrize(
    ("text", "attribute", "value", "span"),
    [
        ("Lumo lamp in rot", "color", "Red", "rot"),
        ("Lumo lamp for kids, 1.5 m of cable", "length", "150", "1.5 m"),
        ("Sofa of RECYCLED Paper", "material", "Recycled paper", "RECYCLED Paper"),
    ],
)
def test_a_replaced_value_labels_the_place_where_the_new_one_stands(
    text: str, attribute: str, value: str, span: str
) -> None:
    said = [decided("replace", attribute, "something else", "Lumo", value, name=text)]
    found = {value for name, value in labels(said, {"name": text}) if name == attribute}
    assert found == {span}


def test_a_bare_number_is_no_label() -> None:
    text = "Lumo 150 lamp"
    said = [decided("replace", "length", "1", "Lumo", "150", name=text)]
    assert labels(said, {"name": text}) == set()


def test_people_stand_above_other_labels_and_their_last_word_above_the_first() -> None:
    blue = decided("replace", "color", "Teal", "lamp", "Blue", name=f"{LAMP}, Blue", sequence=2)
    row = {"name": f"{LAMP}, Blue", "attributes": [{"name": "color", "value": "Red", "unit": None}]}
    assert ("color", "Red") in labels([], row)
    assert {value for name, value in labels([blue], row) if name == "color"} == {"Blue"}
    later = decided("reject", "color", "Blue", None, name=f"{LAMP}, Blue", sequence=3)
    assert "Blue" not in {value for _, value in labels([blue, later], row)}
    before = {**later, "sequence": 1}
    assert "Blue" in {value for _, value in labels([blue, before], row)}


def test_the_facts_count_decisions_and_what_they_did() -> None:
    said = [
        decided("reject", "color", "Red", "Red"), decided("accept", "length", "200", "200 cm"),
        decided("accept", "color", "Red", "Red", name="Nobody sells this"),
    ]  # fmt: skip
    told = lesson(contents({"name": LAMP}, {"name": LAMP, "description": "The other one"}),
                  pl.DataFrame(said, schema=SAID))  # fmt: skip
    assert told.facts == {
        "decided_accept": 1, "decided_replace": 0, "decided_reject": 1, "labels_of_decisions": 2,
        "labels_taken_away": 2,
    }  # fmt: skip
    assert set(told.affirmed["attribute"]) == {"length"}


def test_what_people_decided_about_is_learned_from_before_the_rest() -> None:
    asked = contents({"name": LAMP}, *TAUGHT[:20])
    said = pl.DataFrame([decided("reject", "color", "Red", "Red")], schema=SAID)
    assert lesson(asked, said, most=1).labelled.texts["text"].to_list() == [LAMP]
    assert lesson(asked, NOBODY, most=1).labelled.texts["product"].n_unique() == 1


def test_a_reader_is_judged_by_products_it_was_not_taught() -> None:
    asked = contents(*TAUGHT)
    apart = asked.filter(held())
    assert 0 < apart.height < 30
    said = pl.DataFrame([decided("accept", "color", "Red", "Red", name=apart["name"][0])], schema=SAID)
    facts = train(asked, said).facts
    assert facts["products"] == 60 - apart.height
    assert facts["held_products"] == apart.height
    assert facts["decided_accept"] == 0, "it is about a product that is kept apart"
    assert facts["held_named_by_people"] >= facts["held_named_by_people_right"] >= 0
    for name in ("held_precision", "held_recall", "held_f1", "held_macro_f1", "held_calibration_error"):
        assert 0 <= facts[name] <= 100


def test_the_same_product_in_other_words_is_kept_apart_with_it() -> None:
    twice = [{**row, "description": "Told again"} for row in TAUGHT]
    asked = contents(*TAUGHT, *twice)
    names = asked.filter(held())["name"].n_unique()
    assert train(asked).facts["products"] == 2 * (60 - names)


def test_the_same_lessons_give_the_same_bytes_and_others_do_not() -> None:
    asked = contents(*TAUGHT)
    mine = asked.filter(~held())["name"][0]
    said = pl.DataFrame([decided("reject", "color", "x", "lamp", name=mine)], schema=SAID)
    first = train(asked, said).to_bytes()
    assert train(asked.sort("name", descending=True), said).to_bytes() == first
    assert train(asked).to_bytes() != first


def test_a_catalogue_that_states_nothing_teaches_nothing() -> None:
    with pytest.raises(TooLittleToLearn):
        train(contents({"name": "Thing 4711"}))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b"])), max_size=8),
       st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b"])), max_size=8))  # fmt: skip
def test_a_case_is_unknown_only_where_people_looked_and_were_not_asked(
    named: list[tuple[int, str]], asked: list[tuple[int, str]]
) -> None:
    parts = pl.DataFrame([(n, 0, "*", "x") for n in range(5)], schema=PARTS, orient="row")
    values = pl.DataFrame([(*case, "x") for case in named], schema=VALUES, orient="row")
    told = taught_by(parts, values, pl.DataFrame(asked, schema=ASKED, orient="row"))
    every = [(n, name) for n in range(5) for name in ("a", "b")]
    found = is_unknown(pl.DataFrame(every, schema=ASKED, orient="row"), told).to_list()
    looked_at = {product for product, _ in asked}
    assert found == [case[0] in looked_at and case not in (*named, *asked) for case in every]
    assert set(told.texts["product"]) == {product for product, _ in (*named, *asked)}


words = st.sampled_from(["Red", "Blue", "Lumo", "200", "200 cm", "cable", "desk lamp", "zzz", None])
decisions = st.lists(
    st.tuples(st.sampled_from(["accept", "reject", "replace"]), st.sampled_from(["color", "length", "material"]),
              st.sampled_from(["Red", "Blue", "200", "Lumo"]), words, st.sampled_from(["Red", "Blue", "200"])),
    max_size=5,
)  # fmt: skip


@settings(max_examples=tries(40), deadline=None)
@given(decisions, st.randoms(use_true_random=False))
def test_whatever_people_say_labels_stand_in_the_text_and_refusals_hold(said: list[Any], chance: Any) -> None:
    told = [
        decided(verdict, attribute, asked, evidence, right if verdict == "replace" else None, sequence=place)
        for place, (verdict, attribute, asked, evidence, right) in enumerate(said)
    ]
    found = labels(told)
    assert all(value in LAMP for _, value in found)
    named = {each["asked_attribute"] for each in told if each["verdict"] != "reject"}
    refused = {(each["asked_attribute"], each["asked_value"]) for each in told if each["verdict"] == "reject"}
    assert not found & {each for each in refused if each[0] not in named}
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert labels(shuffled) == found
