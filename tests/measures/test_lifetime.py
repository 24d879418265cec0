"""BG/NBD and Gamma-Gamma against published figures, and against customers drawn from the models themselves."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdp.errors import MeasureError
from cdp.measures import bg_nbd, gamma_gamma, lifetime

CDNOW = os.environ.get("CDP_CDNOW", "")


@pytest.fixture(scope="module")
def cdnow():
    """2,357 buyers of CDNOW in weeks: x, t_x, T, mean value of repeat orders (Fader and Hardie's summary)."""
    if not CDNOW:
        pytest.skip("CDP_CDNOW does not name the folder with cdnow_customers_summary_with_transactions.csv")
    (path,) = Path(CDNOW).rglob("cdnow_customers_summary_with_transactions.csv")
    frame = pd.read_csv(path)
    return tuple(frame[name].to_numpy(dtype=float) for name in ("x", "t_x", "T", "zbar"))


def test_bg_nbd_gives_the_published_parameters(cdnow):
    x, t_x, age, _ = cdnow
    model = bg_nbd.fit(x, t_x, age)
    assert [round(value, 3) for value in (model.r, model.alpha, model.a, model.b)] == [0.243, 4.414, 0.793, 2.426]
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_equal_customers_may_be_counted_once(cdnow):
    x, t_x, age, _ = cdnow
    frame = pd.DataFrame({"x": x, "t_x": t_x, "age": age})
    equal = frame.groupby(["x", "t_x", "age"]).size().reset_index(name="n")
    told = [equal[name].to_numpy(dtype=float) for name in ("x", "t_x", "age", "n")]
    assert len(equal) < len(frame)
    assert bg_nbd.fit(*told).alpha == pytest.approx(bg_nbd.fit(x, t_x, age).alpha, rel=1e-3)


def test_expected_orders_of_the_published_example(cdnow):
    x, t_x, age, _ = cdnow
    model = bg_nbd.fit(x, t_x, age)
    (expected,) = model.expected_orders(39.0, np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert expected == pytest.approx(1.226, abs=0.001)


def test_gamma_gamma_gives_the_published_parameters(cdnow):
    x, _, _, mean = cdnow
    told = (x > 0) & (mean > 0)
    model = gamma_gamma.fit(x[told], mean[told])
    assert (model.p, model.q, model.gamma) == pytest.approx((6.25, 3.74, 15.44), rel=0.005)


@pytest.fixture(scope="module")
def model():
    return bg_nbd.BgNbd(0.8, 60.0, 0.7, 2.5, 0.0)


def test_draws_agree_with_the_formulas(model):
    x, t_x, age = (np.array(values, dtype=float) for values in ([0, 1, 4, 9], [0, 100, 300, 340], [350, 350, 350, 350]))
    drawn = model.draw_orders(90.0, x, t_x, age, 40_000, 7)
    assert drawn.mean(axis=1) == pytest.approx(model.expected_orders(90.0, x, t_x, age), rel=0.03)
    assert (drawn > 0).mean(axis=1) == pytest.approx(model.probability_of_order(90.0, x, t_x, age), abs=0.01)


def test_the_time_to_an_order_is_where_its_chance_is_reached(model):
    x, t_x, age = np.array([5.0, 5.0]), np.array([340.0, 20.0]), np.array([350.0, 350.0])
    days = model.time_to_order(0.5, x, t_x, age)
    assert model.probability_of_order(float(days[0]), x, t_x, age)[0] == pytest.approx(0.5)
    assert days[1] == np.inf


@pytest.fixture(scope="module")
def histories(model):
    """3,000 buyers who behave as the models say, known for 400 days and followed for 90 more."""
    random = np.random.default_rng(3)
    rows = []
    for number in range(3000):
        rate, leaves = random.gamma(model.r, 1 / model.alpha), random.beta(model.a, model.b)
        began = random.integers(0, 300)
        days, alive = [0.0], True
        while alive:
            days.append(days[-1] + random.exponential(1 / rate))
            alive = days[-1] < 490 - began and random.random() > leaves
        whole = np.unique(np.floor([day for day in days if day < 490 - began]))
        values = random.gamma(6.0, 1 / random.gamma(4.0, 1 / 60.0), size=len(whole))
        seen = whole < 400 - began
        rows.append(
            (
                f"C{number}", int(seen.sum()) - 1, whole[seen].max(), 400 - began, values[seen].mean(),
                int((~seen).sum()), values[~seen].sum(),
            )
        )  # fmt: skip
    columns = ["customer_id", "count_repeats", "last_age", "age", "mean_value", "orders_after", "value_after"]
    return pd.DataFrame(rows, columns=columns)


def test_predictions_are_ordered_and_told_for_every_buyer(histories):
    made = lifetime.predict(lifetime.fit(histories), histories, pd.Timestamp("2026-06-01"))
    assert list(made["customer_id"]) == list(histories["customer_id"])
    assert made.drop(columns=[name for name in made if name.startswith("next_order")]).notna().all(axis=None)
    assert (made["orders_365d_low"] <= made["orders_365d_high"]).all()
    assert (made["clv_365d_low"] <= made["clv_365d_high"]).all()
    assert (made["churn_probability_365d"] <= made["churn_probability_90d"]).all()
    assert made["probability_alive"].between(0, 1).all()
    soon = made[made["next_order_on"].notna()]
    assert (soon["next_order_on"] >= pd.Timestamp("2026-06-01")).all()
    assert (soon["next_order_on_low"] <= soon["next_order_on"]).all()


def test_predictions_do_not_depend_on_the_order_of_rows(histories):
    fitted = lifetime.fit(histories)
    made = lifetime.predict(fitted, histories, pd.Timestamp("2026-06-01")).set_index("customer_id")
    turned = histories.iloc[::-1].reset_index(drop=True)
    again = lifetime.predict(lifetime.fit(turned), turned, pd.Timestamp("2026-06-01")).set_index("customer_id")
    same = ["orders_365d", "churn_probability_90d", "probability_alive"]
    assert again.loc[made.index, same].to_numpy() == pytest.approx(made[same].to_numpy(), rel=1e-3)


def test_the_back_test_beats_the_simplest_guess(histories):
    tested = lifetime.back_test(histories, 90.0).set_index("measure")
    assert tested.loc["orders", "predicted"] == pytest.approx(tested.loc["orders", "actual"], rel=0.1)
    assert (tested["mean_absolute_error"] < tested["baseline_mean_absolute_error"]).all()


def test_few_buyers_carry_no_model(histories):
    with pytest.raises(MeasureError, match="199 buyers of whom"):
        lifetime.fit(histories.head(199))


def test_the_range_of_spending_holds_as_many_outcomes_as_it_says(model):
    values = gamma_gamma.GammaGamma(6.0, 4.0, 60.0, 0.0)
    x, t_x, age = np.array([0.0, 2.0, 8.0]), np.array([0.0, 200.0, 330.0]), np.array([350.0, 350.0, 350.0])
    mean = np.array([30.0, 50.0, 80.0])
    drawn = model.draw_orders(365.0, x, t_x, age, 20_000, 5)
    random = np.random.default_rng(6)
    worth = random.gamma((6.0 * (x + 1) + 4.0)[:, None], 1 / (60.0 + (x + 1) * mean)[:, None], size=drawn.shape)
    spent = np.where(drawn > 0, random.gamma(np.maximum(6.0 * drawn, 1e-9)) / worth, 0.0)
    none = 1.0 - model.probability_of_order(365.0, x, t_x, age)
    counted = (drawn.mean(axis=1), drawn.var(axis=1), none)
    low, high = values.spending_range(x + 1, mean, *counted, (0.1, 0.9))
    inside = ((spent >= low[:, None]) & (spent <= high[:, None])).mean(axis=1)
    assert (inside >= 0.8 - 0.03).all()
    assert (spent > high[:, None]).mean(axis=1) == pytest.approx(0.1, abs=0.03)


def test_many_buyers_are_told_in_weeks_with_nearly_the_same_answers(histories, monkeypatch):
    exact = lifetime.predict(lifetime.fit(histories), histories, pd.Timestamp("2026-06-01"))
    monkeypatch.setattr(lifetime, "_MANY_BUYERS", 100)
    rough = lifetime.predict(lifetime.fit(histories), histories, pd.Timestamp("2026-06-01"))
    assert rough["orders_365d"].sum() == pytest.approx(exact["orders_365d"].sum(), rel=0.03)
    assert (rough["probability_alive"] - exact["probability_alive"]).abs().mean() < 0.03
