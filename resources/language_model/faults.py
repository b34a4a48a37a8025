"""What an error of the API means: whether to ask again, to wait, or to stop.

Belongs here: the one place in which errors are told apart. Does not belong here: waiting and asking again.

The kinds follow platform.claude.com, "Errors", and the SDK's table of error codes.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx2
from anthropic import APIConnectionError, APIStatusError, APITimeoutError

from resources.language_model.wire import UnreadableAnswer

Kind = Literal["limited", "overloaded", "broken", "rejected", "barred", "penniless"]
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
LONGEST_TOLD = 300
HIDDEN = "[key]"


@dataclass(frozen=True)
class Fault:
    """An attempt that brought no answer.

    limited     a rate limit: all wait, for `wait` seconds if the server says so
    overloaded  the server could not: it is asked again, and counts towards the breaker
    broken      the connection broke, time ran out, or the answer could not be read: as overloaded, and `unseen`
    rejected    this request will never be answered
    barred      no request will be: the key is not accepted, or may not do this
    penniless   no request will be: the account's money or its spend limit is reached

    `unseen`: the server may have billed the attempt nevertheless.
    """

    kind: Kind
    told: str
    wait: float | None = None
    unseen: bool = False
    request_id: str = ""
    headers: Mapping[str, str] | None = None

    @property
    def again(self) -> bool:
        """Whether another attempt makes sense."""
        return self.kind in ("limited", "overloaded", "broken")


def fault_of(error: Exception, key: str = "") -> Fault:
    """What an exception of the SDK, a time-out or an unreadable answer means; the key is struck from what is told.

    Raises the exception itself if it is none of these: a mistake of ours is not asked again.
    """
    if isinstance(error, APIStatusError):
        return _status(error, key)
    if isinstance(error, APITimeoutError | TimeoutError):
        return Fault("broken", "no answer in time", unseen=not _never_sent(error))
    if isinstance(error, APIConnectionError):
        cause = type(error.__cause__).__name__ if error.__cause__ else "unknown"
        return Fault("broken", f"the connection broke ({cause})", unseen=not _never_sent(error))
    if isinstance(error, httpx2.HTTPError | httpx2.StreamError):
        return Fault("broken", f"the connection broke ({type(error).__name__})", unseen=True)
    if isinstance(error, UnreadableAnswer):
        return Fault("broken", str(error), unseen=True)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):  # a line of results cut short
        return Fault("broken", "the answer is no JSON", unseen=True)
    raise error


def _never_sent(error: Exception) -> bool:
    return isinstance(error.__cause__, NEVER_SENT)


def _status(error: APIStatusError, key: str) -> Fault:
    told = said(error, key)
    request_id, headers = error.request_id or "", error.response.headers
    status = error.status_code
    if penniless(error):
        return Fault("penniless", told, request_id=request_id)
    if status == 429:
        return Fault("limited", told, retry_after(headers), request_id=request_id, headers=headers)
    if status in (408, 504):  # the server's own time-out: it may have worked until then
        return Fault("broken", told, retry_after(headers), unseen=True, request_id=request_id)
    if status >= 500 or status == 409:
        return Fault("overloaded", told, retry_after(headers), request_id=request_id)
    barred = status in (401, 403) or error.error_code == "organization_on_hold"
    kind: Kind = "barred" if barred else "rejected"
    return Fault(kind, told, request_id=request_id)


def penniless(error: APIStatusError) -> bool:
    """Whether the account cannot pay, or has reached a spend limit: waiting does not help.

    A spend limit comes as a 429 like a rate limit, and only its code tells it. An empty account comes as a 400 of a
    general type, and only its words tell it.
    """
    if error.type == "billing_error" or error.status_code == 402:
        return True
    if error.error_code is not None and error.error_code.endswith("spend_limit_reached"):
        return True
    words = str(error.api_message or "").lower()
    if error.status_code == 429 and retry_after(error.response.headers) is None:
        return "spend limit" in words
    return error.status_code in (400, 403) and ("credit balance" in words or "spend limit" in words)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the server says: a number, or a moment (RFC 9110, 10.2.3) by the server's own clock."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            now = parsedate_to_datetime(headers["date"]) if "date" in headers else dt.datetime.now(dt.UTC)
            seconds = (parsedate_to_datetime(value) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None


def said(error: APIStatusError, key: str) -> str:
    """Status, type and the server's sentence, short, and without the key."""
    words = error.api_message if isinstance(error.api_message, str) else ""
    whole = f"{error.status_code} {error.error_code or error.type or 'error'}: {words}".rstrip(": ")
    return hidden(whole, key)[:LONGEST_TOLD]


def hidden(text: str, key: str) -> str:
    """The text without the key."""
    return text.replace(key, HIDDEN) if key else text
