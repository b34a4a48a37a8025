"""Brands that may be one in two spellings: asked about once, and what the answers lead to."""

import polars as pl
import pytest

from catalog_assets.matched import brand_pairs
from catalog_assets.matched.brand_pairs import KIND, questions, said
from catalog_assets.matched.known import taught_spellings
from catalog_assets.releases import Statement, put_in_force
from catalog_assets.standardized.spellings import RELEASE
from catalog_assets.vocabulary.columns import MATCHED_PRODUCTS
from resources.review import Decision
from resources.review.protocol import ASKED
from tests.frames import date
from tests.histories import Delivery
from tests.matched.test_matched_pairs import NOON, opened, run

COLUMNS = ("product_key", "status", "name", "brand", "image_url", "offers", "conflicts")
GTIN = "00000000000017"


def table(*products: tuple[str, str | None, tuple[str, ...]], status: str = "live") -> pl.DataFrame:
    """product_key, brand, what others state."""
    rows = [
        {
            "product_key": key, "status": status, "name": f"Lamp {key}", "brand": brand, "offers": [],
            "conflicts": [{"field": "brand", "value": each, "source": "s"} for each in (brand, *others) if others],
        }
        for key, brand, others in products
    ]  # fmt: skip
    return pl.DataFrame(rows, schema={name: MATCHED_PRODUCTS.schema[name] for name in COLUMNS})


def asked(products: pl.DataFrame, *brands: str) -> list[tuple[str, str, str]]:
    found = questions(products, pl.Series(brands, dtype=pl.String))
    return found.select("product_key", "evidence", "value").rows()


def test_of_one_product_two_brands_are_asked_about_in_one_direction():
    one, turned = table(("p", "Zed", ("Acme",))), table(("p", "Acme", ("Zed",)))
    assert asked(one) == asked(turned) == [("p", "Acme", "zed")]
    ids = [questions(each, pl.Series(dtype=pl.String))["question_id"].to_list() for each in (one, turned)]
    assert ids[0] == ids[1]


def test_what_the_vocabulary_knows_is_the_name_then_what_has_no_legal_form_then_the_shorter():
    assert asked(table(("p", "Hewlett", ("HP",)))) == [("p", "Hewlett", "hp")]
    assert asked(table(("p", "ZED", ("Zed Inc.",)))) == [("p", "Zed Inc.", "zed")]
    assert asked(table(("p", "Zedd", ("Zed",)))) == [("p", "Zedd", "zed")]
    (context,) = questions(table(("p", "ZED", ("Zed Inc.",))), pl.Series(["ZED"]))["context"]
    assert context == "Brand: ZED\nBrand as stated: Zed Inc.\nLamp p"


def test_nobody_is_asked_about_large_and_small_letters_or_about_what_is_gone():
    assert asked(table(("p", "ACME", ("Acme",))), "ACME", "Acme") == []
    assert asked(table(("p", "Acme", ("Zed",)), status="withdrawn"), "Acme", "Acme GmbH") == []
    assert asked(table(("p", None, ()))) == []


def test_a_pair_is_one_question_whatever_comes_later(tmp_path):
    first = [Delivery("alpha", 1, {"a": brand("ACME-TOOLS"), "b": brand("ACMETOOLS", None)})]
    where = opened(tmp_path, [*first, Delivery("alpha", 2, {"c": brand("Acme-Tools", None), "d": brand("AcmeTools")})])
    run(where, 1)
    (row,) = where.review.open_questions().filter(pl.col("kind") == KIND).iter_rows(named=True)
    run(where, 2)
    assert where.review.open_questions().filter(pl.col("kind") == KIND)["question_id"].to_list() == [row["question_id"]]
    where.review.decide([Decision(row["question_id"], "reject", "ana", NOON)])
    run(where, 2)
    assert where.review.open_questions().filter(pl.col("kind") == KIND).is_empty()
    where.review.decide([Decision(row["question_id"], "undo", "ana", NOON)])  # asked again, without any run
    assert where.review.open_questions().filter(pl.col("kind") == KIND).height == 1


@pytest.mark.parametrize("other", ["ACME GmbH", "Ac-me", "Acme, Inc.", "A.C.M.E. Co Ltd"])
def test_the_same_letters_are_asked_about_for_every_product_of_the_spelling(other):
    products = table(("p", "Acme", ()), ("q", other, ()), ("r", "Acne", ()))
    assert asked(products, "Acme", other, "Acne") == [("q", other, "acme")]
    alone = table(("p", "Acme", ()), ("o", "Acme", ()))  # the spelling stands, and none of its products came
    assert asked(alone, "Acme", other) == [("o", other, "acme")]
    found = questions(products, pl.Series(["Acme", other]))
    assert found["question_id"].n_unique() == 1
    assert found["confidence"].unique().to_list() == [0.9]


def test_vowel_signs_are_letters_too():
    assert asked(table(("p", "किरण", ())), "किरण", "करण") == []


def test_spellings_in_the_same_letters_are_never_more_rows_than_products_and_spellings():
    spellings = [f"Z{'.' * n}edyx" for n in range(300)]
    products = table(*((f"p{n}", "Zedyx", ()) for n in range(300)))
    assert questions(products, pl.Series(["Zedyx", *spellings])).height == 299


def test_who_writes_a_brand_of_its_own_on_each_offer_does_not_fill_the_queue(monkeypatch):
    monkeypatch.setattr(brand_pairs, "MOST", 3)
    products = table(
        *((f"p{n}", "Acme", (f"Made up {n}",)) for n in range(9)), ("q", "Acme", ("Zed",)), ("r", "Acme", ("Zed",))
    )
    assert questions(products, pl.Series(dtype=pl.String))["question_id"].n_unique() == 3
    assert {"q", "r"} <= {key for key, _, _ in asked(products)}


def test_questions_have_the_shape_that_the_store_wants():
    found = questions(table(("p", "Zed", ("Acme",))), pl.Series(dtype=pl.String))
    assert set(ASKED) - set(found.columns) <= {"candidates", "why"}
    assert questions(table(), pl.Series(dtype=pl.String)).is_empty()


def brand(name: str, gtin: str | None = GTIN) -> dict[str, str | None]:
    return {"name": "Lumo desk lamp", "brand": name, "gtin": gtin}


@pytest.mark.parametrize(
    ("verdict", "value", "names"),
    [
        ("accept", None, {"acme": "Zed"}),
        ("replace", "Acme & Co", {"acme": "Acme & Co", "acme & co": "Acme & Co"}),
        ("reject", None, {}),
    ],
)
def test_an_answer_is_learned_from_and_the_release_tells_by_whom(tmp_path, verdict, value, names):
    where = opened(tmp_path, [Delivery("alpha", 1, {"a": brand("Zed")}), Delivery("beta", 1, {"x": brand("Acme")})])
    assert run(where, 1).details["brand_questions"] == 1
    (row,) = where.review.open_questions().filter(pl.col("kind") == KIND).iter_rows(named=True)
    assert (row["evidence"], row["value"], row["products"]) == ("Acme", "zed", 1)
    where.review.decide([Decision(row["question_id"], verdict, "ana", NOON, value)])
    release = taught_spellings(where)
    assert release.names == names
    assert release.by == ({"acme": "ana"} if names else {})
    run(where, 1)
    assert where.review.open_questions().filter(pl.col("kind") == KIND).is_empty()


def test_an_answer_taken_back_is_not_learned_and_case_stays(tmp_path):
    deliveries = [Delivery("alpha", 1, {"a": brand("Zed"), "b": brand("ZED", None)}),
                  Delivery("beta", 1, {"x": brand("Acme")})]  # fmt: skip
    where = opened(tmp_path, deliveries)
    run(where, 1)
    (asked,) = where.review.open_questions().filter(pl.col("kind") == KIND)["question_id"]
    where.review.decide([Decision(asked, "accept", "ana", NOON)])
    release = taught_spellings(where)
    assert release.names == {"acme": "Zed", "zed": "Zed"}
    put_in_force(where, Statement(RELEASE, release.version, release.to_bytes(), date(1), "ana", "first"), NOON)
    where.review.decide([Decision(asked, "undo", "ana", NOON)])
    assert taught_spellings(where).names == {"zed": "Zed"}


def test_other_kinds_of_questions_say_nothing_of_brands(tmp_path):
    where = opened(tmp_path, [])
    assert said(where.review.cases(None)).is_empty()


def test_one_pair_in_large_letters_and_in_small_ones_is_asked_about_once():
    products = table(("p", "ACME", ("Acme Inc.",)), ("q", "Acme", ("ACME INC.",)))
    every = ("ACME", "Acme", "Acme Inc.", "ACME INC.")
    assert set(asked(products, *every)) == {("p", "Acme Inc.", "acme"), ("q", "Acme Inc.", "acme")}
