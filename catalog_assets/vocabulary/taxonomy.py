"""Category trees of others and our own, in one form.

Belongs here: what a taxonomy is, and reading the published forms of Google and Shopify from their text. Does not belong
here: opening files (the caller's), the words of our own taxonomy (`categories.py`), and how a supplier's path finds its
node (`category_mapping`).

Forms: Google's product taxonomy with ids, `taxonomy-with-ids.en-US.txt` (support.google.com/merchants/answer/6324436),
Shopify's `categories.txt` (github.com/Shopify/product-taxonomy, `dist/`), and Shopify's as a table of ids and parents.
"""

import re
from dataclasses import dataclass

import polars as pl

from catalog_assets.vocabulary.categories import CATEGORIES

SEPARATOR = " > "
NODES = pl.Schema(
    {
        "node": pl.UInt32(), "id": pl.String(), "path": pl.String(), "levels": pl.List(pl.String()),
        "depth": pl.UInt32(), "parent": pl.UInt32(), "is_leaf": pl.Boolean(),
    }
)  # fmt: skip
"""A row for each node. node: 0, 1, 2 ... in the order of the rows; levels: names from the top down, joined in `path`;
depth: how many; parent: its node, null at the top."""

_LINE = pl.Schema({"line": pl.UInt32(), "id": pl.String(), "path": pl.String()})
_GOOGLE = r"^(?<id>\d+) - (?<path>\S.*)$"
_SHOPIFY = r"^gid://shopify/TaxonomyCategory/(?<id>[a-z]{2}(?:-\d+)*)\s+: (?<path>\S.*)$"
_COLUMNS = ("id", "name", "parent_id", "full_path")


class TaxonomyError(ValueError):
    """A text that is no taxonomy. name: which one was read; line: where (1 is the first), None for all of it."""

    def __init__(self, name: str, line: int | None, reason: str) -> None:
        self.name, self.line, self.reason = name, line, reason
        super().__init__(f"{name}, line {line}: {reason}" if line else f"{name}: {reason}")


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """name: whose it is; version: as its publisher states it, empty if not stated; nodes: NODES."""

    name: str
    version: str
    nodes: pl.DataFrame


def google(text: str) -> Taxonomy:
    """Google's form: `id - A > B > C` on each line after a comment with the version. Raises TaxonomyError."""
    form = "'id - Level > Level'; of Google's two files take the one with ids"
    return Taxonomy(
        "Google", _version(text, r"Version: *(\S+)"), _built("Google", _lines(text, _GOOGLE, "Google", form))
    )


def shopify(text: str) -> Taxonomy:
    """Shopify's `categories.txt`: `gid://shopify/TaxonomyCategory/aa-1 : A > B`. Raises TaxonomyError."""
    form = "'gid://shopify/TaxonomyCategory/aa-1 : Level > Level'"
    read = _lines(text, _SHOPIFY, "Shopify", form)
    return Taxonomy("Shopify", _version(text, r"Categories: *(\S+)"), _built("Shopify", read))


def shopify_table(text: str) -> Taxonomy:
    """Shopify's as CSV: id, name, parent_id, full_path; other columns are left alone. Raises TaxonomyError."""
    name = "Shopify"
    try:
        rows = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise TaxonomyError(name, None, f"this is no CSV table ({str(error).splitlines()[0]}).") from None
    missing = [column for column in _COLUMNS if column not in rows.columns]
    if missing:
        raise TaxonomyError(name, 1, f"the header lacks {', '.join(missing)}; needed are {', '.join(_COLUMNS)}.")
    lines = rows.with_row_index("line", offset=2).rename({"full_path": "path"})
    nodes = _built(name, lines.select(pl.col(column).cast(kind) for column, kind in _LINE.items()))
    stated = lines.select("line", "id", "name", pl.col("parent_id").alias("parent_stated"))
    _check_table(name, nodes, stated)
    return Taxonomy(name, "", nodes)


def compact() -> Taxonomy:
    """The project's own taxonomy; an id is the path itself, and levels above the leaves are nodes too."""
    levels = [path.split(SEPARATOR) for path in CATEGORIES]
    paths = dict.fromkeys(SEPARATOR.join(names[: up + 1]) for names in levels for up in range(len(names)))
    lines = pl.DataFrame({"path": list(paths)}).with_row_index("line", offset=1)
    return Taxonomy("Catalog Assets", "", _built("Catalog Assets", lines.select("line", id="path", path="path")))


def _version(text: str, pattern: str) -> str:
    """What the leading comments say."""
    comments = [line for line in text.lstrip("\ufeff").split("\n", 9)[:9] if line.startswith("#")]
    found = re.search(pattern, "\n".join(comments))
    return found.group(1) if found else ""


def _lines(text: str, pattern: str, name: str, form: str) -> pl.DataFrame:
    """line, id, path of each line that is neither empty nor a comment."""
    each = pl.DataFrame({"text": text.lstrip("\ufeff").splitlines()}, schema={"text": pl.String})
    told = each.with_row_index("line", offset=1).with_columns(pl.col("text").str.strip_chars())
    told = told.filter((pl.col("text") != "") & ~pl.col("text").str.starts_with("#"))
    read = told.with_columns(pl.col("text").str.extract_groups(pattern).alias("read")).unnest("read")
    _refuse(name, read.filter(pl.col("path").is_null()), f"'{{text}}' is not of the form {form}.")
    return read.select(pl.col(column).cast(kind) for column, kind in _LINE.items())


def _built(name: str, lines: pl.DataFrame) -> pl.DataFrame:
    """NODES of lines (line, id, path), or what is wrong with them."""
    if lines.is_empty():
        raise TaxonomyError(name, None, "there is no category in it.")
    trimmed = pl.element().str.strip_chars()
    told = lines.with_columns(pl.col("path").str.split(">").list.eval(trimmed).alias("levels")).with_columns(
        pl.col("levels").list.join(SEPARATOR).alias("path"),
        pl.col("levels").list.head(pl.col("levels").list.len() - 1).list.join(SEPARATOR).alias("above"),
    )
    _check(name, told)
    numbered = told.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("node"))
    parents = numbered.select(pl.col("path").alias("above"), pl.col("node").alias("parent"))
    joined = numbered.join(parents, on="above", how="left", maintain_order="left")
    _refuse(
        name,
        joined.filter(pl.col("parent").is_null() & (pl.col("above") != "")),
        "'{path}' stands below '{above}', which is nowhere in the file.",
    )
    above = joined["parent"].drop_nulls().unique()
    return joined.with_columns(
        pl.col("levels").list.len().alias("depth"), (~pl.col("node").is_in(above.implode())).alias("is_leaf")
    ).select(pl.col(column).cast(kind) for column, kind in NODES.items())


def _check(name: str, told: pl.DataFrame) -> None:
    """Refuses ids or paths that are missing or given twice, and levels without a name."""
    _refuse(name, told.filter(pl.col("id").fill_null("") == ""), "'{path}' has no id.")
    unnamed = pl.col("levels").is_null() | pl.col("levels").list.contains("")
    _refuse(name, told.filter(unnamed), "category '{id}' has a level without a name.")
    for what in ("id", "path"):
        again = told.filter(~pl.col(what).is_first_distinct())
        _refuse(name, again, f"the {what} '{{{what}}}' is there a second time.")


def _check_table(name: str, nodes: pl.DataFrame, stated: pl.DataFrame) -> None:
    """Refuses rows whose name or parent is not what their path says."""
    parents = nodes.select(pl.col("node").alias("parent"), pl.col("id").alias("parent_id"))
    both = stated.join(nodes, on="id", maintain_order="left").join(
        parents, on="parent", how="left", maintain_order="left"
    )
    other = pl.col("name") != pl.col("levels").list.last()
    _refuse(name, both.filter(other), "the name is '{name}', but the path is '{path}'.")
    unlike = pl.col("parent_stated").fill_null("") != pl.col("parent_id").fill_null("")
    _refuse(name, both.filter(unlike), "the parent is '{parent_stated}', but the path is '{path}'.")


def _refuse(name: str, rows: pl.DataFrame, sentence: str) -> None:
    """Raises TaxonomyError for the first of the rows, if there is one."""
    if rows.height:
        first = rows.sort("line").row(0, named=True)
        raise TaxonomyError(name, first["line"], sentence.format_map(first))
