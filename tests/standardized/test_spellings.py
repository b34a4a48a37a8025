"""Brands' spellings as a release: what is learned, from whom, and that it leads to one name."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.matched.brand_lessons import SAID, learned
from catalog_assets.releases import UnknownRelease
from catalog_assets.standardized.names import brand_spellings, brands
from catalog_assets.standardized.spellings import Spellings, read_spellings

NOBODY = SAID.to_frame()
NAMES = ["Acme", "ACME", "acme", "Acme GmbH", "Zed", "HP", "hewlett packard", "Blau-Werk", "Bläuwerk"]


def said(*words: tuple[str, str], who: str = "ana") -> pl.DataFrame:
    rows = [(spelling, name, who, number) for number, (spelling, name) in enumerate(words)]
    return pl.DataFrame(rows, schema=SAID, orient="row")


def stated(*names: str) -> pl.Series:
    return pl.Series("brand", names, pl.String)


def test_what_differs_in_case_alone_is_one_brand_without_a_question():
    release = learned(stated("BLÄUWERK", "Bläuwerk", "Zed", "ACME", "acme"), NOBODY)
    assert release.names == {"bläuwerk": "Bläuwerk", "acme": "ACME"}
    assert (release.by, release.facts) == ({}, {"of_people": 0, "of_case": 2, "in_circles": []})


def test_a_word_stands_above_case_and_the_later_above_the_earlier():
    words = said(("Acme GmbH", "Zed"), ("ACME GMBH", "Acme"), ("acme", "Zed"))
    release = learned(stated("ACME", "Acme"), words)
    assert release.names == {"acme gmbh": "Zed", "acme": "Zed"}  # Acme is Zed, so what is Acme is Zed
    assert release.by == {"acme gmbh": "ana", "acme": "ana"}


def test_words_that_lead_in_a_circle_teach_nothing_and_are_told():
    release = learned(stated(), said(("a", "b"), ("b", "A"), ("c", "a"), ("d", "e")))
    assert release.names == {"d": "e"}
    assert release.facts["in_circles"] == ["a", "b", "c"]


def test_what_a_release_joined_by_case_stays_joined_though_it_is_no_longer_seen():
    first = learned(stated("ACME", "Acme"), said(("Zedd", "Zed")))
    again = learned(stated("Acme"), NOBODY, first)
    assert again.names == {"acme": "Acme"}  # and what a person took back is gone


def test_nobody_teaches_that_no_brand_is_one():
    assert learned(stated(), said(("no name", "Acme"), ("n/a", "Zed"))).names == {}


def test_bytes_come_back_and_others_are_refused():
    release = learned(stated("ACME", "Acme"), said(("Zedd", "Zed")))
    assert read_spellings(release.to_bytes()) == release
    assert read_spellings(release.to_bytes()).version == release.version
    for strange in (
        b"{}", b"[]", b"\xff", b'{"format":1,"facts":{},"names":{"a":1},"by":{}}', b"1", b"[" * 100_000,
        b'{"format":1,"facts":{},"names":["ab"],"by":{}}', b'{"format":1,"facts":{},"names":{"a":null},"by":{}}',
    ):  # fmt: skip
        with pytest.raises(UnknownRelease, match="catalog brands learn"):
            read_spellings(strange)
    for odd, name in (("Acme", "Zed"), ("n/a", "Zed"), (" a", "Zed"), ("", "Zed"), ("acme", " "), ("acme", "")):
        with pytest.raises(UnknownRelease, match="no lower-case spelling"):
            read_spellings(Spellings({odd: name}, {}, {}).to_bytes())


def test_configuration_stands_above_people_and_people_above_the_vocabulary():
    taught = learned(stated(), said(("HP", "Hewlett Packard Inc. (US)"), ("Acme GmbH", "Acme"))).names
    spelled = brand_spellings({}, taught)
    assert spelled["h.p."] == spelled["hp"] == "Hewlett Packard Inc. (US)"  # all its spellings go along
    chosen = brand_spellings({"Hewlett-Packard": ["HP"], "ACME": ["acme"]}, taught)
    assert chosen["h.p."] == chosen["hp"] == "Hewlett-Packard"
    assert chosen["acme gmbh"] == "ACME"


def test_a_name_that_is_known_as_a_spelling_gets_its_own_name():
    assert brand_spellings({}, {"western dig.": "WD"})["western dig."] == "Western Digital"


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=8),
    st.lists(st.sampled_from(NAMES), max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_words_in_any_order_give_one_name_that_stays(words, names, chance):
    table = said(*words)
    release = learned(stated(*names), table)
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=chance.randint(0, 99))
    assert learned(stated(*reversed(names)), shuffled).to_bytes() == release.to_bytes()
    spelled = brand_spellings({}, release.names)
    once = brands(pl.Series(NAMES), spelled)
    assert brands(once, spelled).to_list() == once.to_list()


ODD = st.text(alphabet="aB İßǅ\x1f\x85\t.&", max_size=6)


@given(st.lists(st.tuples(ODD, ODD, ODD), max_size=5), st.lists(ODD, max_size=5))
def test_what_is_learned_can_always_be_used(words, names):
    rows = [(spelling, name, who, number) for number, (spelling, name, who) in enumerate(words)]
    release = learned(stated(*names), pl.DataFrame(rows, schema=SAID, orient="row"))
    assert read_spellings(release.to_bytes()) == release
