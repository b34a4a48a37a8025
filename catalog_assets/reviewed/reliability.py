"""Whether what was said of decided values came true, for people to look at.

Belongs here: which decided values are looked at together. Does not belong here: the figures and the drawing
(`certainty/reliability.py`, `certainty/diagram.py`), reading cases (`cases.py`), and what follows (`certifying.py`).

What people decide is mostly what is doubtful; only what was drawn at random tells of all values. So the two are never
in one diagram.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.certainty.diagram import Panel
from catalog_assets.certainty.reliability import BINNED, binned, brier_score, calibration_error
from catalog_assets.drawing import drawn
from catalog_assets.reviewed.acceptance import Policy
from catalog_assets.reviewed.audits import contenders
from catalog_assets.reviewed.known_paths import Known
from catalog_assets.reviewed.transform import choose
from catalog_assets.vocabulary.verdicts import AFFIRMED

ASKED, AUDITED = "not drawn", "audited"
BARS = 10
"""Bins of a diagram: a day has few cases."""
FEW = 30
"""Attributes with fewer cases are shown together."""
DIGITS = 4
PART = "part"


def told_of_reliability(proposed: pl.DataFrame, known: Known, policy: Policy, share: float) -> dict[str, Any]:
    """The day's decided values as metadata, with the confidences that they would have if nobody had decided; nothing
    where nobody has. proposed: PROPOSAL of `transform.py`; share: of all questions, drawn for audit."""
    said = known.decisions.select("question_id", "verdict")
    if said.is_empty():
        return {}
    chosen = choose(contenders(proposed, said), known.decisions.clear(), policy)
    right = (pl.col("verdict") == AFFIRMED[0]).alias("is_right")
    cases = chosen.join(said, on="question_id", maintain_order="left").with_columns(right)
    parts = _parted(cases.unique("question_id", keep="last", maintain_order=True), share)
    if not parts:
        return {}
    figures = pl.concat([binned(mine, BARS).select(pl.lit(name).alias(PART), *BINNED) for name, mine in parts.items()])
    return {
        "reliability": figures.with_columns(pl.col(pl.Float64).round(DIGITS)).to_dicts(),
        "calibration": [_summed(name, mine) for name, mine in parts.items()],
    }


def _parted(cases: pl.DataFrame, share: float) -> dict[str, pl.DataFrame]:
    is_drawn = drawn(pl.col("question_id"), share)
    parts = {ASKED: cases.filter(~is_drawn), AUDITED: cases.filter(is_drawn)}
    return {name: mine for name, mine in parts.items() if mine.height}


def _summed(name: str, cases: pl.DataFrame) -> dict[str, Any]:
    bins = binned(cases, BARS)
    return {
        PART: name, "cases": cases.height, "right": int(cases["is_right"].sum()),
        "calibration_error": round(calibration_error(bins) or 0.0, DIGITS),
        "brier_score": round(brier_score(cases) or 0.0, DIGITS),
    }  # fmt: skip


def panels_of(rows: list[Mapping[str, Any]]) -> list[Panel]:
    """The diagrams of what `told_of_reliability` says under "reliability"."""
    known = pl.DataFrame(rows, schema={PART: pl.String, **BINNED})
    parts = known.group_by(PART, maintain_order=True)
    return [Panel(str(name), mine.drop(PART)) for (name,), mine in parts]


def panels(cases: pl.DataFrame, share: float) -> list[Panel]:
    """Diagrams of all of these, then by method and by attribute; what was drawn for audit apart.

    cases: CASES of `acceptance.py`; share: as above.
    """
    told = []
    for part, mine in _parted(cases, share).items():
        told += [_panel(part, mine), *_by(mine, "method", part, 1), *_by(mine, "attribute", part, FEW)]
    return told


def _by(cases: pl.DataFrame, column: str, part: str, least: int) -> list[Panel]:
    """One diagram for each value of a column with at least so many cases, the most frequent first, and one for the
    others."""
    counts = cases.group_by(column).len().sort("len", column, descending=[True, False])
    own = counts.filter(pl.col("len") >= least)[column].to_list()
    told = [_panel(f"{part}: {column} {name}", cases.filter(pl.col(column) == name)) for name in own]
    rest = cases.filter(~pl.col(column).is_in(own))
    return told + ([_panel(f"{part}: other {column}s", rest)] if own and rest.height else [])


def _panel(name: str, cases: pl.DataFrame) -> Panel:
    return Panel(name, binned(cases, BARS))
