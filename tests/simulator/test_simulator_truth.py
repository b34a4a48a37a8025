"""Truth against the files, which are read here with the standard library alone."""

import datetime as dt
import re
from collections import Counter
from decimal import Decimal

import polars as pl
import pytest

from catalog_assets.simulator import Dirt, Plan
from catalog_assets.simulator.records import FAULTS
from catalog_assets.vocabulary.attributes import ATTRIBUTES

MOJIBAKE = re.compile("[ÃâÂ][\u0080-\u00bf€™“”–šŸœž„‰ª©³¶¼¤]")


def valid_gtin(text):
    digits = [int(c) for c in text.zfill(14)]
    return sum(d * (3 if i % 2 == 0 else 1) for i, d in enumerate(digits)) % 10 == 0


def german(text):
    return Decimal(text.removesuffix(" €").replace(".", "").replace(",", "."))


def english(text):
    return Decimal(str(text).lstrip("£$").replace(",", ""))


def number(text, read):
    try:
        return read(text)
    except ArithmeticError:
        return None


def facts(file, records):
    """Of each record, without its header: (fault or None, id, gtin, price, text, continues)."""
    header = records[0] if file.path.suffix != ".ndjson" else None
    for record in records if header is None else records[1:]:
        if header is None:
            yield json_facts(record)
        elif len(record) != len(header):
            yield "wrong_field_count", None, None, None, "", False
        elif "Artikelnummer" in header:
            row = dict(zip(header, record, strict=True))
            told = row["Bezeichnung"] + row["Beschreibung"]
            yield judged(row["Artikelnummer"], row["Bezeichnung"], row["EAN"], row["Preis"], german, told)
        else:
            row = dict(zip(header, record, strict=True))
            continues = not row["Title"]
            told = row["Title"] + row["Body (HTML)"]
            barcode = row["Variant Barcode"].removeprefix("'")
            seen = judged(row["Handle"], row["Title"], barcode, row["Variant Price"], english, told)
            yield (None, row["Handle"], None, None, "", True) if continues else seen


def json_facts(record):
    if isinstance(record, str):
        return "invalid_json", None, None, None, "", False
    amount = record["price"]["amount"]
    price = "" if amount is None else amount
    told = (record["title"] or "") + record["description"]
    return judged(record["sku"] or "", record["title"] or "", record["upc"] or "", price, english, told)


def judged(identity, name, gtin, price, read, told):
    value = number(price, read) if price != "" else None
    fault = (
        "missing_id" if not identity else "missing_name" if not name else "missing_price" if price == ""
        else "unreadable_price" if value is None else "negative_price" if value < 0 else None
    )  # fmt: skip
    return fault, identity, gtin, value, told, False


@pytest.fixture(scope="module")
def compared(simulation, read_records):
    """Every record: what the file says, and what truth says of it."""
    rows = []
    for file in simulation.written.files:
        found = list(facts(file, read_records(file.path)))
        truth = simulation.file_truth(file)
        assert len(found) == truth.height == file.records
        assert truth["record_number"].to_list() == list(range(1, truth.height + 1))
        rows += [(file, fact, known) for fact, known in zip(found, truth.iter_rows(named=True), strict=True)]
    return rows


def test_broken_records_are_those_that_truth_calls_broken(compared):
    for _, (fault, *_), known in compared:
        assert fault == (known["reason"] if known["fate"] == "quarantined" else None), known
    told = Counter(known["reason"] for *_, known in compared if known["fate"] == "quarantined")
    assert set(told) == set(FAULTS) - {"unclosed_quote"}


def test_identifiers_are_those_that_truth_names(compared):
    for _, (fault, identity, _, _, _, continues), known in compared:
        if fault == "missing_id":
            assert known["product_id"] is None
        elif fault not in ("wrong_field_count", "invalid_json"):
            assert identity == known["product_id"] or (continues and not identity), known


def test_continuations_follow_a_sound_record_of_their_product(compared):
    before, seen = None, 0
    for file, (*_, continues), known in compared:
        if continues and file.kind != "stale":
            assert (known["fate"], known["reason"]) == ("merged", "continuation")
            assert before[1]["product_id"] == known["product_id"]
            assert before[1]["fate"] in ("passed", "merged")
            seen += 1
        before = (file, known)
    assert seen > 500
    assert sum(1 for _, (_, identity, *_, continues), _ in compared if continues and not identity) > 0.3 * seen


def test_of_each_product_the_last_record_of_the_day_passes(compared):
    last, expected = {}, Counter()
    for index, (file, (fault, identity, *_, continues), _) in enumerate(compared):
        if not fault and not continues and file.kind != "stale":
            last[file.day, file.supplier, identity] = index
            expected[file.day, file.supplier] += 1
    passed = {index for index, (*_, known) in enumerate(compared) if known["fate"] == "passed"}
    assert passed == set(last.values())
    superseded = [known for *_, known in compared if known["fate"] == "superseded"]
    assert len(superseded) == sum(expected.values()) - len(last)
    assert set(Counter(known["reason"] for known in superseded)) == {"duplicate", "newer_delivery"}


def test_all_of_a_stale_delivery_is_skipped(compared):
    stale = [known for file, _, known in compared if file.kind == "stale"]
    assert len(stale) > 50
    assert {(known["fate"], known["reason"]) for known in stale} == {("skipped", "stale_delivery")}
    assert all(known["fate"] != "skipped" for file, _, known in compared if file.kind != "stale")


def notes(known):
    return set((known["reason"] or "").split(",")) if known["fate"] == "passed" else set()


def test_gtins_are_true_unless_truth_says_otherwise(simulation, compared):
    true = dict(simulation.truth("products").select("true_id", "gtin").iter_rows())
    bad = 0
    for _, (_, _, gtin, _, _, _), known in compared:
        if known["fate"] != "passed":
            continue
        if "invalid_gtin" in notes(known):
            bad += 1
            assert not valid_gtin(gtin)
        elif gtin:
            assert gtin.zfill(14) == true[known["true_id"]]
    assert bad > 30
    gtins = simulation.truth("products")["gtin"].drop_nulls()
    assert gtins.n_unique() == gtins.len() > 3800
    assert all(len(gtin) == 14 and valid_gtin(gtin) for gtin in gtins)


def test_a_product_gains_its_gtin_and_joins_another_source(simulation, compared):
    seen = {}
    for file, (_, _, gtin, *_), known in compared:
        if known["fate"] == "passed":
            seen.setdefault((file.supplier, known["true_id"]), {})[file.day] = bool(gtin)
    gained = [(f.supplier, known["true_id"], f.day) for f, _, known in compared if "gains_gtin" in notes(known)]
    assert len(gained) >= 5
    assert {day for *_, day in gained} == {simulation.plan.day(1), simulation.plan.day(2)}
    for supplier, true_id, day in gained:
        before = [there for d, there in seen[supplier, true_id].items() if d < day]
        assert not any(before)
        others = [days for (other, i), days in seen.items() if i == true_id and other != supplier]
        assert any(any(days.values()) for days in others)


def test_prices_are_true_unless_truth_says_otherwise(simulation, compared):
    true = {(r["source"], r["true_id"], r["day"]): r["price"] for r in simulation.truth("prices").iter_rows(named=True)}
    far = 0
    for file, (_, _, _, price, _, _), known in compared:
        if known["fate"] != "passed" or (known["source"], known["true_id"], file.day) not in true:
            continue
        right = true[known["source"], known["true_id"], file.day]
        if "price_outlier" in notes(known):
            far += 1
            assert not right / 90 < price < right * 90
        else:
            assert price == right, known
    assert far > 5


def test_text_faults_show_where_truth_says_so(compared):
    found = Counter()
    for _, (_, _, _, _, told, _), known in compared:
        if known["fate"] == "passed":
            assert bool(MOJIBAKE.search(told)) == ("mojibake" in notes(known)), told
            hostile = any(sign in told for sign in ("<script", "=HYPER", "Ignore all", "etc/passwd"))
            assert hostile == ("hostile" in notes(known))
            found.update(notes(known))
    assert {"mojibake", "hostile", "html", "name_conflict", "category_conflict", "unknown_category"} <= set(found)


def test_full_deliveries_leave_out_what_ended_and_deltas_what_did_not_change(simulation, compared):
    offers = simulation.truth("offers")
    for day in range(3):
        when = simulation.plan.day(day)
        for supplier in ("nordwind", "bazaar"):
            live = offers.filter(
                (pl.col("source") == supplier) & pl.lit(when).is_between(pl.col("first_day"), pl.col("last_day"))
            )
            there = {k["true_id"] for f, _, k in compared if (f.day, f.supplier, f.kind) == (when, supplier, "main")}
            assert there == set(live["true_id"])
    ended = offers.filter(pl.col("last_day") < simulation.plan.day(2))
    assert 0 < ended.height < 0.05 * offers.height
    acme = Counter(f.day for f, _, k in compared if f.supplier == "acme_wholesale" and f.kind == "main")
    assert acme[simulation.plan.day(1)] < 0.15 * acme[simulation.plan.day(0)]


def test_prices_of_a_product_change_seldom(simulation):
    prices = simulation.truth("prices").sort("source", "true_id", "day")
    moved = prices.with_columns(pl.col("price").shift().over("source", "true_id").alias("before")).drop_nulls()
    share = moved.select((pl.col("price") != pl.col("before")).mean()).item()
    assert share == pytest.approx(0.05, abs=0.012)


def test_truth_speaks_the_vocabulary(simulation):
    attributes = simulation.truth("attributes")
    assert attributes.select(pl.struct("true_id", "attribute").is_duplicated().any()).item() is False
    for name, value, unit in attributes.select("attribute", "value", "unit").unique().iter_rows():
        known = ATTRIBUTES[name]
        assert known.unit == unit, name
        if known.kind == "choice" and name != "size":
            assert value in known.values, (name, value)
        elif known.kind in ("quantity", "count"):
            assert known.low <= Decimal(value) <= known.high


def test_true_products_can_be_told_apart(simulation):
    products = simulation.truth("products")
    assert products.select("brand", "mpn").n_unique() == products.height
    assert products["name"].n_unique() > 0.97 * products.height  # a family may differ in what names do not say
    assert products["category"].n_unique() >= 20
    late = products.filter(pl.col("first_day") > simulation.plan.start)
    assert late.height == 2 * round(4000 * Dirt().new)
    assert products["description"].str.len_chars().min() >= 20


def expected_shares(simulation):
    dirt = simulation.plan.dirt
    everywhere = ("missing_id", "missing_price", "unreadable_price", "negative_price")
    yield from ((supplier, fault, getattr(dirt, fault)) for supplier in ("nordwind", "acme_wholesale", "bazaar")
                for fault in everywhere)  # fmt: skip
    yield from ((supplier, "missing_name", dirt.missing_name) for supplier in ("nordwind", "acme_wholesale"))
    yield from ((supplier, "wrong_field_count", dirt.wrong_field_count) for supplier in ("nordwind", "bazaar"))
    yield "acme_wholesale", "invalid_json", dirt.invalid_json
    for supplier in ("nordwind", "acme_wholesale", "bazaar"):
        yield supplier, "duplicate", dirt.duplicate
        yield supplier, "price_outlier", dirt.price_outlier
        for lasting in ("unknown_category", "category_conflict", "name_conflict", "price_conflict"):
            yield supplier, lasting, getattr(dirt, lasting)


def test_rates_are_as_planned(simulation):
    first = simulation.truth("records").filter(
        (pl.col("day") == simulation.plan.start) & (pl.col("fate") != "merged") & ~pl.col("file").str.contains("part2")
    )
    for supplier, reason, rate in expected_shares(simulation):
        own = first.filter(pl.col("source") == supplier)
        count = own.filter(pl.col("reason").str.split(",").list.contains(reason)).height
        spread = 5 * (own.height * rate) ** 0.5 + 3
        assert abs(count - own.height * rate) < spread, (supplier, reason, count, own.height * rate)


def test_feeds_without_dirt_pass_as_a_whole(make_simulation):
    clean = make_simulation(Plan(seed=3, products=600, dirt=Dirt.none()))
    fates = clean.truth("records").group_by("fate", "reason").len()
    assert fates.select("fate", "reason").rows() == [("passed", None)]
    assert {file.kind for file in clean.written.files} == {"main"}


def test_an_open_quote_is_one_line_and_truth_names_it(make_simulation, read_records):
    dirty = make_simulation(Plan(seed=5, products=800, days=1, dirt=Dirt(unclosed_quote=0.03)))
    [nordwind] = [f for f in dirty.written.files if f.supplier == "nordwind"]
    import gzip

    lines = gzip.decompress(nordwind.path.read_bytes()).decode().split("\r\n")[1:-1]
    truth = dirty.file_truth(nordwind)
    assert len(lines) == truth.height
    open_ones = [line.count('"') % 2 == 1 for line in lines]
    assert open_ones == (truth["reason"] == "unclosed_quote").fill_null(False).to_list()
    assert 3 < sum(open_ones) < 40
    assert len(read_records(nordwind.path)) - 1 < truth.height  # the fault is real: a plain reader loses records


def test_dates_are_in_the_plan(simulation):
    days = {simulation.plan.day(i) for i in range(3)}
    for table in ("records", "prices"):
        assert set(simulation.truth(table)["day"]) == days
    assert simulation.plan.start == dt.date(2026, 1, 1)
