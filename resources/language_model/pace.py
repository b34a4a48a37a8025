"""How fast to send: as fast as the server's rate limits allow, and no faster.

Belongs here: what follows from the rate limit headers, from answers and from refusals, as sums over given times. Does
not belong here: clocks, sleeping, HTTP.

The server keeps a token bucket for each of requests, input tokens and output tokens a minute, and says in headers how
large it is and what remains (platform.claude.com, "Rate limits"). While more than half remains, nothing holds an
attempt back but the window. Below that attempts go at the rate at which the bucket fills, a little less (`CALM`), so
that the usual jitter of a network does not run into the limit: a refusal costs a wait of a second or more.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Self

CALM = 0.99
"""Share of the allowed rate that is aimed at."""
SLOWER, FASTER, LEAST = 0.8, 0.002, 0.1
"""Of that share after a refusal, by how much it recovers with each answer, and where it stops falling."""
AT_ONCE = 0.5
"""Seconds' worth of the rate that may go at once after a pause; a limit a minute, read strictly, allows one."""
PLENTY = 0.5
"""While so much of a bucket remains, attempts are not spaced."""
SMOOTH = 0.1
"""Weight of the newest observation in a running mean."""
DIMENSIONS = ("requests", "input-tokens", "output-tokens")


@dataclass(frozen=True)
class Need:
    """What an attempt takes of each dimension, as far as is known before it."""

    requests: float = 1.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0

    def amounts(self) -> dict[str, float]:
        """By the names of the headers."""
        return dict(zip(DIMENSIONS, (self.requests, self.input_tokens, self.output_tokens), strict=True))


@dataclass
class Bucket:
    """One dimension: `limit` a minute, as the server says; `level` is what we may take now by our own count."""

    limit: float
    at: float
    level: float = 0.0
    remaining: float = 0.0
    flying: float = 0.0

    def rate(self, calm: float) -> float:
        """Units a second that we aim at."""
        return self.limit / 60 * calm

    def wait(self, amount: float, now: float, calm: float) -> float:
        """Seconds until so much may be taken. More than goes at once goes when that is there."""
        self._fill(now, calm)
        if self.remaining - self.flying > PLENTY * self.limit:
            return 0.0
        lacking = min(amount, self._capacity(calm)) - self.level
        return max(0.0, lacking / self.rate(calm))

    def take(self, amount: float) -> None:
        """An attempt goes. In plenty the level stops at nothing, as it is not what the attempt is taken from."""
        plenty = self.remaining - self.flying > PLENTY * self.limit
        self.level = max(self.level - amount, min(self.level, 0.0)) if plenty else self.level - amount
        self.flying += amount

    def back(self, guessed: float, used: float | None) -> None:
        """It ended: so much was used where so much had been guessed. After a failure (None) nothing is given back."""
        self.flying = max(0.0, self.flying - guessed)
        if used is not None:
            self.level += guessed - used

    def _fill(self, now: float, calm: float) -> None:
        self.level = min(self._capacity(calm), self.level + max(0.0, now - self.at) * self.rate(calm))
        self.at = now

    def _capacity(self, calm: float) -> float:
        return max(1.0, AT_ONCE * self.rate(calm))


@dataclass
class Pace:
    """How many attempts may be under way (the window), and when the next may go (the buckets). Times in seconds.

    The window starts at one, so that the first answer writes the cache from which the others read, and grows with each
    answer; once a rate is known it is at least what that rate takes at the usual latency (Little's law). It halves when
    the server is overloaded.
    """

    ceiling: int
    window: float = 1.0
    flying: int = 0
    calm: float = CALM
    latency: float = 0.0
    answer_tokens: float = 0.0
    until: float = 0.0
    shrunk_at: float = float("-inf")
    slowed_at: float = float("-inf")
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def wait(self, need: Need, now: float) -> float | None:
        """Seconds until an attempt may go, 0 for now, None for: not before one under way has ended."""
        if self.flying >= int(self.window):
            return None
        waits = [bucket.wait(need.amounts()[name], now, self.calm) for name, bucket in self.buckets.items()]
        return max([self.until - now, 0.0, *waits])

    def sent(self, need: Need) -> None:
        """An attempt goes."""
        self.flying += 1
        for name, bucket in self.buckets.items():
            bucket.take(need.amounts()[name])

    def answered(self, guess: Need, used: Need, latency: float, headers: Mapping[str, str], now: float) -> None:
        """An answer came."""
        self.latency = latency if self.latency == 0 else self.latency + SMOOTH * (latency - self.latency)
        self.answer_tokens += (used.output_tokens - self.answer_tokens) * (SMOOTH if self.answer_tokens else 1.0)
        self._ended(guess, used)
        self._read(headers, now)
        self.calm = min(CALM, self.calm + FASTER)
        if now - self.shrunk_at > self.latency:
            self._grow()

    def limited(self, guess: Need, headers: Mapping[str, str], wait: float | None, now: float) -> None:
        """A rate limit was reached: nobody sends before `wait` is over, and then a little slower."""
        self._ended(guess, None)
        self._read(headers, now)
        self.until = max(self.until, now + (refilled(headers, guess) if wait is None else wait))
        if now - self.slowed_at > self.latency:
            self.calm = max(LEAST, self.calm * SLOWER)
            if not self.buckets:
                self.window = max(1.0, self.window / 2)
            self.slowed_at = now

    def overloaded(self, guess: Need, now: float) -> None:
        """The server could not: half as many at a time, at most once for those that were under way together."""
        self._ended(guess, None)
        if now - self.shrunk_at > self.latency:
            self.window = max(1.0, self.window / 2)
            self.shrunk_at = now

    def rejected(self, guess: Need) -> None:
        """The request itself was refused: that says nothing about the pace."""
        self._ended(guess, None)

    def _ended(self, guess: Need, used: Need | None) -> None:
        self.flying -= 1
        taken = None if used is None else used.amounts()
        for name, bucket in self.buckets.items():
            bucket.back(guess.amounts()[name], None if taken is None else taken[name])

    def _grow(self) -> None:
        requests = self.buckets.get("requests")
        enough = 1.5 * requests.rate(CALM) * self.latency + 1 if requests else 1.0
        # Before any overload: to what the rate takes at once, or twice as many a round. After one, in twenty rounds.
        fresh = self.shrunk_at == float("-inf")
        step = max(1.0, enough / 20) / self.window
        grown = max(self.window + step, enough) if requests else self.window + 1.0
        self.window = min(float(self.ceiling), grown if fresh else self.window + step)

    def _read(self, headers: Mapping[str, str], now: float) -> None:
        for name in DIMENSIONS:
            told = Told.of(headers, name)
            if told is None:
                continue
            bucket = self.buckets.get(name)
            if bucket is None or bucket.limit != told.limit:
                flying = float(self.flying) if name == "requests" else 0.0
                bucket = self.buckets[name] = Bucket(told.limit, now, flying=flying)
            bucket.remaining = told.remaining


@dataclass(frozen=True)
class Told:
    """What the headers say of one dimension."""

    limit: float
    remaining: float

    @classmethod
    def of(cls, headers: Mapping[str, str], name: str) -> Self | None:
        """None where they say nothing, or nothing that can be understood."""
        try:
            limit, remaining = (float(headers[f"anthropic-ratelimit-{name}-{what}"]) for what in ("limit", "remaining"))
        except (KeyError, ValueError):
            return None
        return cls(limit, remaining) if limit > 0 else None


def refilled(headers: Mapping[str, str], need: Need) -> float:
    """Seconds until an exhausted bucket has refilled for one attempt, where a refusal does not say it in retry-after.

    `reset` is when the bucket is full again; it fills evenly. Compared with the server's own clock (`date`).
    """
    waits = [0.0]
    for name, amount in need.amounts().items():
        told = Told.of(headers, name)
        full = seconds_until(headers.get(f"anthropic-ratelimit-{name}-reset"), headers.get("date"))
        if told is not None and full is not None and told.remaining < amount:
            waits.append(full * (amount - told.remaining) / (told.limit - told.remaining))
    return max(waits)


def seconds_until(reset: str | None, date: str | None) -> float | None:
    """From the server's `date` (RFC 9110) to `reset` (RFC 3339); None where either is not there or not a moment."""
    try:
        return max(0.0, (dt.datetime.fromisoformat(reset or "") - parsedate_to_datetime(date or "")).total_seconds())
    except (ValueError, TypeError):
        return None
