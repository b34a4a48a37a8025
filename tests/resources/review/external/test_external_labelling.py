"""What Label Studio is given, and what is read from what it gives back."""

import json
import xml.etree.ElementTree as ET

import pytest
from external_cases import COLOURS, question
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.vocabulary.categories import CATEGORIES
from resources.review.external.labelling import (
    MAX_SHOWN,
    Form,
    configuration,
    content,
    form_of,
    said_in,
    task_fault,
    task_of,
)

CATEGORY = question(
    kind="category", attribute="category", value="Computers > Laptops", options=json.dumps(sorted(CATEGORIES))
)
HOSTILE = ['<Choice value="x"/>', "a & b", '"quoted"', "'", "$value", "]]>", "<!--", "\x00\x1b[2J", "\u202e", "Ünï"]


def result(decision="accept", value=None, kind="choices", comment=None):
    parts = [part("decision", "choices", [decision])]
    if value is not None:
        parts.append(part("value", kind, value))
    return parts if comment is None else [*parts, part("comment", "textarea", [comment])]


def part(name, kind, value):
    return {
        "from_name": name,
        "to_name": "proposal",
        "type": kind,
        "value": {{"textarea": "text"}.get(kind, kind): value},
    }


def leaves(config):
    """The paths of a configuration's taxonomy."""
    found = []

    def walk(node, above):
        below = [child for child in node if child.tag == "Choice"]
        found.extend([above] if not below else [])
        for child in below:
            walk(child, [*above, child.get("value")])

    walk(ET.fromstring(config).find(".//Taxonomy"), [])
    return [" > ".join(path) for path in found]


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        (question(), Form("attribute", "list")),
        (question(options=None), Form("attribute", "text")),
        (CATEGORY, Form("category", "tree")),
        (question(kind="match", value="same", options='["same"]'), Form("match", "none")),
        (question(kind="description", options=None), Form("description", "text")),
        (question(kind="price", options=None), Form("price", "text")),
    ],
)
def test_the_form_of_a_question(asked, form):
    assert form_of(asked) == form
    assert len(f"{'x' * 20}: {form.title}") <= 50, "Label Studio's longest title"
    config = ET.fromstring(configuration(form, ["a > b"]))
    names = {node.get("name") for node in config.iter() if node.get("toName")}
    assert names == {"decision", "comment", *(["value"] if form.widget != "none" else [])}
    choices = [node.get("value") for node in config.find(".//Choices[@name='decision']")]
    assert ("replace" in choices) == (form.widget != "none")
    told = task_of(asked)["data"]
    variables = {node.get("value")[1:] for node in config.iter() if (node.get("value") or "").startswith("$")}
    assert variables <= set(told), "each variable of the form is in the task"


def test_the_vocabularys_categories_are_a_tree_with_what_the_questions_add():
    config = configuration(Form("category", "tree"), ["Computers > New > Leaf", "Computers > Laptops"])
    assert leaves(config) == sorted({*CATEGORIES, "Computers > New > Leaf"})
    assert configuration(Form("category", "tree")) == configuration(Form("category", "tree"), sorted(CATEGORIES)[::-1])


def test_what_lies_between_can_be_chosen_only_where_it_is_allowed():
    def leaves_only(*paths):
        return ET.fromstring(configuration(Form("shelf", "tree"), paths)).find(".//Taxonomy").get("leafsOnly")

    assert leaves_only("a > b > c", "a > d") == "true"
    assert leaves_only("a > b > c", "a > b") == "false"
    assert leaves_only("a > b > c", "a") == "false"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_a_configuration_is_text(text):
    config = configuration(Form("shelf", "tree"), [f"Top > {text}", "Top > plain"])
    tags = {node.tag for node in ET.fromstring(config).iter()}
    assert tags == {"View", "Header", "Text", "Choices", "Choice", "Taxonomy", "TextArea"}
    assert "Top > plain" in leaves(config)
    assert not any(letter in config for letter in "\x00\x1b\u202e")


def test_a_task_shows_the_question_and_predicts_the_proposal():
    candidates = json.dumps([{"value": "red"}, {"value": "blue", "source": "acme", "confidence": 0.2}])
    task = task_of(question(candidates=candidates, unit="m"))
    data = task["data"]
    assert (data["question"], data["proposal"], data["name"]) == ("Is this the right colour?", "red m", "Drill")
    assert data["details"] == "by rule, 50% sure\nevidence: in red\nalso proposed: blue (by acme)"
    assert data["options"] == [{"value": value} for value in COLOURS]
    accepted = {"from_name": "decision", "to_name": "proposal", "type": "choices", "value": {"choices": ["accept"]}}
    assert task["predictions"] == [{"model_version": "rules-1", "score": 0.5, "result": [accepted]}]
    assert "doubt" not in json.dumps(task), "why it is asked is not shown"


def test_a_proposal_without_confidence_has_no_score():
    task = task_of(question(confidence=None, model_version=None, method=None, value=None, evidence=None, context=None))
    assert "score" not in task["predictions"][0]
    assert (task["data"]["details"], task["data"]["proposal"]) == ("by unknown", "(nothing)")


def test_what_nobody_sees_is_not_shown_and_long_text_is_cut():
    data = task_of(question(context="one\x00\n\u202etwo\r\n" + "x" * MAX_SHOWN, name="a\tb\u200f"))["data"]
    assert data["context"].startswith("one\ntwo\n")
    assert len(data["context"]) == MAX_SHOWN
    assert data["name"] == "a b"


@given(st.text(max_size=40), st.text(max_size=40), st.none() | st.text(max_size=10))
def test_a_task_as_it_was_made_is_in_order_and_can_be_stored(name, value, unit):
    """Law: whatever a supplier writes, the task stands the way through JSON, and answers are taken."""
    asked = question(name=name, value=value, unit=unit, context=value, options=None)
    data = json.loads(json.dumps(task_of(asked)["data"]))
    assert task_fault(data, asked) is None
    assert "\x00" not in json.dumps(data).replace("\\u0000", "\x00")


@pytest.mark.parametrize(
    "name", ["value", "unit", "kind", "attribute", "question_id", "context", "proposal", "options"]
)
def test_an_altered_task_is_told(name):
    data = task_of(question())["data"]
    altered = {**data, name: "other"}
    assert "altered" in task_fault(altered, question("a"))
    made_good = {**altered, "content": content(altered)}
    beside = name in ("context", "options", "question_id")
    assert (task_fault(made_good, question("a")) is None) == beside, "what is asked is compared with the question"


@pytest.mark.parametrize("data", [None, [], {}, {"question_id": None}, {"question_id": 7}, "text"])
def test_a_task_that_was_not_made_here(data):
    assert task_fault(data, question()) == "the task names no question: it was not made here"


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (result(), ("accept", "", "")),
        (result("replace", ["blue"], comment="seen"), ("replace", "blue", "seen")),
        (result("replace", [["Computers", "Laptops"]], "taxonomy"), ("replace", "Computers > Laptops", "")),
        (result("replace", ["a new text"], "textarea"), ("replace", "a new text", "")),
        (
            [{**part("decision", "choices", ["accept"]), "value": {"choices": ["accept"], "text": ["x"]}}],
            ("accept", "", ""),
        ),
        ([part("value", "textarea", "one text"), *result("replace")], ("replace", "one text", "")),
    ],
)
def test_what_an_annotation_says(given_, said):
    assert said_in(given_) == said


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        (None, "its result is no list"),
        ([], "it decides nothing"),
        ([None], "the form does not ask"),
        ([part("sentiment", "choices", ["good"])], "answers 'sentiment', which the form does not ask"),
        (result() + result(), "it answers decision twice"),
        ([part("decision", "choices", ["accept", "reject"])], "its decision is not one text"),
        ([part("decision", "choices", [])], "its decision is not one text"),
        ([part("decision", "choices", [7])], "its decision is not one text"),
        ([{"from_name": "decision", "type": "choices"}], "its decision is not one text"),
        ([{"from_name": "decision", "type": "rectangle", "value": {"x": 1}}], "its decision is not one text"),
        (result("replace", [["a"], ["b"]], "taxonomy"), "its value is not one text"),
        (result("replace", ["a"], "taxonomy"), "its value is not one text"),
        (result("replace", [["a", 1]], "taxonomy"), "its value is not one text"),
    ],
)
def test_what_an_annotation_does_not_say(given_, told):
    assert told in said_in(given_)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["from_name", "type", "value", "choices", "text", "taxonomy"]), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(ANY)
def test_any_result_is_read_or_told(anything):
    """Law: a program may send any JSON as a result; it never breaks the pull."""
    found = said_in(anything)
    assert isinstance(found, str) or all(isinstance(text, str) for text in found)
    assert task_fault(anything, question()) is not None
