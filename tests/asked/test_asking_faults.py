"""Money, time, kills and a server that fails: each question is in one state, none is paid twice."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from asked_world import DAY, MUG, NOON, SHIRT, answering, asking, color, counts, opened, proposed, serving, settle

from catalog_assets.asked.asking import spool_of
from catalog_assets.asked.rungs import rungs
from catalog_assets.asked.transform import MOST_TRIES
from resources.language_model.protocol import LanguageModelError
from resources.language_model.spool import Spool
from sensors.questions import wanted

SIZE = 200
MANY = tuple({**SHIRT, "sku": f"s{n}", "title": f"Nordwind Shirt {n}x charcoal", "path": None} for n in range(SIZE))


def test_at_the_budget_asking_ends_and_the_rest_stays_open(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, MANY, budget_run=0.08, concurrency=1)
        report = asking(world)
        assert 0 < report.statuses["answered"] < report.requests
        assert report.statuses["unpaid"] == report.requests - report.statuses["answered"]
        assert report.cost + report.unseen <= Decimal("0.08")
        settle(world)
        told = counts(world)
        assert told["passed"] + told["pending"] == SIZE
        assert [each for each, _ in wanted(world, NOON)], "money is left today"
        while asking(world).requests:
            settle(world)
        settle(world)
        assert counts(world) == {"received": SIZE, "passed": SIZE}


def test_the_budget_of_a_day_holds_over_runs_and_the_next_day_has_its_own(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, MANY, budget_run=10, budget_day=0.08, concurrency=1)
        paid = sum((asking(world).cost for _ in range(4)), Decimal(0))
        assert paid <= Decimal("0.08")
        assert server.bills
        settle(world)
        assert counts(world)["pending"]
        assert asking(world, lambda: NOON + dt.timedelta(days=1)).statuses["answered"]
        spent = float(sum(world.lake.read("model_replies")["cost"]))
        assert spent > float(paid)


def test_a_killed_run_keeps_what_it_received(tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    def dying(label):
        if label == "before model_replies":
            raise Killed

    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, MANY)
        world.lake.on_commit = dying
        with pytest.raises(Killed):
            asking(world)
        world.lake.on_commit = lambda label: None
        kept = list(spool_of(world).rows())
        assert len(kept) == len(server.bills) == SIZE / 20
        again = asking(world)
        assert (again.requests, len(server.bills)) == (0, SIZE / 20)
        settle(world)
        assert counts(world) == {"received": SIZE, "passed": SIZE}
        assert not list(spool_of(world).rows())


def test_a_kill_between_journal_and_spool_keeps_one_of_each(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        monkeypatch.setattr(Spool, "clear", lambda self: None)
        asking(world)
        rows = world.lake.read("model_replies")
        asking(world)
        assert world.lake.read("model_replies").height == rows.height


def test_a_line_that_a_kill_cut_off_takes_no_other_with_it(tmp_path):
    spool = Spool(tmp_path / "a" / "spool.jsonl")
    spool.keep({"n": 1})
    with spool.file.open("ab") as file:
        file.write(b'{"n": 2, "te')
    spool = Spool(spool.file)
    spool.keep({"n": 3})
    assert list(spool.rows()) == [{"n": 1}, {"n": 3}]


@pytest.mark.parametrize("fault", ["429", "500", "529", "cut", "not_json", "refusal", "max_tokens"])
def test_what_fails_together_is_answered_alone_and_each_product_has_one_state(tmp_path, monkeypatch, fault):
    def together(question, attempt):
        return fault if attempt == 1 and '"p2"' in question else None

    with serving(monkeypatch, script=together) as server:
        world = opened(tmp_path, server, (SHIRT, {**SHIRT, "sku": "2", "title": "Nordwind Shirt sapphire"}))
        for _ in range(3):
            asking(world)
            settle(world)
            told = counts(world)
            assert told.get("passed", 0) + told.get("pending", 0) == 2
        assert told["passed"] == 2
        assert asking(world).requests == 0


@pytest.mark.parametrize("fault", ["refusal", "not_json"])
def test_what_never_brings_an_answer_is_given_up_and_said_so(tmp_path, monkeypatch, fault):
    with serving(monkeypatch, script=lambda question, attempt: fault) as server:
        world = opened(tmp_path, server, (SHIRT,))
        for _ in range(4):
            asking(world)
            settle(world)
        assert counts(world).keys() == {"received", "quarantined"}
        rules = world.lake.read("quarantine", stage="model_proposals", day=DAY)["rule"].to_list()
        assert rules.count("no_readable_answer") == 1
        assert len(server.bills) == MOST_TRIES
        assert asking(world).requests == 0


def test_an_outage_costs_nothing_and_leaves_everything_open(tmp_path, monkeypatch):
    with serving(monkeypatch, script=lambda question, attempt: "401") as server:
        world = opened(tmp_path, server)
        report = asking(world)
        assert report.statuses.total() == report.statuses["failed"]
        settle(world)
        assert counts(world) == {"received": 3, "pending": 3}


def test_without_a_key_it_is_said_and_the_day_stands(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        monkeypatch.delenv("ANTHROPIC_API_KEY")
        with pytest.raises(LanguageModelError, match="ANTHROPIC_API_KEY"):
            asking(world)
        settle(world)
        assert counts(world) == {"received": 3, "pending": 3}


def test_a_stronger_model_is_asked_only_where_proposals_differ(tmp_path, monkeypatch):
    def both(body):
        strong = "sonnet" in body["model"]
        return answering(lambda one: [color("sapphire", "Blue" if strong else "Green") if "sapphire" in one["name"] else
                                      color("charcoal")])(body)  # fmt: skip

    told = {**MUG, "color": "Red"}
    with serving(monkeypatch, both) as server:
        world = opened(tmp_path, server, (SHIRT, told), stronger="claude-sonnet-4-5")
        asking(world)
        assert {bill.model for bill in server.bills} == {"claude-haiku-4-5"}
        settle(world)
        assert len(rungs(world.catalog)) == 2


def test_a_trial_is_asked_beside_and_proposes_nothing(tmp_path, monkeypatch):
    trial = {"model": "claude-sonnet-4-5", "share": 1.0}
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, trial=trial)
        asking(world)
        assert {bill.model for bill in server.bills} == {"claude-haiku-4-5", "claude-sonnet-4-5"}
        assert {model for _, model in proposed(world)} == {"haiku"}
        rows = world.lake.read("model_proposals", day=DAY)
        assert rows.group_by("in_use").len().sort("in_use").rows() == [(False, 3), (True, 3)]


def test_the_estimate_is_told_before_anything_is_sent(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        heard = []
        report = asking(world, tell=lambda report: heard.append((len(server.bills), float(report.estimate))))
        assert [bills for bills, _ in heard] == [0]
        assert heard[0][1] > 0
        assert "USD" in report.before() + report.sentence()
        assert json.dumps(report.metadata())
