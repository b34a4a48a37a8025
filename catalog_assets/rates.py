"""Exchange rates as a reference of the journal: a rates file in force from a day, and within it the rates of each date.

Belongs here: reading a rates file, which rates hold on a day, converting. Does not belong here: the embedded table
(`vocabulary/rates.py`), and what converted prices are for.

A rates file has the layout in which the European Central Bank publishes its reference rates (eurofxref-hist.csv):
`Date,USD,JPY,...`, one row a date, units for one euro, `N/A` where there is none. On a day without rates (a weekend)
those of the last date before it hold.
"""

import datetime as dt
import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

import polars as pl

from catalog_assets.releases import Release, ReleaseError, content, in_force, releases
from catalog_assets.stages import World
from catalog_assets.vocabulary.currencies import CURRENCIES
from catalog_assets.vocabulary.rates import PER_EURO, SINCE
from catalog_assets.vocabulary.version import fingerprint

KIND = "rates"
RATE = pl.Decimal(24, 10)
LEAST, MOST = Decimal("0.000001"), Decimal("1000000000")
"""Between these lies every rate there is; another is a slip of the file."""
AMOUNT = pl.Decimal(18, 4)
TOO_LARGE = Decimal(10) ** 14
RATES = pl.Schema({"date": pl.Date(), "currency": pl.String(), "per_euro": RATE})
MOST_BYTES = 20_000_000
SHOWN = 5


@dataclass(frozen=True)
class Rates:
    """currency, per_euro (Decimal, units for one euro) of one date, and the version of the file they are from."""

    table: pl.DataFrame
    date: dt.date
    version: str


def read_rates(data: bytes) -> pl.DataFrame:
    """A rates file as RATES, sorted. Raises ReleaseError, in one sentence, for a file that is none."""
    if len(data) > MOST_BYTES:
        raise ReleaseError(f"A rates file has at most {MOST_BYTES:,} bytes, this one has {len(data):,}.")
    try:
        data.decode()
        header = data.split(b"\n", 1)[0].decode().split(",")
        rows = pl.read_csv(io.BytesIO(data), infer_schema=False, truncate_ragged_lines=True)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise ReleaseError(f"This is no CSV file ({str(error).splitlines()[0]}).") from None
    names = [name.strip().strip('"').lstrip("\ufeff") for name in header]
    twice = sorted({name for name in names if names.count(name) > 1 and name in CURRENCIES})
    if twice:
        raise ReleaseError(f"The rates file names {', '.join(twice)} twice.")
    rows = rows.rename({name: name.strip() for name in rows.columns})
    named = [name for name in rows.columns if name in CURRENCIES]
    if "Date" not in rows.columns or not named:
        raise ReleaseError(
            "A rates file begins with the line `Date,USD,JPY,...` (ISO 4217 codes); this one begins with "
            f"`{','.join(rows.columns)[:60]}`."
        )
    return _checked(rows.select("Date", *named).unpivot(index="Date", variable_name="currency", value_name="said"))


def _checked(said: pl.DataFrame) -> pl.DataFrame:
    stated = said.with_columns(pl.col("said", "Date").str.strip_chars()).filter(~pl.col("said").is_in(["", "N/A"]))
    told = stated.select(
        pl.col("Date").str.to_date("%Y-%m-%d", strict=False).alias("date"),
        "currency",
        pl.col("said").cast(RATE, strict=False).alias("per_euro"),
        pl.concat_str("Date", pl.lit(" "), "currency", pl.lit(" "), "said", ignore_nulls=True).alias("words"),
    )
    wrong = told.filter(
        pl.col("date").is_null() | pl.col("per_euro").is_null() | ~pl.col("per_euro").is_between(LEAST, MOST)
    )
    if wrong.height:
        raise ReleaseError(
            f"{wrong.height:,} rates are no number from 0.000001 to 1,000,000,000 on a date such as 2026-01-31: "
            f"{', '.join(wrong['words'].head(SHOWN))}."
        )
    if told.is_empty():
        raise ReleaseError("The rates file holds no rate.")
    if told.select("date", "currency").is_duplicated().any():
        raise ReleaseError("The rates file names a date twice.")
    return told.select(pl.col(name).cast(dtype) for name, dtype in RATES.items()).sort("date", "currency")


@functools.cache
def embedded() -> tuple[pl.DataFrame, str]:
    """The embedded table as RATES, and its version."""
    rows = {"date": [dt.date.fromisoformat(SINCE)] * len(PER_EURO), "currency": list(PER_EURO)}
    table = pl.DataFrame({**rows, "per_euro": list(PER_EURO.values())}).with_columns(pl.col("per_euro").cast(RATE))
    return table.sort("date", "currency"), f"embedded-{fingerprint(PER_EURO)[:8]}"


def version_for(world: World, day: dt.date) -> str:
    """The version of the rates in force on a day."""
    release = in_force(releases(world, KIND), day)
    return release.version if release else embedded()[1]


def rates_for(world: World, day: dt.date) -> Rates:
    """The rates of a day: of the file in force the last date up to it; without one, or before its first date, the
    embedded table."""
    release = in_force(releases(world, KIND), day)
    if release is not None:
        known = _of_release(world, release).filter(pl.col("date") <= day)
        if known.height:
            return _last(known, release.version)
    return _last(*embedded())


def _of_release(world: World, release: Release) -> pl.DataFrame:
    return read_rates(content(world, KIND, release))


def _last(known: pl.DataFrame, version: str) -> Rates:
    date: dt.date = known["date"].sort().to_list()[-1]
    euro = pl.DataFrame({"currency": ["EUR"], "per_euro": ["1"]}).with_columns(pl.col("per_euro").cast(RATE))
    of_date = known.filter(pl.col("date") == date, pl.col("currency") != "EUR").select("currency", "per_euro")
    return Rates(pl.concat([euro, of_date]), date, version)


def converted(amounts: pl.DataFrame, rates: Rates, into: str) -> pl.Series:
    """Prices in one currency, null where there is no price or no rate, or where it would have over 14 digits. amounts:
    price (Decimal), currency.

    Decimal throughout, rounded once at the end, half to even, to four places.
    """
    target = rates.table.filter(pl.col("currency") == into)["per_euro"]
    if target.is_empty():
        return pl.repeat(None, amounts.height, dtype=AMOUNT, eager=True).alias("price")
    told = amounts.select("price", "currency").join(rates.table, on="currency", how="left", maintain_order="left")
    distinct = told.unique().drop_nulls()
    values = _exact(distinct["price"].to_list(), distinct["per_euro"].to_list(), target[0])
    worked = distinct.with_columns(pl.Series("converted", values, dtype=AMOUNT))
    return told.join(worked, on=["price", "currency", "per_euro"], how="left", maintain_order="left")[
        "converted"
    ].alias("price")


def _exact(prices: Sequence[object], per_euro: Sequence[object], target: object) -> list[object]:
    """Polars divides decimals at the scale of its operands, so distinct amounts are divided here."""
    exact = Context(prec=40, rounding=ROUND_HALF_EVEN)
    least = Decimal("0.0001")
    into = Decimal(str(target))
    told = (
        exact.quantize(exact.divide(exact.multiply(Decimal(str(price)), into), Decimal(str(rate))), least)
        for price, rate in zip(prices, per_euro, strict=True)
    )
    return [value if abs(value) < TOO_LARGE else None for value in told]
