"""What is still to be asked, and what findings come to, on literal frames."""

from typing import Any

import polars as pl
import pytest

from catalog_assets.asked import transform
from catalog_assets.asked.rungs import Rung
from catalog_assets.asked.transform import FINDINGS, MOST_TRIES, TOLD, Standing, standing
from catalog_assets.drawing import drawn
from catalog_assets.enriched.prompting.prompts import prompt
from catalog_assets.enriched.protocol import ANSWERS, Answers
from tests.enriched.enriched_frames import contents

RUNG = Rung("claude-haiku-4-5", prompt("attributes"))
ROWS = contents({"name": "Mug"}, {"name": "Lamp"}, {"name": "Bag"})
HASHES = dict(ROWS.select("name", "content_hash").iter_rows())
SILENT = {"attribute": None, "rule": "not_answered", "message": "m", "payload": None}
RED = {
    "field": "name", "attribute": "color", "method": "model", "model_version": RUNG.version, "value": "Red",
    "unit": None, "confidence": 0.8, "evidence": "red", "question_id": "q1",
}  # fmt: skip


def known(*rows: dict[str, Any]) -> Answers:
    return Answers(pl.DataFrame(rows, schema=ANSWERS))


def told(*rows: tuple[str, str, list[str], str]) -> pl.DataFrame:
    full = [(request, HASHES[name], "p1", asked, status, None) for request, name, asked, status in rows]
    return pl.DataFrame(full, schema=TOLD, orient="row")


def findings(*rows: tuple[str, str, list[Any], list[Any]]) -> pl.DataFrame:
    full = [(request, HASHES[name], proposals, refused) for request, name, proposals, refused in rows]
    return pl.DataFrame(full, schema=FINDINGS, orient="row")


def stand(said: pl.DataFrame | None = None, found: pl.DataFrame | None = None, **other: Any) -> Standing:
    rung, mine = other.get("rung", RUNG), other.get("known", known())
    return standing(rung, ROWS, mine, told() if said is None else said, findings() if found is None else found, 0.85)


def asked(found: Standing) -> dict[str, list[str]]:
    names = {key: name for name, key in HASHES.items()}
    return {names[row["content_hash"]]: row["asked"] for row in found.open.to_dicts()}


def test_what_a_readable_reply_has_covered_is_open_no_more() -> None:
    whole = asked(stand())
    assert set(whole) == set(HASHES)
    said = told(("r1", "Mug", whole["Mug"], "answered"), ("r1", "Lamp", ["color"], "answered"))
    left = asked(stand(said, findings(("r1", "Mug", [RED], []), ("r1", "Lamp", [], []))))
    assert "Mug" not in left
    assert left["Lamp"] == [name for name in whole["Lamp"] if name != "color"]
    assert left["Bag"] == whole["Bag"]


@pytest.mark.parametrize("status", ["refused", "truncated"])
def test_what_no_reply_could_be_read_about_is_asked_anew_under_another_name_and_then_given_up(status: str) -> None:
    first = stand()
    once = stand(told(("r1", "Mug", ["color"], status)))
    again = once.open.filter(pl.col("content_hash") == HASHES["Mug"])
    assert again["tries"].to_list() == [1]
    assert again["question_hash"].item() not in first.open["question_hash"].to_list()
    rows = [(f"r{n}", "Mug", ["color"], status) for n in range(MOST_TRIES)]
    last = stand(told(*rows))
    assert set(asked(last)) == {"Lamp", "Bag"}
    assert last.refused["rule"].to_list() == ["no_readable_answer"]


def test_a_content_that_a_reply_leaves_out_is_open_and_not_quarantined() -> None:
    found = stand(told(("r1", "Mug", ["color"], "answered")), findings(("r1", "Mug", [], [SILENT])))
    assert "color" in asked(found)["Mug"]
    assert found.refused.is_empty()


def test_of_two_replies_about_an_attribute_one_speaks_whatever_their_order() -> None:
    blue = {**RED, "value": "Blue"}
    rows = [("r2", "Mug", [RED], []), ("r1", "Mug", [blue], [])]
    said = told(("r1", "Mug", ["color"], "answered"), ("r2", "Mug", ["color"], "answered"))
    for order in (rows, rows[::-1]):
        found = stand(said, findings(*order))
        assert found.proposals["value"].to_list() == ["Blue"]
        (other,) = found.superseded.to_dicts()
        assert other["record_id"].startswith("r2:")
        assert other["into"].startswith("r1:")
        assert len(found.offered) == 2, "what is not chosen is counted too"


def test_a_stronger_model_is_asked_only_about_values_that_differ() -> None:
    rung = Rung("claude-sonnet-4-5", prompt("attributes"), disputed=True)
    row = {**RED, "content_hash": HASHES["Mug"], "method": "rule"}
    one, two = known(row), known(row, {**row, "value": "Blue", "method": "model"})
    assert asked(stand(rung=rung, known=one)) == {}
    assert asked(stand(rung=rung, known=two)) == {"Mug": ["color"]}


def test_a_trial_asks_its_share_of_contents_and_proposes_nothing() -> None:
    rung = Rung("claude-haiku-4-5", prompt("attributes"), share=0.5, in_use=False)
    mine = ROWS.filter(drawn(pl.col("content_hash"), 0.5))["name"].to_list()
    assert set(asked(stand(rung=rung))) == set(mine)
    assert stand(told(), findings(("r1", "Mug", [RED], [])), rung=rung).proposals["in_use"].to_list() == [False]


def test_how_many_contents_are_worked_out_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = stand()
    monkeypatch.setattr(transform, "AT_ONCE", 1)
    assert stand().open.equals(whole.open)
