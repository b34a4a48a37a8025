"""Which questions a person is asked next, and why.

Belongs here: priority, groups, what is mixed in and its budgets. Does not belong here: lending (`queue`), what an
answer is worth (`questions.weight`).

A question comes first that settles most: products that wait for it, times their popularity, times how unsure the
proposal is; what has waited too long comes before all others. Mixed in by chance are gold questions, blind second
opinions and audits, each within its budget: nobody can tell which is which.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resources.review.database import Session, microseconds
from resources.review.protocol import KINDS, Purpose
from resources.review.settings import Budget, QueueSettings
from resources.review.tasks import Role

LEADS = ("lead", "admin")
RECENT = dt.timedelta(days=30)
"""Second opinions are asked of what was decided since."""

_FREE = """
w.products > 0 AND w.kind IN :kinds
AND NOT EXISTS (SELECT 1 FROM leases AS l WHERE l.question_id = w.question_id AND l.expires_at > :now)
AND NOT EXISTS (
    SELECT 1 FROM passes AS p WHERE p.question_id = w.question_id AND p.person = :person
    AND (p.what <> 'skip' OR p.at > :pause) AND p.what <> 'back'
    AND NOT EXISTS (
        SELECT 1 FROM passes AS b WHERE b.question_id = p.question_id AND b.task_id = p.task_id AND b.what = 'back'
    )
)
"""
# What a lead has passed over while settling comes again after a pause: it may be nobody else's.
_FOR_ME = """
w.products > 0 AND w.kind IN :kinds
AND NOT EXISTS (SELECT 1 FROM leases AS l WHERE l.question_id = w.question_id AND l.expires_at > :now)
AND NOT EXISTS (
    SELECT 1 FROM passes AS p JOIN tasks AS t ON t.task_id = p.task_id
    WHERE p.question_id = w.question_id AND p.person = :person AND p.at > :pause AND t.purpose = 'settle'
    AND t.undone_at IS NULL
)
"""
_UNHEARD = "NOT EXISTS (SELECT 1 FROM spoken AS s WHERE s.question_id = w.question_id AND s.person = :person)"
# Of a question on which no word counts everybody may be asked, also who measured only, or was excluded and is back.
_UNCOUNTED = """
(:state = 'open' OR NOT EXISTS (
    SELECT 1 FROM spoken AS s WHERE s.question_id = w.question_id AND s.person = :person AND s.counts = 1
))
"""
_SELECT = "SELECT w.question_id, w.group_key, w.state, w.priority, w.asked_at FROM waiting AS w WHERE"

# One state at a time: so the first that is free is read off an index, however many wait.
_DECIDE = f"{_SELECT} w.state = :state AND w.why <> 'audit' AND {_FREE} AND {_UNCOUNTED}"
_OVERDUE = f"{_DECIDE} AND w.asked_at < :overdue ORDER BY w.asked_at, w.priority DESC, w.question_id LIMIT 1"
_FIRST = f"{_DECIDE} ORDER BY w.priority DESC, w.question_id LIMIT 1"
_AUDIT = f"{_SELECT} w.state = :state AND w.why = 'audit' AND {_FREE} AND {_UNCOUNTED} ORDER BY w.draw LIMIT 1"
_AUDIT_AGAIN = f"""
{_SELECT} w.state = 'decided' AND w.why = 'audit' AND w.people < :people AND {_FREE} AND {_UNHEARD}
ORDER BY w.draw LIMIT 1
"""
_SECOND = f"""
{_SELECT} w.state = 'decided' AND w.decided_at >= :recent AND w.draw < :share AND w.people < 2
AND {_FREE} AND {_UNHEARD}
ORDER BY w.decided_at DESC, w.question_id LIMIT 1
"""
_SETTLE = f"""
{_SELECT} w.state IN ('disputed', 'escalated') AND {_FOR_ME}
ORDER BY CASE WHEN {_UNHEARD} THEN 0 ELSE 1 END, w.priority DESC, w.question_id LIMIT 1
"""
# From the few known answers to their questions, and not the other way round.
_GOLD = f"""
SELECT w.question_id, w.group_key, w.state FROM gold AS g CROSS JOIN waiting AS w
WHERE g.question_id = w.question_id AND g.retired = 0
AND g.sequence = (SELECT max(sequence) FROM gold AS h WHERE h.question_id = g.question_id) AND {_FREE} AND {_UNHEARD}
ORDER BY w.draw LIMIT 1
"""
_GROUP = f"""
{_SELECT} w.group_key = :group_key AND w.state = :state AND w.why <> 'audit' AND {_FREE} AND {_UNCOUNTED}
ORDER BY w.priority DESC, w.question_id LIMIT :look
"""
_SPENT = "SELECT why, count(*) AS tasks FROM tasks WHERE handed_at >= :midnight GROUP BY why"

OPEN_STATES = ("open", "wanting")


@dataclass(frozen=True)
class Chosen:
    """Questions for one look; why: what they count as in the day's budgets."""

    purpose: Purpose
    question_ids: tuple[str, ...]
    why: str = "doubt"


def choose(
    session: Session, person: str, role: Role, now: dt.datetime, settings: QueueSettings,
    chance: Callable[[], float], kinds: Sequence[str] | None = None,
) -> Chosen | None:  # fmt: skip
    """What the person (as `name_of` says) is asked next; None where nothing is to be had.

    A lead gets what waits for a lead first. The others, and a lead after that, get what is mixed in, or what comes
    first; audits when nothing else is left.
    """
    session.along_indexes()
    places = _places(person, now, settings, kinds)
    spent = {row["why"]: row["tasks"] for row in session.rows(_SPENT, places)}
    if role in LEADS:
        row = session.row(_SETTLE, places)
        if row is not None:
            return Chosen("settle", (row["question_id"],), "settle")
    for ask in _ways(settings, spent, chance()):
        chosen = ask(session, places)
        if chosen is not None:
            return chosen
    return None


_Way = Callable[[Session, Mapping[str, Any]], Chosen | None]


def _ways(settings: QueueSettings, spent: Mapping[str, int], drawn: float) -> Iterator[_Way]:
    """What is tried, in order."""

    def left(why: str, a_day: int) -> bool:
        return spent.get(why, 0) < a_day

    below = 0.0
    mixed: tuple[tuple[str, Budget, _Way], ...] = (
        ("gold", settings.gold, _gold), ("second", settings.second, _second), ("audit", settings.audits, _audit)
    )  # fmt: skip
    for why, budget, way in mixed:
        if below <= drawn < below + budget.share and left(why, budget.a_day):
            yield way
        below += budget.share
    states = OPEN_STATES if left("overlap", settings.overlap_a_day) else ("open",)
    yield lambda session, places: _decide(session, {**places, "states": states})
    if left("audit", settings.audits.a_day):
        yield _audit


def _decide(session: Session, places: Mapping[str, Any]) -> Chosen | None:
    overdue = [row for state in places["states"] if (row := session.row(_OVERDUE, {**places, "state": state}))]
    found = sorted(overdue, key=lambda row: row["asked_at"]) or sorted(
        (row for state in places["states"] if (row := session.row(_FIRST, {**places, "state": state}))),
        key=lambda row: -row["priority"],
    )
    if not found:
        return None
    row = found[0]
    together = [
        r["question_id"] for r in session.rows(_GROUP, {**places, "group_key": row["group_key"], "state": row["state"]})
    ]
    ids = (row["question_id"], *(one for one in together if one != row["question_id"]))
    return Chosen("decide", ids[: places["look"]], "overlap" if row["state"] == "wanting" else "doubt")


def _audit(session: Session, places: Mapping[str, Any]) -> Chosen | None:
    for state in places["states"]:
        row = session.row(_AUDIT, {**places, "state": state})
        if row is not None:
            return Chosen("decide", (row["question_id"],), "audit")
    again = session.row(_AUDIT_AGAIN, places)
    return None if again is None else Chosen("second", (again["question_id"],), "audit")


def _second(session: Session, places: Mapping[str, Any]) -> Chosen | None:
    row = session.row(_SECOND, places)
    return None if row is None else Chosen("second", (row["question_id"],), "second")


def _gold(session: Session, places: Mapping[str, Any]) -> Chosen | None:
    row = session.row(_GOLD, places)
    return None if row is None else Chosen("gold", (row["question_id"],), "gold")


def _places(person: str, now: dt.datetime, settings: QueueSettings, kinds: Sequence[str] | None) -> dict[str, Any]:
    """Every parameter of the statements."""
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "person": person, "now": microseconds(now), "pause": microseconds(now - settings.pause),
        "overdue": microseconds(now - settings.age), "kinds": list(kinds or KINDS), "states": list(OPEN_STATES),
        "people": settings.audit_people, "share": settings.second_share, "look": settings.look,
        "midnight": microseconds(midnight), "recent": microseconds(now - RECENT),
    }  # fmt: skip
