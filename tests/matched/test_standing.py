"""Which offers stand on a day: a full delivery withdraws what it does not list, unless it is not to be believed."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.matched.standing import OFFER_KEY, standing
from catalog_assets.vocabulary.columns import MOMENT
from tests.frames import date
from tests.histories import (
    FULL,
    IDENTITY,
    ROWS,
    SEEN,
    Delivery,
    histories,
    landed_at,
    listing,
    live,
    offer_rows,
    shuffled,
    stand,
)

TEN = "abcdefghij"
HALF = {"alpha": 0.5}


def full(day: int, ids: str, **other: object) -> Delivery:
    return Delivery("alpha", day, listing(ids), **other)  # type: ignore[arg-type]


def test_the_latest_row_of_each_offer_counts_and_its_first_day_is_kept() -> None:
    found = stand([full(1, "a"), full(3, "ab"), full(2, "a")]).offers.sort("product_id")
    expected = pl.DataFrame(
        {
            "source": ["alpha", "alpha"],
            "product_id": ["a", "b"],
            "day": [date(3), date(3)],
            "sequence": [1, 1],
            "delivery_id": ["alpha-3-1", "alpha-3-1"],
            "record_number": [1, 2],
            **{name: pl.Series([None, None], dtype=pl.String) for name in IDENTITY},
            "first_day": [date(1), date(3)],
            "live": [True, True],
            "gone_from": pl.Series([None, None], dtype=MOMENT),
        }
    )
    assert_frame_equal(found, expected, check_column_order=False)


def test_a_full_delivery_withdraws_what_it_does_not_list() -> None:
    found = stand([full(1, "abc"), full(2, "ab")])
    assert live(found) == "ab"
    withdrawn = found.offers.filter(~pl.col("live"))
    assert withdrawn.select("product_id", "day").rows() == [("c", date(1))]
    assert withdrawn["gone_from"].to_list() == [landed_at(full(2, "ab"))], "known with the delivery that lacks it"
    assert found.offers.filter("live")["gone_from"].null_count() == 2
    assert found.withheld == {}


def test_a_delta_delivery_withdraws_nothing() -> None:
    assert live(stand([full(1, "abc", full=False), full(2, "a", full=False)])) == "abc"


def test_a_delta_delivery_after_a_full_one_withdraws_nothing() -> None:
    assert live(stand([full(1, "abc"), full(2, "a", full=False)])) == "abc"


def test_a_full_delivery_of_one_source_says_nothing_about_another() -> None:
    beta = Delivery("beta", 1, listing("x"))
    assert live(stand([full(1, "ab"), beta, full(2, "a")])) == "ax"


def test_of_two_full_deliveries_on_a_day_the_later_one_withdraws() -> None:
    found = stand([full(1, "abc"), full(1, "ab", sequence=2)])
    assert live(found) == "ab"
    assert found.offers.sort("product_id")["sequence"].to_list() == [2, 2, 1]


def test_the_earlier_of_two_full_deliveries_on_a_day_lists_nothing_for_the_later() -> None:
    assert live(stand([full(1, "abc"), full(2, "c"), full(2, "ab", sequence=2)])) == "ab"


def test_an_offer_that_is_listed_but_refused_is_not_withdrawn() -> None:
    found = stand([full(1, "abc"), full(2, "a", refused=("b",))])
    assert live(found) == "ab"
    assert found.offers.filter(pl.col("product_id") == "b")["day"].item() == date(1)


def test_an_offer_that_was_only_ever_refused_is_none() -> None:
    assert stand([full(1, "a", refused=("b",))]).offers["product_id"].to_list() == ["a"]


def test_an_offer_that_comes_back_stands_again_with_its_first_day() -> None:
    found = stand([full(1, "ab"), full(2, "a"), full(3, "ab")])
    assert live(found) == "ab"
    assert found.offers["first_day"].to_list() == [date(1), date(1)]


@pytest.mark.parametrize(("listed", "stands", "withheld"), [("abcde", "abcde", {}), ("abcd", TEN, {"alpha": 6})])
def test_a_delivery_that_would_withdraw_too_large_a_share_withdraws_nothing(
    listed: str, stands: str, withheld: dict[str, int]
) -> None:
    found = stand([full(1, TEN), full(2, listed)], limits=HALF)
    assert live(found) == stands
    assert found.withheld == withheld


def test_each_source_has_its_own_limit() -> None:
    history = [full(1, "ab"), full(2, ""), Delivery("beta", 1, listing("xy")), Delivery("beta", 2)]
    found = stand(history, limits={"alpha": 0.5, "beta": 1.0})
    assert live(found) == "ab"
    assert found.withheld == {"alpha": 2}


def test_after_an_unbelieved_delivery_a_normal_one_is_believed() -> None:
    found = stand([full(1, TEN), full(2, "a"), full(3, "abcdefgh")], limits=HALF)
    assert live(found) == "abcdefgh"
    assert found.withheld == {}


def test_an_unbelieved_delivery_still_brings_what_it_lists() -> None:
    assert live(stand([full(1, TEN), full(2, "az")], limits=HALF)) == TEN + "z"


def test_the_same_broken_delivery_again_is_no_more_believed() -> None:
    found = stand([full(1, TEN), full(2, "abc"), full(3, "abc"), full(4, "abc")], limits=HALF)
    assert live(found) == TEN
    assert found.withheld == {"alpha": 7}


def test_what_a_believed_delivery_withdrew_counts_no_more() -> None:
    """Five of ten, then two of the five that are left: each is at most a half of what stood before it."""
    found = stand([full(1, TEN), full(2, "abcde"), full(3, "abc")], limits=HALF)
    assert live(found) == "abc"
    assert found.withheld == {}


def test_offers_that_came_later_do_not_make_an_earlier_delivery_believable() -> None:
    many = "klmnopqrstuvwxyz"
    found = stand([full(1, TEN), full(2, "abcd"), full(3, "abcd" + many, unidentified=9)], limits=HALF)
    assert live(found) == TEN + many


@pytest.mark.parametrize(("unidentified", "stands"), [(0, "ab"), (1, "abc"), (5, "abc")])
def test_records_that_name_no_offer_may_be_the_absent_ones(unidentified: int, stands: str) -> None:
    found = stand([full(1, "abc"), full(2, "ab", unidentified=unidentified)])
    assert live(found) == stands
    assert found.withheld == ({} if stands == "ab" else {"alpha": 1})


def test_more_absences_than_records_without_a_name_are_believed() -> None:
    assert live(stand([full(1, TEN), full(2, "abcdefgh", unidentified=1)])) == "abcdefgh"


def test_a_record_without_a_name_every_day_never_withdraws_the_one_that_it_may_be() -> None:
    history = [full(1, "abc"), *(full(day, "ab", unidentified=1) for day in (2, 3, 4))]
    assert live(stand(history)) == "abc"


@pytest.mark.xfail(
    strict=True,
    reason="standing keeps only the first and the last listing of an offer: an offer that came back later counts as "
    "listed in between, so two deliveries broken in different places vouch for each other.",
)
def test_two_deliveries_that_are_broken_in_different_places_withdraw_nothing() -> None:
    assert live(stand([full(1, TEN), full(2, "ab"), full(3, "cde")], limits=HALF)) == TEN


def test_nothing_known_stands_nowhere() -> None:
    empty = [pl.DataFrame(schema=schema) for schema in (ROWS, SEEN, FULL)]
    assert standing(*empty, {}).offers.is_empty()
    assert stand([full(1, "")]).offers.is_empty()


@given(histories(), st.integers(0, 9), st.sampled_from([0.3, 0.5, 1.0]))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_count(history: list[Delivery], seed: int, share: float) -> None:
    limits = {"alpha": share, "beta": share}
    expected = stand(history, limits=limits)
    mixed = stand(list(reversed(history)), limits=limits)
    assert mixed.withheld == expected.withheld
    assert_frame_equal(mixed.offers.sort(OFFER_KEY), expected.offers.sort(OFFER_KEY))
    rows = offer_rows(history)
    if rows.height:
        nothing = pl.DataFrame(schema=SEEN), pl.DataFrame(schema=FULL)
        straight, mixed_rows = standing(rows, *nothing, {}), standing(shuffled(rows, seed), *nothing, {})
        assert_frame_equal(mixed_rows.offers.sort(OFFER_KEY), straight.offers.sort(OFFER_KEY))


@given(histories(full=True))
@settings(max_examples=60, deadline=None)
def test_with_every_delivery_believed_exactly_what_the_last_one_lists_stands(history: list[Delivery]) -> None:
    believed = [Delivery(d.source, d.day, d.offers, True, d.sequence, 0, d.refused) for d in history]
    found = stand(believed).offers
    for source in ("alpha", "beta"):
        mine = [d for d in believed if d.source == source]
        if mine:
            last = max(mine, key=lambda d: (d.day, d.sequence))
            known = set(found.filter(pl.col("source") == source)["product_id"])
            stands = set(found.filter(pl.col("source") == source, "live")["product_id"])
            assert stands == {*last.offers, *last.refused} & known


@given(histories(full=False))
@settings(max_examples=30, deadline=None)
def test_without_full_deliveries_nothing_is_ever_withdrawn(history: list[Delivery]) -> None:
    assert stand(history).offers["live"].all()
