"""Asking in batches, at half the price: handing in, looking, reading results, ending.

Belongs here: the Message Batches API, and the rule that each request that was asked ends in exactly one reply. Does not
belong here: keeping ids (the caller), and whether a batch is the better way (`choose.py`).

Limits as documented (platform.claude.com, "Batch processing"): 100,000 requests or 256 MB a batch, ended within 24
hours, results kept for 29 days.
"""

import itertools
import json
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from anthropic import Anthropic, NotFoundError
from anthropic.types.messages import MessageBatch

from resources.language_model.faults import LONGEST_TOLD, Fault, fault_of, hidden
from resources.language_model.pricing import Prices
from resources.language_model.protocol import Asked, Batch, LanguageModelError, Reply, Request, Status
from resources.language_model.wire import UnreadableAnswer, parameters, reply_of, validator

log = logging.getLogger(__name__)

MAX_REQUESTS = 100_000
MAX_BYTES = 256_000_000
LISTED = 100
"""How many of the latest batches are looked at."""

ENDED_FIRST: Mapping[object, str] = {
    "expired": "the batch ended before its turn",
    "canceled": "the batch was cancelled before its turn",
}

T = TypeVar("T")


@dataclass(frozen=True)
class BatchRules:
    """How patiently to talk about batches: attempts of a call, seconds between them (doubled, full jitter)."""

    attempts: int = 6
    pause: float = 1.0
    longest_pause: float = 30.0


def chunks(
    requests: Iterable[Request], most: int = MAX_REQUESTS, most_bytes: int = MAX_BYTES
) -> Iterator[tuple[Request, ...]]:
    """The requests in order, in groups that may be handed in as a batch each.

    Raises ValueError for a request that alone is larger than a batch.
    """
    group: list[Request] = []
    held = 0
    for request in requests:
        size = size_of(request)
        if size > most_bytes:
            raise ValueError(f"request {request.custom_id} has {size} bytes; a batch takes {most_bytes}")
        if len(group) == most or held + size > most_bytes:
            yield tuple(group)
            group, held = [], 0
        group.append(request)
        held += size
    if group:
        yield tuple(group)


def size_of(request: Request) -> int:
    """Bytes that a request takes in a batch's body, as ASCII JSON with blanks: what is sent is never longer."""
    return len(json.dumps({"custom_id": request.custom_id, "params": parameters(request)})) + 2


@dataclass(frozen=True)
class Batches:
    """The batch side of a language model, over a client without retries of its own."""

    client: Anthropic
    prices: Prices
    rules: BatchRules
    key: Callable[[], str]
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def submit(self, requests: Sequence[Request]) -> str:
        """See `LanguageModel.submit`.

        A call that broke may have handed the batch in: it is not repeated blindly, since both batches would be billed.
        Instead the server is asked which batches are new; one of exactly this size is ours. With two such, nothing can
        be known, and LanguageModelError names them.
        """
        _checked(requests, self.prices)
        before = {batch.id for batch in self._listed()}
        entries: Any = [{"custom_id": request.custom_id, "params": parameters(request)} for request in requests]
        for attempt in range(1, self.rules.attempts + 1):
            try:
                return _id_of(self.client.messages.batches.create(requests=entries))
            except Exception as error:
                fault = fault_of(error, self.key())
            if fault.unseen and (found := self._handed_in(before, len(requests))):
                return found
            if not fault.again:
                raise LanguageModelError(f"the batch was not taken: {fault.told}") from None
            log.info("a batch was not taken, attempt %d: %s (%s)", attempt, fault.kind, fault.told)
            self._rest(attempt, fault)
        raise LanguageModelError(f"the batch was not taken in {self.rules.attempts} attempts: {fault.told}")

    def collect(self, batch_id: str, asked: Mapping[str, Asked]) -> Batch:
        """See `LanguageModel.collect`."""
        if not asked:
            raise ValueError(f"batch {batch_id}: say what was asked, or its results belong to nobody")
        try:
            told = self._called(lambda: self.client.messages.batches.retrieve(batch_id))
        except NotFoundError:
            return Batch(batch_id, "gone", self._lost(asked, f"the server does not know batch {batch_id}"))
        if told.processing_status != "ended":
            return Batch(batch_id, "running")
        if told.results_url is None:
            return Batch(batch_id, "gone", self._lost(asked, f"the results of batch {batch_id} are no longer kept"))
        strays: list[Reply] = []
        return Batch(batch_id, "ended", self._replies(batch_id, asked, strays), strays)

    def cancel(self, batch_id: str) -> None:
        """See `LanguageModel.cancel`. One that has ended already stays as it is."""
        try:
            if self._called(lambda: self.client.messages.batches.retrieve(batch_id)).processing_status == "in_progress":
                self._called(lambda: self.client.messages.batches.cancel(batch_id))
        except NotFoundError:
            raise LanguageModelError(f"batch {batch_id} cannot be cancelled: the server does not know it") from None

    def unclaimed(self, known: Collection[str]) -> list[str]:
        """See `LanguageModel.unclaimed`; the latest first."""
        return [batch.id for batch in self._listed() if batch.id not in known]

    def _replies(self, batch_id: str, asked: Mapping[str, Asked], strays: list[Reply]) -> Iterator[Reply]:
        """One reply for each that was asked; of a result that comes twice the second is passed over."""
        told: set[str] = set()
        bills: set[str] = set()
        for entry in self._results(batch_id):
            reply = self._reply(entry, asked)
            if reply is None or (reply.request_id and reply.request_id in bills):
                continue
            bills.add(reply.request_id)
            if reply.custom_id in asked and reply.custom_id not in told:
                told.add(reply.custom_id)
                yield reply
            elif reply.request_id:
                strays.append(reply)
        missing = {name: each for name, each in asked.items() if name not in told}
        yield from self._lost(missing, f"batch {batch_id} has no result for it")

    def _lost(self, asked: Mapping[str, Asked], told: str) -> Iterator[Reply]:
        """Replies for what was asked and perhaps billed, and cannot be had."""
        for custom_id, each in asked.items():
            yield Reply(custom_id, "failed", model=each.model, told=told, unseen=self.prices.ceiling(each, batch=True))

    def _reply(self, entry: Any, asked: Mapping[str, Asked]) -> Reply | None:
        """The reply of one line of results; None for a line that names no request."""
        custom_id = getattr(entry, "custom_id", None)
        if not isinstance(custom_id, str):
            return None
        result: Any = getattr(entry, "result", None)
        if getattr(result, "type", None) == "succeeded":
            # A stray is priced like the others: a batch is of one model, as a rule.
            known = asked.get(custom_id) or next(iter(asked.values()))
            message = getattr(result, "message", None)
            try:
                reply = reply_of(custom_id, known.schema, message, self.prices, known.model, batch=True)
            except UnreadableAnswer as error:
                most = self.prices.ceiling(known, batch=True)
                return Reply(custom_id, "malformed", model=known.model, told=str(error), unseen=most, attempts=1)
            return replace(reply, request_id=str(getattr(message, "id", "")), attempts=1)
        return _unanswered(custom_id, result, self.key())

    def _results(self, batch_id: str) -> Iterator[Any]:
        """Lines of results. A stream that breaks is opened again, so that lines may come twice."""
        for attempt in itertools.count(1):
            try:
                with closing(self.client.messages.batches.results(batch_id)) as lines:
                    yield from lines
                return
            except Exception as error:
                fault = fault_of(error, self.key())
            if not fault.again or attempt >= self.rules.attempts:
                raise LanguageModelError(f"the results of batch {batch_id} cannot be read: {fault.told}") from None
            self._rest(attempt, fault)

    def _handed_in(self, before: Collection[str], size: int) -> str | None:
        """The batch that a broken call has handed in nevertheless, if it has."""
        for attempt in (1, 2):
            self.sleep(self.rules.pause * attempt)  # the server may still be busy taking it
            new = [batch for batch in self._listed() if batch.id not in before and _size(batch) == size]
            if len(new) == 1:
                return new[0].id
            if new:
                names = ", ".join(batch.id for batch in new)
                raise LanguageModelError(
                    f"a batch was handed in and the answer lost; it is one of {names}: collect them"
                )
        return None

    def _listed(self) -> list[MessageBatch]:
        return self._called(lambda: self.client.messages.batches.list(limit=LISTED)).data

    def _called(self, call: Callable[[], T]) -> T:
        """The result of a call that may be repeated. Raises the SDK's error where there is no such batch."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return call()
            except NotFoundError:
                raise
            except Exception as error:
                fault = fault_of(error, self.key())
            if not fault.again or attempt >= self.rules.attempts:
                raise LanguageModelError(f"the server does not answer about batches: {fault.told}") from None
            self._rest(attempt, fault)

    def _rest(self, attempt: int, fault: Fault) -> None:
        longest = min(self.rules.longest_pause, self.rules.pause * 2 ** (attempt - 1))
        self.sleep(max(random.uniform(0, longest), fault.wait or 0.0))


def _checked(requests: Sequence[Request], prices: Prices) -> None:
    """Raises ValueError for what cannot be a batch, before anything is sent."""
    if not 0 < len(requests) <= MAX_REQUESTS:
        raise ValueError(f"a batch has 1 to {MAX_REQUESTS} requests, this one {len(requests)}")
    if len({request.custom_id for request in requests}) < len(requests):
        raise ValueError("two requests of a batch have the same custom_id: their answers could not be told apart")
    for request in requests:
        prices.of(request.model)
        validator(request.schema)


def _id_of(batch: object) -> str:
    if isinstance(batch, MessageBatch) and isinstance(getattr(batch, "id", None), str):
        return batch.id
    raise UnreadableAnswer("the answer names no batch")


def _size(batch: MessageBatch) -> int:
    counts = batch.request_counts
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired


def _unanswered(custom_id: str, result: Any, key: str) -> Reply:
    """The reply for a result without a message: nothing was billed for it."""
    kind = getattr(result, "type", None)
    if kind in ENDED_FIRST:
        return Reply(custom_id, "expired", told=ENDED_FIRST[kind], attempts=1)
    error = getattr(getattr(result, "error", None), "error", None)
    cause, words = str(getattr(error, "type", kind)), str(getattr(error, "message", ""))
    status: Status = "unpaid" if cause == "billing_error" else "failed"
    return Reply(custom_id, status, told=hidden(f"{cause}: {words}", key)[:LONGEST_TOLD], attempts=1)
