"""Configured columns that the file calls otherwise."""

import polars as pl
import pytest

from catalog_assets.configuration import Source
from catalog_assets.raw.splitting import decode
from catalog_assets.standardized.mapping import nothing_under


def records(file_format, header, *payloads):
    return pl.DataFrame(
        {
            "delivery_id": ["d"] * len(payloads),
            "record_number": list(range(1, len(payloads) + 1)),
            "format": [file_format] * len(payloads),
            "header": [header] * len(payloads),
            "payload": list(payloads),
        },
        schema_overrides={"header": pl.String},
    )


@pytest.mark.parametrize(
    ("told", "columns", "missing"),
    [
        (("csv", "Nr,Was ist es?,Lager #", "1,Lamp,3"), {"name": "Was ist es"}, {"Was ist es": "Was ist es?"}),
        (("csv", "Nr,Was ist es?,Lager #", "1,Lamp,3"), {"stock": "lager #"}, {"lager #": "Lager #"}),
        (("csv", "Nr,name", "1,"), {"name": "name"}, {"name": None}),
        (("csv", "Nr,name", "1,", "2,Lamp"), {"name": "name"}, {}),
        (("ndjson", None, '{"Nr": 1, "titel": "Lamp"}'), {"name": "title"}, {"title": "titel"}),
        (("ndjson", None, '{"Nr": 1}'), {"name": "zzz"}, {"zzz": None}),
    ],
)  # fmt: skip
def test_what_no_record_fills_is_named_with_what_may_be_meant(told, columns, missing):
    source = Source(columns={"product_id": "Nr", "name": "Nr", **columns})
    rows = records(told[0], told[1], *told[2:])
    found = nothing_under(decode(rows, source), rows, source)
    assert found == {name: f" (did you mean '{near}'?)" if near else "" for name, near in missing.items()}


def test_nothing_is_said_of_no_records():
    source = Source(columns={"product_id": "Nr", "name": "x"})
    assert nothing_under(decode(records("csv", "Nr"), source), records("csv", "Nr"), source) == {}
