"""Between what is asked of a product and what a language model is sent: requests with their limits, replies as rows.

Belongs here: translating. Does not belong here: sending (`asking.py`), and what is asked (`enriched/prompting`).
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.asked.journal import Kept
from catalog_assets.enriched.prompting.asking import Request
from catalog_assets.stages import World
from resources.language_model import protocol

EXPECTED_TOKENS = 60
"""Tokens of an answer about one product, before there is experience: for an estimate, never for a limit."""
EXPERIENCE = 100
"""So many replies tell better."""
LEAST_TOKENS, TOKENS_AN_ANSWER, ANSWERS_A_PRODUCT = 512, 48, 6
"""Where a reply is cut off: so many tokens at least, and for each product so many answers at most. A product that
states more is asked about once more by itself."""


@dataclass(frozen=True)
class Prepared:
    """A request as it is checked (`asked`) and as it is sent (`request`), and its bytes."""

    asked: Request
    request: protocol.Request
    size: int

    @property
    def kept(self) -> Kept:
        """What the journal keeps of it."""
        return Kept(self.asked, self.size, self.request.max_tokens)


def prepared(asked: Request) -> Prepared:
    """A request with its limits. The prompt is constant, so that a service can keep it."""
    counts = asked.questions["asked"].list.len()
    answers = counts.clip(upper_bound=ANSWERS_A_PRODUCT).sum() if len(counts) > 1 else counts.sum()
    most = LEAST_TOKENS + TOKENS_AN_ANSWER * int(answers)
    system = (protocol.Text(asked.system, constant=True),)
    request = protocol.Request(asked.custom_id, asked.model, system, asked.message, asked.schema, most)
    return Prepared(asked, request, request.asked.size + len(json.dumps(asked.schema)))


def reply_row(
    reply: protocol.Reply, model_version: str, batch_id: str | None, at: dt.datetime, run_id: str
) -> dict[str, Any]:
    """A reply as a row of MODEL_REPLIES."""
    usage = reply.usage
    return {
        "custom_id": reply.custom_id, "model_version": model_version, "batch_id": batch_id, "status": reply.status,
        "text": reply.text or reply.told, "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
        "cache_read": usage.cache_read, "cache_write": usage.cache_write, "cost": float(reply.cost),
        "unseen": float(reply.unseen), "request_id": reply.request_id, "attempts": reply.attempts,
        "received_at": at, "run_id": run_id,
    }  # fmt: skip


def withheld_row(custom_id: str, model_version: str, why: str, at: dt.datetime, run_id: str) -> dict[str, Any]:
    """That a content was not shown to a model, in the place of a reply."""
    nobody = protocol.Reply(custom_id, "failed", told=why)
    return {**reply_row(nobody, model_version, None, at, run_id), "status": "withheld"}


def expected_tokens(world: World, model_version: str) -> int:
    """Tokens that an answer about one product takes, by experience with this model and prompt."""
    replies = world.lake.scan("model_replies", model_version=model_version).filter(pl.col("status") == "answered")
    products = world.lake.scan("model_questions", model_version=model_version).group_by("custom_id").len("products")
    told = replies.join(products, on="custom_id").select(
        pl.len(), pl.col("output_tokens").sum(), pl.col("products").sum()
    )
    count, tokens, asked = told.collect().row(0)
    return EXPECTED_TOKENS if count < EXPERIENCE else max(1, round(tokens / asked))
