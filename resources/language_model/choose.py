"""One by one or in a batch, and when to stop waiting for a batch: pure rules over counts and seconds.

Belongs here: the choice. Does not belong here: clocks, and carrying it out.

A batch costs half, ends mostly within the hour, and is promised within 24 hours only (platform.claude.com, "Batch
processing"): within a window of a few hours it is worth a wait only as long as all could still be asked one by one.
"""

from dataclasses import dataclass
from typing import Literal

Way = Literal["batch", "messages"]
Next = Literal["wait", "collect", "fall back"]


@dataclass(frozen=True)
class Window:
    """What the choice goes by. Seconds, and requests a minute that the account's rate limits allow.

    `smallest`   below it a batch saves too little to wait for
    `usual`      within which a batch is expected to end
    `spare`      factor on the time that asking one by one takes: faults, retries, a slow start
    `to_cancel`  within which a cancelled batch is expected to have ended
    """

    requests_a_minute: float
    smallest: int = 100
    usual: float = 3600.0
    spare: float = 1.5
    to_cancel: float = 600.0

    def one_by_one(self, requests: int) -> float:
        """Seconds that it takes to ask so many one by one, with a margin."""
        return requests / self.requests_a_minute * 60 * self.spare

    def last_moment(self, requests: int) -> float:
        """Seconds that must be left when a batch of so many is given up for late."""
        return self.to_cancel + self.one_by_one(requests)


def way(requests: int, left: float, window: Window) -> Way:
    """How to ask so many requests with so many seconds left.

    A batch if it is large enough, will usually end in time, and leaves time to ask all one by one if it does not.
    """
    if requests < window.smallest:
        return "messages"
    return "batch" if left >= window.usual + window.last_moment(requests) else "messages"


def next_step(ended: bool, open_requests: int, left: float, window: Window) -> Next:
    """What to do about a batch with so many requests open: all of them until it ends, since none is had before.

    `fall back` is: cancel it, collect once it has ended, and ask one by one for what came back `expired`. Asking before
    it has ended would pay twice.
    """
    if ended:
        return "collect"
    return "wait" if left > window.last_moment(open_requests) else "fall back"


def fits(requests: int, left: float, window: Window) -> int:
    """How many of the requests can be asked one by one in the seconds left; the most useful should come first."""
    return min(requests, max(0, int(left / window.spare * window.requests_a_minute / 60)))
