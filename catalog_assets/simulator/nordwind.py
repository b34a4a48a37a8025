"""`nordwind`: a German wholesaler's ERP export. CSV with semicolons, decimal comma, EUR, everything every day, gzip.

Belongs here: this archetype's columns, words and damage. Does not belong here: what it offers (`offers.py`), which
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

LINE_END = "\r\n"
_CELLS = (*ATTRIBUTES, "weight")
COLUMNS = (
    "Artikelnummer", "Bezeichnung", "Hersteller", "Herstellernummer", "EAN", "Warengruppe", "Beschreibung", "Preis",
    "Währung", "Bestand", "Verfügbarkeit", "Geändert", *(words.LABELS_DE[name] for name in _CELLS), "Link", "Bild",
)  # fmt: skip
HEADER: str | None = ";".join(COLUMNS)

_AVAILABLE = ("auf Lager", "sofort lieferbar")


def source_block(supplier: Supplier) -> dict[str, Any]:
    """What catalog.yaml says of this supplier."""
    return {
        "format": "csv",
        "csv": {"delimiter": ";"},
        "delivery": "full",
        "priority": 10 + supplier.number,
        "currency": supplier.currency,
        "decimal": "comma",
        "language": "de",
        "columns": {
            "product_id": "Artikelnummer",
            "name": "Bezeichnung",
            "brand": "Hersteller",
            "mpn": "Herstellernummer",
            "gtin": "EAN",
            "description": "Beschreibung",
            "category_path": "Warengruppe",
            "price": "Preis",
            "currency": "Währung",
            "availability": "Verfügbarkeit",
            "stock": "Bestand",
            "url": "Link",
            "image_url": "Bild",
            "updated_at": "Geändert",
        },
        "attributes": {name: words.LABELS_DE[name] for name in _CELLS},
    }


def product_ids(supplier: Supplier, rows: pl.DataFrame) -> pl.Series:
    """NW- and eight digits."""
    number = rows["serial"].cast(pl.String).str.zfill(8)
    return ("NW-" if supplier.number == 0 else f"N{supplier.number + 1}-") + number


def render(plan: Plan, supplier: Supplier, rows: pl.DataFrame) -> Rendered:
    """The rows as CSV lines without line ends. Only names and descriptions can hold a semicolon."""
    ids = rows["true_id"].to_numpy()
    broken = rows["fault"]

    def draw(label: str) -> Draws:
        return Draws(plan.seed, supplier.number, "text", label)

    own = product_ids(supplier, rows)
    names = _names(plan, rows, ids, draw)
    plain, described = names, _descriptions(rows, ids, draw, broken)
    names, described = (text.garbled(column, rows["mojibake"]) for column in (plain, described))
    seen = {"mojibake": (names != plain) | rows["mojibake"], "html": rows["html"]}
    names, described = (text.where(rows["html"], text.entities(column), column) for column in (names, described))
    stock = pl.Series(Draws(plan.seed, supplier.number, "stock", rows["day"][0]).integers(ids, -40, 200)).clip(0)
    fields = [
        text.where(broken == fault("missing_id"), "", own),
        _name_fields(names, broken),
        _brands(plan, rows, ids, draw),
        text.where(rows["no_mpn"], "", part_numbers(rows)),
        text.damaged_gtins(rows, ids, draw("check digit")).cast(pl.String).str.zfill(13),
        _categories(rows, ids, draw),
        _description_fields(described, broken),
        _prices(plan, rows, ids, draw, broken),
        pick((supplier.currency,), ids * 0),
        stock.cast(pl.String),
        text.where(stock > 0, text.drawn(_AVAILABLE, draw("available"), ids), "nicht lieferbar"),
        _moments(rows["updated"]),
        *_cells(plan, rows, ids, draw),
        f"https://{supplier.name.replace('_', '-')}.example/artikel/" + own,
        f"https://{supplier.name.replace('_', '-')}.example/bilder/" + own + ".jpg",
    ]
    fields = [field.fill_null("") for field in fields]
    lines = joined(fields, ";")
    cut = draw("cut").integers(ids, 0, 2) == 0
    lines = text.where((broken == fault("wrong_field_count")) & pl.Series(cut), joined(fields[:5], ";"), lines)
    return Rendered(lines, own, seen)


def _brands(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    brand = pick(BRANDS, rows["brand"])
    return text.where(text.flags(draw("brand"), ids, plan.dirt.brand_variant / 2), brand.str.to_uppercase(), brand)


def _names(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    brand, model = pick(BRANDS, rows["brand"]), model_names(rows)
    noun = pick([c.noun_de for c in words.CATEGORIES], rows["category"])
    usual = joined([joined([brand, model, noun], " "), *name_words(rows, "name_de")], ", ")
    other = joined([noun, pl.Series(["von"]).new_from_index(0, len(noun)), brand, model], " ") + " Sonderedition"
    return text.where(rows["name_conflict"], other, usual)


def _name_fields(names: pl.Series, broken: pl.Series) -> pl.Series:
    quoted = text.csv_field(names, ";")
    named = text.where(broken == fault("missing_name"), "", quoted)
    # A wrong count is either a row cut short or a name with a semicolon that nobody quoted.
    loose = names.str.replace_all('"', "", literal=True) + "; Restposten"
    return text.where(broken == fault("wrong_field_count"), loose, named)


def _descriptions(rows: pl.DataFrame, ids: Ids, draw: Any, broken: pl.Series) -> pl.Series:
    parts = {
        "brand": pick(BRANDS, rows["brand"]),
        "model": model_names(rows),
        "noun": pick([c.noun_de for c in words.CATEGORIES], rows["category"]),
    }
    usual = text.descriptions(rows, ids, draw("opening"), draw("feature"), parts, german=True)
    hostile = rows["hostile"] & (broken != fault("unclosed_quote"))
    return text.where(hostile, text.drawn(words.HOSTILE, draw("hostile"), ids) + " " + usual, usual)


def _description_fields(described: pl.Series, broken: pl.Series) -> pl.Series:
    # Always quoted, so that a quote that is left open is met by the next row's opening quote, not by its end.
    return text.where(broken == fault("unclosed_quote"), '"' + described, text.csv_quoted(described))


def _categories(rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    count = len(words.CATEGORIES)
    shift = pl.Series(draw("wrong category").integers(ids, 1, count))
    code = text.select(
        pl.when(rows["category_conflict"])
        .then((rows["category"].cast(pl.Int64) + shift) % count)
        .otherwise(rows["category"])
    )
    path = pick([" > ".join(c.path_de) for c in words.CATEGORIES], code)
    unknown = text.drawn(words.UNKNOWN_CATEGORIES_DE, draw("unknown category"), ids)
    return text.where(rows["unknown_category"], unknown, path)


def _prices(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any, broken: pl.Series) -> pl.Series:
    cents = text.select(pl.when(broken == fault("negative_price")).then(-rows["cents"]).otherwise(rows["cents"]))
    price = text.money(cents, ".", ",")
    price = text.where(text.flags(draw("euro sign"), ids, 0.1), price + " €", price)
    price = text.where(broken == fault("missing_price"), "", price)
    words_instead = text.drawn(words.UNREADABLE_PRICES_DE, draw("unreadable"), ids)
    return text.where(broken == fault("unreadable_price"), words_instead, price)


def _moments(minutes: pl.Series) -> pl.Series:
    return (minutes * 60_000_000).cast(pl.Datetime("us")).dt.to_string("%d.%m.%Y %H:%M")


def _cells(plan: Plan, rows: pl.DataFrame, ids: Ids, draw: Any) -> list[pl.Series]:
    cells = []
    for name in _CELLS:
        if name == "weight":
            value = text.weights_metric(rows["weight"], ",")
        else:
            value = option_words(rows, name, lambda a, v: words.spelled(a, v, "cell_de"))
            if name == "screen_size":
                value = _screens(value, rows, ids, draw)
        silent = text.flags(draw(f"unstated {name}"), ids, plan.dirt.unstated_attributes)
        cells.append(text.where(silent, "", value))
    return cells


def _screens(value: pl.Series, rows: pl.DataFrame, ids: Ids, draw: Any) -> pl.Series:
    """A third of the screens in centimetres, as the law has it."""
    inches = option_words(rows, "screen_size", lambda _, v: v).cast(pl.Float64)
    metric = text.decimals(inches * 2.54, 1).str.replace(".", ",", literal=True) + " cm"
    return text.where(text.flags(draw("screen in cm"), ids, 0.33), metric, value)
