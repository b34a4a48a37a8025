"""What a person who runs the review page can set.

Belongs here: the settings and their defaults. Does not belong here: accounts' and sessions' settings, the queue's.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DisplaySettings:
    """Settings of what is shown.

    title: what the page calls itself. come_back: what is said to a person for whom nothing waits. image_hosts: hosts
    from which pictures of products are fetched and passed on; none means that no picture is shown. image_bytes: the
    largest picture. image_seconds: how long a picture may take.
    """

    title: str = "Catalogue review"
    come_back: str = "New questions come when the next delivery has been worked through; most do so over night."
    image_hosts: tuple[str, ...] = ()
    image_bytes: int = 5_000_000
    image_seconds: float = 8.0
