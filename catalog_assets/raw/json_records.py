"""JSON and NDJSON: what is a record, what is not, and the values of records.

Belongs here: lines and list elements -> records (with the rules `invalid_json`, `not_an_object`, `truncated_json`,
`records_missing`), dotted paths -> values. Does not belong here: where structure stands (`json_scan.py`).

Valid is what DuckDB's reader takes: JSON, and beyond it NaN, Infinity and a comma before a closing bracket, which
common exporters write. NaN means that there is no value; of a key given twice the last one counts. Values are cut out
of the text, never parsed and printed again, so that a price stays as it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from catalog_assets.configuration import Limits, Source
from catalog_assets.raw.json_scan import (
    CLOSE_LIST,
    COMMA,
    OPEN_LIST,
    OPEN_OBJECT,
    QUOTE,
    Structure,
    child,
    closing,
    eclipsed,
    ends_in_string,
    find_key,
    keys,
    keys_with_escapes,
    members,
    structure,
    trim,
)
from catalog_assets.raw.records import (
    NOTHING,
    Fault,
    Split,
    finish,
    judge,
    left_over,
    read_spans,
    refused,
    with_faults,
)
from catalog_assets.raw.spans import (
    JSON_SPACE,
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
    row_chunks,
    shown,
    skip_forward,
)

OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
}
"""DuckDB is asked about texts; it opens no file and loads nothing."""

NOT_JSON = "The record is not valid JSON; have it corrected."
NOT_AN_OBJECT = 'The record is JSON but no object ({"name": value, ...}); have it sent as one.'
CUT_SHORT = "The file stops before this is closed: it was cut short. Records before it were kept; have it sent again."
BROKEN = "From here on quotes or brackets do not match. Records before it were kept; have the file corrected."
GARBAGE = "The file is not JSON: it begins with neither [ nor {. Check the source's format, or have it sent again."
GOES_ON = "Something follows the end of the JSON value. If each line is an object of its own, the format is ndjson."
AHEAD = "What stands here, before the records, is not valid JSON; have the file corrected."
GIVEN_TWICE = "The key comes twice on the way to the records; the last one counts, and what stands here was not read."


@dataclass(frozen=True)
class Places:
    """Spans of records (trimmed), the end of what holds them, and the faults: what could not be taken apart."""

    starts: Positions
    ends: Positions
    end: int
    faults: tuple[Fault, ...] = ()


def split_ndjson(data: bytes, source: Source, limits: Limits) -> Split:
    """Take a file with one JSON object a line apart; see `splitting.split`."""
    buffer, newline, begin = as_bytes(data), newline_of(data), after_mark(data)
    spans = [filled_lines(buffer, low, high, newline[0]) for low, high in line_chunks(data, begin, newline)]
    if not spans:
        return NOTHING
    starts, ends = (np.concatenate(part) for part in zip(*spans, strict=True))
    filled = skip_forward(buffer, starts, ends, JSON_SPACE) < ends
    starts, ends = starts[filled], ends[filled]
    faults = left_over(buffer, (starts, ends), (begin, len(data)), JSON_SPACE, "invalid_json")
    frame = with_faults(_judge(read_spans(data, starts, ends, source.encoding, limits)), faults)
    return finish(frame, data, source.encoding, limits, "ndjson", received=len(starts) + len(faults))


def split_json(data: bytes, source: Source, limits: Limits) -> Split:
    """Take a JSON file apart; see `splitting.split`."""
    buffer = as_bytes(data)
    low, high = (int(edge[0]) for edge in trim(buffer, np.array([after_mark(data)]), np.array([len(data)])))
    if low == high:
        return NOTHING
    path = source.records.split(".") if source.records else []
    found = structure(buffer, low, high, len(path) + 1)
    if not len(found.at) or found.at[0] != low or not found.openings()[0]:
        return _whole(data, source, limits, "invalid_json", GARBAGE)
    opening = _opening(buffer, found, path)
    if opening is None:
        there = ", ".join(list(keys(buffer, found, 0))[:20]) if found.kind[0] == OPEN_OBJECT else "none (it is a list)"
        message = f"There is no list at '{source.records}', where the source's `records` points. Keys: {there}."
        return _whole(data, source, limits, "records_missing", message)
    places = _places(data, found, opening, path, high)
    if places.faults:
        # A fault reaches as far as it must: to the end of the file, or of its line where elements have their own.
        again = _places_by_line(data, int(found.at[opening]), path, low, high)
        if again is not None and len(again.starts) > len(places.starts):
            places = again
    return _split_places(data, int(found.at[opening]), places, source, limits)


def _whole(data: bytes, source: Source, limits: Limits, rule: str, message: str) -> Split:
    return refused(rule, message, shown(data[: limits.record_bytes], source.encoding), len(data))


def _opening(buffer: Bytes, found: Structure, path: Sequence[str]) -> int | None:
    """Entry of the bracket at the end of the path; None where the path leads to nothing that may hold records."""
    opening: int | None = 0 if len(found.at) else None
    for key in path:
        opening = None if opening is None else child(buffer, found, opening, key)
    return opening


def _places(data: bytes, found: Structure, opening: int, path: Sequence[str], high: int) -> Places:
    """Where the records are, and what is at fault there or around them."""
    buffer = as_bytes(data)
    places = _records(buffer, found, opening, high)
    around = _before(data, found, opening, path)
    if not places.faults:
        around += _behind(data, found, places.end, high, len(path))
    return replace(places, faults=(*around, *places.faults))


def _places_by_line(data: bytes, begin: int, path: Sequence[str], low: int, high: int) -> Places | None:
    """The same for lines taken by themselves. None where the records would not begin at `begin`, where they do if
    the text is read from its begin: whatever stands between the two would be lost."""
    found = structure(as_bytes(data), low, high, len(path) + 1, by_line=begin)
    opening = _opening(as_bytes(data), found, path)
    if opening is None or found.at[opening] != begin:
        return None
    return _places(data, found, opening, path, high)


def _records(buffer: Bytes, found: Structure, opening: int, high: int) -> Places:
    """Records of the list, or the one record of the object, that the bracket at entry `opening` opens."""
    last = closing(found, opening)
    begin = int(found.at[opening])
    if found.kind[opening] == OPEN_OBJECT:
        if last is None:
            return _cut_short(buffer, np.array([begin]), np.array([begin]), begin, high)
        return Places(np.array([begin]), found.at[last : last + 1] + 1, int(found.at[last]) + 1)
    own = slice(opening + 1, last)
    commas = found.at[own][(found.depth[own] == found.depth[opening]) & (found.kind[own] == COMMA)]
    starts = np.concatenate(([begin + 1], commas + 1))
    ends = commas if last is None else np.append(commas, found.at[last])
    if last is None:
        starts, rest = trim(buffer, starts, np.append(ends, high))
        return _cut_short(buffer, starts[:-1], rest[:-1], int(starts[-1]), high)
    starts, ends = trim(buffer, starts, ends)
    if starts[-1] == ends[-1]:  # an empty list, or a comma behind the last element
        starts, ends = starts[:-1], ends[:-1]
    if found.kind[last] != CLOSE_LIST:
        end = int(found.at[last])
        return Places(starts, ends, end, (Fault(end, high, "invalid_json", BROKEN),))
    return Places(starts, ends, int(found.at[last]) + 1)


def _cut_short(buffer: Bytes, starts: Positions, ends: Positions, begin: int, high: int) -> Places:
    """A list or object without an end; what stands at [begin, high) may be a whole element nevertheless."""
    starts, ends = starts[starts < ends], ends[starts < ends]
    rest = buffer[begin:high].tobytes()
    if rest.endswith(b"}") and valid_json(pl.Series([_readable(rest)]))[0]:
        cut = Fault(high, high, "truncated_json", CUT_SHORT)
        return Places(np.append(starts, begin), np.append(ends, high), high, (cut,))
    if rest[-1:] in (b"}", b"]") and ends_in_string(buffer, begin, high):  # the end is there, but a quote too many
        return Places(starts, ends, high, (Fault(begin, high, "invalid_json", BROKEN),))
    return Places(starts, ends, high, (Fault(begin, high, "truncated_json", CUT_SHORT),))


def _readable(text: bytes) -> str:
    """Text to ask about its structure, which is ASCII in every encoding: of letters it does not matter which."""
    return text.decode("utf-8", "replace")


def _before(data: bytes, found: Structure, opening: int, path: Sequence[str]) -> list[Fault]:
    """Faults ahead of the records: text that is not JSON, and an earlier list under the same key."""
    low, begin = int(found.at[0]), int(found.at[opening])
    if low == begin:
        return []
    if not valid_json(pl.Series([_readable(data[low:begin]) + "[]" + "}" * len(path)]))[0]:
        return [Fault(low, begin, "invalid_json", AHEAD)]
    faults, here = [], 0
    for key in path:
        for start, end in eclipsed(as_bytes(data), found, here, key):
            faults.append(Fault(start, end, "invalid_json", GIVEN_TWICE))
        here = child(as_bytes(data), found, here, key) or 0
    return faults


def _behind(data: bytes, found: Structure, end: int, high: int, depth: int) -> list[Fault]:
    """Whatever follows the records is told, not dropped, unless it closes what was opened around them."""
    last = closing(found, 0) if depth else None
    close = end if not depth else high if last is None else int(found.at[last]) + 1
    opened = '{"":' * depth + "[]"
    whole = depth == 0 or bool(valid_json(pl.Series([opened + _readable(data[end:close])]))[0])
    starts, ends = trim(as_bytes(data), np.array([close if whole else end]), np.array([high]))
    begin = int(starts[0])
    if whole:
        return [Fault(begin, high, "invalid_json", GOES_ON)] if begin < int(ends[0]) else []
    cut = depth > 0 and last is None
    return [Fault(begin, high, "truncated_json", CUT_SHORT) if cut else Fault(begin, high, "invalid_json", BROKEN)]


def _split_places(data: bytes, begin: int, places: Places, source: Source, limits: Limits) -> Split:
    buffer, faults = as_bytes(data), list(places.faults)
    within = begin, min([places.end, *(fault.begin for fault in faults if fault.begin >= begin)])
    # Where two commas or a bracket too many stand, an element without text is refused; they themselves hold nothing.
    faults += left_over(buffer, (places.starts, places.ends), within, JSON_SPACE + b"[,]", "invalid_json")
    frame = with_faults(_judge(read_spans(data, places.starts, places.ends, source.encoding, limits)), faults)
    return finish(frame, data, source.encoding, limits, "json", received=len(places.starts) + len(faults))


def _judge(frame: pl.DataFrame) -> pl.DataFrame:
    readable = pl.col("payload").is_not_null() & pl.col("rule").is_null()
    valid = valid_json(frame.select(pl.when(readable).then("payload").otherwise(pl.lit("{}"))).to_series())
    frame = judge(frame, pl.lit(~valid), "invalid_json", pl.lit(NOT_JSON))
    is_object = pl.col("payload").str.strip_chars_start(JSON_SPACE.decode()).str.starts_with("{")
    return judge(frame, ~is_object, "not_an_object", pl.lit(NOT_AN_OBJECT))


def valid_json(texts: pl.Series) -> pl.Series:
    """Whether each text (null: no) is one JSON value."""
    with duckdb.connect(config=OFFLINE) as connection:
        connection.register("texts", pl.DataFrame({"text": texts}).to_arrow())
        valid: pl.Series = connection.sql("SELECT coalesce(json_valid(text), false) AS valid FROM texts").pl()["valid"]
    return valid


def decode_json(payloads: pl.Series, paths: Sequence[str]) -> pl.DataFrame:
    """Values of records by dotted path: a String column for each, null where there is none or it is empty.

    Strings without their escapes, numbers and true and false as written, objects and lists as their JSON text.
    `payloads` are JSON objects, as the splitters yield them; the result has the same length and order.
    """
    try:
        return _decoded(payloads, paths)
    except Misplaced:
        is_object = payloads.str.strip_chars_start(JSON_SPACE.decode()).str.starts_with("{") & valid_json(payloads)
        mended = pl.DataFrame({"p": payloads, "ok": is_object})
        return _decoded(mended.select(pl.when("ok").then("p").otherwise(pl.lit("{}"))).to_series(), paths)


class Misplaced(Exception):
    """Among texts that should each be one JSON object (or list) there is one that is not."""


def _decoded(payloads: pl.Series, paths: Sequence[str]) -> pl.DataFrame:
    data, starts, ends = joined_bytes(payloads)

    def read(rows: slice) -> pl.DataFrame:
        found = _values(data, starts[rows], ends[rows], paths, OPEN_OBJECT)
        return pl.DataFrame([found[path].text.alias(path) for path in paths])

    tables = in_parallel(read, row_chunks(ends))
    return pl.concat(tables, rechunk=True) if tables else pl.DataFrame(schema=dict.fromkeys(paths, pl.String))


@dataclass(frozen=True)
class Values:
    """One value a record: its text (null where there is none), and the byte its JSON begins with (0)."""

    text: pl.Series
    begin: Bytes


Spans = tuple[Flags, Positions, Positions]


def _values(
    data: pa.Buffer, starts: Positions, ends: Positions, paths: Sequence[str], bracket: int
) -> dict[str, Values]:
    """Values by path in texts that are all objects, or all lists (`bracket` says which).

    The whole path is tried as a key first, then its first part as a key and the rest as a path in what is found
    there. The keys of a list are the numbers of its elements, from 0.
    """
    buffer = np.frombuffer(data, dtype=np.uint8)
    steps = [path.split(".", 1) for path in paths if "." in path]
    heads = list(dict.fromkeys([*paths, *(head for head, _ in steps)]))
    spans_of = _object_spans if bracket == OPEN_OBJECT else _list_spans
    found = {key: _value(data, buffer, spans) for key, spans in spans_of(buffer, starts, ends, heads).items()}
    for head in dict.fromkeys(head for head, _ in steps):
        rests = [rest for first, rest in steps if first == head]
        for inner in (OPEN_OBJECT, OPEN_LIST):
            rows = np.flatnonzero(found[head].begin == inner)
            if rows.size:
                deeper = _values(*joined_bytes(found[head].text.gather(rows)), rests, inner)
                for rest in rests:
                    path = f"{head}.{rest}"
                    found[path] = _fill(found[path], rows, deeper[rest])
    return {path: found[path] for path in paths}


def _fill(values: Values, rows: Positions, found: Values) -> Values:
    """Take values found further down for rows that have none yet."""
    free = (values.begin[rows] == 0) & (found.begin != 0)
    begin = values.begin.copy()
    begin[rows[free]] = found.begin[free]
    return Values(values.text.scatter(rows[free], found.text.filter(pl.Series(free))), begin)


def _object_spans(buffer: Bytes, starts: Positions, ends: Positions, wanted: Sequence[str]) -> dict[str, Spans]:
    found = _structure(buffer, starts, ends, OPEN_OBJECT)
    every = members(found)
    odd = keys_with_escapes(buffer, every)
    spans = {}
    for key in wanted:
        numbers = find_key(buffer, every, key, odd)
        there, low, high = _nowhere(len(starts))
        owner = every.owner[numbers]  # of numbers that come twice, the last one stays
        there[owner], low[owner], high[owner] = True, every.start[numbers], every.end[numbers]
        spans[key] = there, low, high
    return spans


def _list_spans(buffer: Bytes, starts: Positions, ends: Positions, wanted: Sequence[str]) -> dict[str, Spans]:
    found = _structure(buffer, starts, ends, OPEN_LIST)
    first, last = np.flatnonzero(found.openings()), np.flatnonzero(found.closings())
    spans = {}
    for key in wanted:
        there, low, high = _nowhere(len(starts))
        if key.isascii() and key.isdecimal() and len(key) < 7:
            at = first + int(key)
            there = at < last
            low[there], high[there] = found.at[at[there]] + 1, found.at[at[there] + 1]
        spans[key] = there, low, high
    return spans


def _nowhere(size: int) -> Spans:
    return np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)


def _structure(buffer: Bytes, starts: Positions, ends: Positions, bracket: int) -> Structure:
    """The outermost level of texts that stand one behind another. Raises Misplaced if one is not as it should be."""
    found = structure(buffer, int(starts[0]), int(ends[-1]), 1, with_quotes=bracket == OPEN_OBJECT)
    first, last = found.openings(), found.closings()
    fits = (
        int(first.sum()) == int(last.sum()) == len(starts)
        and bool((found.kind[first] == bracket).all() and (found.kind[last] == bracket + 2).all())
        and bool((found.at[first] >= starts).all() and (found.at[last] < ends).all())
    )
    if not fits:
        raise Misplaced
    return found


def _value(data: pa.Buffer, buffer: Bytes, spans: Spans) -> Values:
    there, low, high = spans
    rows = np.flatnonzero(there)
    low[rows], high[rows] = trim(buffer, low[rows], high[rows])
    begin = np.zeros(len(there), dtype=np.uint8)
    rows = rows[low[rows] < high[rows]]
    begin[rows] = buffer[low[rows]]
    begin[(begin | 0x20) == ord("n")] = 0  # null and NaN say that there is nothing
    text = begin == QUOTE
    low, high = low + text, high - text
    begin[low >= high] = 0
    return Values(_meant(cut_text(data, low, high, begin != 0), pl.Series(text)), begin)


def _meant(text: pl.Series, is_string: pl.Series) -> pl.Series:
    """Take the escapes out of what are strings."""
    rows = (is_string & text.str.contains("\\", literal=True).fill_null(False)).arg_true()
    if not len(rows):
        return text
    literals = text.gather(rows).to_frame("t").select(pl.concat_str(pl.lit('"'), "t", pl.lit('"'))).to_series()
    return text.scatter(rows, literals.str.json_decode(pl.String))
