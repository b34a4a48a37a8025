"""A home that is copied for each history of faults, the server's own account of what it was asked, and where each
product stands.

Belongs here: what the tables and properties of faulty asking share. Does not belong here: faults
(`tests/resources/language_model/model_faults.py`), and which of them happen (the tests).
"""

import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from asked_world import DAY, NOON, PARTITION, asking, colors
from model_cases import model
from model_limits import total
from model_server import ModelServer, running

from catalog_assets.asked.asking import Report
from catalog_assets.asked.stage import STAGE, asked_of, contents_of
from catalog_assets.asked.transform import GIVEN_UP
from catalog_assets.configuration import parse
from catalog_assets.pipeline import STAGES, states
from catalog_assets.raw.deliveries import land
from catalog_assets.stages import Partition, World, execute
from resources import open_world

NAMES = ("Shirt charcoal long sleeve", "Shirt sapphire", "Shirt charcoal slim", "Backpack sapphire, vegan suede")
PRODUCTS = tuple(
    {"sku": str(number), "title": f"Nordwind {name}", "path": name.split()[0] + "s", "price": "10"}
    for number, name in enumerate(NAMES)
)
PLENTY = 10.0
GOOD = (None, "duplicate", "second")
"""Faults under which the answer itself arrives and can be read."""


def settings(home: Path, server: ModelServer, **language: Any) -> dict[str, Any]:
    """The configuration of a home."""
    columns = {"product_id": "sku", "name": "title", "price": "price", "category_path": "path"}
    source = {"format": "ndjson", "currency": "EUR", "columns": columns, "stale_after_hours": None}
    told = {"address": server.url, "way": "messages", "budget_run": PLENTY, "budget_day": PLENTY, **language}
    return {"home": str(home), "sources": {"acme": source}, "models": {"language": told}}


def built(home: Path) -> Path:
    """A home whose day is matched: what all histories begin with."""
    folder = home / "inbox" / "acme" / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "all.ndjson").write_text("".join(json.dumps(each) + "\n" for each in PRODUCTS))
    world = open_world(parse(settings(home, ModelServer(url="http://127.0.0.1:1")), home / "catalog.yaml"))
    land(world, Partition(DAY, "acme"), "r0", lambda: NOON)
    for stage in STAGES[: STAGES.index(STAGE)]:
        for state in states(world, stages=[stage]):
            execute(stage, world, state.partition, "r0")
    return home


Script = Callable[[str, int], str | None]


@dataclass
class Case:
    """A world and its server. `told`: each message that the server was asked, and the fault that it answered with. The
    clock moves by a second with each look, so that the order of replies is certain."""

    world: World
    server: ModelServer
    told: list[tuple[str, str | None]]
    now: dt.datetime = NOON

    def clock(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def ask(self) -> Report:
        return asking(self.world, self.clock)

    def settle(self) -> None:
        """The stage reads what came."""
        execute(STAGE, self.world, PARTITION, "r3")


@contextmanager
def case(template: Path, home: Path, script: Script, **language: Any) -> Iterator[Case]:
    """A copy of the home, at a server of its own with this script."""
    shutil.copytree(template, home)
    told: list[tuple[str, str | None]] = []

    def noted(question: str, attempt: int) -> str | None:
        told.append((question, script(question, attempt)))
        return told[-1][1]

    with running(ModelServer(reply=colors, script=noted)) as server:
        world = open_world(parse(settings(home, server, **language), home / "catalog.yaml"))
        yield Case(replace(world, model=model(server)), server, told)


def states_of(world: World) -> dict[str, list[str]]:
    """Name of each live product -> the states in which it is, by the stage's own tables: exactly one is lawful."""
    contents = contents_of(world, PARTITION)
    name = dict(contents.select("content_hash", "name").iter_rows())
    (asked,) = asked_of(world, PARTITION, contents, "look")
    found: dict[str, list[str]] = {each: [] for each in name.values()}
    for hashed in world.lake.read("model_proposals", day=DAY)["content_hash"].unique():
        found[name[hashed]].append("proposed")
    fates = world.lake.read("record_fates", stage=STAGE.name, day=DAY)
    pending = asked.standing.open.join(fates, left_on="question_hash", right_on="record_id", how="semi")
    assert pending.height == fates.height
    for hashed in pending["content_hash"]:
        found[name[hashed]].append("open")
    refused = world.lake.read("quarantine", stage=STAGE.name, day=DAY).filter(pl.col("rule") == GIVEN_UP)
    for each in refused["payload"]:
        found[each].append("given up")
    return found


def products_in(question: str) -> list[str]:
    """Names of the products that a message asks about."""
    return [each["name"] for each in json.loads(question.splitlines()[1])["products"]]


@dataclass(frozen=True)
class Account:
    """The server's bills (of answers that went out, and of others) beside the journal's sums, in USD; how many of its
    answers the server billed, and how many replies of the journal cost something; the most good answers that the server
    gave about one product."""

    billed: float
    unheard: float
    cost: float
    unseen: float
    bills: int
    paid: int
    good: int


def account(one: Case) -> Account:
    """What was paid for, on both sides."""
    bills, replies = one.server.bills, one.world.lake.read("model_replies")
    good = Counter(name for question, fault in one.told if fault in GOOD for name in products_in(question))
    return Account(
        float(total(bills, delivered=True)), float(total(bills, delivered=False)),
        float(replies["cost"].sum()), float(replies["unseen"].sum()),
        sum(bill.delivered for bill in bills), replies.filter(pl.col("cost") > 0).height, max(good.values(), default=0),
    )  # fmt: skip
