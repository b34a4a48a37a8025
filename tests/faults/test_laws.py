"""Laws 1 and 3 on the tables of a real history: a lost, doubled or exchanged row is noticed, a value is traced to its
bytes."""

import shutil

import history
import polars as pl
import pytest

from catalog_assets import provenance
from catalog_assets.pipeline import STAGES
from catalog_assets.stages import Partition, check_contracts, recount
from catalog_assets.vocabulary.columns import TABLES

pytestmark = [pytest.mark.xdist_group("histories 0"), pytest.mark.timeout(900)]
IDS = {
    "raw_products": "record_number",
    "standardized_products": "record_number",
    "matched_products": None,
    "enriched_products": "product_key",
    "reviewed_attributes": "model_version",
    "validated_products": "product_key",
    "catalog_products": "product_key",
}
COUNTED = {"reviewed_products": "reviewed_attributes"}
"""The table by which a stage is recounted, where it is not the one of its name."""


@pytest.fixture(scope="module")
def home(played, tmp_path_factory):
    return shutil.copytree(played.home, tmp_path_factory.mktemp("laws") / "home")


def partition_of(stage) -> Partition:
    if stage.name == "catalog_products":
        return Partition(history.D3)
    return Partition(history.D1, "alpha") if stage.per_source else Partition(history.D1)


def dropped(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows[1:]


def doubled(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return pl.concat([rows, rows[:1]])


def exchanged(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """One row's identity becomes another's: the count stays."""
    column = IDS[name]
    if column is None:
        offers = rows["offers"].to_list()
        offers[0] = [{**offer, "product_id": "strange"} for offer in offers[0]]
        return rows.with_columns(pl.Series("offers", offers, rows.schema["offers"]))
    strange = pl.lit(999) if column == "record_number" else pl.lit("strange")
    first = pl.int_range(pl.len()) == 0
    return rows.with_columns(pl.when(first).then(strange).otherwise(column).alias(column))


@pytest.mark.parametrize("tamper", [dropped, doubled, exchanged], ids=lambda f: f.__name__)
@pytest.mark.parametrize("stage", [s for s in STAGES if s.name != "model_proposals"], ids=lambda s: s.name)
def test_a_row_that_is_lost_doubled_or_exchanged_is_noticed(home, stage, tamper):
    world = history.open_home(home)
    partition = partition_of(stage)
    received = stage.run(world, partition, "run").received
    assert recount(stage, world, partition, received).holds
    assert not any(found.height for found in check_contracts(stage, world, partition).values())

    name = COUNTED.get(stage.name, stage.name)
    keys = {"day": partition.day, "source": partition.source}
    where = {key: keys[key] for key in TABLES[name].partition}
    rows = world.lake.read(name, **where).sort(TABLES[name].key)
    if name == "reviewed_attributes":
        rows = rows.sort(pl.col("method").is_in(["person", "pin"]))  # a proposal's row first
    if name == "catalog_products":
        rows = rows.sort("day", descending=True)  # a product of the partition's day first
    try:
        world.lake.replace(name, tamper(rows, name), **where)
        found = recount(stage, world, partition, received)
        broken = check_contracts(stage, world, partition)
        assert not found.holds or any(frame.height for frame in broken.values())
        if name != "catalog_products":
            assert not found.holds, "the recount itself notices"
            assert found.sentence()
    finally:
        world.lake.replace(name, rows, **where)


def test_every_offer_is_traced_to_the_right_bytes_of_the_right_file(home):
    world = history.open_home(home)
    offers = world.lake.read("standardized_products")
    assert offers.height > 5
    for row in offers.iter_rows(named=True):
        place = provenance.record_place(world, row["delivery_id"], row["record_number"])
        assert provenance.record_bytes(world, place).decode() == place["payload"]
        assert row["product_id"] in place["payload"]
        story = provenance.trace(world, row["source"], row["product_id"])
        assert story["offers"]
        assert any(row["product_id"] in line for line in provenance.tell(story))


def test_every_value_names_its_origin(home):
    world = history.open_home(home)
    story = provenance.trace(world, "alpha", "a2")
    methods = {value["attribute"]: value["method"] for value in story["values"]}
    assert methods["color"] == "pin"
    assert methods["name"] == "supplier"
    for value in story["values"]:
        assert value.get("annotator") or (value["delivery_id"] and value["record_number"]), value


def test_an_unknown_product_is_told_with_examples(home):
    world = history.open_home(home)
    with pytest.raises(provenance.UnknownProduct, match="has for example a1"):
        provenance.trace(world, "alpha", "nothing")
    with pytest.raises(provenance.UnknownProduct, match="the sources are alpha, beta, gamma"):
        provenance.trace(world, "nobody", "a1")
