"""Annotations of Label Studio as words, whether a server was asked for them or a webhook brought them.

Belongs here: who said what about which question, when, and taking each version once. Does not belong here: the client
(`label_studio`), HTTP (`webhook`), the shape of a result (`labelling`), what a word is (`judging`).

One that was updated is a new word of who updated it. One that was deleted is no undo: Label Studio does not say who
deleted it, and a word is its author's to take back.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from resources.review.external.deliveries import Deliveries
from resources.review.external.intake import Taken, person, take_in
from resources.review.external.labelling import said_in, task_fault
from resources.review.external.settings import LabelStudioSettings
from resources.review.judging import Stated
from resources.review.protocol import ReviewStore
from resources.review.replacement import clean, shown

Json = Mapping[str, Any]
People = Callable[[object], str | None]
"""From the number under which Label Studio keeps a person to their mail address."""
MAX_ID = 100
"""Characters of a delivery's name."""
_AGAIN = "Push again, and it is taken out"


def taken_from(
    store: ReviewStore,
    deliveries: Deliveries,
    settings: LabelStudioSettings,
    project: int,
    answers: Sequence[tuple[Json, Json]],
    people: People,
    now: dt.datetime,
) -> list[Taken]:
    """Take in annotations, each with its task, as the server or a webhook tells of them."""
    platform = platform_of(settings, project)
    named = {delivery_of(annotation): (annotation, task) for annotation, task in answers}
    claims = deliveries.claim(platform, list(named), now)
    ours = {one: named[one] for one, claim in claims.items() if claim in ("fresh", "broken_off")}
    asked = [str(_data(task).get("question_id")) for _, task in ours.values()]
    known = {
        row["question_id"]: row for row in store.questions(pl.Series(asked, dtype=pl.String)).iter_rows(named=True)
    }
    places: dict[str, str] = {}
    stated: list[tuple[str, Stated]] = []
    taken: list[Taken] = []
    for delivery, (annotation, task) in ours.items():
        place = f"project {project}, task {task.get('id')}, annotation {annotation.get('id')}"
        places[place] = delivery
        question = known.get(str(_data(task).get("question_id")))
        one = _stated(annotation, task, project, question, settings, people)
        if isinstance(one, Stated):
            stated.append((place, one))
        else:
            taken.append(Taken(place, str(_data(task).get("question_id")), "left_out", one))
    broken = {place for place, delivery in places.items() if claims[delivery] == "broken_off"}
    taken += take_in(store, stated, now, _AGAIN, broken)
    deliveries.settle(platform, {places[one.place]: one.status for one in taken if one.status != "left_out"})
    deliveries.release(platform, [places[one.place] for one in taken if one.status == "left_out"])
    return taken


def delivery_of(annotation: Json) -> str:
    """The name of one version of an annotation."""
    return clean(f"{annotation.get('id')}@{annotation.get('updated_at')}")[:MAX_ID]


def _stated(
    annotation: Json,
    task: Json,
    project: int,
    question: Json | None,
    settings: LabelStudioSettings,
    people: People,
) -> Stated | str:
    """What an annotation states, or why it states nothing."""
    if annotation.get("task") != task.get("id") or annotation.get("project", project) != project:
        return "it belongs to another task or project than it came with"
    fault = task_fault(_data(task), question)
    if fault is not None:
        return fault
    who = person(settings.name, people(annotation.get("updated_by") or annotation.get("completed_by")) or "")
    if who is None:
        return "who made it is not known: their account has no mail address, or is gone"
    try:
        at = dt.datetime.fromisoformat(str(annotation.get("updated_at")))
    except ValueError:
        return f"its time {shown(str(annotation.get('updated_at')))} is none"
    if at.utcoffset() is None:
        return "its time names no time zone"
    said = ("skip", "", "") if annotation.get("was_cancelled") else said_in(annotation.get("result"))
    return said if isinstance(said, str) else Stated(_data(task)["question_id"], *said, who, at)


def _data(task: Json) -> Json:
    data = task.get("data")
    return data if isinstance(data, Mapping) else {}


def platform_of(settings: LabelStudioSettings, project: int) -> str:
    """Under which name deliveries of a project are remembered."""
    return f"{settings.name}/{project}"
