"""Loading days into a lake in memory: whatever is delivered, taken back or loaded in whichever order, the catalogue is
what stands, and every key that was ever published leads to a live product while one of its offers lives."""

import contextlib
from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog_assets.ledger import content_fingerprint
from catalog_assets.matched.identity import product_key
from catalog_assets.stages import Partition, Report, StageError, execute, mark, recount
from catalog_assets.vocabulary.columns import STAGE_LEDGER
from catalog_assets.warehouse.stage import STAGE
from catalog_assets.warehouse.transform import offers_of
from tests.examples import tries
from tests.frames import VALIDATED_PRODUCTS, MemoryLake, Row, date, frame, product, tombstone, world
from tests.histories import DAYS, OFFER_KEY, Delivery, clustered, histories, touch

UPSTREAM = "validated_products"
FATES = ("received", "passed", "quarantined", "superseded", "merged", "skipped", "pending")
ONE, TWO = {"gtin": "00000000000017"}, {"gtin": "00000000000024"}
PART = {"brand": "Acme", "mpn": "MX-1"}
Offers = frozenset[tuple[str, str]]
QUICK = settings(
    max_examples=tries(12),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a history takes too long to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def day_rows(history: list[Delivery], day: int) -> list[Row]:
    """What the validated stage would show of a day, if matching were all there is."""
    found = touch(history, day)
    rows = []
    ordered = found.members.sort("product_key", ~pl.col("live"), *OFFER_KEY)
    for (key,), group in ordered.group_by("product_key", maintain_order=True):
        offers = group.select(*OFFER_KEY, "day", "delivery_id", "record_number", "live").to_dicts()
        status = "live" if group["live"].any() else "withdrawn"
        rows.append(product(VALIDATED_PRODUCTS, str(key), day, status=status, offers=offers))
    return rows + [tombstone(VALIDATED_PRODUCTS, key, heir, day) for key, heir in found.ended.rows()]


class Catalogue:
    """A lake whose validated days follow a history of deliveries, and what was ever shown in its catalogue."""

    def __init__(self) -> None:
        self.lake = MemoryLake()
        self.world = world(self.lake, lock=lambda name: contextlib.nullcontext())
        self.published: dict[str, Offers] = {}

    def validate(self, history: list[Delivery], day: int) -> bool:
        """Make the day what the history says; whether it is stale now."""
        rows = frame(VALIDATED_PRODUCTS, day_rows(history, day))
        before = self.lake.read(UPSTREAM, day=date(day))
        made = content_fingerprint(rows, VALIDATED_PRODUCTS.content)
        if made == content_fingerprint(before, VALIDATED_PRODUCTS.content):
            return False
        self.lake.replace(UPSTREAM, rows, day=date(day))
        self.mark(day, made)
        return True

    def mark(self, day: int, output: str, balanced: bool = True) -> None:
        row = {
            "stage": UPSTREAM, "day": date(day), "source": "*", "run_id": "r1", "unit": "products",
            **dict.fromkeys(FATES, 0), "balanced": balanced, "input_fingerprint": "in", "output_fingerprint": output,
            "details": "{}",
        }  # fmt: skip
        frame_ = pl.DataFrame([row], schema=STAGE_LEDGER.schema)
        self.lake.replace("stage_ledger", frame_, stage=UPSTREAM, day=date(day))

    def load(self, day: int) -> Report:
        report = execute(STAGE, self.world, Partition(date(day)), "run")
        assert report.balance.sentence() == ""
        assert {name: found.rows() for name, found in report.violations.items() if found.height} == {}
        self.published.update(self.shown())
        return report

    def follow(self, history: list[Delivery], order: Iterable[int] | None = None) -> None:
        """Validate and load all that is stale: day by day, or all validated first and then loaded in an order."""
        if order is None:
            for day in range(1, DAYS + 1):
                if self.validate(history, day):
                    self.load(day)
            return
        stale = {day for day in range(1, DAYS + 1) if self.validate(history, day)}
        for day in order:
            if day in stale:
                self.load(day)

    def shown(self) -> dict[str, Offers]:
        rows = self.lake.read("catalog_products").to_dicts()
        return {r["product_key"]: frozenset((o["source"], o["product_id"]) for o in r["offers"]) for r in rows}

    def own_keys(self) -> list[tuple[str, str]]:
        """Of each offer in the catalogue the key that is its hash, and the product that it is in."""
        members = offers_of(self.lake.read("catalog_products"))
        return members.select(product_key(), pl.col("product_key").alias("home")).rows()

    def aliases(self) -> dict[str, str]:
        return dict(self.lake.read("product_aliases").select("alias_key", "product_key").rows())

    def check(self, history: list[Delivery]) -> None:
        """The catalogue is what stands after the history; keys lead to live products."""
        now = clustered(history)
        stands = now.filter(pl.col("live").any().over("product_key"))
        groups = stands.group_by("product_key")
        shown, aliases = self.shown(), self.aliases()
        assert shown == {str(key): frozenset(group.select(OFFER_KEY).rows()) for (key,), group in groups}
        assert not set(aliases) & set(shown), "an alias of a live key"
        for own, key in self.own_keys():
            assert own == key or aliases.get(own) == key, f"{own} does not lead to the product of its offer"
        living = set(now.filter("live").select(OFFER_KEY).rows())
        for key, offers in self.published.items():
            if key not in shown and offers & living:
                assert aliases.get(key) in shown, f"{key} leads nowhere although one of its offers lives"


def alpha(day: int, full: bool = True, **offers: dict[str, str]) -> Delivery:
    return Delivery("alpha", day, offers, full)


def beta(day: int, **offers: dict[str, str]) -> Delivery:
    return Delivery("beta", day, offers, full=False)


MERGED = [beta(1, z=ONE), alpha(2, full=False, a=PART), beta(3, z={**ONE, **PART})]
STORIES: dict[str, list[list[Delivery]]] = {
    "one product": [[alpha(1, a={})]],
    "a merge": [[alpha(1, a=ONE), beta(2, x={}), beta(3, x=ONE)]],
    "a split": [[alpha(1, a=ONE), beta(1, x=ONE), beta(2, x=TWO)]],
    "a withdrawal and a return": [[alpha(1, a={}, b={}), alpha(2, a={}), alpha(3, a={}, b={})]],
    "a late delivery that takes over the anchor": [[beta(2, x=ONE)], [beta(2, x=ONE), alpha(1, a=ONE)]],
    "the anchor retracted": [[alpha(1, full=False, a=ONE), beta(2, x=ONE)], [beta(2, x=ONE)]],
    "a withdrawal taken back": [[alpha(1, a={}, b={}), alpha(2, a={})], [alpha(1, a={}, b={})]],
    "a merge taken back": [MERGED, MERGED[:2]],
    "a delivery taken back and stated again": [MERGED, MERGED[:2], MERGED],
    "the anchor of a withdrawn product goes elsewhere":
        [[beta(1, z=TWO), alpha(2, a=ONE, c=ONE), alpha(3), alpha(4, a=TWO)]],
    "another member of a withdrawn product goes elsewhere":
        [[beta(1, z=TWO), alpha(2, a=ONE, c=ONE), alpha(3), alpha(4, c=TWO)]],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_the_catalogue_is_what_stands(story: str) -> None:
    catalogue = Catalogue()
    for history in STORIES[story]:
        catalogue.follow(history)
        catalogue.check(history)


def test_of_a_merged_product_the_ledger_tells_into_which() -> None:
    catalogue = Catalogue()
    catalogue.follow(STORIES["a merge"][0])
    (heir,) = catalogue.shown()
    fates = catalogue.lake.read("record_fates", day=date(3)).select("fate", "reason", "into").rows()
    assert fates == [("merged", "merged", heir)]
    assert list(catalogue.aliases().values()) == [heir]


def test_a_withdrawn_product_is_skipped_and_gone() -> None:
    catalogue = Catalogue()
    catalogue.follow([alpha(1, a={}, b={}), alpha(2, a={})])
    assert catalogue.lake.read("record_fates", day=date(2)).select("fate", "reason").rows() == [
        ("skipped", "withdrawn")
    ]
    assert len(catalogue.shown()) == 1


def test_an_earlier_day_loaded_again_does_not_bring_back_the_past() -> None:
    catalogue = Catalogue()
    history = [alpha(1, a={}, b={}), alpha(2, a={})]
    catalogue.follow(history)
    assert catalogue.load(1).holds
    catalogue.check(history)


def test_an_alias_that_was_lost_is_found_again_by_any_day_of_its_product() -> None:
    """Its heir is not among the products of that day."""
    catalogue = Catalogue()
    history = STORIES["a merge"][0]
    catalogue.follow(history)
    catalogue.lake.tables["product_aliases"] = catalogue.lake.read("product_aliases").head(0)
    catalogue.load(2)
    catalogue.check(history)


def test_an_unfinished_day_is_left_out_and_makes_the_load_stale_once_it_is_done() -> None:
    catalogue, day = Catalogue(), Partition(date(1))
    history = [alpha(1, a={}, b={}), alpha(2, a={})]
    catalogue.validate(history, 1)
    catalogue.validate(history, 2)
    catalogue.mark(2, "half", balanced=False)
    report = catalogue.load(1)
    assert report.details["left_out"] == ["2026-01-02"]
    assert set(catalogue.lake.read("catalog_products")["day"]) == {date(1)}
    loaded = mark(catalogue.world, STAGE.name, day)
    assert loaded is not None
    assert loaded["input_fingerprint"] == STAGE.inputs(catalogue.world, day), "nothing to do while the day is open"
    catalogue.mark(2, "whole")
    assert loaded["input_fingerprint"] != STAGE.inputs(catalogue.world, day)
    assert catalogue.load(1).details["left_out"] == []
    catalogue.load(2)
    catalogue.check(history)


def test_a_day_whose_products_are_not_validated_is_refused() -> None:
    catalogue = Catalogue()
    catalogue.validate([alpha(1, a={})], 1)
    with pytest.raises(StageError, match="validated_products 2026-01-02"):
        STAGE.inputs(catalogue.world, Partition(date(2)))


TAMPERED: dict[str, Any] = {
    "dropped": lambda rows: rows.head(1),
    "doubled": lambda rows: pl.concat([rows, rows.head(1)]),
    "swapped": lambda rows: pl.concat([rows.head(1), rows.tail(1).with_columns(pl.lit("x").alias("product_key"))]),
}


@pytest.mark.parametrize("how", ["dropped", "swapped"])
def test_a_catalogue_that_was_tampered_with_does_not_balance(how: str) -> None:
    catalogue = Catalogue()
    catalogue.follow([alpha(1, a={}, b={})])
    received = catalogue.lake.read(UPSTREAM)["product_key"]
    day = Partition(date(1))
    assert recount(STAGE, catalogue.world, day, received).holds
    catalogue.lake.tables["catalog_products"] = TAMPERED[how](catalogue.lake.read("catalog_products"))
    assert not recount(STAGE, catalogue.world, day, received).holds


def test_a_load_without_news_changes_nothing() -> None:
    catalogue = Catalogue()
    catalogue.follow(MERGED)
    before = {
        name: rows.sort(rows.columns[0]) for name, rows in catalogue.lake.tables.items() if name != "stage_ledger"
    }
    for day in (3, 1, 2):
        assert not catalogue.load(day).changed
    after = catalogue.lake.tables
    assert all(rows.equals(after[name].sort(rows.columns[0])) for name, rows in before.items())


@given(histories())
@QUICK
def test_day_after_day(history: list[Delivery]) -> None:
    catalogue = Catalogue()
    for day in range(1, DAYS + 1):
        if catalogue.validate(history, day):
            catalogue.load(day)
        catalogue.check([delivery for delivery in history if delivery.day <= day])


@given(histories(), st.permutations(range(1, DAYS + 1)))
@QUICK
def test_in_whichever_order_days_are_loaded(history: list[Delivery], order: list[int]) -> None:
    catalogue = Catalogue()
    catalogue.follow(history, order)
    catalogue.check(history)


@given(histories(), st.data())
@QUICK
def test_whatever_is_taken_back_comes_late_or_is_stated_again(history: list[Delivery], data: st.DataObject) -> None:
    catalogue = Catalogue()
    for _ in range(3):
        stated = [delivery for delivery in history if data.draw(st.sampled_from([True, True, True, False]))]
        catalogue.follow(stated, data.draw(st.permutations(range(1, DAYS + 1))))
        catalogue.check(stated)


def test_a_key_whose_last_member_finds_a_home_on_a_later_load_leads_there() -> None:
    """Found by the test above: day 3 is retracted, day 4 ends c before day 5, which gives z a home, is loaded."""
    acme = {"brand": "Acme", "mpn": "mx1"}
    told = {
        2: Delivery("alpha", 2, {"c": {"gtin": "00000000000024"}}),
        3: Delivery("alpha", 3, {"c": acme, "b": {**acme, "gtin": "00000000000024"}}),
        4: Delivery("alpha", 4, {}, refused=("a",)),
        5: Delivery("beta", 5, {"z": acme}),
    }  # fmt: skip
    catalogue = Catalogue()
    for days, order in ([(2, 3, 5), (4, 3, 2, 1, 5)], [(2, 4, 5), (4, 3, 5, 2, 1)]):
        stated = [told[day] for day in days]
        catalogue.follow(stated, order)
        catalogue.check(stated)
