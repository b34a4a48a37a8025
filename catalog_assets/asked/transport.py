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
from catalog_assets.vocabulary.columns import MODEL_REPLIES
from resources.language_model import protocol

EXPECTED_TOKENS = 60
"""Tokens of an answer about one product, before there is experience: for an estimate, never for a limit."""
EXPERIENCE = 100
"""So many replies tell better."""
LEAST_TOKENS, TOKENS_AN_ANSWER, ANSWERS_A_PRODUCT = 512, 48, 6
"""Where a reply is cut off: so many tokens at least, and for each product so many answers at most. A product that
states more is asked about once more by itself."""
_TEXTS = ("custom_id", "model_version", "status", "text", "request_id", "run_id")
_COUNTS = ("input_tokens", "output_tokens", "cache_read", "cache_write", "attempts")
LONGEST_REPLY = 1_000_000
"""Characters that are kept of a reply: many times what the tokens it may have amount to."""


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
        "custom_id": readable(reply.custom_id), "model_version": model_version, "batch_id": batch_id,
        "status": reply.status,
        "text": readable(reply.text or reply.told)[:LONGEST_REPLY],
        "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "cache_read": usage.cache_read,
        "cache_write": usage.cache_write, "cost": float(reply.cost), "unseen": float(reply.unseen),
        "request_id": readable(reply.request_id), "attempts": reply.attempts,
        "received_at": at, "run_id": run_id,
    }  # fmt: skip


def reply_in(line: object) -> dict[str, Any] | None:
    """The row of MODEL_REPLIES that a line of the spool is; None for what is none, or counts what cannot be."""
    if not isinstance(line, dict) or not line.keys() >= set(MODEL_REPLIES.columns):
        return None
    row = {name: line[name] for name in MODEL_REPLIES.columns}
    texts = [*(row[name] for name in _TEXTS), "" if row["batch_id"] is None else row["batch_id"]]
    money = [row[name] for name in ("cost", "unseen")]
    sound = (
        all(isinstance(text, str) and text == readable(text) for text in texts)
        and all(type(row[name]) is int and 0 <= row[name] <= protocol.MOST_TOKENS for name in _COUNTS)
        and all(type(usd) in (int, float) and 0 <= usd < float("inf") for usd in money)
        and row["status"] in (*protocol.STATUSES, "withheld")
    )
    try:
        row["received_at"] = dt.datetime.fromisoformat(row["received_at"])
    except (TypeError, ValueError):
        return None
    return row if sound and row["received_at"].utcoffset() is not None else None


def readable(text: str) -> str:
    """The text as UTF-8 can have it: JSON can name half a character, and then no table takes it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def withheld_row(custom_id: str, model_version: str, why: str, at: dt.datetime, run_id: str) -> dict[str, Any]:
    """That a content was not shown to a model, in the place of a reply."""
    nobody = protocol.Reply(custom_id, "failed", told=why)
    return {**reply_row(nobody, model_version, None, at, run_id), "status": "withheld"}


def stray_row(reply: protocol.Reply, model_version: str, batch_id: str, at: dt.datetime, run_id: str) -> dict[str, Any]:
    """A result of a batch that answers no request of ours, or one that has its answer: it is nobody's answer, and it
    was billed."""
    return {**reply_row(reply, model_version, batch_id, at, run_id), "status": "stray"}


def expected_tokens(world: World, model_version: str) -> int:
    """Tokens that an answer about one product takes, by experience with this model and prompt."""
    replies = world.lake.scan("model_replies", model_version=model_version).filter(pl.col("status") == "answered")
    products = world.lake.scan("model_questions", model_version=model_version).group_by("custom_id").len("products")
    told = replies.join(products, on="custom_id").select(
        pl.len(), pl.col("output_tokens").sum(), pl.col("products").sum()
    )
    count, tokens, asked = told.collect().row(0)
    return EXPECTED_TOKENS if count < EXPERIENCE else max(1, round(tokens / asked))
