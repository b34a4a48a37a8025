"""From tokens of requests to money: which of them are billed how, scaled from a sample to all questions.

Belongs here: sums over measured requests, and their standard error. Does not belong here: requests and replies
(`cost_requests.py`), and what is printed (`costs.py`). Pure: no files, no network, no clock.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from resources.language_model.batches import MAX_REQUESTS
from resources.language_model.pricing import MILLION, Price, Prices
from resources.language_model.protocol import Usage

MEASURED = pl.Schema(
    {
        "category": pl.String(),
        "products": pl.Int64(),
        "asked": pl.Int64(),
        "answered": pl.Int64(),
        "names": pl.Int64(),
        "system": pl.Int64(),
        "schema": pl.Int64(),
        "message": pl.Int64(),
        "reply": pl.Int64(),
    }
)
"""One request: the category that its schema is of (null: of none), its products, how many attributes it asks of all of
them and its reply gives, and tokens: of the lists of what is asked (a part of the message), and of its four parts."""

SHORTEST_CACHED: Mapping[str, int] = {"claude-haiku-4-5": 4096, "claude-sonnet-4-5": 1024, "claude-opus-4-5": 4096}
"""Tokens below which a prefix is not cached, marked or not (platform.claude.com, "Prompt caching", limitations)."""

PRICES = Prices()

Caching = Literal["never", "as the provider does", "always"]


@dataclass(frozen=True)
class Case:
    """How requests are billed.

    `schema`: whether the schema of the reply counts as input. The provider says that a prompt about the form is put
    before the system prompt and billed, not how long it is. `always` is a kinder case than there is: every prefix is
    cached, however short, and every request but the first of a category and batch hits.
    """

    caching: Caching
    batch: bool
    schema: bool = True


NAIVE = Case("never", batch=False)
BATCHES = Case("as the provider does", batch=True)
KIND = Case("always", batch=True)


@dataclass(frozen=True)
class Range:
    """How many products a day, on how many days, and the share of contents that stay from one day to the next."""

    products: int
    days: int
    unchanged: float

    def __post_init__(self) -> None:
        if self.products < 1 or self.days < 1 or not 0 <= self.unchanged <= 1:
            raise ValueError(f"{self}: at least one product and day, and a share between 0 and 1.")

    @property
    def product_days(self) -> int:
        """Products over all days: what is asked where nothing is remembered."""
        return self.products * self.days

    def contents(self, distinct: float) -> float:
        """Contents that differ over all days: those of the first day, and on each other day those that changed."""
        return self.products * distinct * (1 + (self.days - 1) * (1 - self.unchanged))


@dataclass(frozen=True)
class Bill:
    """What so many requests cost. `usage` is in tokens, `usd` in US dollars."""

    requests: int
    usage: Usage
    usd: float


@dataclass(frozen=True)
class Counts:
    """What was counted over all products: pairs are of a content and an attribute that applies to it."""

    products: int
    contents: int
    asked_contents: int
    pairs: int
    pairs_unstated: int
    pairs_asked: int


def bill(measured: pl.DataFrame, questions: float, days: int, model: str, case: Case) -> Bill:
    """What `questions` over `days` cost, if requests are like the measured ones (MEASURED).

    A prefix that is cached is written once for each category and batch, of which a day has at least one.
    """
    scale = questions / float(measured["products"].sum())
    requests = scale * measured.height
    rows = _billed(measured, model, case)
    kept = scale * _sum(rows, pl.when("kept").then("prefix").otherwise(0))
    batches = days * math.ceil(requests / days / MAX_REQUESTS)
    write = min(kept, batches * _sum(rows.filter("kept").unique("category"), pl.col("prefix")))
    fresh = scale * _sum(rows, pl.col("message") + pl.when("kept").then(0).otherwise("prefix"))
    output = scale * _sum(rows, pl.col("reply"))
    usage = Usage(round(fresh), round(output), round(kept - write), round(write))
    return Bill(round(requests), usage, float(PRICES.cost(model, usage, case.batch)))


def standard_error(measured: pl.DataFrame, model: str, case: Case) -> float:
    """The standard error of the money a question, relative to it: requests are drawn, so that it is a ratio's.

    Writes to the cache are left out. Nan for a single request.
    """
    price: Price = PRICES.of(model)
    rows = _billed(measured, model, case)
    prefix = pl.when("kept").then(pl.col("prefix") * float(price.read_factor)).otherwise("prefix")
    usd = ((pl.col("message") + prefix) * float(price.input) + pl.col("reply") * float(price.output)) / float(MILLION)
    each = rows.select(usd.alias("usd"), "products")
    if each.height < 2:
        return math.nan
    ratio = float(each["usd"].sum()) / float(each["products"].sum())
    squares = float(((each["usd"] - ratio * each["products"]) ** 2).sum())
    return math.sqrt(squares * each.height / (each.height - 1)) / float(each["usd"].sum())


@dataclass(frozen=True)
class Figures:
    """The three ways for a range: requests measured on the sample, and how many questions they stand for."""

    range: Range
    model: str
    counts: Counts
    withheld: float
    naive: pl.DataFrame
    cascade: pl.DataFrame
    asked: float
    """Share of contents about which the cascade asks anything."""

    @property
    def questions(self) -> float:
        """Contents that the cascade asks about, over all days."""
        return self.range.contents(self.counts.contents / self.counts.products) * self.asked

    def bill(self, way: str, case: Case) -> Bill:
        """Way "naive" or "cascade"."""
        naive = way == "naive"
        questions = self.range.product_days if naive else self.questions
        return bill(self.naive if naive else self.cascade, questions, self.range.days, self.model, case)

    def ratios(self, schema: bool = True) -> tuple[float, ...]:
        """Way 1, 2 and 2k as multiples of 3, 3, 3k, and 2k as one of 3: a prompt that is made long enough is cached."""
        naive, batches, kind = (replace(case, schema=schema) for case in (NAIVE, BATCHES, KIND))
        ours, ours_kind = (self.bill("cascade", case).usd for case in (batches, kind))
        two = self.bill("naive", kind).usd
        return (
            self.bill("naive", naive).usd / ours, self.bill("naive", batches).usd / ours, two / ours_kind, two / ours,
        )  # fmt: skip


def _billed(measured: pl.DataFrame, model: str, case: Case) -> pl.DataFrame:
    """With `prefix`, the tokens that requests of a category share, and whether they are `kept` in the cache."""
    least = {"never": math.inf, "always": 0}.get(case.caching, SHORTEST_CACHED.get(model, math.inf))
    prefix = pl.col("system") + (pl.col("schema") if case.schema else 0)
    return measured.with_columns(prefix.alias("prefix"), (prefix >= least).alias("kept"))


def _sum(rows: pl.DataFrame, column: pl.Expr) -> float:
    return float(rows.select(column.sum()).item())
