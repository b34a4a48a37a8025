"""Which products are variants of one parent, and how a supplier's family is recognised."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.matched.parents import parent_keys
from catalog_assets.standardized.families import family
from catalog_assets.vocabulary.columns import ATTRIBUTE
from tests.frames import date
from tests.histories import Delivery, clustered, touch


def offers(*rows: tuple[str, str, str | None], days: dict[str, int] | None = None) -> pl.DataFrame:
    """(product_id, product_key, family), all of one source."""
    told = [
        {"source": "a", "product_id": i, "first_day": date((days or {}).get(i, 1)), "product_key": key, "family": fam}
        for i, key, fam in rows
    ]
    schema = {"source": pl.String, "product_id": pl.String, "first_day": pl.Date, "product_key": pl.String,
              "family": pl.String}  # fmt: skip
    return pl.DataFrame(told, schema=schema)


def together(found: pl.DataFrame) -> dict[str, set[str]]:
    keyed = found.with_columns(parent_keys(found).alias("parent")).drop_nulls("parent")
    return {parent: set(keys) for parent, keys in keyed.group_by("parent").agg("product_key").iter_rows()}


def test_products_that_share_a_family_have_one_parent() -> None:
    found = together(offers(("1", "p", "f"), ("2", "q", "f"), ("3", "r", "g"), ("4", "s", None)))
    assert list(found.values()) == [{"p", "q"}]


def test_families_hang_together_over_a_product_of_several_offers() -> None:
    found = together(offers(("1", "p", "f"), ("2", "q", "f"), ("3", "q", "g"), ("4", "r", "g")))
    assert list(found.values()) == [{"p", "q", "r"}]


def test_offers_of_one_product_alone_are_no_family() -> None:
    assert not together(offers(("1", "p", "f"), ("2", "p", "f")))


def test_the_parent_keeps_its_key_while_variants_come() -> None:
    few = offers(("5", "p", "f"), ("6", "q", "f"))
    more = offers(("1", "r", "f"), ("5", "p", "f"), ("6", "q", "f"), days={"1": 2})
    assert set(together(few)) == set(together(more))


def test_nothing_has_no_parent() -> None:
    assert parent_keys(offers()).is_empty()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqrst"), st.sampled_from(["f", "g", "h", None])), max_size=10))
def test_parents_are_connected_components(rows: list[tuple[str, str | None]]) -> None:
    found = {frozenset(keys) for keys in together(offers(*((str(n), *row) for n, row in enumerate(rows)))).values()}
    groups = [{key} for key in {key for key, _ in rows}]
    for fam in "fgh":
        mine = {key for key, of in rows if of == fam}
        hit = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine] + ([set().union(*hit)] if hit else [])
    assert found == {frozenset(group) for group in groups if len(group) > 1}


def test_a_new_variant_touches_its_sibling() -> None:
    """That there is a second variant makes a family of the first, which nobody delivered anew."""
    history = [Delivery("alpha", 1, {"a": {"family": "f"}}, full=False), Delivery("alpha", 2, {"b": {"family": "f"}},
               full=False)]  # fmt: skip
    members = touch(history, 2).members
    assert set(members["product_id"]) == {"a", "b"}
    assert members["parent_key"].n_unique() == 1
    assert clustered(history, 1)["parent_key"].to_list() == [None]


def told(name: str, brand: str | None = "Kera", group: str | None = None, **attributes: str) -> str | None:
    stated = [{"name": n, "value": v, "unit": None} for n, v in attributes.items()]
    rows = pl.DataFrame(
        {"name": [name], "brand": [brand], "item_group_id": [group], "attributes": [stated]},
        schema={"name": pl.String, "brand": pl.String, "item_group_id": pl.String, "attributes": pl.List(ATTRIBUTE)},
    )
    return rows.select(family("alpha")).item()


def test_a_family_is_the_name_without_its_own_colour_and_size() -> None:
    blue = told("Coffee mug, blue", color="Blue")
    assert blue is not None
    assert blue == told("Red coffee mug", color="Red") == told("Coffee mug red XL", color="Red", size="XL")
    assert blue != told("Tea mug, blue", color="Blue")
    assert blue != told("Coffee mug, blue", brand="Lumo", color="Blue")


@pytest.mark.parametrize(
    ("name", "brand", "attributes"),
    [("Coffee mug", "Kera", {"color": "Blue"}), ("Blue mug", "Kera", {"color": "Blue"}),
     ("Coffee mug blue", None, {"color": "Blue"}), ("Coffee mug blue", "Kera", {})],
)  # fmt: skip
def test_a_name_that_does_not_tell_makes_no_family(name, brand, attributes) -> None:
    assert told(name, brand, **attributes) is None


def test_a_group_that_the_supplier_names_stands_above_names() -> None:
    one, other = told("Coffee mug blue", group="g1", color="Blue"), told("Completely different", group="g1")
    assert one == other is not None
    assert one != told("Coffee mug blue", group="g2", color="Blue")
