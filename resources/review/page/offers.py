"""Two offers side by side, out of the text of a question about a pair.

Belongs here: taking that text (`catalog_assets/matched/pairs`) apart and setting like beside like. Does not belong
here: other kinds of questions (`views`).
"""

from dataclasses import dataclass

from markupsafe import Markup

from resources.review.page.highlight import differing, plain

_FIELDS = ("brand", "mpn", "gtin", "price")
_WORDS = {"mpn": "part number", "gtin": "GTIN"}


@dataclass(frozen=True)
class Row:
    """One line of two offers side by side."""

    label: str
    left: Markup
    right: Markup
    same: bool


def two_offers(text: str) -> tuple[Row, ...]:
    """Two offers, line by line; nothing where the text is not two offers (it is then shown as it is)."""
    sides = text.split("\n")
    if len(sides) != 2:
        return ()
    left, right = (_offer(side) for side in sides)
    labels = [label for label in ("supplier", "name", *_FIELDS, "text") if left.get(label) or right.get(label)]
    return tuple(_row(label, left.get(label, ""), right.get(label, "")) for label in labels)


def _row(label: str, left: str, right: str) -> Row:
    words = _WORDS.get(label, label)
    same = left.casefold() == right.casefold() and bool(left)
    if label in ("name", "text") and left and right:
        few = label == "text"
        return Row(words, differing(left, right, few), differing(right, left, few), same)
    return Row(words, plain(left), plain(right), same)


def _offer(line: str) -> dict[str, str]:
    """The parts of an offer in one line: supplier/id, name, labelled parts, text."""
    supplier, _, rest = line.partition(" | ")
    name, *parts = rest.split(" | ")
    told, left = {"supplier": supplier, "name": name}, list(_FIELDS)
    while parts and left:
        label = left.pop(0)
        if parts[0].startswith(f"{label} "):
            told[label] = parts.pop(0).removeprefix(f"{label} ")
    return told | {"text": " | ".join(parts)}
