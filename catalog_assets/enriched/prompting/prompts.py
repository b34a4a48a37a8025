"""The constant part of a question: instructions from a file, and the vocabulary behind them.

Belongs here: loading prompt files, and their versions. Does not belong here: anything of a product: supplier text never
stands in a prompt (`asking.py` puts it, fenced, into the message).
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog_assets.enriched.prompting.schema import FLAGS, units_of
from catalog_assets.vocabulary.attributes import ATTRIBUTES, Attribute

FOLDER = Path(__file__).parents[1] / "prompts"
_VOCABULARY = "{vocabulary}"


@dataclass(frozen=True)
class Prompt:
    """The instructions of one kind of question. `version`: 12 hex digits of the SHA-256 of `text`, for lineage."""

    name: str
    text: str
    version: str


@cache
def prompt(name: str) -> Prompt:
    """The prompt of a file in `prompts/`, the vocabulary filled in. Raises UnknownPromptError.

    The text is the same for every product and category, so that a service can keep it. Another word in the file or in
    the vocabulary is another version.
    """
    file = FOLDER / f"{name}.md"
    there = sorted(one.stem for one in FOLDER.glob("*.md"))
    if name not in there:
        raise UnknownPromptError(name, there)
    text = file.read_text(encoding="utf-8").replace(_VOCABULARY, vocabulary())
    return Prompt(name, text, hashlib.sha256(text.encode()).hexdigest()[:12])


class UnknownPromptError(ValueError):
    """There is no file with the prompt."""

    def __init__(self, name: str, there: list[str]) -> None:
        self.name, self.there = name, there
        super().__init__(f"There is no prompt '{name}'; these are: {', '.join(there)}.")


def vocabulary() -> str:
    """All attributes as a list: name, kind, and the allowed values or units."""
    return "\n".join(f"- {name}: {_said(attribute)}" for name, attribute in ATTRIBUTES.items())


def _said(attribute: Attribute) -> str:
    if attribute.kind == "choice":
        return f"choice; one of {', '.join(attribute.values)}"
    if attribute.kind == "flag":
        return f"flag; {' or '.join(FLAGS)}"
    if attribute.kind == "quantity":
        return f"quantity; in {', '.join(units_of(attribute.name))}"
    return attribute.kind
