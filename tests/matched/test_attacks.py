"""What somebody tried who wanted to lose a decision, join what is apart or break a day with a file."""

import json
from decimal import Decimal

import polars as pl
import pytest

from catalog_assets.matched.blocking import Blocking
from catalog_assets.matched.features import LONGEST, _readable
from catalog_assets.matched.matcher import Matcher, from_bytes
from catalog_assets.matched.tokens import OFFERS, tokens
from catalog_assets.preview import difference
from catalog_assets.rates import _last, converted, embedded, read_rates
from catalog_assets.releases import ReleaseError, Statement, put_in_force, releases
from catalog_assets.vocabulary.columns import CATALOG_PRODUCTS
from resources.review import Decision
from tests.frames import date, frame, product
from tests.histories import Delivery, standardized
from tests.matched.test_matched_pairs import (
    DOUBT,
    LAMP,
    LIKE,
    MUG,
    NOON,
    PAIR,
    UNSURE,
    at_rest,
    decide,
    opened,
    products,
    questions,
    settle,
    stale,
    use,
)

MORE = Delivery("gamma", 2, {"g": {"name": "Hose"}}, full=False)
WHOLE = {"delivery": "full", "max_withdrawn": 1.0}


def say(where, verdict):
    for one in {q["question_id"] for q in questions(where)}:
        where.review.decide([Decision(one, verdict, "Ben", NOON)])


@pytest.mark.parametrize("between", [[], [("B", 2)]])
def test_restated_release(tmp_path, matcher, between):
    other = Matcher(matcher.trees, 0.95, {}, 0.2)
    early, late = (opened(tmp_path, [*PAIR, MORE]) for _ in range(2))
    use(early, matcher, 1)
    settle(early, 2)  # the only difference: a run in between
    for where in (early, late):
        if where is late:
            use(where, matcher, 1)
        for _, day in between:
            use(where, other, day)
        use(where, matcher, 2)
        settle(where, 2)
    assert not stale(early, 2)
    for mine, theirs in zip(at_rest(early), at_rest(late), strict=True):
        assert mine.equals(theirs)


def test_an_accept_survives_another_release(tmp_path, matcher):
    where = opened(tmp_path, UNSURE)
    use(where, matcher)
    settle(where, 1)
    decide(where, "accept")
    settle(where, 1)
    use(where, Matcher(matcher.trees, 0.9, {}, 0.8))
    settle(where, 1)
    assert set(products(where, 1)) == {"ax", "m"}


def test_a_reject_survives_another_release(tmp_path, matcher):
    where = opened(tmp_path, UNSURE)
    use(where, matcher)
    settle(where, 1)
    decide(where, "reject")
    use(where, Matcher(matcher.trees, 0.3, {}))  # default doubt: nobody is asked
    settle(where, 1)
    assert set(products(where, 1)) == {"a", "x", "m"}


def test_an_accept_survives_a_late_delivery_of_somebody_else(tmp_path, matcher):
    where = opened(tmp_path, UNSURE)
    use(where, Matcher(matcher.trees, 0.9, {}, 0.2, Blocking(best=1)))
    settle(where, 1)
    decide(where, "accept")
    settle(where, 1)
    kept = dict(where.lake.tables)
    late = {
        "g": {"name": "Lumo desk lamp bulb LX-350 by white"},
        "h": {"name": "LX-350 bulb by Lumo white"},
        "i": {"name": "Lumo desk lamp LX-350 white x"},
    }
    standardized(where.lake, [*UNSURE, Delivery("gamma", 1, late, full=False)])
    for name in ("releases", "matched_pairs", "matched_products"):
        where.lake.tables[name] = kept[name]
    done = kept["stage_ledger"].filter(pl.col("stage") == "matched_products")
    where.lake.append("stage_ledger", done)
    settle(where, 1)
    assert any({"a", "x"} <= set(ids) for ids in products(where, 1))


def test_a_reject_stands_above_identifiers(tmp_path, matcher):
    a = {"name": "Lumo desk lamp LX-350 white", "brand": "Lumo", "mpn": "LX-350"}
    x = {"name": "LX-350 bulb by Lumo", "gtin": "00000000000017"}
    y = {"name": "Thing", "brand": "Lumo", "mpn": "LX-350", "gtin": "00000000000017"}
    where = opened(
        tmp_path,
        [
            Delivery("alpha", 1, {"a": a, "m": MUG}, full=False),
            Delivery("beta", 1, {"x": x}, full=False),
            Delivery("gamma", 2, {"y": y}, full=False),
        ],
    )
    use(where, matcher)
    settle(where, 2)
    decide(where, "reject")
    settle(where, 2)
    assert not any({"a", "x"} <= set(ids) for ids in products(where, 2)), products(where, 2)


def members(where, day):
    """Live members by product, of the last row of each."""
    rows = where.lake.read("matched_products").sort("day").unique("product_key", keep="last")
    return {"".join(sorted(o["product_id"] for o in each if o["live"])) for each in rows["offers"].to_list()} - {""}


def test_a_withdrawn_offer_does_not_keep_its_successor_out(tmp_path, matcher):
    where = opened(
        tmp_path,
        [
            Delivery("alpha", 1, {"a": LAMP, "m": MUG}),
            Delivery("beta", 1, {"x": LIKE}),
            Delivery("alpha", 2, {"n": LAMP, "m": MUG}),
        ],
        **WHOLE,
    )
    use(where, matcher)
    settle(where, 2)
    assert members(where, 2) == {"nx", "m"}


def test_a_decision_joins_the_live_offer_not_the_dead_one(tmp_path, matcher):
    where = opened(
        tmp_path,
        [
            Delivery("alpha", 1, {"a": LAMP, "m": MUG}),
            Delivery("alpha", 2, {"b": LAMP, "m": MUG}),
            Delivery("beta", 2, {"x": DOUBT}),
        ],
        **WHOLE,
    )
    use(where, matcher)
    settle(where, 2)
    assert ["alpha/b" in q["context"] for q in questions(where)] == [True]
    say(where, "accept")
    settle(where, 2)
    assert members(where, 2) == {"bx", "m"}


def test_a_decision_is_not_dropped_for_a_dead_offer_with_the_gtin(tmp_path, matcher):
    same = {"gtin": "00000000000017"}
    where = opened(
        tmp_path,
        [
            Delivery("alpha", 1, {"a": {"name": "Zork", **same}, "m": MUG}),
            Delivery("beta", 1, {"x": {**DOUBT, **same}}),
            Delivery("alpha", 2, {"b": LAMP, "m": MUG}),
        ],
        **WHOLE,
    )
    use(where, matcher)
    settle(where, 2)
    say(where, "accept")
    settle(where, 2)
    assert any({"b", "x"} <= set(ids) for ids in members(where, 2)), members(where, 2)


def test_a_reject_is_not_undone_by_two_accepts(tmp_path, matcher):
    where = opened(
        tmp_path,
        [
            Delivery("alpha", 1, {"a": LAMP, "m": MUG}, full=False),
            Delivery("beta", 1, {"x": DOUBT}, full=False),
            Delivery("gamma", 1, {"y": {"name": "LX-350 Lumo bulb lamp"}}, full=False),
        ],
    )
    use(where, Matcher(matcher.trees, 2.0, {}, 0.05))
    settle(where, 1)
    for q in questions(where):
        verdict = "reject" if "alpha/a" in q["context"] and "beta/x" in q["context"] else "accept"
        where.review.decide([Decision(q["question_id"], verdict, "Ben", NOON)])
    settle(where, 1)
    assert not any({"a", "x"} <= set(ids) for ids in products(where, 1))


def test_who_joined_an_offer_is_told_rightly(tmp_path, matcher):
    where = opened(
        tmp_path,
        [
            Delivery("alpha", 1, {"a": LAMP, "b": {**LAMP, "gtin": "00000000000024"}}),
            Delivery("beta", 1, {"x": DOUBT}),
            Delivery("gamma", 1, {"g": {"name": "zzz", "gtin": "00000000000024"}}),
        ],
    )
    use(where, matcher)
    settle(where, 1)
    say(where, "accept")
    settle(where, 1)
    links = where.lake.read("matched_products").explode("links").drop_nulls("links").unnest("links")
    assert links.filter(pl.col("product_id") == "b")["method"].to_list() == ["gtin"]


def test_the_preview_of_rates_shows_converted_prices():
    before, after = (frame(CATALOG_PRODUCTS, [product(CATALOG_PRODUCTS, base_price=Decimal(p))]) for p in ("1", "100"))
    assert not difference(before, after).empty


def test_a_price_too_large_for_its_column_is_not_shown():
    one = {"price": [Decimal("99999999999")], "currency": ["EUR"]}
    amounts = pl.DataFrame(one, schema={"price": pl.Decimal(18, 4), "currency": pl.String})
    assert converted(amounts, _last(*embedded()), "IDR").to_list() == [None]


@pytest.mark.parametrize("rate", ["0.0000000001", "99999999999"])
def test_a_rate_that_is_a_slip_is_refused(rate):
    with pytest.raises(ReleaseError, match="no number from"):
        read_rates(f"Date,USD\n2026-01-01,{rate}\n".encode())


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": float("nan")},
        {"threshold": -1},
        {"doubt": float("nan")},
        {"trees": []},
        {"trees": ["{}"]},
        {"facts": 5},
        {"blocking": {"best": "x", "most_offers": 1, "least": 0}},
    ],
)
def test_what_is_no_release_is_refused(matcher, change):
    with pytest.raises(ReleaseError):
        from_bytes(json.dumps({**json.loads(matcher.to_bytes()), **change}).encode())


@pytest.mark.parametrize("data", [b"[" * 200_000, b'{"threshold":1' + b"0" * 400 + b"}"])
def test_what_is_no_json_of_a_release_is_refused(data):
    with pytest.raises(ReleaseError):
        from_bytes(data)


@pytest.mark.parametrize(
    "data", [b"Date,USD, USD\n2026-01-01,1,2\n", b"Date,USD,USD\n2026-01-01,1,2\n", b"Date,USD,\xff\n2026-01-01,1,2\n"]
)
def test_a_rates_file_with_a_name_twice_or_other_bytes_is_refused(data):
    with pytest.raises(ReleaseError):
        read_rates(data)


def test_trees_that_would_end_the_process_are_refused(matcher):
    tree = json.loads(matcher.trees[0])
    node = tree["learner"]["gradient_booster"]["model"]["trees"][0]
    for name, value in (("left_children", 0), ("left_children", 10**8), ("split_indices", 10**8)):
        kept, node[name] = node[name], [value, *node[name][1:]]
        said = {**json.loads(matcher.to_bytes()), "trees": [json.dumps(tree)]}
        with pytest.raises(ReleaseError, match="broken"):
            from_bytes(json.dumps(said).encode())
        node[name] = kept
    assert from_bytes(matcher.to_bytes()).version == matcher.version


def test_very_long_names_are_compared_by_their_beginning():
    offers = pl.DataFrame(
        {"offer": [0, 1], "source": ["a", "b"], "name": ["x" * 5, "y " * 100_000], "description": None, "brand": None,
         "mpn": [None, "z" * 10_000], "price": None},
        schema=OFFERS,
    )  # fmt: skip
    read = _readable(tokens(offers).offers)
    assert read.select(pl.col("name", "run", "described", "mpn").str.len_chars().max()).max_horizontal()[0] <= LONGEST


def test_a_release_in_another_encoding_is_refused_before_it_is_stated(tmp_path, matcher):
    where = opened(tmp_path, PAIR)
    other = json.dumps(json.loads(matcher.to_bytes())).encode("utf-16")
    with pytest.raises(ReleaseError, match="UTF-8"):
        put_in_force(where, Statement("matcher", "v", other, date(1), "Ana", "why"), NOON)
    assert releases(where, "matcher") == []
