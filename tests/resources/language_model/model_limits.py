"""What the server counts: rate limits, the prompt cache, and the bill.

Belongs here: sums on the server's side, written independently of the client's, so that a test can compare them. Does
not belong here: HTTP and faults.
"""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

PER_MILLION = {"claude-haiku-4-5": (1, 5), "claude-sonnet-4-5": (3, 15), "claude-opus-4-5": (5, 25)}
"""Dollars for input and output. The price page is the source, not the client's table."""

CACHE_LIVES = 300.0


@dataclass
class Bucket:
    """Fills evenly with `limit` a minute, up to `burst` seconds' worth."""

    limit: float
    burst: float = 60.0
    level: float = 0.0
    at: float | None = None

    def available(self, now: float) -> float:
        most = self.limit * self.burst / 60
        if self.at is None:
            self.level = most
        else:
            self.level = min(most, self.level + (now - self.at) * self.limit / 60)
        self.at = now
        return self.level

    def seconds_until(self, amount: float, now: float) -> float:
        return max(0.0, (amount - self.available(now)) / (self.limit / 60))


@dataclass
class RateLimits:
    """Requests, input and output tokens a minute; None where there is no limit."""

    requests: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    burst: float = 60.0
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = {"requests": self.requests, "input-tokens": self.input_tokens, "output-tokens": self.output_tokens}
        self.buckets = {name: Bucket(limit, self.burst) for name, limit in told.items() if limit is not None}

    def admit(self, input_tokens: float, now: float) -> float | None:
        """None, and the request is counted; or the seconds after which to come back."""
        needs = {"requests": 1.0, "input-tokens": input_tokens, "output-tokens": 1.0}
        waits = [bucket.seconds_until(needs[name], now) for name, bucket in self.buckets.items()]
        if any(wait > 0 for wait in waits):
            return max(waits)
        for name, bucket in self.buckets.items():
            bucket.level -= 0 if name == "output-tokens" else needs[name]
        return None

    def said(self, output_tokens: float, now: float) -> None:
        """Output is counted as it is generated, so that its bucket may fall below nothing."""
        if (bucket := self.buckets.get("output-tokens")) is not None:
            bucket.available(now)
            bucket.level -= output_tokens

    def headers(self, now: float) -> dict[str, str]:
        """As the API tells them: whole units, and when the bucket is full again."""
        told = {}
        for name, bucket in self.buckets.items():
            left = bucket.available(now)
            lacking = bucket.limit * bucket.burst / 60 - left
            full = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=lacking / (bucket.limit / 60))
            told[f"anthropic-ratelimit-{name}-limit"] = str(int(bucket.limit))
            told[f"anthropic-ratelimit-{name}-remaining"] = str(max(0, math.floor(left)))
            told[f"anthropic-ratelimit-{name}-reset"] = full.strftime("%Y-%m-%dT%H:%M:%SZ")
        return told


@dataclass
class PromptCache:
    """Prefixes up to the last marked block; one can be read once the answer that wrote it has begun."""

    least_tokens: int = 1024
    until: dict[str, float] = field(default_factory=dict)

    def tokens(self, body: Any, count: Callable[[str], int], now: float) -> tuple[int, int, str]:
        """Tokens read, tokens written, and the prefix to be kept."""
        blocks = body.get("system") or []
        marked = [place for place, block in enumerate(blocks, 1) if "cache_control" in block]
        if not marked:
            return 0, 0, ""
        prefix = body["model"] + "".join(block["text"] for block in blocks[: marked[-1]])
        size = sum(count(block["text"]) for block in blocks[: marked[-1]])
        if size < self.least_tokens:
            return 0, 0, ""
        return (size, 0, prefix) if self.until.get(prefix, 0.0) > now else (0, size, prefix)

    def keep(self, prefix: str, now: float) -> None:
        if prefix:
            self.until[prefix] = now + CACHE_LIVES


@dataclass(frozen=True)
class Bill:
    """One answer that the server charges for; `delivered` if all of it went out."""

    question: str
    model: str
    usage: dict[str, int]
    batch: bool
    delivered: bool

    @property
    def dollars(self) -> Fraction:
        inward, outward = PER_MILLION[self.model]
        tokens = (
            Fraction(self.usage["input_tokens"])
            + Fraction(self.usage["cache_creation_input_tokens"]) * Fraction(5, 4)
            + Fraction(self.usage["cache_read_input_tokens"]) / 10
        )
        whole = (tokens * inward + self.usage["output_tokens"] * outward) / 1_000_000
        return whole / 2 if self.batch else whole


def total(bills: list[Bill], delivered: bool | None = None) -> Fraction:
    """Dollars of all bills, or of those delivered or not."""
    return sum((b.dollars for b in bills if delivered is None or b.delivered == delivered), Fraction(0))
