"""Sides of a thing, named, in centimetres."""

import polars as pl
import pytest

from catalog_assets.standardized.dimensions import dimensions


def sides(text, *, order="", bare=None, mark="auto", language="en"):
    found = dimensions(pl.Series([text], dtype=pl.String), mark, language, order, bare).row(0, named=True)
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('47 1/4" w x 24" d x 29 7/8" h', {"width": "120.015", "depth": "60.96", "height": "75.8825"}),
        ("30 x 20 x 5 cm (W x D x H)", {"width": "30", "depth": "20", "height": "5"}),
        ("(LxWxH) 300 x 200 x 50 mm", {"length": "30", "width": "20", "height": "5"}),
        ("W 20 cm x H 30 cm", {"width": "20", "height": "30"}),
        ("Width: 20cm, Height: 30cm", {"width": "20", "height": "30"}),
        ("1,5 m (l) x 20 cm (w)", {"length": "150", "width": "20"}),
        ("12½\"H × 1'W", {"height": "31.75", "width": "30.48"}),
    ],
)
def test_sides_are_named_by_letters_words_or_one_group(text, expected):
    assert sides(text) == expected


def test_sides_that_the_text_does_not_name_are_those_of_the_suppliers_order_and_never_guessed():
    assert sides('20 1/8" x 3 ft') == {}
    assert sides('20 1/8" x 3 ft', order="wl") == {"width": "51.1175", "length": "91.44"}
    assert sides("30 x 20 x 5 cm", order="wl") == {}
    assert sides("30 w x 20 h", bare="in", order="lw") == {"width": "76.2", "height": "50.8"}


def test_a_number_without_a_unit_has_that_of_the_next_else_of_the_one_before():
    assert sides("20 x 30 mm", order="lw") == {"length": "2", "width": "3"}
    assert sides('20" x 30', order="lw") == {"length": "50.8", "width": "76.2"}
    assert sides("20 x 30", order="lw") == {}


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "5 cm",
        "30 x 20 cm and a lid",
        '12"L x 8"L',
        "1.2.3 cm w x 5 cm h",
        "5 kg w x 3 cm h",
        "w x h",
        "1x2x3x4x5 cm",
    ],
)
def test_what_is_no_set_of_different_sides_is_nothing(text):
    assert sides(text, order="lwh") == {}


def test_the_decimal_mark_is_the_sources():
    assert sides("1.500 x 2,5 mm", order="lw", mark="comma") == {"length": "150", "width": "0.25"}
