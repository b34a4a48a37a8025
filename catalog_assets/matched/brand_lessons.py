"""What the catalogue's brands and the people who answer about them teach of how brands are spelled.

Belongs here: making a release of brands and words. Does not belong here: what a release is and does
(`standardized/spellings.py`), what people are asked (`brand_pairs.py`), and reading words from their store
(`known.py`).
"""

from collections.abc import Mapping

import polars as pl

from catalog_assets.standardized.spellings import Spellings, by_case
from catalog_assets.vocabulary.brands import NONE

SAID = pl.Schema({"spelling": pl.String(), "name": pl.String(), "annotator": pl.String(), "sequence": pl.Int64()})
"""What people said: that the spelling means the brand of that name; who, and where in the journal."""


def learned(brands: pl.Series, said: pl.DataFrame, earlier: Spellings | None = None) -> Spellings:
    """What the catalogue's brands and people's words teach.

    brands: as offers state them now, with repetitions or without; said: SAID; earlier: the release by which these
    brands are spelled already: what it joined by case alone is no longer seen, and stays. Of two words on one spelling
    the later counts. Words that lead in a circle (a means b, b means a) teach nothing, and are told in the facts.
    """
    # As brands are compared: stripped, and in small letters.
    bare = said.with_columns(pl.col("spelling", "name", "annotator").str.strip_chars())
    named = bare.with_columns(pl.col("spelling").str.to_lowercase().alias("lower")).filter(
        pl.col("lower") != pl.col("name").str.to_lowercase(), ~pl.col("lower").is_in([*NONE, ""]), pl.col("name") != ""
    )
    last = named.sort("sequence").unique("lower", keep="last", maintain_order=True).sort("lower")
    people = dict(last.select("lower", "name").iter_rows())
    kept = {} if earlier is None else {name: to for name, to in earlier.names.items() if name not in earlier.by}
    names, circular = followed(by_case(brands) | kept | people)
    by = {lower: who for lower, who in last.select("lower", "annotator").iter_rows() if lower in names}
    facts = {"of_people": len(by), "of_case": len(names) - len(by), "in_circles": sorted(circular)}
    return Spellings(names, by, facts)


def followed(names: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Each spelling's name where names are spellings of other names in turn; and the spellings that only lead back to
    themselves, which are left out. names: lower-case spelling -> name."""
    ends: dict[str, str] = {}
    circular: set[str] = set()
    for spelling, name in names.items():
        seen = {spelling}
        while name.lower() in names and names[name.lower()] != name and name.lower() not in seen:
            seen.add(name.lower())
            name = names[name.lower()]
        if name.lower() in names and names[name.lower()] != name:
            circular.add(spelling)
        else:
            ends[spelling] = name
    return ends, circular
