"""Decisions: which one is in force, and that each is said once."""

import datetime as dt
import json
import sqlite3

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from review_cases import DAY, NOON, asked, ids, options, said, store_with

from resources.review.protocol import DECISIONS, HISTORY, Decision, Outcome, decisions_fingerprint
from resources.review.store import SqlReviewStore

HOUR = dt.timedelta(hours=1)


def test_the_latest_decision_is_in_force(place):
    store = store_with(place, "a", "b", "c")
    outcomes = store.decide(
        [
            said("a", reason="as the photo shows"),
            said("b", "reject", annotator="bert"),
            said("b", "replace", value="blue", unit="m", decided_at=NOON - HOUR),  # later by sequence
            said("c"),
            said("c", "undo", annotator="bert", purpose="settle"),
        ]
    )
    assert outcomes == [
        Outcome("a", "recorded", 1),
        Outcome("b", "recorded", 2),
        Outcome("b", "recorded", 3, replaced=2),
        Outcome("c", "recorded", 4),
        Outcome("c", "recorded", 5, replaced=4),
    ]
    expected = pl.DataFrame(
        {
            "question_id": ["a", "b"],
            "verdict": ["accept", "replace"],
            "value": [None, "blue"],
            "unit": [None, "m"],
            "annotator": ["anna", "anna"],
            "decided_at": [NOON, NOON - HOUR],
            "reason": ["as the photo shows", None],
            "sequence": [1, 3],
        },
        schema=DECISIONS,
    )
    assert_frame_equal(store.decisions(), expected)
    assert_frame_equal(store.decisions(ids("c", "b", "a", "b", "unknown")), expected)
    assert_frame_equal(store.decisions(ids("b")), expected.tail(1))
    assert_frame_equal(store.decisions(ids()), expected.clear())


def test_an_undo_takes_back_the_words_of_who_says_it(place):
    store = store_with(place, "a")
    store.decide([said("a"), said("a", "reject", annotator="bert"), said("a", "accept", annotator="BERT ")])
    assert store.decide([said("a", "undo", annotator="carl")]) == [Outcome("a", "already")]
    store.decide([said("a", "undo", annotator=" bert")])
    assert store.decisions()["annotator"].to_list() == ["anna"]
    store.decide([said("a", "reject", annotator="bert"), said("a", "undo", annotator="lena", purpose="settle")])
    assert store.decisions().is_empty()
    assert opened(store) == ["a"]


def test_words_that_measure_decide_nothing(place):
    store = store_with(place, "a", "b")
    store.decide([said("a"), said("a", "reject", annotator="bert", purpose="second")])
    store.decide([said("b", "reject", annotator="bert", purpose="gold")])
    assert store.decisions().select("question_id", "verdict").rows() == [("a", "accept")]
    assert opened(store) == ["b"]
    store.decide([said("a", "reject", annotator="lena", purpose="settle"), said("a", annotator="anna")])
    assert store.decisions().select("question_id", "verdict").rows() == [("a", "reject")]


def opened(store: SqlReviewStore) -> list[str]:
    return store.open_questions()["question_id"].to_list()


def test_the_same_decision_again_is_not_appended(place):
    store = store_with(place, "a", "b")
    store.decide([said("a", "replace", value="blue", unit="m")])
    again = store.decide(
        [
            said("a", "replace", value="blue", unit="m", decided_at=NOON + HOUR, reason="again"),
            said("b", "undo"),
            said("unknown"),
        ]
    )
    assert again == [Outcome("a", "already", 1), Outcome("b", "already"), Outcome("unknown", "unknown_question")]
    assert store.decisions()["decided_at"].to_list() == [NOON]
    others = [
        said("a", "replace", value="blue"),
        said("a", "replace", value="green"),
        said("a", "replace", value="green", annotator="bert"),
        said("a"),
        said("a", "undo"),
        said("a"),
    ]
    assert [outcome.status for outcome in store.decide(others)] == ["recorded"] * 6
    assert store.decide([]) == []


def test_a_value_that_cannot_stand_there_is_refused(place):
    store = store_with(place, "a", options=options("blue", "red"))
    refused, long, taken = store.decide(
        [
            said("a", "replace", value="green"),
            said("a", reason="x" * 2_001),
            said("a", "replace", value="blue"),
        ]
    )
    assert refused.status == "refused"
    assert refused.message == "the value 'green' is not allowed here: choose one of blue, red"
    assert long.status == "refused"
    assert taken == Outcome("a", "recorded", 1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"verdict": "maybe"}, "'maybe' is not one of accept, reject, replace, undo"),
        ({"question_id": ""}, "question_id is empty"),
        ({"annotator": " "}, "annotator is empty"),
        ({"decided_at": NOON.replace(tzinfo=None)}, "names no time zone"),
        ({"verdict": "replace"}, "'replace' has a value"),
        ({"value": "red"}, "'replace' has a value"),
        ({"unit": "m"}, "only a 'replace' has a unit"),
    ],
)
def test_a_decision_that_means_nothing_cannot_be_made(fields, sentence):
    whole = {"question_id": "a", "verdict": "accept", "annotator": "anna", "decided_at": NOON}
    with pytest.raises(ValueError, match=sentence):
        Decision(**{**whole, **fields})


def test_the_fingerprint_changes_exactly_with_the_decisions_in_force(place):
    store = store_with(place, "a", "b", "c")
    asked_for = ids("a", "b")

    def fingerprint() -> str:
        told = decisions_fingerprint(store.decisions(asked_for))
        assert decisions_fingerprint(store.decisions(asked_for.reverse())) == told
        assert decisions_fingerprint(store.decisions(asked_for).reverse()) == told
        return told

    none = fingerprint()
    store.decide([said("c")])
    assert fingerprint() == none
    seen = [none]
    for decision in [
        said("a"),
        said("b"),
        said("a", "reject"),
        said("a", "replace", value="red"),
        said("a", "replace", value="red", unit="m"),
        said("a", "replace", value="red", unit="m", annotator="bert"),
        said("a", "replace", value="m", unit="red"),
        said("a", "accept", reason="really", decided_at=NOON + HOUR),
    ]:
        store.decide([decision])
        assert fingerprint() not in seen
        seen.append(fingerprint())
        store.decide([decision])
        store.replace_day(DAY, asked(("b", "p"), ("c", "p"), name=str(len(seen))))  # questions are not decisions
        assert fingerprint() == seen[-1]
    store.decide([said("a", "undo"), said("a", "undo", annotator="bert"), said("b", "undo")])
    assert fingerprint() == none


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abx"),
            st.sampled_from(["accept", "reject", "replace", "undo"]),
            st.sampled_from(["anna", "bert"]),
        ),
        max_size=12,
    ),
    st.data(),
)
def test_any_split_into_calls_ends_alike(tmp_path_factory, spoken, data):
    """A model of one dictionary, and the store, fed in any batches."""
    store = store_with(tmp_path_factory.mktemp("store"), "a", "b")
    decisions = [
        said(question, verdict, annotator=annotator, value="blue" if verdict == "replace" else None)
        for question, verdict, annotator in spoken
    ]
    model: dict[str, list[tuple[str, str]]] = {"a": [], "b": [], "x": []}
    expected = []
    for question, verdict, annotator in spoken:
        left = model[question]
        others = [word for word in left if word[1] != annotator]
        same = len(others) == len(left) if verdict == "undo" else left[-1:] == [(verdict, annotator)]
        expected.append("unknown_question" if question == "x" else "already" if same else "recorded")
        if verdict == "undo":
            model[question] = others
        elif question != "x" and not same:
            left.append((verdict, annotator))
    statuses = []
    while decisions:
        size = data.draw(st.integers(1, len(decisions)))
        statuses += [outcome.status for outcome in store.decide(decisions[:size])]
        decisions = decisions[size:]
    assert statuses == expected
    in_force = store.decisions().select("question_id", "verdict", "annotator").rows()
    assert {question: (verdict, annotator) for question, verdict, annotator in in_force} == {
        question: left[-1] for question, left in model.items() if left
    }


def test_what_was_asked_is_kept_with_the_decision(tmp_path):
    """Questions may be rebuilt with another confidence: what the person saw stays."""
    store = store_with(tmp_path, "a", confidence=0.61)
    store.decide([said("a")])
    store.replace_day(DAY, asked(("a", "p"), confidence=0.9, name="Hammer"))
    with sqlite3.connect(store.path) as connection:
        (kept,) = connection.execute("SELECT asked FROM decisions").fetchone()
    assert json.loads(kept) == {
        "kind": "attribute",
        "attribute": "colour",
        "value": "red",
        "unit": None,
        "confidence": 0.61,
        "method": "rule",
        "model_version": "rules-1",
        "evidence": "in red",
        "name": "Drill",
        "context": "Drill in red",
        "options": None,
        "candidates": None,
        "image": None,
        "why": "doubt",
        "popularity": None,
    }


def test_a_store_that_went_missing_is_not_made_anew(tmp_path):
    store = store_with(tmp_path, "a")
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        store.decisions()
    assert isinstance(SqlReviewStore(store.path).decisions(), pl.DataFrame)


def test_the_history_holds_every_word_in_order(place):
    store = store_with(place, "a", "b")
    assert store.history().schema == HISTORY
    store.decide([said("b"), said("a", annotator="bert"), said("b", "undo"), said("b", "reject", annotator="bert")])
    told = store.history().select("question_id", "verdict", "annotator", "sequence").rows()
    assert told == [("b", "accept", "anna", 1), ("a", "accept", "bert", 2), ("b", "undo", "anna", 3),
                    ("b", "reject", "bert", 4)]  # fmt: skip
