import ast
import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import catalog_assets.simulator as simulator
from catalog_assets.configuration import Catalog
from catalog_assets.simulator import Dirt, Plan, source_blocks, suppliers


@pytest.mark.parametrize("wrong", [{"products": 0}, {"days": 0}, {"suppliers": 0}, {"products": 10**8}])
def test_impossible_plans_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Plan(**wrong)


def test_a_rate_is_a_share():
    with pytest.raises(ValueError, match="missing_id is 2"):
        Dirt(missing_id=2)


def test_suppliers_repeat_the_archetypes_under_other_names():
    found = [(s.name, s.archetype, s.currency) for s in suppliers(Plan(suppliers=6))]
    assert found == [
        ("nordwind", "nordwind", "EUR"),
        ("acme_wholesale", "acme_wholesale", "USD"),
        ("bazaar", "bazaar", "GBP"),
        ("supplier_4", "nordwind", "EUR"),
        ("supplier_5", "acme_wholesale", "USD"),
        ("supplier_6", "bazaar", "USD"),
    ]


def test_source_blocks_are_a_valid_configuration():
    catalog = Catalog.model_validate({"sources": source_blocks(Plan(suppliers=6))})
    assert list(catalog.sources) == [s.name for s in suppliers(Plan(suppliers=6))]
    assert {name: source.delivery for name, source in catalog.sources.items()} == {
        "nordwind": "full", "acme_wholesale": "delta", "bazaar": "full",
        "supplier_4": "full", "supplier_5": "delta", "supplier_6": "full",
    }  # fmt: skip


def test_source_blocks_name_columns_that_are_there(simulation, read_records):
    for supplier, block in source_blocks(simulation.plan).items():
        file = next(f for f in simulation.written.files if f.supplier == supplier)
        records = read_records(file.path)
        if block["format"] == "csv":
            named = {*block["columns"].values(), *block["attributes"].values()}
            assert named <= set(records[0])
        else:
            record = next(r for r in records if isinstance(r, dict))
            for path in {*block["columns"].values(), *block["attributes"].values()}:
                value = record
                for key in path.split("."):
                    assert key in value
                    value = value[key]


def test_deliveries_come_when_the_schedule_says(simulation):
    start = simulation.plan.start
    by_kind = {}
    for file in simulation.written.files:
        by_kind.setdefault(file.kind, []).append(file)
        assert file.path.parent.name == file.day.isoformat()
        assert file.path.parent.parent.name == file.supplier
        assert dt.datetime.fromtimestamp(file.path.stat().st_mtime, dt.UTC) == file.delivered_at
    assert sorted((k, len(v)) for k, v in by_kind.items()) == [("late", 1), ("main", 9), ("resend", 1), ("stale", 1)]
    assert all(file.delivered_at.date() == file.day for file in by_kind["main"])
    [late], [stale], [resend] = by_kind["late"], by_kind["stale"], by_kind["resend"]
    assert (late.day, late.delivered_at.date()) == (start, start + dt.timedelta(days=1))
    end_of_day = dt.datetime.combine(stale.day + dt.timedelta(days=1), dt.time(), dt.UTC)
    assert end_of_day - stale.delivered_at > dt.timedelta(hours=24)
    first = next(f for f in by_kind["main"] if (f.day, f.supplier) == (resend.day, resend.supplier))
    assert resend.path.read_bytes() == first.path.read_bytes()
    assert resend.path.name != first.path.name


def test_the_simulator_knows_nothing_of_the_pipeline():
    folder = Path(simulator.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                assert not module.startswith(("catalog_assets", "resources")) or module.startswith(
                    "catalog_assets.simulator"
                ), (path.name, module)


def test_suppliers_share_products_as_planned(simulation):
    sources = simulation.truth("offers").group_by("true_id").len()["len"].value_counts(normalize=True)
    shares = dict(sources.iter_rows())
    assert {count: round(share, 1) for count, share in shares.items()} == pytest.approx(
        {1: 0.6, 2: 0.25, 3: 0.15}, abs=0.06
    )
    assert set(simulation.truth("offers")["true_id"]) == set(simulation.truth("products")["true_id"])
    assert simulation.truth("offers").select(pl.struct("source", "product_id").is_duplicated().any()).item() is False
