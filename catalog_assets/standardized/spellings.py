"""How brands are spelled, as the catalogue and the people who work on it have taught it: a release.

Belongs here: which of two spellings is the name, what is learned from people's words and from case alone, and a
release's bytes. Does not belong here: cleaning (`names.py`), which pairs are asked about (`matched/brand_pairs.py`),
and reading brands, words and releases (`stage.py`, `matched/known.py`).

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
SAID = pl.Schema({"spelling": pl.String(), "name": pl.String(), "annotator": pl.String(), "sequence": pl.Int64()})
"""What people said: that the spelling means the brand of that name; who, and where in the journal."""
_FORMS = "inc|llc|ltd|limited|gmbh|ag|kg|se|co|corp|corporation|company|sa|srl|spa|sarl|bv|nv|ab|oy|plc"
LEGAL = rf"(?i)[\s,]+(?:{_FORMS})\.?$"
"""A legal form at the end of a brand."""
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
        known = known and len(names) <= _MOST and all(_is_pair(*pair) for pair in (*names.items(), *by.items()))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        known = False
    if not known:
        raise UnknownRelease("These bytes are no release of brands' spellings: write one with `catalog brands learn`.")
    odd = next((spelling for spelling in names if spelling != spelling.lower() or spelling in NONE), None)
    if odd is not None:
        raise UnknownRelease(f"{odd!r} is no lower-case spelling of a brand.")
    return Spellings(names, by, told["facts"])


def _is_pair(spelling: object, name: object) -> bool:
    return all(isinstance(text, str) and text.strip() == text != "" for text in (spelling, name))


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


def learned(brands: pl.Series, said: pl.DataFrame, earlier: Spellings | None = None) -> Spellings:
    """What the catalogue's brands and people's words teach.

    brands: as offers state them now, with repetitions or without; said: SAID; earlier: the release by which these
    brands are spelled already: what it joined by case alone is no longer seen, and stays. Of two words on one spelling
    the later counts. Words that lead in a circle (a means b, b means a) teach nothing, and are told in the facts.
    """
    named = said.with_columns(pl.col("spelling").str.to_lowercase().alias("lower")).filter(
        pl.col("lower") != pl.col("name").str.to_lowercase(), ~pl.col("lower").is_in(NONE)
    )
    last = named.sort("sequence").unique("lower", keep="last", maintain_order=True).sort("lower")
    people = dict(last.select("lower", "name").iter_rows())
    kept = {} if earlier is None else {name: to for name, to in earlier.names.items() if name not in earlier.by}
    names, circular = followed(by_case(brands) | kept | people)
    by = {lower: who for lower, who in last.select("lower", "annotator").iter_rows() if lower in names}
    facts = {"of_people": len(by), "of_case": len(names) - len(by), "in_circles": sorted(circular)}
    return Spellings(names, by, facts)


def followed(names: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Each spelling's name where names are spellings of other names in turn; and the spellings that only lead back to
    themselves, which are left out. names: lower-case spelling -> name."""
    ends: dict[str, str] = {}
    circular: set[str] = set()
    for spelling, name in names.items():
        seen = {spelling}
        while name.lower() in names and names[name.lower()] != name and name.lower() not in seen:
            seen.add(name.lower())
            name = names[name.lower()]
        if name.lower() in names and names[name.lower()] != name:
            circular.add(spelling)
        else:
            ends[spelling] = name
    return ends, circular
