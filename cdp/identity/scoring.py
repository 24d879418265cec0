"""Score pairs of representatives with a trained model."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from cdp.engines import Engine
from cdp.errors import IdentityError
from cdp.identity.comparisons import (
    COMPARISONS,
    ID_COLUMN,
    RARITY,
    SAME_NAME_SAME_ADDRESS,
    SAME_NAME_SAME_ADDRESS_PROBABILITY,
    blocking_rules,
    model_settings,
)
from cdp.identity.model import Model

if TYPE_CHECKING:
    import pandas as pd


def settings_dict(engine: Engine, model: Model | None, unique_id: str, count: int) -> dict[str, Any]:
    """Splink's settings for an engine, with what a model has learned; ``count`` representatives make the prior."""
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
    _weigh_same_home(settings)
    return settings


def _weigh_same_home(settings: dict[str, Any]) -> None:
    """Set the level's u so that it alone gives its probability, whatever the prior."""
    prior = settings["probability_two_random_records_match"]
    wanted = SAME_NAME_SAME_ADDRESS_PROBABILITY
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("label_for_charts") == SAME_NAME_SAME_ADDRESS:
                odds = prior / (1 - prior) * (1 - wanted) / wanted
                level["u_probability"] = min(level["m_probability"] * odds, 1.0)


def open_linker(tables: Any, settings: dict[str, Any]) -> Any:
    """Splink's linker over registered tables."""
    from splink import Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    return Linker(tables, settings, log_level=None, validate_settings=False)


def rule_dicts(engine: Engine) -> list[dict[str, Any]]:
    """The blocking rules as Splink writes them: blocking_rule, sql_dialect, arrays_to_explode."""
    written = []
    for rule in blocking_rules():
        plain = {"blocking_rule": rule, "sql_dialect": engine.name, "arrays_to_explode": None}
        written.append(plain if isinstance(rule, str) else dict(rule.create_blocking_rule_dict(engine.name)))
    return written


def score(
    engine: Engine, model: Model, count: int, table: str = "representatives", only: str | None = None
) -> pd.DataFrame:
    """Scored pairs of a table of representatives.

    Columns: component_l, component_r, match_weight, match_probability, mw_… by field. ``count`` representatives in
    all make the prior. ``only`` is a condition over ``l`` and ``r`` that a pair must meet.
    """
    if int(engine.scalar(f"select count(*) from {table}")) < 2:
        return _no_pairs()
    settings = settings_dict(engine, model, ID_COLUMN, count)
    if only:
        settings["blocking_rules_to_generate_predictions"] = [
            {**rule, "blocking_rule": f"({rule['blocking_rule']}) and ({only})"} for rule in rule_dicts(engine)
        ]
    api = engine.splink_api()
    linker = open_linker(api.register(table), settings)
    for column in sorted(frequency_columns(settings)):
        give_frequencies(engine, model, linker, api, table, column)
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


def _no_pairs() -> pd.DataFrame:
    import pandas as pd

    ends = {name: pd.Series(dtype="int64") for name in ("component_l", "component_r")}
    weights = ("match_weight", "match_probability", *(f"mw_{name}" for name in COMPARISONS))
    return pd.DataFrame({**ends, **{name: pd.Series(dtype="float64") for name in weights}})


def frequency_columns(settings: dict[str, Any]) -> set[str]:
    """Columns whose values weigh more where they are rare."""
    levels = [level for comparison in settings["comparisons"] for level in comparison["comparison_levels"]]
    return {str(level["tf_adjustment_column"]) for level in levels if level.get("tf_adjustment_column")}


def give_frequencies(engine: Engine, model: Model, linker: Any, api: Any, table: str, column: str) -> None:
    """How common each value was when the model was trained; Splink would count the table at hand."""
    import pandas as pd

    known = model.frequencies.get(column, {})
    frame = pd.DataFrame({"value": list(known), "frequency": list(known.values())})
    engine.register("known_frequencies", frame.astype({"value": "string", "frequency": "float64"}))
    name = f"frequencies_{column}"
    engine.create_table(
        name,
        f"select values.value as {column}, coalesce(known.frequency, {model.rarest!r}) as tf_{column} "
        f"from (select distinct {column} as value from {table} where {column} is not null) as values "
        "left join known_frequencies as known on values.value = known.value",
    )
    linker.table_management.register_term_frequency_lookup(api.register(name), column)
