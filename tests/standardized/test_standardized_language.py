"""The language of a text: told by its letters and small words, else what the source says."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.standardized.language import languages
from catalog_assets.vocabulary.languages import FUNCTION_WORDS, LETTERS


def told(name: str | None, description: str | None = None, stated: str = "xx") -> str:
    texts = (pl.Series([text], dtype=pl.String) for text in (name, description))
    return str(languages(*texts, stated).item())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("A desk lamp with the best light for your office", "en"),
        ("Schreibtischlampe mit Schalter, für das Büro", "de"),
        ("Lampe de bureau avec interrupteur pour la maison", "fr"),
        ("Lámpara de mesa para el dormitorio con luz", "es"),
        ("Lampada da tavolo per la casa, con interruttore della luce", "it"),
        ("Luminária de mesa com luz para o quarto, não aquece", "pt"),
        ("Bureaulamp met schakelaar voor het kantoor", "nl"),
        ("Baju anak dengan bahan katun untuk musim panas, ukuran besar", "id"),
        ("กระเป๋าเป้ผู้หญิง", "th"),
        ("Áo thun nữ cổ tròn, giá rẻ, chất lượng cao", "vi"),
        ("東芝のテレビ、とても安い", "ja"),
        ("东芝电视机液晶显示器", "zh"),
        ("Настольная лампа", "ru"),
    ],
)
def test_a_text_in_a_language_is_told(name, code):
    assert told(name) == code


@pytest.mark.parametrize("name", [None, "", "LX-350", "Sony PS-LX350H", "mit"])
def test_where_too_little_tells_the_source_is_believed(name):
    assert told(name, stated="fr") == "fr"


def test_a_description_tells_where_a_name_does_not():
    assert told("LX-350", "Eine Lampe mit Schalter für das Büro") == "de"


def test_of_languages_that_tell_equally_the_stated_one_counts():
    """`dan` and `untuk` are both Malay and Indonesian."""
    assert [told("lampu dan meja untuk anda", stated=code) for code in ("ms", "id", "de")] == ["ms", "id", "de"]


def test_a_brand_in_another_script_does_not_tell():
    assert told("Lamp 灯 with the switch for your desk") == "en"


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=5), st.randoms(use_true_random=False))
def test_each_text_stands_for_itself(names, chance):
    order = list(range(len(names)))
    chance.shuffle(order)
    nothing = pl.Series([None] * len(names), dtype=pl.String)
    together = languages(pl.Series(names, dtype=pl.String), nothing, "en")
    again = languages(pl.Series([names[n] for n in order], dtype=pl.String), nothing, "en")
    assert [together[n] for n in order] == again.to_list()
    assert set(together) <= {"en", *FUNCTION_WORDS, *LETTERS}
