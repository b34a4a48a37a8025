"""What was learned about mapping paths, as an immutable release.

Belongs here: the parts of a release, its bytes and its version. Does not belong here: learning it (`learning.py`),
using it (`mapping.py`), and where releases are kept.

A release is JSON, the trees included: to read it runs no code of its writer.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from catalog_assets.boosted import checked_trees
from catalog_assets.category_mapping.features import FEATURES
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.releases import UnknownRelease, version_of

DEPTHS = 3
"""Paths of one level, of two, and of more are calibrated apart: the fewer levels, the less a score is worth."""


@dataclass(frozen=True)
class Mapper:
    """A trained mapper.

    trees: of the scorer; of_node, of_level: DEPTHS calibrations each, by the path's depth (that the answer is exactly
    right; that a level of it is); exact: the confidence in a node whose path is the supplier's; encoder: the name of
    the model that turns words into vectors; facts: what it was trained on and how good it was, for people.
    """

    trees: tuple[str, ...]
    of_node: tuple[Calibration, ...]
    of_level: tuple[Calibration, ...]
    exact: float
    encoder: str
    facts: dict[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The release as it is kept."""
        said = asdict(self) | {"features": FEATURES}
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """12 hex digits over all of the release."""
        return version_of(self.to_bytes())


def from_bytes(data: bytes, encoder: str) -> Mapper:
    """Read a release for use with an encoder of that name. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        trained_on = tuple(said["features"])
        of_node, of_level = (tuple(Calibration(**each) for each in said[name]) for name in ("of_node", "of_level"))
        trees = tuple(said["trees"])
        mapper = Mapper(
            trees, of_node, of_level, float(said["exact"]), str(said["encoder"]), dict(said["facts"])
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise UnknownRelease(f"This is no release of a category mapper ({error}).") from None
    if trained_on != FEATURES:
        raise UnknownRelease("The mapper was trained on other features than this version computes; train it anew.")
    if mapper.encoder != encoder:
        raise UnknownRelease(f"The mapper was trained with the encoder {mapper.encoder}, and this is {encoder}.")
    checked_trees(list(trees), len(FEATURES))
    return mapper
