"""Sides of a thing: from `20 1/8" x 3 ft`, `47 1/4w x 24d x 29 7/8h` or `(LxWxH) 30 x 20 x 5 cm` to named lengths.

Belongs here: texts that state several sides at once. Does not belong here: a single length (`units.py`).

Which side is meant is read from letters or words at the numbers or in one group (`W x D x H`), else from the order that
the caller knows of; it is never guessed. A number without a unit has that of the next number that has one, else of the
one before it, else the caller's. A text that says anything else beside its sides is nothing.
"""

import re

import polars as pl

from catalog_assets.standardized.numbers import NUMBER, Mark
from catalog_assets.standardized.text import plain, rows_on_distinct
from catalog_assets.standardized.units import EXACT, FRACTION, as_text, measured, plain_fractions, unit_in_name
from catalog_assets.vocabulary.units import CANONICAL, SPELLINGS

SIDES: dict[str, str] = {"l": "length", "w": "width", "h": "height", "d": "depth"}
"""The letter that marks a side -> the attribute that it is."""
NAMES = frozenset(
    ["dimensions", "dimension", "product dimensions", "item dimensions", "overall dimensions", "abmessungen", "maße",
     "produktabmessungen", "dimensiones", "dimensiones del producto", "dimensioni", "dimensões", "dimensi",
     "dimensi produk", "afmetingen", "wymiary", "尺寸規格"]
)  # fmt: skip
"""What suppliers call several sides at once, lower case. Not those of a package: they are another thing's."""
BEHIND = 1_000_000
"""Added to the rank of a parted side: one that is stated by itself goes before it."""
DECIMALS = 4
UNIT = CANONICAL["length"]

_MARK = "(?:length|long|l|width|wide|w|height|high|h|depth|deep|d)"
_UNITS = "|".join(
    re.escape(spelling)
    for spelling in sorted((s for d, s in SPELLINGS if d == "length"), key=lambda spelling: (-len(spelling), spelling))
)
_SIDE = rf"(?:{_MARK}[ :=.]*)?(?:{FRACTION}|{NUMBER})[ -]?(?:{_UNITS})?[ .]*(?:\({_MARK}\)|{_MARK}\b)?"
_LENGTH = rf"(?P<text>(?:{FRACTION}|{NUMBER})[ -]?(?P<unit>{_UNITS})?)"
_SIDE_PARTS = rf"^(?P<ahead>[lwhd])?[a-z]*[ :=.]*{_LENGTH}[ .(]*(?P<behind>[lwhd])?"
_LINK = r"[x×*,;/]|by"
_GROUP = rf"\(?\b({_MARK}) ?[x×*/] ?({_MARK})(?: ?[x×*/] ?({_MARK}))?\b\)?"
_MOST = 4


def dimensions(texts: pl.Series, mark: Mark, language: str, order: str = "", bare: str | None = None) -> pl.DataFrame:
    """The sides of each text in centimetres, as canonical text: columns length, width, height, depth, null where a text
    does not state that side.

    `order`: the letters of sides in the order in which this supplier writes them where the text names none (`lwh`).
    `bare`: the unit of a text without any. `mark` and `language` as for `units.quantities`.
    """
    lower = plain_fractions(texts.cast(pl.String).str.to_lowercase().str.strip_chars()).alias("lower").to_frame()
    return rows_on_distinct(lower, lambda some: _dimensions(some["lower"], mark, language, order, bare))


def sides(stated: pl.DataFrame, mark: Mark, language: str) -> pl.DataFrame:
    """Stated sides (row, rank, text, hint) as one entry a side: row, rank, name, text, hint.

    hint: what the supplier's name says in brackets, the order of the sides or their unit (`L x W x H`, `cm`). The new
    text is read in one way only, whatever the mark and the language.
    """
    parts = [stated.select("row", "rank", name=pl.lit(""), text="text", hint=pl.lit(None, pl.String)).clear()]
    for (hint,), part in stated.partition_by("hint", as_dict=True, maintain_order=True).items():
        order = "".join(letter[0] for letter in re.findall(rf"\b{_MARK}\b", str(hint or "").replace("x", " ")))
        unit = unit_in_name(f"({hint})", "length") if hint else None
        found = dimensions(plain(part["text"]), mark, language, order, unit)
        for name in SIDES.values():
            value = pl.Series("text", found[name]).cast(pl.Decimal(20, DECIMALS)).cast(pl.String)
            value = value.str.replace(".", "," if mark == "comma" else ".", literal=True) + f" {UNIT}"
            entries = part.select("row", pl.col("rank") + BEHIND, name=pl.lit(name)).with_columns(
                value, hint=pl.lit(None, pl.String)
            )
            parts.append(entries.filter(pl.col("text").is_not_null()))
    return pl.concat(parts)


def _dimensions(texts: pl.Series, mark: Mark, language: str, order: str, bare: str | None) -> pl.DataFrame:
    told = texts.alias("text").to_frame().with_row_index("row")
    group = pl.concat_str([pl.col("text").str.extract(_GROUP, place).str.slice(0, 1) for place in (1, 2, 3)],
                          ignore_nulls=True)  # fmt: skip
    told = told.with_columns(
        pl.when(group != "").then(group).otherwise(pl.lit(order)).alias("order"),
        pl.col("text").str.replace(_GROUP, "").str.strip_chars(" :").alias("rest"),
    )
    sides = told.select("row", "order", pl.col("rest").str.extract_all(_SIDE).alias("side"))
    fits = told["rest"].str.replace_all(_SIDE, "").str.replace_all(_LINK, "").str.strip_chars() == ""
    count = sides["side"].list.len()
    sides = sides.filter(fits & count.is_between(2, _MOST)).explode("side")
    found = _named(sides).with_columns(_measured_sides(sides, mark, language, bare))
    found = found.filter(pl.col("value").is_not_null().all().over("row"))
    wide = [_of_side(found, letter, name) for letter, name in SIDES.items()]
    for side in wide:
        told = told.join(side, on="row", how="left", maintain_order="left")
    return told.select(SIDES.values())


def _named(sides: pl.DataFrame) -> pl.DataFrame:
    """row and side (a letter) of each number; no letter where the sides of a text are not told apart."""
    parts = sides["side"].str.extract_groups(_SIDE_PARTS).struct.unnest()
    place = pl.int_range(pl.len()).over("row")
    whole = pl.len().over("row") == pl.col("order").str.len_chars()
    by_order = pl.when(whole).then(pl.col("order").str.slice(place, 1))
    named = (
        sides.select("row", "order").hstack(parts).select("row", pl.coalesce("behind", "ahead", by_order).alias("side"))
    )
    told_apart = pl.col("side").is_not_null().all() & (pl.col("side").n_unique() == pl.len())
    return named.with_columns(pl.when(told_apart.over("row")).then("side").alias("side"))


def _measured_sides(sides: pl.DataFrame, mark: Mark, language: str, bare: str | None) -> pl.Series:
    """Each number in centimetres, as canonical text."""
    parts = sides["side"].str.extract_groups(_SIDE_PARTS).struct.unnest()
    unit = pl.col("unit").backward_fill().over("row").fill_null(pl.col("unit").forward_fill().over("row"))
    told = sides.select("row").hstack(parts.select("text", "unit")).with_columns(unit.alias("shared"))
    text = pl.when(pl.col("unit").is_null()).then(pl.concat_str("text", pl.lit(" "), pl.col("shared").fill_null("")))
    wanted = told.select(
        text.otherwise("text").str.strip_chars(" -").alias("text"), pl.lit(UNIT).alias("unit"),
        pl.lit(bare, pl.String).alias("bare"),
    )  # fmt: skip
    read = measured(wanted, mark, language).cast(EXACT).alias("value").to_frame()
    return read.select(as_text(pl.col("value").round(DECIMALS)).alias("value")).to_series()


def _of_side(found: pl.DataFrame, letter: str, name: str) -> pl.DataFrame:
    return found.filter(pl.col("side") == letter).select("row", pl.col("value").alias(name))
