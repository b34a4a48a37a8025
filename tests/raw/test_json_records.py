"""Records and values of JSON and NDJSON files."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog_assets.configuration import Limits
from catalog_assets.raw import json_records, spans
from catalog_assets.raw.json_records import decode_json, valid_json
from tests.examples import tries
from tests.raw.raw_cases import refusals, source, take, unread, values


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'{"a": "x", "b": 1.50, "c": true}', ("x", "1.50", "true")),
        (b'{"a":null,"b":-0.0,"c":1e3}', (None, "-0.0", "1e3")),
        (b'{"a":12345678901234567890,"b":NaN,"c":-Infinity}', ("12345678901234567890", None, "-Infinity")),
        (b'{"a":"","b":[],"c":{}}', (None, "[]", "{}")),
        (b'{"a":"q\\"\\\\\\n\\u00e9\\ud83d\\ude00\\/","b":"{","c":"],:"}', ('q"\\\né😀/', "{", "],:")),
        (b' { "a" :\t"x" , "b" : { "d" : [ 1 , 2 ] } }  ', ("x", '{ "d" : [ 1 , 2 ] }', None)),
        ('{"a":"é😀","ab":1,"b":"ü"}'.encode(), ("é😀", "ü", None)),
        (b'{"a":"first","a":"last"}', ("last", None, None)),
        (b'{"\\u0061":"escaped key","b\\"":1}', ("escaped key", None, None)),
        (b'{"\\u0061":"first","a":"last"}', ("last", None, None)),
        (b'{"a":"first","\\u0061":"last"}', ("last", None, None)),
        (b'{"x":{"a":1},"y":["a"],"z":"a"}', (None, None, None)),
        (b'{"a":"\\u0000"}', ("\0", None, None)),
        (b"{}", (None, None, None)),
    ],
)
def test_values_are_cut_out_as_they_were_written(record, expected):
    assert values(take(record, "ndjson")) == [expected]
    assert values(take(b"[" + record + b"]", "json")) == [expected]


@pytest.mark.parametrize(
    ("path", "record", "expected"),
    [
        ("price.amount", '{"price":{"amount":1.50}}', "1.50"),
        ("price.amount", '{"price.amount":1,"price":{"amount":2}}', "1"),
        ("price.amount", '{"price.amount":null,"price":{"amount":2}}', "2"),
        ("a.b.c", '{"a":{"b.c":"x"}}', "x"),
        ("a.b.c", '{"a":{"b":{"c":[1, {}]}}}', "[1, {}]"),
        ("price.amount", '{"price":"{\\"amount\\":1}"}', None),
        ("price.amount", '{"price":null}', None),
        ("images.0.src", '{"images":[{"src":"u1"},{"src":"u2"}]}', "u1"),
        ("images.1.src", '{"images":[{"src":"u1"},{"src":"u2"}]}', "u2"),
        ("images.2", '{"images":["u1","u2"]}', None),
        ("images.0", '{"images":[]}', None),
        ("images.0", '{"images":{"0":"key"}}', "key"),
        ("$..*", '{"a":1,"$..*":"no path language"}', "no path language"),
        ("a[0]", '{"a":[1]}', None),
        ("größe", '{"gr\\u00f6\\u00dfe":"L"}', "L"),
        ("a.", '{"a":{"":"empty key"}}', "empty key"),
    ],
)
def test_paths(path, record, expected):
    read = source(path)
    assert values(take(record.encode(), "ndjson", read), read) == [(expected,)]


def test_lines_that_are_no_object_are_refused_alone():
    data = (
        b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n[1]\n{"a":1\nnull\n{"a":"\xff"}\n{"a":01}\n{"a":1}{"a":2}\n{"a":"\0"}\n'
        b'{"a":"\\ud800"}\n{"a":2}'
    )
    found = take(data, "ndjson")
    assert refusals(found) == [
        (2, "not_an_object", "[1]"),
        (3, "invalid_json", '{"a":1'),
        (4, "not_an_object", "null"),
        (5, "invalid_encoding", '{"a":"\\xff"}'),
        (6, "invalid_json", '{"a":01}'),
        (7, "invalid_json", '{"a":1}{"a":2}'),
        (8, "invalid_encoding", '{"a":"\\x00"}'),
        (9, "invalid_json", '{"a":"\\ud800"}'),
    ]
    assert values(found) == [("1", None, None), ("2", None, None)]
    assert found.records["byte_offset"].to_list() == [3, len(data) - 7]


@pytest.mark.parametrize(
    ("data", "records", "expected"),
    [
        (b'[{"a":1},{"a":2}]', None, ["1", "2"]),
        (b'\xef\xbb\xbf\n [\n  {"a": 1}\n ,\n {"a":\n2}\n]\n', None, ["1", "2"]),
        (b'[{"a":1},{"a":2},]', None, ["1", "2"]),
        (b'{"a":1}', None, ["1"]),
        (b'{"n":2,"items":[{"a":1},{"a":2}],"next":null}', "items", ["1", "2"]),
        (b'{"items":[[{"a":9}]],"data":{"items":[{"a":1}]}}', "data.items", ["1"]),
        (b'{"data":{"a":1}}', "data", ["1"]),
        (b'{"it\\u0065ms":[{"a":1}]}', "items", ["1"]),
        (b"[]", None, []),
        (b"[ \n ]", None, []),
        (b'{"items":[]}', "items", []),
        (b"", None, []),
        (b" \n", None, []),
    ],
)
def test_a_json_file(data, records, expected):
    read = source("a", records=records)
    found = take(data, "json", read)
    assert refusals(found) == []
    assert [row[0] for row in values(found, read)] == expected


@pytest.mark.parametrize(
    ("data", "records", "good", "expected"),
    [
        (b'[5,{"a":2}]', None, "2", [(1, "not_an_object", "5")]),
        (b'[{"a":1},{"a":01},,{"a":2}]', None, "12", [(2, "invalid_json", '{"a":01}'), (3, "invalid_json", "")]),
        (b'[{"a":1},{"a":2},{"a":', None, "12", [(3, "truncated_json", '{"a":')]),
        (b'[{"a":1},{"a":2},{"a":"x, {', None, "12", [(3, "truncated_json", '{"a":"x, {')]),
        (b'[{"a":1},{"a":2}', None, "12", [(3, "truncated_json", "")]),
        (b'[{"a":1},', None, "1", [(2, "truncated_json", "")]),
        (b'[{"a":1},{"a":"\xc3', None, "1", [(2, "truncated_json", '{"a":"\\xc3')]),
        (b"[", None, "", [(1, "truncated_json", "")]),
        (b'{"a":{"b":1}', None, "", [(1, "truncated_json", '{"a":{"b":1}')]),
        (b'{"items":[{"a":1},{"a"', "items", "1", [(2, "truncated_json", '{"a"')]),
        (b'[{"a":1},{"a":"b"ad"},{"a":3}]', None, "1", [(2, "invalid_json", '{"a":"b"ad"},{"a":3}]')]),
        (b'[{"a":1}},{"a":2}]', None, "1", [(2, "invalid_json", '},{"a":2}]')]),
        (b'{"items":[{"a":1}},{"a":2}]}', "items", "1", [(2, "invalid_json", '},{"a":2}]}')]),
        (b'{"a":1}\n{"a":2}', None, "1", [(2, "invalid_json", '{"a":2}')]),
        (b'[{"a":1}] x', None, "1", [(2, "invalid_json", "x")]),
        (b"<html>", None, "", [(1, "invalid_json", "<html>")]),
        (b'"a"', None, "", [(1, "invalid_json", '"a"')]),
        (b'{"a":1}', "items", "", [(1, "records_missing", '{"a":1}')]),
        (b'{"items":null}', "items", "", [(1, "records_missing", '{"items":null}')]),
        (b'[{"a":1}]', "items", "", [(1, "records_missing", '[{"a":1}]')]),
        (b'{"items":[{"a":1}]', "items", "1", [(2, "truncated_json", "")]),
        (b'{"items":[{"a":1}],"n":', "items", "1", [(2, "truncated_json", ',"n":')]),
        (b'{"items":[{"a":1}]}\n{"items":[{"a":2}]}', "items", "1", [(2, "invalid_json", '{"items":[{"a":2}]}')]),
        (b'{"items":[{"a":1}],{"a":2}],"n":1}', "items", "1", [(2, "invalid_json", ',{"a":2}],"n":1}')]),
        (b'{"n" {"a":1},"items":[{"a":2}]}', "items", "2", [(1, "invalid_json", '{"n" {"a":1},"items":')]),
        (b'{"items":[{"a":1}],"items":[{"a":2}]}', "items", "2", [(1, "invalid_json", '[{"a":1}]')]),
    ],
)  # fmt: skip
def test_a_bad_json_file_keeps_what_is_whole(data, records, good, expected):
    read = source("a", records=records)
    found = take(data, "json", read)
    assert refusals(found) == expected
    assert "".join(row[0] or "" for row in values(found, read)) == good


@pytest.mark.parametrize("indent", [0, 2])
def test_a_broken_element_on_lines_of_its_own_spoils_itself_alone(indent):
    text = json.dumps({"items": [{"a": str(i), "b": [1, {"c": 2}]} for i in range(9)]}, indent=indent)
    found = take(text.replace('"4"', '"4" inch"').encode(), "json", source("a", records="items"))
    assert found.failures.select("record_number", "rule").rows() == [(5, "invalid_json")]
    assert [row[0] for row in values(found, source("a"))] == ["0", "1", "2", "3", "5", "6", "7", "8"]


def test_a_broken_element_that_is_a_line_spoils_itself_alone():
    data = b'[\n{"a":"1", "b":2},\n{"a":"b"ad", "b":3},\n{"a":"3", "b":4},\n{"a":"4"}\n]'
    found = take(data, "json")
    assert refusals(found) == [(2, "invalid_json", '{"a":"b"ad", "b":3}')]
    assert [row[0] for row in values(found)] == ["1", "3", "4"]


@pytest.mark.parametrize(
    ("begin", "end", "path"),
    [(b"[", b"]", None), (b'{"n":"x","items":[', b'],"m":1}', "items"), (b'{\n"d":{"items":[', b"]}}", "d.items")],
    ids=["list", "path", "longer-path"],
)
def test_a_quote_too_many_on_the_line_that_opens_the_list_spoils_its_record_alone(begin, end, path):
    """The `[` of that line is not lost with it: a bracket further down is not taken for it."""
    first = b'{"a":"Lamp 5" tall","t":[1]}'
    data = begin + first + b',\n{"a":"2","t":[1,\n2]},\n{"a":"3","t":[]}\n' + end
    read = source("a", records=path)
    found = take(data, "json", read)
    assert refusals(found) == [(1, "invalid_json", first.decode())]
    assert values(found, read) == [("2",), ("3",)]


def test_lines_by_themselves_must_lead_to_the_same_bracket():
    """Read by lines, the first list is not found and the second one is, which has more; the records are the first's."""
    begin, behind = b'{"z":"a\n","items":', b',"p":"2" x",\n"items":[{"a":"4"},\n{"a":"5"},\n{"a":"6"}]}'
    read = source("a", records="items")
    found = take(begin + b'[{"a":"1"},{"a":"2"}]' + behind, "json", read)
    assert values(found, read) == [("1",), ("2",)]
    assert refusals(found) == [(1, "invalid_json", begin.decode()), (4, "truncated_json", behind.decode())]


def test_what_was_made_no_record_is_refused(monkeypatch):
    """The net under the splitter: an element that is dropped by mistake is a failure, with its place."""

    def forgetful(*arguments):
        found = records(*arguments)
        return json_records.Places(np.delete(found.starts, 1), np.delete(found.ends, 1), found.end)

    records = json_records._records
    monkeypatch.setattr(json_records, "_records", forgetful)
    found = take(b'[{"a":1},{"a":2} , {"a":3}]', "json")
    assert refusals(found) == [(2, "invalid_json", '{"a":2}')]
    assert found.failures.select("byte_offset", "byte_length").rows() == [(9, 7)]
    assert [row[0] for row in values(found)] == ["1", "3"]


@pytest.mark.parametrize(
    ("encoding", "good", "rules"),
    [("latin-1", ["Stühle", "Tür"], ["truncated_json"]), ("utf-8", [], ["invalid_encoding"] * 2 + ["truncated_json"])],
)
def test_a_file_cut_behind_an_element_in_another_encoding(encoding, good, rules):
    read = source("a", encoding=encoding)
    found = take('[{"a":"Stühle"},\n{"a":"Tür"}'.encode("latin-1"), "json", read)
    assert [row[0] for row in values(found, read)] == good
    assert found.failures["rule"].to_list() == rules


def test_keys_are_named_where_records_are_not_found():
    message = take(b'{"products":[],"n":0}', "json", source("a", records="items")).failures["message"][0]
    assert "'items'" in message
    assert "products, n" in message


def test_a_record_too_large_and_a_long_garbage_file_are_cut():
    limits = Limits(record_bytes=30)
    found = take(b'[{"a":1},{"a":"' + b"x" * 90 + b'"},{"a":3}]', "json", limits=limits)
    assert refusals(found) == [(2, "record_too_large", '{"a":"' + "x" * 24)]
    assert refusals(take(b"g" * 90, "json", limits=limits)) == [(1, "invalid_json", "g" * 30)]


def test_another_encoding():
    read = source("a", encoding="latin-1")
    assert values(take(b'[{"a":"\xe9"},{"a":"\xe8"}]', "json", read), read) == [("é",), ("è",)]


def test_texts_that_are_no_objects_shift_nothing():
    """raw_products holds objects only; were it otherwise, no value may end up in another record."""
    payloads = pl.Series(['{"a":1}', "[{}", '{"a":"}', "5", '[{"a":9}]', '{"a":2}'])
    assert decode_json(payloads, ["a"])["a"].to_list() == ["1", None, None, None, None, "2"]


def test_validity_is_that_of_json_and_a_little_more():
    good = ["{}", "[1,]", '{"a":NaN}', " 1 "]
    bad = ["", "{", "{'a':1}", '{"a":+1}', '{"a":.5}', '"a\nb"', "//", "\ufeff{}", '"\\x"']
    assert valid_json(pl.Series([*good, *bad, None])).to_list() == [True] * 4 + [False] * 10


def test_chunks_make_no_difference(monkeypatch):
    elements = [{"a": f'{i} "{{[\\', "b": {"c": [i, "x" * 70]}} for i in range(40)]
    data = json.dumps({"n": 1, "items": elements}).encode()
    read = source("a", "b.c.0", "b", records="items")
    whole = take(data, "json", read)
    expected = values(whole, read)
    assert expected[7] == ('7 "{[\\', "7", '{"c": [7, "' + "x" * 70 + '"]}')
    monkeypatch.setattr(spans, "CHUNK", 64)
    monkeypatch.setattr("catalog_assets.raw.json_scan.CHUNK", 64)
    assert take(data, "json", read).records.equals(whole.records)
    assert values(whole, read) == expected


KEY = st.sampled_from(["a", "b", "c", "a.b", "", "é", 'q"', "0"])
TEXT = st.text(alphabet='ab"\\\n\t é\u2028😀{}[],:/\x01n', max_size=4)
LEAF = TEXT | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3), max_leaves=8
)
RECORDS = st.lists(st.dictionaries(KEY, VALUE, max_size=4), min_size=1, max_size=4)
PATHS = ("a", "b", "a.b", "a.b.c", "a.0", "b.1.a", "é", 'q"', "b.", "a.0.b")


def look_up(value, path):
    """What a path means, in the plainest words; None where there is nothing."""
    if isinstance(value, dict) and value.get(path) not in (None, ""):
        return value[path]
    if isinstance(value, list) and path.isdecimal() and int(path) < len(value):
        return None if value[int(path)] == "" else value[int(path)]
    if "." in path:
        head, rest = path.split(".", 1)
        if isinstance(value, dict):
            return look_up(value.get(head), rest)
        if isinstance(value, list) and head.isdecimal() and int(head) < len(value):
            return look_up(value[int(head)], rest)
    return None


@settings(max_examples=tries(60), deadline=None)
@given(records=RECORDS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]), lines=st.booleans())
def test_what_a_json_writer_writes_comes_back(records, ascii_only, indent, lines):
    if lines:
        data = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records).encode()
    else:
        data = json.dumps(records, ensure_ascii=ascii_only, indent=indent).encode()
    read = source(*PATHS)
    found = take(data, "ndjson" if lines else "json", read)
    assert refusals(found) == []
    assert [json.loads(payload) for payload in found.records["payload"]] == records
    for record, row in zip(records, values(found, read), strict=True):
        for path, text in zip(PATHS, row, strict=True):
            expected = look_up(record, path)
            if expected is None or isinstance(expected, str):
                assert text == expected
            else:
                assert text is not None
                assert json.loads(text) == expected


@settings(max_examples=80, deadline=None)
@given(data=st.text(alphabet='{}[]":,a1\\ \n', max_size=40), form=st.sampled_from(["json", "ndjson"]))
def test_any_text_is_taken_apart_without_a_word(data, form):
    """No exception; what `take` checks holds; and nothing but brackets, commas and space is outside the records."""
    found = take(data.encode(), form, source("a"))
    values(found, source("a"))
    if data.strip(" \n") and form == "ndjson":
        assert found.received == sum(1 for line in data.split("\n") if line.strip())


ELEMENTS = st.lists(
    st.fixed_dictionaries(
        {"a": st.sampled_from(["1", "x, y", '5" [', "é"]), "t": st.sampled_from([1, [1, 2], {"u": []}])}
    ),
    max_size=4,
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 250), st.integers(0, 9), st.sampled_from([*'"{}[],:\\\na', ""])), max_size=3
)


@settings(max_examples=tries(300), deadline=None)
@given(elements=ELEMENTS, glue=st.sampled_from([",", ",\n"]), changes=CHANGES, in_path=st.booleans())
@example(elements=[{"a": "1", "t": [1]}] * 3, glue=",\n", changes=[(7, 0, '"')], in_path=False)
def test_of_broken_json_nothing_vanishes(elements, glue, changes, in_path):
    """All is in a record or a failure but what holds and parts them; and a file without a failure is valid."""
    data = ("[" + glue.join(json.dumps(element, ensure_ascii=False) for element in elements) + "]").encode()
    if in_path:
        data = b'{"n": "x",\n"d": {"items": ' + data + b'}, "m": [{"a": 0}]}'
    for at, length, text in changes:
        data = data[:at] + text.encode() + data[at + length :]
    found = take(data, "json", source("a", records="d.items" if in_path else None))
    left = unread(data, found)
    assert in_path or left.strip(b" \n[],") == b""
    if not found.failures.height:
        assert not data.strip() or valid_json(pl.Series([data.decode()]))[0]


def test_the_check_for_misplaced_texts_is_needed(monkeypatch):
    """Taken on trust, texts that are no objects would lend their values to their neighbours."""

    def trusting(buffer, starts, ends, _):
        return json_records.structure(buffer, int(starts[0]), int(ends[-1]), 1, with_quotes=True)

    monkeypatch.setattr(json_records, "_structure", trusting)
    assert decode_json(pl.Series(["5", '{"a":2}']), ["a"])["a"].to_list() != [None, "2"]
