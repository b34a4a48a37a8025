"""Once a day: what audits show to have become wrong too often is left to people, from the next day on.

Belongs here: when it is looked at. Does not belong here: what is looked at, and what follows from it
(`catalog_assets/reviewed/watch.py`).
"""

import datetime as dt

import dagster as dg

from catalog_assets.materialize import WorldResource
from catalog_assets.releases import in_force, releases
from catalog_assets.reviewed.acceptance import RELEASE
from catalog_assets.reviewed.watch import BY, next_day, state, watch

DAILY = "0 3 * * *"
"""At three o'clock UTC, when the day before has been decided and little else runs."""


@dg.op
def watch_acceptance(context: dg.OpExecutionContext, world: WorldResource) -> None:
    """States a tightened release where audits show that it is needed, and says so in the log."""
    opened, now = world.open(), dt.datetime.now(dt.UTC)
    watched = watch(opened, next_day(now))
    state(opened, watched, BY, now)
    (context.log.info if watched.release is None else context.log.warning)(str(watched))


@dg.job(
    description="Look at the audits since the acceptance release in force; leave to people what is wrong too often."
)
def acceptance_watch() -> None:
    """The op as a job: audits of many days are too much for a tick of a sensor."""
    watch_acceptance()


@dg.schedule(
    job=acceptance_watch,
    cron_schedule=DAILY,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every day, while an acceptance release is in force.",
)
def acceptance_daily(world: WorldResource) -> dg.RunRequest | dg.SkipReason:
    """A run a day. What it states is the same for the same audits, so one run more changes nothing."""
    day = next_day(dt.datetime.now(dt.UTC))
    if in_force(releases(world.open(), RELEASE), day) is None:
        return dg.SkipReason(f"No acceptance release is in force on {day}.")
    return dg.RunRequest()
