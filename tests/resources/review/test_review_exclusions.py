"""Whose words do not count and when: statements, and what follows from them."""

import datetime as dt

import polars as pl
import pytest
from account_cases import NOON, database_at
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.consensus.standing import EXCLUDED, WORDS, standing
from resources.review.excluding import _STATEMENTS, excluded_in, intervals
from resources.review.exclusions import ExclusionRefused, Exclusions, Statement

HOURS = st.integers(0, 6)
STATED = st.lists(st.tuples(st.sampled_from(["Ana", "ana ", "Bo"]), st.booleans(), HOURS), max_size=8)


def at(hour: int) -> dt.datetime:
    return NOON + dt.timedelta(hours=hour)


def frame(*rows: tuple[str, bool, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(number, person, int(excluded), at(hour)) for number, (person, excluded, hour) in enumerate(rows, 1)],
        schema=_STATEMENTS, orient="row",
    )  # fmt: skip


def periods(*rows: tuple[str, int, int | None]) -> pl.DataFrame:
    told = [(person, at(since), None if until is None else at(until)) for person, since, until in rows]
    return pl.DataFrame(told, schema=EXCLUDED, orient="row")


CASES = {
    "nobody": ([], []),
    "for good": ([("Ana", True, 1)], [("Ana", 1, None)]),
    "until": ([("Ana", True, 1), ("Ana", False, 3)], [("Ana", 1, 3)]),
    "taken back whole": ([("Ana", True, 1), ("Ana", False, 0)], []),
    "again": ([("Ana", True, 1), ("Ana", False, 3), ("Ana", True, 5)], [("Ana", 1, 3), ("Ana", 5, None)]),
    "from earlier on": ([("Ana", True, 3), ("Ana", True, 1)], [("Ana", 1, None)]),
    "readmitted first": ([("Ana", False, 1)], []),
    "as last named": ([("ANA", True, 1), (" ana", False, 4)], [(" ana", 1, 4)]),
    "two people": ([("Bo", True, 2), ("Ana", True, 1)], [("Ana", 1, None), ("Bo", 2, None)]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_latest_statement_about_a_moment_holds(case):
    stated, expected = CASES[case]
    assert_frame_equal(intervals(frame(*stated)), periods(*expected))


@given(STATED)
def test_what_follows_is_what_one_finds_by_asking_for_each_moment(stated):
    found = intervals(frame(*stated))
    assert found.schema == EXCLUDED
    for person in ("ana", "bo"):
        for hour in range(8):
            about = [excluded for name, excluded, since in stated if name.strip().lower() == person and since <= hour]
            theirs = found.filter(pl.col("person").str.strip_chars().str.to_lowercase() == person)
            within = theirs.filter(
                (pl.col("since") <= at(hour)) & (pl.col("until").is_null() | (pl.col("until") > at(hour)))
            )
            assert within.height == int(bool(about and about[-1]))


@pytest.fixture
def exclusions(place):
    return Exclusions(database_at(place))


def test_statements_are_kept_and_followed(exclusions):
    exclusions.exclude(" Ana\n", at(1), by="Leo", reason="guesses", now=at(9))
    exclusions.readmit("Ana", at(4), by="Ada", reason="trained", now=at(10))
    assert_frame_equal(exclusions.excluded(), periods(("Ana", 1, 4)))
    assert exclusions.stated() == [
        Statement(2, "Ana", False, at(4), "Ada", "trained", at(10)),
        Statement(1, "Ana", True, at(1), "Leo", "guesses", at(9)),
    ]


def test_they_are_seen_within_a_transaction_of_the_queue(place):
    database = database_at(place)
    Exclusions(database).exclude("Ana", at(1), by="Leo", reason="guesses", now=at(9))
    with database.writing() as session:
        assert excluded_in(session).height == 1


def test_words_of_the_excluded_do_not_count(exclusions):
    said = {"question_id": "q", "verdict": "accept", "value": None, "unit": None, "reason": None,
            "purpose": "decide", "asked_confidence": 0.5}  # fmt: skip
    words = pl.DataFrame(
        [{**said, "annotator": "ana", "decided_at": at(hour), "sequence": hour} for hour in (0, 2)], schema=WORDS
    )
    assert standing(words, exclusions.excluded())["sequence"].to_list() == [2]
    exclusions.exclude("Ana", at(1), by="Leo", reason="guesses", now=at(9))
    assert standing(words, exclusions.excluded())["sequence"].to_list() == [0]


@pytest.mark.parametrize(
    ("person", "by", "reason", "told"),
    [("", "Leo", "why", "person is empty"), ("\u202e ", "Leo", "why", "person is empty"), ("Ana", " ", "why", "by is"),
     ("Ana", "Leo", "\x00", "reason is"), ("a" * 201, "Leo", "why", "200"), ("Ana", "Leo", "x" * 2_001, "2000"),
     ("\ud800", "Leo", "why", "cannot be written")],
    ids=ascii,
)  # fmt: skip
def test_a_statement_that_cannot_be_is_refused(exclusions, person, by, reason, told):
    with pytest.raises(ExclusionRefused, match=told):
        exclusions.exclude(person, at(1), by=by, reason=reason, now=at(9))
    assert exclusions.stated() == []


def test_a_moment_names_its_time_zone(exclusions):
    with pytest.raises(ValueError, match="time zone"):
        exclusions.exclude("Ana", dt.datetime(2025, 1, 1), by="Leo", reason="why", now=NOON)
