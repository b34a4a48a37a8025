"""What the tests of the review page share: questions of all kinds, people, a served page, a browser.

Belongs here: fixtures' material. Does not belong here: tests.
"""

import contextlib
import datetime as dt
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import uvicorn
from argon2 import PasswordHasher

from resources.review.accounts import Accounts
from resources.review.page.app import create_app
from resources.review.page.security import PageSettings
from resources.review.page.serving import options
from resources.review.page.settings import DisplaySettings
from resources.review.passwords import Passwords
from resources.review.protocol import ASKED
from resources.review.queue import Queue
from resources.review.settings import Budget, QueueSettings
from resources.review.store import SqlReviewStore

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOUD = "NO BROWSER: the review page was not tested. Install Chromium (`.ci/run` does) and run `make test` again."
PASSWORD = "loud-harbour-tin-bicycle"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NONE = Budget(0.0, 0)
PLAIN = QueueSettings(second=NONE, gold=NONE, audits=NONE)
"""Only open questions: which comes next does not depend on chance."""
START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)

_FACTS: dict[str, Any] = dict.fromkeys(ASKED.names()) | {
    "kind": "attribute", "attribute": "color", "value": "Black", "confidence": 0.62, "method": "rule",
    "model_version": "rules-1", "evidence": None, "name": "A product", "context": "A product", "why": "doubt",
    "popularity": 1.0,
}  # fmt: skip


class Clock:
    """The time of day as it passes, from a fixed moment; it can be put forward."""

    def __init__(self) -> None:
        self._begun, self.skipped = time.monotonic(), dt.timedelta()

    def __call__(self) -> dt.datetime:
        return START + dt.timedelta(seconds=time.monotonic() - self._begun) + self.skipped


def question(question_id: str, products: int = 1, **facts: Any) -> list[dict[str, Any]]:
    """A question for ASKED, once for each product that waits for it."""
    row = {**_FACTS, "question_id": question_id, **facts}
    for name in ("options", "candidates"):
        row[name] = json.dumps(row[name]) if row[name] is not None else None
    return [{**row, "product_key": f"{question_id}-{number}"} for number in range(products)]


def asked(*questions: list[dict[str, Any]]) -> pl.DataFrame:
    """The questions in the shape of ASKED."""
    return pl.DataFrame([row for rows in questions for row in rows], schema=ASKED)


@dataclass
class World:
    """A served review page of its own, and what stands behind it."""

    url: str
    store: SqlReviewStore
    queue: Queue
    accounts: Accounts
    clock: Clock

    def ask(self, *questions: list[dict[str, Any]]) -> None:
        """Make these the only questions that stand."""
        self.store.replace_day(DAY, asked(*questions))

    def words(self) -> list[tuple[str, str, str | None, str]]:
        """Every word that was recorded: question, verdict, value, person."""
        return self.store.history().select("question_id", "verdict", "value", "annotator").rows()

    def said(self, question_id: str) -> list[tuple[str, str | None, str]]:
        """The words on one question: verdict, value, person."""
        return [tuple(word[1:]) for word in self.words() if word[0] == question_id]


def person(world: World, name: str, role: str = "annotator") -> str:
    """An account with PASSWORD, which need not be changed; its name."""
    world.accounts.add(name, role, PASSWORD, by="the tests", now=world.clock(), must_change=False)
    return name


def ready(page: Any, scripted: bool = True) -> None:
    """Until the page shows a task, or none, and its script listens."""
    page.locator("html.js article.task" if scripted else "article.task").wait_for()


@contextlib.contextmanager
def served(
    folder: Path, settings: QueueSettings = PLAIN, display: DisplaySettings | None = None, port: int = 0
) -> Iterator[World]:
    """A review page on a free port, with an empty store in the folder."""
    clock = Clock()
    store = SqlReviewStore(folder / "review.sqlite", clock)
    queue, accounts = Queue(store, settings), Accounts(store.database, passwords=Passwords(CHEAP))
    app = create_app(queue, accounts, page=PageSettings(), display=display, clock=clock)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", **options(timeout_graceful_shutdown=1)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the review page did not start")
            time.sleep(0.02)
        yield World(f"http://127.0.0.1:{listener.getsockname()[1]}", store, queue, accounts, clock)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
