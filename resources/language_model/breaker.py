"""A circuit breaker: after several failures in a row nothing is sent for a while, then one attempt tries the ground.

Belongs here: when an attempt may be sent, given how earlier ones ended (Nygard, Release It!, "Circuit Breaker"). Does
not belong here: clocks, sleeping, and which failures count (`faults.py`).
"""

from dataclasses import dataclass

PROBE_CHECK = 0.05
"""Seconds after which to look again while one attempt tries the ground."""


@dataclass
class Breaker:
    """Closed (all may go), open (nobody), or probing (one is under way). Times are seconds of any steady clock.

    `after` failures in a row open it for `pause` seconds, for twice as long each time the probe fails too, at most
    `longest`.
    """

    after: int = 5
    pause: float = 1.0
    longest: float = 60.0
    failures: int = 0
    opened: int = 0
    open_until: float | None = None
    probing: bool = False

    def wait(self, now: float) -> float:
        """Seconds until it is worth to ask again; 0 if an attempt may go."""
        if self.open_until is None:
            return 0.0
        return PROBE_CHECK if self.probing else max(0.0, self.open_until - now)

    def sent(self) -> bool:
        """An attempt goes; whether it is the one that tries the ground."""
        if self.open_until is None:
            return False
        self.probing = True
        return True

    def worked(self) -> None:
        """The server answered, be it with a refusal of the request: it is there."""
        self.failures, self.opened, self.open_until, self.probing = 0, 0, None, False

    def failed(self, now: float, probe: bool) -> None:
        """The server failed. Attempts that were sent before it opened do not count again."""
        if probe:
            self.probing = False
            self._open(now)
        elif self.open_until is None:
            self.failures += 1
            if self.failures >= self.after:
                self._open(now)

    def undecided(self, probe: bool) -> None:
        """An attempt ended without telling whether the server is there (a rate limit, a deadline)."""
        if probe:
            self.probing = False

    def _open(self, now: float) -> None:
        self.open_until = now + min(self.longest, self.pause * 2**self.opened)
        self.opened += 1
        self.failures = 0
