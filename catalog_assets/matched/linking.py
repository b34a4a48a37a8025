"""From judged pairs to groups of offers that are one product.

Belongs here: which matches are believed together. Does not belong here: judging a pair (`matcher.py`) and the products'
keys (`transform.py`).

Pairs are taken up from the surest down. Two groups become one only if the mean probability over all pairs between them
that could be compared (one that was not proposed counts as 0) reaches the threshold: average linkage, so that a chain
of weak links joins nothing (Hassanzadeh et al., "Framework for Evaluating Clustering Algorithms in Duplicate
Detection", VLDB 2009, on how chains spoil transitive closure). And a source whose identifiers tell products apart has
at most one offer in a group; a marketplace, where many sell the same thing, may have several.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Rules:
    """What groups must keep to."""

    threshold: float
    marketplaces: frozenset[str]


def link(
    pairs: pl.DataFrame, sources: pl.Series, threshold: float, marketplaces: Collection[str] = frozenset()
) -> pl.Series:
    """Of each offer the group it belongs to, named by its smallest offer.

    pairs: left, right (offers), probability; sources: of each offer its source. UInt32, one value for each offer.
    `marketplaces`: sources that may have several offers of one product.
    """
    sure = pairs.filter(pl.col("probability") >= threshold)
    free, knotted = _by_company(sure)
    group = pl.DataFrame({"offer": pl.int_range(sources.len(), dtype=pl.UInt32, eager=True)})
    simple = free.select(pl.col("right").alias("offer"), pl.col("left").alias("group"))
    joined = _untie(knotted, pairs, sources, Rules(threshold, frozenset(marketplaces)))
    told = pl.concat([simple, joined])
    return group.join(told, on="offer", how="left").select(pl.coalesce("group", "offer").alias("group")).to_series()


def _by_company(sure: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Matches of two offers that match nothing else, and the others."""
    ends = pl.concat([sure["left"], sure["right"]]).value_counts(name="times").rename({sure.columns[0]: "offer"})
    busy = ends.filter(pl.col("times") > 1)["offer"]
    knotted = pl.col("left").is_in(busy.implode()) | pl.col("right").is_in(busy.implode())
    return sure.filter(~knotted), sure.filter(knotted)


def _untie(knotted: pl.DataFrame, pairs: pl.DataFrame, sources: pl.Series, rules: Rules) -> pl.DataFrame:
    """offer, group of the offers that have more than one match: few, and therefore looked at one by one."""
    said = pl.concat([knotted["left"], knotted["right"]]).unique()
    among = pairs.filter(pl.col("left").is_in(said.implode()) & pl.col("right").is_in(said.implode()))
    known = {(left, right): p for left, right, p in among.select("left", "right", "probability").iter_rows()}
    group_of = {offer: offer for offer in said}
    members = {offer: [offer] for offer in said}
    source_of = dict(zip(said.to_list(), sources.gather(said).to_list(), strict=True))
    surest = knotted.sort("probability", "left", "right", descending=[True, False, False])
    for left, right in surest.select("left", "right").iter_rows():
        one, other = sorted((group_of[left], group_of[right]))
        if one == other or not _belong(members[one], members[other], known, source_of, rules):
            continue
        members[one] += members.pop(other)
        for offer in members[one]:
            group_of[offer] = one
    schema = {"offer": pl.UInt32, "group": pl.UInt32}
    return pl.DataFrame({"offer": list(group_of), "group": list(group_of.values())}, schema=schema)


def _belong(
    one: list[int], other: list[int], known: dict[tuple[int, int], float], source_of: dict[int, str], rules: Rules
) -> bool:
    twice = {source_of[offer] for offer in one} & {source_of[offer] for offer in other}
    if twice - rules.marketplaces:
        return False
    comparable = [(min(a, b), max(a, b)) for a in one for b in other if source_of[a] != source_of[b]]
    return sum(known.get(pair, 0.0) for pair in comparable) >= rules.threshold * len(comparable)
