"""Collected only where it is asked for (`make test-external`): other tests need neither these servers nor packages."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("CATALOG_EXTERNAL") else ["*"]
sys.path.append(str(Path(__file__).parents[1] / "resources" / "review" / "external"))


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """One server for all tests of a run."""
    import label_studio_server

    environment = Path(os.environ["LABEL_STUDIO_ENVIRONMENT"])
    with label_studio_server.label_studio(environment, tmp_path_factory.mktemp("label_studio")) as server:
        yield server


@pytest.fixture(scope="session")
def ben(label_studio: object) -> str:
    """A second person's token."""
    from label_studio_desk import BEN

    return str(label_studio.join(BEN))  # type: ignore[attr-defined]


@pytest.fixture
def desk(tmp_path: Path, label_studio: object, ben: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Both sides, with what stands in the environment."""
    from label_studio_desk import Desk

    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)  # type: ignore[attr-defined]
    monkeypatch.setenv("LABEL_STUDIO_WEBHOOK_SECRET", "secret-of-the-webhooks")
    return Desk(tmp_path, label_studio, ben)
