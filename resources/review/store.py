"""The review store on a database: a SQLite file, or PostgreSQL.

Belongs here: the transactions of a `ReviewStore`. Does not belong here: statements (`questions`, `words`), tables
(`schema`), tasks (`queue`), files that people exchange (`exchange`).

On SQLite each call opens its own connection. So one store serves any number of threads and processes, and readers never
wait for a writer (WAL). A process that was forked without an exec cannot use it: Polars' threads do not survive that.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import polars as pl

from catalog_assets.consensus.standing import Trust
from resources.review import questions as waiting
from resources.review import words
from resources.review.database import Database, Session
from resources.review.excluding import excluded_in
from resources.review.migrations import NotAReviewStore, migrate
from resources.review.protocol import COUNTS, DECISIONS, KINDS, Decision, Outcome

_POSITION = """
SELECT (SELECT max(sequence) FROM decisions) AS words, (SELECT max(sequence) FROM exclusions) AS exclusions
"""
_COUNTS = """
SELECT kind, count(*) FILTER (WHERE sequence IS NULL AND products > 0), count(*) FILTER (WHERE sequence IS NOT NULL)
FROM waiting GROUP BY kind
"""


def utc_now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


class SqlReviewStore:
    """A `ReviewStore` in a SQLite file (made when missing), or at a postgresql:// address. What is there from an older
    version is migrated.

    Raises NewerReviewStore for the store of a newer version and NotAReviewStore for anything else.
    """

    def __init__(self, place: str | Path | Database, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self.database = place if isinstance(place, Database) else Database(place)
        self._clock = clock  # since when a question waits; nothing that is derived from the journal depends on it
        self._cases: tuple[tuple[object, ...], dict[str | None, pl.DataFrame]] | None = None
        self._prepare()

    @property
    def path(self) -> Path | None:
        """The file; None on a server."""
        return self.database.path

    def replace_day(self, day: dt.date, questions: pl.DataFrame, kinds: Collection[str] = KINDS) -> None:
        """See `ReviewStore.replace_day`."""
        with self.database.staging() as session:
            waiting.stage(session, questions, kinds)
            with session.write():
                waiting.take_in(session, day, kinds, self._clock())
                words.restate(session, waiting.passed_over(session), words.trusted(session))

    def questions(self, question_ids: pl.Series) -> pl.DataFrame:
        """See `ReviewStore.questions`."""
        with self.database.staging() as session:
            return waiting.known(session, question_ids)

    def open_questions(self, day: dt.date | None = None, limit: int | None = 1000) -> pl.DataFrame:
        """See `ReviewStore.open_questions`."""
        if limit is not None and limit < 0:
            raise ValueError(f"limit is a number of questions, not {limit}")
        with self.database.reading() as session:
            return waiting.open_now(session, day, limit)

    def counts(self) -> pl.DataFrame:
        """See `ReviewStore.counts`."""
        with self.database.reading() as session:
            found = session.frame(_COUNTS, COUNTS)
        every = pl.DataFrame({"kind": KINDS}, schema={"kind": pl.String})
        return every.join(found, on="kind", how="left", maintain_order="left").with_columns(
            pl.col("open", "decided").fill_null(0)
        )

    def decide(self, decisions: Sequence[Decision], once: bool = False, beside: bool = False) -> list[Outcome]:
        """See `ReviewStore.decide`."""
        if not decisions:
            return []
        with self.database.writing() as session:
            excluded = words.silenced(session)
            outcomes = [words.append(session, decision, excluded, once=once, beside=beside) for decision in decisions]
            changed = {outcome.question_id for outcome in outcomes if outcome.status == "recorded"}
            words.restate(session, changed, words.trusted(session))
        return outcomes

    def decisions(self, question_ids: pl.Series | None = None, trust: Trust | None = None) -> pl.DataFrame:
        """See `ReviewStore.decisions`."""
        if question_ids is None:
            return self.cases(trust).select(DECISIONS.names())
        with self.database.staging() as session:
            return words.in_force(session, question_ids, trust).select(DECISIONS.names())

    def position(self) -> int:
        """See `ReviewStore.position`."""
        with self.database.reading() as session:
            return (session.row(_POSITION) or {})["words"] or 0

    def history(self) -> pl.DataFrame:
        """See `ReviewStore.history`."""
        with self.database.reading() as session:
            return words.history(session)

    def words(self) -> pl.DataFrame:
        """Every word with the confidence of what it is about (shape: WORDS of `standing`)."""
        with self.database.reading() as session:
            return words.spoken_words(session)

    def excluded(self) -> pl.DataFrame:
        """See `ReviewStore.excluded`."""
        with self.database.reading() as session:
            return excluded_in(session)

    def cases(self, trust: Trust | None) -> pl.DataFrame:
        """See `ReviewStore.cases`. Read once for as long as nobody says anything: each day and stage asks for them."""
        with self.database.reading() as session:
            key = tuple((session.row(_POSITION) or {}).values())
            version = None if trust is None else json.dumps(asdict(trust), sort_keys=True)
            kept = self._cases  # one look: another thread may put a later state there meanwhile
            if kept is None or kept[0] != key:
                kept = self._cases = (key, {})
            if version not in kept[1]:
                kept[1][version] = words.in_force(session, None, trust)
            return kept[1][version]

    def use(self, trust: Trust | None) -> None:
        """Let questions stand in the queue by this trust from now on; None: by the last word."""
        with self.database.writing() as session:
            if words.trusted(session) != trust:
                words.trust(session, trust)
                self._restate_all(session)

    def derive_anew(self) -> None:
        """Tell again, from nothing, where every question stands in the queue."""
        with self.database.writing() as session:
            self._derive(session)

    def _derive(self, session: Session) -> None:
        waiting.derive_anew(session, self._clock())
        self._restate_all(session)

    def _restate_all(self, session: Session) -> None:
        spoken = session.rows("SELECT DISTINCT question_id FROM decisions UNION SELECT question_id FROM passes")
        words.restate(session, [row["question_id"] for row in spoken], words.trusted(session))

    def _prepare(self) -> None:
        self.database.create()
        try:
            migrate(self.database, derive=self._derive)
            self.database.write_ahead()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
                raise NotAReviewStore(self.path, "it is no SQLite file") from error
            raise
