"""The embedded review store: one SQLite file on a local disk.

Belongs here: every statement that reads or writes it. Does not belong here: its tables (`migrations`) and files that
people exchange (`exchange`).

Each call opens its own connection. So one store serves any number of threads and processes, forked ones included, and
readers never wait for a writer (WAL).
"""

import datetime as dt
import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from resources.review.migrations import NotAReviewStore, migrate
from resources.review.protocol import (
    ASKED,
    CASES,
    COUNTS,
    DECISIONS,
    FACTS,
    IDENTITY,
    KINDS,
    OPEN,
    QUESTIONS,
    Decision,
    Outcome,
    decisions_fingerprint,
    moment,
)
from resources.review.replacement import MAX_REASON, allowed_values, replacement_fault, shown

BUSY_SECONDS = 60.0
"""How long a call waits for a writer in another process before it fails."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_END_OF_TIME = 2**63 - 1
_STORED: dict[type[pl.DataType], pl.DataType] = {pl.Datetime: pl.Int64(), pl.Date: pl.String()}

_SAME_QUESTION = """
SELECT i.question_id FROM incoming AS i JOIN questions AS q ON q.question_id = i.question_id
WHERE q.kind IS NOT i.kind OR q.attribute IS NOT i.attribute OR q.value IS NOT i.value OR q.unit IS NOT i.unit
ORDER BY i.question_id LIMIT 1
"""

_REPLACE_DAY = (
    # What the day no longer asks
    """
    INSERT INTO gone
    SELECT question_id FROM question_days
    WHERE day = :day AND question_id NOT IN (SELECT question_id FROM incoming)
    AND question_id IN (SELECT question_id FROM questions WHERE kind IN (SELECT value FROM json_each(:kinds)))
    """,
    """
    DELETE FROM question_products WHERE day = :day AND NOT EXISTS (
        SELECT 1 FROM incoming_products AS i
        WHERE i.question_id = question_products.question_id AND i.product_key = question_products.product_key
    )
    AND question_id IN (SELECT question_id FROM questions WHERE kind IN (SELECT value FROM json_each(:kinds)))
    """,
    "DELETE FROM question_days WHERE day = :day AND question_id IN (SELECT question_id FROM gone)",
    """
    DELETE FROM questions WHERE question_id IN (SELECT question_id FROM gone)
    AND NOT EXISTS (SELECT 1 FROM question_days AS d WHERE d.question_id = questions.question_id)
    AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.question_id = questions.question_id)
    """,
    # What it asks now. Rows that are there already are not written again.
    """
    INSERT INTO questions (question_id, kind, attribute, value, unit)
    SELECT question_id, kind, attribute, value, unit FROM incoming
    WHERE question_id NOT IN (SELECT question_id FROM questions)
    """,
    """
    INSERT INTO question_days
        (question_id, day, confidence, method, model_version, evidence, name, context, options)
    SELECT question_id, :day, confidence, method, model_version, evidence, name, context, options
    FROM incoming WHERE true
    ON CONFLICT (question_id, day) DO UPDATE SET
        confidence = excluded.confidence, method = excluded.method, model_version = excluded.model_version,
        evidence = excluded.evidence, name = excluded.name, context = excluded.context, options = excluded.options
    WHERE confidence IS NOT excluded.confidence OR method IS NOT excluded.method
        OR model_version IS NOT excluded.model_version OR evidence IS NOT excluded.evidence
        OR name IS NOT excluded.name OR context IS NOT excluded.context OR options IS NOT excluded.options
    """,
    """
    INSERT INTO question_products (question_id, day, product_key)
    SELECT question_id, :day, product_key FROM incoming_products WHERE true
    ON CONFLICT DO NOTHING
    """,
)

_IN_FORCE = """
SELECT d.question_id, d.verdict, d.value, d.unit, d.annotator, d.decided_at, d.reason, d.sequence
FROM (SELECT max(sequence) AS sequence FROM decisions WHERE decided_at < :before GROUP BY question_id) AS latest
JOIN decisions AS d ON d.sequence = latest.sequence
WHERE d.verdict <> 'undo'
ORDER BY d.question_id
"""

_IN_FORCE_WANTED = """
SELECT d.question_id, d.verdict, d.value, d.unit, d.annotator, d.decided_at, d.reason, d.sequence
FROM wanted AS w
JOIN decisions AS d ON d.sequence = (
    SELECT max(sequence) FROM decisions WHERE question_id = w.question_id AND decided_at < :before
)
WHERE d.verdict <> 'undo'
ORDER BY d.question_id
"""

_HISTORY = """
SELECT question_id, verdict, value, unit, annotator, decided_at, reason, sequence FROM decisions ORDER BY sequence
"""

_SHOWN = tuple(name.removeprefix("asked_") for name in CASES if name not in DECISIONS)
_CASES = f"""
SELECT d.question_id, d.verdict, d.value, d.unit, d.annotator, d.decided_at, d.reason, d.sequence,
       {", ".join(f"json_extract(d.asked, '$.{name}')" for name in _SHOWN)}
FROM (SELECT max(sequence) AS sequence FROM decisions GROUP BY question_id) AS latest
JOIN decisions AS d ON d.sequence = latest.sequence
WHERE d.verdict <> 'undo'
ORDER BY d.question_id
"""

_QUESTIONS = """
SELECT q.question_id, q.kind, q.attribute, q.value, q.unit,
       q.confidence, q.method, q.model_version, q.evidence, q.name, q.context, q.options
FROM wanted AS w JOIN question_now AS q ON q.question_id = w.question_id
ORDER BY q.question_id
"""

_OPEN = """
WITH latest AS (SELECT question_id, max(sequence) AS sequence FROM decisions GROUP BY question_id),
decided AS (
    SELECT d.question_id FROM latest JOIN decisions AS d ON d.sequence = latest.sequence WHERE d.verdict <> 'undo'
),
waiting AS (
    SELECT question_id, count(DISTINCT product_key) AS products, count(DISTINCT day) AS days, min(day) AS oldest_day
    FROM question_products AS p
    WHERE question_id NOT IN (SELECT question_id FROM decided)
        AND (:day IS NULL OR EXISTS (
            SELECT 1 FROM question_days AS d WHERE d.question_id = p.question_id AND d.day = :day
        ))
    GROUP BY question_id
    ORDER BY products DESC, oldest_day, question_id
    LIMIT :limit
)
SELECT q.question_id, q.kind, q.attribute, q.value, q.unit,
       q.confidence, q.method, q.model_version, q.evidence, q.name, q.context, q.options,
       w.products, w.days, w.oldest_day
FROM waiting AS w JOIN question_now AS q ON q.question_id = w.question_id
ORDER BY w.products DESC, w.oldest_day, w.question_id
"""

_COUNTS = """
WITH latest AS (SELECT question_id, max(sequence) AS sequence FROM decisions GROUP BY question_id),
decided AS (
    SELECT d.question_id FROM latest JOIN decisions AS d ON d.sequence = latest.sequence WHERE d.verdict <> 'undo'
)
SELECT kind,
       count(*) FILTER (
           WHERE NOT decided AND EXISTS (SELECT 1 FROM question_days AS d WHERE d.question_id = q.question_id)
       ),
       count(*) FILTER (WHERE decided)
FROM (SELECT kind, question_id, question_id IN (SELECT question_id FROM decided) AS decided FROM questions) AS q
GROUP BY kind
"""

_QUESTION = """
SELECT kind, attribute, value, unit, confidence, method, model_version, evidence, name, context, options
FROM question_now WHERE question_id = ?
"""

_LATEST = """
SELECT sequence, verdict, value, unit, annotator FROM decisions
WHERE question_id = ? ORDER BY sequence DESC LIMIT 1
"""

_SAID = """
SELECT sequence FROM decisions
WHERE question_id = ? AND verdict = ? AND value IS ? AND unit IS ? AND annotator = ? AND reason IS ?
ORDER BY sequence DESC LIMIT 1
"""

_APPEND = """
INSERT INTO decisions (question_id, verdict, value, unit, annotator, decided_at, reason, asked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


class SqliteReviewStore:
    """A `ReviewStore` in one SQLite file. The file and its folder are made when missing, an older file is migrated.

    Raises NewerReviewStore for a file of a newer version and NotAReviewStore for any other file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).absolute()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _patiently(self._prepare)

    def replace_day(self, day: dt.date, questions: pl.DataFrame, kinds: Collection[str] = KINDS) -> None:
        """See `ReviewStore.replace_day`."""
        products, asked = _of_the_day(questions)
        strange = set(asked["kind"].unique()) - set(kinds)
        if strange:
            raise ValueError(f"questions of kind {', '.join(sorted(strange))} are not among those replaced")
        with self._connection() as connection:
            with _transaction(connection, "BEGIN"):  # fills temporary tables only: nobody waits for it
                _load_day(connection, products, asked)
            with _transaction(connection):
                for statement in _REPLACE_DAY:
                    connection.execute(statement, {"day": day.isoformat(), "kinds": json.dumps(sorted(kinds))})
                other = connection.execute(_SAME_QUESTION).fetchone()
                if other is not None:
                    raise ValueError(_other_meaning(other[0]))

    def questions(self, question_ids: pl.Series) -> pl.DataFrame:
        """See `ReviewStore.questions`."""
        with self._connection() as connection:
            _want(connection, question_ids)
            return _frame(connection.execute(_QUESTIONS), QUESTIONS)

    def open_questions(self, day: dt.date | None = None, limit: int | None = 1000) -> pl.DataFrame:
        """See `ReviewStore.open_questions`."""
        if limit is not None and limit < 0:
            raise ValueError(f"limit is a number of questions, not {limit}")
        asked = {"day": None if day is None else day.isoformat(), "limit": -1 if limit is None else limit}
        with self._connection() as connection:
            return _frame(connection.execute(_OPEN, asked), OPEN)

    def counts(self) -> pl.DataFrame:
        """See `ReviewStore.counts`."""
        with self._connection() as connection:
            found = _frame(connection.execute(_COUNTS), COUNTS)
        every = pl.DataFrame({"kind": KINDS}, schema={"kind": pl.String})
        return every.join(found, on="kind", how="left", maintain_order="left").with_columns(
            pl.col("open", "decided").fill_null(0)
        )

    def decide(self, decisions: Sequence[Decision], once: bool = False) -> list[Outcome]:
        """See `ReviewStore.decide`."""
        if not decisions:
            return []
        with self._connection() as connection, _transaction(connection):
            return [_decide(connection, decision, once) for decision in decisions]

    def decisions(self, question_ids: pl.Series | None = None, before: dt.datetime | None = None) -> pl.DataFrame:
        """See `ReviewStore.decisions`."""
        moments = {"before": _END_OF_TIME if before is None else _microseconds(before)}
        with self._connection() as connection:
            if question_ids is None:
                return _frame(connection.execute(_IN_FORCE, moments), DECISIONS)
            _want(connection, question_ids)
            return _frame(connection.execute(_IN_FORCE_WANTED, moments), DECISIONS)

    def history(self) -> pl.DataFrame:
        """See `ReviewStore.history`."""
        with self._connection() as connection:
            return _frame(connection.execute(_HISTORY), DECISIONS)

    def cases(self) -> pl.DataFrame:
        """See `ReviewStore.cases`."""
        with self._connection() as connection:
            return _frame(connection.execute(_CASES), CASES)

    def fingerprint(self, question_ids: pl.Series) -> str:
        """See `ReviewStore.fingerprint`."""
        return decisions_fingerprint(self.decisions(question_ids))

    def _prepare(self) -> None:
        try:
            with self._connection("rwc") as connection:
                migrate(connection, self.path)
                connection.execute("PRAGMA journal_mode = WAL")  # stays with the file
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                raise NotAReviewStore(self.path, "it is no SQLite file") from error
            raise

    @contextmanager
    def _connection(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        """A connection of this call alone. A file that has gone missing is not made anew: that would hide the loss."""
        address = f"{self.path.as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")  # a commit returns when it is on the disk
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA cache_size = -65536")  # KiB
            _patiently(lambda: connection.execute("PRAGMA schema_version").fetchone())
            yield connection
        finally:
            connection.close()


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _patiently(action: Callable[[], object]) -> None:
    """Do it again while the file is busy: SQLite's own patience does not cover opening a file that another closes."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _of_the_day(questions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The distinct (question_id, product_key), and one row a question.

    Where products of one question differ in what is shown, the smallest product_key stands for all: any rule does that
    does not depend on the order of rows.
    """
    missing = [name for name in ASKED if name not in questions.columns]
    if missing:
        raise ValueError(f"questions of a day have the columns {', '.join(ASKED)}; missing: {', '.join(missing)}")
    rows = questions.select(pl.col(name).cast(dtype) for name, dtype in ASKED.items())
    _check_values(rows)
    rows = rows.sort("question_id", "product_key", *IDENTITY, *FACTS)
    asked = rows.unique("question_id", keep="first", maintain_order=True)
    meanings = rows.select("question_id", *IDENTITY).unique()
    if meanings.height != asked.height:
        twice = meanings.filter(pl.col("question_id").is_duplicated())["question_id"].min()
        raise ValueError(_other_meaning(str(twice)))
    products = rows.select("question_id", "product_key").unique(maintain_order=True)
    return products, asked.select("question_id", *IDENTITY, *FACTS)


def _check_values(rows: pl.DataFrame) -> None:
    for name in ("question_id", "product_key", "kind"):
        if rows[name].null_count():
            raise ValueError(f"{name} is null in {rows[name].null_count()} of {rows.height} questions")
    unknown = sorted(set(rows["kind"].unique()) - set(KINDS))
    if unknown:
        raise ValueError(f"kind {shown(unknown[0])} is not one of {', '.join(KINDS)}")
    probable = rows["confidence"].is_between(0.0, 1.0)
    if not probable.all():  # nulls are left out, NaN is not between
        raise ValueError(f"confidence is a probability or null, not {rows['confidence'].filter(~probable)[0]}")
    for options in rows["options"].unique():
        allowed_values(options)


def _other_meaning(question_id: str) -> str:
    return (
        f"question {shown(question_id)} has two meanings: with one question_id, {', '.join(IDENTITY)} are always the "
        "same. Make question_id a hash that covers them"
    )


def _load_day(connection: sqlite3.Connection, products: pl.DataFrame, asked: pl.DataFrame) -> None:
    connection.execute(
        "CREATE TEMP TABLE incoming (question_id TEXT PRIMARY KEY, kind, attribute, value, unit,"
        " confidence, method, model_version, evidence, name, context, options)"
    )
    connection.execute(
        "CREATE TEMP TABLE incoming_products (question_id TEXT, product_key TEXT,"
        " PRIMARY KEY (question_id, product_key)) WITHOUT ROWID"
    )
    connection.execute("CREATE TEMP TABLE gone (question_id TEXT PRIMARY KEY)")
    connection.executemany("INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _rows(asked))
    connection.executemany("INSERT INTO incoming_products VALUES (?, ?)", _rows(products))


def _rows(frame: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    return zip(*(column.to_list() for column in frame), strict=True)


def _want(connection: sqlite3.Connection, question_ids: pl.Series) -> None:
    """The ids as a temporary table: any number of them, each once."""
    ids = question_ids.cast(pl.String).drop_nulls().unique().sort().to_frame("question_id")
    with _transaction(connection, "BEGIN"):
        connection.execute("CREATE TEMP TABLE wanted (question_id TEXT PRIMARY KEY) WITHOUT ROWID")
        connection.executemany("INSERT INTO wanted VALUES (?)", _rows(ids))


def _frame(rows: sqlite3.Cursor, schema: pl.Schema) -> pl.DataFrame:
    """The rows with the schema's types; moments are stored as microseconds, days as ISO text."""
    stored = {name: _STORED.get(dtype.base_type(), dtype) for name, dtype in schema.items()}
    frame = pl.DataFrame(rows.fetchall(), schema=stored, orient="row")
    return frame.with_columns(
        pl.col(name).str.to_date("%Y-%m-%d") if dtype == pl.Date else pl.col(name).cast(dtype)
        for name, dtype in schema.items()
        if dtype.base_type() in _STORED
    )


def _decide(connection: sqlite3.Connection, decision: Decision, once: bool) -> Outcome:
    question_id = decision.question_id
    row = connection.execute(_QUESTION, (question_id,)).fetchone()
    if row is None:
        return Outcome(question_id, "unknown_question")
    asked = dict(zip((*IDENTITY, *FACTS), row, strict=True))
    fault = _fault(decision, asked)
    if fault is not None:
        return Outcome(question_id, "refused", message=fault)
    latest = connection.execute(_LATEST, (question_id,)).fetchone()
    in_force = None if latest is None or latest[1] == "undo" else latest[0]
    if decision.verdict == "undo" and in_force is None:
        return Outcome(question_id, "already")
    said = (decision.verdict, decision.value, decision.unit, decision.annotator)
    if in_force is not None and said == latest[1:]:
        return Outcome(question_id, "already", sequence=in_force)
    before = connection.execute(_SAID, (question_id, *said, decision.reason)).fetchone() if once else None
    if before is not None:
        return Outcome(question_id, "already", sequence=before[0])
    cursor = connection.execute(
        _APPEND, (question_id, *said, _microseconds(decision.decided_at), decision.reason, json.dumps(asked))
    )
    return Outcome(question_id, "recorded", sequence=cursor.lastrowid, replaced=in_force)


def _fault(decision: Decision, asked: dict[str, str | None]) -> str | None:
    if decision.reason is not None and len(decision.reason) > MAX_REASON:
        return f"the reason has {len(decision.reason)} characters and at most {MAX_REASON} are allowed: shorten it"
    if decision.value is None:
        return None
    return replacement_fault(asked["kind"] or "", asked["options"], decision.value, asked["attribute"])


def _microseconds(at: dt.datetime) -> int:
    return (moment(at) - _EPOCH) // dt.timedelta(microseconds=1)
