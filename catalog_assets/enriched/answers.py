"""What the embedded enrichers say of contents: asked once for each content and version, and kept.

Belongs here: who they are on a day, asking them about contents that they have not answered yet, and their stored
answers. Does not belong here: rules and readers themselves, what a language model is asked (`asked/`), and how answers
join products (`transform.py`).
"""

import functools

import polars as pl

from catalog_assets.enriched import learned
from catalog_assets.enriched.protocol import ANSWERS, Answers, Enricher
from catalog_assets.releases import content, in_force, releases
from catalog_assets.stages import Partition, World
from catalog_assets.versions import code_version
from catalog_assets.vocabulary.version import VERSION as VOCABULARY

ANSWER_FIELDS = [name for name in ANSWERS.names() if name != "content_hash"]


def told(world: World, partition: Partition, asked: pl.DataFrame, run_id: str) -> tuple[Answers, int]:
    """What all embedded enrichers say of contents (QUESTION_SCHEMA), and how many answers were not kept before."""
    kept, fresh = zip(*(_answered(world, asked, run_id, each) for each in enrichers(world, partition)), strict=True)
    return Answers(pl.concat([_answers(each).rows for each in kept])), sum(fresh)


def versions(world: World, partition: Partition) -> tuple[str, ...]:
    """What decides their answers on the day."""
    reader = in_force(releases(world, learned.RELEASE), partition.day)
    reading = (reader.version, code_version(*learned.READING), VOCABULARY) if reader else ()
    return (world.enricher.name, world.enricher.version, *reading)


def enrichers(world: World, partition: Partition) -> list[Enricher]:
    """Who is asked, in their order: the configured one, which also tells category and description, and the learned
    reader in force."""
    release = in_force(releases(world, learned.RELEASE), partition.day)
    if release is None:
        return [world.enricher]
    return [world.enricher, _reader(content(world, learned.RELEASE, release))]


@functools.lru_cache(maxsize=2)
def _reader(data: bytes) -> Enricher:
    return learned.LearnedEnricher(data)


def _answered(world: World, asked: pl.DataFrame, run_id: str, enricher: Enricher) -> tuple[pl.DataFrame, int]:
    """An enricher's answers to all of these contents, and how many were asked about now. One process asks at a time:
    days that run side by side share contents, and each is asked about once."""
    kept = _kept(world, asked, enricher.version)
    if kept.height == asked.height:
        return kept, 0
    with world.lock(f"answers-{enricher.version}"):
        fresh = asked.join(_kept(world, asked, enricher.version), on="content_hash", how="anti")
        if fresh.height:
            _keep(world, enricher.enrich(fresh), fresh, run_id, enricher.version)
    return _kept(world, asked, enricher.version), fresh.height


def _kept(world: World, asked: pl.DataFrame, version: str) -> pl.DataFrame:
    """Stored answers of this version to these contents, one each. A row of an older form of the table has none."""
    stored = world.lake.scan("model_answers", model_version=version)
    return (
        stored.drop_nulls("answers")
        .join(asked.lazy().select("content_hash"), on="content_hash", how="semi")
        .collect()
        .unique("content_hash", keep="any")
    )


def _keep(world: World, answers: Answers, asked: pl.DataFrame, run_id: str, version: str) -> None:
    """Journal the answers before anything is made of them: what was received is not asked for again."""
    lists = answers.rows.group_by("content_hash").agg(pl.struct(ANSWER_FIELDS).alias("answers"))
    rows = (
        asked.select("content_hash")
        .join(lists, on="content_hash", how="left")
        .with_columns(
            pl.col("answers").fill_null([]),
            pl.lit(version).alias("model_version"),
            pl.lit(run_id).alias("run_id"),
        )
    )
    world.lake.append("model_answers", rows)


def _answers(kept: pl.DataFrame) -> Answers:
    each = kept.select("content_hash", "answers").explode("answers").drop_nulls("answers")
    return Answers(each.unnest("answers").select(ANSWERS.names()))
