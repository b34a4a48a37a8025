"""Replies on their way into the journal: a local file, a line a reply, on the disk before the next one is taken.

Belongs here: keeping what was paid for through a kill. Does not belong here: the journal itself (the lake, in larger
commits), and what a reply means.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class Spool:
    """Rows of JSON values in one file. One process writes at a time: the caller holds a lock."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def keep(self, row: Mapping[str, Any]) -> None:
        """Add a row; it is on the disk when this returns."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(dict(row), ensure_ascii=True).encode() + b"\n"
        with open(self.file, "a+b") as file:
            if file.tell() and not self._ends_in_a_line():
                line = b"\n" + line  # a kill cut the last one off
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> Iterator[dict[str, Any]]:
        """What is kept. Of a line that a kill cut off nothing can be read, and nothing was promised."""
        if not self.file.exists():
            return
        with self.file.open("rb") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def _ends_in_a_line(self) -> bool:
        with self.file.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def clear(self) -> None:
        """Forget what is kept: it is in the journal."""
        self.file.unlink(missing_ok=True)
