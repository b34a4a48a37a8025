"""Prices: amounts and currencies as suppliers write them, exactly."""

import time
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.standardized.prices import LONGEST, currency_of, prices, read_shape
from catalog_assets.vocabulary.columns import MONEY


def read(price, currency=None, *, mark="auto", default=None):
    texts = pl.DataFrame({"price": [price], "currency": [currency]}, schema={"price": pl.String, "currency": pl.String})
    return prices(texts, mark, default).row(0)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€ 1.234,56", "1234.56", "EUR"),
        ("1,234.56 USD", "1234.56", "USD"),
        ("1'234.50 CHF", "1234.50", "CHF"),
        ("1 299,00 €", "1299", "EUR"),
        ("1\u202f299,00 €", "1299", "EUR"),
        ("12,- €", "12", "EUR"),
        ("EUR 12.--", "12", "EUR"),
        ("Rp1.250.000", "1250000", "IDR"),
        ("₫1.200.000", "1200000", "VND"),
        ("₹1,23,456.50", "123456.50", "INR"),
        ("US$36", "36", "USD"),
        ("R$ 1.299,90", "1299.90", "BRL"),
        ("NT$1,200", "1200", "TWD"),
        ("S/ 12.50", "12.50", "PEN"),
        ("199 บาท", "199", "THB"),
        ("10,00 zł", "10", "PLN"),
        ("１２,５０ €", "12.50", "EUR"),
        ("12 eur", "12", "EUR"),
        ("from 9.99 GBP", "9.99", "GBP"),
        ("£8.00 - £12.00", "8", "GBP"),
        ("EUR 20 bis 10", "10", "EUR"),
        (".99 USD", "0.99", "USD"),
        ("12.345678 USD", "12.3457", "USD"),
        ("0,234 EUR", "0.234", "EUR"),
        ("1.234.567 EUR", "1234567", "EUR"),
    ],
)
def test_amount_and_currency_in_the_text(text, amount, currency):
    assert read(text) == (Decimal(amount), currency, None)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1.234", "EUR", "1234"),
        ("1.234", "IDR", "1234"),
        ("1.234", "JPY", "1234"),
        ("1.234", "USD", "1.234"),
        ("1.234", "KWD", "1.234"),
        ("1,234", "EUR", "1234"),
        ("1,234", "USD", "1234"),
        ("1,234", "TND", "1.234"),
        ("0.234", "EUR", "0.234"),
        ("1234.567", "EUR", "1234.567"),
        ("1.23", "EUR", "1.23"),
        ("1,23", "USD", "1.23"),
    ],
)
def test_auto_decides_three_digits_by_currency(text, currency, amount):
    assert read(text, currency) == (Decimal(amount), currency, None)


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1.234", "point", "1.234"),
        ("1,234", "point", "1234"),
        ("12,50", "point", None),
        ("1.234,56", "point", None),
        ("1.234", "comma", "1234"),
        ("1,234", "comma", "1.234"),
        ("12.50", "comma", None),
        ("1,234.56", "comma", None),
    ],
)
def test_a_stated_mark_is_kept_to(text, mark, amount):
    expected = (Decimal(amount), "EUR", None) if amount else (None, None, "unreadable_price")
    assert read(text, "EUR", mark=mark) == expected


def test_scientific_notation_is_read_exactly():
    assert read("1.580950000000000e+03", "MXN") == (Decimal("1580.95"), "MXN", None)
    assert read("-2e+03", "MXN") == (None, None, "negative_price")


def test_free_is_zero():
    assert read("Gratis", default="EUR") == (Decimal(0), "EUR", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "missing_price"),
        ("call us", "unreadable_price"),
        ("10k", "unreadable_price"),
        ("15 rb", "unreadable_price"),
        ("2 for 5", "unreadable_price"),
        ("5% off", "unreadable_price"),
        ("save 5", "unreadable_price"),
        ("12.01.2024", "unreadable_price"),
        ("1.23.45", "unreadable_price"),
        ("12€ 50", "unreadable_price"),
        ("999999999999999", "unreadable_price"),
        ("1e99", "unreadable_price"),
        ("١٢", "unreadable_price"),
        ("-5", "negative_price"),
        ("−5.00", "negative_price"),
        ("(5.00)", "negative_price"),
        ("5.00-", "negative_price"),
    ],
)
def test_what_is_no_price(text, problem):
    assert read(text, default="EUR") == (None, None, problem)


@pytest.mark.parametrize(
    ("text", "column", "default", "expected"),
    [
        ("12", None, None, "missing_currency"),
        ("12", "XQZ", "EUR", "unknown_currency"),
        ("$12", None, None, "unknown_currency"),
        ("$12", None, "EUR", "unknown_currency"),
        ("12", None, "XQZ", "unknown_currency"),
        ("€12", "USD", None, "contradictory_currency"),
        ("$12", "EUR", None, "contradictory_currency"),
        ("12 USD €", None, None, "unknown_currency"),
        ("$12", None, "CAD", "CAD"),
        ("$12", "CAD", "USD", "CAD"),
        ("12", "$", "AUD", "AUD"),
        ("12", "usd", "EUR", "USD"),
        ("12", "€", None, "EUR"),
        ("€12", None, "USD", "EUR"),
        ("12 kr", None, "NOK", "NOK"),
    ],
)
def test_column_then_text_then_source_name_the_currency(text, column, default, expected):
    price, currency, problem = read(text, column, default=default)
    if expected.isupper():
        assert (price, currency, problem) == (Decimal(12), expected, None)
    else:
        assert (price, currency, problem) == (None, None, expected)


def test_a_word_is_no_currency_by_accident():
    assert currency_of("Try it all") == frozenset()
    assert read_shape("from # on") == ("one", None)
    assert read_shape("incl. tax #") == ("one", None)


def test_a_cell_too_long_is_neither_price_nor_currency():
    filler = "only " * 50
    assert read("1 EUR" + " " * (LONGEST - 5)) == (Decimal(1), "EUR", None)
    assert read(f"{filler} 1 EUR") == (None, None, "unreadable_price")
    assert read("1", f"{filler} EUR", default="EUR") == (None, None, "unknown_currency")


@pytest.mark.parametrize("word", ["EUR ", "eur ", "€ ", "Rs ", "# "])
def test_a_code_that_is_repeated_is_looked_for_once(word):
    started = time.process_time()
    assert read_shape(word * 20_000)[0] == "none"
    assert currency_of(word * 20_000) == currency_of(word)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", ["Rſ", "ſ$ 5", "rınggıt", "RİNGGİT", "euroſ", "\u212b", "DOLLARſ"])
def test_a_letter_that_only_looks_like_a_symbols_is_none(text):
    assert currency_of(text) in (frozenset(), currency_of("$"))
    assert read("5", text, default="EUR") in [(None, None, "unknown_currency"), (None, None, "contradictory_currency")]


def test_the_type_is_money_and_rows_stay_in_order():
    texts = pl.DataFrame({"price": ["1", None, "x", "2"] * 500, "currency": ["EUR"] * 2000})
    result = prices(texts, "auto", None)
    assert result.schema == {"price": MONEY, "currency": pl.String, "problem": pl.String}
    assert result["price"].to_list() == [Decimal(1), None, None, Decimal(2)] * 500
    assert result["problem"].to_list() == [None, "missing_price", "unreadable_price", None] * 500


def written(amount, group, decimal):
    whole, _, rest = f"{amount:.2f}".partition(".")
    groups = []
    while len(whole) > 3:
        whole, last = whole[:-3], whole[-3:]
        groups.insert(0, last)
    return group.join([whole, *groups]) + decimal + rest


LOCALES = st.sampled_from(
    [(",", "."), (".", ","), (" ", ","), (" ", "."), ("'", "."), ("", "."), ("", ","), ("\u00a0", ",")]
)
AMOUNTS = st.decimals(min_value=0, max_value=Decimal("99999999999.99"), places=2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(AMOUNTS, LOCALES, st.sampled_from(["# EUR", "€ #", "ab # €", "#€"])), min_size=1, max_size=40)
)
def test_prices_round_trip_in_every_locale(cases):
    texts = [frame.replace("#", written(amount, *locale)) for amount, locale, frame in cases]
    result = prices(pl.DataFrame({"price": texts, "currency": ["EUR"] * len(texts)}), "auto", None)
    assert result["price"].to_list() == [amount for amount, _, _ in cases]
    assert result["problem"].null_count() == len(cases)


@settings(max_examples=100, deadline=None)
@given(st.decimals(min_value=0, max_value=Decimal("9999999999999.9999"), places=4), st.sampled_from(["point", "comma"]))
def test_a_stated_mark_round_trips_four_decimals(amount, mark):
    text = f"{amount:.4f}" if mark == "point" else f"{amount:.4f}".replace(".", ",")
    assert read(text, "USD", mark=mark)[0] == amount


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.none() | st.text(max_size=4)), min_size=1, max_size=20))
def test_any_text_has_a_price_or_one_problem(cases):
    result = prices(
        pl.DataFrame(cases, schema={"price": pl.String, "currency": pl.String}, orient="row"), "auto", "EUR"
    )
    ok = result["problem"].is_null()
    assert (result["price"].is_not_null() == ok).all()
    assert (result["currency"].is_not_null() == ok).all()
    assert (result["price"].drop_nulls() >= 0).all()
