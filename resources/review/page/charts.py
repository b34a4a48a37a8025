"""Columns by hour as the template draws them.

Belongs here: places and sizes of a chart, in units of its view box. Does not belong here: SVG (the template), what is
counted (the queue).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

HOURS = 24
STEP, WIDTH = 30, 20
HEIGHT = 120
LEFT, TOP, BELOW = 34, 14, 22
ROUND = 3
NICE = (1, 2, 5)


@dataclass(frozen=True)
class Column:
    """One hour. path: of a column with rounded top, empty where nothing was; label: under it, on every third hour."""

    hour: dt.datetime
    words: int
    x: int
    path: str
    label: str


@dataclass(frozen=True)
class Chart:
    """The chart. rules: (y, figure) of the lines across."""

    columns: tuple[Column, ...]
    rules: tuple[tuple[float, int], ...]
    width: int = LEFT + HOURS * STEP
    height: int = TOP + HEIGHT + BELOW
    ground: int = TOP + HEIGHT
    left: int = LEFT
    step: int = STEP

    @property
    def most(self) -> Column:
        """The hour with most."""
        return max(self.columns, key=lambda column: column.words)

    @property
    def total(self) -> int:
        """All together."""
        return sum(column.words for column in self.columns)


def by_hour(words: Mapping[dt.datetime, int], now: dt.datetime) -> Chart:
    """The last 24 hours, the present one included. words: by the beginning of the hour, UTC."""
    last = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    hours = [last - dt.timedelta(hours=back) for back in reversed(range(HOURS))]
    counted = [words.get(hour, 0) for hour in hours]
    top = nice(max(1, *counted))
    columns = tuple(
        _column(place, hour, count, top) for place, (hour, count) in enumerate(zip(hours, counted, strict=True))
    )
    steps = (top,) if top == 1 else (top // 2, top) if top % 2 == 0 else (top,)
    return Chart(columns, tuple((TOP + HEIGHT - HEIGHT * figure / top, figure) for figure in steps))


def nice(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 ... that is not less."""
    power = 1
    while True:
        for digit in NICE:
            if digit * power >= most:
                return digit * power
        power *= 10


def _column(place: int, hour: dt.datetime, count: int, top: int) -> Column:
    x = LEFT + place * STEP + (STEP - WIDTH) // 2
    label = f"{hour:%H}:00" if hour.hour % 3 == 0 else ""
    return Column(hour, count, x, _path(x, HEIGHT * count / top), label)


def _path(x: int, height: float) -> str:
    if height <= 0:
        return ""
    corner = min(ROUND, height)
    ground, top = TOP + HEIGHT, TOP + HEIGHT - height
    return (
        f"M{x} {ground}V{top + corner:.1f}q0 {-corner:.1f} {corner:.1f} {-corner:.1f}"
        f"h{WIDTH - 2 * corner:.1f}q{corner:.1f} 0 {corner:.1f} {corner:.1f}V{ground}z"
    )
