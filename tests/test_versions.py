"""Code versions change with what the code does, and with nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_assets import versions
from catalog_assets.enriched import stage as enriched_stage
from catalog_assets.matched import stage as matched_stage
from catalog_assets.versions import code_version

CODE = '''"""Doubles numbers."""

FACTOR = 2


def double(number: int) -> int:
    """Twice the number."""
    if number:
        return number * FACTOR
    return 0
'''
SAME = {
    "a comment": CODE.replace("FACTOR = 2", "FACTOR = 2  # twice"),
    "layout": CODE.replace("\n\n\n", "\n").replace("number * FACTOR", "(number\n        * FACTOR)"),
    "another docstring": CODE.replace("Twice the number.", "The number, twice."),
    "another module docstring": CODE.replace("Doubles", "Multiplies"),
    "no docstring": CODE.replace('    """Twice the number."""\n', ""),
    "a docstring of a constant": CODE.replace("FACTOR = 2", 'FACTOR = 2\n"""By how much."""'),
    "a string that is a comment": CODE.replace("    return 0", '    "nothing"\n    return 0'),
}
OTHER = {
    "a constant": CODE.replace("FACTOR = 2", "FACTOR = 3"),
    "an operator": CODE.replace("number * FACTOR", "number + FACTOR"),
    "a default": CODE.replace("number: int", "number: int = 1"),
    "a name": CODE.replace("double", "twice"),
    "a string that is a value": CODE.replace("return 0", 'return "0"'),
    "a statement less": CODE.replace("    return 0\n", ""),
    "the order of statements": CODE.replace("FACTOR = 2\n", "").rstrip() + "\n\n\nFACTOR = 2\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with one package, whose version is never remembered."""
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    code_version.cache_clear()
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "transform.py").write_text(CODE)
    yield tmp_path
    code_version.cache_clear()


def version(*packages: str) -> str:
    code_version.cache_clear()
    return code_version(*packages)


@pytest.mark.parametrize("change", SAME)
def test_what_does_nothing_does_not_count(root: Path, change: str) -> None:
    before = version("stage")
    assert SAME[change] != CODE
    (root / "stage" / "transform.py").write_text(SAME[change])
    assert version("stage") == before


@pytest.mark.parametrize("change", OTHER)
def test_what_does_something_counts(root: Path, change: str) -> None:
    before = version("stage")
    assert OTHER[change] != CODE
    (root / "stage" / "transform.py").write_text(OTHER[change])
    assert version("stage") != before


def test_a_new_module_counts_and_a_moved_one(root: Path) -> None:
    one = version("stage")
    (root / "stage" / "more.py").write_text(CODE)
    two = version("stage")
    (root / "stage" / "transform.py").unlink()
    assert len({one, two, version("stage")}) == 3


def test_dagster_definitions_do_not_count(root: Path) -> None:
    before = version("stage")
    (root / "stage" / "assets.py").write_text("import dagster")
    (root / "stage" / "__init__.py").write_text("X = 1")
    assert version("stage") == before


def test_packages_and_single_modules_together(root: Path) -> None:
    (root / "shared").mkdir()
    (root / "shared" / "used.py").write_text(CODE)
    (root / "shared" / "unused.py").write_text(CODE)
    before = version("stage", "shared/used.py")
    (root / "shared" / "unused.py").write_text("X = 1")
    assert version("stage", "shared/used.py") == before
    (root / "shared" / "used.py").write_text("X = 1")
    assert version("stage", "shared/used.py") != before


def test_a_name_that_leads_nowhere_is_an_error(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"stage/gone\.py"):
        version("stage", "stage/gone.py")


def test_the_form_is_twelve_hex_digits_and_the_same_every_time() -> None:
    code_version.cache_clear()
    first = code_version("matched")
    code_version.cache_clear()
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    assert code_version("matched") == first
    assert code_version("reviewed") != first


def named_in_code() -> list[str]:
    """Every literal handed to code_version anywhere in the project."""
    found: set[str] = set()
    for file in versions.ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "code_version":
                found.update(str(a.value) for a in node.args if isinstance(a, ast.Constant))
    return sorted(found)


@pytest.mark.parametrize("package", named_in_code())
def test_every_name_in_the_project_leads_to_code(package: str) -> None:
    code_version.cache_clear()
    assert code_version(package)


def reached(*seeds: str, but: str = "") -> set[str]:
    """Modules of the seeds' package that they import, and these again; late imports count too. `but`: one that is not
    followed."""
    package, found, todo = seeds[0].split("/")[0], set(), list(seeds)
    while todo:
        module = todo.pop()
        if module in found or module == but:
            continue
        found.add(module)
        for node in ast.walk(ast.parse((versions.ROOT / module).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(f"catalog_assets.{package}"):
                continue
            base = (node.module or "").removeprefix("catalog_assets.").replace(".", "/")
            names = [f"{base}/{alias.name}.py" for alias in node.names] + [f"{base}.py"]
            todo += [name for name in names if (versions.ROOT / name).is_file()]
    return found


def test_a_list_of_modules_names_all_that_decide_the_result_and_no_other() -> None:
    assert {name for name in matched_stage.CODE if name.startswith("matched/")} == reached("matched/stage.py")
    assert {name for name in enriched_stage.CODE if name.startswith("enriched/")} == reached(
        "enriched/stage.py", but="enriched/learned.py"
    )
    answering = reached(*(f"category_mapping/{name}.py" for name in ("mapping", "embedding", "release")))
    assert set(enriched_stage.MAPPING) - {"boosted.py", "certainty/calibration.py"} == answering
