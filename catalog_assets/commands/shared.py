"""What commands share: one console, known errors in a sentence, tables, confirmation, releases.

Belongs here: what several commands say or ask in the same way. Does not belong here: any command (`cli.py`, the other
modules of this folder), and anything another program would want.
"""

import datetime as dt
import functools
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from catalog_assets.configuration import ConfigurationError, load

console = Console()
SHOWN = 20
WIDTH = 130
"""Columns where nobody looks at a terminal."""


def bind_console() -> None:
    """Let tables go where standard output goes now: a backfill redirects it to its log, and they must not follow."""
    console.file = sys.stdout
    if not sys.stdout.isatty():
        console.width = WIDTH


def now() -> dt.datetime:
    """This moment, in UTC: the one clock of all commands."""
    return dt.datetime.now(dt.UTC)


def told_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Known errors are one sentence on stderr, not a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from catalog_assets.corrections import CorrectionError
        from catalog_assets.provenance import UnknownProduct
        from catalog_assets.raw.deliveries import UnknownDelivery
        from catalog_assets.releases import ReleaseError
        from catalog_assets.stages import StageError
        from resources.language_model.protocol import LanguageModelError
        from resources.review.protocol import ReviewStoreError

        try:
            return command(*args, **kwargs)
        except (
            ConfigurationError,
            CorrectionError,
            UnknownProduct,
            UnknownDelivery,
            ReleaseError,
            StageError,
            ReviewStoreError,
            LanguageModelError,
            OSError,
        ) as error:
            raise click.ClickException(str(error)) from None

    return run


class Command(click.Command):
    """A command whose known errors are told in one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.callback is not None:
            self.callback = told_errors(self.callback)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def opened() -> Any:
    """The world that the configuration names."""
    from resources import open_world

    return open_world(load())


def printable(text: str) -> str:
    """Text with what a terminal would obey (control and direction characters) shown as escapes."""
    return "".join(c if c.isprintable() or (c.isspace() and c != "\x0b") else repr(c)[1:-1] for c in text)


def table(title: str, columns: list[str], rows: list[list[Any]], numeric: set[str] | None = None) -> None:
    """Print a table; `numeric`: columns that stand to the right."""
    grid = Grid(title=title, title_justify="left", header_style="bold")
    for name in columns:
        grid.add_column(name, justify="right" if numeric and name in numeric else "left", overflow="fold")
    for row in rows:
        # As Text: what suppliers write may look like the terminal's markup, or tell the terminal what to do.
        grid.add_row(*(Text(f"{v:,}" if isinstance(v, int) else "" if v is None else printable(str(v))) for v in row))
    console.print(grid)


def confirmed(correction: Callable[[Any], object], yes: bool) -> bool:
    """Show what a correction changes, and ask."""
    from catalog_assets.preview import preview

    console.print("Working out what this changes …")
    difference(preview(opened(), correction))
    return yes or click.confirm("State it?")


def difference(found: Any) -> None:
    """A difference, as tables."""
    for title, frame in (
        ("Would appear", found.appear),
        ("Would vanish", found.vanish),
        ("Would change", found.changes),
    ):
        if frame.height:
            shown = f"{title}: {frame.height:,}" + (f" (the first {SHOWN} of them)" if frame.height > SHOWN else "")
            table(shown, frame.columns, [list(row) for row in frame.head(SHOWN).rows()])
    for told in found.failing:
        console.print(Text(f"Cannot be run, so what it would change is not shown: {told}", style="yellow"))
    if found.empty:
        console.print("Nothing in the catalogue would change.")


CARRIED_OUT = "`catalog backfill` carries it out; of the latest 14 days also the days sensor, by itself."
BY = click.option("--by", required=True, help="Who says so.")
REASON = click.option("--reason", required=True, help="Why.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")


def release_commands(
    group: click.Group, what: str, loaded: Callable[[], tuple[str, Callable[[bytes], str]]],
    scores: Mapping[str, str] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Give a group the commands `use` and `list` for its kind of releases.

    loaded: the kind, and what reads the bytes of a release and says its version; called late, for models load slowly.
    scores: facts of a release that the list shows, and what they are called there.
    """

    @group.command("use", help=f"Put {what} in FILE into force from a day on; days from then on are run anew.")
    @BY
    @REASON
    @YES
    @click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day it is used for.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def use(file: Path, first: dt.datetime, by: str, reason: str, yes: bool) -> None:
        from catalog_assets.releases import Statement, put_in_force

        kind, version_in = loaded()
        data = file.read_bytes()
        said = Statement(kind, version_in(data), data, first.date(), by, reason)
        if confirmed(lambda world: put_in_force(world, said, now()), yes):
            stated = put_in_force(opened(), said, now())
            name = kind.replace("_", " ").capitalize()
            console.print(f"{name} {stated.version}: in force from {stated.in_force_from}. {CARRIED_OUT}")

    @group.command("list", help="What was put into force, the latest last.")
    def listed() -> None:
        from catalog_assets.releases import facts, releases

        (kind, _), world = loaded(), opened()
        rows = []
        for each in releases(world, kind):
            told = facts(world, kind, each) if scores else {}
            rows.append([each.sequence, each.version, str(each.in_force_from), *(told.get(name) for name in scores)])
        columns = ["sequence", "version", "in force from", *scores.values()]
        table(kind.replace("_", " ").capitalize(), columns, rows, set(scores.values()))


def written_release(file: Path, release: Any, command: str) -> None:
    """Keep a trained release in a file, show what it was learned from, and say how it comes into force."""
    file.write_bytes(release.to_bytes())
    rows = [[name, str(value)] for name, value in release.facts.items()]
    table(f"{command.capitalize()} {release.version}", ["fact", "value"], rows)
    console.print(f"Written. In force it is after: catalog {command} use {file} --from DAY --by NAME --reason WHY")
