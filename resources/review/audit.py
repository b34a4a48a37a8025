"""The audit log: who signed in, what was changed about accounts, exclusions and settings; only ever added to.

Belongs here: adding an entry within somebody's transaction, and reading. Does not belong here: people's words on
questions (they have a journal of their own, `words`), and secrets: no password, token or hash comes in here.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from resources.review.database import Database, Session, microseconds, moment_of
from resources.review.replacement import clean

Action = Literal[
    "signed_in", "sign_in_failed", "signed_out",
    "account_added", "role_changed", "password_changed", "account_disabled", "account_enabled",
    "excluded", "readmitted", "settings_changed",
]  # fmt: skip
ACTIONS: tuple[str, ...] = get_args(Action)

MOST = 1_000
"""Entries that one look returns."""
LONGEST = 2_000
"""Characters that are kept of a text."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened. actor: who did it, None for a visitor; subject: the person whom it is about."""

    sequence: int
    at: dt.datetime
    action: str
    actor: str | None
    subject: str | None
    address: str | None
    detail: dict[str, str]


class AuditLog:
    """Reads the log, and adds what no other function adds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, limit: int = 200, before: int | None = None) -> list[Entry]:
        """The latest entries, the latest first, at most `MOST`; with `before` those with a smaller sequence."""
        if limit < 1:
            raise ValueError(f"limit is a number of entries, not {limit}")
        asked = {"limit": min(limit, MOST), "before": 2**63 - 1 if before is None else before}
        with self._database.reading() as session:
            rows = session.rows(
                "SELECT * FROM audit_log WHERE sequence < :before ORDER BY sequence DESC LIMIT :limit", asked
            )
        return [_entry(row) for row in rows]

    def note(
        self, at: dt.datetime, action: Action, *, actor: str | None = None, subject: str | None = None,
        address: str | None = None, **detail: str,
    ) -> None:  # fmt: skip
        """Add an entry in a transaction of its own."""
        with self._database.writing() as session:
            note(session, at, action, actor=actor, subject=subject, address=address, **detail)


def note(
    session: Session, at: dt.datetime, action: Action, *, actor: str | None = None, subject: str | None = None,
    address: str | None = None, **detail: str,
) -> None:  # fmt: skip
    """Add an entry within the caller's transaction: what is undone was not noted either."""
    session.execute(
        """
        INSERT INTO audit_log (sequence, stated_at, actor, action, subject, address, detail)
        SELECT COALESCE(MAX(sequence), 0) + 1, :stated_at, :actor, :action, :subject, :address, :detail FROM audit_log
        """,
        {
            "stated_at": microseconds(at), "actor": _kept(actor), "action": action, "subject": _kept(subject),
            "address": _kept(address),
            "detail": json.dumps({name: _kept(text) for name, text in detail.items()}, ensure_ascii=False),
        },
    )  # fmt: skip


def _kept(text: str | None) -> str | None:
    """One line of bounded length that every database can hold."""
    return None if text is None else clean(text.encode("utf-8", "replace").decode())[:LONGEST]


def _entry(row: dict[str, Any]) -> Entry:
    at = moment_of(row["stated_at"])
    assert at is not None  # the column is NOT NULL
    detail = json.loads(row["detail"]) if row["detail"] else {}
    return Entry(row["sequence"], at, row["action"], row["actor"], row["subject"], row["address"], detail)
