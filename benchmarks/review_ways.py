"""Ways of reviewing proposals: so many people about everything that is doubtful, and ours.

Belongs here: who is asked about what, what is accepted, and what it took. Does not belong here: what people say
(`review_people.py`), where proposals come from (`review_questions.py`) and the figures (`review.py`).

Ours is made of the parts that the pipeline has: calibration and certified thresholds (`certainty/`), what words
together mean (`catalog_assets/consensus/standing.py`) and people's accuracies (`catalog_assets/consensus/trust.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from review_parameters import Crowd, Uniform, Way
from review_people import NONE, Answers, words

from catalog_assets.certainty.acceptance import NEVER, REST, Search, Target, certify, threshold_of
from catalog_assets.consensus.standing import DECIDED, EXCLUDED, WORDS, Trust, standing
from catalog_assets.consensus.trust import KNOWN, Learning, learned_trust
from catalog_assets.reviewed.acceptance import Acceptance
from catalog_assets.reviewed.certifying import calibrated_by_group

PROPOSED, REFUSED = -2, -1
ARRAYS = ("answer", "right", "by_itself")
NOBODY = EXCLUDED.to_frame()
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Done:
    """What a way made of questions. answer: of each question, as of `Answers.key` (-2: as proposed, -1: no value);
    right: whether it is an accepted value that is right; by_itself: accepted without a person; asked: words by what
    they were asked for; looks: as many, where one look answers all questions of a group that a person has at the
    time."""

    answer: Ints
    right: Bools
    by_itself: Bools
    asked: dict[str, int]
    looks: int

    @property
    def accepted(self) -> Bools:
        """Of each question whether a value of it is accepted."""
        told: Bools = self.answer != REFUSED
        return told

    @property
    def words(self) -> int:
        """All that people were asked."""
        return sum(self.asked.values())


def together(parts: Sequence[Done]) -> Done:
    """Several days as one."""
    names = dict.fromkeys(name for part in parts for name in part.asked)
    answer, right, by_itself = (np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS)
    asked = {name: sum(part.asked.get(name, 0) for part in parts) for name in names}
    return Done(answer, right, by_itself, asked, sum(part.looks for part in parts))


def uniform(questions: pl.DataFrame, said: Answers, way: Uniform, people: int, seed: int) -> Done:
    """The same number of people about everything that is less sure than a limit. questions: QUESTIONS."""
    chance = np.random.default_rng([seed, 1])
    sure = questions["confidence"].to_numpy() >= way.below
    order = np.argsort(chance.random((questions.height, people)), axis=1)[:, : way.words]
    keys = np.take_along_axis(said.key()[:, :people], order, axis=1)
    most = (keys[:, :, None] == keys[:, None, :]).sum(2).argmax(1)
    answer = np.where(sure, PROPOSED, keys[np.arange(len(keys)), most])
    asked = questions.filter(pl.Series(~sure))
    looks = asked["group"].n_unique() * way.words
    return Done(
        answer, _is_right(answer, said), sure, {"first": asked.height, "more": asked.height * (way.words - 1)}, looks
    )


def _is_right(answer: Ints, said: Answers) -> Bools:
    """Whether an answer (as of `Answers.key`) is an accepted value that is right."""
    told: Bools = np.where(answer == PROPOSED, said.is_right, (answer >= 0) & (answer == said.truth) & ~said.is_right)
    return told


@dataclass
class Ours:
    """Our way, day by day. unseen: attribute, confidence, is_right of what the reader has shown on the products that
    taught it, before it had seen them."""

    way: Way
    crowd: Crowd
    unseen: pl.DataFrame
    seed: int
    journal: pl.DataFrame = field(default_factory=WORDS.to_frame)
    known: pl.DataFrame = field(default_factory=KNOWN.to_frame)
    decided: pl.DataFrame = field(default_factory=lambda: pl.DataFrame())
    audited: pl.DataFrame = field(default_factory=lambda: pl.DataFrame())

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng([self.seed, 2])
        self.names = self.crowd.names
        self.active = np.ones(len(self.names), dtype=bool)
        self.decided, self.audited = self.unseen.clear(), self.unseen.clear()
        self.trust = self._learned()

    def measure(self, questions: pl.DataFrame, said: Answers) -> Done:
        """Gold: everybody answers some questions whose answers are known, one look each."""
        people = len(self.names)
        rows = np.concatenate([self.chance.permutation(questions.height)[: self.way.gold] for _ in range(people)])
        who = np.repeat(np.arange(people), len(rows) // people)
        ids = [f"gold {number}" for number in questions["question"]]
        self._said(said, rows, who, ids, questions["confidence"].to_numpy()[rows], "gold")
        right = [None if place == NONE else said.values[place] for place in said.truth]
        known = {"question_id": ids, "is_right": said.is_right, "value": right, "unit": [None] * len(ids)}
        self.known = pl.concat([self.known, pl.DataFrame(known, schema=KNOWN)])
        self.trust = self._learned()
        nothing = np.zeros(0, dtype=bool)
        return Done(np.zeros(0, dtype=np.int64), nothing, nothing, {"gold": len(rows)}, len(rows))

    def day(self, questions: pl.DataFrame, said: Answers) -> Done:
        """Review a day's questions (QUESTIONS), and learn from it. said: the lead stands in the last column."""
        read = self._read(questions)
        sure = self._sure(read, questions)
        audit = sure & (self.chance.random(len(sure)) < self.way.audit)
        asked = np.flatnonzero(~sure | audit)
        answer, told, looks = self._asked(read, said, asked)
        answer = np.where(sure & ~audit, PROPOSED, answer)
        kinds = {"audit": audit, "first": ~sure}
        # Where nobody is asked any more the lead has the first word as well.
        begun = asked if told["words"] else asked[:0]
        words_of = {name: int(mask[begun].sum()) for name, mask in kinds.items()}
        words_of["more"] = told["words"] - len(begun)
        self._learn(read, answer, asked, audit)
        return Done(answer, _is_right(answer, said), sure & ~audit, {**words_of, "lead": told["lead"]}, looks)

    def renew(self, unseen: pl.DataFrame) -> None:
        """There is a new reader: what was shown of the old one says nothing of it."""
        self.unseen, self.decided, self.audited = unseen, unseen.clear(), unseen.clear()

    def _read(self, questions: pl.DataFrame) -> pl.DataFrame:
        """The questions with their confidence as decided ones show it to mean."""
        curves = calibrated_by_group(pl.concat([self.unseen, self.decided]))
        self.curves = Acceptance(curves, {REST: None}, Target())
        return self._calibrated(questions)

    def _calibrated(self, rows: pl.DataFrame) -> pl.DataFrame:
        one_family = rows.with_columns(pl.lit("rule").alias("method"), pl.lit("").alias("model_version"))
        return self.curves.calibrated(one_family).select(rows.columns)

    def _sure(self, read: pl.DataFrame, questions: pl.DataFrame) -> Bools:
        """What is accepted without a person: by thresholds that unseen products and audits have proven, and by the flat
        one of the way, if it has one, where nothing is proven."""
        if self.way.target is None:
            return (read["confidence"] >= self.way.wanted).to_numpy()
        cases = self._calibrated(pl.concat([self.unseen, self.audited])).rename({"attribute": "group"})
        certified = certify(cases, Target(self.way.target), Search())
        threshold = read.select(threshold_of(certified, pl.col("attribute"))).to_series()
        flat = NEVER if self.way.unproven is None else self.way.unproven
        unproven = (threshold == NEVER) & (questions["confidence"] >= flat)
        sure: Bools = ((read["confidence"] >= threshold) | unproven).to_numpy()
        return sure

    def _asked(self, read: pl.DataFrame, said: Answers, rows: Ints) -> tuple[Ints, dict[str, int], int]:
        """Of each question the answer that stands (as of `Answers.key`), words, and looks."""
        ids = [f"{number}" for number in read["question"]]
        confidence, groups = read["confidence"].to_numpy(), read["group"].rank("dense").cast(pl.Int64).to_numpy()
        order = self._order(groups)
        before, looks, lead = self.journal.height, 0, 0
        waiting = rows
        for turn in range(self.way.people + 1):
            settles = turn == min(self.way.people, int(self.active.sum()))
            who = np.full(len(waiting), len(self.names)) if settles else order[waiting, turn]
            self._said(said, waiting, who, ids, confidence[waiting], "settle" if settles else "decide")
            looks += len(np.unique(groups[waiting] * 1_000 + who))
            lead += len(waiting) if settles else 0
            stands = standing(self.journal[before:], NOBODY, self.trust)
            left = stands.filter(pl.col("state") != DECIDED)["question_id"]
            mine = pl.Series(ids).gather(waiting).is_in(left.implode())
            waiting = waiting[mine.to_numpy()]
            if settles or not len(waiting):
                break
        words_now = self.journal[before:]
        answer = self._answers(read, said, ids, stands, words_now)
        return answer, {"words": words_now.height - lead, "lead": lead}, looks

    def _order(self, groups: Ints) -> Ints:
        """Of each question the people who are asked in turn; those of a group are asked the same, as long as it can."""
        chance = self.chance.random((int(groups.max(initial=0)) + 1, len(self.names)))
        chance[:, ~self.active] = 2.0
        return np.argsort(chance, axis=1)[groups]

    def _answers(
        self, read: pl.DataFrame, said: Answers, ids: list[str], stands: pl.DataFrame, spoken: pl.DataFrame
    ) -> Ints:
        places = {value: place for place, value in enumerate(said.values)}
        told = stands.join(spoken.select("sequence", "verdict", "value"), on="sequence", how="left")
        keys = {"accept": PROPOSED, "reject": REFUSED}
        found = {
            question: keys.get(verdict, places.get(value, REFUSED)) if verdict else REFUSED
            for question, verdict, value in told.select("question_id", "verdict", "value").iter_rows()
        }
        return np.array([found.get(question, REFUSED) for question in ids], dtype=np.int64)

    def _said(
        self, said: Answers, rows: Ints, who: Ints, ids: list[str], confidence: NDArray[np.float64], purpose: str
    ) -> None:
        names = (*self.names, "lead")
        spoken = words(said, rows, who, names, ids, confidence, purpose, self.journal.height)
        self.journal = pl.concat([self.journal, spoken])

    def _learn(self, read: pl.DataFrame, answer: Ints, asked: Ints, audit: Bools) -> None:
        told = read.with_columns(pl.Series("is_right", answer == PROPOSED)).select(self.unseen.columns)
        picked = np.zeros(read.height, dtype=bool)
        picked[asked] = True
        self.decided = pl.concat([self.decided, told.filter(pl.Series(picked & ~audit))])
        self.audited = pl.concat([self.audited, told.filter(pl.Series(audit))])
        self.trust = self._learned()

    def _learned(self) -> Trust:
        """What words so far show; who shows to be no help is not asked any more."""
        way = self.way
        learning = Learning(way.unknown, way.strength, way.doubt, way.wanted, way.people)
        settled = self.journal.filter(pl.col("purpose") == "settle").select(
            "question_id", (pl.col("verdict") == "accept").alias("is_right"), "value", "unit"
        )
        trust = learned_trust(self.journal, pl.concat([self.known, settled]), learning=learning)
        known = trust.facts["people"]
        self.active = np.array(
            [name not in known or known[name]["accuracy"] >= way.dropped for name in self.names], dtype=bool
        )
        return trust
