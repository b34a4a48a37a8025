"""Supplier's text as a person reads it: evidence marked, and what nobody could see made visible.

Belongs here: finding evidence in plain text, and the one way from such text to HTML. Does not belong here: which text
is shown where (`views`, the templates).

Text is escaped piece by piece and the tags are our own, so nothing in it becomes markup. Characters that turn the
direction of the text around them (Unicode's explicit directional formatting, UAX 9 section 2), and others that have no
glyph, are shown by their number instead of being obeyed: a value must not read otherwise than it is.
"""

import re

from markupsafe import Markup, escape

LONGEST_EVIDENCE = 2_000
"""Longer evidence, in characters, is not looked for: marking nearly everything marks nothing."""
MOST_MARKS = 500

_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SHOWN = Markup('<span class="unseen" title="a character that cannot be seen">U+{:04X}</span>')
_MARK = Markup("<mark>{}</mark>")


def spans(text: str, evidence: str | None) -> list[tuple[int, int]]:
    """Where the evidence stands in the text: (start, end) in characters, in order, none overlapping.

    Case and the amount of white space do not matter. Whole words count; where there are none, any place does (a unit
    that is glued to its number, a language without spaces).
    """
    words = (evidence or "").split()
    if not words or len(evidence or "") > LONGEST_EVIDENCE:
        return []
    phrase = r"\s+".join(map(re.escape, words))
    before = r"(?<!\w)" if words[0][:1].isalnum() else ""
    after = r"(?!\w)" if words[-1][-1:].isalnum() else ""
    for pattern in (f"{before}{phrase}{after}", phrase):
        found = [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
        if found:
            return found[:MOST_MARKS]
    return []


def plain(text: str | None) -> Markup:
    """The text escaped, with its invisible characters shown by number."""
    parts, last = [], 0
    source = text or ""
    for match in _UNSEEN.finditer(source):
        parts += [escape(source[last : match.start()]), _SHOWN.format(ord(match.group()))]
        last = match.end()
    return Markup("").join([*parts, escape(source[last:])])


def marked(text: str | None, evidence: str | None) -> Markup:
    """As `plain`, with each occurrence of the evidence in a <mark>."""
    source = text or ""
    parts, last = [], 0
    for start, end in spans(source, evidence):
        parts += [plain(source[last:start]), _MARK.format(plain(source[start:end]))]
        last = end
    return Markup("").join([*parts, plain(source[last:])])


def differing(text: str, other: str, few: bool = False) -> Markup:
    """The text with each word in a <mark> that the other text does not have, whatever its case. With `few`, none is
    marked where that would be most of them: the texts have nothing to do with each other."""
    known = {word.casefold() for word in re.findall(r"\w+", other)}
    found = list(re.finditer(r"\w+", text))
    own = [match for match in found if match.group().casefold() not in known]
    parts, last = [], 0
    for match in [] if few and len(own) > len(found) / 2 else own:
        parts += [plain(text[last : match.start()]), _MARK.format(plain(match.group()))]
        last = match.end()
    return Markup("").join([*parts, plain(text[last:])])
