"""Byte spans: trimming, cutting out text, chunks."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.raw import spans
from catalog_assets.raw.spans import (
    as_bytes,
    between,
    cut_text,
    filled_lines,
    line_chunks,
    line_spans,
    newline_of,
    skip_backward,
    skip_forward,
    texts,
)


@pytest.mark.parametrize("steps", [0, 1, 32])
@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.text(alphabet="a \t", max_size=90), min_size=1, max_size=5))
def test_skipping_is_stripping(steps, pieces):
    data = "|".join(pieces).encode()
    lengths = np.array([len(piece) for piece in pieces])
    ends = np.cumsum(lengths + 1) - 1
    starts = ends - lengths
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "STEPS", steps or 1)
        forward = skip_forward(as_bytes(data), starts, ends, b" \t")
        backward = skip_backward(as_bytes(data), starts, ends, b" \t")
    assert (ends - forward).tolist() == [len(piece.lstrip(" \t")) for piece in pieces]
    assert (backward - starts).tolist() == [len(piece.rstrip(" \t")) for piece in pieces]


def test_absent_spans_may_hold_anything():
    data = pa.py_buffer("aéb".encode())
    found = cut_text(data, np.array([0, 99, 1, -5]), np.array([1, 98, 4, 7]), np.array([True, False, True, False]))
    assert found.to_list() == ["a", None, "éb", None]


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(st.binary(max_size=6) | st.text(max_size=4).map(str.encode), max_size=6), window=st.integers(4, 9)
)
def test_what_is_no_text_is_null_and_the_rest_is_exact(pieces, window):
    data = b"\xff".join(pieces)
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    ends = np.cumsum(lengths + 1) - 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "WINDOW", window)
        found = texts(data, ends - lengths, ends, "utf-8")
    assert found.dtype == pl.String
    assert found.to_list() == [_text(piece) for piece in pieces]


def _text(piece: bytes) -> str | None:
    try:
        return None if b"\0" in piece else piece.decode()
    except UnicodeDecodeError:
        return None


@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet="ab\r\n", max_size=40), size=st.integers(1, 12))
def test_chunks_of_lines_are_the_lines(text, size):
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "CHUNK", size)
        chunks = list(line_chunks(data, 0, b"\n"))
    lines = [
        data[start:end]
        for chunk in chunks
        for start, end in zip(*(edge.tolist() for edge in line_spans(as_bytes(data), *chunk, ord("\n"))), strict=True)
    ]
    expected = data.split(b"\n")
    assert lines == [line.removesuffix(b"\r") for line in (expected if expected[-1] else expected[:-1])]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", b"\n"),
        (b"a", b"\n"),
        (b"a\nb\rc\rd", b"\n"),
        (b"a\r\nb\rc\rd\r", b"\n"),
        (b"a\r\r\nb\r\r\n", b"\n"),
        (b"a\rb", b"\r"),
        (b"a\rb\rc\n", b"\r"),
        (b"a\rb\n", b"\r"),
        (b"a\rb\nc\n", b"\n"),
        (b'a\r"b\nb\nb\n"\r', b"\r"),
        (b'"a\ra"\nb\n', b"\n"),
        (b'a\rb"\nb\nb\n"\r', b"\r"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_line_end_is_that_of_the_first_line_if_most_agree(monkeypatch, size, data, expected):
    monkeypatch.setattr(spans, "CHUNK", size)
    assert newline_of(data) == expected


@pytest.mark.parametrize(
    ("data", "newline", "expected"),
    [
        (b"\n\n ab\r\n\r\nc", "\n", [" ab", "c"]),
        (b"\r\rab\r\nc\n\rd\n", "\r", ["ab", "c", "d"]),
        (b"\n\n", "\n", []),
    ],
)
def test_lines_that_hold_anything(data, newline, expected):
    starts, ends = filled_lines(as_bytes(data), 0, len(data), ord(newline))
    assert [data[start:end].decode() for start, end in zip(starts, ends, strict=True)] == expected


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(["aa", "b", ""]), max_size=6),
    gaps=st.lists(st.text(alphabet=", x", max_size=5), min_size=7, max_size=7),
)
def test_what_stands_between_spans_is_found(pieces, gaps):
    data, starts, ends = gaps[0], [], []
    for piece, gap in zip(pieces, gaps[1:], strict=False):
        starts.append(len(data))
        ends.append(len(data) + len(piece))
        data += piece + gap
    places = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
    lows, highs = between(as_bytes(data.encode() or b" "), *places, 0, len(data), b", ")
    expected = [gap.strip(", ") for gap in gaps[: len(pieces) + 1] if gap.strip(", ")]
    assert [data[low:high] for low, high in zip(lows, highs, strict=True)] == expected
