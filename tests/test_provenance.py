"""What trace says of a price that a person decided."""

from decimal import Decimal

import pytest

from catalog_assets.provenance import _decided, spelling_of
from catalog_assets.standardized.spellings import Spellings

SAID = {"attribute": "price", "value": "20.0000", "method": "supplier"}


@pytest.mark.parametrize(("price", "shown"), [(Decimal("55"), "55"), (None, "20.0000")])
def test_a_decided_price_names_who_decided(price, shown):
    judged = {"price": price, "price_method": "person", "price_annotator": "Ben", "price_decided_at": None}
    told = _decided(SAID, judged)
    assert told is not None
    assert (told["value"], told["method"], told["annotator"]) == (shown, "person", "Ben")
    assert told["evidence"] == "the supplier said 20.0000"


def test_a_price_that_nobody_decided_is_the_suppliers():
    assert _decided(SAID, {"price": Decimal("20"), "price_method": "supplier"}) is None


def test_a_learned_spelling_names_its_release_and_who_taught_it():
    release = Spellings({"acme gmbh": "Acme", "acme": "Acme", "zed": "Zed"}, {"acme gmbh": "ana"}, {}, {})
    assert spelling_of(release, "Acme") == f"brands {release.version} spells it so, as ana taught"
    assert spelling_of(release, "Zed") == f"brands {release.version} spells it so"
    assert spelling_of(release, "Other") is spelling_of(release, None) is spelling_of(None, "Acme") is None
