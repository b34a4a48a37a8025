"""Pushing and pulling against a small stand-in for Label Studio's client; `tests/external` has the real server.

`Studio` keeps projects, tasks and annotations in memory and answers with the client's names: what is shown here is what
this project does, not what Label Studio does.
"""

import datetime as dt
import itertools
import json
import sys
import types
from types import SimpleNamespace

import pytest
from external_cases import DAY, NOON, asked, journal, memory, store_with

from resources.review.external import label_studio as way
from resources.review.external.deliveries import UNDER_WAY
from resources.review.external.settings import LabelStudioSettings
from resources.review.protocol import Decision

SETTINGS = LabelStudioSettings("https://studio.example.com")


class ApiError(Exception):
    def __init__(self, status_code, body=None, headers=None):
        self.status_code, self.body, self.headers = status_code, body, headers


class HTTPError(Exception):
    pass


class Task(SimpleNamespace):
    """A task as the client has it."""

    def json(self):
        told = {**vars(self), "annotations": [dict(vars(one)) for one in self.annotations]}
        return json.dumps(told)

    @property
    def total_annotations(self):
        return sum(not one.was_cancelled for one in self.annotations)


class Studio:
    def __init__(self):
        self.numbers = itertools.count(1)
        self.made = {}
        self.kept = {}
        self.hooks = []
        self.keeps_its_form = False
        self.dies_after_import = False
        self.projects = SimpleNamespace(
            list=lambda title, page_size: list(self.made.values()), create=self.create, get=self.made.__getitem__,
            update=self.update, import_tasks=self.import_tasks,
        )  # fmt: skip
        self.tasks = SimpleNamespace(list=self.list, delete=lambda number: self.kept.pop(int(number)))
        self.users = SimpleNamespace(list=lambda: [SimpleNamespace(id=1, email="Anna@example.com")])
        self.webhooks = SimpleNamespace(
            list=lambda project: [one for one in self.hooks if str(one.project) == project],
            create=lambda **named: self.hooks.append(SimpleNamespace(id=next(self.numbers), **named)),
            delete=lambda number: self.hooks.remove(next(one for one in self.hooks if one.id == number)),
        )

    def create(self, **named):
        number = next(self.numbers)
        self.made[number] = SimpleNamespace(id=number, **named)
        return self.made[number]

    def update(self, number, label_config):
        if self.keeps_its_form:
            raise ApiError(400, "labels are in use")
        self.made[number].label_config = label_config

    def import_tasks(self, project, request, return_task_ids):
        for one in request:
            number = next(self.numbers)
            self.kept[number] = Task(id=number, project=project, data=one["data"], annotations=[])
        if self.dies_after_import:
            raise HTTPError("the answer is lost")

    def list(self, project, page_size, fields=None, query=None):
        found = [one for one in self.kept.values() if one.project == project]
        return [one for one in found if one.annotations] if query else found

    def task(self, question_id):
        return next(one for one in self.kept.values() if one.data["question_id"] == question_id)

    def annotate(self, question_id, decision, minutes=0, by=1, **how):
        task = self.task(question_id)
        part = {"from_name": "decision", "to_name": "proposal", "type": "choices", "value": {"choices": [decision]}}
        made = SimpleNamespace(
            id=next(self.numbers), task=task.id, project=task.project, completed_by=by, updated_by=by, result=[part],
            updated_at=(NOON + dt.timedelta(minutes=minutes)).isoformat(), was_cancelled=False,
        )  # fmt: skip
        vars(made).update(how)
        task.annotations.append(made)
        return made


@pytest.fixture
def studio(monkeypatch):
    """The stand-in, and its errors under the names of the packages that may not be installed."""
    errors = types.ModuleType("label_studio_sdk.core.api_error")
    errors.ApiError = ApiError
    transport = types.ModuleType("httpx")
    transport.HTTPError = HTTPError
    for module in (errors, transport):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    for name in ("label_studio_sdk", "label_studio_sdk.core"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    return Studio()


@pytest.fixture
def store(tmp_path):
    return store_with(tmp_path, "a", "b")


def push(store, studio, **how):
    done = way.push(store, studio, SETTINGS, **how)
    return done.new, done.there, done.taken_out


def pull(store, studio, now=NOON + dt.timedelta(hours=1)):
    return way.pull(store, memory(store), studio, SETTINGS, now)


def statuses(report):
    return {status: count for status, count in report.taken.items() if count}


def test_questions_are_pushed_once(store, studio):
    assert push(store, studio, limit=1) == (1, 0, 0)
    assert push(store, studio) == (1, 1, 0)
    assert push(store, studio) == (0, 2, 0)
    assert [one.title for one in studio.made.values()] == ["Catalogue review: attributes, from a list"]
    assert str(way.push(store, studio, SETTINGS)) == "Tasks made: 0, there already: 2, taken out: 0."


def test_nothing_to_push_makes_no_project(tmp_path, studio):
    assert push(store_with(tmp_path), studio) == (0, 0, 0)
    assert studio.made == {}


def test_a_push_that_was_broken_off_is_finished(store, studio, monkeypatch):
    monkeypatch.setattr(way, "BATCH", 1)
    studio.dies_after_import = True
    with pytest.raises(way.LabelStudioError, match=r"does not answer \(HTTPError\)"):
        way.push(store, studio, SETTINGS)
    studio.dies_after_import = False
    assert push(store, studio) == (1, 1, 0)


def test_what_is_decided_gone_or_twice_is_taken_out_and_answers_stay(store, studio):
    store.replace_day(DAY + dt.timedelta(days=1), asked("c", "d", "e"))
    push(store, studio)
    studio.import_tasks(studio.task("a").project, [{"data": studio.task("a").data}], True)
    studio.annotate("c", "accept")
    studio.annotate("d", "accept", was_cancelled=True)
    store.decide([Decision(name, "reject", "lead", NOON) for name in ("c", "d")])
    store.replace_day(DAY + dt.timedelta(days=1), asked())
    assert push(store, studio) == (0, 2, 3)
    assert sorted(one.data["question_id"] for one in studio.kept.values()) == ["a", "b", "c"]


def test_projects_of_others_are_left_alone(store, studio):
    other = studio.create(title="Catalogue", label_config="<View/>")
    studio.import_tasks(other.id, [{"data": {"question_id": "zzz"}}, {"data": {"text": "x"}}], True)
    assert push(store, studio) == (2, 0, 0)
    assert len(studio.kept) == 4
    studio.annotate("zzz", "accept")
    assert statuses(pull(store, studio)) == {}


def test_a_form_that_has_changed_is_changed_there_or_it_is_told(store, studio):
    push(store, studio)
    (project,) = studio.made.values()
    wanted, project.label_config = project.label_config, "<View/>"
    studio.keeps_its_form = True
    (note,) = way.push(store, studio, SETTINGS).notes
    assert note.startswith(f"Project {project.id} keeps its older form")
    studio.keeps_its_form = False
    assert way.push(store, studio, SETTINGS).notes == ()
    assert project.label_config == wanted


def test_each_version_of_an_annotation_is_taken_once(store, studio):
    push(store, studio)
    made = studio.annotate("a", "accept")
    assert statuses(pull(store, studio)) == {"recorded": 1}
    assert statuses(pull(store, studio)) == {}
    made.updated_at = (NOON + dt.timedelta(minutes=1)).isoformat()
    made.result[0]["value"] = {"choices": ["reject"]}
    assert statuses(pull(store, studio)) == {"recorded": 1}
    assert [(verdict, who) for _, verdict, _, who, _ in journal(store)] == [
        ("accept", "label-studio:anna@example.com"), ("reject", "label-studio:anna@example.com"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"by": 9}, "who made it is not known"),
        ({"task": 999}, "another task or project"),
        ({"project": 999}, "another task or project"),
        ({"updated_at": "soon"}, "its time 'soon' is none"),
        ({"updated_at": "2025-03-03T12:00:00"}, "names no time zone"),
        ({"minutes": 70}, "which is yet to come"),
        ({"result": [{"from_name": "other"}]}, "the form does not ask"),
        ({"decision": "nonsense"}, "the decision 'nonsense' is none"),
    ],
)
def test_what_cannot_be_taken_is_told_at_each_pull_and_the_rest_is_taken(store, studio, how, told):
    push(store, studio)
    studio.annotate("a", **{"decision": "accept", **how})
    studio.annotate("b", "accept")
    for taken in ({"recorded": 1, "left_out": 1}, {"left_out": 1}):
        report = pull(store, studio)
        assert statuses(report) == taken
        ((place, message),) = report.problems.rows()
        assert told in message
        assert place.endswith(f"annotation {studio.task('a').annotations[0].id}")
    assert [name for name, *_ in journal(store)] == ["b"]


def test_a_deleted_annotation_is_told_and_its_word_stands(store, studio):
    push(store, studio)
    made = studio.annotate("a", "accept")
    pull(store, studio)
    studio.task("a").annotations.clear()
    (note,) = pull(store, studio).notes
    assert f"annotations {made.id} were deleted" in note
    assert store.decisions()["verdict"].to_list() == ["accept"]


def test_a_pull_that_was_broken_off_is_finished_and_records_nothing_twice(store, studio, monkeypatch):
    push(store, studio)
    studio.annotate("a", "accept")
    with monkeypatch.context() as broken:
        broken.setattr(way.Deliveries, "settle", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pull(store, studio)
    studio.annotate("b", "accept")
    assert statuses(pull(store, studio)) == {"recorded": 1}, "somebody may still be at the first"
    later = NOON + dt.timedelta(hours=1) + UNDER_WAY + dt.timedelta(seconds=1)
    assert statuses(pull(store, studio, later)) == {"already": 1}
    assert len(journal(store)) == 2


def test_listening_sets_up_one_webhook_a_project_with_the_secret(store, studio, monkeypatch):
    push(store, studio)
    with pytest.raises(way.LabelStudioError, match="set LABEL_STUDIO_WEBHOOK_SECRET in the environment"):
        way.listen(studio, SETTINGS, "https://us.example.com/hooks/label-studio")
    for secret in ("old", "new old"):
        monkeypatch.setenv("LABEL_STUDIO_WEBHOOK_SECRET", secret)
        assert way.listen(studio, SETTINGS, "https://us.example.com/hooks/label-studio") == 1
    (hook,) = studio.hooks
    assert hook.headers == {"X-Catalog-Secret": "new"}


def test_people_are_asked_for_once_and_again_when_one_is_new(studio):
    asked_for = []
    accounts = way.Accounts(lambda: asked_for.append(1) or {1: "Anna@example.com", 2: ""})
    assert [accounts(number) for number in (1, 1, 2, 2, 3, None, True, "1")] == ["Anna@example.com"] * 2 + [None] * 6
    assert len(asked_for) == 2, "for 1, and for 3"


def test_errors_are_sentences_without_headers(store, studio):
    def refuse(**_):
        raise ApiError(401, {"detail": "Invalid token."}, {"authorization": "Token abc"})

    studio.projects.list = refuse
    with pytest.raises(way.LabelStudioError) as told:
        way.push(store, studio, SETTINGS)
    assert str(told.value) == 'Label Studio answered 401: \'{"detail": "Invalid token."}\''


def test_without_the_package_or_a_token_it_is_said_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "label_studio_sdk", None)
    with pytest.raises(way.LabelStudioError, match="install this one with its extra 'label-studio'"):
        way.connect(SETTINGS)
    with pytest.raises(way.LabelStudioError, match="install this one with its extra 'label-studio'"):
        way.Accounts.at(SETTINGS)(1)
    package = types.ModuleType("label_studio_sdk")
    package.LabelStudio = lambda **named: named
    monkeypatch.setitem(sys.modules, "label_studio_sdk", package)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    with pytest.raises(way.LabelStudioError, match="set LABEL_STUDIO_API_KEY in the environment"):
        way.connect(SETTINGS)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "abc")
    assert way.connect(SETTINGS) == {"base_url": SETTINGS.address, "api_key": "abc", "timeout": 60.0}
