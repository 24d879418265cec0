"""Gamma-Gamma: what an order of each customer will be worth.

Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). Order values of one customer are
Gamma(p, v), and v ~ Gamma(q, gamma) over customers; a customer is told by the number of orders seen and their mean
value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.errors import MeasureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; ``gamma`` in the unit of money of the data."""

    p: float
    q: float
    gamma: float
    log_likelihood: float

    def expected_value(self, orders: Floats, mean_value: Floats) -> Floats:
        """Mean value of a future order of each customer, shape (n,); customers without orders get the mean of all."""
        import numpy as np

        seen = np.where(orders > 0, orders * mean_value, 0.0)
        return np.asarray(self.p * (self.gamma + seen) / (self.p * orders + self.q - 1.0), dtype=np.float64)

    def spending_range(
        self,
        orders: Floats,
        mean_value: Floats,
        future: Floats,
        future_variance: Floats,
        none: Floats,
        interval: tuple[float, float],
    ) -> tuple[Floats, Floats]:
        """Quantiles of what each customer will spend over an uncertain number of orders, each shape (n,).

        ``future`` and ``future_variance`` are that number's mean and variance, ``none`` the chance of no order at
        all. Spending is 0 with that chance, else Gamma with the mean and variance that follow from the posterior of v.
        """
        import numpy as np
        from scipy.special import gammaincinv

        shape = np.maximum(self.p * orders + self.q, 2.05)
        rate = self.gamma + np.where(orders > 0, orders * mean_value, 0.0)
        value = self.p * rate / (shape - 1.0)
        value_variance = value**2 / (shape - 2.0)
        within = self.p * rate**2 / ((shape - 1.0) * (shape - 2.0))
        mean = future * value
        variance = future * within + future_variance * value**2 + (future**2 + future_variance) * value_variance
        some = np.maximum(1.0 - none, 1e-9)
        mean_if, square_if = mean / some, (variance + mean**2) / some
        variance_if = np.maximum(square_if - mean_if**2, 1e-9 * np.maximum(mean_if, 1e-9) ** 2)
        form = np.maximum(mean_if**2 / variance_if, 1e-6)
        scale = variance_if / np.maximum(mean_if, 1e-9)
        low, high = (
            np.where(share <= none, 0.0, gammaincinv(form, np.clip((share - none) / some, 0.0, 1.0)) * scale)
            for share in interval
        )
        return low, high


def fit(orders: Floats, mean_value: Floats, weight: Floats | None = None) -> GammaGamma:
    """Most likely parameters for customers with ``orders`` > 0 of positive ``mean_value``.

    Raises ``MeasureError`` when the likelihood has no inner maximum, or q ≤ 1 (the mean would not exist).
    """
    import numpy as np
    from scipy.optimize import minimize

    counted = np.ones_like(orders) if weight is None else weight
    unit = float(np.sum(counted * mean_value) / np.sum(counted)) or 1.0
    told = (orders, mean_value / unit, counted)
    best = None
    for start in ((0.5, 1.0, 0.0), (1.5, 1.5, -0.5), (0.0, 2.0, 1.0)):
        found = minimize(_loss, np.asarray(start), args=told, method="L-BFGS-B", bounds=[(-10.0, 10.0)] * 3)
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    p, q, gamma = np.exp(best.x)
    if np.any(np.abs(best.x) > 9.9) or not np.isfinite(best.fun) or q <= 1.0:
        raise MeasureError("no Gamma-Gamma model fits these order values", "order values must differ between customers")
    likelihood = -(float(best.fun) + float(np.log(unit))) * float(counted.sum())
    return GammaGamma(float(p), float(q), float(gamma * unit), likelihood)


def _loss(logs: Floats, orders: Floats, mean_value: Floats, weight: Floats) -> float:
    """Mean negative log likelihood; equation (1a) of the source."""
    import numpy as np
    from scipy.special import gammaln

    p, q, gamma = np.exp(logs)
    shape = p * orders
    told = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
    told = told + (shape - 1) * np.log(mean_value) + shape * np.log(orders)
    told = told - (shape + q) * np.log(gamma + orders * mean_value)
    return -float(np.sum(weight * told) / np.sum(weight))
