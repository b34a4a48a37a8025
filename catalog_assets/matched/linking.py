"""From judged pairs to groups of offers that are one product.

Belongs here: which matches are believed together. Does not belong here: judging a pair (`matcher.py`), what identifiers
say and the products' keys (`identity.py`).

Pairs are taken up from the surest down. Two groups become one only if the mean probability over all pairs between them
that could be compared (one that was not proposed counts as 0) reaches the threshold: average linkage, so that a chain
of weak links joins nothing (Hassanzadeh et al., "Framework for Evaluating Clustering Algorithms in Duplicate
Detection", VLDB 2009, on how chains spoil transitive closure). A source whose identifiers tell products apart has at
most one offer in a group that is built here; a marketplace, where many sell the same thing, may have several. Groups
with different GTINs stay apart.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Offers:
    """Of each offer its source, the group that it is in to begin with (the smallest offer in it), its GTIN, and whether
    it still stands: one that is withdrawn keeps no other offer of its source out."""

    sources: pl.Series
    start: pl.Series
    gtins: pl.Series
    live: pl.Series

    @classmethod
    def alone(cls, sources: pl.Series) -> "Offers":
        """Offers of which nothing is known but their source."""
        every = pl.int_range(sources.len(), dtype=pl.UInt32, eager=True)
        nothing = pl.repeat(None, sources.len(), dtype=pl.String, eager=True)
        return cls(sources, every, nothing, pl.repeat(True, sources.len(), eager=True))


@dataclass(frozen=True)
class Rules:
    """What groups must keep to. `marketplaces`: sources that may have several offers of one product. `apart`: pairs
    (left < right) of which a person said that they are two products."""

    threshold: float
    marketplaces: frozenset[str] = frozenset()
    apart: frozenset[tuple[int, int]] = frozenset()


def link(pairs: pl.DataFrame, offers: Offers, rules: Rules) -> pl.Series:
    """Of each offer the group it belongs to, named by its smallest offer (UInt32).

    pairs: left < right (offers), probability.
    """
    group = pl.DataFrame({"offer": pl.int_range(offers.sources.len(), dtype=pl.UInt32, eager=True)})
    sure = _linkable(pairs, offers, rules)
    free, knotted = _by_company(sure, offers)
    simple = free.select(pl.col("right").alias("offer"), pl.col("left").alias("group"))
    told = pl.concat([simple, _Knot(knotted, pairs, offers, rules).untied()])
    start = group.with_columns(offers.start.cast(pl.UInt32).alias("start"))
    return start.join(told, on="offer", how="left").select(pl.coalesce("group", "start").alias("group")).to_series()


def _linkable(pairs: pl.DataFrame, offers: Offers, rules: Rules) -> pl.DataFrame:
    """Pairs that may link two groups: sure enough, of different groups and not of different GTINs."""
    sure = pairs.filter(pl.col("probability") >= rules.threshold)
    sure = sure.with_columns(offers.start.gather(sure[side]).alias(f"of_{side}") for side in ("left", "right"))
    gtins = [offers.gtins.gather(sure[side]) for side in ("left", "right")]
    differ = (gtins[0] != gtins[1]).fill_null(False)
    found = sure.filter((pl.col("of_left") != pl.col("of_right")) & ~differ)
    if not rules.apart:
        return found
    apart = pl.DataFrame(sorted(rules.apart), schema={"left": pl.UInt32, "right": pl.UInt32}, orient="row")
    return found.join(apart, on=["left", "right"], how="anti")


def _by_company(sure: pl.DataFrame, offers: Offers) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Matches of two offers that match nothing else and are in no group yet, and the others."""
    ends = pl.concat([sure["of_left"], sure["of_right"]]).value_counts(name="times").rename({"of_left": "group"})
    sizes = offers.start.value_counts(name="size").rename({offers.start.name: "group"})
    busy = pl.concat([ends.filter(pl.col("times") > 1)["group"], sizes.filter(pl.col("size") > 1)["group"]]).unique()
    knotted = pl.col("of_left").is_in(busy.implode()) | pl.col("of_right").is_in(busy.implode())
    return sure.filter(~knotted), sure.filter(knotted)


class _Knot:
    """Groups that have more than one match: few, and therefore looked at one by one."""

    def __init__(self, knotted: pl.DataFrame, pairs: pl.DataFrame, offers: Offers, rules: Rules) -> None:
        self.rules = rules
        self.matches = knotted.sort("probability", "left", "right", descending=[True, False, False])
        groups = pl.concat([knotted["of_left"], knotted["of_right"]]).unique()
        said = offers.start.is_in(groups.implode()).arg_true().cast(pl.UInt32)
        among = pairs.filter(pl.col("left").is_in(said.implode()) & pl.col("right").is_in(said.implode()))
        self.known = {(left, right): p for left, right, p in among.select("left", "right", "probability").iter_rows()}
        self.group_of = dict(zip(said.to_list(), offers.start.gather(said).to_list(), strict=True))
        self.source_of = dict(zip(said.to_list(), offers.sources.gather(said).to_list(), strict=True))
        self.live = set(said.filter(offers.live.gather(said)).to_list())
        gtins = zip(said.to_list(), offers.gtins.gather(said).to_list(), strict=True)
        self.gtin_of = {offer: gtin for offer, gtin in gtins if gtin is not None}
        self.members: dict[int, list[int]] = {}
        for offer, group in self.group_of.items():
            self.members.setdefault(group, []).append(offer)

    def untied(self) -> pl.DataFrame:
        """offer, group."""
        for left, right in self.matches.select("left", "right").iter_rows():
            one, other = sorted((self.group_of[left], self.group_of[right]))
            if one == other or not self._belong(self.members[one], self.members[other]):
                continue
            self.members[one] += self.members.pop(other)
            for offer in self.members[one]:
                self.group_of[offer] = one
        schema = {"offer": pl.UInt32, "group": pl.UInt32}
        return pl.DataFrame({"offer": list(self.group_of), "group": list(self.group_of.values())}, schema=schema)

    def _belong(self, one: list[int], other: list[int]) -> bool:
        """Whether two groups may become one."""
        shops = [{self.source_of[offer] for offer in group if offer in self.live} for group in (one, other)]
        if (shops[0] & shops[1]) - self.rules.marketplaces:
            return False
        gtins = [{self.gtin_of[offer] for offer in group if offer in self.gtin_of} for group in (one, other)]
        if gtins[0] and gtins[1] and gtins[0] != gtins[1]:
            return False
        comparable = [(min(a, b), max(a, b)) for a in one for b in other if self.source_of[a] != self.source_of[b]]
        if any(pair in self.rules.apart for pair in comparable):
            return False
        believed = sum(self.known.get(pair, 0.0) for pair in comparable)
        return bool(believed >= self.rules.threshold * len(comparable))
