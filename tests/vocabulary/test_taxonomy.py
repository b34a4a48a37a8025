"""Taxonomies: three published forms and our own, and what is no taxonomy."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.taxonomy import NODES, SEPARATOR, TaxonomyError, compact, google, shopify, shopify_table

GOOGLE = """# Google_Product_Taxonomy_Version: 2030-01-02
7 - Garden
8 - Garden > Tools
31 - Garden > Tools > Rakes
"""
SHOPIFY = """# Shopify Product Taxonomy - Categories: 2031-04
# Format: {GID} : {Ancestor name} > ... > {Category name}

gid://shopify/TaxonomyCategory/ga       : Garden
gid://shopify/TaxonomyCategory/ga-1     : Garden > Tools
gid://shopify/TaxonomyCategory/ga-1-12  : Garden > Tools > Rakes
"""
TABLE = """id,name,parent_id,full_path,attributes
ga,Garden,,Garden,color
ga-1,Tools,ga,Garden > Tools,
ga-1-12,Rakes,ga-1,Garden > Tools > Rakes,color|size
"""


def rows(taxonomy):
    return taxonomy.nodes.select("id", "path", "depth", "parent", "is_leaf").rows()


def tree(*ids):
    paths = ("Garden", "Garden > Tools", "Garden > Tools > Rakes")
    return [(ids[i], paths[i], i + 1, None if i == 0 else i - 1, i == 2) for i in range(3)]


def test_each_form_is_read():
    assert rows(google(GOOGLE)) == tree("7", "8", "31")
    assert rows(shopify(SHOPIFY)) == rows(shopify_table(TABLE)) == tree("ga", "ga-1", "ga-1-12")
    assert google(GOOGLE).nodes.schema == NODES
    assert google(GOOGLE).nodes["levels"].to_list()[2] == ["Garden", "Tools", "Rakes"]


def test_the_publishers_version_is_kept():
    assert (google(GOOGLE).version, shopify(SHOPIFY).version) == ("2030-01-02", "2031-04")
    assert google("1 - A").version == ""


def test_marks_and_line_ends_of_windows_change_nothing():
    assert rows(google("\ufeff" + GOOGLE.replace("\n", "\r\n"))) == rows(google(GOOGLE))
    assert google("\ufeff" + GOOGLE).version == "2030-01-02"


def test_a_parent_may_come_after_its_children():
    assert google("2 - A > B\n1 - A\n").nodes.select("path", "parent").rows() == [("A > B", 1), ("A", None)]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("1 - A\nA > B\n", 2, "'A > B' is not of the form 'id - Level > Level'"),
        ("# note\n\n1 - A\n1 - B\n", 4, "the id '1' is there a second time"),
        ("1 - A\n2 - A\n", 2, "the path 'A' is there a second time"),
        ("1 - A\n2 - A > B > C\n", 2, "stands below 'A > B', which is nowhere in the file"),
        ("1 - A\n2 - A >  > C\n", 2, "category '2' has a level without a name"),
        ("1 - A\n2 - {x} y\n{id}\n", 3, "'{id}' is not of the form"),
        ("# nothing but this\n", None, "there is no category in it"),
        ("", None, "there is no category in it"),
    ],
)
def test_what_is_no_taxonomy_is_named_with_its_line(text, line, says):
    with pytest.raises(TaxonomyError) as caught:
        google(text)
    assert caught.value.line == line
    assert says in str(caught.value)
    assert f"line {line}" in str(caught.value) or line is None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("id,name\n1,A\n", 1, "the header lacks parent_id, full_path"),
        (TABLE.replace("ga-1-12,Rakes", "ga-1-12,Spades"), 4, "the name is 'Spades', but the path is"),
        (TABLE.replace("ga-1-12,Rakes,ga-1", "ga-1-12,Rakes,ga"), 4, "the parent is 'ga', but the path is"),
        (TABLE.replace("ga-1,Tools", ",Tools"), 3, "has no id"),
        ("", None, "this is no CSV table"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(text, line, says):
    with pytest.raises(TaxonomyError, match=says) as caught:
        shopify_table(text)
    assert caught.value.line == line


def test_googles_form_is_not_shopifys():
    with pytest.raises(TaxonomyError, match="line 2: '7 - Garden' is not of the form 'gid:"):
        shopify(GOOGLE)


def test_ours_has_every_category_and_all_levels_above():
    nodes = compact().nodes
    assert set(CATEGORIES) <= set(nodes["path"])
    assert nodes.filter((pl.col("depth") > 1) & pl.col("parent").is_null()).is_empty()
    leaves = set(nodes.filter("is_leaf")["path"])
    assert leaves <= set(CATEGORIES)


NAME = st.text(st.characters(categories=["L", "N"], include_characters="&,'-"), min_size=1, max_size=8)


@given(st.lists(st.lists(NAME, min_size=1, max_size=4), min_size=1, max_size=8))
def test_what_is_written_in_googles_form_is_read_back(branches):
    paths = list(dict.fromkeys(SEPARATOR.join(b[: n + 1]) for b in branches for n in range(len(b))))
    nodes = google("".join(f"{n} - {path}\n" for n, path in enumerate(paths))).nodes
    assert nodes["path"].to_list() == paths
    up = nodes.join(
        nodes.select(pl.col("node").alias("parent"), pl.col("path").alias("above")), on="parent", how="left"
    )
    for path, above in up.select("path", "above").rows():
        assert path.rpartition(SEPARATOR)[0] == (above or "")
    assert set(nodes.filter(~pl.col("is_leaf"))["path"]) == set(up["above"].drop_nulls())
