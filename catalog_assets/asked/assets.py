"""What language models are asked and what they propose, as assets of the day."""

import datetime as dt
from typing import Any

import dagster as dg

from catalog_assets.asked.stage import STAGE, asks
from catalog_assets.configuration import Catalog
from catalog_assets.materialize import WorldResource, column_schema, stage_assets
from catalog_assets.partitions import days, partition_of
from catalog_assets.vocabulary.columns import MODEL_REPLIES


def assets(catalog: Catalog) -> list[Any]:
    """model_replies, model_proposals; nothing where no language model is configured."""
    if not asks(catalog):
        return []

    @dg.asset(
        name="model_replies",
        partitions_def=days(catalog),
        deps=[dg.AssetDep("matched_products")],
        group_name="catalogue",
        kinds={"anthropic", "deltalake"},
        metadata={"dagster/column_schema": column_schema(MODEL_REPLIES)},
        description="What is open on the day is asked of language models, within the budgets, and what comes back is "
        "kept, once, for ever. It spends money; the estimate is told before anything is sent.",
    )
    def model_replies(context: dg.AssetExecutionContext, world: WorldResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from catalog_assets.asked.asking import Report, ask

        def tell(report: Report) -> None:
            context.log.info(f"before anything is sent: {report.before()}")
            told = {"estimate_usd": float(report.estimate), "requests": report.requests}
            context.log_event(dg.AssetObservation("model_replies", partition=context.partition_key, metadata=told))

        opened = world.open()
        partition = partition_of(context.partition_key)
        report = ask(opened, partition, context.run_id, lambda: dt.datetime.now(dt.UTC), tell)
        context.log.info(report.sentence())
        return dg.MaterializeResult(metadata=report.metadata())

    return [
        model_replies,
        stage_assets(STAGE, catalog, [dg.AssetDep("matched_products"), dg.AssetDep("model_replies")]),
    ]
