"""What the tests of the page share: literal tasks, and a queue that only remembers."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from resources.review.tasks import OVERVIEW, THROUGHPUT, Answer, Item, Progress, Receipt, Task

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def item(question_id: str = "q1", **facts: Any) -> Item:
    """A question about a colour."""
    told: dict[str, Any] = {
        "kind": "attribute", "attribute": "color", "value": "Black", "unit": None, "confidence": 0.62, "method": "rule",
        "model_version": "rules-1", "evidence": "black", "name": "Lamp, black", "context": "Lamp, black\nA black lamp.",
        "options": None, "products": 3,
    }  # fmt: skip
    return Item(question_id=question_id, **{**told, **facts})


def task(*items: Item, task_id: str = "t1", person: str = "ana") -> Task:
    """A task of ten minutes."""
    return Task(task_id, person, items or (item(),), NOW, NOW + dt.timedelta(minutes=10))


@dataclass
class Remembering:
    """A `ReviewQueue` that hands out the tasks that it is given, and answers every submit with one receipt."""

    tasks: list[Task] = field(default_factory=list)
    receipt: Receipt = field(default_factory=lambda: Receipt("taken", 1, 3))
    submitted: list[tuple[str, str, list[Answer]]] = field(default_factory=list)
    fault: Exception | None = None

    def next(self, person: str, role: str, now: dt.datetime, *, ahead: int = 0, kinds: Any = None) -> Task | None:
        own = [one for one in self.tasks if one.person == person]
        return own[ahead] if ahead < len(own) else None

    def task(self, task_id: str, person: str) -> Task | None:
        return next((one for one in self.tasks if (one.task_id, one.person) == (task_id, person)), None)

    def submit(self, task_id: str, person: str, role: str, answers: list[Answer], now: dt.datetime) -> Receipt:
        if self.fault:
            raise self.fault
        self.submitted.append((task_id, person, list(answers)))
        return self.receipt

    def undo(self, person: str, now: dt.datetime) -> Task | None:
        return None

    def progress(self, person: str, now: dt.datetime) -> Progress:
        return Progress(2, 3, 12, 4.25)

    def lent(self, now: dt.datetime) -> int:
        return 0

    def overview(self, now: dt.datetime) -> pl.DataFrame:
        return OVERVIEW.to_frame()

    def throughput(self, since: dt.datetime) -> pl.DataFrame:
        return THROUGHPUT.to_frame()
