"""What was learned about reading attribute values, as an immutable release.

Belongs here: the parts of a release, its bytes and its version. Does not belong here: learning it (`learning.py`),
using it (`extract.py`), and where releases are kept.

A release is JSON; arrays stand in it as base64 of their little-endian bytes. To read it runs no code of its writer.
"""

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog_assets.boosted import checked_trees
from catalog_assets.category_mapping import embedding
from catalog_assets.enriched.extraction.chain import Weights
from catalog_assets.enriched.extraction.counts import Counts
from catalog_assets.enriched.extraction.marks import BUCKETS, GRAINS, TEMPLATES, Floats
from catalog_assets.enriched.extraction.spans import FEATURES, Attributes
from catalog_assets.enriched.extraction.tokens import PIECE
from catalog_assets.releases import UnknownRelease, version_of

if TYPE_CHECKING:
    from catalog_assets.certainty.calibration import Calibration

LAYOUT = {
    "buckets": "<u4", "counts": "<u2", "labels": "<u2", "values": "<f2", "keys": "<u8", "counted": "<u4",
    "centres": "<f2",
}  # fmt: skip
"""Array -> how its numbers are written."""


@dataclass(frozen=True)
class Extractor:
    """A trained extractor.

    attributes: of each category, those it can read; weights: of the chain; counts, trees: of the judge; centres: of the
    clusters of words; calibration: makes the judge's probability honest; threshold: the confidence with the best F1 on
    texts it had not seen; facts: what it was trained on and how good it was, for people.
    """

    attributes: Attributes
    weights: Weights
    counts: Counts
    trees: tuple[str, ...]
    centres: Floats
    calibration: "Calibration"
    threshold: float
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All attributes; their places are the numbers that labels are made of."""
        return names_of(self.attributes)

    def to_bytes(self) -> bytes:
        """The release as it is kept."""
        arrays: dict[str, np.ndarray] = {
            "buckets": self.weights.buckets, "counts": self.weights.counts, "labels": self.weights.labels,
            "values": self.weights.values, "keys": self.counts.keys, "counted": self.counts.counts,
            "centres": self.centres,
        }  # fmt: skip
        said = {
            **_marks(), "attributes": self.attributes, "trees": self.trees, "calibration": asdict(self.calibration),
            "threshold": self.threshold, "facts": self.facts,
            "arrays": {name: _written(array, LAYOUT[name]) for name, array in arrays.items()},
            "moves": {category: _written(moves, "<f4") for category, moves in self.weights.moves.items()},
        }  # fmt: skip
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """12 hex digits over all of the release."""
        return version_of(self.to_bytes())


def names_of(attributes: Attributes) -> list[str]:
    """All attributes of all categories, sorted."""
    return sorted({name for names in attributes.values() for name in names})


def _marks() -> dict[str, Any]:
    """What a release must agree on with the code that uses it."""
    return {
        "encoder": embedding.name(), "features": list(FEATURES), "templates": list(TEMPLATES), "tokens": PIECE,
        "sizes": [BUCKETS, *GRAINS],
    }  # fmt: skip


def from_bytes(data: bytes) -> Extractor:
    """Read a release. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        for name, ours in _marks().items():
            if said[name] != ours:
                raise UnknownRelease(f"The extractor was trained with other {name} than are here; train it anew.")
        told = _extractor(said)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise UnknownRelease(f"This is no release of an extractor ({error}).") from None
    return told


def _extractor(said: dict[str, Any]) -> Extractor:
    """The parts, checked against each other. Raises ValueError, KeyError or TypeError."""
    from catalog_assets.certainty.calibration import Calibration  # late: it needs SciPy

    attributes = {str(category): tuple(map(str, names)) for category, names in said["attributes"].items()}
    arrays = {name: _read(said["arrays"][name], kind) for name, kind in LAYOUT.items()}
    moves = {category: _read(said["moves"][category], "<f4") for category in attributes}
    for category, names in attributes.items():
        size = 1 + 2 * len(names)
        moves[category] = moves[category].reshape(size + 1, size)
    weights = Weights(arrays["buckets"], arrays["counts"], arrays["labels"], arrays["values"], moves)
    rising = all(bool((array[1:] > array[:-1]).all()) for array in (arrays["buckets"], arrays["keys"]))
    whole = int(weights.counts.sum()) == len(weights.labels) == len(weights.values)
    sizes = len(weights.buckets) == len(weights.counts) and len(arrays["keys"]) == len(arrays["counted"])
    within = int(weights.buckets.max(initial=0)) < BUCKETS
    if not (rising and whole and sizes and within):
        raise ValueError("its arrays do not fit together")
    return Extractor(
        attributes, weights, Counts(arrays["keys"], arrays["counted"]), checked_trees(said["trees"], len(FEATURES)),
        arrays["centres"].astype(np.float32).reshape(sum(GRAINS), embedding.DIMENSIONS),
        Calibration(**said["calibration"]), float(said["threshold"]), dict(said["facts"]),
    )  # fmt: skip


def _written(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array).astype(kind).tobytes()).decode()


def _read(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=kind)
