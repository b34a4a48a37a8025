"""Draws that depend on nothing but seed, label and id.

Belongs here: turning ids into reproducible pseudo-random numbers, a whole column at a time. Does not belong here: what
the numbers are used for.

A draw is a hash (splitmix64) of the id under a key made of the labels, not a step of a generator: the draw of product
17 is the same whether it is drawn alone, among a million, in another order or in another process. That is what makes
a plan of five days begin with the same three days as a plan of three.
"""

import hashlib
import math

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


class Draws:
    """A family of draws, named by its labels; the labels of two different purposes must differ."""

    def __init__(self, *labels: object) -> None:
        text = "\x1f".join(str(label) for label in labels).encode()
        self._key = np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))

    def bits(self, ids: Ids) -> npt.NDArray[np.uint64]:
        """64 random bits an id."""
        return _mixed(_mixed(ids.astype(np.uint64) + self._key) ^ self._key)

    def uniform(self, ids: Ids) -> Floats:
        """A number in [0, 1) an id."""
        return (self.bits(ids) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, ids: Ids, rate: float) -> Flags:
        """True for about `rate` of the ids."""
        return np.asarray(self.uniform(ids) < rate)

    def integers(self, ids: Ids, low: int, high: int) -> Ids:
        """An integer in [low, high) an id."""
        return (self.bits(ids) % np.uint64(high - low)).astype(np.int64) + low

    def normal(self, ids: Ids) -> Floats:
        """A standard normal number an id (Box-Muller over two halves of independent bits)."""
        bits = self.bits(ids)
        radius = ((bits >> np.uint64(32)).astype(np.float64) + 1.0) * 2.0**-32
        angle = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64) * (2.0 * math.pi * 2.0**-32)
        return np.asarray(np.sqrt(-2.0 * np.log(radius)) * np.cos(angle))


def permuted(ids: Ids, modulus: int, *labels: object) -> Ids:
    """Each id of [0, modulus) to another one of [0, modulus), no two to the same: numbers that tell nothing.

    The modulus must be below 2**31.
    """
    key = int(Draws(*labels).bits(np.zeros(1, dtype=np.int64))[0])
    factor, offset = key % modulus | 1, (key >> 32) % modulus
    while math.gcd(factor, modulus) != 1:
        factor += 2
    return (ids * (factor % modulus) + offset) % modulus


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    values = values + _GOLDEN
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return np.asarray(values ^ (values >> np.uint64(31)))
