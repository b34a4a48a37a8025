"""What the simulation of reviewing assumes, and how our way is set: fixed before the test part was looked at.

Belongs here: numbers, and why they are what they are. Does not belong here: what is done with them (`review_people.py`,
`review_ways.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Crowd:
    """The people who answer. accuracy: of each how often a word is right; malicious: of one more, who means harm; lead:
    of the lead, who ends disputes.

    Whoever is wrong of a right proposal refuses it, with the chance `misnames` by writing a wrong value; whoever is
    wrong of a wrong one accepts it, with the chance `misnames_wrong` writes another wrong value. Wrong values are right
    values of the same attribute of other products, so that two people may write the same one.
    """

    accuracy: tuple[float, ...] = (0.80, 0.85, 0.90, 0.93, 0.95, 0.97, 0.98, 0.99)
    malicious: float = 0.05
    lead: float = 0.99
    misnames: float = 0.5
    misnames_wrong: float = 0.3

    @property
    def names(self) -> tuple[str, ...]:
        """Of all who are asked, the malicious one last."""
        return (*(f"person {100 * share:.0f}" for share in self.accuracy), "malicious")

    @property
    def accuracies(self) -> tuple[float, ...]:
        """As `names`."""
        return (*self.accuracy, self.malicious)


@dataclass(frozen=True)
class Way:
    """How we review. days: the products come on so many days; gold: questions with known answers (of products that
    nothing else is learned from) that each person gets before any other; audit: share of what is accepted without a
    person that is asked all the same; wanted, people, unknown, strength, doubt: of `Learning` (trust.py); dropped: who
    is thought to be right less often than this is not asked any more; target: at most this share of what is accepted
    without a person is wrong (with 95 % confidence, proven as `certainty/acceptance.py` does); None: what is at least
    as sure as `wanted` is accepted without a proof, which the pipeline never does of what models say; unproven: where
    no threshold is proven, what is said to be at least so sure is accepted all the same (None: nothing), as the
    pipeline does of suppliers and rules before there is evidence.

    Chosen on the validation part (`review_questions.py`), with four to six seeds. `wanted` is the lowest that `Trust`
    takes: what is decided is mostly surer than the least that is wanted, and 99 % of all is the aim.
    """

    days: int = 10
    gold: int = 10
    audit: float = 0.03
    wanted: float = 0.955
    people: int = 4
    unknown: float = 0.85
    strength: float = 10.0
    doubt: float = 0.35
    dropped: float = 0.7
    target: float | None = 0.01
    unproven: float | None = None


@dataclass(frozen=True)
class Uniform:
    """A way that asks so many people about everything that is less sure than `below`; the most frequent answer counts,
    of equally frequent ones the first."""

    below: float
    words: int


FLAT = Uniform(0.85, 1)
"""The way we are compared with: one word about everything under 0.85."""
SAME = Uniform(0.96, 5)
"""On the validation parts the cheapest of its kind that reached 99 % in both (of the limits 0.9, 0.95, 0.96, 0.97, 0.98
and everything; of three, four, five and seven people)."""
UNIFORM = (Uniform(0.85, 3), Uniform(0.85, 5), Uniform(0.96, 3), SAME, Uniform(1.01, 3), Uniform(1.01, 5))
"""Others."""
SIMULATED = (Uniform(0.0, 1), Uniform(0.85, 3), Uniform(0.85, 5), SAME, Uniform(1.01, 1), Uniform(1.01, 5))
"""Others in the simulated world, the first of which asks nobody; stated before they were run there, as were the crowd
and our way (as above, with FLAT's limit as `unproven`, and beside it without one)."""
ENOUGH = 0.99
"""So much of what is accepted is to be right."""


@dataclass(frozen=True)
class Consensus:
    """Consensus compared at equal numbers of words: so many random people about everything that is less sure than
    `below`; gold: questions with known answers that each person gets in the last of our rows, beside these words."""

    below: float = 0.95
    words: tuple[int, ...] = (1, 2, 3, 5)
    gold: int = 10


@dataclass(frozen=True)
class Runs:
    """seeds: of the ways and of consensus; teaching: runs in which decisions also teach the reader anew every so many
    days (it takes minutes a time)."""

    seeds: int = 20
    teaching: int = 3
    every: int = 3
