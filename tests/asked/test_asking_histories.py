"""Any history of asking ends, once nothing is stale and the faults are over, in the table of a history without faults,
and pays for no good answer twice.

A history is a list of steps: asking under faults, asking until a commit of the journal kills it, the stage, the stage
killed at a commit, asking with almost no money left. Replies are the same in all of them.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from asked_world import DAY, PARTITION
from faulty_world import Case, account, built, case, products_in, states_of
from hypothesis import given, settings
from hypothesis import strategies as st
from model_faults import BEFORE, ERRORS, IN_BATCH, SAID, UNSEEN
from model_server import KEY
from polars.testing import assert_frame_equal

from catalog_assets.asked.batches import open_batches
from catalog_assets.asked.stage import STAGE, contents_of
from catalog_assets.asked.transform import MOST_TRIES
from catalog_assets.stages import mark
from resources.language_model.client import KEY as VARIABLE
from resources.language_model.protocol import LanguageModelError

FAULTS = tuple(sorted({*ERRORS, *BEFORE, *UNSEEN, *SAID, *IN_BATCH} - {"hang", "hang_billed"}))
"""Those that need no waiting for a time-out."""
HISTORIES = int(os.environ.get("ASKING_HISTORIES", "4"))
"""So many are tried; each takes some seconds."""
JOURNAL = ("model_questions", "model_replies", "model_batches", "model_findings")
LABELS = tuple(f"{when} {table}" for table in JOURNAL for when in ("before", "after"))
OF_STAGE = tuple(
    f"{when} {table}"
    for table in ("stage_ledger", "quarantine", "record_fates", "model_proposals")
    for when in ("before", "after")
)
WAYS = st.sampled_from(["messages", "batch"])
STEPS = st.one_of(
    st.tuples(st.just("ask"), WAYS, st.lists(st.sampled_from(FAULTS), max_size=2)),
    st.tuples(st.just("kill"), WAYS, st.sampled_from(LABELS), st.integers(1, 2)),
    st.tuples(st.just("poor"), WAYS),
    st.tuples(st.just("settle")),
    st.tuples(st.just("die"), st.sampled_from(OF_STAGE)),
)
KEY_COLUMNS = ["content_hash", "attribute", "model_version"]
MOST = 8
"""Rounds after which nothing may be open any more."""


class Killed(Exception):
    """Stands for SIGKILL at a commit."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: Any) -> Path:
    return built(tmp_path_factory.mktemp("histories") / "home")


@pytest.fixture(scope="module")
def expected(template: Path, tmp_path_factory: Any) -> pl.DataFrame:
    """The table of a history without faults."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY)
        with case(template, tmp_path_factory.mktemp("straight") / "home", lambda question, attempt: None) as one:
            finished(one)
            return proposals(one)


def proposals(one: Case) -> pl.DataFrame:
    """What is proposed; of which request it is depends on what failed."""
    return one.world.lake.read("model_proposals", day=DAY).drop("run_id", "custom_id").sort(KEY_COLUMNS)


def finished(one: Case) -> None:
    """Ask and read until nothing is open."""
    for _ in range(MOST):
        report = one.ask()
        one.settle()
        if not report.requests and open_batches(one.world).is_empty():
            return
    raise AssertionError(f"something is open after {MOST} rounds")


def configured(one: Case, **language: Any) -> None:
    """Another way or budget from now on."""
    chosen = one.world.catalog.models.language
    assert chosen is not None
    models = one.world.catalog.models.model_copy(update={"language": chosen.model_copy(update=language)})
    one.world = replace(one.world, catalog=one.world.catalog.model_copy(update={"models": models}))


def dying(one: Case, label: str, times: int) -> None:
    """The lake dies at the commit with that label, the first or second time."""
    left = iter(range(times - 1, -1, -1))

    def on_commit(told: str) -> None:
        if told == label and next(left, None) == 0:
            raise Killed

    one.world.lake.on_commit = on_commit


class History:
    """A world that lives through steps; `faults` are those of the next attempts at any message."""

    def __init__(self) -> None:
        self.faults: Iterator[str] = iter(())

    def script(self, question: str, attempt: int) -> str | None:
        return next(self.faults, None)

    def step(self, one: Case, kind: str, *told: Any) -> None:
        if kind in ("ask", "kill", "poor"):
            configured(one, way=told[0], budget_day=0.09 if kind == "poor" else 10.0)
        self.faults = iter(told[1] if kind == "ask" else ())
        if kind in ("kill", "die"):
            dying(one, told[-2] if kind == "kill" else told[0], told[-1] if kind == "kill" else 1)
        try:
            one.settle() if kind in ("settle", "die") else one.ask()
        except (Killed, LanguageModelError):
            pass
        finally:
            one.world.lake.on_commit = lambda label: None


@settings(max_examples=HISTORIES)
@given(st.lists(STEPS, min_size=1, max_size=6))
def test_any_history_ends_in_the_table_of_one_without_faults(
    template: Path, expected: pl.DataFrame, tmp_path_factory: Any, steps: list[tuple[Any, ...]]
) -> None:
    history = History()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY)
        with case(template, tmp_path_factory.mktemp("history") / "home", history.script) as one:
            for step in steps:
                history.step(one, *step)
            configured(one, way="messages", budget_day=10.0)
            history.faults = iter(())
            finished(one)
            row = mark(one.world, STAGE.name, PARTITION)
            assert row is not None
            assert row["input_fingerprint"] == STAGE.inputs(one.world, PARTITION), "stale after all"
            gone = given_up(one)
            assert_frame_equal(proposals(one), expected.join(gone, on="content_hash", how="anti"))
            paid = account(one)
            assert paid.good <= 1, "a good answer was paid for twice"
            assert paid.cost == pytest.approx(paid.billed, abs=1e-12)
            assert paid.unseen >= paid.unheard - 1e-12


def given_up(one: Case) -> pl.DataFrame:
    """content_hash of products about which two replies were no good: they are left to people, and only they."""
    names = {name for name, states in states_of(one.world).items() if states == ["given up"]}
    for name in names:
        vain = sum(fault in SAID and name in products_in(question) for question, fault in one.told)
        assert vain == MOST_TRIES, f"{name} was given up after {vain} replies"
    contents = contents_of(one.world, PARTITION)
    return contents.filter(pl.col("name").is_in(list(names))).select("content_hash")
