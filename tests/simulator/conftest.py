"""One simulation that most tests look at: large enough for rates, small enough for seconds."""

import csv
import gzip
import io
import json

import polars as pl
import pytest

from catalog_assets.simulator import Dirt, Plan, simulate

csv.field_size_limit(10_000_000)


def read_text(path):
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def parsed(path):
    """The records of a file as the standard library reads them; JSON that is none as its line."""
    text = read_text(path)
    if path.suffix == ".ndjson":
        return [_json(line) for line in text.split("\n")[:-1]]
    delimiter = ";" if path.suffix == ".gz" else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _json(line):
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return line


class Simulation:
    def __init__(self, plan, folder):
        self.plan, self.folder = plan, folder
        self.written = simulate(plan, folder)

    def truth(self, name):
        return pl.read_parquet(self.folder / "truth" / f"{name}.parquet")

    def file_truth(self, file):
        place = file.path.relative_to(self.folder).as_posix()
        return self.truth("records").filter(pl.col("file") == place).sort("record_number")


@pytest.fixture(scope="session")
def make_simulation(tmp_path_factory):
    return lambda plan: Simulation(plan, tmp_path_factory.mktemp("simulation"))


@pytest.fixture(scope="session")
def simulation(make_simulation):
    """Three suppliers, three days, all dirt but the one that the csv module does not survive."""
    return make_simulation(Plan(seed=11, products=4000, dirt=Dirt(unclosed_quote=0, hostile=0.01)))


@pytest.fixture(scope="session")
def read_records():
    return parsed
