"""Reliability diagrams as pictures.

Belongs here: drawing bins of confidence (`reliability.BINNED`) as one SVG text. Does not belong here: the figures, and
where a picture is kept or shown.

A diagram shows for each bin how often it was right (a bar, with its interval) over what was said; on the diagonal what
was said is what came (Niculescu-Mizil and Caruana, "Predicting Good Probabilities with Supervised Learning", ICML
2005). The picture holds all it needs: no font, script or address from elsewhere. The same bins give the same bytes.
"""

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from catalog_assets.certainty.reliability import calibration_error

WIDE, HIGH = 250, 220
"""Of a plot; all lengths are in pixels."""
LEFT, RIGHT, TOP, BOTTOM = 46, 20, 92, 44
"""Around a plot."""
HEAD = 44
A_ROW = 3
"""Diagrams that stand side by side."""
COUNT_STEP = 11
"""The least distance of two counts: they stand upright."""
LONGEST = 34
"""Characters of a name that stand above a diagram; the description has all."""
THIN = 2.0
"""A bar is at least that wide."""
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.name{font-size:14px;font-weight:600}.head{font-size:17px;"
    "font-weight:600}.small{font-size:10px;fill:#57606a}.ground{fill:#fff}.bar{fill:#5b9bd5;stroke:#fff;"
    "stroke-width:.5}.axis{stroke:#8c959f;fill:none}.grid,.lead{stroke:#d8dee4}.true{stroke:#bc4c00;"
    "stroke-dasharray:5 4;fill:none}.range{stroke:#0a3069;fill:none;stroke-width:1.3}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9da7b3}.ground{fill:#0d1117}.bar{fill:#2f6fad;"
    "stroke:#0d1117}.axis{stroke:#768390}.grid,.lead{stroke:#30363d}.true{stroke:#f0883e}.range{stroke:#a5d6ff}}"
)


@dataclass(frozen=True)
class Panel:
    """One diagram: what it is of, and its bins (`reliability.BINNED`)."""

    name: str
    bins: pl.DataFrame

    def sentence(self) -> str:
        """Its figures in words."""
        cases, right = (int(self.bins[name].sum()) for name in ("cases", "right"))
        error = calibration_error(self.bins)
        if error is None:
            return "no cases"
        return f"{cases:,} cases, {right / cases:.1%} right, calibration error {error:.1%}"


def picture(title: str, panels: Sequence[Panel]) -> str:
    """An SVG text with a diagram for each panel, in their order."""
    columns = max(1, min(A_ROW, len(panels)))
    lines = math.ceil(len(panels) / columns)
    wide, high = columns * (LEFT + WIDE + RIGHT), HEAD + lines * (TOP + HIGH + BOTTOM)
    told = "; ".join(f"{panel.name}: {panel.sentence()}" for panel in panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        'role="img" aria-labelledby="picture-title picture-desc">',
        f'<title id="picture-title">{_escaped(title)}</title>',
        f'<desc id="picture-desc">How often values were right over how sure they were. {_escaped(told)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{wide}" height="{high}"/>',
        f'<text class="head" x="{LEFT}" y="28">{_escaped(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        line, column = divmod(number, columns)
        x, y = column * (LEFT + WIDE + RIGHT) + LEFT, HEAD + line * (TOP + HIGH + BOTTOM) + TOP
        parts += [f'<g transform="translate({x} {y})">', *_diagram(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _diagram(panel: Panel) -> Iterator[str]:
    """A panel, with 0 0 at the plot's upper left corner."""
    yield f'<text class="name" x="0" y="-70">{_escaped(_short(panel.name))}</text>'
    yield f'<text class="small" x="0" y="-54">{_escaped(panel.sentence())}</text>'
    rows = panel.bins.to_dicts()
    # Confidences are mostly high: the axis begins at the tenth below the least of them.
    first = math.floor(10 * min((row["least"] for row in rows), default=0.0) + 1e-9) / 10
    first = min(first, 0.9)
    yield from _axes(first)
    edges = _edges(rows, first)
    for row, left, right in zip(rows, edges, edges[1:], strict=False):
        yield from _bar(row, left, right, _across(row["said"], first))
    yield f'<path class="true" d="M0 {_n(_up(first))}L{WIDE} 0"/>'
    yield from _counts(rows, [(left + right) / 2 for left, right in pairwise(edges)])


def _axes(first: float) -> Iterator[str]:
    for tenth in range(0, 11, 2):
        y = _n(_up(tenth / 10))
        yield f'<path class="grid" d="M0 {y}H{WIDE}"/><text class="small" x="-6" y="{y}" dy="3" ' + (
            f'text-anchor="end">{tenth * 10}%</text>'
        )
    tenths = range(10, round(10 * first) - 1, -1)
    for tenth in tenths[:: 2 if len(tenths) > 6 else 1]:
        x = _n(_across(tenth / 10, first))
        yield f'<text class="small" x="{x}" y="{HIGH + 14}" text-anchor="middle">{tenth * 10}%</text>'
    yield f'<path class="axis" d="M0 0V{HIGH}H{WIDE}"/>'
    yield f'<text class="small" x="{WIDE / 2:g}" y="{HIGH + 30}" text-anchor="middle">confidence</text>'
    yield f'<text class="small" transform="translate(-34 {HIGH / 2:g})rotate(-90)" text-anchor="middle">right</text>'


def _edges(rows: Sequence[dict[str, float]], first: float) -> list[float]:
    """Where bars begin and end: between bins in the middle of what lies between them."""
    if not rows:
        return []
    middles = [(one["most"] + other["least"]) / 2 for one, other in pairwise(rows)]
    return [_across(at, first) for at in (rows[0]["least"], *middles, rows[-1]["most"])]


def _bar(row: dict[str, float], left: float, right: float, said: float) -> Iterator[str]:
    wide = max(right - left, THIN)
    left = min(left, WIDE - wide)
    told = (
        f"{row['least']:.3f} to {row['most']:.3f}, {row['said']:.1%} on average: {row['right']:,} of {row['cases']:,} "
        f"right, {row['share']:.1%} ({row['low']:.1%} to {row['high']:.1%})"
    )
    low, high = _n(_up(row["low"])), _n(_up(row["high"]))
    yield (
        f'<g><title>{_escaped(told)}</title><rect class="bar" x="{_n(left)}" y="{_n(_up(row["share"]))}" '
        f'width="{_n(wide)}" height="{_n(HIGH - _up(row["share"]))}"/>'
        f'<path class="range" d="M{_n(said)} {low}V{high}M{_n(said - 2)} {low}h4M{_n(said - 2)} {high}h4"/></g>'
    )


def _counts(rows: Sequence[dict[str, float]], middles: Sequence[float]) -> Iterator[str]:
    """How many cases each bar stands for, above it, or beside that where bars are close."""
    places = list(middles)
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + COUNT_STEP)
    latest = float(WIDE)
    for number in reversed(range(len(places))):
        places[number] = min(places[number], latest)
        latest = places[number] - COUNT_STEP
    for row, middle, place in zip(rows, middles, places, strict=True):
        yield f'<path class="lead" d="M{_n(middle)} 0L{_n(place)} -8"/>'
        turned = f"translate({_n(place + 3)} -11)rotate(-90)"
        yield f'<text class="small" transform="{turned}">{row["cases"]:,}</text>'


def _across(confidence: float, first: float) -> float:
    return WIDE * (confidence - first) / (1 - first)


def _up(share: float) -> float:
    return HIGH * (1 - share)


def _n(length: float) -> str:
    return f"{round(length, 1) + 0.0:g}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _escaped(text: str) -> str:
    """Text as XML may hold it: signs escaped, characters that XML does not know left out."""
    return html.escape("".join(c for c in text if c.isprintable()))
