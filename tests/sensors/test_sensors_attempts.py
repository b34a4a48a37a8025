"""When the same work is asked for again."""

import datetime as dt

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from sensors.attempts import WAITS, attempt, ran_lately

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
FAILED, DONE, CANCELED = DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS, DagsterRunStatus.CANCELED


def ended(*told):
    """(run id, status, age) latest first."""
    return [(run_id, status, NOW - age) for run_id, status, age in told]


SOON, LATER = dt.timedelta(seconds=15), dt.timedelta(hours=2)


@pytest.mark.parametrize(
    ("runs", "name"),
    [
        ([], "0.0"),
        ([("a", FAILED, SOON)], "0.0"),
        ([("a", FAILED, WAITS[0])], "0.1"),
        ([("b", FAILED, SOON), ("a", FAILED, LATER)], "0.1"),
        ([("b", FAILED, WAITS[1]), ("a", FAILED, LATER)], "0.2"),
        ([(str(n), FAILED, LATER) for n in range(5)], "0.3"),
        ([("done", DONE, SOON)], "done.0"),
        ([("c", FAILED, SOON), ("done", DONE, LATER), ("a", FAILED, LATER)], "done.0"),
        ([("c", FAILED, LATER), ("done", DONE, LATER)], "done.1"),
        ([("c", CANCELED, LATER)], "0.0"),
    ],
)
def test_an_attempt_is_named_by_the_last_success_and_by_failures_that_are_old_enough(runs, name):
    assert attempt(ended(*runs), NOW) == name


def test_a_run_that_keeps_failing_is_tried_three_times_more_and_then_waits_for_a_person():
    asked, failures = set(), []
    for minute in range(24 * 60):
        now = NOW + dt.timedelta(minutes=minute)
        key = attempt(failures, now)
        if key not in asked:
            asked.add(key)
            failures.insert(0, (f"r{minute}", FAILED, now))
    assert len(asked) == 1 + len(WAITS)


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def table(context: dg.AssetExecutionContext) -> None:
    if context.run.tags.get("fail"):
        raise ValueError("no")


def test_a_partition_ran_lately_when_a_run_of_it_has_succeeded_since():
    day = dg.Definitions(assets=[table], jobs=[dg.define_asset_job("day", [table])]).get_job_def("day")
    wait = dt.timedelta(minutes=5)
    with dg.DagsterInstance.ephemeral() as instance:
        day.execute_in_process(instance=instance, partition_key="a")
        day.execute_in_process(instance=instance, partition_key="b", tags={"fail": "1"}, raise_on_error=False)
        now = dt.datetime.now(dt.UTC)
        assert ran_lately(instance, "day", "a", now, wait)
        assert not ran_lately(instance, "day", "a", now + wait, wait)
        assert not ran_lately(instance, "day", "a", now, dt.timedelta())
        assert not ran_lately(instance, "day", "b", now, wait)
        assert not ran_lately(instance, "other", "a", now, wait)
