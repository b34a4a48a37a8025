"""A person decides in Label Studio's own page, by keys: what they see is text, and what they say comes back."""

import json
import shutil

import pytest
from external_cases import asked, journal
from label_studio_desk import PATHS, Desk
from label_studio_server import ADMIN

from resources.review.external.labelling import Form

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LEAD = f"label-studio:{ADMIN}"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="NOTHING OF THE PAGE IS TESTED: Chromium is not installed"),
]
HOSTILE = "<img src=x onerror=document.title='obeyed'> <script>document.title='obeyed'</script> =1+1"


@pytest.fixture
def page(label_studio):
    """A page of somebody who has signed in."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(30_000)
        page.goto(f"{label_studio.address}/user/login/")
        page.fill("input[name=email]", ADMIN)
        page.fill("input[name=password]", label_studio.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda address: "/user/login" not in address)
        yield page
        browser.close()


def opened(page, desk: Desk, form: Form) -> None:
    """The first task of a form that waits."""
    project = desk.projects()[f"{desk.settings.title}: {form.title}"]
    page.goto(f"{desk.settings.address}/projects/{project}/data?labeling=1")
    page.get_by_text("Proposed", exact=True).wait_for()


def submit(page) -> None:
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST") as sent:
        page.get_by_test_id("bottombar-submit-button").click()
    assert sent.value.ok


def test_accepting_takes_one_key(desk, page):
    desk.push(limit=1)
    opened(page, desk, Form("attribute", "list"))
    assert not page.get_by_text("What should stand there").is_visible()
    page.keyboard.press("a")
    submit(page)
    assert desk.pulled() == {"recorded": 1}
    assert journal(desk.store) == [("a", "accept", None, LEAD, "decide")]


def test_a_replacement_has_to_be_chosen_and_then_comes_back(desk, page):
    desk.push(limit=1)
    opened(page, desk, Form("attribute", "list"))
    page.keyboard.press("e")
    page.get_by_test_id("bottombar-submit-button").click()
    page.get_by_text("Say what should stand there").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("blue", exact=False).first.click()
    submit(page)
    assert desk.pulled() == {"recorded": 1}
    assert journal(desk.store) == [("a", "replace", "blue", LEAD, "decide")]


def test_what_a_supplier_wrote_is_shown_as_text(desk, page):
    shown = {"attribute": "mpn", "value": "=2+2", "context": HOSTILE, "name": HOSTILE, "evidence": HOSTILE}
    desk.store.replace_day(desk.store.open_questions()["oldest_day"].min(), asked("x", options=None, **shown))
    desk.push()
    opened(page, desk, Form("attribute", "text"))
    assert page.get_by_text(HOSTILE).count() >= 2
    assert page.title() != "obeyed"
    assert page.locator("img[src=x]").count() == 0


def test_a_text_is_written_in_its_place(desk, page):
    desk.store.replace_day(desk.store.open_questions()["oldest_day"].min(), asked("t", attribute="mpn", options=None))
    desk.push()
    opened(page, desk, Form("attribute", "text"))
    page.keyboard.press("e")
    page.locator("[name=value]").fill("=X-1")
    submit(page)
    assert desk.pulled() == {"recorded": 1}
    assert journal(desk.store) == [("t", "replace", "=X-1", LEAD, "decide")]


def test_a_category_is_found_in_the_tree(desk, page):
    category = {"kind": "category", "attribute": "category", "value": "Computers > Laptops", "options": PATHS}
    desk.store.replace_day(desk.store.open_questions()["oldest_day"].min(), asked("c", **category))
    desk.push()
    opened(page, desk, Form("category", "tree"))
    page.keyboard.press("e")
    page.locator(".ant-select-selection-overflow").click()
    page.get_by_placeholder("Search").fill("Tablets")
    page.locator(".ant-select-tree-treenode", has_text="Tablets").locator(".ant-select-tree-checkbox").click()
    page.keyboard.press("Escape")
    submit(page)
    assert desk.pulled() == {"recorded": 1}
    assert json.dumps(journal(desk.store)) == json.dumps([["c", "replace", "Computers > Tablets", LEAD, "decide"]])
