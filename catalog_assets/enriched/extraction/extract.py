"""The answer: of each product and attribute the value that is most probably right.

Belongs here: from texts to values with a confidence and the place where they stand. Does not belong here: from which
confidence on a value is taken.
"""

import polars as pl

from catalog_assets.enriched.extraction.judge import probability
from catalog_assets.enriched.extraction.marks import buckets
from catalog_assets.enriched.extraction.model import Extractor
from catalog_assets.enriched.extraction.spans import candidates, features, found
from catalog_assets.enriched.extraction.tokens import PARTS, tokens

READ = pl.Schema(
    {
        "product": pl.UInt32(), "attribute": pl.String(), "value": pl.String(), "part": pl.UInt8(), "start": pl.Int64(),
        "end": pl.Int64(), "confidence": pl.Float64(),
    }
)  # fmt: skip
"""One row for each product and attribute of which anything was found: the value as it stands in `text[start:end]` of
that part (characters), and the probability that it is right."""
CHUNK = 2_000
"""Products read at a time."""


def extract(texts: pl.DataFrame, extractor: Extractor) -> pl.DataFrame:
    """READ, sorted by product and attribute. texts: PARTS. Of a category that the extractor has not learned nothing is
    read. What is said of a product does not depend on the others."""
    known = texts.filter(pl.col("category").is_in(list(extractor.attributes)), pl.col("text").is_not_null())
    batch = pl.col("product").rank("dense") // CHUNK
    chunks = known.sort("product", "part").with_columns(batch.alias("chunk")).partition_by("chunk", maintain_order=True)
    return pl.concat([READ.to_frame(), *(_read(chunk.select(PARTS.names()), extractor) for chunk in chunks)])


def _read(texts: pl.DataFrame, extractor: Extractor) -> pl.DataFrame:
    read = tokens(texts)
    if not len(read.sequence):
        return READ.to_frame()
    weights, names = extractor.weights, extractor.names
    rows = weights.rows(buckets(read, extractor.centres))
    told = candidates(read, found(read, weights, rows, extractor.attributes, names))
    said = probability(features(read, told, extractor.counts), extractor.trees)
    best = chosen(told.with_columns(said))
    return best.with_columns(
        pl.Series("attribute", names, dtype=pl.String).gather(best["attribute"]),
        extractor.calibration.confidence(best["probability"]).alias("confidence"),
    ).select(pl.col(name).cast(dtype) for name, dtype in READ.items()).sort("product", "attribute")  # fmt: skip


def chosen(told: pl.DataFrame) -> pl.DataFrame:
    """Of each product and attribute the candidate with the highest probability; of equals the first in the texts."""
    order = ["product", "attribute", pl.col("probability").neg(), "part", "start", "end"]
    return told.sort(order).unique(["product", "attribute"], keep="first", maintain_order=True)
