"""A matcher for the tests of this folder."""

import polars as pl
import pytest

from catalog_assets.matched.features import FEATURES
from catalog_assets.matched.matcher import Matcher, train


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    """Judges by one number, how alike the sorted words are: sure from 65, in doubt from 45, below that not at all."""
    alike = [n / 4 for n in range(401)]
    told = pl.DataFrame({name: alike if name == "name_sort" else [0.0] * 401 for name in FEATURES})
    by_luck = [45 <= a < 65 and n % 2 == 0 for n, a in enumerate(alike)]
    learned = train(told, pl.Series([a >= 65 or luck for a, luck in zip(alike, by_luck, strict=True)]))
    return Matcher(learned.trees, 0.9, {}, 0.2)
