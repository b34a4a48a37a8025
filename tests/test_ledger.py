"""The balance fails for each way in which a record can be lost, and a fingerprint tells contents apart."""

from collections import Counter
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.ledger import EXAMPLES, FATES, balance, content_fingerprint
from catalog_assets.stages import as_ids
from catalog_assets.vocabulary.columns import TABLES
from tests.frames import MATCHED_PRODUCTS, VALIDATED_PRODUCTS, conflict, frame, member, offer, product

CAME = ["a", "b", "c", "d"]
GOOD = {"passed": ["a", "b"], "quarantined": ["c"], "pending": ["d"]}


def counted(came: list[str], fates: dict[str, list[str]]) -> Any:
    return balance(ids(came), {fate: ids(found) for fate, found in fates.items()})


def ids(values: list[str]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def test_each_id_in_exactly_one_fate_balances() -> None:
    found = counted(CAME, GOOD)
    assert found.holds
    assert found.sentence() == ""
    assert found.received == 4
    assert found.counts == {"passed": 2, "quarantined": 1, "superseded": 0, "merged": 0, "skipped": 0, "pending": 1}


def test_nothing_in_and_nothing_out_balances() -> None:
    assert counted([], {}).holds
    assert counted([], {"passed": []}).holds


BROKEN = {
    "dropped": ({"passed": ["a"], "quarantined": ["c"], "pending": ["d"]}, ("b",), (), ()),
    "all dropped": ({}, ("a", "b", "c", "d"), (), ()),
    "doubled in its fate": ({**GOOD, "passed": ["a", "b", "b"]}, (), ("b",), ()),
    "doubled in another fate": ({**GOOD, "skipped": ["b"]}, (), ("b",), ()),
    "swapped for a strange one": ({**GOOD, "passed": ["a", "x"]}, ("b",), (), ("x",)),
    "dropped and another doubled": ({**GOOD, "passed": ["a", "a"]}, ("b",), ("a",), ()),
    "dropped and doubled across fates": ({**GOOD, "passed": ["a", "c"]}, ("b",), ("c",), ()),
    "strange": ({**GOOD, "merged": ["x"]}, (), (), ("x",)),
    "under a fate that there is not": ({"passed": ["a", "b"], "lost": ["c"], "pending": ["d"]}, ("c",), (), ()),
}


@pytest.mark.parametrize("how", BROKEN)
def test_each_way_to_lose_or_invent_breaks_the_balance(how: str) -> None:
    fates, missing, doubled, strange = BROKEN[how]
    found = counted(CAME, fates)
    assert not found.holds
    assert (found.missing, found.doubled, found.strange) == (missing, doubled, strange)
    assert found.sentence()


def test_counts_that_agree_do_not_make_a_balance() -> None:
    for how in ("swapped for a strange one", "dropped and another doubled", "dropped and doubled across fates"):
        found = counted(CAME, BROKEN[how][0])
        assert found.received == sum(found.counts.values())
        assert not found.holds


def test_ids_that_came_twice_break_the_balance() -> None:
    assert counted(["a", "a"], {"passed": ["a"]}).doubled == ("a",)
    assert not counted(["a", "a"], {"passed": ["a"]}).holds
    assert not counted(["a", "a"], {"passed": ["a", "a"]}).holds


def test_an_id_that_is_null_breaks_the_balance() -> None:
    nothing = pl.Series([None], dtype=pl.String)
    assert not balance(nothing, {"passed": nothing}).holds
    assert not balance(nothing, {}).holds


def test_the_sentence_names_a_few_examples() -> None:
    found = counted([f"{n:02}" for n in range(9)], {"passed": ["x"]})
    assert len(found.missing) == EXAMPLES
    assert found.sentence() == "in no table: 00, 01, 02, 03, 04; never received: x"


@given(st.lists(st.sampled_from(FATES), max_size=12), st.data())
def test_one_change_of_a_balanced_set_breaks_it_whatever_the_ids_look_like(
    drawn: list[str], data: st.DataObject
) -> None:
    came = [f"r{n}" for n in range(len(drawn))]
    fates = {fate: [i for i, f in zip(came, drawn, strict=True) if f == fate] for fate in FATES}
    assert counted(came, fates).holds
    kind = data.draw(st.sampled_from(["drop", "double", "strange", "swap"]))
    victim = data.draw(st.sampled_from(came)) if came else None
    if victim is None or kind == "strange":
        fates["passed"] = [*fates["passed"], "strange"]
    else:
        home = next(fate for fate in FATES if victim in fates[fate])
        if kind in ("drop", "swap"):
            fates[home] = [i for i in fates[home] if i != victim]
        if kind == "swap":
            fates[home] = [*fates[home], "strange"]
        if kind == "double":
            other = data.draw(st.sampled_from(FATES))
            fates[other] = [*fates[other], victim]
    assert not counted(came, fates).holds
    hashed = ids(came).hash(seed=7)
    assert not balance(hashed, {fate: as_ids(ids(found), hashed.dtype) for fate, found in fates.items()}).holds


def test_hashed_ids_balance_like_text() -> None:
    hashed = ids(CAME).hash(seed=7)
    assert balance(hashed, {fate: as_ids(ids(found), hashed.dtype) for fate, found in GOOD.items()}).holds


CELL = st.sampled_from([None, "", "a", "b"])
NUMBER = st.sampled_from([None, 0, 1])
PAIRS = st.lists(st.tuples(CELL, CELL, NUMBER, NUMBER), max_size=4)


def fingerprint(rows: list[tuple[Any, ...]]) -> str:
    schema = {"a": pl.String, "b": pl.String, "n": pl.Int64, "m": pl.Int64}
    return content_fingerprint(pl.DataFrame(rows, schema=schema, orient="row"), ("a", "b", "n", "m"))


@given(PAIRS, PAIRS)
def test_fingerprints_agree_exactly_when_the_rows_do(one: list[tuple[Any, ...]], two: list[tuple[Any, ...]]) -> None:
    assert (fingerprint(one) == fingerprint(two)) == (Counter(one) == Counter(two))


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_count(rows: list[tuple[Any, ...]], chance: Any) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert fingerprint(rows) == fingerprint(shuffled)


def test_how_often_a_row_stands_there_counts() -> None:
    row = ("a", "b", 1, 1)
    assert len({fingerprint([row] * times) for times in range(6)}) == 6


def test_columns_left_out_do_not_count() -> None:
    rows = frame(VALIDATED_PRODUCTS, [product()])
    columns = VALIDATED_PRODUCTS.content
    other_run = rows.with_columns(pl.lit("r2").alias("run_id"))
    assert content_fingerprint(rows, columns) == content_fingerprint(other_run, columns)
    assert content_fingerprint(rows, tuple(rows.columns)) != content_fingerprint(other_run, tuple(rows.columns))


CHANGED = {
    pl.String: "changed",
    pl.Int64: 99,
    pl.Int32: 99,
    pl.Float64: 0.123,
}
CONTENT = [
    (name, column)
    for name in ("standardized_products", "matched_products", "reviewed_products", "validated_products")
    for column in TABLES[name].content
]


@pytest.mark.parametrize(("name", "column"), CONTENT, ids=[f"{name}:{column}" for name, column in CONTENT])
def test_every_column_of_content_counts(name: str, column: str) -> None:
    table = TABLES[name]
    rows = frame(table, [offer() if name == "standardized_products" else product(table)])
    before = content_fingerprint(rows, table.content)
    emptied = rows.with_columns(pl.lit(None, table.schema[column]).alias(column))
    if not rows.equals(emptied):
        assert content_fingerprint(emptied, table.content) != before
    if type(table.schema[column]) in CHANGED:
        changed = rows.with_columns(pl.lit(CHANGED[type(table.schema[column])], table.schema[column]).alias(column))
        assert content_fingerprint(changed, table.content) != before


NESTED = [
    [],
    [conflict("name", "x"), conflict("name", "y")],
    [conflict("name", "y"), conflict("name", "x")],
    [conflict("name", "x"), conflict("name", "y", chosen=True)],
    [conflict("name", "x")],
    [conflict("name", "x"), conflict("name", "x")],
]


def test_what_stands_in_lists_counts() -> None:
    frames = [frame(MATCHED_PRODUCTS, [product(MATCHED_PRODUCTS, conflicts=value)]) for value in NESTED]
    frames += [
        frame(MATCHED_PRODUCTS, [product(MATCHED_PRODUCTS, offers=[member(live=live)])]) for live in (True, False)
    ]
    prints = {content_fingerprint(rows, MATCHED_PRODUCTS.content) for rows in frames}
    assert len(prints) == len(frames) - 1, "one frame stands twice: no conflicts, a live member"


def test_money_is_told_apart_to_the_last_digit() -> None:
    prices = ["1", "1.0001", "1.0002", "10", None]
    frames = [frame(VALIDATED_PRODUCTS, [product(price=price and Decimal(price))]) for price in prices]
    assert len({content_fingerprint(rows, VALIDATED_PRODUCTS.content) for rows in frames}) == len(prices)
    again = frame(VALIDATED_PRODUCTS, [product(price=Decimal("1.0000"))])
    assert content_fingerprint(again, VALIDATED_PRODUCTS.content) == content_fingerprint(
        frames[0], VALIDATED_PRODUCTS.content
    )


def test_a_fingerprint_is_two_hashes_that_know_nothing_of_each_other() -> None:
    found = [fingerprint([(text, "b", 1, 1)]) for text in "abcde"]
    assert all(len(each) == 32 for each in found)
    assert len({half for each in found for half in (each[:16], each[16:])}) == 10


def test_an_empty_frame_has_a_fingerprint_of_its_own() -> None:
    assert content_fingerprint(VALIDATED_PRODUCTS.empty(), VALIDATED_PRODUCTS.content) == "empty"
