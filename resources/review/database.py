"""The database under the review store: one SQLite file, or a PostgreSQL server; the same statements for both.

Belongs here: opening either, what they differ in, and writing by one at a time. Does not belong here: tables
(`schema`) and what is read and written (`store`, `queue`, `accounts`).

Statements are plain SQL with named parameters (`:name`) in the part that both understand: ON CONFLICT, RETURNING,
FILTER, window functions, IS DISTINCT FROM. Days are ISO text, moments whole microseconds since 1970 in UTC, lists and
records JSON text.

Writers take turns: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by an advisory lock of the transaction. So what a
transaction reads is still true when it writes, and sequences grow in the order of commits. Readers never wait.
"""

import datetime as dt
import functools
import json
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from resources.review.protocol import ReviewStoreError, moment

BUSY_SECONDS = 60.0
"""How long a call waits for a writer before it fails."""
GROWN = 0.2
"""A table that has grown by this share is counted anew at once."""
POOLED = 16
"""Connections that a service keeps; a run of the pipeline opens one a call, for its processes may fork."""
WRITERS = 4_227_081_904
"""Key of the advisory lock by which writers on PostgreSQL take turns."""

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_STORED: dict[type[pl.DataType], pl.DataType] = {pl.Datetime: pl.Int64(), pl.Date: pl.String()}
_WANTED = {
    "sqlite": "IN (SELECT value FROM json_each(:wanted))",
    # As an array: joined, they are taken for a hundred, and all questions are read for them.
    "postgresql": "= ANY(ARRAY(SELECT json_array_elements_text(CAST(:wanted AS json))))",
}
_URL = re.compile(r"postgres(ql)?(\+psycopg)?://")

Parameters = Mapping[str, Any]
Opened = TypeVar("Opened")


class StoreUnreachable(ReviewStoreError):
    """The database does not answer; the message names it without its password."""


class StoreBusy(ReviewStoreError):
    """Others are writing, for too long."""


BUSY = "The review store is busy, and nothing was recorded. Try again in a minute."


def is_server(place: str | Path) -> bool:
    """Whether the place is a PostgreSQL address and no file."""
    return bool(_URL.match(str(place)))


class Database:
    """A SQLite file (made with its folder when missing), or a PostgreSQL database.

    place: a path, or postgresql://user:password@host:port/name. schema: of PostgreSQL, made when missing; tests and
    tenants share a server by it.
    """

    def __init__(self, place: str | Path, *, pooled: bool = False, schema: str | None = None) -> None:
        self.server = is_server(place)
        self.path: Path | None = None if self.server else Path(place).absolute()
        self.schema = schema
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = self._postgres(str(place), pooled) if self.server else self._sqlite()

    @property
    def name(self) -> str:
        """What a message may call it: a path, or an address without its password."""
        return str(self.path) if self.path else self._engine.url.render_as_string(hide_password=True)

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator["Session"]:
        """A consistent look: all statements see the same state."""
        with self._session("BEGIN") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator["Session"]:
        """A transaction that no other writer runs beside; committed at its end, or undone as a whole."""
        with self._session(None) as session, session.write():
            yield session

    @contextmanager
    def staging(self) -> Iterator["Session"]:
        """A connection on which temporary tables are filled before `Session.write` takes its turn as a writer."""
        with self._session(None) as session:
            yield session

    @contextmanager
    def _session(self, begin: str | None) -> Iterator["Session"]:
        with self._connected() as connection:
            session = Session(connection, self)
            if begin is None:
                yield session
                return
            with session.transaction(begin):
                yield session

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        try:
            connection = self._patiently(self._engine.connect)
        except PoolTimeout:
            raise StoreBusy(BUSY) from None
        except DBAPIError as error:
            if self.server:
                raise StoreUnreachable(f"The review store {self.name} does not answer. Is it up?") from _plain(error)
            raise _plain(error) from None
        try:
            with _as_the_driver_says():
                yield connection
        finally:
            connection.close()

    def _patiently(self, action: Callable[[], Opened]) -> Opened:
        """Again while the file is busy: SQLite's own patience does not cover opening a file that another closes."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return action()
            except OperationalError as error:
                code = getattr(error.orig, "sqlite_errorcode", 0)
                if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def _sqlite(self) -> sa.Engine:
        # A file that has gone missing is not made anew: that would hide the loss. `create` makes a new one.
        address = f"{self.path.as_uri()}?mode=rw"  # type: ignore[union-attr]

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA synchronous = FULL")  # a commit returns when it is on the disk
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA cache_size = -65536")  # KiB
            connection.execute("PRAGMA schema_version").fetchone()  # what is no database says so here
            return connection

        return sa.create_engine(
            "sqlite://",
            creator=connect,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )

    def create(self) -> None:
        """Make the SQLite file, or the schema of PostgreSQL, where it is missing."""
        if self.path is not None:
            sqlite3.connect(self.path, timeout=BUSY_SECONDS).close()
        elif self.schema is not None:
            with self.writing() as session:
                session.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')

    def write_ahead(self) -> None:
        """Let readers of a SQLite file go on beside a writer; stays with the file."""
        if self.path is not None:
            with self._connected() as connection:
                self._patiently(lambda: connection.exec_driver_sql("PRAGMA journal_mode = WAL"))

    def _postgres(self, place: str, pooled: bool) -> sa.Engine:
        url = sa.make_url(_URL.sub("postgresql+psycopg://", place, count=1))
        # Whoever waits for a lock or for a reply is told in time, and does not hang.
        settings = [
            f"-c lock_timeout={int(BUSY_SECONDS * 1000)}",
            "-c statement_timeout=300000",
            "-c idle_in_transaction_session_timeout=600000",
            "-c timezone=UTC",
        ]
        if self.schema is not None:
            if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", self.schema):
                raise ValueError(f"schema is small letters, digits and _, not {self.schema!r}")
            settings.append(f"-c search_path={self.schema}")
        pool: dict[str, Any] = {"poolclass": sa.NullPool}
        if pooled:
            pool = {"pool_size": POOLED, "max_overflow": POOLED, "pool_timeout": BUSY_SECONDS, "pool_pre_ping": True}
        return sa.create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": " ".join(settings), "connect_timeout": 10},
            **pool,
        )


class Session:
    """One connection: statements in, rows out."""

    def __init__(self, connection: sa.Connection, database: Database) -> None:
        self._connection = connection
        self._database = database

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self._database.dialect

    def execute(self, statement: str, parameters: Parameters | Sequence[Parameters] | None = None) -> Any:
        """Run a statement; a list of parameters runs it once for each."""
        if isinstance(parameters, Mapping):
            parameters = _storables(parameters)
        elif parameters is not None:
            parameters = [_storables(each) for each in parameters]
        return self._connection.execute(_text(statement, parameters), parameters)

    def row(self, statement: str, parameters: Parameters | None = None) -> dict[str, Any] | None:
        """The first row, by column; None where there is none."""
        found = self.execute(statement, parameters).mappings().first()
        return None if found is None else dict(found)

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """All rows, by column."""
        return [dict(row) for row in self.execute(statement, parameters).mappings()]

    def frame(self, statement: str, schema: pl.Schema, parameters: Parameters | None = None) -> pl.DataFrame:
        """The rows with the schema's names, by place, and types; moments are stored as microseconds, days as text."""
        stored = {name: _STORED.get(dtype.base_type(), dtype) for name, dtype in schema.items()}
        found = [tuple(row) for row in self.execute(statement, parameters)]
        frame = pl.DataFrame(found, schema=stored, orient="row")
        return frame.with_columns(
            pl.col(name).str.to_date("%Y-%m-%d") if dtype == pl.Date else pl.col(name).cast(dtype)
            for name, dtype in schema.items()
            if dtype.base_type() in _STORED
        )

    def load(self, table: str, frame: pl.DataFrame) -> None:
        """Append a frame to a table with columns of the same names."""
        names = ", ".join(frame.columns)
        if self._database.server:
            self._copy(table, names, frame)
            return
        places = ", ".join("?" for _ in frame.columns)
        cursor = self._connection.connection.cursor()
        try:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", _tuples(frame))  # type: ignore[arg-type]
        finally:
            cursor.close()

    def _copy(self, table: str, names: str, frame: pl.DataFrame) -> None:
        cursor: Any = self._connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in _tuples(frame):
                copy.write_row([_storable(part) for part in row])

    def temporary(self, table: str, columns: str) -> None:
        """An empty temporary table of this connection; one of the same name that a pooled connection kept goes."""
        self.execute(f"DROP TABLE IF EXISTS {'pg_temp' if self._database.server else 'temp'}.{table}")
        self.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")

    def analyze(self, *tables: str, grown_by: int | None = None) -> None:
        """Let the planner know how much is in tables that were just filled; SQLite needs no telling. grown_by: rows
        that were added; where these are few beside what is known already, the server tells itself in time."""
        for table in tables if self._database.server else ():
            known = self.row("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)", {"table": table})
            if grown_by is None or grown_by >= GROWN * max((known or {"reltuples": 0})["reltuples"], 0):
                self.execute(f"ANALYZE {table}")

    def along_indexes(self) -> None:
        """Until this transaction ends rows are read in an index's order where there is one: for the first of many,
        where PostgreSQL's planner, that knows a table as it was some minutes ago, may take the many for few."""
        if self._database.server:
            self.execute(
                "SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true), "
                "set_config('enable_seqscan', 'off', true)"
            )

    def wanted(self, statement: str, ids: Iterable[str]) -> tuple[str, dict[str, str]]:
        """The statement with `{wanted}` as being one of the ids, any number of them, and the parameter that it takes. A
        temporary table would be written to PostgreSQL's catalogue at each click."""
        return statement.format(wanted=_WANTED[self.dialect]), {
            "wanted": json.dumps(sorted({_storable(each) for each in ids}))
        }

    @contextmanager
    def transaction(self, begin: str = "BEGIN") -> Iterator[None]:
        """All or nothing."""
        if self._database.server:
            # One look at the data for all statements, as SQLite gives it. A writer looks after its turn has come: said,
            # for a server's own default may be otherwise.
            level = "REPEATABLE READ" if begin == "BEGIN" else "READ COMMITTED"
            begin = f"BEGIN ISOLATION LEVEL {level}"
        self.execute(begin)
        try:
            yield
        except BaseException:
            self._rolled_back()
            raise
        self.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[None]:
        """Take the turn as a writer on this connection, with the temporary tables that it has."""
        # Within a process writers queue here: SQLite lets those that wait try again at random, some for seconds.
        with _turn(self._database.name), self.transaction("BEGIN IMMEDIATE"):
            if self._database.server:
                self.execute("SELECT pg_advisory_xact_lock(:key)", {"key": WRITERS})
            yield

    def _rolled_back(self) -> None:
        try:
            self.execute("ROLLBACK")
        except DBAPIError:  # the driver has ended it, or the connection is gone
            self._connection.invalidate()


def microseconds(at: dt.datetime) -> int:
    """As the database keeps a moment. Raises ValueError without a time zone."""
    return (moment(at) - EPOCH) // dt.timedelta(microseconds=1)


def moment_of(stored: int | None) -> dt.datetime | None:
    """The moment that the database keeps."""
    return None if stored is None else EPOCH + dt.timedelta(microseconds=stored)


def _text(statement: str, parameters: Parameters | Sequence[Parameters] | None) -> sa.TextClause:
    """The statement; a parameter that is a list or a tuple stands for as many (`IN :names`)."""
    many: tuple[str, ...] = ()
    if isinstance(parameters, Mapping):
        many = tuple(name for name, value in parameters.items() if isinstance(value, list | tuple))
    return _clause(statement, many)


@functools.lru_cache(maxsize=512)
def _clause(statement: str, many: tuple[str, ...]) -> sa.TextClause:
    clause = sa.text(statement)
    there = [name for name in many if re.search(rf":{name}\b", statement)]
    return clause.bindparams(*(sa.bindparam(name, expanding=True) for name in there))


@functools.cache
def _turn(name: str) -> threading.Lock:
    return threading.Lock()


def _storable(value: Any) -> Any:
    """PostgreSQL's text holds no NUL: what somebody sent with one is kept without it, on either database."""
    return value.replace("\x00", "") if isinstance(value, str) else value


def _storables(parameters: Parameters) -> Parameters:
    return {name: _storable(value) for name, value in parameters.items()}


def _tuples(frame: pl.DataFrame) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.to_list() for column in frame), strict=True)


@contextmanager
def _as_the_driver_says() -> Iterator[None]:
    """Errors of the database by the driver's own names, without the statement and its parameters: these are people's
    words and suppliers' texts, and have no place in a log."""
    try:
        yield
    except DBAPIError as error:
        if _is_busy(error.orig):
            raise StoreBusy(BUSY) from error.orig
        raise _plain(error) from None


def _is_busy(error: BaseException | None) -> bool:
    """Whether somebody waited in vain for a turn."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(error, "sqlstate", None) in ("55P03", "57014", "40001", "40P01")


def _plain(error: DBAPIError) -> BaseException:
    return error.orig if error.orig is not None else error
