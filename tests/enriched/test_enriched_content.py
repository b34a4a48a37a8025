"""A hash is the same for the same content and another for any other, however the text is made."""

import hashlib

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.digests import digest, encode
from catalog_assets.enriched.content import attribute_question, category_question, content_hash
from catalog_assets.vocabulary.columns import ATTRIBUTE
from tests.enriched.enriched_frames import contents, matched

TEXTS = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["", "~", ":", "1:a", "0:", "a1:b", "\x00"]))


def encoded(*parts):
    columns = {str(place): pl.Series([part], dtype=pl.String) for place, part in enumerate(parts)}
    return pl.DataFrame(columns).select(encode(*map(pl.col, columns)).alias("encoded"))["encoded"][0]


@settings(deadline=None)
@given(st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS))
def test_different_parts_never_give_the_same_string(one, other):
    assert (encoded(*one) == encoded(*other)) == (one == other)


def test_a_digest_is_a_sha256_that_another_program_can_check():
    frame = pl.DataFrame({"a": ["rot", None], "b": ["", "grün"]})
    expected = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in ("3:rot0:", "~5:grün")]
    assert frame.select(digest(pl.col("a"), pl.col("b")))["a"].to_list() == expected


def test_a_new_price_or_key_does_not_change_the_content():
    rows = matched({"product_key": "a", "price": None}, {"product_key": "b"}, {"product_key": "c", "name": "Other"})
    assert rows["content_hash"].n_unique() == 2


@pytest.mark.parametrize("field", ["name", "brand", "mpn", "description", "category_path"])
def test_every_field_that_is_read_counts_and_absent_is_not_empty(field):
    hashes = contents({field: None}, {field: ""}, {field: "x"}, {field: "X"})["content_hash"]
    assert hashes.n_unique() == 4


def test_attributes_count_in_any_order():
    red, big = {"name": "color", "value": "Red", "unit": None}, {"name": "size", "value": "L", "unit": None}
    unit = {"name": "size", "value": "L", "unit": ""}
    rows = contents({"attributes": [red, big]}, {"attributes": [big, red]}, {"attributes": [red, unit]},
                    {"attributes": [red]}, {"attributes": []})  # fmt: skip
    assert rows["content_hash"][0] == rows["content_hash"][1]
    assert rows["content_hash"].n_unique() == 4


def test_null_attributes_are_not_no_attributes():
    schema = dict.fromkeys(("name", "brand", "mpn", "description", "category_path"), pl.String)
    frame = pl.DataFrame([{"attributes": None}, {"attributes": []}],
                         schema={**schema, "attributes": pl.List(ATTRIBUTE)})  # fmt: skip
    assert frame.select(content_hash())["content_hash"].n_unique() == 2


def test_a_question_depends_on_what_a_person_sees():
    seen = {"attribute": "color", "value": "Red", "unit": None, "evidence": "red", "name": "red shirt"}
    rows = [seen, {**seen, "price": "9"}, *({**seen, part: "x"} for part in seen)]
    frame = pl.DataFrame(rows, schema={**dict.fromkeys(seen, pl.String), "price": pl.String})
    ids = frame.select(attribute_question())["question_id"]
    assert ids[0] == ids[1]
    assert ids[1:].n_unique() == 6


def test_one_category_question_decides_a_path_and_a_proposal():
    frame = pl.DataFrame({
        "category_path": ["Shoes", "Shoes", "Shoes", None, None, None],
        "value": ["A", "A", "B", "A", "A", None],
        "content_hash": ["1", "2", "1", "1", "2", "1"],
    })  # fmt: skip
    ids = frame.select(category_question())["question_id"].to_list()
    assert ids[0] == ids[1]
    assert len(set(ids)) == 5
