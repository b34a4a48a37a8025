"""The task on the screen: shown, answered, taken back.

Belongs here: the routes for a person's tasks, by forms and for the page's script. Does not belong here: what a task
looks like (`views`, the templates), what an answer may be (`answering`), what becomes of it (the queue).

The script asks for two tasks at once, so that the next is there before the present one is answered. A task that is
handed out ahead gets its whole time when it is asked for as the first of the two.
"""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel

from resources.review.page import answering
from resources.review.page.answering import AnswersIn, ReceiptOut, Unfit
from resources.review.page.rendering import part, render
from resources.review.page.security import Person, signed_in
from resources.review.page.views import progress_line, task_view
from resources.review.tasks import Answer, Receipt, ReviewQueue, Task

router = APIRouter()
Signed = Annotated[Person, Depends(signed_in)]
_TEXT = Form(max_length=answering.LONGEST)
_IDS = Form(max_length=answering.MANY)
NOTHING_BACK = (
    "Nothing was brought back: you have given no answer within the last hour, or somebody else has the question by now."
)


class TaskOut(BaseModel):
    """A task as a part of the page. seconds: how long it is still the person's."""

    task_id: str
    seconds: int
    html: str


class TasksOut(BaseModel):
    """The person's present task and those after it; `empty` is shown where there is none."""

    tasks: list[TaskOut]
    empty: str | None
    progress: str


class UndoneOut(BaseModel):
    """The task that came back; without one `message` says so."""

    task: TaskOut | None
    message: str | None
    progress: str


@router.get("/", include_in_schema=False)
def review(request: Request, person: Signed) -> Response:
    """The person's present task, or that there is none."""
    return _page(request, person, _next(request, person, 0))


@router.post("/tasks/{task_id}", include_in_schema=False)
def answer_by_form(
    request: Request,
    person: Signed,
    task_id: str,
    choice: Annotated[str, _TEXT],
    yes: Annotated[list[str] | None, _IDS] = None,
    open: Annotated[list[str] | None, _IDS] = None,
    value: Annotated[str | None, _TEXT] = None,
    unit: Annotated[str | None, _TEXT] = None,
    reason: Annotated[str | None, _TEXT] = None,
) -> Response:
    """The answers of a form; then the next task, with a word about what could not be kept."""
    task = _theirs(request, person, task_id)
    try:
        answers = answering.of_form(task, choice, yes or (), open or (), value, unit, reason)
        receipt = _submitted(request, person, task, answers)
    except Unfit as unfit:
        return _page(request, person, task, str(unfit), "wrong", 422)
    message = answering.told(receipt, task)
    if message is None:
        return RedirectResponse("/", 303)
    return _page(request, person, _next(request, person, 0), message, "wrong", 409)


@router.post("/undo", include_in_schema=False)
def undo_by_form(request: Request, person: Signed) -> Response:
    """The last answer is taken back, and its task shown again."""
    task = _undone(request, person)
    if task is None:
        return _page(request, person, _next(request, person, 0), NOTHING_BACK, "plain")
    return _page(request, person, task, "Taken back. Answer it anew.", "plain")


@router.get("/api/tasks/next")
def next_tasks(request: Request, person: Signed, count: Annotated[int, Query(ge=1, le=2)] = 2) -> TasksOut:
    """The person's present task, and with `count` 2 the one after it, as parts of the page."""
    found = [task for ahead in range(count) if (task := _next(request, person, ahead)) is not None]
    empty = None if found else str(_stage(request, person, None))
    return TasksOut(tasks=[_out(request, person, task) for task in found], empty=empty, progress=_done(request, person))


@router.post("/api/tasks/{task_id}", responses={404: {"description": "No such task of this person"}})
def answer(request: Request, person: Signed, task_id: str, sent: AnswersIn) -> ReceiptOut:
    """The answers to a task; what became of them. The same again is told the same, and recorded once."""
    task = _theirs(request, person, task_id)
    try:
        receipt = _submitted(request, person, task, answering.of_script(task, sent.answers))
    except Unfit as unfit:
        raise HTTPException(422, [{"loc": ["body"], "msg": str(unfit), "type": "unfit"}]) from None
    return answering.receipt_out(receipt, task, _done(request, person), sent.again)


@router.post("/api/undo")
def undo(request: Request, person: Signed) -> UndoneOut:
    """The last answer is taken back; its task as a part of the page."""
    task = _undone(request, person)
    shown = None if task is None else _out(request, person, task)
    return UndoneOut(task=shown, message=NOTHING_BACK if task is None else None, progress=_done(request, person))


def _queue(request: Request) -> ReviewQueue:
    return request.app.state.queue  # type: ignore[no-any-return]


def _now(request: Request) -> dt.datetime:
    return request.app.state.clock()  # type: ignore[no-any-return]


def _next(request: Request, person: Person, ahead: int) -> Task | None:
    task = _queue(request).next(person.name, person.role, _now(request), ahead=ahead)
    return task if task is not None and task.items else None


def _theirs(request: Request, person: Person, task_id: str) -> Task:
    task = _queue(request).task(task_id, person.name)
    if task is None:
        raise HTTPException(404, "There is no such question of yours. It may have been given to somebody else.")
    return task


def _submitted(request: Request, person: Person, task: Task, answers: list[Answer]) -> Receipt:
    try:
        return _queue(request).submit(task.task_id, person.name, person.role, answers, _now(request))
    except ValueError as odd:
        raise Unfit(str(odd)) from odd


def _undone(request: Request, person: Person) -> Task | None:
    task = _queue(request).undo(person.name, _now(request))
    return task if task is not None and task.items else None


def _stage(request: Request, person: Person, task: Task | None) -> Markup:
    if task is None:
        lent = _queue(request).lent(_now(request))
        return part(request, "_empty.html", lent=lent)
    images = bool(request.app.state.display.image_hosts)
    return part(request, "_task.html", task=task_view(task, _now(request), images))


def _out(request: Request, person: Person, task: Task) -> TaskOut:
    left = max(0, int((task.expires_at - _now(request)).total_seconds()))
    return TaskOut(task_id=task.task_id, seconds=left, html=str(_stage(request, person, task)))


def _done(request: Request, person: Person) -> str:
    done = _queue(request).progress(person.name, _now(request))
    return str(part(request, "_progress.html", progress=progress_line(done)))


def _page(
    request: Request, person: Person, task: Task | None, notice: str | None = None, kind: str = "plain",
    status: int = 200,
) -> Response:  # fmt: skip
    done = _queue(request).progress(person.name, _now(request))
    context: dict[str, Any] = {
        "stage": _stage(request, person, task),
        "progress": progress_line(done),
        "notice": notice,
        "notice_kind": kind,
    }
    return render(request, "review.html", context, status)
