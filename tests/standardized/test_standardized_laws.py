"""Laws of standardizing: twice is once, the order of rows does not matter, no price or quantity changes its meaning.

How people write numbers comes from babel, which knows it from Unicode's CLDR: nothing here repeats what the code says.
"""

import random
from decimal import Decimal

import polars as pl
import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from catalog_assets.normal_forms.normalization import Choice, Code, Count, Name, Quantity, Spelled, normalized
from catalog_assets.standardized.attributes import attributes
from catalog_assets.standardized.dimensions import SIDES, dimensions
from catalog_assets.standardized.identifiers import addresses, gtins, mpns
from catalog_assets.standardized.names import brands
from catalog_assets.standardized.numbers import whole_numbers
from catalog_assets.standardized.prices import prices
from catalog_assets.standardized.text import plain
from catalog_assets.standardized.units import measured
from catalog_assets.vocabulary.attributes import ATTRIBUTES, FLAG_VALUES
from catalog_assets.vocabulary.brands import CANONICAL
from catalog_assets.vocabulary.columns import MONEY
from catalog_assets.vocabulary.currencies import CURRENCIES
from catalog_assets.vocabulary.units import UNITS, conversion

LOCALES = (
    "en_US", "en_GB", "en_IN", "hi_IN", "en_ZA", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_CH", "it_IT", "it_CH", "es_ES",
    "es_MX", "pt_BR", "pt_PT", "nl_NL", "pl_PL", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "bg_BG", "ru_RU", "uk_UA", "sv_SE",
    "nb_NO", "da_DK", "fi_FI", "et_EE", "lv_LV", "lt_LT", "sl_SI", "hr_HR", "tr_TR", "id_ID", "vi_VN", "th_TH", "ms_MY",
    "ja_JP", "ko_KR", "zh_CN", "he_IL",
)  # fmt: skip
FORMS = {
    "name": Name({"HP": "Hewlett-Packard", "AIT": "Advanced Intelligent Tape", "G#": "Generation"}, {"LG": "LG Corp"}),
    "code": Code(),
    "shout": Code(marks=True, upper=True),
    "count": Count(several="sum"),
    "length": Quantity("cm", 1, bare="cm", several="largest", fixed=True),
    "mass": Quantity("g", 2, bare="g"),
    "capacity": Spelled({"gb": "Gigabytes", "gigabytes": "Gigabytes", "mb": "Megabytes", "megabytes": "Megabytes"}),
    "color": Choice({"Black": ("jet",), "Gray": ("silver",), "Mixed": ()}, parted=True, many="Mixed"),
}
"""Forms whose normal values are read as what they are; a part of a code, or a number without its unit, is not."""

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
pieces = st.sampled_from(
    ["HP", "HP Proliant", "AIT-3", "G5", "5 lb 3 oz", '20 1/8"', "½ in", "10-12 in", "2 x 2GB", "40/80GB", "512 MB",
     "jet", "silver/black", "red, jet and gray", "435952-B21", "Dozen", "1,000/Box", "a&b", "&amp;", "<b>x</b>", " ",
     "Ä", "3"]
)  # fmt: skip
values = st.lists(st.one_of(words, pieces), min_size=1, max_size=3).map("".join)
brand_names = st.one_of(words, st.sampled_from(sorted(CANONICAL)), st.sampled_from(sorted(set(CANONICAL.values()))))


def money(draw_from):
    """An amount with as many decimals as the currency has."""
    digits, code = draw_from
    return Decimal(digits).scaleb(-CURRENCIES[code].decimals), code


amounts = st.tuples(st.integers(0, 10**11), st.sampled_from(sorted(CURRENCIES))).map(money)


def written(amount, code, locale):
    """The amount as people there write it, with all decimals of the currency: `1'234.50`, `12,34,567.00`."""
    decimals = CURRENCIES[code].decimals
    pattern = "#,##,##0" if locale.endswith("_IN") else "#,##0"
    return format_decimal(amount, f"{pattern}.{'0' * decimals}" if decimals else pattern, locale)


def mark_of(locale):
    return "comma" if format_decimal(Decimal("0.5"), locale=locale)[1] == "," else "point"


def read(texts, mark, default, currency=None):
    frame = pl.DataFrame(
        {"price": texts, "currency": [currency] * len(texts)}, schema_overrides={"currency": pl.String}
    )
    return prices(frame, mark, default)


@given(st.lists(st.tuples(amounts, st.sampled_from(LOCALES)), min_size=1, max_size=5))
@example([((Decimal("1234567.50"), "CHF"), "de_CH"), ((Decimal("1234567.50"), "INR"), "en_IN")])
@example([((Decimal("1.234"), "KWD"), "de_DE"), ((Decimal("1.234"), "TND"), "en_US")])
def test_a_price_means_what_it_meant_where_the_source_says_its_mark(rows):
    for (amount, code), locale in rows:
        text = written(amount, code, locale)
        stated = [f"{code} {text}", f"{text} {code}", f"{text}\u00a0{code}"]
        found = read(stated, mark_of(locale), None)
        assert found["price"].to_list() == [amount] * 3, stated
        assert found["currency"].to_list() == [code] * 3


@given(amounts, st.sampled_from(LOCALES))
def test_a_price_means_what_it_meant_where_the_mark_is_judged_by_each_number(money, locale):
    amount, code = money
    text = written(amount, code, locale)
    assume(not ambiguous(text, code))
    found = read([text], "auto", code)
    assert found.row(0) == (amount, code, None), text


def ambiguous(text, code):
    """One mark before exactly three digits, of which nobody can say what it is: of money with three decimals."""
    marks = [place for place, sign in enumerate(text) if sign in ".,"]
    return CURRENCIES[code].decimals == 3 and len(marks) == 1 and len(text) - marks[0] == 4


AT_HOME = {
    "USD": ["en_US"], "EUR": ["de_DE", "fr_FR", "it_IT", "es_ES", "nl_NL", "fi_FI"], "GBP": ["en_GB"], "JPY": ["ja_JP"],
    "INR": ["en_IN", "hi_IN"], "BRL": ["pt_BR"], "CHF": ["de_CH", "fr_CH", "it_CH"], "PLN": ["pl_PL"], "SEK": ["sv_SE"],
    "VND": ["vi_VN"], "THB": ["th_TH"], "TRY": ["tr_TR"], "IDR": ["id_ID"], "KRW": ["ko_KR"], "CNY": ["zh_CN"],
    "CZK": ["cs_CZ"], "HUF": ["hu_HU"], "RUB": ["ru_RU"], "MXN": ["es_MX"], "ZAR": ["en_ZA"],
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(AT_HOME))
@settings(max_examples=30)
@given(st.integers(0, 10**11), st.sampled_from(LOCALES))
def test_the_sign_of_a_currency_does_not_change_a_price(code, digits, locale):
    amount = Decimal(digits).scaleb(-CURRENCIES[code].decimals)
    found = read([format_currency(amount, code, locale=locale)], mark_of(locale), code).row(0)
    refused = (None, None, "unknown_currency")  # a sign that the vocabulary lacks, such as Sweden's "BR" for the real
    assert found == (amount, code, None) or (found == refused and locale not in AT_HOME[code])


@given(st.lists(amounts, min_size=1, max_size=5))
def test_a_price_read_twice_is_read_once(rows):
    once = [read([f"{amount:f}"], "point", code).row(0) for amount, code in rows]
    twice = [read([str(price)], "point", None, code).row(0) for price, code, _ in once]
    assert once == twice
    assert pl.Series([price for price, *_ in once], dtype=MONEY).to_list() == [amount for amount, _ in rows]


MEASURES = st.sampled_from([unit for unit in UNITS if unit.dimension != "temperature"])
NO_UNIT = pl.lit(None, pl.String)


@given(st.integers(0, 10**7), st.integers(0, 4), MEASURES, st.sampled_from(LOCALES), st.data())
def test_a_quantity_means_what_it_meant(digits, places, unit, locale, data):
    value = Decimal(digits).scaleb(-places)
    assume(value < 10**8)
    spelling = data.draw(st.sampled_from(unit.aliases))
    wanted = data.draw(st.sampled_from([one for one in UNITS if one.dimension == unit.dimension]))
    times = conversion(unit.symbol, wanted.symbol)[0]
    assume(value * times < 10**17)
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    text = f"{format_decimal(value, pattern, locale)} {spelling}"
    frame = plain(pl.Series("text", [text])).to_frame().with_columns(unit=pl.lit(wanted.symbol), bare=NO_UNIT)
    found = measured(frame, mark_of(locale), "en").item()
    assert found is not None, text
    assert abs(found - value * times) <= value * Decimal("1e-20") + Decimal("1e-19"), text


def test_every_spelling_of_every_unit_is_read():
    rows = [(f"3 {spelling}", unit.symbol, None) for unit in UNITS for spelling in unit.aliases]
    frame = pl.DataFrame(rows, schema={"text": pl.String, "unit": pl.String, "bare": pl.String}, orient="row")
    found = frame.with_columns(measured(frame, "auto", "en").alias("found"))
    assert found.filter(pl.col("found").ne_missing(3))["text"].to_list() == []


@given(st.integers(-2000, 2000), st.sampled_from(["°C", "°F", "K"]), st.sampled_from(["°C", "°F", "K"]))
def test_a_temperature_there_and_back_is_the_same(tenths, one, other):
    value = Decimal(tenths) / 10
    there = measured(pl.DataFrame({"text": [f"{value} {one}"], "unit": [other], "bare": [other]}), "point", "en").item()
    back = measured(
        pl.DataFrame({"text": [f"{there:.9f} {other}"], "unit": [one], "bare": [one]}), "point", "en"
    ).item()
    assert abs(back - value) < Decimal("1e-8")


@given(st.integers(1, 400), st.integers(0, 11), st.integers(1, 15))
def test_what_is_written_in_two_units_is_their_sum(feet, inches, sixteenths):
    text = f"{feet}' {inches} {sixteenths}/16\""
    frame = pl.DataFrame({"text": [text], "unit": ["in"], "bare": [None]}, schema_overrides={"bare": pl.String})
    assert measured(frame, "auto", "en").item() == 12 * feet + inches + Decimal(sixteenths) / 16


@given(st.lists(st.integers(1, 9999), min_size=4, max_size=4), st.permutations("lwhd"), st.integers(2, 4))
def test_the_order_in_which_sides_are_named_does_not_matter(sizes, order, count):
    stated = {letter: Decimal(sizes["lwhd".index(letter)]) / 10 for letter in order[:count]}
    text = " x ".join(f"{size} cm {letter.upper()}" for letter, size in stated.items())
    found = dimensions(pl.Series([text]), "auto", "en").row(0, named=True)
    expected = {name: stated.get(letter) for letter, name in SIDES.items()}
    assert {name: value and Decimal(value) for name, value in found.items()} == expected


@pytest.mark.parametrize("clean", [brands, mpns, gtins, addresses])
@given(texts=st.lists(st.one_of(brand_names, values), max_size=10))
def test_a_name_or_identifier_cleaned_twice_is_cleaned_once(clean, texts):
    once = clean(pl.Series(texts, dtype=pl.String))
    assert clean(once).to_list() == once.to_list()


@given(st.lists(st.tuples(st.sampled_from(sorted(FORMS)), values), max_size=20))
def test_a_value_normalized_twice_is_normalized_once(rows):
    stated = pl.DataFrame(rows, schema={"attribute": pl.String, "value": pl.String}, orient="row")
    once = normalized(stated, FORMS)
    again = normalized(stated.with_columns(once["normal"].alias("value")), FORMS)
    assert again["normal"].to_list() == once["normal"].to_list()


def stated_texts(name):
    """Texts of which some are values of the attribute."""
    one = ATTRIBUTES[name]
    if one.kind == "quantity":
        return st.tuples(
            st.integers(1, 5000), st.sampled_from([u for u in UNITS if u.dimension == dimension(one.unit)])
        ).map(lambda drawn: f"{drawn[0]} {drawn[1].symbol}")
    if one.kind == "count":
        return st.integers(0, 10**6).map(lambda number: f"{number} pcs")
    known = [word for value, said in one.values.items() for word in (value, *said)]
    flags = [word for said in FLAG_VALUES.values() for word in said]
    return st.one_of(st.sampled_from(known or flags), words)


def dimension(symbol):
    return next(unit.dimension for unit in UNITS if unit.symbol == symbol)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
@settings(max_examples=25)
@given(data=st.data())
def test_an_attribute_read_twice_is_read_once(name, data):
    texts = data.draw(st.lists(stated_texts(name), min_size=1, max_size=10))
    once = attributes(pl.DataFrame({"cell": texts}), {name: "cell"}, "point", "en").to_list()
    again = [f"{e[0]['value']} {e[0]['unit'] or ''}".strip() if e else None for e in once]
    cells = pl.DataFrame({"cell": again}, schema={"cell": pl.String})
    assert attributes(cells, {name: "cell"}, "point", "en").to_list() == once


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(sorted(FORMS)), values), min_size=2, max_size=30), st.integers())
def test_the_order_of_rows_does_not_matter(rows, seed):
    stated = pl.DataFrame(rows, schema={"attribute": pl.String, "value": pl.String}, orient="row")
    order = random.Random(seed).sample(range(stated.height), stated.height)
    assert normalized(stated[order], FORMS).rows() == normalized(stated, FORMS)[order].rows()
    text = stated["value"]
    assert whole_numbers(text[order]).to_list() == whole_numbers(text)[order].to_list()
    money = pl.DataFrame(
        {"price": text, "currency": text}, schema_overrides={"price": pl.String, "currency": pl.String}
    )
    assert prices(money[order], "auto", "EUR").rows() == prices(money, "auto", "EUR")[order].rows()
    cells = pl.DataFrame({"cell": text})
    both = {"color": "cell", "weight": "cell"}
    assert (
        attributes(cells[order], both, "auto", "en").to_list() == attributes(cells, both, "auto", "en")[order].to_list()
    )


def test_many_rows_are_read_as_few_are():
    """Above a thousand rows each distinct value is read once and joined back."""
    stated = pl.DataFrame({"attribute": ["length", "mass", "color"], "value": ['20 1/8"', "5 lb 3 oz", None]})
    few = normalized(stated, FORMS)
    assert normalized(pl.concat([stated] * 1000), FORMS).rows() == few.rows() * 1000
