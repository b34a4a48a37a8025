"""Deliveries: which files are new, landing their bytes, and which deliveries still count.

Belongs here: the journal of deliveries and its corrections by retraction and replacement. Does not belong here:
listing places and storing bytes (`resources/landing.py`), and reading what a delivery contains.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.corrections import CorrectionError
from catalog_assets.stages import Partition, World
from catalog_assets.vocabulary.columns import DELIVERIES
from resources.landing import Arrival, TooLarge, arrivals, place

Clock = Callable[[], dt.datetime]
Trouble = Callable[[str, str], None]
"""Is told of a source of which something is not taken, and why."""

RACY = dt.timedelta(seconds=2)
"""A file landed sooner than this after it was modified may have changed again without a new modification time (S3 tells
whole seconds), so its bytes are looked at again."""


_digests: dict[Arrival, str] = {}
"""Digests of files as this process has read them: a sensor looks every few seconds, and a file that was only touched is
read once, not at every look."""


@dataclass(frozen=True)
class NewDelivery:
    """A file whose bytes have not been delivered at its path yet."""

    arrival: Arrival
    path: str
    size: int
    sha256: str
    sequence: int
    delivery_id: str


@dataclass(frozen=True)
class Landed:
    """What a landing did: new deliveries by id, files known already, and files that were refused with the reason."""

    new: tuple[str, ...]
    known: int
    refused: tuple[tuple[str, str], ...]


def known_deliveries(world: World, partition: Partition) -> pl.DataFrame:
    """The journal's deliveries of a day and source, in order of sequence."""
    return world.lake.read("deliveries", day=partition.day, source=partition.source).sort("sequence", "landed_at")


def new_deliveries(
    world: World,
    partition: Partition,
    keep: Callable[[bytes], object] = lambda data: None,
    listed: Sequence[Arrival] | None = None,
) -> tuple[list[NewDelivery], int, list[tuple[str, str]]]:
    """Files at the source's place that are new, how many are known, and those refused with a sentence why.

    A file is new when its bytes differ from the latest delivery at its path: a supplier who puts A, then B, then A
    again in the same place has delivered three times; the same file seen twice is one delivery. `keep` gets each new
    file's bytes, of which only one file's are in memory at a time. `listed`: the source's place, if it was listed.
    """
    catalog = world.catalog
    template = catalog.source_path(partition.source)
    if listed is None:
        listed = arrivals(template, catalog.s3_endpoint, partition.day)
    listed = [arrival for arrival in listed if arrival.day == partition.day]
    supplier = place(template, catalog.s3_endpoint)
    known = known_deliveries(world, partition)
    latest = {
        catalog.told_path(row["path"]): row for row in known.filter(pl.col("replaces").is_null()).iter_rows(named=True)
    }
    sequence = int(known["sequence"].max() or 0) if known.height else 0  # type: ignore[arg-type]
    new: list[NewDelivery] = []
    refused: list[tuple[str, str]] = []
    for arrival in listed:
        path = catalog.told_path(arrival.path)
        before = latest.get(path)
        if before and (_unchanged(arrival, before) or before["sha256"] == _digests.get(arrival)):
            continue
        try:
            arrival.path.encode()
            data = supplier.read(arrival.path, catalog.limits.file_bytes)
        except UnicodeEncodeError:
            readable = arrival.path.encode(errors="surrogateescape").decode(errors="backslashreplace")
            refused.append((readable, "its name is not UTF-8; rename it"))
            continue
        except TooLarge:
            refused.append((arrival.path, f"larger than limits.file_bytes ({catalog.limits.file_bytes}); split it"))
            continue
        except OSError as error:
            refused.append((arrival.path, f"cannot be read: {error.strerror or error}"))
            continue
        digest = hashlib.sha256(data).hexdigest()
        if dt.datetime.now(dt.UTC) - arrival.changed_at >= RACY:
            _digests[arrival] = digest
        if before and before["sha256"] == digest:
            continue
        keep(data)
        sequence += 1
        identity = delivery_id(partition, sequence, path, digest)
        new.append(NewDelivery(arrival, path, len(data), digest, sequence, identity))
    return new, len(listed) - len(new) - len(refused), refused


def undelivered(
    world: World,
    sources: Iterable[str],
    trouble: Trouble,
    today: dt.date,
    wanted: Callable[[dt.date], bool] = lambda day: True,
    settled_by: dt.datetime | None = None,
) -> Iterator[tuple[Partition, list[NewDelivery]]]:
    """Partitions of the wanted days with files that are not delivered yet, and these.

    A source whose place cannot be looked at, and days outside of the calendar, are told to `trouble`; they hold up no
    other. With `settled_by`, a day with a file modified later waits: it may still be written.
    """
    for source in sources:
        try:
            listed = arrivals(world.catalog.source_path(source), world.catalog.s3_endpoint)
            unsettled = {a.day for a in listed if settled_by is not None and a.touched_at > settled_by}
            days = sorted({a.day for a in listed if wanted(a.day)} - unsettled)
            inside = [day for day in days if world.catalog.start_day <= day <= today]
            found = [(p, *new_deliveries(world, p, listed=listed)) for p in (Partition(d, source) for d in inside)]
        except OSError as error:
            trouble(source, f"its place cannot be looked at: {error}")
            continue
        outside = [day.isoformat() for day in days if day not in inside]
        if outside:
            calendar = f"start_day ({world.catalog.start_day}) to today ({today}, UTC)"
            trouble(source, f"files of {', '.join(outside)} are not taken: outside of {calendar}")
        for partition, new, _, refused in found:
            for path, why in refused:
                trouble(source, f"{path}: {why}")
            if new:
                yield partition, new


def _unchanged(arrival: Arrival, before: dict[str, Any]) -> bool:
    """Whether size and times alone tell that these are the bytes already delivered. Whoever sets a modification time
    back cannot set back when the file itself was last changed."""
    settled = before["landed_at"] - before["delivered_at"] >= RACY and arrival.changed_at <= before["landed_at"]
    return bool(settled and before["size_bytes"] == arrival.size and before["delivered_at"] == arrival.modified_at)


def delivery_id(partition: Partition, sequence: int, path: str, sha256: str) -> str:
    """16 hex digits that name a delivery."""
    return fingerprint(partition.source, partition.day, sequence, path, sha256)


def land(world: World, partition: Partition, run_id: str, clock: Clock) -> Landed:
    """Store the bytes of new files, then record their deliveries in one commit. Doing it again does nothing."""
    with world.lock(f"deliveries-{partition}"):
        new, known, refused = new_deliveries(world, partition, keep=world.landing.put)
        if new:
            rows = [_row(partition, delivery, run_id, clock()) for delivery in new]
            world.lake.append("deliveries", pl.DataFrame(rows, schema=DELIVERIES.schema))
    return Landed(tuple(delivery.delivery_id for delivery in new), known, tuple(refused))


def _row(partition: Partition, new: NewDelivery, run_id: str, now: dt.datetime) -> dict[str, object]:
    return {
        "day": partition.day, "source": partition.source, "delivery_id": new.delivery_id, "sequence": new.sequence,
        "path": new.path, "sha256": new.sha256, "size_bytes": new.size,
        "delivered_at": new.arrival.modified_at, "landed_at": now, "replaces": None, "run_id": run_id,
    }  # fmt: skip


def effective(world: World, deliveries: pl.DataFrame) -> pl.DataFrame:
    """Deliveries with `retracted`: true where a person took one back, or where another replaces it and nobody has
    restored it since."""
    last = _last_word(world)
    taken_back = last.filter(pl.col("kind") == "retract")["delivery_id"]
    restored = last.filter(pl.col("kind") == "restore")["delivery_id"]
    replaced = pl.col("delivery_id").is_in(deliveries["replaces"].drop_nulls().implode())
    gone = pl.col("delivery_id").is_in(taken_back.implode()) | (
        replaced & ~pl.col("delivery_id").is_in(restored.implode())
    )
    return deliveries.with_columns(gone.alias("retracted"))


def _last_word(world: World) -> pl.DataFrame:
    """delivery_id, kind: the latest retraction or restoration of each delivery that has one."""
    facts = world.lake.scan("corrections").filter(pl.col("kind").is_in(["retract", "restore"]))
    return facts.sort("sequence").group_by("delivery_id").agg(pl.col("kind").last()).collect()


def check_restore(world: World, identity: str) -> None:
    """Raises CorrectionError where a delivery that counts stands in the place of the one to be restored."""
    others = world.lake.read("deliveries")
    counting = effective(world, others).filter(pl.col("replaces") == identity, ~pl.col("retracted"))
    if counting.height:
        heir = counting["delivery_id"][0]
        raise CorrectionError(f"Delivery {identity} is replaced by {heir}; retract that one first.")


class UnknownDelivery(Exception):
    """No delivery has that id."""


def delivery(world: World, identity: str) -> dict[str, Any]:
    """One delivery of the journal. Raises UnknownDelivery."""
    found = world.lake.read("deliveries").filter(pl.col("delivery_id") == identity)
    if found.is_empty():
        raise UnknownDelivery(f"There is no delivery {identity}; `catalog delivery list` shows them.")
    return found.row(0, named=True)


def replace_delivery(
    world: World, identity: str, data: bytes, path: str, person: str, reason: str, now: dt.datetime
) -> str:
    """Deliver other bytes in the place of a delivery, in its day, source and sequence; returns the new id.

    Raises UnknownDelivery, and CorrectionError if it is replaced already.
    """
    old = delivery(world, identity)
    partition = Partition(old["day"], old["source"])
    with world.lock(f"deliveries-{partition}"):
        known = known_deliveries(world, partition)
        if identity in known["replaces"].to_list():
            raise CorrectionError(f"Delivery {identity} is replaced already; replace its replacement instead.")
        digest = world.landing.put(data)
        new = fingerprint(partition.source, partition.day, old["sequence"], path, digest, identity)
        row = {
            **old, "delivery_id": new, "path": path, "sha256": digest, "size_bytes": len(data),
            "delivered_at": old["delivered_at"], "landed_at": now, "replaces": identity,
            "run_id": f"replaced by {person}: {reason}",
        }  # fmt: skip
        world.lake.append("deliveries", pl.DataFrame([row], schema=DELIVERIES.schema))
    return new
