"""When words on a question are settled."""

import datetime as dt
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.consensus.standing import EXCLUDED
from catalog_assets.reviewed.adjudication import ADJUDICATED, adjudicated
from resources.review.protocol import HISTORY

WORD = re.compile("(?P<who>.*) (?P<verdict>accept|reject|replace|undo) ?(?P<purpose>.*)")
START = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def history(*words: str, question: str = "q1") -> pl.DataFrame:
    """`ana accept`, `ana accept gold` and the like, an hour apart."""
    rows = [
        {"question_id": question, "annotator": told["who"], "verdict": told["verdict"], "sequence": n,
         "decided_at": START + dt.timedelta(hours=n), "value": "Oak" if told["verdict"] == "replace" else None,
         "purpose": told["purpose"] or "decide"}
        for n, told in enumerate(WORD.fullmatch(word).groupdict() for word in words)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def told(people: int, *words: str) -> tuple[str, bool] | None:
    found = adjudicated(history(*words), people)
    return None if found.is_empty() else (found["standing"][0], found["is_right"][0])


ONE, TWO = ("ana accept",), ("ana accept", "bob reject")


@pytest.mark.parametrize(
    ("people", "words", "expected"),
    [
        (1, ONE, ("settled", True)),
        (1, TWO, ("settled", False)),
        (1, (*TWO, "ana accept"), ("settled", True)),
        (2, ONE, ("unsettled", True)),
        (2, ("ana accept", "Ana accept", " ANA accept"), ("unsettled", True)),
        (2, ("ana accept", "bob accept"), ("settled", True)),
        (2, ("ana reject", "bob replace"), ("settled", False)),
        (2, TWO, ("disputed", False)),
        (2, (*TWO, "ana reject"), ("settled", False)),
        (2, (*TWO, "eve accept"), ("settled", True)),
        (2, (*TWO, "eve accept", "ana accept", "bob reject"), ("disputed", False)),
        (3, (*TWO, "eve accept"), ("disputed", True)),
        (3, (*TWO, "eve accept", "joe reject"), ("settled", False)),
        (2, ("ana accept", "bob accept", "bob undo"), ("unsettled", True)),
        (2, ("ana accept", "bob accept", "bob undo", "eve accept"), ("settled", True)),
        (1, ("ana accept", "ana undo"), None),
        (3, (*TWO, "lea accept settle"), ("settled", True)),
        (2, (*TWO, "lea accept settle", "eve reject"), ("settled", True)),
        (2, ("ana accept", "bob accept", "lea undo settle"), None),
        (2, ("ana accept", "bob accept second"), ("settled", True)),
        (1, ("ana accept", "bob reject gold"), ("settled", True)),
    ],
)
def test_enough_people_agree_or_a_later_one_settles(people: int, words: tuple[str, ...], expected: object) -> None:
    assert told(people, *words) == expected


def test_words_of_the_excluded_settle_nothing() -> None:
    excluded = pl.DataFrame([(" Bob", START, None)], schema=EXCLUDED, orient="row")
    found = adjudicated(history("ana accept", "bob accept"), 2, excluded)
    assert found.select("standing", "people").rows() == [("unsettled", 1)]


def test_it_says_when_the_first_and_the_last_word_was_said() -> None:
    row = adjudicated(history("ana accept", "ana undo", "bob accept", "eve accept"), 2).row(0, named=True)
    assert (row["begun_at"], row["said_at"]) == (START, START + dt.timedelta(hours=3))
    assert (row["people"], row["sequence"], row["question_id"]) == (2, 3, "q1")
    assert adjudicated(history(), 2).schema == ADJUDICATED


WORDS = st.tuples(st.sampled_from(["ana", "bob", "eve"]), st.sampled_from(["accept", "reject", "replace", "undo"]))


@given(st.lists(WORDS, max_size=8), st.integers(1, 3), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_more_people_settle_no_more_and_order_of_rows_does_not_count(words: list, people: int, chance: object) -> None:
    said = history(*(" ".join(word) for word in words))
    found = adjudicated(said, people)
    places = list(range(said.height))
    chance.shuffle(places)  # type: ignore[attr-defined]
    assert_frame_equal(adjudicated(said[places], people), found)
    more = adjudicated(said, people + 1)
    assert more["question_id"].equals(found["question_id"])
    if found["standing"].to_list() == ["unsettled"]:
        assert more["standing"].to_list() == ["unsettled"]
    assert adjudicated(said, 1)["standing"].is_in(["settled"]).all()
