"""Which contents and attributes a model is asked about, and the requests that ask it.

Belongs here: what is unknown, what is withheld, hashes of questions, and grouping into requests. Does not belong here:
sending them (`resources/`), stored answers (`asked/journal.py`), and what a reply says (`checking.py`).

Everything is a function of the contents: no clock, no chance; the same contents in any order give the same requests.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.enriched.prompting.fencing import encoded, fenced
from catalog_assets.enriched.prompting.folding import visible
from catalog_assets.enriched.prompting.orders import order_in
from catalog_assets.enriched.prompting.prompts import Prompt
from catalog_assets.enriched.prompting.schema import LOCAL_IDS, MOST_PRODUCTS, applicable, attribute_schema
from catalog_assets.enriched.protocol import QUESTION_SCHEMA, Answers

WANTED = pl.Schema({**QUESTION_SCHEMA, "category": pl.String(), "asked": pl.List(pl.String)})
"""A content, the category that is sure of it (or null), and the attributes that are not known of it, in order."""

QUESTIONS = pl.Schema({"question_hash": pl.String(), **WANTED})
"""One question: `question_hash` is what its answer is stored under."""

WITHHELD = pl.Schema({"content_hash": pl.String(), "rule": pl.String(), "message": pl.String()})
"""A content that no model is shown, and why."""

CHARACTERS = 40_000
"""Characters of data in one request; a single product may have more. What stands around the data (prompt and schema,
some 13,000 characters) is paid for with each request."""
LONGEST: Mapping[str, int] = {"name": 500, "brand": 200, "mpn": 100, "description": 4_000}
"""Characters of a field that are shown; a longer one is cut at a space."""
TEXTS = tuple(LONGEST)


@dataclass(frozen=True)
class Request:
    """One message to a model and what its reply is checked against.

    `system` is the constant part, `message` the variable one. `questions`: QUESTIONS and `local_id`, one row for each
    product, in the order of the data. `custom_id`: 3 letters and 32 hex digits of the hashes of the questions.
    """

    custom_id: str
    model: str
    prompt: Prompt
    schema: dict[str, Any]
    message: str
    questions: pl.DataFrame

    @property
    def system(self) -> str:
        """The instructions: the same for all requests of a prompt."""
        return self.prompt.text

    @property
    def model_version(self) -> str:
        """What proposals out of its reply have as their model's version: model and prompt."""
        return model_version(self.model, self.prompt)


def model_version(model: str, prompt: Prompt) -> str:
    """The version of what a model proposes: its name and the version of the prompt."""
    return f"{model}-{prompt.name}-{prompt.version}"


def wanted(contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
    """WANTED: the contents of which something is unknown, sorted by content.

    Unknown is an attribute that applies in the category, that no supplier states (contents: QUESTION_SCHEMA) and for
    which there is no answer in `known` with at least the confidence `accept`. A category below that is no category.
    """
    rows = applied(contents, known, accept)
    told = known.rows.filter(pl.col("confidence") >= accept).select("content_hash", pl.col("attribute").alias("asked"))
    stated = rows.select("content_hash", pl.col("attributes").list.eval(pl.element().struct.field("name")))
    known_already = pl.concat([stated.explode("attributes").rename({"attributes": "asked"}), told])
    return narrowed(
        rows,
        rows.select("content_hash", "asked")
        .explode("asked")
        .join(known_already, on=["content_hash", "asked"], how="anti", maintain_order="left"),
    )


def applied(contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
    """WANTED of all attributes that apply: contents with the category that is known of them with at least `accept`."""
    sure = (
        known.rows.filter(pl.col("confidence") >= accept)
        .filter(pl.col("attribute") == "category")
        .sort("content_hash", pl.col("confidence").neg(), "value")
        .unique("content_hash", keep="first", maintain_order=True)
        .select("content_hash", pl.col("value").alias("category"))
    )
    rows = contents.select(QUESTION_SCHEMA.names()).join(sure, on="content_hash", how="left")
    categories = rows["category"].unique().to_list()
    applies = pl.DataFrame(
        {"category": categories, "asked": [list(applicable(category)) for category in categories]},
        schema={"category": pl.String, "asked": pl.List(pl.String)},
    )
    joined = rows.join(applies, on="category", how="left", nulls_equal=True, maintain_order="left")
    return joined.select(WANTED.names()).sort("content_hash")


def narrowed(wanted: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """WANTED of only what is listed; contents of which nothing is are left out. asked: content_hash, asked (one a row,
    in order)."""
    lists = asked.group_by("content_hash", maintain_order=True).agg("asked")
    return wanted.drop("asked").join(lists, on="content_hash").select(WANTED.names()).sort("content_hash")


def questions(wanted: pl.DataFrame, prompt: Prompt, model: str) -> pl.DataFrame:
    """QUESTIONS of WANTED: hashed over content, asked attributes, prompt (name and version) and model, and nothing
    else."""
    parts = (
        pl.lit("model question"),
        pl.col("content_hash"),
        pl.col("asked").list.join(","),
        pl.lit(f"{prompt.name}-{prompt.version}"),
        pl.lit(model),
    )
    return wanted.with_columns(digest(*parts).alias("question_hash")).select(QUESTIONS.names())


def withheld(questions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The questions that are asked, and the contents that no model is shown (WITHHELD).

    A content that gives orders to its reader is not asked about: nothing that came of it would count, and it would
    stand in one message with others.
    """
    told = questions.select(*TEXTS, pl.col("attributes").list.eval(pl.element().struct.field("value")).alias("values"))
    orders = [_order(row) for row in told.iter_rows(named=True)]  # only what is about to be paid for
    found = questions.select("content_hash").with_columns(pl.Series("order", orders, pl.String))
    kept = questions.filter(found["order"].is_null())
    refused = found.drop_nulls("order").select(
        "content_hash",
        pl.lit("order_in_source").alias("rule"),
        pl.format("The text gives orders to its reader ({}): a person should look at it.", "order").alias("message"),
    )
    return kept, refused


def requests(questions: pl.DataFrame, prompt: Prompt, model: str, characters: int = CHARACTERS) -> list[Request]:
    """The requests that ask QUESTIONS: products of one category together, by content, up to a size."""
    if characters < 1:
        raise ValueError(f"characters is how much data a request may have, at least 1, not {characters}.")
    found = []
    ordered = questions.sort("category", "content_hash", nulls_last=True)
    for (category,), group in ordered.partition_by("category", as_dict=True, maintain_order=True).items():
        schema = attribute_schema(None if category is None else str(category))
        for part in grouped(group, characters, _shown):
            found.append(request(part, prompt, model, schema, map(_shown, part.iter_rows(named=True))))
    return found


def request(
    questions: pl.DataFrame, prompt: Prompt, model: str, schema: dict[str, Any], shown: Iterable[Mapping[str, Any]]
) -> Request:
    """One request of at most MOST_PRODUCTS questions, each shown as the JSON object given, under a local id."""
    ids = LOCAL_IDS[: questions.height]
    data = {"products": [{"id": name, **one} for name, one in zip(ids, shown, strict=True)]}
    hashed = digest(*(pl.lit(one) for one in questions["question_hash"].to_list()))
    custom_id = f"cat{pl.select(hashed).item()}"
    named = questions.with_columns(pl.Series("local_id", ids, pl.String))
    return Request(custom_id, model, prompt, schema, fenced(data), named)


def grouped(
    questions: pl.DataFrame, characters: int, shown: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Iterator[pl.DataFrame]:
    """Runs of questions whose data together is not longer than `characters`, at least one in each."""
    first, size = 0, 0
    for place, row in enumerate(questions.iter_rows(named=True)):
        own = len(encoded(shown(row)))
        if place > first and (size + own > characters or place - first == MOST_PRODUCTS):
            yield questions[first:place]
            first, size = place, 0
        size += own
    if questions.height:
        yield questions[first:]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a model is shown of a content: its asked attributes and its texts, without what nobody can see."""
    texts = {field: visible(row[field], longest) for field, longest in LONGEST.items() if row[field] is not None}
    stated = {
        one["name"]: " ".join(visible(part) for part in (one["value"], one["unit"]) if part)
        for one in row["attributes"] or []
    }
    return {"asked": list(row["asked"]), **texts, **({"attributes": stated} if stated else {})}


def _order(row: Mapping[str, Any]) -> str | None:
    texts = [row[field] for field in TEXTS] + list(row["values"] or [])
    return next((order for text in texts if text and (order := order_in(text))), None)
