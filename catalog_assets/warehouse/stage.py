"""What the loading stage reads and writes: the current catalogue and its aliases.

Belongs here: loading one day's changes by key, whichever order the days are loaded in. Does not belong here: dbt
(`assets.py`).
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

import polars as pl

from catalog_assets.configuration import fingerprint
from catalog_assets.stages import REREADS, Outcome, Partition, Stage, StageError, World, mark, marks, require
from catalog_assets.versions import code_version
from catalog_assets.warehouse.contract import CatalogProducts, ProductAliases
from catalog_assets.warehouse.transform import AliasChanges, alias_changes, current, lost, offers_of, published

NAME, UPSTREAM = "catalog_products", "validated_products"


def inputs(world: World, partition: Partition) -> str:
    """The day's validated products; and days that the last load had to leave out, once they are done."""
    before = mark(world, NAME, partition)
    left_out = json.loads(before["details"]).get("left_out", []) if before else []
    done = sorted(set(left_out) - set(_open_days(world)))
    return _input(world, partition, done)


def _input(world: World, partition: Partition, done: Sequence[str]) -> str:
    validated = require(world, UPSTREAM, partition)["output_fingerprint"]
    return fingerprint(validated, code_version("warehouse"), list(done))


def run(world: World, partition: Partition, run_id: str) -> Outcome:
    """The day's products as they would stand were no later day loaded; `commit` sets them against the others."""
    require(world, UPSTREAM, partition)
    left_out = _open_days(world)
    rows = world.lake.read(UPSTREAM, day=partition.day)
    ended = rows.filter(pl.col("status") != "live").select(
        pl.col("product_key").alias("record_id"),
        pl.when(pl.col("status") == "merged").then(pl.lit("merged")).otherwise(pl.lit("skipped")).alias("fate"),
        pl.col("status").alias("reason"),
        pl.col("merged_into").alias("into"),
        pl.lit(None, pl.String).alias("product_id"),
    )
    live = current(rows)
    return Outcome(
        rows["product_key"],
        {"catalog_products": live},
        fates=ended,
        details={"live": live.height, "left_out": left_out},
        # As if nothing had been left out: when one of these days is done, this load is stale.
        inputs=_input(world, partition, []),
    )


def _open_days(world: World) -> list[str]:
    """Days whose validated rows are being written, were left behind by a kill, or break their contract."""
    found = marks(world, [UPSTREAM])
    return [day.isoformat() for day in found.filter(~pl.col("balanced"))["day"].to_list()]


def commit(world: World, partition: Partition, outcome: Outcome, run_id: str) -> None:
    """Load the products that the day touches, each as of its latest day. Aliases first: a key that vanishes from the
    catalogue is known only by its row there."""
    rows = _finished(world, outcome.details["left_out"])
    mine = world.lake.scan("catalog_products", day=partition.day).select("product_key").collect()["product_key"]
    keys = pl.concat([mine, outcome.received, _missing(world, partition, rows)]).unique()
    settled = _settled_rows(world, partition, rows, keys, outcome.details["left_out"])
    live = current(settled)
    gone = keys.to_frame("product_key").join(live, on="product_key", how="anti")["product_key"]
    stamp = pl.lit(run_id).alias("run_id")
    ended, changes = _aliases(world, live, gone, published(settled))
    world.lake.merge("ended_products", ended.with_columns(stamp), pl.Series([], dtype=pl.String))
    world.lake.merge("product_aliases", changes.rows.with_columns(stamp), changes.gone)
    world.lake.merge("catalog_products", live.with_columns(stamp), gone)


def _finished(world: World, left_out: Sequence[str]) -> pl.LazyFrame:
    """Rows of all days but those left out. A day that is being written, was killed or is broken could show rows that
    no finished run ever gave; it holds up no other day."""
    days = [dt.date.fromisoformat(day) for day in left_out]
    return world.lake.scan(UPSTREAM).filter(~pl.col("day").is_in(days))


def _missing(world: World, partition: Partition, finished: pl.LazyFrame) -> pl.Series:
    """Products that stand by a row until the day and are not in the catalogue: a row that ended them, which nothing
    shows any more, was taken back (its delivery was retracted)."""
    rows = finished.filter(pl.col("day") <= partition.day).select("product_key", "day", "status")
    last = rows.group_by("product_key").agg(pl.col("status").sort_by("day").last()).filter(pl.col("status") == "live")
    shown = world.lake.scan("catalog_products").select("product_key")
    return last.join(shown, on="product_key", how="anti").select("product_key").collect()["product_key"]


def _settled_rows(
    world: World, partition: Partition, finished: pl.LazyFrame, keys: pl.Series, left_out: Sequence[str]
) -> pl.DataFrame:
    """Rows of these products on all finished days, none of which was rewritten meanwhile. Raises StageError."""
    for _ in range(REREADS):
        before = marks(world, [UPSTREAM])
        if set(before.filter(~pl.col("balanced"))["day"].cast(pl.String).to_list()) - set(left_out):
            break
        rows = finished.filter(pl.col("product_key").is_in(keys.implode())).collect()
        if marks(world, [UPSTREAM]).equals(before):
            return rows
    raise StageError(f"{NAME} {partition}: {UPSTREAM} was rewritten while it was loaded; run it again.")


def _aliases(
    world: World, live: pl.DataFrame, gone: pl.Series, before: pl.DataFrame
) -> tuple[pl.DataFrame, AliasChanges]:
    """The products that this load ends (product_key, offers), and what it changes about aliases."""
    catalog = world.lake.scan("catalog_products").select("product_key", "offers")
    shown = catalog.filter(pl.col("product_key").is_in(gone.implode())).collect()
    ended = world.lake.read("ended_products").select("product_key", "offers")
    older = before.join(ended, on="product_key", how="anti")
    removed = pl.concat([shown, older]).unique("product_key", keep="first").join(live, on="product_key", how="anti")
    known = world.lake.scan("product_aliases").select("alias_key", "product_key", "reason").collect()
    kept = catalog.select("product_key").filter(~pl.col("product_key").is_in(gone.implode())).collect()["product_key"]
    astray = lost(ended, known, pl.concat([kept, live["product_key"]]))
    seeking = pl.concat([removed, astray]).unique("product_key", keep="first", maintain_order=True)
    homes = offers_of(live)
    if seeking.height:
        staying = catalog.join(live.lazy(), on="product_key", how="anti").filter(
            ~pl.col("product_key").is_in(gone.implode())
        )
        homes = pl.concat([homes, offers_of(staying.collect())])
    return removed, alias_changes(live, seeking, homes, known)


def recount(world: World, partition: Partition) -> Mapping[str, pl.Series]:
    """A live product of the day passes if the catalogue holds it as of this day or a later one, or a later day ended
    it."""
    rows = _finished(world, [day for day in _open_days(world) if day != partition.day.isoformat()]).select(
        "product_key", "day", "status"
    )
    mine = rows.filter(pl.col("day") == partition.day, pl.col("status") == "live").select("product_key")
    last = rows.group_by("product_key").agg(pl.col("status").sort_by("day").last())
    ended = last.filter(pl.col("status") != "live")
    loaded = world.lake.scan("catalog_products").filter(pl.col("day") >= partition.day).select("product_key")
    away = mine.join(loaded, on="product_key", how="anti").join(ended, on="product_key", how="semi")
    passed = pl.concat([mine.join(loaded, on="product_key", how="semi"), away])
    return {"passed": passed.collect()["product_key"]}


STAGE = Stage(
    name=NAME,
    unit="products",
    tables=("catalog_products", "product_aliases"),
    per_source=False,
    upstream=(UPSTREAM,),
    reads=(UPSTREAM,),
    reach="all",
    contracts={"catalog_products": CatalogProducts, "product_aliases": ProductAliases},
    inputs=inputs,
    run=run,
    recount=recount,
    commit=commit,
    exclusive=True,
)
