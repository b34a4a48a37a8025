"""Batches: handed in, waited for by nobody, collected once, found again after a kill, given up when late."""

import datetime as dt

import pytest
from asked_world import NOON, PARTITION, asking, counts, opened, proposed, serving, settle

from catalog_assets.asked.batches import open_batches
from sensors.questions import wanted


def later(hours: float):
    return lambda: NOON + dt.timedelta(hours=hours)


class Killed(Exception):
    """Stands for SIGKILL at a place that a test can choose."""


def dying(world, label, times=1):
    """The world's lake dies at a commit."""
    left = [times]

    def on_commit(told):
        if told == label:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    world.lake.on_commit = on_commit


def test_a_batch_is_handed_in_once_and_its_answers_are_collected(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        server.batches.late = True
        world = opened(tmp_path, server, way="batch")
        first = asking(world)
        assert len(first.batches) == 1
        assert (first.cost, first.statuses.total()) == (0, 0)
        assert first.reserved > 0
        settle(world)
        assert counts(world) == {"received": 3, "pending": 3}
        assert asking(world).requests == 0, "asked again what is in a batch"
        assert list(wanted(world, NOON)) == []
        server.batches.late = False
        assert [partition for partition, _ in wanted(world, NOON)] == [PARTITION]
        second = asking(world)
        assert (second.requests, second.statuses["answered"]) == (0, 2)
        assert len(proposed(world)) == 3
        assert open_batches(world).is_empty()
        assert list(wanted(world, NOON)) == []
        assert len(server.batches.held) == 1
        assert asking(world).statuses.total() == 0


def test_a_batch_costs_half(tmp_path, monkeypatch):
    def cost(home, way):
        with serving(monkeypatch) as server:
            world = opened(tmp_path / home, server, way=way)
            return asking(world).cost + asking(world).cost

    assert cost("a", "batch") * 2 == cost("b", "messages")


@pytest.mark.parametrize("when", ["before model_batches", "after model_batches"])
@pytest.mark.parametrize("which", [1, 2])
def test_killed_around_handing_in_nothing_is_lost_and_nothing_paid_twice(tmp_path, monkeypatch, when, which):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, way="batch")
        dying(world, when, which)
        with pytest.raises(Killed):
            asking(world)
        world.lake.on_commit = lambda told: None
        for _ in range(3):
            asking(world)
        assert len(proposed(world)) == 3
        asked = [entry["custom_id"] for batch in server.batches.held.values() for entry in batch.entries]
        assert len(asked) == len(set(asked)) == 2


def test_killed_while_collecting_the_answers_are_collected_again(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, way="batch")
        asking(world)
        dying(world, "before model_replies")
        with pytest.raises(Killed):
            asking(world)
        world.lake.on_commit = lambda told: None
        report = asking(world)
        assert (report.requests, report.statuses["answered"]) == (0, 2)
        assert len(proposed(world)) == 3


def test_a_late_batch_is_cancelled_and_the_rest_asked_one_by_one(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        server.batches.late = True
        world = opened(tmp_path, server, way="auto", window_hours=4.0)
        world.catalog.models.language.__dict__["way"] = "batch"
        asking(world)
        world.catalog.models.language.__dict__["way"] = "auto"
        assert list(wanted(world, later(1)())) == []
        assert [partition for partition, _ in wanted(world, later(3.9)())] == [PARTITION]
        server.batches.processed = 0.0
        report = asking(world, later(3.9))
        assert report.statuses["expired"] == 2
        assert (report.ways["messages"], report.statuses["answered"]) == (2, 2)
        assert len(proposed(world)) == 3


def test_what_a_batch_may_cost_is_held_back_from_the_budget(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        whole = float(asking(opened(tmp_path / "rich", server, way="batch")).reserved)
    with serving(monkeypatch) as server:
        server.batches.late = True
        most = 0.8 * whole
        world = opened(tmp_path / "poor", server, way="batch", budget_day=most, budget_run=10.0)
        first = asking(world)
        assert 0 < first.reserved <= most
        (batch,) = server.batches.held.values()
        assert len(batch.entries) == 1
        assert asking(world).batches == []
