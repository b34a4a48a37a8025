"""How brands are spelled, as the catalogue and the people who work on it have taught it: a release.

Belongs here: which of two spellings is the name, and a release's bytes. Does not belong here: cleaning (`names.py`),
which pairs are asked about (`matched/brand_pairs.py`), and what is learned from the answers
(`matched/brand_lessons.py`).

Spellings that differ in large and small letters alone are one brand without a question. Everything else a person has
said: that a spelling means a brand, or another one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from catalog_assets.releases import UnknownRelease, version_of
from catalog_assets.standardized.names import brand_spellings, brands
from catalog_assets.vocabulary.brands import CANONICAL, NONE

RELEASE = "brands"
"""What its releases are called in the journal."""
_FORMS = "inc|llc|ltd|limited|gmbh|ag|kg|se|co|corp|corporation|company|sa|srl|spa|sarl|bv|nv|ab|oy|plc"
LEGAL = rf"(?i)[\s,]+(?:{_FORMS})\.?$"
"""A legal form at the end of a brand."""
_PARTS = ("names", "by", "case")
_PAIR = {"spelling": pl.String, "name": pl.String}
_FORMAT = 1
_MOST = 200_000
"""Spellings that a release may hold; more is no list that people made."""


@dataclass(frozen=True)
class Spellings:
    """A release. names: lower-case spelling -> the brand's name; by: of those that people taught, lower-case spelling
    -> who; case: of brands that were written in several ways that differ in case alone, lower-case spelling -> how they
    are written now; facts: what it was learned from, for people."""

    names: Mapping[str, str]
    by: Mapping[str, str]
    case: Mapping[str, str]
    facts: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """Its bytes; the same content always gives the same."""
        told = {"format": _FORMAT, "facts": dict(self.facts)} | {name: dict(getattr(self, name)) for name in _PARTS}
        return json.dumps(told, sort_keys=True, ensure_ascii=False).encode()

    @property
    def version(self) -> str:
        """12 hex digits over its bytes."""
        return version_of(self.to_bytes())


def read_spellings(data: bytes) -> Spellings:
    """A release of its bytes. Raises UnknownRelease."""
    try:
        told = json.loads(data)
        parts = [told[name] for name in _PARTS]
        known = type(told["format"]) is int and told["format"] == _FORMAT and isinstance(told["facts"], dict)
        known = known and all(_is_names(part) for part in parts)
        names, by, case = parts
        odd = next(iter({*_odd(names), *_odd(case), *(set(by) - set(names)), *(set(names) & set(NONE))}), None)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        known = False
    if not known:
        raise UnknownRelease("These bytes are no release of brands' spellings: write one with `catalog brands learn`.")
    if odd is not None:
        raise UnknownRelease(f"{odd!r} is no lower-case spelling of a brand with a name.")
    return Spellings(names, by, case, told["facts"])


def usable_spellings(data: bytes) -> Spellings:
    """The same of bytes that come into force: every brand that it knows must come to rest at a name. Raises
    UnknownRelease."""
    found = read_spellings(data)
    lost = sorted(restless(found.names))
    if lost:
        raise UnknownRelease(
            f"{lost[0]!r} leads back to itself, or to nothing that is a brand: learn the release anew."
        )
    return found


def restless(names: Mapping[str, str], chosen: Mapping[str, Sequence[str]] = MappingProxyType({})) -> set[str]:
    """The spellings that would leave an offer without a brand, whatever it says: those whose name is a spelling of
    another that is a spelling of it, by way of the vocabulary or of signs that are taken off, or is no brand's.
    names: lower-case spelling -> name; chosen: `brands` of the configuration."""
    told = pl.Series("name", list(names.values()), pl.String)
    rests = brands(told, brand_spellings(chosen, names))
    return {spelling for spelling, at_rest in zip(names, rests, strict=True) if at_rest is None}


def _is_names(part: object) -> bool:
    return isinstance(part, dict) and len(part) <= _MOST and all(isinstance(name, str) for name in part.values())


def _odd(names: Mapping[str, str]) -> list[str]:
    """Spellings that no brand is compared with, for it is compared stripped and in small letters; and those of a name
    that nothing would be left of."""
    rows = pl.DataFrame({"spelling": list(names), "name": list(names.values())}, schema=_PAIR)
    spelling, name = pl.col("spelling"), pl.col("name")
    strange = (spelling != spelling.str.to_lowercase()) | (spelling != spelling.str.strip_chars()) | (spelling == "")
    return rows.filter(strange | (name != name.str.strip_chars()) | (name == ""))["spelling"].to_list()


def by_case(stated: pl.Series) -> dict[str, str]:
    """Lower-case spelling -> how it is to be written, of brands that are written in several ways that differ in case
    alone: as the vocabulary has it, else in large and small letters, else as most offers have it. stated: by offers."""
    counted = stated.drop_nulls().alias("brand").to_frame().group_by("brand").len()
    lower = counted.with_columns(pl.col("brand").str.to_lowercase().alias("lower"))
    several = lower.filter(pl.len().over("lower") > 1)
    brand = pl.col("brand")
    one_case = (brand == brand.str.to_uppercase()) | (brand == brand.str.to_lowercase())
    order = [~brand.is_in(list(CANONICAL.values())), one_case, -pl.col("len").cast(pl.Int64), brand]
    ordered = several.sort("lower", *order).unique("lower", keep="first", maintain_order=True)
    return dict(ordered.select("lower", "brand").iter_rows())
