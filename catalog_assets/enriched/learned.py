"""The learned reader as an enricher: what it is taught from a catalogue, and its answers in the vocabulary's terms.

Belongs here: labels from what suppliers state and from rules that are sure, and reading a span as a canonical value.
Does not belong here: the reader itself (`extraction/`), and when it is in force (`stage.py`).

Labels cost nobody a look: where a supplier states an attribute and the text says the same somewhere, that place is a
label; so is what the rules are sure of. From the rest of the text the reader learns what is none. It proposes, and like
every model it answers for people only once audits have certified it (`reviewed/acceptance.py`).
"""

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from catalog_assets.enriched.category import categories
from catalog_assets.enriched.content import attribute_question
from catalog_assets.enriched.priors import PRIORS
from catalog_assets.enriched.protocol import ATTRIBUTE_ANSWERS, PRODUCT_ANSWERS, Answers
from catalog_assets.enriched.rules import candidates, choose, read_part
from catalog_assets.releases import version_of
from catalog_assets.standardized.numbers import whole_numbers
from catalog_assets.standardized.units import quantities
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.attributes import ATTRIBUTES

if TYPE_CHECKING:  # SciPy and XGBoost load slowly, and most runs have no reader in force
    from catalog_assets.enriched.extraction.learning import Labelled
    from catalog_assets.enriched.extraction.model import Extractor

RELEASE = "attribute_model"
"""What its releases are called in the journal."""
READING = (
    "boosted.py", "certainty/calibration.py", "enriched/learned.py", "enriched/extraction",
    "enriched/prompting/reading.py",
)  # fmt: skip
"""What decides its answers, beside the release and the vocabulary."""
SURE = 0.9
"""From this confidence on what the rules say is a label."""
LEAST = 0.3
"""Below this confidence the reader says nothing: a person would mostly say no."""
MOST_PRODUCTS = 20_000
"""Products that are learned from; of more those with the smallest hash of their content."""
ANYTHING = "*"
"""The category that all texts are given: labels of one vocabulary, whose transitions need no telling apart."""
FIELDS = ("name", "description")


class LearnedEnricher:
    """Proposals of a release of the learned reader."""

    name = "learned"

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.version = f"reader-{version_of(data)}-{code_version(*READING)}"

    @cached_property
    def _extractor(self) -> "Extractor":
        from catalog_assets.enriched.extraction.model import from_bytes

        return from_bytes(self._data)

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
        nothing = [pl.lit(None, dtype).alias(name) for name, dtype in PRODUCT_ANSWERS.items() if name != "content_hash"]
        return Answers(
            answers.select(pl.col(name).cast(dtype) for name, dtype in ATTRIBUTE_ANSWERS.items()).sort(
                "content_hash", "attribute"
            ),
            products.select("content_hash", *nothing).select(PRODUCT_ANSWERS.names()).sort("content_hash"),
        )


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


def labelled(contents: pl.DataFrame) -> "Labelled":
    """What a catalogue teaches. contents: QUESTION_SCHEMA, distinct."""
    from catalog_assets.enriched.extraction.learning import Labelled

    few = contents.sort("content_hash").head(MOST_PRODUCTS)
    rows = few.with_row_index("row").with_columns(read_part("name"), read_part("description"))
    texts = rows.select("row", "name", "brand", "description", "category_path")
    found = candidates(texts, categories(texts, PRIORS))
    sure = choose(found, PRIORS).filter(pl.col("confidence") >= SURE).select("row", "attribute", "evidence")
    stated = rows.select("row", pl.col("attributes").alias("each")).explode("each").drop_nulls("each").unnest("each")
    said = stated.select("row", pl.col("name").alias("attribute"), "value")
    agreed = found.join(said, on=["row", "attribute", "value"])
    labels = pl.concat([sure, agreed.select("row", "attribute", "evidence")]).unique()
    values = labels.select(pl.col("row").alias("product"), "attribute", pl.col("evidence").alias("value"))
    taught = values.filter(pl.col("value").str.strip_chars() != "").sort("product", "attribute", "value")
    parts = parts_of(rows.rename({"row": "product"}))
    return Labelled(parts.join(taught, on="product", how="semi"), taught)


def train(contents: pl.DataFrame, seed: int = 1) -> "Extractor":
    """A reader taught by a catalogue. contents: as `labelled`. Raises TooLittleToLearn."""
    from catalog_assets.enriched.extraction.learning import learn

    return learn(labelled(contents), seed)
