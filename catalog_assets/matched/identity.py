"""Which offers are one product, why, and the key of that product.

Belongs here: what identifiers say, what judged pairs and people add to it, and keys. Does not belong here: how alike
two offers are (`features.py`, `matcher.py`) and how groups are built from pairs (`linking.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.matched.linking import Offers, Rules, link
from catalog_assets.matched.parents import parent_keys
from catalog_assets.matched.standing import OFFER_KEY

KEY_DIGITS = 24
"""96 bits: at 100M products two share a key with a chance of about 6e-14 (birthday bound)."""

PAIR = {
    "left_source": pl.String, "left_id": pl.String, "right_source": pl.String, "right_id": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """What is known of pairs of offers. Each frame has PAIR's columns, the smaller offer left.

    pairs: with probability and model_version; same, different: what people decided. `threshold`: the probability from
    which a pair is believed.
    """

    pairs: pl.DataFrame
    same: pl.DataFrame
    different: pl.DataFrame
    threshold: float


def product_key() -> pl.Expr:
    """Key of the product whose anchor is the offer (source, product_id)."""
    return digest(pl.lit("offer"), pl.col("source"), pl.col("product_id")).str.head(KEY_DIGITS)


def clusters(offers: pl.DataFrame, marketplaces: Collection[str] = (), judged: Judged | None = None) -> pl.DataFrame:
    """Which offers are one product: adds `product_key`, the hash of the cluster's anchor offer; `parent_key`, of the
    family of variants; and why the offer belongs there, where there are several members (LINKS).

    Same GTIN is the same product. An offer without GTIN joins by brand and part number, if these point to one GTIN or
    to none; where they point to several it stays with the others that have no GTIN either. An identifier that several
    live offers of one source share tells nothing about these, unless the source is a marketplace: a shop's own numbers
    say that they are several things. Then judged pairs join what identifiers left apart, and a person's word stands
    above both.
    """
    offers = offers.sort(OFFER_KEY)
    placed = offers.hstack(_identified(offers, marketplaces))
    rows = _Rows(placed, judged) if judged is not None else None
    if rows is not None:
        placed = placed.with_columns(_parted(placed, rows.different))
    found = placed.with_columns(_groups(placed, rows, marketplaces))
    anchors = (
        found.select("group", "first_day", *OFFER_KEY, product_key().alias("product_key"))
        .sort("first_day", *OFFER_KEY)
        .unique("group", keep="first", maintain_order=True)
        .select("group", "product_key")
    )
    keyed = found.join(anchors, on="group", how="left", maintain_order="left")
    keyed = keyed.with_columns(parent_keys(keyed).alias("parent_key"), *_links(keyed, rows))
    return keyed.select(*offers.columns, "product_key", "parent_key", *LINKS)


LINKS = ("method", "confidence", "model_version")


def unheeded(keyed: pl.DataFrame, judged: Judged) -> int:
    """How many pairs of offers that stand are not where people said: other identifiers, or other decisions, forbid it.

    keyed: `clusters`.
    """
    place = keyed.filter("live").select(*OFFER_KEY, "product_key")
    said = pl.concat([judged.same.with_columns(agreed=True), judged.different.with_columns(agreed=False)])
    for side in ("left", "right"):
        names = {"source": f"{side}_source", "product_id": f"{side}_id", "product_key": side}
        said = said.join(place.rename(names), on=[f"{side}_source", f"{side}_id"])
    return said.filter((pl.col("left") == pl.col("right")) != pl.col("agreed")).height


def _identified(offers: pl.DataFrame, marketplaces: Collection[str]) -> pl.DataFrame:
    """`start`: the smallest row with the same identifier; `by`: gtin, mpn or none; `told_gtin`: a GTIN that tells."""
    part = pl.concat_str(_folded("brand"), pl.lit("|"), _folded("mpn"))
    usable = (_folded("mpn").str.len_chars() >= 3) & (_folded("brand").str.len_chars() >= 1)
    ident = offers.with_columns(
        _telling(pl.col("gtin"), marketplaces).alias("told_gtin"), pl.when(usable).then(part).alias("part")
    ).with_columns(_telling(pl.col("part"), marketplaces).alias("part"))
    gtin_of_part = (
        ident.filter(pl.col("part").is_not_null() & pl.col("told_gtin").is_not_null())
        .group_by("part")
        .agg(pl.col("told_gtin").first().alias("part_gtin"), pl.col("told_gtin").n_unique().alias("gtins"))
        .filter(pl.col("gtins") == 1)
        .select("part", "part_gtin")
    )
    placed = ident.join(gtin_of_part, on="part", how="left", maintain_order="left")
    gtin = pl.coalesce("told_gtin", "part_gtin")
    by = pl.when(pl.col("told_gtin").is_not_null()).then(pl.lit("gtin")).when(pl.col("part").is_not_null())
    own = pl.int_range(pl.len(), dtype=pl.UInt32).alias("own")
    cluster = (
        pl.when(gtin.is_not_null())
        .then(pl.concat_str(pl.lit("g:"), gtin))
        .when(pl.col("part").is_not_null())
        .then(pl.concat_str(pl.lit("p:"), "part"))
    )
    start = pl.when(pl.col("cluster").is_null()).then("own").otherwise(pl.col("own").min().over("cluster"))
    told = placed.select(
        own, cluster.alias("cluster"), by.then(pl.lit("mpn")).alias("by"), "told_gtin", "source", "live"
    )
    told = told.with_columns(pl.when(~_crowding(marketplaces)).then("cluster").alias("cluster"))
    return told.with_columns(start.alias("start")).select("start", "by", "told_gtin")


def _crowding(marketplaces: Collection[str]) -> pl.Expr:
    """A live offer that by its part number would stand beside another live one of its shop, which another supplier's
    offer joins it to: the shop's own numbers say that they are several things, and only a GTIN says more."""
    several = pl.col("live").sum().over("cluster", "source") > 1
    shop = ~pl.col("source").is_in(list(marketplaces))
    return (
        several & pl.col("live") & shop & pl.col("cluster").is_not_null() & pl.col("told_gtin").is_null()
    ).fill_null(False)


def _telling(identifier: pl.Expr, marketplaces: Collection[str]) -> pl.Expr:
    """The identifier, null for a shop's live offers that share it."""
    several = pl.col("live").sum().over("source", identifier) > 1
    vague = several & pl.col("live") & ~pl.col("source").is_in(list(marketplaces))
    return pl.when(~vague).then(identifier)


def _folded(name: str) -> pl.Expr:
    return pl.col(name).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


class _Rows:
    """Judged pairs by the rows of the offers; a pair whose offers are not both there is left out."""

    def __init__(self, offers: pl.DataFrame, judged: Judged) -> None:
        self.threshold = judged.threshold
        self._place = offers.select(*OFFER_KEY).with_row_index("row")
        self.pairs = self._placed(judged.pairs).select("left", "right", "probability", "model_version")
        self.same, self.different = (
            self._placed(said).select("left", "right") for said in (judged.same, judged.different)
        )

    def _placed(self, pairs: pl.DataFrame) -> pl.DataFrame:
        for side in ("left", "right"):
            names = {"source": f"{side}_source", "product_id": f"{side}_id", "row": side}
            pairs = pairs.join(self._place.rename(names), on=[f"{side}_source", f"{side}_id"])
        return pairs


def _parted(placed: pl.DataFrame, different: pl.DataFrame) -> pl.Series:
    """`start`, without offers that a person took apart from another of their group: of the two the one that is there by
    its part number alone, the right one if both are. Same GTINs stand: of these one is wrong, which nobody here knows.
    """
    start, by = placed["start"], placed["by"]
    told = different.with_columns(*(start.gather(different[side]).alias(f"of_{side}") for side in ("left", "right")))
    inside = told.filter(pl.col("of_left") == pl.col("of_right"))
    weak = [(by.gather(inside[side]) == "mpn").fill_null(False).alias(f"weak_{side}") for side in ("left", "right")]
    ties = inside.with_columns(weak)
    out = pl.concat(
        [
            ties.filter("weak_right")["right"],
            ties.filter(pl.col("weak_left") & ~pl.col("weak_right"))["left"],
        ]
    ).unique()
    gone = pl.col("row").is_in(out.implode())
    rest = pl.col("row").filter(~gone).min().over("start")
    rows = placed.select("start").with_row_index("row")
    return rows.select(pl.when(gone).then("row").otherwise(rest).alias("start")).to_series()


def _groups(placed: pl.DataFrame, rows: _Rows | None, marketplaces: Collection[str]) -> pl.Series:
    """Of each offer the smallest row of its group."""
    if rows is None:
        return placed["start"].alias("group")
    apart = frozenset((left, right) for left, right in rows.different.iter_rows())
    start = _united(placed, rows, frozenset(marketplaces))
    known = Offers(placed["source"], start, placed["told_gtin"], placed["live"])
    return link(rows.pairs, known, Rules(rows.threshold, frozenset(marketplaces), apart)).alias("group")


def _united(placed: pl.DataFrame, rows: _Rows, marketplaces: frozenset[str]) -> pl.Series:
    """The groups, joined where a person said so: decisions are few, so one by one, those on offers that stand first.

    A decision is about what two offers say. Where a shop says the same of several offers, it joins one of them: the
    person saw one, and the shop's own numbers say that the others are other things. What a person took apart is not
    joined by way of a third.
    """
    start, live = placed["start"], placed["live"]
    heir: dict[int, int] = {}
    touched = pl.concat([start.gather(rows.same[side]) for side in ("left", "right")]).unique()
    members = placed.filter("live", pl.col("start").is_in(touched.implode())).select("start", "source")
    shops: dict[int, set[str]] = {group: set() for group in touched}
    for group, source in members.iter_rows():
        shops[group].update({source} - marketplaces)
    apart: dict[int, set[int]] = {}
    for left, right in rows.different.iter_rows():
        apart.setdefault(start[left], set()).add(start[right])
        apart.setdefault(start[right], set()).add(start[left])

    def root(group: int) -> int:
        while group in heir:
            group = heir[group]
        return group

    stand = live.gather(rows.same["left"]) & live.gather(rows.same["right"])
    ordered = rows.same.with_columns(stand.alias("stand")).sort(
        "stand", "left", "right", descending=[True, False, False]
    )
    for left, right in ordered.select("left", "right").iter_rows():
        one, other = sorted((root(start[left]), root(start[right])))
        kept_apart = other in {root(group) for group in apart.get(one, ())}
        if one != other and not shops[one] & shops[other] and not kept_apart:
            heir[other] = one
            shops[one] |= shops[other]
            apart.setdefault(one, set()).update(apart.get(other, ()))
    return start.replace({group: root(group) for group in heir}) if heir else start


def _links(keyed: pl.DataFrame, rows: _Rows | None) -> list[pl.Series]:
    """Why each offer is where it is; null where it is alone."""
    told = keyed.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        (pl.len().over("group") > 1).alias("several"),
        pl.when(pl.len().over("start") > 1).then("by").alias("method"),
    )
    if rows is None:
        told = told.with_columns(pl.lit(None, pl.Float64).alias("p"), pl.lit(None, pl.String).alias("model_version"))
    else:
        group = keyed["group"]
        heeded = rows.same.filter(group.gather(rows.same["left"]) == group.gather(rows.same["right"]))
        by_person = pl.concat([heeded["left"], heeded["right"]]).unique()
        surest = _surest(rows.pairs, keyed["group"])
        word = pl.when(pl.col("row").is_in(by_person.implode())).then(pl.lit("person"))
        told = told.join(surest, on="row", how="left", maintain_order="left").with_columns(
            word.otherwise(pl.coalesce("method", pl.when(pl.col("p").is_not_null()).then(pl.lit("model")))).alias(
                "method"
            )
        )
    judged = pl.col("method") == "model"
    return told.select(
        pl.when("several").then("method").alias("method"),
        pl.when(pl.col("several") & judged).then("p").when("several").then(1.0).alias("confidence"),
        pl.when(pl.col("several") & judged).then("model_version").alias("model_version"),
    ).get_columns()


def _surest(pairs: pl.DataFrame, group: pl.Series) -> pl.DataFrame:
    """row, p, model_version: the surest pair of each offer within its group."""
    within = pairs.filter(group.gather(pairs["left"]) == group.gather(pairs["right"]))
    ends = [within.select(pl.col(side).alias("row"), "probability", "model_version") for side in ("left", "right")]
    best = pl.concat(ends).sort("probability", descending=True).unique("row", keep="first")
    return best.select("row", pl.col("probability").alias("p"), "model_version")
