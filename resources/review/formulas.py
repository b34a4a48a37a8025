"""Text in a spreadsheet that no program takes for a formula.

Belongs here: marking text on its way into a CSV file, and taking the marks off on its way back, without loss. Does not
belong here: files (`exchange`).

The mark is an apostrophe. It goes before a cell that starts with a formula character, be it behind space, quotation
marks or characters that nobody sees. It also goes inside a cell, behind each comma, semicolon, tab and line break that
is followed by a formula character in the same way: a program that splits the file at another delimiter than the one it
was written with (Excel in Germany) starts a cell there.

Why this loses nothing: apostrophes are among the characters that may stand before the formula character, so text that
was marked, and text that looks as if it was, gets one mark more; exactly one is taken off again.
"""

import polars as pl

FORMULA = "=+-@⁺⁼₊₌−⁻₋⩵⩶﬩﹢﹣﹦﹫＋－＝＠"
"""Characters that start a formula, with those that programs normalise to one (full width, small, raised)."""

_FORMULA = FORMULA.replace("-", r"\-")
_BEFORE = r"""[\s\p{Z}\p{C}\p{Pi}\p{Pf}"'`´ʼ‚„〝〞〟＂＇]"""
_BREAK = r"[,;\t\r\n]"
_START = rf"{_BEFORE}*[{_FORMULA}\t\r\n]"
_INSIDE = rf"{_BEFORE[:-1]}--{_BREAK}]*[{_FORMULA}]"


def formula_safe(text: pl.Expr) -> pl.Expr:
    """The text (String) as a cell that starts no formula, whichever delimiter the reader splits at."""
    return text.str.replace_all(f"({_BREAK})({_INSIDE})", "${1}'${2}").str.replace(f"^({_START})", "'${1}")


def formula_restored(cell: pl.Expr) -> pl.Expr:
    """The text that `formula_safe` made the cell (String) of; a cell without its marks stays what it is."""
    return cell.str.replace(f"^'({_START})", "${1}").str.replace_all(f"({_BREAK})'({_INSIDE})", "${1}${2}")
