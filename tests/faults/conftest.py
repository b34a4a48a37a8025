"""The straight history, played once for all tests here.

Belongs here: the fixture `played`. Does not belong here: the history itself (`history.py`).
"""

import time
from dataclasses import dataclass
from pathlib import Path

import history
import pytest


@dataclass(frozen=True)
class Played:
    """The home of the straight history at rest, which nobody changes, and how many seconds it took to play."""

    home: Path
    seconds: float


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    home = tmp_path_factory.mktemp("straight") / "home"
    home.mkdir()
    started = time.monotonic()
    history.play(home, history.names())
    return Played(home, time.monotonic() - started)
