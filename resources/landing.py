"""Where suppliers put files, and the landing zone where the bytes are kept as received.

Belongs here: listing a source's place (local folder or S3), and a store of bytes under their SHA-256 that are never
changed. Does not belong here: what a file contains, or which delivery is new (`catalog_assets/raw/deliveries.py`).
"""

import datetime as dt
import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

UNFINISHED = re.compile(r"\.(part|tmp|crdownload|filepart|swp)$|~$")
VARIABLE = re.compile(r"\{day\}|[*?]")
CONFLICTS = 5


@dataclass(frozen=True)
class Arrival:
    """A file at a supplier's place. `changed_at`: when the file itself was last changed, which nobody can set (S3: the
    same as `modified_at`)."""

    path: str
    day: dt.date
    size: int
    modified_at: dt.datetime
    changed_at: dt.datetime

    @property
    def touched_at(self) -> dt.datetime:
        """The earlier of the two: a supplier's clock may run ahead."""
        return min(self.modified_at, self.changed_at)


class TooLarge(Exception):
    """A file is larger than `limits.file_bytes`."""


@dataclass(frozen=True)
class Listed:
    """A file: path, bytes, when it was modified and when it was last changed (UTC)."""

    path: str
    size: int
    modified_at: dt.datetime
    changed_at: dt.datetime


class Place(Protocol):
    """A file system: enough of one to list and read a supplier's files and to keep landed bytes.

    All of it raises OSError where the file system cannot do what is asked of it.
    """

    def files(self, root: str, inside: str | None = None) -> Iterator[Listed]:
        """Every file below a folder (S3: whose key begins with `root`). `inside`: the folder that no link may lead out
        of; `root` itself if not given."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes; TooLarge over `limit`."""
        ...

    def keep(self, path: str, data: bytes) -> None:
        """Store bytes durably and at once, unless they are there already."""
        ...


class LocalPlace:
    """The local file system."""

    def files(self, root: str, inside: str | None = None) -> Iterator[Listed]:
        """See Place. Links that lead out are passed over."""
        within = os.path.join(os.path.realpath(inside or root), "")
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                path = os.path.join(folder, name)
                try:
                    found = os.stat(path)
                except OSError:  # taken away since it was listed, or a link to nothing
                    continue
                if stat.S_ISREG(found.st_mode) and os.path.realpath(path).startswith(within):
                    yield Listed(path, found.st_size, _moment(found.st_mtime_ns), _moment(found.st_ctime_ns))

    def read(self, path: str, limit: int) -> bytes:
        """See Place."""
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > limit:
                raise TooLarge(path)
            data = file.read()
        if len(data) > limit:  # it grew meanwhile
            raise TooLarge(path)
        return data

    def keep(self, path: str, data: bytes) -> None:
        """See Place: written beside, flushed to disk, then renamed."""
        if os.path.exists(path):
            return
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=folder, prefix=".landing-")
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
        for changed in (folder, os.path.dirname(folder)):
            _flush_folder(changed)


def _moment(nanoseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(nanoseconds // 1000 / 1e6, dt.UTC)


def _flush_folder(folder: str) -> None:
    """A renamed file outlives a power cut only once its folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class S3Place:
    """An S3 bucket, by boto3; credentials from the environment."""

    def __init__(self, endpoint: str | None) -> None:
        import boto3
        from botocore.config import Config

        # A session of its own: the module's keeps the first credentials it saw, and is not made for threads.
        self.client: Any = boto3.Session().client(
            "s3",
            endpoint_url=endpoint,
            config=Config(retries={"max_attempts": 5, "mode": "standard"}, connect_timeout=10, read_timeout=120),
        )

    def files(self, root: str, inside: str | None = None) -> Iterator[Listed]:
        """See Place. There are no links. Keys that end in a slash are folders that some tools make, not files."""
        bucket, prefix = _bucket(root)
        with _as_os_error(root):
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for item in page.get("Contents", ()):
                    if not item["Key"].endswith("/"):
                        modified = item["LastModified"].astimezone(dt.UTC)
                        yield Listed(f"s3://{bucket}/{item['Key']}", item["Size"], modified, modified)

    def read(self, path: str, limit: int) -> bytes:
        """See Place."""
        bucket, key = _bucket(path)
        with _as_os_error(path):
            answer = self.client.get_object(Bucket=bucket, Key=key)
            with closing(answer["Body"]) as body:  # its own `with` would hand out the unchecked stream
                if answer["ContentLength"] > limit:
                    raise TooLarge(path)
                return bytes(body.read())

    def keep(self, path: str, data: bytes) -> None:
        """See Place: one conditional PUT; bytes already there stay."""
        bucket, key = _bucket(path)
        for _ in range(CONFLICTS):
            with _as_os_error(path):
                try:
                    self.client.put_object(Bucket=bucket, Key=key, Body=data, IfNoneMatch="*")
                    return
                except self.client.exceptions.ClientError as error:
                    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                    if status == HTTPStatus.PRECONDITION_FAILED:
                        return
                    if status != HTTPStatus.CONFLICT:  # another writer is at it: S3 asks to try again
                        raise
        raise OSError(errno.EAGAIN, "other writers kept being in the way", path)


@contextmanager
def _as_os_error(path: str) -> Iterator[None]:
    """What boto3 raises, in the form that files raise it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        missing = told.get("Code") in ("NoSuchKey", "NoSuchBucket", "404")
        number = errno.ENOENT if missing else errno.EACCES if told.get("Code") == "AccessDenied" else errno.EIO
        raise OSError(number, f"S3 says {told.get('Code')}: {told.get('Message')}", path) from error
    except BotoCoreError as error:
        raise OSError(errno.EIO, " ".join(str(error).split()), path) from error


def _bucket(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def place(uri: str, endpoint: str | None) -> Place:
    """The file system that a path is on."""
    return S3Place(endpoint) if uri.startswith("s3://") else LocalPlace()


def arrivals(template: str, endpoint: str | None, day: dt.date | None = None) -> list[Arrival]:
    """The files at a source's place, oldest first; of one day only, if it is given.

    `template` may hold `{day}`, `*`, `**` and `?`; a file's day is that in its path, else the UTC date it was modified.
    A folder's files are those directly in it; one that is not there has none. Raises OSError if S3 does not answer.
    """
    pattern = _pattern(template)
    found = []
    for file in place(template, endpoint).files(_root(template, day), _root(template, None)):
        match = pattern.fullmatch(file.path)
        if not match or _is_unmeant(file.path, template):
            continue
        belongs = _day(match.groupdict().get("day"), file.modified_at)
        if belongs and day in (None, belongs):
            found.append(Arrival(file.path, belongs, file.size, file.modified_at, file.changed_at))
    return sorted(found, key=lambda arrival: (arrival.modified_at, arrival.path))


def _root(template: str, day: dt.date | None) -> str:
    """The smallest folder (S3: prefix) that holds all that a template can match."""
    dated = template.replace("{day}", day.isoformat()) if day else template
    prefix = VARIABLE.split(dated)[0]
    if template.startswith("s3://") or (prefix == dated and os.path.isdir(prefix)):
        return prefix
    return os.path.dirname(prefix)


def _is_unmeant(path: str, template: str) -> bool:
    """Whether a name says that the file is hidden or still being written, unless the template itself names it so."""
    meant = template.split("/")
    open_ended = [part for part in meant if VARIABLE.search(part)]
    names = [name for name in path.split("/") if name and name not in meant]
    hidden = (name for name in names if name[0] in "._")
    return any(map(UNFINISHED.search, names)) or any(
        not any(part.startswith(name[0]) for part in open_ended) for name in hidden
    )


def _pattern(template: str) -> re.Pattern[str]:
    pieces, named = [], False
    for piece in re.split(r"(\{day\}|\*\*/?|\*|\?)", template.rstrip("/")):
        if piece == "{day}":
            pieces.append("(?P=day)" if named else r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")
            named = True
        else:
            special = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
            pieces.append(special.get(piece, re.escape(piece)))
    folder = "" if re.search(r"[*?]", template) else "(?:/[^/]+)?"
    return re.compile("".join(pieces) + folder, re.DOTALL)


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
