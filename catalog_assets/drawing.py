"""A share drawn at random without a table and without chance: by the hash that something is known by.

Belongs here: the draw. Does not belong here: what is drawn for (audits, trials).
"""

import polars as pl

DIGITS = 8


def drawn(hashed: pl.Expr, share: float) -> pl.Expr:
    """Whether a hash (hex digits) is among the share that is drawn: the same in every run, and not to be chosen after
    what it decides. The draw of a smaller share is part of that of a larger one; what is no hash is never drawn."""
    number = hashed.str.head(DIGITS).str.to_integer(base=16, strict=False, dtype=pl.Int64)
    told: pl.Expr = (number < share * 16**DIGITS).fill_null(False)
    return told
