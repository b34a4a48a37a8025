"""Run keys: when the same work is asked for once, again, or once more after a failure.

Belongs here: naming an attempt from the instance's history of runs. Does not belong here: what there is to do.
"""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG, RUN_KEY_TAG

WAITS = (dt.timedelta(minutes=5), dt.timedelta(minutes=20), dt.timedelta(minutes=80))
"""How long after its latest failure work that is still wanted is tried again; then a person has to look."""


def run_key(instance: dg.DagsterInstance, job: str, partition_key: str, wanted: str, now: dt.datetime) -> str:
    """The key of the next run of a partition whose work is named `wanted`.

    Dagster drops a request whose key it has seen. So the key is another one where the work is another, where a run has
    succeeded since (what was A, became B and is A again has to be done again), and where a failure is old enough to be
    tried once more; it stays the same while nothing has changed, also when the run itself rewrote marks and failed.
    """
    tags = {PARTITION_NAME_TAG: partition_key}
    filters = dg.RunsFilter(job_name=job, tags=tags)
    records = instance.get_run_records(filters, limit=len(WAITS) + 2)
    ended = [(r.dagster_run.run_id, r.dagster_run.status, _ended(r)) for r in records]
    return f"{job}-{partition_key}-{wanted}-{attempt(ended, now)}"


def ran_lately(
    instance: dg.DagsterInstance, job: str, partition_key: str, now: dt.datetime, wait: dt.timedelta
) -> bool:
    """Whether a run of the partition has succeeded less than `wait` ago."""
    filters = dg.RunsFilter(
        job_name=job, tags={PARTITION_NAME_TAG: partition_key}, statuses=[dg.DagsterRunStatus.SUCCESS]
    )
    return any(now - _ended(record) < wait for record in instance.get_run_records(filters, limit=1))


def was_asked(instance: dg.DagsterInstance, key: str) -> bool:
    """Whether a run was requested under this key before; Dagster would drop the request."""
    return bool(instance.get_run_records(dg.RunsFilter(tags={RUN_KEY_TAG: key}), limit=1))


def attempt(ended: Sequence[tuple[str, dg.DagsterRunStatus, dt.datetime]], now: dt.datetime) -> str:
    """Names the attempt: the latest success, and how many failures since were long enough ago.

    ended: run id, status, end of a partition's runs, the latest first.
    """
    failures: list[dt.datetime] = []
    for run_id, status, end in ended:
        if status == dg.DagsterRunStatus.SUCCESS:
            return f"{run_id[:8]}.{_tried(failures, now)}"
        if status == dg.DagsterRunStatus.FAILURE:
            failures.append(end)
    return f"0.{_tried(failures, now)}"


def _tried(failures: Sequence[dt.datetime], now: dt.datetime) -> int:
    count = min(len(failures), len(WAITS))
    return count if count and now - failures[0] >= WAITS[count - 1] else max(count - 1, 0)


def _ended(record: dg.RunRecord) -> dt.datetime:
    moment = record.end_time
    return dt.datetime.fromtimestamp(moment, dt.UTC) if moment else record.update_timestamp
