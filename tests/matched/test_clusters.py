"""Which offers are one product, which products a day touches, and which keys it ends."""

import hashlib
import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.matched.identity import KEY_DIGITS, LINKS, clusters, product_key
from catalog_assets.matched.standing import OFFER_KEY
from tests.examples import tries
from tests.frames import date
from tests.histories import DAYS, MARKETPLACES, Delivery, clustered, groups, histories, shuffled, stand, touch

ONE, TWO = "00000000000017", "00000000000024"
PART = {"brand": "Acme", "mpn": "MX-100"}


def alpha(day: int, **offers: dict[str, str | None]) -> Delivery:
    return Delivery("alpha", day, offers, full=False)


def beta(day: int, **offers: dict[str, str | None]) -> Delivery:
    return Delivery("beta", day, offers, full=False)


def key_of(source: str, product_id: str) -> str:
    offers = pl.DataFrame({"source": [source], "product_id": [product_id]})
    return str(offers.select(product_key()).item())


def keys(found: pl.DataFrame) -> dict[str, str]:
    return dict(found.select("product_id", "product_key").rows())


def together(*deliveries: Delivery) -> set[frozenset[str]]:
    return groups(clustered(deliveries))


def sets(*words: str) -> set[frozenset[str]]:
    return {frozenset(word) for word in words}


def test_the_key_is_the_hash_of_the_anchor_offer_alone() -> None:
    changed = {"gtin": ONE, "brand": "Acme", "mpn": "other"}
    assert keys(clustered([alpha(1, a={})])) == {"a": key_of("alpha", "a")}
    assert keys(clustered([alpha(1, a=changed), alpha(2, a={})])) == {"a": key_of("alpha", "a")}
    assert re.fullmatch(rf"[0-9a-f]{{{KEY_DIGITS}}}", key_of("alpha", "a"))


def test_the_key_can_be_computed_without_this_project() -> None:
    assert key_of("alpha", "a") == hashlib.sha256(b"5:offer5:alpha1:a").hexdigest()[:24]
    assert key_of("alpha", "é") == hashlib.sha256("5:offer5:alpha2:é".encode()).hexdigest()[:24]


def test_no_two_offers_share_a_key_by_how_their_names_join() -> None:
    offers = [("ab", "c"), ("a", "bc"), ("a", "b:c"), ("a:b", "c"), ("1:a", "2:b"), ("1", "a2:b"), ("a", ""), ("", "a")]
    assert len({key_of(*each) for each in offers}) == len(offers)


def test_the_anchor_is_the_offer_delivered_first_then_by_source_then_by_id() -> None:
    same = {"gtin": ONE}
    early = clustered([beta(1, x=same), alpha(2, a=same)])
    assert set(keys(early).values()) == {key_of("beta", "x")}
    tied = clustered([beta(1, x=same), alpha(1, b=same, a=same)])
    assert set(keys(tied).values()) == {key_of("alpha", "a")}


def test_the_first_delivery_makes_the_anchor_not_the_latest() -> None:
    same = {"gtin": ONE}
    found = clustered([beta(1, x=same), alpha(2, a=same), beta(3, x=same)])
    assert set(keys(found).values()) == {key_of("beta", "x")}


def test_the_same_gtin_is_the_same_product() -> None:
    assert together(alpha(1, a={"gtin": ONE}, b={"gtin": TWO}), beta(1, x={"gtin": ONE})) == sets("ax", "b")


def test_a_gtin_outweighs_brand_and_part_number() -> None:
    assert together(alpha(1, a={"gtin": ONE, **PART}), beta(1, x={"gtin": TWO, **PART})) == sets("a", "x")


def test_without_gtin_brand_and_part_number_make_a_product() -> None:
    other = {"brand": "Other", "mpn": "MX-100"}
    assert together(alpha(1, a=PART, b=other), beta(1, x=PART)) == sets("ax", "b")


def test_spelling_of_brand_and_part_number_does_not_count() -> None:
    assert together(alpha(1, a=PART), beta(1, x={"brand": "ACME", "mpn": "mx 100"})) == sets("ax")


def test_a_part_number_that_points_to_one_gtin_joins_it() -> None:
    found = together(alpha(1, a={"gtin": ONE, **PART}, b={"gtin": ONE}), beta(1, x=PART))
    assert found == sets("abx")


def test_a_part_number_that_points_to_two_gtins_joins_neither() -> None:
    """The offers without a GTIN stay together, apart from both products."""
    found = together(
        alpha(1, a={"gtin": ONE, **PART}, b={"gtin": TWO, **PART}, c=PART), beta(1, x=PART, y={"gtin": ONE})
    )
    assert found == sets("ay", "b", "cx")


def test_offers_do_not_chain_over_different_identifiers() -> None:
    """a and b share a GTIN, b and c a part number, c and d nothing but a brand: d is alone."""
    found = together(
        alpha(1, a={"gtin": ONE}, b={"gtin": ONE, **PART}, c=PART, d={"brand": "Acme", "mpn": "MX-200"}),
        beta(1, x={"gtin": TWO, "brand": "Acme", "mpn": "MX-200"}),
    )
    assert found == sets("abc", "dx")


def test_two_part_numbers_of_one_gtin_both_lead_to_it() -> None:
    found = together(
        alpha(1, a={"gtin": ONE, **PART}, b={"gtin": ONE, "brand": "Acme", "mpn": "MX-200"}),
        beta(1, x=PART, y={"brand": "Acme", "mpn": "MX-200"}),
    )
    assert found == sets("abxy")


def test_a_part_number_too_short_or_without_brand_says_nothing() -> None:
    short = {"brand": "Acme", "mpn": "1-2"}
    brandless = {"brand": None, "mpn": "MX-100"}
    signs = {"brand": "!!", "mpn": "MX-100"}
    for identity in (short, brandless, signs):
        assert together(alpha(1, a=identity), beta(1, x=identity)) == sets("a", "x")


def test_parts_do_not_run_into_each_other() -> None:
    assert together(alpha(1, a={"brand": "Ac", "mpn": "meMX"}), beta(1, x={"brand": "Acme", "mpn": "MX-"})) == sets(
        "a", "x"
    )


def test_offers_that_name_nothing_are_alone_each() -> None:
    assert together(alpha(1, a={}, b={}), beta(1, a={})) == sets("a", "b")
    assert clustered([alpha(1, a={}), beta(1, a={})])["product_key"].n_unique() == 2


def test_withdrawn_offers_stay_members() -> None:
    history = [Delivery("alpha", 1, {"a": {"gtin": ONE}}), Delivery("alpha", 2, {}), beta(2, x={"gtin": ONE})]
    found = clustered(history)
    assert groups(found) == sets("ax")
    assert found.sort("product_id")["live"].to_list() == [False, True]


@given(histories(), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_count(history: list[Delivery], seed: int) -> None:
    offers = stand(history).offers
    found = clusters(offers, MARKETPLACES)
    if offers.height:
        assert_frame_equal(clusters(shuffled(offers, seed), MARKETPLACES).sort(OFFER_KEY), found.sort(OFFER_KEY))


@given(histories())
@settings(max_examples=60, deadline=None)
def test_every_offer_is_in_one_product_whose_key_is_that_of_a_member(history: list[Delivery]) -> None:
    offers = stand(history).offers
    found = clusters(offers, MARKETPLACES)
    assert_frame_equal(found.select(offers.columns).sort(OFFER_KEY), offers.sort(OFFER_KEY))
    own = found.with_columns(product_key().alias("own"))
    for _, group in own.group_by("product_key"):
        anchor = group.sort("first_day", *OFFER_KEY).row(0, named=True)
        assert anchor["own"] == anchor["product_key"]
        assert group["gtin"].drop_nulls().n_unique() <= 1


def members(found: pl.DataFrame) -> list[str]:
    return sorted(found["product_id"])


def test_a_delivered_offer_touches_its_whole_product_and_no_other() -> None:
    found = touch([alpha(1, a={"gtin": ONE}, b={}), beta(1, x={"gtin": ONE}), alpha(2, a={"gtin": ONE})], 2)
    assert members(found.members) == ["a", "x"]
    assert found.ended.is_empty()


def test_a_day_without_deliveries_touches_nothing() -> None:
    found = touch([alpha(1, a={}), alpha(3, a={})], 2)
    assert found.members.is_empty()
    assert found.ended.is_empty()


def test_a_withdrawal_touches_the_product() -> None:
    found = touch([Delivery("alpha", 1, {"a": {}, "b": {}}), Delivery("alpha", 2, {"a": {}})], 2)
    assert found.members.sort("product_id").select("product_id", "live").rows() == [("a", True), ("b", False)]


def test_an_offer_that_was_withdrawn_before_is_not_touched_again() -> None:
    history = [
        Delivery("alpha", 1, {"a": {}, "b": {}}),
        Delivery("alpha", 2, {"a": {}}),
        Delivery("alpha", 3, {"a": {}}),
    ]
    assert members(touch(history, 3).members) == ["a"]


def test_an_offer_that_comes_back_is_touched_even_if_it_was_refused() -> None:
    history = [
        Delivery("alpha", 1, {"a": {}, "b": {}}),
        Delivery("alpha", 2, {"a": {}}),
        Delivery("alpha", 3, {"a": {}}, refused=("b",)),
    ]
    found = touch(history, 3).members
    assert found.filter(pl.col("product_id") == "b")["live"].to_list() == [True]


def test_a_late_gtin_joins_two_products_and_the_younger_key_ends_with_its_heir_named() -> None:
    found = touch([alpha(1, a={"gtin": ONE}), beta(2, x={}), beta(3, x={"gtin": ONE})], 3)
    assert keys(found.members) == {"a": key_of("alpha", "a"), "x": key_of("alpha", "a")}
    assert found.ended.rows() == [(key_of("beta", "x"), key_of("alpha", "a"))]


def test_a_late_part_number_moves_an_offer_that_was_not_delivered() -> None:
    """On day 3 alpha says which GTIN the part number has, and beta's older offer joins although nobody sent it."""
    found = touch([alpha(1, a={"gtin": ONE}), beta(2, x=PART), alpha(3, a={"gtin": ONE, **PART})], 3)
    assert members(found.members) == ["a", "x"]
    assert found.ended.rows() == [(key_of("beta", "x"), key_of("alpha", "a"))]


def test_a_split_touches_both_parts_and_ends_no_key() -> None:
    found = touch([alpha(1, a={"gtin": ONE}), beta(1, x={"gtin": ONE}), beta(2, x={"gtin": TWO})], 2)
    assert keys(found.members) == {"a": key_of("alpha", "a"), "x": key_of("beta", "x")}
    assert found.ended.is_empty()


def test_when_the_anchor_leaves_the_rest_gets_a_key_of_its_own() -> None:
    found = touch([alpha(1, a={"gtin": ONE}), beta(1, x={"gtin": ONE}), alpha(2, a={"gtin": TWO})], 2)
    assert keys(found.members) == {"a": key_of("alpha", "a"), "x": key_of("beta", "x")}
    assert found.ended.is_empty()


def test_when_the_anchor_joins_another_product_its_key_ends_there() -> None:
    history = [
        alpha(1, a={"gtin": ONE}),
        alpha(2, b={"gtin": TWO}),
        beta(2, x={"gtin": TWO}),
        alpha(3, b={"gtin": ONE}),
    ]
    found = touch(history, 3)
    assert keys(found.members) == {"a": key_of("alpha", "a"), "b": key_of("alpha", "a"), "x": key_of("beta", "x")}
    assert found.ended.rows() == [(key_of("alpha", "b"), key_of("alpha", "a"))]


def test_a_moved_offer_touches_the_product_that_it_left() -> None:
    history = [alpha(1, a={"gtin": ONE}), beta(1, x={"gtin": ONE}, y={}), beta(2, x={"gtin": TWO})]
    assert members(touch(history, 2).members) == ["a", "x"]


@given(histories(), st.sampled_from([0.5, 1.0]))
@settings(max_examples=tries(30), deadline=None)
def test_what_the_days_touched_adds_up_to_all_products(history: list[Delivery], share: float) -> None:
    """The latest touch of each key tells its members now; a key that is no more was ended and its heir is touched."""
    limits = {"alpha": share, "beta": share}
    told: dict[str, frozenset[tuple[str, str, bool]]] = {}
    for day in range(1, DAYS + 1):
        found = touch(history, day, limits)
        for (key,), group in found.members.group_by("product_key"):
            told[str(key)] = frozenset(group.select(*OFFER_KEY, "live").rows())
        heirs = set(found.members["product_key"])
        for key, heir in found.ended.rows():
            assert heir in heirs
            told.pop(key)
        assert not (set(found.ended["product_key"]) & heirs)
        assert (found.members["day"] <= date(day)).all()
    now = clustered(history, DAYS, limits)
    expected = {
        str(key): frozenset(group.select(*OFFER_KEY, "live").rows()) for (key,), group in now.group_by("product_key")
    }
    assert told == expected


@given(histories())
@settings(max_examples=20, deadline=None)
def test_a_product_that_is_not_touched_is_the_same_as_the_day_before(history: list[Delivery]) -> None:
    for day in range(2, DAYS + 1):
        found = touch(history, day)
        now, before = clustered(history, day), clustered(history, day - 1)
        rest = now.join(found.members.select("product_key").unique(), on="product_key", how="anti")
        was = before.join(rest.select("product_key").unique(), on="product_key", how="semi")
        # Seen and gone again within a day changes nothing that is shown, only since when it is gone.
        assert_frame_equal(rest.sort(OFFER_KEY).drop("gone_from"), was.sort(OFFER_KEY).drop("gone_from"))


def shop(*deliveries: Delivery) -> set[frozenset[str]]:
    """The groups where every source is a shop whose own numbers tell its products apart."""
    return groups(clusters(stand(deliveries).offers).drop(LINKS))


def test_a_gtin_that_a_shop_gives_to_several_live_offers_says_nothing_about_these() -> None:
    """A shop that writes one GTIN on every size has several products; elsewhere the GTIN still means one."""
    sizes = alpha(1, a={"gtin": ONE}, b={"gtin": ONE})
    assert shop(sizes) == sets("a", "b")
    assert shop(sizes, beta(1, x={"gtin": ONE})) == sets("a", "b", "x")
    assert shop(alpha(1, a={"gtin": ONE}), beta(1, x={"gtin": ONE})) == sets("ax")


def test_so_does_a_part_number() -> None:
    assert shop(alpha(1, a=PART, b=PART), beta(1, x=PART)) == sets("a", "b", "x")


def test_a_withdrawn_offer_does_not_make_an_identifier_vague() -> None:
    """A shop that lists a product under a new number continues it."""
    renamed = [Delivery("alpha", 1, {"a": {"gtin": ONE}}), Delivery("alpha", 2, {"b": {"gtin": ONE}})]
    assert shop(*renamed) == sets("ab")


@given(histories())
@settings(max_examples=40, deadline=None)
def test_a_shop_has_no_two_live_offers_in_a_product(history: list[Delivery]) -> None:
    found = clusters(stand(history).offers).filter("live")
    assert not found.select("product_key", "source").is_duplicated().any()


def test_offers_say_why_they_are_together() -> None:
    found = clusters(stand([alpha(1, a={"gtin": ONE, **PART}), beta(1, x=PART, y={})]).offers)
    assert found.sort("product_id").select("product_id", *LINKS).rows() == [
        ("a", "gtin", 1.0, None), ("x", "mpn", 1.0, None), ("y", None, None, None),
    ]  # fmt: skip
