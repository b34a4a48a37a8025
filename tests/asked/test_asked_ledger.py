"""The ledger of answers notices a row that is lost, doubled or exchanged."""

import polars as pl
import pytest
from asked_world import DAY, PARTITION, asking, opened, serving, settle

from catalog_assets.asked import transform
from catalog_assets.asked.stage import STAGE
from catalog_assets.stages import check_contracts, execute, recount


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


def test_a_value_that_a_reply_offers_and_the_stage_forgets_is_noticed(tmp_path, monkeypatch):
    """What is received is counted from the replies, not from what was made of them."""
    whole = transform._proposals
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        asking(world)
        monkeypatch.setattr(transform, "_proposals", lambda *given: whole(*given)[1:])
        report = execute(STAGE, world, PARTITION, "run")
    assert not report.balance.holds
    assert len(report.balance.missing) == 1
