"""What is wrong with a settings file, in the words of whoever writes it: the key, its value, and what is allowed.

Belongs here: turning Pydantic's errors into sentences, by the settings' JSON schema. Does not belong here: the settings
(`configuration.py`), nor any value that could be a password.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

TOLD = 5
"""Mistakes told at once; the rest are counted."""

Schema = dict[str, Any]


def in_words(
    error: ValidationError, schema: Schema, patterns: Mapping[str, str], named: Mapping[str, str] | None = None
) -> str:
    """The mistakes, one clause each, as one sentence.

    `patterns` says each regular expression of the schema in words; `named` names keys that were set elsewhere.
    """
    words = _Words(schema, patterns, named or {})
    told: dict[str, str] = {}
    for one in error.errors(include_url=False):
        key, clause = words.clause(one)
        told.setdefault(key, clause)
    clauses = list(told.values())
    more = f"; and {len(clauses) - TOLD} more" if len(clauses) > TOLD else ""
    return f"{'; '.join(clauses[:TOLD])}{more}."


def hint(word: str, allowed: Iterable[str], elsewhere: Mapping[str, str] | None = None) -> str:
    """What may have been meant, and all that is allowed; `elsewhere` are names on another level and their full form."""
    names = sorted(allowed)
    meant = {**(elsewhere or {}), **{name: name for name in names}}
    close = difflib.get_close_matches(word, meant, n=1)
    mean = f"; did you mean '{meant[close[0]]}'?" if close else ""
    return f"{mean} (allowed: {', '.join(names)})"


def shown(value: Any) -> str:
    """A value as a file has it, short; of a whole block only its kind, and of an address no credentials."""
    if isinstance(value, str):
        text = re.sub(r"sk-[\w-]+", "sk-***", re.sub(r"\?.*", "?***", re.sub(r"\S*@", "***@", value)))
        return repr(text if len(text) <= 80 else text[:80] + "…")
    if isinstance(value, dict | list):
        return ("a mapping" if isinstance(value, dict) else "a list") if value else "empty"
    return str(value) if isinstance(value, float) else json.dumps(value, default=str)


class _Words:
    def __init__(self, root: Schema, patterns: Mapping[str, str], named: Mapping[str, str]) -> None:
        self.root, self.patterns, self.named = root, patterns, named

    def clause(self, error: Any) -> tuple[str, str]:
        """A mistake's key, and the clause that tells it."""
        keys, schema, below = self._place(error["loc"])
        key = self.named.get(".".join(keys), ".".join(keys))
        kind, value = error["type"], error["input"]
        if kind == "extra_forbidden":
            allowed = below["properties"]
            return key, f"unknown key '{key}'{hint(keys[-1], allowed, self._deeper(allowed))}"
        if kind == "missing":
            return key, f"key '{key}' is missing; it must be {self._allowed(schema)}"
        if "[key]" in error["loc"] or kind == "invalid_key":
            pattern = next(iter(below.get("patternProperties", ())), None)
            return key, f"'{key}' cannot be a key there; that must be {self.patterns[pattern] if pattern else 'text'}"
        if kind == "value_error" and isinstance(value, dict):
            return key, f"{key}: {error['ctx']['error']}" if key else str(error["ctx"]["error"])
        allowed_words = str(error["ctx"]["error"]) if kind == "value_error" else self._allowed(schema)
        return key, f"'{key}' is {shown(value)}, but must be {allowed_words}"

    def _place(self, location: Iterable[Any]) -> tuple[list[str], Schema, Schema]:
        """The keys that lead to a mistake, and the schemas of what may stand there and around it."""
        schema, around = self.root, self.root
        keys: list[str] = []
        for part in map(str, location):
            if part == "[key]" or "anyOf" in schema:
                break
            keys.append(part)
            around = schema
            items = schema.get("items") if part.isdigit() else None
            named = items or schema.get("properties", {}).get(part) or schema.get("additionalProperties")
            schema = self._followed(named or next(iter(schema.get("patternProperties", {}).values()), {}))
        return keys, schema, around

    def _followed(self, schema: Schema) -> Schema:
        choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if len(choices) == 1 and "$ref" in choices[0]:  # a block that may be left out
            schema = choices[0]
        return self.root["$defs"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema

    def _deeper(self, properties: Schema) -> dict[str, str]:
        """Keys one level further down, by their bare name: what may have been meant by a key on the wrong level."""
        children = {name: self._followed(child).get("properties", {}) for name, child in properties.items()}
        return {key: f"{name}.{key}" for name, below in children.items() for key in below}

    def _allowed(self, schema: Schema) -> str:
        if "anyOf" in schema:
            return _either([self._allowed(one) for one in schema["anyOf"]])
        if "pattern" in schema:
            return self.patterns[schema["pattern"]]
        if "enum" in schema or "const" in schema:
            return _either([f"'{name}'" for name in schema.get("enum", [schema.get("const")])])
        if schema.get("format") == "date":
            return "a date such as 2026-01-31"
        kind = str(schema.get("type", "something else"))
        if kind == "object" and schema.get("required"):
            return f"a mapping with the key {' and '.join(schema['required'])}"
        return {
            "string": "text that is not empty" if schema.get("minLength") else "text",
            "integer": "a whole number" + _bounds(schema),
            "number": "a number" + _bounds(schema),
            "boolean": "true or false",
            "array": "a list of such texts",
            "object": "a mapping with at least one entry" if schema.get("minProperties") else "a mapping",
        }.get(kind, kind)


def _either(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" or " if len(names) > 1 else "") + names[-1]


def _bounds(schema: Schema) -> str:
    low, above, high = (schema.get(bound) for bound in ("minimum", "exclusiveMinimum", "maximum"))
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f" above {above}" if above is not None else f" of at least {low}" if low is not None else ""
