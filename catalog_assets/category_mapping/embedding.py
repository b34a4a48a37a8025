"""The model that turns words into vectors: WordLlama, which comes as a package with its weights.

Belongs here: loading it, and its name. Does not belong here: what its vectors are used for (`space.py`).

WordLlama (github.com/dleemiller/WordLlama, MIT): token embeddings of a large language model, reduced to 256 dimensions
and averaged. It knows English best. It is asked for no download; its weights are in the package.
"""

import functools
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from catalog_assets.category_mapping.space import Floats

DIMENSIONS = 256


def name() -> str:
    """Of the model and of the package that it is in; part of a release, since another model makes other vectors."""
    return f"wordllama {version('wordllama')} l2_supercat {DIMENSIONS}"


def encode(texts: Sequence[str]) -> Floats:
    """Texts to rows (texts x DIMENSIONS, Float32); a text without a word that it knows has zeros."""
    said = np.asarray(_model().embed(list(texts)), dtype=np.float32)
    return np.nan_to_num(said)


def tokenizer() -> Any:
    """What cuts words into the pieces that have vectors (a `tokenizers.Tokenizer`); the commonest pieces have the
    smallest numbers."""
    return _model().tokenizer


@functools.cache
def _model():  # type: ignore[no-untyped-def]  # noqa: ANN202 (the package brings no types)
    import wordllama  # late: loading takes most of a second, and only mapping needs it

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True, dim=DIMENSIONS)
