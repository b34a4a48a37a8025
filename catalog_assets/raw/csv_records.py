"""CSV: what is a record, what is not, and the cells of records.

Belongs here: lines -> records (with the rules `unclosed_quote`, `stray_quote`, `field_count`, `bad_header`), headers,
cells. Does not belong here: what a quote means (`csv_scan.py`).

A file that is written as CSV should be is read exactly so, whatever its cells hold. Where it is not, each physical
line is asked two questions at once (what if a record starts here? what if it goes on here?), and a record that does
not come out well spoils its first line alone: reading goes on at the next one, so that a quote never swallows the
rest of a file.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pyarrow as pa

from catalog_assets.configuration import Limits, Source
from catalog_assets.raw.csv_scan import Dialect, Inner, Scan, scan, scan_lines
from catalog_assets.raw.records import NOTHING, Split, finish, judge, left_over, read_spans, with_faults
from catalog_assets.raw.spans import (
    SPACE,
    STEPS,
    Bytes,
    Flags,
    Positions,
    after_mark,
    as_bytes,
    cut_text,
    filled_lines,
    in_parallel,
    joined_bytes,
    line_chunks,
    newline_of,
    no_positions,
    row_chunks,
    shown,
    skip_backward,
    skip_forward,
    texts,
)

COLUMNS_MAX = 10_000
"""More columns than this are no table but a wrong delimiter or a broken file."""

DELIMITERS = ",;\t|"
"""What a header of a single column is searched for, since a product has more than one."""

BLANK = b" \r\n"
"""What stands between records: line ends, and lines of nothing but spaces."""

BURIED = 5
"""A quoted field whose lines are all records by themselves, this many of them, is taken for a quote left open: it
would be right as CSV, but an inch mark in the same column lets it end anywhere, and the records would be gone."""


@dataclass(frozen=True)
class Lines:
    """The physical lines of a file that are not blank, and for each one: separators and state if a record starts
    there, and if one goes on there inside a quoted field. (Blank lines are no records, and in a quoted field they
    change nothing.)"""

    starts: Positions
    ends: Positions
    counts: Positions
    open: Flags
    stray: Flags
    inner_counts: Positions
    inner_open: Flags
    inner_stray: Flags
    inner_opening: Flags
    delimiters: Positions


@dataclass(frozen=True)
class Records:
    """Records as lines: first and last line of each, its number of fields, and what is wrong with it."""

    head: Positions
    tail: Positions
    fields: Positions
    misfit: Flags
    stray: Flags
    unclosed: Flags


@dataclass(frozen=True)
class Width:
    """How many fields a record must have: columns up to the last one with a name, and all of them.

    `padded`: the file has the habit of ending records with more empty fields than its header has, and they may.
    """

    least: int
    most: int
    padded: bool = True


@dataclass(frozen=True)
class Header:
    """The header: its text, the line behind it, its width; or why it is of no use (then it counts as a record)."""

    text: str | None
    next_line: int
    width: Width | None
    problem: str | None = None


def split_csv(data: bytes, source: Source, limits: Limits) -> Split:
    """Take a CSV file apart; see `splitting.split`."""
    dialect = Dialect.of(source.csv)
    lines = _lines(data, dialect, limits)
    if not len(lines.starts):
        return NOTHING
    header = _header(data, lines, source, dialect, limits)
    width = header.width
    if width is None and header.problem is None:
        width = _usual_width(_records(data, lines, header.next_line, None, dialect, limits))
    records = _records(data, lines, header.next_line, width, dialect, limits)
    if width and not _is_habit(records, width):
        width = replace(width, padded=False)
        records = _records(data, lines, header.next_line, width, dialect, limits)
    starts, ends = lines.starts[records.head], lines.ends[records.tail]
    begin = int(lines.ends[header.next_line - 1]) if header.next_line else after_mark(data)
    faults = left_over(as_bytes(data), (starts, ends), (begin, len(data)), BLANK, "field_count")
    frame = read_spans(data, starts, ends, source.encoding, limits)
    if header.problem:
        frame = frame.with_columns(rule=pl.lit("bad_header"), message=pl.lit(header.problem))
    if width:
        frame = _judge(frame, records, width, dialect)
    frame, received = with_faults(frame, faults), len(records.head) + len(faults)
    return finish(frame, data, source.encoding, limits, "csv", header.text, received=received)


def _lines(data: bytes, dialect: Dialect, limits: Limits) -> Lines:
    buffer = as_bytes(data)
    newline = newline_of(data, dialect.quote)

    def read(chunk: tuple[int, int]) -> Lines:
        starts, ends = filled_lines(buffer, *chunk, newline[0])
        if len(starts) == 1 and ends[0] - starts[0] > limits.record_bytes:
            return _unread(starts, ends)
        return _joined(buffer, starts, ends, *scan_lines(buffer, starts, ends, dialect))

    parts = in_parallel(read, line_chunks(data, after_mark(data), newline))
    if not parts:
        parts = [_unread(no_positions(), no_positions())]
    return Lines(*(np.concatenate([getattr(part, name) for part in parts]) for name in Lines.__dataclass_fields__))


def _joined(buffer: Bytes, starts: Positions, ends: Positions, outer: Scan, inner: Inner) -> Lines:
    spaced = np.flatnonzero((outer.counts == 0) & (buffer[starts] == SPACE))
    filled = np.ones(len(starts), dtype=bool)
    filled[spaced] = skip_forward(buffer, starts[spaced], ends[spaced], b" ") < ends[spaced]
    lines = Lines(
        starts, ends, outer.counts, outer.open, outer.stray,
        inner.counts, inner.open, inner.stray, inner.opening, inner.delimiters,
    )  # fmt: skip
    if filled.all():
        return lines
    return Lines(*(getattr(lines, name)[filled] for name in Lines.__dataclass_fields__))


def _unread(starts: Positions, ends: Positions) -> Lines:
    """A line larger than any record may be: it is not looked into, and nothing can go on in it."""
    none, no = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=bool)
    return Lines(starts, ends, none, no, no, none, no, ~no, ~no, none)


def _header(data: bytes, lines: Lines, source: Source, dialect: Dialect, limits: Limits) -> Header:
    if not source.csv.header:
        return Header(None, 0, None)
    last = 0
    if lines.open[0]:
        last = 1 + int(np.argmin(np.append(lines.inner_open[1:], False)))
    broken = lines.stray[0] or last == len(lines.starts) or lines.inner_stray[1 : last + 1].any()
    span = slice(int(lines.starts[0]), int(lines.ends[min(last, len(lines.ends) - 1)]))
    text = None
    if not broken and span.stop - span.start <= limits.record_bytes:
        text = texts(data[span], np.array([0]), np.array([span.stop - span.start]), source.encoding)[0]
    names = [] if text is None else column_names(text, dialect)
    width = Width(max((i for i, name in enumerate(names, 1) if name), default=0), len(names))
    problem = _header_problem(text, names, source)
    if not problem and last and _swallows_records(as_bytes(data), lines, last, width, dialect):
        problem = "a quote in it is left open, and lines that it would reach over are records; check csv.quote"
    if problem:
        begin = shown(data[span][:200], source.encoding)
        return Header(None, 0, None, f"The header is of no use: {problem}. It begins: {begin}")
    return Header(text, last + 1, width)


def _swallows_records(buffer: Bytes, lines: Lines, last: int, width: Width, dialect: Dialect) -> bool:
    """Whether a header that goes on to line `last` does so by a quote left open, over lines that are records.

    One such line is enough, since what a header takes in is not even refused. It is a record if it has the width of
    the header, no field of which begins behind its first line; or if not that, then as many fields as the first line
    would have without quotes, and so have more of all lines than have the width of the header.
    """
    whole = ~(lines.open | lines.stray)
    fields = np.where(whole, lines.counts + 1, 0)
    own, inside, behind = int(lines.counts[0]) + 1, fields[1 : last + 1], fields[last + 1 :]
    fits = ~_misfit(buffer, lines.starts[1 : last + 1], lines.ends[1 : last + 1], inside, width, dialect)
    if own == width.most and (fits & (inside > 1)).any():
        return True
    stated = int(lines.delimiters[0]) + 1
    likely = int((fields == stated).sum()) > int((behind == width.most).sum())
    return stated not in (1, width.most) and likely and bool((inside == stated).any())


def _header_problem(text: str | None, names: list[str], source: Source) -> str | None:
    if text is None or not any(names):
        return f"it is broken, empty, or no text in {source.encoding}; check csv.quote, csv.escape and encoding"
    if len(names) > COLUMNS_MAX:
        return f"it has {len(names)} columns, more than {COLUMNS_MAX}; check csv.delimiter"
    if _holds_line_end(text, Dialect.of(source.csv)):
        return "a line ends in it otherwise than the file's lines do (CR, LF); have one line end used throughout"
    other = next((mark for mark in DELIMITERS if mark in text), None)
    if len(names) == 1 and other:
        return f"it is one column, in which {other!r} looks like the delimiter; check csv.delimiter"
    return None


def _holds_line_end(text: str, dialect: Dialect) -> bool:
    """Whether CR or LF stands in a name that is not quoted (at the end it is part of a line end such as CR CR LF)."""
    data = text.strip("\r\n").encode()
    if b"\r" not in data and b"\n" not in data:
        return False
    separators = scan(as_bytes(data), np.array([0]), np.array([len(data)]), dialect).separators.tolist()
    pairs = itertools.pairwise([-1, *separators, len(data)])
    names = (data[before + 1 : behind].lstrip(dialect.padding) for before, behind in pairs)
    return any((b"\r" in name or b"\n" in name) and name[0] != dialect.quote for name in names)


def column_names(header: str, dialect: Dialect) -> list[str]:
    """Names of the columns, in order, outer whitespace taken off; a name that comes again gets a number (`name_2`)."""
    data = header.encode()
    starts, ends = np.array([0]), np.array([len(data)])
    count = int(scan(as_bytes(data), starts, ends, dialect).counts[0]) + 1
    if count > COLUMNS_MAX:
        return [f"c{i}" for i in range(1, count + 1)]
    found = _cells(pa.py_buffer(data), starts, ends, dialect, list(range(count)))
    stated = [(cell[0] or "").strip() for cell in found]
    names: list[str] = []
    seen: set[str] = set()
    taken = set(stated)
    # A name that is taken stays so: the search for the next free number goes on where the last one stopped.
    numbers = {name: itertools.count(2) for name in taken}
    for name in stated:
        fresh = name
        if name and name in seen:
            fresh = next(other for n in numbers[name] if (other := f"{name}_{n}") not in taken)
            taken.add(fresh)
        seen.add(name)
        names.append(fresh)
    return names


def _usual_width(records: Records) -> Width | None:
    """A file without a header is as wide as most of its records."""
    if not len(records.fields):
        return None
    usual = int(np.bincount(records.fields).argmax())
    return Width(usual, usual)


def _is_habit(records: Records, width: Width) -> bool:
    """Whether empty fields too many are how the file is written: at least half of its records have them.

    Where only some do, a delimiter too many in the middle of a record is as likely: behind it every value is one
    column further on, and an empty last column makes it look the same.
    """
    surplus = records.fields > width.most
    return not surplus.any() or 2 * int((surplus & ~records.misfit).sum()) >= len(surplus)


def _records(data: bytes, lines: Lines, begin: int, width: Width | None, dialect: Dialect, limits: Limits) -> Records:
    """Which lines are records, from line `begin` on.

    A line that ends inside a quoted field goes on to the next line that ends outside. Such a run of lines is one
    record when its quotes and its number of fields are right (and it does not bury whole records). It is one *broken*
    record when only a quote or the number is wrong and none of its lines could stand alone. Otherwise the quote was
    never meant to reach so far, and the first line alone is broken.
    """
    buffer, size = as_bytes(data), len(lines.starts)
    fields, stray = lines.counts + 1, lines.stray.copy()
    misfit = _misfit(buffer, lines.starts, lines.ends, fields, width, dialect)
    alone = ~(misfit | lines.open | stray)
    head = np.flatnonzero(lines.open & ~stray)
    closing = np.append(np.where(lines.inner_open, size, np.arange(size)), size)
    closing = np.minimum.accumulate(closing[::-1])[::-1]
    tail = closing[head + 1]
    head, tail = head[tail < size], tail[tail < size]
    fields[head] += _behind(lines.inner_counts, head, tail)
    stray[head] = _behind(lines.inner_stray, head, tail) > 0
    misfit[head] = _misfit(buffer, lines.starts[head], lines.ends[tail], fields[head], width, dialect)
    finished = ~_misfit(buffer, lines.starts[head], lines.ends[head], lines.delimiters[head] + 1, width, dialect)
    buried = _behind(alone, head, tail)
    buries = finished & (buried == tail - head) & (buried >= BURIED) & (width is not None and width.most > 2)
    broken_as_one = (
        (_behind(lines.inner_opening, head, tail) == 0)
        & (buried - (alone[tail] & ~finished) == 0)
        & (lines.ends[tail] - lines.starts[head] <= limits.record_bytes)
    )
    whole = np.where(stray[head] | misfit[head], broken_as_one, ~buries)
    last, inside = _chain(size, begin, head[whole], tail[whole])
    first = np.flatnonzero(~inside)
    first = first[first >= begin]
    unclosed = lines.open[first] & (last[first] == first) & ~lines.stray[first]
    return Records(first, last[first], fields[first], misfit[first], stray[first] & ~unclosed, unclosed)


def _behind(values: Positions | Flags, head: Positions, tail: Positions) -> Positions:
    """Sum over the lines behind `head` up to and with `tail`."""
    total = np.concatenate(([0], np.cumsum(values)))
    found: Positions = total[tail + 1] - total[head + 1]
    return found


def _chain(size: int, begin: int, heads: Positions, tails: Positions) -> tuple[Positions, Flags]:
    """Follow the runs of lines from `begin` on; one that starts inside another is none.

    Returns the last line of the run that each line starts (itself where it starts none), and whether it is inside one.
    """
    taken: list[tuple[int, int]] = []
    here = begin
    for head, tail in zip(heads.tolist(), tails.tolist(), strict=True):
        if head >= here:
            taken.append((head, tail))
            here = tail + 1
    last = np.arange(size)
    if not taken:
        return last, np.zeros(size, dtype=bool)
    first, final = np.array(taken).T
    last[first] = final
    steps = np.zeros(size + 1, dtype=np.int64)
    steps[first + 1] += 1
    steps[final + 1] -= 1
    return last, np.cumsum(steps[:-1]) > 0


def _misfit(
    buffer: Bytes, starts: Positions, ends: Positions, fields: Positions, width: Width | None, dialect: Dialect
) -> Flags:
    """Whether records have another number of fields than they should; surplus fields that are empty do not count."""
    if width is None:
        return np.zeros(len(fields), dtype=bool)
    if not width.padded:
        return (fields < width.least) | (fields > width.most)
    wrong = fields < width.least
    more = np.flatnonzero(fields > width.most)
    wrong[more] = _empty_at_end(buffer, starts[more], ends[more], dialect) < fields[more] - width.most
    return wrong


def _empty_at_end(buffer: Bytes, starts: Positions, ends: Positions, dialect: Dialect) -> Positions:
    """How many empty fields stand at the end of each record."""
    cuts = skip_backward(buffer, starts, ends, bytes([dialect.delimiter]) + dialect.padding)
    found = np.zeros(len(ends), dtype=np.int64)
    for step in range(STEPS):
        at = ends - 1 - step
        found += (at >= cuts) & (buffer[np.maximum(at, 0)] == dialect.delimiter)
    for i in np.flatnonzero(ends - cuts > STEPS).tolist():
        found[i] = int(np.count_nonzero(buffer[cuts[i] : ends[i]] == dialect.delimiter))
    return found


def _judge(frame: pl.DataFrame, records: Records, width: Width, dialect: Dialect) -> pl.DataFrame:
    quote = chr(dialect.quote)
    unclosed = (
        f"A field opens with {quote} and is not closed in a way that makes a record; this line alone is refused. "
        f"Have {quote} inside fields escaped, or check csv.quote and csv.escape."
    )
    stray = (
        f"A {quote} stands inside a quoted field without being escaped, so that nobody can say where the field ends. "
        "Have it escaped, or check csv.quote and csv.escape."
    )
    count = pl.format(
        f"The record has {{}} fields where the file has {width.most} columns; have it corrected, or check "
        "csv.delimiter, csv.quote and csv.escape.",
        pl.lit(pl.Series(records.fields)),
    )
    for flags, rule, message in (
        (records.unclosed, "unclosed_quote", pl.lit(unclosed)),
        (records.stray, "stray_quote", pl.lit(stray)),
        (records.misfit, "field_count", count),
    ):
        frame = judge(frame, pl.lit(pl.Series(flags)), rule, message)
    return frame


def decode_csv(payloads: pl.Series, header: str | None, source: Source, paths: Sequence[str]) -> pl.DataFrame:
    """Cells of records under one header: a String column for each path, null where empty or not there.

    `payloads` are records as `split_csv` yields them; the result has the same length and order.
    """
    dialect = Dialect.of(source.csv)
    places = _places(header, dialect, paths)
    wanted = sorted(set(places.values()))
    joined = payloads.to_frame("p").select(pl.concat_str("p", pl.lit("\n"))).to_series()
    data, starts, ends = joined_bytes(joined)

    def read(rows: slice) -> pl.DataFrame:
        found = _cells(data, starts[rows], ends[rows] - 1, dialect, wanted)
        return pl.DataFrame([cell.alias(str(i)) for i, cell in zip(wanted, found, strict=True)])

    table = pl.concat(in_parallel(read, row_chunks(ends)), rechunk=True) if wanted and len(payloads) else None
    missing = pl.Series([None], dtype=pl.String).new_from_index(0, len(payloads))
    return pl.DataFrame(
        [(missing if table is None or path not in places else table[str(places[path])]).alias(path) for path in paths]
    )


def _places(header: str | None, dialect: Dialect, paths: Sequence[str]) -> dict[str, int]:
    """Which field, from 0, each path names; paths that name none are left out."""
    if header is None:
        numbered = {path: re.fullmatch(r"c([1-9][0-9]{0,4})", path.strip()) for path in paths}
        return {path: int(match[1]) - 1 for path, match in numbered.items() if match}
    index = {name: i for i, name in enumerate(column_names(header, dialect)) if name}
    return {path: index[path.strip()] for path in paths if path.strip() in index}


def _cells(
    data: pa.Buffer, starts: Positions, ends: Positions, dialect: Dialect, wanted: Sequence[int]
) -> list[pl.Series]:
    """The fields with the given numbers (from 0) of each record, as the supplier meant them; empty is null."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    found = scan(buffer, starts, ends, dialect)
    before = np.cumsum(found.counts) - found.counts
    # One entry before and one behind, so that each field lies between two entries; both are overwritten where used.
    borders = np.concatenate(([-1], found.separators, [-1]))
    cells = []
    for number in wanted:
        there = found.counts >= number
        at = np.where(there, before + number, 0)
        low = starts if number == 0 else borders[at] + 1
        high = np.where(found.counts == number, ends, borders[np.minimum(at + 1, len(borders) - 1)])
        cells.append(_cell(data, buffer, low, high, there, dialect))
    return cells


def _cell(data: pa.Buffer, buffer: Bytes, low: Positions, high: Positions, there: Flags, dialect: Dialect) -> pl.Series:
    there = there & (high > low)
    rows = np.flatnonzero(there)
    opening = low[rows]
    if dialect.padding:
        opening = skip_forward(buffer, opening, high[rows], dialect.padding)
    begins = opening < high[rows]
    begins[begins] = buffer[opening[begins]] == dialect.quote
    rows, opening = rows[begins], opening[begins]
    closing = skip_backward(buffer, opening, high[rows], b" ") if dialect.padding else high[rows]
    low, high = low.copy(), high.copy()
    low[rows] = opening + 1
    high[rows] = np.maximum(closing - 1, opening + 1)
    there &= high > low
    text = cut_text(data, low, high, there)
    quoted = np.zeros(len(low), dtype=bool)
    quoted[rows] = True
    return _unescaped(text, pl.Series(quoted), dialect)


def _unescaped(text: pl.Series, quoted: pl.Series, dialect: Dialect) -> pl.Series:
    """Take the escapes out. Two quotes stand for one inside quotes only; a backslash escapes quotes and itself."""
    marks = [chr(dialect.quote), "\\"] if dialect.backslash else [chr(dialect.quote)]
    for rows, inside in ((quoted, True), (~quoted, False)):
        if not rows.any() or not (inside or dialect.backslash):
            continue
        escaped = text.str.contains_any(marks) if len(marks) > 1 else text.str.contains(marks[0], literal=True)
        where = (rows & escaped.fill_null(False)).arg_true()
        if len(where):
            text = text.scatter(where, _plain(text.gather(where), inside, dialect))
    return text


def _plain(text: pl.Series, quoted: bool, dialect: Dialect) -> pl.Series:
    quote = chr(dialect.quote)
    if not dialect.backslash:
        return text.str.replace_all(quote * 2, quote, literal=True)
    # One pass from left to right, since a backslash that is itself escaped escapes nothing.
    mark = re.escape(quote)
    lead = rf"(?:\\|{mark})({mark})" if quoted else rf"\\({mark})"
    return text.str.replace_all(rf"{lead}|\\(\\)", "${1}${2}")
