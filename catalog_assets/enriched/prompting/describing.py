"""Asking for descriptions, and checking them claim by claim against what is known.

Belongs here: which products a description is asked for, what is known of them, and the rules that a description must
keep. Does not belong here: descriptions composed by rule (`enriched/description.py`), attributes (`checking.py`).

A description says nothing that nobody said: each number with its unit, each name, colour, material and flag in it must
be known. That is narrower than true, and wider than it looks: praise is not caught, which is why a person sees it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from catalog_assets.enriched.content import description_question
from catalog_assets.enriched.description import DESCRIPTION_MIN
from catalog_assets.enriched.prompting.asking import CHARACTERS, LONGEST, Request, grouped, request
from catalog_assets.enriched.prompting.checking import NOT_STATED, PROPOSALS, REFUSED, Checked, refusal
from catalog_assets.enriched.prompting.folding import fold, folded, occurrences, visible
from catalog_assets.enriched.prompting.orders import order_in, speaks_of_itself
from catalog_assets.enriched.prompting.parsing import Asked, Fault, products_of
from catalog_assets.enriched.prompting.prompts import Prompt
from catalog_assets.enriched.prompting.reading import flags_in, values_in
from catalog_assets.enriched.prompting.schema import description_schema
from catalog_assets.enriched.protocol import Answers
from catalog_assets.enriched.quantities import read_number
from catalog_assets.standardized.language import languages
from catalog_assets.standardized.numbers import NUMBER, NUMBER_WORDS
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.brands import CANONICAL
from catalog_assets.vocabulary.columns import ATTRIBUTE
from catalog_assets.vocabulary.units import SPELLINGS

DESCRIPTION_MAX = 10_000
"""Characters; the least is `description.DESCRIPTION_MIN`."""
CONFIDENCE = 0.70
"""How sure a description is that keeps all rules: a prior, below every threshold of acceptance."""

TO_DESCRIBE = pl.Schema(
    {
        "content_hash": pl.String(),
        "name": pl.String(),
        "brand": pl.String(),
        "language": pl.String(),
        "facts": pl.List(ATTRIBUTE),
    }
)
"""A content without a description of its supplier, the language that is wanted, and what is known of it."""

_CAPITAL_NOUNS = ("de",)
"""Languages that write every noun with a capital letter."""
_AMOUNT = re.compile(rf"({NUMBER})(?:[ -]?([^\W\d_]+[²³]?(?: [^\W\d_]+)?|[\"'”″°%]+))?")
_MARKUP = re.compile(r"[<>{}\[\]`\\|]|://|\bwww\.|\b[\w-]+\.(?:com|net|org|example|io|de|cn|ru)\b|@")
_UNITS = {spelling: unit.symbol for (_, spelling), unit in SPELLINGS.items()}
_WORDS = {word: number for word, number in NUMBER_WORDS.items() if number > 1}


def to_describe(contents: pl.DataFrame, known: Answers, fact: float, wanted: pl.DataFrame) -> pl.DataFrame:
    """TO_DESCRIBE: the contents without a description of at least DESCRIPTION_MIN characters, sorted by content.

    wanted: content_hash and language (ISO 639-1). Facts are what suppliers state (contents: QUESTION_SCHEMA), and the
    answers in `known` with at least the confidence `fact` for what they do not state.
    """
    bare = pl.col("description").str.strip_chars().str.len_chars().fill_null(0) < DESCRIPTION_MIN
    rows = contents.filter(bare, pl.col("name").is_not_null()).join(
        wanted.select("content_hash", "language"), on="content_hash"
    )
    stated = (
        rows.select("content_hash", "attributes").explode("attributes").drop_nulls("attributes").unnest("attributes")
    )
    sure = known.rows.filter(pl.col("confidence") >= fact, pl.col("attribute").is_in(list(ATTRIBUTES)))
    found = sure.select("content_hash", pl.col("attribute").alias("name"), "value", "unit")
    facts = pl.concat([stated, found.join(stated, on=["content_hash", "name"], how="anti")]).sort(
        "content_hash", "name"
    )
    listed = facts.group_by("content_hash", maintain_order=True).agg(
        pl.struct("name", "value", "unit").cast(ATTRIBUTE).alias("facts")
    )
    joined = rows.join(listed, on="content_hash", how="left").with_columns(pl.col("facts").fill_null([]))
    return joined.select(TO_DESCRIBE.names()).sort("content_hash")


def description_requests(
    products: pl.DataFrame, prompt: Prompt, model: str, characters: int = CHARACTERS
) -> list[Request]:
    """The requests that ask for descriptions. products: TO_DESCRIBE and question_hash; what gives orders to its reader
    has been left out (`asking.withheld`)."""
    schema = description_schema()
    return [
        request(part, prompt, model, schema, map(_shown, part.iter_rows(named=True)))
        for part in grouped(products.sort("content_hash"), characters, _shown)
    ]


def check_descriptions(replies: Iterable[tuple[str, Request]]) -> Checked:
    """What replies come to, each to its own request (its questions: TO_DESCRIBE and local_id): descriptions that say
    only what is known. Never raises for what a reply says."""
    good, refused = [], []
    for reply, asked in replies:
        contents = {row["local_id"]: row for row in asked.questions.iter_rows(named=True)}
        products = {name: Asked(row["content_hash"], name, ()) for name, row in contents.items()}
        faults: list[Fault] = []
        answered = set()
        for one, product in products_of(reply, products, faults):
            answered.add(one.local_id)
            rule, message = _fault(product, contents[one.local_id])
            if rule:
                told = str(product.get("description"))
                faults.append(
                    Fault(rule, message, one.content_hash, one.local_id, "description", told[:DESCRIPTION_MAX])
                )
            else:
                good.append(_row(contents[one.local_id], product["description"], asked))
        answered |= {fault.local_id for fault in faults if fault.local_id}
        missing = [one for name, one in products.items() if name not in answered]
        faults += [Fault("not_answered", "No description.", one.content_hash, one.local_id) for one in missing]
        refused += [refusal(fault, asked) for fault in faults]
    frame = pl.DataFrame(good, schema={"name": pl.String(), **_GIVEN}, orient="row")
    described = frame.with_columns(description_question()).select(PROPOSALS.names()).sort("content_hash", "custom_id")
    stopped = pl.DataFrame(refused, schema=REFUSED, orient="row").sort(REFUSED.names())
    return Checked(described, NOT_STATED.to_frame(), stopped)


_GIVEN = {name: dtype for name, dtype in PROPOSALS.items() if name != "question_id"}


def _row(row: Mapping[str, Any], description: str, asked: Request) -> dict[str, Any]:
    named = ["name", *(["brand"] if row["brand"] else []), *(fact["name"] for fact in row["facts"])]
    return {
        "custom_id": asked.custom_id,
        "name": row["name"],
        "content_hash": row["content_hash"],
        "field": "name",
        "attribute": "description",
        "method": "model",
        "model_version": asked.model_version,
        "value": " ".join(description.split()),
        "confidence": CONFIDENCE,
        "evidence": ",".join(named),
    }


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        one["name"]: " ".join(visible(part) for part in (one["value"], one["unit"]) if part) for one in row["facts"]
    }
    texts = {field: visible(row[field], LONGEST[field]) for field in ("name", "brand") if row[field]}
    return {"language": row["language"], **texts, "facts": facts}


def _texts(row: Mapping[str, Any]) -> list[str]:
    """All that is known of a product, as texts."""
    stated = [" ".join(part for part in (one["value"], one["unit"]) if part) for one in row["facts"]]
    return [text for text in (row["name"], row["brand"], *stated) if text]


def _fault(product: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str | None, str]:
    """The first rule that a description breaks, and what there is to say; (None, "") where it keeps all."""
    text = product.get("description")
    if product.keys() != {"id", "description"} or type(text) is not str:
        return "off_schema", "A product has id and description, and nothing else."
    if not DESCRIPTION_MIN <= len(text.strip()) <= DESCRIPTION_MAX:
        return "wrong_length", f"A description has {DESCRIPTION_MIN} to {DESCRIPTION_MAX} characters, not {len(text)}."
    if _MARKUP.search(text) or not all(one.isprintable() or one in "\n" for one in text):
        return "markup_in_value", "A description is plain text without links and markup."
    if any(map(order_in, _texts(row))):
        return "order_in_source", "What is known of the product gives orders to its reader."
    if speaks_of_itself(text) or order_in(text):
        return "speaks_of_itself", "The description speaks of instructions or of itself."
    told = languages(pl.Series([text]), pl.Series([None], dtype=pl.String), row["language"]).item()
    if told != row["language"]:
        return "other_language", f"The description is in '{told}', not in '{row['language']}'."
    unknown = next(iter(_unknown(text, _Known.of(row), row["language"])), None)
    return unknown or (None, "")


@dataclass(frozen=True)
class _Known:
    """What may be said: all texts folded, numbers, numbers with units, and values by attribute."""

    text: str
    numbers: frozenset[Decimal]
    amounts: frozenset[tuple[Decimal, str]]
    values: Mapping[str, frozenset[str]]
    flags: frozenset[str]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "_Known":
        """What is known of a product of TO_DESCRIBE."""
        texts = _texts(row)
        amounts = {one for text in texts for one in _amounts(text)}
        stated = {(fact["name"], part) for fact in row["facts"] for part in fact["value"].split(", ")}
        values = {
            name: frozenset(value for text in texts for value in values_in(name, text, ""))
            | frozenset(value for attribute, value in stated if attribute == name)
            for name in ("color", "material")
        }
        return cls(
            folded(" | ".join(texts)),
            frozenset(number for number, _ in amounts),
            frozenset((number, unit) for number, unit in amounts if unit),
            values,
            frozenset(name for name in _FLAGS if any(flags_in(name, text) for text in texts))
            | frozenset(fact["name"] for fact in row["facts"]),
        )


_FLAGS = tuple(name for name, attribute in ATTRIBUTES.items() if attribute.kind == "flag")


def _unknown(text: str, known: _Known, language: str) -> Iterator[tuple[str, str]]:
    """Every claim that is not known: rule and message."""
    for number, unit in _amounts(text):
        if (number, unit) not in known.amounts if unit else number not in known.numbers:
            yield "unknown_number", f"{number} {unit or ''}".strip() + " is not among the facts."
    for name, values in known.values.items():
        for value in values_in(name, text, "").keys() - values:
            yield f"unknown_{name}", f"The {name} {value} is not among the facts."
    for name in _FLAGS:
        if name not in known.flags and flags_in(name, text):
            yield "unknown_flag", f"Nothing is known of it being {name}."
    for name in _names(text, language):
        if not any(occurrences(fold(known.text), folded(name))):
            yield "unknown_brand", f"The name '{name[:40]}' is not among the facts."


def _amounts(text: str) -> Iterator[tuple[Decimal, str | None]]:
    """Numbers of a text in digits or words, each with the symbol of its unit where one follows."""
    for found in _AMOUNT.finditer(text):
        number = read_number(found[1])
        written = (found[2] or "").lower().strip()
        if number is not None:
            yield number.normalize(), _UNITS.get(written) or _UNITS.get(written.split(" ")[0])
        else:
            yield Decimal("NaN"), None
    for word in re.findall(r"[^\W\d_]+", text.lower()):
        if word in _WORDS:
            yield Decimal(_WORDS[word]), None


def _names(text: str, language: str) -> Iterator[str]:
    """Brands of the vocabulary, and words with a capital letter within a sentence."""
    source = fold(text)
    for spelling in CANONICAL:
        for start, end in occurrences(source, folded(spelling)):
            written = source.original(start, end)
            if written[:1].isupper() or any(one.isdigit() for one in written):
                yield written
    if language not in _CAPITAL_NOUNS:
        for found in re.finditer(r"(?<=[^\W\d_.!?:;,] )[^\W\d_]\w*|(?<=[,;] )[^\W\d_]\w*", text):
            if found[0][0].isupper() and len(found[0]) > 1:
                yield found[0]
