"""What `reviewed_attributes` and `reviewed_products` promise."""

import polars as pl

from catalog_assets.contracts import Rule, contract
from catalog_assets.vocabulary.columns import REVIEWED_ATTRIBUTES, REVIEWED_PRODUCTS

STATES = ("accepted", "pending", "rejected")
METHODS = ("supplier", "rule", "model", "person", "pin")

ATTRIBUTE_RULES = (
    Rule("unknown_state", pl.col("state").is_in(STATES), f"state must be one of {', '.join(STATES)}."),
    Rule("unknown_method", pl.col("method").is_in(METHODS), f"method must be one of {', '.join(METHODS)}."),
    Rule("confidence_out_of_range", pl.col("confidence").is_between(0, 1), "A confidence lies between 0 and 1."),
    Rule(
        "accepted_without_value",
        (pl.col("state") == "rejected") == pl.col("value").is_null(),
        "An accepted or pending value is there, a rejected one is not.",
    ),
    Rule(
        "person_without_name",
        ~pl.col("method").is_in(["person", "pin"]) | pl.col("annotator").is_not_null(),
        "What a person said carries the person's name.",
    ),
    Rule(
        "value_without_origin",
        pl.col("method").is_in(["person", "pin"])
        | (pl.col("delivery_id").is_not_null() & pl.col("record_number").is_not_null()),
        "A value that no person gave names the record it was read from.",
    ),
)

PRODUCT_RULES = (
    Rule(
        "unknown_category_state",
        pl.col("category_state").is_in([*STATES, "missing"]),
        f"category_state must be one of {', '.join([*STATES, 'missing'])}.",
    ),
    Rule(
        "category_not_accepted",
        (pl.col("category_state") == "accepted") == pl.col("category").is_not_null(),
        "A category is shown exactly when it is accepted.",
    ),
    Rule(
        "nameless",
        (pl.col("status") == "merged") | pl.col("name").is_not_null(),
        "A product that is not merged has a name.",
    ),
)

ReviewedAttributes = contract(REVIEWED_ATTRIBUTES, ATTRIBUTE_RULES)
ReviewedProducts = contract(REVIEWED_PRODUCTS, PRODUCT_RULES)
