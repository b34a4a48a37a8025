"""Business rules, held prices and the quality score; each rule is broken once, by something that breaks it alone."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.configuration import Thresholds
from catalog_assets.contracts import Rule, violations
from catalog_assets.validated.contract import SCORES, ValidatedProducts, doubting, noting, refusing
from catalog_assets.validated.transform import (
    EXPECTED,
    FRESH_DAYS,
    NOT_HERE,
    STATED,
    WEIGHTS,
    Measures,
    Validated,
    price_question,
    price_statistics,
    validate,
)
from catalog_assets.vocabulary.columns import MONEY
from resources.review.protocol import ASKED, DECISIONS
from resources.review.protocol import LATER as LEFT_OUT
from tests.frames import (
    CATEGORY,
    KNOWN,
    OTHER_CATEGORY,
    REVIEWED_PRODUCTS,
    VALIDATED_PRODUCTS,
    Row,
    conflict,
    date,
    frame,
    member,
    product,
    tombstone,
)
from tests.histories import shuffled

LIMITS = Thresholds()
LATER = dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
STATISTICS = pl.Schema({"category": pl.String, "currency": pl.String, "mean": pl.Float64, "std": pl.Float64})
USUAL = pl.DataFrame(
    {"category": [CATEGORY], "currency": ["EUR"], "mean": [math.log(100)], "std": [0.1]}, schema=STATISTICS
)
"""Monitors cost about 100 EUR: from 82 to 122 is within two deviations."""
NOTHING_USUAL = USUAL.head(0)
REQUIRED = {OTHER_CATEGORY: ["ram", "storage"]}
"""Laptops must state these two; monitors nothing."""


def reviewed(product_key: str = "k1", **values: Any) -> Row:
    return product(REVIEWED_PRODUCTS, product_key, **values)


def measures(
    rows: Sequence[Row], usual: pl.DataFrame = NOTHING_USUAL, asks: Sequence[tuple[str, str, str, str]] = (),
    rates: Mapping[str, str] | None = None, required: Mapping[str, Sequence[str]] = REQUIRED,
) -> Measures:  # fmt: skip
    """asks: product, source, price, currency; beside the prices that live products' conflicts name. rates: units for
    one euro; without any, only prices in one currency can be compared."""
    told = [
        (row["product_key"], c["source"], *c["value"].split())
        for row in rows if row["status"] == "live" for c in row["conflicts"] if c["field"] == "price"
    ]  # fmt: skip
    stated = [(key, source, Decimal(price), money) for key, source, price, money in (*told, *asks)]
    per_euro = {"EUR": "1", **(rates or {})}
    return Measures(
        usual,
        pl.DataFrame(stated, schema=STATED, orient="row"),
        pl.DataFrame({"currency": list(per_euro), "per_euro": [Decimal(rate) for rate in per_euro.values()]}),
        pl.DataFrame(
            {"category": list(required), "required": list(required.values())},
            schema={"category": pl.String, "required": pl.List(pl.String)},
        ),
    )


def judged(
    *rows: Row, said: list[Row] | None = None, day: int = 1, limits: Thresholds = LIMITS, **known: Any
) -> Validated:
    decisions = pl.DataFrame(said or [], schema=DECISIONS, orient="row")
    return validate(frame(REVIEWED_PRODUCTS, rows), measures(rows, **known), decisions, date(day), limits)


def only(*rows: Row, **other: Any) -> Row:
    found = judged(*rows, **other)
    assert found.products.height == 1, found.failures
    return found.products.row(0, named=True)


def question(**values: Any) -> str:
    return str(frame(REVIEWED_PRODUCTS, [reviewed(**values)]).select(price_question()).item())


def said(verdict: str, value: str | None = None, **values: Any) -> list[Row]:
    told = {"question_id": question(**values), "verdict": verdict, "value": value, "annotator": "eve"}
    return [{**told, "decided_at": LATER, "sequence": 1}]


def prices(*amounts: str, currency: str = "EUR") -> list[Row]:
    """Conflicts of the sources on the price."""
    names = ("alpha", "beta", "gamma")
    return [conflict("price", f"{a} {currency}", s, s == "alpha") for s, a in zip(names, amounts, strict=False)]


def test_a_product_that_keeps_every_rule_has_no_issue() -> None:
    found = judged(reviewed(), usual=USUAL)
    assert found.failures.is_empty()
    assert found.questions.is_empty()
    row = found.products.row(0, named=True)
    assert (row["issues"], row["price_state"], row["price"], row["proposed_price"]) == (
        [], "accepted", Decimal("100"), None)  # fmt: skip


REFUSED: dict[str, tuple[Row, ...]] = {
    "price_out_of_range": (reviewed(price=Decimal("0")),),
    "category_not_allowed": (reviewed(category="Nonsense"),),
    "name_empty": (reviewed(name=""),),
    "doubled_product": (reviewed(), reviewed(name="Another name")),
}
HELD: dict[str, tuple[Row, ...]] = {
    "price_outlier": (reviewed(price=Decimal("150")),),
    "sources_disagree_on_price": (reviewed(conflicts=prices("100", "151")),),
}
NOTED: dict[str, tuple[Row, ...]] = {
    "description_length": (reviewed(description="Too short."),),
    "category_missing": (reviewed(category=None, category_state="pending"),),
    "required_missing": (reviewed(category=OTHER_CATEGORY),),
    "sources_disagree": (reviewed(conflicts=[conflict("name", "A", chosen=True), conflict("name", "B", "beta")]),),
    "looks_doubled": (reviewed(), reviewed("k2")),
}
IMPLIED = {"sources_disagree_on_price": {"sources_disagree"}}
"""Prices that differ too much differ: the second rule cannot be broken alone."""


@pytest.mark.parametrize("rule", refusing(LIMITS), ids=lambda rule: rule.name)
def test_each_refusing_rule_has_a_product_that_breaks_it_alone(rule: Rule) -> None:
    found = judged(*REFUSED[rule.name], reviewed("good", name="Fine"), usual=USUAL)
    assert set(found.failures["rule"]) == {rule.name}
    assert set(found.failures["message"]) == {rule.message}
    assert found.products["product_key"].to_list() == ["good"]
    assert found.questions.is_empty()


@pytest.mark.parametrize("rule", doubting(LIMITS), ids=lambda rule: rule.name)
def test_each_doubting_rule_has_a_product_that_breaks_it_alone(rule: Rule) -> None:
    row = only(*HELD[rule.name], usual=USUAL)
    assert set(row["issues"]) == {rule.name, *IMPLIED.get(rule.name, set())}
    assert row["price_state"] == "pending"


@pytest.mark.parametrize("rule", noting(LIMITS), ids=lambda rule: rule.name)
def test_each_noting_rule_has_a_product_that_breaks_it_alone(rule: Rule) -> None:
    found = judged(*NOTED[rule.name], usual=USUAL)
    assert found.products["issues"].to_list() == [[rule.name]] * found.products.height
    assert found.products["price_state"].unique().to_list() == ["accepted"]


def test_no_mutant_is_left_over_and_no_name_is_used_twice() -> None:
    kinds = ((refusing, REFUSED), (doubting, HELD), (noting, NOTED))
    names = [[rule.name for rule in rules(LIMITS)] for rules, _ in kinds]
    assert [set(mutants) for _, mutants in kinds] == [set(found) for found in names]
    every = [name for found in names for name in found]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("name", [*REFUSED, *HELD, *NOTED])
def test_rules_do_not_judge_products_that_are_gone(name: str) -> None:
    if name == "doubled_product":
        return
    for rows in (REFUSED, HELD, NOTED):
        gone = [{**row, "status": "withdrawn"} for row in rows.get(name, ())]
        if gone:
            found = judged(*gone, usual=USUAL)
            assert found.failures.is_empty()
            assert found.products["issues"].to_list() == [[]] * len(gone)


@pytest.mark.parametrize(
    ("price", "currency", "refused"),
    [
        ("0.0099", "EUR", True), ("0.01", "EUR", False), ("1000", "EUR", False), ("1000.0001", "EUR", True),
        ("-1", "EUR", True), ("1000", None, False), ("1001", None, True), ("0.0099", "IDR", True),
        ("10000000", "IDR", False), ("10000000.0001", "IDR", True), ("10000", "SEK", False), ("10001", "SEK", True),
    ],
)  # fmt: skip
def test_the_limits_of_a_price_belong_to_it_and_grow_with_small_currencies(
    price: str, currency: str | None, refused: bool
) -> None:
    found = judged(reviewed(price=Decimal(price), currency=currency), limits=Thresholds(price_min=0.01, price_max=1000))
    assert found.failures["rule"].to_list() == ["price_out_of_range"] * refused


def test_the_limits_are_those_of_the_configuration() -> None:
    strict = Thresholds(price_min=50, price_max=90, description_min=0)
    assert judged(reviewed(), limits=strict).failures["rule"].to_list() == ["price_out_of_range"]
    assert only(reviewed(description=None, price=Decimal("60")), limits=strict)["issues"] == []


@pytest.mark.parametrize(("length", "issue"), [(19, True), (20, False), (10_000, False), (10_001, True)])
def test_the_limits_of_a_description_belong_to_it(length: int, issue: bool) -> None:
    assert only(reviewed(description="x" * length))["issues"] == ["description_length"] * issue


def test_every_broken_rule_is_named() -> None:
    row = reviewed(price=Decimal("0"), category="Nonsense", name="")
    assert sorted(judged(row).failures["rule"]) == ["category_not_allowed", "name_empty", "price_out_of_range"]


def test_a_held_price_is_kept_aside_and_asked_about() -> None:
    found = judged(reviewed(price=Decimal("150")), usual=USUAL)
    row = found.products.row(0, named=True)
    assert (row["price"], row["proposed_price"], row["price_state"]) == (None, Decimal("150"), "pending")
    expected = pl.DataFrame(
        [{
            "question_id": question(price=Decimal("150")), "product_key": "k1", "kind": "price", "attribute": "price",
            "value": "150.0000", "unit": "EUR", "confidence": 0.5, "method": "rule", "model_version": "business rules",
            "evidence": "issues: price_outlier", "name": "Acme Monitor 27",
            "context": f"Acme Monitor 27\n{CATEGORY}\nusual: about 100.00, mostly 81.87 to 122.14 EUR",
            "options": None,
        }],
        schema={name: dtype for name, dtype in ASKED.items() if name not in LEFT_OUT},
    )  # fmt: skip
    assert_frame_equal(found.questions, expected)


@pytest.mark.parametrize(
    ("price", "state"), [("122.1", "accepted"), ("122.2", "pending"), ("81.9", "accepted"), ("81.8", "pending")]
)
def test_a_price_is_an_outlier_beyond_two_deviations_on_either_side(price: str, state: str) -> None:
    assert only(reviewed(price=Decimal(price)), usual=USUAL)["price_state"] == state


def test_a_price_is_judged_by_its_own_category_and_currency_alone() -> None:
    dear = Decimal("5000")
    for other in ({"currency": "USD"}, {"category": OTHER_CATEGORY}, {"category": None, "category_state": "pending"}):
        assert only(reviewed(price=dear, **other), usual=USUAL)["price_state"] == "accepted"


def test_sources_that_disagree_on_the_price_make_it_a_question() -> None:
    for amounts, state in (
        (("100", "150"), "accepted"),
        (("100", "150.01"), "pending"),
        (("160", "155", "100"), "pending"),
    ):
        assert only(reviewed(conflicts=prices(*amounts)))["price_state"] == state


def test_prices_in_a_currency_without_a_rate_are_compared_with_each_other_alone() -> None:
    at_odds = [*prices("100", "110"), conflict("price", "900 USD", "gamma"), conflict("price", "905 USD", "delta")]
    assert only(reviewed(conflicts=at_odds))["price_state"] == "accepted"
    assert only(reviewed(conflicts=[*at_odds, conflict("price", "9 USD", "eps")]))["price_state"] == "pending"
    assert only(reviewed(conflicts=at_odds), rates={"GBP": "0.85"})["price_state"] == "accepted"
    assert only(reviewed(conflicts=at_odds), rates={"USD": "1.25"})["price_state"] == "pending"


def asks(*amounts: str) -> list[tuple[str, str, str, str]]:
    """What each source asks for the product k1."""
    names = ("alpha", "beta", "gamma")
    return [("k1", name, *amount.split()) for name, amount in zip(names, amounts, strict=False)]


@pytest.mark.parametrize(
    ("stated", "state"),
    [
        (("100 EUR", "250 USD"), "pending"),
        (("100 EUR", "108 USD"), "accepted"),
        (("100 EUR", "187.50 USD"), "accepted"),  # 150 EUR: half as much again is the limit, and belongs to it
        (("100 EUR", "187.51 USD"), "pending"),
        (("100 EUR", "15000 JPY", "125 USD"), "accepted"),
        (("100 USD", "15000 JPY"), "accepted"),
        (("100 USD", "30000 JPY"), "pending"),
        (("100 EUR", "100 XAU"), "accepted"),
        (("100 EUR", "0 USD"), "pending"),
        (("0 EUR", "0 USD"), "accepted"),
    ],
)
def test_prices_in_two_currencies_are_compared_at_the_rates_of_the_day(stated: tuple[str, ...], state: str) -> None:
    row = only(reviewed(), asks=asks(*stated), rates={"USD": "1.25", "JPY": "150"})
    assert row["price_state"] == state
    assert row["issues"] == ["sources_disagree", "sources_disagree_on_price"] * (state == "pending")


@given(st.sampled_from(["1.17", "0.87", "183", "19600", "1.95583"]), st.integers(10, 10**7))
@settings(max_examples=60, deadline=None)
def test_the_limit_is_the_same_in_every_currency(rate: str, cents: int) -> None:
    """Half as much again is tolerated, and a thousandth more is not, whatever the rate does to the digits."""
    low = Decimal(cents) / 100
    for factor, state in ((Decimal("1.5"), "accepted"), (Decimal("1.502"), "pending")):
        stated = [f"{low} USD", f"{low * factor} USD"]
        assert only(reviewed(), asks=asks(*stated), rates={"USD": rate})["price_state"] == state


def test_who_is_asked_about_a_price_sees_what_each_source_says_in_its_own_currency() -> None:
    found = judged(reviewed(), asks=asks("100 EUR", "250 USD"), rates={"USD": "1.25"})
    assert found.questions["context"].to_list() == [
        f"Acme Monitor 27\n{CATEGORY}\nalpha: 100.00 EUR\nbeta: 250.00 USD (about 200.00 EUR)"
    ]
    strange = judged(reviewed(), asks=asks("100 EUR", "160 EUR", "250 XAU"), rates={})
    assert strange.questions["context"].item().endswith("beta: 160.00 EUR\ngamma: 250.00 XAU")


def test_prices_far_apart_in_two_currencies_are_one_field_in_dispute() -> None:
    two = [member("alpha"), member("beta")]
    far, near = (asks("100 EUR", amount) for amount in ("250 USD", "120 USD"))
    rates = {"USD": "1.25"}
    found = [score("consistency", reviewed(offers=two), asks=said, rates=rates) for said in (near, far)]
    listed = score("consistency", reviewed(offers=two, conflicts=prices("100", "250")), rates=rates)
    both = score("consistency", reviewed(offers=two, conflicts=prices("100", "110")), asks=far[1:], rates=rates)
    assert found == [100, listed]
    assert both == listed, "a price that is listed already is not counted twice"


def test_an_accepted_price_is_shown_and_stays_a_question_that_can_be_decided_again() -> None:
    found = judged(reviewed(price=Decimal("150")), usual=USUAL, said=said("accept", price=Decimal("150")))
    row = found.products.row(0, named=True)
    assert (row["price"], row["proposed_price"], row["price_state"], row["issues"]) == (
        Decimal("150"), None, "accepted", [])  # fmt: skip
    assert found.questions["question_id"].to_list() == [question(price=Decimal("150"))]
    assert row["known_from"] == LATER


def test_a_replaced_price_is_shown_and_the_question_keeps_what_was_asked() -> None:
    found = judged(reviewed(price=Decimal("150")), usual=USUAL, said=said("replace", "15.00", price=Decimal("150")))
    row = found.products.row(0, named=True)
    assert (row["price"], row["price_state"]) == (Decimal("15"), "accepted")
    assert found.questions.select("question_id", "value").rows() == [(question(price=Decimal("150")), "150.0000")]


def test_a_replacement_must_keep_the_refusing_rules_too() -> None:
    found = judged(reviewed(), said=said("replace", "0"))
    assert found.failures["rule"].to_list() == ["price_out_of_range"]


def test_a_rejected_price_is_not_shown() -> None:
    row = only(reviewed(price=Decimal("150")), usual=USUAL, said=said("reject", price=Decimal("150")))
    assert (row["price"], row["proposed_price"], row["price_state"]) == (None, None, "rejected")


def test_a_decision_is_about_one_price_and_the_next_is_asked_again() -> None:
    told = said("accept", price=Decimal("150"))
    assert only(reviewed(price=Decimal("151")), usual=USUAL, said=told)["price_state"] == "pending"


@pytest.mark.parametrize("change", [{"name": "B"}, {"currency": "USD"}, {"price": Decimal("9")}])
def test_a_price_question_is_about_what_is_shown(change: dict[str, Any]) -> None:
    assert question(**change) != question()


def test_a_price_question_is_the_same_on_every_day_and_for_every_key() -> None:
    assert question(day=9, product_key="k9", brand="B", description="x", stock=4) == question()
    assert question(category=OTHER_CATEGORY) == question(), "a category that is decided later asks nothing anew"


def test_a_pinned_price_is_never_held() -> None:
    found = judged(reviewed(price=Decimal("150"), pinned=["price"], conflicts=prices("1", "9")), usual=USUAL)
    row = found.products.row(0, named=True)
    assert (row["price"], row["price_state"], row["issues"]) == (Decimal("150"), "accepted", ["sources_disagree"])
    assert found.questions.is_empty()


@pytest.mark.parametrize(("verdict", "value"), [("reject", None), ("replace", "15")])
def test_a_pinned_price_stands_whatever_was_said_of_the_same_price_before(verdict: str, value: str | None) -> None:
    told = said(verdict, value, price=Decimal("150"))
    row = only(reviewed(price=Decimal("150"), pinned=["price"]), usual=USUAL, said=told)
    assert (row["price"], row["price_state"]) == (Decimal("150"), "accepted")


def test_a_product_without_price_has_none() -> None:
    row = only(reviewed(price=None, currency=None), usual=USUAL)
    assert (row["price"], row["price_state"], row["issues"]) == (None, "none", [])


def test_ended_products_pass_with_the_contract_kept() -> None:
    rows = [
        tombstone(REVIEWED_PRODUCTS, "k1", "k3"), reviewed("k2", status="withdrawn", offers=[member(live=False)]),
        reviewed("k3"), reviewed("k4", status="withdrawn", price=None, currency=None, offers=[member(live=False)]),
    ]  # fmt: skip
    found = judged(*rows, usual=USUAL)
    assert found.failures.is_empty()
    assert found.products["product_key"].to_list() == ["k1", "k2", "k3", "k4"]
    assert contract_of(found) == []


def contract_of(found: Validated) -> list[tuple[Any, ...]]:
    stamp = [
        pl.lit(date(1)).alias("day"), pl.lit("r1").alias("run_id"), pl.lit(None, MONEY).alias("base_price"),
        pl.lit(None, pl.String).alias("rates_version"),
    ]  # fmt: skip
    return violations(
        ValidatedProducts, found.products.with_columns(*stamp).select(list(VALIDATED_PRODUCTS.columns))
    ).rows()


def catalogue(
    *amounts: float, category: str | None = CATEGORY, currency: str = "EUR", prefix: str = "k"
) -> pl.DataFrame:
    rows = [
        {"product_key": f"{prefix}{n}", "category": category, "currency": currency, "price": Decimal(str(a))}
        for n, a in enumerate(amounts)
    ]
    schema = {name: REVIEWED_PRODUCTS.schema[name] for name in ("product_key", "category", "currency", "price")}
    return pl.DataFrame(rows, schema=schema)


def test_statistics_are_of_logarithms_by_category_and_currency() -> None:
    rows = pl.concat([
        catalogue(10, 100, 1000), catalogue(1, 1, 2, currency="USD", prefix="u"),
        catalogue(1, 2, 3, category=None, prefix="n"), catalogue(5, 6, category=OTHER_CATEGORY, prefix="o"),
    ])  # fmt: skip
    expected = pl.DataFrame(
        {
            "category": [CATEGORY, CATEGORY], "currency": ["EUR", "USD"],
            "mean": [math.log(100), math.log(2) / 3], "std": [math.log(10), math.log(2) / math.sqrt(3)],
        },
        schema=STATISTICS,
    )  # fmt: skip
    assert_frame_equal(price_statistics(rows, 3), expected)


@pytest.mark.parametrize(("size", "known"), [(9, 0), (10, 1)])
def test_small_categories_are_not_judged(size: int, known: int) -> None:
    usual = price_statistics(catalogue(*(100 + n for n in range(size))), LIMITS.price_sample)
    assert usual.height == known
    state = only(reviewed(price=Decimal("9000")), usual=usual)["price_state"]
    assert state == ("pending" if known else "accepted")


def test_categories_of_one_price_say_nothing() -> None:
    assert price_statistics(catalogue(*[5] * 20), 3).is_empty()


def test_prices_that_are_not_positive_and_absent_ones_are_not_averaged() -> None:
    rows = catalogue(10, 100, 1000, 0, -5)
    absent = catalogue(1, prefix="n").with_columns(pl.lit(None, rows.schema["price"]).alias("price"))
    assert_frame_equal(price_statistics(pl.concat([rows, absent]), 3), price_statistics(rows.head(3), 3))


AMOUNTS = st.lists(st.integers(1, 10**9).map(lambda n: n / 100), min_size=3, max_size=30)


@given(AMOUNTS, AMOUNTS, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_statistics_do_not_depend_on_the_order_of_rows(one: list[float], two: list[float], seed: int) -> None:
    rows = pl.concat([catalogue(*one), catalogue(*two, category=OTHER_CATEGORY, prefix="o")])
    assert_frame_equal(price_statistics(shuffled(rows, seed), 3), price_statistics(rows, 3), check_exact=True)


def score(name: str, *rows: Row, **other: Any) -> float:
    return float(only(*rows, **other)[name])


def test_completeness_is_the_share_of_expected_fields() -> None:
    attributes = [{"name": "color", "value": "Red", "unit": None, "method": "rule", "confidence": 1.0}]
    whole = reviewed(gtin="00000000000017", image_url="https://a.example/", attributes=attributes)
    assert score("completeness", whole) == 100
    for name in EXPECTED:
        if name != "name":
            assert score("completeness", {**whole, name: None}) == pytest.approx(100 * 8 / 9, abs=0.01)
    assert score("completeness", {**whole, "attributes": []}) == pytest.approx(100 * 8 / 9, abs=0.01)


def attribute(name: str) -> Row:
    return {"name": name, "value": "8", "unit": "GB", "method": "rule", "confidence": 1.0}


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ((), ["ram", "storage"]), (("ram",), ["storage"]), (("color", "storage"), ["ram"]),
        (("ram", "screen_size", "storage"), []),
    ],
)  # fmt: skip
def test_what_a_category_requires_and_the_product_lacks_is_named(stated: tuple[str, ...], missing: list[str]) -> None:
    row = only(reviewed(category=OTHER_CATEGORY, attributes=[attribute(name) for name in stated]))
    assert row["missing_required"] == missing
    assert row["issues"] == ["required_missing"] * bool(missing)
    assert row["price_state"] == "accepted", "nothing is held back for it"


def test_other_categories_and_products_without_one_lack_nothing() -> None:
    for values in ({}, {"category": None, "category_state": "pending"}):
        row = only(reviewed(**values))
        assert row["missing_required"] == []
        assert "required_missing" not in row["issues"]
    ended = judged(tombstone(REVIEWED_PRODUCTS, "k1", "k3")).products
    assert ended["missing_required"].to_list() == [[]]


def test_each_required_attribute_is_one_more_expected_field() -> None:
    """Of eleven: name, brand, description, category, price, availability, attributes; and one of the two required."""
    half = reviewed(category=OTHER_CATEGORY, attributes=[attribute("ram")])
    assert score("completeness", half) == pytest.approx(100 * 8 / 11, abs=0.01)
    assert score("completeness", half, required={}) == pytest.approx(100 * 7 / 9, abs=0.01)
    whole = {**half, "attributes": [attribute("ram"), attribute("storage")]}
    assert score("completeness", whole) == pytest.approx(100 * 9 / 11, abs=0.01)


NAMES = st.lists(st.sampled_from(["color", "ram", "size", "storage", "weight"]), unique=True)


@given(NAMES, NAMES)
@settings(max_examples=40, deadline=None)
def test_to_state_what_is_required_makes_complete_and_nothing_else_does(stated: list[str], wanted: list[str]) -> None:
    base = reviewed(gtin="00000000000017", image_url="https://a.example/", attributes=[attribute("model")])
    row = {**base, "attributes": [*base["attributes"], *map(attribute, stated)]}
    found = only(row, required={CATEGORY: wanted})
    assert found["missing_required"] == sorted(set(wanted) - set(stated))
    assert (found["completeness"] == 100) == (set(wanted) <= set(stated))


def test_a_held_price_is_not_there_yet() -> None:
    held, shown = (score("completeness", reviewed(price=Decimal(p)), usual=USUAL) for p in ("150", "100"))
    assert held < shown


def test_accuracy_follows_confidence_and_plausibility() -> None:
    assert score("accuracy", reviewed(confidence=0.7)) == 70
    assert score("accuracy", reviewed(confidence=None)) == 100, "nothing accepted, nothing to be wrong"
    assert score("accuracy", reviewed(confidence=0.8, price=Decimal("150")), usual=USUAL) == 40
    settled = said("accept", price=Decimal("150"))
    assert score("accuracy", reviewed(confidence=0.8, price=Decimal("150")), usual=USUAL, said=settled) == 80


def test_consistency_falls_with_every_field_in_dispute() -> None:
    two = [member("alpha"), member("beta")]
    found = []
    for disputed in range(12):
        at_odds = [
            c
            for n in range(disputed)
            for c in (conflict(f"attributes.{n}", "1"), conflict(f"attributes.{n}", "2", "beta"))
        ]
        found.append(score("consistency", reviewed(offers=two, conflicts=at_odds)))
    assert found[0] == 100
    assert found == sorted(found, reverse=True)
    assert found[1] < 100
    assert found[-1] == 0


def test_one_source_cannot_disagree_with_itself() -> None:
    assert score("consistency", reviewed(offers=[member(product_id="1"), member(product_id="2")], conflicts=[])) == 100


@pytest.mark.parametrize(("age", "fresh"), [(0, 100), (3, 90), (15, 50), (FRESH_DAYS, 0)])
def test_timeliness_falls_with_the_age_of_the_newest_offer(age: int, fresh: int) -> None:
    offers = [member(day=dt.date(2025, 1, 1)), member("beta", day=date(31) - dt.timedelta(days=age))]
    assert score("timeliness", reviewed(offers=offers), day=31) == fresh


def test_timeliness_of_what_is_older_still_is_zero() -> None:
    assert score("timeliness", reviewed(offers=[member(day=dt.date(2020, 1, 1))]), day=31) == 0


def test_uniqueness_is_shared_among_those_that_look_the_same() -> None:
    rows = [reviewed("k1"), reviewed("k2"), reviewed("k3"), reviewed("k4", brand="B"), reviewed("k5", price=None),
            reviewed("k6", status="withdrawn")]  # fmt: skip
    found = dict(judged(*rows).products.select("product_key", "uniqueness").rows())
    assert found == {"k1": 33.33, "k2": 33.33, "k3": 33.33, "k4": 100, "k5": 100, "k6": 100}


def test_quality_is_the_weighted_mean_of_the_five() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert set(WEIGHTS) == set(SCORES) - {"quality"}
    row = only(reviewed(confidence=0.5, gtin=None, offers=[member(day=1)]), day=13)
    assert row["quality"] == pytest.approx(sum(row[name] * weight for name, weight in WEIGHTS.items()), abs=0.01)


MAYBE = st.sampled_from([None, "A"])


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Products of every kind: priced or not, held or not, in dispute or not, alive or not."""
    found = []
    for n in range(draw(st.integers(1, 4))):
        category = draw(st.sampled_from([CATEGORY, OTHER_CATEGORY, None]))
        price = draw(st.sampled_from([None, Decimal("0.01"), Decimal("100"), Decimal("9999")]))
        fields = draw(st.lists(st.sampled_from(["price", "name", "attributes.a", "attributes.b"]), unique=True))
        at_odds = [c for f in fields for c in (conflict(f, "100 EUR", chosen=True), conflict(f, "400 EUR", "beta"))]
        offers = [member(source, day=draw(st.integers(1, 20))) for source in draw(st.sampled_from(["a", "ab", "abc"]))]
        found.append(
            reviewed(
                f"k{n}", status=draw(st.sampled_from(["live", "live", "withdrawn"])), name=draw(st.sampled_from("AB")),
                brand=draw(MAYBE), gtin=draw(MAYBE), description=draw(st.sampled_from([None, "x", "x" * 50])),
                category=category, category_state="accepted" if category else "missing", price=price,
                currency="EUR" if price else None, confidence=draw(st.sampled_from([None, 0.0, 0.5, 1.0])),
                conflicts=at_odds, offers=offers, pinned=draw(st.sampled_from([[], ["price"]])),
            )
        )  # fmt: skip
    return found


VERDICTS = st.sampled_from([None, ("accept", None), ("reject", None), ("replace", "42")])


@given(rows(), st.integers(1, 31), VERDICTS, st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_scores_lie_between_0_and_100_and_the_contract_holds(
    drawn: list[Row], day: int, verdict: tuple[str, str | None] | None, seed: int
) -> None:
    asked = drawn[0]
    known = {name: asked[name] for name in ("name", "category", "price", "currency")}
    told = said(verdict[0], verdict[1], **known) if verdict else None
    found = judged(*drawn, usual=USUAL, said=told, day=day)
    assert contract_of(found) == []
    passed, refused = set(found.products["product_key"]), set(found.failures["product_key"])
    assert passed | refused == {row["product_key"] for row in drawn}
    assert not passed & refused
    for name in SCORES:
        assert found.products[name].is_between(0, 100).all()
    waiting = set(found.products.filter(pl.col("price_state") == "pending")["product_key"])
    assert waiting <= set(found.questions["product_key"])
    mixed = shuffled(frame(REVIEWED_PRODUCTS, drawn), seed)
    decisions = pl.DataFrame(told or [], schema=DECISIONS, orient="row")
    again = validate(mixed, measures(drawn, USUAL), decisions, date(day), LIMITS)
    assert_frame_equal(again.products, found.products)
    assert_frame_equal(again.questions, found.questions)


def test_it_is_known_since_the_decision_or_the_product() -> None:
    assert only(reviewed())["known_from"] == KNOWN
    assert only(reviewed(), said=said("accept"))["known_from"] == LATER


def test_no_products_give_an_empty_typed_table() -> None:
    wanted = {name: kind for name, kind in VALIDATED_PRODUCTS.schema.items() if name not in NOT_HERE}
    assert dict(judged().products.schema) == wanted
