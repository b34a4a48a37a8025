"""The matched stage on a lake in memory: what it reads, and that each offer of the day is accounted for."""

import contextlib
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from catalog_assets.configuration import Catalog
from catalog_assets.matched.stage import STAGE
from catalog_assets.stages import Partition, Report, execute, recount
from tests.examples import tries
from tests.frames import MemoryLake, date, world
from tests.histories import DAYS, Delivery, histories, listing, standardized

ONE = {"gtin": "00000000000017"}


def opened(deliveries: list[Delivery], max_withdrawn: float = 1.0) -> Any:
    """A world in which these deliveries are standardized."""
    kinds = {d.source: "full" if d.full else "delta" for d in deliveries}
    columns = {"product_id": "id", "name": "name"}
    sources = {
        name: {
            "columns": columns,
            "delivery": kinds.get(name, "delta"),
            "priority": rank,
            "max_withdrawn": max_withdrawn,
        }
        for rank, name in enumerate(("alpha", "beta"), start=1)
    }
    lake = MemoryLake()
    standardized(lake, deliveries)
    catalog = Catalog.model_validate({"sources": sources})
    nobody = SimpleNamespace(replace_day=lambda day, questions, kinds: None)
    return world(lake, catalog=catalog, lock=lambda name: contextlib.nullcontext(), review=nobody)


def run(where: Any, day: int) -> Report:
    return execute(STAGE, where, Partition(date(day)), f"run-{day}")


def rows(where: Any, day: int) -> dict[str, tuple[str, ...]]:
    """Status and members by product of the day's table."""
    found = where.lake.read("matched_products", day=date(day))
    ids = [[o["product_id"] for o in offers] for offers in found["offers"].to_list()]
    return {"".join(names): (status,) for names, status in zip(ids, found["status"], strict=True)}


def test_a_day_balances_and_tells_what_it_found() -> None:
    where = opened([Delivery("alpha", 1, {"a": ONE, "b": {}}), Delivery("beta", 1, {"x": ONE})])
    report = run(where, 1)
    assert report.holds
    assert report.balance.received == 3
    assert {fate: n for fate, n in report.balance.counts.items() if n} == {"passed": 2, "merged": 1}
    assert rows(where, 1) == {"ax": ("live",), "b": ("live",)}
    assert (report.details["sources"], report.details["absent"]) == (["alpha", "beta"], [])
    assert report.details["products"] == {"live": 2}


def test_a_day_runs_with_the_sources_that_are_there_and_names_the_absent() -> None:
    report = run(opened([Delivery("beta", 1, listing("x"))]), 1)
    assert report.holds
    assert report.details["absent"] == ["alpha"]


def test_an_older_offer_of_another_source_is_a_member_and_not_received() -> None:
    where = opened([Delivery("alpha", 1, {"a": ONE}), Delivery("beta", 2, {"x": ONE})])
    report = run(where, 2)
    assert report.holds
    assert report.balance.received == 1
    assert rows(where, 2) == {"ax": ("live",)}


def test_a_withdrawal_by_the_day_is_shown_and_a_withheld_one_is_told() -> None:
    history = [Delivery("alpha", 1, listing("abc")), Delivery("alpha", 2, listing("ab"))]
    believing, careful = opened(history), opened(history, max_withdrawn=0.1)
    assert run(believing, 2).details["withheld_withdrawals"] == {}
    assert rows(believing, 2) == {"a": ("live",), "b": ("live",), "c": ("withdrawn",)}
    assert run(careful, 2).details["withheld_withdrawals"] == {"alpha": 1}
    assert rows(careful, 2) == {"a": ("live",), "b": ("live",)}


def test_a_refused_record_keeps_its_offer() -> None:
    where = opened([Delivery("alpha", 1, listing("ab")), Delivery("alpha", 2, listing("a"), refused=("b",))])
    assert run(where, 2).holds
    assert rows(where, 2) == {"a": ("live",)}


def test_a_skipped_record_lists_nothing() -> None:
    where = opened([Delivery("alpha", 1, listing("ab")), Delivery("alpha", 2, listing("a"), refused=("b",))])
    fates = where.lake.read("record_fates").with_columns(pl.lit("skipped").alias("fate"))
    where.lake.tables["record_fates"] = fates
    run(where, 2)
    assert rows(where, 2) == {"a": ("live",), "b": ("withdrawn",)}


def test_a_delivery_that_does_not_count_withdraws_nothing() -> None:
    where = opened([Delivery("alpha", 1, listing("ab")), Delivery("alpha", 2, listing("a"))])
    marks = where.lake.read("stage_ledger")
    retracted = pl.when(pl.col("day") == date(2)).then(
        pl.col("details").str.replace('"counts": true', '"counts": false', literal=True)
    )
    where.lake.tables["stage_ledger"] = marks.with_columns(retracted.otherwise("details").alias("details"))
    run(where, 2)
    assert rows(where, 2) == {"a": ("live",)}


def test_a_partition_without_a_balanced_mark_is_not_read() -> None:
    where = opened([Delivery("alpha", 1, listing("a")), Delivery("beta", 1, listing("x"))])
    unfinished = pl.col("balanced") & (pl.col("source") != "beta")
    where.lake.tables["stage_ledger"] = where.lake.read("stage_ledger").with_columns(unfinished.alias("balanced"))
    report = run(where, 1)
    assert report.details["absent"] == ["beta"]
    assert rows(where, 1) == {"a": ("live",)}


def test_what_comes_later_does_not_change_the_inputs_of_a_day() -> None:
    earlier, later = Delivery("alpha", 1, listing("a")), Delivery("alpha", 2, listing("a"))
    day = Partition(date(1))
    assert STAGE.inputs(opened([earlier]), day) == STAGE.inputs(opened([earlier, later]), day)
    assert STAGE.inputs(opened([earlier, later]), Partition(date(2))) != STAGE.inputs(opened([earlier, later]), day)


def test_a_late_earlier_delivery_makes_later_days_stale() -> None:
    late, known = Delivery("beta", 1, listing("x")), Delivery("alpha", 2, listing("a"))
    day = Partition(date(2))
    assert STAGE.inputs(opened([known]), day) != STAGE.inputs(opened([known, late]), day)


def test_a_setting_that_decides_who_wins_makes_days_stale() -> None:
    history = [Delivery("alpha", 1, listing("a"))]
    day = Partition(date(1))
    assert STAGE.inputs(opened(history), day) != STAGE.inputs(opened(history, max_withdrawn=0.2), day)


@pytest.mark.parametrize("how", ["dropped", "doubled", "swapped"])
def test_a_table_that_was_tampered_with_does_not_balance(how: str) -> None:
    where = opened([Delivery("alpha", 1, {"a": ONE, "b": {}}), Delivery("beta", 1, {"x": ONE})])
    assert run(where, 1).holds
    received = where.lake.read("standardized_products").select(pl.concat_str("source", pl.lit(":"), "product_id"))
    table = where.lake.read("matched_products")
    single = pl.col("offers").list.len() == 1
    changed = {
        "dropped": table.filter(~single),
        "doubled": pl.concat([table, table.filter(single).with_columns(pl.lit("other").alias("product_key"))]),
        "swapped": pl.concat([table.filter(~single), table.filter(~single).with_columns(
            pl.lit("other").alias("product_key"), pl.col("offers").list.head(1))]),
    }  # fmt: skip
    where.lake.tables["matched_products"] = changed[how]
    assert not recount(STAGE, where, Partition(date(1)), received.to_series()).holds


@given(histories())
@settings(max_examples=tries(15), deadline=None)
def test_every_day_of_every_history_balances_and_keeps_the_contract(history: list[Delivery]) -> None:
    where = opened(history, max_withdrawn=0.5)
    for day in range(1, DAYS + 1):
        report = run(where, day)
        assert report.balance.sentence() == ""
        assert set(report.violations) == {"matched_products", "matched_pairs"}
        assert not any(found.height for found in report.violations.values())
        assert report.holds


@given(histories())
@settings(max_examples=tries(10), deadline=None)
def test_a_rerun_gives_the_same_table(history: list[Delivery]) -> None:
    where = opened(history)
    for day in range(1, DAYS + 1):
        run(where, day)
    before = where.lake.read("matched_products").sort("day", "product_key")
    for day in reversed(range(1, DAYS + 1)):
        assert not run(where, day).changed
    assert where.lake.read("matched_products").sort("day", "product_key").equals(before)
