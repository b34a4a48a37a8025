"""The scan against a reader that goes through a line character by character."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog_assets.configuration import Csv
from catalog_assets.raw import csv_scan
from catalog_assets.raw.csv_scan import Dialect, scan, scan_lines
from catalog_assets.raw.spans import as_bytes, line_spans


def walk(line: bytes, dialect: Dialect, inside: bool) -> tuple[list[int], bool, bool, bool]:
    """Separators, whether the line ends inside a quoted field, and whether it holds a stray or an opening quote."""
    separators, stray, opening, at = [], False, False, 0
    while at < len(line):
        byte = line[at]
        if dialect.backslash and byte == ord("\\"):
            # Outside quotes a backslash escapes quotes and itself, and a delimiter stays one.
            following = line[at + 1 : at + 2]
            at += 2 if inside or following in (b"\\", bytes([dialect.quote])) else 1
            continue
        if byte == dialect.quote:
            end = at
            while end < len(line) and line[end] == dialect.quote:
                end += 1
            back, forth = line[:at].rstrip(dialect.padding), line[end:].lstrip(dialect.padding)
            opens = not back or back[-1] == dialect.delimiter
            closes = not forth or forth[0] == dialect.delimiter
            if (end - at) % 2 == 0:
                stray |= not inside and opens and not closes
            elif inside:
                stray |= not closes
                opening |= opens and not closes
                inside = not closes
            else:
                inside = opens
            at = end
            continue
        if byte == dialect.delimiter and not inside:
            separators.append(at)
        at += 1
    return separators, inside, stray, opening


TEXT = st.text(alphabet='a"", \n\\;', max_size=40)


@pytest.mark.parametrize("escape", ["double", "backslash"])
@settings(max_examples=400, deadline=None)
@given(text=TEXT)
@example(text='"a","b"\n"c, d"\n')
@example(text='"a""b",c\nd,3" e\n"f\n')
@example(text='"a\\\\",b\n"a\\",b\n')
def test_each_line_is_read_as_character_by_character_would(escape, text):
    dialect = Dialect.of(Csv(escape=escape))
    data = text.encode() or b"a"
    buffer = as_bytes(data)
    starts, ends = line_spans(buffer, 0, len(data), ord("\n"))
    outer, inner = scan_lines(buffer, starts, ends, dialect)
    alone = scan(buffer, starts, ends, dialect)
    separators = []
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        line = data[start:end]
        found, is_open, stray, _ = walk(line, dialect, inside=False)
        separators += [start + at for at in found]
        assert (outer.counts[i], outer.open[i], outer.stray[i]) == (len(found), is_open, stray)
        assert inner.delimiters[i] == line.count(b",")
        found, is_open, stray, opening = walk(line, dialect, inside=True)
        assert (inner.counts[i], inner.open[i], inner.stray[i]) == (len(found), is_open, stray)
        assert inner.opening[i] == opening
    assert outer.separators.tolist() == separators
    assert alone.separators.tolist() == separators
    np.testing.assert_array_equal(alone.counts, outer.counts)


def test_well_quoted_lines_are_counted_without_looking_at_runs(monkeypatch):
    def never(*_):
        raise AssertionError("runs were built")

    monkeypatch.setattr(csv_scan, "_runs", never)
    data = b'"a","b ""c"", d"\n"e",""\n'
    starts, ends = line_spans(as_bytes(data), 0, len(data), ord("\n"))
    assert scan(as_bytes(data), starts, ends, Dialect.of(Csv())).separators.tolist() == [3, 20]
    unquoted = b'3" a,b\n'
    starts, ends = line_spans(as_bytes(unquoted), 0, len(unquoted), ord("\n"))
    with pytest.raises(AssertionError, match="runs were built"):
        scan(as_bytes(unquoted), starts, ends, Dialect.of(Csv()))
