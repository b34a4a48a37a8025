"""Environments for what is tested against real servers, apart from this project's own: made once, kept in a cache.

Belongs here: making them, and running the tests of this folder in the one that has the optional packages. Does not
belong here: starting servers (`label_studio_server.py`), tests.

Run as a program (`make test-external`); arguments go to pytest. CATALOG_EXTERNAL_CACHE names another cache than
~/.cache/catalog-assets.
"""

import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SERVER = ("label-studio==1.23.*",)
SWITCH = "CATALOG_EXTERNAL"
"""Set: the tests of this folder are collected. Otherwise a run of all tests passes them over."""


def cache() -> Path:
    """Where the environments are."""
    return Path(os.environ.get("CATALOG_EXTERNAL_CACHE") or Path.home() / ".cache" / "catalog-assets")


def client_requirements() -> list[str]:
    """What this project needs with its optional part, and what its tests need."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    # The fallback stands for a project file that does not name the optional part yet.
    wanted = optional.get("label-studio", ["label-studio-sdk>=2.1,<2.2"])
    tests = [one for one in optional["dev"] if one.startswith(("pytest", "hypothesis", "playwright", "pixeltable"))]
    return sorted([*project["dependencies"], *wanted, *tests])


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The environment of this name with these packages; made anew when the list has changed. Needs the network then."""
    folder = cache() / name
    ready, listed = folder / "requirements.txt", "\n".join(requirements) + "\n"
    if not ready.exists() or ready.read_text(encoding="utf-8") != listed:
        print(f"Making {folder} (once; some minutes) ...", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *requirements], check=True)
        ready.write_text(listed, encoding="utf-8")
    return folder


def main(arguments: Sequence[str]) -> int:
    """Make what is missing and run the tests."""
    server = environment("label-studio-server", SERVER)
    client = environment("label-studio-client", client_requirements())
    settings = {**os.environ, SWITCH: "1", "LABEL_STUDIO_ENVIRONMENT": str(server)}
    folder = REPOSITORY / "tests" / "external"
    command = [
        str(client / "bin" / "python"),
        "-m",
        "pytest",
        str(folder),
        "--durations=3",
        "-o",
        "addopts=--strict-markers",
        "-v",
        *arguments,
    ]
    return subprocess.run(command, cwd=REPOSITORY, env=settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
