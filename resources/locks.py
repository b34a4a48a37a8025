"""Locks between processes of one machine: two runs never write the same partition at once.

Belongs here: advisory file locks in the home, which the kernel releases when a process dies. Does not belong here:
locks between machines (each home has one machine; Delta's own commits protect a shared lake).
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


def file_locks(folder: Path) -> Callable[[str], AbstractContextManager[None]]:
    """A maker of locks by name, kept as files in `folder`; waits for whoever holds one."""

    @contextmanager
    def lock(name: str) -> Iterator[None]:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.lock"
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            # Not by closing alone: a child that was forked meanwhile has the file open too.
            fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    return lock
