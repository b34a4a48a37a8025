"""Undoing compression, within limits.

Belongs here: gzip, and telling archives that cannot be read. Does not belong here: what the bytes mean.
"""

import io
import zlib

from catalog_assets.configuration import Limits

GZIP = b"\x1f\x8b"
ARCHIVES = {
    b"PK\x03\x04": "zip (or an Excel workbook)",
    b"PK\x05\x06": "an empty zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}
STEP = 1 << 22


class Unreadable(Exception):
    """A delivery that cannot be unpacked. `rule` is the reason code, `path` the file, the text what to do."""

    rule = "unreadable"

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class TooLarge(Unreadable):
    """More bytes than the limits allow."""

    rule = "too_large"


class BadArchive(Unreadable):
    """Broken, or packed in a way that is not read."""

    rule = "bad_archive"


def decompress(data: bytes, path: str, limits: Limits) -> bytes:
    """The bytes of a delivery without compression; what is not compressed comes back as it is.

    gzip is told by its first bytes, not by the name, and may have several members. Never holds more than
    limits.stream_bytes and a step of 4 MB. Raises TooLarge or BadArchive.
    """
    if len(data) > limits.file_bytes:
        raise TooLarge(path, f"has {len(data)} bytes, more than limits.file_bytes ({limits.file_bytes}); split it.")
    if data.startswith(GZIP):
        return _gunzip(data, path, limits)
    for magic, name in ARCHIVES.items():
        if data.startswith(magic):
            raise BadArchive(path, f"is {name}; have it sent plain or as gzip.")
    if len(data) > limits.stream_bytes:
        raise _too_large(path, limits)
    return data


def _gunzip(data: bytes, path: str, limits: Limits) -> bytes:
    stream = io.BytesIO()
    rest = memoryview(data)
    while rest.nbytes:
        if bytes(rest[:2]) != GZIP:
            if bytes(rest).strip(b"\0"):  # zeros may fill up the last block of a tape or disk
                raise BadArchive(path, "holds something else behind its gzip data; have it packed again.")
            break
        rest = rest[_member(rest, stream, path, limits) :]
    return stream.getvalue()


def _member(packed: memoryview, stream: io.BytesIO, path: str, limits: Limits) -> int:
    """Unpack one gzip member into the stream; returns how many bytes it took."""
    unpack = zlib.decompressobj(wbits=31)
    at = 0
    waiting: bytes = b""
    while not unpack.eof:
        if not waiting:
            waiting = bytes(packed[at : at + STEP])
            at += len(waiting)
            if not waiting:
                raise BadArchive(path, "is gzip that stops in the middle; have it sent again.")
        try:
            stream.write(unpack.decompress(waiting, STEP))
        except zlib.error as error:
            raise BadArchive(path, f"is broken gzip ({error}); have it sent again.") from None
        if stream.tell() > limits.stream_bytes:
            raise _too_large(path, limits)
        waiting = unpack.unconsumed_tail
    return at - len(unpack.unused_data)


def _too_large(path: str, limits: Limits) -> TooLarge:
    return TooLarge(path, f"unpacks to more than limits.stream_bytes ({limits.stream_bytes}); split it.")
