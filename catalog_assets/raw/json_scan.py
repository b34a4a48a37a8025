"""Where the members and elements of JSON texts stand, without parsing what is in them.

Belongs here: positions of brackets, colons and commas outside strings with their depth; members of objects and
elements of lists by position. Does not belong here: whether a text is valid JSON (`json_records.py` asks DuckDB), and
what a record is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog_assets.raw.csv_scan import escaped
from catalog_assets.raw.spans import (
    BACKSLASH,
    CHUNK,
    JSON_SPACE,
    LINE_FEED,
    Bytes,
    Flags,
    Positions,
    line_spans,
    no_positions,
    skip_backward,
    skip_forward,
)

QUOTE, COLON, COMMA = 0x22, 0x3A, 0x2C
OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST = 0x7B, 0x7D, 0x5B, 0x5D


@dataclass(frozen=True)
class Structure:
    """Brackets, colons and commas outside strings, as deep as was asked for.

    `at`: positions, `kind`: the bytes there, `depth`: of the value they belong to (the outermost has depth 1);
    `quotes`: positions of the quotes that begin and end strings, where asked for.
    """

    at: Positions
    kind: Bytes
    depth: npt.NDArray[np.int32]
    quotes: Positions

    def openings(self) -> Flags:
        """Which entries are opening brackets."""
        found: Flags = (self.kind | 0x20) == OPEN_OBJECT
        return found

    def closings(self) -> Flags:
        """Which entries are closing brackets."""
        found: Flags = (self.kind | 0x20) == CLOSE_OBJECT
        return found


def structure(
    buffer: Bytes, begin: int, end: int, deepest: int, *, with_quotes: bool = False, by_line: int | None = None
) -> Structure:
    """The structure of the text in [begin, end) down to a depth. Several texts may stand behind one another.

    `by_line` is for broken texts: no JSON string goes over a line end, so each line starts outside strings, and of a
    line with an odd number of quotes only the comma at its end counts. Its value is the position of the bracket that
    opens the records: up to it all counts, or a fault in the first record would take the bracket on its line away.
    """
    found: list[Structure] = []
    depth, inside = 0, False
    for low, high in _pieces(buffer, begin, end, None if by_line is None else LINE_FEED):
        if by_line is None:
            marks, quotes, inside = _marks(buffer, low, high, inside)
        else:
            marks, quotes = _marks_by_line(buffer, low, high, by_line)
        kind = buffer[marks]
        closes = (kind | 0x20) == CLOSE_OBJECT
        behind = depth + np.cumsum(((kind | 0x20) == OPEN_OBJECT).astype(np.int32) - closes)
        depth = int(behind[-1]) if len(behind) else depth
        own = (behind + closes).astype(np.int32)
        keep = own <= deepest
        found.append(Structure(marks[keep], kind[keep], own[keep], quotes if with_quotes else no_positions()))
    if not found:
        return Structure(no_positions(), np.empty(0, np.uint8), np.empty(0, np.int32), no_positions())
    names = Structure.__dataclass_fields__
    return Structure(*(np.concatenate([getattr(piece, name) for piece in found]) for name in names))


def _pieces(buffer: Bytes, begin: int, end: int, behind: int | None) -> Iterator[tuple[int, int]]:
    """Pieces of about CHUNK bytes that begin behind a certain byte, or anywhere but behind a backslash."""
    while begin < end:
        high = min(begin + CHUNK, end)
        while high < end and (buffer[high - 1] == BACKSLASH if behind is None else buffer[high - 1] != behind):
            high += 1
        yield begin, high
        begin = high


def _candidates(buffer: Bytes, low: int, high: int) -> tuple[Positions, Positions]:
    """Brackets, colons and commas, in strings or not; quotes that begin or end strings."""
    piece = buffer[low:high]
    quotes = np.flatnonzero(piece == QUOTE) + low
    folded = piece | 0x20  # brackets of lists and of objects differ in this bit alone
    marks = (folded == OPEN_OBJECT) | (folded == CLOSE_OBJECT) | (piece == COMMA) | (piece == COLON)
    return np.flatnonzero(marks) + low, quotes[~escaped(buffer, low, high, quotes)]


def _marks(buffer: Bytes, low: int, high: int, inside: bool) -> tuple[Positions, Positions, bool]:
    """Structure outside strings, the quotes, and whether the piece ends inside a string, if it begins so or not."""
    marks, quotes = _candidates(buffer, low, high)
    marks = marks[((np.searchsorted(quotes, marks) + inside) & 1) == 0]
    return marks, quotes, inside ^ bool(len(quotes) & 1)


def _marks_by_line(buffer: Bytes, low: int, high: int, opening: int) -> tuple[Positions, Positions]:
    marks, quotes = _candidates(buffer, low, high)
    starts, ends = line_spans(buffer, low, high, LINE_FEED)
    first = np.append(np.searchsorted(quotes, starts), len(quotes))
    line = np.searchsorted(starts, marks, side="right") - 1
    outside = ((np.searchsorted(quotes, marks) - first[line]) & 1) == 0
    broken = (np.diff(first) & 1).astype(bool)[line] & (marks > opening)
    final = marks == skip_backward(buffer, starts, ends, JSON_SPACE)[line] - 1
    marks = marks[np.where(broken, final & (buffer[marks] == COMMA), outside)]
    return marks, quotes


def ends_in_string(buffer: Bytes, begin: int, end: int) -> bool:
    """Whether a text that begins outside strings ends inside one."""
    return bool(len(_candidates(buffer, begin, end)[1]) & 1)


@dataclass(frozen=True)
class Members:
    """Members of many objects: the object's number, the key's span between its quotes, the value's span.

    Spans of values are not trimmed.
    """

    owner: Positions
    key_start: Positions
    key_end: Positions
    start: Positions
    end: Positions


def members(found: Structure) -> Members:
    """The members of the outermost objects of valid JSON."""
    level = found.depth == 1
    at, kind = found.at[level], found.kind[level]
    colons = np.flatnonzero(kind == COLON)
    owner = np.cumsum(kind == OPEN_OBJECT)[colons] - 1
    # A key ends at the last quote before its colon, and begins at the one before that.
    ahead = np.searchsorted(found.quotes, at[colons])
    return Members(owner, found.quotes[ahead - 2] + 1, found.quotes[ahead - 1], at[colons] + 1, at[colons + 1])


def find_key(buffer: Bytes, every: Members, key: str, escaped_keys: dict[int, str]) -> Positions:
    """Numbers of the members with this key, ascending. `escaped_keys` tells the keys that are written with escapes."""
    wanted = key.encode()
    found = np.flatnonzero(every.key_end - every.key_start == len(wanted))
    for i, byte in enumerate(wanted):
        found = found[buffer[every.key_start[found] + i] == byte]
    if not escaped_keys:
        return found
    plain = found[~np.isin(found, np.array(list(escaped_keys)))]
    meant = [number for number, name in escaped_keys.items() if name == key]
    return np.sort(np.concatenate((plain, np.array(meant, dtype=np.int64))))


def keys_with_escapes(buffer: Bytes, every: Members) -> dict[int, str]:
    """Numbers of the members whose keys are written with escapes, and what these mean."""
    if not len(every.owner):
        return {}
    begin, end = int(every.key_start[0]), int(every.end[-1])
    slashes = np.flatnonzero(buffer[begin:end] == BACKSLASH) + begin
    odd = np.flatnonzero(np.searchsorted(slashes, every.key_start) != np.searchsorted(slashes, every.key_end))
    spans = zip(odd.tolist(), every.key_start[odd].tolist(), every.key_end[odd].tolist(), strict=True)
    raw = {number: buffer[start:end].tobytes() for number, start, end in spans}
    meanings = {key: _meaning(b'"' + key + b'"') for key in set(raw.values())}
    return {number: meanings[key] for number, key in raw.items()}


def _meaning(literal: bytes) -> str:
    """What a string literal means; what is none means itself."""
    try:
        return str(json.loads(literal))
    except (ValueError, RecursionError):
        return literal.decode("utf-8", "backslashreplace")


def trim(buffer: Bytes, starts: Positions, ends: Positions) -> tuple[Positions, Positions]:
    """Spans without the whitespace around them."""
    starts = skip_forward(buffer, starts, ends, JSON_SPACE)
    return starts, skip_backward(buffer, starts, ends, JSON_SPACE)


def closing(found: Structure, opening: int) -> int | None:
    """Entry that closes the bracket at entry `opening`; None where the text stops before it."""
    there = (found.depth[opening + 1 :] == found.depth[opening]) & found.closings()[opening + 1 :]
    return opening + 1 + int(there.argmax()) if there.any() else None


def keys(buffer: Bytes, found: Structure, opening: int) -> dict[str, int]:
    """Keys of the object at entry `opening`, and the entry of the colon behind each (its last one)."""
    return dict(_every_key(buffer, found, opening))


def _every_key(buffer: Bytes, found: Structure, opening: int) -> list[tuple[str, int]]:
    end = closing(found, opening)
    colons = np.flatnonzero((found.kind == COLON) & (found.depth == found.depth[opening]))
    colons = colons[(colons > opening) & (colons < (len(found.at) if end is None else end))]
    spans = ((int(i), buffer[found.at[i - 1] + 1 : found.at[i]].tobytes().strip(JSON_SPACE)) for i in colons)
    return [(_meaning(literal), colon) for colon, literal in spans]


def eclipsed(buffer: Bytes, found: Structure, opening: int, key: str) -> list[tuple[int, int]]:
    """Spans of the objects and lists that the object at entry `opening` has under a key before it gives it again."""
    earlier = [colon + 1 for name, colon in _every_key(buffer, found, opening) if name == key][:-1]
    brackets = found.openings()
    pairs = [(begin, closing(found, begin)) for begin in earlier if brackets[begin]]
    return [(int(found.at[begin]), int(found.at[end]) + 1) for begin, end in pairs if end is not None]


def child(buffer: Bytes, found: Structure, opening: int, key: str) -> int | None:
    """Entry of the bracket that opens the value of a key of the object at entry `opening`.

    None where there is no such key, or its value is neither object nor list.
    """
    if found.kind[opening] != OPEN_OBJECT:
        return None
    colon = keys(buffer, found, opening).get(key)
    if colon is None or colon + 1 >= len(found.at) or not found.openings()[colon + 1]:
        return None
    between = buffer[found.at[colon] + 1 : found.at[colon + 1]].tobytes().strip(JSON_SPACE)
    return None if between else colon + 1
