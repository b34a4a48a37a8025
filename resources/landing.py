"""Where suppliers put files, and the landing zone where the bytes are kept as received.

Belongs here: listing a source's place (local folder or S3), and a store of bytes under their SHA-256 that are never
changed. Does not belong here: what a file contains, or which delivery is new (`catalog_assets/raw/deliveries.py`).
"""

import datetime as dt
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

IGNORED = re.compile(r"(^|/)[._]|\.(part|tmp|crdownload|filepart|swp)$|~$")
CHUNK = 8 * 1024 * 1024


@dataclass(frozen=True)
class Arrival:
    """A file at a supplier's place."""

    path: str
    day: dt.date
    size: int
    modified_at: dt.datetime


class TooLarge(Exception):
    """A file is larger than `limits.file_bytes`."""


class Place(Protocol):
    """A file system: enough of one to list and read a supplier's files and to keep landed bytes."""

    def files(self, root: str) -> Iterator[tuple[str, int, dt.datetime]]:
        """Every file below `root`: path, size in bytes, modification time (UTC)."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes; TooLarge over `limit`."""
        ...

    def keep(self, path: str, data: bytes) -> None:
        """Store bytes durably and at once, unless they are there already."""
        ...


class LocalPlace:
    """The local file system."""

    def files(self, root: str) -> Iterator[tuple[str, int, dt.datetime]]:
        """See Place. Links that lead out of the root are passed over."""
        real_root = os.path.realpath(root)
        if os.path.isfile(root):
            yield self._file(root)
            return
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                path = os.path.join(folder, name)
                inside = os.path.realpath(path).startswith(real_root + os.sep)
                if inside and os.path.isfile(path):
                    yield self._file(path)

    @staticmethod
    def _file(path: str) -> tuple[str, int, dt.datetime]:
        stat = os.stat(path)
        return path, stat.st_size, dt.datetime.fromtimestamp(stat.st_mtime_ns // 1000 / 1e6, dt.UTC)

    def read(self, path: str, limit: int) -> bytes:
        """See Place."""
        with open(path, "rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise TooLarge(path)
        return data

    def keep(self, path: str, data: bytes) -> None:
        """See Place: written beside, flushed to disk, then renamed."""
        if os.path.exists(path):
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".landing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside, 0o444)
            os.replace(beside, path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


class S3Place:
    """An S3 bucket, by boto3; credentials from the environment."""

    def __init__(self, endpoint: str | None) -> None:
        import boto3
        from botocore.config import Config

        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            config=Config(retries={"max_attempts": 5, "mode": "standard"}, connect_timeout=10, read_timeout=120),
        )

    def files(self, root: str) -> Iterator[tuple[str, int, dt.datetime]]:
        """See Place."""
        bucket, prefix = _bucket(root)
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield f"s3://{bucket}/{item['Key']}", item["Size"], item["LastModified"].astimezone(dt.UTC)

    def read(self, path: str, limit: int) -> bytes:
        """See Place."""
        bucket, key = _bucket(path)
        answer = self.client.get_object(Bucket=bucket, Key=key)
        if answer["ContentLength"] > limit:
            answer["Body"].close()
            raise TooLarge(path)
        with answer["Body"] as body:
            return bytes(body.read())

    def keep(self, path: str, data: bytes) -> None:
        """See Place: one conditional PUT; bytes already there stay."""
        bucket, key = _bucket(path)
        try:
            self.client.put_object(Bucket=bucket, Key=key, Body=data, IfNoneMatch="*")
        except self.client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
                raise


def _bucket(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri, allow_fragments=False)
    return parts.netloc, uri.split("://", 1)[1].partition("/")[2]


def place(uri: str, endpoint: str | None) -> Place:
    """The file system that a path is on."""
    return S3Place(endpoint) if uri.startswith("s3://") else LocalPlace()


def arrivals(template: str, endpoint: str | None, day: dt.date | None = None) -> list[Arrival]:
    """The files at a source's place, oldest first; of one day only, if it is given.

    `template` may hold `{day}`, `*`, `**` and `?`; a file's day is that in its path, else the UTC date it was modified.
    """
    pattern = _pattern(template)
    listed = template.replace("{day}", day.isoformat()) if day else template
    root = re.split(r"[*?{]", listed)[0]
    if not template.startswith("s3://") and not os.path.isdir(root):
        root = os.path.dirname(root)
    found = []
    for path, size, modified in place(template, endpoint).files(root):
        match = pattern.fullmatch(path)
        if not match or IGNORED.search(path[len(root) :]):
            continue
        belongs = _day(match.groupdict().get("day"), modified)
        if belongs and day in (None, belongs):
            found.append(Arrival(path, belongs, size, modified))
    return sorted(found, key=lambda arrival: (arrival.modified_at, arrival.path))


def _pattern(template: str) -> re.Pattern[str]:
    if not re.search(r"[*?]", template) and "." not in template.rsplit("/", 1)[-1]:
        template = template.rstrip("/") + "/*"
    pieces, named = [], False
    for piece in re.split(r"(\{day\}|\*\*/?|\*|\?)", template):
        if piece == "{day}":
            pieces.append("(?P=day)" if named else r"(?P<day>\d{4}-\d{2}-\d{2})")
            named = True
        else:
            special = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
            pieces.append(special.get(piece, re.escape(piece)))
    return re.compile("".join(pieces))


def _day(text: str | None, modified: dt.datetime) -> dt.date | None:
    if text is None:
        return modified.date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class Landing:
    """The landing zone: bytes as received, each stored once under its SHA-256, never changed."""

    def __init__(self, uri: str, endpoint: str | None = None) -> None:
        self.uri = uri.rstrip("/")
        self._place = place(uri, endpoint)

    def location(self, sha256: str) -> str:
        """Where bytes with this digest are."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return f"{self.uri}/{sha256[:2]}/{sha256}"

    def put(self, data: bytes) -> str:
        """Store bytes; returns their SHA-256. Storing them again does nothing."""
        digest = hashlib.sha256(data).hexdigest()
        self._place.keep(self.location(digest), data)
        return digest

    def get(self, sha256: str, limit: int) -> bytes:
        """The bytes; raises ValueError if they are not what was stored."""
        data = self._place.read(self.location(sha256), limit)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"{self.location(sha256)}: the bytes are not those that were landed")
        return data
