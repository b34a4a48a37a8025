"""The lake: Delta tables of the column registry, on local disk or S3.

Belongs here: reading and committing whole tables and partitions, and retrying commits that lost a race. Does not
belong here: what the rows mean.
"""

import datetime as dt
import os
import random
import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Field, Schema, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from catalog_assets.vocabulary.columns import TABLES, Table

Value = str | dt.date
ATTEMPTS = 12


def s3_options(endpoint: str | None) -> dict[str, str]:
    """Storage options for `s3://`, from the AWS_* environment; keys never leave the process."""
    options = {
        "AWS_REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        "conditional_put": "etag",
    }
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        if os.environ.get(key):
            options[key] = os.environ[key]
    if endpoint:
        options["AWS_ENDPOINT_URL"] = endpoint
        options["AWS_ALLOW_HTTP"] = str(endpoint.startswith("http://")).lower()
    return options


class Lake:
    """Delta tables under one root.

    `on_commit` is called with a label before and after each commit; tests hook their faults there.
    """

    def __init__(
        self, uri: str, options: Mapping[str, str] | None = None, on_commit: Callable[[str], None] | None = None
    ) -> None:
        self.uri = uri.rstrip("/")
        self.options = dict(options or {}) or None
        self.on_commit = on_commit or (lambda label: None)
        self._wide: set[str] = set()
        self._open: dict[str, DeltaTable] = {}
        self._lock = threading.Lock()

    def location(self, name: str) -> str:
        """Where a table is."""
        return f"{self.uri}/{TABLES[name].name}"

    def exists(self, name: str) -> bool:
        """Whether the table has been written at least once."""
        return DeltaTable.is_deltatable(self.location(name), storage_options=self.options)

    def scan(self, name: str, **partition: Value) -> pl.LazyFrame:
        """The table, or those rows of it that have the given partition values; empty if it was never written."""
        try:
            there = self._current(name)
        except TableNotFoundError:
            return TABLES[name].empty().lazy()
        frame = pl.scan_delta(there, storage_options=self.options).select(_columns(there, TABLES[name]))
        return frame.filter(*(pl.col(key) == value for key, value in partition.items())) if partition else frame

    def read(self, name: str, **partition: Value) -> pl.DataFrame:
        """As `scan`, collected."""
        return self.scan(name, **partition).collect()

    def version(self, name: str) -> int | None:
        """The table's version, None if it was never written."""
        if not self.exists(name):
            return None
        return self._current(name).version()

    def snapshot(self, *names: str) -> "Lake":
        """The lake as it is now, for many small questions: these tables are read once, the others as ever."""
        return _Snapshot(self, names)

    def replace(self, name: str, rows: pl.DataFrame, **where: Value) -> None:
        """Make the rows with the given values exactly `rows`, in one commit. `where` must name literal values."""
        table = TABLES[name]
        self._ensure(table)
        predicate = " AND ".join(f"{key} = {_literal(value)}" for key, value in where.items())
        data = self._whole(table, rows).to_arrow()

        def write() -> None:
            write_deltalake(
                self._current(name),
                data,
                mode="overwrite",
                predicate=predicate or None,
                storage_options=self.options,
                commit_properties=CommitProperties(max_commit_retries=20),
            )

        self._commit(name, write)

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Add rows in one commit (the journal's tables)."""
        table = TABLES[name]
        self._ensure(table)
        data = self._whole(table, rows).to_arrow()
        self._commit(
            name,
            lambda: write_deltalake(self._current(name), data, mode="append", storage_options=self.options),
        )

    def merge(self, name: str, rows: pl.DataFrame, gone: pl.Series) -> None:
        """Insert or update `rows` by the table's key, and delete the keys in `gone`, in one commit."""
        table = TABLES[name]
        self._ensure(table)
        (key,) = table.key
        deletions = pl.DataFrame({key: gone.cast(pl.String).unique()}).join(rows.select(key), on=key, how="anti")
        if rows.is_empty() and deletions.is_empty():
            return
        if rows[key].null_count() or rows[key].n_unique() < rows.height:
            raise ValueError(f"{table.name} can only be merged by a {key} that is never null and never given twice")
        changes = pl.concat(
            [
                _conform(table, rows).with_columns(pl.lit(False).alias("_gone")),
                deletions.with_columns(pl.lit(True).alias("_gone")),
            ],
            how="diagonal",
        )
        update = {column: f"s.{column}" for column in table.columns}

        def write() -> None:
            target = self._current(name)
            (
                target.merge(changes.to_arrow(), f"t.{key} = s.{key}", source_alias="s", target_alias="t")
                .when_matched_delete("s._gone")
                .when_matched_update(update, predicate="NOT s._gone")
                .when_not_matched_insert(update, predicate="NOT s._gone")
                .execute()
            )

        self._commit(name, write)

    def _current(self, name: str) -> DeltaTable:
        """The table as it is now. It is opened once and then brought up to date: to open it reads its whole log, and a
        ledger has a commit for every partition. Raises TableNotFoundError."""
        with self._lock:
            known = self._open.get(name)
            if known is not None and self._is_last(name, known):
                return known
            if known is not None:
                try:
                    known.update_incremental()
                    return known
                except DeltaError:  # its log was cleaned up behind us, or the table is gone
                    del self._open[name]
            self._open[name] = DeltaTable(self.location(name), storage_options=self.options)
            return self._open[name]

    def _is_last(self, name: str, known: DeltaTable) -> bool:
        """Whether the open table is seen to be the last version, by a look at two names: commits are numbered without
        a gap, and old ones are cleaned up first, so where this one stands and the next does not, nothing came after.
        On S3 a look costs a request, as much as to bring the table up to date."""
        if "://" in self.uri:
            return False
        this, following = (f"{self.location(name)}/_delta_log/{known.version() + n:020}.json" for n in (0, 1))
        return not os.path.exists(following) and os.path.exists(this)

    def _ensure(self, table: Table) -> None:
        location = self.location(table.name)
        if DeltaTable.is_deltatable(location, storage_options=self.options):
            self._widen(table)
            return
        if "://" not in location:
            os.makedirs(location, exist_ok=True)
        try:
            DeltaTable.create(
                location,
                table.empty().to_arrow().schema,
                mode="ignore",
                partition_by=list(table.partition),
                storage_options=self.options,
            )
        except DeltaError:  # `ignore` looks first, then commits: another writer may have made it in between
            if not self.exists(table.name):
                raise

    def _widen(self, table: Table) -> None:
        """Give a table of an older version the columns that it lacks, empty. Looked at once a process and table."""
        if table.name in self._wide:
            return
        there = {field.name for field in self._current(table.name).schema().fields}
        wanted = Schema.from_arrow(table.empty().to_arrow().schema).fields
        lacking = [field for field in wanted if field.name not in there]
        if lacking:
            self._commit(table.name, lambda: _added(self.location(table.name), lacking, self.options))
        self._wide.add(table.name)

    def _whole(self, table: Table, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows as the table takes them: columns that only an older version of it had are null in new rows."""
        there = [field.name for field in self._current(table.name).schema().fields]
        dropped = [pl.lit(None).alias(name) for name in there if name not in table.columns]
        return _conform(table, rows).with_columns(dropped)

    def _commit(self, name: str, write: Callable[[], Any]) -> None:
        """Commit, trying again with jitter when another writer was faster (delta-rs fails loudly then)."""
        self.on_commit(f"before {name}")
        for attempt in range(ATTEMPTS):
            try:
                write()
                break
            except DeltaError as error:
                lost = isinstance(error, CommitFailedError | TableNotFoundError) or "onflict" in str(error)
                if attempt + 1 == ATTEMPTS or not lost:
                    raise
                _pause(attempt)
        self.on_commit(f"after {name}")


class _Snapshot(Lake):
    """A lake that holds some tables in memory. It is for reading."""

    def __init__(self, lake: Lake, names: Collection[str]) -> None:
        super().__init__(lake.uri, lake.options)
        self._held = {name: lake.read(name) for name in names}

    def scan(self, name: str, **partition: Value) -> pl.LazyFrame:
        """See Lake."""
        if name not in self._held:
            return super().scan(name, **partition)
        return self._held[name].lazy().filter(*(pl.col(key) == value for key, value in partition.items()))

    def _commit(self, name: str, write: Callable[[], Any]) -> None:
        raise TypeError(f"{name} cannot be written through a snapshot")


def _columns(there: DeltaTable, table: Table) -> list[pl.Expr]:
    """The registry's columns; one that a table of an older version lacks is null until the table is written again."""
    known = {field.name for field in there.schema().fields}
    return [
        pl.col(name) if name in known else pl.lit(None, column.dtype).alias(name)
        for name, column in table.columns.items()
    ]


def _added(location: str, fields: list[Field], options: dict[str, str] | None) -> None:
    """Add those of the columns that are still lacking; somebody else may have been faster."""
    target = DeltaTable(location, storage_options=options)
    there = {field.name for field in target.schema().fields}
    left = [field for field in fields if field.name not in there]
    if left:
        target.alter.add_columns(left)


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0.01, 0.05) * 2 ** min(attempt, 6))


def _literal(value: Value) -> str:
    if value == "":
        raise ValueError("a partition value cannot be empty: Delta would store it as null, and never replace it")
    text = value.isoformat() if isinstance(value, dt.date) else value
    return "'" + text.replace("'", "''") + "'"


def _conform(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """The registry's columns in the registry's order and types; a missing or a strange column is an error."""
    strange, missing = set(rows.columns) - set(table.columns), set(table.columns) - set(rows.columns)
    if strange:
        raise ValueError(f"{table.name} has no column {', '.join(sorted(strange))}")
    if missing:
        raise ValueError(f"{table.name} needs the column {', '.join(sorted(missing))} too")
    return rows.select(pl.col(name).cast(column.dtype) for name, column in table.columns.items())
