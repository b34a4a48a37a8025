"""Partitions: the day, the source, and both; and how they map.

Belongs here: partition definitions and turning Dagster's keys into ours. Does not belong here: which partitions are
done (`pipeline.py`).
"""

import datetime as dt

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.stages import Partition


def days(catalog: Catalog) -> dg.DailyPartitionsDefinition:
    """Every day from `start_day`, today included."""
    return dg.DailyPartitionsDefinition(start_date=catalog.start_day.isoformat(), end_offset=1)


def days_and_sources(catalog: Catalog) -> dg.MultiPartitionsDefinition:
    """Day x source, the sources as configured."""
    sources = dg.StaticPartitionsDefinition(sorted(catalog.sources))
    return dg.MultiPartitionsDefinition({"day": days(catalog), "source": sources})


def partition_of(key: str) -> Partition:
    """Our partition for a Dagster partition key (`2026-01-01` or a multi-partition key of day and source)."""
    if isinstance(key, dg.MultiPartitionKey):
        parts = key.keys_by_dimension
        return Partition(dt.date.fromisoformat(parts["day"]), parts["source"])
    day, _, source = key.partition("|")
    return Partition(dt.date.fromisoformat(day), source) if source else Partition(dt.date.fromisoformat(day))


def key_of(partition: Partition) -> str:
    """The Dagster partition key."""
    if partition.source == Partition.__dataclass_fields__["source"].default:
        return partition.day.isoformat()
    return dg.MultiPartitionKey({"day": partition.day.isoformat(), "source": partition.source})
