"""Random draws that stay the same on every machine and Python version.

Only ``random.Random.random()`` is used: Python promises that its sequence never changes for a seed, which
neither its other methods nor NumPy's generators do. Each topic has a stream of its own, so that a change in
one part of the world leaves the others as they were.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A stream of draws for one topic of one world."""

    def __init__(self, seed: int, topic: str) -> None:
        self.unit = random.Random(f"{seed}/{topic}").random  # noqa: S311  fiction, not cryptography

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return self.unit() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of ``choices``, each as likely as the others."""
        return choices[int(self.unit() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """Return one of ``(value, weight)``; the weights add up to 1."""
        left = self.unit()
        for value, weight in choices:
            left -= weight
            if left < 0:
                return value
        return choices[-1][0]

    def count(self, mean: float) -> int:
        """Return a Poisson count with this mean (Knuth's method: means below 50)."""
        limit, product, k = math.exp(-mean), self.unit(), 0
        while product > limit:
            product *= self.unit()
            k += 1
        return k

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order."""
        keyed = sorted((self.unit(), i) for i in range(len(items)))
        return [items[i] for _, i in keyed]

    def hexadecimal(self, digits: int) -> str:
        """Return that many hexadecimal digits (at most 12 at a time are drawn)."""
        text = ""
        while len(text) < digits:
            text += f"{int(self.unit() * 16**12):012x}"
        return text[:digits]

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        h = self.hexadecimal(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
