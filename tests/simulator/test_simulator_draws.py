import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.simulator.draws import Draws, permuted

IDS = np.arange(1, 20_001, dtype=np.int64)


@given(st.permutations(list(range(30))), st.integers(0, 2**40))
def test_a_draw_does_not_depend_on_the_others(order, first):
    ids = np.arange(first, first + 30, dtype=np.int64)
    shuffled = np.array(order)
    draws = Draws(7, "label")
    assert (draws.uniform(ids)[shuffled] == draws.uniform(ids[shuffled])).all()


def reference(identity, *labels):
    """A draw's bits in plain Python integers, by the published steps of splitmix64."""
    key = int.from_bytes(hashlib.blake2b("\x1f".join(map(str, labels)).encode(), digest_size=8).digest(), "little")

    def mixed(value):
        value = (value + 0x9E3779B97F4A7C15) % 2**64
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
        return value ^ (value >> 31)

    return mixed(mixed((identity + key) % 2**64) ^ key)


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=5), st.integers())
def test_draws_are_those_of_the_plain_algorithm(ids, seed):
    found = Draws(seed, "price").bits(np.array(ids, dtype=np.int64)).tolist()
    assert found == [reference(identity, seed, "price") for identity in ids]


def test_labels_and_seeds_make_different_draws():
    one, other, third = (Draws(*labels).uniform(IDS) for labels in ((7, "a"), (7, "b"), (8, "a")))
    for left, right in ((one, other), (one, third), (other, third)):
        assert abs(np.corrcoef(left, right)[0, 1]) < 0.03


def test_draws_have_the_shape_that_they_claim():
    draws = Draws(7, "shape")
    uniform, normal, integers = draws.uniform(IDS), draws.normal(IDS), draws.integers(IDS, 3, 9)
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.01)
    assert normal.mean() == pytest.approx(0, abs=0.03)
    assert normal.std() == pytest.approx(1, abs=0.03)
    assert sorted(set(integers.tolist())) == [3, 4, 5, 6, 7, 8]


@given(st.integers(2, 3000), st.integers(0, 10**6))
def test_permuted_is_a_permutation(modulus, seed):
    shuffled = permuted(np.arange(modulus, dtype=np.int64), modulus, seed)
    assert sorted(shuffled.tolist()) == list(range(modulus))
