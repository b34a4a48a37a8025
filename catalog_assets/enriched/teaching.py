"""What a catalogue and the people who work on it teach the learned reader.

Belongs here: labels from what suppliers state, from rules that are sure and from what people decided, and how good a
reader is on products kept apart. Does not belong here: how it learns (`extraction/`), what it answers (`learned.py`),
and reading decisions from their store.

Labels cost nobody a look (Mintz, Bills, Snow and Jurafsky, "Distant supervision for relation extraction without
labeled data", ACL 2009): where a supplier states an attribute and the text says the same somewhere, that place is a
label; so is what the rules are sure of. What people decided stands above that: what they affirmed is a label where it
stands, and what they refused is none. They are asked about what a reader proposes: what they were not asked about is
unknown in a product that they decided about, not absent. Decisions only teach. That a reader may be believed only
audits show (`reviewed/certifying.py`), so no decision that an audit drew may be among those that teach.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from catalog_assets.drawing import drawn
from catalog_assets.enriched.category import categories
from catalog_assets.enriched.learned import canonical, parts_of
from catalog_assets.enriched.priors import PRIORS
from catalog_assets.enriched.rules import candidates, choose, read_part
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.verdicts import AFFIRMED

if TYPE_CHECKING:  # SciPy loads slowly, and most runs train nothing
    from catalog_assets.enriched.extraction.learning import Labelled
    from catalog_assets.enriched.extraction.model import Extractor

SURE = 0.9
"""From this confidence on what the rules say is a label."""
MOST_PRODUCTS = 20_000
"""Products that are learned from: those that people decided about, then those with the smallest content hash."""
MOST_HELD = 4_000
"""Products that a reader is judged by, chosen in the same way."""
HELD = 0.2
"""This share of the contents is kept apart to judge by."""

SAID = pl.Schema(
    {
        "question_id": pl.String(), "verdict": pl.String(), "value": pl.String(), "sequence": pl.Int64(),
        "asked_kind": pl.String(), "asked_attribute": pl.String(), "asked_value": pl.String(),
        "asked_evidence": pl.String(), "asked_name": pl.String(),
    }
)  # fmt: skip
"""What people decided: decisions in force with what was asked (those columns of the review store's cases)."""
NOBODY = SAID.to_frame()
LABEL = pl.Schema(
    {"row": pl.UInt32(), "attribute": pl.String(), "value": pl.String(), "evidence": pl.String()}
)  # fmt: skip
"""A place in a product's texts (evidence) that states a value."""
SPOKEN = {"quantity": r"\d+(?:[.,]\d+)*\s?(?:\p{L}+|[\"″'′°%])", "choice": r"[\p{L}\p{N}][\p{L}\p{N}'’-]*"}
"""Kind of attribute -> what in a text may state a value that no rule found there. A bare number states nothing."""
_UNIT = ["row", "attribute"]


@dataclass(frozen=True)
class Lesson:
    """What is taught. affirmed: product, attribute of the values that people named; facts: how many decisions taught
    what, for people."""

    labelled: "Labelled"
    affirmed: pl.DataFrame
    facts: dict[str, int]


def train(contents: pl.DataFrame, said: pl.DataFrame = NOBODY, seed: int = 1) -> "Extractor":
    """A reader taught by a catalogue, with its scores on products it was not taught among its facts.

    contents: QUESTION_SCHEMA, distinct; said: SAID, without what audits drew. Raises TooLittleToLearn.
    """
    from catalog_assets.enriched.extraction.learning import learn

    apart = contents.filter(held())
    # The same product often stands there twice, with other words in its description.
    others = contents.filter(~held()).filter(
        ~pl.col("name").is_in(apart["name"].drop_nulls().implode()).fill_null(False)
    )
    taught = lesson(others, said, MOST_PRODUCTS)
    learned = learn(taught.labelled, seed)
    return replace(learned, facts={**learned.facts, **taught.facts, **scores(learned, lesson(apart, said, MOST_HELD))})


def held() -> pl.Expr:
    """Whether a content is kept apart to judge by. Column: content_hash."""
    return drawn(pl.col("content_hash"), HELD)


def scores(extractor: "Extractor", exam: Lesson) -> dict[str, Any]:
    """How well it reads products that it has not seen, in percent and counted as `extraction/scores.py` says, by what
    is known of them: mostly labels like those it was taught, so of what people named it is told apart."""
    from catalog_assets.enriched.extraction.extract import extract
    from catalog_assets.enriched.extraction.learning import is_unknown
    from catalog_assets.enriched.extraction.scores import calibration_percent, judged, macro, micro

    texts, values = exam.labelled.texts, exam.labelled.values
    every = judged(texts, values, extract(texts, extractor))
    told = every.filter(~is_unknown(every, exam.labelled))
    figures = {f"held_{name}": share for name, share in micro(told, extractor.threshold).items()}
    named = told.join(exam.affirmed, on=["product", "attribute"], how="semi")
    right = named.filter(pl.col("confidence") >= extractor.threshold)["is_right"].sum()
    return {
        **figures, "held_macro_f1": macro(told, extractor.threshold),
        "held_calibration_error": calibration_percent(told), "held_products": texts["product"].n_unique(),
        "held_values": int(told["has_value"].sum()), "held_named_by_people": named.height,
        "held_named_by_people_right": int(right),
    }  # fmt: skip


def lesson(contents: pl.DataFrame, said: pl.DataFrame = NOBODY, most: int = MOST_PRODUCTS) -> Lesson:
    """What these contents teach. contents: QUESTION_SCHEMA, distinct; said: SAID; most: contents that are used."""
    asked = said.filter(pl.col("asked_kind") == "attribute", pl.col("asked_attribute").is_in(list(ATTRIBUTES)))
    decided = pl.col("name").is_in(asked["asked_name"].drop_nulls().implode()).fill_null(False)
    few = contents.sort(~decided, "content_hash").head(most).with_row_index("row")
    about = few.select("row", pl.col("name").alias("asked_name")).join(asked, on="asked_name")
    rows = few.with_columns(read_part("name"), read_part("description"))
    texts = rows.select("row", "name", "brand", "description", "category_path")
    found = candidates(texts, categories(texts, PRIORS))
    distant = _distant(rows, found)
    affirmed, refused = _affirmed(about), _refused(about)
    kept = _kept(distant, affirmed, refused)
    named = _standing(_named(affirmed, found, texts), texts)
    labels = pl.concat([kept, named]).unique(["row", "attribute", "evidence"])
    values = labels.select(pl.col("row").alias("product"), "attribute", pl.col("evidence").alias("value"))
    taught = values.filter(pl.col("value").str.strip_chars() != "").sort("product", "attribute", "value")
    parts = parts_of(rows.rename({"row": "product"}))
    cases = about.select(pl.col("row").alias("product"), pl.col("asked_attribute").alias("attribute"))
    facts = {
        **{f"decided_{name}": _questions(about, name) for name in ("accept", "replace", "reject")},
        "labels_of_decisions": named.height, "labels_taken_away": distant.height - kept.height,
    }  # fmt: skip
    pairs = named.select(pl.col("row").alias("product"), "attribute").unique()
    return Lesson(taught_by(parts, taught, cases), pairs, facts)


def taught_by(parts: pl.DataFrame, values: pl.DataFrame, asked: pl.DataFrame) -> "Labelled":
    """What products teach: those that have a label, and those that people were asked about, which are known as far as
    they were asked. parts: PARTS; values: VALUES; asked: ASKED, in any order, repeated or not."""
    from catalog_assets.enriched.extraction.learning import Labelled

    looked_at = pl.concat([values["product"], asked["product"]]).unique().implode()
    partly = asked.unique().sort("product", "attribute")
    return Labelled(parts.filter(pl.col("product").is_in(looked_at)), values, partly)


def _questions(about: pl.DataFrame, verdict: str) -> int:
    return about.filter(pl.col("verdict") == verdict)["question_id"].n_unique()


def _distant(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """LABEL: what the rules are sure of, and what they find where a supplier states the same."""
    sure = choose(found, PRIORS).filter(pl.col("confidence") >= SURE)
    stated = rows.select("row", pl.col("attributes").alias("each")).explode("each").drop_nulls("each").unnest("each")
    said = stated.select("row", pl.col("name").alias("attribute"), "value")
    agreed = found.join(said, on=["row", "attribute", "value"], how="semi")
    return pl.concat([sure.select(LABEL.names()), agreed.select(LABEL.names())]).unique().sort(LABEL.names())


def _affirmed(about: pl.DataFrame) -> pl.DataFrame:
    """row, attribute, value, evidence: the value that people named last for each attribute and did not refuse later."""
    accepted = pl.col("verdict") == "accept"
    named = about.filter(pl.col("verdict").is_in(AFFIRMED)).select(
        "row", pl.col("asked_attribute").alias("attribute"),
        pl.when(accepted).then("asked_value").otherwise("value").alias("value"),
        pl.when(accepted).then("asked_evidence").alias("evidence"), "sequence",
    )  # fmt: skip
    last = named.sort("sequence").unique(_UNIT, keep="last", maintain_order=True)
    later = last.join(_refused(about), on=_UNIT, suffix="_refused").filter(
        _equal(pl.col("value"), pl.col("value_refused")), pl.col("sequence_refused") > pl.col("sequence")
    )
    return last.join(later, on=_UNIT, how="anti").drop("sequence")


def _refused(about: pl.DataFrame) -> pl.DataFrame:
    """row, attribute, value, evidence, sequence of what people said is not right."""
    return about.filter(pl.col("verdict") != "accept").select(
        "row", pl.col("asked_attribute").alias("attribute"), pl.col("asked_value").alias("value"),
        pl.col("asked_evidence").alias("evidence"), "sequence",
    )  # fmt: skip


def _kept(distant: pl.DataFrame, affirmed: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """The LABELs that no person contradicts: by naming another value, by refusing this one, or the words it is in."""
    other = distant.join(affirmed.select(*_UNIT, pl.col("value").alias("right")), on=_UNIT)
    wrong = distant.join(refused.select(*_UNIT, "value", pl.col("evidence").alias("words")), on=_UNIT, suffix="_wrong")
    same = _equal(pl.col("value"), pl.col("value_wrong"))
    overlap = _holds("evidence", "words") | _holds("words", "evidence")
    against = [
        other.filter(~_equal(pl.col("value"), pl.col("right"))).select(LABEL.names()),
        wrong.filter(same | overlap.fill_null(False)).select(LABEL.names()),
    ]
    return distant.join(pl.concat(against), on=LABEL.names(), how="anti", maintain_order="left")


def _holds(one: str, other: str) -> pl.Expr:
    return pl.col(one).str.to_lowercase().str.contains(pl.col(other).str.to_lowercase(), literal=True)


def _equal(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether two values are one: letter by letter, or as numbers ("1.50" and "1.5")."""
    numbers = [each.cast(pl.Float64, strict=False) for each in (one, other)]
    return (one == other) | (numbers[0] == numbers[1]).fill_null(False)


def _named(affirmed: pl.DataFrame, found: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """LABEL: where the values that people named stand: in the words they were shown, else where the rules find them,
    else where the text spells them or says something that is read as them."""
    shown = affirmed.drop_nulls("evidence")
    open_ones = affirmed.filter(pl.col("evidence").is_null()).drop("evidence")
    by_rules = _same_value(open_ones, found.select(LABEL.names()))
    rest = open_ones.join(by_rules, on=_UNIT, how="anti")
    spelled = _spelled(rest, texts)
    read = _read(rest.join(spelled, on=_UNIT, how="anti"), texts)
    parts = [shown, by_rules, spelled, read]
    told = pl.concat([part.select(pl.col(name).cast(dtype) for name, dtype in LABEL.items()) for part in parts])
    return told.unique().sort(LABEL.names())


def _same_value(wanted: pl.DataFrame, offered: pl.DataFrame) -> pl.DataFrame:
    """LABELs among those offered that state the wanted value. wanted: row, attribute, value."""
    both = offered.join(wanted.rename({"value": "right"}), on=_UNIT)
    return both.filter(_equal(pl.col("value"), pl.col("right"))).select(LABEL.names())


def _each_text(wanted: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The wanted values once for each text of their product, with their kind of attribute."""
    both = pl.concat([texts.select("row", pl.col(name).alias("text")) for name in ("name", "description")])
    kinds = {name: attribute.kind for name, attribute in ATTRIBUTES.items()}
    kind = pl.col("attribute").replace_strict(kinds, return_dtype=pl.String).alias("kind")
    return wanted.join(both.drop_nulls("text"), on="row").with_columns(kind)


def _spelled(wanted: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """LABEL: where the text spells the value, in large letters or small. A bare number is no spelling of a quantity."""
    worded = _each_text(wanted, texts).filter(pl.col("kind").is_in(["choice", "text"]))
    pattern = pl.concat_str(pl.lit(r"(?i)\b("), pl.col("value").str.escape_regex(), pl.lit(r")(?:\b|\s|$)"))
    told = worded.with_columns(pl.col("text").str.extract(pattern, 1).alias("evidence"))
    return told.drop_nulls("evidence").select(LABEL.names())


def _read(wanted: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """LABEL: the shortest words of a text that are read as the value."""
    asked = _each_text(wanted, texts)
    parts = [LABEL.to_frame()]
    for kind, pattern in SPOKEN.items():
        mine = asked.filter(pl.col("kind") == kind).with_columns(pl.col("text").str.extract_all(pattern).alias("said"))
        words = mine.explode("said").drop_nulls("said").select(*_UNIT, "value", pl.col("said").alias("evidence"))
        unread = words.rename({"value": "right"}).unique(maintain_order=True)
        meant = unread.with_columns(
            canonical(unread.select("attribute", pl.col("evidence").alias("value"))).alias("value")
        )
        told = meant.filter(_equal(pl.col("value"), pl.col("right")))
        parts.append(told.select(pl.col(name).cast(dtype) for name, dtype in LABEL.items()))
    return pl.concat(parts)


def _standing(labels: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The LABELs whose words stand in what is read of the texts."""
    both = labels.join(texts.select("row", "name", "description"), on="row", maintain_order="left")
    there = [
        pl.col(name).str.contains(pl.col("evidence"), literal=True).fill_null(False) for name in ("name", "description")
    ]
    return both.filter(pl.any_horizontal(there)).select(LABEL.names())
