"""Questions: what stands on which day, and what of it is open."""

import datetime as dt
import itertools
import sqlite3
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from review_cases import DAY, NEXT_DAY, NOON, asked, ids, options, said, store_with

from resources.review.database import microseconds
from resources.review.protocol import ASKED, COUNTS, OPEN, QUESTIONS
from resources.review.questions import group_key
from resources.review.store import SqlReviewStore


def standing(store: SqlReviewStore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every derived table."""
    with store.database.reading() as session:
        return {
            table: sorted(map(tuple, session.execute(f"SELECT * FROM {table}")), key=repr)
            for table in ("questions", "question_days", "question_products")
        } | {"waiting": sorted(map(tuple, session.execute(WAITING)), key=repr)}


WAITING = (
    "SELECT question_id, kind, state, sequence, people, products, oldest_day, priority, group_key, why FROM waiting"
)


def opened(store: SqlReviewStore, day: dt.date | None = None) -> list[str]:
    return store.open_questions(day)["question_id"].to_list()


def test_open_questions_come_with_what_waits_for_them(place):
    store = SqlReviewStore(place / "review.sqlite")
    store.replace_day(NEXT_DAY, asked(("one", "p1"), ("many", "p1"), ("many", "p2"), confidence=0.7))
    store.replace_day(DAY, asked(("many", "p3"), ("many", "p2"), confidence=0.4))
    expected = pl.DataFrame(
        {
            "question_id": ["many", "one"],
            "kind": ["attribute"] * 2,
            "attribute": ["colour"] * 2,
            "value": ["red"] * 2,
            "unit": [None] * 2,
            "confidence": [0.7, 0.7],
            "method": ["rule"] * 2,
            "model_version": ["rules-1"] * 2,
            "evidence": ["in red"] * 2,
            "name": ["Drill"] * 2,
            "context": ["Drill in red"] * 2,
            "options": [None] * 2,
            "candidates": [None] * 2,
            "image": [None] * 2,
            "why": ["doubt"] * 2,
            "popularity": [None] * 2,
            "products": [3, 1],
            "days": [2, 1],
            "oldest_day": [DAY, NEXT_DAY],
        },
        schema=OPEN,
    )
    assert_frame_equal(store.open_questions(), expected)
    assert_frame_equal(store.open_questions(limit=1), expected.head(1))
    assert_frame_equal(store.open_questions(DAY), expected.head(1))
    assert_frame_equal(store.questions(ids("one", "none")), expected.tail(1).select(QUESTIONS.names()))


def test_a_question_that_stands_on_no_day_vanishes_unless_it_was_ever_decided(place):
    store = store_with(place, "open", "decided", "withdrawn")
    store.decide([said("decided"), said("withdrawn"), said("withdrawn", "undo")])
    store.replace_day(DAY, asked())
    assert opened(store) == []
    assert store.questions(ids("open", "decided", "withdrawn"))["question_id"].to_list() == ["decided", "withdrawn"]
    assert store.decisions()["question_id"].to_list() == ["decided"]
    assert store.decide([said("open")])[0].status == "unknown_question"


def test_a_decision_outlives_the_question_and_answers_it_when_it_comes_back(place):
    store = store_with(place, "q", options=options("blue", "red"))
    store.decide([said("q", "reject")])
    store.replace_day(DAY, asked())
    refused, taken = store.decide([said("q", "replace", value="green"), said("q", "replace", value="blue")])
    assert (refused.status, taken.status) == ("refused", "recorded")  # what was allowed then still is
    store.replace_day(NEXT_DAY, asked(("q", "p9")))
    assert opened(store) == []
    assert store.decisions()["value"].to_list() == ["blue"]


def test_the_same_day_again_writes_nothing(tmp_path):
    store = SqlReviewStore(tmp_path / "review.sqlite")
    frame = asked(("a", "p1"), ("a", "p2"), ("b", "p1"))
    store.replace_day(DAY, frame)
    with sqlite3.connect(store.path) as watcher:
        before, version = standing(store), watcher.execute("PRAGMA data_version").fetchone()
        store.replace_day(DAY, pl.concat([frame.reverse(), frame]))
        assert standing(store) == before
        assert watcher.execute("PRAGMA data_version").fetchone() == version


def test_a_rerun_takes_away_what_it_no_longer_yields_and_updates_the_rest(place):
    store = SqlReviewStore(place / "review.sqlite")
    store.replace_day(DAY, asked(("a", "p1"), ("a", "p2"), ("b", "p1")))
    store.replace_day(DAY, asked(("a", "p2"), ("c", "p3"), name="Hammer"))
    rerun = standing(store)
    fresh = SqlReviewStore(place / "fresh.sqlite")
    fresh.replace_day(DAY, asked(("a", "p2"), ("c", "p3"), name="Hammer"))
    assert rerun == standing(fresh)
    assert opened(store) == ["a", "c"]


def test_a_question_stays_while_it_stands_on_another_day(place):
    store = store_with(place, "q")
    store.replace_day(NEXT_DAY, asked(("q", "p2"), name="Hammer"))
    store.replace_day(NEXT_DAY, asked())
    (row,) = store.open_questions().iter_rows(named=True)
    assert (row["name"], row["products"], row["days"], row["oldest_day"]) == ("Drill", 1, 1, DAY)


def test_each_stage_replaces_the_kinds_it_asks(place):
    store = store_with(place, "colour", "length")
    store.replace_day(DAY, asked(("price", "p"), kind="price", value="9.90"), ("price",))
    assert opened(store) == ["colour", "length", "price"]
    store.replace_day(DAY, asked(("colour", "p")), ("attribute", "category", "description"))
    assert opened(store) == ["colour", "price"]
    with pytest.raises(ValueError, match="questions of kind attribute are not among those replaced"):
        store.replace_day(DAY, asked(("colour", "p")), ("price",))
    store.replace_day(DAY, asked(), ("price",))
    assert opened(store) == ["colour"]
    store.replace_day(DAY, asked())
    assert not any(standing(store).values())


def test_neither_rows_nor_days_have_an_order(place):
    days = {
        DAY: pl.concat([asked(("a", "p2"), name="two", confidence=0.2), asked(("a", "p1"), name="one")]),
        NEXT_DAY: asked(("a", "p3"), ("b", "p1"), name="later", confidence=0.9),
        dt.date(2025, 3, 5): asked(("b", "p1"), ("b", "p2"), name="last"),
    }
    results = []
    for number, order in enumerate(itertools.permutations(days)):
        store = SqlReviewStore(place / f"{number}.sqlite")
        for day in order:
            store.replace_day(day, days[day] if number % 2 else days[day].reverse())
        results.append((standing(store), store.open_questions().rows()))
    assert all(result == results[0] for result in results)
    assert [row[OPEN.names().index("name")] for row in results[0][1]] == ["later", "last"]


DAYS = st.sampled_from([dt.date(2025, 3, day) for day in range(1, 4)])
PAIRS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["p1", "p2", "p3"])), max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(DAYS, PAIRS, st.sampled_from(["", "a", "b"])), max_size=6))
def test_any_history_ends_in_the_last_frame_of_each_day(history):
    model: dict[dt.date, set[tuple[str, str]]] = {}
    decided = set()
    with tempfile.TemporaryDirectory() as folder:
        store = SqlReviewStore(Path(folder) / "review.sqlite")
        for day, pairs, decide in history:
            store.replace_day(day, asked(*pairs))
            model[day] = set(pairs)
            if decide and store.decide([said(decide)])[0].status != "unknown_question":
                decided.add(decide)
        rows = standing(store)
        waiting = {question for pairs in model.values() for question, _ in pairs} - decided
        assert set(rows["question_products"]) == {
            (question, day.isoformat(), product) for day, pairs in model.items() for question, product in pairs
        }
        assert set(opened(store)) == waiting
        assert {row[0] for row in rows["questions"]} == waiting | decided
        assert set(store.decisions()["question_id"]) == decided
        assert store.counts()["open"].sum() == len(waiting)


def test_counts_name_every_kind(place):
    store = SqlReviewStore(place / "review.sqlite")
    store.replace_day(DAY, pl.concat([asked(("a", "p"), ("b", "p")), asked(("c", "p"), kind="price", value="9.90")]))
    store.decide([said("a"), said("c"), said("c", "undo")])
    expected = pl.DataFrame(
        {
            "kind": ["attribute", "category", "description", "price", "match", "brand"],
            "open": [1, 0, 0, 1, 0, 0],
            "decided": [1, 0, 0, 0, 0, 0],
        },
        schema=COUNTS,
    )
    assert_frame_equal(store.counts(), expected)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (asked(("a", "p")).drop("context", "unit"), "missing: unit, context"),
        (asked(("a", "p"), kind="colour"), "kind 'colour' is not one of attribute, category"),
        (asked(("a", "p"), kind=None), "kind is null in 1 of 1"),
        (asked(("a", "p")).with_columns(product_key=pl.lit(None, pl.String)), "product_key is null"),
        (asked(("a", "p"), confidence=1.5), "confidence is a probability or null, not 1.5"),
        (asked(("a", "p"), confidence=float("nan")), "confidence is a probability or null, not nan"),
        (asked(("a", "p"), options='{"red": 1}'), "options are a JSON list"),
        (asked(("a", "p"), options="[]"), "options are a JSON list"),
        (pl.concat([asked(("a", "p")), asked(("a", "q"), value="blue")]), "question 'a' has two meanings"),
    ],
)
def test_a_frame_that_breaks_its_shape_is_refused_and_changes_nothing(place, frame, sentence):
    store = store_with(place, "before")
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        store.replace_day(DAY, frame)
    assert opened(store) == ["before"]


def test_a_question_never_takes_another_meaning(place):
    store = store_with(place, "q", "other")
    store.decide([said("q")])
    with pytest.raises(ValueError, match="question 'q' has two meanings"):
        store.replace_day(NEXT_DAY, asked(("q", "p"), ("new", "p"), value="blue"))
    assert store.questions(ids("q", "new"))["value"].to_list() == ["red"]
    assert store.open_questions(NEXT_DAY).is_empty()


def test_an_empty_store_answers_in_shape(place):
    store = SqlReviewStore(place / "new folder/review.sqlite")
    store.replace_day(DAY, pl.DataFrame(schema=ASKED))
    assert_frame_equal(store.open_questions(), pl.DataFrame(schema=OPEN))
    assert_frame_equal(store.questions(ids()), pl.DataFrame(schema=QUESTIONS))
    with pytest.raises(ValueError, match="limit"):
        store.open_questions(limit=-1)


def test_text_from_outside_is_data(place):
    nasty = "'; DROP TABLE decisions; -- \x00 \u202e %s {0} ?"
    store = SqlReviewStore(place / "review.sqlite")
    store.replace_day(DAY, asked((nasty, nasty), name=nasty, value=nasty, context=nasty))
    (row,) = store.open_questions().iter_rows(named=True)
    kept = nasty.replace("\x00", "")  # PostgreSQL's text holds none
    assert (row["question_id"], row["name"], row["value"], row["context"]) == (kept,) * 4
    assert store.decide([said(nasty, reason=nasty)])[0].status == "recorded"
    assert store.decisions(ids(kept))["reason"].to_list() == [kept]


def test_a_large_day_takes_seconds(place):
    size = 20_000  # five times as many take about five times as long
    store = SqlReviewStore(place / "review.sqlite")
    frame = asked(("q", "p")).drop("question_id").join(pl.DataFrame({"n": range(size)}), how="cross")
    frame = frame.select(pl.format("question-{}", "n").alias("question_id"), pl.exclude("n"))
    store.replace_day(DAY, frame)
    store.decide([said(f"question-{number}") for number in range(0, size, 2)])
    assert store.open_questions(limit=None).height == store.decisions(frame["question_id"]).height == size // 2
    assert store.counts().row(0) == ("attribute", size // 2, size // 2)


def test_spellings_of_one_brand_are_one_look():
    rows = pl.concat([
        asked((f"{kind}{value}{spelling}", "p"), kind=kind, attribute=kind, value=value, evidence=spelling)
        for kind, value in (("brand", "Acme"), ("brand", "Zed"), ("attribute", "Acme")) for spelling in ("one", "two")
    ])  # fmt: skip
    keys = rows.with_columns(group_key())["group_key"].to_list()
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_to_derive_the_queue_anew_leaves_since_when_a_question_waits(place):
    early = SqlReviewStore(place / "review.sqlite", clock=lambda: NOON)
    early.replace_day(DAY, asked(("a", "p")))
    late = SqlReviewStore(early.database, clock=lambda: NOON.replace(year=2030))
    late.derive_anew()
    with late.database.reading() as session:
        assert session.row("SELECT asked_at FROM waiting") == {"asked_at": microseconds(NOON)}
