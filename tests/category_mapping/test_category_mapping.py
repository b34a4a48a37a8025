"""Mapping supplier paths: words, candidates, features, scorer, calibration, answers, releases."""

import itertools
import json
import zlib

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.category_mapping import embedding, scorer
from catalog_assets.category_mapping.candidates import SIMILARITIES, candidates
from catalog_assets.category_mapping.features import FAR, FEATURES, features
from catalog_assets.category_mapping.learning import CUTS, cut, examples, learn
from catalog_assets.category_mapping.mapping import KNOWN, MAPPED, accepted, map_paths, scored
from catalog_assets.category_mapping.release import from_bytes
from catalog_assets.category_mapping.space import space
from catalog_assets.category_mapping.words import MAX_LEVELS, described
from catalog_assets.certainty import calibration
from catalog_assets.releases import UnknownRelease
from catalog_assets.vocabulary.taxonomy import google

TOPS = {
    "Kitchen": ("Pans", "Knives", "Kettles", "Bowls", "Aprons"),
    "Garden": ("Rakes", "Hoses", "Planters", "Sheds", "Gloves"),
    "Sports": ("Balls", "Rackets", "Helmets", "Bicycles", "Gloves"),
    "Office": ("Pens", "Folders", "Labels", "Staplers", "Bowls"),
}
KINDS = ("Small", "Steel", "Folding", "Travel", "Childrens", "Spare")


def lines():
    paths = [path for top, names in TOPS.items() for path in (top, *(f"{top} > {name}" for name in names))]
    return "".join(f"{number} - {path}\n" for number, path in enumerate(paths, 1))


def encode(texts):
    """Letters in threes, counted: no model, but alike for texts that look alike."""
    told = np.zeros((len(texts), 64), np.float32)
    for row, text in enumerate(texts):
        for place in range(len(text)):
            told[row, zlib.crc32(text[place : place + 3].encode()) % 64] += 1
    return told


@pytest.fixture(scope="module")
def of():
    return space(google(lines()), encode)


def labelled(of, tops, kinds):
    """Paths a level deeper than the taxonomy; the right node is their parent."""
    rows = [
        (f"{top} > {name} > {kind} {name}", f"{top} > {name}") for top in tops for name in TOPS[top] for kind in kinds
    ]
    frame = pl.DataFrame(rows, schema={"path": pl.String, "target": pl.String}, orient="row")
    return frame.join(of.nodes.select("node", pl.col("path").alias("target")), on="target").select("path", "node")


@pytest.fixture(scope="module")
def mapper(of):
    return learn(
        labelled(of, ["Kitchen", "Garden", "Sports"], KINDS), labelled(of, ["Office"], KINDS), of, "trigrams", {}
    )


def mapped(of, mapper, *paths, known=()):
    return map_paths(pl.Series(paths, dtype=pl.String), of, mapper, pl.DataFrame(known, schema=KNOWN, orient="row"))


def keys(*paths):
    return described(pl.Series(paths, dtype=pl.String))["keys"].to_list()


# Words.


def test_case_accents_plurals_and_fillers_say_nothing():
    assert (
        keys("Home & Garden > Décor > Women's Dresses", "home and garden>decor>WOMEN DRESS")
        == [["home garden", "decor", "women dress"]] * 2
    )


@pytest.mark.parametrize(
    ("many", "one"),
    [("Batteries", "battery"), ("Boxes", "box"), ("Brushes", "brush"), ("Watches", "watch"), ("Knives", "knive"),
     ("Glasses", "glass"), ("Glass", "glass"), ("Buses", "buse"), ("Bus", "bus"), ("TVs", "tvs"), ("Shoes", "shoe")],
)  # fmt: skip
def test_plurals_become_singular(many, one):
    assert keys(many) == [[one]]


def test_other_scripts_keep_their_marks():
    assert keys("สุขภาพ > อาหาร", "Sắc Đẹp") == [["สุขภาพ", "อาหาร"], ["sac đep"]]


def test_a_level_of_fillers_or_signs_keeps_its_text():
    assert keys("For the > & > X") == [["for the", "&", "x"]]


def test_of_very_long_paths_the_last_levels_count():
    read = described(pl.Series([" > ".join(str(n) for n in range(MAX_LEVELS + 3))]))
    assert read["levels"].to_list() == [[str(n) for n in range(3, MAX_LEVELS + 3)]]
    assert read["depth"].to_list() == [MAX_LEVELS]


@given(st.text(st.characters(categories=["L", "Zs", "Po"], exclude_characters=">"), max_size=12))
def test_case_never_matters(text):
    if text.lower().upper().lower() == text.lower():  # not so for a few letters, such as a final sigma
        assert keys(text.lower()) == keys(text.lower().upper())


# Candidates and features.

WORDS = st.sampled_from(["Pans", "Gloves", "Garden", "Office", "Steel Balls", "Xylophones", "helmet"])
PATHS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" > ".join), min_size=1, max_size=5, unique=True)


@settings(max_examples=10)
@given(PATHS)
def test_what_is_above_a_candidate_is_a_candidate(of, paths):
    pairs = candidates(described(pl.Series(paths)), of)
    above = pairs.join(of.ancestors, on="node").select("row", pl.col("ancestor").alias("node"))
    assert above.join(pairs, on=["row", "node"], how="anti").is_empty()
    assert pairs.select("row", "node").is_duplicated().sum() == 0
    assert set(pairs["row"]) == set(range(len(paths)))


@settings(max_examples=10)
@given(PATHS)
def test_paths_are_told_the_same_alone_and_together(of, paths):
    def told(some):
        read = described(pl.Series(some))
        return features(read, candidates(read, of), of)

    together = described(pl.Series(paths))
    both = features(together, candidates(together, of), of)
    for row, path in enumerate(paths):
        alone = told([path]).select("node", *FEATURES)
        assert_frame_equal(both.filter(pl.col("row") == row).select("node", *FEATURES), alone, abs_tol=1e-5)


def test_features_are_finite_and_tell_where_the_name_stands(of):
    read = described(pl.Series(["Garden > Gloves > Small Gloves", "Xylophones"]))
    told = features(read, candidates(read, of), of)
    assert told.columns == ["row", "node", *FEATURES]
    assert np.isfinite(told.select(FEATURES).to_numpy()).all()
    of_first = told.filter(pl.col("row") == 0).join(of.nodes.select("node", "path"), on="node")
    found = {path: (up, prefix) for path, up, prefix in of_first.select("path", "up", "prefix").rows()}
    assert found["Garden > Gloves"] == (1, 2)
    assert found["Garden"] == (2, 1)
    assert found["Sports > Gloves"] == (1, 0)
    assert found["Garden > Rakes"] == (FAR, 1)


def test_no_paths_have_no_candidates_and_no_features(of):
    read = described(pl.Series([], dtype=pl.String))
    pairs = candidates(read, of)
    assert pairs.columns == ["row", "node", *SIMILARITIES]
    assert features(read, pairs, of).is_empty()


def test_a_word_that_the_taxonomy_lacks_makes_a_path_less_alike(of):
    pairs = candidates(described(pl.Series(["Pans", "Pans Xylophones"])), of).join(
        of.nodes.select("node", "path"), on="node"
    )
    alike = dict(pairs.filter(pl.col("path") == "Kitchen > Pans").select("row", "words_last").rows())
    assert alike[0] == pytest.approx(1)
    assert 0 < alike[1] < 0.8


# Scorer.


def numbers(tells):
    """Two candidates a path; `up` tells which is right."""
    rows = [(path, right == place) for path, right in enumerate(tells) for place in (0, 1)]
    told = {name: [0.0] * len(rows) for name in FEATURES} | {"up": [float(right) for _, right in rows]}
    frame = pl.DataFrame({"row": [path for path, _ in rows]} | told, schema_overrides={"row": pl.UInt32})
    return frame, pl.Series([right for _, right in rows])


def test_it_learns_which_candidate_is_right_and_probabilities_add_up():
    told, right = numbers([n % 2 for n in range(100)])
    trees = scorer.train(told, right)
    found = told.select("row").with_columns(scorer.probability(told, trees), right.alias("right"))
    assert found.group_by("row").agg(pl.col("probability").sum().round(9))["probability"].unique().to_list() == [1.0]
    assert found.filter("right")["probability"].min() > 0.9
    assert scorer.train(told, right) == trees


def test_a_path_without_a_right_candidate_teaches_nothing():
    right, begins, sizes = np.array([0.0, 0.0, 1.0, 0.0]), np.array([0, 2]), np.array([2, 2])
    gradient, hessian = scorer._top_one(right, begins, sizes)(np.array([1.0, 2.0, 0.0, 0.0]), None)
    assert gradient.tolist() == [0.0, 0.0, -0.5, 0.5]
    assert hessian.tolist() == pytest.approx([scorer.LEAST_HESSIAN] * 2 + [0.25] * 2)


# Calibration.


def test_scores_that_are_too_high_are_brought_down():
    score = pl.Series([0.9] * 1000 + [0.5] * 1000)
    right = pl.Series([n % 10 < 6 for n in range(1000)] + [n % 10 < 2 for n in range(1000)])
    found = calibration.fit(score, right).confidence(pl.Series([0.9, 0.5]))
    assert found.to_list() == pytest.approx([0.6, 0.2], abs=0.01)


def test_honest_scores_stay_as_they_are():
    score = pl.Series([0.1, 0.5, 0.9] * 1000)
    right = pl.Series([n % 10 < 10 * p for n in range(1000) for p in (0.1, 0.5, 0.9)])
    assert calibration.fit(score, right).confidence(pl.Series([0.1, 0.5, 0.9])).to_list() == pytest.approx(
        [0.1, 0.5, 0.9], abs=0.01
    )


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=2)
)
def test_the_order_is_kept_and_no_confidence_exceeds_its_evidence(cases, scores):
    found = calibration.fit(pl.Series([p for p, _ in cases]), pl.Series([right for _, right in cases]))
    said = found.confidence(pl.Series(sorted(scores))).to_list()
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(said))
    assert said[0] >= 0
    assert said[-1] <= (len(cases) + 1) / (len(cases) + 2)


def test_no_cases_make_no_calibration():
    with pytest.raises(ValueError, match="at least one case"):
        calibration.fit(pl.Series([], dtype=pl.Float64), pl.Series([], dtype=pl.Boolean))


# Answers.


def test_the_categorys_own_path_is_exact_however_it_is_spelled(of, mapper):
    found = mapped(of, mapper, "garden>RAKE").row(0, named=True)
    assert (found["target"], found["method"]) == ("Garden > Rakes", "exact")
    assert found["level_confidences"] == [found["confidence"]] * 2 == [mapper.exact] * 2


def test_a_decision_goes_before_all_else(of, mapper):
    ids = dict(of.nodes.select("path", "id").rows())
    known = [("Garden > Rakes", ids["Office"]), ("Whatever", ids["Sports > Balls"])]
    found = mapped(of, mapper, "Garden > Rake", "whatever", known=known)
    assert found.select("target", "method", "confidence").rows() == [
        ("Office", "known", 1.0), ("Sports > Balls", "known", 1.0),
    ]  # fmt: skip


def test_a_decision_for_a_category_that_is_gone_is_passed_over(of, mapper):
    assert mapped(of, mapper, "Garden > Rakes", known=[("Garden > Rakes", "99999")])["method"].to_list() == ["exact"]


def test_a_path_that_is_finer_than_the_taxonomy_stops_at_the_parent(of, mapper):
    found = mapped(of, mapper, "Office > Pens > Steel Pens").row(0, named=True)
    assert (found["target"], found["method"]) == ("Office > Pens", "learned")
    assert found["evidence"] == "words: office, pen"
    assert len(found["runners_up"]) == 3
    assert found["target"] not in {other["target"] for other in found["runners_up"]}


def test_a_name_that_two_categories_have_is_less_sure_than_one_that_one_has(of, mapper):
    found = mapped(of, mapper, "Gloves", "Rakes").select("path", "confidence")
    assert dict(found.rows())["Gloves"] < dict(found.rows())["Rakes"]
    assert mapped(of, mapper, "Sports > Gloves > Small Gloves")["target"].to_list() == ["Sports > Gloves"]


def test_each_distinct_path_is_answered_once_and_nothing_else(of, mapper):
    found = mapped(of, mapper, "Rakes", None, "", " > ", "Rakes", "Balls")
    assert found["path"].to_list() == ["Balls", "Rakes"]
    assert found.schema == MAPPED


def test_no_paths_have_no_answers(of, mapper):
    found = mapped(of, mapper, None)
    assert found.is_empty()
    assert found.schema == MAPPED
    assert accepted(found, 0.9).is_empty()


@settings(max_examples=10)
@given(PATHS)
def test_upper_levels_are_at_least_as_sure(of, mapper, paths):
    depths = dict(of.nodes.select("path", "depth").rows())
    found = mapped(of, mapper, *paths)
    assert sorted(found["path"]) == sorted(paths)
    for target, confidence, levels in found.select("target", "confidence", "level_confidences").rows():
        assert len(levels) == depths[target]
        assert all(a >= b for a, b in itertools.pairwise(levels))
        assert 0 <= confidence <= levels[-1] <= 1


def test_candidates_are_told_best_first(of, mapper):
    ranked = scored(described(pl.Series(["Garden > Steel Rakes", "Balls"])), of, mapper.trees)
    for _, each in ranked.group_by("row"):
        assert each["place"].to_list() == list(range(each.height))
        assert each["probability"].is_sorted(descending=True)


def test_what_is_sure_is_accepted_and_else_the_deepest_level_that_is():
    rows = [
        ("a", "A > B > C", 0.95, [0.99, 0.97, 0.96]),
        ("b", "A > B > C", 0.60, [0.99, 0.95, 0.70]),
        ("c", "A > B > C", 0.60, [0.80, 0.75, 0.70]),
        # The last level may be sure where the answer is not: the right one is below it. It is no answer then.
        ("d", "A > B", 0.40, [0.99, 0.98]),
    ]
    frame = pl.DataFrame(rows, schema=["path", "target", "confidence", "level_confidences"], orient="row")
    assert accepted(frame, 0.9).rows() == [
        ("a", "A > B > C", 0.95), ("b", "A > B", 0.95), ("c", None, None), ("d", "A", 0.99),
    ]  # fmt: skip


# Learning and releases.


@pytest.mark.parametrize(
    ("how", "path", "left"),
    [("last level", "A > B > C", "C"), ("last two levels", "A > B > C", "B > C"),
     ("without the top", "A > B > C", "B > C"), ("without the top", "A > B", "B"),
     ("top and last", "A > B > C", "A > C"), ("last two levels", "A", "A")],
)  # fmt: skip
def test_a_path_is_cut(how, path, left):
    assert cut(pl.DataFrame({"path": [path], "node": [3]}), how).rows() == [(left, 3)]


def test_each_labelled_path_is_shown_whole_and_once_cut(of):
    given_paths = labelled(of, TOPS, KINDS)
    shown = examples(given_paths)
    assert shown.height == 2 * given_paths.height
    assert shown.head(given_paths.height).equals(given_paths)
    ways = {frozenset(cut(given_paths, how)["path"]) for how in CUTS}
    assert all(set(shown["path"].tail(given_paths.height)) & way for way in ways)


def test_without_labels_nothing_is_learned(of):
    some, none = labelled(of, ["Garden"], KINDS), labelled(of, [], KINDS)
    for training, held_out in ((some, none), (none, some)):
        with pytest.raises(ValueError, match="needs labelled paths"):
            learn(training, held_out, of, "trigrams", {})


def test_a_release_is_its_bytes(of, mapper):
    again = from_bytes(mapper.to_bytes(), "trigrams")
    assert again == mapper
    assert again.version == mapper.version
    assert_frame_equal(mapped(of, again, "Steel Rakes"), mapped(of, mapper, "Steel Rakes"))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\x80\x04pickle"])
def test_other_bytes_are_no_release(data):
    with pytest.raises(UnknownRelease, match="no release of a category mapper"):
        from_bytes(data, "trigrams")


def test_a_release_of_other_features_or_another_encoder_is_refused(mapper):
    said = json.loads(mapper.to_bytes())
    with pytest.raises(UnknownRelease, match="train it anew"):
        from_bytes(json.dumps(said | {"features": ["up"]}).encode(), "trigrams")
    with pytest.raises(UnknownRelease, match="trained with the encoder trigrams"):
        from_bytes(mapper.to_bytes(), "another")


def test_the_packaged_encoder_knows_what_is_near_and_needs_no_network():
    told = embedding.encode(["running shoes", "sneakers", "garden hose", ""])
    assert told.shape == (4, embedding.DIMENSIONS)
    assert not told[3].any()
    near, far = (told[0] @ told[n] / np.linalg.norm(told[0]) / np.linalg.norm(told[n]) for n in (1, 2))
    assert near > far
    assert str(embedding.DIMENSIONS) in embedding.name()
