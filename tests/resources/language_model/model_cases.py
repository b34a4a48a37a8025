"""What the tests of the language model share: requests, quick rules, and a model at a local server.

Belongs here: small makers of things. Does not belong here: the server (`model_server.py`) and assertions.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from model_server import ModelServer

from resources.language_model.batches import BatchRules
from resources.language_model.client import AnthropicModel
from resources.language_model.messages import Rules
from resources.language_model.protocol import Limits, Reply, Request, Text

HAIKU = "claude-haiku-4-5"
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"value": {"type": "string"}},
    "required": ["value"],
    "additionalProperties": False,
}
QUICK = Rules(
    attempts=4, timeout=10.0, pause=0.002, longest_pause=0.01,
    breaker_after=5, breaker_pause=0.01, breaker_longest=0.02,
)  # fmt: skip
PLENTY = Limits(deadline=None, budget=Decimal(100), concurrency=8)


def request(name: str, **other: Any) -> Request:
    """A question whose text is its name."""
    told: dict[str, Any] = {
        "custom_id": name, "model": HAIKU, "system": (Text("You name values.", constant=True),), "user": name,
        "schema": SCHEMA, "max_tokens": 50,
    }  # fmt: skip
    return Request(**(told | other))


def requests(count: int, **other: Any) -> list[Request]:
    return [request(f"q{place}", **other) for place in range(count)]


def model(server: ModelServer, **other: Any) -> AnthropicModel:
    """The real client at the server; nothing waits long."""
    quick = BatchRules(attempts=4, pause=0.001, longest_pause=0.002)
    return AnthropicModel(server.url, **({"rules": QUICK, "batch_rules": quick} | other))


def by_id(replies: Iterable[Reply]) -> dict[str, Reply]:
    """Replies by request; a second one for the same is a mistake."""
    told: dict[str, Reply] = {}
    for reply in replies:
        assert reply.custom_id not in told, f"two replies for {reply.custom_id}"
        told[reply.custom_id] = reply
    return told


def exact(money: Iterable[Decimal]) -> Fraction:
    return sum((Fraction(amount) for amount in money), Fraction(0))


def script(**faults: list[str | None]) -> Any:
    """Faults of each question by attempt; then it is answered."""

    def fault(question: str, attempt: int) -> str | None:
        told = faults.get(question, [])
        return told[attempt - 1] if attempt <= len(told) else None

    return fault
