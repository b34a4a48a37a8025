"""Which row of a product is current, and to which live product a key leads."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.matched.identity import product_key
from catalog_assets.vocabulary.columns import OFFER
from catalog_assets.warehouse.transform import AliasChanges, alias_changes, current, lost, offers_of, published
from tests.frames import CATALOG_PRODUCTS, PRODUCT_ALIASES, VALIDATED_PRODUCTS, Row, frame, member, product, tombstone
from tests.histories import shuffled

SHOWN = [name for name in CATALOG_PRODUCTS.columns if name != "run_id"]
PLACES = {"product_key": pl.String, "offers": pl.List(OFFER)}
HOMES = {"source": pl.String, "product_id": pl.String, "product_key": pl.String}
KNOWN = {"alias_key": pl.String, "product_key": pl.String, "reason": pl.String}


def key(name: str) -> str:
    """The key of the product whose anchor is alpha's offer of this name."""
    offer = pl.DataFrame({"source": ["alpha"], "product_id": [name]})
    return str(offer.select(product_key()).item())


A, B, C, D = (key(name) for name in "abcd")


def row(name: str, day: int, status: str = "live", **values: object) -> Row:
    return product(VALIDATED_PRODUCTS, name, day, status=status, **values)


def test_the_latest_day_is_current() -> None:
    rows = frame(
        VALIDATED_PRODUCTS, [row("k1", 2, price=Decimal("2")), row("k1", 10, price=Decimal("10")), row("k2", 1)]
    )
    expected = frame(CATALOG_PRODUCTS, [
        product(CATALOG_PRODUCTS, "k1", 10, price=Decimal("10"), offers=[member(day=10)]),
        product(CATALOG_PRODUCTS, "k2", 1),
    ], without=["run_id"])  # fmt: skip
    assert_frame_equal(current(rows), expected)


def test_withdrawn_and_merged_products_vanish() -> None:
    rows = [
        row("k1", 1),
        row("k1", 2, "withdrawn"),
        row("k2", 1),
        tombstone(VALIDATED_PRODUCTS, "k2", "k3", 2),
        row("k3", 2),
    ]
    assert current(frame(VALIDATED_PRODUCTS, rows))["product_key"].to_list() == ["k3"]


def test_a_product_that_returns_is_shown_again() -> None:
    rows = [row("k1", 1), row("k1", 2, "withdrawn"), row("k1", 3)]
    assert current(frame(VALIDATED_PRODUCTS, rows)).select("product_key", "day").rows() == [("k1", rows[2]["day"])]


def test_no_rows_give_an_empty_typed_catalogue() -> None:
    nothing = current(VALIDATED_PRODUCTS.empty())
    assert dict(nothing.schema) == {name: CATALOG_PRODUCTS.schema[name] for name in SHOWN}
    assert nothing.is_empty()


DATED = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.sampled_from(["live", "withdrawn", "merged"])),
    unique_by=lambda each: each[:2],
)


@given(DATED, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_current_is_the_latest_row_in_whatever_order_rows_come(drawn: list[tuple[str, int, str]], seed: int) -> None:
    rows = frame(VALIDATED_PRODUCTS, [row(name, day, status) for name, day, status in drawn])
    latest = {name: (day, status) for name, day, status in sorted(drawn, key=lambda each: each[1])}
    expected = {name: day for name, (day, status) in latest.items() if status == "live"}
    found = current(shuffled(rows, seed) if rows.height else rows)
    assert {name: day.day for name, day in found.select("product_key", "day").rows()} == expected
    assert found["product_key"].to_list() == sorted(expected)


def test_published_is_the_last_state_in_which_a_product_stood() -> None:
    rows = [row("k1", 1, offers=[member(product_id="a")]), row("k1", 2, offers=[member(product_id="b")]),
            row("k1", 3, "withdrawn", offers=[member(product_id="c")]), row("k2", 1, "withdrawn")]  # fmt: skip
    found = published(frame(VALIDATED_PRODUCTS, rows))
    assert offers_of(found).rows() == [("alpha", "b", "k1")]


def products(content: Mapping[str, str]) -> pl.DataFrame:
    """product_key and offers; each letter is an offer of alpha."""
    rows = [{"product_key": name, "offers": [member(product_id=i) for i in ids]} for name, ids in content.items()]
    return pl.DataFrame(rows, schema=PLACES)


def aliases(pairs: Mapping[str, str]) -> pl.DataFrame:
    rows = [{"alias_key": name, "product_key": target, "reason": "member"} for name, target in pairs.items()]
    return pl.DataFrame(rows, schema=KNOWN)


def change(
    live: Mapping[str, str], removed: Mapping[str, str] | None = None, known: Mapping[str, str] | None = None,
    staying: Mapping[str, str] | None = None,
) -> AliasChanges:  # fmt: skip
    homes = pl.concat([offers_of(products(live)), offers_of(products(staying or {}))])
    return alias_changes(products(live), products(removed or {}), homes, aliases(known or {}))


def told(changes: AliasChanges) -> dict[str, tuple[str, str]]:
    return {
        name: (target, why) for name, target, why in changes.rows.select("alias_key", "product_key", "reason").rows()
    }


def test_every_member_leads_to_its_product() -> None:
    found = change({A: "abc", D: "d"})
    assert told(found) == {B: (A, "member"), C: (A, "member")}
    assert found.gone.is_empty()
    assert dict(found.rows.schema) == {n: t for n, t in PRODUCT_ALIASES.schema.items() if n != "run_id"}


def test_after_a_merge_the_ended_key_leads_to_the_heir() -> None:
    assert told(change({A: "ab"}, removed={B: "b"})) == {B: (A, "member")}


def test_after_a_merge_aliases_of_the_ended_key_follow_it() -> None:
    found = change({A: "abc"}, removed={B: "bd"}, known={"old": B, D: B, "other": "else"})
    assert told(found) == {
        B: (A, "member"), C: (A, "member"), "old": (A, "gone"), D: (A, "gone")}  # fmt: skip


def test_after_a_split_the_key_that_lives_again_is_no_alias() -> None:
    found = change({A: "a", B: "b"}, known={B: A, C: A})
    assert told(found) == {}
    assert found.gone.to_list() == [B]


def test_a_member_that_goes_elsewhere_leads_there() -> None:
    found = change({A: "a", D: "db"}, known={B: A})
    assert told(found) == {B: (D, "member")}


def test_a_return_takes_the_alias_away() -> None:
    found = change({B: "b"}, known={B: A})
    assert (told(found), found.gone.to_list()) == ({}, [B])


def test_a_key_is_lost_that_is_no_product_and_leads_to_none() -> None:
    ended = products({A: "a", B: "b", C: "c", D: "d"})
    found = lost(ended, aliases({B: C, D: A}), pl.Series([C]))
    assert found["product_key"].to_list() == [A, D]


def test_a_key_whose_anchor_was_retracted_leads_to_where_its_other_offers_are() -> None:
    """The delivery of a is taken back: nothing is left of the key but the offer that it had beside it."""
    found = change({B: "b"}, removed={A: "ab"}, known={B: A})
    assert told(found) == {A: (B, "gone")}
    assert found.gone.to_list() == [B]


def test_the_heir_is_the_product_with_most_of_the_offers_and_ties_go_by_key() -> None:
    most = change({B: "bc", D: "d"}, removed={A: "abcd"})
    assert told(most)[A] == (B, "gone")
    tied = change({B: "b", D: "d"}, removed={A: "abd"})
    assert told(tied)[A] == (min(B, D), "gone")


def test_the_home_of_the_anchor_outweighs_any_number_of_other_offers() -> None:
    """Whether its product is loaded now or stands since earlier: a key leads to the offer that it is the hash of."""
    expected = (D, "member")
    for live, staying in (({B: "bc", D: "da"}, {}), ({}, {B: "bc", D: "da"}), ({B: "bc"}, {D: "da"})):
        assert told(change(live, removed={A: "abc"}, staying=staying))[A] == expected


def test_what_is_known_already_is_no_change() -> None:
    assert told(change({}, removed={A: "ab"}, staying={B: "ba"}, known={A: B})) == {}


def test_an_heir_may_be_a_product_that_the_load_does_not_touch() -> None:
    assert told(change({}, removed={A: "ab"}, staying={B: "b"})) == {A: (B, "gone")}


def test_without_a_live_offer_anywhere_there_is_no_heir() -> None:
    found = change({D: "d"}, removed={A: "ab"}, known={B: A})
    assert told(found) == {}
    assert found.gone.is_empty(), "the alias stands until its product returns"


def test_an_alias_never_leads_to_an_alias() -> None:
    """A vanished long ago; today its anchor comes back as a member of D, and B was an alias of A."""
    assert told(change({D: "da"}, known={B: A})) == {A: (D, "member"), B: (D, "gone")}


def test_a_member_outweighs_an_older_word() -> None:
    """B was an alias of A, which goes to D; but b itself is with C today."""
    assert told(change({D: "da", C: "cb"}, known={B: A})) == {A: (D, "member"), B: (C, "member")}


def test_nothing_changes_nothing() -> None:
    found = change({})
    assert found.rows.is_empty()
    assert found.gone.is_empty()


def merged(known: dict[str, str], changes: AliasChanges) -> dict[str, str]:
    """The table after the changes, as the lake merges them."""
    kept = {name: target for name, target in known.items() if name not in set(changes.gone)}
    return {**kept, **{name: target for name, (target, _) in told(changes).items()}}


OFFERS = "abcdef"


@st.composite
def clusterings(draw: st.DrawFn) -> dict[str, str]:
    """A random catalogue: offers in groups, each under the key of one of its members; some offers nowhere."""
    places = {name: draw(st.integers(0, 3)) for name in OFFERS}
    groups: dict[int, list[str]] = {}
    for name, place in places.items():
        if place:
            groups.setdefault(place, []).append(name)
    return {key(draw(st.sampled_from(ids))): "".join(ids) for ids in groups.values()}


@given(st.lists(clusterings(), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_however_products_change_every_key_leads_to_a_live_one_while_an_offer_lives(
    history: list[dict[str, str]],
) -> None:
    """Each step replaces the whole catalogue; what a key stood for when it was last shown decides where it leads."""
    known: dict[str, str] = {}
    shown: dict[str, str] = {}
    for now in history:
        removed = {name: ids for name, ids in shown.items() if name not in now}
        known = merged(known, change(now, removed, known))
        shown.update(now)
        homes = {offer: name for name, ids in now.items() for offer in ids}
        assert not set(known) & set(now), "an alias of a live key"
        assert not set(known) & set(known.values()), "an alias of an alias"
        for name, ids in shown.items():
            if name not in now and _lives(ids, homes):
                assert known.get(name) in now
        for offer, home in homes.items():
            assert key(offer) == home or known[key(offer)] == home


def _lives(ids: Iterable[str], homes: Mapping[str, str]) -> bool:
    return any(offer in homes for offer in ids)


def test_a_key_that_leads_elsewhere_is_no_heir() -> None:
    """The catalogue still shows D, whose day waits to be loaded again, though it is a member of A by now."""
    assert told(change({A: "ad"}, removed={B: "be"}, staying={D: "deb"})) == {D: (A, "member")}
    assert told(change({}, removed={B: "be"}, staying={D: "deb"}, known={D: A})) == {}


@given(clusterings(), clusterings(), clusterings(), clusterings())
@settings(max_examples=80, deadline=None)
def test_no_alias_of_an_alias_whatever_is_still_shown(
    now: dict[str, str], removed: dict[str, str], staying: dict[str, str], before: dict[str, str]
) -> None:
    """Even between loads, when the catalogue contradicts itself."""
    known = merged({}, change(before))
    gone = {name: ids for name, ids in removed.items() if name not in now}
    still = {name: ids for name, ids in staying.items() if name not in now and name not in gone}
    found = merged(known, change(now, gone, known, still))
    assert not set(found) & set(found.values())
    assert not set(found) & set(now)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_count(seed: int) -> None:
    live, removed = products({B: "bc", D: "de"}), products({A: "abd", C: "ce"})
    homes, known = offers_of(live), aliases({"x": A, "y": C, B: A})
    straight = alias_changes(live, removed, homes, known)
    mixed = alias_changes(*(shuffled(rows, seed) for rows in (live, removed, homes, known)))
    assert_frame_equal(mixed.rows, straight.rows)
    assert mixed.gone.sort().equals(straight.gone.sort())
