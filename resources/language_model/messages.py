"""Asking one by one, many at a time: the only place where a request is tried again.

Belongs here: admission (window, pace, breaker, budget, deadline), attempts, and the way of replies to the caller. Does
not belong here: what errors mean (`faults.py`), rates (`pace.py`), money (`budget.py`, `pricing.py`).

The requests run in an event loop on a thread of their own, so that they go on while the caller keeps a reply. At most
`Limits.concurrency` requests are in hand at any time, from being read to being taken by the caller: memory depends on
that number alone, and a caller that is killed has lost no more than those.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from anthropic import AsyncAnthropic

from resources.language_model.breaker import Breaker
from resources.language_model.bridge import Bridge, End
from resources.language_model.budget import Budget
from resources.language_model.faults import Fault, fault_of
from resources.language_model.pace import Need, Pace
from resources.language_model.pricing import Prices, changing_characters, tokens, too_dear
from resources.language_model.protocol import NOTHING, LanguageModelError, Limits, Reply, Request, Status
from resources.language_model.wire import UnreadableAnswer, parameters, reply_of, validator

log = logging.getLogger(__name__)

LATE = "the deadline passed before it was answered"
NEAR_THE_END = 2.0
"""Nothing is sent any more when less than so many usual latencies are left: it would be paid and cut off."""


@dataclass(frozen=True)
class Rules:
    """How patiently to ask. Seconds; `breaker_*` as in `Breaker`.

    After `outage` openings of the breaker without an answer (with these pauses, a quarter of an hour) the server is
    given up: what is left fails, and can be asked another time. One that has never said a word, not
    even an error, is given up after `unreachable` of them (half a minute): the address may be wrong.
    """

    attempts: int = 10
    timeout: float = 120.0
    pause: float = 0.5
    longest_pause: float = 30.0
    breaker_after: int = 5
    breaker_pause: float = 1.0
    breaker_longest: float = 60.0
    outage: int = 20
    unreachable: int = 5


@dataclass(frozen=True)
class Messages:
    """`ask` over the Messages API. `connect` opens a client for so many connections, without retries of its own."""

    connect: Callable[[int], AsyncAnthropic]
    prices: Prices
    rules: Rules
    key: Callable[[], str]

    def ask(self, requests: Iterable[Request], limits: Limits) -> Iterator[Reply]:
        """See `LanguageModel.ask`. An exception of `requests` itself comes after the replies of those before it."""
        bridge = Bridge(limits.concurrency)
        thread = threading.Thread(target=bridge.run, args=(self._main(requests, limits, bridge),), daemon=True)
        thread.start()
        try:
            while not isinstance(item := bridge.replies.get(), End):
                yield item
                bridge.taken()
            if item.error is not None:
                raise item.error
        finally:
            bridge.stop()
            thread.join()

    async def _main(self, requests: Iterable[Request], limits: Limits, bridge: Bridge) -> None:
        """Read requests as there is room; each is a task that ends in a reply."""
        broken: Exception | None = None
        async with self.connect(limits.concurrency) as client, asyncio.TaskGroup() as group:
            asking = _Asking(client, self.prices, self.rules, limits, self.key())
            source = iter(requests)
            while broken is None:
                await bridge.room.acquire()
                try:
                    request = next(source)
                except StopIteration:
                    bridge.room.release()
                    break
                except Exception as error:
                    broken = error
                    break
                group.create_task(_hand_over(asking, request, bridge))
        if broken is not None:
            raise broken
        for _ in range(limits.concurrency):  # the loop stays until the last reply is taken
            await bridge.room.acquire()


async def _hand_over(asking: "_Asking", request: Request, bridge: Bridge) -> None:
    bridge.replies.put(await asking.reply(request))


@dataclass(frozen=True)
class _Ticket:
    """Leave to send one attempt."""

    need: Need
    most: Decimal
    probe: bool


class _Asking:
    """One call of `ask`: what its requests share."""

    def __init__(self, client: AsyncAnthropic, prices: Prices, rules: Rules, limits: Limits, key: str) -> None:
        self.client, self.prices, self.rules, self.key = client, prices, rules, key
        self.now = asyncio.get_running_loop().time
        self.end = float("inf") if limits.deadline is None else self.now() + limits.deadline
        self.budget = Budget(limits.budget)
        self.pace = Pace(limits.concurrency)
        self.breaker = Breaker(rules.breaker_after, rules.breaker_pause, rules.breaker_longest)
        self.gate = asyncio.Lock()
        self.changed = asyncio.Event()
        self.closed: tuple[Status, str] | None = None
        self.heard = False

    async def reply(self, request: Request) -> Reply:
        """The one reply of a request, after as many attempts as it takes and the rules allow."""
        try:
            most = self.prices.ceiling(request.asked)
            validator(request.schema)
        except (ValueError, LanguageModelError) as error:
            return Reply(request.custom_id, "failed", model=request.model, told=str(error))
        ended = Reply(request.custom_id, "failed", model=request.model)
        while ended.attempts < self.rules.attempts:
            ticket = await self._admitted(most, tokens(changing_characters(request)))
            if not isinstance(ticket, _Ticket):
                return _stopped(ended, *ticket)
            outcome = await self._attempt(request, ticket)
            attempts = ended.attempts + 1
            if isinstance(outcome, Reply):
                return replace(outcome, attempts=attempts, unseen=ended.unseen)
            unseen = ended.unseen + (most if outcome.unseen else NOTHING)
            ended = replace(ended, attempts=attempts, unseen=unseen, told=outcome.told, request_id=outcome.request_id)
            if outcome.kind == "penniless":
                return replace(ended, status="unpaid" if unseen == 0 else "failed")
            if not outcome.again:
                return ended
            if attempts < self.rules.attempts:
                await self._rest(attempts, outcome.wait if outcome.kind == "overloaded" else None)
        return replace(ended, told=f"given up after {ended.attempts} attempts: {ended.told}")

    async def _admitted(self, most: Decimal, input_tokens: int) -> _Ticket | tuple[Status, str]:
        """Wait until an attempt may be sent, and reserve all that it takes; or the reason why it may not be any more.

        One at a time, in the order in which they come, so that nothing is overtaken for ever.
        """
        async with self.gate:
            while True:
                now = self.now()
                if self.closed is not None:
                    return self.closed
                if max(self.pace.until, now + NEAR_THE_END * self.pace.latency) >= self.end:
                    return "expired", LATE
                if not self.budget.fits(most) and self.pace.flying == 0:
                    return "unpaid", too_dear(most, self.budget.left)
                need = Need(1.0, float(input_tokens), self.pace.answer_tokens)
                wait = self.pace.wait(need, now) if self.budget.fits(most) else None
                if wait is not None:
                    wait = max(wait, self.breaker.wait(now))
                if wait == 0:
                    self.budget.reserve(most)
                    self.pace.sent(need)
                    return _Ticket(need, most, self.breaker.sent())
                await self._pause(wait)

    async def _pause(self, wait: float | None) -> None:
        """For so long, or (None) until an attempt has ended; not beyond the deadline."""
        left = max(0.0, self.end - self.now())
        if wait is not None:
            await asyncio.sleep(min(wait, left))
            return
        self.changed.clear()
        try:
            async with asyncio.timeout(None if left == float("inf") else left):
                await self.changed.wait()
        except TimeoutError:
            return

    async def _attempt(self, request: Request, ticket: _Ticket) -> Reply | Fault:
        """Send it once. Whatever comes of it, window, pace, breaker and money are told."""
        sent = self.now()
        create: Any = self.client.messages.with_raw_response.create
        try:
            async with asyncio.timeout(max(0.0, min(self.rules.timeout, self.end - sent))):
                raw = await create(**parameters(request))
                reply = reply_of(request.custom_id, request.schema, await _read(raw), self.prices, model=request.model)
        except Exception as error:
            fault = fault_of(error, self.key)
            self._failed(fault, ticket)
            log.info("request %s, attempt without answer: %s (%s)", request.custom_id, fault.kind, fault.told)
            return fault
        finally:
            self.changed.set()
        self.heard = True
        used = Need(1.0, float(reply.usage.input_tokens + reply.usage.cache_write), float(reply.usage.output_tokens))
        self.pace.answered(ticket.need, used, self.now() - sent, raw.headers, self.now())
        self.breaker.worked()
        self.budget.settle(ticket.most, reply.cost)
        return replace(reply, request_id=raw.headers.get("request-id", reply.request_id))

    def _failed(self, fault: Fault, ticket: _Ticket) -> None:
        now = self.now()
        self.heard = self.heard or fault.kind != "broken"
        if fault.unseen:
            self.budget.lose(ticket.most)
        else:
            self.budget.settle(ticket.most, NOTHING)
        if fault.kind == "limited":
            self.pace.limited(ticket.need, fault.headers or {}, fault.wait, now)
            self.breaker.undecided(ticket.probe)
        elif fault.again:
            self.pace.overloaded(ticket.need, now)
            self.breaker.failed(now, ticket.probe)
            if self.breaker.opened > (self.rules.outage if self.heard else self.rules.unreachable):
                self.closed = ("failed", f"the server has failed {self.breaker.opened} times in a row: {fault.told}")
        else:
            self.pace.rejected(ticket.need)
            self.breaker.worked()
        if fault.kind == "penniless":
            self.closed = ("unpaid", fault.told)
        elif fault.kind == "barred":
            self.closed = ("failed", fault.told)

    async def _rest(self, attempts: int, wait: float | None) -> None:
        """Full jitter (Brooker, Exponential Backoff and Jitter): anything from nothing to twice as much each time."""
        longest = min(self.rules.longest_pause, self.rules.pause * 2 ** (attempts - 1))
        await self._pause(max(random.uniform(0, longest), wait or 0.0))


async def _read(raw: Any) -> object:
    try:
        return await raw.parse()
    except ValueError:
        raise UnreadableAnswer("the answer is no JSON") from None


def _stopped(ended: Reply, status: Status, told: str) -> Reply:
    """The reply of a request that may not be sent (again). Unpaid is only what was never sent."""
    if ended.attempts == 0 or status == "expired":
        return replace(ended, status=status, told=told)
    return replace(ended, status="failed", told=f"{told}; before that, {ended.told}")
