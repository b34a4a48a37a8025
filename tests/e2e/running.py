"""A real Dagster, UI and daemon, on a home of its own."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

READY = 180
SHOP = {"product_id": "id", "name": "name", "price": "price", "brand": "brand"}
DEPOT = {"product_id": "sku", "name": "title", "price": "price"}
CONFIG = {
    "home": "home",
    "start_day": "2026-01-01",
    "look_seconds": 5,
    "sources": {
        "shop": {"columns": SHOP, "currency": "EUR"},
        "depot": {"columns": DEPOT, "currency": "EUR", "format": "ndjson"},
    },
}
ROWS = "id,name,price,brand\n1,Desk lamp 9 W white,20.00,Lumo\n2,Coffee mug 300 ml,8.50,Kera\n,No identity,1.00,X\n"


@dataclass
class Dagster:
    """A running instance."""

    folder: Path
    url: str

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def drop(self, source: str, day: str, name: str, text: str) -> Path:
        """Put a file at a source's place, delivered on its day."""
        file = self.home / "inbox" / source / day / name
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".part")
        beside.write_text(text)
        moment = dt.datetime.fromisoformat(f"{day}T08:00:00+00:00").timestamp() + len(list(file.parent.iterdir()))
        os.utime(beside, (moment, moment))
        beside.rename(file)
        return file

    def runs(self) -> list[tuple[str, str, str]]:
        """(job, partition, status), oldest first."""
        from dagster import DagsterInstance

        with DagsterInstance.from_config(str(self.home / "dagster")) as instance:
            found = instance.get_runs()
        return [(r.job_name, r.tags.get("dagster/partition", ""), r.status.value) for r in reversed(found)]

    def wait_for(self, wanted: int, job: str, partition: str, seconds: float = 300) -> list[tuple[str, str, str]]:
        """Wait until so many runs of the job and partition have succeeded."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            mine = [run for run in self.runs() if run[:2] == (job, partition)]
            if sum(run[2] == "SUCCESS" for run in mine) >= wanted:
                return mine
            assert not any(run[2] == "FAILURE" for run in mine), self.log()
            time.sleep(1)
        raise AssertionError(f"no {wanted} runs of {job} {partition}: {self.runs()}\n{self.log()}")

    def wait_for_looks(self, wanted: int, sensor: str, seconds: float = 300) -> None:
        """Wait until a sensor has looked so often since now, to the end."""
        from dagster import DagsterInstance
        from dagster._core.scheduler.instigation import TickStatus

        since = time.time()
        while time.time() < since + seconds:
            with DagsterInstance.from_config(str(self.home / "dagster")) as instance:
                (known,) = [one for one in instance.all_instigator_state() if one.instigator_name == sensor]
                ticks = instance.get_ticks(known.instigator_origin_id, known.selector_id, after=since)
            if sum(tick.status in (TickStatus.SKIPPED, TickStatus.SUCCESS) for tick in ticks) >= wanted:
                return
            time.sleep(1)
        raise AssertionError(f"{sensor} has not looked {wanted} times in {seconds} s: {self.log()}")

    def log(self) -> str:
        return (self.folder / "dagster.log").read_text()[-4000:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def dagster(tmp_path_factory):
    """`catalog up` on a fresh home; ended as its own process group."""
    folder = tmp_path_factory.mktemp("up")
    port, page = free_port(), free_port()
    (folder / "catalog.yaml").write_text(yaml.safe_dump({**CONFIG, "review": {"page": {"port": page}}}))
    command = [str(Path(sys.executable).with_name("catalog")), "up", "--port", str(port)]
    settings = {**os.environ, "CATALOG_CONFIG": str(folder / "catalog.yaml")}
    settings.pop("CATALOG_HOME", None)
    with (folder / "dagster.log").open("w") as log:
        process = subprocess.Popen(command, env=settings, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    running = Dagster(folder, f"http://127.0.0.1:{port}")
    try:
        _ready(running, process)
        yield running
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _ready(running: Dagster, process) -> None:
    deadline = time.monotonic() + READY
    while time.monotonic() < deadline:
        assert process.poll() is None, running.log()
        try:
            with urllib.request.urlopen(f"{running.url}/server_info", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"Dagster does not answer: {running.log()}")
