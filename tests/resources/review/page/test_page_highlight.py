"""Evidence in plain text, and the way from supplier's text to HTML."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from resources.review.page.highlight import MOST_MARKS, differing, marked, plain, spans

NASTY = st.text(st.sampled_from("<>&\"'/ab \u202e\u2066\u200b\n=aA"), max_size=60)
TAGS = re.compile(r"</?mark>|<span class=\"unseen\" title=\"a character that cannot be seen\">U\+[0-9A-F]{4,6}</span>")


def texts(found: str, evidence: str) -> list[str]:
    return [found[start:end] for start, end in spans(found, evidence)]


def test_all_occurrences_whatever_their_case_and_space():
    assert texts("Face Cream, a FACE  cream", "face cream") == ["Face Cream", "FACE  cream"]


def test_whole_words_go_before_parts_of_words():
    assert texts("hundred red shirts, redder", "red") == ["red"]
    assert texts("12V/65Ah", "65") == ["65"]  # nothing better is there
    assert texts("黑色手机", "黑色") == ["黑色"]


def test_what_looks_like_a_pattern_is_text():
    assert texts("a+b (c) [d].*", "(c) [d].*") == ["(c) [d].*"]
    assert spans("aaa", ".") == []


def test_nothing_to_look_for_marks_nothing():
    assert spans("text", None) == spans("text", "  ") == spans("text", "x" * 3_000) == []
    assert len(spans("a " * 9_000, "a")) == MOST_MARKS


def test_markup_in_texts_is_escaped_and_the_evidence_in_it_is_marked():
    assert marked("<b>red</b>", "red") == "&lt;b&gt;<mark>red</mark>&lt;/b&gt;"
    assert marked("</script>", "</script>") == "<mark>&lt;/script&gt;</mark>"


def test_characters_that_turn_the_direction_are_shown_by_number():
    assert "\u202e" not in plain("exe\u202etxt")
    assert "U+202E" in plain("exe\u202etxt")
    assert (
        plain("می\u200cخواهم 👨\u200d👩\u200d👧 line\nnext\ttab") == "می\u200cخواهم 👨\u200d👩\u200d👧 line\nnext\ttab"
    )


def test_words_that_only_one_has():
    assert differing("Nexus 64GB black", "nexus 128GB Black") == "Nexus <mark>64GB</mark> black"
    assert differing("quite another text", "text", few=True) == "quite another text"
    assert differing("<i>", "") == "&lt;<mark>i</mark>&gt;"


@given(NASTY, NASTY)
def test_nothing_in_a_text_becomes_markup_and_nothing_of_it_is_lost(text, evidence):
    shown = marked(text, evidence)
    rest = TAGS.sub(lambda tag: chr(int(tag.group().split("U+")[1][:-7], 16)) if "U+" in tag.group() else "", shown)
    assert "<" not in rest
    assert ">" not in rest
    assert html.unescape(rest) == text
    assert not set(shown) & set("\u202e\u2066\u200b")
