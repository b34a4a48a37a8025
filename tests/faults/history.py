"""A small history that holds what is hard: A, B, A again; a late GTIN that joins two products; a split; a withdrawal;
a retraction; a decision and a pin between runs; a matcher in force from the second day, which joins two chairs. Played
step by step, in any order that keeps the order of deliveries of one source and day.

Belongs here: the history, playing it, and reading the tables at rest. Does not belong here: assertions.
"""

import datetime as dt
import functools
import json
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from catalog_assets import corrections
from catalog_assets.configuration import Catalog, parse
from catalog_assets.matched.comparisons import RELEASE
from catalog_assets.matched.features import FEATURES
from catalog_assets.matched.matcher import Matcher, train
from catalog_assets.pipeline import STAGES, catch_up, states
from catalog_assets.raw.deliveries import known_deliveries, land
from catalog_assets.releases import Statement, put_in_force
from catalog_assets.stages import Partition, World, execute
from catalog_assets.vocabulary.columns import TABLES
from resources import open_world
from resources.review.protocol import Decision

DAYS = tuple(dt.date(2026, 1, day) for day in (5, 6, 7))
SOURCES = {
    "alpha": {
        "delivery": "full", "priority": 10, "currency": "EUR", "max_withdrawn": 1.0,
        "columns": {"product_id": "id", "name": "name", "brand": "brand", "gtin": "gtin", "price": "price",
                    "category_path": "category", "description": "text"},
        "attributes": {"color": "color"},
    },
    "beta": {
        "format": "ndjson", "priority": 20, "currency": "EUR",
        "columns": {"product_id": "sku", "name": "title", "brand": "brand", "mpn": "mpn", "gtin": "ean",
                    "price": "price"},
        "attributes": {"color": "colour"},
    },
    "gamma": {"priority": 30, "currency": "EUR", "columns": {"product_id": "id", "name": "name", "price": "price"}},
}  # fmt: skip
HEAD = "id,name,brand,gtin,price,category,text,color\n"
LAMP = 'a1,"Desk lamp, white",Lumo,4006381333931,{price},Lamps,A desk lamp for the office desk,white\n'
MUG = "a2,Coffee mug 300 ml,Kera,4012345678901,{price},Mugs,A mug of stoneware for coffee,blue\n"
CHAIR = "a3,Office chair,Sedo,,{price},Chairs,A chair with five castors,black\n"
BAD = "a9,,Nobody,,1.00,,,\n"
FEED_A = HEAD + LAMP.format(price="20.00") + MUG.format(price="8.00") + BAD


def _beta(*rows: dict[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


LAMP_B: dict[str, object] = {"sku": "b1", "title": "LUMO desk lamp", "brand": "Lumo", "price": 21.5, "colour": "black"}
KETTLE: dict[str, object] = {"sku": "b2", "title": "Kettle 1.7 l", "brand": "Kera", "mpn": "K-17", "price": 39.0}
SEAT: dict[str, object] = {"sku": "b3", "title": "Chair for the office", "brand": "Sedo", "price": 101.0}


@dataclass(frozen=True)
class Step:
    """One thing that happens: `do(world)`. `after` names steps that must come first."""

    name: str
    do: Callable[[World], None]
    after: tuple[str, ...] = ()


def _moment(minute: int) -> dt.datetime:
    return dt.datetime(2026, 1, 10, 12, minute, tzinfo=dt.UTC)


def _drop(day: dt.date, source: str, name: str, text: str, minute: int) -> Callable[[World], None]:
    def do(world: World) -> None:
        file = world.catalog.home_path / "inbox" / source / day.isoformat() / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        delivered = dt.datetime.combine(day, dt.time(6, minute), dt.UTC).timestamp()
        os.utime(file, (delivered, delivered))
        land(world, Partition(day, source), "run", lambda: _moment(minute))

    return do


def _retract(day: dt.date, source: str) -> Callable[[World], None]:
    def do(world: World) -> None:
        first = known_deliveries(world, Partition(day, source))["delivery_id"][0]
        fact = corrections.Fact("retract", "Ana", "wrong file", delivery_id=first)
        corrections.state(world, fact, _moment(50))

    return do


def _decide(world: World) -> None:
    """Refuse the lamp's doubtful colour: needs the question, so what is outstanding is run first."""
    question = _colour_question(world)
    if question is None:
        settle(world)
        question = _colour_question(world)
    if question is None:
        raise AssertionError("the history must ask about the lamp's colour")
    outcomes = world.review.decide([Decision(question, "replace", "Ben", _moment(51), value="Red", reason="seen")])
    assert outcomes[0].status in ("recorded", "already")


def _colour_question(world: World) -> str | None:
    rows = world.review.open_questions(limit=None).filter(
        pl.col("attribute") == "color", pl.col("name").str.contains("(?i)desk lamp")
    )
    rows = rows.sort("question_id")
    return str(rows["question_id"][0]) if rows.height else None


def _pin(world: World) -> None:
    fact = corrections.Fact("pin", "Ana", "label", source="alpha", product_id="a2", attribute="color", value="Green")
    corrections.state(world, fact, _moment(52))


@functools.cache
def matcher() -> Matcher:
    """Judges by how alike the sorted words of two names are."""
    alike = [n / 2 for n in range(201)]
    told = pl.DataFrame({name: alike if name == "name_sort" else [0.0] * 201 for name in FEATURES})
    by_luck = [45 <= a < 65 and n % 2 == 0 for n, a in enumerate(alike)]
    learned = train(told, pl.Series([a >= 65 or luck for a, luck in zip(alike, by_luck, strict=True)]))
    return Matcher(learned.trees, 0.9, {}, 0.2)


def _use_matcher(world: World) -> None:
    learned = matcher()
    said = Statement(RELEASE, learned.version, learned.to_bytes(), D2, "Ana", "names tell too")
    put_in_force(world, said, _moment(53))


D1, D2, D3 = DAYS
STEPS: tuple[Step, ...] = (
    Step("alpha 1 A", _drop(D1, "alpha", "f.csv", FEED_A, 1)),
    Step("alpha 1 B", _drop(D1, "alpha", "f.csv", HEAD + LAMP.format(price="25.00"), 2), ("alpha 1 A",)),
    Step("alpha 1 A again",
         _drop(D1, "alpha", "f.csv", FEED_A, 3), ("alpha 1 B",)),
    Step("beta 1", _drop(D1, "beta", "f.ndjson", _beta(LAMP_B, KETTLE) + "{broken\n", 4)),
    Step("gamma 1", _drop(D1, "gamma", "f.csv", "id,name,price\ng1,Garden hose 20 m,19.00\n", 5)),
    Step("alpha 2", _drop(D2, "alpha", "f.csv", HEAD + LAMP.format(price="20.50") + CHAIR.format(price="99.00"), 6)),
    Step("beta 2", _drop(D2, "beta", "f.ndjson", _beta({**KETTLE, "price": 35.0}, SEAT), 7)),
    Step("alpha 3", _drop(D3, "alpha", "f.csv",
                          HEAD + LAMP.format(price="20.50").replace("4006381333931", "4000417025005")
                          + MUG.format(price="7.50") + CHAIR.format(price="99.00"), 8)),
    Step("beta 1 late", _drop(D1, "beta", "late.ndjson", _beta({**LAMP_B, "ean": "4006381333931"}), 9), ("beta 1",)),
    Step("retract gamma", _retract(D1, "gamma"), ("gamma 1",)),
    Step("decide", _decide, ("alpha 1 A again", "beta 1 late")),
    Step("pin", _pin, ("alpha 1 A again",)),
    Step("matcher", _use_matcher),
)  # fmt: skip


def catalog(home: Path) -> Catalog:
    """The configuration of the history."""
    raw = {"home": str(home), "start_day": DAYS[0].isoformat(), "sources": SOURCES}
    return parse(raw, home / "catalog.yaml")


def open_home(home: Path, on_commit: Callable[[str], None] | None = None) -> World:
    """The history's world, with a hook at each commit."""
    world = open_world(catalog(home))
    if on_commit:
        world.lake.on_commit = on_commit
    return world


def settle(world: World) -> None:
    """Run until nothing is stale."""
    for _ in range(5):
        if not list(catch_up(world, "run")):
            return
    left = [s for s in states(world) if s.state != "done"]
    assert not left, f"never comes to rest: {left}"


def play(home: Path, names: Sequence[str], kill_at: int | None = None) -> None:
    """Do the named steps and settle; `*` runs one random stale partition's worth of work. With `kill_at` the process
    kills itself at that commit boundary. Steps that were finished before are not done again."""
    boundary = 0

    def hook(label: str) -> None:
        nonlocal boundary
        boundary += 1
        if boundary == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    world = open_home(home, hook)
    progress = home / "progress"
    done = progress.read_text().splitlines() if progress.exists() else []
    by_name = {step.name: step for step in STEPS}
    for index, name in enumerate(names):
        if index < len(done):
            continue
        if name.startswith("*"):
            _run_something(world, int(name[1:]))
        else:
            by_name[name].do(world)
        with progress.open("a") as file:
            file.write(name + "\n")
    settle(world)
    (home / "boundaries").write_text(str(boundary))


def _run_something(world: World, choice: int) -> None:
    """Run a few of the partitions that can be run now, chosen by number, in pipeline order or not."""
    waiting = [s for s in states(world) if s.state != "done"]
    by_name = {stage.name: stage for stage in STAGES}
    for offset in range(min(3, len(waiting))):
        chosen = waiting[(choice + offset * 7) % len(waiting)]
        try:
            execute(by_name[chosen.stage], world, chosen.partition, "run")
        except Exception as error:  # refused: its input is not there yet
            if "materialize" not in str(error) and "unfinished" not in str(error):
                raise


COMPARED = tuple(
    name
    for name in TABLES
    if name not in ("model_answers", "corrections", "product_aliases", "ended_products", "releases")
)


def tables(home: Path) -> dict[str, pl.DataFrame]:
    """Every table at rest, run ids aside, in a fixed order; the review queue beside them."""
    world = open_home(home)
    found = {}
    for name in COMPARED:
        frame = world.lake.read(name).select(TABLES[name].content)
        found[name] = frame.sort(TABLES[name].key)
    found["open questions"] = world.review.open_questions(limit=None).sort("question_id")
    return found


def aliases(home: Path) -> dict[str, str]:
    """Alias key -> live key."""
    return dict(open_home(home).lake.read("product_aliases").select("alias_key", "product_key").iter_rows())


def live_keys(home: Path) -> set[str]:
    """Keys in the catalogue."""
    return set(open_home(home).lake.read("catalog_products")["product_key"].to_list())


def shuffled(choose: Callable[[Sequence[Any]], Any], runs: int) -> list[str]:
    """A random order of the steps that keeps what must come first, with runs of random partitions in between."""
    waiting = list(STEPS)
    order: list[str] = []
    while waiting:
        ready = [s for s in waiting if all(name in order for name in s.after)]
        step = choose(ready)
        waiting.remove(step)
        order.append(step.name)
    for _ in range(runs):
        order.insert(choose(range(1, len(order) + 1)), f"*{choose(range(100))}")
    return order


def names(steps: Iterable[Step] = STEPS) -> list[str]:
    """The straight order."""
    return [step.name for step in steps]
