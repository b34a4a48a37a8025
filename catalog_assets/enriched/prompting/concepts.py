"""Finding many words of many languages in a text at once, and sequences of what they mean.

Belongs here: the text as it is compared, the look-up, and sequences with bounded gaps. Does not belong here: any word
(`order_words.py`), and which sequences mean what (`orders.py`).

One pass over the words of a text, and of scripts that do not part words one search for each phrase: a list of three
thousand words costs the same as one of thirty, which a pattern of alternatives does not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_\u0590-\U0010ffff]+")
_PATTERN_WORD = re.compile(r"[^\W_]+\*?")
_UNPARTED = "\u0590"
"""From here on scripts have joined particles or no spaces: their phrases are looked for anywhere."""
_BETWEEN = 3
"""Characters between two words of a phrase."""
_MARKS = (("\u0300", "\u036f"), ("\u0591", "\u05c7"), ("\u064b", "\u0652"))
"""Accents of Latin, Greek and Cyrillic, and points of Hebrew and Arabic: not compared."""
_CLAUSE = re.compile(
    r"(?:[.!?:;,(){}<>\[\]\"'“”«»*#|/~。！？，：；、】」•→-]\s*"
    r"|\b(?:please|must|and|then|should|now|you|just|only|always|simply|kindly|therefore|so|bitte|und|dann|veuillez|et|"
    r"puis|por favor|favor|y|luego|e|poi|harap|tolong|silakan|dan|hay|vui long|xin|ve|lutfen|и|затем|пожалуйста|"
    r"or|to|sie|prosze|a|i|och|en|do)\s+)$"
)
_LONGEST_LEAD = 16


def plain(text: str) -> str:
    """Lower case, compatibility forms resolved, no accents, single spaces."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    if not apart.isascii():
        bare = "".join(one for one in apart if not any(low <= one <= high for low, high in _MARKS))
        apart = unicodedata.normalize("NFC", bare).casefold()
    return " ".join(apart.split())


def phrases(listed: str) -> list[str]:
    """The phrases of a list in which `|` and line ends part them, as they are compared."""
    return [plain(phrase) for line in listed.splitlines() for phrase in line.split("|") if phrase.strip()]


@dataclass(frozen=True)
class Hit:
    """A place in a plain text, by the concept found there."""

    start: int
    end: int


class Lexicon:
    """Concepts by the phrases for them, and signs by patterns. `*` ends a word that may go on."""

    def __init__(self, concepts: Mapping[str, Iterable[str]], signs: Mapping[str, str]) -> None:
        self._words: dict[str, list[_Phrase]] = {}
        self._beginnings: dict[str, list[_Phrase]] = {}
        self._anywhere: dict[str, list[str]] = {}
        self._signs = [(name, re.compile(pattern)) for name, pattern in signs.items()]
        for concept, listed in concepts.items():
            for phrase in listed:
                self._add(concept, phrase)
        self._shortest = min((len(one) for one in self._beginnings), default=0)
        self._longest = max((len(one) for one in self._beginnings), default=0)

    def _add(self, concept: str, phrase: str) -> None:
        if max(phrase) >= _UNPARTED:
            self._anywhere.setdefault(phrase.replace("*", ""), []).append(concept)
            return
        first, *rest = _PATTERN_WORD.findall(phrase)
        kept = self._beginnings if first.endswith("*") else self._words
        kept.setdefault(first.rstrip("*"), []).append((tuple(rest), concept))

    def hits(self, seen: str) -> dict[str, list[Hit]]:
        """Concept -> its places in a plain text, first to last."""
        found: dict[str, list[Hit]] = {}
        words = [(word[0], word.start(), word.end()) for word in _WORD.finditer(seen)]
        for place, (word, start, _) in enumerate(words):
            for rest, concept in self._of(word):
                last = _last(words, place, rest)
                if last is not None:
                    found.setdefault(concept, []).append(Hit(start, words[last][2]))
        if seen and max(seen) >= _UNPARTED:
            self._find_anywhere(seen, found)
        for concept, sign in self._signs:
            places = [Hit(one.start(), one.end()) for one in sign.finditer(seen)]
            if places:
                found.setdefault(concept, []).extend(places)
        return {concept: sorted(places, key=lambda hit: (hit.start, hit.end)) for concept, places in found.items()}

    def _of(self, word: str) -> Iterator["_Phrase"]:
        """The phrases that begin with a word."""
        yield from self._words.get(word, ())
        for length in range(self._shortest, min(len(word), self._longest) + 1):
            yield from self._beginnings.get(word[:length], ())

    def _find_anywhere(self, seen: str, found: dict[str, list[Hit]]) -> None:
        for phrase, concepts in self._anywhere.items():
            start = seen.find(phrase)
            while start >= 0:
                for concept in concepts:
                    found.setdefault(concept, []).append(Hit(start, start + len(phrase)))
                start = seen.find(phrase, start + 1)


_Phrase = tuple[tuple[str, ...], str]
"""The words behind the first one of a phrase, and what it means."""


def _last(words: list[tuple[str, int, int]], place: int, rest: tuple[str, ...]) -> int | None:
    """The place of the last word of a phrase whose other words follow one another; None if they do not."""
    for number, wanted in enumerate(rest, place + 1):
        if number >= len(words) or words[number][1] - words[number - 1][2] > _BETWEEN:
            return None
        word = words[number][0]
        if not (word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted):
            return None
    return place + len(rest)


@dataclass(frozen=True)
class Sequence:
    """Concepts one after another: `disregard 40 prior 30 orders`. A number is how many characters lie between at most;
    `^` before a concept: it begins a clause; `a/b`: either."""

    name: str
    steps: tuple[tuple[tuple[str, ...], bool], ...]
    gaps: tuple[int, ...]

    @classmethod
    def read(cls, name: str, written: str) -> "Sequence":
        """The sequence as written."""
        parts = written.split()
        steps = tuple((tuple(part.lstrip("^").split("/")), part.startswith("^")) for part in parts[::2])
        return cls(name, steps, (0, *(int(part) for part in parts[1::2])))

    def within(self, seen: str, hits: Mapping[str, list[Hit]]) -> bool:
        """Whether the text has it."""
        for step, _ in self.steps:
            if hits.keys().isdisjoint(step):
                return False  # as a rule: a text has few of the concepts, and there are a hundred sequences
        places = [
            [hit for concept in step for hit in hits.get(concept, ()) if not begins or begins_clause(seen, hit.start)]
            for step, begins in self.steps
        ]
        if not all(places):
            return False
        ends = {hit.end for hit in places[0]}
        for gap, following in zip(self.gaps[1:], places[1:], strict=True):
            ends = {hit.end for hit in following if any(0 <= hit.start - end <= gap for end in ends)}
            if not ends:
                return False
        return True


def begins_clause(seen: str, place: int) -> bool:
    """A clause begins here: the text itself, behind a mark, or behind a word such as "please" or "and"."""
    return bool(_CLAUSE.search(f"{'-' * _LONGEST_LEAD}{seen[:place]}"[-_LONGEST_LEAD:]))
