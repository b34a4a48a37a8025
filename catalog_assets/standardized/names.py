"""Brands and the supplier's own category paths.

Belongs here: names that suppliers write in several ways, in one spelling. Does not belong here: the project's
categories (enrichment finds those).
"""

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import polars as pl

from catalog_assets.standardized.text import ROUNDS, json_value, on_distinct, plain, where
from catalog_assets.vocabulary.brands import CANONICAL, NONE

SEPARATOR = " > "
NOTHING: Mapping[str, str] = MappingProxyType({})
_LEVEL_KEYS = ("name", "title", "label", "category", "value")
_ARROWS = "[>»›→]"
_OPENING = "<([A-Za-z/!?])"


def brand_spellings(chosen: Mapping[str, Sequence[str]], learned: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """Lower-case spelling -> the brand's name: the vocabulary's, but where people have taught another, or configuration
    has chosen one, which stands above all.

    chosen: name -> other spellings; learned: lower-case spelling -> name, as in a release. A name or spelling of the
    vocabulary's brand takes all its spellings along.
    """
    configured = {spelling.lower(): name for name, others in chosen.items() for spelling in (*others, name)}
    return _above(_above(CANONICAL, learned), configured)


def _above(known: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """What is known, with what is said above it: known names that are said to be spellings get the name said, and a
    name that is said and known as a spelling gets the name known."""
    said = {written: name if name.lower() in said else known.get(name.lower(), name) for written, name in said.items()}
    wanted = {known.get(spelling, spelling).lower(): name for spelling, name in said.items()}
    moved = {spelling: wanted.get(name.lower(), name) for spelling, name in known.items()}
    return {**moved, **said}


def brands(texts: pl.Series, spellings: Mapping[str, str] = CANONICAL) -> pl.Series:
    """Brands in canonical spelling; null for placeholders. A brand without `spellings` keeps its own.

    spellings: `brand_spellings`. What is canonical stays as it is. Null is also what still changes after `ROUNDS`
    rounds: nobody's brand is.
    """
    return on_distinct(texts.cast(pl.String), functools.partial(_brands, spellings=spellings))


def _brands(texts: pl.Series, spellings: Mapping[str, str]) -> pl.Series:
    # What is taken off may have parted the pieces of a tag, an entity or another sign: so until nothing changes.
    once = functools.partial(_brands_once, spellings=spellings)
    todo = texts.is_not_null()
    for _ in range(ROUNDS):
        before, texts = texts, where(texts, todo, once)
        todo = (texts != before).fill_null(False)
        if not todo.any():
            return texts
    return texts.set(todo, None)


def _brands_once(texts: pl.Series, spellings: Mapping[str, str]) -> pl.Series:
    name = pl.col("text").str.replace_all("[™®©]", "").str.replace(r"(?i)^(?:brand|merek|marca|marke) *: *", "")
    name = name.str.strip_chars(" ,;:\"'“”").str.replace_all(" +", " ")
    frame = plain(texts).alias("text").to_frame().select(name)
    # "Clarins(คาแรงส์)": the same name once more, in the script of the marketplace
    bare = pl.col("text").str.replace(r" *[(（][^()（）]*[^\x00-\x7f()（）][^()（）]*[)）]$", "")
    frame = frame.with_columns(bare.alias("bare")).with_columns(pl.col("bare").str.to_lowercase().alias("lower"))
    known = pl.col("lower").replace_strict(dict(spellings), default=None, return_dtype=pl.String)
    none = (pl.col("bare") == "") | pl.col("lower").is_in(NONE)
    return frame.select(pl.when(~none).then(pl.coalesce(known, "bare"))).to_series()


def category_paths(texts: pl.Series) -> pl.Series:
    """Supplier categories with their levels joined by ' > '; null where there is none.

    Read are JSON arrays of texts or of objects with a name, and texts in which levels are parted by `>` (or `»`, `›`,
    `→`), else by `|`, else by ` / `, else by `/`.
    """
    return on_distinct(texts, _category_paths)


def _category_paths(texts: pl.Series) -> pl.Series:
    levels = [_json_levels(text) if text is not None and text[:1] in "[{" else None for text in texts.to_list()]
    is_json = pl.Series([level is not None for level in levels], dtype=pl.Boolean)
    from_json = pl.Series([None if level is None else SEPARATOR.join(level) for level in levels], dtype=pl.String)
    text = plain(from_json.zip_with(is_json, texts))
    frame = pl.DataFrame({"text": text, "is_json": is_json})
    # An arrow that becomes `>` must not close a tag that was none before it.
    path = pl.col("text").str.replace_all(_ARROWS, ">").str.replace_all(_OPENING, "< ${1}")
    parts = (
        pl.when(pl.col("is_json") | path.str.contains(">", literal=True))
        .then(path.str.split(">"))
        .when(path.str.contains("|", literal=True))
        .then(path.str.split("|"))
        .when(path.str.contains(" / ", literal=True))
        .then(path.str.split(" / "))
        .otherwise(path.str.split("/"))
    )
    level = pl.element().str.strip_chars()
    joined = parts.list.eval(level.filter(level != "")).list.join(SEPARATOR)
    return frame.select(pl.when(joined != "").then(joined)).to_series()


def _json_levels(text: str) -> list[str] | None:
    """Levels of a JSON category, None where the text is no JSON."""
    found = json_value(text, number=lambda _: None)  # a number is no level
    if found is None:
        return None
    items = found if isinstance(found, list) else [found]
    if items and isinstance(items[0], list):
        items = items[0]  # several paths: the first
    return [level for level in (_level(item) for item in items) if level]


def _level(item: Any) -> str:
    if isinstance(item, dict):
        item = next((item[key] for key in _LEVEL_KEYS if isinstance(item.get(key), str)), "")
    return item.replace(">", " ").strip() if isinstance(item, str) else ""
