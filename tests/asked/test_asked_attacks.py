"""Attacks on asking: a hostile server, a damaged home, a configuration that says a thing twice, runs in any order."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import dagster as dg
import polars as pl
import pytest
from asked_world import (
    DAY,
    NOON,
    PARTITION,
    SHIRT,
    THREE,
    answering,
    asking,
    color,
    colors,
    counts,
    opened,
    proposed,
    run,
    serving,
    settle,
)
from dagster._core.storage.tags import RUN_KEY_TAG
from dagster._core.utils import make_new_run_id
from polars.testing import assert_frame_equal

from catalog_assets import versions
from catalog_assets.asked import journal
from catalog_assets.asked.asking import money_left, spool_of
from catalog_assets.asked.batches import open_batches
from catalog_assets.asked.rungs import rungs
from catalog_assets.asked.stage import asked_of, contents_of
from catalog_assets.configuration import Catalog, ConfigurationError, parse
from catalog_assets.enriched.prompting.asking import WANTED, questions
from catalog_assets.enriched.protocol import ANSWERS, Answers
from catalog_assets.materialize import WorldResource
from catalog_assets.stages import Partition
from catalog_assets.vocabulary.columns import MODEL_FINDINGS, MODEL_REPLIES
from resources.language_model.key import KEY as VARIABLE
from resources.language_model.protocol import Batch, LanguageModelError, Reply, Usage
from resources.language_model.spool import Spool
from sensors.questions import questions_sensor, wanted

LANGUAGE = {"sources": {"acme": {"columns": {"product_id": "sku", "name": "title", "price": "price"}}}}


def configured(tmp_path: Any, **language: Any) -> Catalog:
    return parse({**LANGUAGE, "home": str(tmp_path), "models": {"language": language}}, tmp_path / "catalog.yaml")


class Ours:
    """A model whose batches are what a test says; it answers nothing else."""

    def __init__(self, batches: dict[str, Any]) -> None:
        self.batches, self.cancelled = batches, []

    def collect(self, name: str, asked: Any) -> Batch:
        found = self.batches[name]
        if isinstance(found, Exception):
            raise found
        if found == "running":
            return Batch(name, "running")
        return Batch(name, "ended", iter([found.get(one, Reply(one, "failed")) for one in asked]))

    def cancel(self, name: str) -> None:
        self.cancelled.append(name)

    def submit(self, requests: Any) -> str:
        raise LanguageModelError("no batch is taken")

    def unclaimed(self, known: Any) -> list[str]:
        return [name for name in self.batches if name not in known]

    def ask(self, requests: Any, limits: Any) -> Iterator[Reply]:
        yield from (Reply(one.custom_id, "failed") for one in requests)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"stronger": "claude-haiku-4-5"}, "'stronger' is 'claude-haiku-4-5' itself"),
        ({"prompt": "description", "descriptions": True}, "descriptions have a prompt of their own"),
        ({"trial": {"prompt": "description"}}, "descriptions have a prompt of their own"),
        ({"prompt": "../../../../etc/passwd"}, "There is no prompt '../../../../etc/passwd'"),
        ({"prompt": "/etc/passwd"}, "There is no prompt"),
        ({"trial": {"prompt": "no such prompt"}}, "There is no prompt"),
        ({"prices": {"m": {"input": float("nan"), "output": 1}}}, "models.language"),
    ],
)
def test_a_ladder_that_says_a_thing_twice_or_reads_elsewhere_is_refused_with_the_configuration(tmp_path, wrong, told):
    with pytest.raises(ConfigurationError, match=told):
        configured(tmp_path, **wrong)


def test_what_is_on_trial_and_asked_already_is_asked_once(tmp_path):
    twice = {"stronger": "claude-sonnet-4-5", "trial": {"model": "claude-sonnet-4-5"}}
    assert len(rungs(configured(tmp_path, **twice))) == 2


def test_two_prompts_with_the_same_words_are_told_apart(tmp_path):
    """Else the reply to one of them would be taken for the other's."""
    asked = asked_about()
    one = rungs(configured(tmp_path))[0].prompt
    hashes = {questions(asked, each, "m")["question_hash"].item() for each in (one, replace(one, name="copy"))}
    assert len(hashes) == 2


def asked_about() -> pl.DataFrame:
    row = dict.fromkeys(WANTED.names()) | {"content_hash": "c1", "asked": ["color"], "attributes": []}
    return pl.DataFrame([row], schema=WANTED)


def test_an_address_with_credentials_is_refused_and_not_repeated(tmp_path):
    with pytest.raises(ConfigurationError) as told:
        configured(tmp_path, address="https://bob:geheim123@example.org")
    assert "geheim123" not in str(told.value)


HUGE = 10**30


@pytest.mark.parametrize("tokens", [HUGE, 2**63, -5, True, 1.5, "7", float("nan"), None])
def test_a_server_that_counts_nonsense_costs_no_answer_of_others(tmp_path, monkeypatch, tokens):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        honest = server.work

        def work(body, fault, batch):
            message, bill = honest(body, fault, batch)
            if "Mug" in body["messages"][0]["content"]:
                message["usage"]["output_tokens"] = tokens
            return message, bill

        server.work = work
        asking(world)
        assert ("3", "haiku") in proposed(world)
        asking(world)
        settle(world)
        assert all(each >= 0 for each in world.lake.read("model_replies")["cost"])


@pytest.mark.parametrize("text", ["\ud800", "\x00", '{"products": [{"id": "p1", "answers": [\ud83d]}]}'])
def test_a_reply_that_is_no_unicode_is_kept_and_takes_no_other_with_it(tmp_path, monkeypatch, text):
    def odd(body):
        return text if "Mug" in body["messages"][0]["content"] else colors(body)

    with serving(monkeypatch, odd) as server:
        world = opened(tmp_path, server)
        asking(world)
        assert ("3", "haiku") in proposed(world)
        assert world.lake.read("model_replies").height == len(server.bills)


def test_a_reply_that_lists_a_million_things_fills_no_quarantine(tmp_path, monkeypatch):
    def flood(body):
        return json.dumps({"products": [{"id": f"x{n}", "answers": []} for n in range(5_000)]})

    with serving(monkeypatch, flood, tokens=lambda text: 10) as server:
        world = opened(tmp_path, server, (SHIRT,))
        asking(world)
        settle(world)
        assert world.lake.read("quarantine", stage="model_proposals", day=DAY).height < 200


def test_a_flood_of_answers_about_one_product_fills_no_quarantine(tmp_path, monkeypatch):
    flood = answering(lambda one: [{"attribute": "color", "value": f"c{n}", "evidence": "x"} for n in range(5_000)])
    with serving(monkeypatch, flood, tokens=lambda text: 10) as server:
        world = opened(tmp_path, server, (SHIRT,))
        asking(world)
        settle(world)
        assert world.lake.read("quarantine", stage="model_proposals", day=DAY).height < 200


@pytest.mark.parametrize(
    "line",
    [
        "17", "null", "[]", "{}", '{"custom_id": "cat1"}', '{"received_at": "yesterday"}',
        '{"received_at": "2026-03-01T12:00:00+00:00"}', '{"received_at": 5, "custom_id": []}',
    ],
)  # fmt: skip
def test_a_spool_that_somebody_edited_stops_nobody_and_is_not_thrown_away(tmp_path, monkeypatch, line):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        spool = spool_of(world)
        spool.file.parent.mkdir(parents=True)
        spool.file.write_text(line + "\n")
        asking(world)
        assert len(proposed(world)) == 3
        assert line in "".join(file.read_text() for file in spool.file.parent.iterdir())
        asking(world)


@pytest.mark.parametrize(
    "change",
    [
        {"cost": float("nan")}, {"cost": -100.0}, {"unseen": -1.0}, {"cost": "7"}, {"input_tokens": HUGE},
        {"status": "answered!"}, {"text": None}, {"received_at": "2026-03-01T12:00:00"}, {"batch_id": 0},
        {"attempts": True},
    ],
)  # fmt: skip
def test_a_row_of_the_spool_that_is_no_reply_makes_no_money(tmp_path, monkeypatch, change):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        asking(world)
        (row, *_) = world.lake.read("model_replies").to_dicts()
        edited = {**row, "received_at": row["received_at"].isoformat(), "custom_id": "cat" + "0" * 32, **change}
        spool_of(world).keep(edited)
        rows = world.lake.read("model_replies").height
        asking(world)
        assert world.lake.read("model_replies").height == rows
        assert asking(world).left_today >= 0


def test_an_answer_without_an_id_is_not_taken_for_an_older_failure(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, (SHIRT,))
        asking(world)
        (row,) = world.lake.read("model_replies").to_dicts()
        before = {**row, "custom_id": "cat" + "1" * 32, "request_id": ""}
        journal.keep_replies(world, [{**before, "status": "failed"}])
        later = {**before, "received_at": (NOON + dt.timedelta(hours=1)).isoformat()}
        spool_of(world).keep(later)
        asking(world)
        mine = world.lake.read("model_replies").filter(pl.col("custom_id") == before["custom_id"])
        assert sorted(mine["status"]) == ["answered", "failed"]


def test_a_disk_that_is_full_loses_no_reply_that_was_received(tmp_path, monkeypatch):
    def full(self, row):
        raise OSError("No space left on device")

    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, (SHIRT,))
        monkeypatch.setattr(Spool, "keep", full)
        with pytest.raises(OSError, match="No space"):
            asking(world)
        assert len(server.bills) == world.lake.read("model_replies").height


def test_what_is_wrong_with_a_whole_reply_is_told_in_one_place_whichever_day_is_run_first(tmp_path, monkeypatch):
    """One request about three products; another day has only two of them."""

    def stray(body):
        told = json.loads(colors(body))
        return json.dumps({"products": [*told["products"], {"id": "nobody", "answers": []}]})

    shirts = tuple({**SHIRT, "sku": f"s{n}", "title": f"Nordwind Shirt {n}x charcoal", "path": None} for n in range(3))

    def history(home, days):
        with serving(monkeypatch, stray) as server:
            world = opened(home, server, shirts)
            asking(world)
            whole = journal.told(world, rungs(world.catalog)[0], contents_of(world, PARTITION))
            found = {}
            for day in days:
                part = whole if day == "all" else whole.tail(2)
                mine = contents_of(world, PARTITION).join(part, on="content_hash", how="semi")
                rung = rungs(world.catalog)[0]
                rows = journal.findings(world, rung, part, mine, Answers(ANSWERS.to_frame()), "r", "anew")
                found[day] = rows.select("content_hash", pl.col("refused").list.len()).rows()
            return found

    forward, backward = history(tmp_path / "a", ("all", "two")), history(tmp_path / "b", ("two", "all"))
    assert sum(faults for _, faults in forward["all"]) == 1
    assert forward == backward


SAID = Reply("", "answered", "{}", Usage(10, 10), request_id="msg", cost=Decimal("0.001"), attempts=1)


def in_batches(tmp_path: Any, monkeypatch: Any, products: Any = THREE) -> Any:
    """A world whose questions stand in a batch that does not end."""
    with serving(monkeypatch) as server:
        server.batches.late = True
        world = opened(tmp_path, server, products, way="batch")
        asking(world)
    language = world.catalog.models.language.model_copy(update={"way": "messages"})
    models = world.catalog.models.model_copy(update={"language": language})
    return replace(world, catalog=world.catalog.model_copy(update={"models": models}))


def unnamed(world: Any) -> list[str]:
    """As if the run had been killed right after handing in; the requests' names."""
    waiting = open_batches(world)
    rows = world.lake.read("model_batches").filter(pl.col("batch_id") == "")
    world.lake.replace("model_batches", rows)
    return waiting["custom_id"].to_list()


def later(hours: float) -> Any:
    return lambda: NOON + dt.timedelta(hours=hours)


def test_a_batch_that_cannot_be_read_keeps_nobody_from_the_others(tmp_path, monkeypatch):
    world = in_batches(tmp_path, monkeypatch)
    (name,) = open_batches(world)["batch_id"].unique()
    named = open_batches(world)["custom_id"].to_list()
    rows = world.lake.read("model_batches").with_columns(
        pl.when(pl.col("custom_id") == named[0]).then(pl.lit("aaa")).otherwise("batch_id").alias("batch_id"),
        pl.when(pl.col("custom_id") == named[0]).then(pl.lit("aaa")).otherwise("plan_id").alias("plan_id"),
    )
    world.lake.replace("model_batches", rows)
    good = {one: replace(SAID, custom_id=one) for one in named}
    world = replace(world, model=Ours({"aaa": LanguageModelError("403"), name: good}))
    with pytest.raises(LanguageModelError, match="batch aaa: 403"):
        asking(world)
    collected = world.lake.read("model_replies").drop_nulls("batch_id")
    assert collected["status"].to_list() == ["answered"]
    assert open_batches(world)["batch_id"].to_list() == ["aaa"]
    assert [day for day, _ in wanted(world, NOON)] == [PARTITION]


def test_a_batch_of_another_home_with_one_of_our_requests_is_not_taken_for_ours(tmp_path, monkeypatch):
    world = in_batches(tmp_path, monkeypatch)
    mine = unnamed(world)
    theirs = {mine[0]: replace(SAID, custom_id=mine[0], text="theirs")}
    ours = {one: replace(SAID, custom_id=one, text="ours", request_id=f"msg-{one}") for one in mine}
    world = replace(world, model=Ours({"theirs": theirs, "ours": ours}))
    asking(world)
    answered = world.lake.read("model_replies").filter(pl.col("status") == "answered")
    assert sorted(answered["custom_id"]) == sorted(mine)
    assert set(answered["batch_id"]) == {"ours"}


def test_while_a_batch_is_under_way_that_may_be_ours_nothing_is_asked_a_second_time(tmp_path, monkeypatch):
    world = in_batches(tmp_path, monkeypatch)
    mine = unnamed(world)
    running = replace(world, model=Ours({"perhaps": "running"}))
    asking(running, later(6))
    assert sorted(open_batches(world)["custom_id"]) == sorted(mine)
    ours = {one: replace(SAID, custom_id=one) for one in mine}
    asking(replace(world, model=Ours({"perhaps": ours})), later(7))
    collected = world.lake.read("model_replies").drop_nulls("batch_id")
    assert collected["status"].to_list() == ["answered", "answered"]
    assert open_batches(world).is_empty()


def test_a_batch_that_never_ends_is_given_up_at_last_and_counts_as_paid(tmp_path, monkeypatch):
    world = in_batches(tmp_path, monkeypatch)
    (name,) = open_batches(world)["batch_id"].unique()
    hanging = replace(world, model=Ours({name: "running"}))
    asking(hanging, later(30))
    assert open_batches(world).height == 2
    assert asking(hanging, later(49)).unseen > 0
    assert open_batches(world).is_empty()
    assert hanging.model.cancelled == [name, name]


def test_two_who_ask_at_once_pay_once(tmp_path, monkeypatch):
    with serving(monkeypatch, latency=lambda: 0.05) as server:
        world = opened(tmp_path, server)
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _: asking(world), range(2)))
        assert len(server.bills) == 2
        assert len(proposed(world)) == 3


def test_a_run_of_the_day_between_question_and_reply_changes_nothing_in_the_end(tmp_path, monkeypatch):
    def table(home: Any, between: bool) -> Any:
        with serving(monkeypatch) as server:
            server.batches.late = True
            world = opened(home, server, way="batch")
            asking(world)
            if between:
                run(world)
            server.batches.late = False
            asking(world)
            settle(world)
            return world.lake.read("model_proposals").drop("run_id").sort("content_hash", "attribute")

    assert_frame_equal(table(tmp_path / "a", True), table(tmp_path / "b", False))


def test_answers_that_are_exchanged_between_products_are_nobodys(tmp_path, monkeypatch):
    """A reply whose local ids are permuted: what stands in no text of the product counts for nothing."""

    def permuted(body):
        told = json.loads(colors(body))["products"]
        return json.dumps({"products": [{**each, "id": told[-1 - n]["id"]} for n, each in enumerate(told)]})

    with serving(monkeypatch, permuted) as server:
        shirts = (SHIRT, {**SHIRT, "sku": "2", "title": "Nordwind Shirt sapphire"})
        world = opened(tmp_path, server, shirts)
        asking(world)
        assert proposed(world) == {}
        assert counts(world) == {"received": 2, "quarantined": 2}


def test_a_model_and_back_gives_the_same_table_and_costs_nothing(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        asking(world)
        settle(world)
        rows = world.lake.read("model_proposals").drop("run_id").sort("content_hash", "attribute")
        bills = len(server.bills)
        language = world.catalog.models.language
        for model in ("claude-sonnet-4-5", language.model):
            models = world.catalog.models.model_copy(update={"language": language.model_copy(update={"model": model})})
            world = replace(world, catalog=world.catalog.model_copy(update={"models": models}))
            settle(world)
        assert asking(world).requests == 0
        assert len(server.bills) == bills
        assert_frame_equal(world.lake.read("model_proposals").drop("run_id").sort("content_hash", "attribute"), rows)


def test_a_clock_that_goes_back_buys_no_second_budget(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, (SHIRT,), budget_day=0.5)
        asking(world, later(24))
        assert money_left(world, world.catalog.models.language, NOON) < Decimal("0.5")


def test_a_description_is_checked_by_what_is_known_on_the_day_whichever_day_is_run_first(tmp_path, monkeypatch):
    """A reader that is in force on one day only tells the colour that the description names."""

    def reply(body):
        products = json.loads(body["messages"][0]["content"].splitlines()[1])["products"]
        if "asked" in products[0]:
            return json.dumps({"products": [{"id": one["id"], "answers": []} for one in products]})
        text = "This is a blue shirt by Nordwind with a long sleeve."
        return json.dumps({"products": [{"id": one["id"], "description": text} for one in products]})

    def history(home, days):
        with serving(monkeypatch, reply) as server:
            world = opened(home, server, (SHIRT,), descriptions=True)
            asking(world)
        contents = contents_of(world, PARTITION)
        blue = {"content_hash": contents["content_hash"].item(), "field": "name", "attribute": "color",
                "method": "rule", "model_version": "v", "value": "Blue", "confidence": 0.97, "evidence": "charcoal",
                "question_id": "q"}  # fmt: skip
        found = {}
        for day in days:
            known = Answers(pl.DataFrame([blue] if day == "reader" else [], schema=ANSWERS))
            monkeypatch.setattr("catalog_assets.asked.stage.told_by_embedded", lambda *given, known=known: (known, 0))
            monkeypatch.setattr("catalog_assets.asked.stage.versions", lambda *given, day=day: (day,))
            found[day] = [
                each.standing.proposals["attribute"].to_list() for each in asked_of(world, PARTITION, contents, "r")
            ]
        monkeypatch.undo()
        return found

    first = history(tmp_path / "a", ("reader", "none"))
    assert first == history(tmp_path / "b", ("none", "reader"))
    assert first == {"reader": [[], ["description"]], "none": [[], []]}


def test_a_day_whose_question_nobody_can_answer_keeps_no_other_day_from_being_asked(tmp_path, monkeypatch):
    """Dagster drops a request under a key that it has seen."""
    monkeypatch.setenv(VARIABLE, "a key")
    both = [(Partition(dt.date(2026, 3, 2)), "hopeless"), (PARTITION, "fresh")]
    monkeypatch.setattr("sensors.questions.wanted", lambda world, now: iter(both))
    job = dg.define_asset_job("asking", selection=["model_replies"])
    key = {RUN_KEY_TAG: "asking-2026-03-02-hopeless"}
    with dg.DagsterInstance.ephemeral() as instance:
        seen = dg.DagsterRun("asking", make_new_run_id(), status=dg.DagsterRunStatus.FAILURE, tags=key)
        instance.add_run(seen)
        monkeypatch.setattr(WorldResource, "open", lambda self: None)
        context = dg.build_sensor_context(instance=instance, resources={"world": WorldResource()})
        (request,) = list(questions_sensor(job)(context))
    assert request.partition_key == DAY.isoformat()


def test_a_reply_of_an_earlier_moment_that_comes_later_is_checked_too(tmp_path, monkeypatch):
    """Two replies for one request: the first one counts, in whatever order they come."""
    reply = answering(lambda one: [color("charcoal")])

    def history(home, first, second):
        with serving(monkeypatch, reply) as server:
            world = opened(home, server, (SHIRT,))
            asking(world)
            (row,) = world.lake.read("model_replies").to_dicts()
            others = {hours: {**row, "received_at": row["received_at"] + dt.timedelta(hours=hours), "request_id": "b",
                              "text": row["text"].replace("charcoal", "grey") if hours else row["text"]}
                      for hours in (0, -1)}  # fmt: skip
            world.lake.replace("model_replies", pl.DataFrame([others[first]], schema=MODEL_REPLIES.schema))
            world.lake.replace("model_findings", MODEL_FINDINGS.empty())
            settle(world)
            journal.keep_replies(world, [others[second]])
            settle(world)
            return world.lake.read("model_proposals")["value"].to_list()

    assert history(tmp_path / "a", 0, -1) == history(tmp_path / "b", -1, 0)


def test_a_rule_that_replies_are_checked_by_is_not_changed_behind_the_back_of_what_was_found():
    """All that checking imports decides the checker's version, but constants and schemas."""
    root = versions.ROOT
    checking = [*(root / "enriched" / "prompting").glob("*.py"), root / "asked" / "purposes.py"]
    imported = {
        name.removeprefix("catalog_assets.").replace(".", "/")
        for file in checking
        for name in re.findall(r"^ *from (catalog_assets[.][.\w]+) import", file.read_text(), re.MULTILINE)
    }
    decides = {f"{name}.py" for name in imported if not name.startswith(("vocabulary", "enriched/prompting"))}
    named = {name for name in decides if (root / name).is_file()}
    assert named - {"enriched/protocol.py", "enriched/transform.py"} == set(journal.CHECKING) - {
        "enriched/prompting", "enriched/words.py", "enriched/patterns.py", "asked/journal.py", "asked/purposes.py",
    }  # fmt: skip
