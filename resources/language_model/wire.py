"""Between our shapes and the provider's: a request as the API takes it, an answer as the project takes it.

Belongs here: reading and writing the API's shapes of one question. Does not belong here: sending (`messages.py`,
`batches.py`), errors (`faults.py`), and whether an answer is right (whoever asked).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from anthropic.types import Message
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.text_block_param import TextBlockParam
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend

from resources.language_model.pricing import Prices
from resources.language_model.protocol import MOST_TOKENS, Reply, Request, Status, Usage

STOPPED: Mapping[str, tuple[Status, str]] = {
    "refusal": ("refused", "the model declined to answer"),
    "max_tokens": ("truncated", "max_tokens was reached"),
    "model_context_window_exceeded": ("truncated", "the context window of the model was exceeded"),
}
FINISHED = ("end_turn", "stop_sequence")


class UnreadableAnswer(Exception):
    """The server said that all is well, and what it sent is no message."""


def parameters(request: Request) -> MessageCreateParamsNonStreaming:
    """The request as the API takes it. Only the last constant block is marked: a mark caches all that precedes it."""
    constant = sum(block.constant for block in request.system)
    told = MessageCreateParamsNonStreaming(
        model=request.model,
        max_tokens=request.max_tokens,
        messages=[{"role": "user", "content": request.user}],
        output_config={"format": {"type": "json_schema", "schema": dict(request.schema)}},
    )
    if request.system:
        told["system"] = [_block(block.text, place == constant) for place, block in enumerate(request.system, 1)]
    return told


def _block(text: str, last_constant: bool) -> TextBlockParam:
    block = TextBlockParam(type="text", text=text)
    if last_constant:
        block["cache_control"] = {"type": "ephemeral"}
    return block


def reply_of(
    custom_id: str, schema: Mapping[str, object], message: object, prices: Prices, model: str, batch: bool = False
) -> Reply:
    """The reply that a message is, with its cost at the price of `model`: the name under which it was asked, since the
    message may name it otherwise.

    Raises UnreadableAnswer for what is no message, or does not say what it cost.
    """
    if not isinstance(message, Message):
        raise UnreadableAnswer("the answer is no message")
    usage = usage_of(message)
    text = "".join(block.text for block in message.content if block.type == "text")
    status, told = judged(message.stop_reason, text, schema)
    cost: Decimal = prices.cost(model, usage, batch)
    reply = Reply(custom_id, status, text, usage, message.model, cost=cost, told=told)
    return replace(reply, request_id=getattr(message, "_request_id", None) or message.id)


def usage_of(message: Message) -> Usage:
    """Raises UnreadableAnswer where the shape is not that of a message: the SDK reads answers without checking them."""
    try:
        told = message.usage
        counts = (told.input_tokens, told.output_tokens)
        cached = (told.cache_read_input_tokens or 0, told.cache_creation_input_tokens or 0)
        texts = [block.text for block in message.content if block.type == "text"]
    except (AttributeError, TypeError):
        raise UnreadableAnswer("the answer lacks its usage or its content") from None
    if not all(type(count) is int and 0 <= count <= MOST_TOKENS for count in (*counts, *cached)):
        raise UnreadableAnswer("the usage of the answer is no number of whole tokens")
    if not all(isinstance(text, str) for text in texts) or not isinstance(message.model, str):
        raise UnreadableAnswer("the content of the answer is no text")
    return Usage(*counts, *cached)


def judged(stop_reason: str | None, text: str, schema: Mapping[str, object]) -> tuple[Status, str]:
    """What kind of reply it is, and why. Only the form is looked at."""
    if stop_reason is not None and stop_reason in STOPPED:
        return STOPPED[stop_reason]
    if stop_reason not in FINISHED:
        return "malformed", f"the model stopped for {stop_reason!r}, which is no end of an answer"
    try:
        said = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return "malformed", f"no JSON: {error}"
    # The message of a mismatch quotes the answer, so that only its place and rule are told.
    mismatch: ValidationError | None = next(validator(schema).iter_errors(said), None)
    if mismatch is None:
        return "answered", ""
    return "malformed", f"not of the schema's form: {mismatch.json_path} breaks {mismatch.validator!r}"


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def validator(schema: Mapping[str, object]) -> Draft202012Validator:
    """Raises ValueError for what is no JSON schema: to be told before anything is paid."""
    return _validator(json.dumps(schema, sort_keys=True))


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    read = json.loads(schema)
    try:
        Draft202012Validator.check_schema(read)
    except SchemaError as error:
        raise ValueError(f"no JSON schema: {error.json_path} {error.message}") from None
    return _Validator(read)


def _any_of(told: Any, alternatives: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """`anyOf` without those alternatives that a constant rules out: an answer has one of some fifty names, and to try
    them all takes longer than all else that is done with it."""
    left = [each for each in alternatives if not _ruled_out(each, instance)]
    yield from Draft202012Validator.VALIDATORS["anyOf"](told, left, instance, schema) or ()


def _ruled_out(schema: Any, instance: Any) -> bool:
    if not isinstance(schema, dict) or not isinstance(instance, dict):
        return False
    for name, part in schema.get("properties", {}).items():
        constant = part.get("const") if isinstance(part, dict) else None
        if isinstance(constant, str) and instance.get(name, constant) != constant:
            return True
    return False


_Validator: Any = extend(Draft202012Validator, {"anyOf": _any_of})
