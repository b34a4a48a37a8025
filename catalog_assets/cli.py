"""The `catalog` command: thin. Each command reads its arguments, asks a module, and shows the answer.

Belongs here: arguments, help texts, tables and progress. Does not belong here: anything another program would want.
"""

import datetime as dt
import functools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from catalog_assets.configuration import ConfigurationError, load

console = Console()
ERRORS = 1
SHOWN = 20


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _told_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Known errors are one sentence on stderr, not a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from catalog_assets.corrections import CorrectionError
        from catalog_assets.provenance import UnknownProduct
        from catalog_assets.raw.deliveries import UnknownDelivery
        from catalog_assets.releases import ReleaseError
        from catalog_assets.stages import StageError
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
            OSError,
        ) as error:
            raise click.ClickException(str(error)) from None

    return run


class Command(click.Command):
    """A command whose known errors are told in one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.callback is not None:
            self.callback = _told_errors(self.callback)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config", type=click.Path(path_type=Path), help="catalog.yaml to use (default: CATALOG_CONFIG, ./catalog.yaml)."
)
def main(config: Path | None) -> None:
    """Dirty supplier feeds in, a product catalogue people trust out."""
    # Bound here, not at import: a backfill redirects sys.stdout to its log, and tables must not follow.
    global console
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 130)
    if config:
        os.environ["CATALOG_CONFIG"] = str(config.absolute())


def _world() -> Any:
    from resources import open_world

    return open_world(load())


def printable(text: str) -> str:
    """Text with what a terminal would obey (control and direction characters) shown as escapes."""
    return "".join(c if c.isprintable() or (c.isspace() and c != "\x0b") else repr(c)[1:-1] for c in text)


def _grid(title: str, columns: list[str], rows: list[list[Any]], numeric: set[str] | None = None) -> None:
    grid = Grid(title=title, title_justify="left", header_style="bold")
    for name in columns:
        grid.add_column(name, justify="right" if numeric and name in numeric else "left", overflow="fold")
    for row in rows:
        # As Text: what suppliers write may look like the terminal's markup, or tell the terminal what to do.
        grid.add_row(*(Text(f"{v:,}" if isinstance(v, int) else "" if v is None else printable(str(v))) for v in row))
    console.print(grid)


@main.command()
def check() -> None:
    """Check the configuration, and say where everything is."""
    catalog = load()
    rows = [[n, s.delivery, str(s.priority), catalog.source_path(n)] for n, s in sorted(catalog.sources.items())]
    _grid("Sources", ["source", "delivery", "priority", "place"], rows)
    console.print(
        f"home     {catalog.home_path}\nlake     {catalog.lake_uri}\nlanding  {catalog.landing_uri}", highlight=False
    )


@main.command()
@click.option("--products", default=1000, show_default=True, help="Real products in the simulated world.")
@click.option("--days", default=3, show_default=True)
@click.option("--suppliers", default=3, show_default=True)
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default="2026-01-05", show_default=True)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def simulate(products: int, days: int, suppliers: int, seed: int, start: dt.datetime, folder: Path) -> None:
    """Write simulated supplier feeds, their truth, and a catalog.yaml for them into FOLDER."""
    from catalog_assets.terminal import write_world

    written = write_world(folder, products=products, days=days, suppliers=suppliers, seed=seed, start=start.date())
    console.print(
        f"{len(written.files)} files in {folder}; truth in {folder}/truth; configuration in {folder}/catalog.yaml"
    )


@main.command()
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: all).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: all).")
@click.option("--source", "sources", multiple=True, help="Only these sources (repeat; default: all).")
@click.option("--warehouse/--no-warehouse", default=True, show_default=True, help="Build the star schema at the end.")
def backfill(first: dt.datetime | None, last: dt.datetime | None, sources: tuple[str, ...], warehouse: bool) -> None:
    """Run whatever is not done: new files, stale days, failed partitions; then the warehouse.

    Each partition is a Dagster run of its own on this home's instance. A partition that fails stops itself alone; the
    same command again runs only what is still not done.
    """
    from catalog_assets.terminal import run_everything

    catalog = load()
    bounds = (first.date() if first else None, last.date() if last else None)
    unknown = set(sources) - set(catalog.sources)
    if unknown:
        raise click.ClickException(
            f"No such source: {', '.join(sorted(unknown))}; there are {', '.join(catalog.sources)}."
        )
    results = run_everything(catalog, console, bounds, sources or tuple(catalog.sources), warehouse)
    if not results:
        console.print("Nothing to do: every partition that was asked for is done.")
    if any(not result.success for result in results):
        sys.exit(ERRORS)


@main.command()
@click.option("--products", default=1000, show_default=True)
def demo(products: int) -> None:
    """Three days of feeds from three simulated suppliers, through everything, into the warehouse."""
    from catalog_assets.terminal import demo as run_demo

    started = time.perf_counter()
    if not run_demo(load(), console, products, started):
        sys.exit(ERRORS)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def status(as_json: bool) -> None:
    """Each day: what is done, stale, open or missing, and what waits or was refused."""
    from catalog_assets.terminal import status_rows, work_left

    world = _world()
    rows = status_rows(world)
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    _grid("Days", list(rows[0]) if rows else ["day"], [list(row.values()) for row in rows])
    if not rows:
        console.print("Nothing has been delivered yet.")
    left = work_left(world)
    if left:
        console.print(left)


@main.command()
def preview() -> None:
    """What running all that is stale, open or missing would change in the catalogue, worked out on a copy."""
    from catalog_assets.preview import outstanding

    console.print("Working out what this changes …")
    _show(outstanding(_world()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.argument("source")
@click.argument("product_id")
def trace(as_json: bool, source: str, product_id: str) -> None:
    """The whole story of a supplier's product, back to its bytes in a landed file."""
    from catalog_assets.provenance import tell
    from catalog_assets.provenance import trace as follow

    story = follow(_world(), source, product_id)
    if as_json:
        click.echo(json.dumps(story, default=str, ensure_ascii=False))
    else:
        for line in tell(story):
            click.echo(printable(line))


@main.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def up(port: int, host: str) -> None:
    """Start Dagster, its UI and its daemon (sensors), on this home."""
    from catalog_assets.backfill import dagster_home

    dagster_home(load())
    console.print(f"Dagster UI: http://{host}:{port}  (stop with Ctrl+C)")
    binary = str(Path(sys.executable).with_name("dagster"))
    os.execv(binary, [binary, "dev", "-m", "catalog_assets.service", "-h", host, "-p", str(port)])


@main.group(cls=Group)
def delivery() -> None:
    """Deliveries: list them, take one back, put another in its place."""


@delivery.command("list")
@click.option("--source", help="Only this source.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def delivery_list(source: str | None, as_json: bool) -> None:
    """All deliveries, the latest last."""
    from catalog_assets.raw.deliveries import effective

    world = _world()
    rows = effective(world, world.lake.read("deliveries")).sort("day", "source", "sequence")
    shown = [r for r in rows.to_dicts() if source in (None, r["source"])]
    if as_json:
        click.echo(json.dumps(shown, default=str))
        return
    columns = ["delivery_id", "day", "source", "sequence", "path", "size_bytes"]
    state = {True: "retracted", False: "counts"}
    grid = [[*(row[c] for c in columns), f"{row['delivered_at']:%Y-%m-%d %H:%M}", state[row["retracted"]]]
            for row in shown]  # fmt: skip
    _grid("Deliveries", [*columns, "delivered (UTC)", "state"], grid, {"size_bytes", "sequence"})


def _confirmed(correction: Callable[[Any], object], yes: bool) -> bool:
    """Show what a correction changes, and ask."""
    from catalog_assets.preview import preview

    console.print("Working out what this changes …")
    _show(preview(_world(), correction))
    return yes or click.confirm("State it?")


def _show(found: Any) -> None:
    """A difference, as tables."""
    columns = {"product_key": 24}
    for title, frame in (
        ("Would appear", found.appear),
        ("Would vanish", found.vanish),
        ("Would change", found.changes),
    ):
        if frame.height:
            shown = f"{title}: {frame.height:,}" + (f" (the first {SHOWN} of them)" if frame.height > SHOWN else "")
            _grid(shown, frame.columns, [list(row) for row in frame.head(SHOWN).rows()], set(columns))
    for told in found.failing:
        console.print(Text(f"Cannot be run, so what it would change is not shown: {told}", style="yellow"))
    if found.empty:
        console.print("Nothing in the catalogue would change.")


CARRIED_OUT = "`catalog backfill` carries it out; of the latest 14 days also the days sensor, by itself."
BY = click.option("--by", required=True, help="Who says so.")
REASON = click.option("--reason", required=True, help="Why.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")


@delivery.command("retract")
@BY
@REASON
@YES
@click.argument("delivery_id")
def delivery_retract(delivery_id: str, by: str, reason: str, yes: bool) -> None:
    """Take a delivery back: its records no longer count."""
    _retraction("retract", delivery_id, by, reason, yes)


@delivery.command("restore")
@BY
@REASON
@YES
@click.argument("delivery_id")
def delivery_restore(delivery_id: str, by: str, reason: str, yes: bool) -> None:
    """Let a retracted delivery count again."""
    _retraction("restore", delivery_id, by, reason, yes)


def _retraction(kind: str, delivery_id: str, by: str, reason: str, yes: bool) -> None:
    from catalog_assets.corrections import Fact, state
    from catalog_assets.raw.deliveries import check_restore
    from catalog_assets.raw.deliveries import delivery as find

    world = _world()
    find(world, delivery_id)
    if kind == "restore":
        check_restore(world, delivery_id)
    fact = Fact(kind, by, reason, delivery_id=delivery_id)
    if _confirmed(lambda world: state(world, fact, _now()), yes):
        state(_world(), fact, _now())
        console.print(f"Stated. {CARRIED_OUT}")


@delivery.command("replace")
@BY
@REASON
@YES
@click.argument("delivery_id")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def delivery_replace(delivery_id: str, file: Path, by: str, reason: str, yes: bool) -> None:
    """Put FILE in the place of a delivery, in its day and order."""
    from catalog_assets.preview import replacement

    change = replacement(_now(), by, reason, delivery_id, file.read_bytes(), str(file.absolute()))
    if _confirmed(change, yes):
        console.print(f"Stated: delivery {change(_world())}. {CARRIED_OUT}")


@main.command()
@BY
@REASON
@YES
@click.option("--unit", help="Canonical unit of the value.")
@click.argument("source")
@click.argument("product_id")
@click.argument("attribute")
@click.argument("value")
def pin(
    source: str, product_id: str, attribute: str, value: str, unit: str | None, by: str, reason: str, yes: bool
) -> None:
    """Pin a value of a product; it survives every rerun until it is taken away with `catalog unpin`."""
    from catalog_assets.corrections import Fact, checked_pin, state

    stated = Fact("pin", by, reason, source=source, product_id=product_id, attribute=attribute, value=value, unit=unit)
    fact = checked_pin(_world(), stated)
    if _confirmed(lambda world: state(world, fact, _now()), yes):
        state(_world(), fact, _now())
        console.print(f"Pinned. {CARRIED_OUT}")


@main.command()
@BY
@REASON
@click.argument("source")
@click.argument("product_id")
@click.argument("attribute")
def unpin(source: str, product_id: str, attribute: str, by: str, reason: str) -> None:
    """Take a pin away."""
    from catalog_assets.corrections import Fact, check_unpin, state

    fact = Fact("unpin", by, reason, source=source, product_id=product_id, attribute=attribute)
    check_unpin(_world(), fact)
    state(_world(), fact, _now())
    console.print(f"Taken away. {CARRIED_OUT}")


@main.group(cls=Group)
def matcher() -> None:
    """Learned matching: train a matcher on what is known already, put a release into force."""


@matcher.command("train")
@click.option(
    "--precision",
    type=click.FloatRange(0.5, 0.9999),
    default=0.99,
    show_default=True,
    help="How often a pair that is joined without a person is to be right.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def matcher_train(file: Path, precision: float) -> None:
    """Learn from GTINs that several sources state and from decided pairs; write the release to FILE.

    Nothing is in force until `catalog matcher use FILE`.
    """
    from catalog_assets.matched.blocking import suited
    from catalog_assets.matched.known import decided_pairs, standing_offers
    from catalog_assets.matched.training import Wanted, learn

    world = _world()
    with console.status("Reading offers …") as progress:
        offers = standing_offers(world)
        progress.update(f"Comparing {offers.height:,} offers and learning …")
        learned = learn(offers, decided_pairs(world, offers), suited(offers.height), Wanted(precision))
    _written(file, learned, "matcher")
    if not learned.facts["proven"]:
        console.print(
            f"Too few labelled pairs to prove {precision:.2%}: pairs are joined from {learned.threshold} on, as before "
            "there is evidence. Decide pairs in review and train again."
        )


def _releases_of(group: click.Group, what: str, loaded: Callable[[], tuple[str, Callable[[bytes], str]]]) -> None:
    """Give a group the commands `use` and `list` for its kind of releases.

    loaded: the kind, and what reads the bytes of a release and says its version; called late, for models load slowly.
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
        if _confirmed(lambda world: put_in_force(world, said, _now()), yes):
            stated = put_in_force(_world(), said, _now())
            name = kind.replace("_", " ").capitalize()
            console.print(f"{name} {stated.version}: in force from {stated.in_force_from}. {CARRIED_OUT}")

    @group.command("list", help="What was put into force, the latest last.")
    def listed() -> None:
        from catalog_assets.releases import releases

        kind, _ = loaded()
        rows = [[r.sequence, r.version, str(r.in_force_from)] for r in releases(_world(), kind)]
        _grid(kind.replace("_", " ").capitalize(), ["sequence", "version", "in force from"], rows)


def _matchers() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.matched.comparisons import RELEASE
    from catalog_assets.matched.matcher import from_bytes

    return RELEASE, lambda data: from_bytes(data).version


def _mappers() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.enriched.path_mapper import RELEASE, read_mapper

    return RELEASE, lambda data: read_mapper(data).version


def _readers() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.enriched.extraction.model import from_bytes
    from catalog_assets.enriched.learned import RELEASE

    return RELEASE, lambda data: from_bytes(data).version


def _acceptances() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.reviewed.acceptance import RELEASE, from_bytes

    return RELEASE, lambda data: from_bytes(data).version


def _rates() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.rates import KIND, read_rates
    from catalog_assets.releases import version_of

    def version_in(data: bytes) -> str:
        known = read_rates(data)
        dates = known["date"].unique().sort().to_list()
        console.print(f"{known['currency'].n_unique()} currencies on {len(dates):,} dates, {dates[0]} to {dates[-1]}.")
        return version_of(data)

    return KIND, version_in


def _written(file: Path, release: Any, command: str) -> None:
    """Keep a trained release in a file, show what it was learned from, and say how it comes into force."""
    file.write_bytes(release.to_bytes())
    rows = [[name, str(value)] for name, value in release.facts.items()]
    _grid(f"{command.capitalize()} {release.version}", ["fact", "value"], rows)
    console.print(f"Written. In force it is after: catalog {command} use {file} --from DAY --by NAME --reason WHY")


@main.group(cls=Group)
def categories() -> None:
    """Learned categories of suppliers' paths: train a mapper, put a release into force."""


@categories.command("train")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def categories_train(file: Path) -> None:
    """Learn from known names of categories and from decided paths; write the release to FILE.

    Nothing is in force until `catalog categories use FILE`. What it proposes is asked of a person, once a path.
    """
    from catalog_assets.enriched.path_mapper import train
    from catalog_assets.reviewed.stage import decided_everywhere

    with console.status("Reading decided paths and learning …"):
        learned = train(decided_everywhere(_world()))
    _written(file, learned, "categories")


@main.group(cls=Group)
def attributes() -> None:
    """Learned attribute values: train a reader on the catalogue's texts, put a release into force."""


@attributes.command("train")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def attributes_train(file: Path) -> None:
    """Learn from what suppliers state and texts repeat, and from what the rules are sure of; write the release to FILE.

    Takes minutes. Nothing is in force until `catalog attributes use FILE`. What it proposes is asked of people, until
    audits have certified from where on it may count (`catalog acceptance`).
    """
    from catalog_assets.enriched.learned import train
    from catalog_assets.enriched.stage import standing_contents

    world = _world()
    with console.status("Reading texts …") as progress:
        contents = standing_contents(world)
        progress.update(f"Learning from {contents.height:,} texts …")
        learned = train(contents)
    _written(file, learned, "attributes")


@main.group(cls=Group)
def acceptance() -> None:
    """Which values count without a person: certify thresholds from audits, put them into force."""


@acceptance.command("certify")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def acceptance_certify(file: Path) -> None:
    """Calibrate confidences on what people decided, certify thresholds on what was drawn for audit; write to FILE.

    Accepted values then keep the error of `audit.error` with the confidence of `audit.confidence`. Test it once for a
    release, not daily until it pleases: then the certificate means nothing.
    """
    from catalog_assets.certainty.acceptance import Target, fewest
    from catalog_assets.reviewed.acceptance import learn
    from catalog_assets.reviewed.cases import decided_cases

    audit, world = load().audit, _world()
    with console.status("Reading what people decided …"):
        learned = learn(decided_cases(world), audit.share, Target(audit.error, audit.confidence))
    if not any(threshold is not None for threshold in learned.thresholds.values()):
        _grid("Audits so far", ["fact", "value"], [[name, str(value)] for name, value in learned.facts.items()])
        raise click.ClickException(
            f"Nothing can be shown yet from {learned.facts['audited']:,} audited values, so nothing was written: it "
            f"takes {fewest(learned.target):,} of the surest ones without an error. `catalog acceptance show` tells "
            "which attribute is wrong too often; decide more audits, or raise audit.share."
        )
    _written(file, learned, "acceptance")
    told = [
        [name, "nothing is accepted by itself" if t is None else f"{t:.4f}"] for name, t in learned.thresholds.items()
    ]
    _grid("Accepted from", ["attribute (* : all others)", "calibrated confidence"], told)


@acceptance.command("show")
def acceptance_show() -> None:
    """How right accepted values are, by the audits so far."""
    from catalog_assets.reviewed.cases import audited_accuracy

    audit, world = load().audit, _world()
    rows = [[name, str(told)] for name, told in audited_accuracy(world, audit.share, audit.confidence).items()]
    _grid(f"Right of accepted values (wanted: {1 - audit.error:.2%})", ["attribute", "share, interval, audited"], rows)


@main.group(cls=Group)
def rates() -> None:
    """Exchange rates: put a rates file into force, look at what holds."""


@rates.command("show")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Default: today (UTC).")
def rates_show(day: dt.datetime | None) -> None:
    """The rates that hold on a day."""
    from catalog_assets.rates import rates_for

    found = rates_for(_world(), day.date() if day else _now().date())
    rows = [[currency, str(rate.normalize())] for currency, rate in found.table.sort("currency").iter_rows()]
    _grid(f"Rates {found.version} of {found.date}", ["currency", "for one euro"], rows, {"for one euro"})


_releases_of(matcher, "the matcher", _matchers)
_releases_of(categories, "the category mapper", _mappers)
_releases_of(attributes, "the reader", _readers)
_releases_of(acceptance, "the acceptance thresholds", _acceptances)
_releases_of(rates, "the rates (the layout of the European Central Bank's eurofxref-hist.csv)", _rates)


@main.group(cls=Group)
def review() -> None:
    """Doubtful values: give them to people, take their decisions back."""


@review.command("export")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only questions of this day.")
@click.option("--limit", type=int, help="At most so many.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def review_export(file: Path, day: dt.datetime | None, limit: int | None) -> None:
    """Write open questions to a CSV for a spreadsheet; fill in the columns decision and value."""
    from resources.review.exchange import export_csv

    written = export_csv(_world().review, file, day=day.date() if day else None, limit=limit)
    console.print(f"{written:,} questions in {file}. decision: accept, reject or replace (then also value).")


@review.command("import")
@click.option("--by", required=True, help="Whose decisions they are.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def review_import(file: Path, by: str) -> None:
    """Take decisions from a filled-in CSV; taking the same file twice changes nothing."""
    from resources.review.exchange import import_csv

    report = import_csv(_world().review, file, by, _now())
    console.print(str(report), markup=False, highlight=False)
    console.print(f"{CARRIED_OUT}")


if __name__ == "__main__":
    main()
