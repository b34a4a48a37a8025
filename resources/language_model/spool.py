"""Replies on their way into the journal: a local file, a line a reply, on the disk before the next one is taken.

Belongs here: keeping what was paid for through a kill. Does not belong here: the journal itself (the lake, in larger
commits), and what a reply means.
"""

import contextlib
import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO


class Spool:
    """Rows of JSON values in one file. One process writes at a time: the caller holds a lock."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._writing: BinaryIO | None = None

    def keep(self, row: Mapping[str, Any]) -> None:
        """Add a row; it is on the disk when this returns."""
        line = json.dumps(dict(row), ensure_ascii=True).encode() + b"\n"
        file = self._opened()
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            self._closed()  # how much of the line is there is looked at when the next one comes
            raise

    def rows(self) -> Iterator[dict[str, Any]]:
        """What is kept. Of a line that a kill cut off nothing can be read, and nothing was promised."""
        if not self.file.exists():
            return
        with self.file.open("rb") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError):
                    continue

    def _opened(self) -> BinaryIO:
        """Open until the rows are forgotten: beside a busy thread each call of the system may wait for some ms."""
        if self._writing is None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            cut = self.file.exists() and not self._ends_in_a_line()
            self._writing = self.file.open("ab")
            self._writing.write(b"\n" if cut else b"")  # a kill cut the last one off
        return self._writing

    def _closed(self) -> None:
        file, self._writing = self._writing, None
        with contextlib.suppress(OSError):  # what it could not write is lost already, and was told
            if file is not None:
                file.close()

    def _ends_in_a_line(self) -> bool:
        with self.file.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def set_aside(self) -> None:
        """Keep the file under another name: some of it is no row that can be read."""
        self._closed()
        names = (self.file.with_name(f"{self.file.name}.unread-{number}") for number in itertools.count(1))
        self.file.rename(next(name for name in names if not name.exists()))

    def clear(self) -> None:
        """Forget what is kept: it is in the journal."""
        self._closed()
        self.file.unlink(missing_ok=True)
