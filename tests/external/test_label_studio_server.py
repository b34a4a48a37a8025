"""Against a real Label Studio: questions go out once, people's words come back once, and nothing else does."""

import datetime as dt
import json

import httpx
import pytest
from external_cases import COLOURS, DAY, asked, journal, question, served, until
from fastapi import FastAPI
from label_studio_desk import BEN, PATHS, result
from label_studio_server import ADMIN

from resources.review.external import label_studio as way
from resources.review.external.labelling import task_of
from resources.review.external.settings import LabelStudioSettings
from resources.review.external.webhook import Hooks, router
from resources.review.protocol import Decision

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_questions_go_out_once_each_in_the_form_of_its_kind(desk):
    desk.ask(
        asked("t", attribute="mpn", options=None, value="=1+1", context='<script>"x"\x00</script>\n\u202e=2+2'),
        asked("c", kind="category", attribute="category", value="Computers > Laptops", options=PATHS),
        asked("m", kind="match", attribute="product", value="same", options='["same"]'),
        asked("d", kind="description", attribute="description", options=None),
        asked("p", kind="price", attribute="price", value="12.5", unit="EUR", options=None, confidence=None),
        asked("h", options=json.dumps(['<Choice value="x"/>', "$5 & \"more\"", "red"])),
    )  # fmt: skip
    assert desk.push(limit=3) == (3, 0, 0)
    assert desk.push() == (5, 3, 0)
    assert desk.push() == (0, 8, 0)
    assert sorted(title.split(": ")[1] for title in desk.projects()) == [
        "attributes", "attributes, from a list", "categories", "descriptions", "matches", "prices",
    ]  # fmt: skip
    tasks = desk.tasks()
    assert {name: len(copies) for name, copies in tasks.items()} == dict.fromkeys("abtcmdph", 1)
    rows = {row["question_id"]: row for row in desk.store.open_questions().iter_rows(named=True)}
    for name, (task,) in tasks.items():
        assert task.data == task_of(rows[name])["data"], "what is there is what was sent"
        (prediction,) = task.predictions
        told = prediction if isinstance(prediction, dict) else prediction.dict()
        assert (told["model_version"], told["score"]) == ("rules-1", None if name == "p" else 0.5)
        assert told["result"][0]["value"] == {"choices": ["accept"]}
    assert not any(desk.client.projects.get(one).show_collab_predictions for one in desk.projects().values())


def test_a_push_that_was_broken_off_is_finished_and_makes_nothing_twice(desk, monkeypatch):
    monkeypatch.setattr(way, "BATCH", 1)
    imported = desk.client.projects.import_tasks

    def then_die(*arguments, **named):
        imported(*arguments, **named)
        raise httpx.ReadTimeout("the answer is lost")

    with monkeypatch.context() as broken:
        broken.setattr(desk.client.projects, "import_tasks", then_die)
        with pytest.raises(way.LabelStudioError, match="does not answer"):
            desk.push()
    assert desk.push() == (1, 1, 0)
    assert {name: len(copies) for name, copies in desk.tasks().items()} == {"a": 1, "b": 1}


def test_a_task_that_is_there_twice_is_taken_out_unless_it_is_answered(desk):
    desk.push()
    project = next(iter(desk.projects().values()))
    row = desk.store.open_questions().row(0, named=True)
    desk.client.projects.import_tasks(project, request=[task_of(row)])
    last = desk.tasks()["a"][-1]
    desk.client.annotations.create(id=last.id, result=result("accept"))
    assert desk.push() == (0, 2, 1)
    assert [task.id for task in desk.tasks()["a"]] == [last.id]


def test_what_was_decided_or_is_no_longer_asked_is_taken_out_and_answers_stay(desk):
    desk.ask(asked("x", "y", "z"))
    desk.push()
    desk.annotate("x", "accept")
    moment = dt.datetime.now(dt.UTC)
    desk.store.decide([Decision(name, "reject", "lead", moment) for name in ("x", "y")])
    desk.store.replace_day(DAY + dt.timedelta(days=1), asked())
    assert desk.push() == (0, 2, 2)
    assert set(desk.tasks()) == {"a", "b", "x"}


def test_words_come_back_with_who_said_them_and_when_and_only_once(desk):
    desk.ask(
        asked("c", kind="category", attribute="category", value="Computers > Laptops", options=PATHS),
        asked("t", attribute="mpn", options=None),
    )
    desk.push()
    made = desk.annotate("a", "replace", "blue")
    desk.annotate("c", "replace", ["Computers", "Tablets"], "taxonomy", "ben")
    desk.annotate("t", "replace", "=SUM(A1)", "textarea")
    desk.annotate("b", "reject", who="ben")
    assert desk.pulled() == {"recorded": 4}
    lead, ben = f"label-studio:{ADMIN}", f"label-studio:{BEN}"
    assert sorted(journal(desk.store)) == [
        ("a", "replace", "blue", lead, "decide"), ("b", "reject", None, ben, "decide"),
        ("c", "replace", "Computers > Tablets", ben, "decide"), ("t", "replace", "=SUM(A1)", lead, "decide"),
    ]  # fmt: skip
    said = dict(desk.store.decisions().select("question_id", "decided_at").rows())
    assert said["a"] == made.updated_at
    assert desk.pulled() == {}
    assert len(journal(desk.store)) == 4


def test_several_people_on_one_task_each_have_their_word(desk):
    desk.push()
    desk.annotate("a", "accept")
    desk.annotate("a", "reject", who="ben")
    assert desk.pulled() == {"recorded": 2}
    assert [(verdict, why) for _, verdict, _, _, why in journal(desk.store)] == [
        ("accept", "decide"),
        ("reject", "second"),
    ]
    assert desk.store.decisions()["verdict"].to_list() == ["accept"]


def test_an_updated_annotation_is_a_new_word_and_one_that_cannot_tell_takes_it_back(desk):
    desk.push()
    made = desk.annotate("a", "accept")
    for decision, status in (("reject", "recorded"), ("accept", "recorded"), ("cannot tell", "withdrawn")):
        assert desk.pulled() in ({"recorded": 1}, {})
        desk.client.annotations.update(id=made.id, result=result(decision))
        assert desk.pulled() == {status: 1}
    assert [verdict for _, verdict, *_ in journal(desk.store)] == ["accept", "reject", "accept", "undo"]
    desk.annotate("b", "accept", was_cancelled=True)
    assert desk.pulled() == {"passed": 1}


def test_a_choice_that_is_not_in_its_list_is_refused_until_it_is_corrected(desk):
    """Label Studio takes whatever a program sends."""
    desk.push()
    made = [desk.annotate("a", "replace", "purple"), desk.annotate("b", "nonsense")]
    for _ in range(2):
        report = desk.pull()
        assert [message for _, message in report.problems.sort("message").rows()] == [
            "the decision 'nonsense' is none: write accept, reject or replace, or nothing to leave it undecided",
            "the value 'purple' is not allowed here: choose one of blue, red",
        ]
    assert journal(desk.store) == []
    desk.client.annotations.update(id=made[0].id, result=result("replace", COLOURS[0]))
    assert desk.pulled() == {"recorded": 1, "left_out": 1}


def test_answers_to_tasks_that_were_altered_or_made_elsewhere_are_refused(desk):
    desk.push()
    task = desk.task("a")
    desk.annotate("a", "accept")
    desk.annotate("b", "accept")
    desk.client.tasks.update(id=str(task.id), data={**task.data, "value": "green", "proposal": "green"})
    project = next(iter(desk.projects().values()))
    data = task_of(question("zzz"))["data"]
    desk.client.projects.import_tasks(project, request=[{"data": data}])
    desk.annotate("zzz", "accept")
    report = desk.pull()
    assert dict(report.taken)["recorded"] == 1
    told = sorted(message for _, message in report.problems.rows())
    assert told[0].startswith("the task shows another value, proposal than the question has")
    assert told[1].startswith("there is no question 'zzz'")
    assert [name for name, *_ in journal(desk.store)] == ["b"]


def test_a_deleted_annotation_is_no_undo_and_is_told(desk):
    desk.push()
    made = desk.annotate("a", "accept")
    assert desk.pulled() == {"recorded": 1}
    desk.client.annotations.delete(made.id)
    report = desk.pull()
    assert sum(report.taken.values()) == 0
    assert f"annotations {made.id} were deleted after their words were taken" in str(report)
    assert desk.store.decisions()["verdict"].to_list() == ["accept"]


def test_a_form_changes_with_the_questions_and_older_answers_are_judged_by_what_is_allowed_now(desk):
    def paths(*leaves):
        return json.dumps([f"Shelf > {leaf}" for leaf in leaves])

    shelf = {"kind": "category", "attribute": "category", "value": "Shelf > A"}
    desk.ask(asked("s", **shelf, options=paths("A", "B")))
    desk.push()
    desk.annotate("s", "replace", ["Shelf", "B"], "taxonomy")
    desk.ask(asked("s", **shelf, options=paths("A", "C")))
    pushed = way.push(desk.store, desk.client, desk.settings)
    config = desk.client.projects.get(desk.projects()[f"{desk.settings.title}: categories"]).label_config
    assert ('value="B"' in config, 'value="C"' in config, pushed.notes) == (False, True, ())
    assert desk.pull().problems["message"].to_list() == [
        "the value 'Shelf > B' is not allowed here: choose one of Shelf > A, Shelf > C"
    ]


def test_webhooks_bring_words_at_once_and_a_pull_brings_the_rest(desk, monkeypatch):
    desk.push()
    app = FastAPI()
    hooks = Hooks((), desk.settings, way.Accounts.of(desk.client))
    app.include_router(router(desk.store, desk.deliveries, hooks))
    with served(app) as address:
        assert way.listen(desk.client, desk.settings, f"{address}/hooks/label-studio") == 1
        assert way.listen(desk.client, desk.settings, f"{address}/hooks/label-studio") == 1
        made = desk.annotate("a", "replace", "blue", who="ben")
        assert until(lambda: len(journal(desk.store)) == 1)
        assert journal(desk.store) == [("a", "replace", "blue", f"label-studio:{BEN}", "decide")]
        assert desk.pulled() == {}, "the webhook has brought it already, in the same version"
        desk.people["ben"].annotations.update(id=made.id, result=result("reject"))
        assert until(lambda: len(journal(desk.store)) == 2)
        monkeypatch.setenv("LABEL_STUDIO_WEBHOOK_SECRET", "it-was-changed-here-only")
        desk.annotate("b", "accept")
        assert not until(lambda: len(journal(desk.store)) == 3, seconds=2)
    assert desk.pulled() == {"recorded": 1}


def test_what_is_set_up_wrongly_is_told_in_a_sentence(desk, label_studio, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    with pytest.raises(way.LabelStudioError, match="Label Studio answered 401") as told:
        way.push(desk.store, way.connect(desk.settings), desk.settings)
    assert "0" * 40 not in str(told.value)
    gone = LabelStudioSettings("http://127.0.0.1:1")
    with pytest.raises(way.LabelStudioError, match="does not answer"):
        way.push(desk.store, way.connect(gone), gone)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "")
    with pytest.raises(way.LabelStudioError, match="set LABEL_STUDIO_API_KEY in the environment"):
        way.connect(desk.settings)
