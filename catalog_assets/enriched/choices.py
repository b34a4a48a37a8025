"""Words in running text that are values of a choice or a flag: colours, materials, formats, "waterproof".

Belongs here: finding such words, and what each distinct one means. Does not belong here: choosing among several in one
text (`rules.py`), numbers (`quantities.py`).

Three ways to find a word, by how much the text around it says: behind a label ("Color: Black"), filling a part of a
name by itself ("T-shirt, Black"), or in running text. Patterns are built from the vocabulary and `words.py` only.
"""

import polars as pl

from catalog_assets.enriched import words
from catalog_assets.enriched.patterns import EDGE, HEAD, TAIL, alternatives, anonymous, edged, folded, split, whole
from catalog_assets.enriched.quantities import MEANING
from catalog_assets.vocabulary.attributes import ATTRIBUTES, CELL_ONLY, FLAG_VALUES

LONGEST_SEGMENT = 40
SHORTEST_WORD = 3


def _values() -> pl.DataFrame:
    """word (lower case), attribute, value: every word of the vocabulary's choices, and of flags what says yes."""
    rows = []
    for attribute in ATTRIBUTES.values():
        if attribute.kind == "choice":
            for value, synonyms in attribute.values.items():
                rows += [(word.lower(), attribute.name, value) for word in (value, *synonyms)]
        elif attribute.kind == "flag":
            rows += [(alias, attribute.name, "yes") for alias in attribute.aliases]
    frame = pl.DataFrame(rows, schema=["word", "attribute", "value"], orient="row")
    return frame.unique(["word", "attribute"], keep="first", maintain_order=True)


VALUES = _values()
AMBIGUOUS = sorted(
    set(VALUES.filter(pl.col("attribute") == "color")["word"])
    & set(VALUES.filter(pl.col("attribute") == "material")["word"])
)
"""Words that are a colour and a material: gold, silver, copper, ..."""


RUNNING = sorted(
    {
        word
        for word in VALUES["word"]
        if edged(word) and len(word) >= SHORTEST_WORD and word not in CELL_ONLY and word not in words.NOT_WORDS
    }
)
WORD = rf"(?i){HEAD}{EDGE}(?P<word>{alternatives([*RUNNING, *words.DECOYS])}){EDGE}{TAIL}"
FIND_WORD = anonymous(WORD)

LABELS = {
    alias: attribute.name
    for attribute in ATTRIBUTES.values()
    if attribute.kind in ("choice", "flag")
    for alias in attribute.aliases
    if edged(alias.rstrip(")")) and len(alias) >= SHORTEST_WORD
}
_FLAG_WORDS = {word: value for value, synonyms in FLAG_VALUES.items() for word in (value, *synonyms)}
_LABELLED_WORDS = [word for word in VALUES["word"] if edged(word)] + [word for word in _FLAG_WORDS if edged(word)]
LABELLED = (
    rf"(?i){EDGE}(?:(?P<label>{alternatives(LABELS)})\s?[:=]\s?|(?P<phrase>{alternatives(words.PHRASES)})\s)"
    rf"(?P<word>{alternatives(_LABELLED_WORDS)}){EDGE}(?P<more>\s?[/&+]\s?[a-z]|\sand\s|\sor\s|-[a-z])?{TAIL}"
)
FIND_LABELLED = anonymous(LABELLED)


def segments(name: pl.Expr) -> pl.Expr:
    """The parts of a name behind its first comma, bracket, slash or dash, each exactly as it stands: List(String)."""
    parted = name.str.replace_all(r" [-–—] ", " | ").str.extract_all(r"[^,;:/|()\[\]]+")
    trimmed = parted.list.slice(1).list.eval(pl.element().str.strip_chars())
    return trimmed.list.eval(pl.element().filter(pl.element().str.len_chars().is_between(1, LONGEST_SEGMENT)))


def read_segments(hits: pl.Series) -> pl.DataFrame:
    """What each distinct part of a name means that is nothing but a word of the vocabulary: MEANING."""
    word = folded(pl.col("hit"))
    values = VALUES.filter(~pl.col("word").is_in(list(words.NOT_SEGMENTS)))
    frame = pl.DataFrame({"hit": hits.cast(pl.String)})
    return _meant(frame.with_columns(word.alias("word"), pl.col("hit").alias("evidence")), values, "segment")


def read_words(hits: pl.Series) -> pl.DataFrame:
    """What each distinct place found by `FIND_WORD` means: MEANING. Decoys and parts of longer words mean nothing."""
    values = VALUES.filter(pl.col("word").is_in(RUNNING))
    return _meant(_words_of(hits, WORD).filter(whole("head"), whole("tail")), values, "word")


def read_labelled(hits: pl.Series) -> pl.DataFrame:
    """What each distinct place found by `FIND_LABELLED` means: MEANING. One of several values is only a guess."""
    flags = [
        (word, name, value)
        for word, value in _FLAG_WORDS.items()
        for name, attribute in ATTRIBUTES.items()
        if attribute.kind == "flag"
    ]
    choices = VALUES.filter(~pl.col("attribute").is_in([n for n, a in ATTRIBUTES.items() if a.kind == "flag"]))
    values = pl.concat([choices, pl.DataFrame(flags, schema=VALUES.schema, orient="row")])
    named = {**LABELS, **words.PHRASES}
    label = folded(pl.coalesce("label", "phrase")).replace_strict(named, default=None, return_dtype=pl.String)
    parts = _words_of(hits, LABELLED).filter(whole("tail")).with_columns(label.alias("named"))
    meant = _meant(parts, values, "labelled").join(parts.select("hit", "named", "more", "phrase"), on="hit")
    kind = (
        pl.when(pl.col("more").is_not_null())
        .then(pl.lit("guess"))
        .when(pl.col("phrase").is_not_null())
        .then(pl.lit("context"))
        .otherwise("kind")
    )
    return meant.filter(pl.col("attribute") == pl.col("named")).with_columns(kind.alias("kind")).select(MEANING.names())


def _words_of(hits: pl.Series, pattern: str) -> pl.DataFrame:
    """The groups of the hits, the word folded, and as evidence the hit without what was read around it."""
    parts = split(hits, pattern)
    ends = [pl.col(name).fill_null("") for name in ("tail", "more") if name in parts.columns]
    evidence = (
        pl.col("hit").str.strip_prefix(pl.col("head").fill_null("")) if "head" in parts.columns else pl.col("hit")
    )
    for end in ends:
        evidence = evidence.str.strip_suffix(end)
    return parts.with_columns(folded(pl.col("word")).alias("word"), evidence.alias("evidence"))


def _meant(rows: pl.DataFrame, values: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rows (hit, word, evidence) joined to the values of the word; a hyphen counts as a space where need be.

    What is a colour and a metal is the metal of jewellery, and else the colour.
    """
    spaced = pl.col("word").str.replace_all("-", " ", literal=True)
    exact = rows.join(values, on="word")
    loose = rows.join(values, on="word", how="anti").with_columns(spaced.alias("word")).join(values, on="word")
    both = pl.col("word").is_in(AMBIGUOUS)
    scope = (
        pl.when(both & (pl.col("attribute") == "material"))
        .then(pl.lit("jewellery"))
        .when(both & (pl.col("attribute") == "color"))
        .then(pl.lit("not jewellery"))
        .when(pl.col("attribute") == pl.col("word").replace_strict(words.ONLY_WITH_CATEGORY, default=None))
        .then(pl.lit("known"))
    )
    return pl.concat([exact, loose]).select(
        "hit",
        "attribute",
        "value",
        pl.lit(None, pl.String).alias("unit"),
        pl.lit(kind).alias("kind"),
        scope.alias("scope"),
        "evidence",
    )
