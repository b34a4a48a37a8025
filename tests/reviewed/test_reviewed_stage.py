"""The reviewed stage on a lake in memory: facts read, proposals accounted for, the queue brought in line."""

import contextlib
import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.configuration import Catalog
from catalog_assets.consensus.standing import EXCLUDED
from catalog_assets.enriched.category import ALIASES
from catalog_assets.enriched.content import path_question
from catalog_assets.reviewed.known_paths import decided_paths
from catalog_assets.reviewed.stage import STAGE
from catalog_assets.reviewed.transform import proposal_id
from catalog_assets.stages import Partition, Report, StageError, execute, recount
from catalog_assets.vocabulary.columns import CORRECTIONS, ENRICHED_ATTRIBUTES, ENRICHED_PRODUCTS, STAGE_LEDGER
from resources.review.protocol import ASKED, CASES, DECISIONS
from tests.frames import MATCHED_PRODUCTS, MemoryLake, Row, date, frame, member, product, world

DAY = Partition(date(1))
PATH, MONITORS, LAPTOPS = "Screens", "Computers > Monitors", "Computers > Laptops"
NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
FATES = ("received", "passed", "quarantined", "superseded", "merged", "skipped", "pending")


class Store:
    """A review store that says what it was told to say and remembers what was asked."""

    def __init__(self, *said: Row) -> None:
        self.said = pl.DataFrame(said, schema=CASES, orient="row")
        self.asked: list[tuple[dt.date, pl.DataFrame, tuple[str, ...]]] = []

    def decisions(self, question_ids: object = None, trust: object = None) -> pl.DataFrame:
        return self.said.select(DECISIONS.names())

    def cases(self, trust: object) -> pl.DataFrame:
        return self.said

    def history(self) -> pl.DataFrame:
        return self.decisions().with_columns(pl.lit("decide").alias("purpose"))

    def excluded(self) -> pl.DataFrame:
        return EXCLUDED.to_frame()

    def replace_day(self, day: dt.date, questions: pl.DataFrame, kinds: tuple[str, ...]) -> None:
        self.asked.append((day, questions, kinds))


def said(question_id: str, verdict: str, sequence: int = 1, value: str | None = None) -> Row:
    return {
        "question_id": question_id, "verdict": verdict, "sequence": sequence, "value": value, "unit": None,
        "annotator": "eve", "decided_at": NOW, "reason": None, "asked_kind": "category", "asked_method": "rule",
        "asked_evidence": PATH,
    }  # fmt: skip


def proposal(attribute: str = "color", value: str = "Black", confidence: float = 0.5, method: str = "rule") -> Row:
    return {
        "day": date(1), "product_key": "k1", "attribute": attribute, "method": method, "model_version": "v1",
        "value": value, "confidence": confidence, "source": "alpha", "product_id": "1", "delivery_id": "d1",
        "record_number": 1, "question_id": f"{attribute}={value}", "run_id": "r1",
    }  # fmt: skip


def pinned(attribute: str, value: str, sequence: int, product_id: str = "1", kind: str = "pin") -> Row:
    return {
        "correction_id": f"c{sequence}", "sequence": sequence, "kind": kind, "source": "alpha", "attribute": attribute,
        "product_id": product_id, "value": value, "person": "pia", "reason": "sure", "recorded_at": NOW,
    }  # fmt: skip


def mark(stage: str, balanced: bool = True, output: str = "out") -> Row:
    return {
        "stage": stage, "day": date(1), "source": "*", "run_id": "r1", "unit": "u", **dict.fromkeys(FATES, 0),
        "balanced": balanced, "input_fingerprint": "in", "output_fingerprint": output, "details": "{}",
    }  # fmt: skip


def opened(proposed: list[Row], store: Store | None = None, pins: list[Row] | None = None, **matched: Any) -> Any:
    """A world whose day is enriched."""
    lake = MemoryLake()
    members = [member(product_id="1"), member(product_id="2")]
    lake.append("matched_products", frame(MATCHED_PRODUCTS, [product(MATCHED_PRODUCTS, offers=members, **matched)]))
    lake.append("enriched_attributes", frame(ENRICHED_ATTRIBUTES, proposed))
    row = {"day": date(1), "product_key": "k1", "content_hash": "c1", "proposals": len(proposed), "run_id": "r1"}
    lake.append("enriched_products", frame(ENRICHED_PRODUCTS, [row]))
    lake.append("corrections", pl.DataFrame(pins or [], schema=CORRECTIONS.schema, orient="row"))
    marks = [mark("matched_products"), mark("enriched_products")]
    lake.append("stage_ledger", pl.DataFrame(marks, schema=STAGE_LEDGER.schema))
    catalog = Catalog.model_validate({"sources": {"alpha": {"columns": {"product_id": "id", "name": "name"}}}})
    lock = lambda name: contextlib.nullcontext()  # noqa: E731
    return world(lake, catalog=catalog, review=store or Store(), lock=lock)


def run(where: Any) -> Report:
    return execute(STAGE, where, DAY, "run")


def values(where: Any) -> dict[str, tuple[Any, str]]:
    rows = where.lake.read("reviewed_attributes")
    return {attribute: (value, state) for attribute, value, state in rows.select("attribute", "value", "state").rows()}


def counts(report: Report) -> dict[str, int]:
    return {fate: n for fate, n in report.balance.counts.items() if n}


CATEGORY = {**proposal("category", MONITORS, 0.9), "question_id": "qc"}


def test_every_fate_is_counted_and_the_queue_is_told() -> None:
    store = Store(said("size=L", "reject"), said("material=Wood", "replace", 2, "Oak"))
    proposed = [
        proposal(), proposal("weight", "1", 0.9), proposal("weight", "1", 0.8, "model"), proposal("size", "L", 0.99),
        proposal("material", "Wood"), CATEGORY,
    ]  # fmt: skip
    where = opened(proposed, store)
    report = run(where)
    assert report.holds
    assert report.balance.received == 6
    assert counts(report) == {"passed": 2, "quarantined": 1, "superseded": 1, "merged": 1, "pending": 1}
    (day, questions, kinds) = store.asked[0]
    assert (day, kinds) == (date(1), ("attribute", "category", "description"))
    assert questions["question_id"].to_list() == ["color=Black", "material=Wood", "size=L"]
    assert dict(questions.schema) == dict(ASKED)
    told = ("values", "annotators", "questions", "acceptance")
    assert {name: report.details[name] for name in told} == {
        "values": {"accepted": 3, "pending": 1, "rejected": 1}, "annotators": ["eve"], "questions": 3,
        "acceptance": "from 0.85 on",
    }  # fmt: skip


def test_what_a_person_refused_is_in_quarantine_with_the_reason_and_the_proposal() -> None:
    where = opened([proposal()], Store(said("color=Black", "reject")))
    run(where)
    row = where.lake.read("quarantine").row(0, named=True)
    expected = {
        "stage": "reviewed_products", "rule": "rejected_by_person", "delivery_id": "d1", "record_number": 1,
        "message": "color was refused by eve: no reason given", "record_id": "\x1f".join(["k1", "color", "rule", "v1"]),
    }  # fmt: skip
    assert expected.items() <= row.items()
    assert '"value":"Black"' in row["payload"]


def test_a_choice_offers_its_list_and_a_number_none() -> None:
    store = Store()
    run(opened([proposal(), proposal("weight", "1"), {**CATEGORY, "confidence": 0.1}], store))
    options = dict(store.asked[0][1].select("attribute", "options").rows())
    assert "Computers > Monitors" in options["category"]
    assert options["weight"] is None


@pytest.mark.parametrize("missing", ["matched_products", "enriched_products"])
def test_an_input_that_is_not_done_is_refused(missing: str) -> None:
    where = opened([proposal()])
    unfinished = pl.col("balanced") & (pl.col("stage") != missing)
    where.lake.tables["stage_ledger"] = where.lake.read("stage_ledger").with_columns(unfinished.alias("balanced"))
    with pytest.raises(StageError, match=missing):
        run(where)
    assert "reviewed_attributes" not in where.lake.tables


def test_the_latest_pin_of_any_member_counts_and_an_unpinned_one_does_not() -> None:
    pins = [
        pinned("color", "Red", 1), pinned("color", "Green", 3, product_id="2"), pinned("color", "Blue", 2),
        pinned("size", "M", 4), pinned("size", "M", 5, kind="unpin"), pinned("name", "Else", 6, product_id="77"),
    ]  # fmt: skip
    where = opened([proposal(confidence=0.99)], None, pins)
    assert run(where).holds
    assert values(where) == {"color": ("Green", "accepted")}


def test_a_pin_holds_on_every_rerun_until_it_is_taken_away() -> None:
    where = opened([proposal(confidence=0.99)], None, [pinned("color", "Red", 1)])
    for _ in range(2):
        run(where)
        assert values(where) == {"color": ("Red", "accepted")}
    where.lake.append("corrections", frame(CORRECTIONS, [pinned("color", "Red", 2, kind="unpin")]))
    assert run(where).changed
    assert values(where) == {"color": ("Black", "accepted")}


def test_only_facts_about_the_day_make_it_stale() -> None:
    proposed = [proposal()]
    fresh = STAGE.inputs(opened(proposed), DAY)
    assert STAGE.inputs(opened(proposed, Store(said("other=1", "accept"))), DAY) == fresh
    assert STAGE.inputs(opened(proposed, None, [pinned("color", "Red", 1, product_id="77")]), DAY) == fresh
    assert STAGE.inputs(opened(proposed, Store(said("color=Black", "accept"))), DAY) != fresh
    assert STAGE.inputs(opened(proposed, None, [pinned("color", "Red", 1)]), DAY) != fresh


def test_the_mark_holds_the_inputs_that_were_read() -> None:
    where = opened([proposal()], Store(said("color=Black", "accept")))
    run(where)
    row = where.lake.read("stage_ledger", stage="reviewed_products").row(0, named=True)
    assert row["input_fingerprint"] == STAGE.inputs(where, DAY)
    assert row["balanced"] is True


def test_a_rerun_without_news_changes_nothing() -> None:
    where = opened([proposal(), proposal(value="Red", method="model")])
    assert run(where).changed
    assert not run(where).changed


def test_a_day_that_an_older_version_enriched_is_refused() -> None:
    where = opened([proposal()])
    rows = where.lake.read("enriched_products").with_columns(pl.lit(None, pl.Int64).alias("proposals"))
    where.lake.tables["enriched_products"] = rows
    with pytest.raises(StageError, match="enriched_products 2026-01-01 was written by an older version"):
        run(where)
    assert where.lake.read("reviewed_attributes").is_empty()


TAMPERED = {
    "a chosen one dropped": lambda rows: rows.filter(pl.col("attribute") != "size"),
    "alternatives forgotten": lambda rows: rows.with_columns(pl.col("alternatives").list.head(0)),
    "a pending one twice": lambda rows: pl.concat([rows, rows.filter(pl.col("state") == "pending")]),
    "another in its place": lambda rows: rows.with_columns(pl.lit("other").alias("model_version")),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_table_that_was_tampered_with_does_not_balance(how: str) -> None:
    where = opened([proposal(), proposal(value="Red", confidence=0.4, method="model"), proposal("size", "L", 0.9)])
    assert run(where).holds
    received = where.lake.read("enriched_attributes").select(proposal_id().hash(seed=7)).to_series()
    assert recount(STAGE, where, DAY, received).holds
    where.lake.tables["reviewed_attributes"] = TAMPERED[how](where.lake.read("reviewed_attributes"))
    assert not recount(STAGE, where, DAY, received).holds


ATTRIBUTES, VALUES = ("color", "size"), ("Black", "Red")
PROPOSALS = st.lists(
    st.builds(
        proposal, st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES), st.sampled_from([0.2, 0.85, 1.0]),
        st.sampled_from(["supplier", "rule", "model"]),
    ),
    unique_by=lambda row: (row["attribute"], row["method"]),
)  # fmt: skip
SAID = st.dictionaries(
    st.sampled_from([f"{attribute}={value}" for attribute in ATTRIBUTES for value in VALUES]),
    st.sampled_from(["accept", "reject", "replace"]),
)
PINNED = st.lists(st.sampled_from([*ATTRIBUTES, "name", "category"]), unique=True, max_size=2)


@given(PROPOSALS, SAID, PINNED)
@settings(max_examples=30, deadline=None)
def test_whatever_is_proposed_and_said_the_day_balances(
    proposed: list[Row], verdicts: dict[str, str], places: list[str]
) -> None:
    told = [
        said(question, verdict, sequence, "Said" if verdict == "replace" else None)
        for sequence, (question, verdict) in enumerate(verdicts.items(), start=1)
    ]
    pins = [pinned(attribute, "Pinned", sequence) for sequence, attribute in enumerate(places, start=1)]
    report = run(opened([*proposed, CATEGORY], Store(*told), pins))
    assert report.balance.sentence() == ""
    assert {name: found.rows() for name, found in report.violations.items() if found.height} == {}
    assert report.holds


def question_of(category: str, path: str = PATH) -> str:
    return str(pl.select(path_question(pl.lit(path), pl.lit(category))).item())


def proposed_for_path(category: str) -> Row:
    return {**proposal("category", category, 0.4), "question_id": question_of(category), "evidence": PATH}


def category_of(where: Any) -> Row:
    rows = where.lake.read("reviewed_attributes").filter(pl.col("attribute") == "category")
    return rows.row(0, named=True) if rows.height else {}


@pytest.mark.parametrize(
    ("verdict", "value", "expected"), [("accept", None, MONITORS), ("replace", "Computers > Tablets", None)]
)
def test_a_decided_path_stays_decided_when_another_category_is_proposed_for_it(
    verdict: str, value: str | None, expected: str | None
) -> None:
    store = Store(said(question_of(MONITORS), verdict, 1, value))
    where = opened([proposed_for_path(LAPTOPS)], store)
    assert run(where).holds
    row = category_of(where)
    assert (row["value"], row["state"], row["annotator"]) == (expected or value, "accepted", "eve")
    assert row["method"] == "person"
    asked = store.asked[0][1].select("question_id", "value").rows()
    assert asked == [(question_of(MONITORS), MONITORS)], "what is asked is what was decided, so that it can be changed"


def test_a_decided_path_serves_a_product_for_which_nothing_is_proposed() -> None:
    store = Store(said(question_of(MONITORS), "accept"))
    where = opened([], store)
    assert run(where).holds
    row = category_of(where)
    assert (row["value"], row["state"], row["model_version"], row["evidence"]) == (
        MONITORS, "accepted", "decided path", PATH,
    )  # fmt: skip
    assert (row["product_id"], row["delivery_id"], row["record_number"]) == ("1", "alpha-2026-01-01", 1)
    place = {"source": "beta", "product_id": "9", "delivery_id": "d9", "record_number": 9}
    elsewhere = opened([], store, origins=[{"field": "category_path", **place}])
    run(elsewhere)
    assert {name: category_of(elsewhere)[name] for name in place} == place, "the record that the path is from"


def test_a_decided_path_proposes_nothing_where_something_is_proposed_and_nothing_of_what_is_gone() -> None:
    store = Store(said(question_of(MONITORS), "accept"))
    named = {**proposal("category", LAPTOPS), "evidence": "laptop"}
    where = opened([named, proposal("color")], store)
    assert run(where).balance.received == 2
    assert category_of(where)["value"] == LAPTOPS
    gone = opened([], store, status="withdrawn")
    assert run(gone).balance.received == 0


@pytest.mark.parametrize(("method", "state"), [("rule", "accepted"), ("model", "pending")])
def test_a_mapper_proposes_and_never_answers_for_people(method: str, state: str) -> None:
    sure = {**proposed_for_path(MONITORS), "confidence": 0.99, "method": method}
    where = opened([sure])
    run(where)
    assert category_of(where)["state"] == state
    decided = opened([sure], Store(said(question_of(MONITORS), "accept")))
    run(decided)
    assert category_of(decided)["state"] == "accepted"


def test_only_a_decision_that_names_a_category_speaks_for_the_path() -> None:
    refused = opened([proposed_for_path(LAPTOPS)], Store(said(question_of(MONITORS), "reject")))
    run(refused)
    assert category_of(refused)["state"] == "pending"
    other = opened([proposed_for_path(LAPTOPS)], Store(said(question_of(MONITORS, "Others"), "accept")))
    run(other)
    assert category_of(other)["state"] == "pending"


TABLETS = "Computers > Tablets"


def test_a_path_that_people_decided_two_ways_is_divided_and_asked_about() -> None:
    early, late = said(question_of(MONITORS), "accept", 1), said(question_of(LAPTOPS), "accept", 2)
    own = opened([proposed_for_path(MONITORS)], Store(early, late))
    run(own)
    assert category_of(own)["value"] == MONITORS, "what was said of the question itself"
    other = opened([proposed_for_path(TABLETS)], Store(early, late))
    run(other)
    assert (category_of(other)["value"], category_of(other)["state"]) == (TABLETS, "pending")
    before = STAGE.inputs(other, DAY)
    other.review.said = Store(early).said
    assert STAGE.inputs(other, DAY) != before
    run(other)
    assert category_of(other)["value"] == MONITORS


@pytest.mark.parametrize("turn", [1, -1])
def test_several_proposals_for_a_decided_path_are_one_question_and_one_answer(turn: int) -> None:
    by_model = {**proposed_for_path(TABLETS), "method": "model", "confidence": 0.9}
    store = Store(said(question_of(MONITORS), "accept"))
    where = opened([proposed_for_path(LAPTOPS), by_model][::turn], store)
    assert run(where).holds
    row = category_of(where)
    assert (row["value"], row["state"], row["method"]) == (MONITORS, "accepted", "person")
    superseded = [(one["value"], one["fate"]) for one in row["alternatives"]]
    assert superseded == [(LAPTOPS, "superseded"), (TABLETS, "superseded")]
    assert store.asked[0][1].select("question_id", "value").rows() == [(question_of(MONITORS), MONITORS)]


def test_a_reject_of_the_question_itself_stands_above_what_is_decided_of_the_path() -> None:
    store = Store(said(question_of(MONITORS), "accept", 1), said(question_of(LAPTOPS), "reject", 2))
    where = opened([proposed_for_path(LAPTOPS)], store)
    run(where)
    assert category_of(where)["state"] == "rejected"


@pytest.mark.parametrize("by_name", ["laptop", None])
def test_where_the_name_made_a_proposal_the_answer_is_for_that_proposal_alone(by_name: str | None) -> None:
    decided = {**said(question_of(MONITORS), "accept"), "asked_evidence": PATH if by_name else "monitor"}
    where = opened([{**proposed_for_path(LAPTOPS), "evidence": by_name or PATH}], Store(decided))
    run(where)
    assert (category_of(where)["value"], category_of(where)["state"]) == (LAPTOPS, "pending")


def test_an_alias_of_several_categories_is_no_decided_path() -> None:
    shared = ALIASES.filter(pl.col("shared") > 1)["alias"][0]
    cases = pl.DataFrame([{**said(question_of(MONITORS, shared), "accept"), "asked_evidence": shared}], schema=CASES)
    assert decided_paths(pl.Series([shared]), cases).is_empty()
    alone = pl.DataFrame([said(question_of(MONITORS), "accept")], schema=CASES)
    assert decided_paths(pl.Series([PATH]), alone)["right"].to_list() == [MONITORS]
