"""Whether a value follows from the words that are given as its evidence.

Belongs here: reading evidence with the project's own readers, by kind of attribute. Does not belong here: whether the
evidence stands in the source (`checking.py`), units and words (vocabulary), and what a number in a text is
(`standardized/`).

All is worked out on distinct claims. What does not follow has no reading: a value that is right by chance, or that the
model knows from elsewhere, is no better here than one that is wrong.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

import polars as pl

from catalog_assets.enriched import words
from catalog_assets.enriched.prompting.folding import fold, folded, occurrences
from catalog_assets.enriched.prompting.generalizations import GENERALIZATIONS
from catalog_assets.enriched.prompting.schema import CATEGORY
from catalog_assets.standardized.numbers import NUMBER, whole_numbers
from catalog_assets.standardized.units import FRACTION, quantities
from catalog_assets.vocabulary.attributes import ATTRIBUTES, CELL_ONLY, FLAG_VALUES, Attribute

VERBATIM, SPELLED, GENERALIZED, SEVERAL = "verbatim", "spelled", "generalized", "several"
CONCLUDED = "concluded"
"""How a value follows: the value itself stands there, a known word for it, a declared kind of it, one of several; a
category is concluded from the words, which no reader of ours can do over."""

CLAIM = pl.Schema({"attribute": pl.String(), "value": pl.String(), "evidence": pl.String(), "lead": pl.String()})
"""A claim: a canonical value, the words for it as they stand in the source, and what stands before these there."""

LEAD = 24
"""Characters before the evidence that are read for a "not"."""

_AMOUNT = re.compile(rf"({FRACTION}|{NUMBER})([ -]?)((?:[^\d\n(),;:]|(?<=[a-zA-Z])[23](?!\d))*)")
_LABELLED = re.compile(rf"[(\[]\s*([^()\[\]\d]{{1,15}})\s*[)\]]\s*[:=]?\s*({FRACTION}|{NUMBER})(?![\d.,]*\s?[a-z\"'])")
_SHARING = re.compile(r"\s?(?:[x×*/&+]|by|and|or|und|et|y|e)\s?", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:[-–—~]|to|bis|hasta|jusqu'à|until|up to)\s?", re.IGNORECASE)
_NEGATIONS = (
    "not", "no", "non", "without", "isn't", "never", "nicht", "kein", "keine", "ohne", "sans", "pas", "ne", "sin",
    "sem", "senza", "niet", "geen", "zonder", "bez", "nie", "utan", "inte", "tanpa", "tidak", "bukan", "không", "нет",
    "не", "без", "değil", "ไม่", "不", "非", "无", "無", "ない", "안", "غير", "בלי", "नहीं",
)  # fmt: skip


def readings(claims: pl.DataFrame) -> pl.Series:
    """How the value of each claim (CLAIM) follows from its evidence; null where it does not."""
    distinct = claims.select(CLAIM.names()).unique().sort(CLAIM.names())
    kinds = {**{name: attribute.kind for name, attribute in ATTRIBUTES.items()}, CATEGORY: CATEGORY}
    kind = distinct["attribute"].replace_strict(kinds, default=None, return_dtype=pl.String)
    parts = [distinct.filter(kind == one).pipe(reader) for one, reader in _READERS.items()]
    found = pl.concat([pl.DataFrame(schema={**CLAIM, "how": pl.String}), *parts])
    joined = claims.select(CLAIM.names()).join(found, on=CLAIM.names(), how="left", maintain_order="left")
    return joined["how"]


def _measured(claims: pl.DataFrame) -> pl.DataFrame:
    """Quantities: the same number with the same unit, read by `standardized.units` in either decimal style."""
    asked = claims.select("attribute", "evidence").unique().sort("attribute", "evidence")
    spans = [list(_amounts(text)) for text in asked["evidence"].to_list()]
    each = asked.with_columns(pl.Series("text", spans, pl.List(pl.String))).explode("text").drop_nulls("text")
    frame = each.select(pl.col("attribute").alias("name"), "text", pl.lit(None, pl.String).alias("hint"))
    read = pl.concat(
        [each.with_columns(quantities(frame, "auto", language).alias("read")) for language in ("en", "de")]
    )
    said = read.drop_nulls("read").group_by("attribute", "evidence").agg(pl.col("read").unique())
    joined = claims.join(said, on=["attribute", "evidence"], how="left")
    follows = pl.col("read").list.contains(pl.col("value")).fill_null(False)
    how = pl.when(pl.col("read").list.len() > 1).then(pl.lit(SEVERAL)).otherwise(pl.lit(VERBATIM))
    return _told(joined.with_columns(pl.when(follows).then(how).alias("how")))


def _amounts(text: str) -> Iterator[str]:
    """The texts of number and unit that an evidence states; of `30 x 40 cm` both sides, of `10-20 kg` none."""
    if re.search(r"[^\W\d_]|[\"'”″′%]", text):
        yield text
    for found in _LABELLED.finditer(text):
        yield f"{found[2]} {found[1]}"
    waiting: list[str] = []
    bounded = False
    for found in _AMOUNT.finditer(text):
        number, unit = found[1], found[3].strip()
        if _RANGE.fullmatch(found[2] + found[3]):
            waiting, bounded = [], True
        elif _SHARING.fullmatch(found[2] + found[3]):
            waiting.append(number)
        else:
            for one in () if bounded else (*waiting, number):
                if unit:
                    yield f"{one} {unit}"
            if not bounded and (cut := _SHARING.split(unit)[0]) and cut != unit:
                yield f"{number} {cut}"
            waiting, bounded = [], False


def _counted(claims: pl.DataFrame) -> pl.DataFrame:
    """Counts: a whole number that stands there in digits or words."""
    numbers = whole_numbers(claims["evidence"]).cast(pl.List(pl.String))
    said = claims.with_columns(numbers.alias("said"))
    how = pl.when(pl.col("said").list.len() > 1).then(pl.lit(SEVERAL)).otherwise(pl.lit(VERBATIM))
    return _told(said.with_columns(pl.when(pl.col("said").list.contains(pl.col("value"))).then(how).alias("how")))


def _chosen(claims: pl.DataFrame) -> pl.DataFrame:
    return _mapped(claims, _choice)


def _flagged(claims: pl.DataFrame) -> pl.DataFrame:
    return _mapped(claims, _flag)


def _quoted(claims: pl.DataFrame) -> pl.DataFrame:
    return _mapped(claims, _text)


def _concluded(claims: pl.DataFrame) -> pl.DataFrame:
    return _told(claims.with_columns(pl.lit(CONCLUDED).alias("how")))


_READERS = {
    "quantity": _measured,
    "count": _counted,
    "choice": _chosen,
    "flag": _flagged,
    "text": _quoted,
    CATEGORY: _concluded,
}


def _told(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.select(*CLAIM.names(), "how")


def _mapped(claims: pl.DataFrame, reader: Callable[[Attribute, str, str, str], str | None]) -> pl.DataFrame:
    how = [reader(ATTRIBUTES[name], value, evidence, lead) for name, value, evidence, lead in claims.iter_rows()]
    return _told(claims.with_columns(pl.Series("how", how, pl.String)))


def _choice(attribute: Attribute, value: str, evidence: str, lead: str) -> str | None:
    """The value among the longest words for values of the attribute that stand in the evidence, none inside another."""
    found = values_in(attribute.name, evidence, lead)
    if value not in found:
        return None
    return found[value] if len(found) == 1 else SEVERAL


def values_in(name: str, evidence: str, lead: str) -> dict[str, str]:
    """The values of a choice that a text states, and how; `lead` is what stands before the text."""
    text = fold(evidence)
    taken: list[tuple[int, int]] = []
    found: dict[str, str] = {}
    for word, value, how in _words_of(name):
        for start, end in occurrences(text, word):
            if any(start < last and first < end for first, last in taken):
                continue
            taken.append((start, end))
            alone = how != "cell" or _stands_alone(name, text.text, start, end)
            if value is not None and alone and not _denied(f"{folded(lead)} {text.text[:start]}"):
                found.setdefault(value, SPELLED if how == "cell" else how)
    return found


@cache
def _words_of(name: str) -> tuple[tuple[str, str | None, str], ...]:
    """Folded word, value (null for what only looks like one) and how, the longest first."""
    told: dict[str, tuple[str | None, str]] = {}
    for value, synonyms in ATTRIBUTES[name].values.items():
        told.setdefault(folded(value), (value, VERBATIM))
        for word in synonyms:
            told.setdefault(folded(word), (value, "cell" if word in CELL_ONLY else SPELLED))
    for value, kinds in GENERALIZATIONS.get(name, {}).items():
        for word in kinds:
            told.setdefault(folded(word), (value, GENERALIZED))
    for phrase in words.DECOYS:
        told.setdefault(folded(phrase), (None, VERBATIM))
    return tuple((word, *told[word]) for word in sorted(told, key=lambda one: (-len(one), one)))


def _stands_alone(name: str, text: str, start: int, end: int) -> bool:
    """A word that mostly means something else counts as all of the evidence, or behind the attribute's name."""
    before = text[:start].strip(" :=-")
    return not before + text[end:].strip() or any(before.endswith(alias) for alias in _names_of(name))


@cache
def _names_of(name: str) -> tuple[str, ...]:
    return tuple(sorted({folded(alias) for alias in (*ATTRIBUTES[name].aliases, name.replace("_", " "))}))


def _denied(lead: str) -> bool:
    """What stands before says no."""
    last = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", lead)[-2:]
    unparted = lead.rstrip()[-3:]
    return any(word in last or (not word.isascii() and unparted.endswith(word)) for word in map(folded, _NEGATIONS))


def flags_in(name: str, text: str) -> bool:
    """Whether a text speaks of a flag at all, denied or not."""
    return any(any(occurrences(fold(text), word)) for word in (*_names_of(name), *_kinds_of(name)))


def _flag(attribute: Attribute, value: str, evidence: str, lead: str) -> str | None:
    """ "yes" where the attribute's name or a kind of it stands there undenied, or is answered so; "no" else."""
    text = fold(evidence)
    answers = {folded(word): said for said, listed in FLAG_VALUES.items() for word in listed}
    for how, listed in ((VERBATIM, _names_of(attribute.name)), (GENERALIZED, _kinds_of(attribute.name))):
        for alias in sorted(listed, key=len, reverse=True):
            for start, end in occurrences(text, alias):
                behind = re.match(r"\s*[:=?-]\s*(\w[\w ]*)", text.text[end:])
                said = answers.get(behind[1].strip()) if behind else None
                denied = (
                    _denied(f"{folded(lead)} {text.text[:start]}") or text.text[max(0, start - 4) : start] == "non-"
                )
                if (said or ("no" if denied else "yes")) == value:
                    return how
                return None
    return None


@cache
def _kinds_of(name: str) -> tuple[str, ...]:
    return tuple(folded(word) for word in GENERALIZATIONS.get(name, {}).get("yes", ()))


def _text(_: Attribute, value: str, evidence: str, __: str) -> str | None:
    """A text stands in the evidence word for word."""
    return VERBATIM if any(occurrences(fold(evidence), folded(value))) else None
