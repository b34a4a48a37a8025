"""Tasks as the templates show them: plain words for each kind of question, texts cut up and marked.

Belongs here: what is shown of a task, as plain data. Does not belong here: HTML (the templates), what an answer does
(`routes_tasks`), where evidence stands in a text (`highlight`).
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from markupsafe import Markup

from catalog_assets.vocabulary.values import canonical_unit
from resources.review.page.highlight import marked, plain, spans
from resources.review.page.offers import Row, two_offers
from resources.review.tasks import Candidate, Item, Progress, Task

PATH = " > "
NUMBERED = 9
"""Answers that have a number key."""
FEW = 9
"""So many allowed values are shown as buttons; more as a list that typing narrows down."""
ISSUES = {
    "price_outlier": "far from what its category usually costs",
    "sources_disagree_on_price": "suppliers state very different prices",
    "looks_doubled": "another product has the same name, brand and price",
}
"""Why a price is asked, in plain words. What else the rules note of a product has nothing to do with its price."""
_SUPPLIERS_PATH = "Supplier's category: "


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
    """One question: everything that is text from outside is marked and escaped."""

    question_id: str
    name: Markup
    text: Markup
    path: Markup | None
    missing: Markup | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    words: tuple[str, ...]
    rivals: tuple[str, ...]
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
        shown=amount(value) if first.kind == "price" else value,
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


def _item(item: Item, images: bool) -> ItemView:
    found = item.evidence if item.kind in ("attribute", "category", "description") else None
    path, text = _context(item)
    rows = two_offers(text) if item.kind == "match" else ()
    stated = tuple(plain(line) for line in text.split("\n")[1:] if line) if item.kind == "price" else ()
    body = text.split("\n")[0] if item.kind == "price" else text
    seen = f"{item.name or ''}\n{path or ''}\n{text}"
    return ItemView(
        question_id=item.question_id,
        name=marked(item.name, found) if item.name else Markup("a product without a name"),
        text=Markup("") if rows else marked(body, found),
        path=marked(path, found) if path else None,
        missing=plain(found) if found and not spans(seen, found) else None,
        rows=rows,
        notes=_issues(item.evidence) if item.kind == "price" else (),
        words=item.said,
        rivals=_rivals(item),
        stated=stated,
        said=Said(told_by(item.kind, item.method, item.model_version), percent(item.confidence)),
        products=item.products,
        image=images and bool(item.image),
    )


def _rivals(item: Item) -> tuple[str, ...]:
    """What others state instead of the proposal."""
    other = [one for one in item.candidates if (one.value, one.unit) != (item.value, item.unit)]
    return tuple(dict.fromkeys(f"{one.value} {one.unit or ''}".rstrip() for one in other))


def _context(item: Item) -> tuple[str | None, str]:
    """The supplier's own category, if it is told, and the text without what is shown elsewhere already."""
    text, path = item.context or "", None
    if item.kind == "category" and text.startswith(_SUPPLIERS_PATH):
        path, _, text = text.removeprefix(_SUPPLIERS_PATH).partition("\n")
    if item.kind != "match" and item.name and text.startswith(f"{item.name}\n"):
        text = text[len(item.name) + 1 :]
    return path, "" if text == item.name else text


def _offered(item: Item) -> tuple[Offered, ...]:
    """The values that somebody states, the proposed one first; then, where few are allowed, the others of these."""
    said: dict[tuple[str, str | None], list[Said]] = {(item.value or "", item.unit): []}
    for candidate in item.candidates:
        said.setdefault((candidate.value, candidate.unit), []).append(_said(item, candidate))
    own = said[(item.value or "", item.unit)]
    if not own:
        own.append(Said(told_by(item.kind, item.method, item.model_version), percent(item.confidence)))
    if item.options and len(item.options) <= FEW and item.kind != "match":
        for option in item.options:
            said.setdefault((option, item.unit), [])
    price = item.kind == "price"
    return tuple(
        Offered(value, unit, amount(value) if price else value, tuple(who), place == 0, place or None)
        for place, ((value, unit), who) in enumerate(list(said.items())[: NUMBERED + 1])
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


def _issues(evidence: str | None) -> tuple[str, ...]:
    named = (name.strip() for name in (evidence or "").removeprefix("issues:").split(","))
    return tuple(ISSUES[name] for name in named if name in ISSUES)


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
    """What a person did today: (figure, what it counts)."""
    if not done.tasks:
        return [("0", "tasks today")]
    line = [
        (f"{done.tasks:,}", "task today" if done.tasks == 1 else "tasks today"),
        (f"{done.products:,}", "product decided" if done.products == 1 else "products decided"),
    ]
    if done.words:
        line.append((f"{done.products / done.words:.1f}", "products a word"))
    if done.median_seconds is not None:
        line.append((f"{done.median_seconds:.1f} s", "median"))
    return line
