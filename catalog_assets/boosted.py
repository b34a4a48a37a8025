"""Boosted trees as text, as releases keep them.

Belongs here: making a booster of its text, and whether a text is one. Does not belong here: training, and what the
trees judge (the models' own modules).
"""

import functools
import json
from typing import TYPE_CHECKING, Any

from catalog_assets.releases import UnknownRelease

if TYPE_CHECKING:
    import xgboost as xgb

WORKERS = 2


def grown(text: str) -> "xgb.Booster":
    """The booster of a checked text."""
    import xgboost as xgb  # late: it takes a second, and most runs need no release

    booster = xgb.Booster({"nthread": WORKERS})
    booster.load_model(bytearray(text.encode()))
    return booster


def checked_trees(texts: Any, features: int) -> tuple[str, ...]:
    """The texts, if each is a booster over so many features. Raises UnknownRelease.

    XGBoost believes what stands in its JSON: a child or a feature that is not there ends the whole process.
    """
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise UnknownRelease("The release holds no trees.")
    for text in texts:
        _check(text, features)
    return tuple(texts)


@functools.lru_cache(maxsize=64)
def _check(text: str, features: int) -> None:
    try:
        learner = json.loads(text)["learner"]
        sound = int(learner["learner_model_param"]["num_feature"]) == features
        trees = learner["gradient_booster"]["model"]["trees"]
        sound = sound and bool(trees) and all(_is_sound(tree, features) for tree in trees)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnknownRelease(f"The release holds something else than trees ({type(error).__name__}).") from None
    if not sound:
        raise UnknownRelease(f"The release holds trees that are broken, or not over its {features} features.")


def _is_sound(tree: dict[str, Any], features: int) -> bool:
    """Whether each node's children stand behind it and its feature is one of those that are given."""
    lefts, rights, used = tree["left_children"], tree["right_children"], tree["split_indices"]
    size = len(lefts)
    lengths = {len(tree[name]) for name in ("right_children", "split_indices", "split_conditions", "default_left")}
    children = all(
        left == right == -1 or (place < left < size and place < right < size)
        for place, (left, right) in enumerate(zip(lefts, rights, strict=True))
    )
    return bool(size) and lengths == {size} and children and all(0 <= number < features for number in used)
