"""Tasks as the templates show them: plain words for each kind of question, texts cut up and marked.

Belongs here: what is shown of a task, as plain data. Does not belong here: HTML (the templates), what an answer does
(`routes_tasks`), where evidence stands in a text (`highlight`).
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from markupsafe import Markup

from catalog_assets.vocabulary.values import canonical_unit
from resources.review.page.contexts import context_of, issues
from resources.review.page.highlight import marked, plain, spans
from resources.review.page.offers import Row, two_offers
from resources.review.tasks import Candidate, Item, Progress, Task

PATH = " > "
QUOTING = ("attribute", "category", "description")
"""Kinds whose evidence is words of the text."""
NUMBERED = 9
"""Answers that have a number key."""
FEW = 9
"""So many allowed values are shown as buttons; more as a list that typing narrows down."""
PLACEHOLDER = ("rule", "business rules")
"""Method and version of price questions: how sure a rule is that a price is wrong, nobody knows."""


@dataclass(frozen=True)
class Said:
    """One who states a value: `by` in words, `percent` how sure, None where nobody knows."""

    by: str
    percent: int | None


@dataclass(frozen=True)
class Offered:
    """One value that can be answered. `key`: its number key; `proposed`: it is the one that is asked about."""

    value: str
    unit: str | None
    shown: str
    said: tuple[Said, ...] = ()
    proposed: bool = False
    key: int | None = None


@dataclass(frozen=True)
class Level:
    """A value of a long list: `above` its path without the leaf, `leaf` its last level."""

    value: str
    above: str
    leaf: str
    proposed: bool


@dataclass(frozen=True)
class ItemView:
    """One question: everything that is text from outside is marked and escaped.

    spelling: a brand as suppliers state it, of which it is asked whether it is the one proposed;
    there: names of other products under the same path, and `more`: how many more products there are; holds: for what
    the answer holds; usual: what the category of a price costs; made_of: the fields that a description is made of;
    rivals: what others state instead, and who.
    """

    question_id: str
    name: Markup
    text: Markup
    spelling: Markup | None
    path: Markup | None
    there: tuple[Markup, ...]
    more: int
    holds: str | None
    usual: str | None
    made_of: str | None
    missing: Markup | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    words: tuple[str, ...]
    rivals: tuple[Offered, ...]
    stated: tuple[Markup, ...]
    said: Said
    products: int
    image: bool


@dataclass(frozen=True)
class TaskView:
    """A task. `editor`: how another value is given: none, text, area, or list."""

    task_id: str
    kind: str
    attribute: str
    value: str
    unit: str | None
    shown: str
    above: str
    leaf: str
    items: tuple[ItemView, ...]
    offered: tuple[Offered, ...]
    levels: tuple[Level, ...]
    editor: str
    numeric: bool
    products: int
    seconds: int
    until: dt.datetime

    @property
    def item(self) -> ItemView:
        """The first question, of most tasks the only one."""
        return self.items[0]

    @property
    def several(self) -> bool:
        """Whether one look answers several questions."""
        return len(self.items) > 1


def task_view(task: Task, now: dt.datetime, images: bool = False) -> TaskView:
    """The task as it is shown. `images`: whether pictures are."""
    first = task.items[0]
    value = first.value or ""
    above, leaf = levels(value)
    options = tuple(option for option in first.options or () if option != value)
    offered = _offered(first) if len(task.items) == 1 else ()
    editor = _editor(first) if len(task.items) == 1 else "none"
    return TaskView(
        task_id=task.task_id,
        kind=first.kind,
        attribute=(first.attribute or "value").replace("_", " "),
        value=value,
        unit=first.unit,
        shown=_shown(first, value),
        above=above,
        leaf=leaf,
        items=tuple(_item(item, images) for item in task.items),
        offered=offered,
        levels=tuple(Level(option, *levels(option), option == value) for option in options) if editor == "list" else (),
        editor=editor,
        numeric=first.kind == "price" or bool(first.attribute and canonical_unit(first.attribute)),
        products=sum(item.products for item in task.items),
        seconds=max(0, int((task.expires_at - now).total_seconds())),
        until=task.expires_at,
    )


def _shown(item: Item, value: str) -> str:
    """A value as a person reads it."""
    if item.kind == "price":
        return amount(value)
    return (context_of(item).brand or value) if value == item.value else value


def _item(item: Item, images: bool) -> ItemView:
    told = context_of(item)
    named = _names_fields(item)
    found = item.evidence if item.kind in QUOTING and not named else None
    rows = two_offers(told.text) if item.kind == "match" else ()
    seen = f"{item.name or ''}\n{told.path or ''}\n{told.text}"
    return ItemView(
        question_id=item.question_id,
        name=marked(item.name, found) if item.name else Markup("a product without a name"),
        text=Markup("") if rows or item.kind == "brand" else marked(told.text, found),
        spelling=plain(item.evidence) if item.kind == "brand" and item.evidence else None,
        path=marked(told.path, found) if told.path else None,
        there=tuple(marked(name, found) for name in told.there),
        more=max(0, item.products - 1 - len(told.there)) if told.there else 0,
        holds=told.holds,
        usual=told.usual,
        made_of=_fields(item.evidence) if named and item.method != "supplier" else None,
        missing=plain(found) if found and not spans(seen, found) else None,
        rows=rows,
        notes=issues(item.evidence) if item.kind == "price" else (),
        words=item.said,
        rivals=tuple(one for one in _stated(item) if not one.proposed),
        stated=tuple(plain(line) for line in told.stated),
        said=_own(item),
        products=item.products,
        image=images and bool(item.image),
    )


def _names_fields(item: Item) -> bool:
    """Whether the evidence names fields of the product, as that of a text which no model wrote does, and quotes
    nothing."""
    return item.kind == "description" and item.method != "model"


def _fields(evidence: str | None) -> str | None:
    return (evidence or "").replace(",", ", ").replace("_", " ") or None


def _own(item: Item) -> Said:
    """Who proposes the value, and how sure they are where that is known."""
    guessed = item.kind == "price" and (item.method, item.model_version) == PLACEHOLDER
    if guessed:
        return Said("a rule doubts it", None)
    return Said(told_by(item.kind, item.method, item.model_version), percent(item.confidence))


def _stated(item: Item) -> tuple[Offered, ...]:
    """The values that somebody states, the proposed one first."""
    said: dict[tuple[str, str | None], list[Said]] = {(item.value or "", item.unit): []}
    for candidate in item.candidates:
        said.setdefault((candidate.value, candidate.unit), []).append(_said(item, candidate))
    own = said[(item.value or "", item.unit)]
    if not own:
        own.append(_own(item))
    return _numbered(item, said)


def _offered(item: Item) -> tuple[Offered, ...]:
    """What somebody states; then, where few values are allowed, the others of these."""
    said = {(one.value, one.unit): list(one.said) for one in _stated(item)}
    if item.options and len(item.options) <= FEW and item.kind != "match":
        for option in item.options:
            said.setdefault((option, item.unit), [])
    return _numbered(item, said)[: NUMBERED + 1]


def _numbered(item: Item, said: Mapping[tuple[str, str | None], Sequence[Said]]) -> tuple[Offered, ...]:
    return tuple(
        Offered(value, unit, _shown(item, value), tuple(who), place == 0, place or None)
        for place, ((value, unit), who) in enumerate(said.items())
    )


def _said(item: Item, candidate: Candidate) -> Said:
    by = told_by(item.kind, candidate.method, candidate.model_version)
    return Said(f"{by}, from {candidate.source}" if _adds(by, candidate.source) else by, percent(candidate.confidence))


def _adds(by: str, source: str | None) -> bool:
    return bool(source) and str(source) not in by


def _editor(item: Item) -> str:
    if item.kind == "match":
        return "none"
    if item.options is not None:
        return "list" if len(item.options) > FEW else "none"
    return "area" if item.kind == "description" else "text"


def levels(value: str) -> tuple[str, str]:
    """A path's levels above the leaf, with the last separator, and the leaf."""
    above, separator, leaf = value.rpartition(PATH)
    return above + separator, leaf


def told_by(kind: str, method: str | None, version: str | None) -> str:
    """Who proposes a value, in words."""
    if method == "supplier":
        return f"supplier {version}" if version and version != "supplier" else "the supplier"
    if method == "rule":
        return "a rule"
    if method != "model":
        return method or "nobody says who"
    if kind == "match":
        return "the learned matcher"
    if (version or "").startswith("reader-"):
        return "the learned reader"
    return f"language model {version}" if re.match(r"[a-z][\w.]*-", version or "") else "a learned model"


def percent(confidence: float | None) -> int | None:
    """A probability in whole percent; only certainty is 100, only impossibility 0."""
    if confidence is None:
        return None
    return int(confidence * 100) if confidence in (0.0, 1.0) else min(99, max(1, round(confidence * 100)))


def amount(value: str) -> str:
    """An amount of money with two decimals at least, and no more than it needs."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    text = f"{number.normalize():f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}" if number.is_finite() else value


def progress_line(done: Progress) -> Sequence[tuple[str, str]]:
    """What a person did today: (figure, what it counts). What was passed over is no answer."""
    if not done.words:
        return [("0", "answers today")]
    line = [
        (f"{done.words:,}", "answer today" if done.words == 1 else "answers today"),
        (f"{done.products:,}", "product decided" if done.products == 1 else "products decided"),
        (f"{done.products / done.words:.1f}", "products an answer"),
    ]
    if done.median_seconds is not None:
        line.append((f"{done.median_seconds:.1f} s", "median"))
    return line
