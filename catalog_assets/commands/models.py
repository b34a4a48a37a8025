"""`catalog model`: what language models are asked, what it costs, and whether a trial is better.

Belongs here: arguments, help texts, tables and the progress bar of these commands. Does not belong here: asking
(`asked/asking.py`), where questions stand (`asked/stage.py`), and comparing (`asked/comparison.py`).
"""

import datetime as dt
from typing import Any

import click
import polars as pl
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from catalog_assets.commands.shared import YES, Group, console, now, opened, table

DAY = click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Default: every day with something open.")


@click.group(cls=Group)
def model() -> None:
    """What language models are asked about products, what it costs, and whether a trial is better."""


@model.command("status")
def model_status() -> None:
    """What is open by day, what is in a batch, and what was paid today and in all."""
    from catalog_assets.asked.asking import money_left
    from catalog_assets.asked.batches import open_batches

    world, settings = _configured()
    rows = [
        [row["day"].isoformat(), row["passed"], row["quarantined"], row["pending"]]
        for row in _marks(world).sort("day").to_dicts()
    ]
    table("Answers by day", ["day", "proposals", "refused", "questions open"], rows, _NUMBERS)
    paid = world.lake.scan("model_replies").group_by("model_version").agg(
        pl.len().alias("replies"), pl.col("cost").sum(), pl.col("unseen").sum(), pl.col("output_tokens").sum()
    )  # fmt: skip
    told = [[r["model_version"], r["replies"], r["output_tokens"], f"{r['cost']:.4f}", f"{r['unseen']:.4f}"]
            for r in paid.sort("model_version").collect().to_dicts()]  # fmt: skip
    columns = ["model and prompt", "replies", "tokens written", "USD", "USD perhaps billed unseen"]
    table("Paid so far", columns, told, set(columns[1:]))
    waiting = open_batches(world)
    console.print(
        f"{waiting['batch_id'].n_unique() if waiting.height else 0} batches with {waiting.height:,} requests under "
        f"way; {float(money_left(world, settings, now())):.2f} USD left of {settings.budget_day:.2f} today.",
        highlight=False,
    )


@model.command("ask")
@DAY
@YES
def model_ask(day: dt.datetime | None, yes: bool) -> None:
    """Ask what is open, within the budgets: the estimate is told first. Run the day again for what comes back."""
    from catalog_assets.asked.asking import Report, ask
    from catalog_assets.asked.stage import STAGE
    from catalog_assets.pipeline import states
    from catalog_assets.stages import Partition
    from resources.language_model.key import key

    world, _ = _configured()
    key()  # before anybody reads an estimate
    opened_days = [row["day"] for row in _marks(world).filter(pl.col("pending") > 0).sort("day").to_dicts()]
    for one in [day.date()] if day else opened_days:
        with _bar() as progress:
            task = progress.add_task(f"{one} (waits while another run asks)", total=None)

            def tell(report: Report, bar: Progress = progress, task: TaskID = task) -> None:
                bar.stop()
                console.print(report.before(), highlight=False)
                if not yes and not click.confirm("Send it?"):
                    raise click.Abort
                bar.update(task, description=report.day.isoformat(), total=report.requests)
                bar.start()

            def step(done: int, bar: Progress = progress, task: TaskID = task) -> None:
                bar.advance(task, done)

            report = ask(world, Partition(one), f"model-ask-{now():%Y%m%dT%H%M%S}", now, tell, step)
        console.print(report.sentence(), highlight=False)
    if not day and not opened_days:
        left = [state for state in states(world, stages=[STAGE]) if state.state != "done"]
        console.print(
            f"{len(left)} days are not up to date, so it is not known what is open: catalog backfill."
            if left
            else "Nothing is open."
        )


@model.command("compare")
def model_compare() -> None:
    """The model or prompt on trial against the one in use, on the contents about which both were asked."""
    from catalog_assets.asked.stage import compared

    world, _ = _configured()
    found = compared(world)
    if found is None:
        raise click.ClickException("Nothing is on trial: set models.language.trial in the configuration.")
    old, new, told = found
    rows: list[list[Any]] = [
        ["contents about which both were asked", told.contents, ""],
        ["values that both propose, the same", told.same, ""],
        ["values that both propose, different", told.different, ""],
        ["only the one in use", told.only_old, ""],
        ["only the one on trial", told.only_new, ""],
        ["right by people's words, in use", told.old.right, str(told.old)],
        ["right by people's words, on trial", told.new.right, str(told.new)],
        ["only the one on trial is right", told.better, ""],
        ["only the one in use is right", told.worse, ""],
    ]
    table(f"{new} beside {old}", ["what", "count", "share and interval"], rows, {"count"})
    console.print(f"By the exact test of McNemar {told.verdict} (p = {told.chance:.3f}).", highlight=False)


def told_model(catalog: Any) -> str:
    """Which language model is asked, where, and within what budget. Raises LanguageModelError for one without a
    price."""
    from resources import prices
    from resources.language_model.client import ADDRESS
    from resources.language_model.key import has_key

    said = catalog.models.language
    named = [said.model, said.stronger, said.trial and said.trial.model]
    for name in filter(None, named):
        prices(catalog).of(name)
    key = "is set" if has_key() else "is NOT set: nothing can be asked"
    return (
        f"model    {', '.join(filter(None, named))} at {said.address or ADDRESS}; ANTHROPIC_API_KEY {key}; at most "
        f"{said.budget_run:g} USD a run and {said.budget_day:g} USD a day"
    )


_NUMBERS = {"proposals", "refused", "questions open"}


def _marks(world: Any) -> pl.DataFrame:
    rows: pl.DataFrame = world.lake.read("stage_ledger", stage="model_proposals")
    return rows


def _configured() -> tuple[Any, Any]:
    world = opened()
    settings = world.catalog.models.language
    if settings is None:
        raise click.ClickException("No language model is configured: set models.language (see the README).")
    return world, settings


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)
