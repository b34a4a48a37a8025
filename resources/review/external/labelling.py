"""Questions as Label Studio shows them, and what people answered there, as data.

Belongs here: the labelling configuration, tasks with their predictions, and reading an annotation's result: pure
functions. Does not belong here: talking to a server (`label_studio`), what a word is (`judging`).

A project asks one form of question: a kind, and how its replacement is given.

tree    the allowed values are paths, joined by ' > ': a taxonomy, once in the project's configuration
list    the allowed values differ from task to task: choices that come with the task
text    any value may be written
none    there is nothing else to choose from: accept or reject

Whatever is shown is text, never HTML; the tags used here (Header, Text) show it as such.
"""

import hashlib
import json
import xml.etree.ElementTree as ET
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalog_assets.vocabulary.categories import CATEGORIES
from resources.review.protocol import IDENTITY
from resources.review.replacement import allowed_values, clean, shown

Widget = Literal["tree", "list", "text", "none"]
STEP = " > "
"""Between the levels of a path."""
MAX_SHOWN = 30_000
"""Longest text that a task shows, in characters."""
DECISIONS = {"accept": "a", "reject": "r", "replace": "e", "cannot tell": "c"}
"""What can be chosen, and its key."""
DECISION, VALUE, COMMENT, PROPOSAL = "decision", "value", "comment", "proposal"
"""Names of the controls, and of the text that they are about."""

_TITLES = {
    ("attribute", "list"): "attributes, from a list",
    ("attribute", "text"): "attributes",
    ("category", "tree"): "categories",
    ("description", "text"): "descriptions",
    ("brand", "text"): "brands",
    ("match", "none"): "matches",
    ("price", "text"): "prices",
}
_ASKS = {
    "category": "Is this the right category?",
    "description": "Is this description right?",
    "price": "Is this price right?",
    "match": "Are these two offers the same product?",
    "brand": "Does the brand as stated mean the one proposed?",
}
_READ = {"choices": "choices", "taxonomy": "taxonomy", "textarea": "text"}
"""Type of a result -> where its value stands."""


@dataclass(frozen=True, order=True)
class Form:
    """What one project asks."""

    kind: str
    widget: Widget

    @property
    def title(self) -> str:
        """In words, for the project's title; no two forms have the same."""
        return _TITLES.get((self.kind, self.widget), f"{self.kind} ({self.widget})")


def form_of(question: Mapping[str, Any]) -> Form:
    """The form that a question (a row of `QUESTIONS` or `OPEN`) is asked in."""
    allowed = allowed_values(question["options"])
    if allowed is None:
        return Form(question["kind"], "text")
    if allowed == [question["value"]]:
        return Form(question["kind"], "none")
    return Form(question["kind"], "tree" if any(STEP in value for value in allowed) else "list")


def configuration(form: Form, paths: Collection[str] = ()) -> str:
    """The labelling configuration (XML) of a form. paths: of a tree, beside the vocabulary's own categories."""
    view = ET.Element("View")
    ET.SubElement(view, "Header", value="$question", size="3")
    for name in ("name", "context"):
        ET.SubElement(view, "Text", name=name, value=f"${name}")
    ET.SubElement(view, "Header", value="Proposed", size="5")
    ET.SubElement(view, "Text", name=PROPOSAL, value=f"${PROPOSAL}")
    ET.SubElement(view, "Text", name="details", value="$details")
    offered = [word for word in DECISIONS if word != "replace" or form.widget != "none"]
    choices = _choices(view, DECISION, required="true", requiredMessage="Choose what to do with the proposal")
    for word in offered:
        ET.SubElement(choices, "Choice", value=word, hotkey=DECISIONS[word])
    if form.widget != "none":
        _replacement(view, form, paths)
    ET.SubElement(
        view, "TextArea", name=COMMENT, toName=PROPOSAL, placeholder="Comment, if there is something to say",
        rows="2", maxSubmissions="1", editable="true",
    )  # fmt: skip
    ET.indent(view)
    return ET.tostring(view, encoding="unicode")


def _choices(parent: ET.Element, name: str, **how: str) -> ET.Element:
    attributes = {"name": name, "toName": PROPOSAL, "choice": "single-radio", "showInline": "true", **how}
    return ET.SubElement(parent, "Choices", attributes)


def _replacement(view: ET.Element, form: Form, paths: Collection[str]) -> None:
    """The control for the value that should stand instead; seen once 'replace' is chosen."""
    seen = {"visibleWhen": "choice-selected", "whenTagName": DECISION, "whenChoiceValue": "replace"}
    inside = ET.SubElement(view, "View", seen)
    ET.SubElement(inside, "Header", value="What should stand there", size="5")
    # Required while it is seen: Label Studio asks for what is hidden only once it is shown.
    needed = {"required": "true", "requiredMessage": "Say what should stand there"}
    if form.widget == "list":
        _choices(inside, VALUE, value="$options", **needed)
    elif form.widget == "text":
        rows = "6" if form.kind == "description" else "1"
        how = {"name": VALUE, "toName": PROPOSAL, "rows": rows, "maxSubmissions": "1", "editable": "true", **needed}
        ET.SubElement(inside, "TextArea", how)
    else:
        own = CATEGORIES if form.kind == "category" else ()
        every = sorted({clean(path) for path in (*own, *paths)})
        inner = {path.rsplit(STEP, depth)[0] for path in every for depth in range(1, path.count(STEP) + 1)}
        only_leaves = "false" if inner & set(every) else "true"
        how = {"name": VALUE, "toName": PROPOSAL, "maxUsages": "1", "showFullPath": "true", "leafsOnly": only_leaves}
        _branches(ET.SubElement(inside, "Taxonomy", {**how, **needed}), every)


def _branches(tree: ET.Element, paths: Collection[str]) -> None:
    nodes: dict[str, ET.Element] = {}
    for path in paths:
        parent, steps = tree, path.split(STEP)
        for depth, step in enumerate(steps, start=1):
            known = STEP.join(steps[:depth])
            if known not in nodes:
                nodes[known] = ET.SubElement(parent, "Choice", value=step)
            parent = nodes[known]


def task_of(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question (a row of `OPEN`) as a task: its data, and the proposal as a prediction.

    The prediction says 'accept' with the proposal's confidence as its score. Projects do not show it as an answer given
    beforehand: that would be waved through.
    """
    allowed = allowed_values(question["options"]) or []
    data: dict[str, Any] = {
        **{name: _line(question[name]) for name in ("question_id", *IDENTITY)},
        "question": _asked(question),
        "name": _line(question["name"]),
        "context": _text(question["context"]),
        PROPOSAL: _proposed(question),
        "details": _details(question),
    }
    if form_of(question).widget == "list":
        data["options"] = [{"value": value} for value in allowed]
    data["content"] = content(data)
    return {"data": data, "predictions": [_prediction(question)]}


def _asked(question: Mapping[str, Any]) -> str:
    return _ASKS.get(question["kind"]) or f"Is this the right {_line(question['attribute']) or 'value'}?"


def _proposed(question: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (_line(question["value"]), _line(question["unit"])))) or "(nothing)"


def _details(question: Mapping[str, Any]) -> str:
    """Where the proposal comes from, what speaks for it and what else was proposed: a line each."""
    sure = "" if question["confidence"] is None else f", {question['confidence']:.0%} sure"
    lines = [f"by {_line(question['method']) or 'unknown'}{sure}"]
    if question["evidence"]:
        lines.append(f"evidence: {_line(question['evidence'])}")
    for one in json.loads(question.get("candidates") or "[]"):
        other = " ".join(filter(None, (_line(one.get("value")), _line(one.get("unit")))))
        if other != _line(question["value"]):
            lines.append(f"also proposed: {other} (by {_line(one.get('source') or one.get('method'))})")
    return _text("\n".join(lines))


def _prediction(question: Mapping[str, Any]) -> dict[str, Any]:
    accepted = {"from_name": DECISION, "to_name": PROPOSAL, "type": "choices", "value": {"choices": ["accept"]}}
    named = question["model_version"] or question["method"] or "unknown"
    score = {} if question["confidence"] is None else {"score": float(question["confidence"])}
    return {"model_version": _line(named), "result": [accepted], **score}


def content(data: Mapping[str, Any]) -> str:
    """Digest of what a task shows: an altered task has another."""
    told = {name: value for name, value in data.items() if name != "content"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def task_fault(data: object, question: Mapping[str, Any] | None) -> str | None:
    """Why an answer to this task is no answer to the question; None where it is. question: as the store knows it."""
    if not isinstance(data, Mapping) or not isinstance(data.get("question_id"), str):
        return "the task names no question: it was not made here"
    if question is None:
        return None  # said where the word is judged
    differs = [name for name in IDENTITY if data.get(name) != _line(question[name])]
    differs += [PROPOSAL] if data.get(PROPOSAL) != _proposed(question) else []
    if differs:
        return f"the task shows another {', '.join(differs)} than the question has: it was altered after it was made"
    if data.get("content") != content(data):
        return "what the task shows was altered after it was made: take it out, and the question is asked again"
    return None


def said_in(result: object) -> tuple[str, str, str] | str:
    """Decision, value and comment of an annotation's result, empty text for what is not there; or why it has none.

    Label Studio takes any result that a program sends: names and shapes are checked here, the words themselves where
    they are judged.
    """
    if not isinstance(result, list):
        return "its result is no list"
    said: dict[str, str] = {}
    for part in result:
        name = part.get("from_name") if isinstance(part, Mapping) else None
        if name not in (DECISION, VALUE, COMMENT):
            return f"it answers {shown(str(name))}, which the form does not ask"
        if name in said:
            return f"it answers {name} twice"
        text = _one(part)
        if text is None:
            return f"its {name} is not one text"
        said[name] = text
    if DECISION not in said:
        return "it decides nothing: choose accept, reject, replace or cannot tell"
    return said[DECISION], said.get(VALUE, ""), said.get(COMMENT, "")


def _one(part: Mapping[str, Any]) -> str | None:
    """The one text of a control's result; a path joined as the vocabulary does it."""
    value = part.get("value")
    found = value.get(_READ.get(str(part.get("type")), "")) if isinstance(value, Mapping) else None
    if isinstance(found, str):
        return found
    if not isinstance(found, list) or len(found) != 1:
        return None
    only = found[0]
    if part.get("type") == "taxonomy" and isinstance(only, list) and all(isinstance(step, str) for step in only):
        return STEP.join(only)
    return only if isinstance(only, str) and part.get("type") != "taxonomy" else None


def _line(text: object) -> str | None:
    """Text on one line, without what nobody sees; None for none."""
    return None if text is None else clean(str(text))[:MAX_SHOWN]


def _text(text: str | None) -> str:
    """Text with its lines."""
    return "\n".join(clean(line) for line in (text or "").splitlines())[:MAX_SHOWN]
