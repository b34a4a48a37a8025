"""Questions to language models that are open are asked, and batches that have ended are collected.

Belongs here: asking where there is something to ask or to collect, and run keys. Does not belong here: which questions
are open (`catalog_assets/asked/stage.py`), and sending them (the `model_replies` asset does that).

What comes back makes its days stale; the `days` sensor runs them again.
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from catalog_assets.configuration import fingerprint
from catalog_assets.materialize import WorldResource
from catalog_assets.partitions import key_of
from catalog_assets.stages import Partition, World
from resources.language_model.key import KEY, has_key
from sensors.attempts import was_asked
from sensors.days import BUSY

STAGE = "model_proposals"


def questions_sensor(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs that ask, one day at a time, the latest first."""

    @dg.sensor(
        name="questions",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Open questions of the latest days (review.open_days) are asked of language models while the "
        "budget lasts; batches that have ended or are late are collected.",
    )
    def questions_tick(
        context: dg.SensorEvaluationContext, world: WorldResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        busy = context.instance.get_run_records(dg.RunsFilter(statuses=BUSY, job_name=job.name), limit=1)
        if busy:
            yield dg.SkipReason("A run is asking already.")
            return
        if not has_key():
            yield dg.SkipReason(f"Nothing can be asked: set {KEY} in the environment of the daemon.")
            return
        opened, now = world.open(), dt.datetime.now(dt.UTC)
        for partition, work in wanted(opened, now):
            key = f"{job.name}-{key_of(partition)}-{work}"
            if not was_asked(context.instance, key):  # Dagster would drop it, and no other day would have its turn
                yield dg.RunRequest(run_key=key, partition_key=key_of(partition))
                return
        yield dg.SkipReason("Nothing is open, or it is in a batch, or the day's budget is spent.")

    return questions_tick


def wanted(world: World, now: dt.datetime) -> Iterator[tuple[Partition, str]]:
    """Days with something to ask or to collect, and a name for the work.

    The name changes when a reply came or the day was computed anew, and every hour: what brought nothing is not tried
    again at once.
    """
    from catalog_assets.asked.asking import asking_pays
    from catalog_assets.asked.batches import ready
    from catalog_assets.asked.journal import received
    from resources.language_model.choose import Window

    rows = world.lake.scan("stage_ledger", stage=STAGE).collect().filter("balanced").sort("day", descending=True)
    settings = world.catalog.models.language
    if settings is None:
        return
    collects = ready(world, Window(settings.requests_a_minute), settings.window_hours, now)
    came = received(world)
    for place, row in enumerate(rows.head(world.catalog.review.open_days).iter_rows(named=True)):
        partition = Partition(row["day"])
        if (collects and place == 0) or (row["pending"] and asking_pays(world, partition, now)):
            yield partition, fingerprint(row["output_fingerprint"], came, f"{now:%Y-%m-%dT%H}", *collects)
