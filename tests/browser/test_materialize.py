"""The UI: a partition is materialized from its asset's page, and shows its checks and metadata."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
from conftest import ROWS, dagster  # noqa: F401  (the fixture)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOUD = "NO BROWSER: the UI was not tested. Install Chromium (`.ci/run` does) and run `make test` again."

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("dagster"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason=LOUD),
]
DAY = "2026-01-20"


@pytest.fixture(scope="module")
def page():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 1500, "height": 1000})
        browser.close()


def test_a_partition_is_materialized_from_its_assets_page(dagster, page, tmp_path):  # noqa: F811
    pass
