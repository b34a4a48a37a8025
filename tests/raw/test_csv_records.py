"""Records and cells of CSV files: each trap in a literal file, and the laws on arbitrary ones."""

import csv
import io
import time

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from catalog_assets.configuration import Csv, Limits
from catalog_assets.raw import csv_records, spans
from catalog_assets.raw.csv_scan import Dialect, scan_lines
from tests.raw.raw_cases import refusals, source, take, unread, values

BACKSLASH = source(csv={"escape": "backslash"})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"a,b,c\n1,2,3\n4,5,6\n", [("1", "2", "3"), ("4", "5", "6")], id="plain"),
        pytest.param(b"a,b,c\r\n1,2,3\r\n4,5,6\r\n", [("1", "2", "3"), ("4", "5", "6")], id="crlf"),
        pytest.param(b"a,b,c\r1,2,3\r4,5,6\r", [("1", "2", "3"), ("4", "5", "6")], id="cr"),
        pytest.param(b"a,b,c\n1,2,3\n4,5,6", [("1", "2", "3"), ("4", "5", "6")], id="no-last-line-end"),
        pytest.param(b"\xef\xbb\xbfa,b,c\n1,2,3\n", [("1", "2", "3")], id="mark"),
        pytest.param(b'\xef\xbb\xbf"a","b","c"\n1,2,3\n', [("1", "2", "3")], id="mark-before-quote"),
        pytest.param(b"\n\na,b,c\n\r\n1,2,3\n   \n\n4,5,6\n\n", [("1", "2", "3"), ("4", "5", "6")], id="blank-lines"),
        pytest.param(b'a,b,c\n"1,1","x ""y"" z",""\n', [("1,1", 'x "y" z', None)], id="quotes"),
        pytest.param(b'a,b,c\n1,"two\r\n\r\nlines",3\n', [("1", "two\r\n\r\nlines", "3")], id="line-end-in-quotes"),
        pytest.param(b'"a", "b", "c"\n"1", "2, 3", " "\n', [("1", "2, 3", " ")], id="space-before-quote"),
        pytest.param(b'a,b,c\n"1" ,"2"  ,"3" \n', [("1", "2", "3")], id="space-behind-quote"),
        pytest.param(b"a,b,c\n 1 , ,3 \n", [(" 1 ", " ", "3 ")], id="outer-space-stays"),
        pytest.param(b'a,b,c\n1,3" LCD,40"\n2,x""y,z\n', [("1", '3" LCD', '40"'), ("2", 'x""y', "z")], id="inches"),
        pytest.param(b"c,x,a\n3,9,1\n", [("1", None, "3")], id="other-order-missing-column"),
        pytest.param(b" a ,b,c\n1,2,3\n", [("1", "2", "3")], id="space-around-a-name"),
        pytest.param(b"a,a,b,c\n1,9,2,3\n", [("1", "2", "3")], id="same-name-twice"),
        pytest.param(
            b"a,b,c,,\n1,2,3\n4,5,6,,\n", [("1", "2", "3"), ("4", "5", "6")], id="nameless-columns-at-the-end"
        ),
        pytest.param(b"a,b,c\n1,2,3,,\n4,5,6,\n", [("1", "2", "3"), ("4", "5", "6")], id="habit-of-empty-fields"),
        pytest.param(b"a,b,c\n,,\n", [(None, None, None)], id="empty-record"),
        pytest.param("a,b,c\né,😀,ß\n".encode(), [("é", "😀", "ß")], id="characters-of-many-bytes"),
    ],
)
def test_a_good_file(data, expected):
    found = take(data, "csv")
    assert refusals(found) == []
    assert values(found) == expected


def test_places_are_exact():
    data = b'\xef\xbb\xbfa,b\r\n1,"x\r\ny"\r\n\r\n2,z'
    found = take(data, "csv")
    assert found.records.select("record_number", "byte_offset", "byte_length", "payload").rows() == [
        (1, 8, 8, '1,"x\r\ny"'),
        (2, 20, 3, "2,z"),
    ]
    assert found.records["header"].unique().to_list() == ["a,b"]
    assert found.records["format"].unique().to_list() == ["csv"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\r\n  \n", b"a,b,c", b"a,b,c\n\n"])
def test_nothing_is_no_record(data):
    found = take(data, "csv")
    assert (found.received, values(found)) == (0, [])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"1,2\n", [(1, "field_count", "1,2")], id="too-few"),
        pytest.param(b"1,2,3,4\n", [(1, "field_count", "1,2,3,4")], id="too-many"),
        pytest.param(b'1,"2,3\n', [(1, "unclosed_quote", '1,"2,3')], id="unclosed"),
        pytest.param(b'1,"2,3\n4,5,6\n7,8,9\n', [(1, "unclosed_quote", '1,"2,3')], id="unclosed-before-good"),
        pytest.param(b'1,"2,3\n4,"5",6\n', [(1, "unclosed_quote", '1,"2,3')], id="unclosed-before-quotes"),
        pytest.param(b'1,"2,3\n"4","5","6"\n', [(1, "unclosed_quote", '1,"2,3')], id="unclosed-before-all-quoted"),
        pytest.param(b'1,"a "b" c",3\n', [(1, "stray_quote", '1,"a "b" c",3')], id="stray"),
        pytest.param(b'1,"a" b,3\n', [(1, "stray_quote", '1,"a" b,3')], id="text-behind-quotes"),
        pytest.param(b'1,""a"",3\n', [(1, "stray_quote", '1,""a"",3')], id="quotes-doubled-around"),
        pytest.param(b'1,"x\ny",3,4\n', [(1, "field_count", '1,"x\ny",3,4')], id="too-many-on-two-lines"),
        pytest.param(b'1,"x\nw "b" c\ny",3\n', [(1, "stray_quote", '1,"x\nw "b" c\ny",3')], id="stray-on-three-lines"),
        pytest.param(b"1,\xff\xfe,3\n", [(1, "invalid_encoding", "1,\\xff\\xfe,3")], id="bytes"),
        pytest.param(b"1,a\0b,3\n", [(1, "invalid_encoding", "1,a\\x00b,3")], id="nul"),
        pytest.param(b"1,caf\xc3\n", [(1, "invalid_encoding", "1,caf\\xc3")], id="half-a-character"),
    ],
)
def test_a_bad_record_spoils_itself_alone(data, expected):
    found = take(b"a,b,c\n" + data + b"x,y,z\n", "csv")
    assert refusals(found) == expected
    assert values(found)[-1] == ("x", "y", "z")
    assert found.received == data.count(b"\n") - expected[0][2].count("\n") + 1
    assert all(found.failures["message"])


def test_messages_say_how_many_and_what_to_do():
    message = take(b"a,b,c\n1,2\n", "csv").failures["message"][0]
    assert "2 fields" in message
    assert "3 columns" in message
    assert "csv.delimiter" in message


def test_a_quote_left_open_does_not_bury_records_up_to_an_inch_mark():
    """As CSV the file is right: one record whose second field goes from line 1 to 7. Nobody means that."""
    data = b'a,b,c\n0,"best,9\n' + b"".join(b"%d,x,9\n" % i for i in range(1, 7)) + b'7,40",9\n8,y,9\n'
    found = take(data, "csv")
    assert refusals(found) == [(1, "unclosed_quote", '0,"best,9')]
    assert [row[0] for row in values(found)] == [str(i) for i in range(1, 9)]
    assert values(found)[6] == ("7", '40"', "9")


def test_text_that_looks_like_few_records_stays_text():
    data = b'a,b,c\n1,"red, green\nblue, white",9\n'
    assert values(take(data, "csv")) == [("1", "red, green\nblue, white", "9")]


def test_a_delimiter_too_many_is_not_excused_by_an_empty_last_column():
    """Accepted, the record would have its values one column too far to the right."""
    data = b"a,b,c\n" + b"1,2,\n" * 5 + b"1,,2,\n"
    assert refusals(take(data, "csv")) == [(6, "field_count", "1,,2,")]


def test_a_quote_in_each_line_is_no_trouble():
    data = b"a,b,c\n" + b'1,"2,3\n' * 20_000
    found = take(data, "csv")
    assert found.failures["rule"].unique().to_list() == ["unclosed_quote"]
    assert found.received == 20_000


@pytest.mark.parametrize(
    "header",
    [b",,", b"\xff,b,c", b'"a,b,c', b'a,"b "x" y",c', b"a;b;c", b"a\tb\tc"],
    ids=["empty", "bytes", "unclosed", "stray", "semicolons", "tabs"],
)
def test_a_header_of_no_use_refuses_all_and_is_kept_itself(header):
    found = take(header + b"\n1,2,3\n4,5,6\n", "csv")
    assert found.failures["rule"].to_list() == ["bad_header"] * 3
    assert found.failures["payload"].to_list()[1:] == ["1,2,3", "4,5,6"]
    assert "The header is of no use" in found.failures["message"][0]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (b'a,"b",c,"d\nd"', ["a", "b", "c", "d\nd"]),
        (b'"a\nx","b","c"', ["a\nx", "b", "c"]),
        (b'"a (x, y)\nz","b"', ["a (x, y)\nz", "b"]),
        (b'a,"b\n\nb\n(d)",c', ["a", "b\n\nb\n(d)", "c"]),
        (b'a,"b\rb",c', ["a", "b\rb", "c"]),
        (b"a,b,c\r", ["a", "b", "c"]),
    ],
    ids=["last", "first", "delimiter", "blank-line", "cr", "cr-cr-lf"],
)
def test_a_header_may_go_over_lines(header, names):
    read = source(*names)
    data = header + b"\n" + ",".join("1234"[: len(names)]).encode() + b"\n"
    assert values(take(data, "csv", read), read) == [tuple("1234"[: len(names)])]


@pytest.mark.parametrize(
    "data",
    [
        b'id,price,"name\n1,2,Lamp\n2,3,Desk\n3,4,Screen 24"\n4,5,Chair\n5,6,Bed\n',
        b'id,"name\n1,Lamp\n2,Screen 24"\n3,Chair\n',
        b'id,price,"name\n1,2,Lamp,\n2,3,"\n4,5,Chair,\n',
        b'id,price,"name, full\n1,2,Lamp\n3,4,Screen 24"\n4,5,Chair\n',
        b'id,"price,name\n1,2,Lamp\n2,3,Screen 24"\n4,5,Chair\n',
        b'id,"price,name\n1,2,Lamp\n2,3,Screen 24"\n',
        b'id,price,"name\n1,2,Lamp\n\n3,4,Screen 24"\n',
    ],
    ids=["last-name", "two-columns", "surplus", "delimiter-in-it", "middle-name", "to-the-end", "blank-line"],
)
def test_a_quote_left_open_in_the_header_takes_no_records_with_it(data):
    found = take(data, "csv")
    assert found.failures["rule"].unique().to_list() == ["bad_header"]
    assert "a quote in it is left open" in found.failures["message"][0]
    assert unread(data, found).strip() == b""


def test_lines_that_end_with_cr_are_lines_whatever_stands_at_the_end():
    expected = [("1", "2", "3"), ("4", "5", "6")]
    for data in (b"a,b,c\r1,2,3\r4,5,6\n", b"a,b,c\r1,2,3\r4,5,6\r\n", b"a,b,c\r\r1,2,3\r\n4,5,6\r"):
        found = take(data, "csv")
        assert (values(found), refusals(found)) == (expected, [])
    assert values(take(b'a,b,c\r1,"x\ny\nz\n\n",3\r', "csv")) == [("1", "x\ny\nz\n\n", "3")]
    lines = take(b'{"a":1}\r{"a":2}\r{"a":3}\n', "ndjson")
    assert [row[0] for row in values(lines)] == ["1", "2", "3"]


def test_a_header_whose_line_ends_unlike_the_others_is_told():
    data = b"a,b,c\r1,2,3\n4,5,6\n7,8,9\n"
    found = take(data, "csv")
    assert refusals(found) == [
        (1, "bad_header", "a,b,c\r1,2,3"),
        (2, "bad_header", "4,5,6"),
        (3, "bad_header", "7,8,9"),
    ]
    assert "a line ends in it otherwise" in found.failures["message"][0]


def test_blank_lines_cost_no_memory_beyond_their_chunk():
    seen = []

    def watched(buffer, starts, *rest):
        seen.append(len(starts))
        return scan_lines(buffer, starts, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_records, "scan_lines", watched)
        assert take(b"a,b,c\n" + b"\r\n" * 3_000_000 + b"1,2,3\n", "csv").received == 1
    assert sum(seen) == 2


def test_same_names_are_numbered():
    read = source("a", "a_2", "a_3", "a_4")
    assert values(take(b"a,a_2,a,a\n1,2,3,4\n", "csv", read), read) == [("1", "2", "3", "4")]


@given(st.lists(st.sampled_from(["a", "a_2", "a_3", "a_2_2", "b", "", " a "]), min_size=1, max_size=12))
def test_a_number_is_the_first_that_no_column_has(stated):
    names = csv_records.column_names(",".join(stated), Dialect.of(Csv()))
    stripped = [name.strip() for name in stated]
    for i, (name, fresh) in enumerate(zip(stripped, names, strict=True)):
        taken = {*stripped, *names[:i]}
        if not name or name not in stripped[:i]:
            assert fresh == name
        else:
            assert fresh == next(f"{name}_{n}" for n in range(2, 99) if f"{name}_{n}" not in taken)


def test_a_thousand_equal_names_are_numbered_at_once():
    began = time.process_time()
    names = csv_records.column_names(",".join(["a"] * 5000), Dialect.of(Csv()))
    assert (names[0], names[-1]) == ("a", "a_5000")
    assert time.process_time() - began < 5


def test_without_a_header_columns_are_numbered_and_most_records_say_how_many():
    read = source("c1", "c3", "c4", csv={"header": False})
    found = take(b"1,2,3\n4,5\n6,7,8\n", "csv", read)
    assert refusals(found) == [(2, "field_count", "4,5")]
    assert values(found, read) == [("1", "3", None), ("6", "8", None)]


@pytest.mark.parametrize(
    ("dialect", "data", "expected"),
    [
        ({"delimiter": ";"}, b'a;b;c\n1;"2;2";3,0\n', [("1", "2;2", "3,0")]),
        ({"delimiter": "\t"}, b"a\tb\tc\n\t\t3\n", [(None, None, "3")]),
        ({"delimiter": " "}, b'a b c\n1 "x y" 3\n', [("1", "x y", "3")]),
        ({"quote": "'"}, b"a,b,c\n1,'it''s, so',\"\n", [("1", "it's, so", '"')]),
        ({"delimiter": "|", "quote": "$"}, b"a|b|c\n1|$x|$$1$|3\n", [("1", "x|$1", "3")]),
    ],
)
def test_other_characters(dialect, data, expected):
    read = source(csv=dialect)
    assert values(take(data, "csv", read), read) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'1, "3\\" LCD", 3\n', ("1", '3" LCD', " 3")),
        (b'1,"a\\\\",3\n', ("1", "a\\", "3")),
        (b'1,"a\\\\\\"b",3\n', ("1", 'a\\"b', "3")),
        (b'1,"C:\\dir\\new",3\n', ("1", "C:\\dir\\new", "3")),
        (b'1,a\\"b,3\n', ("1", 'a"b', "3")),
        (b'1,\\"b\\",3\n', ("1", '"b"', "3")),
        (b'1,"x ""y""",3\n', ("1", 'x "y"', "3")),
        (b'1,"x\\",\n,y",3\n', ("1", 'x",\n,y', "3")),
        (b"1,a\\,3\n", ("1", "a\\", "3")),
    ],
)
def test_backslash_escapes(data, expected):
    assert values(take(b"a,b,c\n" + data, "csv", BACKSLASH), BACKSLASH) == [expected]


@pytest.mark.parametrize(("encoding", "letter"), [("cp1252", b"\x80"), ("latin-1", b"\xe9")])
def test_offsets_are_bytes_of_the_file_in_every_encoding(encoding, letter):
    read = source(encoding=encoding)
    found = take(b"a,b,c\n" + letter * 3 + b",2,3\n4," + letter + b",6\n", "csv", read)
    assert found.records["byte_offset"].to_list() == [6, 14]
    assert values(found, read) == [(letter.decode(encoding) * 3, "2", "3"), ("4", letter.decode(encoding), "6")]


def test_a_byte_the_encoding_does_not_know_spoils_its_record_alone():
    read = source(encoding="cp1252")
    found = take(b"a,b,c\n\xe9,2,3\n1,\x81,3\n\x80,2,3\n", "csv", read)
    assert refusals(found) == [(2, "invalid_encoding", "1,\\x81,3")]
    assert values(found, read) == [("é", "2", "3"), ("€", "2", "3")]


def test_a_record_too_large_is_kept_in_part():
    limits = Limits(record_bytes=20)
    found = take(b"a,b,c\n1,2,3\n" + b"x" * 50 + b",2,3\n4,5,6\n", "csv", limits=limits)
    assert refusals(found) == [(2, "record_too_large", "x" * 20)]
    assert found.failures["byte_length"].to_list() == [54]
    assert refusals(take(b"a,b,c\n" + b"x" * 16 + b",2,3\n", "csv", limits=limits)) == []


def test_chunks_make_no_difference(monkeypatch):
    """Records that go over the border of chunks, a line larger than a chunk, and one larger than a record may be."""
    data = (
        b"a,b,c\n" + b'1,"two\nlines, ""really""",3\n' * 50 + b"2," + b"y" * 300 + b",3\n" + b"z" * 600 + b"\n4,5,6\n"
    )
    limits = Limits(record_bytes=500)
    whole = take(data, "csv", limits=limits)
    expected = values(whole)
    monkeypatch.setattr(spans, "CHUNK", 64)
    cut = take(data, "csv", limits=limits)
    assert cut.records.equals(whole.records)
    assert refusals(cut) == refusals(whole) == [(52, "record_too_large", "z" * 500)]
    assert values(cut) == expected


NASTY = st.text(alphabet='ab",\n\\ ;é😀', max_size=8)
TABLES = st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(NASTY, min_size=n, max_size=n), min_size=1, max_size=6))


@settings(max_examples=200, deadline=None)
@given(rows=TABLES, escape=st.sampled_from(["double", "backslash"]), crlf=st.booleans(), quote_all=st.booleans())
@example(rows=[["a", 'x\n"'], ["", ""]], escape="double", crlf=True, quote_all=False)
def test_what_a_csv_writer_writes_comes_back(rows, escape, crlf, quote_all):
    columns = tuple(f"col{i}" for i in range(len(rows[0])))
    # With one empty field a line, or nothing but spaces, a record could not be told from a blank line.
    text = io.StringIO()
    writer = csv.writer(
        text,
        lineterminator="\r\n" if crlf else "\n",
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        doublequote=escape == "double",
        escapechar=None if escape == "double" else "\\",
    )
    writer.writerows([columns, *rows])
    data = text.getvalue().encode()
    read = source(*columns, csv={"escape": escape})
    found = take(data, "csv", read)
    assert refusals(found) == []
    # A space before a quote is padding to us and text to Python's writer, which leaves such a field unquoted.
    assume(not any(cell.lstrip(" ").startswith('"') and cell.startswith(" ") for row in rows for cell in row))
    assert [tuple(cell or "" for cell in row) for row in values(found, read)] == [tuple(row) for row in rows]


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='a"", \n\\', max_size=60), escape=st.sampled_from(["double", "backslash"]))
def test_of_any_file_each_line_is_in_one_record_or_blank(text, escape):
    read = source(csv={"escape": escape})
    data = b"a,b,c\n" + text.encode()
    found = take(data, "csv", read)
    left = unread(data, found)
    assert left.startswith(b"a,b,c\n")
    assert left[6:].strip(b" \n") == b""
    assert len(values(found, read)) == found.records.height


@settings(max_examples=300, deadline=None)
@given(
    data=st.binary(max_size=40)
    | st.lists(
        st.sampled_from(
            [b"a,b,c", b"1,2,3", b'4,"5', b'6",7', b'"8"', b",", b" ", b'"', b"\r", b"\n", b"\r\n", b"\xff"]
        ),
        max_size=25,
    ).map(b"".join),
    chunk=st.sampled_from([7, 1 << 20]),
)
@example(data=b"a,b\r1,2\r3,4\n", chunk=1 << 20)
@example(data=b'a,b,"c\n1,2,3\n4,5,6"\n7,8,9\n', chunk=1 << 20)
@example(data=b"\r\x01\n\x01", chunk=7)
def test_of_any_bytes_all_is_in_the_header_in_records_or_in_failures(data, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "CHUNK", chunk)
        found = take(data, "csv")
    text = data.removeprefix(b"\xef\xbb\xbf").strip(b" \r\n")
    header = unread(data, found).removeprefix(b"\xef\xbb\xbf").strip(b" \r\n")
    assert text.startswith(header)
    assert b'"' in header or len(header.splitlines()) < 2
    if "bad_header" in found.failures["rule"]:
        assert header == b""


def test_what_the_lines_lost_is_refused(monkeypatch):
    """The net under the splitter: a line that is dropped by mistake is a failure, with its place."""

    def forgetful(*arguments):
        found = records(*arguments)
        return csv_records.Records(*(np.delete(getattr(found, name), 1) for name in found.__dataclass_fields__))

    records = csv_records._records
    monkeypatch.setattr(csv_records, "_records", forgetful)
    found = take(b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n", "csv")
    assert refusals(found) == [(2, "field_count", "4,5,6")]
    assert found.failures.select("byte_offset", "byte_length").rows() == [(12, 5)]
    assert values(found) == [("1", "2", "3"), ("7", "8", "9")]


@settings(max_examples=100, deadline=None)
@given(
    bad=st.text(alphabet='a",', min_size=1, max_size=12).filter(str.strip),
    before=st.integers(0, 4),
    behind=st.integers(1, 9),
)
def test_one_broken_line_leaves_its_neighbours_alone(bad, before, behind):
    good = [f"{i},name {i},x" for i in range(before + behind)]
    lines = ["a,b,c", *good[:before], bad, *good[before:]]
    found = take("\n".join(lines).encode() + b"\n", "csv")
    assert [row for row in values(found) if (row[2] or "") == "x" and (row[1] or "").startswith("name")] == [
        tuple(line.split(",")) for line in good
    ]


def test_the_laws_can_fail(monkeypatch):
    """Without resynchronising at the next line, a quote left open does swallow the file."""
    monkeypatch.setattr(csv_records, "BURIED", 10**9)
    data = b'a,b,c\n0,"best,9\n' + b"".join(b"%d,x,9\n" % i for i in range(1, 7)) + b'7,40",9\n'
    assert take(data, "csv").received == 1
