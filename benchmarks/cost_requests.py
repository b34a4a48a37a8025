"""Requests about simulated products and the replies to expect, counted in tokens.

Belongs here: contents as the pipeline makes them of simulated feeds, questions about them, the bodies that would be
sent, and what a reply would hold. Does not belong here: money (`cost_arithmetic.py`), and what is printed (`costs.py`).

No model is asked: a reply is taken to be the JSON of the schema without blanks, with an answer for each asked attribute
that the supplier states in a cell or whose true value stands in the name or description, and, if the schema has a list
of what is not stated, all others in it; where the category is asked, with the one that rules propose, sure or not. It
makes no mistakes and has no words beside it.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from cost_arithmetic import MEASURED

from catalog_assets.configuration import load
from catalog_assets.enriched.prompting import asking
from catalog_assets.enriched.prompting.asking import LONGEST, Request
from catalog_assets.enriched.prompting.fencing import encoded
from catalog_assets.enriched.prompting.prompts import Prompt
from catalog_assets.enriched.prompting.reading import flags_in, values_in
from catalog_assets.enriched.prompting.schema import ASKABLE, CATEGORY, MOST_PRODUCTS, applicable
from catalog_assets.enriched.protocol import Answers
from catalog_assets.enriched.protocol import questions as contents_of
from catalog_assets.pipeline import ARRIVAL, DAILY
from catalog_assets.raw.deliveries import land
from catalog_assets.simulator import words
from catalog_assets.stages import Partition, execute
from catalog_assets.terminal import write_world
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.units import SPELLINGS, dimension_of
from resources import open_world
from resources.language_model.pricing import tokens
from resources.language_model.protocol import Request as Sent
from resources.language_model.protocol import Text
from resources.language_model.wire import parameters

DAY = dt.date(2026, 1, 5)
MAX_TOKENS = 8_000
NAME_STYLES = ("name_de", "name_en", "name_shop")

SAID = pl.Schema(
    {"content_hash": pl.String(), "attribute": pl.String(), "value": pl.String(), "unit": pl.String(),
     "evidence": pl.String()}
)  # fmt: skip
"""A true value that stands in the text of a content, and the words that state it."""

Known = Mapping[str, Mapping[str, tuple[str, str | None, str]]]
"""content_hash -> attribute -> value, unit, evidence."""


@dataclass(frozen=True)
class Form:
    """How replies and messages are written; the default is how they are, others are for comparison only.

    `not_stated`: replies list also what they have not found. `short`: keys of one letter. `exceptions`: a message names
    what is not asked in place of what is.
    """

    not_stated: bool = False
    short: bool = False
    exceptions: bool = False


AS_IS = Form()


def simulated(products: int, seed: int, folder: Path) -> tuple[pl.DataFrame, int]:
    """Distinct contents (QUESTION_SCHEMA and true_id) of three simulated suppliers, and of how many live products.

    They go through the real stages: landed, read, cleaned, matched by identifiers.
    """
    write_world(folder, products=products, days=1, suppliers=3, seed=seed, start=DAY)
    world = open_world(load(folder / "catalog.yaml"))
    for source in world.catalog.sources:
        land(world, Partition(DAY, source), "benchmark", lambda: dt.datetime(2026, 1, 6, tzinfo=dt.UTC))
        for stage in ARRIVAL:
            execute(stage, world, Partition(DAY, source), "benchmark")
    execute(next(stage for stage in DAILY if stage.name == "matched_products"), world, Partition(DAY), "benchmark")
    matched = world.lake.read("matched_products", day=DAY)
    offers = pl.read_parquet(folder / "truth" / "offers.parquet").select("source", "product_id", "true_id")
    lead = matched.select("content_hash", pl.col("offers").list.first().alias("lead")).unnest("lead")
    true = lead.join(offers, on=["source", "product_id"]).unique("content_hash", keep="any")
    contents = contents_of(matched).join(true.select("content_hash", "true_id"), on="content_hash", how="left")
    return contents, matched.filter(pl.col("status") == "live").height


def said(contents: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """SAID: of each content (true_id beside QUESTION_SCHEMA) the true values (truth: true_id, attribute, value, unit)
    whose words stand in its name or description, the longest words."""
    spelled = spellings().vstack(truth.filter(pl.col("attribute") == "model").select(
        "attribute", "value", pl.col("value").alias("evidence")
    ).unique())  # fmt: skip
    text = pl.concat_str(pl.col("name", "description"), separator=" | ", ignore_nulls=True).str.to_lowercase()
    rows = contents.select("content_hash", "true_id", text.alias("text")).join(truth, on="true_id")
    standing = rows.join(spelled, on=["attribute", "value"]).filter(
        pl.col("text").str.contains(pl.col("evidence").str.to_lowercase(), literal=True)
    )
    longest = standing.sort("content_hash", "attribute", -pl.col("evidence").str.len_chars().cast(pl.Int64), "evidence")
    return longest.unique(["content_hash", "attribute"], keep="first", maintain_order=True).select(SAID.names())


def categories_said(contents: pl.DataFrame, known: Answers) -> pl.DataFrame:
    """SAID of the categories that rules propose."""
    rows = only_categories(known).rows.join(contents.select("content_hash", "name"), on="content_hash")
    told = rows.select("content_hash", "attribute", "value", "unit", pl.coalesce("evidence", "name").alias("evidence"))
    return told.sort(told.columns).unique(["content_hash", "attribute"], keep="first", maintain_order=True)


def spellings() -> pl.DataFrame:
    """attribute, value, evidence: every way in which simulated suppliers write a value in a name."""
    rows = [
        (name, value, words.spelled(name, value, style))
        for name in words.attributes()
        for value in words.options(name)
        for style in NAME_STYLES
    ]
    schema = {"attribute": pl.String, "value": pl.String, "evidence": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort("attribute", "value", "evidence")


def true_values(folder: Path) -> pl.DataFrame:
    """true_id, attribute, value, unit of a simulation, the model's name too."""
    attributes = pl.read_parquet(folder / "truth" / "attributes.parquet")
    models = pl.read_parquet(folder / "truth" / "products.parquet").select(
        "true_id",
        pl.lit("model").alias("attribute"),
        pl.col("model").alias("value"),
        pl.lit(None, pl.String).alias("unit"),
    )
    return pl.concat([attributes.select(models.columns), models])


def only_categories(known: Answers) -> Answers:
    """What is known, without values."""
    return Answers(known.rows.filter(pl.col("attribute") == CATEGORY))


def requests(wanted: pl.DataFrame, prompt: Prompt, model: str, together: int = MOST_PRODUCTS) -> Iterator[Request]:
    """Requests about WANTED with so many products in each, of one category, as far as their texts fit."""
    questions = asking.questions(wanted, prompt, model)
    if together == MOST_PRODUCTS:
        yield from asking.requests(questions, prompt, model)
    elif together == 1:
        yield from asking.requests(questions, prompt, model, characters=1)
    else:
        ordered = questions.sort("category", "content_hash", nulls_last=True)
        for part in ordered.partition_by("category", maintain_order=True):
            for few in part.iter_slices(together):
                yield from asking.requests(few, prompt, model)


def measured(asked: Iterable[Request], known: Known, form: Form = AS_IS) -> pl.DataFrame:
    """MEASURED of requests: the lengths are those of the body that would be sent."""
    rows = [_measured(request, known, form) for request in asked]
    return pl.DataFrame(rows, schema=MEASURED, orient="row")


def _measured(request: Request, known: Known, form: Form) -> tuple[Any, ...]:
    system = (Text(request.system, constant=True),)
    body: Any = parameters(
        Sent(request.custom_id, request.model, system, request.message, request.schema, MAX_TOKENS)
    )  # typed as what the service's client takes
    message = len(body["messages"][0]["content"])
    if form.exceptions:
        message -= sum(_spared(row) for row in request.questions.iter_rows(named=True))
    parts = (
        sum(len(block["text"]) for block in body["system"]),
        len(json.dumps(body["output_config"]["format"]["schema"])),
        message,
        len(reply(request, known, form)),
    )
    questions = request.questions
    listed = questions.select("content_hash", "asked").rows()
    found = sum(name in known.get(content, {}) for content, asked in listed for name in asked)
    names = sum(len(encoded(asked)) for _, asked in listed)
    asked = sum(len(asked) for _, asked in listed)
    return (questions["category"][0], questions.height, asked, found, *map(tokens, (names, *parts)))


def _spared(row: Mapping[str, Any]) -> int:
    """Characters that a message is shorter by if it names what is not asked."""
    others = [name for name in applicable(row["category"]) if name not in row["asked"]]
    return len(encoded(row["asked"])) - len(encoded(others))


def reply(request: Request, known: Known, form: Form = AS_IS) -> str:
    """The reply to a request: JSON of its schema without blanks."""
    product: Any = request.schema["properties"]["products"]["items"]["properties"]
    silent = form.not_stated or "not_stated" in product
    products = []
    for row in request.questions.iter_rows(named=True):
        mine = known.get(row["content_hash"], {})
        told: dict[str, Any] = {"id": row["local_id"]}
        told["answers"] = [_answer(name, *mine[name]) for name in row["asked"] if name in mine]
        if silent:
            told["not_stated"] = [name for name in row["asked"] if name not in mine]
        products.append(_short(told) if form.short else told)
    return json.dumps({"products": products}, ensure_ascii=False, separators=(",", ":"))


def _answer(name: str, value: str, unit: str | None, evidence: str) -> dict[str, Any]:
    """An answer in the form of the schema; quantities and counts are numbers."""
    number: Any = float(value) if ASKABLE[name].kind in ("quantity", "count") else value
    whole = int(number) if isinstance(number, float) and number.is_integer() else number
    return {"attribute": name, "value": whole, **({"unit": unit} if unit else {}), "evidence": evidence}


def _short(told: Any) -> Any:
    """The same with keys of one letter."""
    if isinstance(told, dict):
        return {key[0]: _short(part) for key, part in told.items()}
    return [_short(part) for part in told] if isinstance(told, list) else told


def known_of(contents: pl.DataFrame, found: pl.DataFrame) -> Known:
    """What a reply can tell of each content: what its cells state, else what stands in its texts (found: SAID)."""
    told: dict[str, dict[str, tuple[str, str | None, str]]] = {}
    for content, name, value, unit, evidence in found.iter_rows():
        told.setdefault(content, {})[name] = (value, unit, evidence)
    for content, stated in contents.select("content_hash", "attributes").iter_rows():
        for one in stated or []:
            shown = " ".join(part for part in (one["value"], one["unit"]) if part)
            told.setdefault(content, {})[one["name"]] = (one["value"], one["unit"], shown)
    return told


def longer(wanted: pl.DataFrame, characters: int) -> pl.DataFrame:
    """WANTED with descriptions of so many characters: the same text again and again, where there is none the name's."""
    text = pl.coalesce("description", "name", pl.lit("-"))
    repeated = text.repeat_by(pl.lit(characters) // text.str.len_chars() + 1).list.join(" ").str.head(characters)
    return wanted.with_columns(repeated.alias("description"))


def _amount(unit: str) -> re.Pattern[str]:
    """A digit and a spelling of a unit of the same dimension behind it."""
    spelled = [spelling for dimension, spelling in SPELLINGS if dimension == dimension_of(unit)]
    return re.compile(rf"\d[ -]?(?:{'|'.join(map(re.escape, spelled))})(?![^\W\d_])", re.IGNORECASE)


_AMOUNTS = {name: _amount(one.unit) for name, one in ATTRIBUTES.items() if one.kind == "quantity" and one.unit}


def with_signs(wanted: pl.DataFrame) -> pl.DataFrame:
    """WANTED with those attributes only that the text gives a sign of: a word for a value or for the flag, a number
    with a unit of the quantity, a digit for a count; texts and the category always."""
    asked = []
    for row in wanted.iter_rows(named=True):
        text = " | ".join(row[field] for field in LONGEST if row[field])
        asked.append([name for name in row["asked"] if _sign(name, text)])
    rows = wanted.with_columns(pl.Series("asked", asked, pl.List(pl.String)))
    return rows.filter(pl.col("asked").list.len() > 0)


def _sign(name: str, text: str) -> bool:
    kind = ASKABLE[name].kind
    if name == CATEGORY:
        return True
    if kind == "choice":
        return bool(values_in(name, text, ""))
    if kind == "flag":
        return flags_in(name, text)
    if kind == "quantity":
        return bool(_AMOUNTS[name].search(text))
    return kind == "text" or any(character.isdigit() for character in text)
