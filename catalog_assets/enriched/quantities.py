"""Quantities in running text: a number, a unit, and the words around them that say which attribute they are.

Belongs here: finding such places, and what each distinct one means. Does not belong here: choosing among several in
one text (`rules.py`), words without numbers (`choices.py`).

Patterns are built from the vocabulary and `words.py` only, never from a text. A place is found by one pass of one
pattern; what it means is worked out once for each distinct place.
"""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

import polars as pl

from catalog_assets.enriched import words
from catalog_assets.enriched.patterns import EDGE, TAIL, alternatives, anonymous, split, whole
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.units import SPELLINGS, factor

MEANING = pl.Schema(
    {
        "hit": pl.String(),
        "attribute": pl.String(),
        "value": pl.String(),
        "unit": pl.String(),
        "kind": pl.String(),
        "scope": pl.String(),
        "evidence": pl.String(),
    }
)
"""What a place means: `kind` as in the priors, `scope` a group of categories in which it means that (null: in
all), `evidence` the words themselves."""

DIMENSIONS = ("data", "length", "mass", "volume", "power", "voltage", "charge", "frequency", "duration")
NUMBER = r"\d(?:[\d.,]{0,14}\d)?(?:[ \-]\d{1,2}/\d{1,2})?"
LINK = r"[ ]?(?:x|×|\*|by|to|-|–|—|/|\+|~|&|and|or)[ ]?"
SIGNS = ('"', "”", "“", "″", "''")
"""Spellings that need no word boundary after them."""

CONTEXT = Context(prec=34)


def text_units() -> dict[str, list[tuple[str, str]]]:
    """Spelling -> (dimension, unit symbol) of the units that are looked for in text."""
    found: dict[str, list[tuple[str, str]]] = {}
    for (dimension, spelling), unit in SPELLINGS.items():
        usable = spelling.isascii() and spelling not in words.NOT_UNITS and "~" not in spelling
        gram = spelling in words.GRAM_SPELLINGS and dimension == "mass"
        if dimension in DIMENSIONS and (usable or gram or spelling in SIGNS):
            found.setdefault(spelling, []).append((dimension, unit.symbol))
    return found


SPELLED = text_units()
BEFORE = sorted({word for group in words.BEFORE.values() for word in group} | set(words.COMPARED_WITH))
AFTER = sorted(
    {word for group in words.AFTER.values() for word in group}
    | {w for group in words.NOT_AFTER.values() for w in group}
)


def quantity_pattern() -> str:
    """The pattern of a quantity and the words around it: before, mark, chain, number, gap, unit, after."""
    spelled = [spelling for spelling in SPELLED if spelling not in SIGNS]
    unit = f"(?:{alternatives(spelled)}){EDGE}|{'|'.join(SIGNS)}"
    before = (
        rf"(?:{EDGE}(?P<before>{alternatives(BEFORE)})(?P<mark>\s?[:=]\s?(?:approx\.? )?|\s(?:of |is )?|[ ]?-[ ]?))?"
    )
    chain = rf"(?P<chain>(?:{NUMBER}(?:[ \-]?(?:{unit}))?{LINK}){{1,3}})?"
    times = rf"[x×*] ?\d{{1,4}}(?:[ \-]\d{{1,2}}/\d{{1,2}})?[dhlw]?{EDGE}"
    after = rf"(?:[ \-]{{0,2}}(?P<after>(?:{alternatives(AFTER)}){EDGE}|/ ?[a-z0-9]|-\d|{times}))?"
    number = rf"(?:(?P<model>[a-z]-)|{EDGE}|(?P<point>\.)){chain}(?P<number>{NUMBER})"
    return rf"(?i){before}{number}(?P<gap>[ \-]?)(?P<unit>{unit}){after}{TAIL}"


QUANTITY = quantity_pattern()
FIND_QUANTITY = anonymous(QUANTITY)

PACK = (
    rf"(?i){EDGE}(?:(?:pack|packs|set|box|case|bundle|carton|bag|lot|jar|tin|tub)[ ]of[ ](?P<of>\d{{1,5}})"
    rf"|(?P<per>\d{{1,3}}(?:,\d{{3}})*|\d{{1,5}})(?:[ ]?/[ ]?|[ ]per[ ])(?:pack|pk|pkg|box|carton|case|set|bx|ct|bag)"
    rf"|(?P<packs>\d{{1,5}})[ \-]?(?:pack|packs|pk|pks)"
    rf"|(?P<pieces>\d{{1,5}})[ \-]?(?:pcs?|pieces?|count|ct)"
    rf"|(?P<parts>\d{{1,5}})[ \-]?(?:units|sheets|tablets|capsules|softgels|bags|rolls))"
    rf"{EDGE}(?P<after>[ \-](?:puzzle|jigsaw|dinnerware|tool|socket|drum|building|in|per))?{TAIL}"
)
FIND_PACK = anonymous(PACK)

_CERTAIN = {"ml", "cl", "l", "gal", "fl oz", "cu ft", "qt", "kg", "g", "lb", "W", "kW", "V", "mAh", "Ah"}
"""Units that say by themselves which attribute is meant."""
OUNCES = ("oz", "ozs", "ounce", "ounces")
_BY_DIMENSION = {
    "mass": "weight", "volume": "volume", "power": "power", "voltage": "voltage", "charge": "battery_capacity",
}  # fmt: skip


def read_quantities(hits: pl.Series) -> pl.DataFrame:
    """What each distinct place found by `FIND_QUANTITY` means: MEANING, none to several rows a place."""
    parts = split(hits, QUANTITY)
    lower = [pl.col(name).str.to_lowercase() for name in ("before", "after", "chain")]
    fold = [pl.col(name).str.replace_all(r"[ \-]+", " ").str.strip_chars() for name in ("before", "after")]
    spelled = pl.DataFrame(
        [(spelling, dimension, symbol) for spelling, pairs in SPELLED.items() for dimension, symbol in pairs],
        schema=["spelling", "dimension", "symbol"],
        orient="row",
    )
    read = (
        parts.filter(whole("tail"))
        .with_columns(lower)
        .with_columns(fold)
        .with_columns(pl.col("unit").str.to_lowercase().str.replace_all(r"[ \-]+", " ").alias("spelling"))
        .join(spelled, on="spelling")
        .with_columns(_whole_number())
    )
    said = _said(read).filter(~_other_thing())
    meant = pl.concat([_single(said), _chained(said), _pairs(said), _multiples(said)])
    return _canonical(meant)


def _whole_number() -> list[pl.Expr]:
    """The number with what the pattern took for a point or a chain before it (".5", "3/4"), and the chain without."""
    chain, number = pl.col("chain"), pl.col("number")
    measured = pl.col("dimension").is_in(["length", "mass", "volume"])
    upper = chain.str.contains(r"^\d{1,2}/$") & number.str.contains(r"^(?:2|4|8|16|32|64)$")
    fraction = (upper & measured).fill_null(False)
    point = pl.col("point").is_not_null()
    whole = (
        pl.when(fraction)
        .then(pl.concat_str(chain, number))
        .when(point)
        .then(pl.concat_str(pl.lit("."), number))
        .otherwise(number)
    )
    return [whole.alias("number"), pl.when(fraction).then(None).otherwise(chain).alias("chain")]


def read_packs(hits: pl.Series) -> pl.DataFrame:
    """What each distinct place found by `FIND_PACK` means: MEANING."""
    parts = split(hits, PACK)
    number = pl.coalesce("of", "per", "packs", "pieces", "parts").str.replace_all(",", "", literal=True)
    kind = (
        pl.when(pl.col("parts").is_not_null())
        .then(pl.lit("guess"))
        .when(pl.col("pieces").is_not_null())
        .then(pl.lit("unit"))
        .otherwise(pl.lit("context"))
    )
    clean = whole("tail") & pl.col("after").is_null()
    return (
        parts.filter(clean)
        .select(
            "hit",
            pl.lit("pack_count").alias("attribute"),
            number.str.strip_chars_start("0").alias("value"),
            pl.lit(None, pl.String).alias("unit"),
            kind.alias("kind"),
            pl.lit(None, pl.String).alias("scope"),
            _evidence().alias("evidence"),
        )
        .filter(pl.col("value") != "")
        .match_to_schema(MEANING)
    )


def _key(dimension: str, word: str) -> str:
    return f"{dimension} {word.replace('-', ' ')}"


def _context(side: str, table: dict[str, dict[str, str]]) -> pl.Expr:
    """The attribute that the words on one side name for the quantity's dimension."""
    named = {
        f"{dimension} {word.replace('-', ' ')}": attribute
        for dimension, group in table.items()
        for word, attribute in group.items()
    }
    key = pl.concat_str("dimension", pl.lit(" "), side)
    return key.replace_strict(named, default=None, return_dtype=pl.String)


def _said(read: pl.DataFrame) -> pl.DataFrame:
    """With `named` (the attribute that the words around say) and `labelled` (it stands before, with a colon)."""
    before, after = _context("before", words.BEFORE), _context("after", words.AFTER)
    return read.with_columns(
        pl.coalesce(before, after).alias("named"),
        (before.is_not_null() & pl.col("mark").str.contains("[:=]")).fill_null(False).alias("labelled"),
    )


def _other_thing() -> pl.Expr:
    """The words around say that this is a limit, a rate, a part's or another product's quantity."""
    limits = pl.col("before").is_in(list(words.COMPARED_WITH))
    foreign = [
        f"{dimension} {word.replace('-', ' ')}" for dimension, group in words.NOT_AFTER.items() for word in group
    ]
    rate = pl.col("after").str.contains(r"^/|^-?\d").fill_null(False)
    of_other = pl.concat_str("dimension", pl.lit(" "), "after").is_in(foreign)
    unit, gap = pl.col("unit"), pl.col("gap")
    gram_upper = (pl.col("spelling") == "g") & (unit == "G")
    metre_upper = (pl.col("spelling") == "m") & (unit == "M") & pl.col("named").is_null()
    preposition = (pl.col("spelling") == "in") & (gap == " ") & pl.col("named").is_null()
    gigabit = unit.is_in(["Gb", "Tb"]) & pl.col("named").is_null()
    small = pl.col("number").str.contains(r"^(?:[1-5]|2\.4|802\.11)$")
    generation = (pl.col("symbol") == "g") & small & pl.col("named").is_null()
    short = pl.col("unit").str.len_chars() <= 2
    part_number = (pl.col("model").is_not_null() & (gap == "") & short) | pl.col("number").str.contains(r"^0\d")
    doubts = (part_number, limits, rate, of_other, generation, gram_upper, metre_upper, preposition, gigabit)
    return pl.any_horizontal(*(doubt.fill_null(False) for doubt in doubts))


def _single(said: pl.DataFrame) -> pl.DataFrame:
    """A quantity that stands alone. A chain ("10-15 kg", "30 x 40 cm") has no one value; before bytes it is a model."""
    chain = pl.col("chain")
    dash = chain.str.contains(r"^[\d.,]+ ?[-–—] ?$").fill_null(False) & (pl.col("dimension") == "data")
    alone = said.filter((chain.is_null() | dash) & ~pl.col("after").str.contains(r"^[x×*]").fill_null(False))
    named, dimension, symbol = pl.col("named"), pl.col("dimension"), pl.col("symbol")
    known = alone.filter(named.is_not_null()).with_columns(
        named.alias("attribute"),
        pl.when("labelled").then(pl.lit("labelled")).otherwise(pl.lit("context")).alias("kind"),
        pl.lit(None, pl.String).alias("scope"),
    )
    bare = alone.filter(named.is_null())
    certain = bare.filter(symbol.is_in(sorted(_CERTAIN))).with_columns(
        dimension.replace_strict(_BY_DIMENSION, return_dtype=pl.String).alias("attribute"),
        pl.lit("unit").alias("kind"),
        pl.lit(None, pl.String).alias("scope"),
    )
    ounce = pl.col("spelling").is_in(OUNCES)
    # An ounce is a volume of a liquid and else a weight; bytes, inches and metres mean what the category makes of them.
    loose = [
        (dimension == "mass", ounce, "weight", "expected", "solids"),
        (dimension == "mass", ounce, "weight", "guess", "neither"),
        (dimension == "volume", ounce, "volume", "expected", "drinks"),
        (dimension == "volume", ounce, "volume", "guess", "liquids"),
        (dimension == "data", symbol.is_in(["GB", "TB"]), "storage", "expected", "memories"),
        (dimension == "length", symbol == "in", "screen_size", "expected", "screens"),
        (dimension == "length", symbol.is_in(["m", "ft"]), "length", "expected", "cables"),
        (dimension == "frequency", symbol == "Hz", "refresh_rate", "expected", "screens"),
    ]  # fmt: skip
    guessed = [
        bare.filter(where, what).with_columns(
            pl.lit(attribute).alias("attribute"), pl.lit(kind).alias("kind"), pl.lit(scope).alias("scope")
        )
        for where, what, attribute, kind, scope in loose
    ]
    return _meant(pl.concat([known, certain.filter(~ounce), *guessed]))


def _chained(said: pl.DataFrame) -> pl.DataFrame:
    """A quantity of several in a row ("128GB & 256GB"): it is not proposed, but it makes others doubtful."""
    meant = {**_BY_DIMENSION, "data": "storage"}
    several = said.filter(pl.col("chain").is_not_null(), pl.col("dimension").is_in(list(meant)))
    attribute = pl.col("dimension").replace_strict(meant, default=None, return_dtype=pl.String)
    return _meant(
        several.with_columns(
            pl.coalesce("named", attribute).alias("attribute"),
            pl.lit("chain").alias("kind"),
            pl.lit(None, pl.String).alias("scope"),
        )
    )


def _pairs(said: pl.DataFrame) -> pl.DataFrame:
    """ "8GB/256GB", "8/256GB", "8+256GB": memory and storage of a phone, if the first is the smaller one."""
    pair = said.filter(pl.col("dimension") == "data", pl.col("symbol") == "GB", pl.col("named").is_null())
    first = pl.col("chain").str.extract(r"^(\d{1,2}) ?(?:gb)? ?[/+] ?$")
    smaller = first.cast(pl.Int64, strict=False) * 4 <= pl.col("number").cast(pl.Int64, strict=False)
    found = pair.with_columns(first.alias("first")).filter(pl.col("first").is_not_null(), smaller)
    guess = [pl.lit("guess").alias("kind"), pl.lit(None, pl.String).alias("scope")]
    return pl.concat(
        [
            _meant(found.with_columns(pl.lit("ram").alias("attribute"), pl.col("first").alias("number"), *guess)),
            _meant(found.with_columns(pl.lit("storage").alias("attribute"), *guess)),
        ]
    )


def _multiples(said: pl.DataFrame) -> pl.DataFrame:
    """ "6 x 500 ml", "500 ml x 6": so many in the pack, and how much each of them is."""
    many = said.filter(pl.col("dimension").is_in(["mass", "volume"]))
    count = pl.coalesce(
        pl.col("chain").str.extract(r"^(\d{1,4}) ?[x×*] ?$"), pl.col("after").str.extract(r"^[x×*] ?(\d{1,4})$")
    )
    found = many.with_columns(count.alias("count")).filter(pl.col("count").is_not_null())
    found = found.filter(pl.col("chain").is_null() | pl.col("after").is_null(), ~pl.col("spelling").is_in(OUNCES))
    context = [pl.lit("context").alias("kind"), pl.lit(None, pl.String).alias("scope")]
    each = pl.col("dimension").replace_strict(_BY_DIMENSION, return_dtype=pl.String)
    packs = found.with_columns(pl.lit("pack_count").alias("attribute"), pl.col("count").alias("number"), *context)
    return pl.concat([_meant(packs), _meant(found.with_columns(each.alias("attribute"), *context))])


def _meant(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("hit", "attribute", "number", "symbol", "kind", "scope", _evidence().alias("evidence"))


def _evidence() -> pl.Expr:
    """The hit without the character that was read to see whether the word goes on."""
    return pl.col("hit").str.strip_suffix(pl.col("tail").fill_null(""))


def _canonical(meant: pl.DataFrame) -> pl.DataFrame:
    """Numbers and units in canonical form; what is no number or not plausible for the attribute is dropped."""
    distinct = meant.select("attribute", "number", "symbol").unique()
    values = [canonical(*row) for row in distinct.iter_rows()]  # Python, but only once for each distinct quantity
    unit_of = {name: attribute.unit for name, attribute in ATTRIBUTES.items()}
    with_values = distinct.with_columns(pl.Series("value", values, pl.String)).filter(pl.col("value").is_not_null())
    return (
        meant.join(with_values, on=["attribute", "number", "symbol"])
        .with_columns(pl.col("attribute").replace_strict(unit_of, return_dtype=pl.String).alias("unit"))
        .select(MEANING.names())
        .unique()
    )


def canonical(attribute_name: str, number: str, symbol: str) -> str | None:
    """The number in the attribute's unit as Decimal text without trailing zeros; null where it cannot be its value."""
    attribute = ATTRIBUTES[attribute_name]
    amount = read_number(number)
    if amount is None:
        return None
    if attribute.unit is not None:
        amount = CONTEXT.multiply(amount, factor(symbol, attribute.unit))
    try:
        rounded = amount.quantize(Decimal(1).scaleb(-attribute.decimals), ROUND_HALF_EVEN, CONTEXT)
    except InvalidOperation:
        return None
    low, high = words.BELIEVED.get(attribute_name) or (attribute.low or Decimal(0), attribute.high or rounded)
    if not low <= rounded <= high or rounded <= 0:
        return None
    return decimal_text(rounded)


def decimal_text(value: Decimal) -> str:
    """Plain notation without trailing zeros: 15.6, 500, 0.25."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_FRACTIONS = frozenset({2, 3, 4, 8, 16, 32, 64})


def read_number(text: str) -> Decimal | None:
    """A number as it stands in a text: "1,000", "15,6", "27 1/2", "3/4", ".5"; null where it can be none."""
    whole, _, fraction = text.replace("-", " ").rpartition(" ") if "/" in text else (text, "", "")
    amount = _plain_number(whole) if whole or not fraction else Decimal(0)
    if amount is None or not fraction:
        return amount
    above, below = (int(part) for part in fraction.split("/"))
    if below not in _FRACTIONS or not 0 < above < below or amount != amount.to_integral_value():
        return None
    return amount + CONTEXT.divide(Decimal(above), Decimal(below))


def _plain_number(text: str) -> Decimal | None:
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[0-9]{1,9},[0-9]{1,2}", text):
        text = text.replace(",", ".")
    return Decimal(text) if re.fullmatch(r"[0-9]{0,12}(\.[0-9]{1,6})?", text) and text else None
