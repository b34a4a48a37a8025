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
    """Run the programs until the first of them ends or this process is told to stop; then all end. Another one that
    ends by itself is told, and the rest goes on. Returns 0 where somebody wanted it, else the first one's exit code."""
    stopping: list[int] = []
    before = {wish: signal.signal(wish, lambda number, frame: _note(stopping, number, frame)) for wish in STOPS}
    # A group of their own each: what a terminal sends to this one comes once, from here, and in order.
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(command, start_new_session=True)
        first, going = next(iter(running)), set(running)
        while not stopping and first in going:
            for name in [name for name in going if running[name].poll() is not None]:
                going.remove(name)
                rest = "the others are ended too" if name == first else "the rest goes on"
                tell(f"{name} ended by itself (exit code {running[name].returncode}): {rest}.")
            time.sleep(LOOK)
        return 0 if stopping else running[first].returncode or 1
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
