"""Figures of the queue for a monitor.

Belongs here: the route. Does not belong here: the figures (`resources/review/metrics.py`).

They name no person, no product and no value, so whoever reaches the page's address may read them.
"""

import datetime as dt
import threading

from fastapi import APIRouter, Request
from fastapi.responses import Response

from resources.review.metrics import health
from resources.review.store import SqlReviewStore

FRESH = dt.timedelta(seconds=15)
CONTENT = "text/plain; version=0.0.4; charset=utf-8"


def metrics_router(store: SqlReviewStore) -> APIRouter:
    """GET /metrics (Prometheus) and GET /healthz."""
    routes = APIRouter(include_in_schema=False)
    kept = Kept(store)

    @routes.get("/metrics")
    def metrics(request: Request) -> Response:
        """The figures in the text format of Prometheus, some seconds old at most."""
        return Response(kept.text(request.app.state.clock()), media_type=CONTENT)

    @routes.get("/healthz")
    def healthz() -> Response:
        """Whether the page and its store answer."""
        with store.database.reading() as session:
            session.row("SELECT 1 AS one")
        return Response("ok", media_type="text/plain")

    return routes


class Kept:
    """The figures, worked out at most every `FRESH`: anybody may ask, and they cost a look at all that waits."""

    def __init__(self, store: SqlReviewStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last: tuple[dt.datetime, bytes] | None = None

    def text(self, now: dt.datetime) -> bytes:
        """As Prometheus reads them."""
        with self._lock:
            if self._last is None or not self._last[0] <= now < self._last[0] + FRESH:
                self._last = (now, health(self._store, now).as_text())
            return self._last[1]
