"""How often somebody may guess a password.

Belongs here: counting tries by name and address in the database, and the pauses that follow. Does not belong here:
passwords (`passwords`) and who signs in (`accounts`).

A try is counted before the password is looked at, and taken back when it was right: so a thousand guesses at once are
a thousand counted tries. Counts halve each hour. Three buckets for a visitor: the name from this address, the name from
anywhere, the address. A browser on which the person has signed in before has one of its own instead: whoever guesses a
name from a thousand addresses pauses strangers, not the person (device cookies: OWASP, "Slow Down Online Guessing
Attacks with Device Cookies").
"""

import datetime as dt
import hashlib
import ipaddress
from dataclasses import dataclass

from resources.review.database import Session, microseconds
from resources.review.protocol import ReviewStoreError

HALVED_AFTER = dt.timedelta(hours=1)
KEPT_FOR = dt.timedelta(hours=24)
MOST_ROWS = 20_000
"""Rows that are kept; beyond it the oldest go. Names and addresses are what strangers choose."""


@dataclass(frozen=True)
class Limit:
    """free: tries without a pause; after the next ones pauses of 1, 2, 4 ... seconds, at most `longest`."""

    free: int
    longest: dt.timedelta

    def pause(self, failures: int) -> dt.timedelta:
        """After so many failures."""
        beyond = failures - self.free
        return min(dt.timedelta(seconds=2 ** min(beyond, 20)), self.longest) if beyond >= 0 else dt.timedelta(0)


HERE = Limit(5, dt.timedelta(minutes=15))
"""A name from one address, or from a browser that is known."""
NAME = Limit(20, dt.timedelta(minutes=5))
"""A name from anywhere."""
ADDRESS = Limit(40, dt.timedelta(hours=1))
"""An address, with all names: an office may have one address for all."""

Buckets = dict[str, Limit]


class TooManyTries(ReviewStoreError):
    """Too many wrong passwords: `wait` says for how long nothing is tried."""

    def __init__(self, wait: dt.timedelta) -> None:
        self.wait = wait
        seconds = -(-wait // dt.timedelta(seconds=1))
        told = f"{seconds} seconds" if seconds < 100 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"There were too many tries. Try again in {told}.")


def buckets(name_key: str, address: str, device: str | None) -> Buckets:
    """Where a try is counted. device: what is kept of the cookie of a browser that is known for this name."""
    if device is not None:
        return {_bucket("device", device): HERE}
    network = _network(address)
    return {
        _bucket("here", name_key, network): HERE,
        _bucket("name", name_key): NAME,
        _bucket("address", network): ADDRESS,
    }


def own_buckets(name_key: str) -> Buckets:
    """Where is counted how often who is signed in states their present password wrongly."""
    return {_bucket("own", name_key): HERE}


def name_bucket(name_key: str) -> str:
    """Of a name from anywhere."""
    return _bucket("name", name_key)


def count(session: Session, where: Buckets, now: dt.datetime) -> None:
    """Count a try in each bucket. Raises TooManyTries, having counted nothing, while one of them pauses."""
    at = microseconds(now)
    known = {
        row["bucket"]: row
        for row in session.rows("SELECT * FROM sign_in_tries WHERE bucket IN :buckets", {"buckets": list(where)})
    }
    wait = max((row["pause_until"] for row in known.values()), default=at) - at
    if wait > 0:
        raise TooManyTries(dt.timedelta(microseconds=wait))
    for bucket, limit in where.items():
        failures = 1 + _left(known.get(bucket), at)
        pause = limit.pause(failures) // dt.timedelta(microseconds=1)
        session.execute(
            """
            INSERT INTO sign_in_tries (bucket, failures, last_at, pause_until) VALUES (:bucket, :failures, :at, :until)
            ON CONFLICT (bucket) DO UPDATE
            SET failures = excluded.failures, last_at = excluded.last_at, pause_until = excluded.pause_until
            """,
            {"bucket": bucket, "failures": failures, "at": at, "until": at + pause},
        )
    _forget(session, at)


def take_back(session: Session, where: Buckets) -> None:
    """The password was right: the name here starts anew, elsewhere one try less is counted."""
    for bucket, limit in where.items():
        if limit is HERE:
            session.execute("DELETE FROM sign_in_tries WHERE bucket = :bucket", {"bucket": bucket})
        else:
            session.execute(
                "UPDATE sign_in_tries SET failures = failures - 1, pause_until = last_at "
                "WHERE bucket = :bucket AND failures > 0",
                {"bucket": bucket},
            )


def _left(row: dict[str, int] | None, at: int) -> int:
    """Failures that still count."""
    if row is None:
        return 0
    halvings = max(at - row["last_at"], 0) // (HALVED_AFTER // dt.timedelta(microseconds=1))
    return row["failures"] >> min(halvings, 62)


def _forget(session: Session, at: int) -> None:
    """Old rows, and those beyond what is kept."""
    oldest = at - KEPT_FOR // dt.timedelta(microseconds=1)
    beyond = session.row(
        "SELECT last_at FROM sign_in_tries ORDER BY last_at DESC LIMIT 1 OFFSET :most", {"most": MOST_ROWS}
    )
    if beyond is not None:
        oldest = max(oldest, beyond["last_at"])
    session.execute("DELETE FROM sign_in_tries WHERE last_at <= :oldest", {"oldest": oldest})


def _network(address: str) -> str:
    """What one visitor can hardly change: an IPv4 address, the first half of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def _bucket(kind: str, *parts: str) -> str:
    """Of a fixed length whatever strangers write, and without their names."""
    said = "\x00".join(parts).encode("utf-8", "replace")
    return f"{kind}:{hashlib.sha256(said).hexdigest()}"
