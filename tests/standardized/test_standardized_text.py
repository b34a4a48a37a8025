"""Text: markup, entities, mojibake and white space go, what is clean stays."""

import json
import re
import sys
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.standardized import text
from catalog_assets.standardized.text import (
    filled,
    first_filled,
    folded,
    json_value,
    mapped,
    on_distinct,
    plain,
    where,
)


def cleaned(value):
    return plain(pl.Series([value], dtype=pl.String)).item()


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p>Hello&nbsp;<b>wor</b>ld</p>", "Hello world"),
        ("H<sub>2</sub>O", "H2O"),
        ("<table><td>a</td><td>b</td></table>", "a b"),
        ("a<br/>b", "a b"),
        ("before<script type='x'>alert(1)</script>after", "before after"),
        ("before<STYLE>p { color: red }</style >after", "before after"),
        ("before<script>never closed", "before"),
        ("a<!-- note <b>x</b> -->b", "a b"),
        ('<a title="a > b" href=x>t</a>', "t"),
        ('text, cut off <img src="https://exa', "text, cut off"),
        ("R&amp;D &lt;5&gt; &#39;q&#x27; &euro;", "R&D <5> 'q' €"),
        ("&amp;lt;b&amp;gt;bold", "bold"),
        ("<scr<b>ipt>x</scr</b>ipt>y", "x y"),
        ("<ſ>a</ſ> <ſcript>c", "<ſ>a</ſ> <ſcript>c"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("AT&T R&D a&b;", "AT&T R&D a&b;"),
        ("CafÃ© â€“ MÃ¼ller", "Café – Müller"),
        ("&Atilde;&copy;", "é"),
        ("AÇÃO Ã Â°", "AÇÃO Ã Â°"),
        ("ä¸\xadæ–‡", "中文"),
        ("Cafe\u0301", "Café"),
        ("\ufeffa\u200bb\u00adc", "abc"),
        ("a\u202eb", "ab"),
        (" a\t\n\x00 \u3000b\u2028c ", "a b c"),
        ("ส้ม 🔥 làm", "ส้ม 🔥 làm"),
        ("a&#00000000065;b&#x0000000000042;", "aAbB"),
        pytest.param("a &#" + "0" * 5000 + "65;", "a A", id="zeros"),
        ("a &#99999999; &#xFFFFFFFFF; &#xd800; &#0;", "a \ufffd \ufffd \ufffd \ufffd"),
        pytest.param("a &#" + "9" * 5000 + ";b", "a \ufffdb", id="nines"),
        pytest.param("a &#x" + "f" * 5000 + ";b", "a \ufffdb", id="hexadecimal"),
        ("<p> &nbsp; </p>", None),
        ("   ", None),
        (None, None),
    ],
)
def test_plain(dirty, clean):
    assert cleaned(dirty) == clean


WORDS = "< > & ; <b> </b> <script> </script> &amp; &lt; &gt; &#60; &#x26; Ã © é a b= \" ' <!-- --> € â ™ #"
FRAGMENTS = st.sampled_from(
    [
        *WORDS.split(),
        "<ſ>",
        "ſ",
        "＜",
        "；",
        "&#38;lt;",
        "&amp;#60;",
        "&trade;",
        "<a ",
        " ",
        "\n",
        "\u200b",
        "\u0338",
        "\u037e",
        "\u0301",
        "\u0958",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(FRAGMENTS, max_size=14).map("".join), min_size=1, max_size=30))
def test_cleaning_twice_is_cleaning_once(dirty):
    once = plain(pl.Series(dirty, dtype=pl.String))
    assert plain(once).to_list() == once.to_list()
    for value in once.drop_nulls():
        assert not re.search(r"<(?:[a-z]+|/[a-z]+)[^<>]*>", value)
        assert value == unicodedata.normalize("NFC", value) == value.strip()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_cleaning_any_text_twice_is_cleaning_once(dirty):
    once = plain(pl.Series(dirty, dtype=pl.String))
    assert plain(once).to_list() == once.to_list()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'["\ud800", "a\uDFFFb"]', ["\ufffd", "a\ufffdb"]),
        (r'{"\ud800": "\ud83d\ude00 \ud83d\ud83d\ude00"}', {"\ufffd": "😀 \ufffd😀"}),
        (r'["\\ud800", "\\\ud800"]', ["\\ud800", "\\\ufffd"]),
        ('[1, 2.50, NaN, -Infinity, "x", null]', ["1", "2.50", "NaN", "-Infinity", "x", None]),
        pytest.param(f"[{'9' * 5000}]", ["9" * 5000], id="a long number"),
        pytest.param("[" * 20_000, None, id="deep"),
        (r'["\ud80"]', None),
        ("[", None),
    ],
)
def test_json_is_read_whatever_it_holds(text, value):
    assert json_value(text) == value


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.text() | st.text(st.characters(categories=["Cs"])), st.lists))
def test_what_json_says_is_text_that_can_be_stored(found):
    json.dumps(json_value(json.dumps(found)), ensure_ascii=False).encode()


def test_nested_beyond_all_patience_ends_without_markup():
    result = cleaned("&" + "amp;" * 400 + "lt;script>alert(1)")
    assert result.endswith("script alert(1)")
    assert not set("<>&") & set(result)
    assert cleaned(result) == result


def test_a_row_does_not_depend_on_the_others():
    dirty = ["<b>x</b>", "&amp;amp;lt; i", "CafÃ©", "plain", None, "a  b"]
    alone = [cleaned(value) for value in dirty]
    assert plain(pl.Series(dirty * 400)).to_list() == alone * 400
    numbered = [value and f"{value} {n}" for n in range(400) for value in dirty]
    assert plain(pl.Series(numbered)).to_list() == [value and f"{value} {n}" for n in range(400) for value in alone]


def test_every_character_that_unicode_may_change_is_composed():
    composed = re.compile(text._MAY_COMPOSE)
    seconds = {
        chr(int(parts[1], 16))
        for parts in (unicodedata.decomposition(chr(code)).split() for code in range(sys.maxunicode + 1))
        if len(parts) == 2 and not parts[0].startswith("<")
    }
    blank = re.compile(f"[{text._BLANKS}]")
    left_out = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if not 0xD800 <= code < 0xE000
        and (
            unicodedata.normalize("NFC", chr(code)) != chr(code)
            or chr(code) in seconds
            or unicodedata.combining(chr(code))
        )
        and not composed.match(chr(code))
        and not blank.match(chr(code))
    ]
    assert left_out == []


def test_filled_leaves_out_what_says_null():
    cells = pl.DataFrame({"a": [" x ", "NULL", "#N/A", "", None, " nan", "Nullius", "\\N", "0"]})
    assert cells.select(filled(pl.col("a")))["a"].to_list() == ["x", None, None, None, None, None, "Nullius", None, "0"]


def test_first_filled_takes_columns_by_their_exact_name():
    cells = pl.DataFrame({"^a.*$": ["x", None, "n/a"], "*": ["y", "z", "w"], "a": ["never"] * 3})
    assert cells.select(first_filled(cells, ["^a.*$", "*"]))["^a.*$"].to_list() == ["x", "z", "w"]
    assert cells.select(first_filled(cells, [])).to_series().to_list() == [None, None, None]


def test_folded_keeps_markup_and_folds_white_space():
    cells = pl.DataFrame({"a": [" a\t b<b> ", "\u00a0", None]})
    assert cells.select(folded(pl.col("a")))["a"].to_list() == ["a b<b>", None, None]


def test_on_distinct_asks_once_and_keeps_order_and_nulls():
    asked = []

    def count(some):
        asked.extend(some.to_list())
        return some.str.to_uppercase()

    values = pl.Series("v", ["a", "b", None] * 1000)
    result = on_distinct(values, count)
    assert result.to_list() == ["A", "B", None] * 1000
    assert result.name == "v"
    assert sorted(asked, key=str) == [None, "a", "b"]


def test_where_and_mapped_touch_only_what_they_should():
    values = pl.Series(["a", None, "b", "c"])
    assert where(values, values == "b", lambda some: some + "!").to_list() == ["a", None, "b!", "c"]
    assert where(values, values == "z", lambda some: some + "!").to_list() == ["a", None, "b", "c"]
    assert mapped(values, lambda one: one * 2 if one != "c" else None).to_list() == ["aa", None, "bb", None]
