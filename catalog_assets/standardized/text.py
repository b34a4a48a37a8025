"""Supplier text as plain text: markup, entities, mojibake, control characters and white space.

Belongs here: cleaning of text that is the same for every field. Does not belong here: what a field means (prices,
identifiers, paths, attributes have modules of their own).

What is clean stays as it is: cleaning twice is cleaning once. For that, markup that only appears when entities are
resolved or inner tags removed (`&amp;lt;b&amp;gt;`, `<scr<b>ipt>`) is removed too, and a text that still shows markup
after `ROUNDS` rounds loses its angle brackets and ampersands.
"""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl

ROUNDS = 8
MANY = 0.25
FEW = 1000

NULL_WORDS: tuple[str, ...] = (
    "null", "(null)", "<null>", "none", "nan", "n/a", "#n/a", "#value!", "#ref!", "#name?", "undefined", "\\n",
)  # fmt: skip
"""What exports write for "no value", lower case; a cell with nothing else is empty."""
_LONGEST_NULL_WORD = max(len(word) for word in NULL_WORDS)

# Dropped with what is in them; where the end tag is missing, to the end of the text.
# `-u`: among all of Unicode a `ſ` would be an s too, and `<ſ>` a tag, which nothing else here takes it for.
_BLOCKS = tuple(f"(?i-u:{tag})" for tag in ("script", "style", "template"))
_SCRIPT = "(?s)" + "|".join(rf"<{tag}\b[^<>]*>.*?(?:</{tag}\b[^<>]*>|$)" for tag in _BLOCKS)
_COMMENT = r"(?s)<!--.*?(?:-->|$)"
# Inline tags vanish ("H<sub>2</sub>O"), all others part words ("<td>a</td><td>b</td>").
_INLINE = (
    r"</?(?i-u:a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|mark|o:p|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:[ \t\r\n\x0c/][^<>]*)?>"
)
_TAG = r"</?[A-Za-z][^<>]*>|<!\[CDATA\[|\]\]>|<[!?][^<>]*>"
# A closing bracket inside a quoted attribute does not end the tag.
_QUOTED_BRACKET = (
    r"""(<[A-Za-z][^<>"']*(?:"[^"<>]*"[^<>"']*|'[^'<>]*'[^<>"']*)*=)(?:"[^"<>]*>[^"<]*"|'[^'<>]*>[^'<]*')"""
)
# A text that was cut off in the middle of a tag.
_CUT_TAG = r"</?[A-Za-z][A-Za-z0-9]*\s+[A-Za-z:-]+\s*=[^<>]*$|</[A-Za-z]*$"
_MARKUP = r"<[A-Za-z/!?]|\]\]>|&(?:[A-Za-z][A-Za-z0-9]*;|#[0-9]|#[xX][0-9A-Fa-f])"
_NUMERIC_ENTITY = re.compile(r"&#(?:0*(?P<decimal>[0-9]+)|[xX]0*(?P<hexadecimal>[0-9A-Fa-f]+));?")
_LONGEST_CODE_POINT = 7
_REPLACEMENT = "\ufffd"
# An escape of a JSON string: a whole surrogate pair, half of one, or any other.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_INVISIBLE = "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
_BLANKS = "\\x00-\\x1f\\x7f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # but for the space itself
_FOLDABLE = f"[{_BLANKS}]|  "
_SPACES = f" *[{_BLANKS}][ {_BLANKS}]*|  +"  # a single space is no match: there are too many of them
# Any character outside these ranges may change, or combine with its neighbour, under NFC.
_MAY_COMPOSE = (
    "[^\\x00-\u02ff\u0400-\u0482\u048a-\u0590\u0e00-\u0e37\u2002-\u20cf\u2100-\u2125\u2127-\u2129\u212c-\u2328"
    "\u232b-\u2ad0\u2e80-\u3029\u3030-\u3098\u309b-\ua66e\ufe00-\ufe0f\uff00-\uffff\U0001f000-\U0001faff]"
)
# The bytes of a UTF-8 character of two to four bytes, read as Windows-1252.
_MOJIBAKE = "[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_CP1252_TO_BYTES = str.maketrans(
    {
        bytes([byte]).decode("cp1252"): chr(byte)
        for byte in range(0x80, 0xA0)
        if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    }
)

_ENTITIES = {f"&{name}": text for name, text in html.entities.html5.items() if name.endswith(";")}
_ENTITY_NAMES, _ENTITY_TEXTS = list(_ENTITIES), list(_ENTITIES.values())

Cleaner = Callable[[pl.Series], pl.Series]


def filled(cell: pl.Expr) -> pl.Expr:
    """A cell without white space around it; null where it is blank or says "null" in a way that exports do."""
    text = cell.str.strip_chars()
    length = text.str.len_bytes()
    short = pl.when(length <= _LONGEST_NULL_WORD).then(text).str.to_lowercase()
    return pl.when((length > 0) & ~short.is_in(NULL_WORDS).fill_null(False)).then(text)


def first_filled(cells: pl.DataFrame, columns: list[str]) -> pl.Expr:
    """The first of the columns that is filled, null where none is; an expression over `cells`.

    Columns are taken by position: a supplier's column may be called `*` or `^a.*$`, which `pl.col` would expand.
    """
    if not columns:
        return pl.repeat(None, pl.len(), dtype=pl.String)
    return pl.coalesce(filled(pl.nth(cells.get_column_index(column))) for column in columns)


def folded(text: pl.Expr) -> pl.Expr:
    """White space and control characters folded into single spaces, none around; null where nothing is left."""
    single = text.str.replace_all(_INVISIBLE, "").str.replace_all(_SPACES, " ").str.strip_chars()
    return pl.when(single != "").then(single)


def plain(texts: pl.Series) -> pl.Series:
    """Supplier text as plain text, null where nothing is left.

    Tags go, scripts, styles and comments with their content; entities are resolved, UTF-8 that was read as
    Windows-1252 is repaired, invisible and control characters and runs of white space become one space, Unicode is NFC.
    """
    cleaned = on_distinct(texts.cast(pl.String), _plain)
    return cleaned.set(cleaned == "", None) if (cleaned == "").any() else cleaned


def on_distinct(values: pl.Series, function: Cleaner) -> pl.Series:
    """`function` of each value; computed once per distinct value where many repeat. Keeps name, length and order."""
    frame = rows_on_distinct(values.alias("value").to_frame(), lambda some: function(some["value"]).to_frame("result"))
    return frame.to_series().rename(values.name)


def rows_on_distinct(rows: pl.DataFrame, function: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """`function` of a frame, row by row; computed once per distinct row where many repeat. Keeps length and order.

    The function's columns must have other names than the rows' own.
    """
    if rows.height < FEW:
        return function(rows)
    distinct = rows.unique()
    if distinct.height > rows.height // 2:
        return function(rows)
    results = function(distinct)
    found = rows.join(distinct.hstack(results), on=rows.columns, how="left", maintain_order="left", nulls_equal=True)
    return found.select(results.columns)


def mapped(texts: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """A Python function of each text that is not null, computed on distinct texts; for the few that need one."""
    return on_distinct(
        texts,
        lambda some: pl.Series(
            some.name, [None if text is None else function(text) for text in some.to_list()], pl.String
        ),
    )


def where(values: pl.Series, condition: pl.Series, function: Cleaner) -> pl.Series:
    """`function` of the values for which the condition is true, the others as they are."""
    positions = condition.fill_null(False).arg_true()
    if positions.len() == 0:
        return values
    rows, chosen = values.len(), positions.len()
    order = pl.int_range(rows, dtype=pl.UInt32, eager=True)
    order = order.scatter(positions, pl.int_range(rows, rows + chosen, dtype=pl.UInt32, eager=True))
    return pl.concat([values, function(values.gather(positions))]).gather(order)


def sparing(values: pl.Series, condition: pl.Series, function: Cleaner) -> pl.Series:
    """As `where`, for a function that leaves all other values as they are anyway: then it may run over all of them.

    Taking few rows out and putting them back is cheaper than the function; for many rows it is dearer.
    """
    share = (condition.sum() or 0) / max(values.len(), 1)
    return function(values) if share > MANY else where(values, condition, function)


def json_value(text: str, number: Callable[[str], Any] = str) -> Any:
    """What a JSON text says, None where it is no JSON; for every cell that may hold JSON.

    Numbers are what `number` makes of them as written: no number is too long. Half of a surrogate pair, which no
    text in UTF-8 can hold, is U+FFFD.
    """
    if "\\u" in text:
        text = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape.group(), text)
    try:
        return json.loads(text, parse_float=number, parse_int=number, parse_constant=number)
    except (ValueError, RecursionError):
        return None


def _plain(texts: pl.Series) -> pl.Series:
    cleaned = _round(texts)
    todo = _suspicious(cleaned)
    for _ in range(ROUNDS):
        if not todo.any():
            return cleaned
        before = cleaned
        cleaned = where(cleaned, todo, _round)
        todo = todo & (cleaned != before) & _suspicious(cleaned)
    return where(cleaned, todo, _without_markup)


def _without_markup(texts: pl.Series) -> pl.Series:
    """The last resort: nothing is left that could become markup, and what remains is repaired until it stands."""
    cleaned = texts.str.replace_all("[<>&]", " ")
    for _ in range(10 * ROUNDS):
        before, cleaned = cleaned, _round(cleaned)
        if cleaned.equals(before):
            break
    return cleaned


def _suspicious(texts: pl.Series) -> pl.Series:
    return (texts.str.contains(_MARKUP) | texts.str.contains(_MOJIBAKE)).fill_null(False)


def _round(texts: pl.Series) -> pl.Series:
    """One round: repair, markup, entities, then everything that has no second effect."""
    texts = sparing(texts, _beyond_ascii(texts), _repaired)
    texts = sparing(texts, texts.str.contains("<", literal=True), _without_tags)
    texts = sparing(texts, texts.str.contains("&", literal=True), _without_entities)
    texts = sparing(texts, _beyond_ascii(texts), _composed)
    texts = sparing(texts, texts.str.contains(_FOLDABLE), lambda some: some.str.replace_all(_SPACES, " "))
    return texts.str.strip_chars()


def _beyond_ascii(texts: pl.Series) -> pl.Series:
    return texts.str.len_bytes() != texts.str.len_chars()


def _without_tags(texts: pl.Series) -> pl.Series:
    blocks = texts.str.contains(f"<(?:{'|'.join(_BLOCKS)}|!--)")
    texts = sparing(texts, blocks, lambda some: some.str.replace_all(_SCRIPT, " ").str.replace_all(_COMMENT, " "))
    quoted = texts.str.contains(_QUOTED_BRACKET)
    texts = sparing(texts, quoted, lambda some: some.str.replace_all(_QUOTED_BRACKET, "${1}"))
    texts = texts.str.replace_all(_INLINE, "").str.replace_all(_TAG, " ")
    return sparing(texts, texts.str.contains("<", literal=True), lambda some: some.str.replace(_CUT_TAG, ""))


def _without_entities(texts: pl.Series) -> pl.Series:
    texts = texts.str.replace_many(_ENTITY_NAMES, _ENTITY_TEXTS)
    numeric = texts.str.contains(_NUMERIC_ENTITY.pattern)
    return sparing(texts, numeric, lambda some: mapped(some, _resolve_numeric))


def _resolve_numeric(text: str) -> str:
    return _NUMERIC_ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    """The character of a numeric entity, as HTML reads it: U+FFFD for what is beyond Unicode, however many digits."""
    digits, base = (entity["decimal"], 10) if entity["decimal"] else (entity["hexadecimal"], 16)
    return html.unescape(f"&#{int(digits, base)};") if len(digits) <= _LONGEST_CODE_POINT else _REPLACEMENT


def _repaired(texts: pl.Series) -> pl.Series:
    return sparing(texts, texts.str.contains(_MOJIBAKE), lambda some: mapped(some, _repair))


def _repair(text: str) -> str:
    """The text that was UTF-8 before somebody read it as Windows-1252; the text itself where that cannot be."""
    try:
        return text.translate(_CP1252_TO_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _composed(texts: pl.Series) -> pl.Series:
    texts = sparing(texts, texts.str.contains(_INVISIBLE), lambda some: some.str.replace_all(_INVISIBLE, ""))
    return sparing(texts, texts.str.contains(_MAY_COMPOSE), lambda some: some.str.normalize("NFC"))
