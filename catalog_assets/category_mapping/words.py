"""What the levels of a category path say: words without case, accents, plurals and fillers.

Belongs here: one text form for suppliers' paths and for nodes. Does not belong here: how alike two are (`space.py`).
"""

import polars as pl

from catalog_assets.vocabulary.taxonomy import SEPARATOR

PATHS = pl.Schema(
    {
        "row": pl.UInt32(), "path": pl.String(), "levels": pl.List(pl.String()), "keys": pl.List(pl.String()),
        "depth": pl.UInt32(),
    }
)  # fmt: skip
"""row: 0, 1, 2 ...; levels: as written, from the top down; keys: the words of each level, joined by spaces."""

MAX_LEVELS = 10
"""Of a longer path the last levels count: the top of a very long one is the shop's own name."""
_WORD = r"[\p{L}\p{M}\p{N}]+"
_ACCENTS = "[\u0300-\u036f]"
_FILLERS = ("and", "or", "of", "the", "for", "a", "an", "to", "with", "in", "by", "etc")


def described(paths: pl.Series) -> pl.DataFrame:
    """PATHS of distinct paths whose levels are joined by ' > ', one row each, in their order."""
    parted = pl.col("path").str.split(">").list.eval(pl.element().str.strip_chars()).list.tail(MAX_LEVELS)
    named = pl.DataFrame({"path": paths.cast(pl.String)}).with_columns(
        parted.list.eval(pl.element().filter(pl.element() != "")).alias("levels")
    )
    keys = pl.col("levels").list.eval(_key(pl.element())).alias("keys")
    return named.with_columns(keys, pl.col("levels").list.len().alias("depth")).with_row_index("row").select(*PATHS)


def path_key(keys: pl.Expr) -> pl.Expr:
    """The whole path as one text, by which two spellings of one path are equal."""
    return keys.list.join(SEPARATOR)


def _key(level: pl.Expr) -> pl.Expr:
    """The stems of a level, joined by spaces. A level of fillers only keeps its own text."""
    plain = level.str.normalize("NFKD").str.replace_all(_ACCENTS, "").str.to_lowercase()
    words = plain.str.replace_all(r"['’]s\b", "").str.extract_all(_WORD)
    told = words.list.eval(_stem(pl.element().filter(~pl.element().is_in(_FILLERS)))).list.join(" ")
    return pl.when(told != "").then(told).otherwise(plain)


def _stem(word: pl.Expr) -> pl.Expr:
    """Singular of English plurals: the S-stemmer (Harman, "How effective is suffixing?", 1991)."""
    # Composed again, so that a letter of another script is one character as in every other text of ours.
    word = word.str.normalize("NFC")
    return (
        pl.when(word.str.len_chars() < 4)
        .then(word)
        .when(word.str.contains("[^ea]ies$"))
        .then(word.str.replace("ies$", "y"))
        .when(word.str.contains("(?:ss|x|ch|sh)es$"))
        .then(word.str.replace("es$", ""))
        .when(word.str.contains("[^us]s$"))
        .then(word.str.replace("s$", ""))
        .otherwise(word)
    )
