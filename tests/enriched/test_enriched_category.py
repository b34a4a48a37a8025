"""Categories by the supplier's path, by words of the name, or by both."""

import polars as pl
import pytest

from catalog_assets.enriched.category import ALIASES, FOUND, KEYWORDS, categories
from catalog_assets.enriched.priors import PRIORS
from catalog_assets.vocabulary.categories import CATEGORIES
from tests.enriched.enriched_frames import contents, proposed


def found(name, path=None):
    """(category, kind, evidence) of one product, or None."""
    texts = pl.DataFrame({"row": [0], "name": [name], "category_path": [path]},
                         schema={"row": pl.UInt32, "name": pl.String, "category_path": pl.String})  # fmt: skip
    rows = categories(texts, PRIORS)
    assert rows.schema == FOUND
    return rows.select("category", "kind", "evidence").rows()[0] if rows.height else None


@pytest.mark.parametrize(
    ("name", "path", "category", "kind"),
    [
        ("X1", "Audio > Headphones", "Electronics > Audio > Headphones", "category path"),
        ("X1", "computers > MONITORS", "Computers > Monitors", "category itself"),
        ("Red sofa", "Electronics>audio >  HEADPHONES", "Electronics > Audio > Headphones", "category itself"),
        ("Red sofa", "headphones", "Electronics > Audio > Headphones", "category itself"),
        ("Red sofa", "Pets", "Pets", "category itself"),
        ("Sony headphones", "Audio > Headphones", "Electronics > Audio > Headphones", "category path and name"),
        ("Red sofa", "Audio > Headphones", "Electronics > Audio > Headphones", "category path against name"),
        ("X1", "Headphones > Odds and ends", "Electronics > Audio > Headphones", "category parent"),
        ("Red sofa", None, "Home > Furniture", "category name"),
        ("Red sofa", "Odds and ends", "Home > Furniture", "category name"),
        ("Casablanca - DVD", None, "Films > DVD", "category name ending"),
        ("Chair and headphones", None, "Electronics > Audio > Headphones", "category name divided"),
        ("Laptop with 256GB SSD", None, "Computers > Laptops", "category name"),
        ("Wall mount for television", None, "Electronics > TV & Home Cinema > TV Accessories", "category name"),
        ("Camera bag", None, "Electronics > Cameras & Photo", "category name"),
    ],
)
def test_a_category(name, path, category, kind):
    answer = found(name, path)
    assert answer is not None
    assert answer[:2] == (category, kind)


@pytest.mark.parametrize("name", ["", "X1", "sofä", "(.*)", "\x00", "ignorance"])
def test_no_category(name):
    assert found(name) is None


def test_agreement_raises_and_contradiction_lowers():
    assert PRIORS["category path and name"] > PRIORS["category path"] > 0.85 > PRIORS["category path against name"]
    assert PRIORS["category name"] > PRIORS["category name divided"]


def test_the_evidence_is_the_path_or_the_words():
    assert found("X1", "Audio > Headphones")[2] == "Audio > Headphones"
    assert found("Big RED SOFA!", None)[2] == "SOFA"


def test_an_alias_of_several_categories_is_decided_by_the_name():
    alias = ALIASES.filter(pl.col("shared") > 1)["alias"].sort()[0]
    options = ALIASES.filter(pl.col("alias") == alias)["category"].to_list()
    assert found("X1", alias)[1] == "category name divided"
    for option in options:
        own = KEYWORDS.filter(pl.col("category") == option, pl.col("keyword").is_unique())
        word = own.sort("weight", descending=True)["keyword"][0]
        answer = found(word, alias)
        assert answer[0] in options


def test_the_answer_is_complete_and_of_the_taxonomy():
    row = proposed("category", name="Red sofa")
    assert row["value"] in CATEGORIES
    assert (row["method"], row["unit"]) == ("rule", None)
    assert row["confidence"] == PRIORS["category name"]
    assert (row["evidence"], row["field"]) == ("sofa", "name")
    assert row["model_version"].startswith("rules-")
    assert len(row["question_id"]) == 32


def test_no_category_is_no_answer():
    assert proposed("category", name="X1") == {}


@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("X1", "Audio > Headphones", "category_path"),
        ("Red sofa", "Audio > Headphones", "category_path"),
        ("Red sofa", "Odds and ends", "name"),
        ("Chair and headphones", None, "name"),
    ],
)
def test_the_field_is_the_text_of_the_evidence(name, path, field):
    row = proposed("category", name=name, category_path=path)
    assert row["field"] == field
    assert row["evidence"] in {"name": name, "category_path": path}[field]


def test_aliases_and_keywords_are_of_the_taxonomy():
    assert set(ALIASES["category"]) == set(CATEGORIES)
    assert set(KEYWORDS["category"]) <= set(CATEGORIES)
    assert contents({"name": "x"}).height == 1
