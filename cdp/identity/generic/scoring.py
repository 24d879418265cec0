"""Levels of agreement for pairs, the model learned from them, and the pairs it believes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.generic.blocking import Rule
from cdp.identity.generic.calibration import Calibration
from cdp.identity.generic.levels import Comparison
from cdp.identity.generic.mixture import Mixture, fit
from cdp.identity.generic.partition import NEVER
from cdp.identity.generic.sampling import draw_pairs

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_TRAINING_PAIRS = 2_000_000
_NEAR = 0.001  # a drawn pair that stands for more than this share of the records is far
_ALIKE = 0.005  # of all pairs, those that are alike enough for an answer to say something
KEPT = -3.0  # log odds of candidates that may match
_SOURCES = 6  # sources that are told apart; further ones are taken together


@dataclass(frozen=True)
class Scorer:
    """Scores pairs by their pattern. ``expected_matches`` among the candidates."""

    comparisons: Sequence[Comparison]
    mixture: Mixture
    expected_matches: float
    correct: Calibration = field(default_factory=Calibration)

    def score_candidates(self, engine: Engine, least: float) -> pd.DataFrame:
        """Candidate pairs (columns l, r, pattern, log_odds) of at least these natural log odds, in order."""
        return self._score(engine, "pair_patterns", least)

    def score_answered(self, engine: Engine, left: NDArray[np.int64], right: NDArray[np.int64]) -> pd.DataFrame:
        """Those of the pairs (record numbers, left < right) that are worth comparing, whatever their odds.

        They are candidates, and of all pairs of records few are more alike: two strangers taken at random are not.
        """
        import numpy as np
        import pandas as pd

        engine.register("answered", pd.DataFrame({"l": left, "r": right}))
        engine.create_table(
            "answered_patterns", "select l, r, pattern from pair_patterns semi join answered using (l, r)"
        )
        found = self._score(engine, "answered_patterns", None)
        counted = engine.frame("select pattern, count(*) as c from pair_patterns group by pattern order by pattern")
        odds = self.mixture.log_odds(*decode(counted["pattern"].to_numpy(), self.comparisons))
        order = np.argsort(-odds, kind="stable")
        records = int(engine.scalar("select count(*) from people"))
        near = np.cumsum(counted["c"].to_numpy()[order]) <= _ALIKE * records * (records - 1) / 2
        least = float(odds[order][near].min()) if near.any() else np.inf
        return found[found["log_odds"].to_numpy() >= min(least, KEPT)].reset_index(drop=True)

    def score_inside(self, engine: Engine, pairs: str) -> pd.DataFrame:
        """All pairs of a table (l, r); those compared before are not compared again."""
        engine.create_table("new_pairs", f"select l, r from {pairs} except select l, r from pair_patterns")
        compare(engine, "new_pairs", self.comparisons, "new_patterns")
        engine.create_table(
            "inside_patterns",
            f"select l, r, pattern from pair_patterns inner join {pairs} using (l, r) "
            "union all select l, r, pattern from new_patterns",
        )
        return self._score(engine, "inside_patterns", None)

    def _score(self, engine: Engine, patterns: str, least: float | None) -> pd.DataFrame:
        import pandas as pd

        codes = engine.frame(f"select distinct pattern from {patterns} order by pattern")["pattern"].to_numpy()
        levels, strata = decode(codes, self.comparisons)
        odds = self.correct(self.mixture.log_odds(levels, strata), levels).round(9)
        for number, comparison in enumerate(self.comparisons):
            if comparison.is_veto:
                odds[levels[:, number] == 0] = NEVER
        engine.register("pattern_odds", pd.DataFrame({"pattern": codes, "log_odds": odds}))
        return engine.frame(
            f"select s.l, s.r, s.pattern, p.log_odds from {patterns} as s "
            "inner join pattern_odds as p on s.pattern = p.pattern "
            f"{'' if least is None else f'where p.log_odds >= {least}'} order by s.l, s.r"
        )


def compare(engine: Engine, pairs: str, comparisons: Sequence[Comparison], into: str) -> None:
    """Make table ``into`` (l, r, pattern): the level of every comparison, and the two sources, as one number."""
    columns = [*sorted(_columns_used(engine, comparisons)), "origin"]
    terms, factor = [], 1
    for comparison in comparisons:
        terms.append(f"({comparison.case()} + 1) * {factor}::bigint")
        factor *= len(comparison.levels) + 2
    terms.append(f"(least(origin_l, origin_r) * {_SOURCES} + greatest(origin_l, origin_r)) * {factor}::bigint")
    sides = ", ".join(f"{side}.{column} as {column}_{side}" for side in ("l", "r") for column in columns)
    engine.create_table(
        into,
        f"select l, r, {' + '.join(terms)} as pattern from (select pairs.l, pairs.r, {sides} from {pairs} as pairs "
        "inner join people_ranked as l on pairs.l = l.n inner join people_ranked as r on pairs.r = r.n)",
    )


def _columns_used(engine: Engine, comparisons: Sequence[Comparison]) -> set[str]:
    text = " ".join(comparison.case() for comparison in comparisons)
    return {column for column in engine.columns("people_ranked") if f"{column}_l" in text or f"{column}_r" in text}


def decode(codes: NDArray[np.int64], comparisons: Sequence[Comparison]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of levels (-1 unknown) and the pair of sources from pattern numbers."""
    import numpy as np

    rest, columns = codes.astype(np.int64), []
    for comparison in comparisons:
        size = len(comparison.levels) + 2
        columns.append(rest % size - 1)
        rest = rest // size
    return np.stack(columns, axis=1), rest


def learn(engine: Engine, comparisons: Sequence[Comparison], records: int, rules: Sequence[Rule]) -> Scorer:
    """Fit the model to ``candidate_pairs`` and to drawn ones; keeps their patterns in table ``pair_patterns``.

    ``rules``: those whose groups were too large to be compared whole.
    """
    import numpy as np

    compare(engine, "candidate_pairs", comparisons, "pair_patterns")
    draw_pairs(engine, records, rules)
    compare(engine, "drawn_pairs", comparisons, "drawn_patterns")
    count = int(engine.scalar("select count(*) from pair_patterns"))
    every = max(count // _TRAINING_PAIRS, 1)
    most = max(records * _NEAR, 1.0)
    counted = engine.frame(
        "select pattern, sum(candidates) as candidates, sum(near) as near, sum(far) as far from ("
        "select pattern, count(*) as candidates, 0 as near, 0 as far from pair_patterns "
        f"where hash(l, r) % {every} = 0 group by pattern union all "
        f"select pattern, 0, sum(case when weight <= {most} then weight else 0 end), "
        f"sum(case when weight > {most} then weight else 0 end) "
        "from drawn_patterns inner join drawn_pairs using (l, r) group by pattern) group by pattern order by pattern"
    )
    patterns, strata = decode(counted["pattern"].to_numpy(), comparisons)
    candidates = counted["candidates"].to_numpy().astype(float) * every
    near, far = (counted[name].to_numpy().astype(float) for name in ("near", "far"))
    far *= max(records * (records - 1) // 2 - count - near.sum(), 0.0) / max(far.sum(), 1.0)
    mixture = fit(patterns, strata, candidates, near, far, [comparison.prior for comparison in comparisons])
    probabilities = 1 / (1 + np.exp(-np.clip(mixture.log_odds(patterns, strata), -40, 40)))
    return Scorer(comparisons, mixture, float(probabilities @ candidates))
