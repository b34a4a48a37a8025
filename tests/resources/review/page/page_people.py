"""The real page with real accounts, for tests that ask it as a browser does: by TestClient, or by a real server."""

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from account_cases import CHEAP, GOOD, HOME, NOON, PEOPLE
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from review_cases import store_with

from resources.review.accounts import Accounts, AccountSettings
from resources.review.page.app import create_app
from resources.review.page.security import SESSION, PageSettings, cookie_name
from resources.review.page.serving import options
from resources.review.passwords import Passwords
from resources.review.queue import Queue
from resources.review.sessions import form_token
from resources.review.store import SqlReviewStore

HOST = "testserver"
SCRIPT = {"accept": "application/json"}
AS_A_PERSON = {"accept": "text/html,*/*;q=0.8"}
FIVE = tuple(f"q{n}" for n in range(5))


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass(frozen=True)
class World:
    """A page, and what stands behind it."""

    app: FastAPI
    accounts: Accounts
    store: SqlReviewStore
    queue: Queue
    clock: Clock

    def client(self, *, base_url: str = f"http://{HOST}", **options: Any) -> TestClient:
        """A browser that nobody has signed in with: it follows no redirects and says where it comes from."""
        headers = {"origin": base_url, **AS_A_PERSON}
        return TestClient(self.app, base_url=base_url, headers=headers, follow_redirects=False, **options)

    def entered(self, name: str | None, **options: Any) -> TestClient:
        """A browser with a session of its own, without the form; of nobody where no name is given."""
        client = self.client(**options)
        if name is not None:
            admitted = self.accounts.sign_in(name, GOOD, address=HOME, now=self.clock())
            client.cookies.set(SESSION, admitted.token)
        return client

    def signed_in(self, name: str, password: str = GOOD, *, base_url: str = f"http://{HOST}") -> TestClient:
        """A browser with which the person has signed in, by the form; its script's token in `x-csrf-token`."""
        client = self.client(base_url=base_url)
        answer = sign_in(client, name, password)
        assert answer.status_code == 303, answer.text
        client.headers["x-csrf-token"] = token_of(client)
        return client


def routes_of(app: FastAPI) -> set[str]:
    """As the table writes them; a mount answers for all paths below it."""
    found = set()
    for route in iter_route_contexts(app.routes):
        if route.methods:
            found |= {f"{method} {route.path}" for method in route.methods}
        else:
            found.add(f"GET {route.original_route.path}/{{path:path}}")
    return found


def sign_in(client: TestClient, name: str, password: str = GOOD, **fields: str) -> Any:
    """Open the form, fill it, send it."""
    page = client.get("/sign-in")
    assert page.status_code == 200, page.text
    return client.post("/sign-in", data={"csrf": field_of(page.text), "name": name, "password": password, **fields})


def field_of(page: str) -> str:
    """The token in the first form of a page."""
    return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]


def token_of(client: TestClient) -> str:
    """What forms of the browser's session state."""
    secured = str(client.base_url).startswith("https")
    return form_token(client.cookies[cookie_name(SESSION, secured)])


def world(folder: Path, *questions: str, settings: PageSettings | None = None, **facts: Any) -> World:
    """Questions, people (all with the same password), and a page under the name testserver."""
    store, clock = store_with(folder, *(questions or FIVE), **facts), Clock()
    accounts = Accounts(store.database, AccountSettings(), Passwords(CHEAP))
    for name, role in {**PEOPLE, "Bea": "annotator"}.items():
        accounts.add(name, role, GOOD, by="test", now=NOON, must_change=False)
    queue = Queue(store, chance=lambda: 0.99)
    app = create_app(queue, accounts, page=settings or PageSettings(hosts=(HOST,)), clock=clock)
    return World(app, accounts, store, queue, clock)


@contextmanager
def served(app: FastAPI, **more: Any) -> Iterator[tuple[str, int]]:
    """A real server for the application on a free port, with the options that it is served with."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", **options(**more)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
