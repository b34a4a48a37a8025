"""`catalog acceptance picture`: reliability diagrams of what people decided.

Belongs here: the command. Does not belong here: which cases are in a diagram (`reviewed/reliability.py`), and drawing
(`certainty/diagram.py`).
"""

from pathlib import Path

import click

from catalog_assets.commands.shared import Command, console, opened


@click.command("picture", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def acceptance_picture(file: Path) -> None:
    """Draw how often decided values were right over how sure they were, as if nobody had decided, into an SVG FILE.

    By method and by attribute, and what was drawn for audit apart: the rest is mostly what was doubtful. Confidences
    are read as on the last day that is done.
    """
    from catalog_assets.certainty.diagram import picture
    from catalog_assets.reviewed.cases import read_cases
    from catalog_assets.reviewed.reliability import panels

    world = opened()
    with console.status("Reading what people decided …"):
        cases = read_cases(world)
        if cases.is_empty():
            raise click.ClickException("Nobody has decided anything yet: catalog up, then the review page.")
        told = panels(cases, world.catalog.audit.share)
    file.write_text(picture("How often decided values were right", told), encoding="utf-8")
    console.print(f"{cases.height:,} decided values in {len(told)} diagrams: {file}")
