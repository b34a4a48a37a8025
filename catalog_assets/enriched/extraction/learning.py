"""How an extractor learns from labelled products.

Belongs here: labels of tokens, cross-fitting, calibration, the release. Does not belong here: the parts that learn
(`chain.py`, `judge.py`), and which products are for learning and which for testing (the caller's).

The judge and the calibration must see the chain as it is on texts it has not learned from. So the products are dealt
into FOLDS; a chain and counts from the others propose candidates for each, the judge learns from all of these, and the
calibration from judges that had not seen the product (Wolpert, "Stacked generalization", 1992).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog_assets.enriched.extraction.chain import Problem, Weights, fit, labels_of
from catalog_assets.enriched.extraction.counts import count
from catalog_assets.enriched.extraction.extract import chosen
from catalog_assets.enriched.extraction.judge import probability, train
from catalog_assets.enriched.extraction.marks import Buckets, buckets, clusters
from catalog_assets.enriched.extraction.model import Extractor, names_of
from catalog_assets.enriched.extraction.scores import CASE
from catalog_assets.enriched.extraction.spans import FEATURES, Attributes, candidates, features, found, tokens_of
from catalog_assets.enriched.extraction.tokens import Ints, Tokens, mix, places, tokens
from catalog_assets.releases import TooLittleToLearn

if TYPE_CHECKING:
    from catalog_assets.certainty.calibration import Calibration

ASKED = pl.Schema({"product": pl.UInt32(), "attribute": pl.String()})
"""A case that somebody was asked about: whether it has a value, and which, is known."""
FOLDS = 5
FEWEST = 5
"""Products of a category that are needed to learn it."""


@dataclass(frozen=True)
class Labelled:
    """Products to learn from. texts: PARTS; values: VALUES, what is right of these products, each attribute of the
    category that is not named being absent. partly: ASKED; of the products that stand there only these cases are known,
    and those that have values.

    Where nothing is known the chain takes the silence for absence, or it would have none to learn from; but what it
    finds there all the same is neither right nor wrong to the judge and to the calibration, or each reader would learn
    to be silent where the one before it was. (Jie, Xie, Lu, Ding and Li, "Better Modeling of Incomplete Annotations for
    Named Entity Recognition", NAACL 2019, on why missing labels may not count as none.)
    """

    texts: pl.DataFrame
    values: pl.DataFrame
    partly: pl.DataFrame = field(default_factory=ASKED.to_frame)


@dataclass(frozen=True)
class _Material:
    """What all folds share. marks: buckets of each token; right: label of each token; fold: of each token."""

    read: Tokens
    marks: Buckets
    right: Ints
    fold: Ints
    attributes: Attributes
    names: list[str]


@dataclass(frozen=True)
class Studied:
    """An extractor, and how sure it was of the products it learned from before it had seen them. cases: product,
    attribute, confidence, is_right (null where nothing is known): one row for each best candidate."""

    extractor: Extractor
    cases: pl.DataFrame


def learn(labelled: Labelled, seed: int) -> Extractor:
    """An extractor for the categories that have values and at least FEWEST products. The same products and the same
    seed give the same release. Raises TooLittleToLearn."""
    return study(labelled, seed).extractor


def study(labelled: Labelled, seed: int) -> Studied:
    """As `learn`, with the cases that its calibration and threshold were made from. Raises TooLittleToLearn."""
    attributes = _attributes(labelled)
    read = tokens(labelled.texts.filter(pl.col("category").is_in(list(attributes))))
    names, centres = names_of(attributes), clusters(read.forms, seed)
    fold = (mix(seed, read.frame["product"].to_numpy()) % np.uint64(FOLDS)).astype(np.int64)
    right = labels(read, labelled.values, names)
    material = _Material(read, buckets(read, centres), right, fold, attributes, names)
    told = pl.concat([_unseen(material, number) for number in range(FOLDS)])
    told = told.with_columns(right_of(told, labelled.values, names))
    everything = np.ones(len(fold), dtype=bool)
    named = told.select("product", pl.Series("attribute", names, dtype=pl.String).gather(told["attribute"]))
    told = told.with_columns(pl.when(~is_unknown(named, labelled)).then("is_right").alias("is_right"))
    sure = told.drop_nulls("is_right")
    trees = train(sure, sure["is_right"], seed)
    calibration, cases = _judged(told, seed)
    cases = cases.with_columns(pl.Series("attribute", names, dtype=pl.String).gather(cases["attribute"]))
    threshold, unseen = best_threshold(cases, labelled.values.select("product", "attribute").unique().height)
    facts = {**unseen, "products": read.frame["product"].n_unique(), "values": labelled.values.height, "seed": seed}
    weights, known = _chain(material, everything), count(read, right, everything)
    return Studied(Extractor(attributes, weights, known, trees, centres, calibration, threshold, facts), cases)


def _attributes(labelled: Labelled) -> Attributes:
    products = labelled.texts.select("product", "category").unique()
    enough = products.group_by("category").len().filter(pl.col("len") >= FEWEST)["category"]
    named = labelled.values.join(products, on="product").filter(pl.col("category").is_in(enough.implode()))
    found_in = named.group_by("category").agg(pl.col("attribute").unique().sort()).sort("category")
    told = {category: tuple(names) for category, names in found_in.iter_rows()}
    held = products.filter(pl.col("category").is_in(list(told))).height
    if held < 2 * FOLDS:
        raise TooLittleToLearn(f"{held} labelled products with values are too few; at least {2 * FOLDS} are needed.")
    return told


def is_unknown(cases: pl.DataFrame, labelled: Labelled) -> pl.Series:
    """Of each case whether it belongs to a product that is known in part only, and nothing is known of it. cases:
    product, attribute."""
    named = pl.concat([labelled.partly, labelled.values.select(CASE)]).unique().with_columns(is_known=True)
    told = cases.select(CASE).join(named, on=CASE, how="left", maintain_order="left")
    return told["is_known"].is_null() & told["product"].is_in(labelled.partly["product"].unique().implode())


def labels(read: Tokens, values: pl.DataFrame, names: list[str]) -> Ints:
    """The label of each token. Where values overlap the longer one stands, of equals the first attribute's."""
    stand = places(read, values.filter(pl.col("attribute").is_in(names)))
    number = pl.Series(names, dtype=pl.String)
    stand = stand.sort([pl.col("tokens").neg(), "attribute", "at"])
    right = np.zeros(len(read.sequence), dtype=np.int64)
    attribute = number.to_frame("attribute").with_row_index("number")
    numbers = stand.join(attribute, on="attribute", how="left", maintain_order="left")["number"].to_list()
    for at, size, which in zip(stand["at"].to_list(), stand["tokens"].to_list(), numbers, strict=True):
        if not right[at : at + size].any():
            right[at : at + size] = 2 + 2 * which
            right[at] = 1 + 2 * which
    return right


def _chain(material: _Material, among: NDArray[np.bool_]) -> Weights:
    """A chain that learned from these tokens (whole products)."""
    read = material.read
    known = np.unique(material.marks[among]).astype(np.uint32)
    category, begins = read.frame["category"].gather(read.first), among[read.first]
    problems = []
    for name, attributes in sorted(material.attributes.items()):
        texts = np.flatnonzero((category == name).to_numpy() & begins)
        own = labels_of(np.array([material.names.index(each) for each in attributes], dtype=np.int64))
        mine = tokens_of(read, texts)
        place = np.zeros(1 + 2 * len(material.names), dtype=np.int64)
        place[own] = np.arange(len(own))
        rows = np.searchsorted(known, material.marks[mine]).astype(np.int32)
        problems.append(Problem(name, rows, place[material.right[mine]], read.length[texts], own))
    return fit(problems, known, 1 + 2 * len(material.names))


def _unseen(material: _Material, number: int) -> pl.DataFrame:
    """Candidates and FEATURES of a fold, by a chain and counts that have not seen it, and `fold`."""
    read, among = material.read, material.fold != number
    weights = _chain(material, among)
    there = _only(read, ~among)
    rows = weights.rows(material.marks[~among])
    told = candidates(there, found(there, weights, rows, material.attributes, material.names))
    numbers = features(there, told, count(read, material.right, among))
    told = told.select("product", "attribute", "value", "part", "start", "end")
    return pl.concat([told, numbers], how="horizontal").with_columns(pl.lit(number).alias("fold"))


def _only(read: Tokens, among: NDArray[np.bool_]) -> Tokens:
    """The tokens of whole texts, as if these were all."""
    length = read.length[among[read.first]]
    sequence = np.repeat(np.arange(len(length)), length)
    return Tokens(read.frame.filter(pl.Series(among)), read.forms, np.cumsum(length) - length, length, sequence)


def right_of(told: pl.DataFrame, values: pl.DataFrame, names: list[str]) -> pl.Series:
    """Of each candidate whether its string is one of the right ones (Boolean)."""
    numbers = pl.DataFrame({"attribute": names, "number": range(len(names))}, schema_overrides={"number": pl.Int64})
    right = values.join(numbers, on="attribute").select(
        "product", pl.col("number").alias("attribute"), pl.col("value").str.strip_chars(),
        pl.lit(True).alias("is_right"),
    )  # fmt: skip
    both = told.join(right.unique(), on=["product", "attribute", "value"], how="left", maintain_order="left")
    return both["is_right"].fill_null(False)


def _judged(told: pl.DataFrame, seed: int) -> tuple["Calibration", pl.DataFrame]:
    """The calibration from judges that had not seen the product, and the cases: product, attribute (its number),
    confidence, is_right. told: candidates and FEATURES, fold, is_right (null where nothing is known)."""
    from catalog_assets.certainty.calibration import fit as calibrate  # late: it needs SciPy

    parts = []
    for number in range(FOLDS):
        mine, others = told.filter(pl.col("fold") == number), told.filter(pl.col("fold") != number)
        sure = others.drop_nulls("is_right")
        said = probability(mine.select(FEATURES), train(sure, sure["is_right"], seed))
        parts.append(chosen(mine.with_columns(said)))
    best = pl.concat(parts).sort("product", "attribute")
    sure = best.drop_nulls("is_right")
    calibration = calibrate(sure["probability"], sure["is_right"])
    confidence = calibration.confidence(best["probability"]).alias("confidence")
    return calibration, best.select("product", "attribute", confidence, "is_right")


def best_threshold(cases: pl.DataFrame, wanted: int) -> tuple[float, dict[str, float]]:
    """The confidence with the best F1, where `wanted` values are known to be found (not all of them are proposed), and
    precision, recall and F1 there in percent. cases: confidence, is_right; a case of which nothing is known (null)
    counts for what is expected of it: as much of a value that is to be found, and is right, as its confidence says."""
    right = pl.col("is_right").cast(pl.Float64).fill_null(pl.col("confidence"))
    there = wanted + float(cases.filter(pl.col("is_right").is_null())["confidence"].sum())
    ranked = (
        cases.sort("confidence", descending=True)
        .with_columns(right.cum_sum().alias("hits"), pl.int_range(1, pl.len() + 1).alias("taken"))
        .group_by("confidence", maintain_order=True).last()
        .with_columns((2 * pl.col("hits") / (pl.col("taken") + there)).alias("f1"))
    )  # fmt: skip
    best = ranked.row(int(ranked["f1"].arg_max() or 0), named=True)
    figures = {"precision": best["hits"] / best["taken"], "recall": best["hits"] / there, "f1": best["f1"]}
    return float(best["confidence"]), {f"unseen_{name}": round(100 * value, 2) for name, value in figures.items()}
