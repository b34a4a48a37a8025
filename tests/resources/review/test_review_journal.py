"""The journal under stress: kills, several processes and threads, old and new files, and hands that would change it."""

import hashlib
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from review_cases import DAY, asked, ids, said, store_with

from resources.review.database import Database
from resources.review.migrations import MIGRATIONS, Migration, NewerReviewStore, NotAReviewStore, migrate
from resources.review.store import SqlReviewStore

QUESTIONS = 7_000  # more lines of answers than a pipe holds, so the process cannot be done before it is killed

PERSON = textwrap.dedent(
    """
    import datetime as dt, sys
    from resources.review.protocol import Decision
    from resources.review.store import SqlReviewStore

    path, annotator, first, last, batch = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    store, at = SqlReviewStore(path), dt.datetime(2025, 3, 3, tzinfo=dt.UTC)
    print("ready", flush=True)
    sys.stdin.readline()
    for start in range(first, last, batch):
        decisions = [Decision(f"q{n}", "accept", annotator, at) for n in range(start, start + batch)]
        for outcome in store.decide(decisions):
            print(outcome.question_id, outcome.status, outcome.sequence, flush=True)
    """
)


def person(store: SqlReviewStore, annotator: str, first: int, last: int, batch: int) -> subprocess.Popen[str]:
    """A process that decides the questions from first to last, `batch` in one call, once it is told to start."""
    process = subprocess.Popen(
        [sys.executable, "-c", PERSON, str(store.path), annotator, str(first), str(last), str(batch)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.parametrize("confirmed", [3, 150])
def test_a_confirmed_decision_survives_sigkill(tmp_path, confirmed):
    store = store_with(tmp_path, *(f"q{n}" for n in range(QUESTIONS)))
    batch = 7
    process = person(store, "anna", 0, QUESTIONS - batch, batch)
    start(process)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(confirmed)]
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    assert process.wait() == -signal.SIGKILL
    told = {line.split()[0]: int(line.split()[2]) for line in lines if line.endswith("\n") and len(line.split()) == 3}
    assert confirmed <= len(told) < QUESTIONS - 2 * batch, "the process was to be killed in the middle"

    kept = dict(SqlReviewStore(store.path).decisions().select("question_id", "sequence").rows())
    assert told.items() <= kept.items()
    assert len(kept) % batch == 0, "a call is kept whole or not at all"
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert store.decide([said("q0"), said(f"q{QUESTIONS - 1}")])[1].status == "recorded"


def test_two_processes_and_a_rerun_of_the_day_at_once(tmp_path):
    questions = [f"q{n}" for n in range(80)]
    store = store_with(tmp_path, *questions)
    day = asked(*((question, f"p-{question}") for question in questions))
    people = [person(store, "anna", 0, 60, 2), person(store, "bert", 20, 80, 2)]
    for process in people:
        start(process)
    reruns = 0
    while any(process.poll() is None for process in people):
        store.replace_day(DAY, day)
        reruns += 1
        time.sleep(0.01)  # or the people hardly get a turn
    told = [line.split() for process in people for line in (process.stdout or [])]
    assert [process.wait() for process in people] == [0, 0]
    assert reruns > 1
    assert len(told) == 120
    assert {status for _, status, _ in told} == {"recorded"}  # another annotator, so never the same decision
    sequences = sorted(int(sequence) for *_, sequence in told)
    assert sequences == list(range(1, 121))
    last = {question: int(sequence) for question, _, sequence in sorted(told, key=lambda line: int(line[2]))}
    assert dict(store.decisions().select("question_id", "sequence").rows()) == last
    assert store.counts().row(0) == ("attribute", 0, 80)


def test_many_threads_share_one_store(tmp_path):
    store = store_with(tmp_path, *(f"q{n}" for n in range(40)))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda n: store.decide([said(f"q{n % 40}")])[0], range(120)))
    assert sorted(outcome.status for outcome in outcomes) == ["already"] * 80 + ["recorded"] * 40
    assert store.decisions()["sequence"].sort().to_list() == list(range(1, 41))


def test_a_new_file_is_made_once_by_all_who_open_it(tmp_path):
    for attempt in range(10):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, n=attempt: SqlReviewStore(tmp_path / f"{n}.sqlite").counts(), range(8)))
        with sqlite3.connect(tmp_path / f"{attempt}.sqlite") as connection:
            names = connection.execute("SELECT name FROM review_migrations ORDER BY position").fetchall()
            assert names == [(migration.name,) for migration in MIGRATIONS]
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_every_connection_waits_for_the_disk_and_checks_references(tmp_path):
    store = SqlReviewStore(tmp_path / "review.sqlite")
    with store.database.staging() as session:
        assert session.row("PRAGMA synchronous") == {"synchronous": 2}  # FULL
        assert session.row("PRAGMA foreign_keys") == {"foreign_keys": 1}
        assert session.row("PRAGMA busy_timeout")["timeout"] >= 30_000


def test_nothing_of_a_call_is_kept_when_it_fails(tmp_path):
    store = store_with(tmp_path, "a", "b", "c")
    with sqlite3.connect(store.path) as connection:
        connection.execute(
            "CREATE TRIGGER crash BEFORE INSERT ON decisions WHEN NEW.question_id = 'c'"
            " BEGIN SELECT RAISE(ABORT, 'crash'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="crash"):
        store.decide([said("a"), said("b"), said("c")])
    assert store.decisions().is_empty()
    assert store.decide([said("a")])[0].sequence == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET verdict = 'reject'",
        "UPDATE decisions SET reason = reason WHERE sequence = 2",
        "DELETE FROM decisions",
        "DELETE FROM decisions WHERE sequence = 2",
        "INSERT OR REPLACE INTO decisions VALUES (1, 'a', 'reject', NULL, NULL, 'mallory', 0, NULL, '{}', 'decide')",
        "REPLACE INTO decisions VALUES (2, 'b', 'accept', NULL, NULL, 'mallory', 0, NULL, '{}', 'decide')",
        "INSERT INTO decisions VALUES (0, 'a', 'reject', NULL, NULL, 'mallory', 0, NULL, '{}', 'decide')",
        "INSERT INTO decisions VALUES (1, 'a', 'reject', NULL, NULL, 'mallory', 0, NULL, '{}', 'decide')"
        " ON CONFLICT DO UPDATE SET verdict = 'reject'",
        "UPDATE questions SET value = 'blue'",
        "DELETE FROM questions WHERE question_id = 'a'",
        "INSERT OR REPLACE INTO questions VALUES ('a', 'attribute', 'colour', 'blue', NULL)",
    ],
)
@pytest.mark.parametrize("foreign_keys", ["ON", "OFF"])
def test_the_journal_is_append_only_for_anyone(tmp_path, statement, foreign_keys):
    store = store_with(tmp_path, "a", "b", "c")
    store.decide([said("a"), said("b", "reject")])
    before = store.decisions(), store.questions(ids("a", "b"))
    with sqlite3.connect(store.path) as connection:
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        connection.execute("SELECT * FROM decisions").fetchall()
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    after = store.decisions(), store.questions(ids("a", "b"))
    assert all(left.equals(right) for left, right in zip(before, after, strict=True))


@pytest.mark.parametrize(
    "row",
    [
        "'a', 'maybe', NULL, NULL, 'anna', 0, NULL, '{}'",
        "'a', 'replace', NULL, NULL, 'anna', 0, NULL, '{}'",
        "'a', 'accept', 'red', NULL, 'anna', 0, NULL, '{}'",
        "'a', 'accept', NULL, 'm', 'anna', 0, NULL, '{}'",
        "'a', 'accept', NULL, NULL, '', 0, NULL, '{}'",
        "'a', 'accept', NULL, NULL, 'anna', 'noon', NULL, '{}'",
        "'unknown', 'accept', NULL, NULL, 'anna', 0, NULL, '{}'",
    ],
)
def test_the_file_itself_refuses_a_decision_that_means_nothing(tmp_path, row):
    store = store_with(tmp_path, "a")
    with pytest.raises(sqlite3.IntegrityError), store.database.writing() as session:
        session.execute(
            "INSERT INTO decisions (question_id, verdict, value, unit, annotator, decided_at, reason, asked)"
            f" VALUES ({row})"
        )


def version_1(path: Path) -> Path:
    """A file as version 1 made it, with a question and a decision."""
    database = Database(path)
    database.create()
    migrate(database, MIGRATIONS[:1])
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("INSERT INTO questions VALUES ('a', 'attribute', 'colour', 'red', NULL)")
        connection.execute("INSERT INTO question_days (question_id, day) VALUES ('a', '2025-03-01')")
        connection.execute("INSERT INTO question_products VALUES ('a', '2025-03-01', 'p1')")
        connection.execute(
            "INSERT INTO decisions VALUES (1, 'a', 'reject', NULL, NULL, 'anna', 1740999600000000, 'no', '{}')"
        )
    return path


def test_opening_a_file_of_version_1_migrates_it(tmp_path):
    path = version_1(tmp_path / "review.sqlite")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE decisions SET reason = 'as long as nothing forbids it'")
    store = SqlReviewStore(path)
    assert store.decisions().select("question_id", "verdict", "sequence").rows() == [("a", "reject", 1)]
    assert store.counts().row(0) == ("attribute", 0, 1)
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM review_migrations ORDER BY position")]
        assert names == [migration.name for migration in MIGRATIONS]
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("UPDATE decisions SET reason = 'no longer'")
    assert store.decide([said("a", "undo")])[0].sequence == 2
    assert SqlReviewStore(path).counts().row(0) == ("attribute", 1, 0)


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = version_1(tmp_path / "review.sqlite")
    broken = (*MIGRATIONS, Migration("9999_broken", ("CREATE TABLE later (id TEXT)", "SELECT id FROM nowhere")))
    with sqlite3.connect(path, isolation_level=None) as connection:
        before = connection.execute("SELECT * FROM sqlite_master ORDER BY name").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(Database(path), broken)
        assert connection.execute("SELECT * FROM sqlite_master ORDER BY name").fetchall() == before
        assert connection.execute("SELECT name FROM review_migrations").fetchall() == [(MIGRATIONS[0].name,)]
    assert migrate(Database(path)) == [migration.name for migration in MIGRATIONS[1:]]
    assert migrate(Database(path)) == []


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    store = store_with(tmp_path, "a")
    migrate(store.database, (*MIGRATIONS, Migration("9999_later", ("CREATE TABLE later (id TEXT)",))))
    with sqlite3.connect(store.path, isolation_level=None) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = store.path.read_bytes()
    with pytest.raises(NewerReviewStore, match=r"newer version of this program \(it has: 9999_later\)") as refusal:
        SqlReviewStore(store.path)
    assert refusal.value.unknown == ("9999_later",)
    assert store.path.read_bytes() == content


def test_a_file_that_is_something_else_is_refused_and_left_alone(tmp_path):
    text, other = tmp_path / "notes.txt", tmp_path / "shop.sqlite"
    text.write_text("no database, but long enough to look at" * 50)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE orders (id TEXT)")
    for path, found in ((text, "it is no SQLite file"), (other, "its tables are orders")):
        content = path.read_bytes()
        with pytest.raises(NotAReviewStore, match=found):
            SqlReviewStore(path)
        assert path.read_bytes() == content


def test_released_migrations_are_never_edited():
    """A changed digest means that stores out there differ from new ones: add a migration instead."""

    def digest(statements: tuple[str, ...]) -> str:
        return hashlib.sha256(" ".join(" ".join(statements).split()).encode()).hexdigest()[:16]

    assert {one.name: (digest(one.on("sqlite")), digest(one.on("postgresql"))) for one in MIGRATIONS} == {
        "0001_questions_and_decisions": ("7464d0a0ab6f796c", "b51621c4711ef80d"),
        "0002_decisions_are_append_only": ("e4bc3e3e90ee324d", "d66af86dc77ac526"),
        "0003_any_kind_of_question": ("31ec26ee2460911f", "e3b0c44298fc1c14"),
        "0004_words_and_what_is_shown": ("ca3ea28fcf351e1d", "428cd87e9163d31e"),
        "0005_queue": ("2cc50876d963348c", "2cc50876d963348c"),
        "0006_people": ("aa106106f9211a47", "aa106106f9211a47"),
        "0007_what_is_only_added_to": ("b87ecf3e12493348", "f12796743586fb7f"),
        "0008_deliveries_of_other_platforms": ("c9fa12cc54725da3", "c9fa12cc54725da3"),
        "0009_in_the_order_in_which_it_is_read": ("b319d5b7d2f5abad", "b319d5b7d2f5abad"),
    }
