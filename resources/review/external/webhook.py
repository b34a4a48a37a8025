"""What other platforms send us: `POST /hooks/{platform}`.

Belongs here: the routes, what a genuine delivery says, and the answer to it. Does not belong here: whether it is
genuine (`signing`), what an annotation says (`annotations`), sessions of people (no cookie counts here).

A task platform's delivery is JSON, at most `MAX_WORDS` decisions:

    {"type": "decisions", "timestamp": "2025-03-03T12:00:00Z", "data": {"decisions": [
        {"question_id": "...", "decision": "replace", "value": "blue", "comment": "...", "annotator": "anna",
         "decided_at": "2025-03-03T11:59:00Z"}]}}

decision: accept, reject, replace, skip, cannot_tell, or undo; value only with replace; comment may be left out, and
decided_at, which then is the delivery's timestamp. The answer says what became of each. What was genuine is answered
200 even if nothing of it could be taken: sending it again would not help. A delivery that comes again is answered as
the first time.
"""

import datetime as dt
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from resources.review.external.annotations import People, taken_from
from resources.review.external.deliveries import Deliveries
from resources.review.external.intake import STATUSES, Taken, person, take_in
from resources.review.external.settings import ACTIONS, SECRET_HEADER, LabelStudioSettings, TaskPlatform, secrets
from resources.review.external.signing import MAX_BODY, BadSecret, Delivery, Refused, json_object, verify
from resources.review.judging import Stated
from resources.review.protocol import ReviewStore, ReviewStoreError
from resources.review.replacement import shown

MAX_WORDS = 1_000
"""Decisions in one delivery."""
LABEL_STUDIO = "label-studio"
"""The path under which Label Studio's webhooks come in; no task platform has this name."""
_AGAIN = "Take the task back: it can no longer be answered"
_WORDS = ("question_id", "decision", "value", "comment", "annotator", "decided_at")
_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Hooks:
    """Which platforms may send. people: of Label Studio, mail addresses by number (`label_studio.Accounts`); now: the
    clock, in UTC."""

    platforms: Sequence[TaskPlatform] = ()
    label_studio: LabelStudioSettings | None = None
    people: People | None = None
    now: Clock = lambda: dt.datetime.now(dt.UTC)

    def __post_init__(self) -> None:
        names = [one.name for one in self.platforms]
        if LABEL_STUDIO in names or len(set(names)) != len(names):
            raise ValueError(f"platforms have names of their own, and none is {LABEL_STUDIO}: {', '.join(names)}")
        if self.label_studio and self.label_studio.name in names:
            raise ValueError(f"Label Studio's people go by {self.label_studio.name}, as those of a platform do")


def router(store: ReviewStore, deliveries: Deliveries, hooks: Hooks) -> APIRouter:
    """The routes, for the application that has the page."""
    routes = APIRouter(tags=["hooks"])
    platforms = {one.name: one for one in hooks.platforms}

    @routes.post(f"/hooks/{LABEL_STUDIO}")
    async def label_studio(request: Request) -> JSONResponse:
        """An annotation that was made or changed in Label Studio."""
        body = await _body(request)
        return _answer(await run_in_threadpool(_from_label_studio, store, deliveries, hooks, request.headers, body))

    @routes.post("/hooks/{platform}")
    async def platform(platform: str, request: Request) -> JSONResponse:
        """Decisions that people took on a task platform."""
        known = platforms.get(platform)
        if known is None:
            return _answer(Refused(404, "there is no such platform"))
        body = await _body(request)
        return _answer(await run_in_threadpool(_from_platform, store, deliveries, known, request.headers, body, hooks))

    return routes


async def _body(request: Request) -> bytes:
    """The body, up to one byte more than is allowed: what goes beyond is not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            break
    return bytes(body[: MAX_BODY + 1])


def _answer(said: Mapping[str, Any] | Refused) -> JSONResponse:
    if isinstance(said, Refused):
        headers = {"Retry-After": "120"} if said.status in (409, 503) else None
        return JSONResponse({"error": said.reason}, said.status, headers=headers)
    return JSONResponse(dict(said))


def _from_platform(
    store: ReviewStore,
    deliveries: Deliveries,
    platform: TaskPlatform,
    headers: Mapping[str, str],
    body: bytes,
    hooks: Hooks,
) -> Mapping[str, Any] | Refused:
    now = hooks.now()
    ours = secrets(platform.secret)
    if not ours:
        _log.error("%s may not send: %s is not set", platform.name, platform.secret)
        return Refused(503, "this platform is not set up")
    try:
        delivery = verify(headers, body, ours, now)
    except BadSecret as error:
        _log.error("%s may not send: %s (%s)", platform.name, error, platform.secret)
        return Refused(503, "this platform is not set up")
    said = delivery if isinstance(delivery, Refused) else receive(store, deliveries, platform, delivery, now)
    if isinstance(said, Refused):
        _log.warning("a delivery to %s was refused (%d): %s", platform.name, said.status, said.reason)
    return said


def receive(
    store: ReviewStore, deliveries: Deliveries, platform: TaskPlatform, delivery: Delivery, now: dt.datetime
) -> Mapping[str, Any] | Refused:
    """Take in a genuine delivery, once; what became of each of its decisions, as JSON can say it."""
    words = _words(delivery.content)
    if isinstance(words, Refused):
        return words
    claim = deliveries.claim(platform.name, [delivery.delivery_id], now)[delivery.delivery_id]
    if claim == "settled":
        return {**deliveries.outcome(platform.name, delivery.delivery_id), "repeated": True}
    if claim == "under_way":
        return Refused(409, "this delivery is being taken in: send it again later")
    stated: list[tuple[str, Stated]] = []
    taken: list[Taken] = []
    for number, word in enumerate(words):
        place, one = f"decision {number:04d}", _stated(word, platform, delivery)
        if isinstance(one, Stated):
            stated.append((place, one))
        else:
            taken.append(Taken(place, _text(word, "question_id") or "", "left_out", one))
    broken_off = [place for place, _ in stated] if claim == "broken_off" else ()
    taken += take_in(store, stated, now, _AGAIN, broken_off)
    said = {"repeated": False, **_told(taken)}
    deliveries.settle(platform.name, {delivery.delivery_id: said})
    return said


def _words(content: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | Refused:
    data = content.get("data")
    words = data.get("decisions") if isinstance(data, Mapping) else None
    if content.get("type") != "decisions" or not isinstance(words, list) or not words:
        return Refused(400, "the body is no delivery of decisions: type is decisions, data.decisions a list of some")
    if len(words) > MAX_WORDS:
        return Refused(413, f"there are more than {MAX_WORDS} decisions: send several deliveries")
    if not all(isinstance(word, Mapping) and set(word) <= set(_WORDS) for word in words):
        return Refused(400, f"a decision is an object of {', '.join(_WORDS)} and nothing else")
    return words


def _stated(word: Mapping[str, Any], platform: TaskPlatform, delivery: Delivery) -> Stated | str:
    """One decision as it is stated, or why it states nothing."""
    texts = {name: _text(word, name) for name in _WORDS}
    wrong = [name for name, text in texts.items() if text is None]
    if wrong:
        return f"{', '.join(wrong)} is no text"
    who = person(platform.name, texts["annotator"] or "")
    if who is None:
        return "annotator names nobody, or has more than 200 characters"
    if not texts["question_id"] or not texts["decision"]:
        return "question_id or decision is missing"
    at = _moment(texts["decided_at"] or delivery.content.get("timestamp"))
    if at is None:
        return f"its time {shown(str(texts['decided_at']))} is no ISO 8601 moment with a time zone"
    return Stated(texts["question_id"], texts["decision"], texts["value"] or "", texts["comment"] or "", who, at)


def _text(word: Mapping[str, Any], name: str) -> str | None:
    """The text of a field, empty where it is not there or null; None where it is something else, or no Unicode."""
    value = word.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        return None
    return value


def _moment(stated: object) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(stated) if isinstance(stated, str) else None
        return at.astimezone(dt.UTC) if at is not None and at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None


def _told(taken: Sequence[Taken]) -> dict[str, Any]:
    counts = {status: sum(one.status == status for one in taken) for status in STATUSES}
    each = [
        {"decision": int(one.place.split()[-1]), "status": one.status, "message": one.message}
        for one in sorted(taken, key=lambda one: one.place)
    ]
    return {"counts": counts, "decisions": each}


def _from_label_studio(
    store: ReviewStore, deliveries: Deliveries, hooks: Hooks, headers: Mapping[str, str], body: bytes
) -> Mapping[str, Any] | Refused:
    settings, people = hooks.label_studio, hooks.people
    ours = secrets(settings.secret) if settings else []
    if settings is None or people is None or not ours:
        return Refused(503, "Label Studio is not set up")
    given = headers.get(SECRET_HEADER, "").encode()
    fits = False
    for secret in ours:
        fits |= hmac.compare_digest(given, secret.encode())
    if not fits:
        _log.warning("a delivery of Label Studio was refused: its secret is not ours")
        return Refused(401, f"{SECRET_HEADER} does not fit")
    if len(body) > MAX_BODY:
        return Refused(413, f"the body has more than {MAX_BODY} bytes")
    content = json_object(body)
    project = _numbered(content, "project") if content else None
    if content is None or content.get("action") not in ACTIONS or project is None:
        return Refused(400, "this is no annotation that was made or changed, with its task and project")
    if _numbered(content, "annotation") is None or _numbered(content, "task") is None:
        return Refused(400, "the annotation or its task is missing, or has no number")
    answer = content["annotation"], content["task"]
    try:
        taken = taken_from(store, deliveries, settings, project, [answer], people, hooks.now())
    except ReviewStoreError as error:
        _log.warning("an annotation has to wait for the next pull: %s", error)
        return Refused(503, "the annotation has to wait for the next pull")
    return {"status": taken[0].status if taken else "already", "message": taken[0].message if taken else None}


def _numbered(content: Mapping[str, Any], name: str) -> int | None:
    part = content.get(name)
    number = part.get("id") if isinstance(part, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
