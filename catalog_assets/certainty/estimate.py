"""How often something is right, from a random sample, with the interval that goes with it.

Belongs here: shares and their intervals. Does not belong here: drawing the sample, and what follows from a low share.

The interval is the exact one of Clopper and Pearson (Biometrika 26, 1934), two-sided.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """Of `cases` drawn at random `right` were right; `low` and `high` bound the true share."""

    cases: int
    right: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The best single guess; None without cases."""
        return self.right / self.cases if self.cases else None

    def __str__(self) -> str:
        if self.share is None:
            return "nothing audited"
        return f"{self.share:.2%} ({self.low:.2%} to {self.high:.2%}) of {self.cases:,}"


def estimate(right: int, cases: int, confidence: float) -> Estimate:
    """The share of right ones among all that the sample was drawn from. Raises ValueError for impossible counts."""
    from scipy.special import betaincinv  # late: it takes half a second, and few runs need it

    if not 0 <= right <= cases or not 0 < confidence < 1:
        raise ValueError(f"{right} right of {cases} with confidence {confidence} is no sample")
    tail = (1 - confidence) / 2
    low = float(betaincinv(right, cases - right + 1, tail)) if right else 0.0
    high = float(betaincinv(right + 1, cases - right, 1 - tail)) if right < cases else 1.0
    return Estimate(cases, right, low, high)


def enough(error: float, confidence: float) -> int:
    """How many cases without a single error it takes before the lower end can reach 1 - error."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log(1 - error))
