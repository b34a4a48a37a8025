"""When two stated values say the same: by the precision they are stated to, and never far apart."""

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.sameness import REACH, bounded, said, same
from catalog_assets.standardized.units import quantities
from catalog_assets.vocabulary.attributes import ATTRIBUTES

NUMBERS = st.decimals("0.01", "9000", places=4).map(lambda number: f"{number:f}".rstrip("0").rstrip("."))
SOME = st.lists(NUMBERS | st.sampled_from(["305", "305.0409", "304.6", "305.4", "306", "303.9069"]), max_size=7)


def alike(attribute: str, value: str, other: str) -> bool:
    frame = pl.DataFrame({"attribute": [attribute], "value": [value], "value_b": [other]})
    return bool(bounded(bounded(frame), "_b").select(same("", "_b")).item())


def groups(values: list[str], attribute: str = "weight") -> list[str]:
    frame = pl.DataFrame({"product": ["p"] * len(values), "attribute": [attribute] * len(values), "value": values})
    return said(frame.cast({"value": pl.String, "product": pl.String, "attribute": pl.String}), ["product"]).to_list()


def canonical(attribute: str, text: str) -> str:
    frame = pl.DataFrame({"name": [attribute], "text": [text], "hint": [None]}, schema_overrides={"hint": pl.String})
    return str(quantities(frame, "auto", "en").item())


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("weight", "305 g", "10.76 oz"),
        ("weight", "1.16 kg", "2.56 lb"),
        ("weight", "1 kg", "2.2 lb"),
        ("weight", "710 g", "1.57 lb"),
        ("weight", "305 g", "305.4 g"),
        ("screen_size", '21.5"', "54.6 cm"),
        ("screen_size", '6.1"', "6.08 in"),
        ("weight", "500 g", "0.5 kg"),
    ],
)  # fmt: skip
def test_what_is_stated_in_two_units_says_the_same(attribute: str, one: str, other: str) -> None:
    one, other = canonical(attribute, one), canonical(attribute, other)
    assert alike(attribute, one, other)
    assert alike(attribute, other, one)


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("weight", "305 g", "306 g"),
        ("weight", "305 g", "10.83 oz"),
        ("weight", "1.16 kg", "2.6 lb"),
        ("screen_size", '15.5"', '15.6"'),
        ("screen_size", '6"', '6.1"'),
        ("screen_size", '13"', '13.3"'),
        ("storage", "500 GB", "512 GB"),
        ("weight", "0.04 g", "0.05 g"),
    ],
)  # fmt: skip
def test_what_is_precise_enough_to_differ_differs(attribute: str, one: str, other: str) -> None:
    one, other = canonical(attribute, one), canonical(attribute, other)
    assert not alike(attribute, one, other)
    assert not alike(attribute, other, one)


@pytest.mark.parametrize(
    ("attribute", "one"), [("pack_count", "6"), ("color", "Red"), ("unheard of", "6"), ("weight", "?")]
)
def test_what_is_no_quantity_says_the_same_only_if_it_is_the_same(attribute: str, one: str) -> None:
    assert alike(attribute, one, one)
    assert not alike(attribute, one, f"{one}.01")
    assert groups([one, f"{one}.01"], attribute) == [one, f"{one}.01"]


def test_a_missing_value_says_nothing() -> None:
    frame = pl.DataFrame({"attribute": ["weight"] * 2, "value": [None, "1"], "value_b": ["1", None]})
    assert bounded(bounded(frame), "_b").select(same("", "_b")).to_series().to_list() == [False, False]


def test_round_numbers_of_the_same_family_of_units_are_not_read_back() -> None:
    assert not alike("weight", "1200", "1205"), "1200 g may be 1.2 kg or not"
    assert not alike("weight", "3000", "3001")


def test_of_two_that_contradict_each_other_a_third_joins_one() -> None:
    assert groups(["305.4", "305", "304.6"]) == ["305.4", "305", "305"]
    assert groups(["305.0409", "305", "320"]) == ["305", "305", "320"]
    assert groups([]) == []


def test_products_and_attributes_are_apart() -> None:
    frame = pl.DataFrame(
        [("a", "weight", "305"), ("b", "weight", "305.0409"), ("a", "volume", "305.0409")],
        schema=["product", "attribute", "value"], orient="row",
    )  # fmt: skip
    assert said(frame, ["product"]).to_list() == ["305", "305.0409", "305.0409"]


@given(NUMBERS, NUMBERS)
def test_it_holds_both_ways_of_itself_and_never_far_apart(one: str, other: str) -> None:
    assert alike("weight", one, one)
    found = alike("weight", one, other)
    assert found == alike("weight", other, one)
    if found:
        near = REACH * (float(one) + float(other)) + 1e-6
        assert abs(float(one) - float(other)) <= near


@given(SOME, st.randoms(use_true_random=False))
def test_a_group_is_of_values_that_all_say_the_same_in_any_order(values: list[str], turn: object) -> None:
    found = dict(zip(values, groups(values), strict=True))
    for one, other in combinations(found, 2):
        if found[one] == found[other]:
            assert alike("weight", one, other)
    assert all(found[name] == name for name in found.values()), "a group is called by one of its values"
    shuffled = list(values)
    turn.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dict(zip(shuffled, groups(shuffled), strict=True)) == found


@given(SOME)
def test_no_fewer_groups_would_do(values: list[str]) -> None:
    """As many values as groups exist of which no two say the same: none of these fit into one group."""
    found = groups(values)
    frame = pl.DataFrame({"attribute": ["weight"] * len(set(values)), "value": sorted(set(values))})
    ends = sorted(bounded(frame.cast({"value": pl.String, "attribute": pl.String})).select("high", "low").rows())
    apart, last = 0, None
    for high, low in ends:
        if last is None or low >= last:
            apart, last = apart + 1, high
    assert len(set(found)) == apart


@given(
    st.sampled_from([n for n, a in ATTRIBUTES.items() if a.unit == "g"]),
    st.integers(1, 400),
    st.sampled_from(["oz", "lb"]),
)
def test_a_weight_converted_and_rounded_again_still_says_the_same(attribute: str, hundredths: int, unit: str) -> None:
    """A shop that shows grams rounds what another states in ounces or pounds."""
    stated = canonical(attribute, f"{hundredths / 100 + 1:.2f} {unit}")
    shown = str(round(float(stated)))
    assert alike(attribute, stated, shown) or abs(float(shown) - float(stated)) > REACH * float(shown)
