"""What `model_proposals` promises."""

import polars as pl

from catalog_assets.contracts import Rule, contract
from catalog_assets.vocabulary.columns import MODEL_PROPOSALS

PROPOSAL_RULES = (
    Rule("not_of_a_model", pl.col("method") == "model", "What a model says has the method model, and no other."),
    Rule(
        "too_sure",
        pl.col("confidence").is_between(0, 0.84),
        "Before calibration a model's value is never as sure as what is accepted without evidence.",
    ),
    Rule("blank_value", pl.col("value").str.strip_chars().str.len_chars() > 0, "A proposal has a value."),
    Rule(
        "no_evidence",
        pl.col("evidence").str.len_chars() > 0,
        "What a model proposes carries the words of the text that say so.",
    ),
    Rule("request_not_named", pl.col("custom_id").str.len_chars() > 0, "A proposal names the request it is from."),
)

ModelProposals = contract(MODEL_PROPOSALS, PROPOSAL_RULES)
