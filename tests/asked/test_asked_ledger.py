"""The ledger of answers notices a row that is lost, doubled or exchanged."""

import polars as pl
import pytest
from asked_world import DAY, PARTITION, asking, opened, serving, settle

from catalog_assets.asked.stage import STAGE
from catalog_assets.stages import check_contracts, recount


def dropped(rows: pl.DataFrame) -> pl.DataFrame:
    return rows[1:]


def doubled(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows[:1]])


def exchanged(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("0" * 32)).otherwise("content_hash").alias("content_hash")
    )


@pytest.mark.parametrize("tamper", [dropped, doubled, exchanged], ids=lambda f: f.__name__)
def test_a_row_that_is_lost_doubled_or_exchanged_is_noticed(tmp_path, monkeypatch, tamper):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        asking(world)
        settle(world)
    received = STAGE.run(world, PARTITION, "run").received
    assert recount(STAGE, world, PARTITION, received).holds
    world.lake.replace("model_proposals", tamper(world.lake.read("model_proposals", day=DAY)), day=DAY)
    broken = check_contracts(STAGE, world, PARTITION)
    assert not recount(STAGE, world, PARTITION, received).holds or any(frame.height for frame in broken.values())
