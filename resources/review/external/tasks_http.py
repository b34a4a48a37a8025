"""Open questions to a task platform, by HTTPS POST of JSON.

Belongs here: the tasks as they are sent, patience with a platform that cannot at once, and remembering what was sent.
Does not belong here: what comes back (`webhook`).

Each task is one POST with an `Idempotency-Key`, the digest of all that it says: a platform that gets it again, because
an answer was lost, makes no second task. What it took is remembered (`deliveries`) and not sent again; a question that
is shown differently since is another task. No redirect is followed: it would carry the token elsewhere.
"""

import datetime as dt
import hashlib
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx2

from resources.review.external.deliveries import Deliveries
from resources.review.external.settings import TaskPlatform, secrets
from resources.review.protocol import IDENTITY, ReviewStore, ReviewStoreError
from resources.review.replacement import allowed_values

MAX_TASK = 256_000
"""Bytes of one task."""
MAX_TEXT = 30_000
"""Characters of one text in it; what is longer is cut, and says so."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before the second attempt at a task; then twice as many each time. What Retry-After asks for is heard up to
the longest."""
GIVE_UP = 3
"""Tasks in a row that a platform could not take, whatever was tried: it is down."""

Outcome = Literal["taken", "refused", "failed", "closed"]


class PlatformError(ReviewStoreError):
    """The platform cannot be used as it is set up; the message says why and what to do."""


@dataclass(frozen=True)
class Sent:
    """What became of a push. sent: tasks that the platform took; before: that it had taken earlier; problems:
    (question_id, why) of those it did not; unsent: not tried any more, since the platform does not answer."""

    sent: int
    before: int
    problems: tuple[tuple[str, str], ...] = ()
    unsent: int = 0

    def __str__(self) -> str:
        summary = f"Tasks sent: {self.sent}, sent before: {self.before}, not taken: {len(self.problems)}."
        rest = [f"{self.unsent} were not tried: the platform does not answer."] if self.unsent else []
        return "\n".join([summary, *(f"{question}: {why}." for question, why in self.problems), *rest])


@dataclass(frozen=True)
class Patience:
    """Waiting between attempts: how it is done, and by how much it varies, so that several senders do not keep in step
    (0 to 1)."""

    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def pause(self, attempt: int, told: float | None) -> float:
        """Seconds after so many failed attempts (from 1); told: what the platform asks for."""
        grown = FIRST_PAUSE * 2.0 ** (attempt - 1) * (0.5 + self.jitter())
        return min(LONGEST_PAUSE, max(grown, told or 0.0))


def push(
    store: ReviewStore,
    deliveries: Deliveries,
    platform: TaskPlatform,
    now: dt.datetime,
    day: dt.date | None = None,
    limit: int | None = 1000,
    patience: Patience | None = None,
) -> Sent:
    """Send each open question (of the day, at most `limit`) that the platform has not taken yet, those first that
    settle most products. The same call again sends what is missing.

    Raises PlatformError where it is not set up, or does not accept the token.
    """
    if platform.address is None:
        raise PlatformError(f"{platform.name} has no address: it only answers")
    client = _client(platform, platform.address)
    tasks = [task_of(question) for question in store.open_questions(day, limit).iter_rows(named=True)]
    sent_to = f"{platform.name}/tasks"
    before = deliveries.settled(sent_to)
    keys = {key_of(task): task for task in tasks}
    new = {key: task for key, task in keys.items() if key not in before}
    sent, problems, in_a_row = 0, list[tuple[str, str]](), 0
    with client:
        for tried, (key, task) in enumerate(new.items(), start=1):
            outcome, why = _post(client, platform, key, task, patience or Patience())
            if outcome == "closed":
                raise PlatformError(f"{platform.name} does not let us in ({why}): see {platform.token}")
            if outcome == "taken":
                # Only now: what is sent again after a crash has the same key.
                deliveries.claim(sent_to, [key], now)
                deliveries.settle(sent_to, {key: task["question_id"]})
                sent, in_a_row = sent + 1, 0
                continue
            problems.append((task["question_id"], why))
            in_a_row = in_a_row + 1 if outcome == "failed" else 0
            if in_a_row == GIVE_UP:
                return Sent(sent, len(keys) - len(new), tuple(problems), len(new) - tried)
    return Sent(sent, len(keys) - len(new), tuple(problems))


def task_of(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question (a row of `OPEN`) as a task: text as the supplier wrote it, data and not markup. A platform that shows
    it as HTML escapes it, and one that writes CSV files marks formulas."""
    return {
        "question_id": question["question_id"],
        **{name: _cut(question[name]) for name in IDENTITY},
        "confidence": question["confidence"],
        "method": question["method"],
        **{name: _cut(question[name]) for name in ("evidence", "name", "context")},
        "allowed_values": allowed_values(question["options"]),
        "decisions": ["accept", "reject", "replace", "skip", "cannot_tell"],
    }


def key_of(task: Mapping[str, Any]) -> str:
    """The idempotency key of a task: the digest of the question's id and of all that is shown."""
    text = json.dumps(task, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _client(platform: TaskPlatform, address: str) -> httpx2.Client:
    token = secrets(platform.token) if platform.token else []
    if platform.token and not token:
        raise PlatformError(f"no token for {platform.name}: set {platform.token} in the environment")
    headers = {"Authorization": f"Bearer {token[0]}"} if token else {}
    proxied = address.startswith("https://")  # by the environment's proxy, if there is one; never on this machine
    return httpx2.Client(headers=headers, timeout=platform.timeout, follow_redirects=False, trust_env=proxied)


def _post(
    client: httpx2.Client, platform: TaskPlatform, key: str, task: Mapping[str, Any], patience: Patience
) -> tuple[Outcome, str]:
    """One task, tried until the platform says something final; what it said."""
    body = json.dumps(task, ensure_ascii=False).encode()
    if len(body) > MAX_TASK:
        return "refused", f"the task has {len(body)} bytes and at most {MAX_TASK} are sent"
    why = ""
    for attempt in range(1, platform.attempts + 1):
        told = None
        try:
            status, told = _once(client, str(platform.address), key, body)
        except httpx2.HTTPError as error:
            why = f"it does not answer ({type(error).__name__})"
        else:
            if 200 <= status < 300:
                return "taken", ""
            why = f"it answered {status}"
            if status in (401, 403):
                return "closed", why
            if status not in (408, 409, 425, 429) and status < 500:
                return "refused", why
        if attempt < platform.attempts:
            patience.sleep(patience.pause(attempt, told))
    return "failed", why


def _once(client: httpx2.Client, address: str, key: str, body: bytes) -> tuple[int, float | None]:
    """The status of one attempt, and the seconds that it asks to wait. What else the platform answers is not read."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    with client.stream("POST", address, content=body, headers=headers) as answer:
        status, told = answer.status_code, answer.headers
    if "retry-after" not in told:
        return status, None
    from resources.language_model.faults import retry_after  # here: with it the provider's client is loaded

    return status, retry_after(told)
