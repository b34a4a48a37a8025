"""Learned matching: tokens, candidates, features, the matcher as a release, groups."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.certainty.thresholds import best_threshold, precise_threshold
from catalog_assets.matched.blocking import Blocking, candidates
from catalog_assets.matched.features import FEATURES, features
from catalog_assets.matched.linking import Offers, Rules, link
from catalog_assets.matched.matcher import Matcher, from_bytes, train, unseen
from catalog_assets.matched.tokens import OFFERS, tokens
from catalog_assets.matched.training import Wanted, learn
from catalog_assets.releases import TooLittleToLearn, UnknownRelease


def offers(*rows):
    """(source, name), and further columns by name."""
    told = [
        {"offer": i, "source": row[0], "name": row[1], **(row[2] if len(row) > 2 else {})} for i, row in enumerate(rows)
    ]
    return pl.DataFrame([{name: row.get(name) for name in OFFERS.names()} for row in told], schema=OFFERS)


LAMPS = offers(
    ("a", "Sony Turntable - PSLX350H"),
    ("a", "Bose Speaker System - AM53BK"),
    ("b", "Sony PS-LX350H belt drive turntable"),
    ("b", "Bose speaker AM-53/BK in black"),
    ("b", "Kettle 1.7 l"),
)


def test_part_numbers_are_one_however_they_are_written():
    codes = tokens(LAMPS).offers["codes"].to_list()
    assert codes == [["pslx350h"], ["am53bk"], ["pslx350h"], ["am53bk"], ["17"]]


def test_rare_tokens_weigh_more_and_each_offer_has_length_one():
    read = tokens(LAMPS).of_offers
    assert read.group_by("offer").agg(pl.col("weight").pow(2).sum().round(9)).filter(pl.col("weight") != 1).is_empty()
    by_df = read.group_by("df").agg(pl.col("idf").max()).sort("df")["idf"].to_list()
    assert by_df == sorted(by_df, reverse=True)


def test_candidates_share_something_telling_and_are_of_two_sources():
    pairs = candidates(tokens(LAMPS).with_phrases)
    assert pairs.select("left", "right").rows() == [(0, 2), (1, 3)]


def test_common_words_alone_make_no_candidates_but_two_in_a_row_do():
    rows = [("a", f"Maple {n} chair") for n in range(30)] + [("b", f"Stuhl Maple {n}") for n in range(30)]
    read = tokens(offers(*rows))
    pairs = candidates(read.with_phrases, Blocking(most_offers=10))
    assert set(pairs.select("left", "right").rows()) >= {(n, n + 30) for n in range(30)}


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(LAMPS.height)))
def test_the_order_of_offers_changes_nothing(order):
    shuffled = LAMPS[list(order)].with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("offer"))
    place = {before: after for after, before in enumerate(order)}

    def told(some, name):
        read = tokens(some)
        pairs = candidates(read.with_phrases)
        found = features(read, pairs)
        return {
            tuple(sorted(name(x) for x in row)): cosine
            for *row, cosine in found.select("left", "right", "cosine").rows()
        }

    straight = told(LAMPS, lambda offer: place[offer])
    assert told(shuffled, lambda offer: offer) == pytest.approx(straight)


def test_no_offers_and_no_pairs():
    read = tokens(offers())
    pairs = candidates(read.with_phrases)
    assert pairs.is_empty()
    assert features(read, pairs).is_empty()
    nobody = Offers.alone(pl.Series([], dtype=pl.String))
    assert link(pairs.with_columns(pl.lit(0.0).alias("probability")), nobody, Rules(0.5)).is_empty()


def test_texts_that_are_missing_make_no_fault():
    read = tokens(offers(("a", None), ("b", ""), ("a", "x9", {"price": 0.0}), ("b", "x9", {"price": 3.0, "mpn": "!"})))
    pairs = pl.DataFrame({"left": [0, 2], "right": [1, 3]}, schema={"left": pl.UInt32, "right": pl.UInt32})
    found = features(read, pairs)
    assert found.columns == ["left", "right", *FEATURES]
    assert found["mpn_alike"].to_list() == [None, None]


def numbers(rows):
    """FEATURES of which `cosine` tells."""
    return pl.DataFrame({name: rows if name == "cosine" else [0.0] * len(rows) for name in FEATURES})


TOLD = numbers([i / 200 for i in range(200)])
TRUE = pl.Series([i >= 100 for i in range(200)])


@pytest.fixture(scope="module")
def matcher():
    return train(TOLD, TRUE, 0.5, {"why": "test"})


def test_it_learns_and_gives_probabilities(matcher):
    found = matcher.probability(TOLD)
    assert found.is_between(0, 1).all()
    assert ((found >= 0.5) == TRUE).mean() > 0.95


def test_a_release_is_its_bytes(matcher):
    again = from_bytes(matcher.to_bytes())
    assert again == matcher
    assert again.version == matcher.version == train(TOLD, TRUE, 0.5, {"why": "test"}).version
    assert again.version != Matcher(matcher.trees, 0.6, matcher.facts).version
    assert (again.probability(TOLD) == matcher.probability(TOLD)).all()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"features":[],"threshold":"x","trees":[]}', b"\x80\x04pickle"])
def test_other_bytes_are_no_release(data):
    with pytest.raises(UnknownRelease, match="no release of a matcher"):
        from_bytes(data)


def test_a_release_of_other_features_is_refused(matcher):
    said = json.loads(matcher.to_bytes()) | {"features": ["cosine"]}
    with pytest.raises(UnknownRelease, match="train it anew"):
        from_bytes(json.dumps(said).encode())


def test_a_pair_is_judged_by_matchers_that_have_not_seen_it():
    """Labels by block of rows: who has seen a block knows it, who has not can only guess from its neighbours."""
    block = pl.Series([i // 25 for i in range(200)])
    luck = (block % 2 == 0).alias("luck")
    seen, honest = train(TOLD, luck).probability(TOLD), unseen(TOLD, luck, by=block)
    apart = [float(p.filter(luck).mean()) - float(p.filter(~luck).mean()) for p in (seen, honest)]
    assert apart[0] > 0.5 > apart[1]


@pytest.mark.parametrize(
    ("probability", "true", "low", "high"),
    [
        ([0.9, 0.8, 0.3, 0.1], [True, True, False, False], 0.3, 0.8),
        ([0.9, 0.8, 0.3, 0.1], [True, True, True, True], 0.0, 0.1),
        ([0.5, 0.5], [True, False], 0.0, 0.5),
    ],
)
def test_the_best_threshold_parts_matches_from_others(probability, true, low, high):
    assert low <= best_threshold(pl.Series(probability), pl.Series(true)) <= high


def groups(pairs, sources, threshold=0.5, marketplaces=()):
    schema = {"left": pl.UInt32, "right": pl.UInt32, "probability": pl.Float64}
    known = Offers.alone(pl.Series(list(sources)))
    found = link(pl.DataFrame(pairs, schema=schema, orient="row"), known, Rules(threshold, frozenset(marketplaces)))
    return found.to_list()


def test_sure_pairs_are_groups_and_the_rest_stand_alone():
    assert groups([(0, 1, 0.9), (2, 3, 0.4)], "abab") == [0, 0, 2, 3]


def test_three_sources_that_all_agree_are_one():
    assert groups([(0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.7)], "abc") == [0, 0, 0]


def test_a_chain_of_links_joins_nothing_that_was_not_found_alike():
    assert groups([(0, 1, 0.9), (1, 2, 0.6)], "abc") == [0, 0, 2], "0 and 2 were never even candidates"


def test_a_source_whose_identifiers_tell_products_apart_is_in_a_group_once():
    pairs = [(0, 1, 0.9), (0, 2, 0.8)]
    assert groups(pairs, "abb") == [0, 0, 2]
    assert groups(pairs, "abb", marketplaces=["b"]) == [0, 0, 0]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from("abc"), min_size=2, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0.2, 0.5, 0.6, 0.9])), max_size=20),
)
def test_every_group_keeps_the_rules(sources, found):
    pairs = {(a, b): p for a, b, p in found if a < b < len(sources) and sources[a] != sources[b]}
    said = groups([(a, b, p) for (a, b), p in pairs.items()], sources)
    for group in set(said):
        members = [offer for offer, of in enumerate(said) if of == group]
        assert group == min(members)
        assert len({sources[m] for m in members}) == len(members)
        if len(members) > 1:
            within = [pairs.get((a, b), 0.0) for a in members for b in members if a < b]
            assert sum(within) / len(within) >= 0.5 / 2


def test_a_threshold_is_proven_only_by_enough_pairs():
    """299 pairs without an error show 99 % with 95 % confidence; 298 do not, nor 299 with two errors."""
    falling = pl.Series([1 - n / 2000 for n in range(1000)])
    right = pl.Series([n < 400 for n in range(1000)])
    found = precise_threshold(falling, right)
    assert found is not None
    assert 1 - 405 / 2000 <= found <= 1 - 298 / 2000
    assert precise_threshold(falling[:298], right[:298]) is None
    early = pl.Series([n < 400 and n not in (150, 200) for n in range(1000)])
    assert precise_threshold(falling, early) is None
    assert precise_threshold(falling, early, precision=0.9) is not None


def known_offers(count):
    """Two sources that sell the same lamps under their own words; every second lamp has a GTIN on both sides."""
    kinds = ("desk", "floor", "wall", "garden", "night", "table", "pendant")
    rows = []
    for source, words in (("a", "Lumo {k} lamp LX{n}"), ("b", "LX{n} lamp, {k}, by Lumo")):
        for n in range(count):
            name = words.format(k=kinds[n % 7], n=1000 + 37 * n)
            rows.append((source, name, {"price": 10.0 + n % 50}))
    gtins = [f"{n:014d}" if n % 2 else None for _ in "ab" for n in range(count)]
    return offers(*rows).with_columns(pl.Series("gtin", gtins))


def nothing_decided():
    return pl.DataFrame(schema={"left": pl.UInt32, "right": pl.UInt32, "is_match": pl.Boolean})


def test_a_matcher_learns_from_gtins_and_finds_offers_that_have_none():
    shops = known_offers(240)
    learned = learn(shops, nothing_decided(), Blocking(best=5), Wanted(0.9, 0.9))
    assert learned.facts["proven"]
    assert learned.doubt <= learned.threshold
    read = tokens(shops.select(OFFERS.names()))
    pairs = candidates(read.with_phrases, learned.blocking)
    judged = pairs.with_columns(learned.probability(features(read, pairs)))
    unlabelled = judged.filter(pl.col("left") % 2 == 0, pl.col("right") % 2 == 0)
    said = unlabelled.filter(pl.col("probability") >= learned.threshold)
    assert said.height > 60
    assert (said["right"] - said["left"] == 240).mean() > 0.97


def test_too_few_labels_are_told_in_a_sentence():
    with pytest.raises(TooLittleToLearn, match="at least 50 matches"):
        learn(known_offers(20), nothing_decided(), Blocking(), Wanted())


def test_a_decision_counts_above_a_gtin():
    shops = known_offers(240)
    told = pl.DataFrame({"left": [1], "right": [241], "is_match": [False]}, schema=nothing_decided().schema)
    one, other = (learn(shops, decided, Blocking(best=5), Wanted(0.9, 0.9)) for decided in (nothing_decided(), told))
    assert other.facts["matches"] == one.facts["matches"] - 1
