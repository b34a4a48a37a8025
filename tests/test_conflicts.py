"""Two suppliers say different things about one product: what the catalogue shows, what it keeps, whom it asks.

Each test plays two small feeds through the whole pipeline. Belongs here: the five questions of conflicting data (price,
name, unit, category, GTIN). Does not belong here: the rules of a single stage.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from catalog_assets.configuration import parse
from catalog_assets.pipeline import catch_up, states
from catalog_assets.raw.deliveries import land
from catalog_assets.releases import Statement, put_in_force
from catalog_assets.stages import Partition, World
from resources import open_world

DAY = dt.date(2026, 1, 5)
COLUMNS = {"product_id": "id", "name": "name", "brand": "brand", "mpn": "mpn", "gtin": "gtin", "price": "price",
           "currency": "currency", "category_path": "category"}  # fmt: skip
GTIN, OTHER_GTIN = "4006381333931", "4012345678901"
LAMP = {"id": "1", "name": "Desk lamp", "brand": "Lumo", "mpn": "LX-350", "gtin": GTIN, "price": "20.00",
        "currency": "EUR", "category": "Lamps", "weight": "1.5 kg", "color": "white"}  # fmt: skip


def settled(folder: Path, alpha: dict[str, str], beta: dict[str, str], **settings: Any) -> World:
    """The pipeline at rest after alpha (who has priority) and beta delivered one offer each."""
    attributes = {"weight": "weight", "color": "color"}
    sources = {
        name: {"columns": COLUMNS, "attributes": attributes, "priority": rank}
        for rank, name in enumerate(("alpha", "beta"), start=1)
    }
    world = open_world(parse({"home": str(folder), "sources": sources, **settings}, folder / "catalog.yaml"))
    for source, offer in (("alpha", alpha), ("beta", beta)):
        file = folder / "inbox" / source / DAY.isoformat() / "f.csv"
        file.parent.mkdir(parents=True)
        cells = pl.DataFrame([{**LAMP, **offer}], schema=dict.fromkeys(LAMP, pl.String))
        file.write_text(cells.write_csv())
        land(world, Partition(DAY, source), "run", lambda: dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC))
    assert all(report.holds for report in catch_up(world, "run"))
    return world


def products(world: World) -> list[dict[str, Any]]:
    return world.lake.read("validated_products", day=DAY).to_dicts()


def conflicts(world: World, field: str) -> list[tuple[str, str, bool]]:
    """Who says what, and whose word counts."""
    rows = world.lake.read("matched_products", day=DAY)["conflicts"].to_list()
    return [(c["source"], c["value"], c["chosen"]) for row in rows for c in row if c["field"] == field]


def test_two_prices(tmp_path):
    """Near each other, the source of priority wins and the other is kept; far apart, a person is asked first."""
    near = settled(tmp_path / "near", {}, {"price": "22.00"})
    (product,) = products(near)
    assert (product["price_state"], float(product["price"])) == ("accepted", 20.0)
    assert conflicts(near, "price") == [("alpha", "20.0000 EUR", True), ("beta", "22.0000 EUR", False)]
    far = settled(tmp_path / "far", {}, {"price": "199.00"})
    (product,) = products(far)
    assert (product["price_state"], product["price"], float(product["proposed_price"])) == ("pending", None, 20.0)
    asked = far.review.open_questions(limit=None).filter(pl.col("kind") == "price")
    assert asked.height == 1
    assert "199" in asked["context"].item()


def test_two_prices_in_two_currencies(tmp_path):
    """Amounts in two currencies are no conflict of values; far apart at the rates of the day, a person is asked."""
    near = settled(tmp_path / "near", {"price": "100.00"}, {"price": "108.00", "currency": "USD"})
    (product,) = products(near)
    assert (product["price_state"], float(product["price"]), product["currency"]) == ("accepted", 100.0, "EUR")
    assert not conflicts(near, "price")
    assert not {"sources_disagree", "sources_disagree_on_price"} & set(product["issues"])
    far = settled(tmp_path / "far", {"price": "100.00"}, {"price": "250.00", "currency": "USD"})
    (product,) = products(far)
    assert (product["price_state"], float(product["proposed_price"])) == ("pending", 100.0)
    assert {"sources_disagree", "sources_disagree_on_price"} <= set(product["issues"])
    asked = far.review.open_questions(limit=None).filter(pl.col("kind") == "price")
    assert asked["context"].str.split("\n").list.tail(2).to_list() == [
        ["alpha: 100.00 EUR", "beta: 250.00 USD (about 213.68 EUR)"]
    ]


def test_two_prices_in_two_currencies_without_a_rate(tmp_path):
    """What cannot be compared is not held back; with a rates file of the day it is."""
    world = settled(tmp_path, {"price": "100.00"}, {"price": "250.00", "currency": "BAM"})
    assert [product["price_state"] for product in products(world)] == ["accepted"]
    said = Statement("rates", "mine", b"Date,BAM\n2026-01-02,1.0\n", DAY, "ana", "ours")
    put_in_force(world, said, dt.datetime(2026, 1, 6, tzinfo=dt.UTC))
    assert all(report.holds for report in catch_up(world, "again"))
    assert [product["price_state"] for product in products(world)] == ["pending"]


def test_two_prices_in_two_currencies_of_which_one_is_read_anew(tmp_path):
    """The golden record shows alpha's euros whatever beta's dollars are; that these change is seen all the same."""
    world = settled(tmp_path, {"price": "1000.00"}, {"price": "1.250", "currency": "USD"})
    before = world.lake.read("matched_products", day=DAY).drop("run_id")
    found = []
    for mark in ("point", "comma"):
        settings = world.catalog.model_dump(mode="json", exclude_none=True)
        settings["sources"]["beta"]["decimal"] = mark
        world = open_world(parse(settings, tmp_path / "catalog.yaml"))
        assert all(report.holds for report in catch_up(world, mark))
        found += [product["price_state"] for product in products(world)]
        assert not [state for state in states(world) if state.state != "done"]
        assert world.lake.read("matched_products", day=DAY).drop("run_id").equals(before)
    assert found == ["pending", "accepted"]


def test_two_names(tmp_path):
    """The name of the source of priority is shown and both are kept; configuration may choose otherwise."""
    said = {"name": "LUMO LX-350 desk lamp, white"}
    world = settled(tmp_path / "a", {}, said)
    assert [product["name"] for product in products(world)] == ["Desk lamp"]
    assert conflicts(world, "name") == [("alpha", "Desk lamp", True), ("beta", said["name"], False)]
    fuller = settled(tmp_path / "b", {"color": ""}, said, survivorship={"name": ["completeness"]})
    assert [product["name"] for product in products(fuller)] == [said["name"]]


def test_two_units(tmp_path):
    """The same amount in two units is no conflict; of two amounts a person is asked, in the attribute's one unit."""
    same = settled(tmp_path / "same", {}, {"weight": "1500 g"})
    assert not conflicts(same, "attributes.weight")
    imperial = settled(tmp_path / "other", {}, {"weight": "5 lb"})
    assert conflicts(imperial, "attributes.weight") == [("alpha", "1500 g", True), ("beta", "2267.9618 g", False)]
    weights = imperial.lake.read("reviewed_attributes", day=DAY).filter(pl.col("attribute") == "weight")
    assert weights.select("value", "unit", "state").rows() == [("1500", "g", "pending")]
    assert imperial.review.open_questions(limit=None).filter(pl.col("attribute") == "weight").height == 1


def test_two_categories(tmp_path):
    """Both suppliers' paths are kept; the product has one category of our own taxonomy."""
    world = settled(tmp_path, {}, {"category": "Office > Lighting"})
    assert conflicts(world, "category_path") == [("alpha", "Lamps", True), ("beta", "Office > Lighting", False)]
    (product,) = products(world)
    assert product["category_path"] == "Lamps"
    assert product["category"] is None or " > " in product["category"] or product["category_state"] == "pending"


def test_two_gtins(tmp_path):
    """Brand and part number say one product, the GTINs say two: they stay two, and none takes the other's values."""
    world = settled(tmp_path, {}, {"gtin": OTHER_GTIN, "name": "Desk lamp II"})
    found = {product["gtin"]: product["name"] for product in products(world)}
    assert found == {f"0{GTIN}": "Desk lamp", f"0{OTHER_GTIN}": "Desk lamp II"}
    assert not conflicts(world, "gtin")


def test_a_gtin_that_one_source_lacks_is_no_conflict_and_joins_by_part_number(tmp_path):
    world = settled(tmp_path, {"gtin": ""}, {})
    (product,) = products(world)
    assert product["gtin"] == f"0{GTIN}"
    assert not conflicts(world, "gtin")
