"""Which pairs a day compares, what the matcher says of them, and which pairs of earlier days still hold.

Belongs here: pairs as the table `matched_pairs` keeps them. Does not belong here: reading that table
(`comparisons.py`), and what follows from a pair (`identity.py`).

An offer is compared on the first day on which it stands with what it says now (its `match_hash`), under the release in
force; what is said of the pair holds until one of both offers says something else, or another release comes into force.
So a day compares only what came or changed on it, and the pairs of all days together are what one run over all offers
would propose, each with the candidates that stood on its day.
"""

import datetime as dt
from collections.abc import Collection

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.matched.blocking import candidates
from catalog_assets.matched.features import RANKED, features
from catalog_assets.matched.identity import PAIR
from catalog_assets.matched.matcher import Matcher
from catalog_assets.matched.standing import OFFER_KEY
from catalog_assets.matched.tokens import OFFERS, tokens

KIND = "match"
SAME = "the same product"
"""The one value of a question about a pair; to reject it is to say that they are two."""
_TEXT_SHOWN = 300


def changed_days(rows: pl.DataFrame) -> pl.DataFrame:
    """OFFER_KEY, changed: since when each offer says what it says now. rows: OFFER_KEY, day, match_hash."""
    ordered = rows.select(*OFFER_KEY, "day", "match_hash").sort(*OFFER_KEY, "day")
    again = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in (*OFFER_KEY, "match_hash"))
    begun = ordered.filter(~again.fill_null(False))
    return begun.group_by(OFFER_KEY).agg(pl.col("day").max().alias("changed"))


def compared_on(start: dt.date) -> pl.Expr:
    """The day on which an offer has to be compared. `start`: the first day under the release."""
    return pl.max_horizontal(pl.col("changed"), pl.lit(start))


def due(offers: pl.DataFrame, start: dt.date, known: Collection[dt.date]) -> pl.Series:
    """Of each offer (with `changed`) whether it is still to be compared. `known`: days whose pairs are there."""
    told = offers.select(~compared_on(start).is_in(list(known)))
    return told.to_series().alias("due")


def holding(pairs: pl.DataFrame, offers: pl.DataFrame, start: dt.date) -> pl.DataFrame:
    """Those of the pairs of earlier days that still hold; of one compared twice the last.

    pairs: rows of `matched_pairs` with day at or after `start`; offers: OFFER_KEY, changed.
    """
    for side in ("left", "right"):
        names = {"source": f"{side}_source", "product_id": f"{side}_id", "compared": f"{side}_compared"}
        since = offers.select(*OFFER_KEY, compared_on(start).alias("compared")).rename(names)
        pairs = pairs.join(since, on=[f"{side}_source", f"{side}_id"])
    latest = pl.max_horizontal("left_compared", "right_compared")
    held = pairs.filter(pl.col("day") >= latest).drop("left_compared", "right_compared")
    return held.sort("day", *PAIR).unique(list(PAIR), keep="last", maintain_order=True)


def judge(texts: pl.DataFrame, due: pl.Series, held: pl.DataFrame, matcher: Matcher) -> pl.DataFrame:
    """The pairs of the offers that are due: MATCHED_PAIRS' columns but day, question_id and run_id.

    texts: OFFERS and product_id, sorted by source and product_id; held: pairs that hold (PAIR, RANKED).
    """
    read = tokens(texts.select(OFFERS.names()))
    pairs = candidates(read.with_phrases, matcher.blocking, due)
    told = features(read, pairs, _beside(held, texts, due))
    names = texts.select("offer", *OFFER_KEY)
    found = told.select("left", "right", *RANKED).with_columns(
        matcher.probability(told), pl.lit(matcher.version).alias("model_version")
    )
    for side in ("left", "right"):
        place = names.rename({"offer": side, "source": f"{side}_source", "product_id": f"{side}_id"})
        found = found.join(place, on=side, how="left", maintain_order="left")
    return found.select(*PAIR, "probability", "model_version", *RANKED).sort(*PAIR)


def _beside(held: pl.DataFrame, texts: pl.DataFrame, due: pl.Series) -> pl.DataFrame:
    """Pairs that hold, by the numbers of their offers, without those that are compared anew."""
    place = texts.select("offer", *OFFER_KEY).filter(~due)
    for side in ("left", "right"):
        names = {"offer": side, "source": f"{side}_source", "product_id": f"{side}_id"}
        held = held.join(place.rename(names), on=[f"{side}_source", f"{side}_id"])
    return held.select("left", "right", *RANKED)


def question_id() -> pl.Expr:
    """The id of the question whether two offers are one product: what both say, in either order.

    Columns: left_hash, right_hash (String).
    """
    first, second = pl.min_horizontal("left_hash", "right_hash"), pl.max_horizontal("left_hash", "right_hash")
    return digest(pl.lit(KIND), first, second).alias("question_id")


def contents() -> pl.Expr:
    """What a question about a pair keeps as its evidence: both hashes, so that a decision is found by what was said."""
    return pl.concat_str("left_hash", pl.lit(" "), "right_hash")


def with_contents(cases: pl.DataFrame) -> pl.DataFrame:
    """Decisions on pairs (CASES) as DECISIONS with left_hash and right_hash."""
    parts = pl.col("asked_evidence").str.split(" ").list
    hashes = [parts.get(place, null_on_oob=True).alias(f"{side}_hash") for place, side in enumerate(("left", "right"))]
    kept = [name for name in cases.columns if not name.startswith("asked_")]
    return cases.select(*kept, *hashes).drop_nulls(["left_hash", "right_hash"])


def verdicts(offers: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """PAIR, verdict: the pairs of offers of different sources that say what people decided about; the smaller offer
    left. offers: OFFER_KEY, match_hash; decided: verdict, left_hash, right_hash."""
    said = decided.select("verdict", "left_hash", "right_hash")
    turned = said.rename({"left_hash": "right_hash", "right_hash": "left_hash"})
    both = pl.concat([said, turned.select(said.columns)]).unique()
    for side in ("left", "right"):
        names = {"source": f"{side}_source", "product_id": f"{side}_id", "match_hash": f"{side}_hash"}
        both = both.join(offers.select(*OFFER_KEY, "match_hash").rename(names), on=f"{side}_hash")
    found = both.filter(pl.col("left_source") < pl.col("right_source"))
    return found.select(*PAIR, "verdict").unique().sort(*PAIR)


def asked(pairs: pl.DataFrame, offers: pl.DataFrame, doubt: float) -> pl.DataFrame:
    """The pairs with `question_id`: null below `doubt`. offers: OFFER_KEY, match_hash."""
    hashed = with_hashes(pairs, offers)
    told = pl.when(pl.col("probability") >= doubt).then(question_id()).alias("question_id")
    return hashed.with_columns(told).drop("left_hash", "right_hash")


def with_hashes(pairs: pl.DataFrame, offers: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose offers are there, with what these say: left_hash, right_hash."""
    for side in ("left", "right"):
        names = {"source": f"{side}_source", "product_id": f"{side}_id", "match_hash": f"{side}_hash"}
        said = offers.select(*OFFER_KEY, "match_hash").rename(names)
        pairs = pairs.join(said, on=[f"{side}_source", f"{side}_id"], maintain_order="left")
    return pairs


def questions(pairs: pl.DataFrame, keyed: pl.DataFrame, texts: pl.DataFrame, decided: pl.Series) -> pl.DataFrame:
    """What to ask a person: pairs in doubt of which neither offer has a better one, in the shape of `ASKED`.

    pairs: of the day, with question_id; keyed: offers with product_key; texts: OFFERS and product_id, gtin, currency;
    decided: question ids that are settled.
    """
    open_ = pairs.filter(pl.col("question_id").is_not_null() & ~pl.col("question_id").is_in(decided.implode()))
    open_ = with_hashes(open_, keyed).with_columns(contents().alias("evidence"))
    for side in ("left", "right"):
        names = {"source": f"{side}_source", "product_id": f"{side}_id", "product_key": f"{side}_key"}
        keys = keyed.select(*OFFER_KEY, "product_key").rename(names)
        said = _said(texts).rename({**names, "said": f"{side}_said", "name": f"{side}_name"}, strict=False)
        open_ = open_.join(keys, on=[f"{side}_source", f"{side}_id"]).join(said, on=[f"{side}_source", f"{side}_id"])
    best = [pl.col("probability") == pl.col("probability").max().over(f"{s}_source", f"{s}_id", f"{o}_source")
            for s, o in (("left", "right"), ("right", "left"))]  # fmt: skip
    apart = open_.filter(pl.col("left_key") != pl.col("right_key")).filter(best[0] & best[1])
    none = pl.lit(None, pl.String)
    return apart.select(
        "question_id", pl.col("left_key").alias("product_key"), pl.lit(KIND).alias("kind"),
        pl.lit("product").alias("attribute"), pl.lit(SAME).alias("value"), none.alias("unit"),
        pl.col("probability").alias("confidence"), pl.lit("model").alias("method"), "model_version",
        "evidence", pl.col("left_name").alias("name"),
        pl.concat_str("left_said", pl.lit("\n"), "right_said").alias("context"),
        pl.lit(f'["{SAME}"]').alias("options"),
    )  # fmt: skip


def _said(texts: pl.DataFrame) -> pl.DataFrame:
    """OFFER_KEY, name and `said`: an offer in one line."""
    parts = [
        pl.concat_str("source", pl.lit("/"), "product_id"),
        pl.col("name"),
        *(pl.concat_str(pl.lit(f"{name} "), pl.col(name)) for name in ("brand", "mpn", "gtin")),
        pl.concat_str(pl.lit("price "), pl.col("price").cast(pl.String)),
        pl.col("description").str.head(_TEXT_SHOWN),
    ]
    return texts.select(*OFFER_KEY, "name", pl.concat_str(parts, separator=" | ", ignore_nulls=True).alias("said"))
