"""Offers that say the same in two units: no conflict, one value, whatever their order."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.matched.golden import Survivorship, golden
from tests.frames import Row, offer
from tests.matched.test_golden import attribute, members, origin, told

EQUAL = Survivorship({"alpha": 10, "beta": 10, "gamma": 10})
FIRST = Survivorship({"alpha": 10, "beta": 20, "gamma": 30})


def weighing(source: str, grams: str, day: int = 1) -> Row:
    return offer(source, day=day, attributes=[attribute("weight", grams, "g")])


def record(survivorship: Survivorship, *rows: Row) -> Row:
    return golden(members(*rows), survivorship).row(0, named=True)


def weight(found: Row) -> str:
    return str(found["attributes"][0]["value"])


def test_what_says_the_same_is_no_conflict_and_the_shortest_is_kept() -> None:
    found = record(EQUAL, weighing("alpha", "305.0409", 2), weighing("beta", "305"))
    assert told(found, "attributes.weight") == []
    assert weight(found) == "305"
    assert origin("attributes.weight", "beta") in found["origins"]


def test_priority_says_whose_form_is_kept() -> None:
    assert weight(record(FIRST, weighing("alpha", "305.0409"), weighing("beta", "305"))) == "305.0409"


@pytest.mark.parametrize(("criteria", "kept"), [(["freshness"], "305.0409"), (["agreement"], "305")])
def test_a_criterion_that_is_named_goes_before_the_form(criteria: list[str], kept: str) -> None:
    survivorship = Survivorship({"alpha": 10, "beta": 10}, {"attributes": criteria})
    assert weight(record(survivorship, weighing("alpha", "305.0409", 2), weighing("beta", "305"))) == kept


def test_two_that_say_the_same_agree_against_a_third() -> None:
    agreeing = Survivorship(FIRST.priority, {"attributes": ["agreement", "priority"]})
    found = record(agreeing, weighing("alpha", "320"), weighing("beta", "305.0409"), weighing("gamma", "305"))
    assert weight(found) == "305.0409"
    assert told(found, "attributes.weight") == [
        ("beta", "305.0409 g", True), ("alpha", "320 g", False), ("gamma", "305 g", False),
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(["305", "305.0409", "304.6", "305.4", "320"]), min_size=2, max_size=3),
    st.permutations([0, 1, 2]),
)
def test_the_order_of_offers_plays_no_part(grams: list[str], turn: list[int]) -> None:
    rows = [weighing(source, value) for source, value in zip(("alpha", "beta", "gamma"), grams, strict=False)]
    turned = [rows[place] for place in turn if place < len(rows)]
    found = [golden(members(*some), EQUAL).select(pl.exclude("run_id")) for some in (rows, turned)]
    assert_frame_equal(*found)
