"""Facts that people state and that outlive every rerun: retractions and pins.

Belongs here: appending such facts to the journal and reading which of them are in force. Does not belong here: what
follows from them (the raw and the reviewed stage).
"""

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.stages import World
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.columns import CORRECTIONS
from catalog_assets.vocabulary.values import canonical_unit, value_fault

PINNABLE_FIELDS = (
    "name",
    "brand",
    "mpn",
    "description",
    "category",
    "price",
    "currency",
    "availability",
    "url",
    "image_url",
)
"""Beside these, every attribute of the vocabulary. A GTIN decides what is one product, so it is corrected at its
source, by replacing the delivery."""

PINNABLE = (*PINNABLE_FIELDS, *ATTRIBUTES)


class CorrectionError(Exception):
    """A correction makes no sense as stated; the message says why and what is allowed."""


@dataclass(frozen=True)
class Fact:
    """One correction; see the columns of `corrections`."""

    kind: str
    person: str
    reason: str
    delivery_id: str | None = None
    source: str | None = None
    product_id: str | None = None
    attribute: str | None = None
    value: str | None = None
    unit: str | None = None


def state(world: World, fact: Fact, now: dt.datetime) -> str:
    """Append a fact to the journal; returns its id."""
    if not fact.person.strip():
        raise CorrectionError("A correction needs the name of the person who makes it (--by).")
    with world.lock("corrections"):
        sequence = int(world.lake.scan("corrections").select(pl.col("sequence").max()).collect().item() or 0) + 1
        row = {**fact.__dict__, "sequence": sequence, "recorded_at": now}
        row["correction_id"] = fingerprint(*row.values())
        world.lake.append("corrections", pl.DataFrame([row], schema=CORRECTIONS.schema))
    return str(row["correction_id"])


def pins(world: World) -> pl.DataFrame:
    """Pins in force: one row for each source, product_id and attribute."""
    facts = world.lake.scan("corrections").filter(pl.col("kind").is_in(["pin", "unpin"])).collect()
    last = facts.sort("sequence").unique(["source", "product_id", "attribute"], keep="last", maintain_order=True)
    return last.filter(pl.col("kind") == "pin")


def checked_pin(world: World, fact: Fact) -> Fact:
    """The pin, with the unit that its value is kept in. Raises CorrectionError, in one sentence, for one that could not
    hold."""
    if fact.source not in world.catalog.sources:
        raise CorrectionError(
            f"There is no source '{fact.source}'; the sources are {', '.join(world.catalog.sources)}."
        )
    if fact.attribute not in PINNABLE:
        raise CorrectionError(f"'{fact.attribute}' cannot be pinned; these can: {', '.join(PINNABLE)}.")
    if not (fact.value or "").strip():
        raise CorrectionError("A pinned value cannot be empty.")
    known = world.lake.scan("standardized_products").filter(
        pl.col("source") == fact.source, pl.col("product_id") == fact.product_id
    )
    if not known.select(pl.len()).collect().item():
        raise CorrectionError(f"'{fact.source}' has not delivered a product '{fact.product_id}'.")
    fault = value_fault(fact.attribute, str(fact.value), fact.unit)
    if fault:
        raise CorrectionError(f"{fault[:1].upper()}{fault[1:]}.")
    return replace(fact, unit=fact.unit or canonical_unit(fact.attribute))


def check_unpin(world: World, fact: Fact) -> None:
    """Raise CorrectionError where no such pin is in force."""
    same = [pl.col(name) == getattr(fact, name) for name in ("source", "product_id", "attribute")]
    if pins(world).filter(*same).is_empty():
        raise CorrectionError(f"{fact.attribute} of {fact.source} {fact.product_id} is not pinned.")
