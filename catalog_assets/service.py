"""The code location that `workspace.yaml` and `catalog up` load."""

import warnings

import dagster as dg

for _kind in (dg.BetaWarning, dg.PreviewWarning):
    warnings.filterwarnings("ignore", category=_kind)

from catalog_assets.definitions import build_defs  # noqa: E402  (its decorators would warn)

defs = build_defs()
