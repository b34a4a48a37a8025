"""Exchange rates: a file is read or refused in a sentence, the rates of a day hold, prices are converted exactly."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.rates import KIND, Rates, converted, embedded, rates_for, read_rates, version_for
from catalog_assets.releases import ReleaseError, Statement, put_in_force
from catalog_assets.vocabulary.currencies import CURRENCIES
from tests.frames import MemoryLake

FILE = b"Date, USD, JPY, GBP,\n2026-01-06,1.25,160,N/A,\n2026-01-02,1.20,150,0.85,\n"
MONEY = pl.Decimal(18, 4)


def rates(**per_euro: str) -> Rates:
    told = {"EUR": "1", **per_euro}
    table = pl.DataFrame({"currency": list(told), "per_euro": list(told.values())})
    return Rates(table.with_columns(pl.col("per_euro").cast(pl.Decimal(24, 10))), dt.date(2026, 1, 1), "v")


def amounts(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    prices = [None if price is None else Decimal(price) for price, _ in rows]
    return pl.DataFrame(
        {"price": prices, "currency": [money for _, money in rows]}, schema={"price": MONEY, "currency": pl.String}
    )


def in_euro(*rows: tuple[str | None, str | None], into: str = "EUR", **per_euro: str) -> list[Decimal | None]:
    return converted(amounts(*rows), rates(**per_euro), into).to_list()


def test_a_file_of_the_central_bank_is_read():
    found = read_rates(FILE)
    assert [(str(day), money, float(rate)) for day, money, rate in found.iter_rows()] == [
        ("2026-01-02", "GBP", 0.85), ("2026-01-02", "JPY", 150.0), ("2026-01-02", "USD", 1.2),
        ("2026-01-06", "JPY", 160.0), ("2026-01-06", "USD", 1.25),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no CSV file"),
        (b"Datum,USD\n2026-01-02,1\n", "`Date,USD,JPY,...`"),
        (b"Date,XXQ\n2026-01-02,1\n", "ISO 4217"),
        (b"Date,USD\n2026-01-02,-1\n", "2026-01-02 USD -1"),
        (b"Date,USD\n02.01.2026,1.2\n", "02.01.2026 USD 1.2"),
        (b"Date,USD\n2026-01-02,1.2.3\n", "no number from"),
        (b"Date,USD\n2026-01-02,N/A\n", "holds no rate"),
        (b"Date,USD\n2026-01-02,1\n2026-01-02,2\n", "a date twice"),
    ],
)
def test_what_is_no_rates_file_is_told(data, told):
    with pytest.raises(ReleaseError, match=told):
        read_rates(data)


def test_prices_are_converted_and_what_cannot_be_is_null():
    rows = [("12.50", "EUR"), ("12.50", "USD"), (None, "USD"), ("5", "CHF"), ("5", None)]
    assert in_euro(*rows, USD="1.25") == [Decimal("12.5"), Decimal("10"), None, None, None]
    assert in_euro(("10", "EUR"), ("10", "USD"), into="USD", USD="1.25") == [Decimal("12.5"), Decimal("10")]
    assert in_euro(("10", "EUR"), into="CHF") == [None]


def test_it_is_decimal_to_the_last_place():
    """A third of it all cannot be held in binary, and a large amount not in a float's 53 bits."""
    assert in_euro(("99999999999999.9999", "USD"), USD="3") == [Decimal("33333333333333.3333")]
    assert in_euro(("0.00005", "EUR")) == [Decimal("0.0000")] or in_euro(("0.0001", "EUR")) == [Decimal("0.0001")]


@given(st.decimals("0.01", "999999", places=2), st.sampled_from(["1.1723", "0.8671", "182.93", "19572.11"]))
def test_there_and_back_is_the_same_to_a_cent(price, rate):
    there = converted(amounts((str(price), "EUR")), rates(USD=rate), "USD")[0]
    back = converted(amounts((str(there), "USD")), rates(USD=rate), "EUR")[0]
    assert abs(back - price) <= Decimal("0.0002")


def world():
    return SimpleNamespace(lake=MemoryLake(), lock=lambda name: pytest.MonkeyPatch.context())


def test_without_a_file_the_embedded_rates_hold():
    where = world()
    found = rates_for(where, dt.date(2026, 1, 3))
    assert found.version == version_for(where, dt.date(2026, 1, 3)) == embedded()[1]
    assert set(found.table["currency"]) <= set(CURRENCIES)
    assert found.table.height >= 30


def test_the_rates_of_the_last_date_hold_from_the_day_of_the_file_on():
    where = world()
    said = Statement(KIND, "mine", FILE, dt.date(2026, 1, 3), "Ana", "ours")
    put_in_force(where, said, dt.datetime(2026, 1, 9, tzinfo=dt.UTC))
    told = {day: rates_for(where, dt.date(2026, 1, day)) for day in (2, 3, 5, 6, 9)}
    assert [told[day].version for day in told] == [embedded()[1], "mine", "mine", "mine", "mine"]
    assert [str(told[day].date) for day in (3, 5, 6, 9)] == ["2026-01-02", "2026-01-02", "2026-01-06", "2026-01-06"]
    assert "GBP" not in told[6].table["currency"], "a date without a rate does not borrow that of another date"
