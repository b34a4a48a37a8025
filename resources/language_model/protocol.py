"""What a language model promises, whoever serves it: requests in, exactly one reply out for each.

Belongs here: the `LanguageModel` protocol and the shapes of requests, replies, batches and limits. Does not belong
here: connections, prices, and what is asked or how an answer is judged (the stages that ask).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol, get_args

Status = Literal["answered", "refused", "truncated", "malformed", "failed", "expired", "unpaid"]
BatchState = Literal["running", "ended", "gone"]

STATUSES: tuple[str, ...] = get_args(Status)
CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
NOTHING = Decimal(0)
MOST_TOKENS = 1_000_000_000
"""That an answer can have been billed for: more is no count."""


class LanguageModelError(Exception):
    """The language model cannot be asked at all; the message says why and what to do."""


@dataclass(frozen=True)
class Asked:
    """What a reply is read by: which model was asked, the form that the answer should have, and how long both may be.

    `size` is the bytes of UTF-8 of the question, its system prompt included and the schema not.
    """

    model: str
    schema: Mapping[str, object] = field(repr=False)
    size: int
    max_tokens: int


@dataclass(frozen=True)
class Text:
    """A block of the system prompt. A constant one is the same in many requests and is cached by the server."""

    text: str = field(repr=False)
    constant: bool = False


@dataclass(frozen=True)
class Request:
    """One question. Its text never shows in its repr, so that a log line cannot tell it.

    `custom_id`   the caller's own name for it, unique among requests: best a hash of all that the answer depends on
    `system`      constant blocks first: a cache holds a prefix, so that a constant block behind another is not cached
    `schema`      JSON schema of the answer; the server is asked for exactly this form
    `max_tokens`  at which the answer is cut off (`truncated`)

    Raises ValueError for what the server would refuse.
    """

    custom_id: str
    model: str
    system: tuple[Text, ...] = field(repr=False)
    user: str = field(repr=False)
    schema: Mapping[str, object] = field(repr=False)
    max_tokens: int

    @property
    def asked(self) -> Asked:
        """What is to be kept of a request until its batch has ended."""
        size = sum(len(block.text.encode()) for block in self.system) + len(self.user.encode())
        return Asked(self.model, self.schema, size, self.max_tokens)

    def __post_init__(self) -> None:
        if not CUSTOM_ID.fullmatch(self.custom_id):
            raise ValueError(f"custom_id {self.custom_id!r}: 1 to 64 letters, digits, '_' and '-' are taken")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens is {self.max_tokens}: an answer needs at least one")
        if not self.user.strip():
            raise ValueError(f"request {self.custom_id} asks nothing: user is empty")
        constant = [block.constant for block in self.system]
        if constant != sorted(constant, reverse=True):
            raise ValueError(f"request {self.custom_id}: constant system blocks come first, or they cannot be cached")


@dataclass(frozen=True)
class Usage:
    """Tokens that were billed: `input_tokens` without those read from or written to the cache."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True)
class Reply:
    """What became of one request.

    answered   `text` is JSON of the schema's form
    refused    the model declined to answer
    truncated  `max_tokens` or the context window was reached: `text` is the beginning of an answer
    malformed  `text` is no JSON, or not of the schema's form
    failed     no answer: refused by the server, or given up after `attempts`; `told` says why
    expired    the deadline passed first; in a batch: it ended before this request's turn
    unpaid     the money is spent; nothing was billed for it

    `cost` is the money that the server's own usage amounts to, in USD. `unseen` is the most that attempts may have cost
    which brought no readable answer (a connection cut, a time-out): the server does not say whether it billed them.
    """

    custom_id: str
    status: Status
    text: str = field(default="", repr=False)
    usage: Usage = Usage()
    model: str = ""
    request_id: str = ""
    cost: Decimal = NOTHING
    told: str = ""
    unseen: Decimal = NOTHING
    attempts: int = 0


@dataclass(frozen=True)
class Limits:
    """How far `ask` may go: seconds until it has ended (None: no limit), money in USD, requests in hand at a time."""

    deadline: float | None
    budget: Decimal
    concurrency: int = 64

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError(f"concurrency is {self.concurrency}: at least one request at a time")


@dataclass(frozen=True)
class Batch:
    """A batch as it stands.

    running  no replies yet
    ended    `replies` gives exactly one for each request that was asked, as they are read
    gone     the server does not have it, or no longer has its results: `replies` says so for each request

    `strays` fills while `replies` is read: results that belong to no request that was asked, or are a second one for
    the same. They are nobody's answer, but they were billed.
    """

    batch_id: str
    state: BatchState
    replies: Iterator[Reply] = field(default_factory=lambda: iter(()), repr=False)
    strays: list[Reply] = field(default_factory=list)


class LanguageModel(Protocol):
    """Asks a model, one by one or in batches. Transport only: it never changes a question or an answer."""

    def ask(self, requests: Iterable[Request], limits: Limits) -> Iterator[Reply]:
        """One reply for each request, as they come (not in order): the caller keeps each before it takes the next.

        `requests` is read bit by bit, from another thread. Whoever stops reading early loses the answers under way.
        Raises LanguageModelError where nothing can be asked.
        """

    def submit(self, requests: Sequence[Request]) -> str:
        """Hand in a batch (see `batches.chunks` for how many fit) and give its id, which the caller keeps first of all.

        Raises LanguageModelError where it was not taken, or where that cannot be known.
        """

    def collect(self, batch_id: str, asked: Mapping[str, Asked]) -> Batch:
        """The batch as it stands, without waiting. `asked`: each custom_id that was handed in -> `Request.asked`.

        Raises LanguageModelError where the server does not answer, `replies` too: the same call again begins anew.
        """

    def cancel(self, batch_id: str) -> None:
        """Ask for an end of the batch. What is not processed yet is not billed; `collect` then tells which is which."""

    def unclaimed(self, known: Collection[str]) -> list[str]:
        """Ids of the latest batches that the server has and the caller does not: one handed in just before a kill."""
