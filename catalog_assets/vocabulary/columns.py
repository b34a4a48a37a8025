"""The column registry: every table of the lake, its columns, their types and what they mean.

Belongs here: one `Table` per lake table. Contracts, Delta schemas, column metadata in the UI and the reference
documentation are derived from it. Does not belong here: rules about values (each stage's `contract.py`).
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

MONEY = pl.Decimal(18, 4)
MOMENT = pl.Datetime("us", "UTC")

ATTRIBUTE = pl.Struct({"name": pl.String, "value": pl.String, "unit": pl.String})
"""One attribute of one offer: vocabulary name, canonical value, canonical unit (null where there is none)."""

OFFER = pl.Struct(
    {
        "source": pl.String,
        "product_id": pl.String,
        "day": pl.Date,
        "delivery_id": pl.String,
        "record_number": pl.Int64,
        "live": pl.Boolean,
    }
)
"""One member of a product: the offer, the day and record it was last delivered in, and whether it still stands."""

ORIGIN = pl.Struct(
    {
        "field": pl.String,
        "source": pl.String,
        "product_id": pl.String,
        "delivery_id": pl.String,
        "record_number": pl.Int64,
    }
)
"""Which record a golden field was taken from."""

CONFLICT = pl.Struct(
    {
        "field": pl.String,
        "value": pl.String,
        "source": pl.String,
        "product_id": pl.String,
        "delivery_id": pl.String,
        "record_number": pl.Int64,
        "chosen": pl.Boolean,
    }
)
"""One of several different values that live offers give for the same field."""

LINK = pl.Struct(
    {
        "source": pl.String,
        "product_id": pl.String,
        "method": pl.String,
        "confidence": pl.Float64,
        "model_version": pl.String,
    }
)
"""Why an offer belongs to a product of several: gtin, mpn (brand and part number), model (a matcher's release and its
surest pair within the product) or person."""

ALTERNATIVE = pl.Struct(
    {
        "value": pl.String,
        "unit": pl.String,
        "confidence": pl.Float64,
        "method": pl.String,
        "model_version": pl.String,
        "fate": pl.String,
    }
)
"""A proposal that was not chosen, and why: merged (outranked), superseded (a person said otherwise), quarantined
(refused by a person)."""

ACCEPTED = pl.Struct(
    {
        "name": pl.String,
        "value": pl.String,
        "unit": pl.String,
        "method": pl.String,
        "confidence": pl.Float64,
    }
)
"""One accepted attribute of a product."""


@dataclass(frozen=True)
class Column:
    """A column: its type, what it means, and whether it may be null."""

    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A lake table: its grain, its primary key, the columns it is partitioned by, and its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    partition: tuple[str, ...]
    columns: dict[str, Column]

    @property
    def schema(self) -> pl.Schema:
        """Polars schema, in column order."""
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})

    @property
    def content(self) -> tuple[str, ...]:
        """The columns that are content: all but the run that happened to write them."""
        return tuple(name for name in self.columns if name != "run_id")

    def empty(self) -> pl.DataFrame:
        """A frame with no row and this table's schema."""
        return pl.DataFrame(schema=self.schema)


DAY = Column(pl.Date, "Day of the delivery (partition)")
SOURCE = Column(pl.String, "Supplier, as named in catalog.yaml (partition)")
RUN = Column(pl.String, "Dagster run that wrote the row")
DELIVERY = Column(pl.String, "Delivery the record came in")
RECORD = Column(pl.Int64, "Number of the record in its delivery, from 1")
PRODUCT = Column(pl.String, "Key of the product: hash of its anchor offer")
KNOWN = Column(MOMENT, "When it became known: the latest landing of what it was computed from")


def _optional(dtype: pl.DataType | type[pl.DataType], meaning: str) -> Column:
    return Column(dtype, meaning, nullable=True)


OFFER_FIELDS = {
    "name": Column(pl.String, "Product name, cleaned"),
    "brand": _optional(pl.String, "Brand in canonical spelling"),
    "mpn": _optional(pl.String, "Manufacturer part number, normal form"),
    "gtin": _optional(pl.String, "GTIN-14 with a valid check digit"),
    "description": _optional(pl.String, "Supplier's description as plain text"),
    "category_path": _optional(pl.String, "Supplier's own category, levels joined by ' > '"),
    "price": _optional(MONEY, "Price in `currency`"),
    "currency": _optional(pl.String, "ISO 4217 code"),
    "availability": _optional(pl.String, "in_stock, out_of_stock, preorder, discontinued"),
    "stock": _optional(pl.Int64, "Pieces in stock"),
    "url": _optional(pl.String, "Product page (http or https)"),
    "image_url": _optional(pl.String, "First picture (http or https)"),
}
"""The fields that an offer states and a golden record takes over, in this order everywhere."""

ENRICHED_FIELDS = {
    "category": _optional(pl.String, "Category path of the project's taxonomy"),
    "category_state": Column(pl.String, "accepted, pending, rejected or missing"),
    "attributes": Column(pl.List(ACCEPTED), "Accepted attributes, by name"),
    "offers": Column(pl.List(OFFER), "Members of the product"),
    "accepted": Column(pl.Int32, "Values accepted (attributes, category, description)"),
    "pending": Column(pl.Int32, "Values waiting for a person"),
    "rejected": Column(pl.Int32, "Values a person refused"),
    "pinned": Column(pl.List(pl.String), "Fields and attributes that a person pinned, sorted"),
    "confidence": _optional(pl.Float64, "Mean confidence of the accepted values"),
    "known_from": KNOWN,
}

QUALITY_FIELDS = {
    "price_state": Column(pl.String, "accepted, pending (held for a person), rejected or none (no source sends one)"),
    "proposed_price": _optional(MONEY, "The price held for a person while price_state is pending"),
    "base_price": _optional(MONEY, "The price in the catalogue's base_currency, at the rates of the day"),
    "rates_version": _optional(pl.String, "Version of these rates"),
    "price_method": _optional(pl.String, "Who gave the price: supplier, person (a decision) or pin"),
    "price_annotator": _optional(pl.String, "Who decided about the price, where a person did"),
    "price_decided_at": _optional(MOMENT, "When they did"),
    "issues": Column(pl.List(pl.String), "Names of the business rules that did not hold, sorted"),
    "missing_required": _optional(
        pl.List(pl.String),
        "Attributes that its category requires and it lacks, sorted; null on a row of an older version",
    ),
    "completeness": Column(pl.Float64, "0-100: share of the expected fields and required attributes that are there"),
    "accuracy": Column(pl.Float64, "0-100: mean confidence of accepted values, less implausible ones"),
    "consistency": Column(pl.Float64, "0-100: share of the stated fields on which all sources agree"),
    "timeliness": Column(pl.Float64, "0-100: how fresh the newest offer is"),
    "uniqueness": Column(pl.Float64, "0-100: 100 unless another product looks the same"),
    "quality": Column(pl.Float64, "0-100: weighted mean of the five"),
}

DELIVERIES = Table(
    "deliveries",
    "one delivery",
    ("delivery_id",),
    ("day", "source"),
    {
        "day": DAY,
        "source": SOURCE,
        "delivery_id": Column(pl.String, "Hash of source, day, sequence, path and SHA-256"),
        "sequence": Column(pl.Int32, "Order within day and source, from 1; a replacement takes its predecessor's"),
        "path": Column(pl.String, "Where the supplier put it"),
        "sha256": Column(pl.String, "Digest of the bytes as received; their name in the landing zone"),
        "size_bytes": Column(pl.Int64, "Size as received"),
        "delivered_at": Column(MOMENT, "When the supplier delivered it (modification time at the supplier's place)"),
        "landed_at": Column(MOMENT, "When it was first seen and its bytes stored"),
        "replaces": _optional(pl.String, "Delivery that this one replaces"),
        "run_id": RUN,
    },
)

RAW_PRODUCTS = Table(
    "raw_products",
    "one record of a delivery, untouched",
    ("delivery_id", "record_number"),
    ("day", "source"),
    {
        "day": DAY,
        "source": SOURCE,
        "delivery_id": DELIVERY,
        "record_number": RECORD,
        "byte_offset": _optional(pl.Int64, "First byte of the record in the decompressed stream; null for Parquet"),
        "byte_length": _optional(pl.Int64, "Bytes of the record, without its line end; null for Parquet"),
        "row_group": _optional(pl.Int32, "Parquet row group; null for other formats"),
        "row": _optional(pl.Int64, "Row in the Parquet row group, from 0; null for other formats"),
        "format": Column(pl.String, "csv, ndjson, json or parquet: how to read the payload"),
        "header": _optional(pl.String, "The delivery's header record (CSV)"),
        "payload": Column(pl.String, "The record exactly as it stands in the file (Parquet: the row as JSON)"),
        "run_id": RUN,
    },
)

STANDARDIZED_PRODUCTS = Table(
    "standardized_products",
    "one offer: a source's product as last delivered on the day",
    ("day", "source", "product_id"),
    ("day", "source"),
    {
        "day": DAY,
        "source": SOURCE,
        "product_id": Column(pl.String, "The supplier's own identifier of the product"),
        "delivery_id": DELIVERY,
        "record_number": RECORD,
        **OFFER_FIELDS,
        "attributes": Column(pl.List(ATTRIBUTE), "Attributes the supplier states, in vocabulary terms, by name"),
        "language": Column(
            pl.String, "ISO 639-1 code of its text as detected; the source's own where too little tells"
        ),
        "item_group_id": _optional(pl.String, "The supplier's own group of variants that this product belongs to"),
        "family": _optional(pl.String, "Hash of that group, or of brand and name without its own colour and size"),
        "variants": Column(pl.Int32, "Rows of the feed that describe this product"),
        "match_hash": Column(pl.String, "Hash of what matching reads; a new price does not change it"),
        "source_updated_at": _optional(MOMENT, "The supplier's own change date"),
        "known_from": KNOWN,
        "run_id": RUN,
    },
)

MATCHED_PRODUCTS = Table(
    "matched_products",
    "one product touched on the day, from each source's latest offer on or before it",
    ("day", "product_key"),
    ("day",),
    {
        "day": DAY,
        "product_key": PRODUCT,
        "status": Column(pl.String, "live, withdrawn (no live offer) or merged (now part of another product)"),
        "merged_into": _optional(pl.String, "The product that took this one's offers"),
        **{name: Column(c.dtype, c.meaning, nullable=True) for name, c in OFFER_FIELDS.items()},
        "attributes": Column(pl.List(ATTRIBUTE), "Attributes the chosen offers state, by name"),
        "offers": Column(pl.List(OFFER), "Members, the lead offer first"),
        "parent_key": _optional(pl.String, "Key of the family whose variants (sizes, colours) this is one of"),
        "links": Column(pl.List(LINK), "Why each member belongs to it, where it has several"),
        "origins": Column(pl.List(ORIGIN), "Fields not taken from the lead offer, and where they are from"),
        "conflicts": Column(pl.List(CONFLICT), "Fields on which live offers differ, with every value"),
        "content_hash": Column(pl.String, "Hash of what enrichment reads; a new price does not change it"),
        "known_from": KNOWN,
        "run_id": RUN,
    },
)

MATCHED_PAIRS = Table(
    "matched_pairs",
    "two offers that a matcher compared on the day, since one of them was new or had changed",
    ("day", "left_source", "left_id", "right_source", "right_id"),
    ("day",),
    {
        "day": DAY,
        "left_source": Column(pl.String, "Source of the first offer, by source and product"),
        "left_id": Column(pl.String, "That source's product"),
        "right_source": Column(pl.String, "Source of the second offer"),
        "right_id": Column(pl.String, "That source's product"),
        "probability": Column(pl.Float64, "Probability that both are one product, 0-1"),
        "model_version": Column(pl.String, "Release of the matcher"),
        "question_id": _optional(pl.String, "Hash of what a person would be asked; null where it is out of question"),
        "overall": Column(pl.Float32, "Likeness by which candidates of an offer are ranked"),
        "cosine": Column(pl.Float32, "Cosine of their words, weighted by how rare these are"),
        "code_l_in_r": Column(pl.Float32, "How much of the first one's part number stands in the second's name, 0-100"),
        "code_r_in_l": Column(pl.Float32, "How much of the second one's part number stands in the first's name, 0-100"),
        "run_id": RUN,
    },
)

_PROPOSAL = {
    "value": Column(pl.String, "Proposed value, canonical"),
    "unit": _optional(pl.String, "Canonical unit"),
    "confidence": Column(pl.Float64, "Probability that the value is right, 0-1"),
    "evidence": _optional(pl.String, "The words of the source text that say so"),
}

ENRICHED_ATTRIBUTES = Table(
    "enriched_attributes",
    "one proposal for one attribute, the category or the description of one product",
    ("day", "product_key", "attribute", "method", "model_version"),
    ("day",),
    {
        "day": DAY,
        "product_key": PRODUCT,
        "attribute": Column(pl.String, "Vocabulary name of the attribute, category or description"),
        "method": Column(pl.String, "supplier, rule, model"),
        "model_version": Column(
            pl.String, "Version of the rule set or model; for a supplier its source, or supplier for a description"
        ),
        **_PROPOSAL,
        "source": Column(pl.String, "Source of the record that was read"),
        "product_id": Column(pl.String, "That source's product"),
        "delivery_id": DELIVERY,
        "record_number": RECORD,
        "question_id": Column(pl.String, "Hash of exactly what a person would be asked"),
        "run_id": RUN,
    },
)

ENRICHED_PRODUCTS = Table(
    "enriched_products",
    "one live product for which proposals were asked",
    ("day", "product_key"),
    ("day",),
    {
        "day": DAY,
        "product_key": PRODUCT,
        "content_hash": Column(pl.String, "The content that was enriched"),
        "proposals": Column(pl.Int64, "How many proposals there are for it"),
        "run_id": RUN,
    },
)

REVIEWED_ATTRIBUTES = Table(
    "reviewed_attributes",
    "the chosen value of one attribute of one product, and its state",
    ("day", "product_key", "attribute"),
    ("day",),
    {
        "day": DAY,
        "product_key": PRODUCT,
        "attribute": Column(pl.String, "Vocabulary attribute, category, description, price or a pinned field"),
        "value": _optional(pl.String, "Chosen value; null where it was rejected without another"),
        "unit": _optional(pl.String, "Canonical unit"),
        "state": Column(pl.String, "accepted, pending or rejected"),
        "confidence": Column(pl.Float64, "Probability that the value is right, 0-1"),
        "method": Column(pl.String, "supplier, rule or model whose value it is; person or pin if a person gave it"),
        "model_version": _optional(pl.String, "Version of the rule set or model; for a supplier its source"),
        "evidence": _optional(pl.String, "The words of the source text that say so, or the reason a person gave"),
        "source": _optional(pl.String, "Source of the record that was read"),
        "product_id": _optional(pl.String, "That source's product"),
        "delivery_id": _optional(pl.String, DELIVERY.meaning),
        "record_number": _optional(pl.Int64, RECORD.meaning),
        "question_id": _optional(pl.String, "Hash of what a person is or was asked"),
        "annotator": _optional(pl.String, "Who confirmed, refused or gave the value"),
        "decided_at": _optional(MOMENT, "When it was decided"),
        "alternatives": Column(pl.List(ALTERNATIVE), "Proposals not chosen"),
        "run_id": RUN,
    },
)

REVIEWED_PRODUCTS = Table(
    "reviewed_products",
    "one product with what is accepted of it",
    ("day", "product_key"),
    ("day",),
    {
        "day": DAY,
        "product_key": PRODUCT,
        "status": MATCHED_PRODUCTS.columns["status"],
        "merged_into": MATCHED_PRODUCTS.columns["merged_into"],
        **{name: Column(c.dtype, c.meaning, nullable=True) for name, c in OFFER_FIELDS.items()},
        **ENRICHED_FIELDS,
        "conflicts": MATCHED_PRODUCTS.columns["conflicts"],
        "run_id": RUN,
    },
)

VALIDATED_PRODUCTS = Table(
    "validated_products",
    "one product that keeps the business rules, with its quality score",
    ("day", "product_key"),
    ("day",),
    {
        **{name: c for name, c in REVIEWED_PRODUCTS.columns.items() if name not in ("conflicts", "run_id")},
        **QUALITY_FIELDS,
        "run_id": RUN,
    },
)

CATALOG_PRODUCTS = Table(
    "catalog_products",
    "one live product, current state",
    ("product_key",),
    (),
    {
        "product_key": PRODUCT,
        "day": Column(pl.Date, "Day of the product's last change (effective from)"),
        **{
            n: c
            for n, c in VALIDATED_PRODUCTS.columns.items()
            if n not in ("day", "product_key", "status", "merged_into")
        },
    },
)

PRODUCT_ALIASES = Table(
    "product_aliases",
    "a key once published, and the live product it stands for now",
    ("alias_key",),
    (),
    {
        "alias_key": Column(pl.String, "Key that was, or could have been, published"),
        "product_key": Column(pl.String, "The live product"),
        "reason": Column(pl.String, "member (offer of the live product) or gone (offers moved there)"),
        "run_id": RUN,
    },
)

ENDED_PRODUCTS = Table(
    "ended_products",
    "a key once published that ended, and the offers that it was last shown with",
    ("product_key",),
    (),
    {
        "product_key": Column(pl.String, "The key that ended; it may live again"),
        "offers": Column(pl.List(OFFER), "Its offers then: where one of them lives, the key leads (product_aliases)"),
        "run_id": RUN,
    },
)

QUARANTINE = Table(
    "quarantine",
    "one refused record and rule",
    ("stage", "day", "source", "record_id", "rule"),
    ("stage", "day"),
    {
        "stage": Column(pl.String, "Stage that refused it"),
        "day": DAY,
        "source": Column(pl.String, "Supplier; '*' for a stage that works on whole days"),
        "delivery_id": _optional(pl.String, DELIVERY.meaning),
        "file": _optional(pl.String, "Path of the delivery"),
        "record_number": _optional(pl.Int64, RECORD.meaning),
        "byte_offset": _optional(pl.Int64, "First byte of the record in the decompressed stream"),
        "byte_length": _optional(pl.Int64, "Bytes of the record"),
        "rule": Column(pl.String, "Reason code"),
        "message": Column(pl.String, "What is wrong, where, and what to do"),
        "payload": _optional(pl.String, "The record itself; bytes that are no text as backslash escapes"),
        "run_id": RUN,
        "status": Column(pl.String, "open"),
        "record_id": Column(pl.String, "What was refused: delivery:record, or a product key"),
    },
)

RECORD_FATES = Table(
    "record_fates",
    "one unit that a stage did not pass on, and where it went",
    ("stage", "day", "source", "record_id"),
    ("stage", "day"),
    {
        "stage": Column(pl.String, "Stage"),
        "day": DAY,
        "source": Column(pl.String, "Supplier; '*' for a stage that works on whole days"),
        "record_id": Column(pl.String, "The unit's id in that stage"),
        "fate": Column(pl.String, "quarantined, superseded, merged, skipped or pending"),
        "reason": Column(pl.String, "Reason code"),
        "into": _optional(pl.String, "The unit that took its place, where there is one"),
        "product_id": _optional(pl.String, "The supplier's product, where it is known"),
        "run_id": RUN,
    },
)

STAGE_LEDGER = Table(
    "stage_ledger",
    "one stage of one partition, last committed",
    ("stage", "day", "source"),
    ("stage", "day"),
    {
        "stage": Column(pl.String, "Stage"),
        "day": DAY,
        "source": Column(pl.String, "Supplier; '*' for a stage that works on whole days"),
        "run_id": RUN,
        "unit": Column(pl.String, "What is counted: records, offers, products, proposals"),
        "received": Column(pl.Int64, "Units in the input"),
        "passed": Column(pl.Int64, "Units in the output"),
        "quarantined": Column(pl.Int64, "Refused by a named rule"),
        "superseded": Column(pl.Int64, "Replaced by a newer one"),
        "merged": Column(pl.Int64, "Part of another"),
        "skipped": Column(pl.Int64, "Stale or retracted"),
        "pending": Column(pl.Int64, "Waiting for a person"),
        "balanced": Column(pl.Boolean, "Each unit has one fate and contracts hold; false while a run writes"),
        "input_fingerprint": Column(pl.String, "Fingerprint of what was read"),
        "output_fingerprint": Column(pl.String, "Fingerprint of what was written"),
        "details": Column(pl.String, "JSON: what later stages, checks and pictures need to know of the partition"),
    },
)

_ANSWER = pl.Struct(
    {
        "field": pl.String,
        "attribute": pl.String,
        "method": pl.String,
        "model_version": pl.String,
        "value": pl.String,
        "unit": pl.String,
        "confidence": pl.Float64,
        "evidence": pl.String,
        "question_id": pl.String,
    }
)
"""One proposal for a content; model_version is its own, which may be another than that of who keeps it."""

MODEL_ANSWERS = Table(
    "model_answers",
    "what one model version answered for one content: journal, never asked twice",
    ("content_hash", "model_version"),
    ("model_version",),
    {
        "content_hash": Column(pl.String, "The content that was asked about"),
        "model_version": Column(pl.String, "Version of the enricher"),
        "answers": Column(
            pl.List(_ANSWER),
            "Proposals for attributes, category and description",
        ),
        "run_id": RUN,
    },
)

MODEL_QUESTIONS = Table(
    "model_questions",
    "one product that a request to a language model asks about: journal, kept before anything is sent",
    ("custom_id", "content_hash"),
    ("model_version",),
    {
        "custom_id": Column(pl.String, "The request: a hash of its questions, the service's name for it too"),
        "question_hash": Column(pl.String, "Hash of the content, what is asked, the prompt's version and the model"),
        "content_hash": Column(pl.String, "The content that is asked about"),
        "local_id": Column(pl.String, "What the product is called in the request"),
        "asked": Column(pl.List(pl.String), "The attributes that are asked; category and description are such too"),
        "model": Column(pl.String, "The model's name, as the service takes it"),
        "prompt_name": Column(pl.String, "The prompt's file"),
        "prompt_version": Column(pl.String, "Hash of the prompt"),
        "model_version": Column(pl.String, "Model and prompt: the version of what is proposed out of the reply"),
        "size": Column(pl.Int64, "Bytes of the whole request"),
        "max_tokens": Column(pl.Int64, "Where its answer is cut off"),
        "asked_at": Column(MOMENT, "When the request was made up"),
        "run_id": RUN,
    },
)

MODEL_BATCHES = Table(
    "model_batches",
    "one request of a batch that is handed in: journal, kept before and after",
    ("plan_id", "custom_id", "batch_id"),
    (),
    {
        "plan_id": Column(pl.String, "Our name for the batch, from before it has one"),
        "batch_id": Column(pl.String, "The service's name; empty while it is not known"),
        "custom_id": Column(pl.String, "The request"),
        "asked_at": Column(MOMENT, "When it was handed in"),
        "run_id": RUN,
    },
)

MODEL_REPLIES = Table(
    "model_replies",
    "one reply of a language model as received: journal, never asked for twice",
    ("custom_id", "received_at"),
    ("model_version",),
    {
        "custom_id": Column(pl.String, "The request"),
        "model_version": Column(pl.String, "Model and prompt that were asked"),
        "batch_id": _optional(pl.String, "The batch that it came in"),
        "status": Column(
            pl.String,
            "answered, refused, truncated, malformed, failed, expired or unpaid; withheld: a "
            "content that was not shown to the model; stray: a result that answers nothing, and was billed",
        ),
        "text": Column(pl.String, "The reply itself; why, where there is none"),
        "input_tokens": Column(pl.Int64, "Tokens read, at the full price"),
        "output_tokens": Column(pl.Int64, "Tokens written"),
        "cache_read": Column(pl.Int64, "Tokens read from the service's cache"),
        "cache_write": Column(pl.Int64, "Tokens written to it"),
        "cost": Column(pl.Float64, "USD billed, by the service's own count of tokens"),
        "unseen": Column(pl.Float64, "USD that attempts without an answer may have cost at most"),
        "request_id": Column(pl.String, "The service's id of the answer"),
        "attempts": Column(pl.Int64, "How often it was sent"),
        "received_at": Column(MOMENT, "When it came"),
        "run_id": RUN,
    },
)

MODEL_FINDINGS = Table(
    "model_findings",
    "what one reply comes to for one product, as checked",
    ("custom_id", "content_hash", "checker"),
    ("checker",),
    {
        "custom_id": Column(pl.String, "The request"),
        "content_hash": Column(pl.String, "The content"),
        "checker": Column(pl.String, "Version of the rules that checked it"),
        "reply": Column(pl.String, "Hash of the reply's text, where a request has several"),
        "proposals": Column(pl.List(_ANSWER), "What counts"),
        "refused": Column(
            pl.List(pl.Struct(dict.fromkeys(("attribute", "rule", "message", "payload"), pl.String))),
            "What does not count, and by which rule",
        ),
        "run_id": RUN,
    },
)

MODEL_PROPOSALS = Table(
    "model_proposals",
    "one value that a language model proposes for a content of the day",
    ("day", "content_hash", "attribute", "model_version"),
    ("day",),
    {
        "day": DAY,
        "content_hash": Column(pl.String, "The content"),
        "field": Column(pl.String, "The text in which the evidence stands"),
        "attribute": Column(pl.String, "Vocabulary attribute, category or description"),
        "method": Column(pl.String, "model"),
        "model_version": Column(pl.String, "Model, prompt and the prompt's version"),
        "value": Column(pl.String, "Canonical value"),
        "unit": _optional(pl.String, "Canonical unit"),
        "confidence": Column(pl.Float64, "How sure it is, before calibration"),
        "evidence": Column(pl.String, "The words of the text that state it"),
        "question_id": Column(pl.String, "The question to a person"),
        "custom_id": Column(pl.String, "The request whose reply it is from"),
        "in_use": Column(pl.Boolean, "Whether it is proposed; false for a model or prompt that is on trial"),
        "run_id": RUN,
    },
)

CORRECTIONS = Table(
    "corrections",
    "one fact stated by a person: a retraction, a pin",
    ("correction_id",),
    (),
    {
        "correction_id": Column(pl.String, "Hash of the fact"),
        "sequence": Column(pl.Int64, "Order of the facts, from 1"),
        "kind": Column(pl.String, "retract, restore, pin, unpin"),
        "delivery_id": _optional(pl.String, "Delivery that is retracted"),
        "source": _optional(pl.String, "Source of the pinned product"),
        "product_id": _optional(pl.String, "That source's product"),
        "attribute": _optional(pl.String, "Pinned field or attribute"),
        "value": _optional(pl.String, "Pinned value"),
        "unit": _optional(pl.String, "Its unit"),
        "person": Column(pl.String, "Who said so"),
        "reason": Column(pl.String, "Why"),
        "recorded_at": Column(MOMENT, "When it became known"),
    },
)

RELEASES = Table(
    "releases",
    "one trained model or reference put into force from a day: journal, never changed",
    ("kind", "sequence"),
    ("kind",),
    {
        "kind": Column(pl.String, "What it is: matcher, rates"),
        "sequence": Column(pl.Int64, "Order of the releases of its kind, from 1"),
        "version": Column(pl.String, "Hash of its content"),
        "in_force_from": Column(pl.Date, "First day that it is used for; of two for one day the later stated counts"),
        "content": Column(pl.String, "The release itself (a matcher as JSON, rates as CSV)"),
        "person": Column(pl.String, "Who put it into force"),
        "reason": Column(pl.String, "Why"),
        "recorded_at": Column(MOMENT, "When it became known"),
    },
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DELIVERIES,
        RAW_PRODUCTS,
        STANDARDIZED_PRODUCTS,
        MATCHED_PRODUCTS,
        MATCHED_PAIRS,
        ENRICHED_ATTRIBUTES,
        ENRICHED_PRODUCTS,
        REVIEWED_ATTRIBUTES,
        REVIEWED_PRODUCTS,
        VALIDATED_PRODUCTS,
        CATALOG_PRODUCTS,
        PRODUCT_ALIASES,
        ENDED_PRODUCTS,
        QUARANTINE,
        RECORD_FATES,
        STAGE_LEDGER,
        MODEL_ANSWERS,
        MODEL_QUESTIONS,
        MODEL_BATCHES,
        MODEL_REPLIES,
        MODEL_FINDINGS,
        MODEL_PROPOSALS,
        CORRECTIONS,
        RELEASES,
    )
}


def reference() -> str:
    """The reference documentation of all tables, as Markdown (`docs/tables.md`)."""
    parts = ["# Tables\n\nDerived from `catalog_assets/vocabulary/columns.py` by `make docs`; do not edit.\n"]
    for table in TABLES.values():
        kept = ", ".join(table.partition) or "none"
        key = ", ".join(table.key)
        parts.append(f"\n## {table.name}\n\nOne row is {table.grain}. Key: {key}. Partitions: {kept}.\n")
        parts.append("\n| column | type | null | meaning |\n| --- | --- | --- | --- |\n")
        parts.extend(
            f"| {name} | {_shown(column.dtype)} | {'yes' if column.nullable else ''} | {column.meaning} |\n"
            for name, column in table.columns.items()
        )
    return "".join(parts)


def _shown(dtype: Any) -> str:
    if isinstance(dtype, pl.List):
        return f"list of {_shown(dtype.inner)}"
    if isinstance(dtype, pl.Struct):
        return "(" + ", ".join(field.name for field in dtype.fields) + ")"
    return str(dtype).split("(")[0].lower() if not isinstance(dtype, pl.Decimal) else "decimal(18, 4)"
