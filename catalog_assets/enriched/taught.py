"""What a reader is taught from a catalogue as it stands, and its release.

Belongs here: reading the texts and decisions that teach, and putting a trained reader into force. Does not belong here:
what is made of them (`teaching.py`), and what a reader answers (`learned.py`).
"""

import datetime as dt
from typing import Any

import polars as pl

from catalog_assets.consensus.release import newest_trust
from catalog_assets.drawing import drawn
from catalog_assets.enriched.learned import RELEASE
from catalog_assets.enriched.protocol import QUESTION_SCHEMA, questions
from catalog_assets.releases import Release, Statement, put_in_force
from catalog_assets.stages import World, marks

UPSTREAM = "matched_products"


def trained(world: World, seed: int, first: dt.date, by: str, now: dt.datetime) -> tuple[Release, dict[str, Any]]:
    """A reader trained on the catalogue and put into force from a day; the release and its facts. The same data and
    seed for the same day state nothing twice. Raises TooLittleToLearn."""
    from catalog_assets.enriched.teaching import train  # late: SciPy and XGBoost load slowly

    learned = train(standing_contents(world), teaching_decisions(world), seed)
    stated = Statement(RELEASE, learned.version, learned.to_bytes(), first, by, f"trained with seed {seed}")
    return put_in_force(world, stated, now), dict(learned.facts)


def standing_contents(world: World) -> pl.DataFrame:
    """The distinct contents of live products of all days that are done: what a reader can be taught from."""
    days = marks(world, [UPSTREAM]).filter("balanced")["day"].to_list()
    rows = world.lake.scan(UPSTREAM).filter(pl.col("day").is_in(days), pl.col("status") == "live")
    return questions(rows.select("status", *QUESTION_SCHEMA.names()).collect())


def teaching_decisions(world: World) -> pl.DataFrame:
    """What people decided, with what they were asked: what a reader may be taught. What audits draw stays out of it: it
    is to show how good a reader is."""
    return world.review.cases(newest_trust(world)).filter(~drawn(pl.col("question_id"), world.catalog.audit.share))
