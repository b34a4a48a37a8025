"""Dates and times in supplier text.

Belongs here: the forms in which exports write a moment. Does not belong here: what a date means, or whether it is old
(staleness goes by the delivery, never by a product's own dates).
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from catalog_assets.standardized.text import on_distinct
from catalog_assets.vocabulary.columns import MOMENT

_TIME = r"(?:(?:T| +)(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
_ZONE = r" ?(?P<zone>Z|z|UTC|GMT|(?:GMT|UTC)?[+-][0-9]{2}:?(?:[0-9]{2})?)?"
_WEEKDAY = "(?:[A-Za-z]{3,9},? +)?"
_YEAR = "(?P<year>[0-9]{4})"
_COMMON = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|\+00:?00)?$"
_FORMS: tuple[str, ...] = (
    rf"^{_YEAR}[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}}){_TIME}{_ZONE}$",
    rf"^{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})(?:[T ]?(?P<digits>[0-9]{{4}}(?:[0-9]{{2}})?))?Z?$",
    rf"^(?P<first>[0-9]{{1,2}})(?P<mark>[-/.])(?P<second>[0-9]{{1,2}})[-/.]{_YEAR},?{_TIME}{_ZONE}$",
    rf"^{_WEEKDAY}(?P<day>[0-9]{{1,2}})[ -](?P<word>[A-Za-z]{{3,9}})[ -]{_YEAR},?{_TIME}{_ZONE}(?: \(.*\))?$",
    rf"^{_WEEKDAY}(?P<word>[A-Za-z]{{3,9}})\.? (?P<day>[0-9]{{1,2}}),? {_YEAR},?{_TIME}{_ZONE}(?: \(.*\))?$",
    rf"^{_WEEKDAY}(?P<word>[A-Za-z]{{3}}) (?P<day>[0-9]{{1,2}}) (?P<time>[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}) {_YEAR}$",
)
_SINCE_1970 = "^(?:[0-9]{9,10}|[0-9]{12,13})$"
_MONTHS = {
    name: f"{number:02d}"
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_FIRST, _END = 1990, 2100


def moments(texts: pl.Series) -> pl.Series:
    """Moments in UTC (microseconds); null where the text is none that is known, or lies before 1990 or after 2099.

    Read are ISO 8601 and its relatives, `YYYYMMDD[HHMMSS]`, seconds or milliseconds since 1970, `DD.MM.YYYY`,
    `DD/MM/YYYY` or `MM/DD/YYYY` where one number is above 12 or both are the same (else nobody can tell), and e-mail
    and browser dates with English month names. A moment without a zone is taken as UTC, a day without a time as its
    midnight.
    """
    return on_distinct(texts, _moments).rename(texts.name)


def _moments(texts: pl.Series) -> pl.Series:
    bare = texts.str.strip_chars()
    found = pl.Series([None], dtype=MOMENT).new_from_index(0, bare.len())
    readers: list[tuple[str, Callable[[pl.Series], pl.Series]]] = [(_COMMON, _common), (_SINCE_1970, _since_1970)]
    readers += [(form, partial(_formed, form=form)) for form in _FORMS]
    for pattern, reader in readers:
        rest = found.is_null() & bare.is_not_null()
        if not rest.any():
            break
        positions = (rest & bare.str.contains(pattern)).arg_true()
        if positions.len():
            found = found.scatter(positions, reader(bare.gather(positions)))
    years = found.dt.year()
    return found.set((years < _FIRST) | (years >= _END), None)


def _common(texts: pl.Series) -> pl.Series:
    """What nearly all feeds write, in the form that is read fastest."""
    iso = texts.str.slice(0, 19).str.replace(" ", "T", literal=True)
    return iso.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False).dt.replace_time_zone("UTC")


def _since_1970(texts: pl.Series) -> pl.Series:
    numbers = texts.cast(pl.Int64, strict=False)
    millis = numbers.zip_with(numbers > 99_999_999_999, numbers * 1000)
    return millis.cast(pl.Datetime("ms")).dt.cast_time_unit("us").dt.replace_time_zone("UTC")


def _formed(texts: pl.Series, form: str) -> pl.Series:
    """Moments of texts that all have one form; null where the parts are no date (month 13)."""
    parts = texts.str.extract_groups(form).struct.unnest()
    if "word" in parts.columns:
        month = pl.col("word").str.slice(0, 3).str.to_lowercase().replace_strict(_MONTHS, default=None)
        parts = parts.with_columns(month.alias("month"))
    if "first" in parts.columns:
        parts = _day_or_month_first(parts)
    if "digits" in parts.columns:
        digits = pl.col("digits").str.pad_end(6, "0")
        clock = pl.concat_str((digits.str.slice(start, 2) for start in (0, 2, 4)), separator=":")
        parts = parts.with_columns(clock.alias("time"))
    return _instants(parts)


def _day_or_month_first(parts: pl.DataFrame) -> pl.DataFrame:
    """Which of two numbers is the day; null where nobody can tell."""
    first, second = pl.col("first").cast(pl.Int16), pl.col("second").cast(pl.Int16)
    day_first = (pl.col("mark") == ".") | (first > 12) | (first == second)
    month_first = (pl.col("mark") != ".") & (second > 12)
    return parts.with_columns(
        pl.when(day_first).then("first").when(month_first).then("second").alias("day"),
        pl.when(day_first).then("second").when(month_first).then("first").alias("month"),
    )


def _instants(parts: pl.DataFrame) -> pl.Series:
    """Moments from their parts as text; only year, month and day must be there."""
    absent = [pl.lit(None, pl.String).alias(name) for name in ("time", "fraction", "zone") if name not in parts.columns]
    clock, zone = pl.col("time"), pl.col("zone").str.to_uppercase().str.replace("^(?:GMT|UTC)", "")
    parts = parts.with_columns(absent).with_columns(
        pl.when(clock.str.len_bytes() <= 5).then(clock + ":00").otherwise(clock).fill_null("00:00:00").str.zfill(8),
        pl.col("fraction").fill_null("0").str.pad_end(6, "0").str.slice(0, 6),
        zone.str.replace_all(":", "", literal=True).alias("zone"),
    )
    zone = pl.col("zone")
    offset = (
        pl.when(zone.is_null() | zone.is_in(["", "Z"]))
        .then(pl.lit("+0000"))
        .when(zone.str.len_bytes() == 3)
        .then(zone + "00")
        .otherwise(zone)
    )
    iso = pl.format(
        "{}-{}-{}T{}.{}{}", "year", pl.col("month").str.zfill(2), pl.col("day").str.zfill(2), "time", "fraction", offset
    )
    moment = iso.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", time_zone="UTC", strict=False)
    return parts.select(moment.alias("moment")).to_series()
