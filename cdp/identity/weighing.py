"""What a run's model says of two records when somebody asks: compared or never, and the weight by field."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp.engines import Engine, open_engine
from cdp.identity.comparisons import BLOCKING_WORDS, COMPARISONS, ID_COLUMN, RARITY
from cdp.identity.model import Model, load_model
from cdp.identity.scoring import frequency_columns, give_frequencies, open_linker, rule_dicts, settings_dict

_ASKED = """
select
    kept.* exclude (head_key, digest),
    row_number() over (order by kept.head) as component,
    kept.head in (select record_id from asked_left) as is_left
from kept
where kept.head in (select record_id from asked_left) or kept.head in (select record_id from asked_right)
"""


@dataclass(frozen=True)
class Weighed:
    """One pair: record ids, weight in bits, probability, weight by field, and the rule that had them compared.

    ``rule`` is empty where none did, so that the run never compared them.
    """

    left: str
    right: str
    weight: float
    probability: float
    fields: dict[str, float]
    rule: str


@dataclass(frozen=True)
class RunModel:
    """What a run kept of its comparisons: its model, and parquet files of its state and its representatives.

    ``gone`` is the list of those rows of the representatives' files that are no more, as the engine reads it.
    """

    model: Path
    state: tuple[Path, ...]
    representatives: tuple[Path, ...]
    gone: Path | None = None

    @property
    def is_there(self) -> bool:
        """Whether all of it is still kept."""
        files = (self.model, *self.state, *self.representatives, *([self.gone] if self.gone else []))
        return bool(self.state) and bool(self.representatives) and all(file.is_file() for file in files)


def weigh(kept: RunModel, left: Sequence[str], right: Sequence[str]) -> list[Weighed]:
    """Compare what represents the records of one side with what represents those of the other, best pair first.

    A side that bears no name has no representative, and the answer is empty. Raises ``IdentityError`` for a model
    that cannot be read.
    """
    model = load_model(kept.model)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine("duckdb", temp_dir=Path(folder))
        try:
            return _weigh(engine, model, kept, left, right)
        finally:
            engine.close()


def _weigh(engine: Engine, model: Model, kept: RunModel, left: Sequence[str], right: Sequence[str]) -> list[Weighed]:
    import pandas as pd

    engine.read_parquet("state", list(kept.state))
    engine.read_parquet("kept", list(kept.representatives), kept.gone)
    for side, records in (("asked_left", left), ("asked_right", right)):
        engine.register(side, pd.DataFrame({"record_id": list(records)}, dtype="string"))
    engine.create_table("asked", _ASKED)
    if int(engine.scalar("select count(distinct is_left) from asked")) < 2:
        return []
    count = int(engine.scalar("select representatives from state"))
    settings = settings_dict(engine, model, ID_COLUMN, count)
    rules = rule_dicts(engine)
    between = [{**rule, "blocking_rule": f"({rule['blocking_rule']}) and l.is_left <> r.is_left"} for rule in rules]
    anyhow = {"blocking_rule": "l.is_left <> r.is_left", "sql_dialect": engine.name, "arrays_to_explode": None}
    settings["blocking_rules_to_generate_predictions"] = [*between, anyhow]
    api = engine.splink_api()
    linker = open_linker(api.register("asked"), settings)
    for column in sorted(frequency_columns(settings)):
        give_frequencies(engine, model, linker, api, "asked", column)
    scored = linker.inference.predict(warning_mode="never").physical_name
    fields = ", ".join(f"mw_{name} + {RARITY[name]}" if name in RARITY else f"mw_{name}" for name in COMPARISONS)
    rows = engine.rows(
        f"select l.head, r.head, match_weight, match_probability, cast(match_key as integer), {fields} "
        f"from {scored} as scored inner join asked as l on scored.component_l = l.component "
        "inner join asked as r on scored.component_r = r.component order by match_weight desc, 1, 2"
    )
    return [
        Weighed(
            str(one), str(other), round(float(weight), 3), float(probability),
            {name: round(float(value), 3) for name, value in zip(COMPARISONS, values, strict=True)},
            BLOCKING_WORDS[rule] if rule < len(rules) else "",
        )
        for one, other, weight, probability, rule, *values in rows
    ]  # fmt: skip
