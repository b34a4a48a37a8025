"""`catalog attributes`: decisions teach but for what audits drew, and scores are shown where releases are."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from catalog_assets.cli import main
from catalog_assets.commands import attributes, shared
from catalog_assets.configuration import Audit
from catalog_assets.digests import digest
from catalog_assets.enriched.learned import RELEASE
from catalog_assets.enriched.taught import teaching_decisions
from catalog_assets.enriched.teaching import held
from catalog_assets.releases import Statement, put_in_force
from resources.review.protocol import CASES
from tests.enriched.enriched_frames import contents, opened
from tests.enriched.test_teaching import TAUGHT, decided
from tests.frames import date

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def decided_world(share: float) -> Any:
    """A day of lamps, on the colour of each of which somebody has said something."""
    where = opened(*({**row, "product_key": f"k{n:02}"} for n, row in enumerate(TAUGHT)))
    taught = contents(*TAUGHT).filter(~held())["name"]
    said = pl.DataFrame([decided("reject", "color", "x", "lamp", name=name) for name in taught], schema=CASES)
    hashed = said.with_columns(digest(pl.col("asked_name")).alias("question_id"))
    where.review = SimpleNamespace(cases=lambda trust: hashed)
    where.catalog = where.catalog.model_copy(update={"audit": Audit(share=share)})
    return where


def test_what_an_audit_drew_teaches_nobody() -> None:
    every = teaching_decisions(decided_world(0.0)).height
    half = teaching_decisions(decided_world(0.5)).height
    assert 0 < half < every
    assert teaching_decisions(decided_world(1.0)).is_empty()


def invoked(monkeypatch: pytest.MonkeyPatch, where: Any, *arguments: str) -> str:
    for module in (attributes, shared):
        monkeypatch.setattr(module, "opened", lambda: where)
    return CliRunner().invoke(main, ["attributes", *arguments]).output


def test_a_reader_is_trained_with_decisions_and_its_scores_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, file = decided_world(0.0), tmp_path / "reader.json"
    assert "No reader was put into force" in invoked(monkeypatch, where, "show")
    told = invoked(monkeypatch, where, "train", str(file))
    put_in_force(where, Statement(RELEASE, "v1", file.read_bytes(), date(1), "Ana", "why"), NOW)
    for shown in (told, invoked(monkeypatch, where, "show")):
        assert {"decided_reject", "held_macro_f1", "held_calibration_error"} <= set(shown.split())
    assert "macro F1" in invoked(monkeypatch, where, "list")
