"""Prices: from `€ 1.234,56`, `Rp1.250.000`, `12,-`, `1.580950000000000e+03` to an exact Decimal and an ISO code.

Belongs here: amounts and currencies as suppliers write them. Does not belong here: whether a price is believable
(business rules), and conversion between currencies.

How a price is read:
- Cells of more than `LONGEST` characters are not looked at: they are no price, and no currency that is known.
- Amount: one number, with words and signs around it. Of a range (`10 - 20`) the lower end counts, as of `from 9.99`:
  it is what the product can be had for. `free` is 0. A minus before or directly after the number, or parentheses round
  it, make it negative. Several numbers that are no range, a percentage, a multiplier (`10k`, `2 mio`, `15 rb`) or a
  discount (`5 off`) are unreadable rather than guessed. More than four decimals are rounded half to even.
- Decimal mark: see `numbers.py`. Under `auto`, `1.234` is grouping in currencies that are customarily written with a
  decimal comma (EUR, IDR, BRL ...) and in those without decimals (JPY, KRW ...), else (USD, GBP ...) a machine's 1.234.
  `1,234` is always grouping, but for three-decimal currencies with a decimal comma (TND). So `1.234` is 1234 in EUR and
  1.234 in USD; a source that means it otherwise sets `decimal`.
- Currency: the currency column, else a code or symbol in the price, else the source's. A symbol of several currencies
  (`$`, `kr`) is narrowed down by the others. Column and price that contradict each other are not resolved.
"""

import re

import polars as pl

from catalog_assets.standardized.numbers import NUMBER, SCIENTIFIC, Mark, plain_number
from catalog_assets.standardized.text import rows_on_distinct
from catalog_assets.vocabulary.columns import MONEY
from catalog_assets.vocabulary.currencies import AMBIGUOUS, CURRENCIES, SYMBOLS

LONGEST = 200
"""Characters; a longer cell is a text, not a price or a currency."""

_NOTHING = "?"  # neither a price nor a currency

FREE = frozenset(
    [
        "free",
        "gratis",
        "kostenlos",
        "gratuit",
        "gratuito",
        "gratuita",
        "grátis",
        "for free",
        "free of charge",
        "umsonst",
        "miễn phí",
        "ฟรี",
        "免費",
        "免费",
    ]
)
_RANGE = frozenset(
    [
        "-",
        "–",
        "—",
        "−",
        "~",
        "～",
        "to",
        "bis",
        "a",
        "à",
        "al",
        "até",
        "hasta",
        "sampai",
        "sampai dengan",
        "s/d",
        "s.d.",
        "hingga",
        "đến",
        "ถึง",
        "至",
        "到",
        "..",
        "...",
        "/ -",
        "until",
    ]
)
_NOT_A_PRICE = re.compile(
    r"%|(?<![^\W\d_])(?:k|m|mn|mio|mln|mil|million|millions|millionen|millones|thousand|tsd|rb|ribu|jt|juta|tr|triệu|lakh|crore|cr|bn|"
    r"off|save|discount|rabatt|descuento|diskon|points|pts|percent)(?![^\W\d_])|万|萬|千|億|亿|ล้าน|หมื่น|พัน"
)
_MINUS = "-−–"


def _symbol_pattern() -> re.Pattern[str]:
    """All symbols, longer before shorter; one that begins or ends in a letter is not part of a longer word."""
    parts = []
    for symbol in sorted({*SYMBOLS, *AMBIGUOUS}, key=lambda symbol: (-len(symbol), symbol)):
        before = r"(?<![^\W\d_])" if symbol[0].isalpha() and symbol.isascii() else ""
        after = r"(?![^\W\d_])" if symbol[-1].isalpha() and symbol.isascii() else ""
        parts.append(f"{before}{re.escape(symbol)}{after}")
    return re.compile("|".join(parts), re.IGNORECASE)


_SYMBOL = _symbol_pattern()
_CODES_OF = {
    **{symbol.lower(): frozenset({code}) for symbol, code in SYMBOLS.items()},
    **{symbol.lower(): frozenset(codes) for symbol, codes in AMBIGUOUS.items()},
}
_WORD = re.compile(r"[^\W\d_]+")

_LOOSE_CODES = frozenset(
    [
        "AED",
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "INR",
        "JPY",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RUB",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "USD",
        "VND",
    ]
)
"""Codes that also count in lower case among other words; others might be words (`all`, `try`, `cup`)."""

_READING = {
    "stated": pl.String,
    "shape": pl.String,
    "kind": pl.String,
    "currency": pl.String,
    "problem": pl.String,
    "point": pl.Boolean,
    "comma": pl.Boolean,
}


def prices(texts: pl.DataFrame, mark: Mark, default: str | None) -> pl.DataFrame:
    """Amounts and currencies of a source's prices.

    `texts` has the columns price and currency (String, null where empty), `default` is the source's currency. Returns,
    row by row, `price` (Decimal(18, 4)), `currency` (ISO code) and `problem`: missing_price, unreadable_price,
    negative_price, missing_currency, unknown_currency, contradictory_currency or null. `price` and `currency` are
    null together, and where there is a problem.
    """
    stated = texts.select(_looked_at(name).alias(f"stated_{name}") for name in ("price", "currency"))
    return rows_on_distinct(stated, lambda some: _prices(some, mark, default))


def _looked_at(column: str) -> pl.Expr:
    cell = pl.col(column)
    return pl.when(cell.str.len_chars() > LONGEST).then(pl.lit(_NOTHING)).otherwise(cell)


def _prices(texts: pl.DataFrame, mark: Mark, default: str | None) -> pl.DataFrame:
    price = pl.col("stated_price").str.normalize("NFKC").str.replace_all(r"[\s#]+", " ").str.strip_chars()
    frame = texts.select(price.alias("text"), pl.col("stated_currency").str.strip_chars().alias("stated"))
    is_scientific = pl.col("text").str.contains(SCIENTIFIC)
    text = pl.when(~is_scientific).then(pl.col("text").str.replace_all("[.,] ?[-–—=]+", ""))
    frame = frame.select(
        "stated",
        text.alias("text"),
        pl.when(is_scientific).then(pl.col("text")).alias("scientific"),
        pl.when(is_scientific).then(pl.lit("#")).otherwise(text.str.replace_all(NUMBER, "#")).alias("shape"),
    )
    frame = frame.join(
        _readings(frame, default), on=["stated", "shape"], how="left", nulls_equal=True, maintain_order="left"
    )
    amount = pl.col("amount")
    problem = (
        pl.when(pl.col("shape").is_null())
        .then(pl.lit("missing_price"))
        .when(amount.is_null())
        .then(pl.lit("unreadable_price"))
        .when(amount < 0)
        .then(pl.lit("negative_price"))
        .otherwise("problem")
    )
    judged = frame.select(_amount(mark).alias("amount"), "shape", "currency", "problem")
    judged = judged.with_columns(problem.alias("problem"))
    good = pl.col("problem").is_null()
    return judged.select(
        pl.when(good).then(amount).alias("price"), pl.when(good).then("currency").alias("currency"), "problem"
    )


def _amount(mark: Mark) -> pl.Expr:
    """The amount by kind of price text, null where there is none to be read."""
    text, kind = pl.col("text"), pl.col("kind")
    first = text.str.extract(f"({NUMBER})")
    second = pl.when(kind == "range").then(text).str.extract_all(NUMBER).list.get(1, null_on_oob=True)
    low, high = (
        plain_number(number, mark, pl.col("point"), pl.col("comma")).cast(MONEY, strict=False)
        for number in (first, second)
    )
    return (
        pl.when(pl.col("scientific").is_not_null())
        .then(pl.col("scientific").cast(MONEY, strict=False))
        .when(kind == "one")
        .then(low)
        .when(kind == "minus")
        .then(-low)
        .when((kind == "range") & (low <= high))
        .then(low)
        .when((kind == "range") & (low > high))
        .then(high)
        .when(kind == "free")
        .then(pl.lit(0).cast(MONEY))
    )


def _readings(frame: pl.DataFrame, default: str | None) -> pl.DataFrame:
    """One row per distinct currency cell and shape of price text: few, whatever the number of prices."""
    distinct = frame.select("stated", "shape").unique().filter(pl.col("shape").is_not_null())
    rows = [_reading(stated, shape, default) for stated, shape in distinct.iter_rows()]
    return pl.DataFrame(rows, schema=_READING, orient="row")


def _reading(stated: str | None, shape: str, default: str | None) -> tuple[str | bool | None, ...]:
    kind, named = read_shape(shape)
    currency, problem = _currency(currency_of(stated) if stated else None, named, default)
    known = CURRENCIES[currency] if currency else None
    point = known is not None and known.mark == "point" and known.decimals > 0
    comma = known is not None and known.mark == "comma" and known.decimals == 3
    return stated, shape, kind, currency, problem, point, comma


def _currency(
    stated: frozenset[str] | None, named: frozenset[str] | None, default: str | None
) -> tuple[str | None, str | None]:
    """The currency and what is wrong with it, from what the column, the price text and the source say."""
    fallback = frozenset({default}) & CURRENCIES.keys() if default else None
    said = [codes for codes in (stated, named) if codes is not None]
    if not all(said):
        return None, "unknown_currency"
    possible = frozenset.intersection(*said) if said else fallback
    if possible is None:
        return None, "missing_currency"
    if not possible:
        return None, "contradictory_currency" if said else "unknown_currency"
    if len(possible) > 1 and fallback:
        possible = possible & fallback
    if len(possible) != 1:
        return None, "unknown_currency"
    return next(iter(possible)), None


def read_shape(shape: str) -> tuple[str, frozenset[str] | None]:
    """What a price text says beside its numbers, which stand as `#`.

    Returns the kind (one, minus, range, free, none) and the currencies that it may mean, None where it names none, the
    empty set where it names several that exclude each other.
    """
    rest, named = _without_currency(shape)
    words = " ".join(rest.lower().split())
    before, *between, after = words.split("#") if "#" in words else (words, "")
    if "#" not in words:
        return "free" if words.strip(" .!") in FREE else "none", named
    if _NOT_A_PRICE.search(words) or len(between) > 1:
        return "none", named
    negative = any(sign in before for sign in _MINUS)
    if between:
        return "range" if between[0].strip() in _RANGE and not negative else "none", named
    in_parentheses = before.strip() == "(" and after.strip() == ")"
    return "minus" if negative or in_parentheses or after.strip() in {*_MINUS, "--"} else "one", named


def currency_of(text: str) -> frozenset[str]:
    """The currencies that a currency cell may mean; empty where it is none that is known."""
    return _without_currency(text)[1] or frozenset()


def _without_currency(text: str) -> tuple[str, frozenset[str] | None]:
    # Without regard to case `ſ` is an s and `ı` an i for the pattern, but in lower case they are not: no symbol.
    symbols = {found for found in _SYMBOL.findall(text) if found.lower() in _CODES_OF}
    rest = _SYMBOL.sub(lambda found: " " if found.group() in symbols else found.group(), text)
    words = _WORD.findall(rest)
    codes = {word for word in words if word.upper() in CURRENCIES and _is_code(word, alone=len(words) == 1)}
    rest = _WORD.sub(lambda found: " " if found.group() in codes else found.group(), rest)
    said = [_CODES_OF[symbol.lower()] for symbol in symbols] + [frozenset({code.upper()}) for code in codes]
    return rest, frozenset.intersection(*said) if said else None


def _is_code(word: str, *, alone: bool) -> bool:
    return word.isupper() or alone or word.upper() in _LOOSE_CODES
