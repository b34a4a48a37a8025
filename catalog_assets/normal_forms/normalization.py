"""The normal form of an attribute's values, as whoever asks for it declares it.

Belongs here: kinds of normal form (`Form`), and reading distinct values into them. Does not belong here: the
catalogue's own attributes and units (`attributes.py`, vocabulary), what is learned of closed lists
(`generalization.py`).

A form is configuration: the same `HP` is `HP` in this catalogue and `Hewlett-Packard` in that of a partner. A value
that its form cannot read is kept as it stands, and said to be so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

import polars as pl

from catalog_assets.normal_forms.generalization import READ, Generalizer
from catalog_assets.normal_forms.pieces import key
from catalog_assets.standardized.names import brands
from catalog_assets.standardized.numbers import FOLD_WORDS, NUMBER, NUMBER_WORDS, plain_number, whole_numbers
from catalog_assets.standardized.text import mapped, plain, rows_on_distinct
from catalog_assets.standardized.units import FRACTION, as_text, measured

_UNIT_WORD = "(?:[\"'”“″’′]{1,2}|[^\\W\\d_]+)"
_AMOUNT = f"(?:{FRACTION}|{NUMBER})[ -]?{_UNIT_WORD}?"
_PARTED = r"(?i)\s*(?:[,;/&+]|\b(?:and|with)\b)\s*"
_BETWEEN = r"(?i)\b(?:to|or|and|by)\b|[-–—/,&]"


@dataclass(frozen=True)
class Name:
    """A name in full. `words`: abbreviation -> what it stands for, as whole words and as written; where the
    abbreviation ends in `#`, only with a number behind it. A number behind is parted by a space: `AIT-3` is `Advanced
    Intelligent Tape 3`. `brands`: catalogue's name of a brand -> the one that is wanted, for all spellings of it
    (`H.P.`)."""

    words: Mapping[str, str] = field(default_factory=dict)
    brands: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Code:
    """Letters and digits. `marks`: whether what is neither stays. `upper`: in upper case. `first` (from 0) and
    `length`: the part that counts, by default all."""

    marks: bool = False
    upper: bool = False
    first: int = 0
    length: int | None = None


@dataclass(frozen=True)
class Count:
    """A whole number, in digits. `words`: further words for numbers, lower case. `several`: which counts where a text
    has several numbers."""

    words: Mapping[str, int] = field(default_factory=dict)
    several: Literal["first", "sum"] = "first"


@dataclass(frozen=True)
class Quantity:
    """A number in `unit`, rounded to `decimals`. `bare`: the unit of a number without one. `several`: which counts
    where a text has several (`10 to 12 in`). `fixed`: zeros behind are kept. `times`: what the number is multiplied by,
    for who counts by a convention of his own. `half`: how halves are rounded, to even or as binary fractions happen to
    fall, which is how most who ask have computed theirs."""

    unit: str
    decimals: int
    bare: str | None = None
    several: Literal["first", "largest"] = "first"
    fixed: bool = False
    times: str = "1"
    half: Literal["even", "binary"] = "even"


@dataclass(frozen=True)
class Spelled:
    """A number in its own unit, the unit's name in full. `units`: unit as written, lower case -> name. `several`:
    whether amounts of one unit add up. Products are worked out (`2 x 2GB`), alternatives stay (`40/80GB`)."""

    units: Mapping[str, str]
    several: Literal["first", "sum"] = "first"


@dataclass(frozen=True)
class Choice:
    """One of a closed list. `values`: value -> other words for it. Of a text that names two by a separator the first
    counts where `parted`; `many` is the value of those that name more."""

    values: Mapping[str, tuple[str, ...]]
    parted: bool = False
    many: str | None = None


Form = Name | Code | Count | Quantity | Spelled | Choice


def normalized(stated: pl.DataFrame, forms: Mapping[str, Form], learned: Generalizer | None = None) -> pl.DataFrame:
    """READ for each row of `stated` (attribute, value: String), worked out once for each distinct pair.

    Methods are rule, alias, decided, learned, and kept: as it stands, without a confidence, since no form could read
    it. `normal` is null for null alone. An attribute without a form keeps its values; what is normal already stays as
    it is.
    """
    told = stated.select("attribute", plain(stated["value"]).alias("value"))
    return rows_on_distinct(told, lambda some: _normalized(some, forms, learned))


def _normalized(told: pl.DataFrame, forms: Mapping[str, Form], learned: Generalizer | None) -> pl.DataFrame:
    told = told.with_row_index("row")
    parts = [told.filter(~pl.col("attribute").is_in(list(forms)).fill_null(False)).select("row", **_kept())]
    for (name,), part in told.partition_by("attribute", as_dict=True, maintain_order=True).items():
        if name in forms:
            read = _read(str(name), forms[name], part["value"], learned)
            parts.append(part.select("row", "value").hstack(read).select("row", **_or_kept()))
    return pl.concat(parts).sort("row").select(READ.names())


def _kept() -> dict[str, pl.Expr]:
    method = pl.when(pl.col("value").is_not_null()).then(pl.lit("kept"))
    return {"normal": pl.col("value"), "method": method, "confidence": pl.lit(None, pl.Float64)}


def _or_kept() -> dict[str, pl.Expr]:
    stated = pl.when(pl.col("value").is_not_null())
    found = pl.col("normal").is_not_null()
    return {
        "normal": pl.coalesce("normal", "value"),
        "method": stated.then(pl.when(found).then("method").otherwise(pl.lit("kept"))),
        "confidence": pl.when(found).then("confidence"),
    }


def _read(name: str, form: Form, values: pl.Series, learned: Generalizer | None) -> pl.DataFrame:
    """READ of one attribute's values, normal null where the form cannot read them."""
    if isinstance(form, Choice):
        return _choices(name, form, values, learned)
    found = _by_rule(form, values).cast(pl.String).alias("normal").to_frame()
    return found.with_columns(pl.lit("rule").alias("method"), pl.lit(1.0).alias("confidence"))


def _by_rule(form: Form, values: pl.Series) -> pl.Series:
    match form:
        case Name():
            return _names(form, values)
        case Code():
            return _codes(form, values)
        case Count():
            return _counts(form, values)
        case Quantity():
            return _quantities(form, values)
        case Spelled():
            return _spelled(form, values)
    raise TypeError(f"{type(form).__name__} is no form that is read by rule")


def _names(form: Name, values: pl.Series) -> pl.Series:
    wanted = brands(values).replace_strict(dict(form.brands), default=None, return_dtype=pl.String)
    ends = {word.removesuffix("#"): word.endswith("#") for word in sorted(form.words, key=len, reverse=True)}
    if not ends:
        return wanted.zip_with(wanted.is_not_null(), values)
    words = "|".join(re.escape(word) + (r"(?=[ -]?[0-9])" if number else "") for word, number in ends.items())
    pattern = re.compile(rf"\b({words})(?:[ -]?([0-9])|\b)")

    def in_full(found: re.Match[str]) -> str:
        full = form.words.get(found[1]) or form.words[f"{found[1]}#"]
        return f"{full} {found[2]}" if found[2] else full

    return wanted.zip_with(wanted.is_not_null(), mapped(values, lambda text: pattern.sub(in_full, text)))


def _codes(form: Code, values: pl.Series) -> pl.Series:
    code = values if form.marks else values.str.replace_all(r"[^\p{L}\p{N}]", "")
    code = code.str.slice(form.first, form.length)
    code = code.str.to_uppercase() if form.upper else code
    return code.set(code == "", None)


def _counts(form: Count, values: pl.Series) -> pl.Series:
    bare = values.str.replace(r" *\([^()]*\)$", "")
    found = whole_numbers(
        bare.zip_with((bare != "").fill_null(False), values), {**NUMBER_WORDS, **FOLD_WORDS, **form.words}
    )
    return found.list.sum().set(found.list.len() == 0, None) if form.several == "sum" else found.list.first()


def _quantities(form: Quantity, values: pl.Series) -> pl.Series:
    asked = values.alias("text").to_frame().with_columns(
        pl.lit(form.unit).alias("unit"), pl.lit(form.bare, pl.String).alias("bare")
    )  # fmt: skip
    exact = measured(asked, "auto", "en")
    rows = (exact.is_null() & values.is_not_null()).arg_true()
    if rows.len():
        exact = exact.scatter(rows, _of_several(asked[rows], form))
    exact = exact.to_frame("exact").select(pl.col("exact") * pl.lit(form.times).cast(pl.Decimal(38, 6))).to_series()
    if form.half == "binary":
        texts = exact.cast(pl.String)
        rounded = mapped(texts, lambda text: f"{round(float(text), form.decimals):.{form.decimals}f}")
    else:
        rounded = exact.round(form.decimals).cast(pl.Decimal(38, form.decimals)).cast(pl.String)
    return (
        rounded if form.fixed or not form.decimals else rounded.to_frame("n").select(as_text(pl.col("n"))).to_series()
    )


def _of_several(asked: pl.DataFrame, form: Quantity) -> pl.Series:
    """The one of several quantities that counts; null where a text says more than these."""
    told = asked.with_row_index("row").with_columns(pl.col("text").str.extract_all(_AMOUNT).alias("part"))
    rest = pl.col("text").str.replace_all(_AMOUNT, "").str.replace_all(_BETWEEN, "").str.strip_chars()
    parts = told.filter((rest == "") & (pl.col("part").list.len() > 1)).explode("part")
    own = pl.col("part").str.extract(f"({_UNIT_WORD})$")
    shared = pl.when(own.is_null()).then(own.backward_fill().over("row")).fill_null("")
    read = parts.select("row", pl.concat_str("part", shared).alias("text"), "unit", "bare")
    read = read.select("row", measured(read, "auto", "en").alias("exact"))
    which = pl.col("exact").max() if form.several == "largest" else pl.col("exact").first()
    found = read.group_by("row").agg(pl.when(pl.col("exact").is_not_null().all()).then(which).alias("exact"))
    return told.select("row").join(found, on="row", how="left", maintain_order="left")["exact"]


def _spelled(form: Spelled, values: pl.Series) -> pl.Series:
    units = "|".join(re.escape(unit) for unit in sorted(form.units, key=len, reverse=True))
    amount = rf"(?i)((?:[0-9]+ ?[x×*] ?)?(?:{NUMBER})(?:/(?:{NUMBER}))*)[ -]?({units})\b([ ,/+-]*)"
    told = values.alias("text").to_frame().with_row_index("row")
    told = told.with_columns((pl.col("text").str.replace_all(amount, "") == "").alias("nothing_else"))
    parts = told.select("row", "nothing_else", pl.col("text").str.extract_all(amount).alias("part")).explode("part")
    parts = parts.drop_nulls("part").select(
        "row",
        "nothing_else",
        _product(pl.col("part").str.extract(amount, 1)).alias("number"),
        pl.col("part").str.extract(amount, 2).str.to_lowercase().replace_strict(dict(form.units)).alias("name"),
        pl.col("part").str.extract(amount, 3).alias("behind"),
    )
    found = parts.group_by("row", maintain_order=True).agg(_spelled_out(form.several).alias("normal"))
    return told.select("row").join(found, on="row", how="left", maintain_order="left")["normal"]


def _spelled_out(several: str) -> pl.Expr:
    """The amounts of a text: their sum, or all where it says nothing else, or the first."""
    each = pl.concat_str("number", pl.lit(" "), "name")
    total = pl.col("number").cast(pl.Decimal(38, 6), strict=False).sum()
    adds_up = pl.lit(several == "sum") & (pl.len() > 1) & (pl.col("name").n_unique() == 1)
    return (
        pl.when(adds_up)
        .then(pl.concat_str(as_text(total), pl.lit(" "), pl.col("name").first()))
        .when(pl.col("nothing_else").first())
        .then(pl.concat_str(each, "behind").str.join("").str.strip_chars(" ,/+-"))
        .otherwise(each.first())
    )


def _product(head: pl.Expr) -> pl.Expr:
    """`2 x 2` as `4`; a number as plain text; alternatives (`40/80`) as they stand."""
    factors = head.str.extract_groups(rf"(?i)^([0-9]+) ?[x×*] ?({NUMBER})$").struct
    times, each = (factors.field(place).cast(pl.Decimal(38, 6), strict=False) for place in ("1", "2"))
    one = plain_number(head, "auto", pl.lit(True), pl.lit(False))
    return pl.coalesce(as_text(times * each), one, head)


def _choices(name: str, form: Choice, values: pl.Series, learned: Generalizer | None) -> pl.DataFrame:
    """Listed values and words first, then what was decided of the same words, then what is learned."""
    listed = {key(word): value for value, words in form.values.items() for word in (value, *words)}
    parts = values.str.replace_all(_PARTED, "\n").str.split("\n")
    several = parts.list.len().fill_null(0) if form.parted else pl.repeat(1, values.len(), eager=True)
    asked = parts.list.first().zip_with(several == 2, values)
    many = pl.Series([form.many] * values.len(), dtype=pl.String).set(several <= 2, None)
    ways = [_looked_up(values, listed, "alias")]
    if learned:
        ways.append(learned.decided(name, values))
    ways += [_said(many, "rule"), _looked_up(asked, listed, "alias")]
    if learned:
        ways += [learned.decided(name, asked), learned.read(name, asked)]
    return reduce(_else, ways)


def _looked_up(values: pl.Series, listed: Mapping[str, str], method: str) -> pl.DataFrame:
    return _said(mapped(values, lambda text: listed.get(key(text))), method)


def _said(normal: pl.Series, method: str) -> pl.DataFrame:
    return normal.alias("normal").to_frame().with_columns(
        pl.lit(method).alias("method"), pl.lit(1.0).alias("confidence")
    )  # fmt: skip


def _else(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """The rows of the first, and where it has no normal value those of the second."""
    there = first["normal"].is_not_null()
    return pl.DataFrame([first[name].zip_with(there, second[name]) for name in READ.names()])
