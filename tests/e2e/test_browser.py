"""The UI: a partition is materialized from its asset's page, and shows its checks and its metadata."""

import re
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOUD = "NO BROWSER: the UI was not tested. Install Chromium (`.ci/run` does) and run `make test` again."

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.xdist_group("dagster"),
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason=LOUD),
]
DAY = "2026-01-20"
PATIENCE = 90_000
"""Milliseconds: a run starts a process of its own."""


@pytest.fixture
def page():
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=quiet)
        page = browser.new_page(viewport={"width": 1500, "height": 1400})
        page.set_default_timeout(PATIENCE)
        page.add_init_script("localStorage.setItem('communityNux', '1')")
        page.add_locator_handler(page.get_by_role("button", name="Skip"), lambda button: button.click())
        yield page
        browser.close()


def materialize(page, url: str, asset: str) -> None:
    """As a person does: the asset's page, its button, the day, the source, launch."""
    page.goto(f"{url}/assets/{asset}")
    page.get_by_role("button", name=re.compile("Materialize")).first.click()
    dialog = page.get_by_role("dialog")
    day = dialog.get_by_placeholder(re.compile("ex: "))
    day.fill(DAY)
    day.press("Enter")
    dialog.get_by_text("Select a partition or create one").click()
    page.locator("li").filter(has_text="depot").last.click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Launch 1 run").click()


def test_a_partition_is_materialized_from_its_assets_page(dagster, page):
    row = '{"sku": "7", "title": "Garden hose 20 m", "price": 19.5}\n{"sku": "8", "title": "No price"}\n'
    dagster.drop("depot", DAY, "feed.ndjson", row)
    dagster.wait_for(1, "arrival", f"{DAY}|depot")  # the sensor was faster; a person materializes it again
    for asset in ("raw_products", "standardized_products"):
        materialize(page, dagster.url, asset)
        dagster.wait_for(1, "__ASSET_JOB", f"{DAY}|depot")
    page.goto(f"{dagster.url}/assets/standardized_products?view=partitions&partition={DAY}%7Cdepot")
    page.get_by_text(f"{DAY}|depot").first.wait_for()
    page.get_by_text("delivery_paths").first.wait_for()
    text = page.inner_text("body")
    for told in ("missing_price", "fates", "quarantined_sample", "delivery_paths", "row_count"):
        assert told in text, told
    page.goto(f"{dagster.url}/assets/standardized_products?view=checks")
    page.get_by_text("ledger_balances").first.wait_for()
    assert "contract" in page.inner_text("body")
