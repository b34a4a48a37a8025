"""Several programs that run together, and end together.

Belongs here: starting them, passing on the wish to stop, and telling which one ended. Does not belong here: what they
do.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import FrameType

PATIENCE = 20.0
"""Seconds that a program has to end when it is asked to."""
LOOK = 0.2
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_together(commands: Mapping[str, Sequence[str]], tell: Callable[[str], None]) -> int:
    """Run the programs until one ends or this process is told to stop; then all end. Returns 0 where somebody wanted
    it, else the exit code of the one that ended by itself."""
    stopping: list[int] = []
    before = {wish: signal.signal(wish, lambda number, frame: _note(stopping, number, frame)) for wish in STOPS}
    # A group of their own each: what a terminal sends to this one comes once, from here, and in order.
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(command, start_new_session=True)
        while not stopping and all(process.poll() is None for process in running.values()):
            time.sleep(LOOK)
        ended = {name: process.returncode for name, process in running.items() if process.poll() is not None}
        for name, code in ended.items():
            if not stopping:
                tell(f"{name} ended by itself (exit code {code}): the others are ended too.")
        return 0 if stopping else next(iter(ended.values())) or 1
    finally:
        _end(running.values())
        for wish, handler in before.items():
            signal.signal(wish, handler)


def _note(stopping: list[int], number: int, frame: FrameType | None) -> None:
    stopping.append(number)


def _end(processes: Iterable["subprocess.Popen[bytes]"]) -> None:
    every = list(processes)
    for process in every:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    for process in every:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: "subprocess.Popen[bytes]", wish: signal.Signals) -> None:
    """To the program and all that it has started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, wish)
