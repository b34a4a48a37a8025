"""The `catalog` command: thin. Each command reads its arguments, asks a module, and shows the answer.

Belongs here: arguments, help texts, tables and progress. Does not belong here: anything another program would want.
"""

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from catalog_assets.commands.acceptance import acceptance
from catalog_assets.commands.attributes import attributes
from catalog_assets.commands.models import model, told_model
from catalog_assets.commands.people import people
from catalog_assets.commands.review import review
from catalog_assets.commands.shared import (
    BY,
    CARRIED_OUT,
    REASON,
    YES,
    Group,
    bind_console,
    confirmed,
    console,
    difference,
    now,
    opened,
    printable,
    release_commands,
    table,
    written_release,
)  # fmt: skip
from catalog_assets.configuration import load

ERRORS = 1


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config", type=click.Path(path_type=Path), help="catalog.yaml to use (default: CATALOG_CONFIG, ./catalog.yaml)."
)
def main(config: Path | None) -> None:
    """Dirty supplier feeds in, a product catalogue people trust out."""
    bind_console()
    if config:
        os.environ["CATALOG_CONFIG"] = str(config.absolute())


@main.command()
def check() -> None:
    """Check the configuration, and say where everything is."""
    catalog = load()
    rows = [[n, s.delivery, str(s.priority), catalog.source_path(n)] for n, s in sorted(catalog.sources.items())]
    table("Sources", ["source", "delivery", "priority", "place"], rows)
    console.print(
        f"home     {catalog.home_path}\nlake     {catalog.lake_uri}\nlanding  {catalog.landing_uri}", highlight=False
    )
    if catalog.models.language is not None:
        console.print(told_model(catalog), highlight=False)


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

    world = opened()
    rows = status_rows(world)
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    table("Days", list(rows[0]) if rows else ["day"], [list(row.values()) for row in rows])
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
    difference(outstanding(opened()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.argument("source")
@click.argument("product_id")
def trace(as_json: bool, source: str, product_id: str) -> None:
    """The whole story of a supplier's product, back to its bytes in a landed file."""
    from catalog_assets.provenance import tell
    from catalog_assets.provenance import trace as follow

    story = follow(opened(), source, product_id)
    if as_json:
        click.echo(json.dumps(story, default=str, ensure_ascii=False))
    else:
        for line in tell(story):
            click.echo(printable(line))


@main.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--page/--no-page", default=True, show_default=True, help="The review page beside it.")
def up(port: int, host: str, page: bool) -> None:
    """Start Dagster, its UI and its daemon (sensors), and the review page, on this home."""
    from catalog_assets.backfill import dagster_home
    from catalog_assets.together import run_together

    catalog = load()
    dagster_home(catalog)
    console.print(f"Dagster UI:  http://{host}:{port}  (stop with Ctrl+C)", highlight=False)
    folder = Path(sys.executable)
    dagster = [str(folder.with_name("dagster")), "dev", "-m", "catalog_assets.service", "-h", host, "-p", str(port)]
    commands = {"dagster": dagster}
    if page:
        where = catalog.review.page
        console.print(f"Review page: http://{where.host}:{where.port}  {_who_reviews()}", highlight=False)
        commands["review page"] = [sys.executable, "-m", "catalog_assets.cli", "review", "page"]
    sys.exit(run_together(commands, lambda text: console.print(text, markup=False, highlight=False)))


def _who_reviews() -> str:
    """How to get in, where nobody can yet."""
    from resources.review.accounts import Accounts

    if Accounts(opened().review.database).people():
        return ""
    return "(nobody has an account yet: catalog people add NAME --role admin)"


@main.group(cls=Group)
def delivery() -> None:
    """Deliveries: list them, take one back, put another in its place."""


@delivery.command("list")
@click.option("--source", help="Only this source.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def delivery_list(source: str | None, as_json: bool) -> None:
    """All deliveries, the latest last."""
    from catalog_assets.raw.deliveries import effective

    world = opened()
    rows = effective(world, world.lake.read("deliveries")).sort("day", "source", "sequence")
    shown = [r for r in rows.to_dicts() if source in (None, r["source"])]
    if as_json:
        click.echo(json.dumps(shown, default=str))
        return
    columns = ["delivery_id", "day", "source", "sequence", "path", "size_bytes"]
    state = {True: "retracted", False: "counts"}
    grid = [[*(row[c] for c in columns), f"{row['delivered_at']:%Y-%m-%d %H:%M}", state[row["retracted"]]]
            for row in shown]  # fmt: skip
    table("Deliveries", [*columns, "delivered (UTC)", "state"], grid, {"size_bytes", "sequence"})


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

    world = opened()
    find(world, delivery_id)
    if kind == "restore":
        check_restore(world, delivery_id)
    fact = Fact(kind, by, reason, delivery_id=delivery_id)
    if confirmed(lambda world: state(world, fact, now()), yes):
        state(opened(), fact, now())
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

    change = replacement(now(), by, reason, delivery_id, file.read_bytes(), str(file.absolute()))
    if confirmed(change, yes):
        console.print(f"Stated: delivery {change(opened())}. {CARRIED_OUT}")


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
    fact = checked_pin(opened(), stated)
    if confirmed(lambda world: state(world, fact, now()), yes):
        state(opened(), fact, now())
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
    check_unpin(opened(), fact)
    state(opened(), fact, now())
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

    world = opened()
    with console.status("Reading offers …") as progress:
        offers = standing_offers(world)
        progress.update(f"Comparing {offers.height:,} offers and learning …")
        learned = learn(offers, decided_pairs(world, offers), suited(offers.height), Wanted(precision))
    written_release(file, learned, "matcher")
    if not learned.facts["proven"]:
        console.print(
            f"Too few labelled pairs to prove {precision:.2%}: pairs are joined from {learned.threshold} on, as before "
            "there is evidence. Decide pairs in review and train again."
        )


def _matchers() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.matched.comparisons import RELEASE
    from catalog_assets.matched.matcher import from_bytes

    return RELEASE, lambda data: from_bytes(data).version


def _mappers() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.enriched.path_mapper import RELEASE, read_mapper

    return RELEASE, lambda data: read_mapper(data).version


@main.group(cls=Group)
def brands() -> None:
    """How brands are spelled: learn it from the catalogue and from people's answers, put a release into force."""


@brands.command("learn")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def brands_learn(file: Path) -> None:
    """Learn from what people said of brands in review, and from brands that differ in large and small letters alone;
    write the release to FILE.

    Nothing is in force until `catalog brands use FILE`.
    """
    from catalog_assets.matched.known import taught_spellings

    with console.status("Reading offers and answers …"):
        learned = taught_spellings(opened())
    written_release(file, learned, "brands")


def _spellings() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.standardized.spellings import RELEASE, usable_spellings

    return RELEASE, lambda data: usable_spellings(data).version


def _rates() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.rates import KIND, read_rates
    from catalog_assets.releases import version_of

    def version_in(data: bytes) -> str:
        known = read_rates(data)
        dates = known["date"].unique().sort().to_list()
        console.print(f"{known['currency'].n_unique()} currencies on {len(dates):,} dates, {dates[0]} to {dates[-1]}.")
        return version_of(data)

    return KIND, version_in


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
        learned = train(decided_everywhere(opened()))
    written_release(file, learned, "categories")


@main.group(cls=Group)
def rates() -> None:
    """Exchange rates: put a rates file into force, look at what holds."""


@rates.command("show")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Default: today (UTC).")
def rates_show(day: dt.datetime | None) -> None:
    """The rates that hold on a day."""
    from catalog_assets.rates import rates_for

    found = rates_for(opened(), day.date() if day else now().date())
    rows = [[currency, str(rate.normalize())] for currency, rate in found.table.sort("currency").iter_rows()]
    table(f"Rates {found.version} of {found.date}", ["currency", "for one euro"], rows, {"for one euro"})


release_commands(matcher, "the matcher", _matchers)
release_commands(categories, "the category mapper", _mappers)
release_commands(brands, "brands' spellings", _spellings)
release_commands(rates, "the rates (the layout of the European Central Bank's eurofxref-hist.csv)", _rates)


main.add_command(acceptance)
main.add_command(attributes)
main.add_command(model)
main.add_command(people)
main.add_command(review)


if __name__ == "__main__":
    main()
