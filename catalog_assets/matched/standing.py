"""Which offers stand on a day: the latest row of each, and whether it is still listed.

Belongs here: withdrawals, and which of them are believed. Does not belong here: which offers are one product
(`identity.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from catalog_assets.vocabulary.columns import MOMENT

OFFER_KEY = ["source", "product_id"]


@dataclass(frozen=True)
class Standing:
    """Offers as of a day: OFFER_KEY, day, delivery_id, record_number, gtin, brand, mpn, first_day, live, gone_from
    (where not live: when the first full delivery without the offer that is believed landed).

    `withheld`: by source, how many withdrawals were not believed.
    """

    offers: pl.DataFrame
    withheld: Mapping[str, int]


def standing(
    rows: pl.DataFrame, seen: pl.DataFrame, full: pl.DataFrame, max_withdrawn: Mapping[str, float]
) -> Standing:
    """The latest row of each offer, and whether it still stands.

    rows: every offer row up to the day (OFFER_KEY, day, sequence, delivery_id, record_number, gtin, brand, mpn).
    seen: records that name an offer but were not passed on (OFFER_KEY, day, sequence): listed, so not withdrawn.
    full: full deliveries (source, day, sequence, landed_at, unidentified): unidentified counts records that name no
    offer.
    """
    latest = (
        rows.sort("day")
        .group_by(OFFER_KEY, maintain_order=False)
        .agg(pl.all().last(), pl.col("day").min().alias("first_day"))
    )
    listed = (
        pl.concat([rows.select(*OFFER_KEY, "day", "sequence"), seen.select(*OFFER_KEY, "day", "sequence")])
        .with_columns(_moment())
        .group_by(OFFER_KEY)
        .agg(pl.col("moment").min().alias("first_seen"), pl.col("moment").max().alias("last_seen"))
    )
    known = latest.join(listed, on=OFFER_KEY, how="left")
    believed: list[pl.DataFrame] = []
    withheld: dict[str, int] = {}
    for (source,), deliveries in full.with_columns(_moment()).sort("moment").group_by("source", maintain_order=True):
        of_source = known.filter(pl.col("source") == source)
        share = max_withdrawn.get(str(source), 1.0)
        flags, held = _believed(of_source["first_seen"], of_source["last_seen"], deliveries, share)
        believed.append(deliveries.filter(flags).select("source", "moment", pl.col("landed_at").alias("gone_from")))
        if held:
            withheld[str(source)] = held
    return Standing(_judged(known, believed).drop("first_seen", "last_seen"), withheld)


def _judged(known: pl.DataFrame, believed: list[pl.DataFrame]) -> pl.DataFrame:
    """Adds `live`, and `gone_from` of the first believed full delivery that came after an offer was last listed."""
    if not believed:
        return known.with_columns(pl.lit(True).alias("live"), pl.lit(None, MOMENT).alias("gone_from"))
    later = pl.concat(believed).sort("moment")
    found = known.with_columns((pl.col("last_seen") + 1).alias("after")).sort("after")
    judged = found.join_asof(
        later, left_on="after", right_on="moment", by="source", strategy="forward", check_sortedness=False
    )
    return judged.select(*known.columns, pl.col("moment").is_null().alias("live"), "gone_from")


def _moment() -> pl.Expr:
    """Day and sequence as one number that orders deliveries."""
    return (pl.col("day").to_physical().cast(pl.Int64) * 1_000_000 + pl.col("sequence")).alias("moment")


def _believed(first: pl.Series, last: pl.Series, deliveries: pl.DataFrame, max_share: float) -> tuple[pl.Series, int]:
    """Of each full delivery whether its absences are believed, and how many of those after the last such are not.

    first, last: moments at which each offer was first and last listed. Not believed is a delivery that would withdraw
    more than `max_share` of the offers that stood before it, or no more than it has records that name no offer (any of
    them may be the absent one). What is not believed still stands, so the same absence, repeated, is no better.
    """
    moments = deliveries["moment"]
    appeared = first.sort().search_sorted(moments).to_list()
    passed_away = last.sort().search_sorted(moments).to_list()
    gone = withheld = 0
    flags = []
    for index, unidentified in enumerate(deliveries["unidentified"]):
        stood, absent = appeared[index] - gone, passed_away[index] - gone
        flags.append(not absent or unidentified < absent <= max_share * stood)
        withheld = 0 if flags[-1] else absent
        gone = passed_away[index] if flags[-1] else gone
    return pl.Series(flags, dtype=pl.Boolean), withheld
