"""What a reply must look like: the JSON schemas of structured output, derived from the vocabulary.

Belongs here: which attributes apply in a category, and the schema of a reply about them. Does not belong here: whether
what a reply says is true (`checking.py`), and the words of the question (`prompts.py`).

The schema of a category is the same for all its requests, whatever is asked of each product: a service compiles a
schema once and keeps what it has cached while the schema stays the same. It keeps to what structured output supports:
closed objects, all properties required, one union, no bounds on numbers and lengths (`checking.py` has those).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from catalog_assets.enriched import words
from catalog_assets.vocabulary.attributes import ATTRIBUTES, Attribute
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.taxonomy import SEPARATOR
from catalog_assets.vocabulary.units import UNITS, dimension_of

MOST_PRODUCTS = 20
"""Products in one request."""
LOCAL_IDS: tuple[str, ...] = tuple(f"p{number}" for number in range(1, MOST_PRODUCTS + 1))
"""What the products of a request are called in it and in its reply."""
FLAGS = ("yes", "no")
CATEGORY = "category"
ASKABLE: Mapping[str, Attribute] = {
    CATEGORY: Attribute(CATEGORY, "choice", values=dict.fromkeys(CATEGORIES, ())), **ATTRIBUTES,
}  # fmt: skip
"""What can be asked of a product: the attributes, and in which category of the taxonomy it belongs."""


@cache
def applicable(category: str | None) -> tuple[str, ...]:
    """The attributes that apply to products of a category, in the vocabulary's order; where it is unknown the category
    itself and those of all.

    The same limits as for rules (`words.ONLY_IN`, `words.NOT_IN`). Raises UnknownCategoryError.
    """
    if category is None:
        return tuple(name for name in ASKABLE if name not in words.ONLY_IN)
    if category not in CATEGORIES:
        raise UnknownCategoryError(category)
    return tuple(
        name
        for name in ATTRIBUTES
        if _lies_in(category, words.ONLY_IN.get(name, (category,)))
        and not _lies_in(category, words.NOT_IN.get(name, ()))
    )


class UnknownCategoryError(ValueError):
    """A category that the taxonomy does not have."""

    def __init__(self, category: str) -> None:
        self.category = category
        super().__init__(f"'{category}' is no category of the taxonomy; see vocabulary/categories.py for those it has.")


@cache
def units_of(attribute: str) -> tuple[str, ...]:
    """The symbols of the units in which a quantity may be answered; none for what is no quantity."""
    unit = ASKABLE[attribute].unit
    if unit is None:
        return ()
    dimension = dimension_of(unit)
    return tuple(one.symbol for one in UNITS if one.dimension == dimension)


def attribute_schema(category: str | None) -> dict[str, Any]:
    """The schema of a reply about products of one category.

    For each product: `answers` with the values that its text states, each with the span that states it. What is asked
    and not among them is not stated: to have it listed would cost more than all the answers.
    """
    names = applicable(category)
    product = _closed(
        {
            "id": {"enum": list(LOCAL_IDS)},
            "answers": {"type": "array", "items": {"anyOf": [_answer(ASKABLE[name]) for name in names]}},
        }
    )
    return _closed({"products": {"type": "array", "items": product}})


def description_schema() -> dict[str, Any]:
    """The schema of a reply with one description for each product."""
    product = _closed(
        {
            "id": {"enum": list(LOCAL_IDS)},
            "description": {"type": "string"},
        }
    )
    return _closed({"products": {"type": "array", "items": product}})


def _answer(attribute: Attribute) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "string"}
    if attribute.kind == "choice":
        value = {"enum": list(attribute.values)}
    elif attribute.kind == "flag":
        value = {"enum": list(FLAGS)}
    elif attribute.kind == "count":
        value = {"type": "integer"}
    elif attribute.kind == "quantity":
        value = {"type": "number"}
    properties: dict[str, Any] = {"attribute": {"const": attribute.name}, "value": value}
    if attribute.unit:
        properties["unit"] = {"enum": list(units_of(attribute.name))}
    return _closed({**properties, "evidence": {"type": "string"}})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _lies_in(category: str, levels: tuple[str, ...]) -> bool:
    return any(category == level or category.startswith(f"{level}{SEPARATOR}") for level in levels)
