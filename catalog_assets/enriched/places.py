"""Which record of a supplier a proposal was read from.

Belongs here: the record of a product's field: its origin where golden fields were taken from several records, else the
lead offer's. Does not belong here: what is proposed (`transform.py`), and choosing golden fields (`matched/`).
"""

import polars as pl

PLACE = ["source", "product_id", "delivery_id", "record_number"]
"""Where a proposal was read: the columns that name a record."""
PATH_FIELD = "category_path"
READ_FROM = {"category": PATH_FIELD, "description": "description"}
"""Attributes that are placed by one field of the product, whatever text their evidence stands in; others by `field`."""


def placed(rows: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Rows (product_key, attribute, field, ...) with PLACE, null for a product without offers.

    products: product_key (distinct), offers (the lead first) and origins of MATCHED_PRODUCTS.
    """
    lead = products.select(
        "product_key", *(pl.col("offers").list.first().struct.field(name).alias(f"{name}_lead") for name in PLACE)
    )
    elsewhere = (
        products.select("product_key", "origins")
        .explode("origins")
        .drop_nulls("origins")
        .unnest("origins")
        .unique(["product_key", "field"], keep="first", maintain_order=True)
    )
    read = pl.col("attribute").replace_strict(READ_FROM, default=pl.col("field"), return_dtype=pl.String)
    joined = (
        rows.with_columns(read.alias("_read"))
        .join(lead, on="product_key", how="left", maintain_order="left")
        .join(elsewhere, left_on=["product_key", "_read"], right_on=["product_key", "field"], how="left",
              maintain_order="left")
    )  # fmt: skip
    other = pl.col("delivery_id").is_not_null()
    told = [pl.when(other).then(name).otherwise(f"{name}_lead").alias(name) for name in PLACE]
    return joined.with_columns(told).drop("_read", *(f"{name}_lead" for name in PLACE))
