"""On PostgreSQL the next question is read off an index, whatever its planner believes."""

import polars as pl
import pytest
from review_cases import DAY, NOON, asked
from review_databases import Place

from resources.review import choosing, questions
from resources.review.database import Session
from resources.review.settings import QueueSettings
from resources.review.store import SqlReviewStore


@pytest.fixture
def uncounted(tmp_path, monkeypatch) -> SqlReviewStore:
    """Many questions, of which PostgreSQL knows nothing yet."""
    monkeypatch.setattr(Session, "analyze", lambda *_, **__: None)
    store = SqlReviewStore(Place("postgresql", tmp_path) / "review.sqlite")
    frame = asked(("q", "p")).drop("question_id").join(pl.DataFrame({"n": range(3_000)}), how="cross")
    each = pl.format("question-{}", "n")
    store.replace_day(DAY, frame.select(each.alias("question_id"), each.alias("evidence"), pl.exclude("n", "evidence")))
    return store


def plan(session: Session, statement: str) -> str:
    places = choosing._places("eve", NOON, QueueSettings(), None) | {"state": "open", "group_key": "g"}
    told = {name: value for name, value in places.items() if f":{name}" in statement}
    return "\n".join(row["QUERY PLAN"] for row in session.rows(f"EXPLAIN {statement}", told))


@pytest.mark.parametrize(
    "statement", [choosing._FIRST, choosing._OVERDUE, choosing._GROUP], ids=["first", "age", "group"]
)
def test_the_first_of_many_is_read_off_an_index(uncounted, statement):
    with uncounted.database.writing() as session:
        session.along_indexes()
        told = plan(session, statement)
    assert "Sort" not in told
    assert "Seq Scan on waiting" not in told


def test_a_planner_that_is_not_told_sorts_them_all(uncounted):
    with uncounted.database.writing() as session:
        assert "Sort" in plan(session, choosing._FIRST)


def test_a_planner_is_told_for_one_transaction(uncounted):
    with uncounted.database.writing() as session:
        session.along_indexes()
    with uncounted.database.writing() as session:
        assert session.row("SHOW enable_sort") == {"enable_sort": "on"}


def test_a_few_questions_are_looked_up_and_not_searched_for(uncounted):
    with uncounted.database.writing() as session:
        session.execute("ANALYZE")
        statement, wanted = session.wanted(questions._QUESTIONS, ["question-7", "question-8"])
        told = "\n".join(row["QUERY PLAN"] for row in session.rows(f"EXPLAIN {statement}", wanted))
    assert "Index Scan using questions_pkey" in told
    assert "Seq Scan on questions" not in told
