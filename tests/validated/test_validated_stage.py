"""The validated stage on a lake in memory: which prices are usual on a day, what is refused, what is asked."""

import contextlib
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from catalog_assets.configuration import Catalog
from catalog_assets.stages import Partition, Report, StageError, execute, recount
from catalog_assets.validated.stage import STAGE
from catalog_assets.validated.transform import price_question
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.columns import STAGE_LEDGER, STANDARDIZED_PRODUCTS
from resources.review.protocol import DECISIONS
from tests.frames import (
    CATEGORY,
    OTHER_CATEGORY,
    REVIEWED_PRODUCTS,
    MemoryLake,
    Row,
    date,
    frame,
    member,
    offer,
    product,
    world,
)

FATES = ("received", "passed", "quarantined", "superseded", "merged", "skipped", "pending")


class Store:
    """A review store that says what it was told to say and remembers what was asked."""

    def __init__(self, *said: Row) -> None:
        self.said = pl.DataFrame(said, schema=DECISIONS, orient="row")
        self.asked: list[tuple[dt.date, list[str], tuple[str, ...]]] = []

    def decisions(self, question_ids: object = None, trust: object = None) -> pl.DataFrame:
        return self.said

    def replace_day(self, day: dt.date, questions: pl.DataFrame, kinds: tuple[str, ...]) -> None:
        self.asked.append((day, questions["product_key"].to_list(), kinds))


def mark(day: int, balanced: bool = True, stage: str = "reviewed_products", source: str = "*") -> Row:
    return {
        "stage": stage, "day": date(day), "source": source, "run_id": "r1", "unit": "proposals",
        **dict.fromkeys(FATES, 0), "balanced": balanced, "input_fingerprint": "in", "output_fingerprint": f"out{day}",
        "details": "{}",
    }  # fmt: skip


def priced(key: str, price: str, day: int = 1, **values: Any) -> Row:
    return product(REVIEWED_PRODUCTS, key, day, price=Decimal(price), name=f"Monitor {key}", **values)


NOTHING_REQUIRED: dict[str, list[str]] = {CATEGORY: []}


def opened(
    rows: list[Row], store: Store | None = None, unfinished: tuple[int, ...] = (),
    required: dict[str, list[str]] = NOTHING_REQUIRED, **limits: Any,
) -> Any:  # fmt: skip
    """A world in which these products are reviewed."""
    lake = MemoryLake()
    lake.append("reviewed_products", frame(REVIEWED_PRODUCTS, rows))
    days = sorted({row["day"].day for row in rows})
    marks = [mark(day, day not in unfinished) for day in days]
    lake.append("stage_ledger", pl.DataFrame(marks, schema=STAGE_LEDGER.schema))
    source = {"columns": {"product_id": "id", "name": "name"}}
    settings = {"thresholds": {"price_sample": 5, **limits}, "required_attributes": required}
    catalog = Catalog.model_validate({"sources": {"alpha": source}, **settings})
    return world(lake, catalog=catalog, review=store or Store(), lock=lambda name: contextlib.nullcontext())


def run(where: Any, day: int = 1) -> Report:
    return execute(STAGE, where, Partition(date(day)), "run")


def states(where: Any, day: int = 1) -> dict[str, str]:
    return dict(where.lake.read("validated_products", day=date(day)).select("product_key", "price_state").rows())


USUAL = [priced(f"u{n}", str(100 + n)) for n in range(9)]


def test_a_day_balances_with_what_it_refuses_and_asks_about_what_it_holds() -> None:
    store = Store()
    where = opened(
        [*USUAL, priced("dear", "5000"), priced("none", "0"), priced("odd", "105", category="Nonsense")], store
    )
    report = run(where)
    assert report.holds
    assert (report.balance.received, report.balance.counts["passed"], report.balance.counts["quarantined"]) == (
        12,
        10,
        2,
    )
    assert states(where)["dear"] == "pending"
    assert store.asked == [(date(1), ["dear"], ("price",))]
    assert report.details["price_states"] == {"accepted": 9, "pending": 1}
    assert report.details["refused"] == {"category_not_allowed": 1, "price_out_of_range": 1}
    assert report.details["issues"] == {"price_outlier": 1}


def test_a_refused_product_is_in_quarantine_with_each_rule_and_the_record() -> None:
    where = opened([priced("bad", "0", category="Nonsense", offers=[member("beta", record_number=7)])])
    assert run(where).holds
    refused = where.lake.read("quarantine").sort("rule")
    assert refused["rule"].to_list() == ["category_not_allowed", "price_out_of_range"]
    place = refused.select("record_id", "delivery_id", "record_number").unique().rows()
    assert place == [("bad", f"beta-{date(1)}", 7)]
    assert json.loads(refused["payload"][0])["category"] == "Nonsense"
    assert where.lake.read("record_fates").select("record_id", "fate", "reason").rows() == [
        ("bad", "quarantined", "category_not_allowed")]  # fmt: skip


def test_a_category_is_that_of_all_products_that_stand_on_the_day() -> None:
    """The usual prices came the day before; today one product alone is delivered."""
    where = opened([*USUAL, priced("dear", "5000", 2)])
    run(where, 2)
    assert states(where, 2) == {"dear": "pending"}


def test_later_days_say_nothing_about_an_earlier_one() -> None:
    where = opened([priced("dear", "5000"), *(priced(f"u{n}", str(100 + n), 2) for n in range(9))])
    run(where, 1)
    assert states(where, 1) == {"dear": "accepted"}


def test_a_product_counts_with_its_latest_price_and_not_after_it_is_gone() -> None:
    rows = [priced(f"u{n}", "100") for n in range(9)]
    raised = [priced(f"u{n}", str(4000 + 300 * n), 2) for n in range(9)]
    gone = [priced(f"u{n}", str(100 + n), 2, status="withdrawn") for n in range(9)]
    for later in (raised, gone):
        where = opened([*rows, *later, priced("dear", "5000", 2)])
        run(where, 2)
        assert states(where, 2)["dear"] == "accepted"


def test_days_that_are_not_done_do_not_count() -> None:
    where = opened([*USUAL, priced("dear", "5000", 2)], unfinished=(1,))
    run(where, 2)
    assert states(where, 2) == {"dear": "accepted"}


def test_an_input_that_is_not_done_is_refused() -> None:
    with pytest.raises(StageError, match="reviewed_products"):
        run(opened(USUAL, unfinished=(1,)))


def asked(row: Row) -> str:
    return str(frame(REVIEWED_PRODUCTS, [row]).select(price_question()).item())


def told(row: Row, verdict: str, value: str | None = None) -> Row:
    return {
        "question_id": asked(row), "verdict": verdict, "value": value, "annotator": "eve", "sequence": 1,
        "decided_at": dt.datetime(2026, 1, 3, tzinfo=dt.UTC),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "value", "state", "price"),
    [("accept", None, "accepted", "5000"), ("replace", "50", "accepted", "50"), ("reject", None, "rejected", None)],
)
def test_a_decision_settles_a_held_price(verdict: str, value: str | None, state: str, price: str | None) -> None:
    dear = priced("dear", "5000")
    store = Store(told(dear, verdict, value))
    where = opened([*USUAL, dear], store)
    assert run(where).holds
    row = where.lake.read("validated_products").filter(pl.col("product_key") == "dear").row(0, named=True)
    assert (row["price_state"], row["price"]) == (state, price and Decimal(price))
    assert store.asked[0][1] == ["dear"], "it can be decided again"


def test_only_facts_about_the_day_make_it_stale() -> None:
    day, dear = Partition(date(1)), priced("dear", "5000")
    rows = [*USUAL, dear]
    fresh = STAGE.inputs(opened(rows), day)
    elsewhere = Store(told(priced("dear", "6000"), "accept"))
    assert STAGE.inputs(opened(rows, elsewhere), day) == fresh
    assert STAGE.inputs(opened([*rows, priced("u1", "1", 2)]), day) == fresh
    assert STAGE.inputs(opened(rows, accept=0.9), day) == fresh, "the threshold of proposals is none of its business"
    assert STAGE.inputs(opened(rows, Store(told(dear, "accept"))), day) != fresh
    assert STAGE.inputs(opened(rows, price_max=10), day) != fresh


def test_an_earlier_day_that_changes_makes_later_ones_stale() -> None:
    where = opened([*USUAL, priced("dear", "5000", 2)])
    before = STAGE.inputs(where, Partition(date(2)))
    changed = pl.when(pl.col("day") == date(1)).then(pl.lit("other")).otherwise("output_fingerprint")
    where.lake.tables["stage_ledger"] = where.lake.read("stage_ledger").with_columns(
        changed.alias("output_fingerprint")
    )
    assert STAGE.inputs(where, Partition(date(2))) != before


def test_a_product_that_stands_twice_does_not_balance() -> None:
    report = run(opened([*USUAL, priced("u1", "7")]))
    assert not report.balance.holds
    assert report.balance.doubled == ("u1",)


TAMPERED = {
    "dropped": lambda rows: rows.head(8),
    "doubled": lambda rows: pl.concat([rows, rows.head(1)]),
    "swapped": lambda rows: pl.concat([rows.head(8), rows.tail(1).with_columns(pl.lit("x").alias("product_key"))]),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_table_that_was_tampered_with_does_not_balance(how: str) -> None:
    where = opened(USUAL)
    assert run(where).holds
    received = where.lake.read("reviewed_products")["product_key"]
    assert recount(STAGE, where, Partition(date(1)), received).holds
    where.lake.tables["validated_products"] = TAMPERED[how](where.lake.read("validated_products"))
    assert not recount(STAGE, where, Partition(date(1)), received).holds


def test_a_rerun_without_news_changes_nothing() -> None:
    where = opened([*USUAL, priced("dear", "5000"), priced("none", "0")])
    assert run(where).changed
    assert not run(where).changed


BOTH = [member("alpha"), member("beta")]
HALF = member("beta", live=False)


def offered(rows: list[Row], *offers: Row, unfinished: tuple[str, ...] = (), **settings: Any) -> Any:
    """A world of these products and the offers that they are of."""
    where = opened(rows, **settings)
    where.lake.append("standardized_products", frame(STANDARDIZED_PRODUCTS, offers))
    places = sorted({(each["day"].day, each["source"]) for each in offers})
    marks = [mark(day, source not in unfinished, "standardized_products", source) for day, source in places]
    where.lake.append("stage_ledger", pl.DataFrame(marks, schema=STAGE_LEDGER.schema))
    return where


def asking(source: str, price: str, currency: str, **values: Any) -> Row:
    return offer(source, price=Decimal(price), currency=currency, **values)


EUROS, DOLLARS = asking("alpha", "100", "EUR"), asking("beta", "250", "USD")


@pytest.mark.parametrize(("dollars", "state"), [("250", "pending"), ("108", "accepted")])
def test_offers_in_two_currencies_are_compared_at_the_rates_of_the_day(dollars: str, state: str) -> None:
    where = offered([priced("p", "100", offers=BOTH)], EUROS, asking("beta", dollars, "USD"))
    assert run(where).holds
    assert states(where) == {"p": state}


def test_only_offers_that_stand_and_are_the_latest_of_theirs_ask_something() -> None:
    for offers in ([member("alpha"), HALF], [member("alpha"), member("beta", day=2)]):
        where = offered([priced("p", "100", 2, offers=offers)], EUROS, DOLLARS, asking("beta", "110", "USD", day=2))
        run(where, 2)
        assert states(where, 2) == {"p": "accepted"}


def test_offers_of_a_partition_that_is_not_done_ask_nothing_until_it_is() -> None:
    rows = [priced("p", "100", offers=BOTH)]
    where = offered(rows, EUROS, DOLLARS, unfinished=("beta",))
    run(where)
    assert states(where) == {"p": "accepted"}
    assert STAGE.inputs(where, Partition(date(1))) != STAGE.inputs(offered(rows, EUROS, DOLLARS), Partition(date(1)))


def test_offers_of_a_later_day_do_not_make_a_day_stale() -> None:
    rows, day = [priced("p", "100", offers=BOTH)], Partition(date(1))
    later = offered(rows, EUROS, DOLLARS, asking("beta", "9", "USD", day=2))
    assert STAGE.inputs(later, day) == STAGE.inputs(offered(rows, EUROS, DOLLARS), day)


def test_what_is_required_is_configured_by_level_and_counted_by_category() -> None:
    laptops = [priced(f"l{n}", str(100 + n), category=OTHER_CATEGORY) for n in range(2)]
    where = opened([*USUAL, *laptops, priced("gone", "100", status="withdrawn")], required={"Computers": ["weight"]})
    report = run(where)
    assert report.holds
    assert report.details["lacking_required"] == {CATEGORY: 9, OTHER_CATEGORY: 2}
    assert report.details["issues"] == {"required_missing": 11}
    found = dict(where.lake.read("validated_products").select("product_key", "missing_required").rows())
    assert found["u0"] == ["screen_size", "weight"]
    assert found["l0"] == ["ram", "screen_size", "storage", "weight"]


def test_only_the_ten_categories_that_lack_most_are_told() -> None:
    paths = list(CATEGORIES)[:12]
    rows = [priced(f"{n}-{m}", "100", category=path) for n, path in enumerate(paths) for m in range(n + 1)]
    report = run(opened(rows, required={path: ["weight"] for path in paths}))
    assert report.details["lacking_required"] == {path: n + 1 for n, path in enumerate(paths) if n >= 2}


def test_another_requirement_makes_the_day_stale() -> None:
    day = Partition(date(1))
    fresh = STAGE.inputs(opened(USUAL), day)
    assert STAGE.inputs(opened(USUAL, required={CATEGORY: ["weight"]}), day) != fresh
    assert STAGE.inputs(opened(USUAL, required={**NOTHING_REQUIRED, "Shoes": ["color", "size"]}), day) == fresh
