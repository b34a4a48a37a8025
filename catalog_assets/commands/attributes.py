"""`catalog attributes`: train a reader of attribute values, look at it, put it into force.

Belongs here: arguments, help texts and tables of these commands. Does not belong here: what a reader is taught
(`enriched/teaching.py`), and what it answers (`enriched/learned.py`).
"""

from collections.abc import Callable
from pathlib import Path

import click

from catalog_assets.commands.shared import Group, console, opened, release_commands, table, written_release

SCORES = {"held_f1": "micro F1", "held_macro_f1": "macro F1", "held_calibration_error": "calibration error"}
"""Facts of a reader that its list shows, in percent, on products that it was not taught."""


@click.group(cls=Group)
def attributes() -> None:
    """Learned attribute values: train a reader on the catalogue's texts, put a release into force."""


@attributes.command("train")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def attributes_train(file: Path) -> None:
    """Learn from what suppliers state and texts repeat, what the rules are sure of, and what people decided; write the
    release to FILE.

    A fifth of the products is kept apart, and the release tells how well it reads them. Takes minutes. Nothing is in
    force until `catalog attributes use FILE`. What it proposes is asked of people, until audits have certified from
    where on it may count (`catalog acceptance`).
    """
    from catalog_assets.enriched.taught import standing_contents, teaching_decisions
    from catalog_assets.enriched.teaching import train

    world = opened()
    with console.status("Reading texts …") as progress:
        contents = standing_contents(world)
        progress.update(f"Learning from {contents.height:,} texts …")
        learned = train(contents, teaching_decisions(world))
    written_release(file, learned, "attributes")


@attributes.command("show")
def attributes_show() -> None:
    """What the reader that was put into force last was taught, and how well it reads products kept apart."""
    from catalog_assets.enriched.learned import RELEASE
    from catalog_assets.releases import facts, releases

    world = opened()
    known = releases(world, RELEASE)
    if not known:
        raise click.ClickException("No reader was put into force: catalog attributes train, then use.")
    rows = [[name, str(value)] for name, value in facts(world, RELEASE, known[-1]).items()]
    table(f"Reader {known[-1].version}", ["fact", "value"], rows)


def _readers() -> tuple[str, Callable[[bytes], str]]:
    from catalog_assets.enriched.extraction.model import from_bytes
    from catalog_assets.enriched.learned import RELEASE

    return RELEASE, lambda data: from_bytes(data).version


release_commands(attributes, "the reader", _readers, SCORES)
