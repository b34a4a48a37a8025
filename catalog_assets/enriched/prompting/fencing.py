"""Supplier text as data in a message: one line of JSON between two marks that it cannot imitate.

Belongs here: how data is written and fenced. Does not belong here: which data (`asking.py`).
"""

import hashlib
import json
import re
from typing import Any

_OUTSIDE = re.compile(r"[^\x20-\x7e]")
_MARKED = re.compile("[<>&`]")


def fenced(data: Any) -> str:
    """The data as one line of JSON, and before and behind it the same line, the fence.

    The fence is taken from the data (SHA-256), not drawn, so that the same question is the same bytes; it is drawn
    anew until the data does not hold it, so that no text can end the data. Beside that no line of the data can be a
    line of its own: the JSON has no line end, and no angle bracket, ampersand or backtick as such.
    """
    line = encoded(data)
    return f"{(fence := fence_of(line))}\n{line}\n{fence}"


def encoded(data: Any) -> str:
    """One line of JSON. Control characters and other line ends are escapes, and so is what markup is made of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    unbroken = _OUTSIDE.sub(lambda found: _escape(found[0]) if not found[0].isprintable() else found[0], text)
    return _MARKED.sub(lambda found: _escape(found[0]), unbroken)


def fence_of(line: str) -> str:
    """A line of letters and digits that the data does not hold: `data-` and 24 hex digits."""
    seed = line
    while True:
        seed = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
        fence = f"data-{seed[:24]}"
        if fence not in line:
            return fence


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(rf"\u{units[place : place + 4]}" for place in range(0, len(units), 4))
