"""What a person is shown of a task: taken down when it is handed out, and not changed until it is answered.

Belongs here: the facts of each question as the task keeps them, and the task that is made of these. Does not belong
here: handing out and taking in (`queue`), and how it looks (`page`).
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from resources.review import questions as waiting
from resources.review import words
from resources.review.choosing import Chosen
from resources.review.database import Session, moment_of
from resources.review.replacement import allowed_values
from resources.review.tasks import Candidate, Item, Task

_PRODUCTS = "SELECT question_id, products FROM waiting WHERE question_id IN :ids"
_LISTS = ("options", "candidates", "said")


def facts(session: Session, chosen: Chosen) -> dict[str, dict[str, Any]]:
    """What the person is shown of each question, kept with the task: it is what their word is about, whatever becomes
    of the question while they look at it."""
    ids = chosen.question_ids
    products = {r["question_id"]: r["products"] for r in session.rows(_PRODUCTS, {"ids": list(ids)})}
    found = waiting.known(session, pl.Series("question_id", ids, pl.String))
    facts = {row["question_id"]: row for row in found.iter_rows(named=True)}
    for question_id, row in facts.items():
        row["products"] = products.get(question_id, 0)
        # Blind for everybody but who settles.
        row["said"] = words.told(session, question_id) if chosen.purpose == "settle" else []
    return facts


def shown_task(row: Mapping[str, Any]) -> Task:
    """The task of a row, its questions as they were when it was handed out; in the order in which they were chosen."""
    shown = json.loads(row["shown"])
    items = tuple(_item(shown[one]) for one in json.loads(row["questions"]) if one in shown)
    handed, expires = moment_of(row["shown_at"] or row["handed_at"]), moment_of(row["expires_at"])
    return Task(row["task_id"], row["person"], items, handed, expires)  # type: ignore[arg-type]


def _item(seen: Mapping[str, Any]) -> Item:
    told = {name: seen[name] for name in Item.__dataclass_fields__ if name not in _LISTS}
    options = allowed_values(seen["options"])
    candidates = tuple(Candidate(**one) for one in json.loads(seen["candidates"] or "[]"))
    return Item(
        **told, options=None if options is None else tuple(options), candidates=candidates, said=tuple(seen["said"])
    )
