"""What can go wrong, by name, and how the server does it.

Belongs here: the faults as data, and errors in the shapes of the API. Does not belong here: when they happen (a test's
script), and HTTP.
"""

import json
from collections.abc import Mapping
from typing import Any

from model_http import Answer

CATEGORIES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
SPEND_LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
EMPTY = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to purchase credits."

ERRORS: Mapping[str, tuple[int, str, dict[str, Any], dict[str, str]]] = {
    "429": (429, "This request would exceed your rate limit", {}, {"retry-after": "0"}),
    "429_silent": (429, "This request would exceed your rate limit", {}, {}),
    "429_ramp": (
        429,
        "Usage grows too fast",
        {"details": {"error_code": "ramp_limit_exceeded"}},
        {"retry-after": "0"},
    ),
    "spend_429": (429, SPEND_LIMIT, {"details": {"error_code": "enforced_spend_limit_reached"}}, {}),
    "spend_403": (403, SPEND_LIMIT, {"type": "billing_error"}, {}),
    "spend_400": (400, EMPTY, {}, {}),
    "529": (529, "Overloaded", {}, {}),
    "500": (500, "Internal server error", {}, {}),
    "400": (400, "output_config.format.schema: unsupported keyword", {}, {}),
    "401": (401, "invalid x-api-key", {}, {}),
    "413": (413, "Request exceeds the maximum size", {}, {}),
}
"""By name: status, words, what else stands in the error, headers."""

BEFORE = ("cut_before", "hang")
"""The connection fails before the model has worked: nothing is billed."""

UNSEEN = ("cut", "malformed_body", "truncated_body", "hang_billed", "no_usage")
"""The model has worked, it is billed, and the client cannot read what it said."""

SAID = ("refusal", "max_tokens", "not_json", "truncated_json", "off_schema")
"""The answer goes out, and is no good."""

IN_BATCH = ("errored", "expired", "canceled", "wrong_id", "duplicate", "second", "missing")
"""What happens to an entry of a batch. `duplicate`: the same result twice. `second`: another one for the same id."""


def error_body(status: int, words: str, request_id: str, more: Mapping[str, Any] | None = None) -> bytes:
    """The body of an error, as the API has it."""
    error = {"type": CATEGORIES.get(status, "api_error"), "message": words, **(more or {})}
    return json.dumps({"type": "error", "error": error, "request_id": request_id}).encode()


def error(name: str, request_id: str, headers: Mapping[str, str]) -> Answer:
    """The error of that name."""
    status, words, more, own = ERRORS[name]
    return Answer(status, error_body(status, words, request_id, more), {**headers, **own})


def unseen(name: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """An answer that was worked out and does not arrive in one piece."""
    if name == "cut":
        return Answer(200, body, headers, sent=0.5)
    if name == "malformed_body":
        return Answer(200, b"<html><body>Bad gateway</body></html>", headers, kind="text/html")
    if name == "truncated_body":
        return Answer(200, body[: len(body) // 2], headers)
    if name == "no_usage":
        return Answer(200, json.dumps({**json.loads(body), "usage": None}).encode(), headers)
    return Answer(200, b"", headers, hang=True)


def said(name: str, text: str) -> tuple[str, str]:
    """What the model says instead, and why it stopped."""
    return {
        "refusal": ("", "refusal"),
        "max_tokens": (text[: len(text) // 2], "max_tokens"),
        "not_json": ("I think that the colour is blue.", "end_turn"),
        "truncated_json": (text[:-1], "end_turn"),
        "off_schema": ('{"something": ["else"]}', "end_turn"),
    }[name]
