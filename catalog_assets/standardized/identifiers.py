"""Identifiers of products: GTIN, MPN, and addresses of pages and pictures.

Belongs here: the normal form of an identifier and what makes one valid. Does not belong here: the looser forms in
which identifiers are compared with each other (matching).
"""

import polars as pl

from catalog_assets.standardized.text import folded, where
from catalog_assets.vocabulary.attributes import PLACEHOLDERS
from catalog_assets.vocabulary.brands import NONE

PLACEHOLDER_GTINS: tuple[int, ...] = (12345670, 123456789012, 12345678905, 1234567890128, 12345678901231, 1234567890005)
"""Numbers with a valid check digit that people type where they have none."""

_RESTRICTED_13 = ("02", "04", "05", "2", "981", "982", "983", "984", "99")
"""GS1 prefixes of numbers that are only unique within one shop (internal, weighed goods, coupons), as GTIN-13."""

_QUOTES = "\"'`’“”"

_NO_MPN: tuple[str, ...] = tuple(word.upper() for word in dict.fromkeys((*PLACEHOLDERS, *NONE)))


ADDRESS = r"^(?i:https?)://[^\s/?#<>\"\\\p{Cc}]+[^\s<>\"\\\p{Cc}]*$"
"""Regular expression of an address that is accepted: http or https, with a host."""


def gtins(texts: pl.Series) -> pl.Series:
    """GTIN-14s with a valid check digit, zero-padded; null for anything else. GS1 General Specifications, 7.9.

    Read are 8, 12, 13 or 14 digits and ISBN-10, with spaces or hyphens in them, in quotes or as spreadsheets protect
    leading zeros (`="0012345"`, `'0012345`). What a spreadsheet turned into `4,00638E+12` has lost its digits. Numbers
    that are only unique within a shop (GS1 prefixes 02, 04, 05, 2, 98, 99) and placeholders identify nothing across
    suppliers: null.
    """
    bare = pl.col("text").str.strip_chars().str.strip_chars_start("=").str.strip_chars(_QUOTES).str.strip_suffix(".0")
    frame = pl.DataFrame({"text": texts}).select(bare.str.replace_all(r"[\s-]", "").str.to_uppercase().alias("bare"))
    frame = frame.with_columns(pl.col("bare").str.len_bytes().alias("length"))
    frame = frame.select(
        "length",
        pl.when(pl.col("length").is_in([8, 12, 13, 14]) & pl.col("bare").str.contains(r"^[0-9]+$"))
        .then("bare")
        .cast(pl.Int64, strict=False)
        .alias("number"),
        pl.when((pl.col("length") == 10) & pl.col("bare").str.contains(r"^[0-9]{9}[0-9X]$")).then("bare").alias("isbn"),
    )
    number = frame["number"]
    number = number.set(_check_digits(number // 10) != number % 10, None)
    if frame["isbn"].null_count() < frame.height:
        number = number.zip_with(number.is_not_null(), _isbn_13s(frame["isbn"]))
    padded = number.cast(pl.String).str.zfill(14)
    return padded.set(_identifies_nothing(number, frame["length"]), None).rename(texts.name)


def is_gtin_14(text: pl.Expr) -> pl.Expr:
    """Whether a text is 14 digits of which the last is the check digit of the others; null for null."""
    return text.map_batches(_are_gtin_14, return_dtype=pl.Boolean)


def mpns(texts: pl.Series) -> pl.Series:
    """Manufacturer part numbers in normal form: upper case, no marks and spaces round them; null for placeholders."""
    frame = pl.DataFrame({"text": texts}).select(folded(pl.col("text")).str.to_uppercase().alias("text"))
    normal = pl.col("text").str.replace(r"^[^\p{L}\p{N}(]+", "").str.replace(r"[^\p{L}\p{N}+)]+$", "")
    frame = frame.with_columns(normal.alias("normal"))
    opened, closed = (pl.col("normal").str.contains(mark, literal=True) for mark in "()")
    inner = pl.col("normal").str.extract(r"^\(([^()]*)\)$")
    # What a parenthesis held together may begin or end in marks of its own: these go with it.
    bare = pl.coalesce(pl.when(opened != closed).then("normal"), inner)
    bare = bare.str.replace(r"^[^\p{L}\p{N}]+", "").str.replace(r"[^\p{L}\p{N}+]+$", "")
    frame = frame.with_columns(pl.coalesce(bare, "normal").alias("normal"))
    stated = pl.col("normal").str.contains(r"[\p{L}\p{N}]") & ~pl.any_horizontal(
        pl.col(column).is_in(_NO_MPN) for column in ("text", "normal")
    )
    return frame.select(pl.when(stated).then("normal")).to_series().rename(texts.name)


def addresses(texts: pl.Series) -> pl.Series:
    """The first http or https address of each cell (an address, several, or JSON of them), null where there is none.

    Any other scheme (`javascript:`, `data:`, `file:`) and relative addresses are null.
    """
    bare = texts.str.strip_chars()
    found = where(bare, bare.str.contains(r"^[\[{]"), _first_in_json)
    found = found.str.replace(r"[,;|\s]+(?i:https?)://.*$", "").str.replace(r"\s.*$", "")
    found = found.str.replace_all("&amp;", "&", literal=True)
    return found.set(~found.str.contains(ADDRESS), None).rename(texts.name)


def _first_in_json(texts: pl.Series) -> pl.Series:
    found = texts.str.extract(r'"((?i:https?):\\?/\\?/[^"\s<>]+)"')
    return found.str.replace_all("\\/", "/", literal=True).str.replace_all("\\u0026", "&", literal=True)


def _check_digits(bodies: pl.Series) -> pl.Series:
    """GS1 check digits of numbers without theirs: digits weighted 3, 1, 3 ... from the right."""
    total = bodies % 10 * 3
    for place in range(1, 13):
        total = total + bodies // 10**place % 10 * (1 if place % 2 else 3)
    return (10 - total % 10) % 10


def _isbn_13s(isbns: pl.Series) -> pl.Series:
    """ISBN-10s as numbers of thirteen digits (978 and a new check digit); null where their own check digit is wrong."""
    nine = isbns.str.slice(0, 9).cast(pl.Int64)
    total = isbns.str.slice(9, 1).replace("X", "10").cast(pl.Int64)
    for place in range(9):
        total = total + nine // 10**place % 10 * (place + 2)
    body = nine + 978_000_000_000
    number = body * 10 + _check_digits(body)
    return number.set(total % 11 != 0, None)


def _identifies_nothing(numbers: pl.Series, lengths: pl.Series) -> pl.Series:
    """Which valid numbers are placeholders, or only unique within one shop."""
    as_13 = numbers % 10**13
    restricted = numbers.is_in(PLACEHOLDER_GTINS) | (numbers == 0)
    for prefix in _RESTRICTED_13:
        restricted = restricted | (as_13 // 10 ** (13 - len(prefix)) == int(prefix)) & (lengths != 8)
    restricted = restricted | (lengths == 8) & (numbers // 10**7).is_in([0, 2])
    padded = numbers.cast(pl.String)
    return restricted | padded.str.contains("^(?:1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,})[0-9]$")


def _are_gtin_14(texts: pl.Series) -> pl.Series:
    digits = texts.str.contains("^[0-9]{14}$")
    numbers = texts.set(~digits, "0").cast(pl.Int64)
    return digits & (_check_digits(numbers // 10) == numbers % 10) & (numbers > 0)
