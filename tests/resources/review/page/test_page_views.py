"""Tasks in the words and pieces that the templates show."""

import datetime as dt

import polars as pl
import pytest
from page_cases import NOW, item, task

from catalog_assets.reviewed.shown_paths import OF_PATH, path_lines
from resources.review.page.views import amount, percent, progress_line, task_view, told_by
from resources.review.tasks import Candidate, Progress


def candidate(value, method="rule", version="rules-1", confidence=0.4, source="acme", unit=None):
    return Candidate(value, unit, confidence, method, version, None, source)


def one(**facts):
    return task_view(task(item(**facts)), NOW)


def test_the_values_that_are_stated_come_once_each_the_proposed_one_first():
    view = one(candidates=(candidate("White"), candidate("Black"), candidate("White", "supplier", "acme", 0.3)))
    assert [(answer.value, answer.proposed, answer.key, len(answer.said)) for answer in view.offered] == [
        ("Black", True, None, 1),
        ("White", False, 1, 2),
    ]
    assert [said.by for said in view.offered[1].said] == ["a rule, from acme", "supplier acme"]


def test_units_make_values_different():
    view = one(attribute="weight", value="1", unit="kg", candidates=(candidate("1", unit="g"),))
    assert [(answer.value, answer.unit) for answer in view.offered] == [("1", "kg"), ("1", "g")]
    assert view.numeric


def test_few_allowed_values_are_buttons_and_many_a_list_without_the_proposed_one():
    few = one(options=("Black", "White", "Red"))
    assert (few.editor, [answer.value for answer in few.offered]) == ("none", ["Black", "White", "Red"])
    many = one(options=(*(f"Value {number}" for number in range(40)), "Black"))
    assert (many.editor, len(many.levels), len(many.offered)) == ("list", 40, 1)


def test_no_more_than_nine_answers_have_a_number():
    view = one(candidates=tuple(candidate(f"Value {number}") for number in range(20)))
    assert [answer.key for answer in view.offered] == [None, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_category_shows_the_suppliers_path_and_the_leaf():
    view = one(
        kind="category", attribute="category", value="A & B > C > D",
        context="Supplier's category: X / <Y>\nLamp, black\nIt shines.",
    )  # fmt: skip
    assert (view.above, view.leaf) == ("A & B > C > ", "D")
    assert (view.item.path, view.item.text) == ("X / &lt;Y&gt;", "It shines.")


def test_a_brand_shows_how_it_is_spelled_and_not_its_text():
    context = "Brand: A<cme>\nBrand as stated: <Acme> GmbH\nLamp"
    view = one(kind="brand", attribute="brand", value="a<cme>", evidence="<Acme> GmbH", context=context)
    assert (view.item.spelling, view.item.text, view.item.missing) == ("&lt;Acme&gt; GmbH", "", None)
    assert (view.shown, view.offered[0].shown, view.value) == ("A<cme>", "A<cme>", "a<cme>")
    assert (view.editor, one().item.spelling) == ("text", None)


def test_a_price_shows_why_and_who_says_what():
    view = one(
        kind="price", attribute="price", value="688.0000", unit="EUR", name="Soap",
        evidence="issues: price_outlier, description_length", context="Soap\nCare\nacme: 6.8900 EUR",
    )  # fmt: skip
    assert view.shown == "688.00"
    assert view.item.notes == ("far from what its category usually costs",)
    assert (view.item.text, view.item.stated) == ("Care", ("acme: 6.8900 EUR",))


def test_a_category_shows_who_else_is_filed_there_and_for_what_the_answer_holds():
    lines = "Supplier's category: X\nAlso there: Lamp <1>\nAlso there: Lamp 2\nThe answer holds for every product.\n"
    view = one(kind="category", value="A", products=31, context=f"{lines}Lamp, black\nAlso there: nothing.")
    found = view.item
    assert (found.path, found.there, found.more) == ("X", ("Lamp &lt;1&gt;", "Lamp 2"), 28)
    assert (found.holds, found.text) == ("The answer holds for every product.", "Also there: nothing.")
    alone = one(kind="category", value="A", products=31, context="Lamp, black").item
    assert (alone.there, alone.more, alone.holds) == ((), 0, None)


def test_what_the_stages_write_of_a_path_is_what_the_page_reads():
    under = pl.DataFrame(
        [("q", f"k{n}", "category", "rule", "X", f"Lamp {n}", "X") for n in range(9)], orient="row",
        schema=["question_id", "product_key", "attribute", "method", "evidence", "name", "category_path"],
    )  # fmt: skip
    text = path_lines(under)["path_lines"].item() + "Lamp 0\nIt shines."
    found = one(kind="category", value="A", products=9, name="Lamp 0", context=text).item
    assert (found.path, found.there) == ("X", ("Lamp 1", "Lamp 2", "Lamp 3", "Lamp 4"))
    assert (found.more, found.holds, found.text) == (4, OF_PATH, "It shines.")


def test_a_price_says_what_its_category_costs_and_no_made_up_percentage():
    view = one(
        kind="price", attribute="price", value="688.0000", unit="EUR", name="Soap", confidence=0.5,
        model_version="business rules",
        context="Soap\nCare\nusual: about 6.00, mostly 3.00 to 12.00 EUR\n"
        "acme: 688.00 EUR\nzeta: 8.00 USD (about 6.84 EUR)",
    )  # fmt: skip
    assert view.item.usual == "about 6.00, mostly 3.00 to 12.00 EUR"
    assert (view.item.text, view.item.stated) == ("Care", ("acme: 688.00 EUR", "zeta: 8.00 USD (about 6.84 EUR)"))
    assert [said.percent for said in view.offered[0].said] == [None]
    assert one(confidence=0.5).offered[0].said[0].percent == 50


@pytest.mark.parametrize(
    ("method", "evidence", "shown"),
    [("supplier", "description", (None, None)), ("rule", "name,screen_size", ("name, screen size", None)),
     ("model", "not there", (None, "not there"))],
)  # fmt: skip
def test_evidence_is_words_of_the_text_and_never_the_name_of_a_field(method, evidence, shown):
    found = one(kind="description", value="Shines.", method=method, evidence=evidence).item
    assert (found.made_of, found.missing) == shown


def test_two_offers_stand_side_by_side():
    left = "acme/1 | Phone 64 | brand Pent | gtin 40 | price 9.5 | A phone. | brand new"
    view = one(kind="match", value="same product", context=f"{left}\nzeta/2 | Phone 128 | mpn P-1", evidence="77 91")
    assert [(row.label, row.left, row.right) for row in view.item.rows] == [
        ("supplier", "acme/1", "zeta/2"),
        ("name", "Phone <mark>64</mark>", "Phone <mark>128</mark>"),
        ("brand", "Pent", ""),
        ("part number", "", "P-1"),
        ("GTIN", "40", ""),
        ("price", "9.5", ""),
        ("text", "A phone. | brand new", ""),
    ]
    assert (view.editor, view.item.missing) == ("none", None)


def test_text_that_is_not_two_offers_is_shown_as_it_is():
    view = one(kind="match", value="same product", context="a\nb\nc")
    assert (view.item.rows, view.item.text) == ((), "a\nb\nc")


def test_evidence_that_the_text_does_not_have_is_named():
    assert one(evidence="blue <b>").item.missing == "blue &lt;b&gt;"
    assert one(evidence="black").item.missing is None


def test_several_items_are_counted_together_and_offer_no_other_value():
    view = task_view(task(item("a", products=2), item("b", products=5, options=("Black", "Red"))), NOW)
    assert (view.several, view.products, view.editor, view.offered) == (True, 7, "none", ())


def test_what_others_state_is_told_of_each_of_several():
    rival = Candidate("Red", None, 0.4, "supplier", None, "red", "acme")
    own = Candidate("Black", None, 0.6, "rule", "rules-1", "black", None)
    view = task_view(task(item("a", candidates=(own, rival, rival)), item("b", candidates=(own,))), NOW)
    assert [[one.value for one in item.rivals] for item in view.items] == [["Red"], []]
    assert [(said.by, said.percent) for said in view.items[0].rivals[0].said] == [("the supplier, from acme", 40)] * 2


def test_time_that_is_left_is_never_negative():
    assert task_view(task(), NOW + dt.timedelta(minutes=9)).seconds == 60
    assert task_view(task(), NOW + dt.timedelta(minutes=19)).seconds == 0


def test_pictures_are_shown_only_where_configuration_allows_it():
    pictured = task(item(image="https://pictures.example/1.jpg"))
    assert task_view(pictured, NOW, images=True).item.image
    assert not task_view(pictured, NOW, images=False).item.image


@pytest.mark.parametrize(
    ("kind", "method", "version", "words"),
    [
        ("attribute", "supplier", "acme", "supplier acme"),
        ("description", "supplier", "supplier", "the supplier"),
        ("attribute", "rule", "rules-1", "a rule"),
        ("attribute", "model", "reader-9-a", "the learned reader"),
        ("attribute", "model", "claude-haiku-4-5-p-1", "language model claude-haiku-4-5-p-1"),
        ("category", "model", "a51f", "a learned model"),
        ("match", "model", "a51f", "the learned matcher"),
        ("attribute", None, None, "nobody says who"),
    ],
)
def test_who_proposes_is_said_in_words(kind, method, version, words):
    assert told_by(kind, method, version) == words


def test_only_certainty_is_a_hundred_percent():
    assert [percent(value) for value in (None, 0.0, 0.001, 0.5, 0.999, 1.0)] == [None, 0, 1, 50, 99, 100]


def test_amounts():
    assert [amount(text) for text in ("688.0000", "6.1500", "0.1234", "100", "1E+3", "n/a", "NaN")] == [
        "688.00", "6.15", "0.1234", "100.00", "1000.00", "n/a", "NaN",
    ]  # fmt: skip


def test_progress_is_one_quiet_line():
    assert progress_line(Progress(0, 0, 0, None)) == [("0", "answers today")]
    assert progress_line(Progress(4, 0, 0, 2.0)) == [("0", "answers today")]  # who only skips answers nothing
    assert progress_line(Progress(2, 3, 1_200, 4.25)) == [
        ("3", "answers today"), ("1,200", "products decided"), ("400.0", "products an answer"), ("4.2 s", "median"),
    ]  # fmt: skip
