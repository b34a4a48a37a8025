"""What the tests of other ways in share: a store with questions, what was delivered, and a platform of their own.

`Platform` is no platform that exists: a small server on this machine, made for these tests, that takes tasks and
answers as it is told to.
"""

import base64
import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import uvicorn
from fastapi import FastAPI, Request, Response

from resources.review.external.deliveries import Deliveries
from resources.review.external.settings import TaskPlatform
from resources.review.protocol import ASKED
from resources.review.store import SqlReviewStore

DAY = dt.date(2025, 3, 1)
NOON = dt.datetime(2025, 3, 3, 12, tzinfo=dt.UTC)
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NEW_SECRET = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
TOKEN = "token-of-the-platform"
COLOURS = ("blue", "red")

QUESTION: dict[str, Any] = {
    "kind": "attribute", "attribute": "colour", "value": "red", "unit": None, "confidence": 0.5, "method": "rule",
    "model_version": "rules-1", "evidence": "in red", "name": "Drill", "context": "Drill in red",
    "options": json.dumps(COLOURS), "candidates": None, "image": None, "why": "doubt", "popularity": 1.0,
}  # fmt: skip


def question(question_id: str = "a", **fields: Any) -> dict[str, Any]:
    """A row of QUESTIONS."""
    return {"question_id": question_id, **QUESTION, **fields}


def asked(*question_ids: str, **fields: Any) -> pl.DataFrame:
    """Questions of a day, one product each."""
    rows = [{"product_key": f"p-{one}", **question(one, **fields)} for one in question_ids]
    return pl.DataFrame(rows, schema=ASKED)


def store_with(folder: Any, *question_ids: str, **fields: Any) -> SqlReviewStore:
    store = SqlReviewStore(folder / "review.sqlite")
    store.replace_day(DAY, asked(*question_ids, **fields))
    return store


def memory(store: SqlReviewStore) -> Deliveries:
    return Deliveries(store.database)


def journal(store: SqlReviewStore) -> list[tuple[Any, ...]]:
    """Every word: question, verdict, value, who, why."""
    return store.history().select("question_id", "verdict", "value", "annotator", "purpose").rows()


class Bench:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@dataclass
class Platform:
    """A task platform: what it was sent, and a script of answers (status, or status and headers; 201 at its end).

    It keeps one task for each idempotency key, as a platform should.
    """

    url: str = ""
    script: list[Any] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    tasks: dict[str, Any] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/tasks")
        async def take(request: Request) -> Response:
            body = await request.json()
            self.requests.append({"headers": dict(request.headers), "task": body})
            said = self.script.pop(0) if self.script else 201
            status, headers = said if isinstance(said, tuple) else (said, {})
            if status == "hang up":
                raise RuntimeError("the platform breaks while it answers")
            if 200 <= status < 300 or headers.get("x-kept"):
                self.tasks.setdefault(request.headers["idempotency-key"], body)
            return Response(status_code=status, headers=headers)

        return app

    def settings(self, **how: Any) -> TaskPlatform:
        return TaskPlatform("crowd", "CROWD_SECRET", f"{self.url}/tasks", "CROWD_TOKEN", **how)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on a free port of this machine; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def delivery(*decisions: dict[str, Any], **fields: Any) -> bytes:
    """The body of a delivery."""
    told = {"type": "decisions", "timestamp": NOON.isoformat(), "data": {"decisions": list(decisions)}, **fields}
    return json.dumps(told).encode()


def word(question_id: str = "a", decision: str = "accept", **fields: Any) -> dict[str, Any]:
    return {"question_id": question_id, "decision": decision, "annotator": "Anna", **fields}


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()
