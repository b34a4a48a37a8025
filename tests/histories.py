"""Deliveries of a few suppliers, as what the matched stage reads of them, and random histories of such deliveries.

Belongs here: turning deliveries into frames. Does not belong here: what follows from them.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from hypothesis import strategies as st

from catalog_assets.matched.identity import LINKS, clusters
from catalog_assets.matched.standing import OFFER_KEY, Standing, standing
from catalog_assets.matched.transform import Touched, touched
from catalog_assets.vocabulary.columns import MOMENT, RECORD_FATES, STAGE_LEDGER
from tests.frames import STANDARDIZED_PRODUCTS, MemoryLake, date, frame, offer

MARKETPLACES = ("alpha", "beta")
"""Where many sellers list the same thing, so that offers of one source may be one product."""

Identity = Mapping[str, str | None]
IDENTITY = {"gtin": pl.String, "brand": pl.String, "mpn": pl.String, "family": pl.String}
ROWS = {
    "source": pl.String, "product_id": pl.String, "day": pl.Date, "sequence": pl.Int64, "delivery_id": pl.String,
    "record_number": pl.Int64, **IDENTITY,
}  # fmt: skip
SEEN = {name: ROWS[name] for name in ("source", "product_id", "day", "sequence")}
FULL = {
    "source": pl.String, "day": pl.Date, "sequence": pl.Int64, "landed_at": MOMENT, "unidentified": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """What one delivery lists: offers that pass with their identity, refused ones, and records that name no offer."""

    source: str
    day: int
    offers: Mapping[str, Identity] = field(default_factory=dict)
    full: bool = True
    sequence: int = 1
    unidentified: int = 0
    refused: tuple[str, ...] = ()

    @property
    def delivery_id(self) -> str:
        """An id that says which it is."""
        return f"{self.source}-{self.day}-{self.sequence}"


def listing(ids: str, **identity: str | None) -> dict[str, Identity]:
    """Offers named by single letters, all with the same identity."""
    return dict.fromkeys(ids, identity)


def _places(deliveries: Iterable[Delivery]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The last record of each offer and day, and the records that are not (superseded or refused)."""
    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    seen: list[dict[str, Any]] = []
    for delivery in sorted(deliveries, key=lambda d: (d.source, d.day, d.sequence)):
        place = {"source": delivery.source, "day": date(delivery.day), "sequence": delivery.sequence}
        for number, (name, identity) in enumerate(delivery.offers.items(), start=1):
            key = (delivery.source, name, delivery.day)
            if key in rows:
                seen.append({**rows[key], "fate": "superseded"})
            rows[key] = {
                **place, "product_id": name, "delivery_id": delivery.delivery_id, "record_number": number,
                **{part: identity.get(part) for part in IDENTITY}, "name": identity.get("name", "Acme Monitor 27"),
                "match_hash": hashlib.sha256(str(sorted(identity.items())).encode()).hexdigest()[:32],
            }  # fmt: skip
        for number, name in enumerate(delivery.refused, start=100):
            told = {"product_id": name, "delivery_id": delivery.delivery_id, "record_number": number}
            seen.append({**place, **told, "fate": "quarantined"})
    return list(rows.values()), seen


def _frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)


def offer_rows(deliveries: Iterable[Delivery]) -> pl.DataFrame:
    """`rows` of `standing`."""
    return _frame(_places(deliveries)[0], ROWS)


def landed_at(delivery: Delivery) -> dt.datetime:
    """Noon of its day, and as many minutes as its sequence."""
    return dt.datetime.combine(date(delivery.day), dt.time(12, delivery.sequence), dt.UTC)


def stand(deliveries: Iterable[Delivery], day: int = 31, limits: Mapping[str, float] | None = None) -> Standing:
    """Which offers stand at the end of the day."""
    known = [delivery for delivery in deliveries if delivery.day <= day]
    rows, seen = _places(known)
    full = [
        {
            "source": d.source,
            "day": date(d.day),
            "sequence": d.sequence,
            "landed_at": landed_at(d),
            "unidentified": d.unidentified,
        }
        for d in known
        if d.full
    ]
    return standing(_frame(rows, ROWS), _frame(seen, SEEN), _frame(full, FULL), limits or {})


def live(found: Standing) -> str:
    """The ids of the offers that stand, in order, as one word."""
    return "".join(found.offers.filter("live")["product_id"].sort())


def clustered(deliveries: Iterable[Delivery], day: int = 31, limits: Mapping[str, float] | None = None) -> pl.DataFrame:
    """The offers known at the end of the day, with product_key."""
    return clusters(stand(deliveries, day, limits).offers, MARKETPLACES).drop(LINKS)


def touch(deliveries: Iterable[Delivery], day: int, limits: Mapping[str, float] | None = None) -> Touched:
    """What the day touches."""
    known = list(deliveries)
    return touched(clustered(known, day, limits), clustered(known, day - 1, limits), date(day))


def groups(found: pl.DataFrame) -> set[frozenset[str]]:
    """Which offers are together, by product_id."""
    together = found.group_by("product_key").agg("product_id")
    return {frozenset(ids) for ids in together["product_id"].to_list()}


def standardized(lake: MemoryLake, deliveries: Iterable[Delivery]) -> None:
    """Fill a lake with what the standardized stage would have written of the deliveries, marks included."""
    known = list(deliveries)
    rows, seen = _places(known)
    lake.tables.clear()
    offers = [offer(**{name: row[name] for name in row if name != "sequence"}) for row in rows]
    lake.append("standardized_products", frame(STANDARDIZED_PRODUCTS, offers))
    fates = [
        {
            "stage": "standardized_products", "day": row["day"], "source": row["source"],
            "record_id": f"{row['delivery_id']}:{row['record_number']}", "fate": row["fate"], "reason": "r",
            "product_id": row["product_id"], "run_id": "r1",
        }
        for row in seen
    ]  # fmt: skip
    lake.append("record_fates", pl.DataFrame(fates, schema=RECORD_FATES.schema))
    lake.append("stage_ledger", pl.DataFrame(_marks(known), schema=STAGE_LEDGER.schema))


def _marks(deliveries: list[Delivery]) -> list[dict[str, Any]]:
    found = []
    for source, day in sorted({(d.source, d.day) for d in deliveries}):
        mine = [d for d in deliveries if (d.source, d.day) == (source, day)]
        told = [
            {"delivery_id": d.delivery_id, "sequence": d.sequence, "counts": True, "unidentified": d.unidentified}
            for d in sorted(mine, key=lambda d: d.sequence)
        ]
        found.append(
            {
                "stage": "standardized_products", "day": date(day), "source": source, "run_id": "r1", "unit": "records",
                **dict.fromkeys(("received", "passed", "quarantined", "superseded", "merged", "skipped", "pending"), 0),
                "balanced": True, "input_fingerprint": "i", "output_fingerprint": str(mine),
                "details": json.dumps({"deliveries": told}),
            }
        )  # fmt: skip
    return found


IDENTITIES = st.fixed_dictionaries(
    {
        "gtin": st.sampled_from([None, None, "00000000000017", "00000000000024"]),
        "brand": st.sampled_from([None, "Acme", "ACME "]),
        "mpn": st.sampled_from([None, "MX-1", "mx1", "MX-2", "x"]),
    }
)
DAYS = 5
ALPHA_IDS, BETA_IDS = "abc", "xyz"


@st.composite
def histories(draw: st.DrawFn, full: bool | None = None) -> list[Delivery]:
    """A few deliveries of two suppliers on the first days of the month, whose offers change identity now and then."""
    found = []
    for source, ids in (("alpha", ALPHA_IDS), ("beta", BETA_IDS)):
        whole = draw(st.booleans()) if full is None else full
        for day in range(1, DAYS + 1):
            for sequence in range(1, draw(st.sampled_from([0, 1, 1, 1, 2])) + 1):
                named = draw(st.lists(st.sampled_from(ids), unique=True, max_size=len(ids)))
                offers = {name: draw(IDENTITIES) for name in named}
                refused = tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=1)))
                refused = tuple(name for name in refused if name not in offers)
                unidentified = draw(st.sampled_from([0, 0, 1]))
                found.append(Delivery(source, day, offers, whole, sequence, unidentified, refused))
    return found


def shuffled(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The same rows in another order."""
    return rows.sample(fraction=1.0, shuffle=True, seed=seed)


__all__ = [
    "DAYS", "OFFER_KEY", "Delivery", "clustered", "groups", "histories", "listing", "live", "offer_rows", "shuffled",
    "stand", "standardized", "touch",
]  # fmt: skip
