"""What `enriched_attributes` and `enriched_products` promise."""

import polars as pl

from catalog_assets.contracts import Rule, contract
from catalog_assets.enriched.description import DESCRIPTION_MIN
from catalog_assets.vocabulary.attributes import ATTRIBUTES, FLAG_VALUES
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.columns import ENRICHED_ATTRIBUTES, ENRICHED_PRODUCTS

METHODS = ("supplier", "rule", "model")
QUESTION_ID = "^[0-9a-f]{32}$"
NUMBER = r"^(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$"
"""A number in canonical form: no sign, no exponent, no leading and no trailing zero."""

_NUMERIC = [name for name, attribute in ATTRIBUTES.items() if attribute.kind in ("quantity", "count")]
_UNITS = {name: attribute.unit for name, attribute in ATTRIBUTES.items()}
_BOUNDS = {
    bound: {
        name: str(limit) for name, attribute in ATTRIBUTES.items() if (limit := getattr(attribute, bound)) is not None
    }
    for bound in ("low", "high")
}
_CLOSED = {
    **{name: list(attribute.values) for name, attribute in ATTRIBUTES.items() if attribute.kind == "choice"},
    **{name: list(FLAG_VALUES) for name, attribute in ATTRIBUTES.items() if attribute.kind == "flag"},
}
_SAID = pl.concat_str(pl.col("attribute"), pl.lit("\x1f"), pl.col("value"))
_ALLOWED = [f"{name}\x1f{value}" for name, values in _CLOSED.items() for value in values]

_value, _attribute = pl.col("value"), pl.col("attribute")
_by_rule = pl.col("method") != "supplier"
_category, _description = _attribute == "category", _attribute == "description"


def _bound(bound: str) -> pl.Expr:
    limits = _attribute.replace_strict(_BOUNDS[bound], default=None, return_dtype=pl.String)
    return limits.cast(pl.Decimal(38, 10))


_number = _value.cast(pl.Decimal(38, 10), strict=False)
_plausible = (_number >= _bound("low")).fill_null(True) & (_number <= _bound("high")).fill_null(True)

ATTRIBUTE_RULES = (
    Rule(
        "unknown_attribute",
        _attribute.is_in(list(ATTRIBUTES)) | _category | _description,
        "The attribute is not in the vocabulary: add it there.",
    ),
    Rule("unknown_category", ~_category | _value.is_in(list(CATEGORIES)), "The category is not in the taxonomy."),
    Rule(
        "description_too_short",
        ~_description | (_value.str.strip_chars().str.len_chars() >= DESCRIPTION_MIN),
        f"A proposed description has at least {DESCRIPTION_MIN} characters.",
    ),
    Rule("unknown_method", pl.col("method").is_in(METHODS), f"method must be one of {', '.join(METHODS)}."),
    Rule(
        "unknown_category_method",
        ~_category | (pl.col("method") != "supplier"),
        "A category is proposed by a rule or a model: a supplier has paths of its own.",
    ),
    Rule("confidence_out_of_range", pl.col("confidence").is_between(0, 1), "A confidence lies between 0 and 1."),
    Rule("blank_value", _value.str.strip_chars().str.len_chars() > 0, "A proposal has a value."),
    Rule(
        "value_not_allowed",
        ~_by_rule | ~_attribute.is_in(list(_CLOSED)) | _SAID.is_in(_ALLOWED),
        "A rule or a model proposes only values of the vocabulary for a choice or a flag.",
    ),
    Rule(
        "number_not_canonical",
        ~_attribute.is_in(_NUMERIC) | _value.str.contains(NUMBER),
        "A quantity or a count is a plain number without leading or trailing zeros.",
    ),
    Rule(
        "implausible_number",
        ~_attribute.is_in(_NUMERIC) | _plausible,
        "The number is outside what the vocabulary holds possible for the attribute.",
    ),
    Rule(
        "unit_not_canonical",
        pl.col("unit").eq_missing(_attribute.replace_strict(_UNITS, default=None, return_dtype=pl.String)),
        "The unit must be the attribute's canonical one, and null where it has none.",
    ),
    Rule(
        "no_evidence",
        ~(_by_rule | _description) | (pl.col("evidence").str.len_chars() > 0).fill_null(False),
        "What a rule or a model proposes carries the words of the text that say so, a description what it is made of.",
    ),
    Rule(
        "supplier_not_named",
        _by_rule | (pl.col("model_version") == pl.when(_description).then(pl.lit("supplier")).otherwise("source")),
        "The version of what a supplier states is the supplier; that of its description is 'supplier'.",
    ),
    Rule("malformed_question", pl.col("question_id").str.contains(QUESTION_ID), "A question id is 32 hex digits."),
)

EnrichedAttributes = contract(ENRICHED_ATTRIBUTES, ATTRIBUTE_RULES)
EnrichedProducts = contract(ENRICHED_PRODUCTS, ())
