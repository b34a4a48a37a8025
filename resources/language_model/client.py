"""The real language model: the provider's client, opened so that nothing is tried again or told behind our back.

Belongs here: the key, the address, and putting the two ways of asking together. Does not belong here: either of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import httpx2
from anthropic import Anthropic, AsyncAnthropic, DefaultAsyncHttpxClient

from resources.language_model.batches import Batches, BatchRules
from resources.language_model.key import KEY, key
from resources.language_model.messages import Messages, Rules
from resources.language_model.pricing import Prices
from resources.language_model.protocol import Asked, Batch, Limits, Reply, Request

__all__ = ["ADDRESS", "KEY", "AnthropicModel", "key"]

ADDRESS = "https://api.anthropic.com"
BATCH_TIMEOUT = 600.0
"""Seconds for a call about a batch: 256 MB take a while."""


@dataclass(frozen=True)
class AnthropicModel:
    """A `LanguageModel` over the Anthropic API, or over any server that speaks it at `address`."""

    address: str = ADDRESS
    prices: Prices = field(default_factory=Prices, repr=False)
    rules: Rules = field(default_factory=Rules)
    batch_rules: BatchRules = field(default_factory=BatchRules)

    def ask(self, requests: Iterable[Request], limits: Limits) -> Iterator[Reply]:
        """See `LanguageModel.ask`."""
        key()
        return Messages(self._connect, self.prices, self.rules, key).ask(requests, limits)

    def submit(self, requests: Sequence[Request]) -> str:
        """See `LanguageModel.submit`."""
        return self._batches.submit(requests)

    def collect(self, batch_id: str, asked: Mapping[str, Asked]) -> Batch:
        """See `LanguageModel.collect`."""
        return self._batches.collect(batch_id, asked)

    def cancel(self, batch_id: str) -> None:
        """See `LanguageModel.cancel`."""
        self._batches.cancel(batch_id)

    def unclaimed(self, known: Collection[str]) -> list[str]:
        """See `LanguageModel.unclaimed`."""
        return self._batches.unclaimed(known)

    @cached_property
    def _batches(self) -> Batches:
        client = Anthropic(
            api_key=key(), base_url=self.address, max_retries=0, timeout=BATCH_TIMEOUT, open_telemetry=False
        )
        return Batches(client, self.prices, self.batch_rules, key)

    def _connect(self, connections: int) -> AsyncAnthropic:
        """A client for so many connections at once; a few more, for those that are just being closed."""
        most = connections + 8
        limits = httpx2.Limits(max_connections=most, max_keepalive_connections=most)
        transport = DefaultAsyncHttpxClient(limits=limits)
        return AsyncAnthropic(
            api_key=key(), base_url=self.address, max_retries=0, timeout=self.rules.timeout,
            http_client=transport, open_telemetry=False,
        )  # fmt: skip
