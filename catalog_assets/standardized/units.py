"""Quantities: from `1.5 kg`, `15,6 Zoll` or `20 1/8"` to a number in the canonical unit.

Belongs here: finding the one number and the unit in a text, and converting exactly. Does not belong here: the units
(vocabulary), and which attribute has which (attributes).

What is no single number with a unit of the right dimension, or outside the attribute's plausible range, is nothing:
ranges (`100-240 V`), products (`5 x 3 cm`), sums (`5 lb 3 oz`), a weight of 0. The supplier's words stay in raw.
"""

import re
from decimal import Decimal

import polars as pl

from catalog_assets.standardized.numbers import NUMBER, Mark, plain_number
from catalog_assets.standardized.text import mapped, where
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.units import SPELLINGS, dimension_of, factor

COMMA_LANGUAGES = frozenset(
    {"bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nb", "nl", "no",
     "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi"}
)  # fmt: skip
"""Languages that write a decimal comma: under `decimal: auto` their `1,234` is decimal and their `1.234` grouping."""

_BEFORE = r"(?:(?:approx(?:imately)?|about|ca|circa|max|min|up to|net)\.? |[~≈±≥≤<>=Øø⌀]+)?"
_QUANTITY = rf"(?i)^{_BEFORE} ?({NUMBER}) ?([^0-9()]*?)(?: ?\([^()]*\))?$"
_FRACTION = r"""^([0-9]+[ -])?([0-9]+)/(2|3|4|8|16|32|64)([^0-9/]*)$"""
_LARGEST_DIGITS = 8
_VALUE, _FACTOR = pl.Decimal(38, 9), pl.Decimal(38, 20)


def quantities(frame: pl.DataFrame, mark: Mark, language: str) -> pl.Series:
    """Quantities as canonical text (`1500`, `15.6`), null where there is no single one.

    `frame` has the columns name (an attribute that is a quantity), text, and hint: the unit that the supplier's column
    is named after, or null. `mark` is the source's decimal mark and `language` decides where that is `auto`.
    """
    comma = pl.lit(language in COMMA_LANGUAGES)
    decimal = "," if mark == "comma" or (mark == "auto" and language in COMMA_LANGUAGES) else "."
    fractions = frame["text"].str.contains(_FRACTION)
    text = where(frame["text"], fractions, lambda some: mapped(some, lambda one: _without_fraction(one, decimal)))
    frame = frame.select("name", "hint", text.alias("text")).with_columns(
        pl.col("text").str.extract(_QUANTITY, 1).alias("number"),
        pl.col("text").str.extract(_QUANTITY, 2).str.to_lowercase().str.strip_chars(" .,;:").alias("unit"),
    )
    number = plain_number(pl.col("number"), mark, ~comma, comma)
    small = number.str.contains(rf"^0*[0-9]{{0,{_LARGEST_DIGITS}}}(?:\.|$)")
    frame = frame.with_columns(pl.when(small).then(number).cast(_VALUE, strict=False).alias("value"))
    frame = frame.join(
        _conversions(frame), on=["name", "unit", "hint"], how="left", nulls_equal=True, maintain_order="left"
    )
    exact = pl.col("value") * pl.col("factor")
    decimals = {name: attribute.decimals for name, attribute in ATTRIBUTES.items()}
    kept = pl.col("name").replace_strict(decimals, default=None, return_dtype=pl.Int32)
    rounded = pl.coalesce(
        pl.when(kept == places).then(exact.round(places)) for places in sorted(set(decimals.values()))
    )
    low, high = (
        pl.col("name")
        .replace_strict(
            {name: str(getattr(attribute, bound)) for name, attribute in ATTRIBUTES.items() if attribute.unit},
            default=None,
            return_dtype=pl.String,
        )
        .cast(_FACTOR)
        for bound in ("low", "high")
    )
    canonical = rounded.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    return frame.select(pl.when(rounded.is_between(low, high)).then(canonical)).to_series()


def unit_in_name(name: str, dimension: str) -> str | None:
    """The unit that the name of a column or attribute states (`weight_kg`, `Variant Grams`, `Display Size (inch)`)."""
    words = re.findall(r"[^\W\d_]+\.?|[\"']+", name.lower().replace("_", " "))
    for place, word in enumerate(reversed(words)):
        unit = SPELLINGS.get((dimension, word)) or SPELLINGS.get((dimension, word.rstrip(".")))
        # one or two letters within a name are rather a word ("made in", "type c") than a unit
        if unit and (place == 0 or len(word) > 2 or f"({word})" in name.lower() or f"[{word}]" in name.lower()):
            return unit.symbol
    return None


def _conversions(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct (name, unit as written, hint): the factor to the attribute's unit, null if it is none."""
    distinct = frame.select("name", "unit", "hint").unique()
    rows = [(name, unit, hint, _conversion(name, unit, hint)) for name, unit, hint in distinct.iter_rows()]
    schema = {"name": pl.String, "unit": pl.String, "hint": pl.String, "factor": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("factor").cast(_FACTOR))


def _conversion(name: str, written: str | None, hint: str | None) -> str | None:
    attribute = ATTRIBUTES[name]
    if written is None or attribute.unit is None:
        return None
    bare = hint or (attribute.unit if attribute.bare else None)
    stated = _unit_of(written, dimension_of(attribute.unit)) if written else bare
    return f"{factor(stated, attribute.unit):.20f}" if stated else None


def _unit_of(written: str, dimension: str) -> str | None:
    """The unit at the beginning of what follows the number (`kg`, `gb ssd`, `fl. oz. bottle`)."""
    words = written.split()
    for count in range(min(len(words), 3), 0, -1):
        unit = SPELLINGS.get((dimension, " ".join(words[:count]))) or SPELLINGS.get(
            (dimension, " ".join(words[:count]).rstrip(".,;:-/"))
        )
        if unit:
            return unit.symbol
    leading = re.match(r"[^\W\d_]+|[\"'”″’′]+", written)
    unit = SPELLINGS.get((dimension, leading.group())) if leading else None
    return unit.symbol if unit else None


def _without_fraction(text: str, mark: str) -> str:
    """`20 1/8"` as `20.125"`."""
    found = re.fullmatch(_FRACTION, text)
    if found is None:
        return text
    whole, above, below, rest = found.groups()
    value = Decimal(whole.strip(" -") if whole else 0) + Decimal(above) / Decimal(below)
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", mark) + rest
