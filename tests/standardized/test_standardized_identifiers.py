"""GTINs, part numbers and addresses."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.standardized.identifiers import addresses, gtins, is_gtin_14, mpns


def one(function, text):
    return function(pl.Series("x", [text], pl.String)).item()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4006381333931", "04006381333931"),
        (" 4006381333931 ", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("14006381333938", "14006381333938"),
        ("'030955168517", "00030955168517"),
        ('="030955168517"', "00030955168517"),
        ("4006381333931.0", "04006381333931"),
        ("978-3-16-148410-0", "09783161484100"),
        ("0-306-40615-2", "09780306406157"),
        ("080442957x", "09780804429573"),
        ("4006381333932", None),
        ("0306406153", None),
        ("36000291452", None),
        ("4.00638E+12", None),
        ("0", None),
        ("0000000000000", None),
        ("11111111", None),
        ("1234567890128", None),
        ("2000000000008", None),
        ("0200000000004", None),
        ("20000004", None),
        ("abc", None),
        ("４００６３８１３３３９３１", None),
        (None, None),
    ],
)
def test_gtin(text, expected):
    assert one(gtins, text) == expected


def checked(body):
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


@settings(max_examples=100, deadline=None)
@given(st.integers(300_000_000_000, 399_999_999_999), st.integers(1, 9), st.integers(0, 12))
def test_a_wrong_digit_is_found(body, shift, place):
    right = checked(str(body))
    assert one(gtins, right) == "0" + right
    digits = list(right)
    digits[place] = str((int(digits[place]) + shift) % 10)
    wrong = "".join(digits)
    assert one(gtins, wrong) is None or wrong == right


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("0123456789Xx- ='\"", max_size=16), min_size=1, max_size=30))
def test_what_comes_out_is_a_gtin_and_stays_one(texts):
    once = gtins(pl.Series("x", texts, pl.String))
    found = once.drop_nulls()
    assert found.to_frame().select(is_gtin_14(pl.col("x")))["x"].all()
    assert gtins(found).to_list() == found.to_list()


def test_is_gtin_14():
    texts = pl.DataFrame({"x": ["04006381333931", "04006381333932", "4006381333931", "0" * 14, "", None]})
    assert texts.select(is_gtin_14(pl.col("x")))["x"].to_list() == [True, False, False, False, False, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  ab-12/x ", "AB-12/X"),
        ("#lc-32*", "LC-32"),
        ("(8R298PA)", "8R298PA"),
        ("(:07", "07"),
        ("(-ab-)", "AB"),
        ("ab (c", "AB (C"),
        ("x (2)", "X (2)"),
        ("abc+", "ABC+"),
        ("a  b", "A B"),
        ("n/a", None),
        ("Does not apply", None),
        ("--", None),
        ("***", None),
        (None, None),
    ],
)
def test_mpn(text, expected):
    assert one(mpns, text) == expected
    assert one(mpns, expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.com/a,-b.html?x=1|2", "https://a.com/a,-b.html?x=1|2"),
        ("HTTP://A.com", "HTTP://A.com"),
        ("https://a.com/?a=1&amp;b=2", "https://a.com/?a=1&b=2"),
        ("http://a.com/1.jpg,http://b.com/2.jpg", "http://a.com/1.jpg"),
        ("http://a.com/1.jpg | http://b.com/2.jpg", "http://a.com/1.jpg"),
        ("https://web.archive.org/web/http://x.com", "https://web.archive.org/web/http://x.com"),
        ('["https://a/b.jpg","https://c"]', "https://a/b.jpg"),
        ('[{"url":"https:\\/\\/a\\/b?x=1\\u0026y"}]', "https://a/b?x=1&y"),
        ("[]", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("//cdn.example.com/x", None),
        ("/x.jpg", None),
        ("http://", None),
        ("http:///x", None),
        ("http://a.com/<b>", None),
        ('["javascript:alert(1)"]', None),
        (None, None),
    ],
)
def test_address(text, expected):
    assert one(addresses, text) == expected
