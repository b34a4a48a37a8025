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


def with_mapped(described: pl.DataFrame, mapped: pl.DataFrame) -> pl.DataFrame:
    """Category proposals with those of MAPPED where there is none: a proposal that only a person can accept takes the
    place of no other.

    described: ENRICHED_PRODUCTS' columns and category_path.
    """
    if mapped.is_empty():
        return described
    rows = described.join(mapped, on="category_path", how="left", maintain_order="left")
    silent = pl.col("category").is_null() & pl.col("mapped").is_not_null()
    given = {
        "category": "mapped", "category_confidence": "mapped_confidence", "category_evidence": "mapped_evidence",
        "category_model_version": "mapped_version",
    }  # fmt: skip
    told = [pl.when(silent).then(new).otherwise(name).alias(name) for name, new in given.items()]
    method = pl.when(silent).then(pl.lit("model")).otherwise("category_method").alias("category_method")
    return rows.with_columns(*told, method).with_columns(category_question()).select(described.columns)


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
