"""The simulation of reviewing: people say what they are drawn to say, and every word is counted."""

from typing import Any

import numpy as np
import polars as pl
import pytest
import review_questions
from acceptance_simulated import CHOSEN, Told
from review import interval
from review_consensus import BINARY, WHOLE, consensus
from review_parameters import Consensus, Crowd, Uniform, Way
from review_people import QUESTIONS, VERDICTS, answers, words
from review_questions import with_answers
from review_simulated import UNSEEN, dealt, questions
from review_simulated import reviewed as days_reviewed
from review_teaching import days_of
from review_ways import PROPOSED, REFUSED, Done, Ours, together, uniform

from catalog_assets.consensus.standing import WORDS

CROWD = Crowd()
VALUES = ("Oak", "Elm", "Fir")


def asked(count: int, right: float = 0.7, confidence: float = 0.6, seed: int = 1) -> pl.DataFrame:
    """Questions about products of their own, every fifth about a product without a value."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        is_right = bool(chance.random() < right)
        true = VALUES[number % 3] if is_right or number % 5 else None
        rows.append(
            (number, number, "wood", true if is_right else "Ash", confidence, is_right, true, f"g{number % 50}")
        )
    return pl.DataFrame(rows, schema=QUESTIONS, orient="row")


def test_people_are_as_accurate_as_they_are_meant_to_be() -> None:
    questions = asked(4_000)
    said = answers(questions, CROWD.accuracies, CROWD, 1)
    best = np.where(said.is_right, PROPOSED, said.truth)
    assert (said.key() == best[:, None]).mean(axis=0) == pytest.approx(CROWD.accuracies, abs=0.03)


def test_words_say_what_was_drawn() -> None:
    questions = asked(30)
    said = answers(questions, CROWD.accuracies, CROWD, 1)
    rows = np.arange(30)
    told = words(said, rows, rows * 0, CROWD.names, [str(row) for row in rows], rows / 30, "decide", 7)
    assert told.schema == WORDS
    assert told["sequence"].to_list() == list(range(7, 37))
    assert told["verdict"].to_list() == [VERDICTS[place] for place in said.verdict[:, 0]]
    assert (told["value"].is_not_null() == (told["verdict"] == "replace")).all()
    wrong = told.filter(verdict="replace").join(
        questions.select(pl.col("question").cast(pl.String).alias("question_id"), pl.col("value").alias("proposed")),
        on="question_id",
    )
    assert (wrong["value"] != wrong["proposed"]).all()


def test_the_flat_way_counts_words_and_accepts_what_is_sure() -> None:
    questions = pl.concat([asked(50), asked(30, confidence=0.9).with_columns(pl.col("question") + 50)])
    said = answers(questions, (1.0, 1.0, 1.0), CROWD, 1)
    done = uniform(questions, said, Uniform(0.85, 3), 3, 1)
    assert done.words == 150
    assert done.asked == {"first": 50, "more": 100}
    assert done.by_itself.sum() == 30
    doubtful = done.right[:50] == (done.accepted[:50])
    assert doubtful.all()  # nobody errs
    assert (done.right[50:] == questions["is_right"][50:].to_numpy()).all()


def test_the_most_frequent_answer_counts() -> None:
    questions = asked(2_000)
    said = answers(questions, (0.8,) * 5, CROWD, 1)
    one, five = (uniform(questions, said, Uniform(1.01, number), 5, 1) for number in (1, 5))
    shares = [done.right.sum() / done.accepted.sum() for done in (one, five)]
    assert shares[0] == pytest.approx(0.8, abs=0.06)
    assert shares[1] > shares[0] + 0.08


def unseen(count: int, right: float, confidence: float) -> pl.DataFrame:
    is_right = [number % 1_000 >= (1 - right) * 1_000 for number in range(count)]
    return pl.DataFrame({"attribute": "wood", "confidence": confidence, "is_right": is_right})


@pytest.fixture(scope="module")
def reviewed() -> tuple[Ours, list[Done], pl.DataFrame]:
    ours = Ours(Way(), CROWD, unseen(1_000, 0.7, 0.6), 1)
    gold = asked(100, seed=5)
    parts = [ours.measure(gold, answers(gold, CROWD.accuracies, CROWD, 9))]
    days = asked(400)
    for day in range(2):
        mine = days[200 * day : 200 * (day + 1)]
        parts.append(ours.day(mine, answers(mine, (*CROWD.accuracies, CROWD.lead), CROWD, day)))
    return ours, parts, days


def test_every_word_of_ours_is_counted(reviewed: tuple[Ours, list[Done], pl.DataFrame]) -> None:
    ours, parts, days = reviewed
    whole = together(parts)
    purposes = dict(ours.journal.group_by("purpose").len().iter_rows())
    assert whole.words == ours.journal.height
    assert whole.asked["gold"] == purposes["gold"] == Way().gold * len(CROWD.names)
    assert whole.asked["lead"] == purposes["settle"]
    assert whole.asked["first"] == days.height
    assert len(whole.answer) == days.height
    assert whole.looks <= whole.words


def test_ours_is_surer_than_one_word_and_finds_the_malicious(
    reviewed: tuple[Ours, list[Done], pl.DataFrame],
) -> None:
    ours, parts, days = reviewed
    whole = together(parts)
    said = answers(days, CROWD.accuracies, CROWD, 1)
    flat = uniform(days, said, Uniform(1.01, 1), len(CROWD.names), 1)
    assert whole.right.sum() / whole.accepted.sum() > 0.97 > flat.right.sum() / flat.accepted.sum()
    assert not ours.active[-1]
    assert ours.active[-4:-1].all()


def test_what_is_proven_is_accepted_without_a_person_but_for_audits() -> None:
    ours = Ours(Way(audit=0.1), CROWD, unseen(4_000, 1.0, 0.995), 1)
    mine = asked(500, right=1.0, confidence=0.995)
    done = ours.day(mine, answers(mine, (*CROWD.accuracies, CROWD.lead), CROWD, 1))
    assert done.by_itself.mean() == pytest.approx(0.9, abs=0.04)
    assert done.asked["audit"] == (~done.by_itself).sum()
    assert done.asked["first"] == 0
    ours.renew(unseen(100, 0.9, 0.995))
    assert not ours.day(mine, answers(mine, (*CROWD.accuracies, CROWD.lead), CROWD, 2)).by_itself.any()


def test_what_is_unproven_is_accepted_as_it_is_said_only_where_the_way_says_so() -> None:
    mine = pl.concat([asked(100, confidence=0.9), asked(50).with_columns(pl.col("question") + 100)])
    said = answers(mine, (*CROWD.accuracies, CROWD.lead), CROWD, 1)
    flat = Ours(Way(unproven=0.85, audit=0.0), CROWD, UNSEEN.to_frame(), 1).day(mine, said)
    assert flat.by_itself.tolist() == [True] * 100 + [False] * 50
    assert not Ours(Way(), CROWD, UNSEEN.to_frame(), 1).day(mine, said).by_itself.any()


def test_where_nobody_is_asked_any_more_the_lead_has_every_word() -> None:
    ours = Ours(Way(), CROWD, UNSEEN.to_frame(), 1)
    ours.active[:] = False
    mine = asked(30)
    done = ours.day(mine, answers(mine, (*CROWD.accuracies, CROWD.lead), CROWD, 1))
    assert done.asked == {"audit": 0, "first": 0, "more": 0, "lead": 30}


def judged(*rows: tuple[str, str, str, str | None, bool]) -> pl.DataFrame:
    """Cases of a simulated world: product_key, attribute, value, true_value, is_right."""
    told = pl.DataFrame(
        rows, schema=["product_key", "attribute", "value", "true_value", "is_right"], orient="row"
    ).with_columns(unit=None, method=pl.lit("rule"), model_version=None, confidence=0.9)
    return told.select(*CHOSEN, "true_value", "is_right")


def test_simulated_cases_become_questions() -> None:
    told = questions(
        judged(("b", "width", "9.99", "10", True), ("a", "scent", "Lavendel", "Lavender", False),
               ("a", "color", "Red", None, False))
    )  # fmt: skip
    assert told.schema == QUESTIONS
    assert told.select("question", "product", "attribute", "true").rows() == [
        (0, 0, "color", None), (1, 0, "scent", "Lavender"), (2, 1, "width", "9.99"),
    ]  # fmt: skip


def test_the_simulated_world_is_dealt_by_products_and_reviewed_whole() -> None:
    cases = judged(*((f"p{n}", name, "Oak", "Oak", True) for n in range(60) for name in ("wood", "color")))
    here = dealt(Told(cases, {}))
    assert here.gold.height + here.stream.height == 120
    assert here.products == here.stream["product"].n_unique() == here.stream.height // 2
    when = days_of(here.products, 2, 1)
    done, again = (days_reviewed(here, here.stream, when, CROWD, Way(days=2), 1) for _ in range(2))
    assert len(done.answer) == here.stream.height
    assert (done.answer == again.answer).all()
    assert done.asked == again.asked


def test_a_reader_is_taught_anew_with_what_was_asked_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def study(labelled: Any, seed: int) -> _Nothing:
        seen.append(labelled)
        return _Nothing()

    monkeypatch.setattr(review_questions, "study", study)
    product = {"category": "Home", "texts": ["Oak lamp"]}
    train = [{**product, "id": "t", "values": {"wood": ["Oak"]}}]
    stream = [{**product, "id": name, "values": {}} for name in ("a", "b")]
    review_questions.retaught(train, stream, pl.DataFrame({"product": [1], "attribute": ["wood"]}))
    assert seen[0].partly.rows() == [(2, "wood")]
    assert seen[0].texts["product"].to_list() == [0, 2], "nobody was asked about the other"


class _Nothing:
    extractor = None
    cases = pl.DataFrame(schema={"product": pl.UInt32, "attribute": pl.String, "confidence": pl.Float64,
                                 "is_right": pl.Boolean})  # fmt: skip


def test_an_answer_is_right_if_it_is_the_accepted_right_value() -> None:
    questions = asked(3, right=0.0).with_columns(pl.Series("true", ["Oak", "Elm", None]))
    said = answers(questions, (1.0,), CROWD, 1)
    done = uniform(questions, said, Uniform(1.01, 1), 1, 1)
    assert done.right.tolist() == [True, True, False]
    assert done.answer.tolist()[2] == REFUSED


def test_consensus_of_the_accurate_is_right(tmp_path: object) -> None:
    crowd = Crowd((0.94, 0.95, 0.96, 0.97), malicious=0.05)
    told = consensus(asked(300), asked(60, seed=3), crowd, Consensus(words=(3,)), 2, None, tmp_path)  # type: ignore[arg-type]
    assert set(told) == {
        (name, what, 3) for name in ("ours", "ours, no priors", "ours and gold") for what in (BINARY, WHOLE)
    }
    assert min(told["ours and gold", BINARY, 3]) > 95
    assert all(len(shares) == 2 for shares in told.values())


def test_intervals_and_days() -> None:
    assert interval([1.0, 1.0, 1.0]) == (1.0, 0.0)
    mean, half = interval([1.0, 3.0])
    assert (mean, round(half, 3)) == (2.0, 12.706)
    assert np.bincount(days_of(100, 10, 3)).tolist() == [10] * 10


def test_a_reviewed_product_teaches_what_was_accepted() -> None:
    products = [{"id": "a", "values": {"wood": ["Oak"]}}, {"id": "b", "values": {"wood": ["Elm"]}}]
    accepted = pl.DataFrame({"product": [1], "attribute": ["wood"], "value": ["Ash"]})
    assert [product["values"] for product in with_answers(products, accepted)] == [{}, {"wood": ["Ash"]}]
