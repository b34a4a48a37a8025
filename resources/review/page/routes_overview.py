"""The queue at a glance, and the help.

Belongs here: the routes, and totals of what the queue tells. Does not belong here: how it is drawn (`charts`, the
templates), what the queue counts.
"""

import datetime as dt
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from catalog_assets.consensus.standing import name_of
from resources.review.metrics import waited
from resources.review.page.charts import HOURS, by_hour
from resources.review.page.rendering import render
from resources.review.page.security import Person, signed_in
from resources.review.page.views import progress_line
from resources.review.words import named

router = APIRouter(include_in_schema=False)
Signed = Annotated[Person, Depends(signed_in)]
LEADS = ("lead", "admin")


@router.get("/overview")
def overview(request: Request, person: Signed) -> Response:
    """How much waits, of which kind, and what was done; of all people for leads, of oneself for others."""
    queue, now = request.app.state.queue, request.app.state.clock()
    by_kind = queue.overview(now)
    leads = person.role in LEADS
    said = shown_words(queue.throughput(_hours_back(now)), None if leads else person.name)
    context: dict[str, Any] = {
        "kinds": [row | {"oldest": waited(row["waits_since"], now)} for row in by_kind.rows(named=True)],
        "totals": totals(by_kind),
        "oldest": waited(by_kind["waits_since"].min(), now),
        "chart": by_hour(hourly(said), now),
        "people": people(said, now) if leads else [],
        "leads": leads,
        "progress": progress_line(queue.progress(person.name, now)),
    }
    return render(request, "overview.html", context)


@router.get("/help")
def help_page(request: Request, person: Signed) -> Response:
    """What the page is for, and its keys."""
    return render(request, "help.html", {})


def _hours_back(now: dt.datetime) -> dt.datetime:
    return now.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=HOURS - 1)


def shown_words(throughput: pl.DataFrame, person: str | None) -> pl.DataFrame:
    """Words by hour and person (THROUGHPUT), those of one person where one is named, under the name as it is signed."""
    if person is None:
        return throughput
    return throughput.filter(name_of(pl.col("person")) == named(person))


def hourly(said: pl.DataFrame) -> dict[dt.datetime, int]:
    """Words by hour."""
    return dict(said.group_by("hour").agg(pl.col("words").sum()).rows())


def people(said: pl.DataFrame, now: dt.datetime) -> list[dict[str, Any]]:
    """person, words, hours with any, last hour; most first."""
    each = said.group_by("person").agg(
        pl.col("words").sum(), pl.len().alias("hours"), pl.col("hour").max().alias("last")
    )
    return each.sort("words", "person", descending=[True, False]).rows(named=True)


def totals(by_kind: pl.DataFrame) -> dict[str, int]:
    """The sums over all kinds."""
    names = ("open", "products", "disputed", "escalated", "lent")
    return {name: int(by_kind[name].sum()) for name in names}
