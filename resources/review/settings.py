"""How the queue is run.

Belongs here: the settings, with their defaults. Does not belong here: reading them from a file (the configuration).
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """What may be asked beside open questions: this share of the tasks that are handed out, at most so many a day
    (UTC)."""

    share: float
    a_day: int


@dataclass(frozen=True)
class QueueSettings:
    """lease: how long a task is lent; look: most questions that one look answers; age: questions that wait longer come
    first; pause: how long what a person skipped is kept from them; second, gold, audits: budgets of what is asked
    although it is known (law 4's exceptions); overlap_a_day: at most so many tasks on questions whose words do not yet
    agree, asked of one more person; audit_people: so many people decide an audited question; second_share: of decided
    questions this share gets a blind second opinion."""

    lease: dt.timedelta = dt.timedelta(minutes=10)
    look: int = 12
    age: dt.timedelta = dt.timedelta(days=7)
    pause: dt.timedelta = dt.timedelta(hours=20)
    second: Budget = Budget(0.05, 200)
    gold: Budget = Budget(0.02, 100)
    audits: Budget = Budget(0.1, 500)
    overlap_a_day: int = 1_000
    second_share: float = 0.1
    audit_people: int = 1
