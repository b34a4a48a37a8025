"""A small home with a language model: its supplier's file, a local server that answers, and runs by hand.

Belongs here: what the tests of asking share. Does not belong here: the server (`tests/resources/language_model`).
"""

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from model_cases import model
from model_server import KEY, ModelServer, running

from catalog_assets.asked.asking import Report, ask
from catalog_assets.asked.stage import STAGE
from catalog_assets.configuration import parse
from catalog_assets.pipeline import catch_up, states
from catalog_assets.raw.deliveries import land
from catalog_assets.stages import Partition, World, execute
from resources import open_world
from resources.language_model.client import KEY as VARIABLE

DAY = dt.date(2026, 3, 1)
PARTITION = Partition(DAY)
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SHIRT = {"sku": "1", "title": "Nordwind Shirt charcoal long sleeve", "path": "Shirts"}
MUG = {"sku": "2", "title": "Brightly Mug 0.3 l sapphire glazed stoneware", "path": "Mugs"}
BAG = {"sku": "3", "title": "Nordwind Backpack sapphire, vegan suede", "path": "Backpacks"}
THREE = (SHIRT, MUG, BAG)
COLORS = {"charcoal": "Gray", "sapphire": "Blue"}
"""Words that the vocabulary's rules do not know for colours, and what a model would make of them."""


def colors(body: Any) -> str:
    """A model that knows colours, and says nothing else."""
    return answering(lambda one: [color(word) for word in COLORS if word in one["name"]])(body)


def color(word: str, value: str | None = None) -> dict[str, Any]:
    return {"attribute": "color", "value": value or COLORS[word], "evidence": word}


def answering(answers: Callable[[Any], list[dict[str, Any]]]) -> Callable[[Any], str]:
    """A reply that says of each product what `answers` makes of it, as far as it was asked."""

    def reply(body: Any) -> str:
        line = body["messages"][0]["content"].splitlines()[1]
        products = [
            {"id": one["id"], "answers": [each for each in answers(one) if each["attribute"] in one["asked"]]}
            for one in json.loads(line)["products"]
        ]
        return json.dumps({"products": products})

    return reply


@contextmanager
def serving(monkeypatch: Any, reply: Callable[[Any], str] = colors, **other: Any) -> Iterator[ModelServer]:
    """The local server, its key in the environment."""
    monkeypatch.setenv(VARIABLE, KEY)
    with running(ModelServer(reply=reply, **other)) as server:
        yield server


def opened(home: Path, server: ModelServer, products: tuple[Mapping[str, str], ...] = THREE, **language: Any) -> World:
    """A home with one delivery, taken to the day's matched products and on. A new home is a copy of the first of its
    kind: no test asks whether these stages do the same twice."""
    raw = _settings(home, server, language)
    kind = json.dumps([products, language], sort_keys=True)
    if home.exists() and any(home.iterdir()):
        return _delivered(home, server, products, raw)
    if kind not in _FIRST:
        first = Path(_KEPT.name) / str(len(_FIRST))
        _delivered(first, server, products, _settings(first, server, language))
        _FIRST[kind] = first
    shutil.copytree(_FIRST[kind], home, dirs_exist_ok=True)
    world = reopened(raw, home, server)
    settle(world)
    return world


_KEPT = tempfile.TemporaryDirectory(prefix="asked-")
_FIRST: dict[str, Path] = {}


def _delivered(
    home: Path, server: ModelServer, products: tuple[Mapping[str, str], ...], raw: Mapping[str, Any]
) -> World:
    folder = home / "inbox" / "acme" / DAY.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{**one, "price": "10"} for one in products]
    (folder / "all.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    world = reopened(raw, home, server)
    land(world, Partition(DAY, "acme"), "r0", lambda: NOON)
    settle(world)
    return world


def _settings(home: Path, server: ModelServer, language: Mapping[str, Any]) -> dict[str, Any]:
    columns = {"product_id": "sku", "name": "title", "price": "price", "category_path": "path"}
    columns |= {"description": "description"}
    source = {"format": "ndjson", "currency": "EUR", "columns": columns, "stale_after_hours": None}
    settings = {"way": "messages", "address": server.url, **language}
    return {"home": str(home), "sources": {"acme": source}, "models": {"language": settings}}


def reopened(raw: Mapping[str, Any], home: Path, server: ModelServer) -> World:
    """The world of a configuration, with the real client at the server, without long waits."""
    return replace(open_world(parse(dict(raw), home / "catalog.yaml")), model=model(server))


def settle(world: World) -> None:
    """Run whatever is not done, until nothing is stale."""
    list(catch_up(world, "r1"))
    assert {state.state for state in states(world)} == {"done"}


def asking(world: World, clock: Callable[[], dt.datetime] = lambda: NOON, **other: Any) -> Report:
    return ask(world, PARTITION, "r2", clock, **other)


def proposed(world: World) -> dict[tuple[str, str], str]:
    """(product_id, model version's first word) -> colour that a model proposes to the stages after."""
    settle(world)
    rows = world.lake.read("enriched_attributes", day=DAY).filter(
        pl.col("attribute") == "color", pl.col("method") == "model"
    )
    return {(row["product_id"], row["model_version"].split("-")[1]): row["value"] for row in rows.to_dicts()}


def counts(world: World) -> dict[str, int]:
    """The day's ledger row of the asked stage, what is not zero."""
    (row,) = world.lake.read("stage_ledger", stage=STAGE.name, day=DAY).to_dicts()
    assert row["balanced"]
    fates = ("received", "passed", "quarantined", "pending", "skipped", "merged", "superseded")
    return {name: row[name] for name in fates if row[name]}


def run(world: World) -> None:
    execute(STAGE, world, PARTITION, "r3")
