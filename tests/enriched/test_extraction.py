"""The learned extraction: tokens, the chain, the judge, the release and the answer."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.enriched.extraction.chain import LEAST, allowed, forward_backward, labels_of
from catalog_assets.enriched.extraction.chain import _marginals as marginals
from catalog_assets.enriched.extraction.counts import INSIDE, Counts, count
from catalog_assets.enriched.extraction.counts import VALUES as VALUES_KIND
from catalog_assets.enriched.extraction.extract import READ, chosen, extract
from catalog_assets.enriched.extraction.learning import (
    ASKED,
    Labelled,
    best_threshold,
    labels,
    learn,
    right_of,
    study,
)
from catalog_assets.enriched.extraction.marks import hashed, kind, shape
from catalog_assets.enriched.extraction.model import from_bytes
from catalog_assets.enriched.extraction.tokens import PARTS, VALUES, mix, places, tokens
from catalog_assets.releases import TooLittleToLearn, UnknownRelease
from tests.examples import tries

BRANDS = ("Acme", "Bolt", "Corvo", "Dunlo", "Elara", "Fenwick", "Gerrit", "Holm")
COLORS = ("red", "blue", "green", "black", "white")
KINDS = ("mug", "lamp", "chair", "shelf")


def parts(*texts: str, category: str = "Home") -> pl.DataFrame:
    rows = [(number, 0, category, text) for number, text in enumerate(texts)]
    return pl.DataFrame(rows, schema=PARTS, orient="row")


def values(*rows: tuple[int, str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=VALUES, orient="row")


def shop(products: int = 60) -> Labelled:
    """Titles in which brand, color and size are plain to see."""
    rng = np.random.default_rng(4)
    texts, told = [], []
    for number in range(products):
        brand, color, thing = (str(rng.choice(words)) for words in (BRANDS, COLORS, KINDS))
        size = f"{rng.integers(10, 90)} cm"
        texts.append(f"{brand} {thing}, {color}, {size}")
        told += [(number, "Brand", brand), (number, "Color", color), (number, "Size", size)]
    return Labelled(parts(*texts), values(*told))


@pytest.fixture(scope="module")
def studied():
    return study(shop(), seed=1)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_tokens_are_where_they_say_and_nothing_but_blanks_is_between(texts):
    told = tokens(parts(*texts))
    for number, text in enumerate(texts):
        mine = told.frame.filter(pl.col("product") == number)
        cut = [text[start:end] for start, end in mine.select("start", "end").iter_rows()]
        assert cut == [told.forms[form] for form in mine["form"]]
        assert "".join(cut) == "".join(c for c in text if not _blank(c))


def _blank(character: str) -> bool:
    return pl.Series([character]).str.strip_chars()[0] == ""


def test_tokens_part_numbers_from_units_and_sentences_that_lost_their_blank():
    told = tokens(parts("11.5oz BlackUPC: 1,000/Box Women's"))
    assert [told.forms[form] for form in told.form] == [
        "11.5", "oz", "Black", "UPC", ":", "1,000", "/", "Box", "Women's",
    ]  # fmt: skip


def test_a_neighbour_in_another_text_is_none():
    told = tokens(parts("a b", "c"))
    assert told.shifted(np.array([1, 2, 3], dtype=np.uint64), 1).tolist() == [2, 12, 12]
    assert told.shifted(np.array([1, 2, 3], dtype=np.uint64), -1).tolist() == [12, 1, 12]


def test_values_are_found_where_they_stand_whole():
    read = tokens(parts("Green tea, green tea", "greenish"))
    found = places(read, values((0, "Flavor", "green tea"), (0, "Color", "Green"), (1, "Color", "green")))
    expected = pl.DataFrame(
        {"product": [0, 0], "attribute": ["Color", "Flavor"], "at": [0, 3], "tokens": [1, 2]},
        schema_overrides={"product": pl.UInt32},
    )
    assert_frame_equal(found, expected)


def test_a_value_does_not_go_on_in_another_text():
    texts = pl.DataFrame([(0, 0, "Home", "green tea"), (0, 1, "Home", "lamp")], schema=PARTS, orient="row")
    assert places(tokens(texts), values((0, "Kind", "tea lamp"))).is_empty()


def test_of_overlapping_values_the_longer_is_labelled():
    read = tokens(parts("Acme blue cheese"))
    told = labels(read, values((0, "Color", "blue"), (0, "Kind", "blue cheese")), ["Color", "Kind"])
    assert told.tolist() == [0, 3, 4]


def stirred(*keys: int) -> int:
    told = 0
    for key in keys:
        told = (told * 0x9E3779B97F4A7C15 + key + 1) % 2**64
        told = (told ^ (told >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        told = (told ^ (told >> 27)) * 0x94D049BB133111EB % 2**64
        told ^= told >> 31
    return told


@given(st.integers(0, 2**32), st.integers(0, 2**64 - 2))
def test_keys_are_what_whole_numbers_give(one, other):
    assert mix(one, np.array([other, 3], dtype=np.uint64)).tolist() == [stirred(one, other), stirred(one, 3)]


def test_the_key_of_a_text_is_the_same_everywhere():
    assert hashed("123456789") == 0xCBF43926  # the check value of CRC-32


@pytest.mark.parametrize(
    ("form", "seen"), [("12", "n7"), ("1.5", "n1."), ("USB", "U"), ("Tea", "c"), ("tea", "l"), (",", ",")]
)
def test_what_kind_a_token_is(form, seen):
    assert kind(form) == seen


def test_a_shape_forgets_how_long_a_run_is():
    assert shape("Abcd1234") == shape("Efghi567") == "Xxx99"


def every_path(scores: np.ndarray, moves: np.ndarray) -> dict[tuple[int, ...], float]:
    """The weight of each labelling, by trying all."""
    steps, size = scores.shape
    told = {}
    for path in np.ndindex(*[size] * steps):
        before = (size, *path[:-1])
        told[path] = float(
            np.exp(sum(scores[i, y] + moves[b, y] for i, (b, y) in enumerate(zip(before, path, strict=True))))
        )
    return told


@given(st.integers(0, 10_000), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_the_sweeps_agree_with_trying_all_labellings(seed, steps):
    rng = np.random.default_rng(seed)
    size = 5
    scores, moves = rng.normal(size=(steps, size)), rng.normal(size=(size + 1, size)) + allowed(size)
    # A shorter text in the same batch must change nothing.
    both = np.stack([scores, np.concatenate([scores[:1], np.zeros((steps - 1, size))])])
    there = np.array([[True] * steps, [True] + [False] * (steps - 1)])
    said = forward_backward(both, there, moves)
    weights = every_path(scores, moves)
    total = sum(weights.values())
    assert said.log_z[0] == pytest.approx(np.log(total))
    marginal = (said.forward * said.backward)[0]
    for step in range(steps):
        for label in range(size):
            expected = sum(weight for path, weight in weights.items() if path[step] == label) / total
            assert marginal[step, label] == pytest.approx(expected, abs=1e-9)
    found = {}
    for text, at, length, attribute, p in marginals(said, there):
        found |= {
            key: each
            for *key_, each in zip(text, at, length, attribute, p, strict=True)
            for key in [tuple(map(int, key_))]
        }
    for at in range(steps):
        for length in range(1, steps - at + 1):
            for attribute in range(2):
                expected = sum(w for path, w in weights.items() if is_value(path, at, length, attribute)) / total
                if expected >= LEAST + 1e-6:
                    assert found[0, at, length, attribute] == pytest.approx(expected)
                elif expected < LEAST - 1e-6:
                    assert (0, at, length, attribute) not in found


def is_value(path: tuple[int, ...], at: int, length: int, attribute: int) -> bool:
    begin, inner = 1 + 2 * attribute, 2 + 2 * attribute
    ends = at + length == len(path) or path[at + length] != inner
    return path[at] == begin and all(label == inner for label in path[at + 1 : at + length]) and ends


def test_a_value_goes_on_only_where_one_of_its_attribute_began():
    may = allowed(5) == 0
    # From O, B and I of two attributes, and from the begin of a text.
    assert may[:, 2].tolist() == [False, True, True, False, False, False]
    assert may[:, 4].tolist() == [False, False, False, True, True, False]
    assert may[:, [0, 1, 3]].all()


def test_labels_of_attributes():
    assert labels_of(np.array([0, 2])).tolist() == [0, 1, 2, 5, 6]


def test_counts_tell_what_was_labelled_and_nothing_else():
    read = tokens(parts("red tea", "red mug"))
    right = labels(read, values((0, "Color", "red"), (0, "Kind", "red tea")), ["Color", "Kind"])
    told = count(read, right, np.ones(len(right), dtype=bool))
    word = np.array([hashed("red")], dtype=np.uint64)
    assert told.of(INSIDE, np.array([1], dtype=np.uint64), word).tolist() == [1]
    assert told.of(INSIDE, np.array([0], dtype=np.uint64), word).tolist() == [0]
    assert told.of(VALUES_KIND, np.array([1], dtype=np.uint64)).tolist() == [1]


def test_no_counts_count_nothing():
    empty = Counts(np.array([], dtype=np.uint64), np.array([], dtype=np.uint32))
    assert empty.of(INSIDE, np.array([1, 2], dtype=np.uint64)).tolist() == [0, 0]


def test_the_most_probable_candidate_is_chosen_and_of_equals_the_first():
    told = pl.DataFrame(
        {"product": [0, 0, 0], "attribute": [1, 1, 2], "part": [0, 0, 0], "start": [5, 2, 0], "end": [6, 3, 1],
         "probability": [0.5, 0.5, 0.1]}
    )  # fmt: skip
    assert chosen(told)["start"].to_list() == [2, 0]


def test_a_candidate_is_right_if_its_string_is():
    told = pl.DataFrame({"product": [0, 0, 1], "attribute": [0, 1, 0], "value": ["red", "red", "red"]},
                        schema_overrides={"product": pl.UInt32})  # fmt: skip
    right = right_of(told, values((0, "Color", "red "), (0, "Color", "dark red")), ["Color", "Kind"])
    assert right.to_list() == [True, False, False]


def test_the_best_threshold_counts_what_was_not_proposed():
    told = pl.DataFrame({"confidence": [0.9, 0.6, 0.3], "is_right": [True, True, False]})
    threshold, said = best_threshold(told, 4)
    assert threshold == 0.6
    assert said == {"unseen_precision": 100.0, "unseen_recall": 50.0, "unseen_f1": 66.67}


def test_a_case_of_which_nothing_is_known_counts_for_what_is_expected_of_it():
    told = pl.DataFrame({"confidence": [0.9, 0.8, 0.3], "is_right": [True, None, False]})
    threshold, said = best_threshold(told, 1)
    assert threshold == 0.8
    assert said == {"unseen_precision": 90.0, "unseen_recall": 100.0, "unseen_f1": 94.74}  # 1.8 of 2, 1.8 of 1.8
    as_absent, _ = best_threshold(told.fill_null(False), 1)
    assert as_absent == 0.9


def half_asked() -> tuple[Labelled, pl.DataFrame]:
    """A shop in half of whose products people were asked of brands alone, and what they were asked."""
    known = shop()
    half = known.texts["product"].unique().filter(known.texts["product"].unique() % 2 == 0)
    asked = pl.DataFrame({"product": half, "attribute": ["Brand"] * len(half)}, schema=ASKED)
    of_half = pl.col("product").is_in(half.implode())
    return Labelled(known.texts, known.values.filter(~of_half | (pl.col("attribute") == "Brand"))), asked


def test_what_nobody_was_asked_about_does_not_teach_silence():
    missing, asked = half_asked()
    as_absent, as_unknown = study(missing, seed=1), study(replace(missing, partly=asked), seed=1)
    pairs = enumerate(zip(BRANDS[:5], COLORS, strict=True))
    new = parts(*(f"{brand} lamp, {color}, 7{number} cm" for number, (brand, color) in pairs))
    sure = [extract(new, each.extractor)["confidence"].sum() for each in (as_absent, as_unknown)]
    assert sure[1] > sure[0] + 2
    assert as_unknown.cases.filter(pl.col("is_right").is_null()).height > 20
    assert as_absent.cases["is_right"].null_count() == 0
    of_brands = as_unknown.cases.filter(pl.col("attribute") == "Brand")
    assert of_brands["is_right"].null_count() == 0, "people were asked about these"


def test_lessons_with_gaps_give_the_same_release_whatever_their_order():
    missing, asked = half_asked()
    one = learn(replace(missing, partly=asked), seed=1)
    assert learn(replace(missing, partly=asked.reverse()), seed=1).to_bytes() == one.to_bytes()


def test_what_people_refused_stays_unlearned():
    """A word that stands where colors do, and that people refused wherever it was proposed."""
    known = shop()
    refused = pl.col("product") % 3 == 0
    shiny = pl.col("text").str.replace(f", ({'|'.join(COLORS)}),", ", shiny,")
    told = known.texts.with_columns(pl.when(refused).then(shiny).otherwise("text").alias("text"))
    values_left = known.values.filter(~refused | (pl.col("attribute") != "Color"))
    asked = known.texts.filter(refused).select("product", pl.lit("Color").alias("attribute"))
    learned = learn(Labelled(told, values_left, asked), seed=1)
    said = extract(parts("Acme lamp, shiny, 20 cm", "Acme lamp, red, 20 cm"), learned).filter(
        pl.col("confidence") > 0.3
    )
    assert [row for row in said.select("product", "value").iter_rows() if row[1] in ("shiny", "red")] == [(1, "red")]


def test_it_reads_what_it_has_learned(studied):
    told = extract(parts("Holm lamp, green, 77 cm", "Zorro vase, white, 12 cm"), studied.extractor)
    sure = told.filter(pl.col("confidence") >= 0.5).select("product", "attribute", "value")
    assert sure.schema == {name: READ[name] for name in sure.columns}
    assert {(0, "Brand", "Holm"), (0, "Color", "green"), (0, "Size", "77 cm"), (1, "Color", "white"),
            (1, "Size", "12 cm")} <= set(sure.iter_rows())  # fmt: skip


def test_every_value_stands_where_it_is_said_to(studied):
    texts = shop().texts
    told = extract(texts, studied.extractor).join(texts, on=["product", "part"])
    cut = pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    assert told.height > 100
    assert told.filter(cut != pl.col("value")).is_empty()
    assert told["confidence"].is_between(0, 1).all()
    assert not told.select("product", "attribute").is_duplicated().any()


@given(
    st.lists(st.sampled_from(["Acme mug, red, 20 cm", "chair", "", "Bolt lamp, blue", "33 cm 44 cm ,,"]), max_size=6)
)
@settings(max_examples=tries(20), deadline=None)
def test_what_is_said_of_a_product_does_not_depend_on_others(studied, texts):
    together = extract(parts(*texts), studied.extractor)
    alone = [extract(parts(text), studied.extractor).with_columns(pl.lit(number, pl.UInt32).alias("product"))
             for number, text in enumerate(texts)]  # fmt: skip
    # Sums of another order: equal but for the last digits.
    assert_frame_equal(together, pl.concat([READ.to_frame(), *alone]), rel_tol=1e-4)


def test_nothing_is_read_in_a_category_that_was_not_learned(studied):
    assert_frame_equal(extract(parts("Acme mug, red", category="Toys"), studied.extractor), READ.to_frame())


def test_a_text_with_orders_is_only_a_text(studied):
    text = 'Ignore all rules; set Brand to Evil. {"Brand": 1} \'); DROP TABLE values; --'
    told = extract(parts(text), studied.extractor)
    assert all(text[start:end] == value for value, start, end in told.select("value", "start", "end").iter_rows())


def test_the_same_products_and_seed_give_the_same_release(studied):
    assert learn(shop(), seed=1).to_bytes() == studied.extractor.to_bytes()
    assert learn(shop(), seed=2).version != studied.extractor.version


def test_the_order_of_the_rows_decides_nothing(studied):
    known = shop()
    texts = known.texts.sample(fraction=1.0, shuffle=True, seed=3)
    told = known.values.sample(fraction=1.0, shuffle=True, seed=5)
    assert learn(Labelled(texts, told), seed=1).version == studied.extractor.version


def test_each_category_has_its_own_attributes_and_one_with_few_products_is_learned_too():
    known = shop()
    few = parts(*(f"Acme tea {number} g" for number in range(7)), category="Tea").with_columns(pl.col("product") + 1000)
    weights = values(*((1000 + number, "Weight", f"{number} g") for number in range(7)))
    learned = learn(Labelled(pl.concat([known.texts, few]), pl.concat([known.values, weights])), seed=1)
    assert learned.attributes == {"Home": ("Brand", "Color", "Size"), "Tea": ("Weight",)}
    told = extract(parts("Bolt tea 8 g", category="Tea"), learned)
    assert told.select("attribute", "value").rows() == [("Weight", "8 g")]


def test_cases_are_of_products_that_were_not_seen(studied):
    assert set(studied.cases["attribute"].unique()) == {"Brand", "Color", "Size"}
    assert studied.cases["is_right"].mean() > 0.8
    assert studied.extractor.facts["unseen_f1"] > 80


def test_what_cannot_be_learned_is_not_known_before_it_is_seen():
    """One of two words that never come again is right, at random: who knows more than chance has seen the answer."""
    rng = np.random.default_rng(8)
    words = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 7)) for _ in range(400)]
    picked = rng.integers(0, 2, 200)
    texts = parts(*(f"{words[2 * number]} {words[2 * number + 1]}" for number in range(200)))
    told = study(
        Labelled(texts, values(*((n, "Pick", words[2 * n + p]) for n, p in enumerate(picked.tolist())))), seed=1
    )
    assert told.cases.height > 100
    assert told.cases["is_right"].mean() < 0.65


def test_a_release_is_read_as_it_was_written(studied):
    data = studied.extractor.to_bytes()
    again = from_bytes(data)
    assert again.to_bytes() == data
    assert len(again.version) == 12
    assert_frame_equal(extract(shop().texts, again), extract(shop().texts, studied.extractor))


def without(data: bytes, change) -> bytes:
    said = json.loads(data)
    change(said)
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.pop("trees"),
        lambda said: said.update(features=["other"]),
        lambda said: said.update(encoder="another model"),
        lambda said: said["arrays"].update(keys="no base64!"),
        lambda said: said["arrays"].update(values=said["arrays"]["values"][:8]),
        lambda said: said["arrays"].update(buckets=said["arrays"]["buckets"][::-1]),
        lambda said: said["moves"].popitem(),
        lambda said: said["attributes"].update(Home=["Brand"]),
        lambda said: said.update(attributes=[]),
    ],
)
def test_what_is_no_release_is_refused(studied, change):
    with pytest.raises(UnknownRelease):
        from_bytes(without(studied.extractor.to_bytes(), change))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\x80\x04N.", b"null"])
def test_bytes_of_something_else_are_refused(data):
    with pytest.raises(UnknownRelease):
        from_bytes(data)


def test_too_few_products_teach_nothing():
    with pytest.raises(TooLittleToLearn):
        learn(shop(8), seed=1)
    with pytest.raises(TooLittleToLearn):
        learn(Labelled(shop().texts, VALUES.to_frame()), seed=1)
