"""Figures of the queue for a monitor.

Belongs here: the route. Does not belong here: the figures (`resources/review/metrics.py`).

They name no person, no product and no value, so whoever reaches the page's address may read them.
"""

import datetime as dt

from fastapi import APIRouter
from fastapi.responses import Response

from resources.review.metrics import health
from resources.review.store import SqlReviewStore

CONTENT = "text/plain; version=0.0.4; charset=utf-8"


def metrics_router(store: SqlReviewStore) -> APIRouter:
    """GET /metrics (Prometheus) and GET /healthz."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/metrics")
    def metrics() -> Response:
        """The figures in the text format of Prometheus."""
        return Response(health(store, dt.datetime.now(dt.UTC)).as_text(), media_type=CONTENT)

    @routes.get("/healthz")
    def healthz() -> Response:
        """Whether the page and its store answer."""
        store.counts()
        return Response("ok", media_type="text/plain")

    return routes
