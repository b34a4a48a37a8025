"""One golden record a product: who speaks, which value wins, what is said about it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.contracts import violations
from catalog_assets.matched.contract import MatchedProducts
from catalog_assets.matched.golden import COMPARED, Survivorship, golden
from catalog_assets.matched.transform import tombstones
from catalog_assets.vocabulary.columns import ATTRIBUTE, OFFER_FIELDS
from tests.frames import KNOWN, MATCHED_PRODUCTS, STANDARDIZED_PRODUCTS, Row, conflict, date, frame, member, offer
from tests.histories import shuffled

PRIORITY = Survivorship({"alpha": 10, "beta": 20, "gamma": 20})
WHY = (pl.lit("gtin").alias("method"), pl.lit(1.0).alias("confidence"), pl.lit(None, pl.String).alias("model_version"))
SILENT: Row = dict.fromkeys((name for name in OFFER_FIELDS if name != "name"), None)
"""An offer that states its name and nothing else."""


def members(*rows: Row, live: dict[str, bool] | None = None, product_key: str = "k1") -> pl.DataFrame:
    """Full offer rows of one product."""
    stands = pl.col("source").replace_strict(live or {}, default=True, return_dtype=pl.Boolean).alias("live")
    return frame(STANDARDIZED_PRODUCTS, rows).drop("run_id").with_columns(
        pl.lit(product_key).alias("product_key"), stands, pl.lit(None, pl.String).alias("parent_key"), *WHY
    )  # fmt: skip


def record(*rows: Row, **other: Any) -> Row:
    """The golden record of these offers."""
    found = golden(members(*rows, **other), PRIORITY)
    assert found.height == 1
    return found.row(0, named=True)


def attribute(name: str, value: str, unit: str | None = None) -> dict[str, str | None]:
    return {"name": name, "value": value, "unit": unit}


def origin(field: str, source: str, day: int = 1) -> Row:
    return {
        "field": field, "source": source, "product_id": "1", "delivery_id": f"{source}-{date(day)}", "record_number": 1,
    }  # fmt: skip


def told(found: Row, field: str) -> list[tuple[str, str, bool]]:
    return [(c["source"], c["value"], c["chosen"]) for c in found["conflicts"] if c["field"] == field]


def test_a_single_offer_is_its_golden_record() -> None:
    stated = offer(gtin="00000000000017", stock=3, attributes=[attribute("color", "Black")])
    found = golden(members(stated), PRIORITY)
    expected = frame(
        MATCHED_PRODUCTS,
        [{
            "product_key": "k1", "status": "live", "merged_into": None,
            **{name: stated[name] for name in OFFER_FIELDS}, "attributes": [attribute("color", "Black")],
            "offers": [member("alpha", "1", 1)], "links": [], "origins": [], "conflicts": [],
            "content_hash": found["content_hash"].item(), "known_from": KNOWN,
        }],
        without=["day", "run_id"],
    )  # fmt: skip
    assert_frame_equal(found, expected, check_column_order=False)


def test_the_result_keeps_the_contract() -> None:
    rows = pl.concat(
        [members(offer()), members(offer(), offer("beta", name="Other", price=Decimal("7")), product_key="k2")]
    )
    ended = pl.DataFrame({"product_key": ["k3"], "merged_into": ["k1"], "known_from": [KNOWN]}).cast(
        {"known_from": MATCHED_PRODUCTS.schema["known_from"]}
    )
    table = pl.concat([golden(rows, PRIORITY), tombstones(ended)]).with_columns(
        pl.lit(date(1)).alias("day"), pl.lit("r1").alias("run_id")
    )
    assert violations(MatchedProducts, table).rows() == []
    dead = table.filter(pl.col("product_key") == "k3").row(0, named=True)
    assert (dead["status"], dead["merged_into"], dead["offers"], dead["name"]) == ("merged", "k1", [], None)


def test_the_lowest_priority_number_wins_whatever_the_day() -> None:
    found = record(offer("beta", day=9, name="Beta's"), offer("alpha", day=1, name="Alpha's"))
    assert found["name"] == "Alpha's"
    assert [o["source"] for o in found["offers"]] == ["alpha", "beta"]


def test_among_equals_the_latest_day_wins_then_the_name_of_the_source() -> None:
    assert record(offer("beta", day=1, name="B"), offer("gamma", day=2, name="G"))["name"] == "G"
    assert record(offer("gamma", day=1, name="G"), offer("beta", day=1, name="B"))["name"] == "B"
    assert record(offer("beta", "2", name="second"), offer("beta", "1", name="first"))["name"] == "first"


def test_what_the_first_does_not_say_the_next_says() -> None:
    found = record(offer(brand=None, stock=None), offer("beta", brand="Other", stock=5))
    assert (found["brand"], found["stock"]) == ("Other", 5)
    assert found["origins"] == [origin("brand", "beta"), origin("stock", "beta")]


def test_origins_name_exactly_the_fields_that_are_not_from_the_lead_offer() -> None:
    lead = offer(**{**SILENT, "brand": "Acme"}, attributes=[attribute("color", "Black")])
    other = offer("beta", gtin="00000000000017", attributes=[attribute("color", "Red"), attribute("size", "L")])
    found = record(lead, other)
    stated = {name for name in OFFER_FIELDS if other[name] is not None and name not in ("name", "brand", "currency")}
    assert {o["field"] for o in found["origins"]} == {*stated, "attributes.size"}
    assert all(o == origin(o["field"], "beta") for o in found["origins"])


def test_a_withdrawn_offer_says_nothing_while_another_stands() -> None:
    lead = offer("alpha", brand="Acme", stock=9, attributes=[attribute("size", "L")])
    found = record(lead, offer("beta", **{**SILENT, "name": "B"}), live={"alpha": False})
    assert (found["status"], found["name"], found["brand"], found["stock"]) == ("live", "B", None, None)
    assert (found["attributes"], found["conflicts"], found["origins"]) == ([], [], [])
    assert [(o["source"], o["live"]) for o in found["offers"]] == [("beta", True), ("alpha", False)]


def test_withdrawn_offers_speak_when_none_stands() -> None:
    gone = {"alpha": False, "beta": False}
    found = record(offer(brand=None), offer("beta", brand="Other"), live=gone)
    assert (found["status"], found["brand"], found["name"]) == ("withdrawn", "Other", "Acme Monitor 27")
    assert record(offer(), live=gone)["status"] == "withdrawn"


def test_price_and_currency_stay_together() -> None:
    found = record(
        offer(price=None, currency=None), offer("beta", price=Decimal("5"), currency="USD"),
        offer("gamma", price=Decimal("6"), currency="EUR"),
    )  # fmt: skip
    assert (found["price"], found["currency"]) == (Decimal("5"), "USD")
    assert origin("price", "beta") in found["origins"]


def test_a_currency_without_a_price_is_not_taken() -> None:
    found = record(
        offer(price=None, currency="USD"), offer("beta", price=None), offer("gamma", price=Decimal("6"))
    )  # fmt: skip
    assert (found["price"], found["currency"]) == (Decimal("6"), "EUR")
    nothing = record(offer(price=None, currency="USD"), offer("beta", price=None))
    assert (nothing["price"], nothing["currency"]) == (None, None)


def test_attributes_are_united_by_name_from_the_first_that_states_them() -> None:
    found = record(
        offer(attributes=[attribute("size", "L")]),
        offer("beta", attributes=[attribute("color", "Red"), attribute("size", "M")]),
        offer("gamma", attributes=[attribute("weight", "2", "kg")]),
    )
    assert found["attributes"] == [attribute("color", "Red"), attribute("size", "L"), attribute("weight", "2", "kg")]


def test_a_conflict_holds_every_value_and_one_is_chosen() -> None:
    found = record(
        offer(name="A"), offer("beta", name="B", brand=None), offer("gamma", name="A", availability="preorder")
    )
    assert [c for c in found["conflicts"] if c["field"] == "name"] == [
        {**conflict("name", "A", "alpha", chosen=True), "delivery_id": f"alpha-{date(1)}"},
        {**conflict("name", "B", "beta"), "delivery_id": f"beta-{date(1)}"},
        {**conflict("name", "A", "gamma"), "delivery_id": f"gamma-{date(1)}"},
    ]
    availability = [
        ("alpha", "in_stock", True), ("beta", "in_stock", False), ("gamma", "preorder", False),
    ]  # fmt: skip
    assert told(found, "availability") == availability
    assert told(found, "brand") == [], "a source that says nothing does not disagree"


@pytest.mark.parametrize("field", sorted(set(OFFER_FIELDS) - {*COMPARED, "price", "currency"}))
def test_fields_that_always_differ_are_no_conflict(field: str) -> None:
    other: dict[str, Any] = {"stock": 77}
    found = record(offer(stock=1), offer("beta", **{field: other.get(field, "quite different")}))
    assert found["conflicts"] == []


def test_attributes_are_compared_with_their_units() -> None:
    kilo, grams = attribute("weight", "2", "kg"), attribute("weight", "2", "g")
    found = record(offer(attributes=[kilo]), offer("beta", attributes=[grams]))
    assert told(found, "attributes.weight") == [("alpha", "2 kg", True), ("beta", "2 g", False)]
    assert record(offer(attributes=[kilo]), offer("beta", attributes=[kilo]))["conflicts"] == []


def test_prices_of_the_same_currency_are_compared() -> None:
    found = record(offer(price=Decimal("10")), offer("beta", price=Decimal("12")))
    assert told(found, "price") == [("alpha", "10.0000 EUR", True), ("beta", "12.0000 EUR", False)]
    assert record(offer(price=Decimal("10")), offer("beta", price=Decimal("10.0000")))["conflicts"] == []


def test_prices_of_different_currencies_are_not_compared() -> None:
    assert record(offer(currency="USD"), offer("beta", currency="EUR", price=Decimal("7")))["conflicts"] == []


@pytest.mark.parametrize("currencies", [("EUR", "USD", "USD"), ("USD", "EUR", "USD"), ("USD", "USD", "EUR")])
def test_of_prices_in_several_currencies_the_golden_one_is_the_chosen_one(currencies: tuple[str, str, str]) -> None:
    rows = [
        offer(source, price=Decimal(10 + n), currency=currency)
        for n, (source, currency) in enumerate(zip(PRIORITY.priority, currencies, strict=True))
    ]
    found = record(*rows)
    said = told(found, "price")
    assert [value for _, value, chosen in said if chosen] == [f"{found['price']} {found['currency']}"]
    assert len(said) == 3


def test_withdrawn_offers_have_no_part_in_conflicts() -> None:
    assert record(offer(name="A"), offer("beta", name="B"), live={"beta": False})["conflicts"] == []


def test_content_is_what_enrichment_reads_and_a_price_is_not() -> None:
    def content(**values: Any) -> str:
        return str(record(offer(**values))["content_hash"])

    same = content()
    later = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    for values in ({"price": Decimal("1")}, {"price": None, "currency": None}, {"stock": 5}, {"day": 9},
                   {"availability": "preorder"}, {"known_from": later}, {"url": "https://a.example/"}):  # fmt: skip
        assert content(**values) == same
    for values in ({"name": "B"}, {"brand": None}, {"mpn": "x"}, {"description": "y"}, {"category_path": "z"},
                   {"attributes": [attribute("color", "Red")]}):  # fmt: skip
        assert content(**values) != same


def test_content_is_the_same_however_many_sources_say_it() -> None:
    assert record(offer(), offer("beta"))["content_hash"] == record(offer())["content_hash"]


def test_it_is_known_since_the_last_of_its_offers() -> None:
    later = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    assert record(offer(), offer("beta", known_from=later))["known_from"] == later
    assert record(offer(), offer("beta", known_from=later), live={"beta": False})["known_from"] == later


def test_no_offers_give_no_products() -> None:
    nothing = golden(members(), PRIORITY)
    assert nothing.is_empty()
    schema = {name: kind for name, kind in MATCHED_PRODUCTS.schema.items() if name not in ("day", "run_id")}
    assert dict(nothing.schema) == schema


TEXT = st.sampled_from([None, "A", "B"])


@st.composite
def offers(draw: st.DrawFn, source: str = "alpha", product_id: str = "1") -> Row:
    """An offer of few possible values, so that offers agree and differ often."""
    price = draw(st.sampled_from([None, Decimal("1"), Decimal("2")]))
    stated = draw(st.lists(st.sampled_from(["color", "size"]), unique=True))
    return offer(
        source, product_id, draw(st.integers(1, 3)), name=draw(st.sampled_from("AB")), brand=draw(TEXT), mpn=draw(TEXT),
        gtin=draw(TEXT), description=draw(TEXT), category_path=draw(TEXT), price=price,
        currency=draw(st.sampled_from(["EUR", "USD"])) if price else None, availability=draw(TEXT),
        stock=draw(st.sampled_from([None, 1, 2])), url=draw(TEXT),
        attributes=[attribute(name, draw(st.sampled_from("12"))) for name in sorted(stated)],
    )  # fmt: skip


@st.composite
def products(draw: st.DrawFn) -> pl.DataFrame:
    """The members of up to three products, of up to four offers each."""
    frames = [members()]
    for key in ("k1", "k2", "k3"):
        places = draw(
            st.lists(
                st.tuples(st.sampled_from(sorted(PRIORITY.priority)), st.sampled_from("12")), unique=True, max_size=4
            )
        )
        rows = [draw(offers(source, product_id)) for source, product_id in places]
        stands = {source: draw(st.booleans()) for source in PRIORITY.priority}
        frames.append(members(*rows, live=stands, product_key=key))
    return pl.concat(frames)


@given(products(), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_does_not_count(rows: pl.DataFrame, seed: int) -> None:
    if rows.height:
        assert_frame_equal(golden(shuffled(rows, seed), PRIORITY), golden(rows, PRIORITY))


@given(offers())
@settings(max_examples=40, deadline=None)
def test_a_single_offer_and_one_of_several_agree(stated: Row) -> None:
    """A second offer that is withdrawn says nothing, so but for the members all is as if it were not there."""
    alone = golden(members(stated), PRIORITY)
    accompanied = golden(members(stated, offer("beta", name="other", brand="other"), live={"beta": False}), PRIORITY)
    assert_frame_equal(accompanied.drop("offers", "links"), alone.drop("offers", "links"))


def _said(rows: list[Row], field: str) -> list[tuple[Row, str]]:
    """Who of the rows says what about a field, in words of its own: no Polars."""
    if field.startswith("attributes."):
        name = field.removeprefix("attributes.")
        return [(row, a["value"]) for row in rows for a in row["attributes"] if a["name"] == name]
    if field == "price":
        return [(row, f"{row['price']} {row['currency']}") for row in rows if row["price"] is not None]
    return [(row, str(row[field])) for row in rows if row[field] is not None]


@given(products())
@settings(max_examples=40, deadline=None)
def test_every_value_is_the_first_one_said_and_every_difference_is_told(rows: pl.DataFrame) -> None:
    """The whole of `golden`, computed once more with loops."""
    ranks = PRIORITY.priority
    for key, found in {row["product_key"]: row for row in golden(rows, PRIORITY).to_dicts()}.items():
        mine = rows.filter(pl.col("product_key") == key).to_dicts()
        mine.sort(
            key=lambda r: (not r["live"], ranks[r["source"]], -r["day"].toordinal(), r["source"], r["product_id"])
        )
        assert [(o["source"], o["product_id"]) for o in found["offers"]] == [
            (r["source"], r["product_id"]) for r in mine
        ]
        any_live = any(row["live"] for row in mine)
        assert found["status"] == ("live" if any_live else "withdrawn")
        speaking = [row for row in mine if row["live"] or not any_live]
        names = [a["name"] for row in speaking for a in row["attributes"]]
        fields = [*(f for f in OFFER_FIELDS if f != "currency"), *(f"attributes.{n}" for n in sorted(set(names)))]
        elsewhere = {}
        for field in fields:
            said = _said(speaking, field)
            now = _said([found], field)
            assert [value for _, value in now] == [value for _, value in said[:1]]
            if said and said[0][0] is not mine[0]:
                elsewhere[field] = (said[0][0]["source"], said[0][0]["product_id"])
            told_here = [c for c in found["conflicts"] if c["field"] == field]
            if told_here:
                assert [c["value"] for c in told_here] == [value for _, value in said]
                assert [c["chosen"] for c in told_here] == [True] + [False] * (len(said) - 1)
            assert bool(told_here) == _differ(field, [value for _, value in said])
        assert {o["field"]: (o["source"], o["product_id"]) for o in found["origins"]} == elsewhere


def _differ(field: str, values: list[str]) -> bool:
    if field == "price":
        by_currency = {value.split()[1]: {v for v in values if v.split()[1] == value.split()[1]} for value in values}
        return any(len(prices) > 1 for prices in by_currency.values())
    return (field in COMPARED or field.startswith("attributes.")) and len(set(values)) > 1


def test_attributes_of_the_registry_are_what_the_tests_build() -> None:
    assert set(attribute("a", "b")) == set(dict(ATTRIBUTE))


def winner(policy: dict[str, list[str]], field: str, *rows: Row) -> Any:
    """The golden value of a field or attribute under a policy."""
    found = golden(members(*rows), Survivorship(PRIORITY.priority, policy)).row(0, named=True)
    if field in found:
        return found[field]
    return next(a["value"] for a in found["attributes"] if f"attributes.{a['name']}" == field)


OLD = offer("alpha", day=1, name="First", price=Decimal(10), attributes=[attribute("color", "Black")])
NEW = offer("beta", day=2, name="Second", price=Decimal(20), gtin="00000000000017",
            attributes=[attribute("color", "Red"), attribute("weight", "5", "g")])  # fmt: skip
THIRD = offer("gamma", day=1, name="Second", price=Decimal(30), attributes=[attribute("color", "Red")])


@pytest.mark.parametrize(
    ("policy", "field", "expected"),
    [
        ({}, "name", "First"),
        ({"name": ["freshness"]}, "name", "Second"),
        ({"name": ["agreement"]}, "name", "Second"),
        ({"name": ["priority", "freshness"]}, "name", "First"),
        ({"price": ["freshness"]}, "price", Decimal(20)),
        ({"price": ["completeness"]}, "price", Decimal(20)),
        ({"attributes": ["agreement"]}, "attributes.color", "Red"),
        ({"attributes.color": ["agreement"]}, "attributes.color", "Red"),
        ({"attributes": ["agreement"], "attributes.color": ["priority"]}, "attributes.color", "Black"),
        ({"attributes.weight": ["agreement"]}, "attributes.color", "Black"),
    ],
)
def test_the_policy_of_a_field_says_whose_value_wins(policy: dict[str, list[str]], field: str, expected: Any) -> None:
    assert winner(policy, field, OLD, NEW, THIRD) == expected


def test_a_tie_under_a_policy_goes_to_the_source_of_priority() -> None:
    assert winner({"name": ["agreement"]}, "name", OLD, offer("beta", name="Second")) == "First"


def test_what_a_policy_chose_says_so_in_origins_and_conflicts() -> None:
    found = golden(members(OLD, NEW, THIRD), Survivorship(PRIORITY.priority, {"name": ["agreement"]}))
    row = found.row(0, named=True)
    assert told(row, "name") == [("beta", "Second", True), ("alpha", "First", False), ("gamma", "Second", False)]
    assert origin("name", "beta", 2) in row["origins"]


def test_a_price_keeps_its_currency_under_a_policy() -> None:
    found = golden(
        members(offer("alpha", price=Decimal(10), currency="EUR"),
                offer("beta", day=2, price=Decimal(9), currency="USD")),
        Survivorship(PRIORITY.priority, {"price": ["freshness"]}),
    )  # fmt: skip
    assert found.select("price", "currency").row(0) == (Decimal(9), "USD")
