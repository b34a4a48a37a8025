"""Every hour: how the queue of questions is doing, in Dagster's history, with a warning for each alert.

Belongs here: when it is looked at, and telling Dagster. Does not belong here: the figures and their limits
(`resources/review/metrics.py`).
"""

import datetime as dt
from typing import cast

import dagster as dg

from catalog_assets.materialize import WorldResource
from resources.review.metrics import health
from resources.review.store import SqlReviewStore

HOURLY = "7 * * * *"
"""Beside the full hour, when most else begins."""
QUEUE = dg.AssetKey("review_queue")
"""What the observations are of; nothing materializes it."""


@dg.op
def watch_review(context: dg.OpExecutionContext, world: WorldResource) -> None:
    """Observes the queue, and says in the log what is an alert."""
    opened = world.open()
    found = health(cast(SqlReviewStore, opened.review), dt.datetime.now(dt.UTC))
    alerts = found.alerts(opened.catalog.review.limits())
    told = {name: float(value) for name, (_, value) in found.figures().items() if value is not None}
    context.log_event(dg.AssetObservation(QUEUE, metadata={**told, "alerts": "\n".join(alerts) or "none"}))
    for alert in alerts:
        context.log.warning(alert)


@dg.job(description="How many questions wait for people, for how long, how fast these are, and whether they agree.")
def review_watch() -> None:
    """The op as a job."""
    watch_review()


@dg.schedule(
    job=review_watch,
    cron_schedule=HOURLY,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every hour.",
)
def review_hourly() -> dg.RunRequest:
    """A run an hour: it observes, and changes nothing."""
    return dg.RunRequest()
