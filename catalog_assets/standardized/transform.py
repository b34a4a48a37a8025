"""From a day's raw cells of one source to its offers: one row per product, typed and in one vocabulary.

Belongs here: which record becomes an offer and what becomes of every other one (each has exactly one fate), and the
offer's columns. Does not belong here: reading and writing tables (`stage.py`), how a single field is read (the modules
beside this one).

The fates are decided in this order, and a record has the first that applies:

1. its delivery was retracted: skipped, `retracted`;
2. its delivery came in more than `stale_after_hours` before the end of its day (UTC): skipped, `stale`. Only the
   delivery counts, never the product's own dates; what comes after the day's end is late, not stale;
3. it continues the record above it (sources with `continuation`): merged, `continuation`;
4. it breaks a rule of `contract.RECORD_RULES`: quarantined, one failure per rule, the first rule is the reason;
5. its offer breaks a rule of `contract.RULES`: quarantined likewise. Looked at are the records that would be offers,
   and where one of these is refused the others of its product, of which one may take its place;
6. a later record (by sequence of the delivery, then number) describes the same product: superseded, `duplicate`;
7. else it is an offer.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from catalog_assets.configuration import Source
from catalog_assets.contracts import filter_result
from catalog_assets.digests import digest
from catalog_assets.standardized import attributes, identifiers, moments, names, stock
from catalog_assets.standardized.contract import RECORD_RULES, RULES
from catalog_assets.standardized.families import family
from catalog_assets.standardized.language import languages
from catalog_assets.standardized.prices import prices
from catalog_assets.standardized.text import first_filled, folded, plain
from catalog_assets.vocabulary.brands import CANONICAL
from catalog_assets.vocabulary.columns import MOMENT, MONEY, RECORD_FATES, STANDARDIZED_PRODUCTS

OFFER_COLUMNS = tuple(name for name in STANDARDIZED_PRODUCTS.columns if name != "run_id")
OFFERS_SCHEMA = pl.Schema({name: STANDARDIZED_PRODUCTS.schema[name] for name in OFFER_COLUMNS})
FATES_SCHEMA = pl.Schema(
    {name: RECORD_FATES.schema[name] for name in ("record_id", "fate", "reason", "into", "product_id")}
)
GROUP = "item_group_id"
MATCHED_BY = ("name", "brand", "mpn", "gtin", "description")
"""What matching reads of an offer and what a person would see of a pair in doubt."""
_NO_PRICES = pl.Schema({"price": MONEY, "currency": pl.String(), "price_problem": pl.String()})
FAILURES_SCHEMA = pl.Schema({"record_id": pl.String(), "rule": pl.String(), "message": pl.String()})


@dataclass(frozen=True)
class Standardized:
    """Offers (`OFFERS_SCHEMA`), the fates of all other records, and every rule that a quarantined record broke."""

    offers: pl.DataFrame
    fates: pl.DataFrame
    failures: pl.DataFrame


class UnknownDeliveryError(Exception):
    """Cells name deliveries that the list of deliveries lacks."""

    def __init__(self, deliveries: list[str]) -> None:
        self.deliveries = deliveries
        super().__init__(f"These deliveries have records but are not listed: {', '.join(deliveries[:5])}.")


def standardize(
    cells: pl.DataFrame, deliveries: pl.DataFrame, source_name: str, source: Source, day: dt.date,
    spellings: Mapping[str, str] = CANONICAL,
) -> Standardized:  # fmt: skip
    """Offers, fates and failures of a source's day; independent of the order of the rows.

    `cells`: delivery_id, record_number and one String column per supplier column that the source maps, null where
    empty. `deliveries`: delivery_id, sequence, delivered_at, landed_at, retracted. The result is sorted: offers by
    product, fates and failures by record. `spellings`: of brands (`brand_spellings`). Raises UnknownDeliveryError.
    """
    cells = _in_order(cells)
    records = _records(cells, deliveries, source, day)
    skipped, rest = _split(records, pl.col("skip").is_not_null())
    merged, rest = _split(rest, pl.col("continues"))
    judged = rest.hstack(_judged(cells, rest, source))
    good, failures = filter_result(judged.with_columns(_record_id().alias("record_id")), RECORD_RULES, "record_id")
    who = (merged, source_name, source, day, spellings)
    offers, superseded, broken = _kept(good, lambda some: _offers(cells, some, *who))
    failures = pl.concat([failures, broken])
    fates = (
        _fates(skipped, "skipped", pl.col("skip")),
        _fates(merged, "merged", pl.lit("continuation"), into=pl.col("leader_id")),
        _refused(judged, failures),
        _fates(superseded, "superseded", pl.lit("duplicate"), into=pl.col("winner_id")),
    )
    return Standardized(
        offers.select(OFFER_COLUMNS).sort("product_id"),
        pl.concat(fates).sort("record_id"),
        failures.cast(FAILURES_SCHEMA).sort("record_id", "rule"),
    )


def _in_order(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells by delivery and record number; already so in most cases, and then not moved."""
    delivery, number = pl.col("delivery_id"), pl.col("record_number")
    in_order = (delivery > delivery.shift()) | ((delivery == delivery.shift()) & (number > number.shift()))
    return cells if cells.select(in_order.all()).item() else cells.sort("delivery_id", "record_number")


def _records(cells: pl.DataFrame, deliveries: pl.DataFrame, source: Source, day: dt.date) -> pl.DataFrame:
    """One row per record: where it stands, what its delivery says of it, its identity and name, what it continues."""
    columns = source.columns.columns()
    stated = cells.select(
        folded(first_filled(cells, columns["product_id"])).alias("stated_id"),
        first_filled(cells, columns["name"]).alias("name"),
    )
    facts = deliveries.select(
        "delivery_id", "sequence", "landed_at", skipping(source, day).alias("skip"), pl.lit(True).alias("listed")
    )
    records = (
        cells.select("delivery_id", pl.col("record_number").cast(pl.Int64))
        .with_row_index("row")
        .join(facts, on="delivery_id", how="left", maintain_order="left")
        .hstack([stated["stated_id"], plain(stated["name"])])
    )
    strangers = records.filter(pl.col("listed").is_null())["delivery_id"].unique().sort().to_list()
    if strangers:
        raise UnknownDeliveryError(strangers)
    continues = _continues() if source.continuation else pl.lit(False)
    return _with_leaders(records.drop("listed").with_columns(continues.alias("continues")))


def skipping(source: Source, day: dt.date) -> pl.Expr:
    """Why a delivery's records are skipped, null where they are not."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
    hours = source.stale_after_hours
    stale = pl.lit(False) if hours is None else pl.col("delivered_at") < end - dt.timedelta(hours=hours)
    return pl.when("retracted").then(pl.lit("retracted")).when(stale).then(pl.lit("stale"))


def _continues() -> pl.Expr:
    """Whether a record only continues the one above: no name, and no identifier but the one filled down to it.

    What is filled down is the identifier of the last record above, in the same delivery, that has an identifier or a
    name (an empty text here where that one has a name only).
    """
    anchors = pl.col("stated_id").is_not_null() | pl.col("name").is_not_null()
    above = pl.when(anchors).then(pl.col("stated_id").fill_null("")).forward_fill().shift().over("delivery_id")
    same = pl.col("stated_id").is_null() | (pl.col("stated_id") == above)
    return (pl.col("name").is_null() & above.is_not_null() & same).fill_null(False)


def _with_leaders(records: pl.DataFrame) -> pl.DataFrame:
    """With `product_id`, filled down from the record that is continued, and that record as `leader` and `leader_id`."""
    records = records.with_columns(
        pl.when(~pl.col("continues")).then("row").forward_fill().alias("leader"),
        pl.col("stated_id").alias("product_id"),
    )
    if not records["continues"].any():
        return records.with_columns(pl.lit(None, pl.String).alias("leader_id"))
    return records.with_columns(
        pl.col("stated_id").gather("leader").alias("product_id"),
        pl.when("continues").then(_record_id().gather("leader")).alias("leader_id"),
    )


def _split(frame: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows for which a Boolean that is never null holds, and the others."""
    holds = frame.select(condition.alias("holds"))["holds"]
    return frame.filter(holds), frame.filter(~holds)


def _judged(cells: pl.DataFrame, records: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Price, currency and what is wrong with them (`price_problem`), row by row of the records."""
    columns = source.columns.columns()
    if source.price == "none":
        return pl.DataFrame(schema=_NO_PRICES).clear(records.height)
    fields = {name: first_filled(cells, columns.get(name, [])).alias(name) for name in ("price", "currency")}
    stated = _taken(cells, records).select(**fields)
    return prices(stated, source.decimal, source.currency).rename({"problem": "price_problem"})


def _taken(cells: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """The cells of some records, in the records' order."""
    rows = records["row"]
    return cells if rows.len() == cells.height and rows.is_sorted() else cells[rows]


def _record_id() -> pl.Expr:
    return pl.concat_str("delivery_id", pl.lit(":"), pl.col("record_number").cast(pl.String))


def _kept(
    good: pl.DataFrame, offers_of: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The offers that hold what the table promises, the records that they supersede, the failures of those refused."""
    latest, superseded = _latest(good)
    offers, failures = filter_result(offers_of(latest), RULES, "record_id")
    if failures.is_empty():
        return offers, superseded, failures
    # Other records of a refused one's product are judged too, all at once: its place goes to the latest that holds.
    refused = latest.join(failures, on="record_id", how="semi")
    rivals = good.join(refused, on="product_id", how="semi", maintain_order="left")
    failures = filter_result(offers_of(rivals), RULES, "record_id")[1]
    latest, superseded = _latest(good.join(failures, on="record_id", how="anti", maintain_order="left"))
    return offers_of(latest), superseded, failures


def _latest(good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The record of each product that counts, and the others with the record that took their place (`winner_id`)."""
    if good["product_id"].n_unique() == good.height:
        return good, good.clear().with_columns(pl.lit(None, pl.String).alias("winner_id"))
    ranked = good.sort("product_id", "sequence", "record_number", "delivery_id")
    last = (pl.col("product_id") != pl.col("product_id").shift(-1)).fill_null(True)
    winner = pl.when(last).then("record_id").backward_fill()
    latest, superseded = _split(ranked.with_columns(winner.alias("winner_id"), last.alias("last")), pl.col("last"))
    return latest.drop("winner_id", "last"), superseded.drop("last")


def _offers(
    cells: pl.DataFrame, latest: pl.DataFrame, merged: pl.DataFrame, source_name: str, source: Source, day: dt.date,
    spellings: Mapping[str, str],
) -> pl.DataFrame:  # fmt: skip
    """The offers of some records, with `record_id`; row by row, but for what continuations add."""
    columns = source.columns.columns()
    taken = _taken(cells, latest)
    fields = ("brand", "mpn", "gtin", "description", "category_path", "availability", "stock", "url", "image_url")
    stated = taken.select(first_filled(cells, columns.get(c, [])).alias(c) for c in (*fields, "updated_at", GROUP))
    described = plain(stated["description"])
    read = {
        "brand": names.brands(stated["brand"], spellings),
        "mpn": identifiers.mpns(stated["mpn"]),
        "gtin": identifiers.gtins(stated["gtin"]),
        "description": described,
        "category_path": names.category_paths(stated["category_path"]),
        "words": stock.availability_words(stated["availability"]),
        "stock": _stock(cells, latest, merged, source),
        "url": identifiers.addresses(stated["url"]),
        "image_url": identifiers.addresses(stated["image_url"]),
        "source_updated_at": moments.moments(stated["updated_at"]),
        "attributes": attributes.attributes(taken, source.attributes, source.decimal, source.language),
        "language": languages(latest["name"], described, source.language),
        GROUP: stated.select(folded(pl.col(GROUP)))[GROUP],
    }
    kept = latest.select(
        "row", "record_id", "product_id", "delivery_id", "record_number", "name", "price", "currency", "landed_at"
    )
    offers = kept.hstack(pl.DataFrame(read)).with_columns(
        pl.lit(day).alias("day"),
        pl.lit(source_name).alias("source"),
        stock.availability(pl.col("words"), pl.col("stock")).alias("availability"),
        pl.col("landed_at").cast(MOMENT).alias("known_from"),
        digest(*(pl.col(name) for name in MATCHED_BY)).alias("match_hash"),
        family(source_name).alias("family"),
    )
    followers = merged.group_by("leader").agg(pl.len().alias("followers"))
    offers = offers.join(followers, left_on="row", right_on="leader", how="left").with_columns(
        (1 + pl.col("followers").fill_null(0)).alias("variants")
    )
    return offers.select("record_id", *(pl.col(name).cast(dtype) for name, dtype in OFFERS_SCHEMA.items()))


def _stock(cells: pl.DataFrame, latest: pl.DataFrame, merged: pl.DataFrame, source: Source) -> pl.Series:
    """Pieces of each product: the sum over the rows that describe it, since each variant states its own."""
    column = first_filled(cells, source.columns.columns().get("stock", []))
    rows = pl.concat([latest.select("row", "leader"), merged.select("row", "leader")])
    pieces = stock.pieces(_taken(cells, rows).select(column.alias("stock"))["stock"], source.decimal)
    if merged.is_empty():
        return pieces
    stated = rows.with_columns(pieces).filter(pl.col("stock").is_not_null())
    totals = stated.group_by("leader").agg(stock.bounded(pl.col("stock").sum()))
    return latest.select("leader").join(totals, on="leader", how="left", maintain_order="left")["stock"]


def _fates(records: pl.DataFrame, fate: str, reason: pl.Expr, into: pl.Expr | None = None) -> pl.DataFrame:
    """Rows of `FATES_SCHEMA` for records that share a fate."""
    return records.select(
        _record_id().alias("record_id"),
        pl.lit(fate).alias("fate"),
        reason.alias("reason"),
        (pl.lit(None, pl.String) if into is None else into).alias("into"),
        "product_id",
    )


def _refused(judged: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """The fates of records that broke a rule; the reason is the first broken one in the order of the rules."""
    first = failures.group_by("record_id", maintain_order=True).agg(pl.col("rule").first())
    refused = judged.with_columns(_record_id().alias("record_id")).join(first, on="record_id", how="inner")
    return _fates(refused, "quarantined", pl.col("rule"))
