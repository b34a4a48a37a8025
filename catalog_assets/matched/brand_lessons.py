"""What the catalogue's brands and the people who answer about them teach of how brands are spelled.

Belongs here: making a release of brands and words. Does not belong here: what a release is and does
(`standardized/spellings.py`), what people are asked (`brand_pairs.py`), and reading words from their store
(`known.py`).

Spellings that differ in large and small letters alone are one brand without a question: as most offers write it. What
people said stands above that.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from catalog_assets.standardized.spellings import Spellings, by_case, restless
from catalog_assets.vocabulary.brands import NONE

SAID = pl.Schema(
    {
        "spelling": pl.String(), "name": pl.String(), "affirmed": pl.Boolean(), "annotator": pl.String(),
        "sequence": pl.Int64(),
    }
)  # fmt: skip
"""What people said: whether a spelling (in small letters) means the brand of that name; who, and where in the journal.
A name in small letters is the one that was asked about; another one is as the person writes it."""
NOBODY = Spellings({}, {}, {}, {})
_NO_CONFIGURATION: Mapping[str, Sequence[str]] = {}


def learned(
    brands: pl.Series, said: pl.DataFrame, earlier: Spellings = NOBODY,
    chosen: Mapping[str, Sequence[str]] = _NO_CONFIGURATION,
) -> Spellings:  # fmt: skip
    """What the catalogue's brands and people's words teach.

    brands: as standing offers state them, each once an offer; said: SAID; earlier: the release by which these brands
    are spelled already: what it joined by case is no longer seen, and stays; chosen: `brands` of the configuration. Of
    two words on one spelling the later counts. Words that lead in a circle (a means b, b means a), to nothing that is
    a brand, or by way of others to what was refused, teach nothing, and are told in the facts.
    """
    case = by_case(brands) | dict(earlier.case)
    affirmed, refused = _words(said)
    people: dict[str, str] = dict(affirmed.select("spelling", "name").iter_rows())
    written = {name.lower(): name for name in people.values() if name != name.lower()}
    asked = {spelling: case.get(name, name) if name == name.lower() else name for spelling, name in people.items()}
    pretty = _pretty(brands)
    asked = {spelling: pretty.get(name, name) if name == name.lower() else name for spelling, name in asked.items()}
    names, left_out = followed(case | written | asked)
    against = {spelling for spelling, name in names.items() if (spelling, name.lower()) in refused}
    names = {spelling: name for spelling, name in names.items() if spelling not in against}
    while lost := restless(names, chosen):
        left_out |= lost
        names = {spelling: name for spelling, name in names.items() if spelling not in lost}
    by = {spelling: who for spelling, who in affirmed.select("spelling", "annotator").iter_rows() if spelling in names}
    facts = {
        "of_people": len(by), "of_case": len(names) - len(by), "in_circles": sorted(left_out),
        "refused_by_way_of_others": sorted(against),
    }  # fmt: skip
    return Spellings(names, by, case, facts)


def _words(said: pl.DataFrame) -> tuple[pl.DataFrame, set[tuple[str, str]]]:
    """The last affirming word on each spelling, by spelling; and the pairs that were refused, in small letters and
    either order."""
    # As brands are compared: stripped, and in small letters.
    bare = said.with_columns(pl.col("spelling", "name", "annotator").str.strip_chars()).with_columns(
        pl.col("spelling").str.to_lowercase(), pl.col("name").str.to_lowercase().alias("lower")
    )
    named = bare.filter(
        pl.col("spelling") != pl.col("lower"),
        ~pl.col("spelling").is_in([*NONE, ""]),
        ~pl.col("lower").is_in([*NONE, ""]),
    ).sort("sequence")
    refused = named.filter(~pl.col("affirmed")).select("spelling", "lower").rows()
    last = named.filter("affirmed").unique("spelling", keep="last", maintain_order=True).sort("spelling")
    return last, {*refused, *((lower, spelling) for spelling, lower in refused)}


def _pretty(brands: pl.Series) -> dict[str, str]:
    """Lower-case spelling -> as it is written, of brands that are written in one way."""
    distinct = brands.drop_nulls().unique().sort()
    return dict(zip(distinct.str.to_lowercase(), distinct, strict=True))


def followed(names: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Each spelling's name where names are spellings of other names in turn; and the spellings that only lead back to
    themselves, which are left out. names: lower-case spelling -> name."""
    ends: dict[str, str] = {}
    circular: set[str] = set()
    for start in names:
        way: list[str] = []
        spelling, name = start, names[start]
        while spelling not in ends and spelling not in circular and spelling not in way:
            way.append(spelling)
            name = names[spelling]
            if name.lower() not in names or name.lower() == spelling:
                ends[spelling] = name
                break
            spelling = name.lower()
        if spelling in ends:
            ends |= dict.fromkeys(way, ends[spelling])
        else:
            circular |= set(way)
    return ends, circular
