"""What people's words on a question together mean."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.consensus.standing import (
    EXCLUDED,
    MOST_PRIOR,
    STANDING,
    WORDS,
    Trust,
    last_words,
    leading,
    standing,
)
from resources.review.words import _left, named

START = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
NOBODY = EXCLUDED.to_frame()
EQUAL = Trust(unknown=0.8, wanted=0.96, people=5)


def words(*said: str, question: str = "q1", confidence: float | None = None, first: int = 0) -> pl.DataFrame:
    """`ana accept`, `bob replace Oak`, `eve second reject`, `lea settle undo` and the like, an hour apart."""
    rows = []
    for number, word in enumerate(said, first):
        who, *rest = word.split()
        purpose = rest.pop(0) if rest[0] in ("second", "gold", "settle") else "decide"
        value = rest[1] if len(rest) > 1 else None
        rows.append(
            {"question_id": question, "annotator": who, "verdict": rest[0], "value": value, "purpose": purpose,
             "decided_at": at(number), "sequence": number, "asked_confidence": confidence}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=WORDS, orient="row")


def at(hour: int) -> dt.datetime:
    return START + dt.timedelta(hours=hour)


def excluded(person: str, since: int = 0, until: int | None = None) -> pl.DataFrame:
    row = {"person": person, "since": at(since), "until": None if until is None else at(until)}
    return pl.DataFrame([row], schema=EXCLUDED, orient="row")


def told(*said: str, trust: Trust | None = None, out: pl.DataFrame = NOBODY, confidence: float | None = None) -> Any:
    """(state, sequence, people) of one question."""
    found = standing(words(*said, confidence=confidence), out, trust)
    assert found.schema == STANDING
    return found.select("state", "sequence", "people").row(0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("ana accept",), ("decided", 0, 1)),
        (("ana accept", "bob reject"), ("decided", 1, 2)),
        (("ana accept", "bob reject", "ana undo"), ("decided", 1, 1)),
        (("ana accept", "bob reject", "bob undo"), ("decided", 0, 1)),
        (("ana accept", "Ana undo"), ("open", None, 0)),
        (("ana accept", "bob accept", "lea settle undo"), ("open", None, 0)),
        (("ana accept", "lea settle undo", "bob reject"), ("decided", 2, 1)),
        (("ana gold accept",), ("open", None, 0)),
        (("ana accept", "bob gold reject"), ("decided", 0, 1)),
        (("ana accept", "ana gold undo"), ("decided", 0, 1)),
        (("ana accept", "bob second accept"), ("decided", 0, 2)),
        (("ana accept", "bob second reject"), ("disputed", 0, 2)),
        (("ana accept", "bob second replace Oak"), ("disputed", 0, 2)),
        (("ana reject", "bob second replace Oak"), ("decided", 0, 2)),
        (("ana replace Oak", "bob second replace Oak"), ("decided", 0, 2)),
        (("ana replace Oak", "bob second replace Elm"), ("disputed", 0, 2)),
        (("ana accept", "bob second reject", "bob second undo"), ("decided", 0, 1)),
        (("ana accept", "bob second reject", "ana reject"), ("decided", 2, 2)),
        (("ana second accept",), ("open", None, 1)),
        (("ana accept", "ana second reject"), ("decided", 1, 1)),
        (("ana accept", "bob second reject", "lea settle reject"), ("decided", 2, 3)),
        (("lea settle reject", "ana accept", "lea accept"), ("decided", 0, 2)),
        (("lea settle reject", "lea settle accept"), ("decided", 1, 1)),
        (("lea settle reject", "lea undo", "ana accept"), ("decided", 2, 1)),
    ],
)
def test_without_trust_the_last_word_stands(said: tuple[str, ...], expected: object) -> None:
    assert told(*said) == expected


def test_a_unit_alone_makes_two_replacements_differ() -> None:
    said = words("ana replace 5", "bob second replace 5").with_columns(pl.Series("unit", ["g", "kg"]))
    assert standing(said, NOBODY)["state"].to_list() == ["disputed"]


def test_words_of_the_excluded_do_not_count_within_their_time() -> None:
    said = ("ana accept", "bob reject", "bob accept", "bob reject")
    assert told(*said, out=excluded(" BOB ")) == ("decided", 0, 1)
    assert told(*said, out=excluded("bob", 2)) == ("decided", 1, 2)
    assert told(*said, out=excluded("bob", 1, 3)) == ("decided", 3, 2)
    assert told(*said, out=excluded("bob", 2, 2)) == ("decided", 3, 2)
    assert told("ana accept", "bob settle undo", out=excluded("bob")) == ("decided", 0, 1)


GOOD = Trust({"ana": 0.99, "bob": 0.9, "eve": 0.9, "mal": 0.1}, unknown=0.7, wanted=0.96, people=3)


@pytest.mark.parametrize(
    ("said", "confidence", "expected"),
    [
        (("ana accept",), 0.5, ("decided", 0, 1)),
        (("bob accept",), 0.5, ("wanting", None, 1)),
        (("bob accept",), 0.9, ("decided", 0, 1)),
        (("bob accept", "eve second accept"), 0.5, ("decided", 1, 2)),
        (("bob accept", "eve reject"), 0.5, ("wanting", None, 2)),
        (("bob accept", "eve reject", "joe accept"), 0.5, ("disputed", None, 3)),
        (("bob accept", "eve reject", "ana reject"), 0.5, ("decided", 2, 3)),
        (("mal accept",), 0.99, ("wanting", None, 1)),
        (("mal accept", "bob accept", "eve accept"), 0.5, ("decided", 2, 3)),
        (("mal accept", "bob reject", "eve reject"), 0.5, ("decided", 2, 3)),
        (("bob replace Oak",), 0.04, ("wanting", None, 1)),  # the refusal is sure; Oak is as sure as bob
        (("bob reject",), 0.04, ("decided", 0, 1)),
        (("bob replace Oak", "eve replace Oak"), 0.5, ("decided", 1, 2)),
        (("bob replace Oak", "eve replace Elm"), 0.5, ("wanting", None, 2)),
        (("ana replace Oak", "bob replace Elm", "eve replace Oak"), 0.5, ("decided", 2, 3)),
        (("bob replace Oak", "eve reject"), 0.5, ("wanting", None, 2)),
        (("bob replace Oak", "ana reject"), 0.5, ("decided", 1, 2)),
        (("bob accept", "eve reject", "joe accept", "lea settle replace Fir"), 0.5, ("decided", 3, 4)),
    ],
)
def test_with_trust_words_count_as_much_as_who_says_them(
    said: tuple[str, ...], confidence: float, expected: object
) -> None:
    assert told(*said, trust=GOOD, confidence=confidence) == expected


def test_certainty_is_the_posterior() -> None:
    found = standing(words("bob accept", confidence=0.8), NOBODY, GOOD)["certainty"].item()
    assert found == pytest.approx(0.9 * 0.8 / (0.9 * 0.8 + 0.1 * 0.2), abs=1e-6)
    alone = standing(words("bob replace Oak", confidence=0.05), NOBODY, GOOD)["certainty"].item()
    assert alone == pytest.approx(0.9, abs=1e-6)
    two = standing(words("bob replace Oak", "eve replace Elm", confidence=0.05), NOBODY, GOOD)["certainty"].item()
    assert two == pytest.approx(9 / 19, abs=1e-6)
    refused = standing(words("bob replace Oak", "eve reject", confidence=0.05), NOBODY, GOOD)["certainty"].item()
    assert refused == pytest.approx(0.9, abs=1e-6)  # a refusal names nothing that could stand against Oak
    assert standing(words("lea settle accept"), NOBODY, GOOD)["certainty"].item() is None


def test_what_leads_is_told_though_it_is_not_sure() -> None:
    said = pl.concat(
        [words("bob accept", confidence=0.3), words("eve accept", question="q2", confidence=0.05, first=1)]
    )
    found = leading(said, NOBODY, GOOD)
    assert found["sequence"].to_list() == [0, None]  # of the second only the doubt speaks
    assert found["is_right"].to_list() == pytest.approx([27 / 34, 9 / 28], abs=1e-6)
    assert found["certainty"].to_list() == pytest.approx([27 / 34, 19 / 28], abs=1e-6)
    assert standing(said, NOBODY, GOOD)["state"].to_list() == ["wanting", "wanting"]


def test_the_confidence_of_the_first_word_is_the_prior() -> None:
    said = words("bob accept", "eve accept").with_columns(pl.Series("asked_confidence", [0.5, 0.95]))
    later = said.with_columns(pl.Series("asked_confidence", [0.5, 0.05]))
    assert_frame_equal(standing(said, NOBODY, GOOD), standing(later, NOBODY, GOOD))
    other = said.with_columns(pl.Series("asked_confidence", [0.6, 0.95]))
    assert standing(other, NOBODY, GOOD)["certainty"].item() > standing(said, NOBODY, GOOD)["certainty"].item()


@pytest.mark.parametrize(
    "strange", [{"wanted": MOST_PRIOR}, {"wanted": 1.0}, {"unknown": 1.1}, {"people": 0}, {"accuracy": {"ana": -0.1}}]
)
def test_a_trust_that_cannot_be_is_refused(strange: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"probability|between|people"):
        Trust(**strange)


def test_no_words_stand_nowhere() -> None:
    for trust in (None, GOOD):
        assert standing(words(), NOBODY, trust).schema == STANDING
        assert standing(words(), NOBODY, trust).is_empty()


PEOPLE = ("ana", "bob", "eve", "joe", "mal")
TRUSTS = st.sampled_from([None, GOOD, EQUAL])


@st.composite
def journals(draw: st.DrawFn) -> pl.DataFrame:
    """Words of five people on three questions."""
    one = st.tuples(
        st.sampled_from(["q1", "q2", "q3"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(["accept", "reject", "replace", "undo"]),
        st.sampled_from(["decide", "decide", "decide", "second", "gold", "settle"]),
        st.sampled_from(["Oak", "Elm"]),
        st.sampled_from([None, 0.05, 0.5, 0.7, 0.99]),
    )
    said = draw(st.lists(one, max_size=14))
    rows = [
        {"question_id": q, "annotator": who, "verdict": verdict, "purpose": purpose, "sequence": n, "decided_at": at(n),
         "value": value if verdict == "replace" else None, "asked_confidence": confidence}
        for n, (q, who, verdict, purpose, value, confidence) in enumerate(said)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=WORDS, orient="row")


@given(journals(), TRUSTS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_questions_do_not_depend_on_each_other_nor_on_the_order_of_rows(
    journal: pl.DataFrame, trust: Trust | None, chance: Any
) -> None:
    found = standing(journal, NOBODY, trust)
    places = list(range(journal.height))
    chance.shuffle(places)
    assert_frame_equal(standing(journal[places], NOBODY, trust), found)
    alone = [standing(mine, NOBODY, trust) for mine in journal.partition_by("question_id")]
    assert_frame_equal(pl.concat([STANDING.to_frame(), *alone]).sort("question_id"), found)
    assert found["question_id"].to_list() == journal["question_id"].unique().sort().to_list()


@given(journals(), TRUSTS, st.sampled_from(PEOPLE))
@settings(max_examples=60, deadline=None)
def test_to_exclude_somebody_is_as_if_they_had_never_spoken(
    journal: pl.DataFrame, trust: Trust | None, person: str
) -> None:
    without = standing(journal.filter(pl.col("annotator") != person), NOBODY, trust)
    found = standing(journal, excluded(person), trust)
    assert_frame_equal(found.join(without, on="question_id", how="semi"), without)
    gone = found.join(without, on="question_id", how="anti")
    assert (gone["state"] == "open").all()
    assert gone["people"].sum() == 0


@given(journals(), TRUSTS)
@settings(max_examples=60, deadline=None)
def test_a_settling_word_always_stands(journal: pl.DataFrame, trust: Trust | None) -> None:
    last = words("lea settle reject", first=journal.height)
    after = words("zoe accept", "mal accept", "zoe undo", first=journal.height + 1)
    found = standing(pl.concat([journal, last, after]), NOBODY, trust).filter(question_id="q1")
    assert found.select("state", "sequence").row(0) == ("decided", journal.height)


@given(st.lists(st.booleans(), min_size=1, max_size=7), st.sampled_from([None, 0.5]))
@settings(max_examples=60, deadline=None)
def test_with_equal_people_and_no_prior_most_voices_win(votes: list[bool], confidence: float | None) -> None:
    said = [f"p{n} {'accept' if vote else 'reject'}" for n, vote in enumerate(votes)]
    trust = Trust(unknown=0.8, wanted=0.96, people=9)
    state, sequence, people = told(*said, trust=trust, confidence=confidence)
    lead = abs(2 * sum(votes) - len(votes))
    sure = 4**lead / (1 + 4**lead) >= 0.96  # each voice multiplies the odds by 0.8 / 0.2
    assert (state, people) == ("decided" if sure else "wanting", len(votes))
    assert sequence is None or votes[sequence] == (2 * sum(votes) > len(votes))


@given(journals(), st.sampled_from([GOOD, EQUAL]))
@settings(max_examples=100, deadline=None)
def test_one_more_who_says_the_same_never_lowers_certainty(journal: pl.DataFrame, trust: Trust) -> None:
    for row in standing(journal, NOBODY, trust).drop_nulls(["sequence", "certainty"]).iter_rows(named=True):
        stood = journal.filter(sequence=row["sequence"]).row(0, named=True)
        again = {**stood, "annotator": "zoe", "purpose": "second", "sequence": journal.height, "decided_at": at(99)}
        more = pl.concat([journal, pl.DataFrame([again], schema=WORDS)])
        found = standing(more, NOBODY, trust).filter(question_id=row["question_id"]).row(0, named=True)
        assert found["state"] == "decided"
        assert found["certainty"] >= row["certainty"]
        assert found["sequence"] == journal.height


@given(journals())
@settings(max_examples=40, deadline=None)
def test_each_person_has_one_last_word_on_a_question(journal: pl.DataFrame) -> None:
    found = last_words(journal, NOBODY)
    assert found.select("question_id", "person").is_unique().all()
    for row in found.iter_rows(named=True):
        mine = journal.filter(question_id=row["question_id"], annotator=row["person"])
        said = mine.filter(pl.col("purpose") != "gold")
        assert row["sequence"] == said["sequence"].max()
        assert row["verdict"] != "undo"


@given(journals())
@settings(max_examples=100)
def test_what_is_left_when_a_word_is_taken_is_what_counts_when_it_stands(journal: pl.DataFrame) -> None:
    """The store reads undos word by word in a writer's turn, the rules read them over all questions: alike."""
    open_words = journal.filter(pl.col("purpose") != "gold").sort("sequence")
    counted = last_words(open_words, NOBODY)
    for (question,), of_question in open_words.group_by("question_id"):
        left = _left(of_question.to_dicts())
        last_of_each = {named(word["annotator"]): word["sequence"] for word in left}
        mine = counted.filter(pl.col("question_id") == question)
        assert last_of_each == dict(mine.select("person", "sequence").iter_rows())
