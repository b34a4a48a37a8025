"""The key of the language model: from the environment, nowhere else.

Belongs here: reading it. Does not belong here: anything that keeps or sends it.
"""

import os

from resources.language_model.protocol import LanguageModelError

KEY = "ANTHROPIC_API_KEY"


def key() -> str:
    """The key, read each time it is needed and kept in no object of ours. Raises LanguageModelError without one."""
    value = os.environ.get(KEY, "").strip()
    if not value:
        raise LanguageModelError(f"no key: set {KEY} in the environment")
    return value


def has_key() -> bool:
    """Whether there is a key at all."""
    return bool(os.environ.get(KEY, "").strip())
