"""Message Batches of the local server.

Belongs here: batches, their states, their results, and faults of calls about them. Does not belong here: single
questions (`model_server.py`).
"""

import datetime as dt
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from model_faults import ERRORS, IN_BATCH, error, error_body
from model_http import Answer, Call
from model_limits import Bill

if TYPE_CHECKING:
    from model_server import ModelServer

COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")
LIVES = dt.timedelta(hours=24)


@dataclass
class ServedBatch:
    """A batch: what was asked, what came of it, and when it ends."""

    name: str
    created: dt.datetime
    ends_at: float
    entries: list[Any]
    results: list[dict[str, Any]] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    cancelled: bool = False
    ended: bool = False
    archived: bool = False


@dataclass
class BatchRoom:
    """All batches. `seconds` is how long one takes; `late` keeps it from ending. `faults`: for each kind of call
    (create, retrieve, results, cancel, list) the faults of its next calls, in order."""

    seconds: float = 0.0
    late: bool = False
    processed: float = 1.0
    held: dict[str, ServedBatch] = field(default_factory=dict)
    faults: dict[str, list[str | None]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    async def route(self, server: "ModelServer", call: Call) -> Answer:
        path = call.path.split("?")[0].removeprefix("/v1/messages/batches").strip("/")
        name, _, what = path.partition("/")
        kind = what or ("retrieve" if name else "create" if call.method == "POST" else "list")
        self.calls[kind] += 1
        waiting = self.faults.get(kind, [])
        fault = waiting.pop(0) if waiting else None
        headers = server.headers()
        if fault in ERRORS:
            return error(fault, headers["request-id"], headers)
        if fault == "cut_before":
            return Answer(cut=True)
        answer = self._answer(server, kind, name, call, headers)
        if fault == "cut_after":
            return Answer(cut=True)
        if fault == "cut":
            return Answer(answer.status, answer.body, answer.headers, answer.kind, sent=0.6)
        return answer

    def _answer(self, server: "ModelServer", kind: str, name: str, call: Call, headers: dict[str, str]) -> Answer:
        if kind == "create":
            return self._create(server, call.json(), headers)
        if kind == "list":
            held = sorted(self.held.values(), key=lambda batch: batch.created, reverse=True)
            data = [self._shown(server, batch) for batch in held]
            page = {"data": data, "has_more": False, "first_id": None, "last_id": None}
            return Answer(200, json.dumps(page).encode(), headers)
        batch = self.held.get(name)
        if batch is None:
            return Answer(404, error_body(404, f"No batch {name}", headers["request-id"]), headers)
        if kind == "cancel":
            batch.cancelled = True
        shown = self._shown(server, batch)
        if kind != "results":
            return Answer(200, json.dumps(shown).encode(), headers)
        lines = b"".join(json.dumps(line).encode() + b"\n" for line in batch.results)
        return Answer(200, lines, headers, kind="application/x-jsonl")

    def _create(self, server: "ModelServer", body: Any, headers: dict[str, str]) -> Answer:
        entries = body.get("requests", [])
        names = [entry["custom_id"] for entry in entries]
        wrong = "requests: Field required" if not entries else None
        if len(set(names)) < len(names):
            wrong = "requests: custom_id must be unique"
        if len(entries) > 100_000:
            wrong = "requests: at most 100000"
        if wrong is not None:
            return Answer(400, error_body(400, wrong, headers["request-id"]), headers)
        batch = ServedBatch(server.named("msgbatch"), dt.datetime.now(dt.UTC), time.monotonic() + self.seconds, entries)
        self.held[batch.name] = batch
        return Answer(200, json.dumps(self._shown(server, batch)).encode(), headers)

    def _shown(self, server: "ModelServer", batch: ServedBatch) -> dict[str, Any]:
        """The batch as it stands now; it ends when its time has come, or when it was cancelled."""
        due = batch.cancelled or (not self.late and time.monotonic() >= batch.ends_at)
        if due and not batch.ended:
            self._end(server, batch)
        counts = batch.outcomes
        told = {name: counts[name] if batch.ended else 0 for name in COUNTS}
        if not batch.ended:
            told["processing"] = len(batch.entries)
        kept = batch.ended and not batch.archived
        now = batch.created + dt.timedelta(seconds=1)
        return {
            "id": batch.name,
            "type": "message_batch",
            "processing_status": "ended" if batch.ended else "in_progress",
            "request_counts": told,
            "created_at": batch.created.isoformat(),
            "expires_at": (batch.created + LIVES).isoformat(),
            "ended_at": now.isoformat() if batch.ended else None,
            "archived_at": now.isoformat() if batch.archived else None,
            "cancel_initiated_at": now.isoformat() if batch.cancelled else None,
            "results_url": f"{server.url}/v1/messages/batches/{batch.name}/results" if kept else None,
        }

    def _end(self, server: "ModelServer", batch: ServedBatch) -> None:
        """Work all entries, or with a cancellation the first share of them."""
        batch.ended = True
        turns = int(len(batch.entries) * self.processed) if batch.cancelled else len(batch.entries)
        for place, entry in enumerate(batch.entries):
            fault = "canceled" if place >= turns else self._fault(server, entry)
            self._work(server, batch, entry, fault)
        server.bills += batch.bills
        batch.results.reverse()  # in no order that a client may rely on

    def _fault(self, server: "ModelServer", entry: Any) -> str | None:
        question = entry["params"]["messages"][0]["content"]
        server.asked[question] += 1
        return server.script(question, server.asked[question])

    def _work(self, server: "ModelServer", batch: ServedBatch, entry: Any, fault: str | None) -> None:
        name = entry["custom_id"]
        if fault in ("expired", "canceled"):
            batch.results.append({"custom_id": name, "result": {"type": fault}})
            batch.outcomes[fault] += 1
            return
        if fault == "errored" or fault in ERRORS:
            status, words, more, _ = ERRORS["500" if fault == "errored" else fault]
            body = json.loads(error_body(status, words, server.named("req"), more))
            batch.results.append({"custom_id": name, "result": {"type": "errored", "error": body}})
            batch.outcomes["errored"] += 1
            return
        batch.outcomes["succeeded"] += 1  # of entries, whatever stands in the results
        said = None if fault in IN_BATCH else fault
        for turn in range(2 if fault == "second" else 1):
            message, bill = server.work(entry["params"], said, batch=True)
            server.keep(entry["params"])
            delivered = fault != "missing"
            batch.bills.append(Bill(bill.question, bill.model, bill.usage, True, delivered))
            line = {"custom_id": name, "result": {"type": "succeeded", "message": message}}
            if fault == "wrong_id":
                line["custom_id"] = f"not-{turn}-{name}"[:64]
            if delivered:
                batch.results += [line, line] if fault == "duplicate" else [line]
