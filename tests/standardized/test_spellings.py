"""Brands' spellings as a release: what is learned, from whom, and that it leads to one name."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.matched.brand_lessons import SAID, followed, learned
from catalog_assets.releases import UnknownRelease
from catalog_assets.standardized.names import brand_spellings, brands
from catalog_assets.standardized.spellings import Spellings, read_spellings, usable_spellings

NOBODY = SAID.to_frame()
NAMES = ["Acme", "ACME", "acme", "Acme GmbH", "Zed", "HP", "hewlett packard", "Blau-Werk", "Bläuwerk"]


def said(*words: tuple[str, str], who: str = "ana") -> pl.DataFrame:
    """Spelling and name; "!" before a name refuses it."""
    rows = [
        (spelling, name.removeprefix("!"), name[:1] != "!", who, number)
        for number, (spelling, name) in enumerate(words)
    ]
    return pl.DataFrame(rows, schema=SAID, orient="row")


def stated(*names: str) -> pl.Series:
    return pl.Series("brand", names, pl.String)


def test_what_differs_in_case_alone_is_one_brand_without_a_question():
    release = learned(stated("BLÄUWERK", "Bläuwerk", "Zed", "ACME", "acme"), NOBODY)
    assert release.names == {"bläuwerk": "Bläuwerk", "acme": "ACME"}
    assert (release.by, release.case, release.facts["of_case"]) == ({}, release.names, 2)


def test_a_word_stands_above_case_and_the_later_above_the_earlier():
    words = said(("Acme GmbH", "Zed"), ("ACME GMBH", "acme"), ("acme", "Zed"))
    release = learned(stated("ACME", "Acme"), words)
    assert release.names == {"acme gmbh": "Zed", "acme": "Zed", "zed": "Zed"}  # Acme is Zed, so what is Acme is Zed
    assert release.by == {"acme gmbh": "ana", "acme": "ana"}


def test_words_that_lead_in_a_circle_teach_nothing_and_are_told():
    release = learned(stated(), said(("a", "b"), ("b", "a"), ("c", "a"), ("d", "e")))
    assert release.names == {"d": "e"}
    assert release.facts["in_circles"] == ["a", "b", "c"]


def test_what_a_release_joined_by_case_stays_joined_though_it_is_no_longer_seen():
    first = learned(stated("ACME", "Acme", "ZED", "Zed"), said(("zedd", "zed"), ("acme", "zed")))
    assert first.names == {"acme": "Zed", "zed": "Zed", "zedd": "Zed"}
    again = learned(stated("Zed"), NOBODY, first)
    assert again.names == {"acme": "Acme", "zed": "Zed"}  # and what people took back is gone


def test_nobody_teaches_that_no_brand_is_one():
    assert learned(stated(), said(("no name", "Acme"), ("n/a", "Zed"))).names == {}


def test_bytes_come_back_and_others_are_refused():
    release = learned(stated("ACME", "Acme"), said(("Zedd", "Zed")))
    assert read_spellings(release.to_bytes()) == release
    assert read_spellings(release.to_bytes()).version == release.version
    for strange in (
        b"{}", b"[]", b"\xff", b'{"format":1,"facts":{},"names":{"a":1},"by":{},"case":{}}', b"1", b"[" * 100_000,
        b'{"format":1,"facts":{},"names":["ab"],"by":{},"case":{}}',
        b'{"format":true,"facts":{},"names":{},"by":{},"case":{}}',
    ):  # fmt: skip
        with pytest.raises(UnknownRelease, match="catalog brands learn"):
            read_spellings(strange)
    for odd, name in (("Acme", "Zed"), ("n/a", "Zed"), (" a", "Zed"), ("", "Zed"), ("acme", " "), ("acme", "")):
        with pytest.raises(UnknownRelease, match="no lower-case spelling"):
            read_spellings(Spellings({odd: name}, {}, {}, {}).to_bytes())


def test_configuration_stands_above_people_and_people_above_the_vocabulary():
    taught = learned(stated(), said(("hp", "Hewlett Packard Inc. (US)"), ("acme gmbh", "Acme"))).names
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
    rows = [(spelling, name, True, who, number) for number, (spelling, name, who) in enumerate(words)]
    release = learned(stated(*names), pl.DataFrame(rows, schema=SAID, orient="row"))
    assert read_spellings(release.to_bytes()) == release


def test_most_offers_say_how_a_brand_is_written_and_a_person_above_them():
    odd = stated(*["Acme"] * 9, "ACMe", "ACME", "ACME")
    assert learned(odd, NOBODY).names == {"acme": "Acme"}
    assert learned(odd, said(("acme inc.", "ACMe"))).names == {"acme": "ACMe", "acme inc.": "ACMe"}
    assert learned(odd, said(("acme inc.", "acme"))).names == {"acme": "Acme", "acme inc.": "Acme"}


def test_what_was_refused_does_not_come_by_way_of_others():
    release = learned(stated("A", "B", "C"), said(("a", "b"), ("b", "c"), ("a", "!c")))
    assert release.names == {"b": "C"}
    assert release.facts["refused_by_way_of_others"] == ["a"]


@pytest.mark.parametrize(
    "words",
    [
        [("hp", "Hewlett-Packard Enterprise"), ("hpe", "Hewlett-Packard")],  # by way of the vocabulary
        [("aaa", "B®"), ("b", "Aaa®")],  # by way of signs that are taken off
        [("aaa", "unknown")],
    ],
)
def test_no_brand_is_lost_by_what_is_learned(words):
    release = learned(stated("Aaa", "B", "HP", "HPE"), said(*words))
    rests = brands(pl.Series(["HP", "HPE", "Aaa", "B"]), brand_spellings({}, release.names))
    assert rests.null_count() == 0


@pytest.mark.parametrize("names", [{"aaa": "Bbb", "bbb": "Aaa"}, {"aaa": "unknown"}])
def test_a_release_that_would_lose_brands_does_not_come_into_force(names):
    data = Spellings(names, {}, {}, {}).to_bytes()
    with pytest.raises(UnknownRelease, match="leads back"):
        usable_spellings(data)
    assert read_spellings(data).names == names  # one in force blocks no day


def test_a_long_chain_is_followed_in_one_go():
    names = {f"b{n}": f"B{n + 1}" for n in range(20_000)}
    ends, circular = followed(names)
    assert (set(ends.values()), circular) == ({"B20000"}, set())
