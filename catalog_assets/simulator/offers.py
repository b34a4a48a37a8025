"""Who offers what, since when, at what price, and with which lasting faults.

Belongs here: a supplier's offers and how they change from day to day. Does not belong here: single records and their
faults (`records.py`), and how a file is written.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from catalog_assets.simulator.draws import Draws, Flags, Floats, Ids, permuted
from catalog_assets.simulator.plan import Plan, Supplier, suppliers
from catalog_assets.simulator.world import World

CARRIED_BY = (0.60, 0.25, 0.15)
"""Shares of the products that one, two and three suppliers carry."""

RATES = {"EUR": 1.0, "USD": 1.08, "GBP": 0.86}
"""Units of the currency for one euro, in the simulated world."""

NEVER = 32_000
"""A day index after every plan."""


@dataclass(frozen=True)
class Range:
    """What one supplier offers in the whole plan, one row an offer in order of true_id.

    Columns: true_id, serial (the supplier's own number, unique), first (index of the first day), ends (index of the
    first day on which it is gone), factor (the supplier's price relative to the true one), gtin_from (index of the
    first day on which the offer states its GTIN; NEVER: not at all), and the lasting faults as flags: invalid_gtin,
    no_mpn, mojibake, html, hostile, price_conflict, name_conflict, category_conflict, unknown_category, gains_gtin.
    """

    supplier: Supplier
    frame: pl.DataFrame


def carriers(plan: Plan, ids: Ids) -> Flags:
    """Which supplier carries which product: one row a product, one column a supplier."""
    count = plan.suppliers
    most = min(count, len(CARRIED_BY))
    shares = np.cumsum(np.array(CARRIED_BY[:most]) / sum(CARRIED_BY[:most]))
    wanted = np.searchsorted(shares[:-1], Draws(plan.seed, "carried by").uniform(ids), side="right") + 1
    chances = np.stack([Draws(plan.seed, "carrier", s).uniform(ids) for s in range(count)], axis=1)
    ranks = np.argsort(np.argsort(chances, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(ranks < wanted[:, None])


def ranges(plan: Plan, world: World) -> list[Range]:
    """The offers of every supplier."""
    ids = world.frame["true_id"].to_numpy()
    carried = carriers(plan, ids)
    gains = _gains(plan, world, carried)
    return [_range(plan, world, supplier, carried, gains) for supplier in suppliers(plan)]


def _gains(plan: Plan, world: World, carried: Flags) -> Ids:
    """By product: the number of the supplier that states the GTIN only later, or -1."""
    ids = world.frame["true_id"].to_numpy()
    late = np.full(len(ids), -1, dtype=np.int64)
    rate = plan.dirt.gains_gtin
    fits = (
        (carried.sum(axis=1) > 1) & world.frame["gtin"].is_not_null().to_numpy() & (world.frame["born"].to_numpy() == 0)
    )
    able = ids[fits]
    if not rate or plan.days < 2 or not len(able):
        return late
    # Ranked, not drawn one by one, so that a small plan has such a product too.
    chosen = able[np.argsort(Draws(plan.seed, "gains").uniform(able), kind="stable")][: max(1, round(rate * len(able)))]
    chances = np.stack([Draws(plan.seed, "gainer", s).uniform(chosen) for s in range(plan.suppliers)], axis=1)
    late[chosen - 1] = np.where(carried[chosen - 1], chances, -1.0).argmax(axis=1)
    return late


def _range(plan: Plan, world: World, supplier: Supplier, carried: Flags, gains: Ids) -> Range:
    dirt = plan.dirt
    index = np.flatnonzero(carried[:, supplier.number])
    rows = world.frame.select("true_id", "born", "gtin").select(pl.all().gather(pl.Series(index)))
    ids = rows["true_id"].to_numpy()
    first = rows["born"].to_numpy().astype(np.int64)

    def draw(label: str) -> Draws:
        return Draws(plan.seed, supplier.number, label)

    # Whoever gains a GTIN, and whom it joins, must state it well, or there would be nothing to join.
    gaining, joined = gains[index] == supplier.number, gains[index] >= 0
    later = draw("gains on").integers(ids, 1, max(2, min(3, plan.days)))
    missing = draw("missing gtin").below(ids, dirt.missing_gtin * (1 / 3 if supplier.archetype == "nordwind" else 1))
    silent = (missing & ~joined) | rows["gtin"].is_null().to_numpy()
    conflict = draw("price conflict").below(ids, dirt.price_conflict)
    unknown = draw("unknown category").below(ids, dirt.unknown_category)
    return Range(
        supplier,
        pl.DataFrame(
            {
                "true_id": ids,
                "serial": permuted(ids, 10**8, plan.seed, supplier.number, "serial"),
                "first": first,
                "ends": _ends(plan, supplier, ids, first, joined),
                "factor": _factors(draw("margin"), draw("conflict factor"), ids, conflict) * RATES[supplier.currency],
                "gtin_from": np.where(gaining, later, np.where(silent, NEVER, 0)),
                "gains_gtin": gaining,
                "invalid_gtin": draw("invalid gtin").below(ids, dirt.invalid_gtin) & ~joined & ~silent,
                "no_mpn": draw("missing mpn").below(ids, dirt.missing_mpn) | gaining,
                "mojibake": draw("mojibake").below(ids, dirt.mojibake),
                "html": draw("html").below(ids, dirt.html),
                "hostile": draw("hostile").below(ids, dirt.hostile),
                "price_conflict": conflict,
                "name_conflict": draw("name conflict").below(ids, dirt.name_conflict),
                "category_conflict": draw("category conflict").below(ids, dirt.category_conflict) & ~unknown,
                "unknown_category": unknown,
            }
        ),
    )


def _ends(plan: Plan, supplier: Supplier, ids: Ids, first: Ids, kept: Flags) -> Ids:
    """Index of the day on which an offer is gone: each day after its first it ends with the same chance."""
    ends = np.full(len(ids), NEVER, dtype=np.int64)
    for day in range(plan.days - 1, 0, -1):
        gone = Draws(plan.seed, supplier.number, "ends", day).below(ids, plan.dirt.discontinued)
        ends[gone & (first < day) & ~kept] = day
    return ends


def _factors(margin: Draws, conflict: Draws, ids: Ids, conflicting: Flags) -> Floats:
    """A supplier's price relative to the true one: within some percent, or far off where sources conflict."""
    usual = np.exp(0.04 * margin.normal(ids))
    far = np.array([0.4, 0.5, 1.9, 2.4])[conflict.integers(ids, 0, 4)]
    return np.where(conflicting, far, usual)


def cents(plan: Plan, world: World, offered: Range, day: int) -> tuple[Ids, Ids]:
    """What each offer costs on a day, in hundredths of the supplier's currency, and the index of the day since when.

    Prices and days of offers that have not begun yet mean nothing.
    """
    ids = offered.frame["true_id"].to_numpy()
    first = offered.frame["first"].to_numpy()
    price = world.at(ids)["cents"].to_numpy() * offered.frame["factor"].to_numpy()
    since = first.copy()
    for step in range(1, day + 1):
        changed = Draws(plan.seed, offered.supplier.number, "price change", step).below(ids, plan.dirt.price_change)
        changed &= first < step
        by = Draws(plan.seed, offered.supplier.number, "price step", step).uniform(ids)
        price = np.where(changed, price * np.where(by < 0.5, 0.85 + by * 0.24, 1.03 + (by - 0.5) * 0.24), price)
        since[changed] = step
    return _charm(price), since


def _charm(price: Floats) -> Ids:
    """Prices as shops like them: up to 20 in steps of a cent, then ending in 9, from 1,000 on in 99."""
    whole = np.maximum(np.rint(price), 50).astype(np.int64)
    ending = np.where(whole < 2_000, 1, np.where(whole < 100_000, 10, 100))
    return np.where(ending == 1, whole, whole // ending * ending + ending - 1)
