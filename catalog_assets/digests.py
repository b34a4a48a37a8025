"""Hashes over several texts, unambiguous and the same on every machine, in every run and in every row order.

Belongs here: the encoding and the digest. Does not belong here: what is hashed (`enriched/content.py`, the stages).
"""

import polars as pl
import polars_hash  # noqa: F401  (registers the `chash` namespace on expressions)

_ABSENT = "~"


def encode(*parts: pl.Expr) -> pl.Expr:
    """One string for several strings, such that different parts never give the same string.

    Each part stands with its length in bytes before it ("3:red"), and a null as "~": no text from outside can imitate
    a separator, and an empty text is not an absent one.
    """
    return pl.concat_str(
        pl.concat_str(part.str.len_bytes().cast(pl.String), pl.lit(":"), part).fill_null(_ABSENT) for part in parts
    )


def digest(*parts: pl.Expr) -> pl.Expr:
    """The first 32 hex digits of the SHA-256 of the encoded parts (strings; null where a part is null is not null)."""
    hashed: pl.Expr = encode(*parts).chash.sha2_256()  # type: ignore[attr-defined]
    return hashed.str.slice(0, 32)
