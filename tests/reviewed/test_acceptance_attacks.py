"""Attacks on certificates: hostile releases, races for the journal, words turned around, decisions that teach."""

import datetime as dt
import json
from typing import Any

import polars as pl
import pytest

from catalog_assets.certainty.acceptance import REST, Target
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.enriched.protocol import QUESTION_SCHEMA
from catalog_assets.enriched.teaching import SAID, lesson
from catalog_assets.releases import UnknownRelease
from catalog_assets.reviewed.acceptance import Acceptance, from_bytes
from catalog_assets.reviewed.watch import BY, exceptions_on, state, watch
from tests.reviewed.test_acceptance_watch import CERTIFIED, TOMORROW, audited, journal, stated
from tests.reviewed.test_reviewed_acceptance import rows
from tests.reviewed.test_reviewed_stage import (
    LAPTOPS,
    NOW,
    PATH,
    TABLETS,
    Store,
    category_of,
    opened,
    proposed_for_path,
    question_of,
    run,
    said,
)

NUMBERS = {"a": 1.0, "b": 0.0, "c": 0.0, "most": 1.0}
SOUND: dict[str, Any] = json.loads(CERTIFIED.to_bytes())
OWN = {"calibrations": SOUND["calibrations"], "thresholds": SOUND["thresholds"]}
SINCE = "2026-01-01T00:00:00+00:00"


def slice_of(**other: Any) -> dict[str, Any]:
    return {"field": "source", "value": "alpha", "since": SINCE, "cases": 1, "wrong": 1} | other


@pytest.mark.parametrize(
    "change",
    [
        {"thresholds": {REST: float("nan")}}, {"thresholds": {REST: -0.1}}, {"thresholds": {}}, {"thresholds": None},
        {"calibrations": {}}, {"calibrations": {REST: None}}, {"calibrations": {REST: {**NUMBERS, "a": float("inf")}}},
        {"calibrations": {REST: {**NUMBERS, "a": 10**400}}}, {"thresholds": {REST: 10**400}}, {"models": None},
        {"models": {"": OWN}}, {"models": {" ": OWN}},
        {"models": {"m": None}}, {"models": {"m": {**OWN, "thresholds": {REST: float("nan")}}}}, {"models": []},
        {"target": {"error": float("nan"), "confidence": 0.95}}, {"target": {"error": 1, "confidence": 0.95}},
        {"target": {"error": "0.1", "confidence": 0.95}}, {"target": None}, {"format": 3}, {"format": -1},
        {"format": "2"}, {"format": None}, {"exceptions": None}, {"exceptions": [None]},
        {"exceptions": [slice_of(field="person")]}, {"exceptions": [slice_of(since="2026-01-01T00:00:00")]},
        {"exceptions": [slice_of(cases=float("nan"))]}, {"facts": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_hostile_release_is_refused_before_it_is_stated(change: dict[str, Any]) -> None:
    with pytest.raises(UnknownRelease):
        from_bytes(json.dumps({**SOUND, **change}).encode())


@pytest.mark.parametrize("data", [b"[" * 100_000, b"\xff", b"null", b"[]", b'"x"', b"1" * 5_000])
def test_bytes_that_are_no_release_are_refused(data: bytes) -> None:
    with pytest.raises(UnknownRelease):
        from_bytes(data)


@pytest.mark.parametrize("version", ["m1\x1f*", "m1 ", "M1", "", "m1\n", None])
def test_a_certificate_of_one_version_is_none_of_another(version: str | None) -> None:
    asked = rows(("size", "model", 0.9)).with_columns(pl.lit(version, pl.String).alias("model_version"))
    assert CERTIFIED.judged(asked)["sure"].to_list() == [False]


def test_two_schedulers_at_once_state_it_once() -> None:
    where = audited(200, {"beta": 10})
    stated(where, CERTIFIED)
    for watched in [watch(where, TOMORROW), watch(where, TOMORROW)]:
        state(where, watched, BY, NOW)
    assert journal(where).height == 2


def test_a_certificate_that_is_stated_meanwhile_is_not_overruled_by_the_tightened_old_one() -> None:
    where = audited(200, {"beta": 10})
    stated(where, CERTIFIED)
    watched = watch(where, TOMORROW)
    stricter = Acceptance({REST: Calibration()}, {REST: 0.99}, Target())
    stated(where, stricter, NOW, sequence=2)
    state(where, watched, BY, NOW + dt.timedelta(seconds=1))
    assert journal(where).height == 2
    assert exceptions_on(where, TOMORROW) == ()


def test_who_says_again_what_was_said_before_the_certificate_tests_nothing_with_it() -> None:
    where = audited(200, {})
    stated(where, CERTIFIED, NOW + dt.timedelta(hours=1))
    late = pl.lit(NOW + dt.timedelta(hours=2)).alias("decided_at")
    turned = where.review.said.with_columns(pl.lit("reject").alias("verdict"), pl.col("sequence") + 1000, late)
    where.review.said = pl.concat([where.review.said, turned.select(where.review.said.columns)])
    where.review.cases = lambda trust: turned
    assert watch(where, TOMORROW).cases == 0


def test_a_decided_value_of_any_length_and_any_letters_stops_no_lesson() -> None:
    contents = pl.DataFrame(
        [{"content_hash": "c1", "name": "Shirt gray (new", "brand": None, "mpn": None, "description": None,
          "category_path": None, "attributes": []}]
    )  # fmt: skip
    contents = contents.select(pl.lit(None, dtype).alias(name) if name not in contents.columns else
                               pl.col(name).cast(dtype) for name, dtype in QUESTION_SCHEMA.items())  # fmt: skip
    said = [
        {"question_id": f"q{n}", "verdict": "replace", "value": value, "sequence": n, "asked_kind": "attribute",
         "asked_attribute": attribute, "asked_value": "x", "asked_evidence": "(new", "asked_name": "Shirt gray (new"}
        for n, (attribute, value) in enumerate(
            [("color", "é" * 60_000), ("material", "(?P<x>[a-z"), ("scent", "\\p{"), ("style", "")])
    ]  # fmt: skip
    assert lesson(contents, pl.DataFrame(said, schema=SAID)).facts["decided_replace"] >= 1


@pytest.mark.parametrize("named", [LAPTOPS, TABLETS])
def test_a_language_model_does_not_outvote_what_was_decided_about_a_path(named: str) -> None:
    """Its proposal is a question about the content, and the path is decided: nobody is asked, and the path counts."""
    own = {**proposed_for_path(named), "method": "model", "confidence": 0.84, "question_id": "of the content"}
    shown = {"asked_kind": "category", "asked_value": LAPTOPS, "asked_method": "rule", "asked_evidence": PATH}
    where = opened([own], Store({**said(question_of(LAPTOPS), "accept"), **shown}), category_path=PATH)
    run(where)
    row = category_of(where)
    assert (row["value"], row["state"]) == (LAPTOPS, "accepted")
