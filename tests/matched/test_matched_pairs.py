"""The matched stage with a matcher in force: what it compares, joins, asks, and that order does not matter."""

import contextlib
import datetime as dt
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog_assets.configuration import Catalog
from catalog_assets.matched.identity import product_key
from catalog_assets.matched.matcher import Matcher
from catalog_assets.matched.stage import STAGE
from catalog_assets.releases import ReleaseError, Statement, in_force, put_in_force, releases
from catalog_assets.stages import Partition, Report, execute, mark
from resources.review import Decision, SqlReviewStore
from tests.examples import tries
from tests.frames import MemoryLake, date, world
from tests.histories import Delivery, standardized

NOON = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)
LAMP = {"name": "Lumo desk lamp LX-350 white"}
LIKE = {"name": "LUMO LX-350 lamp for the desk, white"}
DOUBT = {"name": "LX-350 bulb by Lumo"}
MUG = {"name": "Kera coffee mug K-17 stoneware"}


def opened(folder: Path, deliveries: list[Delivery], **source: Any) -> Any:
    sources = {
        name: {"columns": {"product_id": "id", "name": "name"}, "priority": rank, **source}
        for rank, name in enumerate(("alpha", "beta", "gamma"), start=1)
    }
    lake = MemoryLake()
    standardized(lake, deliveries)
    review = SqlReviewStore(folder / f"review-{random.random()}.sqlite")
    catalog = Catalog.model_validate({"sources": sources})
    return world(lake, catalog=catalog, lock=lambda name: contextlib.nullcontext(), review=review)


def use(where: Any, matcher: Matcher, day: int = 1) -> None:
    said = Statement("matcher", matcher.version, matcher.to_bytes(), date(day), "Ana", "better")
    put_in_force(where, said, NOON)


def run(where: Any, day: int) -> Report:
    return execute(STAGE, where, Partition(date(day)), f"run-{day}")


def stale(where: Any, days: int) -> list[int]:
    found = []
    for day in range(1, days + 1):
        row = mark(where, STAGE.name, Partition(date(day)))
        if row is None or not row["balanced"] or row["input_fingerprint"] != STAGE.inputs(where, Partition(date(day))):
            found.append(day)
    return found


def settle(where: Any, days: int) -> None:
    for _ in range(6):
        waiting = stale(where, days)
        if not waiting:
            return
        for day in waiting:
            run(where, day)
    raise AssertionError(f"never comes to rest: {stale(where, days)}")


def products(where: Any, day: int) -> dict[str, str]:
    """Members, in order of their ids, and status, of the day's products."""
    table = where.lake.read("matched_products", day=date(day))
    ids = [sorted(o["product_id"] for o in offers) for offers in table["offers"].to_list()]
    return {"".join(names): status for names, status in zip(ids, table["status"], strict=True)}


def questions(where: Any) -> list[dict[str, Any]]:
    return where.review.open_questions(limit=None).filter(pl.col("kind") == "match").to_dicts()


def decide(where: Any, verdict: Any) -> None:
    (question,) = questions(where)
    value = "the same product" if verdict == "replace" else None
    outcome = where.review.decide([Decision(question["question_id"], verdict, "Ben", NOON, value=value)])
    assert outcome[0].status == "recorded"


PAIR = [Delivery("alpha", 1, {"a": LAMP, "m": MUG}, full=False), Delivery("beta", 1, {"x": LIKE}, full=False)]
UNSURE = [Delivery("alpha", 1, {"a": LAMP, "m": MUG}, full=False), Delivery("beta", 1, {"x": DOUBT}, full=False)]


def test_without_a_release_names_say_nothing(tmp_path):
    where = opened(tmp_path, PAIR)
    report = run(where, 1)
    assert report.holds
    assert products(where, 1) == {"a": "live", "m": "live", "x": "live"}
    assert where.lake.read("matched_pairs").is_empty()


def test_offers_alike_are_one_product_and_say_by_which_release(tmp_path, matcher):
    where = opened(tmp_path, PAIR)
    use(where, matcher)
    report = run(where, 1)
    assert report.holds
    assert products(where, 1) == {"ax": "live", "m": "live"}
    assert (report.details["release"], report.details["offers_compared"]) == (matcher.version, 3)
    row = where.lake.read("matched_products").filter(pl.col("links").list.len() > 0).row(0, named=True)
    assert {(link["product_id"], link["method"], link["model_version"]) for link in row["links"]} == {
        ("a", "model", matcher.version),
        ("x", "model", matcher.version),
    }
    assert all(matcher.threshold <= link["confidence"] <= 1 for link in row["links"])
    assert not questions(where)


def test_different_gtins_stay_apart_however_alike_the_names(tmp_path, matcher):
    told = [{**LAMP, "gtin": "00000000000017"}, {**LIKE, "gtin": "00000000000024"}]
    where = opened(tmp_path, [Delivery("alpha", 1, {"a": told[0]}), Delivery("beta", 1, {"x": told[1]})])
    use(where, matcher)
    run(where, 1)
    assert products(where, 1) == {"a": "live", "x": "live"}


def test_a_pair_in_doubt_is_asked_and_stays_apart_until_somebody_says_so(tmp_path, matcher):
    where = opened(tmp_path, UNSURE)
    use(where, matcher)
    run(where, 1)
    assert products(where, 1) == {"a": "live", "m": "live", "x": "live"}
    (question,) = questions(where)
    assert "alpha/a" in question["context"]
    assert "beta/x" in question["context"]
    assert matcher.doubt <= question["confidence"] < matcher.threshold
    assert not stale(where, 1)


@pytest.mark.parametrize(("verdict", "found"), [("accept", {"ax", "m"}), ("replace", {"ax", "m"}),
                                                ("reject", {"a", "m", "x"})])  # fmt: skip
def test_what_a_person_says_of_a_pair_holds(tmp_path, matcher, verdict, found):
    where = opened(tmp_path, UNSURE)
    use(where, matcher)
    run(where, 1)
    decide(where, verdict)
    assert stale(where, 1) == [1]
    settle(where, 1)
    assert set(products(where, 1)) == found
    assert not questions(where), "the same question is not asked twice"
    if verdict != "reject":
        row = where.lake.read("matched_products").filter(pl.col("links").list.len() > 0).row(0, named=True)
        assert [link["method"] for link in row["links"]] == ["person", "person"]


def test_a_person_stands_above_identifiers(tmp_path, matcher):
    one = {"gtin": "00000000000017"}
    where = opened(tmp_path, [Delivery("alpha", 1, {"a": {**LAMP, **one}}), Delivery("beta", 1, {"x": DOUBT})])
    use(where, matcher)
    run(where, 1)
    decide(where, "accept")
    settle(where, 1)
    assert set(products(where, 1)) == {"ax"}


def test_a_decision_about_what_several_offers_of_a_shop_say_joins_one_of_them(tmp_path, matcher):
    where = opened(tmp_path, [Delivery("alpha", 1, {"a": LAMP, "b": LAMP}), Delivery("beta", 1, {"x": DOUBT})])
    use(where, matcher)
    run(where, 1)
    for question in {question["question_id"] for question in questions(where)}:
        where.review.decide([Decision(question, "accept", "Ben", NOON)])
    settle(where, 1)
    assert set(products(where, 1)) == {"ax", "b"}


def test_a_decision_ends_when_an_offer_says_something_else(tmp_path, matcher):
    where = opened(tmp_path, [*UNSURE, Delivery("beta", 2, {"x": MUG}, full=False)])
    use(where, matcher)
    settle(where, 2)
    decide(where, "accept")
    settle(where, 2)
    assert set(products(where, 1)) == {"ax", "m"}
    assert products(where, 2) == {"a": "live", "mx": "live"}


def test_a_day_compares_only_what_changed(tmp_path, matcher):
    again = Delivery("alpha", 2, {"a": LAMP, "m": MUG, "n": {"name": "Kera bowl B-20"}}, full=False)
    where = opened(tmp_path, [*PAIR, again])
    use(where, matcher)
    run(where, 1)
    report = run(where, 2)
    assert report.details["offers_compared"] == 1, "of three offers delivered two say what they said before"
    assert products(where, 2) == {"ax": "live", "m": "live", "n": "live"}


def test_an_offer_that_changes_leaves_its_product_and_the_key_stays_with_the_older(tmp_path, matcher):
    where = opened(tmp_path, [*PAIR, Delivery("beta", 2, {"x": MUG}, full=False)])
    use(where, matcher)
    settle(where, 2)
    assert products(where, 2) == {"a": "live", "mx": "live"}
    keys = where.lake.read("matched_products", day=date(2)).explode("offers").unnest("offers", separator=".")
    own = keys.select(pl.col("offers.source").alias("source"), pl.col("offers.product_id").alias("product_id"),
                      "product_key")  # fmt: skip
    lamp = own.filter(pl.col("product_id") == "a").with_columns(product_key().alias("own"))
    assert lamp["product_key"].to_list() == lamp["own"].to_list()


def test_a_release_counts_from_its_day_on_and_leaves_an_heir(tmp_path, matcher):
    where = opened(tmp_path, [*PAIR, Delivery("gamma", 2, {"g": {"name": "Hose"}}, full=False)])
    settle(where, 2)
    use(where, matcher, day=2)
    assert stale(where, 2) == [2]
    settle(where, 2)
    assert products(where, 1) == {"a": "live", "m": "live", "x": "live"}
    assert products(where, 2) == {"ax": "live", "g": "live", "": "merged"}
    ended = where.lake.read("matched_products", day=date(2)).filter(pl.col("status") == "merged")
    (heir,) = ended["merged_into"].to_list()
    assert heir in where.lake.read("matched_products", day=date(2)).filter(pl.col("status") == "live")["product_key"]


def test_a_later_release_judges_all_anew(tmp_path, matcher):
    where = opened(tmp_path, [*PAIR, Delivery("gamma", 2, {"g": {"name": "Hose"}}, full=False)])
    use(where, matcher)
    settle(where, 2)
    stricter = Matcher(matcher.trees, 1.5, {}, 1.5)
    use(where, stricter, day=2)
    settle(where, 2)
    assert set(products(where, 1)) == {"ax", "m"}
    assert products(where, 2) == {"a": "live", "x": "live", "g": "live"}


def test_a_release_needs_a_person_and_is_stated_once(tmp_path, matcher):
    where = opened(tmp_path, PAIR)
    use(where, matcher)
    use(where, matcher)
    assert [r.version for r in releases(where, "matcher")] == [matcher.version]
    with pytest.raises(ReleaseError, match="--by"):
        put_in_force(where, Statement("matcher", "v", b"{}", date(1), " ", "why"), NOON)


def test_of_two_releases_for_a_day_the_later_stated_counts(tmp_path, matcher):
    where = opened(tmp_path, PAIR)
    for version, day in (("one", 3), ("two", 1), ("three", 3)):
        put_in_force(where, Statement("matcher", version, b"{}", date(day), "Ana", "why"), NOON)
    known = releases(where, "matcher")
    said = [in_force(known, date(day)) for day in (1, 2, 3, 9)]
    assert [release.version for release in said if release] == ["two", "two", "three", "three"]
    assert in_force(known, dt.date(2025, 12, 31)) is None


NAMES = st.sampled_from([LAMP, LIKE, DOUBT, MUG, {"name": "Lumo desk lamp LX-350 black"}])


@st.composite
def changing(draw: st.DrawFn) -> list[Delivery]:
    found = []
    for source, ids in (("alpha", "ab"), ("beta", "xy"), ("gamma", "g")):
        for day in range(1, 4):
            named = draw(st.lists(st.sampled_from(ids), unique=True, max_size=len(ids)))
            if named:
                found.append(Delivery(source, day, {name: draw(NAMES) for name in named}, draw(st.booleans())))
    return found


def at_rest(where: Any) -> list[pl.DataFrame]:
    tables = [where.lake.read(name).drop("run_id") for name in ("matched_products", "matched_pairs")]
    return [table.sort(table.columns[:5] if "left_id" in table.columns else ["day", "product_key"]) for table in tables]


@given(changing(), st.integers(1, 3), st.sampled_from(["accept", "reject"]), st.randoms(use_true_random=False))
@settings(max_examples=tries(6, least=3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_of_runs_the_tables_at_rest_are_the_same(tmp_path, matcher, history, since, verdict, chance):
    straight, other = (opened(tmp_path, history) for _ in range(2))
    use(straight, matcher, since)
    settle(straight, 3)
    asked = sorted(question["question_id"] for question in questions(straight))
    decisions = [Decision(question, verdict, "Ben", NOON) for question in asked[:1]]
    straight.review.decide(decisions)
    settle(straight, 3)

    steps: list[Any] = [lambda d=day: run(other, d) for day in (1, 2, 3, 1, 2, 3)]
    chance.shuffle(steps)
    steps.insert(chance.randint(0, len(steps)), lambda: use(other, matcher, since))
    for step in steps:
        step()
    settle(other, 3)
    other.review.decide(decisions)
    for day in chance.sample([1, 2, 3], 2):
        run(other, day)
    settle(other, 3)
    for mine, theirs in zip(at_rest(straight), at_rest(other), strict=True):
        assert mine.equals(theirs)
    assert questions(straight) == questions(other)
