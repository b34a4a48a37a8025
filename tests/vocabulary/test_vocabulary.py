"""The words hang together: no word means two things, and a changed word changes the version."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from catalog_assets.vocabulary import attributes, availability, brands, categories, currencies, units, version


def doubled(words):
    return [word for word, count in Counter(words).items() if count > 1]


def test_an_alias_names_one_attribute():
    aliases = [
        a for one in attributes.ATTRIBUTES.values() for a in {*one.aliases, one.name, one.name.replace("_", " ")}
    ]
    assert doubled(aliases) == []
    assert all(alias == " ".join(alias.lower().split()) for alias in aliases)


@pytest.mark.parametrize("name", list(attributes.ATTRIBUTES))
def test_an_attribute_is_consistent(name):
    one = attributes.ATTRIBUTES[name]
    assert one.name == name
    assert (one.kind == "quantity") == (one.unit is not None)
    assert (one.kind == "choice") == bool(one.values)
    if one.unit:
        assert one.unit in units.BY_SYMBOL
        assert one.low is not None
        assert one.high is not None
        assert 0 <= one.low < one.high
    synonyms = [s for value, words in one.values.items() for s in {*words, value.lower()}]
    assert doubled(synonyms) == []
    assert all(synonym == synonym.lower().strip() for synonym in synonyms)


def test_a_spelling_of_a_unit_is_one_unit():
    assert doubled((unit.dimension, alias) for unit in units.UNITS for alias in unit.aliases) == []
    assert doubled(unit.symbol for unit in units.UNITS) == []
    assert all(alias == alias.lower() for unit in units.UNITS for alias in unit.aliases)
    assert all(units.BY_SYMBOL[symbol].factor == 1 for symbol in units.CANONICAL.values())
    assert {unit.dimension for unit in units.UNITS} == set(units.CANONICAL)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("lb", "g", "453.59237"),
        ("oz", "g", "28.349523125"),
        ("kg", "g", "1000"),
        ("in", "cm", "2.54"),
        ("ft", "in", "12"),
        ("fl oz", "ml", "29.5735295625"),
        ("TB", "GB", "1000"),
        ("MB", "GB", "0.0009765625"),
        ("year", "month", "12"),
        ("Ah", "mAh", "1000"),
        ("ha", "m2", "10000"),
        ("sq ft", "sq in", "144"),
        ("acre", "m2", "4046.8564224"),
        ("h", "min", "60"),
        ("gross", "dozen", "12"),
    ],
)
def test_factors_are_exact(one, other, expected):
    assert units.factor(one, other) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "one", "other", "expected"),
    [(212, "°F", "°C", 100), (-40, "°F", "°C", -40), (0, "°C", "°F", 32), (0, "K", "°C", Decimal("-273.15"))],
)
def test_scales_of_temperature_have_different_zeros(value, one, other, expected):
    times, plus = units.conversion(one, other)
    assert round(value * times + plus, 20) == expected
    with pytest.raises(ValueError, match="different zeros"):
        units.factor(one, other)


def test_what_measures_different_things_does_not_convert():
    with pytest.raises(ValueError, match="do not convert"):
        units.factor("kg", "cm")


def test_categories_are_leaves_with_words():
    paths = list(categories.CATEGORIES)
    assert len(paths) >= 60
    assert not [path for path in paths for other in paths if other.startswith(path + " > ")]
    for path, category in categories.CATEGORIES.items():
        assert category.path == path == " > ".join(level.strip() for level in path.split(">"))
        assert category.keywords
        assert category.aliases
        assert all(word == word.lower().strip() for word in (*category.keywords, *category.aliases))
        assert doubled(category.keywords) == doubled(category.aliases) == []


def test_currencies_are_iso_and_symbols_name_known_ones():
    assert len(currencies.CURRENCIES) >= 40
    assert all(code == c.code and len(code) == 3 and code.isupper() for code, c in currencies.CURRENCIES.items())
    named = {*currencies.SYMBOLS.values(), *(code for codes in currencies.AMBIGUOUS.values() for code in codes)}
    assert named <= set(currencies.CURRENCIES)
    assert {symbol.lower() for symbol in currencies.SYMBOLS}.isdisjoint(s.lower() for s in currencies.AMBIGUOUS)
    assert currencies.CURRENCIES["JPY"].decimals == 0
    assert currencies.CURRENCIES["KWD"].decimals == 3
    assert (currencies.CURRENCIES["EUR"].mark, currencies.CURRENCIES["USD"].mark) == ("comma", "point")


def test_a_spelling_is_one_brand_and_no_placeholder():
    assert len(brands.BRANDS) >= 60
    spellings = [s for name, aliases in brands.BRANDS.items() for s in {*aliases, name.lower()}]
    assert doubled(spellings) == []
    assert set(spellings).isdisjoint(brands.NONE)
    assert all(spelling == spelling.lower() for spelling in (*spellings, *brands.NONE))


def test_a_word_means_one_availability():
    assert set(availability.AVAILABILITY) == set(availability.VALUES)
    assert doubled(word for words in availability.AVAILABILITY.values() for word in words) == []
    assert {value for _, value in availability.PHRASES} <= set(availability.VALUES)


def test_the_version_changes_with_a_word_and_with_the_order_of_words():
    color = attributes.ATTRIBUTES["color"]
    changed = {**attributes.ATTRIBUTES, "color": replace(color, aliases=(*color.aliases, "hue"))}
    turned = {**attributes.ATTRIBUTES, "color": replace(color, aliases=color.aliases[::-1])}
    versions = {version.fingerprint(words) for words in (attributes.ATTRIBUTES, changed, turned)}
    assert len(versions) == 3
    assert version.fingerprint(frozenset({"a", "b", "c"})) == version.fingerprint(frozenset({"c", "b", "a"}))


def test_the_version_is_the_same_in_every_process():
    code = "from catalog_assets.vocabulary.version import VERSION; print(VERSION)"
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == version.VERSION
