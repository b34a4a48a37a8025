"""Attributes that suppliers state, in the terms of the vocabulary.

Belongs here: from named columns and lists of names and values to (name, value, unit). Does not belong here: finding
attributes in names and descriptions (enrichment).

A name that the vocabulary does not know, and a value of a quantity, count or flag that cannot be read, are left out:
raw keeps them. A choice that the vocabulary does not list is kept as cleaned text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from catalog_assets.standardized.dimensions import NAMES, sides
from catalog_assets.standardized.numbers import Mark, whole_numbers
from catalog_assets.standardized.text import (
    NULL_WORDS,
    first_filled,
    json_value,
    mapped,
    plain,
    rows_on_distinct,
    where,
)
from catalog_assets.standardized.units import quantities, unit_in_name
from catalog_assets.vocabulary.attributes import ATTRIBUTES, FLAG_VALUES, PLACEHOLDERS, Attribute
from catalog_assets.vocabulary.columns import ATTRIBUTE
from catalog_assets.vocabulary.units import SPELLINGS, dimension_of

LIST = "*"
LONGEST = 300
"""Characters; a longer text is a description, not a value."""
LARGEST_COUNT = 999_999
LONGEST_NAME = 200
"""Characters; a longer name is a text, not the name of an attribute."""

SEVERAL = "dimensions"
"""Name of an entry that states several sides at once, until it is parted into these."""

ENTRY = {"row": pl.UInt32, "rank": pl.UInt32, "name": pl.String, "text": pl.String, "hint": pl.String}
"""One stated attribute: the row it stands in, its order there, vocabulary name, text, unit in the supplier's name."""

_UNIT_OF = {name: attribute.unit for name, attribute in ATTRIBUTES.items() if attribute.unit}
_NAME_OF = {
    alias: name
    for name, attribute in ATTRIBUTES.items()
    for alias in (*attribute.aliases, name, name.replace("_", " "))
}
_SYNONYMS = {
    (name, word.lower()): value
    for name, attribute in ATTRIBUTES.items()
    for value, words in attribute.values.items()
    for word in (*words, value)
}
_FLAG_OF = {word: value for value, words in FLAG_VALUES.items() for word in words}
_NO_VALUE = frozenset({*PLACEHOLDERS, *NULL_WORDS})
_PARTS = re.compile(r"\s*[,/;|&+、·]\s*| and | und | et | y | e | dan ")
_SHARE = re.compile(r"\(?[0-9]{1,3}(?:[.,][0-9]+)? ?%\)?")

# A JSON list of {"name": "...", "value": "..."} as marketplaces write it, which needs no JSON parser. No lone
# surrogates, no control characters: what is unusual goes the slow way.
_STRING = r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-cefA-CEF][0-9a-fA-F]{3}|\\u[dD][0-7][0-9a-fA-F]{2})*"'
_PAIR = rf'\{{\s*"name"\s*:\s*{_STRING}\s*,\s*"value"\s*:\s*{_STRING}\s*\}}'
_PAIRS = rf"^\s*\[\s*(?:{_PAIR}(?:\s*,\s*{_PAIR})*)?\s*\]\s*$"
_PAIR_PARTS = r'^\{\s*"name"\s*:\s*(?P<key>"(?:[^"\\]|\\.)*")\s*,\s*"value"\s*:\s*(?P<value>"(?:[^"\\]|\\.)*")\s*\}$'
# And an object of names and values, `{"color": "red", "pack_count": 6}`, as others write it; no escapes in names.
_GAP = r"[ \t\r\n]*"
_PLAIN_VALUE = rf"(?:{_STRING}|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)"
_MEMBER = rf'"[^"\\\x00-\x1f]*"{_GAP}:{_GAP}{_PLAIN_VALUE}'
_MEMBERS = rf"^{_GAP}\{{{_GAP}(?:{_MEMBER}(?:{_GAP},{_GAP}{_MEMBER})*)?{_GAP}\}}{_GAP}$"
_KEY_NAMES = ("name", "key", "label", "attribute", "title", "attr_name")
_VALUE_NAMES = ("value", "values", "text", "val", "attr_value")


def attributes(cells: pl.DataFrame, columns: Mapping[str, str], mark: Mark, language: str) -> pl.Series:
    """List(ATTRIBUTE) for each row of the cells: one entry per name, the first that can be read, sorted by name.

    `columns` is a source's `attributes`: vocabulary attribute -> supplier column, `*` -> column with a list. A named
    column goes before the list.
    """
    entries = [_named(cells, name, column, rank) for rank, (name, column) in enumerate(columns.items()) if name != LIST]
    if LIST in columns:
        entries.append(_listed(cells[columns[LIST]], first_rank=len(columns)))
    stated = pl.concat([pl.DataFrame(schema=ENTRY), *entries])
    several = pl.col("name") == SEVERAL
    if stated.select(several.any()).item():
        stated = pl.concat([stated.filter(~several), sides(stated.filter(several), mark, language)])
    return _gathered(_valued(stated, mark, language), cells.height)


def attribute_of(stated: str) -> tuple[str, str | None] | None:
    """The attribute that a supplier's name means, and the unit that the name states; None where it is not known.

    A name of several sides at once is SEVERAL, and with it goes what it says in brackets.
    """
    if len(stated) > LONGEST_NAME:
        return None
    name = " ".join(stated.lower().replace("_", " ").split()).strip(" :*")
    if name in _NAME_OF:
        return _NAME_OF[name], _hint(_NAME_OF[name], name)
    in_brackets = re.fullmatch(r"(.*?) ?[(\[（]([^()\[\]（）]*)[)\]）]", name)
    base, said = in_brackets.groups() if in_brackets else (name, None)
    if base in NAMES:
        return SEVERAL, said
    first, _, last = name.rpartition(" ")
    candidates = [in_brackets.groups()] if in_brackets else []
    candidates += [(first, last), (first.removesuffix(" in"), last)]
    for base, unit in candidates:
        attribute = ATTRIBUTES.get(_NAME_OF.get(base, ""))
        if attribute and attribute.unit:
            found = SPELLINGS.get((dimension_of(attribute.unit), unit.strip(" .")))
            if found:
                return attribute.name, found.symbol
    return None


def _hint(attribute: str, name: str) -> str | None:
    unit = ATTRIBUTES[attribute].unit
    return unit_in_name(name, dimension_of(unit)) if unit else None


def _named(cells: pl.DataFrame, name: str, column: str, rank: int) -> pl.DataFrame:
    """Entries of a column that the configuration maps to an attribute."""
    stated = cells.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        pl.lit(rank, pl.UInt32).alias("rank"),
        pl.lit(name).alias("name"),
        first_filled(cells, [column]).alias("text"),
        pl.lit(_hint(name, column.rpartition(".")[2]), pl.String).alias("hint"),
    ).filter(pl.col("text").is_not_null())
    listed = stated["text"].str.starts_with("[")
    if not listed.any():
        return stated
    joined = mapped(stated.filter(listed)["text"], _joined)
    return pl.concat([stated.filter(~listed), stated.filter(listed).with_columns(joined.alias("text"))])


def _joined(text: str) -> str | None:
    """A JSON list of plain values as one text."""
    found = json_value(text)
    return ", ".join(_scalars(found)) if isinstance(found, list) else text


def _listed(cells: pl.Series, first_rank: int) -> pl.DataFrame:
    """Entries of a column with lists of names and values; unknown names are left out."""
    stated = cells.alias("cell").to_frame().with_row_index("row").filter(pl.col("cell").is_not_null())
    pairs = pl.concat(list(_pairs_by_form(stated)))
    names = pairs["key"].drop_nulls().unique()
    known = [(key, *found) for key, found in ((key, attribute_of(key)) for key in names.to_list()) if found]
    lookup = pl.DataFrame(known, schema={"key": pl.String, "name": pl.String, "hint": pl.String}, orient="row")
    return pairs.join(lookup, on="key", how="inner").select(
        "row", (pl.col("rank") + first_rank).cast(pl.UInt32), "name", pl.col("value").alias("text"), "hint"
    )


def _pairs_by_form(stated: pl.DataFrame) -> Iterable[pl.DataFrame]:
    """Pairs (row, rank, key, value) of all cells, read by what they look like: plain lists, plain objects, the rest."""
    for form, reader in ((_PAIRS, _usual_pairs), (_MEMBERS, _members)):
        formed = stated["cell"].str.contains(form)
        yield reader(stated.filter(formed))
        stated = stated.filter(~formed)
    yield _unusual_pairs(stated)


def _usual_pairs(stated: pl.DataFrame) -> pl.DataFrame:
    """Pairs of cells that are plain lists of names and values, by expression."""
    pairs = stated.select("row", pl.col("cell").str.extract_all(_PAIR).alias("pair"))
    pairs = pairs.with_columns(pl.int_ranges(pl.col("pair").list.len(), dtype=pl.UInt32).alias("rank"))
    pairs = pairs.explode("pair", "rank", empty_as_null=False)
    parts = pairs["pair"].str.extract_groups(_PAIR_PARTS).struct.unnest()
    return pl.DataFrame(
        {"row": pairs["row"], "rank": pairs["rank"], "key": _unquoted(parts["key"]), "value": _unquoted(parts["value"])}
    )


def _members(stated: pl.DataFrame) -> pl.DataFrame:
    """Pairs of cells that are plain objects of names and values, by expression."""
    pairs = stated.select("row", pl.col("cell").str.extract_all(_MEMBER).alias("pair"))
    pairs = pairs.with_columns(pl.int_ranges(pl.col("pair").list.len(), dtype=pl.UInt32).alias("rank"))
    pairs = pairs.explode("pair", "rank", empty_as_null=False)
    _, key, behind = pairs["pair"].str.splitn('"', 3).struct.unnest().get_columns()
    written = behind.str.strip_chars_start(": \t\r\n")
    value = where(written, written.str.starts_with('"'), _unquoted).set(written == "null", None)
    return _last_of_each(pairs.select("row", "rank", key.alias("key"), value.alias("value")))


def _last_of_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of names that an object states twice, the last value, as JSON parsers have it."""
    key = pl.col("key").cast(pl.Categorical).to_physical().cast(pl.UInt64)
    member = pairs.select(pl.col("row").cast(pl.UInt64) * 2**32 + key).to_series()  # one number: compared faster
    if member.n_unique() == pairs.height:
        return pairs
    return pairs.unique(["row", "key"], keep="last", maintain_order=True)


def _unquoted(strings: pl.Series) -> pl.Series:
    """JSON strings as text."""
    escaped = strings.str.contains("\\", literal=True).fill_null(False)
    bare = strings.str.slice(1, strings.str.len_chars() - 2)
    if not escaped.any():
        return bare
    return bare.scatter(escaped.arg_true(), mapped(strings.filter(escaped), json_value))


def _unusual_pairs(stated: pl.DataFrame) -> pl.DataFrame:
    """Pairs of all other cells: objects, other key names, lists as values. No JSON, no pairs."""
    distinct = stated["cell"].unique()
    rows = [
        (cell, rank, key, value)
        for cell in distinct.to_list()
        for rank, (key, value) in enumerate(_pairs(json_value(cell)))
    ]
    schema = {"cell": pl.String, "rank": pl.UInt32, "key": pl.String, "value": pl.String}
    pairs = pl.DataFrame(rows, schema=schema, orient="row")
    return stated.join(pairs, on="cell", how="inner").select("row", "rank", "key", "value")


def _pairs(found: Any) -> Iterable[tuple[str, str]]:
    if isinstance(found, dict):
        for key, value in found.items():
            text = ", ".join(_scalars(value))
            if text:
                yield key, text
    elif isinstance(found, list):
        for item in found:
            if isinstance(item, dict):
                key = next((item[name] for name in _KEY_NAMES if isinstance(item.get(name), str)), None)
                text = next(
                    (", ".join(_scalars(item[name])) for name in _VALUE_NAMES if item.get(name) is not None), ""
                )
                if key and text:
                    yield key, text


def _scalars(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value if not isinstance(item, list | dict) for text in _scalars(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value] if isinstance(value, str) else []


def _valued(stated: pl.DataFrame, mark: Mark, language: str) -> pl.DataFrame:
    """Entries with value and unit (columns row, rank, name, value, unit); those that cannot be read are left out."""
    values = rows_on_distinct(stated.select("name", "text", "hint"), lambda some: _values(some, mark, language))
    valued = stated.select("row", "rank", "name").hstack(values).filter(pl.col("value").is_not_null())
    return valued.with_columns(
        pl.col("name").replace_strict(_UNIT_OF, default=None, return_dtype=pl.String).alias("unit")
    )


def _values(stated: pl.DataFrame, mark: Mark, language: str) -> pl.DataFrame:
    """The canonical value of each entry (name, text, hint), null where it cannot be read."""
    text = plain(stated["text"])
    frame = stated.with_columns(text.alias("text"), text.str.to_lowercase().alias("lower"))
    says = pl.col("text").is_not_null() & ~pl.col("lower").is_in(_NO_VALUE)
    frame = frame.with_columns(says=says & (pl.col("text").str.len_chars() <= LONGEST)).with_row_index("place")
    readers: dict[str, Callable[[pl.DataFrame], pl.Series]] = {
        "quantity": lambda part: quantities(part, mark, language),
        "choice": _choices,
        "count": lambda part: _counts(part["lower"]),
        "flag": lambda part: part["lower"].replace_strict(_FLAG_OF, default=None, return_dtype=pl.String),
        "text": lambda part: part["text"],
    }
    values = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    for kind, reader in readers.items():
        part = frame.filter(
            "says", pl.col("name").is_in([name for name, one in ATTRIBUTES.items() if one.kind == kind])
        )
        if part.height:
            values = values.scatter(part["place"], reader(part))
    return values.to_frame("value")


def _choices(part: pl.DataFrame) -> pl.Series:
    """Canonical choices; what the vocabulary does not list stays as it is."""
    distinct = part.select("name", "lower").unique()
    found = [(name, lower, read_choice(ATTRIBUTES[name], lower)) for name, lower in distinct.iter_rows()]
    schema = {"name": pl.String, "lower": pl.String, "choice": pl.String}
    lookup = pl.DataFrame(found, schema=schema, orient="row")
    joined = part.join(lookup, on=["name", "lower"], how="left", maintain_order="left")
    return joined.select(pl.coalesce("choice", "text")).to_series()


def read_choice(attribute: Attribute, lower: str) -> str | None:
    """The canonical choice for a lower-case text, several joined by ', ' as stated; None if one is unknown."""
    found = _SYNONYMS.get((attribute.name, lower))
    if found:
        return found
    parts = [part for part in _PARTS.split(_SHARE.sub("", lower).strip()) if part]
    choices = [_SYNONYMS.get((attribute.name, part.strip())) for part in parts]
    if not choices or None in choices:
        return None
    return ", ".join(dict.fromkeys(choice for choice in choices if choice))


def _counts(lower: pl.Series) -> pl.Series:
    """The one whole number of each text (`20pcs`, `pack of six`); null where there are several, none, or too many."""
    found = whole_numbers(lower)
    number = found.list.first()
    is_one = (found.list.len() == 1) & number.is_between(1, LARGEST_COUNT)
    return number.set(~is_one.fill_null(False), None).cast(pl.String)


def _gathered(valued: pl.DataFrame, height: int) -> pl.Series:
    """The entries of each row as a list, the first of each name, sorted by name; an empty list where there are none."""
    order = {name: place for place, name in enumerate(sorted(ATTRIBUTES))}
    place = pl.col("name").replace_strict(order, return_dtype=pl.UInt8).alias("place")
    valued = valued.with_columns(place).sort("row", "place", "rank")
    first = (pl.col("row") != pl.col("row").shift()) | (pl.col("place") != pl.col("place").shift())
    entry = pl.struct("name", "value", "unit").cast(ATTRIBUTE).alias("attributes")
    lists = valued.filter(first.fill_null(True)).group_by("row", maintain_order=True).agg(entry)
    rows = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    joined = rows.join(lists, on="row", how="left", maintain_order="left")
    return joined.select(pl.col("attributes").fill_null(pl.lit([], pl.List(ATTRIBUTE)))).to_series()
