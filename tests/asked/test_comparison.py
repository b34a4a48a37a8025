"""A trial is judged by what people decided, and only a shown difference is told."""

import polars as pl
import pytest

from catalog_assets.asked.comparison import compare, mcnemar


def proposals(*values: str | None) -> pl.DataFrame:
    rows = [(f"c{n}", "color", value, f"q{n}{value}") for n, value in enumerate(values) if value is not None]
    return pl.DataFrame(rows, schema=["content_hash", "attribute", "value", "question_id"], orient="row")


def cases(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    schema = {"question_id": pl.String, "verdict": pl.String, "value": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


CONTENTS = pl.Series([f"c{n}" for n in range(4)])


def test_what_both_say_is_counted_and_what_people_said_judges_both() -> None:
    old, new = proposals("Red", "Blue", "Gray", None), proposals("Red", "Green", None, "Black")
    said = cases(("q0Red", "accept", None), ("q1Blue", "replace", "Green"), ("q2Gray", "reject", None))
    found = compare(old, new, CONTENTS, said)
    assert (found.same, found.different, found.only_old, found.only_new) == (1, 1, 1, 1)
    assert (found.old.right, found.old.cases) == (1, 3)
    assert (found.new.right, found.new.cases) == (2, 2)
    assert (found.better, found.worse) == (1, 0)
    assert found.verdict == "no difference is shown"


def test_contents_that_only_one_was_asked_about_do_not_count() -> None:
    found = compare(proposals("Red", "Red"), proposals("Red", "Blue"), CONTENTS[:1], cases())
    assert (found.contents, found.same, found.different) == (1, 1, 0)


def test_a_difference_that_is_shown_is_told_in_both_directions() -> None:
    wrong, right = proposals(*["Blue"] * 8), proposals(*["Red"] * 8)
    said = cases(*[(f"q{n}Red", "accept", None) for n in range(8)])
    ids = pl.Series([f"c{n}" for n in range(8)])
    assert compare(wrong, right, ids, said).verdict == "the new one is better"
    assert compare(right, wrong, ids, said).verdict == "the new one is worse"


@pytest.mark.parametrize(("better", "worse", "chance"), [(0, 0, 1.0), (5, 0, 0.0625), (1, 9, 0.021484375), (3, 3, 1.0)])
def test_the_chance_is_that_of_the_exact_test(better: int, worse: int, chance: float) -> None:
    assert mcnemar(better, worse) == pytest.approx(chance)
