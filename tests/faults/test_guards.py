"""That the guards of law 2 are needed: with each in place a history ends as its law says, with any one taken away it
does not. A guard whose test here still passes without it guards nothing."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import history
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog_assets import pipeline, stages
from catalog_assets.stages import ALL, Partition, World, execute
from catalog_assets.warehouse import stage as loading

pytestmark = [pytest.mark.xdist_group("guards"), pytest.mark.timeout(900)]

D1, D2 = history.D1, history.D2
STAGE_OF = {stage.name: stage for stage in pipeline.STAGES}
LAMP, MUG = history.LAMP.format(price="20.00"), history.MUG.format(price="8.00")
GOOD = history.HEAD + LAMP + MUG
WRONG = history.HEAD + history.LAMP.format(price="29.00") + history.CHAIR.format(price="99.00")


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours may catch it."""


def deliver(world: World, source: str, text: str, minute: int, day=D1) -> None:
    ending = "ndjson" if source == "beta" else "csv"
    history._drop(day, source, f"f.{ending}", text, minute)(world)


def take_back_last(world: World, source: str, day=D1) -> None:
    known = history.known_deliveries(world, Partition(day, source)).sort("sequence")
    fact = history.corrections.Fact("retract", "Ana", "wrong file", delivery_id=known["delivery_id"][-1])
    history.corrections.state(world, fact, history._moment(55))


def run_until(world: World, label: str, count: int = 1) -> None:
    """Run what is outstanding; the process ends at the count-th commit boundary of that label."""
    left = count

    def hook(passed: str) -> None:
        nonlocal left
        left -= passed == label
        if left == 0:
            raise Killed

    world.lake.on_commit = hook
    with pytest.raises(Killed):
        history.settle(world)
    world.lake.on_commit = lambda label: None


def contents(home: Path) -> dict[str, pl.DataFrame]:
    """What the catalogue says; deliveries and raw rows differ rightly, where one history received more."""
    told = history.tables(home)
    names = ("standardized_products", "matched_products", "validated_products", "catalog_products")
    return {name: told[name] for name in names}


def ends_as(folder: Path, world: World, straight: Callable[[World], None]) -> bool:
    """Whether the tables are those of a history in which the mishap never happened."""
    other = folder.parent / "straight" / "home"
    if not other.exists():  # played once, with every guard in place
        other.mkdir(parents=True)
        expected = history.open_home(other)
        straight(expected)
        history.settle(expected)
    mine = contents(world.catalog.home_path)
    for name, frame in contents(other).items():
        columns = [c for c in frame.columns if c not in ("delivery_id", "provenance", "offers")]
        try:
            assert_frame_equal(mine[name].select(columns), frame.select(columns))
        except AssertionError:
            return False
    return True


def without_withdrawn_marks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stages, "_withdraw_mark", lambda *_: None)


def a_kill_between_two_contents(folder: Path, world: World) -> bool:
    """A wrong delivery is retracted after the run that took it in died with its rows written."""
    deliver(world, "alpha", GOOD, 1)
    history.settle(world)
    deliver(world, "alpha", WRONG, 2)
    run_until(world, "after reviewed_products")
    take_back_last(world, "alpha")
    history.settle(world)
    return ends_as(folder, world, lambda straight: deliver(straight, "alpha", GOOD, 1))


def with_the_catalogue_before_what_it_ends(patch: pytest.MonkeyPatch) -> None:
    honest_commit = loading.STAGE.commit

    def commit(world, partition, outcome, run_id):
        held = []
        honest = world.lake.merge

        def later(name, rows, gone):
            if name in ("ended_products", "product_aliases"):
                held.append((name, rows, gone))
            else:
                honest(name, rows, gone)

        world.lake.merge = later
        try:
            honest_commit(world, partition, outcome, run_id)
        finally:
            world.lake.merge = honest
        for change in held:
            honest(*change)

    changed = dataclasses.replace(loading.STAGE, commit=commit)
    patch.setattr(pipeline, "STAGES", tuple(changed if s is loading.STAGE else s for s in pipeline.STAGES))


def a_kill_between_catalogue_and_aliases(folder: Path, world: World) -> bool:
    """A published key whose rows are gone is known only by the catalogue's row: it must be remembered first."""
    deliver(world, "alpha", history.HEAD + LAMP, 1)
    same = {**history.LAMP_B, "ean": "4006381333931"}
    deliver(world, "beta", history._beta(same), 2)
    history.settle(world)
    published = history.live_keys(world.catalog.home_path)
    take_back_last(world, "alpha")
    run_until(world, "after catalog_products")
    history.settle(world)
    home = world.catalog.home_path
    leads, live = history.aliases(home), history.live_keys(home)
    assert live, "beta's lamp stays"
    assert not published & live, "the published key was alpha's"
    return all(leads.get(key) in live for key in published)


def without_a_second_look_at_marks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stages, "upstream_marks", lambda *_: pl.DataFrame())


def an_input_rewritten_while_it_is_read(folder: Path, world: World) -> bool:
    """Between fingerprint and reading the input becomes another, and then again what it was."""
    deliver(world, "alpha", GOOD, 1)
    stages = pipeline.active(pipeline.STAGES, world.catalog)
    *before, enriched = stages[: [stage.name for stage in stages].index("enriched_products") + 1]

    def run_those_before(run_id: str) -> None:
        for stage in before:
            execute(stage, world, Partition(D1, "alpha" if stage.per_source else ALL), run_id)

    run_those_before("run")
    rewritten = []

    def run(world: World, partition: Partition, run_id: str):
        if not rewritten:
            rewritten.append(True)
            deliver(world, "alpha", WRONG, 2)
            run_those_before("other run")
        return enriched.run(world, partition, run_id)

    execute(dataclasses.replace(enriched, run=run), world, Partition(D1), "run")
    take_back_last(world, "alpha")
    history.settle(world)
    return ends_as(folder, world, lambda straight: deliver(straight, "alpha", GOOD, 1))


def without_leaving_out_open_days(patch: pytest.MonkeyPatch) -> None:
    honest = stages.marks
    patch.setattr(loading, "marks", lambda world, names=None: honest(world, names).with_columns(balanced=True))


def a_load_beside_a_day_that_was_killed(folder: Path, world: World) -> bool:
    """Day 2 died with wrong rows, day 1 is loaded, then day 2's wrong delivery is retracted."""
    deliver(world, "alpha", GOOD, 1)
    deliver(world, "alpha", GOOD.replace("8.00", "8.50"), 2, day=D2)
    history.settle(world)
    deliver(world, "alpha", WRONG, 3, day=D2)
    run_until(world, "after validated_products")
    execute(STAGE_OF["catalog_products"], world, Partition(D1), "run")
    take_back_last(world, "alpha", D2)
    history.settle(world)

    def straight(other: World) -> None:
        deliver(other, "alpha", GOOD, 1)
        deliver(other, "alpha", GOOD.replace("8.00", "8.50"), 2, day=D2)

    return ends_as(folder, world, straight)


GUARDS = {
    "marks are withdrawn before anything is written": (without_withdrawn_marks, a_kill_between_two_contents),
    "what a load ends is kept before the catalogue": (
        with_the_catalogue_before_what_it_ends,
        a_kill_between_catalogue_and_aliases,
    ),
    "marks are looked at again after reading": (without_a_second_look_at_marks, an_input_rewritten_while_it_is_read),
    "a load leaves out days that are open": (without_leaving_out_open_days, a_load_beside_a_day_that_was_killed),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_holds_and_without_it_the_law_is_broken(guard, tmp_path, monkeypatch):
    remove, mishap = GUARDS[guard]
    for present in (True, False):
        folder = tmp_path / ("with" if present else "without")
        home = folder / "home"
        home.mkdir(parents=True)
        with monkeypatch.context() as patch:
            if not present:
                remove(patch)
            assert _survives(mishap, folder, history.open_home(home)) is present


def _survives(mishap: Callable[[Path, World], bool], folder: Path, world: World) -> bool:
    """Whether the mishap changed nothing; tables that no longer fit together stop a stage, and that is no rest."""
    try:
        return mishap(folder, world)
    except stages.StageError:
        return False
