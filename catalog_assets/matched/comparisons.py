"""What the matched stage reads of pairs: the release in force, the days already compared, what people decided.

Belongs here: reading them, what matching reads of offers, and putting a day's pairs together. Does not belong here:
what a pair is and when it holds (`pairs.py`), and what follows from pairs (`identity.py`).
"""

import datetime as dt
import functools
from dataclasses import dataclass

import polars as pl

from catalog_assets.consensus.release import trust_for
from catalog_assets.matched import pairs as pairing
from catalog_assets.matched.identity import PAIR, Judged
from catalog_assets.matched.matcher import Matcher, from_bytes
from catalog_assets.matched.standing import OFFER_KEY
from catalog_assets.releases import Release, content, in_force, releases
from catalog_assets.stages import World, marks
from catalog_assets.vocabulary.columns import MATCHED_PAIRS
from catalog_assets.vocabulary.verdicts import AFFIRMED
from resources.review.protocol import DECISIONS, decisions_fingerprint

RELEASE = "matcher"
STAGE_NAME = "matched_products"
TEXTS = ("name", "description", "brand", "mpn", "gtin", "price", "currency")
NO_PAIRS = MATCHED_PAIRS.empty().drop("day", "run_id")


@dataclass(frozen=True)
class Era:
    """The release in force on a day. `start`: the first day with offers since it is, without a break. `known`: days
    from then on of which the pairs are there."""

    release: Release
    start: dt.date
    known: tuple[dt.date, ...]


@dataclass(frozen=True)
class Compared:
    """A day's pairs. `table`: those compared on it (MATCHED_PAIRS but day and run_id); `now`, `before`: all that is
    known of pairs at the end of the day and of the day before; `decided`: what people said of them (`decisions_until`);
    `texts`: what the offers say; `notes`: counts for people."""

    table: pl.DataFrame
    now: Judged | None
    before: Judged | None
    decided: pl.DataFrame
    texts: pl.DataFrame
    notes: dict[str, object]


NOTHING = Compared(NO_PAIRS, None, None, pl.DataFrame(schema=DECISIONS), pl.DataFrame(), {})
"""Without a release nothing is compared."""


def era(known: list[Release], day: dt.date, days: list[dt.date], finished: list[dt.date]) -> Era | None:
    """The era of a day; None without a release. `days`: days with offers; `finished`: days whose pairs are there."""
    release = in_force(known, day)
    if release is None:
        return None
    start = day
    for earlier in sorted((d for d in days if d <= day), reverse=True):
        then = in_force(known, earlier)
        # Stated again it is the same release: what it said of a pair holds.
        if then is None or then.version != release.version:
            break
        start = earlier
    return Era(release, start, tuple(d for d in finished if start <= d <= day))


def told(world: World, day: dt.date, days: list[dt.date], decided: pl.DataFrame | None = None) -> tuple[object, ...]:
    """What of releases, earlier days and decisions a day's products hang on; nothing without a release.

    `decided`: the decisions, where they were read already.
    """
    known = releases(world, RELEASE)
    if in_force(known, day) is None:
        return ()
    versions = [(d, release.version) for d in days if (release := in_force(known, d))]
    said = decisions_until(world, days) if decided is None else decided
    return (versions, _finished(world, day).rows(), decisions_fingerprint(said))


def _finished(world: World, day: dt.date) -> pl.DataFrame:
    """day, output_fingerprint of the earlier days that are matched."""
    found = marks(world, [STAGE_NAME]).filter(pl.col("balanced"), pl.col("day") < day)
    return found.select("day", "output_fingerprint").sort("day")


def decisions_until(world: World, days: list[dt.date]) -> pl.DataFrame:
    """Decisions in force on two contents that were both delivered on some of the days: DECISIONS, left_hash,
    right_hash. A person's word is about what two offers say, so it is found by that, whatever a release thinks of the
    pair and whether it is compared at all."""
    cases = world.review.cases(trust_for(world, max(days)) if days else None)
    said = pairing.with_contents(cases.filter(pl.col("asked_kind") == pairing.KIND))
    if said.is_empty():
        return said
    asked = pl.concat([said["left_hash"], said["right_hash"]]).unique()
    rows = world.lake.scan("standardized_products").filter(pl.col("day").is_in(days)).select("match_hash")
    there = rows.filter(pl.col("match_hash").is_in(asked.implode())).unique().collect()["match_hash"].implode()
    return said.filter(pl.col("left_hash").is_in(there), pl.col("right_hash").is_in(there)).sort("question_id")


@functools.lru_cache(maxsize=4)
def _read(data: bytes) -> Matcher:
    return from_bytes(data)


def compared(
    world: World, day: dt.date, days: list[dt.date], rows: pl.DataFrame, now: pl.DataFrame, before: pl.DataFrame
) -> Compared:
    """Compare what came or changed on the day.

    days: days with offers up to the day; rows: every offer row up to it (OFFER_KEY, day, match_hash); now, before:
    offers that stand at the end of the day and of the day before.
    """
    known, finished = releases(world, RELEASE), _finished(world, day)["day"].to_list()
    mine = era(known, day, days, finished)
    if mine is None:
        return NOTHING
    matcher = _read(content(world, RELEASE, mine.release))
    offers = _changed(now, rows)
    due = pairing.due(offers, mine.start, mine.known)
    held = _settled(pairing.holding(_earlier(world, mine), offers, mine.start), offers.filter(due))
    texts = texts_of(world, offers)
    new = pairing.asked(pairing.judge(texts, due, held, matcher), offers, matcher.doubt)
    decided = decisions_until(world, days)
    verdicts = pairing.verdicts(offers, decided)
    judged = _judged(pl.concat([held.select(new.columns), new]), verdicts, matcher.threshold)
    notes: dict[str, object] = {
        "release": matcher.version, "offers_compared": int(due.sum()), "pairs_compared": new.height,
        "pairs_held": held.height,
    }  # fmt: skip
    was = _before(world, [d for d in days if d < day], rows, before, decided)
    return Compared(new, judged, was, decided, texts, notes)


def _before(
    world: World, days: list[dt.date], rows: pl.DataFrame, offers: pl.DataFrame, decided: pl.DataFrame
) -> Judged | None:
    """What is known of pairs at the end of the last of the days."""
    if not days:
        return None
    last = max(days)
    finished = _finished(world, last + dt.timedelta(days=1))["day"].to_list()
    was = era(releases(world, RELEASE), last, days, finished)
    if was is None:
        return None
    matcher = _read(content(world, RELEASE, was.release))
    offers = _changed(offers, rows.filter(pl.col("day") <= last))
    held = pairing.holding(_earlier(world, was), offers, was.start)
    return _judged(held, pairing.verdicts(offers, decided), matcher.threshold)


def _changed(offers: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The offers, sorted, with the day since when they say what they say."""
    return offers.join(pairing.changed_days(rows), on=OFFER_KEY, how="left").sort(OFFER_KEY)


def _earlier(world: World, span: Era) -> pl.DataFrame:
    """The pairs of the days that are known."""
    rows = world.lake.scan("matched_pairs").filter(pl.col("day").is_in(list(span.known)))
    return rows.drop("run_id").collect()


def _settled(held: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    """Without the pairs of offers that are compared anew."""
    for side in ("left", "right"):
        names = {"source": f"{side}_source", "product_id": f"{side}_id"}
        held = held.join(due.select(OFFER_KEY).rename(names), on=list(names.values()), how="anti")
    return held


def texts_of(world: World, offers: pl.DataFrame) -> pl.DataFrame:
    """OFFERS and product_id, gtin: what matching reads of the offers that stand, in their order.

    Prices are comparable within a currency only: those in the one that most offers have are kept.
    """
    where = offers.lazy().select(*OFFER_KEY, "day")
    days = offers["day"].unique().to_list()
    rows = world.lake.scan("standardized_products").filter(pl.col("day").is_in(days))
    told = rows.select(*OFFER_KEY, "day", *TEXTS).join(where, on=[*OFFER_KEY, "day"], how="semi").collect()
    common = told["currency"].drop_nulls().value_counts().sort("count", "currency", descending=[True, False])
    main = common["currency"][0] if common.height else ""
    price = pl.when(pl.col("currency") == main).then(pl.col("price").cast(pl.Float64)).alias("price")
    return told.with_columns(price).sort(OFFER_KEY).with_row_index("offer")


def _judged(judged: pl.DataFrame, verdicts: pl.DataFrame, threshold: float) -> Judged:
    """The pairs, with what people said of them."""
    agreed = pl.col("verdict").is_in(AFFIRMED)
    same, different = (verdicts.filter(which).select(list(PAIR)) for which in (agreed, ~agreed))
    return Judged(judged.select(*PAIR, "probability", "model_version"), same, different, threshold)
