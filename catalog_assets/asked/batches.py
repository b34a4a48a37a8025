"""Batches of questions: handed in, found again after a kill, collected once, given up when they are late.

Belongs here: which batches are open, and the order in which they are kept. Does not belong here: the service's calls
(`resources/language_model/batches.py`), and the choice of the way (`resources/language_model/choose.py`).

A batch is kept twice: as a plan before it is handed in, and with the service's name after. Whoever is killed in between
leaves a plan without a name: the service's own list says what became of it.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from catalog_assets.asked import journal
from catalog_assets.asked.transport import Prepared, reply_row, stray_row
from catalog_assets.stages import World
from catalog_assets.vocabulary.columns import MODEL_BATCHES
from resources import prices as prices_of
from resources.language_model.choose import Window, next_step
from resources.language_model.pricing import affordable
from resources.language_model.protocol import Asked, Batch, LanguageModelError, Reply

NO_NAME = ""
AT_ONCE = 5_000
"""Replies that are kept together."""
ANYTHING = {"type": "object"}
"""What a reply must be to be kept as an answer: its form is judged with what it says, by the rules of that day."""
LOST = "nothing was handed in"
HANGS = "the batch did not end"
DAY = 24 * 3600.0
"""Seconds within which a batch ends, as the service promises; after twice as many nobody waits for it."""


def hand_in(
    world: World, made: Sequence[Prepared], money: Decimal, run_id: str, at: dt.datetime
) -> tuple[list[str], Decimal]:
    """Hand in as many requests as the money allows at their dearest; the names of the batches, and what they may cost.
    The rest stays open."""
    from resources.language_model.batches import chunks

    assert world.model is not None
    prices = prices_of(world.catalog)
    paid, _ = affordable([one.request for one in made], money, prices, batch=True)
    wanted = {request.custom_id for request in paid}
    mine = [one for one in made if one.request.custom_id in wanted]
    journal.keep_questions(world, [one.kept for one in mine], at, run_id)
    names = []
    for chunk in chunks(paid):
        ids = [request.custom_id for request in chunk]
        plan = uuid.uuid4().hex
        _keep(world, plan, NO_NAME, ids, at, run_id)
        name = world.model.submit(chunk)
        _keep(world, plan, name, ids, at, run_id)
        names.append(name)
    return names, sum((prices.ceiling(request.asked, batch=True) for request in paid), Decimal(0))


def _keep(world: World, plan: str, name: str, ids: Sequence[str], at: dt.datetime, run_id: str) -> None:
    facts = {"plan_id": plan, "batch_id": name, "asked_at": at, "run_id": run_id}
    rows = pl.DataFrame({"custom_id": ids}).with_columns(
        pl.lit(value, MODEL_BATCHES.schema[key]).alias(key) for key, value in facts.items()
    )
    world.lake.append("model_batches", rows)


def open_batches(world: World) -> pl.DataFrame:
    """plan_id, batch_id (empty where it is not known), custom_id, asked_at of requests that no reply has come to."""
    rows = world.lake.scan("model_batches").group_by("plan_id", "custom_id").agg(
        pl.col("batch_id").max(), pl.col("asked_at").min()
    )  # fmt: skip
    ended = world.lake.scan("model_replies").drop_nulls("batch_id").select("custom_id", "batch_id").unique()
    named = rows.join(ended, on=["custom_id", "batch_id"], how="anti")
    lost = ended.rename({"batch_id": "plan_id"})
    return named.join(lost, on=["custom_id", "plan_id"], how="anti").sort("asked_at", "plan_id", "custom_id").collect()


def in_hand(world: World, model_version: str) -> pl.DataFrame:
    """content_hash of what stands in an open batch: it is not asked about a second time meanwhile."""
    waiting = open_batches(world).lazy().select("custom_id")
    rows = world.lake.scan("model_questions", model_version=model_version).join(waiting, on="custom_id", how="semi")
    return rows.select("content_hash").unique().collect()


def reserved(world: World) -> Decimal:
    """USD that open batches may cost at most."""
    waiting = open_batches(world).select("custom_id").unique()
    if waiting.is_empty():
        return Decimal(0)
    prices = prices_of(world.catalog)
    return sum((prices.ceiling(asked, batch=True) for asked in _asked(world, waiting).values()), Decimal(0))


def _asked(world: World, waiting: pl.DataFrame) -> dict[str, Asked]:
    rows = world.lake.scan("model_questions").join(waiting.lazy().select("custom_id"), on="custom_id", how="semi")
    each = rows.group_by("custom_id").agg(pl.first("model"), pl.first("size"), pl.first("max_tokens")).collect()
    return {name: Asked(model, ANYTHING, size, most) for name, model, size, most in each.iter_rows()}


def collect(
    world: World, window: Window, hours: float, run_id: str, now: dt.datetime, unread: list[str]
) -> Iterator[list[dict[str, Any]]]:
    """Rows of MODEL_REPLIES of batches that have ended, to be kept before the next are taken. A batch that is late is
    cancelled: what it did not do comes back unanswered when it has ended, and is asked one by one. `unread` is told
    which batches could not be looked at, and why: they stay open, and keep nobody from the others."""
    waiting = open_batches(world)
    for (plan, name), rows in waiting.partition_by("plan_id", "batch_id", as_dict=True, maintain_order=True).items():
        asked, age = _asked(world, rows), _age(rows, now)
        try:
            if name == NO_NAME:
                yield from _found_again(world, str(plan), asked, age, run_id, now)
                continue
            batch = _looked_at(world, str(name), asked, age, hours, window)
            yield from _rows(world, batch, str(name), run_id, now)
        except LanguageModelError as error:
            unread.append(f"batch {name or plan}: {error}")


def ready(world: World, window: Window, hours: float, now: dt.datetime) -> list[str]:
    """Open batches that there is something to do about: they have ended, are late, or have no name here."""
    waiting = open_batches(world)
    found = []
    for (plan, name), rows in waiting.partition_by("plan_id", "batch_id", as_dict=True, maintain_order=True).items():
        if name == NO_NAME:
            found.append(f"{plan}")
            continue
        assert world.model is not None
        try:
            batch = world.model.collect(str(name), _asked(world, rows))
        except LanguageModelError:
            found.append(f"{name}-unread")
            continue
        step = next_step(batch.state != "running", rows.height, hours * 3600 - _age(rows, now), window)
        found += [f"{name}-{step}"] if step != "wait" else []
    return found


def _age(waiting: pl.DataFrame, now: dt.datetime) -> float:
    """Seconds since a batch was handed in."""
    first: dt.datetime = min(waiting["asked_at"])
    return (now - first).total_seconds()


def _looked_at(world: World, name: str, asked: dict[str, Asked], age: float, hours: float, window: Window) -> Batch:
    assert world.model is not None
    batch = world.model.collect(name, asked)
    if next_step(batch.state != "running", len(asked), hours * 3600 - age, window) == "fall back":
        world.model.cancel(name)
        batch = world.model.collect(name, asked)
    return _given_up(world, name, asked) if batch.state == "running" and age > 2 * DAY else batch


def _given_up(world: World, name: str, asked: dict[str, Asked]) -> Batch:
    """A batch that was cancelled and never ends: what it may have cost counts as spent, and all of it is open again."""
    prices = prices_of(world.catalog)
    return Batch(name, "gone", (
        Reply(one, "failed", model=each.model, told=HANGS, unseen=prices.ceiling(each, batch=True))
        for one, each in asked.items()
    ))  # fmt: skip


def _rows(world: World, batch: Batch, name: str, run_id: str, now: dt.datetime) -> Iterator[list[dict[str, Any]]]:
    versions = _versions(world)
    rows, version = [], ""
    for reply in batch.replies:
        version = versions[reply.custom_id]
        rows.append(reply_row(reply, version, name, now, run_id))
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    rows += [stray_row(reply, version, name, now, run_id) for reply in _not_kept(world, batch.strays, name)]
    if rows:
        yield rows


def _not_kept(world: World, strays: Sequence[Reply], name: str) -> list[Reply]:
    """Strays, without the replies that were kept when the batch was read before."""
    if not strays:
        return []
    kept = world.lake.scan("model_replies").filter(pl.col("batch_id") == name).select("request_id").collect()
    known = set(kept["request_id"])
    return [reply for reply in strays if reply.request_id not in known]


def _versions(world: World) -> dict[str, str]:
    rows = world.lake.scan("model_questions").select("custom_id", "model_version").unique("custom_id").collect()
    return dict(rows.iter_rows())


def _found_again(
    world: World, plan: str, asked: dict[str, Asked], age: float, run_id: str, now: dt.datetime
) -> Iterator[list[dict[str, Any]]]:
    """A plan whose batch has no name here: killed before it was handed in, or right after. Batches of the service that
    nobody here knows are looked at; the one that has results for most of what was asked is it. One of another home may
    have a few of the same requests, and as long as any is under way it may be this one, until it must have ended."""
    assert world.model is not None
    known = world.lake.scan("model_batches").select("batch_id").unique().collect()["batch_id"].to_list()
    running, own, most, mine = False, NO_NAME, len(asked) // 2, Batch(NO_NAME, "gone")
    for name in world.model.unclaimed(known):
        batch = world.model.collect(name, asked)
        running = running or batch.state == "running"
        replies = list(batch.replies)
        told = sum(reply.attempts > 0 for reply in replies)
        if told > most:
            own, most, mine = name, told, replace(batch, replies=iter(replies))
    if own:
        _keep(world, plan, own, list(asked), now, run_id)
        yield from _rows(world, mine, own, run_id, now)
    elif not running or age > DAY:
        versions = _versions(world)
        gone = [Reply(name, "failed", model=each.model, told=LOST) for name, each in asked.items()]
        yield [reply_row(reply, versions[reply.custom_id], plan, now, run_id) for reply in gone]
