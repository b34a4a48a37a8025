"""Audits since a release, read from the journal, and the tightened release that is stated for them."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from catalog_assets.certainty.acceptance import REST, Target
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.configuration import Audit
from catalog_assets.releases import in_force, releases
from catalog_assets.reviewed.acceptance import RELEASE, Acceptance, Certificate
from catalog_assets.reviewed.cases import audited_cases, unsettled_audits
from catalog_assets.reviewed.stage import policy_for
from catalog_assets.reviewed.watch import BY, NothingToWatch, exceptions_on, next_day, state, watch
from catalog_assets.vocabulary.columns import RELEASES
from resources.review.protocol import OPEN
from tests.frames import frame
from tests.reviewed.test_reviewed_acceptance import hexed, rows
from tests.reviewed.test_reviewed_stage import NOW, Store, opened, proposal, said

TOMORROW = dt.date(2026, 1, 3)
CERTIFIED = Acceptance(
    {REST: Calibration()}, {REST: 0.5}, Target(), models={"m1": Certificate({REST: Calibration()}, {REST: 0.5})}
)


def stated(where: Any, release: Acceptance, at: dt.datetime = NOW - dt.timedelta(hours=1), sequence: int = 1) -> None:
    row = {
        "kind": RELEASE, "sequence": sequence, "version": release.version, "in_force_from": dt.date(2026, 1, 1),
        "content": release.to_bytes().decode(), "person": "ana", "reason": "first", "recorded_at": at,
    }  # fmt: skip
    where.lake.append("releases", frame(RELEASES, [row]))


def audited(size: int, wrong: dict[str, int], people: int = 1, share: float = 1.0, **other: Any) -> Any:
    """A world in which each of two sources has so many values that rules are sure of; one of `wrong[source]` of them
    was refused by the only person who looked."""
    told, words = [], []
    for n in range(2 * size):
        source = ("alpha", "beta")[n % 2]
        every = wrong.get(source)
        told.append({**proposal(f"text{n}", "L", 0.9), "question_id": hexed(n), "source": source, **other})
        verdict = "reject" if every and n // 2 % every == 0 else "accept"
        asked = {"asked_kind": "attribute", "asked_method": "model", "asked_model_version": other.get("model_version")}
        words.append({**said(hexed(n), verdict, n + 1), **asked})
    where = opened(told, Store(*words))
    where.catalog = where.catalog.model_copy(update={"audit": Audit(share=share, people=people)})
    return where


def journal(where: Any) -> pl.DataFrame:
    return where.lake.read("releases").sort("sequence")


def test_a_source_that_drifts_is_left_to_people_from_the_next_day_on_and_stated_once() -> None:
    where = audited(200, {"beta": 10})
    stated(where, CERTIFIED)
    assert next_day(NOW) == TOMORROW
    for _ in range(2):
        watched = watch(where, TOMORROW)
        state(where, watched, BY, NOW)
    later = watch(where, TOMORROW + dt.timedelta(days=9))
    assert (later.release, later.found) == (None, ())
    assert journal(where).height == 2
    row = journal(where).row(1, named=True)
    assert (row["in_force_from"], row["person"]) == (TOMORROW, BY)
    assert row["reason"] == "source beta: 20 of 200 audited values were wrong"
    beta, alpha = rows(("size", "rule", 0.9), source="beta"), rows(("size", "rule", 0.9), source="alpha")
    for day, sure in ((TOMORROW - dt.timedelta(days=1), True), (TOMORROW, False)):
        assert policy_for(where, day).judged(beta)["sure"].to_list() == [sure]
        assert policy_for(where, day).judged(alpha)["sure"].to_list() == [True]
    assert [each.value for each in exceptions_on(where, TOMORROW)] == ["beta"]
    assert exceptions_on(where, TOMORROW - dt.timedelta(days=1)) == ()


def test_the_same_audits_make_the_same_release_and_say_what_it_does() -> None:
    made = []
    for _ in range(2):
        where = audited(200, {"beta": 10})
        stated(where, CERTIFIED)
        made.append(watch(where, TOMORROW))
    assert made[0].release is not None
    assert made[0].release.to_bytes() == made[1].release.to_bytes()
    assert f"source beta: 20 of 200 audited values were wrong. People decide these values from {TOMORROW}" in str(
        made[0]
    )


def test_a_second_source_is_added_to_the_first_by_all_audits_since_the_certificate() -> None:
    where = audited(200, {"beta": 10})
    stated(where, CERTIFIED)
    state(where, watch(where, TOMORROW), BY, NOW)
    both = audited(200, {"beta": 10, "alpha": 10})
    both.lake.append("releases", journal(where))
    watched = watch(both, TOMORROW)
    assert [each.value for each in watched.found] == ["alpha"]
    assert watched.cases == 400, "what was tightened goes on being counted"
    state(both, watched, BY, NOW)
    assert {each.value for each in exceptions_on(both, TOMORROW)} == {"alpha", "beta"}
    last = in_force(releases(both, RELEASE), TOMORROW)
    assert last is not None
    assert last.sequence == 3
    assert watch(both, TOMORROW).release is None


@pytest.mark.parametrize("case", ["right", "not drawn", "one person of two", "before the release", "not accepted"])
def test_only_settled_audits_since_of_what_is_accepted_tighten(case: str) -> None:
    where = audited(200, {} if case == "right" else {"beta": 10}, people=1 + (case == "one person of two"))
    if case == "not drawn":
        where.catalog = where.catalog.model_copy(update={"audit": Audit(share=0.0)})
    release = Acceptance({REST: Calibration()}, {REST: 0.95}, Target()) if case == "not accepted" else CERTIFIED
    stated(where, release, NOW + dt.timedelta(hours=1 if case == "before the release" else -1))
    watched = watch(where, TOMORROW)
    assert (watched.release, watched.cases) == (None, 400 if case == "right" else 0)
    state(where, watched, BY, NOW)
    assert journal(where).height == 1
    assert "no part of what" in str(watched)


def test_a_model_that_drifts_is_left_to_people_and_another_is_not() -> None:
    where = audited(100, {"alpha": 5, "beta": 5}, method="model", model_version="m1")
    stated(where, CERTIFIED)
    watched = watch(where, TOMORROW)
    assert [(each.field, each.value) for each in watched.found] == [("model_version", "m1")]


def test_without_a_release_there_is_nothing_to_watch() -> None:
    where = audited(3, {})
    with pytest.raises(NothingToWatch, match="catalog acceptance certify"):
        watch(where, TOMORROW)
    assert exceptions_on(where, TOMORROW) == ()


def test_two_people_are_asked_for_a_word_each() -> None:
    where = audited(2, {"beta": 1}, people=2)
    waiting = pl.DataFrame([{"question_id": hexed(9), "kind": "attribute"}, {"question_id": hexed(8), "kind": "match"}])
    where.review.open_questions = lambda limit: waiting.join(OPEN.to_frame(), on="question_id", how="left")
    assert audited_cases(where).is_empty()
    assert unsettled_audits(where, " Eve").to_list() == [hexed(9)]
    assert unsettled_audits(where, "bob").to_list() == sorted(hexed(n) for n in (0, 1, 2, 3, 9))
    where.review.said = pl.concat(
        [where.review.said, where.review.said.with_columns(pl.lit("bob").alias("annotator"), pl.col("sequence") + 10)]
    )
    where.review.cases = lambda trust: where.review.said.filter(annotator="bob")
    assert audited_cases(where)["is_right"].sum() == 2
    assert unsettled_audits(where, "joe").to_list() == [hexed(9)]
