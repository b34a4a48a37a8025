"""The story of a product: from its values back to the bytes they were read from.

Belongs here: following a product through every table, and telling it to a person or a program. Does not belong here:
writing provenance (each stage does).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from catalog_assets.raw.compression import decompress
from catalog_assets.raw.deliveries import effective
from catalog_assets.stages import ALL, World
from catalog_assets.standardized.spellings import Spellings
from catalog_assets.standardized.stage import learned_spellings

Story = dict[str, Any]
REFUSED_COLUMNS = ("stage", "day", "rule", "message", "file", "record_number", "byte_offset", "byte_length", "payload")


class UnknownProduct(Exception):
    """No record of that source names the product."""


def trace(world: World, source: str, product_id: str) -> Story:
    """Everything known of one supplier's product. Raises UnknownProduct, naming near misses.

    deliveries: each record that was the offer of a day, with its place in the landed file. product: the live product
    that it belongs to. values: each value of that product with source, record, method, version, confidence, evidence,
    annotator. refused: records of it in quarantine.
    """
    offers = world.lake.scan("standardized_products").filter(
        pl.col("source") == source, pl.col("product_id") == product_id
    ).sort("day").collect()  # fmt: skip
    history = _history(world, source, product_id)
    refused = [*_refused(world, source, product_id), *_refused_products(world, history)]
    if offers.is_empty() and not refused:
        raise UnknownProduct(_unknown(world, source, product_id))
    product = _current(world, source, product_id)
    return {
        "source": source,
        "product_id": product_id,
        "offers": [_offer(world, row) for row in offers.to_dicts()],
        "history": history,
        "product": product,
        "values": list(_values(world, history)),
        "refused": refused,
    }


def _unknown(world: World, source: str, product_id: str) -> str:
    if source not in world.catalog.sources:
        return f"There is no source '{source}'; the sources are {', '.join(world.catalog.sources)}."
    names = world.lake.scan("standardized_products").filter(pl.col("source") == source).select("product_id")
    near = names.unique().sort("product_id").head(3).collect()["product_id"].to_list()
    return f"No record of '{source}' names the product '{product_id}'; it has for example {', '.join(near) or 'none'}."


def _offer(world: World, row: Story) -> Story:
    place = record_place(world, row["delivery_id"], row["record_number"])
    kept = {name: value for name, value in row.items() if value not in (None, []) and name != "run_id"}
    return {**kept, "record": place, "run_id": row["run_id"]}


def record_place(world: World, delivery_id: str, record_number: int) -> Story:
    """Where a record stands: file, SHA-256, landed location, bytes or row, and the payload."""
    delivery = effective(world, world.lake.read("deliveries").filter(pl.col("delivery_id") == delivery_id))
    if delivery.is_empty():
        return {"delivery_id": delivery_id, "record_number": record_number}
    told = delivery.row(0, named=True)
    where = {"day": told["day"], "source": told["source"]}
    raw = world.lake.scan("raw_products", **where).filter(
        pl.col("delivery_id") == delivery_id, pl.col("record_number") == record_number
    ).collect()  # fmt: skip
    record = raw.row(0, named=True) if raw.height else {}
    return {
        "delivery_id": delivery_id,
        "record_number": record_number,
        "file": told["path"],
        "sha256": told["sha256"],
        "landed": world.landing.location(told["sha256"]),
        "delivered_at": told["delivered_at"],
        "landed_at": told["landed_at"],
        "retracted": told["retracted"],
        **{name: record.get(name) for name in ("byte_offset", "byte_length", "row_group", "row", "format", "payload")},
    }


def record_bytes(world: World, place: Story) -> bytes:
    """The record's bytes, read again from the landed file (not for Parquet, whose records are no byte ranges)."""
    landed = world.landing.get(place["sha256"], world.catalog.limits.file_bytes)
    stream: bytes = decompress(landed, place["file"], world.catalog.limits)
    return stream[place["byte_offset"] : place["byte_offset"] + place["byte_length"]]


def _has_offer(source: str, product_id: str) -> pl.Expr:
    offer = pl.element().struct
    mine = (offer.field("source") == source) & (offer.field("product_id") == product_id)
    return pl.col("offers").list.eval(mine).list.any()


def _history(world: World, source: str, product_id: str) -> list[Story]:
    """The days on which the product was touched: key, status, members, conflicts."""
    rows = world.lake.scan("matched_products").filter(_has_offer(source, product_id)).sort("day").collect()
    columns = (
        "day", "product_key", "parent_key", "status", "name", "offers", "links", "origins", "conflicts", "known_from",
    )  # fmt: skip
    return rows.select(columns).to_dicts()


def _current(world: World, source: str, product_id: str) -> Story | None:
    rows = world.lake.scan("catalog_products").filter(_has_offer(source, product_id)).collect()
    return rows.row(0, named=True) if rows.height else None


def _values(world: World, history: list[Story]) -> Iterator[Story]:
    """Each value of the product on its latest day: golden fields, then what was reviewed."""
    if not history:
        return
    day, key = history[-1]["day"], history[-1]["product_key"]
    yield from _priced(world, history[-1], _golden(world, history[-1]))
    reviewed = world.lake.scan("reviewed_attributes", day=day).filter(pl.col("product_key") == key).sort("attribute")
    for row in reviewed.collect().to_dicts():
        yield {name: value for name, value in row.items() if name not in ("day", "product_key")}


def _priced(world: World, touched: Story, golden: Iterable[Story]) -> Iterator[Story]:
    """The values, with what was decided about the price: held, taken as it is, or put in its place by a person."""
    rows = world.lake.scan("validated_products", day=touched["day"]).filter(
        pl.col("product_key") == touched["product_key"]
    ).collect()  # fmt: skip
    judged = rows.row(0, named=True) if rows.height else None
    for value in golden:
        if value["attribute"] != "price" or judged is None:
            yield value
        else:
            yield {**value, "state": judged["price_state"], **(_decided(value, judged) or {})}


def _decided(price: Story, judged: Story) -> Story | None:
    if judged["price_method"] != "person":
        return None
    shown = price["value"] if judged["price"] is None else str(judged["price"])  # refused: what was refused
    return {
        "value": shown, "method": "person", "annotator": judged["price_annotator"],
        "decided_at": judged["price_decided_at"], "evidence": f"the supplier said {price['value']}",
    }  # fmt: skip


def _golden(world: World, touched: Story) -> Iterator[Story]:
    """Fields taken over from an offer: from the lead offer, unless `origins` names another."""
    row = world.lake.scan("matched_products", day=touched["day"]).filter(
        pl.col("product_key") == touched["product_key"]
    ).collect().row(0, named=True)  # fmt: skip
    if not row["offers"]:
        return
    lead = row["offers"][0]
    origins = {origin["field"]: origin for origin in row["origins"]}
    spelled = spelling_of(learned_spellings(world, lead["day"]), row["brand"])
    for name in ("name", "brand", "mpn", "gtin", "price", "currency", "availability", "stock", "url", "image_url"):
        if row[name] is not None:
            origin = origins.get("price" if name == "currency" else name, lead)
            yield {
                "attribute": name, "value": str(row[name]), "method": "supplier", "confidence": None,
                **{c: origin[c] for c in ("source", "product_id", "delivery_id", "record_number")},
                "run_id": row["run_id"], "evidence": spelled if name == "brand" else None,
            }  # fmt: skip


def spelling_of(release: Spellings | None, brand: str | None) -> str | None:
    """The release that spells brands like this one so, and the people who taught it; None where none does."""
    taught = [] if release is None else sorted(lower for lower, name in release.names.items() if name == brand)
    if release is None or not taught:
        return None
    people = sorted({release.by[lower] for lower in taught if lower in release.by})
    return f"brands {release.version} spells it so" + (f", as {', '.join(people)} taught" if people else "")


def _refused(world: World, source: str, product_id: str) -> list[Story]:
    fates = world.lake.scan("record_fates").filter(pl.col("source") == source, pl.col("product_id") == product_id)
    rows = world.lake.scan("quarantine").join(
        fates.select("stage", "day", "record_id"), on=["stage", "day", "record_id"]
    )
    return rows.select(REFUSED_COLUMNS).collect().to_dicts()


def _refused_products(world: World, history: list[Story]) -> list[Story]:
    """Refusals of the product that the offer is part of, after matching."""
    keys = sorted({row["product_key"] for row in history})
    rows = world.lake.scan("quarantine").filter(pl.col("source") == ALL, pl.col("record_id").is_in(keys))
    return rows.select(REFUSED_COLUMNS).sort("day").collect().to_dicts()


def tell(story: Story) -> Iterator[str]:
    """The story in lines for a person."""
    yield f"{story['source']} / {story['product_id']}"
    product = story["product"]
    if product:
        price = (
            f"{product['price']} {product['currency']}"
            if product["price"] is not None
            else f"price {product['price_state']}"
        )
        yield f"  in the catalogue as {product['product_key']}: {product['name']}"
        yield f"                {price}, quality {product['quality']:.0f} of 100"
    else:
        yield "  not in the catalogue now"
    yield "  came in"
    for offer in story["offers"]:
        record = offer["record"]
        yield f"    {offer['day']}  {record.get('file')}, record {record['record_number']}{_bytes(record)}"
        digest = str(record.get("sha256"))[:16]
        yield f"                sha256 {digest}…, delivered {_short(record.get('delivered_at'))}"
        yield f"                {str(record.get('payload'))[:160]!r}"
    yield "  was matched"
    for row in story["history"]:
        why = {(link["source"], link["product_id"]): _why(link) for link in row["links"]}
        members = [(o["source"], o["product_id"]) for o in row["offers"]]
        others = [f"{source}/{product_id}{why.get((source, product_id), '')}" for source, product_id in members]
        yield f"    {row['day']}  {row['status']} as {row['product_key']} with {', '.join(others)}"
        if row["parent_key"]:
            yield f"                a variant of {row['parent_key']}"
        for conflict in row["conflicts"]:
            mark = "chosen" if conflict["chosen"] else "not chosen"
            yield f"                {conflict['field']}: {conflict['value']!r:.60} from {conflict['source']} ({mark})"
    yield "  its values"
    for value in story["values"]:
        yield f"    {_value(value)}"
    for row in story["refused"]:
        yield f"  refused on {row['day']} by {row['stage']}: {row['rule']}: {row['message']}"
        if row["file"]:
            yield f"                {row['file']}, record {row['record_number']}{_bytes(row)}"
        if row["payload"]:
            yield f"                {str(row['payload'])[:160]!r}"


def _why(link: Story) -> str:
    """Why an offer belongs to its product."""
    if link["method"] == "model":
        return f" (by matcher {link['model_version']}, {link['confidence']:.2f})"
    return f" (by {link['method']})" if link["method"] else ""


def _bytes(record: Story) -> str:
    if record.get("byte_offset") is not None:
        return f", bytes {record['byte_offset']}+{record['byte_length']}"
    return f", row group {record.get('row_group')}, row {record.get('row')}"


def _short(moment: dt.datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "?"


def _value(value: Story) -> str:
    amount = " ".join(part for part in (value["value"], value.get("unit")) if part)
    text = f"{value['attribute']} = {amount!r:.70}"
    if value.get("state"):
        text += f"  {value['state']}"
    how = f"{value['method']} {value.get('model_version') or ''}".strip()
    text += f"  by {how}"
    if value.get("confidence") is not None:
        text += f", confidence {value['confidence']:.2f}"
    if value.get("annotator"):
        text += f", {value['annotator']} on {_short(value['decided_at'])}"
    if value.get("evidence"):
        text += f", evidence {value['evidence']!r:.60}"
    if value.get("delivery_id"):
        text += f", from {value['source']} record {value['delivery_id']}:{value['record_number']}"
    return text
