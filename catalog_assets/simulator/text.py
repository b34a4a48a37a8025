"""How values look in supplier files: money, weights, quoting, and text that went wrong on the way.

Belongs here: column-wise formatting and damage that several suppliers share. Does not belong here: any one supplier's
layout.
"""

import html
from collections.abc import Sequence

import numpy as np
import polars as pl

from catalog_assets.simulator import words
from catalog_assets.simulator.draws import Draws, Flags, Ids
from catalog_assets.simulator.world import pick

_ALL_TEXT = repr((words.BRANDS, words.FEATURES, words.OPENINGS, words.OPENINGS_DE, words.CATEGORIES, words.SPELLINGS))
_FOREIGN = sorted({c for c in _ALL_TEXT if ord(c) > 127})
_GARBLED = [c.encode().decode("cp1252") for c in _FOREIGN]
# What an exporter that knows only Latin letters escapes; the ampersand must come first.
_ESCAPED = {"&": "&amp;", **{c: f"&{name}" for name, c in html.entities.html5.items() if c in _FOREIGN and name in {
    "auml;", "ouml;", "uuml;", "Auml;", "Ouml;", "Uuml;", "szlig;", "eacute;", "Eacute;", "oacute;", "ecirc;", "ndash;",
    "rsquo;",
}}}  # fmt: skip


def select(expr: pl.Expr) -> pl.Series:
    """A column computed from other columns."""
    return pl.select(expr).to_series()


def where(mask: pl.Series | Flags, yes: pl.Series | str | None, no: pl.Series | str | None) -> pl.Series:
    """`yes` where the mask holds, else `no`."""

    def expr(value: pl.Series | str | None) -> pl.Expr:
        return pl.lit(value, dtype=pl.String) if value is None or isinstance(value, str) else pl.lit(value)

    mask = mask if isinstance(mask, pl.Series) else pl.Series(mask)
    return select(pl.when(mask).then(expr(yes)).otherwise(expr(no)))


def drawn(texts: Sequence[str], draws: Draws, ids: Ids) -> pl.Series:
    """One of the texts for each id."""
    return pick(texts, draws.integers(ids, 0, len(texts)))


def money(cents: pl.Series, thousands: str = "", decimal: str = ".") -> pl.Series:
    """1234567 as 12345.67 or, with separators, 12.345,67; negative numbers with a minus sign."""
    size = cents.abs()
    units = size // 100
    groups = units.cast(pl.String)
    if thousands:
        low = (units % 1000).cast(pl.String).str.zfill(3)
        middle = (units // 1000 % 1000).cast(pl.String)
        high = (units // 1_000_000).cast(pl.String) + thousands + middle.str.zfill(3) + thousands + low
        grouped = where(units < 1_000_000, middle + thousands + low, high)
        groups = where(units < 1000, groups, grouped)
    amount = groups + decimal + (size % 100).cast(pl.String).str.zfill(2)
    return where(cents < 0, "-" + amount, amount)


def decimals(number: pl.Series, places: int) -> pl.Series:
    """Numbers with a fixed number of decimals, as text."""
    scaled = (number * 10**places).round().cast(pl.Int64)
    whole, part = scaled // 10**places, scaled % 10**places
    text: pl.Series = whole.cast(pl.String) + "." + part.cast(pl.String).str.zfill(places)
    return text


def weights_metric(grams: pl.Series, decimal: str = ".") -> pl.Series:
    """850 g, 1.25 kg; null where there is no weight."""
    kilos = decimals(grams / 1000, 2).str.replace(".", decimal, literal=True) + " kg"
    return where(grams < 1000, grams.cast(pl.String) + " g", kilos)


def weights_imperial(grams: pl.Series) -> pl.Series:
    """12.35 oz, 2.76 lb: within 0.15 g and 2.3 g of the truth."""
    return where(grams < 454, decimals(grams / 28.349523125, 2) + " oz", decimals(grams / 453.59237, 2) + " lb")


def garbled(text: pl.Series, mask: pl.Series) -> pl.Series:
    """UTF-8 read as Windows-1252 where the mask holds."""
    return where(mask, text.str.replace_many(_FOREIGN, _GARBLED), text)


def entities(text: pl.Series) -> pl.Series:
    """With HTML entities for what an old exporter takes for special, and a hard space in place of the first space."""
    return text.str.replace_many(list(_ESCAPED), list(_ESCAPED.values())).str.replace(" ", "&nbsp;", literal=True)


def csv_field(text: pl.Series, delimiter: str) -> pl.Series:
    """Quoted where it must be; null is an empty field."""
    text = text.fill_null("")
    special = text.str.contains_any([delimiter, '"', "\n", "\r"])
    return where(special, csv_quoted(text), text)


def csv_quoted(text: pl.Series) -> pl.Series:
    """Quoted in any case."""
    return '"' + text.str.replace_all('"', '""', literal=True) + '"'


def json_string(text: pl.Series) -> pl.Series:
    """A JSON string; null stays null."""
    return '"' + text.str.replace_many({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}) + '"'


def wrong_check_digits(gtins: pl.Series, ids: Ids, draws: Draws) -> pl.Series:
    """GTINs whose last digit is another one."""
    digit = gtins % 10
    shifted = (digit + pl.Series(draws.integers(ids, 1, 10))) % 10
    return gtins - digit + shifted


def damaged_gtins(rows: pl.DataFrame, ids: Ids, draws: Draws) -> pl.Series:
    """What an offer states as its GTIN today: a number, wrong where it is to be, null where it states none."""
    wrong = wrong_check_digits(rows["gtin"], ids, draws)
    stated = pl.when(rows["invalid_gtin"]).then(wrong).otherwise(rows["gtin"])
    return select(pl.when(rows["gtin_from"] <= rows["day"]).then(stated))


def flags(draws: Draws, ids: Ids, rate: float) -> pl.Series:
    """True for about `rate` of the ids."""
    return pl.Series(draws.below(ids, rate), dtype=pl.Boolean)


def descriptions(
    rows: pl.DataFrame, ids: Ids, draw: Draws, pick_feature: Draws, parts: dict[str, pl.Series], german: bool
) -> pl.Series:
    """An opening, one or two features of the product's kind. `parts`: brand, model, noun."""
    openings = words.OPENINGS_DE if german else words.OPENINGS
    texts = [_filled(opening, parts) for opening in openings]
    chosen = pl.Series(draw.integers(ids, 0, len(openings)))
    opening = select(pl.when(chosen == 0).then(texts[0]).when(chosen == 1).then(texts[1]).otherwise(texts[2]))
    table, starts, counts = _feature_table(german)
    category = rows["category"].to_numpy()
    first = pick_feature.integers(ids, 0, 1 << 20)
    one = pick(table, starts[category] + first % counts[category])
    two = pick(table, starts[category] + (first + 1) % counts[category])
    return opening + " " + one + where((first >> 10) % 2 == 0, " " + two, "")


def _feature_table(german: bool) -> tuple[list[str], Ids, Ids]:
    table: list[str] = []
    starts: dict[str, int] = {}
    for domain, features in words.FEATURES.items():
        starts[domain] = len(table)
        table += [feature[german] for feature in features]
    domains = [c.domain for c in words.CATEGORIES]
    return table, np.array([starts[d] for d in domains]), np.array([len(words.FEATURES[d]) for d in domains])


def _filled(template: str, parts: dict[str, pl.Series]) -> pl.Series:
    fixed: list[pl.Expr] = []
    rest = template
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, _, rest = after.partition("}")
        fixed += [pl.lit(before), pl.lit(parts[name])]
    return select(pl.concat_str(*fixed, pl.lit(rest)))
