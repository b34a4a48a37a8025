"""Webhooks of Label Studio: who knows the secret tells of annotations, and each version is taken once."""

import pytest
from external_cases import COLOURS, journal
from external_site import STUDIO_SECRET, standing

from resources.review.external.labelling import task_of


@pytest.fixture
def site(tmp_path, monkeypatch):
    with standing(tmp_path, monkeypatch) as site:
        yield site


def annotation(number=7, choice="accept", at="2025-03-03T11:00:00.000001Z", task=3, by=1, value=None, **fields):
    result = [{"from_name": "decision", "to_name": "proposal", "type": "choices", "value": {"choices": [choice]}}]
    if value is not None:
        result.append({"from_name": "value", "to_name": "proposal", "type": "choices", "value": {"choices": [value]}})
    return {
        "id": number, "task": task, "project": 5, "completed_by": by, "updated_by": by, "updated_at": at,
        "was_cancelled": False, "result": result, **fields,
    }  # fmt: skip


def event(site, made, action="ANNOTATION_CREATED", question="a", **fields):
    asked_now = next(row for row in site.store.open_questions().iter_rows(named=True) if row["question_id"] == question)
    return {
        "action": action,
        "annotation": made,
        "task": {"id": 3, **task_of(asked_now)},
        "project": {"id": 5},
        **fields,
    }


def test_an_annotation_of_label_studio_is_taken_once(site):
    told = event(site, annotation(choice="replace", value=COLOURS[0]))
    assert site.studio(told) == (200, {"status": "recorded", "message": None})
    assert site.studio(told) == (200, {"status": "already", "message": None})
    assert journal(site.store) == [("a", "replace", "blue", "label-studio:anna@example.com", "decide")]


def test_an_updated_annotation_is_a_new_word_of_who_updated_it(site):
    told = event(site, annotation())
    site.studio(told)
    by_ben = annotation(choice="reject", at="2025-03-03T11:30:00Z", by=1, updated_by=2)
    assert site.studio({**told, "action": "ANNOTATION_UPDATED", "annotation": by_ben})[1]["status"] == "recorded"
    again = annotation(choice="cannot tell", at="2025-03-03T11:40:00Z")
    assert site.studio({**told, "action": "ANNOTATION_UPDATED", "annotation": again})[1]["status"] == "withdrawn"
    assert [(verdict, who[13:16], why) for _, verdict, _, who, why in journal(site.store)] == [
        ("accept", "ann", "decide"), ("reject", "ben", "second"), ("undo", "ann", "decide"),
    ]  # fmt: skip


@pytest.mark.parametrize("secret", ["", "wrong", STUDIO_SECRET + "x", STUDIO_SECRET.upper()])
def test_who_does_not_know_label_studios_secret_is_refused(site, secret):
    assert site.studio(event(site, annotation()), secret)[0] == 401
    assert journal(site.store) == []


def test_what_label_studio_would_not_send(site):
    told = event(site, annotation())
    bad = {
        "another action": {**told, "action": "TASKS_DELETED"},
        "no annotation": {**told, "annotation": None},
        "no project": {**told, "project": {"id": "5"}},
        "no task": {**told, "task": {"id": True}},
    }
    assert {name: site.studio(one)[0] for name, one in bad.items()} == dict.fromkeys(bad, 400)
    assert site.studio({**told, "task": {**told["task"], "id": 4}})[1]["status"] == "left_out"
    assert site.studio({**told, "annotation": annotation(by=99)})[1]["status"] == "left_out"
    assert journal(site.store) == []
