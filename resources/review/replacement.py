"""What a person may put in place of a proposal.

Belongs here: cleaning typed text and what the question allows. Does not belong here: the form of values (the
vocabulary knows).
"""

import json
import unicodedata

from catalog_assets.vocabulary.values import value_fault

MAX_LENGTH = {"description": 5_000}
"""Longest replacement by kind, in characters; `DEFAULT_LENGTH` for the others."""
DEFAULT_LENGTH = 500
MAX_REASON = 2_000
SHOWN = 10
"""Allowed values that a message lists."""

_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Characters that nobody sees and that change how the text around them reads."""


def clean(text: str) -> str:
    """Typed text on one line: white space becomes single spaces, control and direction characters go."""
    visible = "".join(c for c in text if c.isspace() or (unicodedata.category(c) != "Cc" and c not in _DIRECTION))
    return " ".join(visible.split())


def allowed_values(options: str | None) -> list[str] | None:
    """The allowed values of a question; null where any value may be given. Raises ValueError for another shape."""
    if options is None:
        return None
    values = json.loads(options)
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise ValueError(f"options are a JSON list of at least one text, or null, not {shown(options)}")
    return values


def replacement_fault(kind: str, options: str | None, value: str, attribute: str | None = None) -> str | None:
    """Why the value cannot be taken, and what to do; null where it can. `attribute`: what is asked about, if known."""
    if not value:
        return "the value is empty: write what should stand there, or reject the proposal"
    if value != clean(value):
        return f"the value {shown(value)} has control characters or needless space: take them out"
    longest = MAX_LENGTH.get(kind, DEFAULT_LENGTH)
    if len(value) > longest:
        return f"the value has {len(value)} characters and at most {longest} are allowed: shorten it"
    allowed = allowed_values(options)
    if allowed is not None and value not in allowed:
        more = f" and {len(allowed) - SHOWN} more" if len(allowed) > SHOWN else ""
        return f"the value {shown(value)} is not allowed here: choose one of {', '.join(allowed[:SHOWN])}{more}"
    if allowed is None:
        return value_fault("price" if kind == "price" else attribute or "", value)
    return None


def shown(text: str, longest: int = 60) -> str:
    """Text from outside as a message may show it: short, in quotation marks, nothing in it that a terminal obeys."""
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")
