"""Replacements: what a person may put in place of a proposal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_cases import options

from resources.review.replacement import allowed_values, clean, replacement_fault, shown


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  dark \t blue\r\n", "dark blue"),
        ("one\ntwo", "one two"),
        ("a\x00b\x07\x1b[31m", "ab[31m"),
        ("\ufeffabc\u202ecba", "abccba"),
        ("\u00a0 ", ""),
        ("Größe 5″ 😀", "Größe 5″ 😀"),
    ],
)
def test_clean_keeps_what_is_seen(typed, cleaned):
    assert clean(typed) == cleaned


@given(st.text())
def test_clean_text_is_taken_by_any_question_without_a_list(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert (replacement_fault("description", None, cleaned) is None) == bool(cleaned)


@pytest.mark.parametrize(
    ("kind", "allowed", "value", "fault"),
    [
        ("attribute", None, "blue", None),
        ("attribute", options("blue", "red"), "blue", None),
        ("attribute", None, "", "the value is empty"),
        ("attribute", None, " blue", "control characters or needless space"),
        ("attribute", None, "bl\x00ue", "control characters or needless space"),
        ("attribute", None, "x" * 501, "501 characters and at most 500"),
        ("description", None, "x" * 501, None),
        ("description", None, "x" * 5_001, "at most 5000"),
        ("attribute", options("blue", "red"), "Blue", "choose one of blue, red"),
        ("category", options(*map(str, range(12))), "x", "choose one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
        ("price", None, "12.50", None),
        ("price", None, "12", None),
        ("price", None, "12,50", "a price is an amount"),
        ("price", None, "-1", "a price is an amount"),
        ("price", None, "1e3", "a price is an amount"),
        ("price", None, "٣", "a price is an amount"),
        ("price", None, "1.23456", "a price is an amount"),
    ],
)
def test_a_fault_says_what_to_do(kind, allowed, value, fault):
    found = replacement_fault(kind, allowed, value)
    assert found is None if fault is None else found is not None and fault in found


def test_allowed_values():
    assert allowed_values(None) is None
    assert allowed_values(options("a", "b")) == ["a", "b"]
    for other in ("[]", "{}", "[1]", '"a"', "a", ""):
        with pytest.raises(ValueError, match=r"Expecting value|options are a JSON list"):
            allowed_values(other)


def test_shown_text_is_short_and_harmless():
    assert shown("a\x1b[31m'") == '"a\\x1b[31m\'"'
    assert len(shown("x" * 500)) == 62
