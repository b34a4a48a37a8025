"""`bazaar`: a web shop's export. CSV with commas, HTML bodies, rows for variants, names made to be clicked on.

Belongs here: this archetype's columns, words and damage. Does not belong here: what it offers (`offers.py`), which
records a file holds (`records.py`).

Half of the offers state color and size in option columns; of the others, and for all other attributes but weight, the
name is the only place.
"""

from typing import Any

import polars as pl

from catalog_assets.simulator import text, words
from catalog_assets.simulator.draws import Draws, Ids
from catalog_assets.simulator.plan import Plan, Supplier
from catalog_assets.simulator.records import CONTINUATION, Rendered, fault
from catalog_assets.simulator.world import (
    BRANDS,
    MODELS,
    OPTIONS,
    joined,
    model_names,
    name_words,
    option_words,
    pick,
    slugs,
)

LINE_END = "\n"
COLUMNS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
    "Option2 Name", "Option2 Value", "Variant SKU", "Variant Grams", "Variant Inventory Qty", "Variant Price",
    "Variant Barcode", "Image Src", "Image Position",
)  # fmt: skip
HEADER: str | None = ",".join(COLUMNS)
_ONLY_FIRST = ("Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option2 Name")


def source_block(supplier: Supplier) -> dict[str, Any]:
    """What catalog.yaml says of this supplier."""
    return {
        "format": "csv",
        "delivery": "full",
        "priority": 10 + supplier.number,
        "currency": supplier.currency,
        "decimal": "point",
        "language": "en",
        "continuation": True,
        "columns": {
            "product_id": "Handle",
            "name": "Title",
            "brand": "Vendor",
            "gtin": "Variant Barcode",
            "description": "Body (HTML)",
            "category_path": "Type",
            "price": "Variant Price",
            "stock": "Variant Inventory Qty",
            "image_url": "Image Src",
        },
        "attributes": {"color": "Option1 Value", "size": "Option2 Value", "weight": "Variant Grams"},
    }


def product_ids(supplier: Supplier, rows: pl.DataFrame) -> pl.Series:
    """The handle: brand, model and a letter, as in a URL."""
    letter = pick(("a", "b", "c"), rows["variant"])
    parts = [
        pick(slugs(BRANDS), rows["brand"]),
        pick(slugs(MODELS), rows["word"]),
        rows["number"].cast(pl.String),
        letter,
    ]
    return joined(parts, "-")


def render(plan: Plan, supplier: Supplier, rows: pl.DataFrame) -> Rendered:
    """The rows as CSV records without line ends at their ends (bodies may hold some)."""
    ids = rows["true_id"].to_numpy()
    broken = rows["fault"]
    further = rows["role"] == CONTINUATION

    def draw(label: str) -> Draws:
        return Draws(plan.seed, supplier.number, "text", label)

    own = product_ids(supplier, rows)
    plain, described = _names(plan, rows, ids, draw), _bodies(rows, ids, draw, broken)
    names, bodies = (text.garbled(column, rows["mojibake"]) for column in (plain, described))
    seen = {"mojibake": (names != plain) | (bodies != described)}
    fields = _fields(plan, supplier, rows, ids, draw, own)
    fields["Title"] = text.csv_field(names, ",")
    fields["Body (HTML)"] = text.where(broken == fault("unclosed_quote"), '"' + bodies, text.csv_quoted(bodies))
    fields |= {name: text.where(further, "", fields[name]) for name in _ONLY_FIRST}
    lines = joined([fields[name].fill_null("") for name in COLUMNS], ",")
    wrong = broken == fault("wrong_field_count")
    cut = pl.Series(draw("cut").integers(ids, 0, 2) == 0)
    short = joined([fields[name].fill_null("") for name in COLUMNS[:9]], ",")
    lines = text.where(wrong, text.where(cut, short, lines + ",,true"), lines)
    return Rendered(lines, own, seen)


def _fields(
    plan: Plan, supplier: Supplier, rows: pl.DataFrame, ids: Ids, draw: Any, own: pl.Series
) -> dict[str, pl.Series]:
    broken, part = rows["fault"], rows["part"]
    further = rows["role"] == CONTINUATION
    # Some exports repeat the handle on each row of a product, some do not.
    bare = text.flags(draw("bare rows"), ids, 0.5) & further
    has_options = text.flags(draw("options"), ids, 0.5)
    color = text.where(has_options, option_words(rows, "color", lambda _, v: "Grey" if v == "Gray" else v), None)
    size = text.where(has_options, _sizes(rows), None)
    kinds, picture = color.is_not_null(), part == 3
    sku = rows["serial"].cast(pl.String).str.zfill(8) + text.where(further, "-" + part.cast(pl.String), "")
    qty = Draws(plan.seed, supplier.number, "stock", rows["day"][0]).integers(
        ids + rows["part"].to_numpy() * 7, -20, 60
    )
    grams = text.where(text.flags(draw("grams"), ids, 0.6), rows["weight"].cast(pl.String), None).fill_null("0")
    host = f"https://{supplier.name.replace('_', '-')}.example/cdn/"
    fields = {
        "Handle": text.where((broken == fault("missing_id")) | bare, "", own),
        "Vendor": text.csv_field(_vendors(plan, rows, ids, draw), ","),
        "Type": text.csv_field(_types(rows, ids, draw), ","),
        "Tags": text.csv_field(_tags(rows), ","),
        "Published": pick(("true",), ids * 0),
        "Option1 Name": text.where(kinds, text.drawn(("Color", "COLOR", "Colour"), draw("option 1"), ids), ""),
        "Option1 Value": color,
        "Option2 Name": text.where(size.is_not_null(), "Size", ""),
        "Option2 Value": size,
        "Variant SKU": sku,
        "Variant Grams": grams,
        "Variant Inventory Qty": pl.Series(qty).clip(0).cast(pl.String),
        "Variant Price": text.csv_field(_prices(supplier, rows, ids, draw), ","),
        "Variant Barcode": text.where(further, "", _barcodes(rows, ids, draw)),
        "Image Src": host + own + text.where(further, "-" + part.cast(pl.String), "") + ".jpg",
        "Image Position": (part + 1).cast(pl.String),
    }
    # The last of three further rows is a picture and nothing else.
    for name in COLUMNS[8:16]:
        if name in fields:
            fields[name] = text.where(picture, "", fields[name])
    return fields


def _sizes(rows: pl.DataFrame) -> pl.Series:
    """The size of the product, and on further rows other sizes."""
    values = OPTIONS["size"]
    shifted = (rows["size"].cast(pl.Int32) + rows["part"].cast(pl.Int32)) % len(values)
    return pick(values, text.select(pl.when(rows["role"] == CONTINUATION).then(shifted).otherwise(rows["size"])))


def _names(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    dirt = plan.dirt
    brand, model = pick(BRANDS, rows["brand"]), model_names(rows)
    noun = pick([c.noun for c in words.CATEGORIES], rows["category"])
    usual = joined([brand, model, noun, *name_words(rows, "name_shop")], " ")
    name = text.where(rows["name_conflict"], "The " + model + " you wanted, by " + brand, usual)
    name = text.where(text.flags(draw("shouting"), ids, dirt.shouting), name.str.to_uppercase(), name)
    name = text.where(
        text.flags(draw("emoji"), ids, dirt.emoji), text.drawn(words.EMOJI, draw("which emoji"), ids) + " " + name, name
    )
    promoted = name + " " + text.drawn(words.PROMOTIONS, draw("which promotion"), ids)
    name = text.where(text.flags(draw("promotion"), ids, dirt.promotion), promoted, name)
    blank = text.drawn(("  ", "\t", "\u00a0", " "), draw("which space"), ids)
    spaced = blank + name.str.replace(" ", "  ", literal=True) + " "
    return text.where(text.flags(draw("white space"), ids, dirt.whitespace), spaced, name)


def _bodies(rows: pl.DataFrame, ids: Ids, draw: Any, broken: pl.Series) -> pl.Series:
    parts = {
        "brand": pick([b.replace("&", "&amp;") for b in BRANDS], rows["brand"]),
        "model": model_names(rows),
        "noun": pick([c.noun.lower() for c in words.CATEGORIES], rows["category"]),
    }
    told = text.descriptions(rows, ids, draw("opening"), draw("feature"), parts, german=False)
    whole = broken != fault("unclosed_quote")
    told = text.where(rows["hostile"] & whole, text.drawn(words.HOSTILE, draw("hostile"), ids) + " " + told, told)
    styled = text.flags(draw("styled"), ids, 0.3) & whole
    plain = "<p>" + told + "</p>"
    rich = (
        '<meta charset="utf-8">\n<p><strong>' + told + '</strong></p>\n<ul class="notes"><li>30 day returns</li></ul>'
    )
    return text.where(styled, rich, plain)


def _vendors(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    brand = pick(BRANDS, rows["brand"])
    form = draw("vendor").uniform(ids)
    variant = text.where(form < 0.5, brand.str.to_uppercase(), " " + brand.str.to_lowercase() + " ")
    return text.where(text.flags(draw("brand"), ids, plan.dirt.brand_variant), variant, brand)


def _types(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    count = len(words.CATEGORIES)
    shift = pl.Series(draw("wrong category").integers(ids, 1, count))
    code = text.select(
        pl.when(rows["category_conflict"])
        .then((rows["category"].cast(pl.Int64) + shift) % count)
        .otherwise(rows["category"])
    )
    kinds = pick([c.kind for c in words.CATEGORIES], code)
    kinds = text.where(text.flags(draw("type case"), ids, 0.2), kinds.str.to_lowercase(), kinds)
    unknown = text.drawn(words.UNKNOWN_CATEGORIES, draw("unknown category"), ids)
    return text.where(rows["unknown_category"], unknown, kinds)


def _tags(rows: pl.DataFrame) -> pl.Series:
    return pick([", ".join((*c.path, c.kind)) for c in words.CATEGORIES], rows["category"])


def _prices(supplier: Supplier, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    broken = rows["fault"]
    cents = text.select(pl.when(broken == fault("negative_price")).then(-rows["cents"]).otherwise(rows["cents"]))
    sign = {"GBP": "£", "USD": "$"}[supplier.currency]
    price = text.where(
        text.flags(draw("currency sign"), ids, 0.1) & (cents > 0), sign + text.money(cents, ","), text.money(cents)
    )
    price = text.where(broken == fault("missing_price"), "", price)
    return text.where(
        broken == fault("unreadable_price"), text.drawn(words.UNREADABLE_PRICES, draw("unreadable"), ids), price
    )


def _barcodes(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    """Thirteen digits, a third of them with the apostrophe that keeps spreadsheets from reading a number."""
    digits = text.damaged_gtins(rows, ids, draw("check digit")).cast(pl.String).str.zfill(13)
    return text.where(text.flags(draw("apostrophe"), ids, 1 / 3), "'" + digits, digits)
