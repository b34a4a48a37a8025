"""Stated attributes in vocabulary terms, and quantities in canonical units."""

import json
import time
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.standardized.attributes import LONGEST_NAME, _members, _pairs, attribute_of, attributes
from catalog_assets.standardized.text import json_value
from catalog_assets.standardized.units import quantities, unit_in_name
from catalog_assets.vocabulary.columns import ATTRIBUTE
from catalog_assets.vocabulary.units import factor
from tests.examples import tries


def stated(cells, columns, *, mark="auto", language="en"):
    found = attributes(pl.DataFrame(cells), columns, mark, language)
    assert found.dtype == pl.List(ATTRIBUTE)
    return [[(entry["name"], entry["value"], entry["unit"]) for entry in row] for row in found.to_list()]


def quantity(name, text, hint=None, *, mark="auto", language="en"):
    frame = pl.DataFrame({"name": [name], "text": [text], "hint": [hint]}, schema_overrides={"hint": pl.String})
    return quantities(frame, mark, language).item()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("weight", "1.5 kg", "1500"),
        ("weight", "2lb", "907.1847"),
        ("weight", "1,200 g", "1200"),
        ("weight", "approx. 3,5 kg", "3500"),
        ("weight", "500 Gramm", "500"),
        ("weight", "500g (net)", "500"),
        ("screen_size", '15.6"', "15.6"),
        ("screen_size", "15,6 Zoll", "15.6"),
        ("screen_size", '20 1/8"', "20.125"),
        ("screen_size", "15-3/8 in", "15.375"),
        ("screen_size", "39.624 cm", "15.6"),
        ("screen_size", "15.6 inches LED", "15.6"),
        ("screen_size", "43", "43"),
        ("battery_capacity", "5Ah", "5000"),
        ("storage", "1 TB", "1000"),
        ("ram", "512 MB", "0.5"),
        ("ram", "16G", "16"),
        ("volume", "8 fl. oz.", "236.5882"),
        ("volume", "0,75 l", "750"),
        ("warranty", "2 Years", "24"),
        ("warranty", "6 Bulan", "6"),
        ("voltage", "220 V AC", "220"),
        ("weight", "500", None),
        ("weight", "0 kg", None),
        ("weight", "99999999 kg", None),
        ("weight", "5 lb 3 oz", "2353.0104"),
        ("weight", "5 lb. and 3 oz.", "2353.0104"),
        ("length", "6'2\"", "187.96"),
        ("length", "6' 2 1/2\"", "189.23"),
        ("length", "20½ in", "52.07"),
        ("length", "47 1/4 in", "120.015"),
        ("length", '11-3/5"', "29.464"),
        ("length", "5-ft", "152.4"),
        ("warranty", "1 year 6 months", "18"),
        ("weight", "5 lb 80 oz", None),
        ("weight", "3 oz 5 lb", None),
        ("weight", "5 lb 3 cm", None),
        ("storage", "1 TB 256 GB", None),
        ("volume", "0.5 m3", "500000"),
        ("volume", "3in3", "49.1612"),
        ("length", "5 m2", None),
        ("length", "24/7 in", None),
        ("length", "8/4 in", None),
        ("weight", "5 cm", None),
        ("weight", "-5 kg", None),
        ("voltage", "100-240 V", None),
        ("length", "5 x 3 cm", None),
        ("storage", "8GB+256GB", None),
        ("warranty", "No Warranty", None),
        ("weight", "1.2.3 kg", None),
        ("weight", "99999999999999999999999999999999999999999 kg", None),
    ],
)
def test_quantity(name, text, expected):
    assert quantity(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Dimensions", "30 x 20 x 5 cm (W x D x H)", [("depth", "20"), ("height", "5"), ("width", "30")]),
        ("Dimensions (L x W x H)", "300 x 200 x 50.25 mm", [("height", "5.025"), ("length", "30"), ("width", "20")]),
        ("Abmessungen (cm)", "B 30 x T 20", []),
        ("Product Dimensions (in)", "20 1/8 w x 3 d", [("depth", "7.62"), ("width", "51.1175")]),
        ("Dimensions", "30 x 20 x 5 cm", []),
        ("Package Dimensions", "30 x 20 x 5 cm (W x D x H)", []),
        ("Dimensions", "<b>30</b> cm W &times; 20 cm H", [("height", "20"), ("width", "30")]),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_sides_that_are_stated_together_are_parted(name, text, expected, language):
    cells = {"all": [json.dumps([{"name": name, "value": text}])]}
    assert stated(cells, {"*": "all"}, language=language) == [[(side, value, "cm") for side, value in expected]]


def test_parted_sides_are_read_under_any_mark_and_go_behind_a_side_that_is_stated_alone():
    cells = {
        "all": ['{"dimensions": "1.234,5 mm W x 20 mm H", "width": "3 cm"}', '{"dimensions": "12,5 cm W x 2 cm H"}']
    }
    assert stated(cells, {"*": "all"}, mark="comma") == [
        [("height", "2", "cm"), ("width", "3", "cm")],
        [("height", "2", "cm"), ("width", "12.5", "cm")],
    ]


def test_the_hint_names_the_unit_and_the_text_goes_before_it():
    assert quantity("weight", "500", "g") == "500"
    assert quantity("weight", "500", "kg") == "500000"
    assert quantity("weight", "2 kg", "g") == "2000"
    assert quantity("screen_size", "100", "cm") == "39.37"


def test_three_digits_after_a_mark_go_by_mark_and_language():
    assert quantity("weight", "1.200 kg") == "1200"
    assert quantity("weight", "1,200 kg", language="de") == "1200"
    assert quantity("weight", "1.200 g", language="de") == "1200"
    assert quantity("weight", "1.200 g") == "1.2"
    assert quantity("weight", "1.200 g", mark="comma") == "1200"
    assert quantity("weight", "1,5 kg", mark="point") is None
    assert quantity("screen_size", '20 1/8"', language="de") == "20.125"
    assert quantity("screen_size", '20 1/8"', mark="comma") == "20.125"


@settings(max_examples=100, deadline=None)
@given(
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal(4000), places=2), st.sampled_from(["g", "oz", "lb", "kg"])
)
def test_conversion_is_exact_to_the_fourth_decimal(value, unit):
    exact = value * factor(unit, "g")
    found = quantity("weight", f"{value} {unit}")
    if exact > 2_000_000 or exact < Decimal("0.01"):
        assert found is None
    else:
        assert abs(Decimal(found) - exact) <= Decimal("0.00005")
        assert found == f"{Decimal(found).normalize():f}"


@pytest.mark.parametrize(
    ("name", "dimension", "expected"),
    [
        ("Variant Grams", "mass", "g"),
        ("weight_kg", "mass", "kg"),
        ("Display Size (inch)", "length", "in"),
        ("Length in cm", "length", "cm"),
        ("Width [mm]", "length", "mm"),
        ("Weight", "mass", None),
        ("Made in Italy", "length", None),
        ("T-shirt weight", "mass", None),
    ],
)
def test_unit_in_name(name, dimension, expected):
    assert unit_in_name(name, dimension) == expected


@pytest.mark.parametrize(
    ("stated_name", "expected"),
    [
        ("Color", ("color", None)),
        ("WARNA :", ("color", None)),
        ("Screen_Size", ("screen_size", None)),
        ("Display Size (inch)", ("screen_size", "in")),
        ("Weight (kg)", ("weight", "kg")),
        ("Weight（kg）", ("weight", "kg")),
        ("Weight（（kg）", None),
        ("weight_kg", ("weight", "kg")),
        ("Length in cm", ("length", "cm")),
        ("Berat Produk", ("weight", None)),
        ("น้ำหนัก", ("weight", None)),
        ("Weight (cm)", None),
        ("Ships From", None),
        ("", None),
    ],
)
def test_attribute_of(stated_name, expected):
    assert attribute_of(stated_name) == expected


def test_named_columns_by_kind():
    cells = {
        "c": ["negro", "Black/White", "Heather Navy", "n/a", "Default Title", None, '["Red","Blau"]'],
        "Variant Grams": ["1500", "0", "x", None, "2 kg", "12.5", "1"],
        "m": ["95% Cotton, 5% Spandex", "PU", None, "-", "Dolby", "100 % Wolle", "Stahl"],
        "p": ["Pack of 6", "20pcs", "2 x 3", "Single", "0", "1.5", None],
        "w": ["Yes", "tidak", "IP68", None, "false", "0", "wasserdicht"],
    }
    columns = {"color": "c", "weight": "Variant Grams", "material": "m", "pack_count": "p", "waterproof": "w"}
    assert stated(cells, columns) == [
        [("color", "Black", None), ("material", "Cotton, Elastane", None), ("pack_count", "6", None),
         ("waterproof", "yes", None), ("weight", "1500", "g")],
        [("color", "Black, White", None), ("material", "Faux Leather", None), ("pack_count", "20", None),
         ("waterproof", "no", None)],
        [("color", "Heather Navy", None)],
        [("pack_count", "1", None)],
        [("material", "Dolby", None), ("waterproof", "no", None), ("weight", "2000", "g")],
        [("material", "Wool", None), ("waterproof", "no", None), ("weight", "12.5", "g")],
        [("color", "Red, Blue", None), ("material", "Steel", None), ("weight", "1", "g")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    [
        '[{"name":"Warna","value":"Hitam"},{"name":"Ships From","value":"SG"},{"name":"RAM memory","value":"16GB"}]',
        '[{"value":"Hitam","name":"Warna"},{"name":"RAM memory","value":"16GB","extra":1}]',
        '{"Color":"black","x":{"y":1},"RAM":"16 GB"}',
        '{"Color":["black"],"ram":16384,"RAM (MB)":16384}',
        '[{"key":"colour","values":["Black"]},{"key":"ram","value":"16 gb"}, 5, null]',
        ' [ {"name" : "Color", "value" : "\\u0062lack"} , {"name":"ram", "value":"16\\u0020GB"} ] ',
    ],
)
def test_lists_of_names_and_values(cell):
    assert stated({"s": [cell]}, {"*": "s"}) == [[("color", "Black", None), ("ram", "16", "GB")]]


def test_a_list_that_is_none_says_nothing():
    cells = {"s": ["nope", "[]", "{}", None, "5", "[" * 20_000, '[{"name":"Color","value":null}]', '[{"name":"Color"']}
    assert stated(cells, {"*": "s"}) == [[]] * 8


def test_escapes_are_resolved_and_markup_removed():
    cells = {
        "s": ['[{"name":"Model","value":"a \\"b\\" \\u00e9 <b>c</b> \\ud83d\\ude00"},{"name":"Style","value":"&amp;"}]']
    }
    assert stated(cells, {"*": "s"}) == [[("model", 'a "b" é c 😀', None), ("style", "&", None)]]


def test_the_column_goes_before_the_list_and_the_first_that_can_be_read_counts():
    listed = '[{"name":"Color","value":"Red"},{"name":"Weight","value":"heavy"},{"name":"Weight","value":"1 kg"},{"name":"Style","value":"A"},{"name":"Style","value":"B"}]'  # noqa: E501
    cells = {"c": ["blue", "n/a", None], "s": [listed] * 3}
    rest = [("style", "A", None), ("weight", "1000", "g")]
    assert stated(cells, {"*": "s", "color": "c"}) == [
        [("color", "Blue", None), *rest],
        [("color", "Red", None), *rest],
        [("color", "Red", None), *rest],
    ]


@pytest.mark.parametrize("columns", [{"*": "s"}, {"color": "s"}])
@pytest.mark.parametrize("cell", [r'{"color":"\ud800"}', r'["\udc00"]', r'{"\ud800":"x"}', f'{{"ram":{"9" * 5000}}}'])
def test_half_a_surrogate_pair_or_a_long_number_stops_nothing(cell, columns):
    found = attributes(pl.DataFrame({"s": [cell, '{"color": "red"}']}), columns, "auto", "en")
    assert all(entry["value"].encode() for row in found.to_list() for entry in row)
    if "*" in columns:
        assert found.to_list()[1] == [{"name": "color", "value": "Red", "unit": None}]


@pytest.mark.parametrize(
    "cell",
    [
        "{}",
        ' { "a" : "b" , "c":\n"d" } ',
        '{"a": -1.50e+3, "b": true, "c": false, "d": null, "e": 0, "f": ""}',
        r'{"a": "x \"y\" \\ \u00e9\n", "b": "}, \"c\": \"d\""}',
        '{"a": "1", "b": "2", "a": "3"}',
        '{"a": ": x", "b": "\u00a0 y"}',
    ],
)
def test_a_plain_object_is_read_as_by_a_parser(cell):
    stated_cells = pl.DataFrame({"row": [7], "cell": [cell]}, schema_overrides={"row": pl.UInt32})
    read = {key: value for _, _, key, value in _members(stated_cells).rows() if value}
    assert read == dict(_pairs(json_value(cell)))


@settings(max_examples=tries(200), deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=12) | st.integers() | st.booleans() | st.none()))
def test_objects_give_the_same_by_expression_and_by_parser(found):
    found = {"Color": "black", **found, "RAM": "16 GB"}
    unusual = {**found, "other": {"nested": 1}}
    cells = {"s": [json.dumps(found), json.dumps(found, ensure_ascii=False), json.dumps(unusual)]}
    assert len({str(row) for row in stated(cells, {"*": "s"})}) == 1


@pytest.mark.parametrize("sign", ["（", "(", "[", "( ", "a"])
def test_a_long_name_is_none_and_costs_nothing(sign):
    started = time.process_time()
    assert attribute_of(sign * 50_000) is None
    assert attribute_of(f"color{' ' * (LONGEST_NAME - 5)}") == ("color", None)
    assert attribute_of(f"color{' ' * (LONGEST_NAME - 4)}") is None
    assert time.process_time() - started < 1


def test_a_text_too_long_for_a_value_is_left_out():
    assert stated({"m": ["x" * 301, "x" * 300]}, {"model": "m"}) == [[], [("model", "x" * 300, None)]]


def test_no_rows_and_no_columns():
    assert stated({"a": pl.Series([], dtype=pl.String)}, {"color": "a", "*": "a"}) == []
    assert stated({"a": ["x", "y"]}, {}) == [[], []]


def test_what_is_canonical_stays_as_it_is():
    cells = {"c": ["negro", "Black/White", "Heather Navy"], "w": ["1.5 kg", "2 lb", "3,5 oz"]}
    once = stated(cells, {"color": "c", "weight": "w"})
    again = {
        "c": [{n: v for n, v, _ in row}["color"] for row in once],
        "w": [next(f"{v} {u}" for n, v, u in row if n == "weight") for row in once],
    }
    assert stated(again, {"color": "c", "weight": "w"}, mark="point") == once
