"""gzip and its traps."""

import gzip
import tracemalloc
import zlib

import pytest

from catalog_assets.configuration import Limits
from catalog_assets.raw.compression import STEP, BadArchive, TooLarge, decompress

DATA = b"a,b\n" + b"1,2\n" * 1000
PACKED = gzip.compress(DATA, mtime=0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DATA, DATA),
        (b"", b""),
        (PACKED, DATA),
        (gzip.compress(b"", mtime=0), b""),
        (PACKED + gzip.compress(b"3,4\n", mtime=0) + gzip.compress(b"", mtime=0), DATA + b"3,4\n"),
        (PACKED + b"\0" * 512, DATA),
        (b"PK is no archive", b"PK is no archive"),
    ],
)
def test_what_is_packed_is_unpacked_and_nothing_else(data, expected):
    assert decompress(data, "feed.csv", Limits()) == expected


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (PACKED[:-4], "stops in the middle"),
        (PACKED[:5], "stops in the middle"),
        (PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "broken gzip"),
        (PACKED + b"more", "something else"),
        (PACKED + PACKED[:20], "stops in the middle"),
        (b"\x1f\x8b\x09" + PACKED[3:], "broken gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x28\xb5\x2f\xfdrest", "zstd"),
    ],
)
def test_a_bad_archive_is_refused_in_a_sentence(data, says):
    with pytest.raises(BadArchive, match=says) as raised:
        decompress(data, "feed.csv.gz", Limits())
    assert (raised.value.rule, raised.value.path) == ("bad_archive", "feed.csv.gz")


def test_a_bomb_is_not_unpacked():
    """Zeros by the megabyte in a few kilobytes: reading stops at the limit, and holds no more than a few steps."""
    member = zlib.compressobj(9, wbits=31)
    bomb = b"".join(member.compress(b"\0" * STEP) for _ in range(16)) + member.flush()
    tracemalloc.start()
    with pytest.raises(TooLarge, match=r"limits\.stream_bytes \(1000\)") as raised:
        decompress(bomb * 10, "bomb.gz", Limits(stream_bytes=1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.rule == "too_large"
    assert peak < 4 * STEP


def test_limits_hold_for_what_is_not_packed():
    with pytest.raises(TooLarge, match="file_bytes"):
        decompress(b"12345", "feed.csv", Limits(file_bytes=4))
    with pytest.raises(TooLarge, match="stream_bytes"):
        decompress(b"12345", "feed.csv", Limits(stream_bytes=4))
    assert decompress(b"12345", "feed.csv", Limits(stream_bytes=5, file_bytes=5)) == b"12345"
