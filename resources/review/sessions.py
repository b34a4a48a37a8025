"""Who is signed in: sessions by a random token, of which only a digest is kept.

Belongs here: making, finding and ending sessions, the browsers that are known, and the token of forms. Does not belong
here: passwords and roles (`accounts`), cookies and headers (`page/security`).

A token is 256 random bits, so a digest of it needs no salt and no slow hash; who reads the database cannot sign in.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from resources.review.database import Session, microseconds, moment_of
from resources.review.tasks import Role

MOST = 20
"""Sessions of one person; beyond it the oldest ends."""
MOST_DEVICES = 10
DEVICE_KEPT = dt.timedelta(days=180)
_FORM = b"form"


@dataclass(frozen=True)
class SessionSettings:
    """idle: a session ends when nothing was asked for so long; absolute: it ends so long after signing in whatever was
    asked; seen: its last use is written down at most this often, which is how much sooner `idle` may end it."""

    idle: dt.timedelta = dt.timedelta(hours=12)
    absolute: dt.timedelta = dt.timedelta(days=7)
    seen: dt.timedelta = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is, as the account stands now. unseen: its use should be written down (`seen`)."""

    name: str
    name_key: str
    role: Role
    must_change: bool
    made_at: dt.datetime
    unseen: bool = False


def new_token() -> str:
    """256 random bits, as text for a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def form_token(token: str) -> str:
    """The token that forms of a session carry: only who has the session's token can work it out, and not back."""
    return hmac.new(token.encode("utf-8", "replace"), _FORM, hashlib.sha256).hexdigest()


def is_form_token(token: str, stated: str) -> bool:
    """Whether a form states the token of this session, compared in constant time."""
    return hmac.compare_digest(form_token(token).encode(), stated.encode("utf-8", "replace"))


def start(session: Session, name_key: str, now: dt.datetime, settings: SessionSettings) -> str:
    """A new session; what has run out goes, and the person's oldest where there are too many. Returns its token."""
    token, at = new_token(), microseconds(now)
    session.execute(
        "DELETE FROM sessions WHERE made_at <= :made OR seen_at <= :seen",
        {"made": microseconds(now - settings.absolute), "seen": microseconds(now - settings.idle)},
    )
    _make_room(session, "sessions", name_key, MOST)
    session.execute(
        "INSERT INTO sessions (token_hash, name_key, made_at, seen_at) VALUES (:hash, :key, :at, :at)",
        {"hash": digest(token), "key": name_key, "at": at},
    )
    return token


def find(session: Session, token: str, now: dt.datetime, settings: SessionSettings) -> SignedIn | None:
    """Whose token it is; None where it is nobody's, has run out, or the account is disabled."""
    row = session.row(
        """
        SELECT a.name, a.name_key, a.role, a.must_change, s.made_at, s.seen_at
        FROM sessions AS s JOIN accounts AS a ON a.name_key = s.name_key
        WHERE s.token_hash = :hash AND a.disabled_at IS NULL AND s.made_at > :made AND s.seen_at > :seen
        """,
        {
            "hash": digest(token), "made": microseconds(now - settings.absolute),
            "seen": microseconds(now - settings.idle),
        },
    )  # fmt: skip
    if row is None:
        return None
    made_at = moment_of(row["made_at"])
    assert made_at is not None  # the column is NOT NULL
    unseen = row["seen_at"] <= microseconds(now - settings.seen)
    return SignedIn(row["name"], row["name_key"], row["role"], bool(row["must_change"]), made_at, unseen)


def seen(session: Session, token: str, now: dt.datetime) -> None:
    """The session was used."""
    session.execute(
        "UPDATE sessions SET seen_at = :at WHERE token_hash = :hash AND seen_at < :at",
        {"hash": digest(token), "at": microseconds(now)},
    )


def end(session: Session, token: str) -> bool:
    """End one; whether there was one."""
    return bool(session.execute("DELETE FROM sessions WHERE token_hash = :hash", {"hash": digest(token)}).rowcount)


def end_all(session: Session, name_key: str) -> None:
    """End all sessions of a person."""
    session.execute("DELETE FROM sessions WHERE name_key = :key", {"key": name_key})


def known_device(session: Session, name_key: str, token: str | None, now: dt.datetime) -> str | None:
    """What is kept of the cookie of a browser on which the person has signed in before; None for any other."""
    if not token:
        return None
    row = session.row(
        "SELECT token_hash FROM known_devices WHERE token_hash = :hash AND name_key = :key AND made_at > :since",
        {"hash": digest(token), "key": name_key, "since": microseconds(now - DEVICE_KEPT)},
    )
    return None if row is None else str(row["token_hash"])


def remember_device(session: Session, name_key: str, now: dt.datetime) -> str:
    """From now on the browser is known for the person. Returns the token for its cookie."""
    token = new_token()
    _make_room(session, "known_devices", name_key, MOST_DEVICES)
    session.execute(
        "INSERT INTO known_devices (token_hash, name_key, made_at) VALUES (:hash, :key, :at)",
        {"hash": digest(token), "key": name_key, "at": microseconds(now)},
    )
    return token


def forget_devices(session: Session, name_key: str) -> None:
    """No browser is known for the person any more."""
    session.execute("DELETE FROM known_devices WHERE name_key = :key", {"key": name_key})


def _make_room(session: Session, table: str, name_key: str, most: int) -> None:
    """Room for one more of a person's rows: of those beyond `most` the oldest go."""
    session.execute(
        f"""
        DELETE FROM {table} WHERE token_hash IN (
            SELECT token_hash FROM {table} WHERE name_key = :key
            ORDER BY made_at DESC, token_hash LIMIT 1000 OFFSET :most
        )
        """,
        {"key": name_key, "most": most - 1},
    )
