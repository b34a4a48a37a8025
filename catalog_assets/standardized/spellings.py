"""How brands are spelled, as the catalogue and the people who work on it have taught it: a release.

Belongs here: which of two spellings is the name, and a release's bytes. Does not belong here: cleaning (`names.py`),
which pairs are asked about (`matched/brand_pairs.py`), and what is learned from the answers
(`matched/brand_lessons.py`).

Spellings that differ in large and small letters alone are one brand without a question. Everything else a person has
said: that a spelling means a brand, or another one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.releases import UnknownRelease, version_of
from catalog_assets.vocabulary.brands import CANONICAL, NONE

RELEASE = "brands"
"""What its releases are called in the journal."""
_FORMS = "inc|llc|ltd|limited|gmbh|ag|kg|se|co|corp|corporation|company|sa|srl|spa|sarl|bv|nv|ab|oy|plc"
LEGAL = rf"(?i)[\s,]+(?:{_FORMS})\.?$"
"""A legal form at the end of a brand."""
_PAIR = {"spelling": pl.String, "name": pl.String}
_FORMAT = 1
_MOST = 200_000
"""Spellings that a release may hold; more is no list that people made."""


@dataclass(frozen=True)
class Spellings:
    """A release. names: lower-case spelling -> the brand's name; by: of those that people taught, lower-case spelling
    -> who; facts: what it was learned from, for people."""

    names: Mapping[str, str]
    by: Mapping[str, str]
    facts: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """Its bytes; the same content always gives the same."""
        told = {"format": _FORMAT, "facts": dict(self.facts), "names": dict(self.names), "by": dict(self.by)}
        return json.dumps(told, sort_keys=True, ensure_ascii=False).encode()

    @property
    def version(self) -> str:
        """12 hex digits over its bytes."""
        return version_of(self.to_bytes())


def read_spellings(data: bytes) -> Spellings:
    """A release of its bytes. Raises UnknownRelease."""
    try:
        told = json.loads(data)
        known = told["format"] == _FORMAT and isinstance(told["facts"], dict)
        names, by = told["names"], told["by"]
        known = known and isinstance(names, dict) and isinstance(by, dict)
        known = known and len(names) <= _MOST and all(isinstance(v, str) for v in (*names.values(), *by.values()))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        known = False
    if not known:
        raise UnknownRelease("These bytes are no release of brands' spellings: write one with `catalog brands learn`.")
    odd = next(iter({*_odd(names), *(set(by) - set(names)), *(set(names) & set(NONE))}), None)
    if odd is not None:
        raise UnknownRelease(f"{odd!r} is no lower-case spelling of a brand with a name.")
    return Spellings(names, by, told["facts"])


def _odd(names: Mapping[str, str]) -> list[str]:
    """Spellings that no brand is compared with, for it is compared stripped and in small letters; and those of a name
    that nothing would be left of."""
    rows = pl.DataFrame({"spelling": list(names), "name": list(names.values())}, schema=_PAIR)
    spelling, name = pl.col("spelling"), pl.col("name")
    strange = (spelling != spelling.str.to_lowercase()) | (spelling != spelling.str.strip_chars()) | (spelling == "")
    return rows.filter(strange | (name != name.str.strip_chars()) | (name == ""))["spelling"].to_list()


def rank(name: pl.Expr) -> list[pl.Expr]:
    """Sort keys by which of several spellings of one brand the first is its name: what the vocabulary knows, then
    without a legal form, then in large and small letters, then the shorter one; the rest makes the order total."""
    known = ~name.is_in(list(CANONICAL.values()))
    one_case = (name == name.str.to_uppercase()) | (name == name.str.to_lowercase())
    return [known, name.str.contains(LEGAL), one_case, name.str.len_chars(), name]


def by_case(brands: pl.Series) -> dict[str, str]:
    """Lower-case spelling -> the name, of brands that are spelled in several ways that differ in case alone."""
    distinct = brands.drop_nulls().unique().alias("brand").to_frame()
    lower = distinct.with_columns(pl.col("brand").str.to_lowercase().alias("lower"))
    several = lower.filter(pl.len().over("lower") > 1)
    ordered = several.sort("lower", *rank(pl.col("brand"))).unique("lower", keep="first", maintain_order=True)
    return dict(ordered.select("lower", "brand").iter_rows())
