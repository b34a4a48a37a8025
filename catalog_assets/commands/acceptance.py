"""`catalog acceptance`: certify thresholds from audits, put them into force, watch them.

Belongs here: arguments, help texts and tables of these commands. Does not belong here: what a certificate is
(`reviewed/certifying.py`), and when it has become too wide (`reviewed/watch.py`).
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click

from catalog_assets.commands.pictures import acceptance_picture
from catalog_assets.commands.shared import (
    CARRIED_OUT,
    Group,
    console,
    now,
    opened,
    release_commands,
    table,
    written_release,
)
from catalog_assets.configuration import load


@click.group(cls=Group)
def acceptance() -> None:
    """Which values count without a person: certify thresholds from audits, put them into force, watch them."""


@acceptance.command("certify")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def acceptance_certify(file: Path) -> None:
    """Calibrate confidences on what people decided, certify thresholds on what was drawn for audit; write to FILE.

    Accepted values then keep the error of `audit.error` with the confidence of `audit.confidence`: those of rules and
    suppliers, and those of each model version that has audits enough of its own. Test it once for a release, not daily
    until it pleases: then the certificate means nothing.
    """
    from catalog_assets.certainty.acceptance import Target, fewest
    from catalog_assets.reviewed.cases import decided_cases
    from catalog_assets.reviewed.certifying import learn
    from catalog_assets.reviewed.watch import exceptions_on, next_day

    audit, world = load().audit, opened()
    with console.status("Reading what people decided …"):
        standing = exceptions_on(world, next_day(now()))
        learned = learn(decided_cases(world), audit.share, Target(audit.error, audit.confidence), standing=standing)
    thresholds = {"rules and suppliers": learned.thresholds, **{v: m.thresholds for v, m in learned.models.items()}}
    if all(t is None for each in thresholds.values() for t in each.values()):
        table("Audits so far", ["fact", "value"], [[name, str(value)] for name, value in learned.facts.items()])
        raise click.ClickException(
            f"Nothing can be shown yet from {learned.facts['audited']:,} audited values, so nothing was written: it "
            f"takes {fewest(learned.target):,} of the surest ones without an error. `catalog acceptance show` tells "
            "which attribute is wrong too often; decide more audits (`catalog acceptance ask`), or raise audit.share."
        )
    written_release(file, learned, "acceptance")
    rows = [
        [whose, name, "nothing is accepted by itself" if t is None else f"{t:.4f}"]
        for whose, each in thresholds.items()
        for name, t in each.items()
    ]
    table("Accepted from", ["by", "attribute (* : all others)", "calibrated confidence"], rows)
    if learned.facts["unsettled"] or learned.facts["disputed"]:
        console.print(
            f"{learned.facts['unsettled']:,} audits that lack people's words were left out, and "
            f"{learned.facts['disputed']:,} that they dispute count as wrong. To settle them: catalog acceptance ask."
        )
    for each in learned.exceptions:
        console.print(f"Still left to people: {each}.", markup=False, highlight=False)


@acceptance.command("show")
def acceptance_show() -> None:
    """How right accepted values are, by the audits so far."""
    from catalog_assets.reviewed.cases import audited_accuracy

    audit, world = load().audit, opened()
    rows = [[name, str(told)] for name, told in audited_accuracy(world, audit.confidence).items()]
    table(f"Right of accepted values (wanted: {1 - audit.error:.2%})", ["attribute", "share, interval, audited"], rows)


@acceptance.command("ask")
@click.option("--by", required=True, help="Who is going to decide them.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def acceptance_ask(file: Path, by: str) -> None:
    """Write the audits that lack this person's word to a CSV: open ones, and where audit.people asks for several,
    those that are not settled yet. `catalog review import` takes the answers."""
    from catalog_assets.reviewed.cases import unsettled_audits
    from resources.review.exchange import export_csv

    world = opened()
    written = export_csv(world.review, file, only=unsettled_audits(world, by))
    console.print(f"{written:,} questions in {file}. decision: accept, reject or replace (then also value).")


@acceptance.command("watch")
@click.option("--preview", is_flag=True, help="Only show what audits say and what would be stated.")
@click.option("--by", help="Who says so (default: the watch itself).")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: tomorrow, UTC).")
def acceptance_watch(preview: bool, by: str | None, first: dt.datetime | None) -> None:
    """Look at the audits since the release in force: what has become wrong too often is left to people from then on.

    Dagster does this once a day. Nothing is ever loosened: only a new certificate does that.
    """
    from catalog_assets.reviewed.watch import BY, next_day, state, watch

    world, moment = opened(), now()
    watched = watch(world, first.date() if first else next_day(moment))
    rows = [[field, value, cases, wrong, f"{capital:.2f}", f"{needed:.2f}"]
            for field, value, cases, wrong, capital, needed in watched.slices.rows()]  # fmt: skip
    shown = ["part", "value", "audited", "wrong", "evidence (ln)", "needed (ln)"]
    table("Accepted values, by audits since the release", shown, rows, set(shown[2:]))
    console.print(str(watched), markup=False, highlight=False)
    if preview or watched.release is None:
        return
    state(world, watched, by or BY, moment)
    console.print(f"Stated. {CARRIED_OUT}")


def _acceptances() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.reviewed.acceptance import RELEASE, from_bytes

    return RELEASE, lambda data: from_bytes(data).version


acceptance.add_command(acceptance_picture)
release_commands(acceptance, "the acceptance thresholds", _acceptances)
