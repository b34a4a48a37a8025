"""Whose words do not count, from when on: statements by leads, only ever added to.

Belongs here: stating an exclusion and its end, and what follows from all statements. Does not belong here: what becomes
of the words (`standing`), and whether the person may sign in (`accounts`).

A person is anybody whose name stands at a word: of an account, or of another platform.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from resources.review.audit import Action, note
from resources.review.database import Database, microseconds, moment_of
from resources.review.excluding import excluded_in
from resources.review.protocol import ReviewStoreError
from resources.review.replacement import MAX_REASON, clean
from resources.review.words import restate_of

LONGEST_PERSON = 200


class ExclusionRefused(ReviewStoreError):
    """The statement cannot be made; the message says why."""


@dataclass(frozen=True)
class Statement:
    """From `since` on, words of the person do not count (excluded), or count again."""

    sequence: int
    person: str
    excluded: bool
    since: dt.datetime
    by: str
    reason: str
    at: dt.datetime


class Exclusions:
    """What leads say about whose words count. Each moment is given by the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def exclude(
        self, person: str, since: dt.datetime, *, by: str, reason: str, now: dt.datetime, address: str | None = None
    ) -> Statement:
        """Words that the person said at or after `since` do not count, until `readmit`. Raises ExclusionRefused."""
        return self._state(person, True, since, by, reason, now, address)

    def readmit(
        self, person: str, since: dt.datetime, *, by: str, reason: str, now: dt.datetime, address: str | None = None
    ) -> Statement:
        """Words that the person said at or after `since` count again; a moment before the exclusion takes it back
        whole. Raises ExclusionRefused."""
        return self._state(person, False, since, by, reason, now, address)

    def excluded(self) -> pl.DataFrame:
        """What follows from all statements (shape: EXCLUDED of `standing`)."""
        with self._database.reading() as session:
            return excluded_in(session)

    def stated(self) -> list[Statement]:
        """All statements, the latest first."""
        with self._database.reading() as session:
            rows = session.rows("SELECT * FROM exclusions ORDER BY sequence DESC")
        return [_statement(row) for row in rows]

    def _state(
        self, person: str, excluded: bool, since: dt.datetime, by: str, reason: str, now: dt.datetime,
        address: str | None,
    ) -> Statement:  # fmt: skip
        said = {"person": clean(person), "by": clean(by), "reason": clean(reason)}
        _check(said)
        row = {
            "person": said["person"], "excluded": int(excluded), "since": microseconds(since),
            "stated_by": said["by"], "reason": said["reason"], "stated_at": microseconds(now),
        }  # fmt: skip
        with self._database.writing() as session:
            stated = session.row(
                """
                INSERT INTO exclusions (sequence, person, excluded, since, stated_by, reason, stated_at)
                SELECT COALESCE(MAX(sequence), 0) + 1, :person, :excluded, :since, :stated_by, :reason, :stated_at
                FROM exclusions RETURNING *
                """,
                row,
            )
            action: Action = "excluded" if excluded else "readmitted"
            told = {"since": since.astimezone(dt.UTC).isoformat(), "reason": said["reason"]}
            note(session, now, action, actor=said["by"], subject=said["person"], address=address, **told)
            restate_of(session, said["person"])
        return _statement(stated or {})


def _check(said: dict[str, str]) -> None:
    for what, text in said.items():
        if not text:
            raise ExclusionRefused(f"An exclusion names the person, who states it, and why: {what} is empty.")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ExclusionRefused(f"The {what} has characters that cannot be written: type it again.")
    if len(said["person"]) > LONGEST_PERSON or len(said["by"]) > LONGEST_PERSON:
        raise ExclusionRefused(f"A name has at most {LONGEST_PERSON} characters.")
    if len(said["reason"]) > MAX_REASON:
        raise ExclusionRefused(f"The reason has {len(said['reason'])} characters and at most {MAX_REASON} are allowed.")


def _statement(row: dict[str, object]) -> Statement:
    moments = [moment_of(int(str(row[name]))) for name in ("since", "stated_at")]
    since, at = (moment for moment in moments if moment is not None)
    return Statement(
        int(str(row["sequence"])), str(row["person"]), bool(row["excluded"]), since, str(row["stated_by"]),
        str(row["reason"]), at,
    )  # fmt: skip
