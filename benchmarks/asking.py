"""Asking a language model about a day, end to end: from open questions to proposals, against the local server of the
tests.

    python benchmarks/asking.py --products 100000 [--characters 1] [--requests-a-minute 5000] [--folder DIR]

One simulated supplier's day is taken to matched products by the real stages, in a process of its own each. Then it is
asked about (`asking.ask`, one by one, which checks the replies), and the stage `model_proposals` reads them: first it
checks them itself (what asking found is deleted), then it finds them checked. `--characters 1` asks of one product at a
time. The server answers after a log-normal time, in a process of its own, names the model and the values whose spelling
stands in a name, and refuses what exceeds its limit; a second's worth may come at once, the strictest reading of a
limit a minute. Nothing is paid.

Prints JSON. Seconds of parts are of the client's main thread: `sending` is what is left of the time of asking, mostly
waiting for the server. Memory is the highest of the asking process.
"""

import argparse
import datetime as dt
import json
import multiprocessing as mp
import os
import platform
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "resources" / "language_model"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline import DAY, land, measured, simulate, stage

MODEL = "claude-haiku-4-5"
MODEL_NAME = re.compile(r"\b[A-Z]\w+ \d{3}\b")
"""How the simulator's suppliers call a model: `Kinetic 153`."""
UPSTREAM = ("raw_products", "standardized_products", "matched_products")
RUN = "benchmark"


def prepare(folder: Path, products: int) -> None:
    """A home with matched products, unless it is there."""
    if (folder / "prepared").exists():
        return
    simulate(folder, products)
    measured(land, str(folder))
    for name in UPSTREAM:
        measured(stage, str(folder), name)
    (folder / "prepared").touch()


def configure(folder: Path, address: str, told: argparse.Namespace) -> None:
    """The home's configuration names the server; money is no limit here."""
    file = folder / "catalog.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["models"] = {
        "language": {
            "model": MODEL, "way": "messages", "address": address, "budget_run": 1e6, "budget_day": 1e6,
            "requests_a_minute": told.requests_a_minute, "concurrency": told.concurrency, "window_hours": 24,
        }
    }  # fmt: skip
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")


def serve(pipe: Any, requests_a_minute: float, latency: float, sigma: float) -> None:
    """The local server, until its process is ended."""
    from model_limits import RateLimits
    from model_server import ModelServer, log_normal, running

    limits = RateLimits(requests_a_minute, None, burst=1.0)
    with running(ModelServer(reply=replier(), limits=limits, latency=log_normal(latency, sigma, 1))) as server:
        pipe.send(server.url)
        pipe.recv()


def replier() -> Callable[[Any], str]:
    """A reply with the model and the values whose spelling stands in a product's name, as far as they are asked."""
    from cost_requests import spellings

    from catalog_assets.vocabulary.attributes import ATTRIBUTES

    meant: dict[str, tuple[str, str]] = {}
    for attribute, value, evidence in spellings().iter_rows():
        if value in (ATTRIBUTES[attribute].values or ()):
            meant.setdefault(evidence.lower(), (attribute, value))
    known = re.compile("|".join(rf"\b{re.escape(each)}\b" for each in sorted(meant, key=len, reverse=True)), re.I)

    def answers(product: Any) -> list[dict[str, str]]:
        found = {}
        if model := MODEL_NAME.search(product["name"]):
            found["model"] = {"attribute": "model", "value": model[0], "evidence": model[0]}
        for match in known.finditer(product["name"]):
            attribute, value = meant[match[0].lower()]
            found[attribute] = {"attribute": attribute, "value": value, "evidence": match[0]}
        return [found[name] for name in product["asked"] if name in found]

    def reply(body: Any) -> str:
        products = json.loads(body["messages"][0]["content"].splitlines()[1])["products"]
        told = [{"id": one["id"], "answers": answers(one)} for one in products]
        return json.dumps({"products": told}, ensure_ascii=False, separators=(",", ":"))

    return reply


class Laps:
    """Seconds and calls of functions, by their names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)

    def of(self, owner: Any, name: str, shown: str) -> None:
        """Count the calls of a function from now on."""
        work = getattr(owner, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                self.seconds[shown] += time.perf_counter() - started
                self.calls[shown] += 1

        setattr(owner, name, counted)

    def told(self) -> dict[str, float]:
        """Rounded."""
        return {name: round(seconds, 2) for name, seconds in self.seconds.items()}


def watched(characters: int | None) -> Laps:
    """The parts of asking that are told apart."""
    from catalog_assets.asked import asking, journal, purposes
    from catalog_assets.asked import stage as asked_stage
    from resources.language_model.spool import Spool

    laps = Laps()
    if characters is not None:
        purposes.Attributes.requests.__defaults__ = (characters,)
    laps.of(asked_stage, "told_by_embedded", "prepare: embedded answers")
    laps.of(asked_stage, "_standing", "prepare: what is open, and findings of replies")
    laps.of(asking, "withheld", "prepare: what no model is shown")
    laps.of(purposes.Attributes, "requests", "prepare: requests")
    laps.of(asking, "prepared", "prepare: requests with limits")
    laps.of(journal, "keep_questions", "keep: questions into the journal")
    laps.of(Spool, "keep", "keep: each reply on the disk")
    laps.of(journal, "keep_replies", "keep: replies into the journal")
    return laps


def asked(folder: str, characters: int | None) -> dict[str, Any]:
    """Ask about the day."""
    from pipeline import _world

    from catalog_assets.asked.asking import ask
    from catalog_assets.stages import Partition

    laps = watched(characters)
    before: list[float] = []
    begun = time.perf_counter()
    report = ask(
        _world(folder), Partition(DAY), RUN, lambda: dt.datetime.now(dt.UTC),
        lambda told: before.append(time.perf_counter() - begun), progress(),
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    parts = laps.told()
    return {
        "questions": report.questions, "requests": report.requests, "replies": dict(report.statuses),
        "until_the_estimate": round(before[0], 1), "usd": float(report.cost),
        "parts": parts, "sending": round(seconds - sum(laps.seconds.values()), 1),
        "cpu_seconds": round(sum(os.times()[:2]), 1),
    }  # fmt: skip


def progress() -> Callable[[int], None]:
    """A line each half minute."""
    count, shown = [0], [time.monotonic()]

    def step(done: int) -> None:
        count[0] += done
        if time.monotonic() - shown[0] > 30:
            shown[0] = time.monotonic()
            print(f"{count[0]:,} replies", file=sys.stderr, flush=True)

    return step


@contextmanager
def server(told: argparse.Namespace) -> Iterator[str]:
    """The server's address, in a process of its own."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, told.requests_a_minute, told.latency, told.sigma))
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def run(folder: Path, told: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    from model_server import KEY

    os.environ["ANTHROPIC_API_KEY"] = KEY
    prepare(folder, told.products)
    with server(told) as address:
        configure(folder, address, told)
        found = {"asking": measured(asked, str(folder), told.characters)}
        with urllib.request.urlopen(f"{address}/stats", timeout=30) as answer:
            there = json.load(answer)
    shutil.rmtree(folder / "lake" / "model_findings")  # what asking found already, to be checked by the stage itself
    for name in ("checking", "checked"):
        found[name] = measured(stage, str(folder), "model_proposals")
    span = there["last"] - there["first"]
    rate = told.requests_a_minute / 60
    served = {
        "admitted": there["admitted"], "over_seconds": round(span, 1), "statuses": there["statuses"],
        "share_of_the_rate": round(100 * there["admitted"] / (rate * (span + 1.0)), 1),
        "at_a_time": there["most_flying"], "usd": round(there["dollars"], 6),
    }  # fmt: skip
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
    return {"settings": {k: str(v) for k, v in vars(told).items()}, "machine": machine, "server": served, **found}


def main() -> None:
    """Run it and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--characters", type=int, help="of data in a request; 1: one product each (default: as usual)")
    parser.add_argument("--requests-a-minute", type=float, default=4_000)
    parser.add_argument("--concurrency", type=int, default=600)
    parser.add_argument("--latency", type=float, default=1.0, help="median, seconds")
    parser.add_argument("--sigma", type=float, default=0.35, help="of its logarithm: 95 of 100 within a factor of two")
    parser.add_argument("--folder", type=Path, help="Where to work; a home that is there is used and kept.")
    told = parser.parse_args()
    folder = told.folder or Path(tempfile.mkdtemp(prefix="benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print(json.dumps(run(folder, told), indent=1))
    finally:
        if told.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
