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
MONTH = 365.0 / 12
LEAST_BUYERS, LEAST_REPEATERS = 200, 50
"""Fewer buyers, or fewer who came back, carry no model (published studies rarely fit on fewer)."""
INTERVAL = (0.1, 0.9)
_DRAWS, _SEED, _BLOCK = 200, 20_050_401, 50_000


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
    equal = histories.groupby(["count_repeats", "last_age", "age"], sort=True).size().reset_index(name="weight")
    x, t_x, age, weight = (equal[name].to_numpy(dtype=float) for name in equal.columns)
    orders = bg_nbd.fit(x, t_x, age, weight)
    worth = histories[histories["mean_value"] > 0]
    counted = worth["count_repeats"].to_numpy(dtype=float) + 1.0
    values = gamma_gamma.fit(counted, worth["mean_value"].to_numpy(dtype=float))
    return LifetimeModel(orders, values, len(histories), repeaters)


def predict(model: LifetimeModel, histories: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Predictions per buyer, with the range that holds 80 % of outcomes. ``as_of``: midnight after the last day."""
    import pandas as pd

    equal = histories.groupby(["count_repeats", "last_age", "age"], sort=True)
    keys = equal.size().reset_index(name="weight")
    group = equal.ngroup().to_numpy()
    x, t_x, age = (keys[name].to_numpy(dtype=float) for name in ("count_repeats", "last_age", "age"))
    orders = model.orders
    told = pd.DataFrame(
        {
            "probability_alive": orders.probability_alive(x, t_x, age),
            "orders_365d": orders.expected_orders(HORIZON, x, t_x, age),
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
    result = told.iloc[group].reset_index(drop=True)
    counted = histories["count_repeats"].to_numpy(dtype=float) + 1.0
    mean = histories["mean_value"].clip(lower=0.0).to_numpy(dtype=float)
    result["order_value"] = model.values.expected_value(counted, mean)
    result["clv_365d"] = result["order_value"] * result.pop("discounted")
    for name, column in _ranges(model, histories, mean).items():
        result[name] = column
    for name in ("", "_low", "_high"):
        days = result.pop(f"days_to_order{name}")
        result[f"next_order_on{name}"] = _dates(as_of, days.to_numpy())
    result.insert(0, "customer_id", histories["customer_id"].to_numpy())
    return result


def back_test(before: pd.DataFrame, days: float) -> pd.DataFrame:
    """Fit on histories that end ``days`` before the truth in ``orders_after`` and ``value_after``, and compare.

    Gives one row per measure: predicted, actual, ``baseline`` (everyone goes on as before) and mean absolute errors
    per customer of both. Raises ``MeasureError`` as ``fit`` does.
    """
    import numpy as np
    import pandas as pd

    model = fit(before)
    x, t_x, age = (before[name].to_numpy(dtype=float) for name in ("count_repeats", "last_age", "age"))
    predicted = model.orders.expected_orders(days, x, t_x, age)
    worth = predicted * model.values.expected_value(x + 1.0, before["mean_value"].clip(lower=0.0).to_numpy(dtype=float))
    as_before = (x + 1.0) / np.maximum(age, 1.0) * days
    rows = []
    for measure, told, naive, actual in (
        ("orders", predicted, as_before, before["orders_after"].to_numpy(dtype=float)),
        ("value", worth, as_before * before["mean_value"].to_numpy(dtype=float), before["value_after"].to_numpy(float)),
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
    """Orders within the horizon, those of each month worth as much less as they are later."""
    import numpy as np

    total, before = np.zeros_like(x), np.zeros_like(x)
    for month in range(1, 13):
        until = orders.expected_orders(month * MONTH, x, t_x, age)
        total += (until - before) / (1.0 + YEARLY_DISCOUNT) ** (month / 12)
        before = until
    return total


def _ranges(model: LifetimeModel, histories: pd.DataFrame, mean: Floats) -> dict[str, Floats]:
    """10 % and 90 % points of orders and of spending within the horizon, by drawing from each posterior."""
    import numpy as np

    x, t_x, age = (histories[name].to_numpy(dtype=float) for name in ("count_repeats", "last_age", "age"))
    parts: list[Floats] = []
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        drawn = model.orders.draw_orders(HORIZON, x[part], t_x[part], age[part], _DRAWS, _SEED + start)
        spent = model.values.draw_spending(x[part] + 1.0, mean[part], drawn, _SEED + start + 1)
        parts.append(np.vstack([np.quantile(drawn, INTERVAL, axis=1), np.quantile(spent, INTERVAL, axis=1)]))
    names = ("orders_365d_low", "orders_365d_high", "clv_365d_low", "clv_365d_high")
    return dict(zip(names, np.hstack(parts), strict=True))


def _dates(as_of: pd.Timestamp, days: Floats) -> NDArray[np.datetime64]:
    """The day that many days after ``as_of``; none where an order is too unlikely or further than ten years off."""
    import numpy as np

    far = ~(days < 3650)
    whole = np.where(far, 0, np.ceil(np.where(far, 0.0, days))).astype("timedelta64[D]")
    dates = np.datetime64(as_of.date(), "D") + whole - np.timedelta64(1, "D")
    return np.where(far, np.datetime64("NaT"), np.maximum(dates, np.datetime64(as_of.date(), "D")))
