"""What was asked of language models and what they replied, as it is kept.

Belongs here: reading and writing the journal of questions, replies and batches, and what replies come to by the rules
of today, worked out once. Does not belong here: sending (`asking.py`), and what follows (`transform.py`).

The journal is only added to. A question is kept before it is sent and a reply before anything is made of it, so that
whoever is killed has asked for nothing that is forgotten.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from catalog_assets.asked.rungs import Rung
from catalog_assets.asked.transform import FINDINGS, READ, TOLD
from catalog_assets.digests import digest
from catalog_assets.enriched.prompting.asking import QUESTIONS, Request
from catalog_assets.enriched.prompting.checking import Checked
from catalog_assets.enriched.prompting.schema import LOCAL_IDS
from catalog_assets.enriched.protocol import ANSWERS, Answers
from catalog_assets.stages import World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.columns import MODEL_QUESTIONS, MODEL_REPLIES
from catalog_assets.vocabulary.version import VERSION as VOCABULARY

RECEIVED = ("answered", "malformed", "truncated", "refused", "withheld")
"""Statuses of what came and is not asked for again as it is; the others are tried another time."""
CHECKING = (
    "asked/journal.py", "asked/purposes.py", "digests.py", "enriched/prompting",
    *(f"enriched/{name}.py" for name in ("content", "description", "patterns", "quantities", "words")),
    *(f"standardized/{name}.py" for name in ("language", "numbers", "text", "units")),
)  # fmt: skip
"""What decides what a reply comes to."""
AT_ONCE = 2_000
"""Requests that are checked, or kept, together: bounds memory, changes nothing."""
KEY = ["custom_id", "content_hash"]
FIELDS = {
    "proposals": [name for name in ANSWERS.names() if name != "content_hash"],
    "refused": ["attribute", "rule", "message", "payload"],
}
PLACES = {name: place for place, name in enumerate(LOCAL_IDS)}


def checker() -> str:
    """The version of the rules that replies are checked by."""
    return f"{code_version(*CHECKING)}-{VOCABULARY}"


def told(world: World, rung: Rung, contents: pl.DataFrame) -> pl.DataFrame:
    """TOLD about these contents, and which reply it is (a hash of its text). contents: content_hash."""
    asked = world.lake.scan("model_questions", model_version=rung.version).join(
        contents.lazy().select("content_hash"), on="content_hash", how="semi"
    )
    rows = asked.join(_replies(world, rung.version), on="custom_id").select(
        *(name for name in TOLD if name != "why"),
        "reply",
        pl.when(pl.col("status") == "withheld").then("text").alias("why"),
    )
    return rows.collect().unique(KEY, keep="any").sort("custom_id", "content_hash")


def _replies(world: World, version: str) -> pl.LazyFrame:
    """The first received reply of each request."""
    rows = _received(world, version)
    return rows.sort("received_at", "request_id", "text").unique("custom_id", keep="first", maintain_order=True)


def _received(world: World, version: str) -> pl.LazyFrame:
    rows = world.lake.scan("model_replies", model_version=version).filter(pl.col("status").is_in(RECEIVED))
    return rows.with_columns(digest(pl.col("text")).alias("reply"))


def findings(
    world: World, rung: Rung, told: pl.DataFrame, contents: pl.DataFrame, known: Answers, run_id: str, checked_by: str
) -> pl.DataFrame:
    """FINDINGS of the replies that can be read, by the rules of today. contents: QUESTION_SCHEMA, of all of `told`;
    known: what others say of them; checked_by: names the rules, and what else they go by."""
    read = told.filter(pl.col("status").is_in(READ))
    stored = _stored(world, read, checked_by)
    missing = read.join(stored, on=KEY, how="anti")
    if missing.is_empty():
        return stored
    with world.lock("model-findings"):
        missing = missing.join(_stored(world, read, checked_by), on=KEY, how="anti")
        ids = missing["custom_id"].unique().sort()
        for start in range(0, len(ids), AT_ONCE):
            part = missing.filter(pl.col("custom_id").is_in(ids[start : start + AT_ONCE].implode()))
            rows = _found(world, rung, part, contents, known)
            stamp = (pl.lit(checked_by).alias("checker"), pl.lit(run_id).alias("run_id"))
            named = rows.join(part.select(*KEY, "reply"), on=KEY, maintain_order="left")
            world.lake.append("model_findings", named.with_columns(*stamp))
    return _stored(world, read, checked_by)


def _stored(world: World, read: pl.DataFrame, checked_by: str) -> pl.DataFrame:
    rows = world.lake.scan("model_findings", checker=checked_by).select(*FINDINGS.names(), "reply")
    mine = rows.join(read.lazy().select(*KEY, "reply"), on=[*KEY, "reply"], how="semi")
    return mine.drop("reply").collect().unique(KEY, keep="any").sort("custom_id", "content_hash")


def _found(world: World, rung: Rung, told: pl.DataFrame, contents: pl.DataFrame, known: Answers) -> pl.DataFrame:
    """FINDINGS of the replies about these contents, checked now."""
    texts = _received(world, rung.version).select("custom_id", "reply", "text").unique()
    mine = texts.join(told.lazy(), on=["custom_id", "reply"], how="semi").sort("custom_id").collect()
    asked = (
        told.drop("reply")
        .join(contents, on="content_hash")
        .with_columns(pl.lit(None, pl.String).alias("category"), pl.lit("").alias("question_hash"))
    )
    frames = asked.partition_by("custom_id", as_dict=True)
    replies = [(str(text), _request(str(name), rung, frames[(name,)])) for name, _, text in mine.iter_rows()]
    of_all = world.lake.scan("model_questions", model_version=rung.version).join(
        told.lazy().select("custom_id").unique(), on="custom_id", how="semi"
    )
    sizes = of_all.group_by("custom_id").agg(pl.len().alias("size"), pl.min("content_hash").alias("first")).collect()
    return found(rung.purpose.check(replies, known), told, sizes)


def _request(custom_id: str, rung: Rung, asked: pl.DataFrame) -> Request:
    """The request as far as a reply is checked against it: those of its products that stand on the day."""
    return Request(custom_id, rung.model, rung.prompt, {}, "", asked.select(*QUESTIONS.names(), "local_id"))


def found(checked: Checked, told: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """FINDINGS: a row for each of TOLD, also where nothing came of it. sizes: custom_id, size (its products) and
    first (the content that is first among them).

    What is wrong with a reply as a whole is told of its first product, whichever of them stand on the day: so the same
    is found whichever day is looked at first. What it says of products that were asked about and do not stand here any
    more is nobody's fault.
    """
    own = told.select(KEY).unique().sort(KEY)
    of_one = checked.refused.drop_nulls("content_hash")
    of_all = checked.refused.filter(pl.col("content_hash").is_null()).join(sizes, on="custom_id", how="left")
    place = pl.col("local_id").replace_strict(PLACES, default=None, return_dtype=pl.Int64)
    elsewhere = (pl.col("rule") == "unknown_product") & (place < pl.col("size")).fill_null(False)
    whole = of_all.filter(~elsewhere).with_columns(pl.col("first").alias("content_hash"))
    refused = pl.concat([of_one, whole.select(of_one.columns)])
    rows = own.join(_listed(checked.proposals, "proposals"), on=KEY, how="left", maintain_order="left")
    return rows.join(_listed(refused, "refused"), on=KEY, how="left").with_columns(
        pl.col("proposals").fill_null([]), pl.col("refused").fill_null([])
    )


def _listed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """custom_id, content_hash and the rows of each as a list, in their order."""
    fields = FIELDS[name]
    return rows.sort(*KEY, *fields).group_by(KEY, maintain_order=True).agg(pl.struct(fields).alias(name))


@dataclass(frozen=True)
class Kept:
    """A request, its bytes, and where its answer is cut off (tokens)."""

    request: Request
    size: int
    max_tokens: int


def keep_questions(world: World, requests: Sequence[Kept], at: dt.datetime, run_id: str) -> None:
    """Keep what is about to be sent. What was kept before under the same name is the same question, and kept once."""
    if not requests:
        return
    facts = pl.DataFrame([_facts(each) for each in requests])
    parts = [_rows(requests[start : start + AT_ONCE]) for start in range(0, len(requests), AT_ONCE)]
    rows = pl.concat(parts).join(facts, on="custom_id", maintain_order="left").with_columns(
        pl.lit(at, MODEL_QUESTIONS.schema["asked_at"]).alias("asked_at"), pl.lit(run_id).alias("run_id")
    )  # fmt: skip
    versions = rows["model_version"].unique().to_list()
    known = [world.lake.scan("model_questions", model_version=version).select("custom_id") for version in versions]
    fresh = rows.join(pl.concat(known).unique().collect(), on="custom_id", how="anti")
    if fresh.height:
        world.lake.append("model_questions", fresh)


def _rows(requests: Sequence[Kept]) -> pl.DataFrame:
    """The questions of some requests. A frame of one row takes kilobytes, and there may be a hundred thousand."""
    asked = [each.request.questions.select("question_hash", "content_hash", "local_id", "asked") for each in requests]
    ids = [each.request.custom_id for each in requests for _ in range(each.request.questions.height)]
    return pl.concat(asked, rechunk=True).with_columns(pl.Series("custom_id", ids, pl.String))


def _facts(kept: Kept) -> dict[str, Any]:
    request = kept.request
    return {
        "custom_id": request.custom_id, "model": request.model, "prompt_name": request.prompt.name,
        "prompt_version": request.prompt.version, "model_version": request.model_version, "size": kept.size,
        "max_tokens": kept.max_tokens,
    }  # fmt: skip


def keep_replies(world: World, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep replies as received. rows: the columns of MODEL_REPLIES."""
    if rows:
        world.lake.append("model_replies", pl.DataFrame(rows, schema=MODEL_REPLIES.schema))


def spent(world: World, since: dt.datetime) -> Decimal:
    """USD for replies that came since, with what may have been billed unseen."""
    rows = world.lake.scan("model_replies").filter(pl.col("received_at") >= since)
    return Decimal(str(rows.select((pl.col("cost") + pl.col("unseen")).sum()).collect().item() or 0))


def received(world: World) -> int:
    """How many replies there are that count, of all models."""
    rows = world.lake.scan("model_replies").filter(pl.col("status").is_in(RECEIVED))
    return int(rows.select(pl.len()).collect().item())


def count(world: World, status: str, since: dt.datetime) -> int:
    """Replies with a status that came since."""
    rows = world.lake.scan("model_replies").filter(pl.col("received_at") >= since, pl.col("status") == status)
    return int(rows.select(pl.len()).collect().item())


def paid_per_thousand(world: World) -> float:
    """USD that a thousand distinct contents have cost so far, with what may have been billed unseen."""
    contents = world.lake.scan("model_questions").select(pl.col("content_hash").n_unique()).collect().item()
    everything = float(spent(world, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)))
    return 1000 * everything / contents if contents else 0.0
