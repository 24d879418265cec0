"""Train Splink without labels, keep the model as a file, score pairs of representatives."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cdp.engines import Engine
from cdp.errors import IdentityError
from cdp.identity.comparisons import COMPARISONS, ID_COLUMN, RARITY, model_settings
from cdp.identity.settings import ModelSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Levels: TypeAlias = dict[str, list[tuple[float | None, float | None]]]

VERSION = 1
_MOST_DISAGREE = 0.4
_EXPERT_SHARE = 0.1  # of every m probability: what one company's data cannot show stays possible


@dataclass(frozen=True)
class Model:
    """Learned parameters: m and u per comparison level, and how many pairs match."""

    levels: Levels
    matches_per_representative: float
    trained_on: int
    learned_from: str

    def prior(self, count_representatives: int) -> float:
        """Probability that two random representatives match; it falls as there are more of them."""
        others = max(count_representatives - 1, 1)
        return min(max(2 * self.matches_per_representative / others, 1e-12), 0.5)

    def as_json(self) -> str:
        """The model file's text."""
        content = {
            "version": VERSION,
            "trained_on": self.trained_on,
            "learned_from": self.learned_from,
            "matches_per_representative": self.matches_per_representative,
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
            levels, float(content["matches_per_representative"]), int(content["trained_on"]), content["learned_from"]
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


def _settings_dict(engine: Engine, model: Model | None, unique_id: str, count: int) -> dict[str, Any]:
    settings: dict[str, Any] = model_settings(unique_id).create_settings_dict(engine.name)
    if model is not None:
        settings["probability_two_random_records_match"] = model.prior(count)
        for comparison in settings["comparisons"]:
            learned = model.levels[comparison["output_column_name"]]
            if len(learned) != len(comparison["comparison_levels"]):
                raise IdentityError(
                    f"the identity model knows other levels of {comparison['output_column_name']}",
                    "remove the model file; the next run trains a new one",
                )
            for level, (m, u) in zip(comparison["comparison_levels"], learned, strict=True):
                if m is not None:
                    level["m_probability"], level["u_probability"] = m, u
    return settings


def _linker(tables: Any, settings: dict[str, Any]) -> Any:
    from splink import Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    return Linker(tables, settings, log_level=None)


def _levels(linker: Any) -> Levels:
    content = linker.misc.save_model_to_json()
    return {
        comparison["output_column_name"]: [
            (level.get("m_probability"), level.get("u_probability")) for level in comparison["comparison_levels"]
        ]
        for comparison in content["comparisons"]
    }


def train(engine: Engine, settings: ModelSettings) -> Model:
    """Learn from ``representatives`` how often strangers agree, from ``profile_forms`` how often one person does.

    Every sample is chosen by hash, so that the model depends on the data alone.
    """
    count = int(engine.scalar("select count(*) from representatives"))
    sample_size = int((2 * settings.max_random_pairs) ** 0.5) + 1
    sampled = "select * from representatives order by md5(concat(cast(component as varchar), $salt)) limit $size"
    engine.create_table("representatives_sampled", sampled, {"salt": f":{settings.seed}", "size": sample_size})
    api = engine.splink_api()
    plain = _settings_dict(engine, None, ID_COLUMN, count)
    expert = [
        [level.get("m_probability") for level in comparison["comparison_levels"]] for comparison in plain["comparisons"]
    ]
    strangers = _linker(api.register("representatives_sampled"), plain)
    strangers.training.estimate_u_using_random_sampling(
        max_pairs=settings.max_random_pairs * 2, seed=settings.seed, min_count_per_level=None, num_chunks=1
    )
    learned = Model(_levels(strangers), 0.0, count, "")
    pairs = int(engine.scalar(_PROVED_PAIRS))
    if pairs >= settings.min_linked_pairs:
        own = _linker(api.register("profile_forms"), _settings_dict(engine, learned, "form", count))
        own.training.estimate_m_from_label_column("component")
        levels, source = _levels(own), f"{pairs} pairs proved by identifiers"
    else:
        levels, source = _learn_by_em(engine, learned, count), "expectation maximisation"
    smoothed = _smooth(levels, dict(zip(levels, expert, strict=True)))
    return Model(smoothed, _matches_per_representative(engine, smoothed, count), count, source)


_PROVED_PAIRS = (
    "select coalesce(sum(forms * (forms - 1) / 2), 0) from "
    "(select count(*) as forms from profile_forms group by component) as counted"
)


def _learn_by_em(engine: Engine, learned: Model, count: int) -> Levels:
    """Each rule teaches the comparisons that it does not itself use; one that finds too little teaches nothing."""
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    for columns in (("first_std", "last_std"), ("last_std", "birth_date"), ("first_std", "birth_date")):
        # a linker whose training failed has lost comparisons (Splink 5.0): each rule gets its own
        tables = engine.splink_api().register("representatives")
        linker = _linker(tables, _settings_dict(engine, learned, ID_COLUMN, count))
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns), max_pairs=1e6)
        except EMTrainingException:
            continue
        learned = replace(learned, levels=_believable(_levels(linker), learned.levels))
    return learned.levels


def _believable(trained: Levels, before: Levels) -> Levels:
    """Without matches to learn from, EM takes strangers for matches: then most pairs disagree, and we keep what was."""
    return {
        name: before[name] if (levels[-1][0] or 0.0) > _MOST_DISAGREE else levels for name, levels in trained.items()
    }


def _smooth(levels: Levels, expert: dict[str, list[float | None]]) -> Levels:
    smoothed: Levels = {}
    for name, learned in levels.items():
        smoothed[name] = []
        for (m, u), prior in zip(learned, expert[name], strict=True):
            known = m if m is not None else prior
            if known is None or prior is None:
                smoothed[name].append((None, None))
                continue
            blended = (1 - _EXPERT_SHARE) * known + _EXPERT_SHARE * prior
            smoothed[name].append((blended, max(u if u is not None else 1e-6, 1e-7)))
    return smoothed


def _matches_per_representative(engine: Engine, levels: Levels, count: int) -> float:
    """Expected matches per representative, where the scored pairs and the prior agree with one another."""
    import numpy as np

    start = Model(levels, 0.05, count, "")
    weights = score(engine, start, count)["match_weight"].to_numpy()
    rate = start.matches_per_representative
    base = _log_odds(start.prior(count))
    for _ in range(100):
        shift = _log_odds(Model(levels, rate, count, "").prior(count)) - base
        expected = float(np.sum(_probability(weights + shift)))
        following = min(max(expected / max(count, 1), 1 / max(count, 1)), 1.0)
        if abs(following - rate) < 1e-6:
            break
        rate = following
    return round(rate, 9)


def _log_odds(probability: float) -> float:
    import math

    return math.log2(probability / (1 - probability))


def _probability(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(1 / (1 + np.exp2(-np.clip(weights, -60, 60))), dtype=np.float64)


def score(engine: Engine, model: Model, count: int) -> pd.DataFrame:
    """Scored pairs of representatives: component_l, component_r, match_weight, match_probability, mw_… by field."""
    api = engine.splink_api()
    linker = _linker(api.register("representatives"), _settings_dict(engine, model, ID_COLUMN, count))
    scored = linker.inference.predict(warning_mode="never")
    fields = ", ".join(
        f"mw_{name} + {RARITY[name]} as mw_{name}" if name in RARITY else f"mw_{name}" for name in COMPARISONS
    )
    frame = engine.frame(
        f"select component_l, component_r, match_weight, match_probability, {fields} "
        f"from {scored.physical_name} order by component_l, component_r"
    )
    scored.drop_table_from_database_and_remove_from_cache()
    return frame
