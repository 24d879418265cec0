"""Expected orders, customer lifetime value and churn for every buyer, and how well they held on past data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.errors import MeasureError
from cdp.measures import bg_nbd, gamma_gamma
from cdp.measures.bg_nbd import BgNbd
from cdp.measures.gamma_gamma import GammaGamma

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HORIZON = 365.0
"""Days that orders and lifetime value look ahead."""
CHURN_HORIZONS = (90, 365)
YEARLY_DISCOUNT = 0.10
"""Money in a year is worth this share less than money today."""
QUARTER = 365.0 / 4
LEAST_BUYERS, LEAST_REPEATERS = 200, 50
"""Fewer buyers, or fewer who came back, carry no model (published studies rarely fit on fewer)."""
INTERVAL = (0.1, 0.9)
_DRAWS, _SEED, _BLOCK = 200, 20_050_401, 20_000
_MANY_BUYERS = 20_000
_KEYS = ["count_repeats", "last_age", "age"]


@dataclass(frozen=True)
class LifetimeModel:
    """Both models and what they were fitted on."""

    orders: BgNbd
    values: GammaGamma
    buyers: int
    repeaters: int

    @property
    def version(self) -> str:
        """Short text that tells two fits apart."""
        orders, values = self.orders, self.values
        numbers = (orders.r, orders.alpha, orders.a, orders.b, values.p, values.q, values.gamma)
        return "bg-nbd+gamma-gamma/" + "/".join(f"{number:.4g}" for number in numbers)


def fit(histories: pd.DataFrame) -> LifetimeModel:
    """Fit on ``histories``: one row per buyer with count_repeats, last_age, age (days) and mean_value (of all orders).

    Raises ``MeasureError`` when there are too few buyers or the models do not fit.
    """
    repeaters = int((histories["count_repeats"] > 0).sum())
    if len(histories) < LEAST_BUYERS or repeaters < LEAST_REPEATERS:
        raise MeasureError(
            f"too little data for predictions: {len(histories)} buyers of whom {repeaters} came back",
            f"at least {LEAST_BUYERS} buyers and {LEAST_REPEATERS} who came back are needed",
        )
    equal = _coarse(histories).groupby(_KEYS, sort=True).size().reset_index(name="weight")
    x, t_x, age, weight = (equal[name].to_numpy(dtype=float) for name in equal.columns)
    orders = bg_nbd.fit(x, t_x, age, weight)
    worth = histories[histories["mean_value"] > 0]
    if len(worth) > _MANY_BUYERS:
        worth = worth.iloc[:: len(worth) // _MANY_BUYERS]
    counted = worth["count_repeats"].to_numpy(dtype=float) + 1.0
    values = gamma_gamma.fit(counted, worth["mean_value"].to_numpy(dtype=float))
    return LifetimeModel(orders, values, len(histories), repeaters)


def predict(model: LifetimeModel, histories: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Predictions per buyer, with the range that holds 80 % of outcomes. ``as_of``: midnight after the last day."""
    equal = _coarse(histories).groupby(_KEYS, sort=True)
    keys = equal.size().reset_index(name="weight")
    told = _of_kinds(model.orders, *(keys[name].to_numpy(dtype=float) for name in _KEYS))
    result = told.iloc[equal.ngroup().to_numpy()].reset_index(drop=True)
    orders = histories["count_repeats"].to_numpy(dtype=float) + 1.0
    mean = histories["mean_value"].clip(lower=0.0).to_numpy(dtype=float)
    result["order_value"] = model.values.expected_value(orders, mean)
    result["clv_365d"] = result["order_value"] * result.pop("discounted")
    low, high = model.values.spending_range(
        orders,
        mean,
        result["orders_365d"].to_numpy(dtype=float),
        result["orders_variance"].to_numpy(dtype=float),
        result["no_order"].to_numpy(dtype=float),
        INTERVAL,
    )
    result["clv_365d_low"], result["clv_365d_high"] = low, high
    for name in ("", "_low", "_high"):
        days = result.pop(f"days_to_order{name}")
        result[f"next_order_on{name}"] = _dates(as_of, days.to_numpy())
    result.insert(0, "customer_id", histories["customer_id"].to_numpy())
    return result.drop(columns=["orders_variance", "no_order"])


def _coarse(histories: pd.DataFrame) -> pd.DataFrame:
    """Histories with ages in whole weeks where there are many: far fewer kinds of buyers, nearly the same answers."""
    if len(histories) < _MANY_BUYERS:
        return histories
    weeks = (histories[["last_age", "age"]] / 7).round().astype("int64") * 7
    return histories.assign(last_age=weeks["last_age"], age=weeks[["last_age", "age"]].max(axis=1))


def _of_kinds(orders: BgNbd, x: Floats, t_x: Floats, age: Floats) -> pd.DataFrame:
    """What is expected of each kind of buyer, told by (repeats, age at the last order, age)."""
    import numpy as np
    import pandas as pd

    drawn = [
        orders.draw_orders(HORIZON, x[part], t_x[part], age[part], _DRAWS, _SEED + part.start)
        for part in (slice(start, start + _BLOCK) for start in range(0, len(x), _BLOCK))
    ]
    low, high = np.hstack([np.quantile(block, INTERVAL, axis=1) for block in drawn])
    return pd.DataFrame(
        {
            "probability_alive": orders.probability_alive(x, t_x, age),
            "orders_365d": orders.expected_orders(HORIZON, x, t_x, age),
            "orders_365d_low": low,
            "orders_365d_high": high,
            "orders_variance": np.concatenate([block.var(axis=1) for block in drawn]),
            "no_order": 1.0 - orders.probability_of_order(HORIZON, x, t_x, age),
            "discounted": _discounted(orders, x, t_x, age),
            **{
                f"churn_probability_{days}d": 1.0 - orders.probability_of_order(float(days), x, t_x, age)
                for days in CHURN_HORIZONS
            },
            "days_to_order": orders.time_to_order(0.5, x, t_x, age),
            "days_to_order_low": orders.time_to_order(INTERVAL[0], x, t_x, age),
            "days_to_order_high": orders.time_to_order(INTERVAL[1], x, t_x, age),
        }
    )


def back_test(before: pd.DataFrame, days: float) -> pd.DataFrame:
    """Fit on histories that end ``days`` before the truth in ``orders_after`` and ``value_after``, and compare.

    Gives one row per measure: predicted, actual, ``baseline`` (everyone goes on as before) and mean absolute errors
    per customer of both. Raises ``MeasureError`` as ``fit`` does.
    """
    import numpy as np
    import pandas as pd

    model = fit(before)
    equal = _coarse(before).groupby(_KEYS, sort=True)
    kinds = equal.size().reset_index(name="weight")
    expected = model.orders.expected_orders(days, *(kinds[name].to_numpy(dtype=float) for name in _KEYS))
    predicted = expected[equal.ngroup().to_numpy()]
    x, age = (before[name].to_numpy(dtype=float) for name in ("count_repeats", "age"))
    worth = predicted * model.values.expected_value(x + 1.0, before["mean_value"].clip(lower=0.0).to_numpy(dtype=float))
    as_before = x / np.maximum(age, 1.0) * days
    rows = []
    for measure, told, naive, actual in (
        ("orders", predicted, as_before, before["orders_after"].to_numpy(dtype=float)),
        (
            "value",
            worth,
            as_before * before["mean_value"].clip(lower=0.0).to_numpy(dtype=float),
            before["value_after"].to_numpy(float),
        ),
    ):
        rows.append(
            {
                "measure": measure,
                "count_customers": len(before),
                "predicted": float(told.sum()),
                "actual": float(actual.sum()),
                "baseline": float(naive.sum()),
                "mean_absolute_error": float(np.abs(told - actual).mean()),
                "baseline_mean_absolute_error": float(np.abs(naive - actual).mean()),
            }
        )
    return pd.DataFrame(rows).assign(model_version=model.version)


def _discounted(orders: BgNbd, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Orders within the horizon, those of each quarter worth as much less as its middle is later."""
    import numpy as np

    total, before = np.zeros_like(x), np.zeros_like(x)
    for quarter in range(1, 5):
        until = orders.expected_orders(quarter * QUARTER, x, t_x, age)
        total += (until - before) / (1.0 + YEARLY_DISCOUNT) ** ((quarter - 0.5) / 4)
        before = until
    return total


def _dates(as_of: pd.Timestamp, days: Floats) -> NDArray[np.datetime64]:
    """The day that many days after ``as_of``; none where an order is too unlikely or further than ten years off."""
    import numpy as np

    far = ~(days < 3650)
    whole = np.where(far, 0, np.ceil(np.where(far, 0.0, days))).astype("timedelta64[D]")
    dates = np.datetime64(as_of.date(), "D") + whole - np.timedelta64(1, "D")
    return np.where(far, np.datetime64("NaT"), np.maximum(dates, np.datetime64(as_of.date(), "D")))
