"""How the review page is served: what uvicorn is told, and its patience with slow visitors.

Belongs here: limits that only the server of connections can keep. Does not belong here: which application is served,
and the limits of a request (`guard`).
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_BYTES = 16_384
"""Of a request's line and headers; beyond it the connection ends."""
HEADER_SECONDS = 10.0
"""From the first byte of a request (or from connecting) until its headers are whole; uvicorn itself waits for ever."""
CONNECTIONS = 500


class PatientProtocol(H11Protocol):
    """HTTP by uvicorn and h11, that ends a connection whose headers do not come."""

    patience = HEADER_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connects."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """A piece of a request comes."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The visitor is gone."""
        self._watch(over=True)
        super().connection_lost(exc)

    def _watch(self, over: bool = False) -> None:
        """The clock runs while no whole request is here."""
        waiting = not over and (self.cycle is None or self.cycle.response_complete)
        if waiting and self._deadline is None:
            self._deadline = self.loop.call_later(self.patience, self._late)
        elif not waiting and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        self.transport.abort()


def options(**more: Any) -> dict[str, Any]:
    """Arguments for `uvicorn.Config` or `uvicorn.run`. Names no server; who came through a proxy is told by
    `PageSettings.proxies` alone."""
    return {
        "http": PatientProtocol, "ws": "none", "server_header": False, "proxy_headers": False,
        "h11_max_incomplete_event_size": HEADER_BYTES, "limit_concurrency": CONNECTIONS, "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 10, **more,
    }  # fmt: skip
