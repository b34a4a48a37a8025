"""The dbt project run for real over small lakes: what the marts hold, that a run for some days ends where a run for all
days does, and that its tests fail on what is wrong. Each `dbt` takes seconds, so the runs are shared."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from catalog_assets.vocabulary.columns import STAGE_LEDGER, VALIDATED_PRODUCTS
from catalog_assets.warehouse.transform import current
from resources.lake import Lake
from resources.lake_plugin import sources_document
from resources.warehouse import PROJECT, WAREHOUSE, dbt_arguments, environment
from tests.frames import Row, frame, product, tombstone

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("warehouse models")]

DBT = Path(sys.executable).with_name("dbt")
D1, D2, D3, D4 = (dt.date(2026, 1, day) for day in (1, 2, 3, 4))
RELATIONS = {
    "intermediate.int_product_days",
    "intermediate.int_product_history",
    "marts.dim_product",
    "marts.fct_product_price",
    "marts.mart_category_overview",
    "marts.mart_daily_health",
    "marts.mart_quarantine_reasons",
}


# --- lakes ---------------------------------------------------------------------------------------------------------


def known(day: int) -> dt.datetime:
    return dt.datetime(2026, 1, day, 6, tzinfo=dt.UTC)


def live(key: str, day: dt.date, price: str | None = "10", **values: object) -> Row:
    return product(
        VALIDATED_PRODUCTS,
        key,
        day,
        name=values.pop("name", key.title()),
        price=None if price is None else Decimal(price),
        known_from=values.pop("known_from", known(day.day)),
        **values,
    )


def withdrawn(key: str, day: dt.date) -> Row:
    return live(key, day, None, status="withdrawn", price_state="none")


def merged(key: str, day: dt.date, into: str) -> Row:
    return tombstone(VALIDATED_PRODUCTS, key, into, day) | {"known_from": known(day.day)}


def rated(base_price: str, rates_version: str, *missing: str) -> Row:
    return {"base_price": Decimal(base_price), "rates_version": rates_version, "missing_required": list(missing)}


DAYS: dict[dt.date, list[Row]] = {
    D1: [
        live("drill", D1, gtin="00000000000017", **rated("10", "a", "power", "voltage")),
        live("fan", D1, "5"),
        live("saw", D1, "20"),
        live("lamp", D1, "30"),
        live("hose", D1, None, price_state="pending", proposed_price=Decimal("500"), pending=1),
    ],
    # This day comes last: what it says became known on the 9th.
    D2: [
        live("drill", D2, gtin="00000000000017", known_from=known(9), **rated("9.5", "b", "power", "voltage")),
        live("fan", D2, "6", known_from=known(9)),
        live("light", D2, "31", known_from=known(9), **rated("31", "b", "power")),
        withdrawn("saw", D2),
    ],
    D3: [
        live("drill", D3, "12", gtin="00000000000017", **rated("12", "b")),
        live("fan", D3, "5"),
        live("light", D3, "31", name="Light, big", **rated("31.5", "b", "power", "voltage")),
        merged("lamp", D3, "light"),
    ],
    D4: [
        live("drill", D4, "10", gtin="00000000000017", run_id="r2", **rated("10", "c")),
        live("saw", D4, "20", currency="USD", **rated("17.0943", "c", "power")),
        live("hose", D4, "5", category=None),
    ],
}

BEFORE: dict[dt.date, list[Row]] = {
    D1: [*DAYS[D1], live("lost", D1)],
    D3: DAYS[D3],
    D4: [live("drill", D4, "99", gtin="00000000000017"), *DAYS[D4][1:], live("ghost", D4)],
}
"""As DAYS before the second day came, the fourth was run again (another price, no ghost), and the first (no lost)."""


def mark(
    day: dt.date, balanced: bool = True, stage: str = "validated_products", source: str = "*", **counts: int
) -> Row:
    fates = dict.fromkeys(("received", "passed", "quarantined", "superseded", "merged", "skipped", "pending"), 0)
    texts = {"run_id": "r1", "unit": "products", "input_fingerprint": "", "output_fingerprint": "", "details": "{}"}
    return {"stage": stage, "day": day, "source": source, "balanced": balanced, **texts, **fates, **counts}


def write_lake(folder: Path, days: dict[dt.date, list[Row]]) -> Lake:
    """Validated days with their marks, the catalogue that follows from them, and two sources' raw marks of day 1.
    Day 5 has rows but no balanced mark, as while a run writes."""
    lake = Lake(str(folder))
    unfinished = dt.date(2026, 1, 5)
    for day, rows in {**days, unfinished: [live("drill", unfinished, "77")]}.items():
        lake.replace("validated_products", frame(VALIDATED_PRODUCTS, rows), day=day)
    marks = [mark(day, received=len(rows), passed=len(rows)) for day, rows in days.items()]
    marks.append(mark(unfinished, balanced=False))
    marks.append(mark(D1, stage="raw_products", source="alpha", received=5, passed=3, quarantined=2))
    marks.append(mark(D1, stage="raw_products", source="beta", received=5, passed=4, superseded=1))
    ledger = frame(STAGE_LEDGER, marks)
    for (stage, day), rows in ledger.partition_by("stage", "day", as_dict=True).items():
        lake.replace("stage_ledger", rows, stage=stage, day=day)
    catalog = current(frame(VALIDATED_PRODUCTS, [row for rows in days.values() for row in rows]))
    lake.replace("catalog_products", catalog.with_columns(pl.lit("r1").alias("run_id")))
    return lake


# --- dbt -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One dbt command: its exit code, what it printed, and by name each node's status and each test's failing rows."""

    code: int
    output: str
    status: dict[str, str]
    failures: dict[str, int | None]

    @property
    def failed(self) -> set[str]:
        return {name for name, status in self.status.items() if status in ("fail", "error")}


def dbt(home: Path, lake: Lake | Path, arguments: Sequence[str]) -> Run:
    uri = lake.uri if isinstance(lake, Lake) else str(lake)
    home.mkdir(exist_ok=True)
    variables = {**os.environ, **environment(home, uri, None)}
    done = subprocess.run(
        [DBT, "--no-use-colors", *arguments], env=variables, capture_output=True, text=True, timeout=200
    )
    results = home / "dbt" / "target" / "run_results.json"
    assert results.exists(), done.stdout + done.stderr
    nodes = json.loads(results.read_text())["results"]
    status = {_name(node["unique_id"]): node["status"] for node in nodes}
    failures = {_name(node["unique_id"]): node["failures"] for node in nodes}
    return Run(done.returncode, done.stdout + done.stderr, status, failures)


def _name(unique_id: str) -> str:
    parts = unique_id.split(".")
    return parts[3] if parts[0] == "unit_test" else parts[2]


def rows(home: Path, query: str) -> list[tuple]:
    with duckdb.connect(home / WAREHOUSE, read_only=True) as connection:
        return connection.execute(query).fetchall()


def content(home: Path) -> dict[str, list[tuple]]:
    """Every row of every relation, read with plain DuckDB as an analyst would."""
    with duckdb.connect(home / WAREHOUSE, read_only=True) as connection:
        found = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables where table_catalog = 'warehouse'"
        ).fetchall()
        return {name: connection.execute(f"select * from {name} order by all").fetchall() for (name,) in found}


@dataclass(frozen=True)
class Built:
    """`partial`: built on BEFORE, then brought to DAYS by a run for two days apart. `full`: built on DAYS at once,
    reading the lake in stretches of few rows, unit tests included."""

    lake: Lake
    before: dict[str, list[tuple]]
    partial: Path
    full: Path
    runs: dict[str, Run]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("warehouse")
    partial, full = root / "partial", root / "full"
    write_lake(root / "lake", BEFORE)
    runs = {"before": dbt(partial, root / "lake", dbt_arguments([D1], False))}
    before = content(partial)
    lake = write_lake(root / "lake", DAYS)
    runs["days"] = dbt(partial, lake, dbt_arguments([D4, D2], False))
    runs["all"] = dbt(full, lake, ["build", "--vars", '{"rows_at_a_time": 4}'])
    return Built(lake, before, partial, full, runs)


# --- what the marts hold -------------------------------------------------------------------------------------------


def test_every_run_succeeds_with_all_its_tests(built: Built) -> None:
    for run in built.runs.values():
        assert run.code == 0, run.output
        assert run.failed == set()
    unit_tests = {"dim_product_change", "dim_product_no_change", "dim_product_return", "dim_product_late_day"}
    units = {name for name in built.runs["all"].status if name.startswith(("dim_product_", "history_"))}
    assert unit_tests <= units
    assert not unit_tests & set(built.runs["days"].status)


def test_dim_product_is_the_dated_history(built: Built) -> None:
    found = rows(
        built.full,
        """
        select product_key, name, price, currency, price_state, effective_from, effective_to, is_current,
            day(known_from)
        from marts.dim_product order by product_key, effective_from
        """,
    )
    assert found == [
        ("drill", "Drill", Decimal("10"), "EUR", "accepted", D1, D3, False, 1),
        ("drill", "Drill", Decimal("12"), "EUR", "accepted", D3, D4, False, 3),
        ("drill", "Drill", Decimal("10"), "EUR", "accepted", D4, None, True, 4),
        ("fan", "Fan", Decimal("5"), "EUR", "accepted", D1, D2, False, 1),
        ("fan", "Fan", Decimal("6"), "EUR", "accepted", D2, D3, False, 9),
        ("fan", "Fan", Decimal("5"), "EUR", "accepted", D3, None, True, 3),
        ("hose", "Hose", None, "EUR", "pending", D1, D4, False, 1),
        ("hose", "Hose", Decimal("5"), "EUR", "accepted", D4, None, True, 4),
        ("lamp", "Lamp", Decimal("30"), "EUR", "accepted", D1, D3, False, 1),
        ("light", "Light", Decimal("31"), "EUR", "accepted", D2, D3, False, 9),
        ("light", "Light, big", Decimal("31"), "EUR", "accepted", D3, None, True, 3),
        ("saw", "Saw", Decimal("20"), "EUR", "accepted", D1, D2, False, 1),
        ("saw", "Saw", Decimal("20"), "USD", "accepted", D4, None, True, 4),
    ]


def test_rates_that_move_open_no_row_and_what_is_missing_does(built: Built) -> None:
    found = rows(
        built.full,
        "select product_key, effective_from, base_price, rates_version, missing_required from marts.dim_product "
        "where product_key in ('drill', 'light', 'saw', 'hose') order by product_key, effective_from",
    )
    assert found == [
        ("drill", D1, Decimal("10"), "a", ["power", "voltage"]),
        ("drill", D3, Decimal("12"), "b", []),
        ("drill", D4, Decimal("10"), "c", []),
        ("hose", D1, None, None, None),
        ("hose", D4, None, None, None),
        ("light", D2, Decimal("31"), "b", ["power"]),
        ("light", D3, Decimal("31.5"), "b", ["power", "voltage"]),
        ("saw", D1, None, None, None),
        ("saw", D4, Decimal("17.0943"), "c", ["power"]),
    ]


def test_history_keeps_tombstones_and_drops_repetitions(built: Built) -> None:
    found = rows(
        built.full,
        "select product_key, day, status, merged_into from intermediate.int_product_history "
        "where product_key in ('drill', 'saw', 'lamp') order by product_key, day",
    )
    assert found == [
        ("drill", D1, "live", None),
        ("drill", D3, "live", None),
        ("drill", D4, "live", None),
        ("lamp", D1, "live", None),
        ("lamp", D3, "merged", "light"),
        ("saw", D1, "live", None),
        ("saw", D2, "withdrawn", None),
        ("saw", D4, "live", None),
    ]


def test_prices_are_told_where_they_change(built: Built) -> None:
    found = rows(
        built.full,
        "select product_key, day, price, currency, previous_price, price_change, base_price, rates_version "
        "from marts.fct_product_price order by product_key, day",
    )
    assert found == [
        ("drill", D1, Decimal("10"), "EUR", None, None, Decimal("10"), "a"),
        ("drill", D3, Decimal("12"), "EUR", Decimal("10"), Decimal("2"), Decimal("12"), "b"),
        ("drill", D4, Decimal("10"), "EUR", Decimal("12"), Decimal("-2"), Decimal("10"), "c"),
        ("fan", D1, Decimal("5"), "EUR", None, None, None, None),
        ("fan", D2, Decimal("6"), "EUR", Decimal("5"), Decimal("1"), None, None),
        ("fan", D3, Decimal("5"), "EUR", Decimal("6"), Decimal("-1"), None, None),
        ("hose", D4, Decimal("5"), "EUR", None, None, None, None),
        ("lamp", D1, Decimal("30"), "EUR", None, None, None, None),
        ("light", D2, Decimal("31"), "EUR", None, None, Decimal("31"), "b"),
        ("saw", D1, Decimal("20"), "EUR", None, None, None, None),
        ("saw", D4, Decimal("20"), "USD", Decimal("20"), None, Decimal("17.0943"), "c"),
    ]


def test_category_overview_counts_the_live_products(built: Built) -> None:
    found = rows(
        built.full,
        "select category, currency, live_products, average_price, median_price, average_base_price, mean_quality, "
        "gtin_share, lacking_required, pending_values from marts.mart_category_overview order by category, currency",
    )
    assert found == [
        ("Computers > Monitors", "EUR", 3, Decimal("15.3333"), Decimal("10"), Decimal("20.75"), 80.0, 0.333333, 1, 0),
        ("Computers > Monitors", "USD", 1, Decimal("20"), Decimal("20"), Decimal("17.0943"), 80.0, 0.0, 1, 0),
        ("none", "EUR", 1, Decimal("5"), Decimal("5"), None, 80.0, 0.0, 0, 0),
    ]


def test_daily_health_adds_the_sources_up(built: Built) -> None:
    found = rows(
        built.full,
        "select day, stage, received, passed, quarantined, superseded, unaccounted, is_balanced, quarantined_share, "
        "mean_quality from marts.mart_daily_health where day in ('2026-01-01', '2026-01-05') order by day, stage",
    )
    assert found == [
        (D1, "raw_products", 10, 7, 2, 1, 0, True, 0.2, 80.0),
        (D1, "validated_products", 5, 5, 0, 0, 0, True, 0.0, 80.0),
        (dt.date(2026, 1, 5), "validated_products", 0, 0, 0, 0, 0, False, None, None),
    ]


# --- some days or all days -----------------------------------------------------------------------------------------


def test_days_run_starts_from_another_history(built: Built) -> None:
    """Otherwise the next test would prove nothing."""
    keys = {row[1] for row in built.before["marts.dim_product"]}
    assert {"ghost", "lost"} <= keys
    assert built.before["marts.dim_product"] != content(built.full)["marts.dim_product"]


def test_a_run_for_days_ends_in_the_same_tables_as_a_run_for_all(built: Built) -> None:
    partial, full = content(built.partial), content(built.full)
    assert partial.keys() == full.keys() == RELATIONS
    for name in RELATIONS:
        assert partial[name] == full[name], name


def test_a_warehouse_of_older_models_is_built_anew_by_a_run_for_one_day(built: Built, tmp_path: Path) -> None:
    """Its tables lack columns that the models have by now; to add them empty would lose the values of other days."""
    shutil.copytree(built.full, tmp_path / "home")
    with duckdb.connect(tmp_path / "home" / WAREHOUSE) as connection:
        for table in ("intermediate.int_product_days", "marts.dim_product", "marts.fct_product_price"):
            for column in ("base_price", "rates_version"):
                connection.execute(f"alter table {table} drop column {column}")
    run = dbt(tmp_path / "home", built.lake, dbt_arguments([D3], False))
    assert run.code == 0, run.output
    assert content(tmp_path / "home") == content(built.full)


def test_an_analyst_finds_no_relation_that_needs_dbt(built: Built) -> None:
    with duckdb.connect(built.full / WAREHOUSE, read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_views() where not internal").fetchall() == [(0,)]
    assert set(content(built.full)) == RELATIONS


# --- the tests fail on what is wrong -------------------------------------------------------------------------------


def test_broken_lake_rows_fail_and_change_nothing(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.full, tmp_path / "home")
    shutil.copytree(built.lake.uri, tmp_path / "lake")
    broken = [*DAYS[D3], live("drill", D3, "13"), live("minus", D3, "-1"), live("odd", D3, status="gone")]
    Lake(str(tmp_path / "lake")).replace("validated_products", frame(VALIDATED_PRODUCTS, broken), day=D3)
    run = dbt(tmp_path / "home", tmp_path / "lake", dbt_arguments([D3], False))
    assert run.code == 1
    assert run.failed == {
        "unique_together_stg_validated_products_product_key__day",
        "stg_validated_products_price_above_zero",
        "accepted_values_stg_validated_products_status__live__withdrawn__merged",
    }
    assert run.status["dim_product"] == "skipped"
    assert content(tmp_path / "home")["marts.dim_product"] == content(built.full)["marts.dim_product"]


def test_a_model_that_fails_halfway_changes_nothing(built: Built, tmp_path: Path) -> None:
    """The days are forgotten and loaded in one transaction: a column too many fails between the two.

    The model is run alone, as Dagster does for a part of the assets: no earlier one has made the lake's tables known.
    """
    shutil.copytree(built.full, tmp_path / "home")
    with duckdb.connect(tmp_path / "home" / WAREHOUSE) as connection:
        connection.execute("alter table intermediate.int_product_days add column stranger varchar")
    before = content(tmp_path / "home")
    run = dbt(tmp_path / "home", built.lake, [*dbt_arguments([D3], False), "--select", "int_product_days"])
    assert run.failed == {"int_product_days"}
    assert "The source and target schemas on this incremental model are out of sync" in run.output
    assert content(tmp_path / "home") == before


def test_a_broken_dimension_fails(built: Built, tmp_path: Path) -> None:
    """A product with a day that is in the lake but not loaded yet (drill) is outstanding, not wrong."""
    shutil.copytree(built.full, tmp_path / "home")
    later = dt.date(2026, 1, 6)
    lake = write_lake(tmp_path / "lake", {**DAYS, later: [live("drill", later, "50")]})
    with duckdb.connect(tmp_path / "home" / WAREHOUSE) as connection:
        # light twice current and overlapping, saw's current row lost, hose with another price than the catalogue's.
        connection.execute(
            "insert into marts.dim_product select * replace ('x' as product_sk, date '2026-01-02' as effective_from) "
            "from marts.dim_product where product_key = 'light' and is_current"
        )
        connection.execute("delete from marts.dim_product where product_key = 'saw' and is_current")
        connection.execute("update marts.dim_product set price = -5 where product_key = 'hose' and is_current")
    run = dbt(tmp_path / "home", lake, ["test", "--select", "dim_product,test_type:data"])
    assert {name: count for name, count in run.failures.items() if count} == {
        "unique_together_dim_product_product_key__effective_from": 1,
        "no_overlap_dim_product_product_key__effective_from__effective_to": 2,
        "dim_product_has_one_current_row_per_live_product": 2,
        "dim_product_agrees_with_catalog_products": 2,
        "dim_product_price_above_zero": 1,
        "relationships_fct_product_price_product_sk__product_sk__ref_dim_product_": 1,
    }


# --- without a lake ------------------------------------------------------------------------------------------------


def test_a_lake_without_tables_gives_empty_relations(tmp_path: Path) -> None:
    run = dbt(tmp_path / "home", tmp_path / "nothing", dbt_arguments(None, False))
    assert run.code == 0, run.output
    assert content(tmp_path / "home") == {name: [] for name in RELATIONS}


def test_the_project_parses_without_lake_or_environment(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOG_", "DBT_", "AWS_"))}
    folders = ["--project-dir", PROJECT, "--profiles-dir", PROJECT, "--target-path", tmp_path, "--log-path", tmp_path]
    done = subprocess.run(
        [DBT, "parse", *folders], env=clean, cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    keys = {node["name"]: node["config"]["meta"]["dagster"]["asset_key"] for node in manifest["sources"].values()}
    assert keys == {name: [name] for name in keys}
    assert "validated_products" in keys


def test_sources_are_those_of_the_registry() -> None:
    found = yaml.safe_load((PROJECT / "models" / "staging" / "sources.yml").read_text())
    remedy = "run: python -m resources.lake_plugin > dbt_models/models/staging/sources.yml"
    assert found == sources_document(), remedy


def test_every_column_of_every_relation_is_described(built: Built) -> None:
    described: dict[str, set[str]] = {}
    for file in sorted((PROJECT / "models").rglob("*.yml")):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            assert all(column["description"] for column in model["columns"])
            described[model["name"]] = {column["name"] for column in model["columns"]}
    with duckdb.connect(built.full / WAREHOUSE, read_only=True) as connection:
        for name in RELATIONS:
            columns = {row[0] for row in connection.execute(f"describe {name}").fetchall()}
            assert described[name.split(".")[1]] == columns, name
