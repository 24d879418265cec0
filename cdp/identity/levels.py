"""What the model has learned, level by level, for people to read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from cdp.identity.comparisons import model_settings
from cdp.identity.model import load_model


@dataclass(frozen=True)
class LevelWeight:
    """One comparison level: shares among matches (m) and strangers (u), and the weight in bits."""

    comparison: str
    level: str
    m: float
    u: float

    @property
    def weight(self) -> float:
        """log2(m / u)."""
        return math.log2(self.m / self.u)


def level_weights(path: Path) -> list[LevelWeight]:
    """The levels of a model file that say something, in the order of the model. Raises ``IdentityError``."""
    model = load_model(path)
    settings = model_settings().create_settings_dict("duckdb")
    return [
        LevelWeight(comparison["output_column_name"], str(level.get("label_for_charts", "")), m, u)
        for comparison in settings["comparisons"]
        for level, (m, u) in zip(
            comparison["comparison_levels"], model.levels[comparison["output_column_name"]], strict=True
        )
        if m and u
    ]
