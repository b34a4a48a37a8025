"""Each fault on the whole way from open questions to proposals: where each product stands, and what was paid.

`ASKING_FAULTS=docs/asking_faults.md pytest tests/asked/test_asking_table.py` writes the table.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from faulty_world import PLENTY, PRODUCTS, Account, Case, Script, account, built, case, states_of
from model_cases import QUICK, model
from model_faults import BEFORE, ERRORS, IN_BATCH, SAID, UNSEEN
from model_server import KEY

from catalog_assets.asked.batches import open_batches, reserved
from resources.language_model.client import KEY as VARIABLE
from resources.language_model.protocol import LanguageModelError

ROUNDS = 4
ALWAYS = 99
Stands = dict[str, list[str]]
BINDING = [
    *(("messages", fault) for fault in (None, "cut", "no_usage", "refusal", "not_json")),
    *(("batch", fault) for fault in (None, "missing", "wrong_id", "second", "refusal")),
]
ONE_BY_ONE = (*ERRORS, *BEFORE, *UNSEEN, *SAID)
IN_BATCHES = (*IN_BATCH, *SAID, "400", "spend_403")
CALLS = [
    (kind, fault, times)
    for kind, fault in (("create", "500"), ("create", "cut_before"), ("create", "cut_after"), ("create", "413"),
                        ("retrieve", "529"), ("results", "cut"), ("list", "500"))
    for times in (1, ALWAYS)
]  # fmt: skip
"""Faults of calls about a batch as a whole."""
HEAD = """# Faults of asking

Each fault that the local server of the tests knows, on the whole way: questions about four products, at most four
rounds of asking and of the stage that reads the replies. The request about three shirts meets the fault at every
attempt, the one about a bag at its first. `ASKING_FAULTS=docs/asking_faults.md pytest tests/asked/test_asking_table.py`
writes this table and holds each row to the laws: every product is in one state; no product has two good answers; the
journal's cost is what the server billed for answers that went out, its `unseen` at least what it billed for others; no
budget is passed.

`replies`: as the journal has them; `stray` is a result of a batch that answers nothing, and was billed. `open`: it is
asked again another time. `given up`: two replies could not be read, a person looks at it. Money in 1/1000 USD: what the
server billed for answers that went out, and for others (`unheard`); what the journal has as cost and as `unseen`; what
is held back for batches that are open. `create`, `retrieve` and so on are calls about a batch, the first one or all of
them.

| way | fault | replies | shirts | bag | billed | cost | unheard | unseen | held back |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def some(cases: Sequence[Any]) -> list[Any]:
    """Every fifth case, for a run in full takes minutes; all of them where the table is written."""
    return list(cases if os.environ.get("ASKING_FAULTS") else cases[::5])


@pytest.fixture(autouse=True)
def _key(monkeypatch: Any) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


@pytest.fixture(scope="module")
def template(tmp_path_factory: Any) -> Path:
    return built(tmp_path_factory.mktemp("asking") / "home")


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """Rows of the table, written at the end where a file is named."""
    lines: list[str] = []
    yield lines
    if file := os.environ.get("ASKING_FAULTS"):
        Path(file).write_text(HEAD + "\n".join(lines) + "\n")


def meeting(fault: str | None) -> Script:
    """The fault meets each message about shirts, and the first about others."""
    return lambda question, attempt: fault if "Shirt" in question or attempt == 1 else None


def rounds(one: Case) -> list[str]:
    """At most four rounds of asking and reading; what stopped a round."""
    stopped = []
    for _ in range(ROUNDS):
        try:
            report = one.ask()
        except LanguageModelError as error:
            stopped.append(str(error))
            report = None
        one.settle()
        if report is not None and not report.requests and not report.statuses:
            break
    return stopped


def line(way: str, fault: str, one: Case, stands: Stands, paid: Account, told: str = "") -> str:
    replies = Counter(one.world.lake.read("model_replies")["status"])
    shown = ", ".join(f"{count} {status}" for status, count in sorted(replies.items())) or "none"
    shirts, bag = (
        ", ".join(sorted({state for name, states in stands.items() for state in states if ("Shirt" in name) == shirt}))
        for shirt in (True, False)
    )
    sums = (paid.billed, paid.cost, paid.unheard, paid.unseen, float(reserved(one.world)))
    money = " | ".join(f"{1000 * each:.2f}" for each in sums)
    return f"| {way} | {fault} | {shown}{told} | {shirts} | {bag} | {money} |"


def lawful(one: Case, stands: Stands, paid: Account, budget: float) -> None:
    assert {name: len(states) for name, states in stands.items()} == dict.fromkeys(stands, 1)
    assert len(stands) == len(PRODUCTS)
    assert paid.good <= 1, "a product with a good answer was asked about again"
    if open_batches(one.world).is_empty():
        assert paid.cost == pytest.approx(paid.billed, abs=1e-12)
        assert paid.paid == paid.bills
    else:  # what has not been collected is held back from the budget at its dearest
        assert paid.cost <= paid.billed <= paid.cost + float(reserved(one.world))
    assert paid.unseen >= paid.unheard - 1e-12
    assert paid.cost + paid.unseen + float(reserved(one.world)) <= budget
    answered = one.world.lake.read("model_replies").filter(pl.col("status") == "answered")
    assert answered["custom_id"].is_unique().all()


def stands_and_paid(one: Case, budget: float = PLENTY) -> tuple[Stands, Account]:
    """Where all stand and what was paid, held to the laws."""
    stands, paid = states_of(one.world), account(one)
    lawful(one, stands, paid, budget)
    return stands, paid


@pytest.mark.parametrize("fault", some(ONE_BY_ONE))
def test_each_fault_one_by_one(tmp_path: Path, template: Path, table: list[str], fault: str) -> None:
    with case(template, tmp_path / "home", meeting(fault)) as one:
        if fault in ("hang", "hang_billed"):
            one.world = replace(one.world, model=model(one.server, rules=replace(QUICK, timeout=0.5, attempts=2)))
        assert not rounds(one)
        table.append(line("messages", fault, one, *stands_and_paid(one)))


@pytest.mark.parametrize("fault", some(IN_BATCHES))
def test_each_fault_in_a_batch(tmp_path: Path, template: Path, table: list[str], fault: str) -> None:
    with case(template, tmp_path / "home", meeting(fault), way="batch") as one:
        assert not rounds(one)
        table.append(line("batch", fault, one, *stands_and_paid(one)))


@pytest.mark.parametrize(("kind", "fault", "times"), some(CALLS))
def test_each_fault_of_a_call_about_a_batch(
    tmp_path: Path, template: Path, table: list[str], kind: str, fault: str, times: int
) -> None:
    with case(template, tmp_path / "home", meeting(None), way="batch") as one:
        one.server.batches.faults = {kind: [fault] * times}
        stopped = rounds(one)
        told = f"; {len(stopped)} rounds end in an error" if stopped else ""
        shown = f"{kind}: {fault}, {'first' if times == 1 else 'all'}"
        table.append(line("batch", shown, one, *stands_and_paid(one), told))


@pytest.mark.parametrize(("way", "fault"), some(BINDING))
def test_no_fault_passes_a_budget_that_binds(tmp_path: Path, template: Path, way: str, fault: str | None) -> None:
    """The budget of the day is what one or two attempts may cost at most."""
    with case(template, tmp_path / "home", meeting(fault), way=way, budget_day=0.06) as one:
        rounds(one)
        _, paid = stands_and_paid(one, 0.06)
        assert paid.billed + paid.unheard > 0, "the budget let nothing through"
