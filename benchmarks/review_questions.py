"""Questions for simulated people: what the learned reader proposes for labelled products that it has not seen.

Belongs here: dealing products into parts, teaching the reader, its proposals judged by the labels. Does not belong
here: who answers (`review_people.py`) and what is accepted (`review_ways.py`).

Half of the products (by the hash of benchmarks/acceptance.py) are the test part; the other half is for learning, and
for choosing parameters it is halved again by another hash, into what teaches and the validation part. Of what is for
learning a fifth (by the hash of benchmarks/attributes.py) does not teach the reader: its questions are gold.

The reader is the pipeline's (catalog_assets/enriched/extraction); proposals are its best candidates from its own
threshold on. Rules have no part in it: their values are in normal form, and the labels are strings of the texts.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from acceptance import is_held
from attributes import Product, cases, kept_out, read, texts_of, values_of
from review_people import QUESTIONS

from catalog_assets.enriched.extraction.extract import extract
from catalog_assets.enriched.extraction.learning import Labelled, study
from catalog_assets.enriched.extraction.model import Extractor
from catalog_assets.enriched.teaching import taught_by

TEACHES = ("product", "attribute", "value")


@dataclass(frozen=True)
class Parts:
    """train: what teaches the reader; gold: whose answers are known; stream: what is reviewed."""

    train: list[Product]
    gold: list[Product]
    stream: list[Product]

    @property
    def values(self) -> int:
        """How many values are to be found in the stream: products and attributes that have one."""
        return sum(bool(values) for product in self.stream for values in product["values"].values())


@dataclass(frozen=True)
class Taught:
    """A reader, and attribute, confidence, is_right of what it had proposed for its products before it saw them."""

    reader: Extractor
    unseen: pl.DataFrame


def dealt(files: Iterable[Path], validation: bool) -> Parts:
    """The parts of labelled files; with validation nothing of the test part."""
    known = list(read(files))
    half = [product for product in known if not is_held(product["id"])]
    rest = [product for product in half if not is_validation(product)] if validation else half
    stream = [p for p in half if is_validation(p)] if validation else [p for p in known if is_held(p["id"])]
    return Parts([p for p in rest if not kept_out(p)], [p for p in rest if kept_out(p)], stream)


def is_validation(product: Product) -> bool:
    """Whether a product of the learning half is of the validation part: half of them, by a hash."""
    return int(hashlib.md5(f"validation{product['id']}".encode()).hexdigest(), 16) % 2 == 1


def taught(train: list[Product], seed: int = 1) -> Taught:
    """The reader, taught by these products and their labels."""
    studied = study(Labelled(texts_of(train), values_of(train)), seed)
    return Taught(studied.extractor, studied.cases.select("attribute", "confidence", "is_right"))


def retaught(train: list[Product], labelled: list[Product], asked: pl.DataFrame, seed: int = 1) -> Taught:
    """The reader, taught by labelled products and by reviewed ones; its unseen cases are of the former alone, for the
    labels of the others are what people and the reader before it said. asked: product (its place in `labelled`) and
    attribute of all that was proposed for the reviewed ones."""
    products = train + labelled
    cases = asked.select((pl.col("product") + len(train)).cast(pl.UInt32), "attribute")
    studied = study(taught_by(texts_of(products), values_of(products), cases), seed)
    sure = studied.cases.filter(pl.col("product") < len(train))
    return Taught(studied.extractor, sure.select("attribute", "confidence", "is_right"))


def questions(products: list[Product], reader: Extractor, first: int = 0, least: float | None = None) -> pl.DataFrame:
    """QUESTIONS, numbered from `first`: what the reader proposes for the products (numbered as they stand), from the
    confidence `least` on (None: its own threshold)."""
    proposed = cases(products, extract(texts_of(products), reader)).drop_nulls("confidence")
    from_here = reader.threshold if least is None else least
    mine = proposed.filter(pl.col("confidence") >= from_here).sort("product", "attribute")
    group = pl.concat_str("category", "attribute", "value", separator="\x1f").alias("group")
    true = pl.col("values").list.get(0, null_on_oob=True).alias("true")
    numbered = mine.with_row_index("question", first).with_columns(group, true)
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in QUESTIONS.items())


def with_answers(products: list[Product], accepted: pl.DataFrame) -> list[Product]:
    """The products labelled by what was accepted of them. accepted: TEACHES; product: a place in `products`."""
    named: dict[int, dict[str, Any]] = {}
    for product, attribute, value in accepted.select(TEACHES).iter_rows():
        named.setdefault(product, {})[attribute] = [value]
    return [{**product, "values": named.get(place, {})} for place, product in enumerate(products)]
