"""Words: behind a label, filling a part of a name, or in running text."""

import polars as pl
import pytest

from catalog_assets.enriched import words
from catalog_assets.enriched.choices import (
    FIND_LABELLED,
    FIND_WORD,
    RUNNING,
    VALUES,
    read_labelled,
    read_segments,
    read_words,
    segments,
)
from catalog_assets.vocabulary.attributes import ATTRIBUTES


def places(text, find):
    expression = find(pl.col("t")) if callable(find) else pl.col("t").str.extract_all(find)
    return pl.DataFrame({"t": [text]}).select(expression.explode().drop_nulls())["t"].unique(maintain_order=True)


def running(text):
    return set(read_words(places(text, FIND_WORD)).select("attribute", "value", "evidence").rows())


def labelled(text):
    return set(read_labelled(places(text, FIND_LABELLED)).select("attribute", "value", "kind", "evidence").rows())


def parts(text):
    return set(read_segments(places(text, segments)).select("attribute", "value", "evidence").rows())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a red dress", {("color", "Red", "red")}),
        ("Navy Blue and NAVY", {("color", "Navy", "Navy Blue"), ("color", "Navy", "NAVY")}),
        ("Men’s boots", {("gender", "Men", "Men’s")}),
        ("stainless-steel pot", {("material", "Stainless Steel", "stainless-steel")}),
        ("waterproof", {("waterproof", "yes", "waterproof")}),
        ("“Blue” –red–", {("color", "Blue", "Blue"), ("color", "Red", "red")}),
    ],
)
def test_a_word_in_running_text(text, expected):
    assert running(text) == expected


@pytest.mark.parametrize(
    "text",
    ["Orange juice", "Gold Dior", "Füred", "redü", "ignored", "Red Bull", "Black & Decker", "DVD player", "new", "iron",
     "non-waterproof", "be or he", "x-men", "Women and Men"],
)  # fmt: skip
def test_no_word_in_running_text(text):
    assert running(text) == set()


def test_a_decoy_hides_only_itself():
    assert running("Red Bull can, red") == {("color", "Red", "red")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Color: Gold", {("color", "Gold", "labelled", "Color: Gold")}),
        ("COLOUR = jet black", {("color", "Black", "labelled", "COLOUR = jet black")}),
        ("Farbe: weiss", {("color", "White", "labelled", "Farbe: weiss")}),
        ("size M", {("size", "M", "context", "size M")}),
        ("100% cotton", {("material", "Cotton", "context", "100% cotton")}),
        ("Color: Black/White", {("color", "Black", "guess", "Color: Black")}),
        ("Waterproof: no", {("waterproof", "no", "labelled", "Waterproof: no")}),
        ("Color: 15", set()),
        ("Color: silk", set()),
        ("Material: redwood", set()),
        ("Color: redüm", set()),
    ],
)
def test_a_word_behind_a_label(text, expected):
    assert labelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T-shirt, Black (XL)", {("color", "Black", "Black"), ("size", "XL", "XL")}),
        ("Casablanca - Widescreen - DVD", {("format", "DVD", "DVD")}),
        ("Hemd, weiß", {("color", "White", "weiß")}),
        ("Lamp - Gold", {("color", "Gold", "Gold"), ("material", "Gold", "Gold")}),
        ("Black", set()),
        ("Shirt, M", set()),
        ("Dress, red wine stain", set()),
        ("(.*)[a-z]+|\\d{3}", set()),
    ],
)
def test_a_word_that_fills_a_part_of_a_name(text, expected):
    assert parts(text) == expected


def test_gold_is_a_material_of_jewellery_only():
    scopes = read_segments(pl.Series(["Gold", "vinyl"])).select("attribute", "value", "scope").rows()
    assert ("color", "Gold", "not jewellery") in scopes
    assert ("material", "Gold", "jewellery") in scopes
    assert ("material", "PVC", "known") in scopes


def test_every_word_is_of_the_vocabulary():
    known = {name: set(a.values) | ({"yes"} if a.kind == "flag" else set()) for name, a in ATTRIBUTES.items()}
    assert all(value in known[attribute] for _, attribute, value in VALUES.rows())
    assert set(RUNNING) <= set(VALUES["word"])


def test_words_about_words_name_what_there_is():
    # a word that the vocabulary no longer has would be a dead exception
    assert words.ONLY_WITH_CATEGORY.keys() <= set(VALUES["word"])
    assert words.ONLY_IN.keys() | words.NOT_IN.keys() <= ATTRIBUTES.keys()
    assert set(words.PHRASES.values()) | set(words.ONLY_WITH_CATEGORY.values()) <= ATTRIBUTES.keys()
