"""How alike two offers are, in numbers that a matcher learns from.

Belongs here: similarities of a pair, and how a pair stands among the other candidates of its two offers. Does not
belong here: which pairs there are (`blocking.py`) and what follows from the numbers (`matcher.py`).

Text similarities are rapidfuzz's, on whole columns at once. No label is looked at: a pair's rank among candidates is
known for every pair, labelled or not.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from catalog_assets.matched.tokens import Tokens

STEP = 400_000
"""Pairs whose texts are in memory at once."""
LONGEST = 400
"""Characters of a description that are compared."""
WORKERS = 2

Scorer = Callable[..., float]
Texts = dict[str, list[str]]
"""Name of a text -> that text of each offer."""


def features(tokens: Tokens, pairs: pl.DataFrame, beside: pl.DataFrame | None = None) -> pl.DataFrame:
    """left, right and one Float32 column for each of FEATURES. pairs: left, right (offers of `tokens`), sorted.

    beside: pairs that were compared before and still hold (left, right, RANKED): the new ones stand among them.
    """
    offers, place = _compared(tokens, pairs)
    weights = tokens.of_offers.select("token", "idf").unique("token", keep="any")
    texts = {name: offers[name].to_list() for name in TEXTS}
    parts = []
    for start in range(0, max(pairs.height, 1), STEP):
        step = pairs[start : start + STEP]
        rows = [place.gather(step[side]) for side in ("left", "right")]
        parts.append(_of_pairs(step, offers, rows, texts, weights))
    alone = pl.concat(parts).with_columns(_overall())
    known = alone.clear() if beside is None else beside.select("left", "right", *RANKED)
    among = pl.concat([alone.with_columns(pl.lit(True).alias("new")), known], how="diagonal_relaxed")
    sources = [tokens.offers["source"].gather(among[side]).alias(f"{side}_source") for side in ("left", "right")]
    ranked = _standing(among.with_columns(sources)).filter(pl.col("new"))
    return ranked.select("left", "right", *(pl.col(name).cast(pl.Float32) for name in FEATURES))


def _compared(tokens: Tokens, pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The offers of the pairs, with texts and tokens, and of each offer its row there."""
    chosen = pl.concat([pairs["left"], pairs["right"]]).unique().sort()
    place = pl.Series(chosen).to_frame("offer").with_row_index("row")
    every = tokens.offers.select("offer").join(place, on="offer", how="left", maintain_order="left")["row"]
    sets = (
        tokens.of_offers.join(place, on="offer", how="semi", maintain_order="left")
        .group_by("offer", maintain_order=True)
        .agg("token", pl.col("idf").sum().alias("total"), pl.col("idf").pow(2).sum().sqrt().alias("norm"))
    )
    mine = tokens.offers[chosen] if chosen.len() < tokens.offers.height else tokens.offers
    return _readable(mine).join(sets, on="offer", how="left", maintain_order="left"), every


def _readable(offers: pl.DataFrame) -> pl.DataFrame:
    """The texts that are compared, each once an offer and not once a pair."""
    name = pl.col("name").fill_null("").str.head(LONGEST).str.to_lowercase()
    strong = pl.col("codes").list.eval(pl.element().filter(_is_strong(pl.element())))
    described = pl.concat_str(
        pl.col("name").str.head(LONGEST), pl.col("description").str.head(LONGEST), separator=" ", ignore_nulls=True
    )
    return offers.select(
        "offer",
        name.alias("name"),
        name.str.replace_all(r"[^\p{L}\p{N}]", "").alias("run"),
        described.fill_null("").str.to_lowercase().alias("described"),
        pl.coalesce(pl.col("brand").str.to_lowercase(), pl.col("words").list.first()).fill_null("").alias("brand"),
        pl.col("mpn")
        .fill_null("")
        .str.head(LONGEST)
        .str.to_lowercase()
        .str.replace_all(r"[^\p{L}\p{N}]", "")
        .alias("mpn"),
        strong.alias("codes"),
        _longest(strong).alias("code"),
        pl.col("words").list.eval(pl.element().filter(pl.element().str.contains(r"^\d+$"))).alias("numbers"),
        pl.col("words").list.len().alias("length"),
        "price",
    )


def _is_strong(code: pl.Expr) -> pl.Expr:
    """Part numbers that rarely stand for anything else: four characters with a letter, or five digits."""
    size = code.str.len_chars()
    return (code.str.contains(r"\p{L}") & (size >= 4)) | (size >= 5)


def _longest(codes: pl.Expr) -> pl.Expr:
    sizes = codes.list.eval(pl.element().str.len_chars())
    return codes.list.get(sizes.list.arg_max(), null_on_oob=True).fill_null("")


def _of_pairs(
    pairs: pl.DataFrame, offers: pl.DataFrame, rows: list[pl.Series], texts: Texts, weights: pl.DataFrame
) -> pl.DataFrame:
    """rows: of each pair the row of its left and of its right offer in `offers` and in `texts`."""
    numbers = offers.drop(TEXTS)
    left, right = (numbers[of] for of in rows)
    both = pl.concat([left.rename(lambda n: f"{n}_l"), right.rename(lambda n: f"{n}_r")], how="horizontal")
    shared = _shared(both, weights)
    return pl.concat(
        [pairs.select("left", "right"), shared, _alike(texts, rows), both.select(_codes_and_numbers())],
        how="horizontal",
    )


def _shared(both: pl.DataFrame, weights: pl.DataFrame) -> pl.DataFrame:
    """cosine, common, rarest, and the share of each side's weight that is common."""
    common = both.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        pl.col("token_l").list.set_intersection("token_r").alias("token"),
    )
    idf = pl.col("idf")
    summed = (
        common.explode("token").drop_nulls("token").join(weights, on="token").group_by("row")
        .agg(pl.len().alias("common"), idf.sum().alias("sum"), idf.max().alias("rarest"),
             idf.pow(2).sum().alias("product"))
    )  # fmt: skip
    told = common.select("row").join(summed, on="row", how="left", maintain_order="left").fill_null(0)
    sides = both.select("norm_l", "norm_r", "total_l", "total_r")
    return told.hstack(sides).select(
        (pl.col("product") / (pl.col("norm_l") * pl.col("norm_r"))).alias("cosine"),
        "common",
        "rarest",
        (pl.col("sum") / pl.col("total_l")).alias("covered_l"),
        (pl.col("sum") / pl.col("total_r")).alias("covered_r"),
    )


def _alike(texts: Texts, rows: list[pl.Series]) -> pl.DataFrame:
    """One column for each of COMPARED. An offer's texts are taken out once and shared by all its pairs."""
    places = {"l": rows[0].to_list(), "r": rows[1].to_list()}
    told = {name: _scored(texts, places, one, other, scorer) for name, (one, other, scorer) in COMPARED.items()}
    stated = [pl.Series([bool(texts["mpn"][row]) for row in side], dtype=pl.Boolean) for side in places.values()]
    return pl.DataFrame(told).with_columns(pl.when(stated[0] & stated[1]).then("mpn_alike").alias("mpn_alike"))


def _scored(texts: Texts, places: dict[str, list[int]], one: str, other: str, scorer: Scorer) -> Any:
    sides = [[texts[name[:-2]][row] for row in places[name[-1]]] for name in (one, other)]
    return process.cpdist(*sides, scorer=scorer, workers=WORKERS, dtype=np.float32)


COMPARED: dict[str, tuple[str, str, Scorer]] = {
    "name_set": ("name_l", "name_r", fuzz.token_set_ratio),
    "name_sort": ("name_l", "name_r", fuzz.token_sort_ratio),
    "name_part": ("name_l", "name_r", fuzz.partial_ratio),
    "name_ratio": ("name_l", "name_r", fuzz.ratio),
    "name_begin": ("name_l", "name_r", JaroWinkler.normalized_similarity),
    "code_alike": ("code_l", "code_r", JaroWinkler.normalized_similarity),
    "code_part": ("code_l", "code_r", fuzz.partial_ratio),
    "code_l_in_r": ("code_l", "run_r", fuzz.partial_ratio),
    "code_r_in_l": ("code_r", "run_l", fuzz.partial_ratio),
    "described_set": ("described_l", "described_r", fuzz.token_set_ratio),
    "name_l_in_r": ("name_l", "described_r", fuzz.token_set_ratio),
    "name_r_in_l": ("name_r", "described_l", fuzz.token_set_ratio),
    "brand_alike": ("brand_l", "brand_r", JaroWinkler.normalized_similarity),
    "mpn_alike": ("mpn_l", "mpn_r", JaroWinkler.normalized_similarity),
}
"""Feature -> the two texts (of the left or right offer) and how they are compared."""
TEXTS = ("name", "run", "described", "brand", "mpn", "code")


def _codes_and_numbers() -> list[pl.Expr]:
    codes_l, codes_r, numbers_l, numbers_r = (pl.col(n) for n in ("codes_l", "codes_r", "numbers_l", "numbers_r"))
    priced = (pl.col("price_l") > 0) & (pl.col("price_r") > 0)
    ratio = pl.when(priced).then((pl.col("price_l") / pl.col("price_r")).log())
    return [
        codes_l.list.set_intersection(codes_r).list.len().alias("codes_common"),
        codes_l.list.len().alias("codes_l"),
        codes_r.list.len().alias("codes_r"),
        numbers_l.list.set_intersection(numbers_r).list.len().alias("numbers_common"),
        numbers_l.list.set_difference(numbers_r).list.len().alias("numbers_only_l"),
        numbers_r.list.set_difference(numbers_l).list.len().alias("numbers_only_r"),
        (pl.col("length_l") / pl.col("length_r")).alias("length_ratio"),
        ratio.alias("price_ratio"),
        ratio.abs().alias("price_distance"),
    ]


def _overall() -> pl.Expr:
    codes = pl.col("code_l_in_r") + pl.col("code_r_in_l")
    return (pl.col("cosine") + (codes + pl.col("name_set")) / 200).cast(pl.Float32).alias("overall")


def _standing(told: pl.DataFrame) -> pl.DataFrame:
    """How a pair stands among the candidates that its left offer has in the right one's source, and the other way
    round: rank, and the lead over the best other (negative behind the best)."""
    sides = (("left", ["left", "right_source"]), ("right", ["right", "left_source"]))
    for side, group in sides:
        told = told.with_columns(
            pl.col(name).rank("min", descending=True).over(group).alias(f"{name}_rank_{side}") for name in RANKED
        )
        best = told.group_by(group).agg(
            *(pl.col(name).max().alias(f"{name}_first") for name in RANKED),
            *(_second(name).alias(f"{name}_second") for name in RANKED),
        )
        told = told.join(best, on=group, how="left", maintain_order="left").with_columns(
            _lead(name).alias(f"{name}_lead_{side}") for name in RANKED
        )
        told = told.drop(cs.ends_with("_first", "_second"))
    return told


def _lead(name: str) -> pl.Expr:
    first, second, mine = pl.col(f"{name}_first"), pl.col(f"{name}_second"), pl.col(name)
    return pl.when(mine < first).then(mine - first).otherwise(mine - second)


def _second(name: str) -> pl.Expr:
    return pl.when(pl.len() > 1).then(pl.col(name).top_k(2).min())


RANKED: Sequence[str] = ("overall", "cosine", "code_l_in_r", "code_r_in_l")

FEATURES: tuple[str, ...] = (
    "cosine", "common", "rarest", "covered_l", "covered_r", *COMPARED,
    "codes_common", "codes_l", "codes_r", "numbers_common", "numbers_only_l", "numbers_only_r", "length_ratio",
    "price_ratio", "price_distance", "overall",
    *(f"{name}_{what}_{side}" for name in RANKED for what in ("rank", "lead") for side in ("left", "right")),
)  # fmt: skip
"""Names and order of the columns a matcher is trained on."""
