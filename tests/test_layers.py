"""Who may know what: arrows between layers run one way."""

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "catalog_assets"
STAGES = ("raw", "standardized", "matched", "asked", "enriched", "reviewed", "validated", "warehouse")
OUTSIDE = {"dagster", "deltalake", "boto3", "duckdb_server", "requests", "sqlite3", "resources", "sensors"}


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def tops(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(file)}


def clocks(file: Path) -> set[str]:
    """Calls that tell the time."""
    calls = (node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    asked = {ast.unparse(call) for call in calls if isinstance(call, ast.Attribute)}
    return {call for call in asked if call.endswith((".now", ".utcnow", ".today", "time.time", ".perf_counter"))}


@pytest.mark.parametrize("stage", STAGES)
def test_a_transform_knows_frames_and_nothing_outside(stage):
    knowing = ("assets.py", "stage.py", "deliveries.py", "loading.py", "comparisons.py", "offers.py", "known.py",
               "cases.py")  # fmt: skip
    sending = {f"asked/{name}.py" for name in ("asking", "batches", "transport")}
    sending |= {"asked/journal.py"} if "resources" in tops(PACKAGE / "asked" / "journal.py") else set()
    pure = [
        file for file in (PACKAGE / stage).rglob("*.py")
        if file.name not in knowing and file.relative_to(PACKAGE).as_posix() not in sending
    ]  # fmt: skip
    assert PACKAGE / stage / "transform.py" in pure
    for file in pure:
        assert not tops(file) & OUTSIDE, f"{file.name} reaches outside"
        assert not clocks(file), f"{file.name} looks at the clock"


@pytest.mark.parametrize("stage", STAGES)
def test_only_assets_know_dagster(stage):
    for file in (PACKAGE / stage).rglob("*.py"):
        if file.name != "assets.py":
            assert not {name for name in tops(file) if name.startswith("dagster")}, file


def test_between_asked_and_enriched_few_arrows_run_each_way():
    """What the embedded enrichers say decides what is asked, and what was replied is proposed beside it."""
    asks = {f.name for f in (PACKAGE / "enriched").rglob("*.py") if any(".asked" in name for name in imports(f))}
    assert asks == {"assets.py", "stage.py"}
    known = {n for f in (PACKAGE / "asked").glob("*.py") for n in imports(f) if n.startswith("catalog_assets.enriched")}
    parts = {name.split(".")[2] for name in known}
    assert parts == {"answers", "protocol", "prompting"}


def test_the_vocabulary_knows_nothing_but_words():
    for file in (PACKAGE / "vocabulary").glob("*.py"):
        project = {name for name in imports(file) if name.startswith(("catalog_assets", "resources", "sensors"))}
        assert all(name.startswith("catalog_assets.vocabulary") for name in project), (file, project)
        assert not tops(file) & (OUTSIDE | {"os", "pathlib", "io"}), file


@pytest.mark.parametrize("code", ["dt.datetime.now(dt.UTC)", "time.time()", "date.today()", "time.perf_counter()"])
def test_a_clock_is_seen(tmp_path, code):
    file = tmp_path / "transform.py"
    file.write_text(f"x = {code}")
    assert clocks(file)


def test_what_setup_cfg_lists_is_what_there_is():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = set(settings["options"]["packages"].split())
    there = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for top in ("catalog_assets", "resources", "sensors")
        for file in (ROOT / top).rglob("__init__.py")
    }
    assert listed == there


def test_what_loads_slowly_is_loaded_only_where_it_is_used():
    """Each Dagster run imports the pipeline anew; these take seconds together, and most runs need none of them."""
    slow = {"xgboost", "scipy", "wordllama", "sklearn"}
    code = f"import sys, catalog_assets.definitions; print(sorted({slow!r} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
