"""Moments, stock, availability, brands and category paths."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.standardized.moments import moments
from catalog_assets.standardized.names import brand_spellings, brands, category_paths
from catalog_assets.standardized.stock import MOST, availability, availability_words, pieces
from catalog_assets.vocabulary.brands import CANONICAL
from catalog_assets.vocabulary.columns import MOMENT
from tests.examples import tries


def one(function, text, *arguments):
    return function(pl.Series("x", [text], pl.String), *arguments).item()


AT = dt.datetime(2024, 9, 3, 12, 59, 59, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2024, 9, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-09-03T12:59:59Z", AT),
        ("2024-09-03 12:59:59", AT),
        ("2024-09-03T14:59:59+02:00", AT),
        ("2024-09-03T07:29:59-0530", AT),
        ("2024-09-03T12:59:59.250Z", AT.replace(microsecond=250_000)),
        ("2024-09-03T12:59", AT.replace(second=0)),
        ("20240903125959", AT),
        ("1725368399", AT),
        ("1725368399000", AT),
        ("Tue, 03 Sep 2024 12:59:59 GMT", AT),
        ("Tue Sep 03 2024 12:59:59 GMT+0000 (Coordinated Universal Time)", AT),
        ("Tue Sep 3 12:59:59 2024", AT),
        ("2024-09-03", MIDNIGHT),
        ("2024/9/3", MIDNIGHT),
        ("20240903", MIDNIGHT),
        ("03.09.2024", MIDNIGHT),
        ("3 Sep 2024", MIDNIGHT),
        ("September 3, 2024", MIDNIGHT),
        ("31/12/2024", dt.datetime(2024, 12, 31, tzinfo=dt.UTC)),
        ("12/31/2024", dt.datetime(2024, 12, 31, tzinfo=dt.UTC)),
        ("05/05/2024", dt.datetime(2024, 5, 5, tzinfo=dt.UTC)),
        ("05/06/2024", None),
        ("2024-13-01", None),
        ("2024-02-30", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moment(text, expected):
    assert one(moments, text) == expected


def test_moments_of_many_forms_stay_in_order():
    texts = ["2024-09-03T12:59:59Z", "nonsense", None, "03.09.2024", "1725368399"]
    result = moments(pl.Series(texts * 300))
    assert result.dtype == MOMENT
    assert result.to_list() == [AT, None, None, MIDNIGHT, AT] * 300


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("25", "auto", 25),
        (" 25.0 ", "auto", 25),
        ("25.000000", "auto", 25),
        ("1,234", "auto", 1234),
        ("1.000", "auto", 1000),
        ("1.000", "point", 1),
        ("1,000", "point", 1000),
        ("1,000", "comma", 1),
        ("1.000", "comma", 1000),
        ("10+", "auto", 10),
        ("> 10", "auto", 10),
        ("25 pcs", "auto", 25),
        ("-3", "auto", 0),
        ("0", "auto", 0),
        ("25.5", "auto", None),
        ("many", "auto", None),
        ("1e5", "auto", None),
        (f"{MOST}", "auto", MOST),
        (f"{MOST + 1}", "auto", None),
        ("9,000,000,000,000,000,000", "auto", None),
        ("9" * 40, "auto", None),
        ("", "auto", None),
        (None, "auto", None),
    ],
)
def test_pieces(text, mark, expected):
    assert one(pieces, text, mark) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In Stock", "in_stock"),
        ("in_stock", "in_stock"),
        ("https://schema.org/InStock", "in_stock"),
        ("http://schema.org/OutOfStock", "out_of_stock"),
        ("TRUE", "in_stock"),
        ("false", "out_of_stock"),
        ("Auf Lager", "in_stock"),
        ("nicht auf Lager!", "out_of_stock"),
        ("Agotado", "out_of_stock"),
        ("Habis", "out_of_stock"),
        ("หมด", "out_of_stock"),
        ("available for preorder", "preorder"),
        ("Discontinued by manufacturer", "discontinued"),
        ("only 3 left in stock", "in_stock"),
        ("maybe", None),
        (None, None),
    ],
)
def test_availability_words(text, expected):
    assert one(availability_words, text) == expected


def test_availability_follows_from_stock_where_no_word_says_it():
    frame = pl.DataFrame({"words": ["preorder", None, None, None], "stock": [0, 0, 5, None]})
    found = frame.select(availability(pl.col("words"), pl.col("stock"))).to_series()
    assert found.to_list() == ["preorder", "out_of_stock", "in_stock", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H.P.", "HP"),
        ("hewlett-packard", "HP"),
        ("SAMSUNG", "Samsung"),
        ("L&#39;Oreal", "L'Oréal"),
        ("Sony™", "Sony"),
        ("Clarins(คาแรงส์)", "Clarins"),
        ("Polene(โพลีน)", "Polene"),
        ("Brand: Sony", "Sony"),
        ("  Pure  Fix ", "Pure Fix Cycles"),
        ("Acme (UK)", "Acme (UK)"),
        ("Frank & Eileen", "Frank & Eileen"),
        ("Ã–rtel™ &amp;copy; SchÃ¶n", "Örtel Schön"),
        ('"Brand: Brand: Acme"', "Acme"),
        ("<™script>alert(1)</™script>", None),
        ("&lt;&trade;script&gt;alert(1)", None),
        ("&am®p;lt;b&am©p;gt;Acme", "Acme"),
        ("<®<™b>Acme", "<Acme"),
        ("No Brand", None),
        ("Tidak Ada Merk", None),
        ("UNBRANDED", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_brand(text, expected):
    assert one(brands, text) == expected
    assert one(brands, expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["Televisi & Video","Televisi Digital"]', "Televisi & Video > Televisi Digital"),
        ('[{"name":"Tools &amp; Home","url":"x"},{"name":"Blu-Ray/DVD"}]', "Tools & Home > Blu-Ray/DVD"),
        ('[["A","B"],["C"]]', "A > B"),
        ('{"name":"A"}', "A"),
        ("Home &gt; Garden", "Home > Garden"),
        ("A » B › C", "A > B > C"),
        ("A >> B >", "A > B"),
        ("A|B", "A > B"),
        ("TV / Blu-Ray/DVD", "TV > Blu-Ray/DVD"),
        ("A/B", "A > B"),
        ("women's tops", "women's tops"),
        ("<b>A</b> > B", "A > B"),
        ("<script›alert(1)</script›", "< script > alert(1)< /script"),
        ("A » <b → B", "A > < b > B"),
        ("Kids <3 › Toys", "Kids <3 > Toys"),
        ('["\\ud800"]', "\ufffd"),
        ('["Lamps", "\\ud83d\\ude00", {"name": "x\\udc00"}]', "Lamps > 😀 > x\ufffd"),
        pytest.param(f'[{"9" * 5000}, "A"]', "A", id="a long number"),
        ("[not json", "[not json"),
        ("[" * 20_000, "[" * 20_000),
        ("[]", None),
        ("[1, null]", None),
        (" > ", None),
        (None, None),
    ],
)
def test_category_path(text, expected):
    assert one(category_paths, text) == expected


SIGNS = [*'<>&;™®©‹›»＜＞＆；/!Ãâ¢"()（）:[]|b é', "\u200b", "\u200d", "\ufeff", "script", "Brand: ", "Acme", "n/a"]
ENTITIES = [
    "&lt;",
    "&gt;",
    "&amp;lt;",
    "&amp;amp;lt;",
    "&#60;",
    "&#x3e;",
    "&amp;#60;",
    "&trade;",
    "&amp;trade;",
    "&lt",
    "&#",
]
NASTY = st.lists(st.sampled_from([*SIGNS, *ENTITIES]), max_size=14).map("".join)
TAG = r"<(?:/?[A-Za-z][^<>]*|!--.*)>"


@settings(max_examples=tries(300), deadline=None)
@given(st.lists(NASTY, min_size=1, max_size=30))
def test_brands_and_categories_have_no_markup_and_brands_stay_as_they_are(texts):
    once = brands(pl.Series(texts))
    assert brands(once).to_list() == once.to_list()
    assert not once.str.contains(TAG).any()
    assert not category_paths(pl.Series(texts)).str.contains(TAG).any()


def test_canonical_brands_are_their_own_canonical_form():
    canonical = sorted(set(CANONICAL.values()))
    assert brands(pl.Series(canonical)).to_list() == canonical


CHOSEN = brand_spellings({"Hewlett-Packard": ["HP"], "Lumo": ["Lumo Lighting", "LUMO"]})


@pytest.mark.parametrize("text", ["HP", "h.p.", "Hewlett Packard", "hewlett-packard", "HP Inc."])
def test_a_chosen_name_takes_all_spellings_of_the_brand_along(text):
    once = brands(pl.Series([text]), CHOSEN)
    assert once.to_list() == ["Hewlett-Packard"]
    assert brands(once, CHOSEN).to_list() == ["Hewlett-Packard"]
    assert brands(pl.Series([text])).to_list() == ["HP"]


def test_a_chosen_name_is_for_its_own_spellings_only():
    assert brands(pl.Series(["lumo lighting", "Lumo", "Lumos", "HPE"]), CHOSEN).to_list() == [
        "Lumo", "Lumo", "Lumos", "HPE",
    ]  # fmt: skip
