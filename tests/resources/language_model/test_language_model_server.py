"""The local server says what the API says: its shapes are those of the SDK's own types, read strictly."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from anthropic.types import ErrorResponse, Message
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
from model_cases import requests, script
from model_faults import ERRORS, IN_BATCH, SAID
from model_limits import RateLimits
from model_server import KEY, ModelServer, running
from pydantic import TypeAdapter

from resources.language_model.wire import parameters

LIMITS = {
    f"anthropic-ratelimit-{name}-{what}"
    for name in ("requests", "input-tokens", "output-tokens")
    for what in ("limit", "remaining", "reset")
}


def called(server, path, body=None, key=KEY):
    """Status, headers and body of a plain call, without the SDK."""
    headers = {"authorization": f"Bearer {key}", "anthropic-version": "2023-06-01"}
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(f"{server.url}{path}", data, headers)
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def body(**other: Any) -> Any:
    return {**parameters(requests(1)[0]), **other}


@pytest.mark.parametrize("fault", [None, *SAID])
def test_a_message_has_the_shape_of_a_message(fault):
    with running(ModelServer(script=script(q0=[fault]))) as server:
        status, headers, told = called(server, "/v1/messages", body())
        message = TypeAdapter(Message).validate_json(told, strict=True)
        assert (status, message.type, message.role) == (200, "message", "assistant")
        assert headers["request-id"].startswith("req_")
        assert not message.model_extra


@pytest.mark.parametrize("fault", sorted(ERRORS))
def test_an_error_has_the_shape_of_an_error(fault):
    with running(ModelServer(script=script(q0=[fault]))) as server:
        status, headers, told = called(server, "/v1/messages", body())
        assert status == ERRORS[fault][0]
        read = json.loads(told)
        if fault != "413":  # the SDK's types have no name for a request that is too large
            assert TypeAdapter(ErrorResponse).validate_json(told).error.type == read["error"]["type"]
        assert read["request_id"] == headers["request-id"]


@pytest.mark.parametrize(
    ("wrong", "status", "kind"),
    [
        ({"model": "claude-new"}, 404, "not_found_error"),
        ({"max_tokens": 0}, 400, "invalid_request_error"),
        ({"output_config": {"format": {"type": "yaml"}}}, 400, "invalid_request_error"),
        (
            {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5},
            400,
            "invalid_request_error",
        ),
    ],
)
def test_what_the_api_refuses_is_refused(wrong, status, kind):
    with running(ModelServer()) as server:
        code, _, told = called(server, "/v1/messages", body(**wrong))
        assert (code, json.loads(told)["error"]["type"]) == (status, kind)
        assert not server.bills


def test_another_key_is_not_let_in():
    with running(ModelServer()) as server:
        status, _, told = called(server, "/v1/messages", body(), key="another")
        assert (status, json.loads(told)["error"]["type"]) == (401, "authentication_error")


def test_a_batch_and_its_results_have_their_shapes():
    faults = script(**{f"q{place}": [name] for place, name in enumerate([*IN_BATCH, *SAID])})
    with running(ModelServer(script=faults)) as server:
        asked = [{"custom_id": each.custom_id, "params": parameters(each)} for each in requests(14)]
        told = called(server, "/v1/messages/batches", {"requests": asked})[2]
        batch = TypeAdapter(MessageBatch).validate_json(told)
        assert batch.results_url is not None
        assert not batch.model_extra
        lines = called(server, batch.results_url.removeprefix(server.url))[2].splitlines()
        read = [TypeAdapter(MessageBatchIndividualResponse).validate_json(line) for line in lines]
        kinds = {entry.custom_id: entry.result.type for entry in read}
        assert kinds["q0"] == "errored"
        assert kinds["q1"] == "expired"
        assert kinds["q2"] == "canceled"
        assert set(kinds.values()) == {"succeeded", "errored", "expired", "canceled"}
        counts = batch.request_counts
        assert counts.succeeded + counts.errored + counts.expired + counts.canceled + counts.processing == 14


def test_rate_limits_are_told_and_kept():
    with running(ModelServer(limits=RateLimits(60, 6_000, 6_000, burst=2.0))) as server:
        statuses, remaining = [], []
        for _ in range(4):
            status, headers, _ = called(server, "/v1/messages", body())
            statuses.append(status)
            assert set(headers) >= LIMITS
            remaining.append(int(headers["anthropic-ratelimit-requests-remaining"]))
            assert headers["anthropic-ratelimit-requests-limit"] == "60"
        assert statuses[:2] == [200, 200]
        assert 429 in statuses
        assert remaining == sorted(remaining, reverse=True)
        assert int(headers["retry-after"]) >= 1
