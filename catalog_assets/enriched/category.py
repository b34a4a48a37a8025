"""Which category of the taxonomy a product belongs to: by the supplier's own path, by words of its name, or by both.

Belongs here: reading paths and names, and how sure that makes us. Does not belong here: the taxonomy, its keywords and
aliases (`vocabulary/categories.py`), and how the answer is used to read attributes (`rules.py`).
"""

from collections.abc import Mapping

import polars as pl

from catalog_assets.enriched.patterns import (
    EDGE,
    HEAD,
    TAIL,
    alternatives,
    anonymous,
    edged,
    folded,
    folded_path,
    split,
    whole,
)
from catalog_assets.enriched.words import MEDIA
from catalog_assets.vocabulary.categories import CATEGORIES

FOUND = pl.Schema(
    {
        "row": pl.UInt32(),
        "category": pl.String(),
        "kind": pl.String(),
        "field": pl.String(),
        "evidence": pl.String(),
        "confidence": pl.Float64(),
    }
)
"""The category found for a row: how (a kind of the priors), by which path or words of the name (`field` tells which,
`evidence` quotes it), and how sure that makes us."""

LEVEL = ">"
HEAD_NOUN = 1.3
"""What the last keyword before "for" or "with" counts: a "camera bag" is a bag."""
LONGEST_END = 60
AFTER_FOR = 0.3
"""What a keyword counts behind "for" or "with": "case for iPhone" is no phone."""
DIVIDED_FROM = 0.67
"""From this share of the best category's score on, a second category makes the name divided."""

_TURN = r"(?i)^(.*?)[ ,](?:for|with|compatible|fits|para|untuk|für|fur|pour|cho|with|w/|by)[ ]"


def _aliases() -> pl.DataFrame:
    """alias (lower case), category, shared (by how many categories); a category's own names are aliases too."""
    rows = [
        (alias.lower(), category.path)
        for category in CATEGORIES.values()
        for alias in (*category.aliases, category.path.rsplit(f" {LEVEL} ", 1)[-1])
    ]
    frame = pl.DataFrame(rows, schema=["alias", "category"], orient="row").unique(maintain_order=True)
    return frame.with_columns(pl.len().over("alias").alias("shared"))


def _keywords() -> pl.DataFrame:
    """keyword (lower case), category, weight: more words and an earlier place in the category's list weigh more."""
    rows = [
        (keyword.lower(), category.path, len(keyword.split()) + 1 / (1 + place))
        for category in CATEGORIES.values()
        for place, keyword in enumerate(category.keywords)
        if edged(keyword)
    ]
    return pl.DataFrame(rows, schema=["keyword", "category", "weight"], orient="row").unique(
        ["keyword", "category"], keep="first", maintain_order=True
    )


def _own() -> dict[str, str]:
    """Own path (lower case) -> category, and own name where it is nothing else's."""
    alone = set(ALIASES.filter(pl.col("shared") == 1)["alias"])
    names = {path.rsplit(f" {LEVEL} ", 1)[-1].lower(): path for path in CATEGORIES}
    return {**{name: path for name, path in names.items() if name in alone}, **{p.lower(): p for p in CATEGORIES}}


ALIASES = _aliases()
OWN = _own()
ITSELF = "category itself"
KEYWORDS = _keywords()
SPECIFIED = 0.3
"""What a keyword counts behind an amount of memory: a laptop with "256GB SSD" is no drive."""
MEDIA_PATHS = tuple(path for path in CATEGORIES if path.startswith(MEDIA))
AMOUNT = r"(?P<amount>[0-9]{1,4}[ ]?[gtm]b[ \-])?"
KEYWORD = rf"(?i){HEAD}{EDGE}{AMOUNT}(?P<word>{alternatives(KEYWORDS['keyword'])}){EDGE}{TAIL}"
FIND_KEYWORD = anonymous(KEYWORD)


def categories(texts: pl.DataFrame, priors: Mapping[str, float]) -> pl.DataFrame:
    """FOUND for each row of `texts` (row, name, category_path) that anything is found for."""
    by_path = by_paths(texts["category_path"].drop_nulls().unique())
    named = by_names(texts)
    paths = texts.select("row", "category_path").join(by_path, on="category_path")
    return _both(paths, named).with_columns(
        pl.col("kind").replace_strict(dict(priors), return_dtype=pl.Float64).alias("confidence")
    ).select(FOUND.names())  # fmt: skip


def by_paths(paths: pl.Series) -> pl.DataFrame:
    """What distinct supplier paths mean: category_path, category, kind, shared; one row for each possible category.

    The deepest level that is an alias decides; a path that is as a whole a category's own path, or its own name where
    that is no other's, is that category.
    """
    frame = pl.DataFrame({"category_path": paths.cast(pl.String)})
    exact = frame.with_columns(
        folded_path(pl.col("category_path")).replace_strict(OWN, default=None, return_dtype=pl.String).alias("category")
    ).filter(pl.col("category").is_not_null())
    levels = (
        frame.join(exact, on="category_path", how="anti")
        .with_columns(pl.col("category_path").str.split(LEVEL).list.tail(8).list.reverse().alias("level"))
        .with_columns(pl.int_ranges(pl.col("level").list.len()).alias("up"))
        .explode("level", "up")
        .with_columns(folded(pl.col("level")).alias("alias"))
        .join(ALIASES, on="alias")
        .filter(pl.col("up") == pl.col("up").min().over("category_path"))
    )
    kind = pl.when(pl.col("up") == 0).then(pl.lit("category path")).otherwise(pl.lit("category parent"))
    itself = [pl.lit(ITSELF).alias("kind"), pl.lit(1, pl.UInt32).alias("shared")]
    named = levels.select("category_path", "category", kind.alias("kind"), pl.col("shared").cast(pl.UInt32))
    return pl.concat([exact.select("category_path", "category", *itself), named]).unique(
        ["category_path", "category"], keep="first", maintain_order=True
    )


def by_names(texts: pl.DataFrame) -> pl.DataFrame:
    """Categories that words of the names point to: row, category, score, words, ends, best and second score of the row.

    `ends`: a word for the category is the last of the name, where films and records say what they are ("... - DVD").
    """
    name = pl.col("name")
    found = texts.select(
        "row",
        name.str.extract_all(FIND_KEYWORD).alias("hit"),
        pl.coalesce(name.str.extract(_TURN), name).str.extract_all(FIND_KEYWORD).list.len().alias("ahead"),
        name.str.tail(LONGEST_END).alias("end"),
    )
    hits = found.with_columns(pl.int_ranges(pl.col("hit").list.len()).alias("place")).explode("hit", "place")
    hits = hits.drop_nulls("hit")
    ahead, last = pl.col("place") < pl.col("ahead"), pl.col("place") == pl.col("ahead") - 1
    share = pl.when(last).then(HEAD_NOUN).when(ahead).then(1.0).otherwise(AFTER_FOR)
    scored = (
        hits.join(_meanings(hits["hit"].unique()), on="hit")
        .with_columns(pl.col("end").str.ends_with(pl.col("hit")).alias("ends"))
        .sort("row", "place")
        .group_by("row", "category", maintain_order=True)
        .agg((pl.col("weight") * share).sum().round(6).alias("score"), pl.col("words").first(), pl.col("ends").any())
    )
    second = pl.col("score").get(1, null_on_oob=True).over("row").alias("second")
    ordered = scored.sort("row", pl.col("score").neg(), "category")
    return ordered.with_columns(pl.col("score").first().over("row").alias("best"), second)


def _meanings(hits: pl.Series) -> pl.DataFrame:
    """hit, words (the hit without what stands around it), category, weight."""
    parts = split(hits, KEYWORD).filter(whole("head"), whole("tail"))
    keyword = folded(pl.col("word"))
    exact = parts.with_columns(keyword.alias("keyword")).join(KEYWORDS, on="keyword")
    spaced = keyword.str.replace_all("-", " ", literal=True).alias("keyword")
    loose = parts.join(exact, on="hit", how="anti").with_columns(spaced).join(KEYWORDS, on="keyword")
    weight = pl.when(pl.col("amount").is_null()).then("weight").otherwise(SPECIFIED * pl.col("weight"))
    return pl.concat([exact, loose]).select("hit", pl.col("word").alias("words"), "category", weight.alias("weight"))


def _both(paths: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """One category a row: the path's, chosen by the name where the path allows several, or the name's alone."""
    lead = named.filter(pl.col("score") == pl.col("best")).unique("row", keep="first", maintain_order=True)
    clear = pl.col("second").is_null() | (pl.col("second") < DIVIDED_FROM * pl.col("best"))
    lead = lead.with_columns(clear.alias("clear"))
    agrees = (pl.col("score") >= DIVIDED_FROM * pl.col("best")).alias("agrees")
    support = named.select("row", "category", pl.col("score").alias("support"), agrees)
    of_path = (
        paths.join(support, on=["row", "category"], how="left")
        .with_columns(pl.col("support").fill_null(0), pl.col("agrees").fill_null(False))
        .sort("row", pl.col("support").neg(), "category")
        .unique("row", keep="first", maintain_order=True)
        .join(lead.select("row", pl.col("category").alias("other"), "clear"), on="row", how="left")
    )
    against = pl.col("clear").fill_null(False) & (pl.col("other") != pl.col("category"))
    leaf = pl.col("kind") == "category path"
    kind = (
        pl.when((pl.col("shared") > 1) & ~pl.col("agrees"))
        .then(pl.lit("category name divided"))
        .when(pl.col("agrees"))
        .then(pl.lit("category path and name"))
        .when(pl.col("kind") == ITSELF)
        .then("kind")
        .when(against & leaf)
        .then(pl.lit("category path against name"))
        .when(against)
        .then(pl.lit("category name divided"))
        .otherwise("kind")
    )
    by_path = [pl.lit("category_path").alias("field"), pl.col("category_path").alias("evidence")]
    with_path = of_path.select("row", "category", kind.alias("kind"), *by_path)
    alone = lead.join(with_path, on="row", how="anti").select(
        "row",
        "category",
        pl.when(pl.col("ends") & pl.col("category").is_in(MEDIA_PATHS))
        .then(pl.lit("category name ending"))
        .when("clear")
        .then(pl.lit("category name"))
        .otherwise(pl.lit("category name divided"))
        .alias("kind"),
        pl.lit("name").alias("field"),
        pl.col("words").alias("evidence"),
    )
    return pl.concat([with_path, alone])
