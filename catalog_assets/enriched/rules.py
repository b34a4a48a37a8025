"""The embedded enricher: rules over names and descriptions, no network, no cost.

Belongs here: one pass over the texts, choosing among what was found, and how sure that is. Does not belong here: what a
place in a text means (`quantities.py`, `choices.py`), categories (`category.py`), descriptions (`description.py`), and
numbers (`priors.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.enriched import choices, quantities, words
from catalog_assets.enriched.category import categories
from catalog_assets.enriched.content import attribute_question, category_question
from catalog_assets.enriched.description import DESCRIPTION_MIN, descriptions
from catalog_assets.enriched.patterns import alternatives
from catalog_assets.enriched.priors import PRIORS
from catalog_assets.enriched.protocol import ANSWERS, QUESTION_SCHEMA, Answers
from catalog_assets.sameness import HIGH, LOW, bounded, same
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.attributes import ATTRIBUTES, CELL_ONLY, FLAG_VALUES
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.units import SPELLINGS
from catalog_assets.vocabulary.version import fingerprint as words_fingerprint

CHUNK = 200_000
READ = 2_000
"""Characters of a text that are read; a longer one is cut at a space before that."""
DOUBTED_CATEGORY = 0.60
"""A category below this does not decide what an ambiguous quantity is."""
RIVAL = 0.10
"""A candidate is a rival of the best one in the same text if its prior is at most this much lower."""


@dataclass(frozen=True)
class Finder:
    """A way to find places in a text: `find` gives List(String) of a text, `read` what distinct ones mean."""

    field: str
    name: str
    find: Callable[[pl.Expr], pl.Expr]
    read: Callable[[pl.Series], pl.DataFrame]

    @property
    def column(self) -> str:
        """Name of the column of its hits."""
        return f"{self.field}_{self.name}"


def _all(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: text.str.extract_all(pattern)


FINDERS: tuple[Finder, ...] = (
    Finder("name", "quantity", _all(quantities.FIND_QUANTITY), quantities.read_quantities),
    Finder("name", "pack", _all(quantities.FIND_PACK), quantities.read_packs),
    Finder("name", "labelled", _all(choices.FIND_LABELLED), choices.read_labelled),
    Finder("name", "segment", choices.segments, choices.read_segments),
    Finder("name", "word", _all(choices.FIND_WORD), choices.read_words),
    Finder("description", "quantity", _all(quantities.FIND_QUANTITY), quantities.read_quantities),
    Finder("description", "pack", _all(quantities.FIND_PACK), quantities.read_packs),
    Finder("description", "labelled", _all(choices.FIND_LABELLED), choices.read_labelled),
)
"""Words in running text are looked for in names only: a description also speaks of other things."""


def _under(path: str, levels: tuple[str, ...]) -> bool:
    return any(path == level or path.startswith(f"{level} > ") for level in levels)


def _others(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in CATEGORIES if not any(_under(path, levels) for levels in groups))


BEFORE_FOR = rf"(?i)^(.*?)[ ,](?:{alternatives(words.FOR)})[ ]"
WORD_KINDS = ("word", "segment")
SCOPES: Mapping[str, tuple[str, ...]] = {
    "screens": words.SCREENS,
    "memories": words.MEMORIES,
    "cables": words.CABLES,
    "drinks": words.DRINKS,
    "liquids": words.LIQUIDS,
    "solids": words.SOLIDS,
    "neither": _others(words.DRINKS, words.LIQUIDS, words.SOLIDS),
    "jewellery": words.JEWELLERY,
    "not jewellery": _others(words.JEWELLERY),
    "known": tuple(CATEGORIES),
}
"""Name of a group of categories -> the categories, or levels above them; "not ..." holds for an unknown one too."""


MODULES = (
    "rules", "quantities", "choices", "category", "description", "patterns", "words", "priors", "content", "protocol",
)  # fmt: skip
"""What decides the answers, beside the words: the version is taken from their code."""
VOCABULARY = (ATTRIBUTES, FLAG_VALUES, CELL_ONLY, SPELLINGS, CATEGORIES)
"""The words that the rules read; others (currencies, say) may change without a new question."""


class RulesEnricher:
    """Proposals by rules. `priors` and `description_min` are given by tests and calibration only."""

    name = "rules"

    def __init__(self, priors: Mapping[str, float] = PRIORS, description_min: int = DESCRIPTION_MIN) -> None:
        self._priors = dict(priors)
        self._description_min = description_min
        code = code_version("digests.py", "sameness.py", *(f"enriched/{module}.py" for module in MODULES))
        numbers = (sorted(self._priors.items()), description_min)
        self.version = f"rules-{fingerprint(code, words_fingerprint(*VOCABULARY), *numbers)}"

    def enrich(self, products: pl.DataFrame) -> Answers:
        """Answers for distinct contents (QUESTION_SCHEMA)."""
        parts = [self._chunk(chunk.select(QUESTION_SCHEMA.names())) for chunk in products.iter_slices(CHUNK)]
        return Answers(pl.concat([ANSWERS.to_frame(), *parts]))

    def _chunk(self, products: pl.DataFrame) -> pl.DataFrame:
        rows = products.with_row_index("row")
        texts = rows.select("row", "name", "brand", read_part("description"), "category_path").with_columns(
            read_part("name")
        )
        found = categories(texts, self._priors)
        chosen = choose(candidates(texts, found), self._priors)
        own = [pl.lit("rule").alias("method"), pl.lit(self.version).alias("model_version")]
        texts_of = rows.select("row", "content_hash", "name", "category_path")
        attributes = chosen.with_columns(own).join(texts_of, on="row").with_columns(attribute_question())
        named = _categories(found).with_columns(own).join(texts_of, on="row").with_columns(category_question())
        described = descriptions(rows, chosen, self._priors, self.version, self._description_min)
        described = described.join(texts_of, on="row")
        proposed = [part.select(ANSWERS.names()) for part in (attributes, named, described)]
        return pl.concat(proposed).sort("content_hash", "attribute")


def read_part(text: str) -> pl.Expr:
    """The part of a text that is read: all of it, or what stands before the last space of its first READ characters."""
    cut = pl.col(text).str.head(READ).str.replace(r"\s?\S*$", "")
    return pl.when(pl.col(text).str.len_bytes() > READ).then(cut).otherwise(pl.col(text)).alias(text)


def candidates(texts: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """All that the texts seem to say and fits the category: row, field, attribute, value, unit, kind, place, evidence.

    texts: row, name, brand, description. found: row, category, confidence. A word counts less where no category is
    known, and nothing where it is a word of the brand ("Yellow Box" shoes).
    """
    hits = [finder.find(pl.col(finder.field)).alias(finder.column) for finder in FINDERS]
    before_for = pl.col("name").str.extract(BEFORE_FOR).str.extract_all(quantities.FIND_QUANTITY).list.len()
    frame = texts.lazy().select("row", *hits, before_for.alias("before_for")).collect(engine="streaming")
    meant = pl.concat([_meant(frame, finder) for finder in FINDERS]).join(
        found.select("row", "category", pl.col("confidence").alias("sure")), on="row", how="left"
    )
    unknown = pl.col("category").is_null()
    loose = pl.when(unknown).then(pl.col("kind").replace({"word": "stray", "segment": "stray segment"}))
    anywhere = pl.col("scope").str.starts_with("not ").fill_null(False)
    doubted = (pl.col("sure") < DOUBTED_CATEGORY) & (pl.col("kind") == "expected")
    brands = texts.filter(pl.col("brand").is_not_null()).select("row", pl.col("brand").str.to_lowercase())
    of_brand = pl.col("kind").is_in(WORD_KINDS) & pl.col("brand").str.contains(
        pl.col("evidence").str.to_lowercase(), literal=True
    ).fill_null(False)
    return (
        meant.join(brands, on="row", how="left")
        .filter(~of_brand)
        .filter(unknown | pl.struct("category", "attribute").is_in(_usual()))
        .filter(pl.col("scope").is_null() | pl.struct("category", "scope").is_in(_scopes()) | (unknown & anywhere))
        .with_columns(loose.when(doubted).then(pl.lit("guess")).otherwise("kind").alias("kind"))
        .drop("category", "scope", "brand", "sure")
    )


def _meant(frame: pl.DataFrame, finder: Finder) -> pl.DataFrame:
    """What a finder's hits mean: row, field, attribute, value, unit, kind, scope, place, evidence.

    A quantity behind "for" is only a guess: it may be that of the thing the product is made for.
    """
    hits = (
        frame.lazy()
        .select("row", pl.col(finder.column).alias("hit"), "before_for")
        .filter(pl.col("hit").list.len() > 0)
        .with_columns(pl.int_ranges(pl.col("hit").list.len()).alias("place"))
        .explode("hit", "place")
        .collect()
    )
    meanings = finder.read(hits["hit"].unique())
    columns = ["row", pl.lit(finder.field).alias("field"), *quantities.MEANING.names(), "place"]
    meant = hits.join(meanings, on="hit")
    if finder.column == "name_quantity":
        behind = pl.col("place") >= pl.col("before_for")
        meant = meant.with_columns(pl.when(behind).then(pl.lit("guess")).otherwise("kind").alias("kind"))
    return meant.select(columns).drop("hit")


def _usual() -> pl.Series:
    """(category, attribute) of the attributes that rules look for in each category."""
    pairs = [
        {"category": path, "attribute": name}
        for path in CATEGORIES
        for name in ATTRIBUTES
        if _under(path, words.ONLY_IN.get(name, (path,))) and not _under(path, words.NOT_IN.get(name, ()))
    ]
    return pl.Series(pairs, dtype=pl.Struct({"category": pl.String, "attribute": pl.String})).implode()


def _scopes() -> pl.Series:
    """(category, scope) of the groups that each category is in."""
    pairs = [
        {"category": path, "scope": scope}
        for path in CATEGORIES
        for scope, levels in SCOPES.items()
        if _under(path, levels)
    ]
    return pl.Series(pairs, dtype=pl.Struct({"category": pl.String, "scope": pl.String})).implode()


def choose(found: pl.DataFrame, priors: Mapping[str, float]) -> pl.DataFrame:
    """One value a row and attribute, and how sure we are: row, attribute, value, unit, confidence, evidence, field.

    In each text the surest kind wins, then the first place; another value from nearly as sure a kind makes it doubtful.
    The name's value is taken before the description's unless that is surer; agreement raises, contradiction lowers.
    Values agree that say the same (`sameness.py`): "10.76 oz (305 g)" has no rivals.
    """
    kind = pl.concat_str("field", pl.lit(" "), "kind")
    own = pl.concat_str(kind, pl.lit(" "), "attribute").replace_strict(
        dict(priors), default=None, return_dtype=pl.Float64
    )
    general = kind.replace_strict(dict(priors), return_dtype=pl.Float64)
    rated = bounded(found).with_columns(pl.coalesce(own, general).alias("prior"))
    text = ["row", "attribute", "field"]
    order = [*text, pl.col("prior").neg(), "place", "value", "evidence"]
    ordered = rated.sort(order)
    best = ordered.unique(text, keep="first", maintain_order=True)
    rivals = (
        ordered.join(best.select(*text, "value", LOW, HIGH, pl.col("prior").alias("top")), on=text, suffix="_best")
        .filter(~same("", "_best"))
        .filter((pl.col("prior") >= pl.col("top") - RIVAL) | (pl.col("kind") == "chain"))
        .select(text)
        .unique()
        .with_columns(pl.lit(True).alias("several"))
    )
    doubtful = pl.min_horizontal("prior", pl.lit(priors["several"]))
    per_text = best.join(rivals, on=text, how="left").with_columns(
        pl.when("several").then(doubtful).otherwise("prior").alias("confidence")
    )
    columns = ["row", "attribute", "value", "unit", "confidence", "evidence", "field"]
    named = per_text.filter(pl.col("field") == "name").select(*columns, LOW, HIGH)
    described = per_text.filter(pl.col("field") == "description").select(*columns, LOW, HIGH)
    both = named.join(described, on=["row", "attribute"], suffix="_other")
    alone = [
        named.join(described, on=["row", "attribute"], how="anti"),
        described.join(named, on=["row", "attribute"], how="anti"),
    ]
    parts = [part.select(columns) for part in (*alone, _agreed(both, priors))]
    return pl.concat(parts).filter(pl.col("confidence") >= priors["least"]).sort("row", "attribute")


def _agreed(both: pl.DataFrame, priors: Mapping[str, float]) -> pl.DataFrame:
    """The surer of a name's and a description's value; what is said twice is a little surer."""
    mine, other = pl.col("confidence"), pl.col("confidence_other")
    take = other > mine
    parts = ["value", "unit", "evidence", "field"]
    taken = [pl.when(take).then(f"{part}_other").otherwise(part).alias(part) for part in parts]
    surer, weaker = pl.max_horizontal(mine, other), pl.min_horizontal(mine, other)
    joint = pl.min_horizontal(surer + priors["agreement"], pl.lit(priors["agreed"]))
    agree = same("", "_other") & pl.col("unit").eq_missing(pl.col("unit_other"))
    lowered = pl.min_horizontal(surer, pl.lit(priors["contradicted"]))
    confidence = (
        pl.when(agree)
        .then(pl.max_horizontal(surer, joint))
        .when(weaker >= priors["contradicting"])
        .then(lowered)
        .otherwise(surer)
    )
    return both.select("row", "attribute", *taken, confidence.alias("confidence"))


def _categories(found: pl.DataFrame) -> pl.DataFrame:
    """Categories found (`category.FOUND`) in the form of chosen values."""
    return found.select(
        "row",
        "field",
        pl.lit("category").alias("attribute"),
        pl.col("category").alias("value"),
        pl.lit(None, pl.String).alias("unit"),
        "confidence",
        "evidence",
    )
