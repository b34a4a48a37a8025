"""HTTP/1.1 on asyncio streams, small enough to misbehave on purpose.

Belongs here: reading a request, writing an answer whole or in part, cutting a connection. Does not belong here: what
is asked and answered (`model_server.py`).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass(frozen=True)
class Call:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Answer:
    """What goes back. `sent`: share of the body after which the connection is cut (1: all of it). `hang`: nothing goes
    back until the client leaves. `cut`: the connection ends without a byte. `unheard` is called if the client has left
    before the answer was ready."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    sent: float = 1.0
    hang: bool = False
    cut: bool = False
    unheard: Callable[[], None] | None = None

    def bytes(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}"]
        told = {
            "date": formatdate(usegmt=True),
            "content-type": self.kind,
            "content-length": str(len(self.body)),
            **self.headers,
        }
        lines += [f"{name}: {value}" for name, value in told.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        whole = len(self.body) if self.sent >= 1 else int(len(self.body) * self.sent)
        return head + self.body[:whole]


Handler = Callable[[Call], Awaitable[Answer]]


async def read_call(reader: asyncio.StreamReader) -> Call | None:
    """The next request of a connection; None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    method, path, _ = first.split(" ")
    return Call(method, path, headers, body)


def serve(handler: Handler) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A connection: one answer for each request, until either side ends it."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (call := await read_call(reader)) is not None:
                answer = await handler(call)
                if answer.hang:
                    await reader.read(1)  # comes back when the client has left
                    break
                if reader.at_eof() and answer.unheard is not None:
                    answer.unheard()
                if answer.cut:
                    break
                writer.write(answer.bytes())
                await writer.drain()
                if answer.sent < 1:
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client has left, or the server ends
        finally:
            writer.close()

    return connection
