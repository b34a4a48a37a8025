"""What categories require: the defaults name what there is, levels add up, and an empty list takes away."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.configuration import ConfigurationError, parse
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.required import LEVELS, REQUIRED, required_by_level

LAPTOPS = "Computers > Laptops"


def test_the_defaults_name_levels_of_the_taxonomy_and_attributes_of_the_vocabulary():
    assert set(CATEGORIES) < set(LEVELS)
    assert set(REQUIRED) <= set(LEVELS)
    assert {name for names in REQUIRED.values() for name in names} <= set(ATTRIBUTES)
    assert all(names == tuple(sorted(set(names))) != () for names in REQUIRED.values())


def test_no_default_repeats_what_a_level_above_requires():
    for level, names in REQUIRED.items():
        above = [above for above in REQUIRED if level.startswith(f"{above} > ")]
        assert not {name for one in above for name in REQUIRED[one]} & set(names), level


def test_a_level_stands_after_those_above_it():
    for place, level in enumerate(LEVELS):
        above = level.rpartition(" > ")[0]
        assert not above or above in LEVELS[:place]


@pytest.mark.parametrize(
    ("stated", "level", "expected"),
    [
        ({}, LAPTOPS, ("ram", "screen_size", "storage")),
        ({}, "Fashion > Men's Clothing", ("color", "size")),
        ({}, "Pets", ()),
        ({LAPTOPS: ["weight"]}, LAPTOPS, ("weight",)),
        ({"Computers": ["weight"]}, LAPTOPS, ("ram", "screen_size", "storage", "weight")),
        ({"Computers": ["weight"], LAPTOPS: []}, LAPTOPS, ()),
        ({"Computers": ["weight"], LAPTOPS: []}, "Computers > Networking", ("weight",)),
        ({"Fashion": []}, "Fashion > Men's Clothing", ("size",)),
        ({"Fashion": []}, "Fashion > Accessories", ()),
    ],
)
def test_levels_add_up_and_an_empty_list_takes_away(stated, level, expected):
    assert required_by_level(stated).get(level, ()) == expected


NAMES = st.lists(st.sampled_from(sorted(ATTRIBUTES)), max_size=3)


@given(st.dictionaries(st.sampled_from(LEVELS), NAMES, max_size=8))
def test_a_level_requires_its_own_and_all_above_unless_it_says_nothing(stated):
    found = required_by_level(stated)
    for level in LEVELS:
        own = stated.get(level, REQUIRED.get(level))
        above = set(found.get(level.rpartition(" > ")[0], ()))
        expected = above if own is None else above | set(own) if own else set()
        assert found.get(level, ()) == tuple(sorted(expected))
    assert all(found.values())


SOURCES = {"acme": {"columns": {"product_id": "sku", "name": "title"}}}


def test_a_catalogue_may_ask_for_more_or_less():
    asked = {LAPTOPS: [], "Fashion": ["color", "gender"]}
    assert parse({"sources": SOURCES, "required_attributes": asked}, Path("c.yaml")).required_attributes == asked
    assert parse({"sources": SOURCES}, Path("c.yaml")).required_attributes == {}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"Computer > Laptops": ["ram"]},
            "names no category, nor a level above one; did you mean 'Computers > Laptops'?",
        ),
        (
            {LAPTOPS: ["rams"]},
            f"'required_attributes.{LAPTOPS}' names 'rams', no attribute of the vocabulary; did you ",
        ),
        ({"Shoes": None}, "'required_attributes.Shoes' is null, but must be a list"),
        ({"Shoes": "size"}, "'required_attributes.Shoes' is 'size', but must be a list"),
    ],
)
def test_what_cannot_be_asked_for_is_told(asked, told):
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        parse({"sources": SOURCES, "required_attributes": asked}, Path("c.yaml"))
