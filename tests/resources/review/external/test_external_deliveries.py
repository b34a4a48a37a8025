"""A delivery is somebody's once: claimed, settled, and taken up again only where whoever had it died."""

import datetime as dt
import threading

import pytest
from external_cases import NOON, memory, store_with

from resources.review.external.deliveries import KEPT, UNDER_WAY


@pytest.fixture
def deliveries(place):
    return memory(store_with(place))


def test_a_delivery_is_ours_once(deliveries):
    assert deliveries.claim("crowd", ["a", "b", "a"], NOON) == {"a": "fresh", "b": "fresh"}
    deliveries.settle("crowd", {"a": {"counts": 1}})
    assert deliveries.claim("crowd", ["a", "b"], NOON) == {"a": "settled", "b": "under_way"}
    assert deliveries.outcome("crowd", "a") == {"counts": 1}
    assert deliveries.outcome("crowd", "b") is None
    assert deliveries.outcome("crowd", "c") is None
    assert deliveries.settled("crowd") == {"a"}


def test_platforms_share_no_ids(deliveries):
    deliveries.claim("crowd", ["a"], NOON)
    assert deliveries.claim("other", ["a"], NOON) == {"a": "fresh"}


def test_what_was_broken_off_is_taken_up_after_a_while(deliveries):
    deliveries.claim("crowd", ["a"], NOON)
    late = NOON + UNDER_WAY + dt.timedelta(seconds=1)
    assert deliveries.claim("crowd", ["a"], NOON + UNDER_WAY) == {"a": "under_way"}
    assert deliveries.claim("crowd", ["a"], late) == {"a": "broken_off"}
    assert deliveries.claim("crowd", ["a"], late) == {"a": "under_way"}, "it is somebody's again"


def test_what_is_released_was_never_seen_and_what_is_settled_stays(deliveries):
    deliveries.claim("crowd", ["a", "b"], NOON)
    deliveries.settle("crowd", {"a": "recorded"})
    deliveries.release("crowd", ["a", "b"])
    assert deliveries.claim("crowd", ["a", "b"], NOON) == {"a": "settled", "b": "fresh"}


def test_what_is_old_is_forgotten_for_one_platform(deliveries):
    for platform in ("crowd", "other"):
        deliveries.claim(platform, ["a", "b"], NOON)
        deliveries.settle(platform, {"a": 1})
    deliveries.forget("crowd", NOON + KEPT)
    assert deliveries.settled("crowd") == {"a"}
    deliveries.forget("crowd", NOON + KEPT + dt.timedelta(seconds=1))
    assert deliveries.settled("crowd") == set()
    assert deliveries.settled("other") == {"a"}


def test_of_several_at_once_one_has_it(deliveries):
    found = []
    start = threading.Barrier(6)

    def claim():
        start.wait()
        found.append(deliveries.claim("crowd", ["a"], NOON)["a"])

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["fresh", *["under_way"] * 5]
