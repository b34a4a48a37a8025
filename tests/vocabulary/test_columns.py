"""The column registry, and the reference that is derived from it."""

from pathlib import Path

import pytest

from catalog_assets.vocabulary.columns import TABLES, reference

DOCS = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_reference_is_up_to_date():
    assert DOCS.read_text() == reference(), "run `make docs`"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_keys_and_partitions_are_columns(table):
    assert set(table.key) <= table.columns.keys()
    assert set(table.partition) <= table.columns.keys()
    assert not any(table.columns[name].nullable for name in table.key)
    assert all(column.meaning for column in table.columns.values())


def test_the_tables_that_users_were_promised():
    promised = """deliveries raw_products standardized_products matched_products enriched_attributes enriched_products
        reviewed_attributes reviewed_products validated_products catalog_products product_aliases quarantine
        stage_ledger"""
    assert set(promised.split()) <= TABLES.keys()
    ledger = "stage day source run_id unit received passed quarantined superseded merged skipped pending"
    assert " ".join(TABLES["stage_ledger"].columns).startswith(ledger)
    quarantine = (
        "stage day source delivery_id file record_number byte_offset byte_length rule message payload run_id status"
    )
    assert " ".join(TABLES["quarantine"].columns).startswith(quarantine)
