"""What a person may state."""

import pytest

from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.values import canonical_unit, value_fault

QUANTITY = next(name for name, a in ATTRIBUTES.items() if a.kind == "quantity" and a.low is not None)


@pytest.mark.parametrize(
    ("name", "value", "unit", "fault"),
    [
        ("name", "Anything at all", None, None),
        ("price", "12.50", "EUR", None),
        ("price", "12,50", None, "a price is an amount"),
        ("price", "NaN", None, "a price is an amount"),
        ("currency", "EUR", None, None),
        ("currency", "EURO", None, "'EURO' is no currency"),
        ("availability", "in_stock", None, None),
        ("availability", "soon", None, "'soon' is no availability"),
        ("category", "Nonsense", None, "'Nonsense' is no category"),
        ("url", "https://shop.example/a?b=1", None, None),
        ("url", "javascript:alert(1)", None, "no address that begins with http"),
        ("image_url", 'https://x/"onload="y', None, "no address"),
        ("color", "Red", None, None),
        ("color", "red-ish", None, "'red-ish' is no color"),
        ("color", "Red", "kg", "color has no unit"),
        (QUANTITY, "about two", None, "is a number in"),
        (QUANTITY, "1e9", None, "is a number in"),
        (QUANTITY, "-5", None, "is between"),
        (QUANTITY, str(ATTRIBUTES[QUANTITY].low), ATTRIBUTES[QUANTITY].unit, None),
        (QUANTITY, str(ATTRIBUTES[QUANTITY].low), "parsec", "is kept in"),
    ],
)
def test_a_fault_says_what_is_allowed(name, value, unit, fault):
    found = value_fault(name, value, unit)
    assert found is None if fault is None else found is not None and fault in found


def test_flags_and_counts():
    flag = next(name for name, a in ATTRIBUTES.items() if a.kind == "flag")
    assert value_fault(flag, "yes") is None
    assert "maybe" in (value_fault(flag, "maybe") or "")
    for name in (name for name, a in ATTRIBUTES.items() if a.kind == "count"):
        assert "whole number" in (value_fault(name, "1.5") or "")


def test_the_unit_of_a_quantity_is_known():
    assert canonical_unit(QUANTITY) == ATTRIBUTES[QUANTITY].unit
    assert canonical_unit("name") is None
