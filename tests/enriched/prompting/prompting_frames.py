"""Requests and replies in short, for the tests of this folder."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from catalog_assets.enriched.content import content_hash
from catalog_assets.enriched.prompting.asking import QUESTIONS, Request, questions, request
from catalog_assets.enriched.prompting.checking import Checked, check
from catalog_assets.enriched.prompting.prompts import prompt
from catalog_assets.enriched.prompting.schema import attribute_schema
from catalog_assets.enriched.protocol import QUESTION_SCHEMA
from catalog_assets.vocabulary.attributes import ATTRIBUTES

HERE = Path(__file__).parent
PROMPT = prompt("attributes")
MODEL = "some-model"
EVERYTHING = tuple(ATTRIBUTES)

Row = dict[str, Any]


def contents(*rows: Row) -> pl.DataFrame:
    """Questions of these contents; a field that is not given is absent."""
    schema = {name: dtype for name, dtype in QUESTION_SCHEMA.items() if name != "content_hash"}
    absent: Row = {**dict.fromkeys(schema), "attributes": []}
    asked = pl.DataFrame([{**absent, **row} for row in rows], schema=schema)
    return asked.with_columns(content_hash()).select(QUESTION_SCHEMA.names())


def asked(*rows: Row, attributes: tuple[str, ...] = EVERYTHING) -> Request:
    """One request about these contents in this order (p1, p2, ...), whatever else is known or withheld."""
    wanted = contents(*rows).with_columns(
        pl.lit(None, pl.String).alias("category"),
        pl.lit(list(attributes), pl.List(pl.String)).alias("asked"),
    )
    rows_asked = questions(wanted, PROMPT, MODEL).select(QUESTIONS.names())
    return request(rows_asked, PROMPT, MODEL, attribute_schema(None), [{} for _ in rows])


def answer(attribute: str, value: Any, evidence: str, unit: str | None = None) -> Row:
    return {"attribute": attribute, "value": value, **({"unit": unit} if unit else {}), "evidence": evidence}


def reply(*answers: Row, name: str = "p1") -> str:
    return json.dumps({"products": [{"id": name, "answers": list(answers)}]})


def told(content: Row, *answers: Row) -> Checked:
    """What one reply about one content comes to, asked about exactly what is answered."""
    names = tuple(dict.fromkeys(one["attribute"] for one in answers if one["attribute"] in ATTRIBUTES))
    return check(reply(*answers), asked(content, attributes=names))


def values(checked: Checked) -> dict[str, str]:
    """attribute -> "value unit" of the proposals."""
    return {
        row["attribute"]: row["value"] if row["unit"] is None else f"{row['value']} {row['unit']}"
        for row in checked.proposals.to_dicts()
    }


def rules(checked: Checked) -> list[str]:
    return checked.refused["rule"].to_list()


def lines(folder: str) -> list[Row]:
    """All JSON lines of a folder beside this file, with the file that each comes from."""
    return [
        {"file": file.stem, **json.loads(line)}
        for file in sorted((HERE / folder).glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
