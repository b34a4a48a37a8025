"""Real files: supplier feeds, a catalogue with backslash escapes, and CSV that is broken on purpose."""

import csv
import gzip
import io
import json
import zipfile

import pytest

from tests.raw.raw_cases import refusals, source, take, values

SHOPIFY = {"fashion": 5024, "bicycles": 1399, "snowdevil": 636, "apparel": 104, "jewelry": 30}
MARKETS = ("lazada", "shein", "shopee")
FEEDS = {f"shopify_export_{k}": n for k, n in SHOPIFY.items()} | {f"marketplace_{k}": 1000 for k in MARKETS}


@pytest.mark.parametrize(("name", "rows"), FEEDS.items())
def test_a_supplier_feed_reads_as_pythons_reader_does(shared_data, name, rows):
    data = gzip.decompress((shared_data / "supplier-feeds" / f"{name}.csv.gz").read_bytes())
    header, *expected = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    columns = [column for column in dict.fromkeys(header) if column.strip()]
    read = source(*columns)
    found = take(data, "csv", read)
    assert refusals(found) == []
    assert found.received == rows == len(expected)
    places = [header.index(column) for column in columns]
    assert values(found, read) == [tuple(row[i] or None for i in places) for row in expected]


def test_the_catalogue_with_backslash_escapes(shared_data):
    data = gzip.decompress((shared_data / "catalogue-retrotech" / "products.csv.gz").read_bytes())
    read = source("upc", "name", "manufacturer", "short_description", "long_description", csv={"escape": "backslash"})
    found = take(data, "csv", read)
    assert refusals(found) == []
    assert found.received == 48_194
    cells = values(found, read)
    expected = csv.reader(
        io.StringIO(data.decode(), newline=""), escapechar="\\", doublequote=False, skipinitialspace=True
    )
    next(expected)
    # Python's reader drops the space before an unquoted field, too: of the fields that are one space nothing is left.
    assert [tuple((cell or "").lstrip(" ") for cell in row) for row in cells] == [
        tuple(cell.lstrip(" ") for cell in row) for row in expected
    ]
    assert sum('"' in (row[1] or "") for row in cells) > 1000
    assert all(row[0] and row[0].isdigit() for row in cells)


def pollock(shared_data, name):
    """Name, bytes, dialect and clean table of each file."""
    archive = zipfile.ZipFile(shared_data / "malformed-csv" / name)
    for file in sorted(entry for entry in archive.namelist() if entry.startswith("csv/")):
        base = file.removeprefix("csv/")
        dialect = json.loads(archive.read(f"parameters/{base}_parameters.json"))
        clean = list(csv.reader(io.StringIO(archive.read(f"clean/{base}").decode(), newline="")))
        yield base, archive.read(file), dialect, clean


def read_all(data, dialect, width):
    """Cells of all records, the header too, and the rules of what was refused."""
    settings = {
        "delimiter": dialect["delimiter"] or ",",
        "quote": dialect["quotechar"] or '"',
        "escape": "backslash" if dialect["escapechar"] == "\\" else "double",
        "header": False,
    }
    read = source(*(f"c{i}" for i in range(1, width + 1)), csv=settings)
    found = take(data, "csv", read)
    return [[cell or "" for cell in row] for row in values(found, read)], [rule for _, rule, _ in refusals(found)]


def test_a_line_broken_on_purpose_is_refused_and_all_others_come_out_right(shared_data):
    outcomes = {"equal": 0, "the broken line refused": 0, "the broken line wrong": 0}
    for name, data, dialect, clean in pollock(shared_data, "pollock_polluted.zip"):
        if not name.startswith("row_"):
            continue
        found, rules = read_all(data, dialect, max(len(row) for row in clean))
        wrong = [row for row in found if row not in clean]
        missing = [row for row in clean if row not in found]
        assert len(missing) <= 1, name
        assert len(wrong) + len(rules) == len(missing), name
        outcomes["the broken line wrong" if wrong else "the broken line refused" if rules else "equal"] += 1
    assert outcomes == {"equal": 0, "the broken line refused": 118, "the broken line wrong": 2}


@pytest.mark.parametrize(
    "kind",
    [
        "double_trailing_newline",
        "field_delimiter_0x9",
        "header_only",
        "no_payload",
        "no_trailing_newline",
        "one_data_row",
        "record_delimiter_0xA",
    ],
)
def test_files_that_are_only_written_otherwise_come_out_equal(shared_data, kind):
    files = {name: rest for name, *rest in pollock(shared_data, "pollock_polluted.zip")}
    data, dialect, clean = files[f"file_{kind}.csv"]
    found, rules = read_all(data, dialect, max((len(row) for row in clean), default=1))
    assert (found, rules) == (clean, [])


SPECTRUM = [
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "newlines",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
]


@pytest.mark.parametrize("name", SPECTRUM)
def test_small_edge_cases(shared_data, name):
    archive = zipfile.ZipFile(shared_data / "malformed-csv" / "small_edge_cases.zip")
    expected = json.loads(archive.read(f"csv-spectrum/json/{name}.json"))
    columns = list(dict.fromkeys(key for row in expected for key in row))
    read = source(*columns)
    found = take(archive.read(f"csv-spectrum/csvs/{name}.csv"), "csv", read)
    assert refusals(found) == []
    assert values(found, read) == [tuple(row[column] or None for column in columns) for row in expected]
