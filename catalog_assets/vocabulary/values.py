"""Whether a value that a person states has the form in which the catalogue keeps such values.

Belongs here: canonical forms by field and attribute. Does not belong here: reading what suppliers write
(`standardized/`), and what a question allows (`resources/review/`).
"""

import re
from decimal import Decimal

from catalog_assets.vocabulary.attributes import ATTRIBUTES, FLAG_VALUES, Attribute
from catalog_assets.vocabulary.availability import VALUES as AVAILABILITIES
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.currencies import CURRENCIES

_AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,6})?")
_COUNT = re.compile(r"[0-9]{1,12}")
_WEB = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
SHOWN = 12


def value_fault(name: str, value: str, unit: str | None = None) -> str | None:
    """Why a field or attribute cannot have the value, in words that say what can; None where it can.

    `unit`: as stated with it; a quantity's may be left out, and is then the canonical one.
    """
    attribute = ATTRIBUTES.get(name)
    canonical = attribute.unit if attribute else None
    if unit is not None and unit != canonical and name != "price":
        return f"{name} is kept in {canonical}, not in '{unit}'" if canonical else f"{name} has no unit"
    return _attribute_fault(attribute, value) if attribute else _field_fault(name, value)


def canonical_unit(name: str) -> str | None:
    """The unit that an attribute's values are kept in, if they have one."""
    return ATTRIBUTES[name].unit if name in ATTRIBUTES else None


def _field_fault(name: str, value: str) -> str | None:
    if name == "price" and not _AMOUNT.fullmatch(value):
        return f"a price is an amount with a point and no currency, such as 12.50, not '{value}'"
    if name in ("url", "image_url") and not _WEB.fullmatch(value):
        return f"'{value}' is no address that begins with http:// or https://"
    closed = {"currency": CURRENCIES, "availability": AVAILABILITIES, "category": CATEGORIES}.get(name)
    return _not_one_of(name, value, closed) if closed is not None else None


def _attribute_fault(attribute: Attribute, value: str) -> str | None:
    if attribute.kind == "choice" and attribute.values:
        return _not_one_of(attribute.name, value, attribute.values)
    if attribute.kind == "flag":
        return _not_one_of(attribute.name, value, FLAG_VALUES)
    if attribute.kind == "count" and not _COUNT.fullmatch(value):
        return f"{attribute.name} is a whole number, not '{value}'"
    if attribute.kind not in ("quantity", "count"):
        return None
    if not _NUMBER.fullmatch(value):
        return f"{attribute.name} is a number in {attribute.unit}, such as 12.5, not '{value}'"
    low, high, amount = attribute.low, attribute.high, Decimal(value)
    if (low is not None and amount < low) or (high is not None and amount > high):
        return f"{attribute.name} is between {low} and {high} {attribute.unit or ''}, not {value}".replace("  ", " ")
    return None


def _not_one_of(name: str, value: str, allowed: object) -> str | None:
    words = sorted(allowed)  # type: ignore[call-overload]
    if value in words:
        return None
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"'{value}' is no {name}; these are: {', '.join(words[:SHOWN])}{more}"
