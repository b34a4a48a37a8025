"""`acme_wholesale`: an American wholesaler's API dump. NDJSON, USD, everything once and then what changed.

Belongs here: this archetype's keys, words and damage. Does not belong here: what it offers (`offers.py`), which
records a file holds (`records.py`).
"""

from typing import Any

import polars as pl

from catalog_assets.simulator import text, words
from catalog_assets.simulator.draws import Draws, Ids
from catalog_assets.simulator.plan import Plan, Supplier
from catalog_assets.simulator.records import Rendered, fault
from catalog_assets.simulator.world import (
    ATTRIBUTES,
    BRANDS,
    joined,
    model_names,
    name_words,
    option_words,
    part_numbers,
    pick,
)

LINE_END = "\n"
HEADER: str | None = None
_FORMS = ("{}", "{}", "{} Inc.", "{}, Inc.", "{} Corp.")


def source_block(supplier: Supplier) -> dict[str, Any]:
    """What catalog.yaml says of this supplier."""
    return {
        "format": "ndjson",
        "delivery": "delta",
        "priority": 10 + supplier.number,
        "decimal": "point",
        "language": "en",
        "columns": {
            "product_id": "sku",
            "name": "title",
            "brand": "manufacturer",
            "mpn": "part_number",
            "gtin": "upc",
            "description": "description",
            "category_path": "category",
            "price": "price.amount",
            "currency": "price.currency",
            "availability": "availability",
            "stock": "quantity",
            "url": "url",
            "image_url": "image",
            "updated_at": "updated_at",
        },
        "attributes": {"*": "attributes"},
    }


def product_ids(supplier: Supplier, rows: pl.DataFrame) -> pl.Series:
    """ACM and eight digits."""
    number = rows["serial"].cast(pl.String).str.zfill(8)
    return ("ACM" if supplier.number == 1 else f"AC{supplier.number + 1}-") + number


def render(plan: Plan, supplier: Supplier, rows: pl.DataFrame) -> Rendered:
    """The rows as lines of JSON."""
    ids = rows["true_id"].to_numpy()
    broken = rows["fault"]

    def draw(label: str) -> Draws:
        return Draws(plan.seed, supplier.number, "text", label)

    own = product_ids(supplier, rows)
    plain, described = _names(plan, rows, ids, draw), _descriptions(rows, ids, draw)
    names, garbled = (text.garbled(column, rows["mojibake"]) for column in (plain, described))
    seen = {"mojibake": (names != plain) | (garbled != described), "html": rows["html"]}
    marked = (
        "<p>" + garbled.str.replace_all("&", "&amp;", literal=True).str.replace(". ", ".<br/>", literal=True) + "</p>"
    )
    pairs = {
        "sku": text.where(broken == fault("missing_id"), None, own),
        "title": text.where(broken == fault("missing_name"), None, names),
        "manufacturer": _brands(plan, rows, ids, draw),
        "part_number": text.where(rows["no_mpn"], None, _part_numbers(rows, ids, draw)),
        "upc": _upcs(rows, ids, draw),
        "category": _categories(rows, ids, draw),
        "description": text.where(rows["html"], marked, garbled),
    }
    stock = pl.Series(Draws(plan.seed, supplier.number, "stock", rows["day"][0]).integers(ids, -40, 200)).clip(0)
    available = text.where(rows["gone"], "discontinued", text.where(stock > 0, "in stock", "out of stock"))
    host = f"https://{supplier.name.replace('_', '-')}.example"
    later = {
        "availability": available,
        "url": f"{host}/p/" + own,
        "image": f"{host}/img/" + own + ".png",
        "updated_at": _moments(rows["updated"]),
    }
    fields = [
        *(f'"{key}":' + text.json_string(value).fill_null("null") for key, value in pairs.items()),
        '"price":' + _prices(supplier, rows, ids, draw, broken),
        '"quantity":' + stock.cast(pl.String),
        '"attributes":{' + _attributes(plan, rows, ids, draw) + "}",
        *(f'"{key}":' + text.json_string(value) for key, value in later.items()),
    ]
    lines = "{" + joined(fields, ",") + "}"
    return Rendered(_damaged(lines, broken, ids, draw), own, seen)


def _damaged(lines: pl.Series, broken: pl.Series, ids: Ids, draw: Any) -> pl.Series:
    """Lines that are no JSON: cut off, or with a colon lost."""
    cut = lines.str.slice(0, (lines.str.len_chars() * 6) // 10)
    lost = lines.str.replace('"title":', '"title"', literal=True)
    bad = text.where(pl.Series(draw("bad json").integers(ids, 0, 2) == 0), cut, lost)
    return text.where(broken == fault("invalid_json"), bad, lines)


def _brands(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    brand = pick(BRANDS, rows["brand"])
    form = draw("brand form").integers(ids, 0, len(_FORMS))
    variants = [brand.str.to_uppercase(), *(pick([f.format(b) for b in BRANDS], rows["brand"]) for f in _FORMS[1:])]
    chosen = variants[0]
    for index, variant in enumerate(variants[1:], start=1):
        chosen = text.where(form == index, variant, chosen)
    return text.where(text.flags(draw("brand"), ids, plan.dirt.brand_variant), chosen, brand)


def _names(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    brand, model = pick(BRANDS, rows["brand"]), model_names(rows)
    noun = pick([c.noun for c in words.CATEGORIES], rows["category"])
    shown = name_words(rows, "name_en")
    extra = joined(shown, ", ")
    usual = joined([brand, model, noun], " ") + text.where(extra != "", " - " + extra, "")
    return text.where(rows["name_conflict"], model + " Collection by " + brand, usual)


def _part_numbers(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    normal = part_numbers(rows)
    spelled = text.where(text.flags(draw("mpn case"), ids, 0.2), normal.str.to_lowercase(), normal)
    bare = spelled.str.replace_all("-", "", literal=True)
    return text.where(text.flags(draw("mpn hyphen"), ids, 0.2), bare, spelled)


def _upcs(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    """Twelve digits where they are enough, else thirteen."""
    gtin = text.damaged_gtins(rows, ids, draw("check digit"))
    digits = gtin.cast(pl.String)
    return text.where(gtin < 10**12, digits.str.zfill(12), digits)


def _categories(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    count = len(words.CATEGORIES)
    shift = pl.Series(draw("wrong category").integers(ids, 1, count))
    code = text.select(
        pl.when(rows["category_conflict"])
        .then((rows["category"].cast(pl.Int64) + shift) % count)
        .otherwise(rows["category"])
    )
    path = pick([" > ".join((*c.path, c.name)) for c in words.CATEGORIES], code)
    unknown = text.drawn(words.UNKNOWN_CATEGORIES, draw("unknown category"), ids)
    return text.where(rows["unknown_category"], unknown, path)


def _descriptions(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    parts = {
        "brand": pick(BRANDS, rows["brand"]),
        "model": model_names(rows),
        "noun": pick([c.noun.lower() for c in words.CATEGORIES], rows["category"]),
    }
    usual = text.descriptions(rows, ids, draw("opening"), draw("feature"), parts, german=False)
    return text.where(rows["hostile"], text.drawn(words.HOSTILE, draw("hostile"), ids) + " " + usual, usual)


def _prices(supplier: Supplier, rows: pl.DataFrame, ids: Ids, draw: Any, broken: pl.Series) -> pl.Series:
    """Amounts as numbers, one in ten as text with thousands separators."""
    cents = text.select(pl.when(broken == fault("negative_price")).then(-rows["cents"]).otherwise(rows["cents"]))
    amount = text.money(cents)
    as_text = text.flags(draw("amount as text"), ids, 0.1)
    amount = text.where(as_text, '"' + text.money(cents, ",") + '"', amount)
    amount = text.where(broken == fault("missing_price"), "null", amount)
    instead = text.json_string(text.drawn(words.UNREADABLE_PRICES, draw("unreadable"), ids))
    amount = text.where(broken == fault("unreadable_price"), instead, amount)
    return '{"amount":' + amount + f',"currency":"{supplier.currency}"' + "}"


def _attributes(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    """The members of the attributes object; a key that is not stated is not there."""
    members = []
    for name in (*ATTRIBUTES, "weight"):
        if name == "weight":
            value = text.weights_imperial(rows["weight"])
        else:
            value = option_words(rows, name, lambda a, v: words.spelled(a, v, "cell_en"))
        silent = text.flags(draw(f"unstated {name}"), ids, plan.dirt.unstated_attributes)
        members.append(text.where(silent, None, f'"{words.LABELS_EN[name]}":' + text.json_string(value)))
    return joined(members, ",")


def _moments(minutes: pl.Series) -> pl.Series:
    return (minutes * 60_000_000).cast(pl.Datetime("us")).dt.to_string("%Y-%m-%dT%H:%M:%SZ")
