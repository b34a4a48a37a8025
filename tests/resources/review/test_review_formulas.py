"""Marks against formulas: they are there, and they come off without loss."""

import re
import unicodedata

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.review.formulas import FORMULA, formula_restored, formula_safe

INVISIBLE = "\u200b\u200f\ufeff\u00ad\u0000\u0007\u2028\u00a0\u3000"
QUOTES = "\"'`´‘’‚“”„«»‹›＂＇"
HOSTILE = st.text(st.sampled_from(FORMULA + INVISIBLE + QUOTES + " \t\r\n,;|ab1é😀"), max_size=12)


def cells(*texts: str | None) -> list[str | None]:
    return (
        pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(formula_safe(pl.col("text")))["text"].to_list()
    )


def texts(*cells: str | None) -> list[str | None]:
    frame = pl.DataFrame({"text": cells}, schema={"text": pl.String})
    return frame.select(formula_restored(pl.col("text")))["text"].to_list()


def starts_formula(cell: str, inside: bool = False) -> bool:
    """Written anew, on purpose: what a spreadsheet might do with the cell, told character by character.

    Inside a cell a tab or line break is not refused itself, but what it leads to is.
    """
    for character in cell:
        normal = unicodedata.normalize("NFKC", character)
        if (character in "\t\r\n" and not inside) or (normal and normal[0] in "=+-@") or character in "−⁻₋":
            return True
        if character == "'":  # the mark: a spreadsheet shows the rest as text
            return False
        space = character.isspace() or unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf")
        if not (space or character in QUOTES):
            return False
    return False


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ('"=1', "'\"=1"),
        ("＝1", "'＝1"),
        ("\u200b=1", "'\u200b=1"),
        ("'=1", "''=1"),
        ("plain", "plain"),
        ("'plain", "'plain"),
        ("a=b-c", "a=b-c"),
        ("", ""),
        ("safe;=1", "safe;'=1"),
        ("safe, -20 °C", "safe,' -20 °C"),
        ("first\n=1", "first\n'=1"),
        ("\t,;=1", "'\t,;'=1"),
        (None, None),
    ],
)
def test_a_formula_is_marked_and_nothing_else(text, cell):
    assert cells(text) == [cell]
    assert texts(cell) == [text]


def test_what_a_person_typed_stays():
    typed = ["-5", "=1+1", "red", "it's", "'", "", "5,' 6"]
    assert texts(*typed) == typed


def test_every_character_that_normalises_to_a_formula_character_counts():
    known = {
        chr(code)
        for code in range(0x110000)
        if unicodedata.normalize("NFKC", chr(code))[:1] in tuple("=+-@") and not 0xD800 <= code < 0xE000
    }
    assert known | set("−⁻₋") == set(FORMULA)
    assert all(starts_formula(character) for character in FORMULA)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(HOSTILE, st.text()), min_size=1, max_size=20))
@example(["'", "''=", "'\t=", ";''=", ",,,=", ";\"'=", "\r\n=", "'\n'=", ";=;=", "=;=", "⁻1", "₋1"])
def test_every_text_comes_back_and_no_cell_starts_a_formula(written):
    marked = cells(*written)
    assert texts(*marked) == written
    for cell in marked:
        assert cell is not None
        assert not starts_formula(cell), "the cell itself"
        for piece in re.split("[,;\t\r\n]", cell)[1:]:
            assert not starts_formula(piece, inside=True), "a cell where another delimiter splits"


def test_the_check_above_can_fail():
    assert starts_formula("=1")
    assert starts_formula(' "\u200b＝1')
    assert starts_formula("`\t")
    assert starts_formula("`\t=", inside=True)
    assert not starts_formula("`\t", inside=True)
    assert not starts_formula("'=1")
    assert not starts_formula("a=1")
