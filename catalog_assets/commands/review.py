"""`catalog review`: questions for people, and their answers, in every way they go.

Belongs here: arguments, help texts and tables of these commands. Does not belong here: the queue, the page and the
other platforms (`resources/review`).
"""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from catalog_assets.commands.people import unknown_name
from catalog_assets.commands.shared import (
    CARRIED_OUT,
    Group,
    console,
    now,
    opened,
    release_commands,
    table,
)
from catalog_assets.configuration import load

REFUSED = 1
"""Exit code where lines of a file were left out."""
BY_WHOM = click.option("--by", required=True, help="Who says so.")
DAY = click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only questions of this day.")
LIMIT = click.option("--limit", type=click.IntRange(1), help="At most so many.")


@click.group(cls=Group)
def review() -> None:
    """Doubtful values: give them to people, take their decisions back."""


@review.command("status")
def review_status() -> None:
    """What waits, for how long, how fast people are, and what is an alert."""
    from resources.review.metrics import health, waited
    from resources.review.queue import Queue

    world, moment = opened(), now()
    overview = Queue(world.review).overview(moment)
    shown = [[*row[:-1], waited(row[-1], moment)] for row in overview.iter_rows()]
    table("Questions", [*overview.columns[:-1], "waits for"], shown, set(overview.columns[1:-1]))
    found = health(world.review, moment)
    agreement = "too few to tell" if found.agreement is None else f"{found.agreement:.0%} of {found.overlapping}"
    rows = [
        ["open", f"{found.depth:,} questions, {found.products:,} products wait for them"],
        ["for a lead", f"{found.for_leads:,}"],
        ["waits for", waited(None if found.oldest is None else moment - found.oldest, moment) or ""],
        ["decisions an hour", f"{found.an_hour:.1f} over the last day; {found.came:,} questions came in it"],
        ["agreement", agreement],
        ["products a decision", "" if found.leverage is None else f"{found.leverage:.1f}"],
        [
            "empty in",
            "" if found.empty_in is None else f"{found.empty_in / dt.timedelta(days=1):.1f} days at this pace",
        ],
    ]
    table("The queue", ["", ""], rows)
    for alert in found.alerts(load().review.limits()):
        console.print(f"ALERT  {alert}", markup=False, highlight=False)


@review.command("page")
@click.option("--host", help="Default: review.page.host of the configuration.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: review.page.port of the configuration.")
def review_page(host: str | None, port: int | None) -> None:
    """Serve the review page alone (`catalog up` serves it beside Dagster)."""
    from catalog_assets.consensus.release import follow_trust
    from resources.review_page import serve

    follow_trust(opened(), now().date())
    page = load().review.page
    click.echo(f"The review page: http://{host or page.host}:{port or page.port} (Ctrl-C ends it)")
    serve(load(), host, port)


@review.command("export")
@DAY
@LIMIT
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def review_export(file: Path, day: dt.datetime | None, limit: int | None) -> None:
    """Write open questions to a CSV for a spreadsheet; fill in the columns decision and value."""
    from resources.review.exchange import export_csv

    written = export_csv(opened().review, file, day=day.date() if day else None, limit=limit)
    console.print(f"{written:,} questions in {file}. decision: accept, reject or replace (then also value).")


@review.command("import")
@click.option("--by", required=True, help="Whose decisions they are.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def review_import(file: Path, by: str) -> None:
    """Take decisions from a filled-in CSV; taking the same file twice changes nothing. Exit code 1 where lines were
    left out."""
    from resources.review.exchange import import_csv

    store = opened().review
    stranger = unknown_name(store, by)
    report = import_csv(store, file, by, now())
    if stranger:
        console.print(f"WARNING  {stranger} The decisions are now under it.", markup=False, highlight=False)
    console.print(str(report), markup=False, highlight=False)
    console.print(f"{CARRIED_OUT}")
    if report.problems.height:
        sys.exit(REFUSED)


@review.group(cls=Group)
def gold() -> None:
    """Questions whose answer is known: mixed in, they measure who answers."""


@gold.command("add")
@BY_WHOM
@click.argument("question_id")
def gold_add(question_id: str, by: str) -> None:
    """Fix the answer that stands for a question as known."""
    from resources.review.known_answers import fix

    fix(opened().review, question_id, by, now())
    console.print("Fixed. It is mixed in as the budget review.gold allows.")


@gold.command("retire")
@BY_WHOM
@click.argument("question_id")
def gold_retire(question_id: str, by: str) -> None:
    """Measure nobody by a question any more."""
    from resources.review.known_answers import retire

    retire(opened().review, question_id, by, now())
    console.print("Retired.")


@gold.command("list")
def gold_list() -> None:
    """Questions with a known answer."""
    from resources.review.known_answers import known_answers

    found = known_answers(opened().review)
    table("Known answers", found.columns, [list(row) for row in found.iter_rows()])


@review.group(cls=Group)
def annotators() -> None:
    """How far each person is believed: learn it, put it into force."""


@annotators.command("train")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def annotators_train(file: Path) -> None:
    """Learn people's accuracies from questions that several answered and from known answers; write the release to FILE.

    Without a release the last word counts. With one in force an answer stands when people are sure enough of it.
    """
    from catalog_assets.consensus.release import learned, to_bytes

    with console.status("Reading words and learning …"):
        trust = learned(opened())
    file.write_bytes(to_bytes(trust))
    known = trust.facts["people"]
    rows = [[name, known[name]["words"], f"{known[name]['accuracy']:.1%}", f"{low:.1%}"]
            for name, low in sorted(trust.accuracy.items())]  # fmt: skip
    table(f"Annotators {trust.version}", ["person", "words", "right", "believed"], rows, {"words", "right", "believed"})
    console.print(
        f"Everybody else is believed at {trust.unknown:.0%}. Written. In force it is after: catalog review annotators "
        f"use {file} --from DAY --by NAME --reason WHY",
        markup=False,
        highlight=False,
    )


def _annotators() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.consensus.release import RELEASE, from_bytes

    return RELEASE, lambda data: from_bytes(data).version


release_commands(annotators, "how far each person is believed", _annotators)


@review.group("label-studio", cls=Group)
def label_studio() -> None:
    """Label Studio as another place where questions are decided (`review.label_studio` of the configuration)."""


@label_studio.command("push")
@DAY
@LIMIT
def label_studio_push(day: dt.datetime | None, limit: int | None) -> None:
    """Make a task there for each open question that has none."""
    from resources.review.external.label_studio import connect, push

    settings = _label_studio()
    told = push(opened().review, connect(settings), settings, day.date() if day else None, limit or 1000)
    console.print(str(told), markup=False, highlight=False)


@label_studio.command("pull")
def label_studio_pull() -> None:
    """Take in what was annotated there."""
    from resources.review.external.deliveries import Deliveries
    from resources.review.external.label_studio import connect, pull

    settings, store = _label_studio(), opened().review
    console.print(
        str(pull(store, Deliveries(store.database), connect(settings), settings, now())), markup=False, highlight=False
    )


@label_studio.command("listen")
@click.argument("address")
def label_studio_listen(address: str) -> None:
    """Let it tell of annotations as they are made, at ADDRESS (https://<review page>/hooks/label-studio)."""
    from resources.review.external.label_studio import connect, listen

    settings = _label_studio()
    console.print(f"{listen(connect(settings), settings, address)} projects tell of their annotations.")


@review.command("send")
@DAY
@LIMIT
@click.argument("platform")
def review_send(platform: str, day: dt.datetime | None, limit: int | None) -> None:
    """Post open questions to a task platform (`review.platforms` of the configuration)."""
    from resources.review.external.deliveries import Deliveries
    from resources.review.external.tasks_http import push
    from resources.review_page import platforms

    known = {each.name: each for each in platforms(load())}
    if platform not in known:
        raise click.ClickException(f"No such platform: {platform}; there are {', '.join(sorted(known)) or 'none'}.")
    store = opened().review
    told = push(store, Deliveries(store.database), known[platform], now(), day.date() if day else None, limit or 1000)
    console.print(str(told), markup=False, highlight=False)


def _label_studio() -> Any:
    from resources.review_page import label_studio

    settings = label_studio(load())
    if settings is None:
        raise click.ClickException("Label Studio is not configured: set review.label_studio.address in catalog.yaml.")
    return settings
