"""How far people are believed: what their words show, and the release that says so."""

import datetime as dt
import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.consensus.standing import EXCLUDED, WORDS, Trust
from catalog_assets.consensus.trust import KNOWN, Learning, from_bytes, learned_trust, released, to_bytes
from catalog_assets.releases import UnknownRelease

START = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
NOTHING = KNOWN.to_frame()
EVEN = Learning(doubt=0.5)
PAIR = ("ana", "bob")
PLAIN = ("accept", "reject")


def words(said: list[tuple[str, str, str]], purpose: str = "decide", confidence: float | None = 0.5) -> pl.DataFrame:
    """(question, who, verdict or value): a value is a replacement."""
    rows = [
        {"question_id": question, "annotator": who, "verdict": verdict if verdict in PLAIN else "replace",
         "value": None if verdict in PLAIN else verdict, "purpose": purpose, "sequence": number,
         "decided_at": START + dt.timedelta(minutes=number), "asked_confidence": confidence}
        for number, (question, who, verdict) in enumerate(said)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=WORDS, orient="row")


def known(**answers: bool | str) -> pl.DataFrame:
    """q1=True: the proposal is right; q1="Oak": it is wrong, and Oak is right."""
    rows = [(question, answer is True, answer if isinstance(answer, str) else None, None)
            for question, answer in answers.items()]  # fmt: skip
    return pl.DataFrame(rows, schema=KNOWN, orient="row")


def simulated(accuracy: dict[str, float], questions: int, each: int, seed: int = 1) -> pl.DataFrame:
    """So many random people about each question, of whose proposals 70 % are right."""
    chance = np.random.default_rng(seed)
    said = []
    for number in range(questions):
        right = chance.random() < 0.7
        for who in chance.permutation(list(accuracy))[:each]:
            says = right == (chance.random() < accuracy[who])
            said.append((f"q{number:04}", str(who), "accept" if says else "reject"))
    return words(said, confidence=0.7)


def test_known_answers_tell_who_is_right() -> None:
    said = words([(f"q{n}", who, "accept" if who == "ana" else "reject") for n in range(20) for who in PAIR])
    trust = learned_trust(said, known(**{f"q{n}": True for n in range(20)}), learning=EVEN)
    assert trust.accuracy["ana"] > 0.93
    assert trust.accuracy["bob"] < 0.35
    assert trust.facts["people"]["ana"] == {"words": 20, "accuracy": pytest.approx((8.5 + 20) / 30)}


def test_a_replacement_is_right_if_it_is_the_known_one() -> None:
    said = words([("q1", "ana", "Oak"), ("q1", "bob", "Elm"), ("q1", "eve", "reject"), ("q1", "joe", "accept")])
    told = learned_trust(said, known(q1="Oak"), learning=EVEN).facts["people"]
    right, wrong = (8.5 + 1) / 11, 8.5 / 11
    found = {name: each["accuracy"] for name, each in told.items()}
    assert found == pytest.approx({"ana": right, "bob": wrong, "eve": right, "joe": wrong}, abs=1e-6)


def test_gold_words_measure_and_excluded_ones_do_not() -> None:
    said = words([("q1", "ana", "reject"), ("q1", "bob", "accept")], purpose="gold")
    out = pl.DataFrame([{"person": "Bob", "since": START, "until": None}], schema=EXCLUDED, orient="row")
    trust = learned_trust(said, known(q1=True), out)
    assert list(trust.accuracy) == ["ana"]
    assert trust.facts["known"] == 1


@pytest.mark.parametrize("name", ["Ana\u00a0", "\x1cana", "ΣΑΣ", "İnci", "STRASSE ß", "-"])
def test_any_name_stands_in_a_release_that_can_be_read(name: str) -> None:
    trust = learned_trust(words([("q1", name, "accept")]), known(q1=True))
    assert from_bytes(to_bytes(trust)) == trust
    assert len(trust.accuracy) == 1


def test_one_word_alone_teaches_nothing() -> None:
    assert learned_trust(words([("q1", "ana", "accept")], confidence=0.9), NOTHING).accuracy == {}
    assert learned_trust(WORDS.to_frame(), NOTHING).accuracy == {}


def test_accuracies_are_found_without_known_answers() -> None:
    true = {"ana": 0.97, "bob": 0.9, "eve": 0.8, "joe": 0.7, "zoe": 0.95}
    trust = learned_trust(simulated(true, 1500, 3), NOTHING, learning=EVEN)
    assert trust.accuracy == pytest.approx(true, abs=0.05)


def test_who_means_harm_is_ignored_and_not_turned_round() -> None:
    true = {"ana": 0.95, "bob": 0.9, "eve": 0.9, "mal": 0.05}
    said = simulated(true, 400, 3)
    trust = learned_trust(said, NOTHING, learning=EVEN)
    assert trust.accuracy["mal"] < 0.2
    assert min(trust.accuracy[who] for who in ("ana", "bob", "eve")) > 0.85
    without = learned_trust(said.filter(pl.col("annotator") != "mal"), NOTHING, learning=EVEN)
    assert {who: trust.accuracy[who] for who in without.accuracy} == pytest.approx(dict(without.accuracy), abs=0.05)


def test_few_words_are_drawn_to_the_unknown_and_told_low() -> None:
    said = words([("q1", "ana", "accept")])
    low, even = (learned_trust(said, known(q1=True), learning=each).accuracy["ana"] for each in (Learning(), EVEN))
    assert low < 0.85 < even < 0.9
    many = words([(f"q{n}", "ana", "accept") for n in range(200)])
    assert learned_trust(many, known(**{f"q{n}": True for n in range(200)})).accuracy["ana"] > 0.98


@given(st.integers(0, 50), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_and_spelling_of_names_change_nothing(seed: int, chance: Any) -> None:
    said = simulated({"ana": 0.9, "bob": 0.7, "eve": 0.6}, 12, 2, seed)
    places = list(range(said.height))
    chance.shuffle(places)
    other = said[places].with_columns(pl.col("annotator").str.to_uppercase() + " ")
    found = known(q0001=True, q0002="Oak")
    assert to_bytes(learned_trust(other, found)) == to_bytes(learned_trust(said, found))


@given(st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_one_more_known_right_answer_lowers_nobody(seed: int) -> None:
    said = simulated({"ana": 0.9, "bob": 0.7}, 8, 2, seed)
    more = words([("gold", "ana", "accept")], purpose="gold").with_columns(pl.lit(999, pl.Int64).alias("sequence"))
    answers = known(gold=True)
    before, after = (learned_trust(each, answers).accuracy["ana"] for each in (said, pl.concat([said, more])))
    assert after > before


TRUST = released(Trust({"ana": 0.9, "bob": 0.4}, 0.99, 0.85, 3, facts={"words": 7}))


def test_a_release_is_read_back() -> None:
    assert from_bytes(to_bytes(TRUST)) == TRUST
    assert len(TRUST.version) == 12
    assert released(Trust({"ana": 0.91})).version != released(Trust({"ana": 0.9})).version


CHANGES: list[dict[str, Any]] = [
    *({"format": form} for form in (2, 0, True, None)),
    *({"wanted": share} for share in (0.5, 1, "0.99", float("nan"))),
    *({"unknown": share} for share in (-0.1, True, None)),
    *({"people": count} for count in (0, 2.0, True)),
    *({"accuracy": {"ana": share}} for share in (1.5, -0.1, float("nan"), None, "0.9", 10**400)),
    *({"accuracy": {name: 0.9}} for name in ("Ana", " ana", "")),
    {"accuracy": []},
    {"facts": None},
    {"facts": 3},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_is_no_release_is_refused(change: dict[str, Any]) -> None:
    said = {**json.loads(to_bytes(TRUST)), **change}
    with pytest.raises(UnknownRelease):
        from_bytes(json.dumps(said).encode())


@pytest.mark.parametrize("missing", ["format", "accuracy", "wanted", "unknown", "people", "facts"])
def test_a_release_has_all_its_parts(missing: str) -> None:
    said = {name: value for name, value in json.loads(to_bytes(TRUST)).items() if name != missing}
    with pytest.raises(UnknownRelease):
        from_bytes(json.dumps(said).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"3", b"\xff", b"[" * 100_000, b'{"format": 1}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UnknownRelease):
        from_bytes(data)


def asked_again_after_a_contradiction(accuracy: float, questions: int, seed: int) -> pl.DataFrame:
    """Nearly all proposals are right and said to be: a second person is asked only where the first refuses."""
    chance = np.random.default_rng(seed)
    said = []
    for number in range(questions):
        right = chance.random() < 0.97
        for who in chance.permutation(["ana", "bob", "cyd", "dan"])[:3]:
            accepts = right == (chance.random() < accuracy)
            said.append((f"q{number:05}", str(who), "accept" if accepts else "reject"))
            if accepts:
                break
    return words(said, confidence=0.95)


@pytest.mark.parametrize("accuracy", [0.9, 0.97])
def test_that_a_first_word_had_others_asked_is_not_held_against_who_said_it(accuracy: float) -> None:
    trust = learned_trust(asked_again_after_a_contradiction(accuracy, 4_000, seed=3), NOTHING, learning=EVEN)
    assert abs(sum(trust.accuracy.values()) / 4 - accuracy) < 0.04, trust.accuracy


def test_a_first_word_tells_of_its_author_where_the_second_opinion_was_asked_for_anyway() -> None:
    first, second = words([("q", "ana", "accept")]), words([("q", "bob", "accept")], purpose="second")
    later = second.with_columns(pl.col("sequence") + 1)
    told = learned_trust(pl.concat([first, later]), NOTHING).facts["people"]
    assert {name: each["words"] for name, each in told.items()} == {"ana": 1, "bob": 1}
    again = words([("q", "ana", "accept"), ("q", "bob", "accept")])
    told = learned_trust(again, NOTHING).facts["people"]
    assert {name: each["words"] for name, each in told.items()} == {"ana": 0, "bob": 1}
