"""The version of a stage's code, taken from the code itself, so that nobody can forget to raise it.

Belongs here: hashing the syntax trees of modules. Comments, layout and docstrings do not count.
"""

import ast
import functools
import hashlib
from pathlib import Path

ROOT = Path(__file__).parent
PLUMBING = frozenset({"assets.py", "__init__.py"})


@functools.cache
def code_version(*packages: str) -> str:
    """12 hex digits over the code of packages or modules below `catalog_assets`; Dagster definitions are left out."""
    digest = hashlib.sha256()
    for package in packages:
        place = ROOT / package
        if not place.exists():
            raise FileNotFoundError(f"{package} is no module or package below {ROOT.name}, so it has no code version.")
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            if file.name not in PLUMBING:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(_meaning(file.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()[:12]


def _meaning(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [statement for statement in statements if not _is_docstring(statement)])
    return ast.dump(tree)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
