"""Label Studio as a place to decide: open questions go there as tasks, people's annotations come back as words.

Belongs here: talking to a server through the official client, and what is sent and taken when. Does not belong here:
how a question looks there (`labelling`), what an annotation says (`annotations`), HTTP from there to us (`webhook`).

One project for each form of question (`labelling`), found by its title, made when missing. Nothing is kept here of what
was pushed: the projects are looked at, so that a push that was broken off is simply finished by the next.
"""

import datetime as dt
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl

from resources.review.external.annotations import Json, delivery_of, platform_of, taken_from
from resources.review.external.deliveries import Deliveries
from resources.review.external.intake import Report, Taken
from resources.review.external.labelling import Form, configuration, form_of, task_of
from resources.review.external.settings import ACTIONS, SECRET_HEADER, LabelStudioSettings, secrets
from resources.review.protocol import ReviewStore, ReviewStoreError
from resources.review.replacement import allowed_values, shown

if TYPE_CHECKING:  # optional, and slow to load
    from label_studio_sdk import LabelStudio

BATCH = 200
"""Tasks in one import, and deliveries in one transaction."""
PAGE = 500
_MISSING = "the package label-studio-sdk is not installed: install this one with its extra 'label-studio'"
_ANSWERED = json.dumps(
    {
        "filters": {
            "conjunction": "or",
            "items": [
                {"filter": f"filter:tasks:{name}", "operator": "greater", "type": "Number", "value": 0}
                for name in ("total_annotations", "cancelled_annotations")
            ],
        }
    }
)


class LabelStudioError(ReviewStoreError):
    """Label Studio cannot be used as it is set up; the message says why and what to do."""


@dataclass(frozen=True)
class Pushed:
    """What a push did. new: tasks made; there: open questions that had one; taken_out: tasks without an answer whose
    question is no longer open, or that were there twice."""

    new: int
    there: int
    taken_out: int
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        summary = f"Tasks made: {self.new}, there already: {self.there}, taken out: {self.taken_out}."
        return "\n".join([summary, *self.notes])


@dataclass
class Accounts:
    """Mail addresses by the number under which Label Studio keeps a person; asked for again when one is new."""

    ask: Callable[[], Mapping[int, str]]
    known: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, client: "LabelStudio") -> "Accounts":
        """Those of a server."""
        return cls(lambda: _addresses(client))

    @classmethod
    def at(cls, settings: LabelStudioSettings) -> "Accounts":
        """Those of a server that is connected to when the first is asked for: a page starts without it."""
        return cls(lambda: _addresses(connect(settings)))

    def __call__(self, number: object) -> str | None:
        """The address of a person, None for nobody."""
        if not isinstance(number, int) or isinstance(number, bool):
            return None
        if number not in self.known:
            with calling():
                self.known.update(self.ask())
        return self.known.get(number) or None


def connect(settings: LabelStudioSettings) -> "LabelStudio":
    """A client of the server. Raises LabelStudioError where the package or the token is missing."""
    try:
        from label_studio_sdk import LabelStudio
    except ImportError as error:
        raise LabelStudioError(_MISSING) from error
    token = os.environ.get(settings.token, "").strip()
    if not token:
        raise LabelStudioError(f"no access token: set {settings.token} in the environment")
    return LabelStudio(base_url=settings.address, api_key=token, timeout=settings.timeout)


@contextmanager
def calling() -> Iterator[None]:
    """Errors of the client as a sentence, without headers: these may carry the token."""
    try:
        import httpx
        from label_studio_sdk.core.api_error import ApiError
    except ImportError as error:
        raise LabelStudioError(_MISSING) from error
    try:
        yield
    except ApiError as error:
        body = shown(json.dumps(error.body, default=str), 300)
        raise LabelStudioError(f"Label Studio answered {error.status_code}: {body}") from None
    except httpx.HTTPError as error:
        raise LabelStudioError(f"Label Studio does not answer ({type(error).__name__}). Is it up?") from None


def push(
    store: ReviewStore,
    client: "LabelStudio",
    settings: LabelStudioSettings,
    day: dt.date | None = None,
    limit: int | None = 1000,
) -> Pushed:
    """Make a task for each open question (of the day, at most `limit`) that has none, those first that settle most
    products; take out tasks without an answer whose question is decided or gone. The same call again changes nothing.

    Raises LabelStudioError; what was made until then stays, and the next push goes on from there.
    """
    asked: dict[Form, list[dict[str, Any]]] = defaultdict(list)
    for question in store.open_questions(day, limit).iter_rows(named=True):
        asked[form_of(question)].append(question)
    forms = {f"{settings.title}: {form.title}": form for form in asked}
    with calling():
        projects = _projects(client, settings)
        idle = [title for title in projects if title not in forms]
        prepared = [_prepared(client, projects, title, form, asked[form]) for title, form in forms.items()]
        done = [_filled(store, client, projects[title], asked[form]) for title, form in forms.items()]
        done += [_filled(store, client, projects[title], []) for title in idle]
    new, there, taken_out = (sum(column) for column in zip(*done, strict=True)) if done else (0, 0, 0)
    return Pushed(new, there, taken_out, tuple(chain.from_iterable(prepared)))


def pull(
    store: ReviewStore,
    deliveries: Deliveries,
    client: "LabelStudio",
    settings: LabelStudioSettings,
    now: dt.datetime,
) -> Report:
    """Take in every annotation that was not taken yet, of all our projects.

    What cannot be taken is named in the report, at each pull until it is corrected there. Raises LabelStudioError; what
    was taken until then is, and the next pull goes on from there.
    """
    people = Accounts.of(client)
    taken: list[Taken] = []
    notes: list[str] = []
    with calling():
        projects = _projects(client, settings)
    for project in projects.values():
        with calling():
            found = list(_annotations(client, project))
        settled = deliveries.settled(platform_of(settings, project))
        new = [(one, task) for one, task in found if delivery_of(one) not in settled]
        for start in range(0, len(new), BATCH):
            taken += taken_from(store, deliveries, settings, project, new[start : start + BATCH], people, now)
        gone = {one.split("@")[0] for one in settled} - {str(one.get("id")) for one, _ in found}
        if gone:
            notes.append(
                f"Project {project}: annotations {', '.join(sorted(gone, key=int)[:20])} were deleted after their "
                "words were taken; the words stand until they are taken back here"
            )
    return Report.of(taken, notes)


def listen(client: "LabelStudio", settings: LabelStudioSettings, address: str) -> int:
    """Let Label Studio tell of annotations as they are made, at `address` (of `webhook.router`); returns in how many
    projects. The secret of the environment goes with it; one that was changed is told anew."""
    secret = secrets(settings.secret)
    if not secret:
        raise LabelStudioError(f"no secret for webhooks: set {settings.secret} in the environment")
    with calling():
        projects = _projects(client, settings)
        for project in projects.values():
            for old in client.webhooks.list(project=str(project)):
                if old.url == address and old.id is not None:
                    client.webhooks.delete(old.id)
            client.webhooks.create(
                url=address, project=project, send_payload=True, send_for_all_actions=False,
                actions=list(ACTIONS), headers={SECRET_HEADER: secret[0]}, is_active=True,
            )  # fmt: skip
    return len(projects)


def _addresses(client: "LabelStudio") -> dict[int, str]:
    return {one.id: one.email or "" for one in client.users.list() if one.id is not None}


def _projects(client: "LabelStudio", settings: LabelStudioSettings) -> dict[str, int]:
    """Our projects by title; of several with one title the oldest."""
    begins = f"{settings.title}: "
    found = sorted((one.id, one.title) for one in client.projects.list(title=begins, page_size=PAGE))
    return {title: number for number, title in reversed(found) if title and title.startswith(begins)}


def _annotations(client: "LabelStudio", project: int) -> Iterator[tuple[Json, Json]]:
    for task in client.tasks.list(project=project, fields="all", query=_ANSWERED, page_size=PAGE):
        told = json.loads(task.json())
        for annotation in told.get("annotations") or ():
            yield annotation, told


def _prepared(
    client: "LabelStudio", projects: dict[str, int], title: str, form: Form, questions: Sequence[Json]
) -> list[str]:
    """See that there is a project of this title (among `projects` then) that asks in this form; notes, if any."""
    paths = {path for one in questions for path in allowed_values(one["options"]) or ()}
    wanted = configuration(form, paths if form.widget == "tree" else ())
    if title not in projects:
        made = client.projects.create(title=title, label_config=wanted, show_collab_predictions=False)
        projects[title] = int(made.id)
    elif client.projects.get(projects[title]).label_config != wanted:
        return _reconfigured(client, projects[title], wanted)
    return []


def _filled(store: ReviewStore, client: "LabelStudio", project: int, questions: Sequence[Json]) -> tuple[int, int, int]:
    """Make the tasks of a project what they should be: how many are new, were there, were taken out."""
    there, taken_out = _tidied(store, client, project)
    new = [task_of(one) for one in questions if one["question_id"] not in there]
    for start in range(0, len(new), BATCH):
        client.projects.import_tasks(project, request=new[start : start + BATCH], return_task_ids=True)
    return len(new), len(questions) - len(new), taken_out


def _reconfigured(client: "LabelStudio", project: int, wanted: str) -> list[str]:
    from label_studio_sdk.core.api_error import ApiError

    try:
        client.projects.update(project, label_config=wanted)
    except ApiError as error:
        if error.status_code != 400:
            raise
        return [
            f"Project {project} keeps its older form: Label Studio does not take the new one beside the answers that "
            "are there. What is not allowed is refused when it comes back. Rename the project, and the next push makes "
            "another"
        ]
    return []


def _tidied(store: ReviewStore, client: "LabelStudio", project: int) -> tuple[set[str], int]:
    """The questions that have a task, after those were taken out that should not be there; and how many these were."""
    tasks: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    for task in client.tasks.list(project=project, page_size=PAGE):
        question = (task.data or {}).get("question_id")
        if isinstance(question, str):
            tasks[question].append((not task.total_annotations, int(task.id)))
    ids = pl.Series("question_id", list(tasks), pl.String)
    still_open = set(store.questions(ids)["question_id"]) - set(store.decisions(ids)["question_id"])
    out: list[int] = []
    for question, copies in tasks.items():
        first, *more = sorted(copies)  # one that is answered stays, or the oldest
        spare = more if question in still_open else [first, *more]
        out += [number for unanswered, number in spare if unanswered]
    for number in out:
        client.tasks.delete(str(number))
    return set(tasks) & still_open, len(out)
