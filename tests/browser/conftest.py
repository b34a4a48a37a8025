"""A browser for all tests of the review page, and a served page for each module."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from page_world import CHROMIUM, PASSWORD, World, person, ready, served

from resources.review.page.security import SESSION

PATIENCE = 20_000


@pytest.fixture(scope="module")  # Playwright keeps a loop of its own: no other module may find it running
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("review")) as world:
        yield world


@pytest.fixture
def sign_in(chromium: Any, world: World, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """`sign_in(role="annotator", **context)`: a page on which a new person is signed in, before their first task. Their
    name is `page.person`; whatever the page wrote to the console as an error is in `page.faults`."""
    opened: list[Any] = []

    def start(role: str = "annotator", **context: Any) -> Any:
        opened.append(chromium.new_context(**{"viewport": {"width": 1100, "height": 800}} | context))
        page = opened[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
        page.person = person(world, f"{request.node.name[:40]} {len(opened)}", role)
        admitted = world.accounts.sign_in(page.person, PASSWORD, now=world.clock(), address="127.0.0.1")
        opened[-1].add_cookies([{"name": SESSION, "value": admitted.token, "url": world.url}])
        page.goto(world.url)
        ready(page, scripted=context.get("java_script_enabled", True))
        return page

    yield start
    for context in opened:
        context.close()
