"""Where the fields of CSV records stand: one scan over many segments at once, exact to the byte.

Belongs here: the dialect, and what a quote means. Does not belong here: what a record is (`csv_records.py`).

A quote opens a field only where a field begins (spaces may come before it), and closes it only where one ends; inside,
two quotes stand for one. With the escape "backslash", a quote behind a backslash is text too. So a run of an even
number of quotes never changes whether one is inside a quoted field, and a run of an odd number is one of four, told
by what stands around it: it opens whatever came before, it closes, it does the one or the other in turn, or it means
nothing. That makes the state behind each run a matter of running maxima and sums, which NumPy computes for all
segments together; each segment starts afresh, so that a stray quote reaches no further than its own.
"""

from dataclasses import dataclass

import numpy as np

from catalog_assets.configuration import Csv
from catalog_assets.raw.spans import (
    BACKSLASH,
    SPACE,
    Bytes,
    Flags,
    Positions,
    skip_backward,
    skip_forward,
)


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written, as bytes."""

    delimiter: int
    quote: int
    backslash: bool

    @classmethod
    def of(cls, csv: Csv) -> "Dialect":
        """The dialect of the settings, which have seen to it that both characters are ASCII and differ."""
        return cls(ord(csv.delimiter), ord(csv.quote), csv.escape == "backslash")

    @property
    def padding(self) -> bytes:
        """What may stand between a delimiter and a quote."""
        return b"" if self.delimiter == SPACE else b" "


@dataclass(frozen=True)
class Scan:
    """What was found in the segments.

    `separators`: positions of the delimiters that part fields, when each segment starts outside quotes; `counts` of
    them a segment; `open`: it ends inside a quoted field; `stray`: it holds a quote where none may stand.
    """

    separators: Positions
    counts: Positions
    open: Flags
    stray: Flags


@dataclass(frozen=True)
class Inner:
    """The same for segments that start inside a quoted field.

    `opening`: a quote inside looks like the begin of a field, so that the field before was probably never closed;
    `delimiters`: how many there are, in quotes or not.
    """

    counts: Positions
    open: Flags
    stray: Flags
    opening: Flags
    delimiters: Positions


@dataclass(frozen=True)
class _Runs:
    """Runs of quotes: position and length, segment, first run of each segment (and one past the last)."""

    at: Positions
    length: Positions
    segment: Positions
    first: Positions
    opens: Flags
    closes: Flags


def scan(buffer: Bytes, starts: Positions, ends: Positions, dialect: Dialect) -> Scan:
    """Scan segments (ascending, parted by at least one byte) that start outside quotes."""
    marks = _marks(buffer, starts, ends, dialect)
    if not marks.quotes.size:
        return _without_quotes(marks)
    inside = _paired(buffer, starts, ends, marks, dialect)
    if inside is None:
        return _scan(buffer, starts, ends, dialect, marks)[0]
    no = np.zeros(len(starts), dtype=bool)
    return Scan(marks.delimiters[~inside], _counts(~inside, marks.border), no, no)


def scan_lines(buffer: Bytes, starts: Positions, ends: Positions, dialect: Dialect) -> tuple[Scan, Inner]:
    """Scan segments for both cases: they start outside quotes, or inside a quoted field."""
    marks = _marks(buffer, starts, ends, dialect)
    if not marks.quotes.size:
        return _without_quotes(marks), _only_text(np.diff(marks.border))
    return _scan(buffer, starts, ends, dialect, marks)


@dataclass(frozen=True)
class _Marks:
    """Positions of delimiters, and of quotes that are no escaped text; delimiters before each segment, and all."""

    delimiters: Positions
    quotes: Positions
    border: Positions


def _marks(buffer: Bytes, starts: Positions, ends: Positions, dialect: Dialect) -> _Marks:
    begin, end = (int(starts[0]), int(ends[-1])) if len(starts) else (0, 0)
    delimiters = np.flatnonzero(buffer[begin:end] == dialect.delimiter) + begin
    quotes = np.flatnonzero(buffer[begin:end] == dialect.quote) + begin
    if dialect.backslash:
        quotes = quotes[~escaped(buffer, begin, end, quotes)]
    return _Marks(delimiters, quotes, np.append(np.searchsorted(delimiters, starts), len(delimiters)))


def _without_quotes(marks: _Marks) -> Scan:
    no = np.zeros(len(marks.border) - 1, dtype=bool)
    return Scan(marks.delimiters, np.diff(marks.border), no, no)


def _counts(flags: Flags, border: Positions) -> Positions:
    passed = np.concatenate(([0], np.cumsum(flags)))
    found: Positions = passed[border[1:]] - passed[border[:-1]]
    return found


def _paired(buffer: Bytes, starts: Positions, ends: Positions, marks: _Marks, dialect: Dialect) -> Flags | None:
    """Whether each delimiter is inside quotes, by counting quotes; None where that is not certain.

    It is when each segment holds an even number of quotes, each odd one stands behind a border of fields or a quote,
    and each even one before such: the plain case, in which there is nothing that `_scan` would see otherwise.
    """
    quotes = marks.quotes
    first = np.append(np.searchsorted(quotes, starts), len(quotes))
    if (first & 1).any() or dialect.backslash:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    near = buffer[np.maximum(opening - 1, 0)]
    good = (near == dialect.delimiter) | (near == dialect.quote)
    some = np.flatnonzero(np.diff(first))
    good[first[some] // 2] |= quotes[first[some]] == starts[some]
    if not good.all():
        return None
    near = buffer[np.minimum(closing + 1, len(buffer) - 1)]
    good = (near == dialect.delimiter) | (near == dialect.quote)
    good[first[some + 1] // 2 - 1] |= quotes[first[some + 1] - 1] == ends[some] - 1
    if not good.all():
        return None
    if len(quotes) > len(marks.delimiters):
        inside: Flags = (np.searchsorted(quotes, marks.delimiters) & 1).astype(bool)
        return inside
    bounds = np.searchsorted(marks.delimiters, quotes)
    return ~_alternating(bounds[0::2], bounds[1::2], len(marks.delimiters))


def _scan(buffer: Bytes, starts: Positions, ends: Positions, dialect: Dialect, marks: _Marks) -> tuple[Scan, Inner]:
    size, delimiters, border = len(starts), marks.delimiters, marks.border
    runs = _runs(buffer, marks.quotes, starts, ends, dialect)
    odd = (runs.length & 1).astype(bool)
    before, settled = _state_before(runs, odd)
    after = np.where(odd, np.where(before, ~runs.closes, runs.opens), before)
    stray = np.where(before, odd, runs.opens & ~odd) & ~runs.closes
    ahead = np.searchsorted(delimiters, runs.at)
    outside = _outside(runs, before, after, ahead, border)
    counts = _counts(outside, border)
    is_open = _last(runs, after, np.zeros(size, dtype=bool))
    found = Scan(delimiters[outside], counts, is_open, _any(runs, stray, size))
    # Inside and outside trade places up to the run that means the same in both cases; from there on all is equal.
    before = np.where(settled, before, ~before)
    after = np.where(odd, np.where(before, ~runs.closes, runs.opens), before)
    stray = np.where(before, odd, runs.opens & ~odd) & ~runs.closes
    opening = before & odd & runs.opens & ~runs.closes
    turn = _turning(odd & (runs.opens != runs.closes), runs, ahead, border)
    passed = np.concatenate(([0], np.cumsum(outside)))
    ahead_outside = passed[turn] - passed[border[:-1]]
    inverted = counts - 2 * ahead_outside + turn - border[:-1]
    is_open = _last(runs, after, np.ones(size, dtype=bool))
    return found, Inner(inverted, is_open, _any(runs, stray, size), _any(runs, opening, size), np.diff(border))


def _only_text(delimiters: Positions) -> Inner:
    """Segments without a quote, inside a quoted field: all of it is text."""
    no = np.zeros(len(delimiters), dtype=bool)
    return Inner(np.zeros(len(delimiters), dtype=np.int64), ~no, no, no, delimiters)


def escaped(buffer: Bytes, begin: int, end: int, positions: Positions) -> Flags:
    """Whether an odd number of backslashes stands before each position; `begin` is not itself escaped."""
    flags: Flags = (positions > begin) & (buffer[np.maximum(positions - 1, 0)] == BACKSLASH)
    behind = np.flatnonzero(flags)
    if behind.size:
        slashes = np.flatnonzero(buffer[begin:end] == BACKSLASH) + begin
        index = np.arange(len(slashes))
        fresh = np.concatenate(([True], np.diff(slashes) != 1))
        run = index - np.maximum.accumulate(np.where(fresh, index, 0)) + 1
        flags[behind] = run[np.searchsorted(slashes, positions[behind]) - 1] % 2 == 1
    return flags


def _runs(buffer: Bytes, quotes: Positions, starts: Positions, ends: Positions, dialect: Dialect) -> _Runs:
    heads = np.flatnonzero(np.concatenate(([True], np.diff(quotes) != 1)))
    at = quotes[heads]
    length = np.diff(np.append(heads, len(quotes)))
    first = np.append(np.searchsorted(at, starts), len(at))
    segment = np.repeat(np.arange(len(starts)), np.diff(first))
    low, high = starts[segment], ends[segment]
    back, forth = at, at + length
    if dialect.padding:
        back = _over_padding(buffer, low, at, backward=True)
        forth = _over_padding(buffer, forth, high, backward=False)
    opens = (back == low) | (buffer[np.maximum(back - 1, 0)] == dialect.delimiter)
    closes = (forth == high) | (buffer[np.minimum(forth, len(buffer) - 1)] == dialect.delimiter)
    return _Runs(at, length, segment, first, opens, closes)


def _over_padding(buffer: Bytes, starts: Positions, ends: Positions, backward: bool) -> Positions:
    """Walk over spaces, from the end of each span backward or from its begin forward; mostly there are none."""
    moved = (ends if backward else starts).copy()
    near = moved - 1 if backward else moved
    some = np.flatnonzero((starts < ends) & (buffer[np.clip(near, 0, len(buffer) - 1)] == SPACE))
    if some.size:
        walk = skip_backward if backward else skip_forward
        moved[some] = walk(buffer, starts[some], ends[some], b" ")
    return moved


def _state_before(runs: _Runs, odd: Flags) -> tuple[Flags, Flags]:
    """Whether each run is met inside a quoted field, if its segment starts outside; and whether that is settled:
    the same if it starts inside."""
    index = np.arange(len(odd))
    constant = odd & (runs.opens != runs.closes)
    latest = np.maximum.accumulate(np.where(constant, index, -1))
    latest = np.concatenate(([-1], latest[:-1]))
    first = runs.first[runs.segment]
    settled = latest >= first
    toggles = odd & runs.opens & runs.closes
    turned = np.concatenate(([0], np.cumsum(toggles)))
    since = np.where(settled, latest, first)
    flips = (turned[index] - turned[since]) & 1
    return (settled & runs.opens[latest]) ^ flips.astype(bool), settled


def _outside(runs: _Runs, before: Flags, after: Flags, ahead: Positions, border: Positions) -> Flags:
    """Whether each delimiter stands outside quoted fields. `ahead`: delimiters before each run; `border`: before each
    segment, and all."""
    opened = ahead[after & ~before]
    closed = ahead[before & ~after]
    if len(closed) < len(opened):
        last = runs.first[1:] - 1
        left = np.flatnonzero((np.diff(runs.first) > 0) & after[last])
        closed = np.sort(np.concatenate((closed, border[left + 1])), kind="stable")
    return _alternating(opened, closed, int(border[-1]))


def _alternating(opened: Positions, closed: Positions, size: int) -> Flags:
    """`size` flags that are false from each of `opened` up to the one of `closed` that follows it."""
    bounds = np.empty(2 * len(opened) + 2, dtype=np.int64)
    bounds[0], bounds[-1] = 0, size
    bounds[1:-1:2], bounds[2:-1:2] = opened, closed
    pattern = np.ones(2 * len(opened) + 1, dtype=bool)
    pattern[1::2] = False
    return np.repeat(pattern, np.diff(bounds))


def _turning(constant: Flags, runs: _Runs, ahead: Positions, border: Positions) -> Positions:
    """Delimiters before the first run of each segment that settles the state (its end where there is none)."""
    where = np.append(np.flatnonzero(constant), len(constant))
    following = where[np.searchsorted(where, runs.first[:-1])]
    inside = following < runs.first[1:]
    return np.where(inside, np.append(ahead, 0)[following], border[1:])


def _last(runs: _Runs, after: Flags, otherwise: Flags) -> Flags:
    """State behind the last run of each segment."""
    return np.where(np.diff(runs.first) > 0, after[runs.first[1:] - 1], otherwise)


def _any(runs: _Runs, flags: Flags, size: int) -> Flags:
    found = np.zeros(size, dtype=bool)
    found[runs.segment[flags]] = True
    return found
