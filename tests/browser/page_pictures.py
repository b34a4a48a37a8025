"""The pictures of docs/review_guide.md, made anew: `python tests/browser/page_pictures.py docs/images`.

Belongs here: which page in which state. Does not belong here: tests.
"""

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import Any

from page_questions import batch, category, match, weight
from page_world import CHROMIUM, PASSWORD, World, person, served
from playwright.sync_api import sync_playwright

from resources.review.page.security import SESSION
from resources.review.protocol import Decision

SIZE = {"width": 960, "height": 640}
SETTLED = 400
BOTH = ("task", "several", "overview")
"""Shown in both schemes; the others in the light one."""
TASKS = {"task": [weight()], "category": [category()], "match": [match()], "several": batch(8), "empty": []}


def opened(browser: Any, world: World, name: str, **context: Any) -> Any:
    """A page on which somebody is signed in."""
    made = browser.new_context(**{"viewport": SIZE, "locale": "en-GB"} | context)
    admitted = world.accounts.sign_in(name, PASSWORD, now=world.clock(), address="127.0.0.1")
    made.add_cookies([{"name": SESSION, "value": admitted.token, "url": world.url}])
    return made.new_page()


def prepared(page: Any, name: str) -> None:
    """The state that the picture shows."""
    page.wait_for_timeout(SETTLED)
    if name == "category":
        page.keyboard.press("e")
        page.keyboard.type("comp")
    if name == "several":
        for key in ("4", "ArrowDown"):
            page.keyboard.press(key)
        page.locator("[name=open]").nth(6).check()
        page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(SETTLED)


def worked(world: World) -> None:
    """Words of a day, for the overview."""
    world.ask(weight(), category(), match(), *batch(8))
    now = world.clock()
    words = [(hour, number) for hour in range(22) for number in range((hour * 7) % 24)]
    people = ("ana", "bo", "Émile")
    world.store.decide([
        Decision("weight", "accept" if n % 2 else "reject", people[n % 3], now - dt.timedelta(hours=hour, minutes=n))
        for hour, n in words
    ])  # fmt: skip


def main(folder: Path) -> None:
    """All pictures."""
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as world, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        lea = person(world, "lea", "lead")
        pages = {scheme: opened(browser, world, lea, color_scheme=scheme) for scheme in ("light", "dark")}
        small = opened(browser, world, lea, color_scheme="light", viewport={"width": 360, "height": 640})
        for name, questions in TASKS.items():
            world.ask(*questions)
            for shown, page in (*pages.items(), ("small", small)):
                if shown == "light" or name == "task" or (shown == "dark" and name in BOTH):
                    world.clock.skipped += dt.timedelta(minutes=11)
                    page.goto(world.url)
                    prepared(page, name)
                    page.screenshot(path=folder / f"review_{name}_{shown}.png")
        worked(world)
        for shown, page in pages.items():
            page.goto(f"{world.url}/overview")
            page.screenshot(path=folder / f"review_overview_{shown}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
