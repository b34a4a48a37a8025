"""A local server that speaks the Anthropic API: Messages, Message Batches, rate limits, errors, and faults by script.

Belongs here: routes and the way of a question through the server. Does not belong here: HTTP (`model_http.py`), what it
counts (`model_limits.py`), the faults themselves (`model_faults.py`), batches (`model_batches.py`).
"""

import argparse
import asyncio
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from model_batches import BatchRoom
from model_faults import BEFORE, ERRORS, SAID, UNSEEN, error, error_body, said, unseen
from model_http import Answer, Call, serve
from model_limits import PER_MILLION, Bill, PromptCache, RateLimits, total

KEY = "sk-ant-test-0123456789"
Script = Callable[[str, int], str | None]
"""A question's text and which attempt at it this is (from 1), to the name of a fault or None."""


def a_token_for_four(text: str) -> int:
    return len(text) // 4 + 1


def echo(body: Any) -> str:
    return json.dumps({"value": str(len(body["messages"][0]["content"]))})


@dataclass
class ModelServer:
    """State and routes. `bills` is what it charges for; `asked` how often it was asked each question."""

    reply: Callable[[Any], str] = echo
    script: Script = lambda question, attempt: None
    limits: RateLimits = field(default_factory=RateLimits)
    latency: Callable[[], float] = lambda: 0.0
    tokens: Callable[[str], int] = a_token_for_four
    cache: PromptCache = field(default_factory=PromptCache)
    frame_tokens: int = 20
    key: str = KEY
    bills: list[Bill] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    batches: BatchRoom = field(default_factory=BatchRoom)
    statuses: Counter[int] = field(default_factory=Counter)
    admitted: list[float] = field(default_factory=list)
    flying: int = 0
    most_flying: int = 0
    numbers: int = 0
    url: str = ""

    async def handle(self, call: Call) -> Answer:
        """One call, whatever it is."""
        answer = await self._route(call)
        self.statuses[answer.status] += 1
        return answer

    async def _route(self, call: Call) -> Answer:
        path = call.path.split("?")[0]
        if path == "/stats":
            return Answer(200, json.dumps(self.stats()).encode())
        refused = self._refused(call)
        if refused is not None:
            return refused
        if path == "/v1/messages" and call.method == "POST":
            return await self._message(call)
        if path.startswith("/v1/messages/batches"):
            return await self.batches.route(self, call)
        return self._error(404, "Not found")

    def _refused(self, call: Call) -> Answer | None:
        told = call.headers.get("x-api-key", call.headers.get("authorization", "").removeprefix("Bearer "))
        if told != self.key:
            return self._error(401, "invalid x-api-key")
        if "anthropic-version" not in call.headers:
            return self._error(400, "anthropic-version: header is required")
        return None

    async def _message(self, call: Call) -> Answer:
        body = call.json()
        wrong = mistake(body)
        if wrong is not None:
            return self._error(404 if wrong.startswith("model:") else 400, wrong)
        now = time.monotonic()
        question = body["messages"][0]["content"]
        self.asked[question] += 1
        fault = self.script(question, self.asked[question])
        headers = self.headers()
        if fault in ERRORS:
            return error(fault, headers["request-id"], headers)
        if fault in BEFORE:
            return Answer(hang=fault == "hang", cut=fault != "hang")
        wait = self.limits.admit(self.inward(body), now)
        if wait is not None:
            headers = {**self.headers(), "retry-after": str(int(wait) + 1)}
            return Answer(
                429, error_body(429, "This request would exceed your rate limit", headers["request-id"]), headers
            )
        self.admitted.append(now)
        self.flying += 1
        self.most_flying = max(self.flying, self.most_flying)
        message, bill = self.work(body, fault, batch=False)
        await asyncio.sleep(self.latency())
        self.flying -= 1
        self.keep(body)
        self.bills.append(bill)
        place = len(self.bills) - 1

        def unheard() -> None:
            self.bills[place] = replace(bill, delivered=False)

        self.limits.said(bill.usage["output_tokens"], time.monotonic())
        encoded, headers = json.dumps(message).encode(), self.headers()
        if fault in UNSEEN:
            return unseen(fault, encoded, headers)
        return Answer(200, encoded, headers, unheard=unheard)

    def work(self, body: Any, fault: str | None, batch: bool) -> tuple[dict[str, Any], Bill]:
        """The message that answers a question, and what it costs."""
        text, stop_reason = self.reply(body), "end_turn"
        if fault in SAID:
            text, stop_reason = said(fault, text)
        output = self.tokens(text)
        if output > body["max_tokens"]:
            output, stop_reason, text = body["max_tokens"], "max_tokens", text[: len(text) // 2]
        read, written, _ = self.cache.tokens(body, self.tokens, time.monotonic())
        usage = {
            "input_tokens": self.whole(body) - read - written,
            "output_tokens": output,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
        }
        bill = Bill(body["messages"][0]["content"], body["model"], usage, batch, fault not in UNSEEN)
        return message_of(self.named("msg"), body["model"], text, stop_reason, usage, batch), bill

    def whole(self, body: Any) -> int:
        """Tokens of a question, cached or not."""
        schema = json.dumps(body.get("output_config", {}))
        blocks = [block["text"] for block in body.get("system") or []]
        return self.frame_tokens + sum(map(self.tokens, [*blocks, body["messages"][0]["content"], schema]))

    def inward(self, body: Any) -> int:
        """Input tokens that count towards the rate limit: those read from the cache do not."""
        return self.whole(body) - self.cache.tokens(body, self.tokens, time.monotonic())[0]

    def keep(self, body: Any) -> None:
        now = time.monotonic()
        self.cache.keep(self.cache.tokens(body, self.tokens, now)[2], now)

    def named(self, kind: str) -> str:
        self.numbers += 1
        return f"{kind}_{self.numbers:024d}"

    def headers(self) -> dict[str, str]:
        told = {"request-id": self.named("req"), "anthropic-organization-id": "00000000-0000-4000-8000-000000000000"}
        return told | self.limits.headers(time.monotonic())

    def _error(self, status: int, words: str) -> Answer:
        headers = self.headers()
        return Answer(status, error_body(status, words, headers["request-id"]), headers)

    def stats(self) -> dict[str, Any]:
        return {
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "admitted": len(self.admitted),
            "first": self.admitted[0] if self.admitted else None,
            "last": self.admitted[-1] if self.admitted else None,
            "most_flying": self.most_flying,
            "bills": len(self.bills),
            "input_tokens": sum(b.usage["input_tokens"] + b.usage["cache_creation_input_tokens"] for b in self.bills),
            "dollars": float(total(self.bills)),
        }


def mistake(body: Any) -> str | None:
    """What is wrong with a question, in the API's way of saying it."""
    for name in ("model", "max_tokens", "messages"):
        if name not in body:
            return f"{name}: Field required"
    if body["model"] not in PER_MILLION:
        return f"model: {body['model']}"
    if not isinstance(body["max_tokens"], int) or body["max_tokens"] < 1:
        return "max_tokens: Input should be greater than or equal to 1"
    form = body.get("output_config", {}).get("format")
    if form is not None and (form.get("type") != "json_schema" or not isinstance(form.get("schema"), dict)):
        return "output_config.format: Input should be a JSON schema"
    marks = sum("cache_control" in block for block in body.get("system") or [])
    return f"A maximum of 4 blocks with cache_control may be provided. Found {marks}." if marks > 4 else None


def message_of(
    name: str, model: str, text: str, stop_reason: str, usage: dict[str, int], batch: bool
) -> dict[str, Any]:
    """A message as the API has it."""
    written = usage["cache_creation_input_tokens"]
    more = {"cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0}}
    refused = {"type": "refusal", "category": None, "explanation": None} if stop_reason == "refusal" else None
    return {
        "id": name,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [] if stop_reason == "refusal" else [{"type": "text", "text": text}],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": refused,
        "usage": {**usage, **more, "service_tier": "batch" if batch else "standard"},
    }


@contextmanager
def running(server: ModelServer, port: int = 0) -> Iterator[ModelServer]:
    """The server on a thread of its own, at `server.url`."""
    loop = asyncio.new_event_loop()
    opened = loop.run_until_complete(asyncio.start_server(serve(server.handle), "127.0.0.1", port, backlog=1024))
    server.url = f"http://127.0.0.1:{opened.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(opened.close)
        asyncio.run_coroutine_threadsafe(_ended(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def log_normal(median: float, sigma: float, seed: int) -> Callable[[], float]:
    """Latencies in seconds as they are seen in practice: mostly near the median, some much longer."""
    draw = random.Random(seed)
    return lambda: median * draw.lognormvariate(0.0, sigma) if median else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=float, default=4000, help="a minute")
    parser.add_argument("--input-tokens", type=float, default=None, help="a minute; default: no limit")
    parser.add_argument("--burst", type=float, default=1.0, help="seconds' worth of the limit that may come at once")
    parser.add_argument("--latency", type=float, default=1.5, help="median, seconds")
    parser.add_argument("--sigma", type=float, default=0.4, help="of the logarithm of the latency")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    limits = RateLimits(told.requests, told.input_tokens, burst=told.burst)
    with running(ModelServer(limits=limits, latency=log_normal(told.latency, told.sigma, told.seed))) as server:
        print(server.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
