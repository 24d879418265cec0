"""From a learned model to groups of records, with the threshold that promises most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.generic.drafts import LEAST_PRECISION, Draft, scored
from cdp.identity.generic.labels import Labels
from cdp.identity.generic.scoring import Scorer
from cdp.identity.generic.teaching import teach

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_WITHIN_SHARE = 0.015
_SURE = 0.95
_FEW = 20.0  # matches from which hardly more is learned than was believed before
_FEWEST = 4.0  # matches that may all be chance
_RARE = 0.01  # so few matches per record: more pairs that chance made alike than true ones


@dataclass(frozen=True)
class Outcome:
    """Groups (the label is the smallest record number), what the model expects of them, ``doubt`` if that is little."""

    groups: NDArray[np.int64]
    precision: float
    recall: float
    height: float
    is_one_per_source: bool
    notes: list[str]
    doubt: str = ""


def match(engine: Engine, scorer: Scorer, wants_one_per_source: bool | None, labels: Labels | None) -> Outcome:
    """Score the candidates, join loosely, compare everything inside, and cut where the expected F1 is best."""
    notes: list[str] = []
    pairs = scored(engine, scorer)
    sources = engine.frame("select dense_rank() over (order by source) as s from people order by n")["s"].to_numpy()
    is_single, note = _says_one_per_source(pairs, sources, wants_one_per_source)
    notes += [note] if note else []
    draft = Draft(engine, scorer, sources, is_single=is_single, pairs=pairs)
    is_rare = scorer.expected_matches < min(_FEWEST, _RARE * len(sources))
    height = draft.height(_SURE) if is_rare else draft.height()
    if scorer.expected_matches < _FEW:
        notes.append(
            f"pairs that seem to be one person's: about {max(scorer.expected_matches, 1):.0f}, too few to learn from; "
            "weights rest on what is usual elsewhere" + (", and only sure links were kept" if is_rare else "")
        )
    if labels is not None:
        answered = pairs if labels.are_whole else scorer.score_answered(engine, *labels.pairs)
        draft, height, said = teach(
            draft, height, scorer, answered, labels, lambda other: Draft(engine, other, sources, is_single=is_single)
        )
        notes += [labels.unknown] if labels.unknown else []
        notes.append(said)
    groups = draft.partition(height)
    precision, recall = draft.quality(groups)
    doubt = "" if precision >= LEAST_PRECISION else f"the best partition would be right in {precision:.0%} of its pairs"
    return Outcome(groups, precision, recall, height, is_single, notes, doubt)


def _says_one_per_source(pairs: pd.DataFrame, sources: NDArray[np.int64], wanted: bool | None) -> tuple[bool, str]:
    """Whether sources hold a person at most once: nearly all matches then lie between sources."""
    if wanted is not None or len(set(sources.tolist())) < 2:
        return bool(wanted), ""
    is_within = sources[pairs["l"].to_numpy()] == sources[pairs["r"].to_numpy()]
    is_sure = pairs["p"].to_numpy() >= _SURE
    within, across = int((is_within & is_sure).sum()), int((~is_within & is_sure).sum())
    if across < 20 or within > _WITHIN_SHARE * across:
        return False, ""
    return True, "no source seems to hold a person twice: at most one record per source was linked (--one-per-source)"
