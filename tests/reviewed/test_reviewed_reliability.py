"""Whether confidences of decided values came true: as the day's metadata, and as a picture of all days."""

import base64
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from catalog_assets import materialize
from catalog_assets.certainty.acceptance import REST, Target
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.cli import main
from catalog_assets.commands import pictures
from catalog_assets.configuration import Audit
from catalog_assets.reviewed.acceptance import Acceptance
from catalog_assets.reviewed.reliability import ASKED, AUDITED, FEW, panels, panels_of
from tests.reviewed.test_reviewed_acceptance import decision, hexed, in_force
from tests.reviewed.test_reviewed_stage import Store, opened, proposal, run, said


def decided_world(*right: bool, share: float = 0.0) -> Any:
    """A product with as many values as verdicts; each was decided."""
    told = [{**proposal(f"text{n}", "L", 0.6 + n / 100), "question_id": hexed(n)} for n in range(len(right))]
    store = Store(*(decision(n, "accept" if is_right else "replace") for n, is_right in enumerate(right)))
    where = opened(told, store)
    where.catalog = where.catalog.model_copy(update={"audit": Audit(share=share)})
    return where


def test_the_day_tells_how_sure_decided_values_were_before_anybody_decided() -> None:
    found = run(decided_world(True, True, False)).details
    assert [(row["part"], row["said"], row["cases"], row["right"]) for row in found["reliability"]] == [
        (ASKED, 0.6, 1, 1), (ASKED, 0.61, 1, 1), (ASKED, 0.62, 1, 0),
    ]  # fmt: skip
    error, brier = (0.4 + 0.39 + 0.62) / 3, (0.4**2 + 0.39**2 + 0.62**2) / 3
    assert found["calibration"] == [
        {"part": ASKED, "cases": 3, "right": 2, "calibration_error": round(error, 4), "brier_score": round(brier, 4)}
    ]


def test_a_day_that_nobody_decided_about_tells_nothing() -> None:
    told = opened([proposal("size", "L", 0.9)], Store(said("another day's", "accept")))
    assert not {"reliability", "calibration", "reliability_picture"} & set(run(told).details)


def test_confidences_are_those_that_are_in_force() -> None:
    where = decided_world(True)
    in_force(where, Acceptance({REST: Calibration(most=0.25)}, {REST: None}, Target()))
    assert run(where).details["reliability"][0]["said"] == 0.25


def test_what_was_drawn_is_never_beside_what_was_in_doubt() -> None:
    found = run(decided_world(*[True] * 40, share=0.5)).details
    cases = {row["part"]: row["cases"] for row in found["calibration"]}
    assert set(cases) == {ASKED, AUDITED}
    assert sum(cases.values()) == 40
    assert [panel.name for panel in panels_of(found["reliability"])] == [ASKED, AUDITED]
    assert {row["part"] for row in run(decided_world(True, share=1.0)).details["calibration"]} == {AUDITED}


def test_dagster_shows_the_picture_once_and_only_where_there_are_cases() -> None:
    report = run(decided_world(True, False))
    told = materialize.pictures(report, "reviewed_products")["reliability_picture"].md_str
    data = base64.b64decode(told.split("base64,")[1].rstrip(")"))
    assert "2 cases, 50.0% right" in ET.fromstring(data).find("{http://www.w3.org/2000/svg}desc").text  # type: ignore[union-attr, operator]
    assert materialize.pictures(report, "reviewed_products")["reliability_picture"].md_str == told
    assert materialize.pictures(report, "reviewed_attributes") == {}
    assert materialize.pictures(run(opened([proposal()], Store())), "reviewed_products") == {}


def cases(attribute: str, method: str, size: int) -> pl.DataFrame:
    rows = [(hexed(n), attribute, method, 0.9, True) for n in range(size)]
    return pl.DataFrame(rows, schema=["question_id", "attribute", "method", "confidence", "is_right"], orient="row")


def test_a_picture_shows_methods_and_frequent_attributes_by_themselves() -> None:
    all_of_them = pl.concat([cases("size", "rule", FEW), cases("color", "model", FEW + 5), cases("weight", "rule", 2)])
    told = {panel.name: int(panel.bins["cases"].sum()) for panel in panels(all_of_them, 0.0)}
    assert told == {
        ASKED: 2 * FEW + 7, f"{ASKED}: method model": FEW + 5, f"{ASKED}: method rule": FEW + 2,
        f"{ASKED}: attribute color": FEW + 5, f"{ASKED}: attribute size": FEW, f"{ASKED}: other attributes": 2,
    }  # fmt: skip
    assert list(told)[1:3] == [f"{ASKED}: method model", f"{ASKED}: method rule"]


def test_the_command_draws_all_that_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where, file = decided_world(True, False), tmp_path / "a.svg"
    monkeypatch.setattr(pictures, "opened", lambda: where)
    assert CliRunner().invoke(main, ["acceptance", "picture", str(file)]).exit_code == 0
    drawn_once = file.read_bytes()
    assert b"2 cases, 50.0% right" in drawn_once
    CliRunner().invoke(main, ["acceptance", "picture", str(file)])
    assert file.read_bytes() == drawn_once
    monkeypatch.setattr(pictures, "opened", lambda: opened([proposal()], Store()))
    told = CliRunner().invoke(main, ["acceptance", "picture", str(tmp_path / "b.svg")])
    assert (told.exit_code, "Nobody has decided" in told.output) == (1, True)
    assert not (tmp_path / "b.svg").exists()
