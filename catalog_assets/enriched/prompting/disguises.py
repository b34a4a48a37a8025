"""The disguises in which a text can carry another: encodings, look-alike letters, spaced and reversed letters.

Belongs here: what else a text could be read as. Does not belong here: what is looked for in it (`orders.py`).
"""

import base64
import binascii
import codecs
import html
import re
import urllib.parse
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

from catalog_assets.enriched.prompting.folding import visible

SHORTEST = 16
"""Characters of an encoded run that can hide a sentence."""
DEEPEST = 2
"""How often what was decoded is decoded again."""

_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁһԛԝьгвнкмтАЕОРСУХІЈЅВНКМТαεορνυικτχΑΕΟΡΒΗΙΚΜΝΤΥΧΖɑɡıℓᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "aeopcyxijsdhqwbrbhkmtAEOPCYXIJSBHKMTaeopvuiktxAEOPBHIKMNTYXZagilabcdefghijklmnoprstuvwyz",
)
"""Letters of other scripts that look like Latin ones (the common ones of Unicode TR 39's confusables)."""
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_WORD = re.compile(r"[^\W\d_][013457@$!|][^\W_]|[013457@$][^\W\d_]{2}")
_SPACED = re.compile(r"(?<!\w)(?:\w[ ._*+·•~|,\-]{1,3}){5,}\w(?!\w)")
_PART = re.compile(r"(?<=\w)[ ._*+·•~|,\-](?=\w)")
_WORDS_GLUED = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")
_GLUE = re.compile(r"(?<=\w)[_+\-.*~/]+(?=\w)")
_BASE64 = re.compile(rf"[A-Za-z0-9+/_-]{{{SHORTEST},}}={{0,2}}")
_HEX = re.compile(rf"(?:[0-9a-fA-F]{{2}}[ :]?){{{SHORTEST // 2},}}")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_BINARY = re.compile(r"(?:[01]{8}[ ]?){6,}")
_TELLING = (
    "instruction",
    "ignore",
    "system",
    "prompt",
    "answer",
    "output",
    "previous",
    "assistant",
    "attribute",
    "json",
)
"""Words by which a reversed or rotated text is worth reading."""
_MISSPELLED = ("instructions", "previous", "disregard", "ignore", "instruction", "override")
_LONG_WORD = re.compile(r"[A-Za-z]{5,14}")
_SLIP = 2
_BASE32 = re.compile(rf"[A-Z2-7]{{{SHORTEST + 4},}}={{0,6}}")
_PIG_LATIN = re.compile(r"\b([a-z]{3,})ay\b", re.IGNORECASE)
_FEW = 3
_LEAST_PRINTABLE = 0.9


def readings(text: str, depth: int = DEEPEST) -> Iterator[str]:
    """The text without what nobody sees, and all that it could be read as besides."""
    seen = visible(text)
    yield seen
    tags = "".join(chr(ord(one) - 0xE0000) for one in text if 0xE0020 <= ord(one) <= 0xE007E)
    if tags:
        yield tags
    for other in _rewritten(seen):
        if other != seen:
            yield other
    if depth:
        for hidden in _decoded(seen):
            yield from readings(hidden, depth - 1)


def _rewritten(seen: str) -> Iterator[str]:
    alike = seen.translate(_LOOK_ALIKE)
    yield alike
    if _LEET_WORD.search(alike):
        yield alike.lower().translate(_LEET)
    if _SPACED.search(seen):
        yield _SPACED.sub(lambda found: _PART.sub("", found[0]), seen)
    parted = _GLUE.sub(" ", _WORDS_GLUED.sub(" ", seen))
    yield parted
    yield _LONG_WORD.sub(lambda found: _respelled(found[0]), seen)
    if len(_PIG_LATIN.findall(seen)) > _FEW:
        yield _PIG_LATIN.sub(_rotated, seen)
    lower = seen.lower()
    if any(word[::-1] in lower for word in _TELLING):
        yield seen[::-1]
    if any(codecs.encode(word, "rot13") in lower for word in _TELLING):
        yield codecs.encode(seen, "rot13")


def _decoded(seen: str) -> Iterator[str]:
    for run in _BASE64.findall(seen):
        padded = run.rstrip("=").replace("-", "+").replace("_", "/")
        for cut in range(4):  # a word before it may run on into it
            yield from _text_of(_unpacked(padded[cut:]))
    for run in _BASE32.findall(seen):
        yield from _text_of(_unpacked32(run.rstrip("=")))
    for run in _HEX.findall(seen):
        yield from _text_of(bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", run)))
    for run in _BINARY.findall(seen):
        bits = re.sub("[^01]", "", run)
        yield from _text_of(bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits) - 7, 8)))
    if _PERCENT.search(seen):
        yield urllib.parse.unquote(seen)
    if _ESCAPE.search(seen):
        yield _ESCAPE.sub(_character, seen)
    if _ENTITY.search(seen):
        yield html.unescape(seen)


def _unpacked(run: str) -> bytes:
    try:
        return base64.b64decode(run[: len(run) // 4 * 4] + _rest(run))
    except (binascii.Error, ValueError):
        return b""


def _unpacked32(run: str) -> bytes:
    try:
        return base64.b32decode(run + "=" * (-len(run) % 8))
    except binascii.Error:
        return b""


@lru_cache(maxsize=50_000)
def _respelled(word: str) -> str:
    """The telling word of which a word is a slip of the pen (one or two letters), else the word itself."""
    lower = word.lower()
    near = (one for one in _MISSPELLED if abs(len(one) - len(word)) <= _SLIP and one[0] == lower[0])
    return next((one for one in near if 0 < OSA.distance(one, lower, score_cutoff=_SLIP) <= _SLIP), word)


def _rotated(found: re.Match[str]) -> str:
    """A word of pig latin as it was: its last consonants, one to three of them, go back to its beginning."""
    word = found[1].lower()
    turned = [word[-cut:] + word[:-cut] for cut in range(1, 4)]
    return next((one for one in turned if one in _MISSPELLED), word[:-1] if word.endswith("w") else turned[0])


def _rest(run: str) -> str:
    rest = run[len(run) // 4 * 4 :]
    return rest.ljust(4, "=") if len(rest) > 1 else ""


def _text_of(data: bytes) -> Iterator[str]:
    """The bytes as text, if they are one."""
    text = data.decode("utf-8", "ignore")
    shown = sum(one.isprintable() or one.isspace() for one in text)
    if len(text) >= SHORTEST // 2 and shown >= _LEAST_PRINTABLE * len(data.decode("utf-8", "replace")):
        yield text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
