"""The balance of law 1: each unit that enters a stage leaves it in exactly one way.

Belongs here: the fates, recounting by sets of ids, fingerprints of content. Does not belong here: reading or writing
the ledger's table (`stages.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

FATES = ("passed", "quarantined", "superseded", "merged", "skipped", "pending")
EXAMPLES = 5


@dataclass(frozen=True)
class Balance:
    """Counts by fate, and ids that break the balance: in no fate, in more than one, or never received."""

    received: int
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    strange: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether each unit received has exactly one fate."""
        return not (self.missing or self.doubled or self.strange) and self.received == sum(self.counts.values())

    def sentence(self) -> str:
        """What is wrong, with examples; empty when the balance holds."""
        named = (("in no table", self.missing), ("twice", self.doubled), ("never received", self.strange))
        return "; ".join(f"{what}: {', '.join(ids)}" for what, ids in named if ids)


def balance(received: pl.Series, fates: Mapping[str, pl.Series]) -> Balance:
    """Recount. `received` holds the ids that came in, `fates` the ids found under each fate in committed tables."""
    came = received.rename("id")
    found = pl.concat([fates[fate].rename("id").cast(came.dtype) for fate in FATES if fate in fates] or [came.head(0)])
    missing = came.to_frame().join(found.to_frame(), on="id", how="anti").to_series()
    strange = found.to_frame().join(came.to_frame(), on="id", how="anti").to_series()
    doubled = found.filter(found.is_duplicated()) if found.n_unique() < found.len() else found.head(0)
    doubled_input = came.filter(came.is_duplicated()) if came.n_unique() < came.len() else came.head(0)
    return Balance(
        received.len(),
        {fate: fates[fate].len() if fate in fates else 0 for fate in FATES},
        _examples(missing),
        _examples(pl.concat([doubled, doubled_input])),
        _examples(strange),
    )


def _examples(ids: pl.Series) -> tuple[str, ...]:
    return tuple(str(value) for value in ids.unique().sort().head(EXAMPLES))


def content_fingerprint(frame: pl.DataFrame, columns: tuple[str, ...]) -> str:
    """32 hex digits over the rows as a multiset: neither their order nor columns left out change it."""
    if frame.is_empty():
        return "empty"
    first, second = (frame.select(columns).hash_rows(seed=seed) for seed in (11, 1_000_003))
    total = [int(part.cast(pl.Decimal(38, 0)).sum()) & (2**64 - 1) for part in (first, second)]
    return f"{total[0]:016x}{total[1]:016x}"
