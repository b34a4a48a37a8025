"""Values in the normal form that somebody asks for, by rule and by what was decided before."""

import json

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog_assets.normal_forms.generalization import Generalizer, from_bytes, train, unseen
from catalog_assets.normal_forms.normalization import (
    Choice,
    Code,
    Count,
    Name,
    Quantity,
    Spelled,
    normalized,
)
from catalog_assets.normal_forms.pieces import EXAMPLES, described, key
from catalog_assets.releases import UnknownRelease
from catalog_assets.standardized.numbers import whole_numbers

FURNITURE = {
    "Seats": "Chairs, stools, benches and sofas",
    "Tables": "Desks, dining tables and workbenches",
    "Light": "Lamps, bulbs such as floor lamp or desk lamp",
}
DECIDED = [
    ("kind", "Office Chair", "Seats", 1.0), ("kind", "Bar Stool", "Seats", 1.0), ("kind", "Garden Bench", "Seats", 1.0),
    ("kind", "Writing Desk", "Tables", 1.0), ("kind", "Coffee Table", "Tables", 1.0),
    ("kind", "End tables", "Tables", 1.0), ("kind", "Floor Lamp", "Light", 1.0), ("kind", "Ceiling lamp", "Light", 1.0),
    ("kind", "Throne", "Seats", 1.0),
]  # fmt: skip


@pytest.fixture(scope="module")
def learned() -> Generalizer:
    return train(examples())


def examples(*more):
    rows = pl.DataFrame([*DECIDED, *more], schema=EXAMPLES, orient="row")
    return pl.concat([rows, described("kind", FURNITURE)])


def normal(form, *values, learned=None):
    stated = pl.DataFrame({"attribute": ["kind"] * len(values), "value": values}, schema_overrides={"value": pl.String})
    return normalized(stated, {"kind": form}, learned)["normal"].to_list()


def test_every_spelling_of_a_brand_becomes_the_form_that_is_asked_for():
    asked = Name(brands={"HP": "Hewlett-Packard"})
    assert normal(asked, "HP", "H.P.", "hewlett packard", "Dell") == ["Hewlett-Packard"] * 3 + ["Dell"]
    assert normal(Name(brands={"HP": "HP"}), "Hewlett-Packard Company") == ["HP"]


def test_abbreviations_within_a_name_are_written_out():
    asked = Name({"HP": "Hewlett-Packard", "AIT": "Advanced Tape", "G#": "Generation"})
    stated = ["HP Proliant", "AIT-3", "AIT", "G1-G7", "G2HS", "G-Force", "HPE", "Generation 1"]
    assert normal(asked, *stated) == [
        "Hewlett-Packard Proliant", "Advanced Tape 3", "Advanced Tape", "Generation 1-Generation 7", "Generation 2HS",
        "G-Force", "HPE", "Generation 1",
    ]  # fmt: skip


def test_a_code_is_its_letters_and_digits_or_a_part_of_them():
    assert normal(Code(), "435952-B21", "a.b c/1") == ["435952B21", "abc1"]
    assert normal(Code(first=1, length=5), "0 95205-74246 6") == ["95205"]
    assert normal(Code(marks=True, upper=True), "N'Joy") == ["N'JOY"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1,000/Box", [1000]), ("7.2K RPM", [7200]), ("Dozen Pens", [12]), ("2 pairs", [4]), ("1.5 m", []), ("", []),
     (None, None), ("2-portsInt/4-ports Ext", [2, 4]), ("onerous", []),
     ("1.000 Stück", [1000]), ("double-sided", [])],
)  # fmt: skip
def test_whole_numbers_are_read_in_digits_and_words(text, expected):
    assert whole_numbers(pl.Series([text], dtype=pl.String)).to_list() == [expected]


def test_of_several_numbers_the_first_counts_or_their_sum():
    assert normal(Count(), "50 sheets, dozen pads", "many") == ["50", "many"]
    assert normal(Count({"dp": 2}, "sum"), "2 inner / 4 outer", "DUAL-PORT (DP)", "DP", "(DP)") == ["6", "2", "2", "2"]


def test_a_quantity_is_converted_and_rounded():
    asked = Quantity("cm", 1, bare="in", several="largest", fixed=True)
    assert normal(asked, '20 1/8"', "24", "18mm", "3'", '121" - 132"', '73-84"') == [
        "51.1", "61.0", "1.8", "91.4", "335.3", "213.4"
    ]  # fmt: skip
    assert normal(Quantity("g", 0), "8.4 oz", "5in", "some 5 oz") == ["238", "5in", "some 5 oz"]
    assert normal(Quantity("lb", 1, times="0.453"), "40-lb.") == ["18.1"]


def test_halves_are_rounded_to_even_or_as_binary_fractions_fall():
    assert normal(Quantity("cm", 1), '22.5"', '17.5"') == ["57.2", "44.4"]
    assert normal(Quantity("cm", 1, half="binary"), '22.5"', '17.5"') == ["57.1", "44.5"]


def test_an_amount_keeps_its_unit_and_the_unit_is_spelled_out():
    names = {"gb": "Gigabytes", "mb": "Megabytes"}
    assert normal(Spelled(names), "146-GB", "2 x 2GB", "40/80GB", "1,024 MB", "9.10gb", "5 cm") == [
        "146 Gigabytes", "4 Gigabytes", "40/80 Gigabytes", "1024 Megabytes", "9.10 Gigabytes", "5 cm"
    ]  # fmt: skip
    assert normal(Spelled(names, "sum"), "4MB L2 Cache, 8MB L3 Cache", "4MB, 1GB") == [
        "12 Megabytes", "4 Megabytes, 1 Gigabytes"
    ]  # fmt: skip
    assert normal(Spelled(names), "160GB/230GB", "4MB and 8MB") == ["160 Gigabytes/230 Gigabytes", "4 Megabytes"]


def test_of_two_colours_the_first_counts_and_more_are_mixed():
    asked = Choice({"Black": ("jet",), "Gray": ("silver",), "Mixed": ("assorted",)}, parted=True, many="Mixed")
    stated = ["JET", "silver/black", "black with gray", "black, gray and red", "Assorted", "mauve", None]
    assert normal(asked, *stated) == ["Black", "Gray", "Black", "Mixed", "Mixed", "mauve", None]


def test_each_value_says_how_it_was_read(learned):
    asked = {"kind": Choice({"Seats": ("pew",), "Tables": (), "Light": ()}), "width": Quantity("cm", 1)}
    rows = [("kind", "pew"), ("kind", "bar stools"), ("kind", "wooden stool"), ("width", "2 in"), ("width", "wide"),
            ("other", "x"), ("kind", None), (None, "x")]  # fmt: skip
    stated = pl.DataFrame(rows, schema={"attribute": pl.String, "value": pl.String}, orient="row")
    read = normalized(stated, asked, learned)
    assert read["normal"].to_list() == ["Seats", "Seats", "Seats", "5.1", "wide", "x", None, "x"]
    assert read["method"].to_list() == ["alias", "decided", "learned", "rule", "kept", "kept", None, "kept"]
    assert read["confidence"].is_null().to_list() == [False, False, False, False, True, True, True, True]
    assert read["confidence"].drop_nulls().is_between(0, 1).all()


def test_a_value_is_judged_by_its_own_words_and_by_what_the_list_says(learned):
    read = learned.read("kind", pl.Series(["Stools for bars", "dining table, oak", "Bulb", "sofa", None]))
    assert read["normal"].to_list() == ["Seats", "Tables", "Light", "Seats", None]
    assert learned.read("never learned", pl.Series(["sofa"]))["normal"].to_list() == [None]
    told = learned.judges["kind"].probabilities(["sofa", ""], None)
    assert np.allclose(told.sum(axis=1), 1)


def test_what_was_decided_most_often_stands():
    more = [("kind", "Throne", "Tables", 1.0), ("kind", "thrones", "Tables", 1.0)]
    assert train(examples()).decided("kind", pl.Series(["throne"]))["normal"].item() == "Seats"
    agreed, disputed = train(examples()), train(examples(*more))
    assert disputed.decided("kind", pl.Series(["throne"]))["normal"].item() == "Tables"
    assert disputed.agreement < agreed.agreement + 0.5


def test_a_judge_is_never_asked_what_it_was_told():
    told = unseen(examples())
    assert told.height == len(DECIDED)
    noise = pl.DataFrame(
        [("kind", f"{letter * 4}", "ABC"[place % 3], 1.0) for place, letter in enumerate("bcdfghjklmnp")],
        schema=EXAMPLES, orient="row",
    )  # fmt: skip
    assert unseen(noise)["right"].mean() < 0.8, "labels that follow from nothing cannot be known"


def test_a_release_is_read_back_and_does_not_depend_on_the_order_of_rows(learned):
    again = from_bytes(learned.to_bytes())
    assert again.version == learned.version == train(examples()[::-1]).version
    asked = pl.Series(["Stools for bars", "dining table, oak"])
    assert_frame_equal(again.read("kind", asked), learned.read("kind", asked))


def test_a_release_of_something_else_is_refused(learned):
    said = json.loads(learned.to_bytes())
    for broken in (b"", b"[]", b"{}", b'{"judges": []}', json.dumps({**said, "sizes": [1]}).encode()):
        with pytest.raises(UnknownRelease):
            from_bytes(broken)
    with pytest.raises(UnknownRelease, match="another"):
        from_bytes(learned.to_bytes(), encoder="another")


def test_meaning_joins_what_no_letters_have_in_common():
    told = {"couch": [1, 0], "sofa": [1, 0], "desk": [0, 1], "bureau": [0, 1]}

    def encode(texts):
        return np.array([told.get(text, [0, 0]) for text in texts], dtype=np.float32)

    rows = [("kind", "sofa", "Seats", 1.0), ("kind", "desk", "Tables", 1.0)]
    judge = train(pl.DataFrame(rows, schema=EXAMPLES, orient="row"), encode, "toy")
    assert judge.read("kind", pl.Series(["couch", "bureau"]))["normal"].to_list() == ["Seats", "Tables"]
    assert from_bytes(judge.to_bytes(), encode, "toy").version == judge.version


def test_values_are_compared_by_their_words():
    assert key("HardDrives, 2.5in") == key("hard drive 2 5 in")
    assert key("Glass") == "glass"
