"""From the text of a reply to single claims, or to what is wrong with its form.

Belongs here: JSON, the schema, local ids, and who answered what how often. Does not belong here: whether a claim is
true (`checking.py`).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog_assets.enriched.prompting.schema import ASKABLE, FLAGS, MOST_PRODUCTS, units_of
from catalog_assets.standardized.text import json_value
from catalog_assets.vocabulary.attributes import Attribute

LONGEST_PAYLOAD = 2_000
"""Characters of a refused part that are kept."""
LONGEST_NUMBER = 30


class Number(str):
    """A number of a JSON text as written, to be told from a string."""

    __slots__ = ()


@dataclass(frozen=True)
class Claim:
    """One value that a reply gives, in the form of the schema: `value` and `unit` as written."""

    content_hash: str
    local_id: str
    attribute: str
    value: str
    unit: str | None
    evidence: str


@dataclass(frozen=True)
class Fault:
    """A part of a reply that does not count: the rule that it breaks, and what there is to say."""

    rule: str
    message: str
    content_hash: str | None = None
    local_id: str | None = None
    attribute: str | None = None
    payload: str | None = None


@dataclass
class Parsed:
    """What a reply says: claims, (content_hash, attribute) that it was asked for and does not state, and faults."""

    claims: list[Claim] = field(default_factory=list)
    not_stated: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """A product of a request: its content, its local id and the attributes that were asked."""

    content_hash: str
    local_id: str
    attributes: tuple[str, ...]


def products_of(reply: str, asked: Mapping[str, Asked], faults: list[Fault]) -> Iterator[tuple[Asked, dict[str, Any]]]:
    """The products of a reply that were asked about and answered once; what is wrong with others goes to `faults`."""
    found = json_value(reply.encode("utf-8", "replace").decode("utf-8"), Number)
    if found is None:
        faults.append(Fault("not_json", "The reply is no JSON.", payload=payload(reply)))
        return
    products = found.get("products") if isinstance(found, dict) and found.keys() == {"products"} else None
    if not isinstance(products, list):
        faults.append(Fault("off_schema", "The reply is no object with a list `products`.", payload=payload(found)))
        return
    if len(products) > MOST_PRODUCTS:
        message = f"The reply has {len(products):,} products; no request has more than {MOST_PRODUCTS}."
        faults.append(Fault("off_schema", message, payload=payload(found)))
        return
    named = [one.get("id") if isinstance(one, dict) else None for one in products]
    often = Counter(name for name in named if type(name) is str)
    for name, product in zip(named, products, strict=True):
        if type(name) is not str:
            faults.append(Fault("off_schema", "A product has no `id`.", payload=payload(product)))
        elif name not in asked:
            message = f"No product '{name[:20]}' was asked about."
            faults.append(Fault("unknown_product", message, local_id=name[:20], payload=payload(product)))
        elif often[name] > 1:
            one = asked[name]
            message = f"The product was answered {often[name]} times."
            faults.append(Fault("answered_twice", message, one.content_hash, name, None, payload(product)))
        else:
            yield asked[name], product


def parsed(reply: str, asked: Mapping[str, Asked]) -> Parsed:
    """The claims of a reply about attributes, each of an attribute that was asked of a product and answered once.

    Every asked attribute of a product that is answered is in the end a claim, not stated, or has a fault; a product
    that is not has one fault, `not_answered`, beside the one that says why where there is something to say.
    """
    told = Parsed()
    answered = set()
    for one, product in products_of(reply, asked, told.faults):
        if product.keys() != {"id", "answers"}:
            _product_fault(told, one, product, "A product has id and answers, and nothing else.")
        elif not isinstance(product["answers"], list):
            _product_fault(told, one, product, "`answers` is a list of answers.")
        elif len(product["answers"]) > len(ASKABLE):
            _product_fault(
                told, one, product, f"There is nothing of which {len(product['answers']):,} things are asked."
            )
        else:
            answered.add(one.local_id)
            _product(told, one, product["answers"])
    for one in asked.values():
        if one.local_id not in answered:
            message = "The product was asked about, and the reply has no answer for it that can be read."
            told.faults.append(Fault("not_answered", message, one.content_hash, one.local_id))
    return told


def payload(part: Any) -> str:
    """A part of a reply as text, cut where it is too long to keep."""
    text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
    return text[:LONGEST_PAYLOAD].encode("utf-8", "replace").decode("utf-8")


def _product_fault(told: Parsed, one: Asked, product: Any, message: str) -> None:
    told.faults.append(Fault("off_schema", message, one.content_hash, one.local_id, None, payload(product)))


def _product(told: Parsed, one: Asked, answers: list[Any]) -> None:
    named = [answer.get("attribute") if isinstance(answer, dict) else None for answer in answers]
    often = Counter(name for name in named if type(name) is str)
    for name, answer in zip(named, answers, strict=True):
        rule, message = _answer_fault(one, name, answer, often)
        if rule:
            attribute = name if type(name) is str and name in ASKABLE else None
            told.faults.append(Fault(rule, message, one.content_hash, one.local_id, attribute, payload(answer)))
        else:
            value, unit = answer["value"], answer.get("unit")
            told.claims.append(
                Claim(one.content_hash, one.local_id, str(name), str(value), unit, str(answer["evidence"]))
            )
    told.not_stated += [(one.content_hash, name) for name in one.attributes if name not in often]


def _answer_fault(one: Asked, name: Any, answer: Any, often: Mapping[str, int]) -> tuple[str | None, str]:
    """What is wrong with the form of an answer: a rule and a message, or (None, "")."""
    if type(name) is not str:
        return "off_schema", "An answer names no attribute."
    if name not in one.attributes:
        return "not_asked", f"'{name[:40]}' was not asked of the product."
    if often[name] > 1:
        return "answered_twice", f"{name} was answered {often[name]} times."
    attribute = ASKABLE[name]
    expected = {"attribute", "value", "evidence"} | ({"unit"} if attribute.unit else set())
    if answer.keys() != expected or type(answer["evidence"]) is not str:
        return "off_schema", f"An answer about {name} has {', '.join(sorted(expected))}, and nothing else."
    return _value_fault(attribute, answer["value"], answer.get("unit"))


def _value_fault(attribute: Attribute, value: Any, unit: Any) -> tuple[str | None, str]:
    numeric = attribute.kind in ("quantity", "count")
    if type(value) is not (Number if numeric else str):
        return "off_schema", f"The value of {attribute.name} is a {'number' if numeric else 'text'}."
    if attribute.unit and (type(unit) is not str or unit not in units_of(attribute.name)):
        message = (
            f"{attribute.name} is stated in {', '.join(units_of(attribute.name))}, which '{str(unit)[:20]}' is not."
        )
        return "unit_not_convertible", message
    listed = {"choice": tuple(attribute.values), "flag": FLAGS}.get(attribute.kind)
    if listed is not None and value not in listed:
        return "not_listed", f"'{value[:40]}' is no value of {attribute.name}."
    if numeric and len(value) > LONGEST_NUMBER:
        return "out_of_range", f"{attribute.name} is no number of {len(value)} digits."
    return None, ""
