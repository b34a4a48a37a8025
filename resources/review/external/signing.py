"""Whether a delivery is genuine: signed, of now, whole, and small enough.

Belongs here: the Standard Webhooks scheme (https://www.standardwebhooks.com), pure: headers and body in, a delivery or
a refusal out. Does not belong here: HTTP (`webhook`), what is in the delivery, whether it came before (`deliveries`).

Signed is `id.timestamp.body` with HMAC-SHA256; the secret is `whsec_` and base64 of 24 to 64 bytes. Several secrets
may be valid at once, and a delivery may carry several signatures: so secrets are changed without a pause.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Never

TOLERANCE = dt.timedelta(minutes=5)
"""How far the time of a delivery may be from ours, either way."""
MAX_BODY = 1_000_000
"""Bytes of a delivery."""
MAX_SIGNATURES = 10
"""Signatures of one delivery that are looked at."""
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
# No dot: it separates what is signed, and an id with one could pass for another id and time.
_ID = re.compile(r"[A-Za-z0-9_\-:]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Delivery:
    """A genuine delivery: its id, when it was sent, and its body as JSON says it (an object)."""

    delivery_id: str
    sent_at: dt.datetime
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Refused:
    """Why a delivery is not taken, and the HTTP status that says so. Nothing of a secret or a body is in it."""

    status: int
    reason: str


class BadSecret(ValueError):
    """A signing secret is none; the message does not show it."""


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: dt.datetime) -> Delivery | Refused:
    """The delivery, or why it is refused. secrets: those that are valid now; each may have signed it.

    Raises BadSecret where a secret of ours is none, ValueError for a moment without a time zone.
    """
    if now.utcoffset() is None:
        raise ValueError("the moment of a delivery names a time zone")
    if len(body) > MAX_BODY:
        return Refused(413, f"the body has more than {MAX_BODY} bytes")
    told = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not told.get(name)]
    if missing:
        return Refused(401, f"there is no header {', '.join(missing)}")
    delivery_id, stamp = told[ID], told[TIMESTAMP]
    if not _ID.fullmatch(delivery_id):
        return Refused(401, f"{ID} is 1 to 200 letters, digits, _, - and :")
    if not _SECONDS.fullmatch(stamp):
        return Refused(401, f"{TIMESTAMP} is whole seconds since 1970")
    if abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds():
        return Refused(401, f"{TIMESTAMP} is more than {TOLERANCE // dt.timedelta(minutes=1)} minutes from now")
    if not _fits(told[SIGNATURE], delivery_id, stamp, body, secrets):
        return Refused(401, "no signature fits")
    content = json_object(body)
    if content is None:
        return Refused(400, "the body is no JSON object in UTF-8, or says a name twice")
    return Delivery(delivery_id, dt.datetime.fromtimestamp(int(stamp), dt.UTC), content)


def sign(secret: str, delivery_id: str, sent_at: dt.datetime, body: bytes) -> dict[str, str]:
    """The headers of a delivery: for platforms that are programmed beside this one, and for tests."""
    stamp = str(int(sent_at.timestamp()))
    signature = base64.b64encode(_mac(_key(secret), delivery_id, stamp, body)).decode()
    return {ID: delivery_id, TIMESTAMP: stamp, SIGNATURE: f"v1,{signature}"}


def _fits(header: str, delivery_id: str, stamp: str, body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures is by one of the secrets; takes the same time whichever it is."""
    given = [part[3:].encode() for part in header.split(" ")[:MAX_SIGNATURES] if part.startswith("v1,")]
    fits = False
    for secret in secrets:
        wanted = base64.b64encode(_mac(_key(secret), delivery_id, stamp, body))
        for one in given:
            fits |= hmac.compare_digest(one, wanted)
    return fits


def _mac(key: bytes, delivery_id: str, stamp: str, body: bytes) -> bytes:
    return hmac.new(key, f"{delivery_id}.{stamp}.".encode() + body, hashlib.sha256).digest()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise BadSecret(f"a signing secret is {_PREFIX} and base64 of {_SHORTEST} to {_LONGEST} bytes") from None
    return key


def json_object(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object that a body is; None where it is anything else, or says a name twice."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):  # a UnicodeDecodeError is a ValueError
        return None
    return found if isinstance(found, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice: which of the two is meant depends on who reads it")
    return found


def _never(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")
