"""Business rules and the quality score.

Belongs here: judging a product by its values, its category, what its sources ask for it, and its look-alikes. Does not
belong here: the rules' limits and names (`contract.py`).
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from catalog_assets.configuration import Thresholds
from catalog_assets.contracts import filter_result
from catalog_assets.digests import digest
from catalog_assets.validated.contract import doubting, noting, refusing
from catalog_assets.vocabulary.columns import MONEY, QUALITY_FIELDS, VALIDATED_PRODUCTS

EXPECTED = ("name", "brand", "gtin", "description", "category", "price", "image_url", "availability")
"""Fields that make a record complete; attributes count as one more, and each that the category requires as another."""

WEIGHTS = {"completeness": 0.25, "accuracy": 0.30, "consistency": 0.15, "timeliness": 0.15, "uniqueness": 0.15}
"""How much each dimension counts. The five are those of ISO/IEC 25012 that can be measured without the real thing."""

NOT_HERE = ("day", "run_id", "base_price", "rates_version")
"""Columns that the stage adds: it knows the day, the run and the rates."""

FRESH_DAYS = 30
"""An offer last delivered this long ago scores 0 for timeliness."""


STATED = pl.Schema({"product_key": pl.String(), "source": pl.String(), "price": MONEY, "currency": pl.String()})


@dataclass(frozen=True)
class Measures:
    """What the day's products are measured by.

    statistics: `price_statistics`. stated: STATED, each live offer's price of products that have several offers, the
    lead offer's first. rates: currency, per_euro (units for one euro). required: category, required (list of names).
    """

    statistics: pl.DataFrame
    stated: pl.DataFrame
    rates: pl.DataFrame
    required: pl.DataFrame


@dataclass(frozen=True)
class Validated:
    """products: VALIDATED_PRODUCTS but NOT_HERE. failures: product_key, rule, message.
    questions: held prices, as the review store asks them (ASKED's columns)."""

    products: pl.DataFrame
    failures: pl.DataFrame
    questions: pl.DataFrame


def price_statistics(current: pl.DataFrame, sample: int) -> pl.DataFrame:
    """Average and deviation of the logarithm of prices: category, currency, mean, std.

    current: live products as of the day (product_key, category, currency, price). On a logarithmic scale prices of a
    category are close to normal; on a plain one the dear tail would hide every price that is ten times too low.
    """
    return (
        current.filter(pl.col("price") > 0, pl.col("category").is_not_null())
        .with_columns(pl.col("price").cast(pl.Float64).log().alias("log"))
        .sort("product_key")
        .group_by("category", "currency", maintain_order=True)
        .agg(
            pl.col("log").mean().round(9).alias("mean"), pl.col("log").std().round(9).alias("std"), pl.len().alias("n")
        )
        .filter(pl.col("n") >= sample, pl.col("std") > 0)
        .drop("n")
        .sort("category", "currency")
    )


def price_question() -> pl.Expr:
    """Id of the question whether a price is right: name, price and currency. Not the category: it may be decided later,
    and the price would be asked about twice."""
    parts = (pl.col(name).cast(pl.String) for name in ("name", "price", "currency"))
    return digest(pl.lit("price"), *parts).alias("question_id")


def validate(
    reviewed: pl.DataFrame, measures: Measures, decisions: pl.DataFrame, day: dt.date, thresholds: Thresholds
) -> Validated:
    """The whole stage. reviewed: the day's REVIEWED_PRODUCTS; decisions: those in force on price questions."""
    decided = _fold_prices(reviewed.with_columns(price_question()), decisions)
    judged = _features(decided, measures, thresholds.price_disagreement)
    good, failures = filter_result(judged, refusing(thresholds), "product_key")
    doubts = _broken(good, doubting(thresholds))
    notes = _broken(good, noting(thresholds))
    settled = pl.col("price_decided") | pl.col("pinned").list.contains("price")
    held = (doubts.list.len() > 0) & ~settled
    state = (
        pl.when(held).then(pl.lit("pending"))
        .when(pl.col("price").is_not_null()).then(pl.lit("accepted"))
        .when(pl.col("price_refused")).then(pl.lit("rejected"))
        .otherwise(pl.lit("none"))
    )  # fmt: skip
    marked = good.with_columns(
        pl.when(settled).then(notes).otherwise(pl.concat_list(doubts, notes)).list.sort().alias("issues"),
        state.alias("price_state"),
    )
    waits = pl.col("price_state") == "pending"
    shown = marked.with_columns(
        pl.when(waits).then("price").alias("proposed_price"), pl.when(~waits).then("price").alias("price")
    )
    scored = _score(shown, day)
    columns = [name for name in VALIDATED_PRODUCTS.columns if name not in NOT_HERE]
    products = scored.select(pl.col(name).cast(VALIDATED_PRODUCTS.schema[name]) for name in columns).sort("product_key")
    asked = marked.filter(waits | settled & pl.col("price_decided"))
    return Validated(products, failures, _questions(asked, thresholds.price_deviations))


def _broken(frame: pl.DataFrame, rules: tuple) -> pl.Series:  # type: ignore[type-arg]
    named = [pl.when(~rule.ok()).then(pl.lit(rule.name)) for rule in rules]
    return frame.select(pl.concat_list(named).list.drop_nulls().alias("broken")).to_series()


def _fold_prices(rows: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    said = decisions.select("question_id", "verdict", pl.col("value").alias("said"), "decided_at", "annotator")
    # A pin is the last word on a price, whatever was said before about the same amount.
    free = ~pl.col("pinned").list.contains("price")
    joined = rows.join(said, on="question_id", how="left").with_columns(
        pl.when(free).then(name).alias(name) for name in ("verdict", "decided_at", "annotator")
    )
    verdict = pl.col("verdict")
    corrected = pl.col("said").cast(MONEY, strict=False)
    return joined.with_columns(
        pl.col("price").alias("asked_price"),
        pl.when(verdict == "replace").then(corrected)
        .when(verdict == "reject").then(None).otherwise("price").alias("price"),
        verdict.is_not_null().alias("price_decided"),
        verdict.eq("reject").fill_null(False).alias("price_refused"),
        pl.max_horizontal("known_from", "decided_at").alias("known_from"),
        pl.when(~free).then(pl.lit("pin")).when(verdict.is_not_null()).then(pl.lit("person"))
        .when(pl.col("price").is_not_null()).then(pl.lit("supplier")).alias("price_method"),
        pl.col("annotator").alias("price_annotator"), pl.col("decided_at").alias("price_decided_at"),
    ).drop("verdict", "said", "decided_at", "annotator")  # fmt: skip


def _features(rows: pl.DataFrame, measures: Measures, tolerance: float) -> pl.DataFrame:
    """What the rules look at: deviation, price_spread, statements, disputed, lookalikes, required, missing_required."""
    log = pl.col("price").cast(pl.Float64).log()
    same = ["name", "brand", "asked_price", "currency"]
    lookalikes = pl.when(pl.col("status") == "live").then(pl.len().over([*same, "status"])).otherwise(1)
    told = rows.join(measures.statistics, on=["category", "currency"], how="left")
    own = rows.select("product_key", pl.col("currency").alias("own"))
    told = told.join(_statements(measures.stated, measures.rates, own), on="product_key", how="left")
    told = told.join(measures.required, on="category", how="left")
    names = pl.col("attributes").list.eval(pl.element().struct.field("name"))
    nothing = pl.lit([], pl.List(pl.String))
    return told.with_columns(
        ((log - pl.col("mean")) / pl.col("std")).alias("deviation"), _disputed(tolerance),
        lookalikes.alias("lookalikes"), pl.col("required", "statements").fill_null(nothing),
    ).with_columns(pl.col("required").list.set_difference(names).list.sort().alias("missing_required"))  # fmt: skip


def _statements(stated: pl.DataFrame, rates: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """product_key, statements (who says which price, and what that is in the product's own currency), price_spread: by
    how much of the cheapest the dearest is dearer. own: product_key, own (its currency).

    Prices are set against each other in euro, which gives the same ratio as any other currency; one that has no rate
    only against those in its own currency.
    """
    rated = stated.join(rates, on="currency", how="left", maintain_order="left").with_columns(
        (pl.col("price").cast(pl.Float64) / pl.col("per_euro").cast(pl.Float64).fill_null(1)).alias("amount"),
        pl.when(pl.col("per_euro").is_null()).then("currency").otherwise(pl.lit("EUR")).alias("money"),
    )
    # Rounded, since 150 USD against 100 USD must not be more than half as much again once both are euro.
    spread = (pl.col("amount").max() / pl.col("amount").min() - 1).fill_nan(0).round(9).alias("price_spread")
    spreads = rated.group_by("product_key", "money").agg(spread).group_by("product_key").agg(pl.max("price_spread"))
    mine = rates.select(pl.col("currency").alias("own"), pl.col("per_euro").cast(pl.Float64).alias("of_own"))
    here = own.join(mine, on="own", how="left")
    foreign = pl.when(pl.col("currency") != pl.col("own"), pl.col("per_euro").is_not_null())
    about = pl.concat_str(
        pl.lit(" (about "), _cents(foreign.then(pl.col("amount") * pl.col("of_own"))), pl.lit(" "), "own", pl.lit(")")
    )
    said = pl.concat_str(
        "source", pl.lit(": "), _cents(pl.col("price")), pl.lit(" "), "currency", about.fill_null("")
    ).alias("statements")
    listed = rated.join(here, on="product_key", how="left", maintain_order="left")
    return listed.group_by("product_key", maintain_order=True).agg(said).join(spreads, on="product_key")


def _cents(amount: pl.Expr) -> pl.Expr:
    """An amount as text, to the hundredth; null where there is none, or where it is no number that can be told."""
    return amount.cast(pl.Decimal(20, 2), strict=False).cast(pl.String)


def _disputed(tolerance: float) -> pl.Expr:
    """On how many fields sources differ. Prices in several currencies are no conflict of values; they are disputed
    where they lie further apart than `tolerance`."""
    fields = pl.col("conflicts").list.eval(pl.element().struct.field("field"))
    apart = (pl.col("price_spread").fill_null(0) > tolerance) & ~fields.list.contains("price")
    return (fields.list.n_unique() + apart.cast(pl.UInt32)).alias("disputed")


def _score(rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    present = [pl.col(name).is_not_null() for name in EXPECTED] + [pl.col("attributes").list.len() > 0]
    wanted, lacking = (pl.col(name).list.len().cast(pl.Float64) for name in ("required", "missing_required"))
    there = pl.sum_horizontal(flag.cast(pl.Float64) for flag in present) + wanted - lacking
    newest = pl.col("offers").list.eval(pl.element().struct.field("day")).list.max()
    age = (pl.lit(day) - newest).dt.total_days().fill_null(FRESH_DAYS)
    sources = pl.col("offers").list.eval(pl.element().struct.field("source")).list.n_unique()
    agreed = 1 - pl.col("disputed") / len(EXPECTED)
    implausible = pl.col("issues").list.contains("price_outlier")
    percent = {
        "completeness": there / (wanted + len(present)),
        "accuracy": pl.col("confidence").fill_null(1.0) * pl.when(implausible).then(0.5).otherwise(1.0),
        "consistency": pl.when(sources > 1).then(agreed).otherwise(1.0),
        "timeliness": 1 - age / FRESH_DAYS,
        "uniqueness": 1 / pl.col("lookalikes"),
    }
    scored = rows.with_columns((100 * value.clip(0, 1)).round(2).alias(name) for name, value in percent.items())
    quality = sum((pl.col(name) * weight for name, weight in WEIGHTS.items()), start=pl.lit(0.0))
    return scored.with_columns(quality.round(2).alias("quality"))


def _questions(rows: pl.DataFrame, deviations: float) -> pl.DataFrame:
    amount = pl.col("asked_price").cast(pl.String)
    reason = pl.concat_str(pl.lit("issues: "), pl.col("issues").list.join(", "))
    return rows.select(
        "question_id", "product_key", pl.lit("price").alias("kind"), pl.lit("price").alias("attribute"),
        amount.alias("value"), pl.col("currency").alias("unit"), pl.lit(0.5).alias("confidence"),
        pl.lit("rule").alias("method"), pl.lit("business rules").alias("model_version"), reason.alias("evidence"),
        "name", _price_context(deviations).alias("context"),
        pl.lit(None, pl.String).alias("options"),
    ).sort("question_id", "product_key")  # fmt: skip


def _price_context(deviations: float) -> pl.Expr:
    """What a person sees of a doubtful price: the product, its category, what that usually costs (by which the rule
    judges: the middle of the logarithms, and so many deviations around it), and who says which price."""
    middle, reach = pl.col("mean"), deviations * pl.col("std")
    amounts = [_cents(each.exp()) for each in (middle, middle - reach, middle + reach)]
    words = [pl.lit("usual: about "), pl.lit(", mostly "), pl.lit(" to ")]
    usual = pl.concat_str(
        *(part for pair in zip(words, amounts, strict=True) for part in pair), pl.lit(" "), "currency"
    )
    lines = [pl.col("name"), pl.col("category").fill_null("no category"), usual, pl.col("statements").list.join("\n")]
    return pl.concat_str(lines, separator="\n", ignore_nulls=True).str.strip_chars_end("\n")


__all__ = ["QUALITY_FIELDS", "STATED", "Measures", "Validated", "price_statistics", "validate"]
