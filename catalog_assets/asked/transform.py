"""From what is known and what was replied to what is still to be asked, and to proposals.

Belongs here: frames in, frames out: who is asked about what, what of it is open, and what findings come to. Does not
belong here: the journal (`journal.py`), sending (`asking.py`), and what a reply says (`enriched/prompting`).
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.asked.rungs import Rung
from catalog_assets.digests import digest
from catalog_assets.drawing import drawn
from catalog_assets.enriched.prompting.asking import QUESTIONS, applied, narrowed, questions
from catalog_assets.enriched.protocol import ANSWERS, Answers
from catalog_assets.sameness import said
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.columns import MODEL_FINDINGS, MODEL_PROPOSALS

MOST_TRIES = 2
"""So often a content is asked about: with others, then by itself. A reply that cannot be read is paid for too."""

AT_ONCE = 50_000
"""Contents for which questions are worked out together: bounds memory, changes nothing."""

TOLD = pl.Schema(
    {
        "custom_id": pl.String(),
        "content_hash": pl.String(),
        "local_id": pl.String(),
        "asked": pl.List(pl.String),
        "status": pl.String(),
        "why": pl.String(),
    }
)
"""One content of one request that has a reply: the reply's status, and why there is no answer where there is none."""

FINDINGS = pl.Schema(
    {name: MODEL_FINDINGS.schema[name] for name in ("custom_id", "content_hash", "proposals", "refused")}
)
"""What a reply comes to for a content."""

OPEN = pl.Schema({**QUESTIONS, "tries": pl.UInt32()})
"""A question that is still to be asked, and how often its content was in vain."""

UNANSWERED = "not_answered"
"""The rule of `enriched/prompting/parsing.py` for a content that a reply leaves out."""
WITHHELD = "order_in_source"
"""The rule of `enriched/prompting/asking.py` for a content that no model is shown."""
GIVEN_UP = "no_readable_answer"
READ = ("answered", "malformed")
"""Statuses of replies that are checked: also what is not of the schema's form may hold answers about some products."""

REFUSED = pl.Schema(
    {
        "record_id": pl.String(),
        "rule": pl.String(),
        "message": pl.String(),
        "payload": pl.String(),
    }
)


SUPERSEDED = pl.Schema({"record_id": pl.String(), "into": pl.String()})


def value_id() -> pl.Expr:
    """The id of a value that a reply offers. Columns: custom_id, content_hash, attribute."""
    return pl.concat_str("custom_id", "content_hash", "attribute", separator=":")


@dataclass(frozen=True)
class Standing:
    """Where the questions of a rung stand: proposals (`MODEL_PROPOSALS` but day and run_id), those that are open
    (OPEN), what was refused or given up (REFUSED), and values in whose place another reply speaks (SUPERSEDED).
    `offered`: the ids of all values that replies offer, counted before any is chosen."""

    proposals: pl.DataFrame
    open: pl.DataFrame
    refused: pl.DataFrame
    superseded: pl.DataFrame
    offered: pl.Series


def standing(
    rung: Rung, contents: pl.DataFrame, known: Answers, told: pl.DataFrame, findings: pl.DataFrame, accept: float
) -> Standing:
    """Where a rung's questions stand. contents: QUESTION_SCHEMA, distinct; known: what others say of them; told: TOLD;
    findings: FINDINGS of those that could be read; accept: from which confidence on something is known."""
    refused = findings.select("custom_id", "content_hash", "refused").explode("refused").drop_nulls("refused")
    faults = refused.unnest("refused")
    silent = faults.filter(pl.col("rule") == UNANSWERED).select("custom_id", "content_hash")
    vain = _vain(told, silent)
    withheld = told.filter(pl.col("status") == "withheld")
    left = _left(rung, contents, known, told.join(vain, on=["custom_id", "content_hash"], how="anti"), accept)
    tries = vain.group_by("content_hash").agg(pl.len().alias("tries"))
    waiting = _numbered(left.join(tries, on="content_hash", how="left").with_columns(pl.col("tries").fill_null(0)))
    given_up = waiting.filter(pl.col("tries") >= MOST_TRIES)
    offered = _offered(findings)
    proposals = _proposals(offered, rung)
    return Standing(
        proposals,
        waiting.filter(pl.col("tries") < MOST_TRIES).select(OPEN.names()),
        pl.concat(
            [_claims(faults.filter(pl.col("rule") != UNANSWERED)), _stopped(withheld), _abandoned(given_up, vain, told)]
        ),
        _superseded(offered, proposals),
        offered.select(value_id()).to_series(),
    )


def asked_about(rung: Rung, contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
    """WANTED: what a rung is asked about these contents."""
    mine = contents if rung.share >= 1 else contents.filter(drawn(pl.col("content_hash"), rung.share))
    return disputed(mine, known, accept) if rung.disputed else rung.purpose.wanted(mine, known, accept)


def disputed(contents: pl.DataFrame, known: Answers, accept: float) -> pl.DataFrame:
    """WANTED: contents with an attribute for which proposals differ (what a supplier states is one of them), and these
    attributes."""
    stated = contents.select("content_hash", "attributes").explode("attributes").drop_nulls("attributes")
    stating = stated.unnest("attributes").select("content_hash", pl.col("name").alias("attribute"), "value")
    proposed = known.rows.filter(pl.col("attribute").is_in(list(ATTRIBUTES)))
    both = pl.concat([stating, proposed.select("content_hash", "attribute", "value")])
    alike = both.with_columns(said(both, by=["content_hash"])).group_by("content_hash", "attribute")
    differ = alike.agg(pl.col("said").n_unique()).filter(pl.col("said") > 1)
    rows = applied(contents.join(differ, on="content_hash", how="semi"), known, accept)
    one = differ.select("content_hash", pl.col("attribute").alias("asked"))
    asked = rows.select("content_hash", "asked").explode("asked")
    return narrowed(rows, asked.join(one, on=["content_hash", "asked"], how="semi", maintain_order="left"))


def _vain(told: pl.DataFrame, silent: pl.DataFrame) -> pl.DataFrame:
    """Requests that brought no answer about a content: custom_id, content_hash."""
    unread = told.filter(~pl.col("status").is_in([*READ, "withheld"])).select("custom_id", "content_hash")
    return pl.concat([unread, silent]).unique()


def _left(rung: Rung, contents: pl.DataFrame, known: Answers, answered: pl.DataFrame, accept: float) -> pl.DataFrame:
    """QUESTIONS about what is asked and was neither answered nor withheld; worked out for some contents at a time, for
    each has twenty rows on the way."""
    parts = [QUESTIONS.to_frame()]
    for some in contents.iter_slices(AT_ONCE):
        told = Answers(
            known.rows.join(some.select("content_hash"), on="content_hash", how="semi", maintain_order="left")
        )
        mine = answered.join(some.select("content_hash"), on="content_hash", how="semi")
        parts.append(_left_of(asked_about(rung, some, told, accept), mine, rung))
    return pl.concat(parts).sort("content_hash")


def _left_of(asked: pl.DataFrame, answered: pl.DataFrame, rung: Rung) -> pl.DataFrame:
    covered = answered.select("content_hash", "asked").explode("asked").unique()
    left = asked.select("content_hash", "asked").explode("asked").join(
        covered, on=["content_hash", "asked"], how="anti", maintain_order="left"
    )  # fmt: skip
    return questions(narrowed(asked, left), rung.prompt, rung.model)


def _numbered(waiting: pl.DataFrame) -> pl.DataFrame:
    """What is asked again is another question: its reply has a name of its own."""
    again = digest(pl.col("question_hash"), pl.col("tries").cast(pl.String))
    return waiting.with_columns(
        pl.when(pl.col("tries") > 0).then(again).otherwise("question_hash").alias("question_hash")
    )


def _offered(findings: pl.DataFrame) -> pl.DataFrame:
    """Every value that a reply offers, one a row."""
    rows = findings.select("custom_id", "content_hash", "proposals").explode("proposals").drop_nulls("proposals")
    return rows.unnest("proposals")


def _superseded(offered: pl.DataFrame, proposals: pl.DataFrame) -> pl.DataFrame:
    """SUPERSEDED: what another reply about the same content and attribute speaks in the place of."""
    unit = ["content_hash", "attribute"]
    others = offered.join(proposals, on=["custom_id", *unit], how="anti").select("custom_id", *unit)
    chosen = proposals.select(*unit, value_id().alias("into"))
    return others.join(chosen, on=unit).select(value_id().alias("record_id"), "into").sort("record_id")


def _proposals(offered: pl.DataFrame, rung: Rung) -> pl.DataFrame:
    """Proposals, one an attribute and content: where several replies speak, that of the first request by its id."""
    each = offered.sort("content_hash", "attribute", "custom_id")
    first = each.unique(["content_hash", "attribute"], keep="first", maintain_order=True)
    columns = [name for name in MODEL_PROPOSALS.columns if name not in ("day", "run_id")]
    return first.with_columns(pl.lit(rung.in_use).alias("in_use")).select(columns)


def _claims(faults: pl.DataFrame) -> pl.DataFrame:
    """Parts of replies that do not count."""
    number = pl.int_range(pl.len()).over("custom_id", "content_hash", "attribute", "rule").cast(pl.String)
    parts = ("custom_id", "content_hash", "attribute", "rule")
    ids = pl.concat_str(*parts, number, separator=":", ignore_nulls=True).alias("record_id")
    return faults.sort(*parts, "payload").select(ids, "rule", "message", "payload")


def _stopped(withheld: pl.DataFrame) -> pl.DataFrame:
    rows = withheld.unique(["custom_id", "content_hash"]).sort("custom_id", "content_hash")
    return rows.select(
        pl.concat_str("custom_id", "content_hash", separator=":").alias("record_id"),
        pl.lit(WITHHELD).alias("rule"), pl.col("why").alias("message"), pl.col("content_hash").alias("payload"),
    )  # fmt: skip


def _abandoned(given_up: pl.DataFrame, vain: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Contents about which no reply could be read."""
    last = vain.join(told, on=["custom_id", "content_hash"]).sort("content_hash", "custom_id").group_by("content_hash")
    why = last.agg(pl.col("status").str.join(", ").alias("statuses"))
    told_of = pl.format(
        "No reply about this product could be read ({}): a person should look at it.", pl.col("statuses").fill_null("")
    )
    return given_up.join(why, on="content_hash", how="left").sort("content_hash").select(
        pl.col("question_hash").alias("record_id"), pl.lit(GIVEN_UP).alias("rule"),
        told_of.alias("message"),
        pl.col("name").alias("payload"),
    )  # fmt: skip


def for_enrichment(proposals: pl.DataFrame) -> pl.DataFrame:
    """ANSWERS out of MODEL_PROPOSALS: those in use."""
    return proposals.filter("in_use").select(ANSWERS.names())
