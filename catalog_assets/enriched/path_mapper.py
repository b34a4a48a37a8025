"""Category proposals for suppliers' paths, by the category mapper that is in force.

Belongs here: the project's taxonomy as what paths are mapped to, what a mapper is trained on, and its answers as
proposals. Does not belong here: mapping itself (`category_mapping`), and decisions on paths, which hold
whatever is proposed (`reviewed/known_paths.py`).
"""

import dataclasses
import functools
from typing import TYPE_CHECKING

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.enriched.category import ALIASES
from catalog_assets.enriched.content import category_question
from catalog_assets.releases import TooLittleToLearn
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.taxonomy import compact

if TYPE_CHECKING:  # these load slowly, and most runs have no mapper in force
    from catalog_assets.category_mapping.release import Mapper
    from catalog_assets.category_mapping.space import Space

RELEASE = "category_mapper"
"""What its releases are called in the journal."""
FOLDS = 5
LEAST_LABELLED = 100
MAPPED = pl.Schema(
    {
        "category_path": pl.String(), "mapped": pl.String(), "mapped_confidence": pl.Float64(),
        "mapped_evidence": pl.String(), "mapped_version": pl.String(),
    }
)  # fmt: skip


@functools.cache
def own_space() -> "Space":
    """The project's taxonomy, ready to be compared with."""
    from catalog_assets.category_mapping import embedding
    from catalog_assets.category_mapping.space import space

    return space(compact(), embedding.encode)


def read_mapper(data: bytes) -> "Mapper":
    """A release for the encoder that is installed. Raises UnknownRelease."""
    from catalog_assets.category_mapping import embedding
    from catalog_assets.category_mapping.release import from_bytes

    return from_bytes(data, embedding.name())


def _told(paths: pl.Series, mapper: "Mapper") -> pl.DataFrame:
    from catalog_assets.category_mapping.mapping import KNOWN, map_paths

    return map_paths(paths, own_space(), mapper, KNOWN.to_frame())


def mapped_paths(paths: pl.Series, mapper: "Mapper") -> pl.DataFrame:
    """MAPPED of the distinct paths for which the mapper has a category."""
    told = _told(paths, mapper)
    return told.filter(pl.col("target").is_in(list(CATEGORIES))).select(
        pl.col("path").alias("category_path"),
        pl.col("target").alias("mapped"),
        pl.col("confidence").alias("mapped_confidence"),
        pl.col("evidence").alias("mapped_evidence"),
        pl.lit(mapper.version).alias("mapped_version"),
    )


def from_mapper(products: pl.DataFrame, answered: pl.DataFrame, mapped: pl.DataFrame) -> pl.DataFrame:
    """Category proposals of MAPPED for products for which nobody proposes one: a proposal that only a person can accept
    takes the place of no other.

    products: with content_hash and category_path; answered: ANSWERS; mapped: MAPPED. Returns the columns of `products`
    and of ANSWERS, and others.
    """
    named = answered.filter(pl.col("attribute") == "category")
    silent = products.join(named, on="content_hash", how="anti").join(mapped, on="category_path")
    told = {
        "field": pl.lit("category_path"), "attribute": pl.lit("category"), "method": pl.lit("model"),
        "model_version": pl.col("mapped_version"), "value": pl.col("mapped"), "unit": pl.lit(None, pl.String),
        "confidence": pl.col("mapped_confidence"), "evidence": pl.col("mapped_evidence"),
    }  # fmt: skip
    rows = silent.with_columns(value.alias(name) for name, value in told.items())
    return rows.with_columns(category_question())


def train(decided: pl.DataFrame) -> "Mapper":
    """A mapper from what suppliers' levels are known to mean and from decided paths, calibrated on a part of both that
    it was not trained on. decided: category_path, right. Raises TooLittleToLearn."""
    from catalog_assets.category_mapping import embedding
    from catalog_assets.category_mapping.learning import learn

    known = ALIASES.filter(pl.col("shared") == 1).select(pl.col("alias").alias("path"), "category")
    people = decided.select(pl.col("category_path").alias("path"), pl.col("right").alias("category"))
    nodes = own_space().nodes.select("node", pl.col("path").alias("category"))
    labelled = pl.concat([people, known]).unique("path", keep="first", maintain_order=True)
    labelled = labelled.join(nodes, on="category", maintain_order="left").select("path", "node")
    if labelled.height < LEAST_LABELLED:
        raise TooLittleToLearn(f"{labelled.height} labelled paths are too few; {LEAST_LABELLED} are needed.")
    # By the path's own digest: another decision moves no other path from one part to the other.
    held = labelled.select(digest(pl.col("path")).str.slice(0, 4).str.to_integer(base=16) % FOLDS == 0).to_series()
    training, held_out = labelled.filter(~held), labelled.filter(held)
    facts = {"paths": training.height, "held_out": held_out.height, "decided": people.height}
    mapper = learn(training, held_out, own_space(), embedding.name(), facts)
    return dataclasses.replace(mapper, facts={**facts, **_scores(held_out, mapper)})


def _scores(held_out: pl.DataFrame, mapper: "Mapper") -> dict[str, float]:
    """How often the mapper is right on paths that calibrated it but did not train it."""
    told = _told(held_out["path"], mapper)
    nodes = own_space().nodes.select(pl.col("path").alias("target"), pl.col("node").alias("answer"))
    both = held_out.join(told.join(nodes, on="target"), on="path", how="left")
    right = both.select((pl.col("node") == pl.col("answer")).fill_null(False).mean()).item()
    return {"right": round(float(right), 4)}
