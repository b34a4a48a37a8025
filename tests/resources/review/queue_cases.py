"""What the tests of the queue share: a line of questions, and people who answer."""

import datetime as dt

import polars as pl
from review_cases import DAY, NOON, asked, said

from resources.review.queue import Queue
from resources.review.settings import Budget, QueueSettings
from resources.review.store import SqlReviewStore
from resources.review.tasks import Answer, Task

NONE = Budget(0.0, 0)
PLAIN = QueueSettings(second=NONE, gold=NONE, audits=NONE)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
STATES = "SELECT question_id, state, sequence, people, products, decided_at FROM waiting ORDER BY question_id"


def queue(place, *questions: str, how: QueueSettings = PLAIN, chance=lambda: 0.999999, **fields) -> Queue:
    store = SqlReviewStore(place / "review.sqlite", clock=lambda: NOON)
    if questions:
        store.replace_day(DAY, alone(*questions, **fields))
    return Queue(store, how, chance)


def alone(*names: str, **fields) -> pl.DataFrame:
    """Questions of which each is a look of its own."""
    return pl.concat([asked((name, f"p-{name}"), **{"evidence": name, **fields}) for name in names])


def answer(task: Task | None, choice="accept", **fields) -> list[Answer]:
    assert task is not None
    return [Answer(item.question_id, choice, **fields) for item in task.items]


def give(line: Queue, person: str, choice="accept", role="annotator", now: dt.datetime = NOON, **fields):
    task = line.next(person, role, now)
    return line.submit(task.task_id, person, role, answer(task, choice, **fields), now)


def rows(store: SqlReviewStore, statement: str = STATES) -> list[dict]:
    with store.database.reading() as session:
        return session.rows(statement)


def state(store: SqlReviewStore, question_id: str = "a") -> str:
    return {row["question_id"]: row["state"] for row in rows(store)}[question_id]


def disputed(place, how: QueueSettings = PLAIN) -> Queue:
    line = queue(place, "a", how=how)
    line.store.decide([said("a"), said("a", "reject", annotator="bob", purpose="second")])
    assert state(line.store) == "disputed"
    return line
