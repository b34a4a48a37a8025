"""How much of an allowed rate the client uses, and its memory, against the local server of the tests.

    python benchmarks/language_model.py --products 100000 --requests-a-minute 8000

Products are asked in groups of ten. The server answers after a log-normal time and refuses what exceeds its limit. By
default no more than one second's worth may come at once, the strictest reading of a limit a minute; `--burst 60` lets
a full minute's worth come at once, which the client then uses up too. Nothing is paid.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from resources.language_model.client import KEY, AnthropicModel
from resources.language_model.protocol import Limits, Request, Text

SERVER = Path(__file__).parents[1] / "tests" / "resources" / "language_model" / "model_server.py"
SERVER_KEY = "sk-ant-test-0123456789"
GROUP = 10
PROGRESS = 5.0
SYSTEM = (Text("You read product offers and name the values of their attributes. " * 100, constant=True),)
SCHEMA = {
    "type": "object",
    "properties": {"value": {"type": "string"}},
    "required": ["value"],
    "additionalProperties": False,
}


def requests(products: int) -> Iterator[Request]:
    """One request for each ten products, made as they are asked for."""
    for group in range(-(-products // GROUP)):
        user = "\n".join(
            f"{group * GROUP + place}: Nordwind trekking rucksack {place} litres, waterproof, blue, 1.2 kg, with rain "
            "cover, hip belt and laptop sleeve; suitable for three-day tours and for carrying on a plane."
            for place in range(GROUP)
        )
        yield Request(f"group-{group}", "claude-haiku-4-5", SYSTEM, user, SCHEMA, 1_000)


def server(told: argparse.Namespace) -> subprocess.Popen[str]:
    """The local server in a process of its own."""
    options = {"requests": told.requests_a_minute, "latency": told.latency, "sigma": told.sigma, "burst": told.burst}
    if told.input_tokens_a_minute:
        options["input-tokens"] = told.input_tokens_a_minute
    command = [sys.executable, str(SERVER), *(f"--{name}={value}" for name, value in options.items())]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def measured(address: str, told: argparse.Namespace) -> dict[str, Any]:
    """Ask all of them; the share is taken from the server's own count of what it admitted, and when."""
    statuses: Counter[str] = Counter()
    before = mebibytes()
    begun = shown = time.monotonic()
    money = Decimal(0)
    limits = Limits(deadline=None, budget=Decimal(10_000), concurrency=told.concurrency)
    for reply in AnthropicModel(address).ask(requests(told.products), limits):
        statuses[reply.status] += 1
        money += reply.cost
        if time.monotonic() - shown > PROGRESS:
            shown = time.monotonic()
            print(f"{shown - begun:6.0f} s  {statuses.total():7d} replies", file=sys.stderr, flush=True)
    seconds = time.monotonic() - begun
    with urllib.request.urlopen(f"{address}/stats", timeout=30) as answer:
        there = json.load(answer)
    span = there["last"] - there["first"]
    rate = told.requests_a_minute / 60
    tokens = told.input_tokens_a_minute or float("inf")
    return {
        "products": told.products,
        "replies": dict(statuses),
        "seconds": round(seconds, 1),
        "admitted_over": round(span, 1),
        "share_of_the_rate": round(100 * there["admitted"] / (rate * (span + told.burst)), 1),
        "share_of_the_rate_from_first_to_last_reply": round(100 * there["admitted"] / (rate * seconds), 1),
        "share_of_the_token_rate": round(100 * there["input_tokens"] / (tokens / 60 * (span + told.burst)), 1),
        "server_said": there["statuses"],
        "at_a_time": there["most_flying"],
        "usd_by_client": float(money),
        "usd_by_server": round(there["dollars"], 9),
        "mib_before": before,
        "mib_at_most": mebibytes(),
        "cpu_seconds": round(sum(os.times()[:2]), 1),
    }


def mebibytes() -> int:
    """The most memory that this process has had so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--requests-a-minute", type=float, default=8_000)
    parser.add_argument("--input-tokens-a-minute", type=float, default=None)
    parser.add_argument("--concurrency", type=int, default=600)
    parser.add_argument("--latency", type=float, default=1.5, help="median, seconds")
    parser.add_argument("--sigma", type=float, default=0.4, help="of the logarithm of the latency")
    parser.add_argument("--burst", type=float, default=1.0, help="seconds' worth of the rate that may come at once")
    told = parser.parse_args()
    os.environ[KEY] = SERVER_KEY
    process = server(told)
    try:
        assert process.stdout is not None
        print(json.dumps(measured(process.stdout.readline().strip(), told), indent=1))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
