"""What a matcher may learn from: offers that stand, of partitions that are done, and what people decided about them."""

import polars as pl
import pytest

from catalog_assets.matched.known import decided_pairs, standing_offers
from tests.frames import date
from tests.histories import Delivery
from tests.matched.test_matched_pairs import DOUBT, LAMP, MUG, UNSURE, decide, opened, settle, use


def names(where):
    return standing_offers(where)["product_id"].to_list()


def test_withdrawn_offers_and_unfinished_partitions_teach_nothing(tmp_path):
    first, second = Delivery("alpha", 1, {"a": LAMP, "b": MUG, "c": DOUBT}), Delivery("alpha", 2, {"a": LAMP, "b": MUG})
    where = opened(tmp_path, [first, second, Delivery("beta", 2, {"x": MUG}, full=False)], delivery="full")
    assert names(where) == ["a", "b", "x"]
    marks = where.lake.read("stage_ledger")
    killed = (pl.col("source") == "beta") & (pl.col("day") == date(2))
    where.lake.tables["stage_ledger"] = marks.with_columns(pl.col("balanced") & ~killed)
    assert names(where) == ["a", "b"]


def test_without_any_day_there_is_nothing_to_learn_from(tmp_path):
    where = opened(tmp_path, [])
    assert standing_offers(where).is_empty()
    assert decided_pairs(where, standing_offers(where)).is_empty()


@pytest.mark.parametrize(("verdict", "is_match"), [("accept", True), ("replace", True), ("reject", False)])
def test_a_decided_pair_teaches_what_was_said_while_both_offers_say_the_same(tmp_path, matcher, verdict, is_match):
    where = opened(tmp_path, UNSURE)
    use(where, matcher)
    settle(where, 1)
    decide(where, verdict)
    offers = standing_offers(where)
    (left, right, said) = decided_pairs(where, offers).row(0)
    assert (offers["product_id"][left], offers["product_id"][right], said) == ("a", "x", is_match)
    changed = offers.with_columns(pl.lit("other").alias("match_hash"))
    assert decided_pairs(where, changed).is_empty()
