"""Paths that differ in letters' case and white space are one question; what was decided of a spelling still holds."""

from typing import Any

import polars as pl
import pytest

from catalog_assets.enriched.content import category_question, path_question, spelled_path_question
from catalog_assets.reviewed.acceptance import CASES as JUDGED
from catalog_assets.reviewed.cases import decided_cases
from catalog_assets.reviewed.known_paths import decided_paths
from resources.review.protocol import CASES
from tests.reviewed.test_reviewed_stage import LAPTOPS, MONITORS, Store, category_of, opened, proposal, run, said

TABLETS = "Computers > Tablets"


def one(path: str, category: str = MONITORS) -> str:
    return str(pl.select(path_question(pl.lit(path), pl.lit(category))).item())


def spelled(path: str, category: str = MONITORS) -> str:
    return str(pl.select(spelled_path_question(pl.lit(path), pl.lit(category))).item())


def filed(path: str, category: str = MONITORS, **other: Any) -> dict[str, Any]:
    row = {**proposal("category", category, 0.4), "question_id": one(path, category), "evidence": path}
    return {**row, **other}


def before(path: str, verdict: str, value: str | None = None, category: str = MONITORS, sequence: int = 1) -> Any:
    """A decision on the question as it was asked of this spelling."""
    return {**said(spelled(path, category), verdict, sequence, value), "asked_evidence": path}


@pytest.mark.parametrize("path", ["media > old films", "Media > Old Films", " MEDIA>Old \t films"])
def test_one_path_is_one_question_however_it_is_spelled(path: str) -> None:
    frame = pl.DataFrame({"category_path": [path], "value": [MONITORS], "content_hash": ["c"]})
    assert frame.select(category_question()).item() == one("media > old films") == spelled("media > old films")
    assert one("media > old film") != one("media > old films")


@pytest.mark.parametrize(
    ("verdict", "value", "found", "state"),
    [
        ("accept", None, MONITORS, "accepted"),
        ("replace", TABLETS, TABLETS, "accepted"),
        ("reject", None, None, "rejected"),
    ],
)
def test_what_was_decided_of_the_path_as_it_is_spelled_holds(
    verdict: str, value: str | None, found: str | None, state: str
) -> None:
    store = Store(before("Old SCREENS", verdict, value))
    where = opened([filed("Old SCREENS")], store, category_path="Old SCREENS")
    assert run(where).holds
    assert (category_of(where)["value"], category_of(where)["state"]) == (found, state)
    asked = store.asked[0][1].select("question_id", "value", "why").rows()
    assert asked == [(spelled("Old SCREENS"), MONITORS, "decided")], "the question that was asked, and no other"


def test_it_holds_where_another_category_is_proposed_now() -> None:
    store = Store(before("Old SCREENS", "accept"))
    where = opened([filed("Old SCREENS", LAPTOPS)], store, category_path="Old SCREENS")
    assert run(where).holds
    assert (category_of(where)["value"], category_of(where)["state"]) == (MONITORS, "accepted")
    assert store.asked[0][1]["question_id"].to_list() == [spelled("Old SCREENS")]


@pytest.mark.parametrize("proposed", [[filed("old screens", LAPTOPS)], []])
def test_it_holds_for_another_spelling_too(proposed: list[dict[str, Any]]) -> None:
    where = opened(proposed, Store(before("Old SCREENS", "accept")), category_path="old screens")
    assert run(where).holds
    assert (category_of(where)["value"], category_of(where)["state"]) == (MONITORS, "accepted")


def test_a_word_on_the_one_question_stands_above_what_was_said_of_a_spelling() -> None:
    later = {**said(one("Old SCREENS"), "reject", 2), "asked_evidence": "Old SCREENS"}
    where = opened([filed("Old SCREENS")], Store(before("Old SCREENS", "accept"), later), category_path="Old SCREENS")
    run(where)
    assert category_of(where)["state"] == "rejected"


def test_spellings_that_were_decided_apart_are_divided() -> None:
    cases = [before("Old SCREENS", "accept"), before("old Screens", "replace", TABLETS, sequence=2)]
    paths = pl.Series(["Old SCREENS", "old Screens"])
    assert decided_paths(paths, pl.DataFrame(cases, schema=CASES, orient="row")).is_empty()
    alike = decided_paths(paths, pl.DataFrame(cases[:1], schema=CASES, orient="row"))
    assert alike.select("category_path", "right").rows() == [("Old SCREENS", MONITORS), ("old Screens", MONITORS)]


def test_a_question_about_one_content_is_none_about_its_path() -> None:
    own = filed("Old SCREENS", question_id="of this content")
    where = opened([own], Store(before("Old SCREENS", "reject")), category_path="Old SCREENS")
    run(where)
    assert category_of(where)["state"] == "pending"


def test_what_was_said_of_a_spelling_still_counts_as_a_case() -> None:
    decided = {**before("Old SCREENS", "accept"), "asked_attribute": "category", "asked_value": MONITORS}
    where = opened([filed("Old SCREENS")], Store(decided), category_path="Old SCREENS")
    found = decided_cases(where)
    assert found.schema == JUDGED
    assert found.select("question_id", "attribute").rows() == [(spelled("Old SCREENS"), "category")]
