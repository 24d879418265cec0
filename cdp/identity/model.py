"""The trained model as a value and as a file."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from cdp.errors import IdentityError
from cdp.identity.comparisons import COMPARISONS

Levels: TypeAlias = dict[str, list[tuple[float | None, float | None]]]

VERSION = 2
RAREST = 1e-5  # a value rarer than this counts as this rare: no comparison asks for more
_GROWTH = 1.25  # the prior moves with the number of representatives in steps of this factor


@dataclass(frozen=True)
class Model:
    """Learned parameters: m and u per comparison level, how many pairs match, and how common each value is.

    ``frequencies`` holds, by column, the values that occurred more than once; any other is as rare as can be.
    """

    levels: Levels
    matches_per_representative: float
    trained_on: int
    learned_from: str
    frequencies: dict[str, dict[str, float]] = field(default_factory=dict)

    def basis(self, count_representatives: int) -> int:
        """The number of representatives that the prior is made for.

        It stays that of the training until there are a quarter more or fewer, and moves in such steps from then on:
        between two steps a pair weighs the same every night.
        """
        if not self.trained_on or not count_representatives:
            return count_representatives
        steps = math.log(count_representatives / self.trained_on, _GROWTH)
        return round(self.trained_on * _GROWTH ** math.trunc(steps))

    def prior(self, count_representatives: int) -> float:
        """Probability that two random representatives match; it falls as there are more of them."""
        others = max(self.basis(count_representatives) - 1, 1)
        return min(max(2 * self.matches_per_representative / others, 1e-12), 0.5)

    @property
    def rarest(self) -> float:
        """The frequency of a value that was seen once or never."""
        return max(1 / max(self.trained_on, 1), RAREST)

    def as_json(self) -> str:
        """The model file's text."""
        content = {
            "version": VERSION,
            "trained_on": self.trained_on,
            "learned_from": self.learned_from,
            "matches_per_representative": self.matches_per_representative,
            "frequencies": self.frequencies,
            "comparisons": {name: [{"m": m, "u": u} for m, u in levels] for name, levels in self.levels.items()},
        }
        return json.dumps(content, indent=1, sort_keys=True) + "\n"


def load_model(path: Path) -> Model:
    """Read a model file. Raises ``IdentityError`` when it is not one of this version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        levels = {
            str(name): [(level["m"], level["u"]) for level in levels] for name, levels in content["comparisons"].items()
        }
        if content["version"] != VERSION or set(levels) != set(COMPARISONS):
            raise ValueError("it was made by another version")
        return Model(
            levels,
            float(content["matches_per_representative"]),
            int(content["trained_on"]),
            content["learned_from"],
            {str(column): dict(values) for column, values in content["frequencies"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IdentityError(
            f"{path} is not an identity model that can be used: {error}",
            "remove the file; the next run trains a new one",
        ) from error


def save_model(model: Model, path: Path) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8") as stream:
        stream.write(model.as_json())
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
