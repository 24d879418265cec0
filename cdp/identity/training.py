"""Train Splink without labels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cdp.engines import Engine
from cdp.identity.comparisons import ID_COLUMN
from cdp.identity.model import RAREST, Levels, Model
from cdp.identity.scoring import frequency_columns, open_linker, score, settings_dict
from cdp.identity.settings import ModelSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_DISAGREE = 0.4
_EXPERT_SHARE = 0.1  # of every m probability: what one company's data cannot show stays possible


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
    plain = settings_dict(engine, None, ID_COLUMN, count)
    expert = [
        [level.get("m_probability") for level in comparison["comparison_levels"]] for comparison in plain["comparisons"]
    ]
    strangers = open_linker(api.register("representatives_sampled"), plain)
    strangers.training.estimate_u_using_random_sampling(
        max_pairs=settings.max_random_pairs * 2, seed=settings.seed, min_count_per_level=None, num_chunks=1
    )
    learned = Model(_levels(strangers), 0.0, count, "", frequencies(engine, plain))
    pairs = int(engine.scalar(_PROVED_PAIRS))
    if pairs >= settings.min_linked_pairs:
        own = open_linker(api.register("profile_forms"), settings_dict(engine, learned, "form", count))
        own.training.estimate_m_from_label_column("component")
        levels, source = _levels(own), f"{pairs} pairs proved by identifiers"
    else:
        levels, source = _learn_by_em(engine, learned, count), "expectation maximisation"
    smoothed = _smooth(levels, dict(zip(levels, expert, strict=True)))
    trained = replace(learned, levels=smoothed, learned_from=source)
    return replace(trained, matches_per_representative=_matches_per_representative(engine, trained, count))


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
        linker = open_linker(tables, settings_dict(engine, learned, ID_COLUMN, count))
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


def _matches_per_representative(engine: Engine, model: Model, count: int) -> float:
    """Expected matches per representative, where the scored pairs and the prior agree with one another."""
    import numpy as np

    start = replace(model, matches_per_representative=0.05)
    weights = score(engine, start, count)["match_weight"].to_numpy()
    rate = start.matches_per_representative
    base = _log_odds(start.prior(count))
    for _ in range(100):
        shift = _log_odds(replace(model, matches_per_representative=rate).prior(count)) - base
        expected = float(np.sum(_probability(weights + shift)))
        following = min(max(expected / max(count, 1), 1 / max(count, 1)), 1.0)
        if abs(following - rate) < 1e-6:
            break
        rate = following
    return round(rate, 9)


def frequencies(engine: Engine, settings: dict[str, Any]) -> dict[str, dict[str, float]]:
    """How common the values are by which Splink adjusts weights, as ``Model.frequencies`` holds them."""
    found = {}
    for column in sorted(frequency_columns(settings)):
        rows = engine.rows(
            f"select {column}, count(*) / sum(count(*)) over () as frequency from representatives "
            f"where {column} is not null group by {column} "
            f"qualify count(*) > 1 and count(*) / sum(count(*)) over () >= {RAREST} order by {column}"
        )
        found[column] = {str(value): round(float(frequency), 12) for value, frequency in rows}
    return found


def _log_odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def _probability(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(1 / (1 + np.exp2(-np.clip(weights, -60, 60))), dtype=np.float64)
