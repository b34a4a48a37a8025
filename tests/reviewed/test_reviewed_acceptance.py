"""What counts without a person: random draws, calibrated confidences, certified thresholds, audits in the queue."""

import datetime as dt
import hashlib
import json
from typing import Any

import polars as pl
import pytest

from catalog_assets.certainty.acceptance import REST, Search, Target
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.configuration import Audit
from catalog_assets.releases import Statement, TooLittleToLearn, UnknownRelease, put_in_force
from catalog_assets.reviewed.acceptance import CASES, RELEASE, Acceptance, Flat, drawn, from_bytes, learn
from catalog_assets.reviewed.cases import audited_accuracy, decided_cases
from catalog_assets.reviewed.stage import STAGE
from catalog_assets.stages import Partition, execute
from tests.frames import date
from tests.reviewed.test_reviewed_stage import DAY, Store, opened, proposal, run, said, values

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def hexed(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def decided(size: int, wrong_below: float, attribute: str = "color") -> pl.DataFrame:
    """Decided values whose raw confidence says far too much: right from `wrong_below` on."""
    rows = [(hexed(n), attribute, "rule", (n % 100) / 100, (n % 100) / 100 >= wrong_below) for n in range(size)]
    return pl.DataFrame(rows, schema=CASES, orient="row")


def is_drawn(ids: list[str], share: float) -> list[bool]:
    return pl.DataFrame({"id": ids}).select(drawn(pl.col("id"), share)).to_series().to_list()


def test_a_draw_is_a_share_of_ids_and_a_smaller_one_is_part_of_a_larger() -> None:
    ids = [hexed(n) for n in range(20_000)]
    small, large = is_drawn(ids, 0.02), is_drawn(ids, 0.1)
    assert 300 < sum(small) < 500
    assert 1800 < sum(large) < 2200
    assert all(more for less, more in zip(small, large, strict=True) if less)
    assert (sum(is_drawn(ids, 0)), sum(is_drawn(ids, 1))) == (0, 20_000)
    assert is_drawn(["no hash"], 1.0) == [False]


def rows(*said: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(said, schema=["attribute", "method", "confidence"], orient="row")


def test_without_evidence_one_threshold_holds_and_no_model_answers_for_people() -> None:
    told = Flat(0.85).judged(rows(("color", "rule", 0.85), ("color", "rule", 0.84), ("color", "model", 0.99)))
    assert told["sure"].to_list() == [True, False, False]


def test_a_release_reads_confidences_by_attribute_and_takes_from_its_thresholds_on() -> None:
    doubting = Calibration(a=1.0, b=1.0, c=-2.0)
    release = Acceptance({REST: Calibration(), "size": doubting}, {REST: None, "color": 0.7, "size": 0.7}, Target())
    given = rows(("size", "rule", 0.9), ("color", "rule", 0.9), ("weight", "rule", 0.99), ("size", "rule", 0.99))
    told = release.judged(given)
    assert told["attribute"].to_list() == ["size", "color", "weight", "size"]
    assert told["confidence"][0] < 0.7 < told["confidence"][3]
    assert told["sure"].to_list() == [False, True, False, True]
    by_model = release.judged(given.with_columns(pl.lit("model").alias("method")))
    assert not by_model["sure"].any(), "what rules and suppliers were certified for says nothing of a model"
    assert release.judged(told.drop("sure").clear()).is_empty()


def test_a_release_comes_back_from_its_bytes_and_nothing_else_does() -> None:
    release = learn(decided(20_000, 0.5), 0.1, Target(0.05, 0.9))
    assert from_bytes(release.to_bytes()) == release
    assert learn(decided(20_000, 0.5), 0.1, Target(0.05, 0.9)).version == release.version
    good = json.loads(release.to_bytes())
    for change in (
        {"thresholds": {}}, {"calibrations": {}}, {"target": {"error": 2, "confidence": 0.9}}, {"facts": None},
        {"thresholds": {"*": float("nan")}}, {"thresholds": {"*": "x"}},
    ):  # fmt: skip
        with pytest.raises(UnknownRelease):
            from_bytes(json.dumps({**good, **change}).encode())
    for data in (b"", b"[]", b"[" * 200_000):
        with pytest.raises(UnknownRelease):
            from_bytes(data)


def test_only_what_was_drawn_certifies_and_only_the_rest_calibrates() -> None:
    cases = decided(20_000, 0.5)
    release = learn(cases, 0.1, Target(0.05, 0.9), Search(own=100))
    threshold = release.thresholds["color"]
    assert threshold is not None
    read = release.calibrated(rows(("color", "rule", 0.4), ("color", "rule", 0.55)))["confidence"]
    assert read[0] < threshold <= read[1]
    audited = cases.filter(drawn(pl.col("question_id"), 0.1))
    lied = cases.with_columns(pl.col("is_right") & ~pl.col("question_id").is_in(audited["question_id"].implode()))
    assert set(learn(lied, 0.1, Target(0.05, 0.9), Search(own=100)).thresholds.values()) == {None}
    with pytest.raises(TooLittleToLearn, match="None of 20,000"):
        learn(cases, 0.0, Target())


def test_a_share_of_what_is_accepted_is_asked_and_stays_accepted() -> None:
    store = Store()
    where = opened([{**proposal("size", "L", 0.9), "question_id": hexed(1)}], store)
    for share, asked in ((0.0, []), (1.0, [hexed(1)])):
        where.catalog = where.catalog.model_copy(
            update={"audit": where.catalog.audit.model_copy(update={"share": share})}
        )
        assert run(where).holds
        assert store.asked[-1][1]["question_id"].to_list() == asked
        assert values(where)["size"] == ("L", "accepted")


def in_force(where: Any, release: Acceptance, day: int = 1) -> None:
    put_in_force(where, Statement(RELEASE, release.version, release.to_bytes(), date(day), "Ana", "why"), NOW)


def test_a_release_in_force_decides_what_is_accepted_and_makes_its_days_stale() -> None:
    where = opened([proposal("size", "L", 0.9), proposal("material", "Oak", 0.6)], Store())
    run(where)
    assert values(where) == {"size": ("L", "accepted"), "material": ("Oak", "pending")}
    before = STAGE.inputs(where, DAY)
    release = Acceptance({REST: Calibration()}, {REST: None, "material": 0.5}, Target())
    in_force(where, release, day=2)
    assert STAGE.inputs(where, DAY) == before
    in_force(where, release)
    assert STAGE.inputs(where, DAY) != before
    report = execute(STAGE, where, Partition(date(1)), "run")
    assert report.holds
    assert values(where) == {"size": ("L", "pending"), "material": ("Oak", "accepted")}
    assert report.details["acceptance"] == f"release {release.version}"


def test_cases_tell_how_sure_the_choice_was_before_anybody_decided() -> None:
    told = [
        proposal("size", "L", 0.9), proposal("material", "Wood", 0.6), proposal("material", "Oak", 0.5, "supplier"),
        proposal("weight", "1", 0.7),
    ]  # fmt: skip
    kind = {"asked_kind": "attribute"}
    store = Store(*({**said(*each), **kind} for each in (("size=L", "accept"), ("material=Wood", "reject", 2))))
    where = opened(told, store)
    found = {q: (sure, right) for q, _, _, sure, right in decided_cases(where).rows()}
    assert found["size=L"] == (0.9, True)
    (sure, right) = found["material=Wood"]
    assert (sure < 0.6, right) == (True, False), "in doubt by what the supplier says"
    assert set(found) == {"size=L", "material=Wood"}
    assert decided_cases(opened(told, Store())).is_empty()


def decision(number: int, verdict: str) -> dict[str, Any]:
    return {**said(hexed(number), verdict, number + 1), "asked_kind": "attribute"}


def audited_world(right: int, wrong: int, share: float = 1.0) -> Any:
    """A product with so many values that rules are sure of, all of them looked at by a person."""
    told = [{**proposal(f"text{n}", "L", 0.9), "question_id": hexed(n)} for n in range(right + wrong)]
    verdicts = [decision(n, "accept" if n < right else "reject") for n in range(right + wrong)]
    where = opened(told, Store(*verdicts))
    where.catalog = where.catalog.model_copy(update={"audit": Audit(share=share)})
    return where


@pytest.mark.parametrize(
    ("right", "wrong", "fails"), [(400, 0, False), (30, 0, False), (30, 3, True), (390, 10, True), (366, 2, True)]
)
def test_the_check_fails_where_audits_show_too_little_or_not_enough(right: int, wrong: int, fails: bool) -> None:
    where = audited_world(right, wrong)
    report = run(where)
    assert report.details["audited"]["cases"] == right + wrong
    assert report.details["audited"]["right"] == right
    assert bool(STAGE.warnings[0].told(report.details)) == fails
    whole = audited_accuracy(where, 1.0, 0.95)["*"]
    assert (whole.cases, whole.right) == (right + wrong, right)


def test_only_what_was_drawn_and_would_be_accepted_is_an_audit() -> None:
    where = audited_world(200, 0, share=0.1)
    drawn_ones = sum(is_drawn([hexed(n) for n in range(200)], 0.1))
    assert run(where).details["audited"]["cases"] == drawn_ones
    doubted = {**proposal("size", "L", 0.5), "question_id": hexed(1)}
    doubtful = opened([doubted], Store(decision(1, "accept")))
    doubtful.catalog = where.catalog.model_copy(update={"audit": Audit(share=1.0)})
    assert "audited" not in run(doubtful).details
