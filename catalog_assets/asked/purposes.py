"""What a language model can be asked for: values of attributes and the category, or a description.

Belongs here: for each purpose who is asked about, in which requests, and how replies are checked. Does not belong here:
prompts, requests and checks themselves (`enriched/prompting`), and which model is asked (`rungs.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import polars as pl

from catalog_assets.enriched.prompting import asking
from catalog_assets.enriched.prompting.asking import CHARACTERS, WANTED, Request
from catalog_assets.enriched.prompting.checking import Checked, check_all
from catalog_assets.enriched.prompting.describing import check_descriptions, description_requests, to_describe
from catalog_assets.enriched.prompting.prompts import Prompt
from catalog_assets.enriched.protocol import Answers
from catalog_assets.standardized.language import languages

DESCRIPTION = "description"
FACT = 0.95
"""From this confidence on a value may stand in a description, as in those composed by rule."""
USUAL_LANGUAGE = "en"
"""Of a description whose product's name does not tell its language."""


class Purpose(Protocol):
    """What is asked for. `known`: what others say of the contents. `by_known`: whether replies are checked by it."""

    by_known: bool

    def wanted(self, contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
        """WANTED: what is asked about contents (QUESTION_SCHEMA)."""

    def requests(
        self, questions: pl.DataFrame, known: Answers, prompt: Prompt, model: str, characters: int = CHARACTERS
    ) -> list[Request]:
        """The requests that ask QUESTIONS."""

    def check(self, replies: Sequence[tuple[str, Request]], known: Answers) -> Checked:
        """What replies come to, each to its own request."""


class Attributes:
    """Attributes that apply and are unknown, and the category where it is."""

    by_known = False

    def wanted(self, contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
        """See `Purpose.wanted`."""
        return asking.wanted(contents, known, accept)

    def requests(
        self, questions: pl.DataFrame, known: Answers, prompt: Prompt, model: str, characters: int = CHARACTERS
    ) -> list[Request]:
        """See `Purpose.requests`."""
        return asking.requests(questions, prompt, model, characters)

    def check(self, replies: Sequence[tuple[str, Request]], known: Answers) -> Checked:
        """See `Purpose.check`."""
        return check_all(replies)


class Descriptions:
    """A description, of products that have none of their supplier, out of nothing but known facts."""

    by_known = True

    def wanted(self, contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
        """See `Purpose.wanted`."""
        bare = contents.join(_described(contents, known), on="content_hash", how="semi")
        told = [pl.lit(None, pl.String).alias("category"), pl.lit([DESCRIPTION]).alias("asked")]
        return bare.with_columns(told).select(WANTED.names()).sort("content_hash")

    def requests(
        self, questions: pl.DataFrame, known: Answers, prompt: Prompt, model: str, characters: int = CHARACTERS
    ) -> list[Request]:
        """See `Purpose.requests`."""
        facts = _described(questions, known).select("content_hash", "language", "facts")
        asked = questions.join(facts, on="content_hash")
        return description_requests(asked, prompt, model, characters)

    def check(self, replies: Sequence[tuple[str, Request]], known: Answers) -> Checked:
        """See `Purpose.check`: against what is known now, which may be more than when it was asked."""
        if not replies:
            return check_descriptions([])
        contents = pl.concat([request.questions for _, request in replies]).unique("content_hash")
        facts = _described(contents, known).select("content_hash", "language", "facts")
        told = [
            (text, replace(request, questions=request.questions.join(facts, on="content_hash")))
            for text, request in replies
        ]
        return check_descriptions(told)


def _described(contents: pl.DataFrame, known: Answers) -> pl.DataFrame:
    """TO_DESCRIBE, in the language of each name."""
    nothing = pl.Series([None] * contents.height, dtype=pl.String)
    told = contents.select("content_hash", languages(contents["name"], nothing, USUAL_LANGUAGE).alias("language"))
    return to_describe(contents, known, FACT, told)
