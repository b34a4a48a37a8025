"""The version of the vocabulary: a fingerprint of its words.

Belongs here: the one number that changes when any word changes, so that what was derived from the words can be found
to be out of date. Does not belong here: code versions; the fingerprint is over data and nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from catalog_assets.vocabulary import attributes, availability, brands, categories, currencies, languages, units


def _plain(value: Any) -> Any:
    """The value as plain JSON types, order kept: which of two words comes first can matter."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, frozenset | set):
        return sorted(_plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def fingerprint(*words: Any) -> str:
    """16 hex digits over the data given: dictionaries, tuples, sets and dataclasses of text and numbers."""
    text = json.dumps(_plain(words), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


VERSION = fingerprint(
    attributes.ATTRIBUTES,
    attributes.FLAG_VALUES,
    attributes.CELL_ONLY,
    attributes.PLACEHOLDERS,
    availability.AVAILABILITY,
    availability.PHRASES,
    units.CANONICAL,
    units.UNITS,
    categories.CATEGORIES,
    currencies.CURRENCIES,
    currencies.SYMBOLS,
    currencies.AMBIGUOUS,
    currencies.MAGNITUDE,
    brands.BRANDS,
    brands.NONE,
    languages.FUNCTION_WORDS,
    languages.LETTERS,
)
"""Version of the vocabulary as it stands."""
