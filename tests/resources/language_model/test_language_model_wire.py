"""Reading answers and errors, without a server."""

import httpx2
import pytest
from anthropic import APIConnectionError, APIStatusError, APITimeoutError
from anthropic.types import Message
from model_cases import HAIKU, SCHEMA, request
from model_server import message_of

from resources.language_model.faults import fault_of, retry_after
from resources.language_model.pricing import Prices
from resources.language_model.protocol import Text, Usage
from resources.language_model.wire import UnreadableAnswer, judged, parameters, reply_of, usage_of

NOON = "Mon, 02 Mar 2026 12:00:00 GMT"
ASKED = httpx2.Request("POST", "https://api.anthropic.com/v1/messages")
USAGE = {"input_tokens": 7, "output_tokens": 3, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2}


def message(**other):
    told = message_of("msg_1", HAIKU, '{"value": "blue"}', "end_turn", dict(USAGE), False)
    return Message.construct(**{**told, **other})


def status_error(status, kind="api_error", words="", code=None, **headers):
    error = {"type": kind, "message": words} | ({"details": {"error_code": code}} if code else {})
    body = {"type": "error", "error": error}
    response = httpx2.Response(status, headers=headers, request=ASKED, json=body)
    return APIStatusError("", response=response, body=body)


@pytest.mark.parametrize(
    ("stop_reason", "text", "status"),
    [
        ("end_turn", '{"value": "blue"}', "answered"),
        ("stop_sequence", '{"value": "blue"}', "answered"),
        ("end_turn", '{"value": NaN}', "malformed"),
        ("end_turn", '{"value": 5}', "malformed"),
        ("end_turn", '{"value": "blue", "more": 1}', "malformed"),
        ("end_turn", '["blue"]', "malformed"),
        ("end_turn", "", "malformed"),
        ("end_turn", "[" * 100_000, "malformed"),
        ("end_turn", '```json\n{"value": "blue"}\n```', "malformed"),
        ("pause_turn", '{"value": "blue"}', "malformed"),
        ("tool_use", "", "malformed"),
        (None, '{"value": "blue"}', "malformed"),
        ("max_tokens", '{"value": "bl', "truncated"),
        ("model_context_window_exceeded", "", "truncated"),
        ("refusal", "", "refused"),
    ],
)
def test_what_kind_of_reply_it_is(stop_reason, text, status):
    assert judged(stop_reason, text, SCHEMA)[0] == status


def test_what_is_told_of_a_mismatch_quotes_no_answer():
    assert "secret" not in judged("end_turn", '{"value": ["secret"]}', SCHEMA)[1]


def test_a_message_becomes_a_reply_with_its_cost():
    reply = reply_of("a", SCHEMA, message(), Prices(), HAIKU)
    assert (reply.status, reply.text, reply.usage) == ("answered", '{"value": "blue"}', Usage(7, 3, 5, 2))
    assert reply.cost == Prices().cost(HAIKU, Usage(7, 3, 5, 2))


@pytest.mark.parametrize(
    "broken",
    [
        {"usage": None},
        {"usage": {**USAGE, "input_tokens": None}},
        {"usage": {**USAGE, "output_tokens": -1}},
        {"usage": {**USAGE, "output_tokens": True}},
        {"content": None},
        {"content": [{"type": "text", "text": None}]},
        {"model": None},
    ],
)
def test_what_is_not_quite_a_message_is_not_counted_as_one(broken):
    with pytest.raises(UnreadableAnswer):
        usage_of(message(**broken))


@pytest.mark.parametrize("thing", ["<html>", None, {"id": "msg_1"}])
def test_what_is_no_message_at_all_neither(thing):
    with pytest.raises(UnreadableAnswer):
        reply_of("a", SCHEMA, thing, Prices(), HAIKU)


def test_only_the_last_constant_block_is_marked():
    blocks = (Text("one", constant=True), Text("two", constant=True), Text("three"))
    marks = ["cache_control" in block for block in parameters(request("a", system=blocks))["system"]]
    assert marks == [False, True, False]
    assert "system" not in parameters(request("a", system=()))


@pytest.mark.parametrize(
    ("error", "kind", "unseen"),
    [
        (status_error(429, "rate_limit_error"), "limited", False),
        (status_error(429, "rate_limit_error", code="ramp_limit_exceeded"), "limited", False),
        (status_error(429, "rate_limit_error", code="contract_spend_limit_reached"), "penniless", False),
        (status_error(402), "penniless", False),
        (status_error(403, "billing_error"), "penniless", False),
        (status_error(400, "invalid_request_error", "Your credit balance is too low"), "penniless", False),
        (status_error(400, "invalid_request_error", code="organization_on_hold"), "barred", False),
        (status_error(403, "permission_error"), "barred", False),
        (status_error(404, "not_found_error"), "rejected", False),
        (status_error(409, "conflict_error"), "overloaded", False),
        (status_error(503), "overloaded", False),
        (status_error(504, "timeout_error"), "broken", True),
        (status_error(418), "rejected", False),
        (APITimeoutError(ASKED), "broken", True),
        (APIConnectionError(request=ASKED), "broken", True),
        (TimeoutError(), "broken", True),
        (UnreadableAnswer("no message"), "broken", True),
    ],
)
def test_what_an_error_means(error, kind, unseen):
    fault = fault_of(error)
    assert (fault.kind, fault.unseen) == (kind, unseen)
    assert fault.told


def test_a_connection_that_never_was_costs_nothing():
    error = APIConnectionError(request=ASKED)
    error.__cause__ = httpx2.ConnectError("refused")
    assert not fault_of(error).unseen


@pytest.mark.parametrize("mistake", [KeyError("x"), TypeError("x"), ValueError("x")])
def test_a_mistake_of_ours_is_not_taken_for_a_fault_of_theirs(mistake):
    with pytest.raises(type(mistake)):
        fault_of(mistake)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Mon, 02 Mar 2026 12:00:30 GMT", "date": NOON}, 30.0),
        ({"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT", "date": NOON}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_how_long_to_wait(headers, seconds):
    assert retry_after(headers) == seconds
