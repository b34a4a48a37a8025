"""From a reply to proposals: what is claimed counts only if it can be found in what the supplier wrote.

Belongs here: the rules that a claim must keep, in their order, and proposals out of those that keep them. Does not
belong here: the form of a reply (`parsing.py`), whether a value follows from words (`reading.py`), and whether a text
gives orders (`orders.py`).

Each asked attribute has one end: a proposal, not stated, or refused by the first rule that it breaks. A rule's name is
its reason code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from catalog_assets.enriched.content import attribute_question, content_category_question
from catalog_assets.enriched.prompting.asking import Request
from catalog_assets.enriched.prompting.folding import Folded, fold, folded, occurrences
from catalog_assets.enriched.prompting.orders import order_at, order_in, speaks_of_itself
from catalog_assets.enriched.prompting.parsing import Asked, Claim, Fault, parsed
from catalog_assets.enriched.prompting.reading import CONCLUDED, GENERALIZED, LEAD, SEVERAL, SPELLED, VERBATIM, readings
from catalog_assets.enriched.prompting.schema import ASKABLE, CATEGORY
from catalog_assets.enriched.protocol import ANSWERS, Answers
from catalog_assets.enriched.transform import STATED
from catalog_assets.standardized.text import plain
from catalog_assets.standardized.units import quantities
from catalog_assets.vocabulary.attributes import ATTRIBUTES, PLACEHOLDERS

LONGEST_EVIDENCE = 300
LONGEST_VALUE = 100
"""Characters; a longer text is no value."""

CONFIDENCE: Mapping[str, float] = {VERBATIM: 0.80, SPELLED: 0.75, GENERALIZED: 0.60, CONCLUDED: 0.55, SEVERAL: 0.45}
"""How sure a grounded value is, by how it follows from its evidence: priors below every threshold of acceptance, until
decided cases calibrate them. What a model says of its own confidence is not asked."""
ELSEWHERE = 0.10
"""How much less sure a value is that is not read in the name: a description speaks of other things too."""

REFUSED = pl.Schema(
    {
        "custom_id": pl.String(),
        "content_hash": pl.String(),
        "local_id": pl.String(),
        "attribute": pl.String(),
        "rule": pl.String(),
        "message": pl.String(),
        "payload": pl.String(),
    }
)
"""A part of a reply that does not count. `content_hash` and `attribute` are null where it is about no single one."""

PROPOSALS = pl.Schema({"custom_id": pl.String(), **ANSWERS})
"""A value that counts, and the request in whose reply it is."""

NOT_STATED = pl.Schema({"content_hash": pl.String(), "attribute": pl.String()})
"""An attribute that the model looked for and did not find."""


@dataclass(frozen=True)
class Checked:
    """What replies come to: PROPOSALS, NOT_STATED, and REFUSED."""

    proposals: pl.DataFrame
    not_stated: pl.DataFrame
    refused: pl.DataFrame

    @property
    def answers(self) -> Answers:
        """The proposals in the form of every enricher's answers."""
        return Answers(self.proposals.select(ANSWERS.names()))


@dataclass(frozen=True)
class _Found:
    """A claim with its place: the field, the exact words there, and what stands before them."""

    claim: Claim
    field: str
    evidence: str
    lead: str


def check(reply: str, request: Request) -> Checked:
    """What the reply to a request comes to. Never raises for what a reply says."""
    return check_all([(reply, request)])


def check_all(replies: Iterable[tuple[str, Request]]) -> Checked:
    """What replies come to, each to its own request; values are worked out once for all of them."""
    claims, not_stated, refused = [], [], []
    for reply, request in replies:
        contents = _contents(request)
        asked = {row["local_id"]: Asked(key, row["local_id"], tuple(row["asked"])) for key, row in contents.items()}
        told = parsed(reply, asked)
        found, faults = _located(told.claims, contents)
        claims += [_row(one, request, contents[one.claim.content_hash]["name"]) for one in found]
        not_stated += told.not_stated
        refused += [refusal(fault, request) for fault in (*told.faults, *faults)]
    frame = pl.DataFrame(claims, schema=_CLAIMS, orient="row")
    good, bad = _valued(frame)
    return Checked(
        _proposed(good),
        pl.DataFrame(not_stated, schema=NOT_STATED, orient="row").sort(NOT_STATED.names()),
        pl.concat([pl.DataFrame(refused, schema=REFUSED, orient="row"), bad]).sort(REFUSED.names()),
    )


_CLAIMS = pl.Schema(
    {
        "custom_id": pl.String(),
        "model_version": pl.String(),
        "content_hash": pl.String(),
        "local_id": pl.String(),
        "name": pl.String(),
        "attribute": pl.String(),
        "written": pl.String(),
        "measure": pl.String(),
        "field": pl.String(),
        "evidence": pl.String(),
        "lead": pl.String(),
    }
)


def _contents(request: Request) -> dict[str, dict[str, Any]]:
    return {row["content_hash"]: row for row in request.questions.iter_rows(named=True)}


def _row(found: _Found, request: Request, name: str | None) -> tuple[str | None, ...]:
    claim = found.claim
    told = (claim.content_hash, claim.local_id, name, claim.attribute, _plain_value(claim), claim.unit)
    return (request.custom_id, request.model_version, *told, found.field, found.evidence, found.lead)


def _plain_value(claim: Claim) -> str:
    """The value; a number in plain notation."""
    if ASKABLE[claim.attribute].kind not in ("quantity", "count"):
        return claim.value
    try:
        number = Decimal(claim.value)
    except InvalidOperation:  # NaN, Infinity and the like, which JSON readers take for numbers
        return claim.value
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < LONGEST_VALUE else claim.value


def refusal(fault: Fault, request: Request) -> tuple[str | None, ...]:
    """A fault as a row of REFUSED."""
    parts = (fault.content_hash, fault.local_id, fault.attribute, fault.rule, fault.message, fault.payload)
    return (request.custom_id, *parts)


def _located(claims: list[Claim], contents: Mapping[str, dict[str, Any]]) -> tuple[list[_Found], list[Fault]]:
    """The claims whose evidence stands in the source, outside of orders, and faults of the others."""
    claimed = {claim.content_hash for claim in claims}  # of most products nothing is claimed, and reading them costs
    contents = {key: row for key, row in contents.items() if key in claimed}
    texts = {key: _texts(row) for key, row in contents.items()}
    doubtful = {
        key: next((sign for text in (*texts[key].values(), *_unread(row)) if (sign := order_in(text))), None)
        for key, row in contents.items()
    }
    sources = {key: {field: fold(text) for field, text in fields.items()} for key, fields in texts.items()}
    found, faults = [], []
    for claim in claims:
        sign = doubtful[claim.content_hash]
        rule, message = _spoken(claim) if sign is None else ("order_in_source", f"The text gives orders: {sign}.")
        place = None if rule else _place(claim, sources[claim.content_hash])
        if isinstance(place, _Found):
            found.append(place)
        else:
            rule, message = place or (rule, message)
            told = f"{claim.value} {claim.unit or ''} <- {claim.evidence}"[:LONGEST_EVIDENCE]
            faults.append(Fault(rule or "", message, claim.content_hash, claim.local_id, claim.attribute, told))
    return found, faults


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    """The texts in which evidence may stand, by the field that they are traced by."""
    stated = {
        f"{STATED}{one['name']}": " ".join(part for part in (one["value"], one["unit"]) if part)
        for one in row["attributes"] or []
    }
    return {
        field: text
        for field, text in {"name": row["name"], "description": row["description"], **stated}.items()
        if text
    }


def _unread(row: Mapping[str, Any]) -> list[str]:
    """What the model was shown beside these."""
    return [row[field] for field in ("brand", "mpn", "category_path") if row[field]]


def _spoken(claim: Claim) -> tuple[str | None, str]:
    """A value or evidence that is about the question and not about a product, or that is more than words."""
    for text in (claim.value, claim.evidence):
        if speaks_of_itself(text) or order_in(text):
            return "speaks_of_itself", f"The answer speaks of instructions or of itself: '{text[:60]}'."
    # A category is one of a list, and the list's own names have signs in them.
    if claim.attribute != CATEGORY and _is_code(claim.value):
        return "markup_in_value", f"The value is markup, an address or code: '{claim.value[:60]}'."
    return None, ""


_CODE = ("<", ">", "://", "www.", "{", "}", "[", "]", "`", "\\", "|", "javascript:", "=", "$(", "@", "\ufffd")


def _is_code(value: str) -> bool:
    return any(sign in value.lower() for sign in _CODE) or any(not one.isprintable() for one in value)


def _place(claim: Claim, sources: Mapping[str, Folded]) -> _Found | tuple[str, str]:
    """Where the evidence of a claim stands, or the rule that it breaks."""
    wanted = folded(claim.evidence)
    if not any(letter.isalnum() for letter in wanted) or len(wanted) > LONGEST_EVIDENCE:
        return "evidence_not_in_source", "The evidence is no span of a text."
    ordered = None
    for field, source in sources.items():
        for start, end in occurrences(source, wanted):
            sign = order_at(source, start, end)
            if sign is None:
                lead = source.text[max(0, start - LEAD) : start]
                return _Found(claim, field, source.original(start, end), lead)
            ordered = ordered or sign
    if ordered:
        return "order_in_evidence", f"The evidence stands in an order ({ordered}), not in a statement."
    return "evidence_not_in_source", f"'{claim.evidence[:60]}' stands in no text of the product."


def _valued(claims: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claims with their canonical value and how it follows; and refusals of those out of range or not following."""
    told = claims.with_columns(_canonical(claims).alias("value"))
    in_range = told.filter(pl.col("value").is_not_null())
    how = in_range.with_columns(readings(in_range).alias("how"))
    unread = _refused(told.filter(pl.col("value").is_null()), "out_of_range", "no plausible value of the attribute")
    unfollowed = _refused(how.filter(pl.col("how").is_null()), "not_in_evidence", "does not follow from the evidence")
    return how.filter(pl.col("how").is_not_null()), pl.concat([unread, unfollowed])


def _canonical(claims: pl.DataFrame) -> pl.Series:
    """Canonical values: quantities and counts in range, texts that are values; null for others."""
    kinds = {name: attribute.kind for name, attribute in ASKABLE.items()}
    distinct = claims.select("attribute", "written", "measure").unique().sort("attribute", "written", "measure")
    kind = pl.col("attribute").replace_strict(kinds, return_dtype=pl.String)
    measured = distinct.filter(kind == "quantity").with_columns(
        pl.concat_str("written", pl.lit(" "), "measure").alias("text"),
        pl.col("attribute").alias("name"),
        pl.lit(None, pl.String).alias("hint"),
    )
    counted = distinct.filter(kind == "count")
    quoted = distinct.filter(kind == "text")
    others = distinct.filter(kind.is_in(["choice", "flag"]))
    read = pl.concat(
        [
            measured.select(
                *distinct.columns, quantities(measured.select("name", "text", "hint"), "point", "en").alias("value")
            ),
            counted.with_columns(_count().alias("value")),
            quoted.with_columns(_quotation(quoted["written"]).alias("value")),
            others.with_columns(pl.col("written").alias("value")),
        ]
    )
    joined = claims.join(read, on=distinct.columns, how="left", maintain_order="left", nulls_equal=True)
    return joined["value"]


def _count() -> pl.Expr:
    bounds = {name: (one.low, one.high) for name, one in ATTRIBUTES.items() if one.kind == "count"}
    number = pl.when(pl.col("written").str.contains(r"^[0-9]{1,9}$")).then("written").cast(pl.Int64, strict=False)
    fits = pl.any_horizontal(
        (pl.col("attribute") == name) & number.is_between(int(low or 0), int(high or 10**9))
        for name, (low, high) in bounds.items()
    )
    return pl.when(fits).then(number.cast(pl.String))


def _quotation(written: pl.Series) -> pl.Series:
    """A text as suppliers' texts are cleaned; null for one that says nothing or too much for a value."""
    text = plain(written)
    says = ~text.str.to_lowercase().is_in(list(PLACEHOLDERS)) & (text.str.len_chars() <= LONGEST_VALUE)
    says = says & text.str.contains(r"[\p{L}\p{N}]")
    return text.set(~says.fill_null(False), None)


def _refused(claims: pl.DataFrame, rule: str, why: str) -> pl.DataFrame:
    said = pl.concat_str("written", "measure", separator=" ", ignore_nulls=True)
    return claims.select(
        "custom_id",
        "content_hash",
        "local_id",
        "attribute",
        pl.lit(rule).alias("rule"),
        pl.format("'{}' {}.", said.str.slice(0, 60), pl.lit(why)).alias("message"),
        pl.concat_str(said, pl.lit(" <- "), "evidence").str.slice(0, LONGEST_EVIDENCE).alias("payload"),
    )


def _proposed(claims: pl.DataFrame) -> pl.DataFrame:
    """Grounded claims as PROPOSALS."""
    unit = {name: attribute.unit for name, attribute in ASKABLE.items()}
    prior = pl.col("how").replace_strict(dict(CONFIDENCE), return_dtype=pl.Float64)
    elsewhere = pl.when(pl.col("field") == "name").then(0.0).otherwise(ELSEWHERE)
    return (
        claims.with_columns(
            pl.col("attribute").replace_strict(unit, return_dtype=pl.String).alias("unit"),
            (prior - elsewhere).round(2).alias("confidence"),
            pl.lit("model").alias("method"),
        )
        .with_columns(
            pl.when(pl.col("attribute") == CATEGORY)
            .then(content_category_question())
            .otherwise(attribute_question())
            .alias("question_id")
        )
        .select(PROPOSALS.names())
        .sort("content_hash", "attribute", "model_version", "custom_id")
    )
