"""Which records a delivery holds, in which order, with which fault, and what is to become of each.

Belongs here: records as facts about offers, and their fates. Does not belong here: their words and their layout
(`nordwind.py`, `acme.py`, `bazaar.py`).
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from catalog_assets.simulator.draws import Draws, Flags, Ids
from catalog_assets.simulator.offers import Range, cents
from catalog_assets.simulator.plan import Delivery, Dirt, Plan
from catalog_assets.simulator.world import World

FAULTS = (
    "missing_id", "missing_name", "missing_price", "unreadable_price", "negative_price", "wrong_field_count",
    "unclosed_quote", "invalid_json",
)  # fmt: skip
"""Faults that break a record, with the reason that truth gives; a record's `fault` is 0 or an index here plus 1."""

_NOT_WRITTEN = {
    "nordwind": {"invalid_json"},
    "acme_wholesale": {"wrong_field_count", "unclosed_quote"},
    "bazaar": {"invalid_json", "missing_name"},
}

RECORD, OLDER, CONTINUATION = 0, 1, 2
"""Roles: a record proper, one that a newer one in the same file replaces, a row that continues the one above."""

LASTING = ("price_conflict", "name_conflict", "category_conflict", "unknown_category", "invalid_gtin", "hostile")
"""Faults of offers that leave the record usable and are in each record of the offer."""

CHUNK = 100_000


def fault(name: str) -> int:
    """The number of a fault."""
    return FAULTS.index(name) + 1


def records(plan: Plan, world: World, offered: Range, delivery: Delivery) -> pl.DataFrame:
    """The records of a delivery in the order of the file.

    Columns: offer (row in the range), role, part (0, or 1, 2, ... of a continuation), fault, cents, outlier, updated
    (minutes since 1970), gone (said to be discontinued).
    """
    draw = _labelled(plan, delivery)
    frame, day = offered.frame, delivery.day
    price, since = cents(plan, world, offered, day)
    chosen = np.flatnonzero(_chosen(plan, offered, delivery, since))
    chosen = chosen[np.argsort(frame["serial"].to_numpy()[chosen], kind="stable")]
    ids = frame["true_id"].to_numpy()[chosen]
    faults = _faults(plan.dirt, delivery, draw("fault").uniform(ids))
    extra = _continuations(plan, offered, delivery, ids) * (faults == 0)
    twice = (
        draw("duplicate").below(ids, plan.dirt.duplicate) & (faults == 0) & (extra == 0) & (delivery.kind != "stale")
    )
    outlier = draw("outlier").below(ids, plan.dirt.price_outlier) & (faults == 0) & (delivery.kind != "stale")
    stated = price[chosen]
    corrected = _corrected(plan, offered)[chosen] & (delivery.kind == "main") & (day == 0) & (plan.days > 1)
    stated = np.where(corrected, _other(stated), stated) if delivery.supplier.archetype == "acme_wholesale" else stated
    stated = stated * 95 // 100 if delivery.kind == "stale" else stated
    gone = frame["ends"].to_numpy()[chosen] == day
    updated = _updated(plan, offered, delivery, chosen, since)
    slots = np.arange(len(chosen))

    def rows(take: Ids, **other: object) -> pl.DataFrame:
        columns: dict[str, object] = {
            "slot": slots[take], "offer": chosen[take], "role": RECORD, "part": 0, "fault": faults[take],
            "cents": _shifted(stated, outlier)[take], "outlier": outlier[take], "updated": updated[take],
            "gone": gone[take],
        }  # fmt: skip
        columns |= other
        size = len(take)
        return pl.DataFrame({k: v if isinstance(v, np.ndarray) else np.full(size, v) for k, v in columns.items()})

    everything = np.arange(len(chosen))
    once, again = everything[~twice], everything[twice]
    parts = [
        rows(once),
        rows(again, role=OLDER, cents=_other(stated)[again], outlier=False, updated=updated[again] - 24 * 60),
        rows(again, slot=slots[again] + 1 + draw("distance").integers(ids[again], 0, 50), part=NEWER),
    ]
    for part in range(1, int(extra.max(initial=0)) + 1):
        parts.append(rows(everything[extra >= part], role=CONTINUATION, part=part, outlier=False))
    ordered = pl.concat(parts).sort("slot", "part", "offer")
    return ordered.with_columns(pl.when(pl.col("part") == NEWER).then(0).otherwise("part").alias("part")).drop("slot")


NEWER = 100
"""Sorts a repeated record behind the continuations of the record that it happens to follow."""


def _labelled(plan: Plan, delivery: Delivery) -> Callable[[str], Draws]:
    # A file that is sent again is the same file: it draws what the first one drew.
    kind = "main" if delivery.kind == "resend" else delivery.kind
    return lambda label: Draws(plan.seed, delivery.supplier.number, delivery.day, kind, label)


def _chosen(plan: Plan, offered: Range, delivery: Delivery, since: Ids) -> Flags:
    frame, day = offered.frame, delivery.day
    first, ends = frame["first"].to_numpy(), frame["ends"].to_numpy()
    live = (first <= day) & (day < ends)
    if delivery.kind == "stale":
        return np.asarray((first == 0) & _share(plan, offered, "stale", plan.dirt.stale))
    if delivery.supplier.full:
        return np.asarray(live)
    if delivery.kind == "late":
        return np.asarray(live & (_late(plan, offered) | _corrected(plan, offered)))
    if day == 0:
        return np.asarray(live & ~_late(plan, offered) if plan.days > 1 else live)
    gains = frame["gains_gtin"].to_numpy() & (frame["gtin_from"].to_numpy() == day)
    return np.asarray((live & ((since == day) | gains)) | (ends == day))


def _share(plan: Plan, offered: Range, label: str, rate: float) -> Flags:
    return Draws(plan.seed, offered.supplier.number, label).below(offered.frame["true_id"].to_numpy(), rate)


def _late(plan: Plan, offered: Range) -> Flags:
    return _share(plan, offered, "late", plan.dirt.late)


def _corrected(plan: Plan, offered: Range) -> Flags:
    return _share(plan, offered, "corrected", plan.dirt.late / 2) & ~_late(plan, offered)


def _faults(dirt: Dirt, delivery: Delivery, chances: np.ndarray) -> Ids:
    """At most one breaking fault a record."""
    found = np.zeros(len(chances), dtype=np.int64)
    if delivery.kind == "stale":
        return found
    reached = 0.0
    for name in FAULTS:
        if name in _NOT_WRITTEN[delivery.supplier.archetype]:
            continue
        rate = getattr(dirt, name)
        found[(chances >= reached) & (chances < reached + rate)] = fault(name)
        reached += rate
    return found


def _continuations(plan: Plan, offered: Range, delivery: Delivery, ids: Ids) -> Ids:
    if delivery.supplier.archetype != "bazaar" or delivery.kind != "main":
        return np.zeros(len(ids), dtype=np.int64)
    draw = Draws(plan.seed, offered.supplier.number, "variants")
    return np.where(draw.below(ids, plan.dirt.variants), Draws(plan.seed, "how many variants").integers(ids, 1, 4), 0)


def _other(price: Ids) -> Ids:
    """A price that is certainly not this one."""
    return price * 107 // 100 + 1


def _shifted(price: Ids, outlier: Flags) -> Ids:
    """Off by a factor of 100: what is dear becomes cheap, and the other way round."""
    return np.where(outlier, np.where(price > 50_000, price // 100, price * 100), price)


def _updated(plan: Plan, offered: Range, delivery: Delivery, chosen: Ids, since: Ids) -> Ids:
    """When the supplier last touched the offer, in minutes since 1970."""
    frame, day = offered.frame, delivery.day
    ids = frame["true_id"].to_numpy()[chosen]
    gained = np.where(frame["gains_gtin"].to_numpy(), frame["gtin_from"].to_numpy(), 0)[chosen]
    ended = np.where(frame["ends"].to_numpy() == day, day, 0)[chosen]
    last = np.maximum(np.maximum(since[chosen], np.where(gained <= day, gained, 0)), ended)
    midnight = (plan.start - dt.date(1970, 1, 1)).days * 24 * 60
    minute = Draws(plan.seed, offered.supplier.number, "minute").integers(ids, 0, 240)
    ago = Draws(plan.seed, offered.supplier.number, "days ago").integers(ids, 1, 200)
    days = np.where(last == 0, -ago, last)
    if delivery.kind == "late":
        return midnight + 22 * 60 + minute % 60
    return midnight + days * 24 * 60 + minute


def chunks(world: World, offered: Range, delivery: Delivery, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The records with all that is known of their offers and products, CHUNK records at a time."""
    facts = offered.frame.drop("first", "factor")
    for start in range(0, rows.height, CHUNK):
        part = rows.slice(start, CHUNK)
        own = facts.select(pl.all().gather(part["offer"]))
        yield pl.concat(
            [part, own, world.at(own["true_id"].to_numpy()).drop("true_id", "cents")], how="horizontal"
        ).with_columns(pl.lit(delivery.day).alias("day"))


@dataclass(frozen=True)
class Rendered:
    """Records as they stand in a file, the ids of their products, and faults that show in their texts, by name."""

    lines: pl.Series
    product_ids: pl.Series
    seen: Mapping[str, pl.Series]


NO_VERDICTS = pl.DataFrame(
    schema={"product_id": pl.String, "true_id": pl.Int64, "role": pl.Int64, "fate": pl.String, "reason": pl.String}
)


def verdicts(part: pl.DataFrame, rendered: Rendered, delivery: Delivery) -> pl.DataFrame:
    """What is to become of each record: product_id, true_id, role, fate, reason; not yet of those that are superseded.

    The reason of a record that passes names its faults, null where it has none.
    """
    notes = {
        **{name: part[name] for name in LASTING},
        "gains_gtin": part["gains_gtin"] & (part["gtin_from"] == part["day"]),
        "price_outlier": part["outlier"],
        **rendered.seen,
    }
    if delivery.supplier.archetype == "bazaar":
        notes = {name: there & (part["role"] != CONTINUATION) for name, there in notes.items()}
    named = [pl.when(there).then(pl.lit(name)).alias(name) for name, there in sorted(notes.items())]
    faults = pl.concat_str(named, separator=",", ignore_nulls=True)
    broken, further = part["fault"] > 0, part["role"] == CONTINUATION
    stale = delivery.kind == "stale"
    fate = pl.when(broken).then(pl.lit("quarantined")).when(further).then(pl.lit("merged"))
    reason = (
        pl.when(broken).then(pl.Series(["", *FAULTS]).gather(part["fault"])).when(further).then(pl.lit("continuation"))
    )
    return pl.select(
        pl.when(part["fault"] != fault("missing_id")).then(rendered.product_ids).alias("product_id"),
        part["true_id"],
        part["role"],
        fate.otherwise(pl.lit("skipped" if stale else "passed")).alias("fate"),
        reason.otherwise(pl.lit("stale_delivery") if stale else faults).alias("reason"),
    ).with_columns(pl.when(pl.col("reason") != "").then("reason").alias("reason"))


def settled(day: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The records of a supplier's deliveries of one day, in order of delivery, with the superseded ones marked.

    Of the records that would pass, the last one of each product does.
    """
    together = pl.concat([frame.with_columns(pl.lit(index).alias("file_index")) for index, frame in enumerate(day)])
    passing = together.with_row_index("row").filter(pl.col("fate") == "passed").select("row", "true_id")
    older = np.zeros(together.height, dtype=np.bool_)
    older[passing["row"].to_numpy()] = True
    older[passing.unique("true_id", keep="last", maintain_order=True)["row"].to_numpy()] = False
    reason = pl.when(pl.col("role") == OLDER).then(pl.lit("duplicate")).otherwise(pl.lit("newer_delivery"))
    marked = together.with_columns(pl.Series(older).alias("older")).with_columns(
        pl.when("older").then(pl.lit("superseded")).otherwise("fate").alias("fate"),
        pl.when("older").then(reason).otherwise("reason").alias("reason"),
    )
    return [
        marked.filter(pl.col("file_index") == index).drop("file_index", "older", "role") for index in range(len(day))
    ]
