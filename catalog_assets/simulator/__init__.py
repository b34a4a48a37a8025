"""Simulated suppliers: feeds with the dirt of real ones, and the truth behind them.

Belongs here: everything behind `catalog simulate`. Does not belong here: anything that reads feeds; the simulator
imports nothing of the pipeline, so that what it says is true does not depend on what is measured with it.
"""

from catalog_assets.simulator.plan import Dirt, Plan, suppliers
from catalog_assets.simulator.writing import Written, WrittenFile, simulate, source_blocks

__all__ = ["Dirt", "Plan", "Written", "WrittenFile", "simulate", "source_blocks", "suppliers"]
