"""Sending what is open to language models, within money and time, and keeping what comes back.

Belongs here: one run of asking about a day: collecting batches, estimating, choosing the way, sending, keeping. Does
not belong here: which questions stand (`stage.py`), connections and retries (`resources/language_model`), and the
journal's tables (`journal.py`).

This is the one place of the catalogue that spends money. One process asks at a time; the day's own run never waits for
it: what comes back makes the day stale, and it is run again.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from catalog_assets.asked import journal
from catalog_assets.asked.batches import collect, hand_in, in_hand, open_batches, reserved
from catalog_assets.asked.stage import OnRung, asked_of, contents_of
from catalog_assets.asked.transport import Prepared, expected_tokens, prepared, reply_in, reply_row, withheld_row
from catalog_assets.configuration import LanguageModel as Settings
from catalog_assets.enriched.prompting.asking import QUESTIONS, Request, withheld
from catalog_assets.stages import Partition, StageError, World, require
from resources import prices as prices_of
from resources.language_model.choose import Way, Window, way
from resources.language_model.protocol import LanguageModelError, Limits
from resources.language_model.spool import Spool

TOGETHER = 500
"""Replies that are written into the journal at once; until then each is in the spool."""
SAME_REPLY = ("custom_id", "request_id", "received_at")
"""What tells two replies apart: one without an id of the service's may come after a failure without one."""
Row = dict[str, Any]
ALONE = 1
"""Characters of a request of one product only: what could not be read with others is asked by itself."""


@dataclass
class Report:
    """What a run of asking did. Money in USD."""

    day: dt.date
    questions: int = 0
    requests: int = 0
    estimate: Decimal = Decimal(0)
    left_today: Decimal = Decimal(0)
    ways: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    cost: Decimal = Decimal(0)
    unseen: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    withheld: int = 0
    per_thousand: float = 0.0
    """USD for a thousand products, of all that were ever asked about."""
    batches: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def before(self) -> str:
        """What was sent in this run and is about to be, in all, and what it costs by rule of thumb."""
        ways = ", ".join(f"{count:,} {way}" for way, count in sorted(self.ways.items()))
        return (
            f"{self.day}: {self.questions:,} questions in {self.requests:,} requests ({ways}), about "
            f"{self.estimate:.4f} USD; {self.left_today:.4f} USD may still be spent"
        )

    def metadata(self) -> dict[str, Any]:
        """What the run's page shows; numbers are drawn as plots over the runs."""
        cost = float(self.cost)
        return {
            "questions": self.questions, "requests": self.requests, "estimate_usd": float(self.estimate),
            "cost_usd": cost, "unseen_usd": float(self.unseen), "reserved_usd": float(self.reserved),
            "cost_usd_per_1000_products": round(self.per_thousand, 6),
            "input_tokens": self.input_tokens, "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens, "withheld": self.withheld, "replies": dict(self.statuses),
            "batches": self.batches,
        }  # fmt: skip

    def sentence(self) -> str:
        """What there is to say about it, in one line."""
        told = (
            ", ".join(f"{count:,} {status}" for status, count in sorted(self.statuses.items())) or "nothing came back"
        )
        return (
            f"{self.day}: {self.questions:,} questions in {self.requests:,} requests, estimated at "
            f"{self.estimate:.4f} USD; {told}; paid {self.cost:.4f} USD"
        )


def spool_of(world: World) -> Spool:
    """Where replies are on their way into the journal."""
    return Spool(world.catalog.home_path / "spool" / "model_replies.jsonl")


def ask(
    world: World,
    partition: Partition,
    run_id: str,
    now: Callable[[], dt.datetime],
    tell: Callable[[Report], None] = lambda report: None,
    step: Callable[[int], None] = lambda done: None,
) -> Report:
    """Ask about all that is open on a day, as far as money and time go. `tell` hears the estimate before anything is
    sent, `step` of each reply. Raises StageError without a configured model, LanguageModelError where none answers.
    """  # fmt: skip
    settings = world.catalog.models.language
    if settings is None or world.model is None:
        raise StageError("No language model is configured: set models.language in the catalogue's configuration.")
    require(world, "matched_products", partition)
    report = Report(partition.day)
    with world.lock("language-model"):
        run = _Run(world, settings, run_id, now, report, tell, step)
        run.absorb()
        run.collect()
        contents = contents_of(world, partition)
        for _ in asked_of(world, partition, contents, run_id, run.send):
            pass
    report.per_thousand = journal.paid_per_thousand(world)
    if report.unread:
        raise LanguageModelError(f"{report.sentence()}. What could not be looked at stays open: {report.unread}")
    return report


def asking_pays(world: World, partition: Partition, now: dt.datetime) -> bool:
    """Whether something of the day is open that stands in no batch, and money is left today."""
    fates = world.lake.scan("record_fates", stage="model_proposals", day=partition.day)
    opened = fates.filter(pl.col("fate") == "pending").select(pl.col("record_id").alias("question_hash"))
    waiting = open_batches(world).lazy().select("custom_id")
    held = world.lake.scan("model_questions").join(waiting, on="custom_id", how="semi").select("question_hash")
    left = opened.join(held, on="question_hash", how="anti").select(pl.len()).collect().item()
    settings = world.catalog.models.language
    return bool(left) and settings is not None and money_left(world, settings, now) > 0


def money_left(world: World, settings: Settings, now: dt.datetime) -> Decimal:
    """USD that may still be spent in this UTC day."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Decimal(str(settings.budget_day)) - journal.spent(world, today) - reserved(world)


@dataclass
class _Run:
    """What one run of asking shares."""

    world: World
    settings: Settings
    run_id: str
    now: Callable[[], dt.datetime]
    report: Report
    tell: Callable[[Report], None]
    step: Callable[[int], None]

    def absorb(self) -> None:
        """Into the journal with what an earlier run received and could not keep there."""
        spool = spool_of(self.world)
        found = [reply_in(line) for line in spool.rows()]
        rows = [row for row in found if row is not None]
        known = self.world.lake.scan("model_replies").select(SAME_REPLY).collect()
        there = set(known.iter_rows())
        journal.keep_replies(self.world, [row for row in rows if tuple(row[name] for name in SAME_REPLY) not in there])
        if len(rows) == len(found):
            spool.clear()
        else:
            spool.set_aside()  # what somebody else wrote may be an answer that was paid for: a person may look

    def collect(self) -> None:
        """Take the replies of batches that have ended, and give up those that are late."""
        hours, unread = self.settings.window_hours, self.report.unread
        for rows in collect(self.world, self._window(), hours, self.run_id, self.now(), unread):
            self._count(rows)
            journal.keep_replies(self.world, rows)

    def send(self, asked: OnRung) -> None:
        """Send what is open of a rung."""
        opened = asked.standing.open.join(in_hand(self.world, asked.rung.version), on="content_hash", how="anti")
        shown, refused = withheld(opened.select(QUESTIONS.names()))
        self._withhold(asked, opened, refused)
        tried = opened.filter(pl.col("tries") > 0).select("question_hash")
        prompt, model = asked.rung.prompt, asked.rung.model
        first = shown.join(tried, on="question_hash", how="anti")
        again = shown.join(tried, on="question_hash", how="semi")
        requests, known = asked.rung.purpose.requests, asked.known
        built = [*requests(first, known, prompt, model), *requests(again, known, prompt, model, ALONE)]
        if built:
            self._send([prepared(each) for each in built], shown.height)

    def _send(self, made: Sequence[Prepared], questions: int) -> None:
        chosen = self._way(len(made))
        prices = prices_of(self.world.catalog)
        each = expected_tokens(self.world, made[0].asked.model_version)
        batch = chosen == "batch"
        money = self._money()
        report = self.report
        report.questions += questions
        report.requests += len(made)
        report.ways[chosen] += len(made)
        report.left_today = money
        report.estimate += sum(
            (prices.estimate(one.request, each * one.asked.questions.height, batch) for one in made), Decimal(0)
        )
        self.tell(report)
        if batch:
            names, reserved_now = hand_in(self.world, made, money, self.run_id, self.now())
            report.batches += names
            report.reserved += reserved_now
        else:
            self._one_by_one(made, money)

    def _one_by_one(self, made: Sequence[Prepared], money: Decimal) -> None:
        assert self.world.model is not None
        journal.keep_questions(self.world, [one.kept for one in made], self.now(), self.run_id)
        version = {one.request.custom_id: one.asked.model_version for one in made}
        limits = Limits(self.settings.window_hours * 3600, money, self.settings.concurrency)
        spool = spool_of(self.world)
        kept: list[Row] = []
        try:
            for reply in self.world.model.ask((one.request for one in made), limits):
                row = reply_row(reply, version[reply.custom_id], None, self.now(), self.run_id)
                kept.append(row)  # before it is on the disk: on one that is full, it still comes into the journal
                spool.keep({**row, "received_at": row["received_at"].isoformat()})
                self._count([row])
                if len(kept) == TOGETHER:
                    kept = self._kept(kept, spool)
        finally:
            self._kept(kept, spool)

    def _kept(self, rows: list[Row], spool: Spool) -> list[Row]:
        journal.keep_replies(self.world, rows)
        spool.clear()
        return []

    def _withhold(self, asked: OnRung, opened: pl.DataFrame, refused: pl.DataFrame) -> None:
        """What gives orders to its reader is not sent; that it was not is kept as its reply."""
        if refused.is_empty():
            return
        at, version = self.now(), asked.rung.version
        rows = opened.join(refused.select("content_hash", "message"), on="content_hash")
        named = [
            Request(f"held{row['question_hash']}", asked.rung.model, asked.rung.prompt, {}, "",
                    rows[place : place + 1].select(QUESTIONS.names()).with_columns(pl.lit("p1").alias("local_id")))
            for place, row in enumerate(rows.iter_rows(named=True))
        ]  # fmt: skip
        journal.keep_questions(self.world, [journal.Kept(each, 0, 0) for each in named], at, self.run_id)
        told = [
            withheld_row(each.custom_id, version, message, at, self.run_id)
            for each, message in zip(named, rows["message"], strict=True)
        ]
        journal.keep_replies(self.world, told)
        self.report.withheld += len(told)

    def _way(self, size: int) -> Way:
        if self.settings.way != "auto":
            return self.settings.way
        since = self.now() - dt.timedelta(hours=self.settings.window_hours)
        if journal.count(self.world, "expired", since):
            return "messages"  # a batch was late: no time is left to wait for another
        return way(size, self.settings.window_hours * 3600, self._window())

    def _window(self) -> Window:
        return Window(self.settings.requests_a_minute)

    def _money(self) -> Decimal:
        """What this run may still spend."""
        left = money_left(self.world, self.settings, self.now())
        own = Decimal(str(self.settings.budget_run)) - self.report.cost - self.report.unseen - self.report.reserved
        return max(Decimal(0), min(left, own))

    def _count(self, rows: Sequence[Row]) -> None:
        report = self.report
        for row in rows:
            report.statuses[str(row["status"])] += 1
            report.cost += Decimal(str(row["cost"]))
            report.unseen += Decimal(str(row["unseen"]))
            report.input_tokens += row["input_tokens"]
            report.output_tokens += row["output_tokens"]
            report.cached_tokens += row["cache_read"]
        self.step(len(rows))
