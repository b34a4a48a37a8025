"""Texts as they are compared: folded, with the place of every character in the text itself.

Belongs here: folding, visible text, and finding a span of one text in another. Does not belong here: what a span means
(`reading.py`), and whether it gives orders (`orders.py`).
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_DROPPED = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Unicode categories of what nobody sees: controls, formats (bidi marks, tags, zero width), surrogates, unassigned."""
_BREAKS = frozenset("\n\r\t\v\f\x85\u2028\u2029")
_SIGNS = str.maketrans("’‘‛´`“”„‟–—‒−", "''''`\"\"\"\"----")
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that do not part words by spaces."""


@dataclass(frozen=True)
class Folded:
    """A folded text, and for each of its characters where in the text it comes from."""

    source: str
    text: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        """The part of the source that the folded characters from `start` up to `end` come from."""
        last = self.places[end] if end < len(self.places) else len(self.source)
        stop = max(last, self.places[end - 1] + 1)
        return self.source[self.places[start] : stop].strip()

    @cached_property
    def words(self) -> "Edges":
        """Where words begin and end."""
        return Edges(self.text)


@dataclass(frozen=True)
class Edges:
    """Whether a span of a folded text begins and ends where words do."""

    text: str

    def around(self, start: int, end: int) -> bool:
        """No word and no number is cut at either end: `5 kg` is no part of `15 kg`, of `0.5 kg` or of `1,5 kg`."""
        letter = end - start == 1 and start > 0 and self.text[start - 1] == "'"  # the s of "men's"
        return not (letter or self._cut(start) or self._cut(end) or self._cut_number(start, end))

    def _cut(self, place: int) -> bool:
        if not 0 < place < len(self.text):
            return False
        before, after = self.text[place - 1], self.text[place]
        return _joins(before) and _joins(after)

    def _cut_number(self, start: int, end: int) -> bool:
        text = self.text
        left = start > 1 and text[start].isdigit() and text[start - 1] in ".,/" and text[start - 2].isdigit()
        right = end < len(text) - 1 and text[end - 1].isdigit() and text[end] in ".,/" and text[end + 1].isdigit()
        return left or right


def fold(text: str) -> Folded:
    """Compatibility decomposition (Unicode NFKD), lower case, one space for white space, nothing invisible."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in _folded(character):
            if one == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(one)
            places.append(place)
    if characters and characters[-1] == " ":
        del characters[-1], places[-1]
    return Folded(text, "".join(characters), tuple(places))


def folded(text: str) -> str:
    """The folded text alone."""
    return fold(text).text


def occurrences(source: Folded, part: str) -> Iterator[tuple[int, int]]:
    """Where a folded part stands in a source as whole words: (start, end) in the folded text, first to last."""
    start = source.text.find(part) if part else -1
    while start >= 0:
        if source.words.around(start, start + len(part)):
            yield start, start + len(part)
        start = source.text.find(part, start + 1)


def visible(text: str, longest: int | None = None) -> str:
    """The text without what nobody sees; line ends stay. Cut at a space before `longest` characters."""
    seen = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character in _BREAKS or unicodedata.category(character) not in _DROPPED
    )
    if longest is None or len(seen) <= longest:
        return seen
    cut = max(seen.rfind(" ", 0, longest), longest // 2)
    return seen[:cut]


def place_in(source: Folded, original: int) -> int:
    """The folded place of a place in the source."""
    return bisect_right(source.places, original)


def _folded(character: str) -> str:
    if character < "\x7f" and character >= " ":
        return character.lower().translate(_SIGNS)
    if character in _BREAKS or character.isspace():
        return " "
    if unicodedata.category(character) in _DROPPED:
        return ""
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(" " if one.isspace() else one for one in plain.translate(_SIGNS))


def _joins(character: str) -> bool:
    """Is a letter or digit of a script that parts words by spaces, or a mark on one."""
    if character < "\x7f":
        return character.isalnum()
    if unicodedata.category(character)[0] not in "LNM":
        return False
    return not unicodedata.name(character, "").startswith(_UNSPACED)
