"""Quantities: from `1.5 kg`, `15,6 Zoll`, `20 1/8"` or `5 lb 3 oz` to a number in the canonical unit.

Belongs here: finding the one quantity in a text, and converting exactly. Does not belong here: the units (vocabulary),
which attribute has which (attributes), and texts with several sides (`dimensions.py`).

A quantity is a number and a unit, or several of falling size that add up (`6'2"`, `5 lb 3 oz`, `1 h 30 min`). What is
no single one of the right dimension, or outside the attribute's plausible range, is nothing: ranges (`100-240 V`),
products (`5 x 3 cm`), a weight of 0. The supplier's words stay in raw.
"""

import re
from decimal import Decimal

import polars as pl

from catalog_assets.standardized.numbers import NUMBER, Mark, plain_number
from catalog_assets.standardized.text import mapped, where
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.units import BY_SYMBOL, SPELLINGS, conversion, dimension_of

COMMA_LANGUAGES = frozenset(
    {"bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nb", "nl", "no",
     "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi"}
)  # fmt: skip
"""Languages that write a decimal comma: under `decimal: auto` their `1,234` is decimal and their `1.234` grouping."""

COMPOUND = frozenset({"length", "mass", "volume", "time", "duration"})
"""Dimensions in which a larger and a smaller unit add up. Not of data: `1 TB 256 GB` are two drives."""

DENOMINATORS = ("2", "3", "4", "5", "6", "8", "10", "12", "16", "32", "64")
FRACTION = f"(?:[0-9]+[ -])?[0-9]+/(?:{'|'.join(DENOMINATORS)})"
"""Regular expression of a common fraction, alone or after a whole number: `1/2`, `20 1/8`, `15-3/8`."""

_BEFORE = r"(?:(?:approx(?:imately)?|about|ca|circa|max|min|up to|net)\.? |[~≈±≥≤<>=Øø⌀]+)?"
_POWER = "(?:mm|cm|m|in|ft|yd)[23]"  # of all units these alone have a digit
_QUANTITY = rf"(?i)^{_BEFORE} ?([-−])?({NUMBER})[ -]?((?:[^0-9()]|{_POWER})*?)(?: ?\([^()]*\))?$"
_ONE_FRACTION = r"^([0-9]+[ -])?([0-9]+)/([0-9]+)([^0-9/]*)$"
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
           "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅒": "1/10"}  # fmt: skip
_SIGNS = "[\"'”“″’′]{1,2}"
_PART = rf"(?:{FRACTION}|{NUMBER}) ?(?:{_SIGNS}|[^\W\d_]+\.?(?: [^\W\d_]+\.?)?)"
_COMPOUND = rf"^{_PART}(?:,? ?(?:and |& )?{_PART}){{1,2}}$"
_LARGEST_DIGITS = 8
_VALUE = pl.Decimal(38, 9)
EXACT = pl.Decimal(38, 20)
"""Type of a converted value before it is rounded."""


def quantities(frame: pl.DataFrame, mark: Mark, language: str) -> pl.Series:
    """Quantities as canonical text (`1500`, `15.6`), null where there is no single one.

    `frame` has the columns name (an attribute that is a quantity), text, and hint: the unit that the supplier's column
    is named after, or null. `mark` is the source's decimal mark and `language` decides where that is `auto`.
    """
    unit = {name: attribute.unit for name, attribute in ATTRIBUTES.items() if attribute.unit}
    bare = {name: symbol for name, symbol in unit.items() if ATTRIBUTES[name].bare}
    wanted = frame.select(
        "text",
        pl.col("name").replace_strict(unit, default=None, return_dtype=pl.String).alias("unit"),
        pl.coalesce("hint", pl.col("name").replace_strict(bare, default=None, return_dtype=pl.String)).alias("bare"),
    )
    decimals = {name: ATTRIBUTES[name].decimals for name in unit}
    kept = pl.col("name").replace_strict(decimals, default=None, return_dtype=pl.Int32)
    exact = pl.col("exact")
    rounded = pl.coalesce(
        pl.when(kept == places).then(exact.round(places)) for places in sorted(set(decimals.values()))
    )
    low, high = (
        pl.col("name")
        .replace_strict(
            {name: str(getattr(ATTRIBUTES[name], bound)) for name in unit}, default=None, return_dtype=pl.String
        )
        .cast(EXACT)
        for bound in ("low", "high")
    )
    read = frame.select("name", measured(wanted, mark, language).alias("exact"))
    return read.select(pl.when(rounded.is_between(low, high)).then(as_text(rounded))).to_series().rename("name")


def as_text(number: pl.Expr) -> pl.Expr:
    """A Decimal as canonical text: no zeros behind the last decimal, no point without one."""
    return number.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def measured(frame: pl.DataFrame, mark: Mark, language: str) -> pl.Series:
    """The quantity of each text in the unit that is wanted (EXACT, not rounded), null where there is no single one.

    `frame`: text; unit, the symbol of the unit that is wanted; bare, the unit of a number without one, or null.
    """
    whole = frame.with_columns(text=plain_fractions(frame["text"]))
    exact = _singles(whole, mark, language)["exact"]
    dimensions = {symbol: one.dimension in COMPOUND for symbol, one in BY_SYMBOL.items()}
    several = whole["text"].str.contains(_COMPOUND) & whole["unit"].replace_strict(dimensions, default=False)
    rows = (exact.is_null() & several).fill_null(False).arg_true()
    return exact.scatter(rows, _sums(whole[rows], mark, language)) if rows.len() else exact


def plain_fractions(texts: pl.Series) -> pl.Series:
    """`20½"` as `20 1/2"`."""
    signs = texts.str.contains(f"[{''.join(_VULGAR)}⁄]")
    spaced = [f" {fraction}" for fraction in _VULGAR.values()]

    def written_out(some: pl.Series) -> pl.Series:
        plain = some.str.replace_many(list(_VULGAR), spaced).str.replace_all("⁄", "/", literal=True)
        return plain.str.replace_all(" +", " ").str.strip_chars()

    return where(texts, signs, written_out)


def unit_in_name(name: str, dimension: str) -> str | None:
    """The unit that the name of a column or attribute states (`weight_kg`, `Variant Grams`, `Display Size (inch)`)."""
    words = re.findall(r"[^\W\d_]+\.?|[\"']+", name.lower().replace("_", " "))
    for place, word in enumerate(reversed(words)):
        unit = SPELLINGS.get((dimension, word)) or SPELLINGS.get((dimension, word.rstrip(".")))
        # one or two letters within a name are rather a word ("made in", "type c") than a unit
        if unit and (place == 0 or len(word) > 2 or f"({word})" in name.lower() or f"[{word}]" in name.lower()):
            return unit.symbol
    return None


def unit_of(written: str, dimension: str) -> str | None:
    """The unit at the beginning of what follows a number, lower case (`kg`, `gb ssd`, `fl. oz. bottle`)."""
    words = written.split()
    for count in range(min(len(words), 3), 0, -1):
        said = " ".join(words[:count])
        for spelling in (said, said.rstrip(".,;:-/"), f"{said}."):
            if (dimension, spelling) in SPELLINGS:
                return SPELLINGS[dimension, spelling].symbol
    leading = re.match(r"[^\W\d_]+(?![^\W_])|[\"'”″’′]+", written)
    unit = SPELLINGS.get((dimension, leading.group())) if leading else None
    return unit.symbol if unit else None


def _singles(frame: pl.DataFrame, mark: Mark, language: str) -> pl.DataFrame:
    """Of each text that is one number with one unit: exact, its value in the unit that is wanted, and times, how many
    of these its own unit is."""
    comma = pl.lit(language in COMMA_LANGUAGES)
    decimal = "," if mark == "comma" or (mark == "auto" and language in COMMA_LANGUAGES) else "."
    fractions = frame["text"].str.contains(_ONE_FRACTION)
    text = where(frame["text"], fractions, lambda some: mapped(some, lambda one: _without_fraction(one, decimal)))
    sign, number, written = (text.str.extract(_QUANTITY, group) for group in (1, 2, 3))
    frame = frame.select("unit", "bare").with_columns(
        sign.is_not_null().alias("minus"), number.alias("number"),
        written.str.to_lowercase().str.strip_chars(" .,;:").alias("written"),
    )  # fmt: skip
    plain = plain_number(pl.col("number"), mark, ~comma, comma)
    small = plain.str.contains(rf"^0*[0-9]{{0,{_LARGEST_DIGITS}}}(?:\.|$)")
    frame = frame.with_columns(pl.when(small).then(plain).cast(_VALUE, strict=False).alias("value"))
    keys = ["unit", "bare", "written"]
    frame = frame.join(_conversions(frame.select(keys)), on=keys, how="left", nulls_equal=True, maintain_order="left")
    signed = pl.when(pl.col("minus")).then(pl.when("below_zero").then(-pl.col("value"))).otherwise("value")
    return frame.select((signed * pl.col("times") + pl.col("plus")).alias("exact"), "times")


def _sums(frame: pl.DataFrame, mark: Mark, language: str) -> pl.Series:
    """Of each text of several quantities their sum, if each unit is smaller than the one before and the number of it is
    less than one of that: `5 lb 3 oz`, but not `5 lb 80 oz`, which says something else."""
    parts = frame.with_row_index("row").with_columns(pl.col("text").str.extract_all(_PART)).explode("text")
    read = parts.hstack(_singles(parts.drop("row"), mark, language))
    before = pl.col("times").shift().over("row")
    falls = (before.is_null() & pl.col("times").is_not_null()) | (pl.col("exact") < before)
    adds_up = (falls & pl.col("exact").is_not_null()).fill_null(False)
    sums = read.with_columns(adds_up.alias("adds_up")).group_by("row", maintain_order=True)
    return sums.agg(pl.when(pl.col("adds_up").all()).then(pl.col("exact").sum()).alias("sum"))["sum"].cast(EXACT)


def _conversions(keys: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct (unit that is wanted, unit of a bare number, unit as written): times and plus, null where
    the two do not convert, and whether there is anything below zero."""
    rows = [(*key, *_conversion(*key)) for key in keys.unique().iter_rows()]
    schema = {"unit": pl.String, "bare": pl.String, "written": pl.String, "times": pl.String, "plus": pl.String,
              "below_zero": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("times", "plus").cast(EXACT))


def _conversion(unit: str | None, bare: str | None, written: str | None) -> tuple[str | None, str | None, bool]:
    if unit is None or written is None:
        return None, None, False
    dimension = dimension_of(unit)
    stated = unit_of(written, dimension) if written else bare
    if stated is None:
        return None, None, False
    times, plus = conversion(stated, unit)
    return f"{times:.20f}", f"{plus:.20f}", dimension == "temperature"


def _without_fraction(text: str, mark: str) -> str:
    """`20 1/8"` as `20.125"`; what is no proper fraction (`24/7`) stays, and is then no number."""
    found = re.fullmatch(_ONE_FRACTION, text)
    if found is None or found[3] not in DENOMINATORS or int(found[2]) >= int(found[3]):
        return text
    whole, above, below, rest = found.groups()
    value = Decimal(whole.strip(" -") if whole else 0) + Decimal(above) / Decimal(below)
    return f"{value:.9f}".rstrip("0").rstrip(".").replace(".", mark) + rest
