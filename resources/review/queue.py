"""Who is asked what: tasks handed out, lent, taken back; one outcome for each answer.

Belongs here: the transactions of a `ReviewQueue`. Does not belong here: which question comes next (`choosing`), what
words mean (`standing`), how they are kept (`words`), pages (`page`).

Operational state, with a clock: a lost lease costs a minute of a person's time and no word. The words are the journal.
"""

import datetime as dt
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from resources.review import words
from resources.review.choosing import LEADS, Chosen, choose
from resources.review.database import Session, microseconds
from resources.review.protocol import FACTS, IDENTITY, Decision, Purpose, ReviewStoreError
from resources.review.replacement import MAX_REASON, clean
from resources.review.settings import QueueSettings
from resources.review.showing import facts, shown_task
from resources.review.store import SqlReviewStore
from resources.review.tasks import OVERVIEW, PASSES, THROUGHPUT, Answer, Progress, Receipt, Role, Task

UNDO_WITHIN = dt.timedelta(hours=1)
FOR_LEADS = ("disputed", words.ESCALATED)
GONE = "it is no longer asked"

_OPEN_TASKS = """
SELECT * FROM tasks WHERE person = :person AND submitted_at IS NULL AND expires_at > :now
ORDER BY CASE WHEN shown_at IS NULL THEN 1 ELSE 0 END, shown_at DESC, handed_at, task_id
"""
_TASK = "SELECT * FROM tasks WHERE task_id = :task_id AND person = :person"
_HAND = """
INSERT INTO tasks (task_id, person, purpose, why, questions, shown, handed_at, shown_at, expires_at)
VALUES (:task_id, :person, :purpose, :why, :questions, :shown, :handed_at, :shown_at, :expires_at)
"""
_LEND = """
INSERT INTO leases (question_id, task_id, person, expires_at) VALUES (:question_id, :task_id, :person, :expires_at)
ON CONFLICT (question_id) DO UPDATE SET
    task_id = excluded.task_id, person = excluded.person, expires_at = excluded.expires_at
"""
_SHOWN = "UPDATE tasks SET shown_at = :now, expires_at = :expires_at WHERE task_id = :task_id"
_PROLONGED = "UPDATE leases SET expires_at = :expires_at WHERE task_id = :task_id"
_RETURNED = "DELETE FROM leases WHERE task_id = :task_id OR expires_at <= :now"
_LAPSED = "UPDATE tasks SET expires_at = :now WHERE task_id = :task_id"
_SUBMITTED = "UPDATE tasks SET submitted_at = :now, outcome = :outcome WHERE task_id = :task_id"
_PASS = """
INSERT INTO passes (task_id, question_id, person, what, at, reason, position)
VALUES (:task_id, :question_id, :person, :what, :at, :reason, (SELECT coalesce(max(sequence), 0) FROM decisions))
ON CONFLICT DO NOTHING
"""
_LAST = """
SELECT * FROM tasks WHERE person = :person AND submitted_at > :since AND undone_at IS NULL
ORDER BY submitted_at DESC, task_id DESC LIMIT 50
"""
_NOW = "SELECT question_id, state, sequence, products FROM waiting WHERE question_id IN :ids"
_MEANT = f"SELECT question_id, {', '.join(IDENTITY)} FROM questions WHERE question_id IN :ids"
_LENT = "SELECT question_id, task_id, person FROM leases WHERE question_id IN :ids AND expires_at > :now"
_TODAY = """
SELECT outcome, shown_at, submitted_at FROM tasks
WHERE person = :person AND submitted_at >= :since AND undone_at IS NULL AND outcome IS NOT NULL
"""
_OVERVIEW = """
SELECT w.kind, count(*) FILTER (WHERE w.sequence IS NULL AND w.state IN ('open', 'wanting')),
       CAST(coalesce(sum(w.products) FILTER (WHERE w.sequence IS NULL), 0) AS BIGINT),
       count(*) FILTER (WHERE w.state = 'disputed'), count(*) FILTER (WHERE w.state = 'escalated'),
       0, min(w.asked_at) FILTER (WHERE w.sequence IS NULL)
FROM waiting AS w WHERE w.products > 0 GROUP BY w.kind ORDER BY w.kind
"""
_HELD = "SELECT shown FROM tasks WHERE submitted_at IS NULL AND expires_at > :now"
_THROUGHPUT = "SELECT decided_at, annotator FROM decisions WHERE decided_at >= :since AND verdict <> 'undo'"


class OddAnswers(ReviewStoreError, ValueError):
    """Answers that do not fit the task; the message says which."""


@dataclass(frozen=True)
class Queue:
    """A `ReviewQueue` on a review store's database. chance: draws numbers in [0, 1), for what is mixed in."""

    store: SqlReviewStore
    settings: QueueSettings = field(default_factory=QueueSettings)
    chance: Callable[[], float] = secrets.SystemRandom().random

    def next(
        self, person: str, role: Role, now: dt.datetime, *, ahead: int = 0, kinds: Sequence[str] | None = None
    ) -> Task | None:
        """See `ReviewQueue.next`."""
        me = words.named(person)
        with self.store.database.writing() as session:
            held = session.rows(_OPEN_TASKS, {"person": me, "now": microseconds(now)})
            held = [row for row in held if self._still_asked(session, row, now)]
            while len(held) <= ahead:
                chosen = choose(session, me, role, now, self.settings, self.chance, kinds)
                if chosen is None:
                    return None
                held.append(self._handed(session, me, chosen, now, seen=not held and ahead == 0))
            row = held[ahead]
            if ahead == 0 and row["shown_at"] is None:
                row = self._prolonged(session, row, now)
            return shown_task(row)

    def task(self, task_id: str, person: str) -> Task | None:
        """See `ReviewQueue.task`."""
        with self.store.database.staging() as session:
            row = session.row(_TASK, {"task_id": task_id, "person": words.named(person)})
            return None if row is None else shown_task(row)

    def submit(self, task_id: str, person: str, role: Role, answers: Sequence[Answer], now: dt.datetime) -> Receipt:
        """See `ReviewQueue.submit`."""
        with self.store.database.writing() as session:
            row = session.row(_TASK, {"task_id": task_id, "person": words.named(person)})
            if row is None:
                return Receipt("unknown")
            if row["submitted_at"] is not None:
                return _repeated(row)
            given = _fitting(answers, json.loads(row["questions"]))
            late = row["expires_at"] <= microseconds(now)
            gone = self._gone(session, row, [answer.question_id for answer in given], role, now)
            receipt, said = self._recorded(session, row, person, [a for a in given if a.question_id not in gone], now)
            receipt = _with_losses(receipt, gone, late, len(given))
            session.execute(_RETURNED, {"task_id": task_id, "now": microseconds(now)})
            told = {"now": microseconds(now), "outcome": _as_json(receipt, said), "task_id": task_id}
            session.execute(_SUBMITTED, told)
            return receipt

    def undo(self, person: str, now: dt.datetime) -> Task | None:
        """See `ReviewQueue.undo`."""
        me, at = words.named(person), microseconds(now)
        with self.store.database.writing() as session:
            last = session.rows(_LAST, {"person": me, "since": microseconds(now - UNDO_WITHIN)})
            row = next((each for each in last if json.loads(each["outcome"])["status"] != "lost"), None)
            if row is None:
                return None
            ids = json.loads(row["questions"])
            # What was said to settle is taken back like any other word: only a lead's own.
            purpose: Purpose = "decide" if row["purpose"] == "settle" else row["purpose"]
            spans = words.silenced(session)
            for question_id in json.loads(row["outcome"])["said"]:
                words.append(session, Decision(question_id, "undo", person, now, purpose=purpose), spans)
            for question_id in ids:
                back = {"task_id": row["task_id"], "question_id": question_id, "person": me, "what": "back", "at": at}
                session.execute(_PASS, {**back, "reason": None})
            words.restate(session, ids, words.trusted(session))
            session.execute("UPDATE tasks SET undone_at = :at WHERE task_id = :id", {"at": at, "id": row["task_id"]})
            lent = session.rows(_LENT, {"ids": ids, "now": at})
            for task_id in {one["task_id"] for one in lent if one["person"] == me}:  # fetched ahead, to settle it
                session.execute(_LAPSED, {"task_id": task_id, "now": at})
                session.execute(_RETURNED, {"task_id": task_id, "now": at})
            others = {one["question_id"] for one in lent if one["person"] != me}
            free = [question_id for question_id in ids if question_id not in others]
            if not free:
                return None
            # Shown last, so it comes before what is held: the person wants to see this one now.
            first = self._handed(session, me, Chosen(row["purpose"], tuple(free), row["why"]), now, seen=True)
            return shown_task(first)

    def progress(self, person: str, now: dt.datetime) -> Progress:
        """See `ReviewQueue.progress`."""
        midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        with self.store.database.reading() as session:
            rows = session.rows(_TODAY, {"person": words.named(person), "since": microseconds(midnight)})
        told = [json.loads(row["outcome"]) for row in rows]
        seconds = pl.Series(
            [(r["submitted_at"] - r["shown_at"]) / 1e6 for r in rows if r["shown_at"]], dtype=pl.Float64
        )
        median = seconds.median()
        return Progress(
            tasks=len(told),
            words=sum(one["recorded"] for one in told),
            products=sum(one["products"] for one in told),
            median_seconds=float(median) if median is not None else None,  # type: ignore[arg-type]
        )

    def lent(self, now: dt.datetime) -> int:
        """See `ReviewQueue.lent`."""
        with self.store.database.reading() as session:
            row = session.row("SELECT count(*) AS n FROM leases WHERE expires_at > :now", {"now": microseconds(now)})
        return int((row or {})["n"])

    def overview(self, now: dt.datetime) -> pl.DataFrame:
        """See `ReviewQueue.overview`."""
        with self.store.database.reading() as session:
            found = session.frame(_OVERVIEW, OVERVIEW)
            held = [row["shown"] for row in session.rows(_HELD, {"now": microseconds(now)})]
        kinds = Counter(one["kind"] for shown in held for one in json.loads(shown).values())
        lent = pl.col("kind").replace_strict(dict(kinds), default=0, return_dtype=pl.Int64).alias("lent")
        return found.with_columns(lent)

    def throughput(self, since: dt.datetime) -> pl.DataFrame:
        """See `ReviewQueue.throughput`."""
        shape = pl.Schema({"hour": THROUGHPUT["hour"], "person": pl.String()})
        with self.store.database.reading() as session:
            said = session.frame(_THROUGHPUT, shape, {"since": microseconds(since)})
        hourly = (
            said.with_columns(pl.col("hour").dt.truncate("1h")).group_by("hour", "person").agg(pl.len().alias("words"))
        )
        return hourly.select(pl.col(name).cast(dtype) for name, dtype in THROUGHPUT.items()).sort("hour", "person")

    def _handed(self, session: Session, me: str, chosen: Chosen, now: dt.datetime, *, seen: bool) -> dict[str, Any]:
        """Lend questions to a person as a new task; its row."""
        moment = microseconds(now)
        until = microseconds(now + self.settings.lease)
        row: dict[str, Any] = {
            "task_id": secrets.token_urlsafe(16), "person": me, "purpose": chosen.purpose, "why": chosen.why,
            "shown": json.dumps(facts(session, chosen)),
            "questions": json.dumps(chosen.question_ids), "handed_at": moment,
            "shown_at": moment if seen else None, "expires_at": until,
        }  # fmt: skip
        session.execute(_HAND, row)
        if chosen.purpose in ("decide", "settle"):  # gold and second opinions are asked of several at once
            for question_id in chosen.question_ids:
                session.execute(_LEND, {**row, "question_id": question_id})
        return row

    def _prolonged(self, session: Session, row: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
        """A task that was handed out ahead gets its whole time when it is first looked at."""
        changed = {"now": microseconds(now), "expires_at": microseconds(now + self.settings.lease)}
        session.execute(_SHOWN, {**changed, "task_id": row["task_id"]})
        session.execute(_PROLONGED, {"expires_at": changed["expires_at"], "task_id": row["task_id"]})
        return {**row, "shown_at": changed["now"], "expires_at": changed["expires_at"]}

    def _still_asked(self, session: Session, row: Mapping[str, Any], now: dt.datetime) -> bool:
        """Whether any question of a task in hand still stands on a day, and is not decided if that is what it is for; a
        task of which none does ends here."""
        standing = session.rows(_NOW, {"ids": json.loads(row["questions"])})
        if any(one["products"] and (row["purpose"] != "decide" or one["sequence"] is None) for one in standing):
            return True
        session.execute(_RETURNED, {"task_id": row["task_id"], "now": microseconds(now)})
        session.execute(_LAPSED, {"task_id": row["task_id"], "now": microseconds(now)})
        return False

    def _gone(
        self, session: Session, row: Mapping[str, Any], ids: list[str], role: Role, now: dt.datetime
    ) -> dict[str, str]:
        """Questions of the task that others have, or have decided, since it was handed out, or that are no longer the
        person's to decide: why, by question."""
        if row["purpose"] == "settle" and role not in LEADS:
            return dict.fromkeys(ids, "only a lead settles it")
        lent = {r["question_id"]: r["person"] for r in session.rows(_LENT, {"ids": ids, "now": microseconds(now)})}
        state = {r["question_id"]: r for r in session.rows(_NOW, {"ids": ids})}
        meant = {r["question_id"]: r for r in session.rows(_MEANT, {"ids": ids})}
        shown = json.loads(row["shown"])
        gone = {}
        for question_id in ids:
            if question_id not in state or not state[question_id]["products"]:
                gone[question_id] = GONE
            elif any(meant[question_id][name] != shown[question_id][name] for name in IDENTITY):
                gone[question_id] = "it asks something else now"
            elif row["purpose"] in ("gold", "second"):  # asked of several at once
                continue
            elif lent.get(question_id, row["person"]) != row["person"]:
                gone[question_id] = "the time had run out, and somebody else has it now"
            elif row["purpose"] == "decide" and state[question_id]["sequence"] is not None:
                gone[question_id] = "somebody else has decided it meanwhile"
            elif row["purpose"] == "settle" and state[question_id]["state"] not in FOR_LEADS:
                gone[question_id] = "it needs no lead any more"
        return gone

    def _recorded(
        self, session: Session, row: Mapping[str, Any], person: str, answers: Sequence[Answer], now: dt.datetime
    ) -> tuple[Receipt, list[str]]:
        """What became of the answers, and on which questions there is now a word of this task."""
        shown, spans = json.loads(row["shown"]), words.silenced(session)
        refused: list[tuple[str, str]] = []
        said: list[str] = []
        for answer in answers:
            if answer.choice in PASSES:
                reason = clean(answer.reason or "")[:MAX_REASON] or None
                passed = {"task_id": row["task_id"], "question_id": answer.question_id, "what": answer.choice}
                session.execute(_PASS, {**passed, "person": row["person"], "at": microseconds(now), "reason": reason})
                continue
            seen = shown[answer.question_id]
            word = _decision(answer, seen, person, row["purpose"], now)
            outcome = words.append(session, word, spans, shown={name: seen[name] for name in FACTS})
            if outcome.status in ("recorded", "already"):
                said.append(answer.question_id)
            else:
                refused.append((answer.question_id, outcome.message or "there is no such question"))
        words.restate(session, [a.question_id for a in answers], words.trusted(session))
        products = sum(r["products"] for r in session.rows(_NOW, {"ids": said})) if said else 0
        return Receipt("taken", len(said), products, tuple(refused)), said


def _decision(answer: Answer, seen: Mapping[str, Any], person: str, purpose: Purpose, now: dt.datetime) -> Decision:
    reason = clean(answer.reason or "") or None
    if answer.choice != "replace":
        return Decision(answer.question_id, answer.choice, person, now, reason=reason, purpose=purpose)  # type: ignore[arg-type]
    value, unit = clean(answer.value or ""), clean(answer.unit or "") or seen["unit"]
    if value == seen["value"] and unit == seen["unit"]:
        return Decision(answer.question_id, "accept", person, now, reason=reason, purpose=purpose)
    return Decision(answer.question_id, "replace", person, now, value, unit, reason, purpose)


def _fitting(answers: Sequence[Answer], asked: Sequence[str]) -> list[Answer]:
    """The answers. Raises OddAnswers for one to what the task does not ask, for two to one item, for a value where none
    belongs, and for none at all."""
    ids = [answer.question_id for answer in answers]
    if not ids:
        raise OddAnswers("There is no answer: give one, or skip.")
    strange = sorted(set(ids) - set(asked))
    if strange:
        raise OddAnswers(f"Question {strange[0]!r} is not part of this task.")
    if len(set(ids)) < len(ids):
        raise OddAnswers("One question has two answers: keep one of them.")
    for answer in answers:
        if answer.choice != "replace" and (answer.value or answer.unit):
            raise OddAnswers(f"Only 'replace' comes with a value; this is {answer.choice!r}.")
    return list(answers)


def _with_losses(receipt: Receipt, gone: Mapping[str, str], late: bool, given: int) -> Receipt:
    if gone and len(gone) == given:
        return Receipt("lost", refused=tuple(gone.items()))
    status = "late" if late else "taken"
    return Receipt(status, receipt.recorded, receipt.products, (*receipt.refused, *gone.items()))  # type: ignore[arg-type]


def _as_json(receipt: Receipt, said: Sequence[str]) -> str:
    told = {"status": receipt.status, "recorded": receipt.recorded, "products": receipt.products}
    return json.dumps({**told, "refused": receipt.refused, "said": list(said)})


def _repeated(row: Mapping[str, Any]) -> Receipt:
    first = json.loads(row["outcome"])
    refused = tuple((question_id, why) for question_id, why in first["refused"])
    return Receipt("repeated", first["recorded"], first["products"], refused, first["status"])
