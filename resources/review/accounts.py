"""People who review: their names and roles, signing in and out, and what administrators change.

Belongs here: the transactions about accounts, each with its entry in the audit log. Does not belong here: hashing
(`passwords`), tokens (`sessions`), counting guesses (`tries`), whose words count (`exclusions`), cookies (`page`).

An account is never deleted and never renamed: its name stands at the person's words for ever.
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.consensus.standing import name_of
from resources.review import sessions, tries
from resources.review.audit import Action, AuditLog, note
from resources.review.database import Database, Session, microseconds, moment_of
from resources.review.exclusions import Exclusions
from resources.review.passwords import Passwords, password_fault
from resources.review.protocol import ReviewStoreError
from resources.review.replacement import shown
from resources.review.sessions import SessionSettings, SignedIn
from resources.review.tasks import ROLES, Role

SHORTEST_NAME, LONGEST_NAME = 2, 64
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that nobody sees, or that change how the text around them reads."""

AccountSettings = SessionSettings


class AccountError(ReviewStoreError):
    """What is asked of an account cannot be; the message says why and what to do."""


class NotSignedIn(AccountError):
    """The same for a wrong password, an unknown name and a disabled account."""

    def __init__(self) -> None:
        super().__init__("The name or the password is not right.")


@dataclass(frozen=True)
class Account:
    """A person who may sign in, unless disabled. must_change: the password is to be changed at the next sign-in."""

    name: str
    role: Role
    created_at: dt.datetime
    disabled_at: dt.datetime | None
    must_change: bool


@dataclass(frozen=True)
class Admitted:
    """Somebody has signed in. token: of the session; device: of the browser, from now on known; both for cookies."""

    token: str
    device: str
    signed_in: SignedIn


class Accounts:
    """The accounts in a database that `migrations` has prepared. Each moment is given by the caller."""

    def __init__(
        self, database: Database, settings: AccountSettings | None = None, passwords: Passwords | None = None
    ) -> None:
        self.settings = settings or AccountSettings()
        self.exclusions = Exclusions(database)
        self.log = AuditLog(database)
        self._database = database
        self._passwords = passwords or Passwords()

    def people(self) -> list[Account]:
        """All accounts, by name."""
        with self._database.reading() as session:
            return [_account(row) for row in session.rows("SELECT * FROM accounts ORDER BY name_key")]

    def account(self, name: str) -> Account:
        """One account. Raises AccountError for a name that nobody has."""
        with self._database.reading() as session:
            return _account(_row(session, name))

    def add(
        self, name: str, role: str, password: str, *, by: str, now: dt.datetime, address: str | None = None,
        must_change: bool = True,
    ) -> Account:  # fmt: skip
        """A new account. Raises AccountError for a name that cannot be or is taken, and for a poor password."""
        _refuse(name_fault(name) or role_fault(role) or password_fault(password, name))
        row = {
            "name_key": key_of(name), "name": name, "role": role, "password_hash": self._passwords.hashed(password),
            "created_at": microseconds(now), "disabled_at": None, "must_change": int(must_change),
        }  # fmt: skip
        with self._database.writing() as session:
            added = session.execute(
                """
                INSERT INTO accounts (name_key, name, role, password_hash, created_at, must_change)
                VALUES (:name_key, :name, :role, :password_hash, :created_at, :must_change) ON CONFLICT DO NOTHING
                """,
                row,
            )
            if not added.rowcount:
                raise AccountError(f"There is an account {shown(name)} already: choose another name.")
            note(session, now, "account_added", actor=by, subject=name, address=address, role=role)
        return _account(row)

    def set_role(self, name: str, role: str, *, by: str, now: dt.datetime, address: str | None = None) -> None:
        """Another role; the person's sessions end. Raises AccountError."""
        _refuse(role_fault(role))
        self._change(name, {"role": role}, "role_changed", by, now, address, role=role)

    def set_password(
        self, name: str, password: str, *, by: str, now: dt.datetime, address: str | None = None,
        must_change: bool = True,
    ) -> None:  # fmt: skip
        """Another password, by somebody else; sessions end, pauses and known browsers are forgotten. Raises
        AccountError."""
        _refuse(password_fault(password, name))
        kept = {"password_hash": self._passwords.hashed(password), "must_change": int(must_change)}
        self._change(name, kept, "password_changed", by, now, address)

    def disable(self, name: str, *, by: str, now: dt.datetime, address: str | None = None) -> None:
        """Nobody signs in any more by this name; sessions end at once. Raises AccountError."""
        self._change(name, {"disabled_at": microseconds(now)}, "account_disabled", by, now, address)

    def enable(self, name: str, *, by: str, now: dt.datetime, address: str | None = None) -> None:
        """The person may sign in again. Raises AccountError."""
        self._change(name, {"disabled_at": None}, "account_enabled", by, now, address)

    def sign_in(
        self, name: str, password: str, *, address: str, now: dt.datetime, device: str | None = None,
        ending: str | None = None,
    ) -> Admitted:  # fmt: skip
        """A new session. device: the cookie of a browser that may be known; ending: a session that this one replaces.

        Raises NotSignedIn, TooManyTries, Busy. An unknown name costs the time and the words of a wrong password.
        """
        row, where, known = self._counted(name, address, device, now)
        kept = None if row is None else row["password_hash"]
        right = self._passwords.right(kept, password)
        if row is None or not right or row["disabled_at"] is not None:
            why = "unknown name" if row is None else "wrong password" if not right else "disabled"
            subject = None if row is None else row["name"]  # what is typed for a name may be a password
            self.log.note(now, "sign_in_failed", subject=subject, address=address, why=why)
            raise NotSignedIn
        renewed = self._passwords.hashed(password) if self._passwords.outdated(row["password_hash"]) else kept
        with self._database.writing() as session:
            if _row(session, name)["password_hash"] != kept or _row(session, name)["disabled_at"] is not None:
                raise NotSignedIn  # changed while this one was compared
            tries.take_back(session, where)
            _update(session, row["name_key"], {"password_hash": renewed})
            if ending:
                sessions.end(session, ending)
            note(session, now, "signed_in", actor=row["name"], subject=row["name"], address=address)
            return self._admitted(session, row, now, device if known else None)

    def signed_in(self, token: str, now: dt.datetime) -> SignedIn | None:
        """Whose session it is; None where it has ended or never was."""
        with self._database.reading() as session:
            found = sessions.find(session, token, now, self.settings)
        if found is not None and found.unseen:
            with self._database.writing() as session:
                sessions.seen(session, token, now)
        return found

    def sign_out(self, token: str, *, now: dt.datetime, address: str | None = None) -> None:
        """End the session; one that has ended is left alone."""
        with self._database.writing() as session:
            found = sessions.find(session, token, now, self.settings)
            if sessions.end(session, token) and found is not None:
                note(session, now, "signed_out", actor=found.name, subject=found.name, address=address)

    def change_password(
        self, token: str, old: str, new: str, *, now: dt.datetime, address: str | None = None
    ) -> Admitted:
        """One's own password; all sessions end and a new one begins. Raises AccountError, TooManyTries, Busy."""
        with self._database.writing() as session:
            found = sessions.find(session, token, now, self.settings)
            if found is None:
                raise AccountError("You are signed out. Sign in again.")
            same = "This is the present password: choose another." if old == new else None
            _refuse(password_fault(new, found.name) or same)
            where = tries.own_buckets(found.name_key)
            tries.count(session, where, now)
            row = _row(session, found.name)
        if not self._passwords.right(row["password_hash"], old):
            raise AccountError("The present password is not right.")
        kept = {"password_hash": self._passwords.hashed(new), "must_change": 0}
        with self._database.writing() as session:
            if sessions.find(session, token, now, self.settings) is None:
                raise AccountError("You are signed out. Sign in again.")
            tries.take_back(session, where)
            _changed(session, row, kept)
            note(session, now, "password_changed", actor=found.name, subject=found.name, address=address)
            return self._admitted(session, row | kept, now, None)

    def _counted(
        self, name: str, address: str, device: str | None, now: dt.datetime
    ) -> tuple[dict[str, Any] | None, tries.Buckets, bool]:
        """The account, if any; where this try was counted; whether the browser is known for it."""
        able = name_fault(name.strip()) is None
        key = key_of(name) if able else name
        with self._database.writing() as session:
            row = session.row("SELECT * FROM accounts WHERE name_key = :key", {"key": key}) if able else None
            known = sessions.known_device(session, key, device, now) if row is not None else None
            where = tries.buckets(key, address, known)
            tries.count(session, where, now)
        return row, where, known is not None

    def _admitted(self, session: Session, row: dict[str, Any], now: dt.datetime, device: str | None) -> Admitted:
        token = sessions.start(session, row["name_key"], now, self.settings)
        device = device or sessions.remember_device(session, row["name_key"], now)
        who = SignedIn(row["name"], row["name_key"], row["role"], bool(row["must_change"]), now)
        return Admitted(token, device, who)

    def _change(
        self, name: str, values: dict[str, Any], action: Action, by: str, now: dt.datetime, address: str | None,
        **detail: str,
    ) -> None:  # fmt: skip
        with self._database.writing() as session:
            row = _row(session, name)
            _stays_administered(session, row, row | values)
            _changed(session, row, values)
            note(session, now, action, actor=by, subject=row["name"], address=address, **detail)


def key_of(name: str) -> str:
    """Who is meant by a name: as words of people are told apart (`standing.name_of`)."""
    return str(pl.select(name_of(pl.lit(name))).item())


def name_fault(name: str) -> str | None:
    """Why the name cannot be an account's, and what to do; None where it can."""
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        return f"A name has {SHORTEST_NAME} to {LONGEST_NAME} characters, this one has {len(name)}."
    if any(unicodedata.category(character) in _UNSEEN for character in name):
        return f"The name {shown(name)} has characters that nobody sees: type it again."
    if name != name.strip() or name != unicodedata.normalize("NFKC", name):
        return f"The name {shown(name)} has spaces around it, or letters in an unusual form: type it again."
    if not any(map(str.isalnum, name)) or ":" in name:
        return f"The name {shown(name)} has no letter, or a colon, which is for names on other platforms."
    return None


def role_fault(role: str) -> str | None:
    """Why this is no role; None where it is one."""
    return None if role in ROLES else f"There is no role {shown(role)}: choose one of {', '.join(ROLES)}."


def _refuse(fault: str | None) -> None:
    if fault:
        raise AccountError(fault)


def _row(session: Session, name: str) -> dict[str, Any]:
    able = name_fault(name.strip()) is None
    row = session.row("SELECT * FROM accounts WHERE name_key = :key", {"key": key_of(name)}) if able else None
    if row is None:
        raise AccountError(f"There is no account {shown(name)}.")
    return row


def _changed(session: Session, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Write the values, and end what stood on those before."""
    key = row["name_key"]
    _update(session, key, values)
    sessions.end_all(session, key)
    if "password_hash" in values:
        sessions.forget_devices(session, key)
        session.execute("DELETE FROM sign_in_tries WHERE bucket = :bucket", {"bucket": tries.name_bucket(key)})


def _update(session: Session, name_key: str, values: dict[str, Any]) -> None:
    """values: by column; the names of columns are this module's."""
    told = ", ".join(f"{column} = :{column}" for column in values)
    session.execute(f"UPDATE accounts SET {told} WHERE name_key = :name_key", values | {"name_key": name_key})


def _stays_administered(session: Session, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Raises AccountError where nobody would be left who can change accounts."""

    def administers(row: dict[str, Any]) -> bool:
        return row["role"] == "admin" and row["disabled_at"] is None

    if administers(before) and not administers(after):
        others = "SELECT 1 FROM accounts WHERE role = 'admin' AND disabled_at IS NULL AND name_key <> :key"
        if session.row(others, {"key": before["name_key"]}) is None:
            raise AccountError(f"{before['name']} is the last who can change accounts: make somebody else admin first.")


def _account(row: dict[str, Any]) -> Account:
    created_at = moment_of(row["created_at"])
    assert created_at is not None  # the column is NOT NULL
    return Account(row["name"], row["role"], created_at, moment_of(row["disabled_at"]), bool(row["must_change"]))
