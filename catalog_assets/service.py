"""The code location that `workspace.yaml` and `catalog up` load."""

from catalog_assets.definitions import build_defs

defs = build_defs()
