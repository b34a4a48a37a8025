"""The true catalogue: real products, their identifiers, attributes and prices.

Belongs here: what is so. Does not belong here: what any supplier says of it (`offers.py`).

Three consecutive products are a family: same brand, model and properties, but for the one attribute in which the
category's families vary. They are the near misses that matching must not join.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from catalog_assets.simulator import words
from catalog_assets.simulator.draws import Draws, Ids, permuted
from catalog_assets.simulator.plan import Plan

FAMILY = 3
GTIN_SHARE = 0.97
NO_OPTION = -1

ATTRIBUTES = words.attributes()
OPTIONS: dict[str, tuple[str, ...]] = {name: words.options(name) for name in ATTRIBUTES}

# Brands as one list, and where each category's brands begin.
BRANDS: tuple[str, ...] = tuple(itertools.chain.from_iterable(words.BRANDS.values()))
_BRAND_START = dict(
    zip(words.BRANDS, itertools.accumulate((0, *(len(b) for b in words.BRANDS.values()))), strict=False)
)
_DOMAINS = [category.domain for category in words.CATEGORIES]
_MODEL_KINDS = {"tech": "tech", "bicycles": "tech", "films": "films"}
MODELS: tuple[str, ...] = tuple(itertools.chain.from_iterable(words.MODELS.values()))
_MODEL_START = {kind: i * words.WORDS_PER_MODEL for i, kind in enumerate(words.MODELS)}

# GS1 prefixes of several countries; those that begin with 0 make GTIN-13 that are UPC-12 in America.
_PREFIXES = np.array([400, 401, 426, 500, 730, 760, 871, 690, 7, 36, 71, 88], dtype=np.int64)


@dataclass(frozen=True)
class World:
    """The true catalogue, one row a product in order of true_id (from 1).

    Columns: true_id, born (index of the first day), category, brand, word (codes), number, variant, gtin (as a number,
    null where the product has none), cents (EUR), weight (g or null), and one code column an attribute (null where
    the product does not have it).
    """

    frame: pl.DataFrame

    def at(self, true_ids: Ids) -> pl.DataFrame:
        """The rows of these products, in this order."""
        return self.frame.select(pl.all().gather(pl.Series(true_ids - 1)))


def pick(texts: Sequence[str], codes: pl.Series | npt.NDArray[np.int64]) -> pl.Series:
    """The text with each code; null where the code is null."""
    series = codes if isinstance(codes, pl.Series) else pl.Series(codes)
    return pl.Series(texts, dtype=pl.String).gather(series.cast(pl.UInt32))


def build(plan: Plan) -> World:
    """The catalogue of a plan: `plan.products` on the first day and `plan.dirt.new` of that more on each other day."""
    daily = round(plan.products * plan.dirt.new)
    ids = np.arange(1, plan.products + daily * (plan.days - 1) + 1, dtype=np.int64)
    born = np.maximum(0, -(-(ids - plan.products) // max(daily, 1)))
    family, variant = (ids - 1) // FAMILY, (ids - 1) % FAMILY
    category = _categories(plan, family)
    word, number = _models(plan, family)
    columns: dict[str, pl.Series] = {
        "true_id": pl.Series(ids),
        "born": pl.Series(born, dtype=pl.Int16),
        "category": pl.Series(category, dtype=pl.Int16),
        "brand": pl.Series(_brands(plan, family, category), dtype=pl.Int16),
        "word": pl.Series(word + np.array([_MODEL_START[_model_kind(d)] for d in _DOMAINS])[category], dtype=pl.Int16),
        "number": pl.Series(number, dtype=pl.Int32),
        "variant": pl.Series(variant, dtype=pl.Int8),
        "gtin": _gtins(plan, ids),
        "cents": pl.Series(_cents(plan, family, variant, category)),
        "weight": _weights(plan, family, category),
    }
    for attribute in ATTRIBUTES:
        columns[attribute] = _options(plan, attribute, family, variant, category)
    return World(pl.DataFrame(columns))


def _model_kind(domain: str) -> str:
    return _MODEL_KINDS.get(domain, "soft")


def _categories(plan: Plan, family: Ids) -> Ids:
    shares = np.cumsum([c.share for c in words.CATEGORIES])
    drawn = Draws(plan.seed, "category").uniform(family) * shares[-1]
    return np.asarray(np.searchsorted(shares, drawn, side="right"), dtype=np.int64)


def _brands(plan: Plan, family: Ids, category: Ids) -> Ids:
    counts = np.array([len(words.BRANDS[domain]) for domain in _DOMAINS])
    starts = np.array([_BRAND_START[domain] for domain in _DOMAINS])
    drawn = Draws(plan.seed, "brand").integers(family, 0, 1 << 30)
    return np.asarray(starts[category] + drawn % counts[category])


def _models(plan: Plan, family: Ids) -> tuple[Ids, Ids]:
    """A model word and a number for each family, no two families the same pair.

    The numbers depend on the first day's products only, so that more days do not rename products.
    """
    numbers = max(90, math.ceil(2 * plan.products / FAMILY / words.WORDS_PER_MODEL))
    while numbers * words.WORDS_PER_MODEL <= int(family[-1]):
        numbers *= 2
    scrambled = permuted(family, numbers * words.WORDS_PER_MODEL, plan.seed, "model")
    return scrambled % words.WORDS_PER_MODEL, 100 + scrambled // words.WORDS_PER_MODEL


def _gtins(plan: Plan, ids: Ids) -> pl.Series:
    prefix = _PREFIXES[Draws(plan.seed, "prefix").integers(ids, 0, len(_PREFIXES))]
    body = prefix * 10**9 + permuted(ids, 10**9, plan.seed, "gtin")
    gtin = body * 10 + check_digits(body)
    has = Draws(plan.seed, "has gtin").below(ids, GTIN_SHARE)
    return pl.select(pl.when(pl.Series(has)).then(pl.Series(gtin))).to_series()


def check_digits(bodies: Ids) -> Ids:
    """The GS1 check digit of numbers without it: from the right, digits count three, one, three, ..."""
    total, rest = np.zeros_like(bodies), bodies
    for place in range(17):
        total += rest % 10 * (3 if place % 2 == 0 else 1)
        rest = rest // 10
    return (10 - total % 10) % 10


def _cents(plan: Plan, family: Ids, variant: Ids, category: Ids) -> Ids:
    """Log-normal in each category; a family's members differ in price only where they differ in what they hold."""
    median = np.array([c.median for c in words.CATEGORIES])[category]
    sigma = np.array([c.sigma for c in words.CATEGORIES])[category]
    dearer = np.array([c.varies in ("storage", "screen_size", "volume", "pack_count") for c in words.CATEGORIES])
    price = median * np.exp(sigma * Draws(plan.seed, "price").normal(family)) * (1 + 0.12 * variant * dearer[category])
    return np.asarray(np.clip(np.rint(price * 100), 199, 9_999_900), dtype=np.int64)


def _weights(plan: Plan, family: Ids, category: Ids) -> pl.Series:
    """Grams, log-uniform in the category's range: whole fives, from 1 kg on whole tens."""
    low = np.array([c.weight[0] if c.weight else 1 for c in words.CATEGORIES], dtype=np.float64)[category]
    high = np.array([c.weight[1] if c.weight else 1 for c in words.CATEGORIES], dtype=np.float64)[category]
    grams = low * (high / low) ** Draws(plan.seed, "weight").uniform(family)
    step = np.where(grams < 1000, 5, 10)
    rounded = (np.rint(grams / step) * step).astype(np.int64)
    has = np.array([c.weight is not None for c in words.CATEGORIES])[category]
    return pl.select(pl.when(pl.Series(has)).then(pl.Series(rounded))).to_series().cast(pl.Int32)


def _options(plan: Plan, attribute: str, family: Ids, variant: Ids, category: Ids) -> pl.Series:
    own = [c.options.get(attribute, ()) for c in words.CATEGORIES]
    codes = np.full((len(own), max(map(len, own))), NO_OPTION, dtype=np.int64)
    for row, values in enumerate(own):
        codes[row, : len(values)] = [OPTIONS[attribute].index(value) for value in values]
    counts = np.array([max(len(values), 1) for values in own])
    varies = np.array([c.varies == attribute for c in words.CATEGORIES])
    index = Draws(plan.seed, "option", attribute).integers(family, 0, 1 << 30) + variant * varies[category]
    found = pl.Series(codes[category, index % counts[category]], dtype=pl.Int16)
    return pl.select(pl.when(found != NO_OPTION).then(found)).to_series()


# -- words of products ------------------------------------------------------------------------------------------------


def model_names(rows: pl.DataFrame) -> pl.Series:
    """Model: word and number."""
    return pick(MODELS, rows["word"]) + " " + rows["number"].cast(pl.String)


def part_numbers(rows: pl.DataFrame) -> pl.Series:
    """Manufacturer part number in normal form; unique within a brand."""
    initials = [_ascii(brand)[:2].upper() for brand in BRANDS]
    place = (rows["word"].cast(pl.Int32) % words.WORDS_PER_MODEL + 10).cast(pl.String)
    letter = pick(("A", "B", "C"), rows["variant"])
    return pick(initials, rows["brand"]) + "-" + place + rows["number"].cast(pl.String) + "-" + letter


def gtin14(gtins: pl.Series) -> pl.Series:
    """GTIN as 14 digits."""
    return gtins.cast(pl.String).str.zfill(14)


def option_words(
    rows: pl.DataFrame, attribute: str, spell: Callable[[str, str], str], shown: bool = False
) -> pl.Series:
    """An attribute's value in the words of `spell(attribute, value)`; `shown`: null where it is not part of names."""
    texts = [spell(attribute, value) for value in OPTIONS[attribute]]
    found = pick(texts, rows[attribute])
    if not shown:
        return found
    named = pl.Series([attribute in c.shown for c in words.CATEGORIES]).gather(rows["category"].cast(pl.UInt32))
    single = pl.Series([attribute == "pack_count" and value == "1" for value in OPTIONS[attribute]])
    bare = single.gather(rows[attribute].cast(pl.UInt32)).fill_null(False)
    return pl.select(pl.when(named & ~bare).then(found)).to_series()


def name_words(rows: pl.DataFrame, style: str) -> list[pl.Series]:
    """The attributes that stand in names, in the order of `ATTRIBUTES`; null where a product's name has none."""
    return [
        option_words(rows, attribute, lambda a, v: words.spelled(a, v, style), shown=True).alias(attribute)
        for attribute in ATTRIBUTES
    ]


def joined(parts: Sequence[pl.Series], separator: str) -> pl.Series:
    """The parts that are there, joined."""
    named = [part.alias(str(index)) for index, part in enumerate(parts)]
    return pl.select(pl.concat_str(named, separator=separator, ignore_nulls=True)).to_series()


def slugs(texts: Sequence[str]) -> list[str]:
    """Texts as they stand in URLs."""
    return ["-".join("".join(c if c.isalnum() else " " for c in _ascii(text).lower()).split()) for text in texts]


_TRANSLITERATED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ö": "Oe", "é": "e", "É": "E", "ó": "o", "ê": "e"}
)


def _ascii(text: str) -> str:
    return text.translate(_TRANSLITERATED)


# -- truth ------------------------------------------------------------------------------------------------------------


def products_truth(plan: Plan, world: World) -> pl.DataFrame:
    """truth/products: true_id, name, brand, model, mpn, gtin, category, category_path, description, first_day.

    gtin has 14 digits and is null where the product has none; category_path names the levels, joined by ' > '.
    """
    rows = world.frame
    brand, model = pick(BRANDS, rows["brand"]), model_names(rows)
    noun = pick([c.noun for c in words.CATEGORIES], rows["category"])
    stated = [f"{words.LABELS_EN[a]}: " + option_words(rows, a, _cell) + "." for a in ATTRIBUTES]
    days = pl.date_range(plan.start, plan.day(plan.days - 1), eager=True)
    return pl.DataFrame(
        {
            "true_id": rows["true_id"],
            "name": joined([brand, model, noun, *name_words(rows, "name_en")], " "),
            "brand": brand,
            "model": model,
            "mpn": part_numbers(rows),
            "gtin": gtin14(rows["gtin"]),
            "category": pick([c.name for c in words.CATEGORIES], rows["category"]),
            "category_path": pick([" > ".join((*c.path, c.name)) for c in words.CATEGORIES], rows["category"]),
            "description": joined(["The " + brand + " " + model + ": " + noun + ".", *stated], " "),
            "first_day": days.gather(rows["born"]),
        }
    )


def _cell(attribute: str, value: str) -> str:
    return words.spelled(attribute, value, "cell_en")


def attributes_truth(world: World) -> pl.DataFrame:
    """truth/attributes: true_id, attribute, value, unit; by true_id and attribute, in the vocabulary's terms."""
    rows = world.frame
    parts = []
    for attribute in sorted((*ATTRIBUTES, "weight")):
        codes = rows.select("true_id", pl.col(attribute).alias("code")).drop_nulls()
        weight = attribute == "weight"
        value = codes["code"].cast(pl.String) if weight else pick(OPTIONS[attribute], codes["code"])
        unit = "g" if weight else words.SPELLINGS[attribute].unit
        parts.append(
            codes.select(
                "true_id",
                pl.lit(attribute).alias("attribute"),
                value.alias("value"),
                pl.lit(unit, dtype=pl.String).alias("unit"),
            )
        )
    return pl.concat(parts).sort("true_id", maintain_order=True)
