"""Make every measure of a workspace from orders, touchpoints and profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.errors import MeasureError
from cdp.measures import lifetime
from cdp.measures.attributes import add_attributes
from cdp.measures.attribution import removal_effects
from cdp.measures.definitions import Attribute, KpiGroup
from cdp.measures.kpis import build_kpis
from cdp.measures.moment import Moment
from cdp.measures.recommendations import recommend
from cdp.steps import Step, load_steps

if TYPE_CHECKING:
    import pandas as pd

BACK_TEST_DAYS = 90
PREDICTIONS = (
    "customer_id varchar, probability_alive double, orders_365d double, orders_365d_low double, "
    "orders_365d_high double, order_value double, clv_365d double, clv_365d_low double, clv_365d_high double, "
    "churn_probability_90d double, churn_probability_365d double, next_order_on date, next_order_on_low date, "
    "next_order_on_high date, model_version varchar, fitted_on date"
)
TESTS = (
    "measure varchar, business_date date, held_out_from date, count_customers bigint, predicted double, "
    "actual double, baseline double, mean_absolute_error double, baseline_mean_absolute_error double, "
    "model_version varchar"
)
MEASURED_COLUMNS = (
    "rfm_recency_score",
    "rfm_frequency_score",
    "rfm_monetary_score",
    "orders_365d",
    "clv_365d",
    "churn_probability_90d",
    "churn_probability_365d",
    "next_order_on",
)
"""Columns by which measures widen profiles, computed attributes left out."""
_INNER = ("customer_orders", "purchase_days", "products_bought", "product_offers", "rfm_scores", "order_margins")
_OF_JOURNEYS = (
    *("journey_customers", "channel_contacts", "journey_visits", "attribution_touches"),
    *("channel_moves", "removal_effects"),
)


@dataclass(frozen=True)
class MeasureSummary:
    """What was made, for the run's report; ``too_little`` says why there are no predictions."""

    count_predictions: int
    count_recommendations: int
    count_journeys: int
    count_kpis: int
    too_little: str = ""
    back_test: str = ""
    warnings: tuple[str, ...] = ()


def build_measures(
    engine: Engine,
    kpis: Sequence[KpiGroup],
    attributes: Sequence[Attribute],
    moment: Moment,
    *,
    previous_kpis: bool = False,
) -> MeasureSummary:
    """Make the measures' tables in the engine, and widen its table ``profiles``.

    Reads the canonical tables and those of identity and profiles; with ``previous_kpis`` also ``prev_kpis``. Raises
    ``MeasureError`` for a KPI or attribute whose SQL fails.
    """
    steps = {step.name: step for step in load_steps("measures")}
    params = moment.params()
    _make(engine, steps, ("customer_orders", "purchase_days", "rfm_scores"), params)
    too_little, back_test = _predict(engine, steps, moment.business_date)
    count_recommendations = _recommend(engine, steps, params)
    _make(
        engine,
        steps,
        (
            *("journey_customers", "channel_contacts", "journey_visits", "journeys", "journey_transitions"),
            *("funnels", "attribution_touches"),
        ),
        params,
    )
    _attribute(engine, steps, params)
    _widen_profiles(engine)
    for table in _OF_JOURNEYS:
        engine.drop(table)
    warnings = add_attributes(engine, attributes, moment)
    count_kpis = build_kpis(engine, kpis, moment, previous=previous_kpis)
    for table in _INNER:
        engine.drop(table)
    return MeasureSummary(
        int(engine.scalar("select count(*) from predictions")),
        count_recommendations,
        int(engine.scalar("select count(*) from journeys")),
        count_kpis,
        too_little,
        back_test,
        tuple(warnings),
    )


def _make(engine: Engine, steps: dict[str, Step], names: Sequence[str], params: dict[str, object]) -> None:
    for name in names:
        engine.create_table(name, steps[name].sql, params)


def _predict(engine: Engine, steps: dict[str, Step], business_date: date) -> tuple[str, str]:
    """Make ``predictions`` and ``prediction_tests``; says why there are none, and how the back-test went."""
    import pandas as pd

    engine.execute(f"create or replace temp table predictions ({PREDICTIONS})")
    engine.execute(f"create or replace temp table prediction_tests ({TESTS})")
    histories = _histories(engine, steps, business_date)
    try:
        model = lifetime.fit(histories)
    except MeasureError as error:
        return error.message, ""
    made = lifetime.predict(model, histories, pd.Timestamp(business_date) + pd.Timedelta(days=1))
    made["model_version"], made["fitted_on"] = model.version, business_date
    engine.register("predicted", made)
    engine.execute("insert into predictions by name select * from predicted")
    engine.drop("predicted")
    return "", _back_test(engine, steps, business_date)


def _histories(engine: Engine, steps: dict[str, Step], known_until: date) -> pd.DataFrame:
    engine.create_table("purchase_histories", steps["purchase_histories"].sql, {"known_until": known_until})
    histories = engine.frame("select * from purchase_histories order by customer_id")
    engine.drop("purchase_histories")
    return histories


def _back_test(engine: Engine, steps: dict[str, Step], business_date: date) -> str:
    until = business_date - timedelta(days=BACK_TEST_DAYS)
    try:
        tested = lifetime.back_test(_histories(engine, steps, until), float(BACK_TEST_DAYS))
    except MeasureError as error:
        return f"no back-test: {error.message} {BACK_TEST_DAYS} days ago"
    tested["business_date"], tested["held_out_from"] = business_date, until + timedelta(days=1)
    engine.register("tested", tested)
    engine.execute("insert into prediction_tests by name select * from tested")
    engine.drop("tested")
    orders = tested.iloc[0]
    return (
        f"last {BACK_TEST_DAYS} days held out: {orders['predicted']:.0f} orders foretold, {orders['actual']:.0f} came; "
        f"mean absolute error per customer {orders['mean_absolute_error']:.3f}, "
        f"{orders['baseline_mean_absolute_error']:.3f} had everyone gone on as before"
    )


def _recommend(engine: Engine, steps: dict[str, Step], params: dict[str, object]) -> int:
    _make(engine, steps, ("products_bought", "product_offers"), params)
    bought = engine.frame("select customer_id, sku from products_bought order by customer_id, sku")
    offers = engine.frame("select sku, is_offered, return_rate from product_offers order by sku")
    engine.register("recommended", recommend(bought, offers))
    columns = "customer_id, cast(rank as integer) as rank, sku, score, because_of"
    count = engine.create_table("recommendations", f"select {columns} from recommended")
    engine.drop("recommended")
    return count


def _attribute(engine: Engine, steps: dict[str, Step], params: dict[str, object]) -> None:
    import pandas as pd

    _make(engine, steps, ("channel_moves", "order_margins"), params)
    moves = engine.rows("select from_touch, to_touch, count_moves from channel_moves order by 1, 2")
    effects = removal_effects((str(origin), str(target), int(count)) for origin, target, count in moves)
    frame = pd.DataFrame({"touch": list(effects), "removal_effect": list(effects.values())})
    engine.register("removal_effects", frame.astype({"touch": "string", "removal_effect": "float64"}))
    _make(engine, steps, ("attribution_credits", "campaign_results", "campaign_returns", "budget_estimates"), params)


def _widen_profiles(engine: Engine) -> None:
    """Add what the measures know of each customer to ``profiles``."""
    engine.widen(
        "profiles",
        "select profiles.customer_id, rfm_scores.recency_score as rfm_recency_score, "
        "rfm_scores.frequency_score as rfm_frequency_score, rfm_scores.monetary_score as rfm_monetary_score, "
        "predictions.orders_365d, predictions.clv_365d, predictions.churn_probability_90d, "
        "predictions.churn_probability_365d, predictions.next_order_on "
        "from profiles left join rfm_scores on profiles.customer_id = rfm_scores.customer_id "
        "left join predictions on profiles.customer_id = predictions.customer_id",
        "customer_id",
    )
