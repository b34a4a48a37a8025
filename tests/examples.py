"""How many examples a costly property is tried with.

Belongs here: the one number by which all of them are cut. Does not belong here: properties.

Every run tries new examples (outside of CI, where they are always the same), so few of them in each run still become
many. THOROUGH=1 tries them all: `make thorough`.
"""

import os

THOROUGH = bool(os.environ.get("THOROUGH"))


def tries(full: int, least: int = 6) -> int:
    """`full` where THOROUGH is set; otherwise a third of it, at least `least`."""
    return full if THOROUGH else min(full, max(least, full // 3))


__all__ = ["THOROUGH", "tries"]
