"""Spans of bytes and the text in them: the one way in which records and cells are cut out of a buffer.

Belongs here: byte spans -> String columns without copying, encodings, trimming, chunks. Does not belong here: what a
span means (the modules of the formats).
"""

import codecs
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
T = TypeVar("T")
R = TypeVar("R")

CHUNK = 1 << 21
"""Bytes that are scanned at once: few enough to stay near the processor, enough to make Python's share vanish."""

STEPS = 32
"""Bytes that trimming and looking around a quote walk through vectorised; what is longer is rare and walks alone."""

WINDOW = 1 << 16
"""Bytes that are tried at once while looking for those that are no UTF-8."""

SPACE, LINE_FEED, CARRIAGE_RETURN, BACKSLASH = 0x20, 0x0A, 0x0D, 0x5C
JSON_SPACE = b" \t\r\n"
WORKERS = min(4, os.cpu_count() or 1)


def as_bytes(data: bytes) -> Bytes:
    """The buffer as an array, without a copy."""
    return np.frombuffer(data, dtype=np.uint8)


def no_positions() -> Positions:
    """No position at all."""
    return np.empty(0, dtype=np.int64)


def after_mark(data: bytes) -> int:
    """Where the text begins: behind a UTF-8 byte order mark, else at 0."""
    return len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """`work` for each item, in order; NumPy lets the workers run side by side."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def line_chunks(data: bytes, begin: int, newline: bytes) -> Iterator[tuple[int, int]]:
    """Cut [begin, end of data) behind line ends into pieces of about CHUNK bytes; one line is never cut."""
    size = len(data)
    while begin < size:
        end = size if size - begin <= CHUNK else data.rfind(newline, begin, begin + CHUNK) + 1
        if end <= 0:
            end = data.find(newline, begin + CHUNK) + 1 or size
        yield begin, end
        begin = end


def line_spans(buffer: Bytes, begin: int, end: int, newline: int) -> tuple[Positions, Positions]:
    """Begin and end (without its line end) of each line in [begin, end); `end` is behind a line end or at the end."""
    breaks = np.flatnonzero(buffer[begin:end] == newline) + begin
    starts = np.concatenate(([begin], breaks + 1))
    ends = np.concatenate((breaks, [end]))
    if starts[-1] == end:
        starts, ends = starts[:-1], ends[:-1]
    if newline == LINE_FEED:
        return starts, ends - ((ends > starts) & (buffer[np.maximum(ends - 1, 0)] == CARRIAGE_RETURN))
    # Where CR ends lines, an LF beside it belongs to the line end too.
    starts = starts + ((ends > starts) & (buffer[starts] == LINE_FEED))
    return starts, ends - ((ends > starts) & (buffer[np.maximum(ends - 1, 0)] == LINE_FEED))


def filled_lines(buffer: Bytes, begin: int, end: int, newline: int) -> tuple[Positions, Positions]:
    """The lines that hold anything, as `line_spans`: a file of nothing but line ends leaves nothing behind."""
    starts, ends = line_spans(buffer, begin, end, newline)
    filled = starts < ends
    return (starts, ends) if filled.all() else (starts[filled], ends[filled])


def newline_of(data: bytes, quote: int = 0x22) -> bytes:
    """The byte that ends a line: LF (with or without CR before it), or CR.

    CR where the first line ends with it alone, unless LF ends more lines than it does: a file whose lines end with CR
    may still have one LF at its end, or some in quoted text, and one whose lines end with LF a CR in its header.
    """
    feed = data.find(b"\n")
    carriage = data.find(b"\r", 0, feed if feed >= 0 else len(data))
    if carriage < 0:
        return b"\n"
    if feed < 0:
        return b"\r"
    if not data[carriage:feed].strip(b"\r"):  # the line end is CR CR LF, say
        return b"\n"
    carriages, feeds = _line_ends(as_bytes(data), quote)
    return b"\r" if carriages >= feeds else b"\n"


def _line_ends(buffer: Bytes, quote: int) -> tuple[int, int]:
    """How many CR without LF, and how many LF, stand outside quotes (by count: of quotes that pair, or nearly)."""
    carriages, feeds, inside = 0, 0, 0
    for begin in range(0, len(buffer), CHUNK):
        piece = buffer[begin : begin + CHUNK]
        breaks = np.flatnonzero((piece == LINE_FEED) | (piece == CARRIAGE_RETURN))
        quotes = np.flatnonzero(piece == quote)
        breaks = breaks[((np.searchsorted(quotes, breaks) + inside) & 1) == 0]
        is_feed = piece[breaks] == LINE_FEED
        feeds += int(is_feed.sum())
        following = buffer[np.minimum(begin + breaks[~is_feed] + 1, len(buffer) - 1)]
        carriages += int((following != LINE_FEED).sum())
        inside ^= len(quotes) & 1
    return carriages, feeds


def between(
    buffer: Bytes, starts: Positions, ends: Positions, begin: int, end: int, drop: bytes
) -> tuple[Positions, Positions]:
    """What stands in [begin, end) and in none of the spans (ascending), without the bytes of `drop` around it."""
    dropped = np.zeros(256, dtype=bool)
    dropped[list(drop)] = True
    lows, highs = ends[:-1], starts[1:]
    # Nearly all gaps are a line end or a comma: one or two bytes, and here each of them is looked at.
    first, last = buffer.take(lows, mode="clip"), buffer.take(highs - 1, mode="clip")
    plain = (highs - lows <= 2) & dropped[first] & dropped[last]
    odd = np.flatnonzero(~plain)
    lows = np.concatenate(([begin], lows[odd], ends[-1:]))
    highs = np.concatenate((starts[:1], highs[odd], [end]))
    lows = skip_forward(buffer, lows, highs, drop)
    left = np.flatnonzero(lows < highs)
    lows, highs = lows[left], highs[left]
    return lows, skip_backward(buffer, lows, highs, drop)


def skip_forward(buffer: Bytes, starts: Positions, ends: Positions, drop: bytes) -> Positions:
    """First position in each span whose byte is not in `drop` (the span's end where there is none)."""
    starts = starts.copy()
    todo = np.flatnonzero(starts < ends)
    for _ in range(STEPS):
        todo = todo[_one_of(buffer[starts[todo]], drop)]
        if not todo.size:
            return starts
        starts[todo] += 1
        todo = todo[starts[todo] < ends[todo]]
    for i in todo.tolist():
        starts[i] = _walk_forward(buffer, int(starts[i]), int(ends[i]), drop)
    return starts


def skip_backward(buffer: Bytes, starts: Positions, ends: Positions, drop: bytes) -> Positions:
    """End of each span once the bytes in `drop` are taken from it (the span's begin where nothing stays)."""
    ends = ends.copy()
    todo = np.flatnonzero(starts < ends)
    for _ in range(STEPS):
        todo = todo[_one_of(buffer[ends[todo] - 1], drop)]
        if not todo.size:
            return ends
        ends[todo] -= 1
        todo = todo[starts[todo] < ends[todo]]
    for i in todo.tolist():
        ends[i] = _walk_backward(buffer, int(starts[i]), int(ends[i]), drop)
    return ends


def _walk_forward(buffer: Bytes, start: int, end: int, drop: bytes) -> int:
    """One span alone, in growing steps: the work is that of what is skipped, however long the span is."""
    step = STEPS
    while start < end:
        piece = buffer[start : min(start + step, end)].tobytes()
        left = len(piece.lstrip(drop))
        start += len(piece) - left
        if left:
            break
        step *= 2
    return start


def _walk_backward(buffer: Bytes, start: int, end: int, drop: bytes) -> int:
    step = STEPS
    while start < end:
        piece = buffer[max(end - step, start) : end].tobytes()
        left = len(piece.rstrip(drop))
        end -= len(piece) - left
        if left:
            break
        step *= 2
    return end


def _one_of(values: Bytes, wanted: bytes) -> Flags:
    found: Flags = values == wanted[0]
    for byte in wanted[1:]:
        found |= values == byte
    return found


def cut(data: bytes | pa.Buffer, starts: Positions, ends: Positions) -> pl.Series:
    """The spans (ascending, not overlapping) as a Binary column; long ones refer to the buffer."""
    return _cut(data, starts, ends, pa.large_binary(), None)


def cut_text(data: pa.Buffer, starts: Positions, ends: Positions, present: Flags) -> pl.Series:
    """Spans of a buffer that is known to be UTF-8 as a String column, null where not `present`.

    Spans that are present ascend; what the others hold does not matter.
    """
    if present.all():
        return _cut(data, starts, ends, pa.large_utf8(), None)
    return _cut(data, *_without(starts, ends, present), pa.large_utf8(), present)


def _cut(
    data: bytes | pa.Buffer, starts: Positions, ends: Positions, dtype: pa.DataType, present: Flags | None
) -> pl.Series:
    # Arrow knows only values that touch: what lies between two spans becomes a value too, and is left out again.
    offsets = np.empty(max(2 * len(starts), 1), dtype=np.int64)
    offsets[0:-1:2], offsets[1::2] = starts, ends
    valid = None
    if present is not None:
        doubled = np.zeros(len(offsets), dtype=bool)
        doubled[0::2] = present
        valid = pa.py_buffer(np.packbits(doubled, bitorder="little"))
    buffer = data if isinstance(data, pa.Buffer) else pa.py_buffer(data)
    values = pa.Array.from_buffers(dtype, len(offsets) - 1, [valid, pa.py_buffer(offsets), buffer])
    return pl.Series(values).gather_every(2)


def texts(data: bytes, starts: Positions, ends: Positions, encoding: str) -> pl.Series:
    """The spans as a String column, null where the bytes are not valid in the encoding or hold a NUL."""
    nul = np.flatnonzero(as_bytes(data) == 0) if data.find(b"\0") >= 0 else no_positions()
    good = ~_holds(nul, starts, ends)
    if encoding == "utf-8":
        try:
            text = cut(data, starts, ends).cast(pl.String)
        except pl.exceptions.ComputeError:
            good &= ~_not_utf8(data, starts, ends)
            text = cut(data, *_without(starts, ends, good)).cast(pl.String)
    else:
        text, unknown = _recoded(data, starts, ends, encoding)
        good &= ~unknown
    return text if good.all() else text.to_frame("t").select(pl.when(pl.Series(good)).then("t")).to_series()


def _holds(positions: Positions, starts: Positions, ends: Positions) -> Flags:
    """Which spans hold one of the positions."""
    found: Flags = np.searchsorted(positions, starts) != np.searchsorted(positions, ends)
    return found


def _without(starts: Positions, ends: Positions, keep: Flags) -> tuple[Positions, Positions]:
    """The same spans, empty where they are not kept, still ascending."""
    reached = np.maximum.accumulate(np.where(keep, ends, 0))
    return np.where(keep, starts, reached), np.where(keep, ends, reached)


def _not_utf8(data: bytes, starts: Positions, ends: Positions) -> Flags:
    """Which spans are no UTF-8: read on behind each fault, at the next span."""
    bad = np.zeros(len(starts), dtype=bool)
    view, at = memoryview(data), 0
    while at < len(data):
        try:
            at += codecs.utf_8_decode(view[at : at + WINDOW], "strict", at + WINDOW >= len(data))[1]
        except UnicodeDecodeError as error:
            fault = at + error.start
            row = int(np.searchsorted(ends, fault, side="right"))
            at = fault + 1
            if row < len(starts) and starts[row] <= fault:
                bad[row] = True
                at = int(ends[row])
    return bad


def _recoded(data: bytes, starts: Positions, ends: Positions, encoding: str) -> tuple[pl.Series, Flags]:
    """Spans of text in an encoding of one byte a character; and which of them hold bytes that it does not know."""
    every = [bytes([byte]).decode(encoding, "replace") for byte in range(256)]
    widths = np.array([len(character.encode()) - 1 for character in every])
    unknown = np.array([character == "\ufffd" for character in every])
    buffer = as_bytes(data)
    wide = np.flatnonzero(buffer >= 0x80)
    grown = np.concatenate(([0], np.cumsum(widths[buffer[wide]])))
    utf8 = data.decode(encoding, "replace").encode()
    text = cut(utf8, starts + grown[np.searchsorted(wide, starts)], ends + grown[np.searchsorted(wide, ends)])
    return text.cast(pl.String), _holds(wide[unknown[buffer[wide]]], starts, ends)


def shown(piece: bytes, encoding: str) -> str:
    """Bytes for a person to look at: text, and what is no text as backslash escapes."""
    return piece.decode(encoding, "backslashreplace").replace("\0", "\\x00")


def joined_bytes(text: pl.Series) -> tuple[pa.Buffer, Positions, Positions]:
    """The bytes of a String or Binary column behind one another; begin and end of each value (a null has no bytes)."""
    values = text.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    return data if data is not None else pa.py_buffer(b""), ends[:-1], ends[1:]


def row_chunks(ends: Positions) -> list[slice]:
    """Cut the values of `joined_bytes` into runs of about CHUNK bytes."""
    if not len(ends):
        return []
    marks = np.searchsorted(ends, np.arange(CHUNK, int(ends[-1]), CHUNK)) + 1
    borders = np.unique(np.concatenate(([0], marks, [len(ends)])))
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(borders)]
