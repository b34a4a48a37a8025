"""Quantities: what each place in a text means, and what it does not mean."""

from decimal import Decimal

import polars as pl
import pytest

from catalog_assets.enriched.quantities import (
    FIND_PACK,
    FIND_QUANTITY,
    MEANING,
    SPELLED,
    canonical,
    read_number,
    read_packs,
    read_quantities,
)
from catalog_assets.standardized.units import quantities
from catalog_assets.vocabulary.units import BY_SYMBOL, SPELLINGS


def hits(text, pattern=FIND_QUANTITY):
    return pl.DataFrame({"t": [text]}).select(pl.col("t").str.extract_all(pattern).explode().drop_nulls())["t"]


def meanings(text):
    """(attribute, value, unit, kind) of all quantities in the text."""
    read = read_quantities(hits(text).unique()).select("attribute", "value", "unit", "kind")
    return set(read.rows())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8GB RAM 256GB SSD", {("ram", "8", "GB", "context"), ("storage", "256", "GB", "context")}),
        ("RAM 8GB SSD 1TB", {("ram", "8", "GB", "context"), ("storage", "1000", "GB", "expected")}),
        ("RAM: 8 GB", {("ram", "8", "GB", "labelled")}),
        ("15.6-inch", {("screen_size", "15.6", "in", "expected")}),
        ('15,6" laptop', {("screen_size", "15.6", "in", "context")}),
        ("40,64 cm screen", {("screen_size", "16", "in", "context")}),
        ("Net weight: 1,500 g", {("weight", "1500", "g", "labelled")}),
        ("2.50 kg", {("weight", "2500", "g", "unit")}),
        (".5 l", {("volume", "500", "ml", "unit")}),
        ("3/4 inch wide", {("width", "1.905", "cm", "context")}),
        ('27 1/2" high', {("height", "69.85", "cm", "context")}),
        ('24"W x 30"H', {("width", "60.96", "cm", "context"), ("height", "76.2", "cm", "context")}),
        ("18V cordless", {("voltage", "18", "V", "context")}),
        ("1.5kW", {("power", "1500", "W", "unit")}),
        ("2.0Ah", {("battery_capacity", "2000", "mAh", "unit")}),
        ("144Hz refresh rate", {("refresh_rate", "144", "Hz", "context")}),
        ("2 year warranty", {("warranty", "24", "month", "context")}),
        ("2m cable", {("length", "200", "cm", "context")}),
    ],
)
def test_a_quantity_means(text, expected):
    assert meanings(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "5G phone", "802.11 g", "2.4g wireless", "300MB/s", "6Gb/s", "8MB cache", "20 g protein", "60W equivalent",
        "up to 10 kg", "fits 15.6 inch", "2 in 1", "3-in-1", "Set of 2 in Silver", "14 M US", "5 mânes", "wf-32l",
        "cf30-04g", "38644w", "0 kg", "99999999999999999999 kg", "1/0 inch wide", "18w x 30d x 40h", "5 years old",
        "20 x 30 x 40 cm", "", "kg", "1.2.3 kg",
    ],
)  # fmt: skip
def test_a_quantity_does_not_mean(text):
    assert meanings(text) == set()


def test_one_of_several_is_no_value_but_a_doubt():
    assert meanings("110-240 V") == {("voltage", "240", "V", "chain")}
    assert meanings("10-15 kg") == {("weight", "15000", "g", "chain")}


def test_a_pair_of_memories_is_a_guess():
    kinds = {("ram", "8", "GB", "guess"), ("storage", "256", "GB", "guess")}
    for text in ("8GB/256GB", "8/256GB", "8+256GB"):
        assert kinds < meanings(text)
    assert not {m for m in meanings("128GB/256GB") if m[3] == "guess"}


@pytest.mark.parametrize("text", ["6 x 500 ml", "6x500ml", "500 ml x 6", "pack of 6 x 500 ml"])
def test_so_many_of_so_much(text):
    assert {("pack_count", "6", None, "context"), ("volume", "500", "ml", "context")} <= meanings(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pack of 6", "6"),
        ("6-pack", "6"),
        ("12 pcs", "12"),
        ("1,000/Box", "1000"),
        ("24 per case", "24"),
        ("007 pcs", "7"),
    ],
)
def test_a_pack(text, value):
    assert read_packs(hits(text, FIND_PACK))["value"].to_list() == [value]


@pytest.mark.parametrize("text", ["1000 piece puzzle", "6 packägs", "0 pcs", "backpack"])
def test_no_pack(text):
    assert read_packs(hits(text, FIND_PACK)).is_empty()


def test_nothing_means_nothing_and_keeps_the_columns():
    for read in (read_quantities, read_packs):
        assert read(pl.Series([], dtype=pl.String)).schema == MEANING


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,000", "1000"), ("15,6", "15.6"), ("1,000.5", "1000.5"), ("27 1/2", "27.5"), ("2-1/2", "2.5"), ("3/4", "0.75"),
     (".5", "0.5"), ("1,0000", None), ("1.2.3", None), ("4/3", None), ("1/0", None), ("", None), (".", None)],
)  # fmt: skip
def test_a_number_as_it_is_written(text, number):
    assert read_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("attribute", "number", "symbol"),
    [("weight", "2.50", "kg"), ("weight", "3", "oz"), ("volume", "1.75", "l"), ("width", "20.125", "in"),
     ("storage", "1", "TB"), ("screen_size", "39.6", "cm"), ("warranty", "2", "year"), ("weight", "1000", "g")],
)  # fmt: skip
def test_the_same_text_as_the_standardized_stage_gives(attribute, number, symbol):
    frame = pl.DataFrame({"name": [attribute], "text": [f"{number} {symbol}"], "hint": [None]},
                         schema={"name": pl.String, "text": pl.String, "hint": pl.String})  # fmt: skip
    assert canonical(attribute, number, symbol) == quantities(frame, "auto", "en")[0]


def test_units_in_text_are_the_vocabulary_s():
    for spelling, pairs in SPELLED.items():
        for dimension, symbol in pairs:
            assert SPELLINGS[dimension, spelling] is BY_SYMBOL[symbol]
