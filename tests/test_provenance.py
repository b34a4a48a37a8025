"""What trace says of a price that a person decided."""

from decimal import Decimal

import pytest

from catalog_assets.provenance import _decided

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
