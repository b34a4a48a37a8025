"""The learned reader as an enricher: its answers in the vocabulary's terms.

Belongs here: what of a text is read, and a span as a canonical value. Does not belong here: the reader itself
(`extraction/`), what it is taught (`teaching.py`), and when it is in force (`answers.py`).

It proposes, and like every model it answers for people only once audits have certified it (`reviewed/certifying.py`).
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from catalog_assets.enriched.content import attribute_question
from catalog_assets.enriched.protocol import ANSWERS, Answers, Enricher
from catalog_assets.enriched.rules import read_part
from catalog_assets.releases import facts_in, version_of
from catalog_assets.standardized.numbers import whole_numbers
from catalog_assets.standardized.units import quantities
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.version import VERSION as VOCABULARY

if TYPE_CHECKING:  # XGBoost loads slowly, and most runs have no reader in force
    from catalog_assets.enriched.extraction.model import Extractor

RELEASE = "attribute_model"
"""What its releases are called in the journal."""
_PARTS = ("chain", "counts", "extract", "judge", "marks", "model", "spans", "tokens")
READING = (
    "boosted.py", "certainty/calibration.py", "digests.py",
    *(f"enriched/{name}.py" for name in ("content", "learned", "patterns", "rules", "words")),
    *(f"enriched/prompting/{name}.py" for name in ("folding", "generalizations", "reading", "schema")),
    *(f"standardized/{name}.py" for name in ("numbers", "text", "units")),
    *(f"enriched/extraction/{name}.py" for name in _PARTS),
)  # fmt: skip
"""What decides its answers, beside the release and the vocabulary; how it learns does not."""
LEAST = 0.3
"""Below this confidence the reader says nothing: a person would mostly say no."""
ANYTHING = "*"
"""The category that all texts are given: labels of one vocabulary, whose transitions need no telling apart."""
FIELDS = ("name", "description")


class LearnedEnricher:
    """Proposals of a release of the learned reader."""

    name = "learned"

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.version = f"reader-{version_of(data)}-{code_version(*READING)}-{VOCABULARY}"

    @cached_property
    def _extractor(self) -> "Extractor":
        from catalog_assets.enriched.extraction.model import from_bytes

        return from_bytes(self._data)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What it was taught and how well it reads, for people."""
        return facts_in(self._data)

    def enrich(self, products: pl.DataFrame) -> Answers:
        """Answers for distinct contents (QUESTION_SCHEMA); of categories and descriptions it says nothing."""
        from catalog_assets.enriched.extraction.extract import extract

        rows = products.with_row_index("product")
        read = extract(parts_of(rows), self._extractor).filter(pl.col("confidence") >= LEAST)
        told = read.with_columns(canonical(read)).drop_nulls("canonical")
        field = pl.col("part").cast(pl.Int64).replace_strict(dict(enumerate(FIELDS)), return_dtype=pl.String)
        unit = {name: attribute.unit for name, attribute in ATTRIBUTES.items()}
        answers = told.join(rows.select("product", "content_hash", "name"), on="product").select(
            "content_hash", "name", "attribute", "confidence", field.alias("field"),
            pl.col("value").alias("evidence"), pl.col("canonical").alias("value"),
            pl.col("attribute").replace_strict(unit, default=None, return_dtype=pl.String).alias("unit"),
            pl.lit("model").alias("method"), pl.lit(self.version).alias("model_version"),
        ).with_columns(attribute_question())  # fmt: skip
        rows = answers.select(pl.col(name).cast(dtype) for name, dtype in ANSWERS.items())
        return Answers(rows.sort("content_hash", "attribute"))


def told_of_reader(asked: Iterable[Enricher]) -> dict[str, Any]:
    """The reader among those that are asked, as metadata: which release, what it was taught, how well it reads; nothing
    where there is none."""
    readers = [each for each in asked if isinstance(each, LearnedEnricher)]
    facts = [{"version": each.version, **each.facts} for each in readers]
    rows = [{"fact": name, "value": str(value)} for told in facts for name, value in told.items()]
    return {"reader": rows} if rows else {}


def parts_of(rows: pl.DataFrame) -> pl.DataFrame:
    """PARTS of the extraction: name and description of each content. rows: product, name, description."""
    told = [pl.lit(ANYTHING).alias("category"), *(read_part(name) for name in FIELDS)]
    cut = rows.select("product", *told)
    texts = [
        cut.select("product", pl.lit(place, pl.UInt8).alias("part"), "category", pl.col(name).alias("text"))
        for place, name in enumerate(FIELDS)
    ]
    return pl.concat(texts).drop_nulls("text").sort("product", "part")


def canonical(read: pl.DataFrame) -> pl.Series:
    """The value of each span in the vocabulary's terms, null where it has none or several. read: attribute, value."""
    distinct = read.select("attribute", "value").unique().sort("attribute", "value")
    kinds = {name: attribute.kind for name, attribute in ATTRIBUTES.items()}
    kind = distinct["attribute"].replace_strict(kinds, default=None, return_dtype=pl.String)
    parts = [_measured(distinct.filter(kind == "quantity")), _counted(distinct.filter(kind == "count"))]
    parts += [_chosen(distinct.filter(kind == "choice")), _quoted(distinct.filter(kind == "text"))]
    told = read.select("attribute", "value").join(
        pl.concat(parts), on=["attribute", "value"], how="left", maintain_order="left"
    )
    return told["canonical"]


def _measured(spans: pl.DataFrame) -> pl.DataFrame:
    hint = pl.lit(None, pl.String).alias("hint")
    frame = spans.select(pl.col("attribute").alias("name"), pl.col("value").alias("text"), hint)
    both = [quantities(frame, "auto", language) for language in ("en", "de")]
    one, other = (told.alias(name) for told, name in zip(both, ("one", "other"), strict=True))
    agreed = spans.hstack([one, other])
    same = pl.col("one").eq_missing(pl.col("other")) | pl.col("other").is_null()
    return agreed.select("attribute", "value", pl.when(same).then("one").alias("canonical"))


def _counted(spans: pl.DataFrame) -> pl.DataFrame:
    numbers = whole_numbers(spans["value"]).cast(pl.List(pl.String))
    told = spans.with_columns(numbers.alias("said"))
    single = pl.when(pl.col("said").list.len() == 1).then(pl.col("said").list.first())
    return told.select("attribute", "value", single.alias("canonical"))


def _chosen(spans: pl.DataFrame) -> pl.DataFrame:
    from catalog_assets.enriched.prompting.reading import values_in

    said = [values_in(name, value, "") for name, value in spans.iter_rows()]
    single = [next(iter(found)) if len(found) == 1 else None for found in said]
    return spans.with_columns(pl.Series("canonical", single, pl.String))


def _quoted(spans: pl.DataFrame) -> pl.DataFrame:
    return spans.with_columns(pl.col("value").alias("canonical"))
