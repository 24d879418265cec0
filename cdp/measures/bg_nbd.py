"""BG/NBD: how often customers will order again.

Source: Fader, Hardie and Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24 (2005). While alive a customer orders as a Poisson process of rate lambda ~ Gamma(r, alpha);
after each order he leaves for good with probability p ~ Beta(a, b). A customer is told by (x, t_x, T): repeat orders,
age at the last order, age now, all counted from the first order. Equal customers are counted once, weighted.
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
class BgNbd:
    """Fitted parameters; ``alpha`` in the unit of time of the data."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def probability_alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Chance that each customer has not left, shape (n,)."""
        import numpy as np

        return np.asarray(1.0 / (1.0 + self._odds_gone(x, t_x, age)), dtype=np.float64)

    def expected_orders(self, horizon: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Orders that each customer will place within ``horizon`` from now, shape (n,)."""
        import numpy as np
        from scipy.special import hyp2f1

        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        shrunk = (alpha + age) / (alpha + age + horizon)
        series = hyp2f1(r + x, b + x, a + b + x - 1, horizon / (alpha + age + horizon))
        grown = (a + b + x - 1) / (a - 1) * (1 - shrunk ** (r + x) * series)
        return np.asarray(grown / (1.0 + self._odds_gone(x, t_x, age)), dtype=np.float64)

    def probability_of_order(self, horizon: float | Floats, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Chance of at least one order within ``horizon`` from now, shape (n,).

        Whoever is alive has lambda ~ Gamma(r + x, alpha + T) and cannot leave before the next order.
        """
        import numpy as np

        waits = ((self.alpha + age) / (self.alpha + age + horizon)) ** (self.r + x)
        return np.asarray(self.probability_alive(x, t_x, age) * (1.0 - waits), dtype=np.float64)

    def time_to_order(self, chance: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Time after which an order will have come with probability ``chance``; infinite where it never gets there."""
        import numpy as np

        alive = self.probability_alive(x, t_x, age)
        with np.errstate(divide="ignore", invalid="ignore"):
            waiting = (1.0 - chance / alive) ** (-1.0 / (self.r + x))
        needed = (self.alpha + age) * (waiting - 1.0)
        return np.where(alive > chance, needed, np.inf)

    def draw_orders(
        self, horizon: float, x: Floats, t_x: Floats, age: Floats, draws: int, seed: int
    ) -> NDArray[np.int64]:
        """Random numbers of orders within ``horizon``, shape (n, draws), from each customer's posterior."""
        import numpy as np

        random = np.random.default_rng(seed)
        shape = (len(x), draws)
        alive = random.random(shape) < self.probability_alive(x, t_x, age)[:, None]
        rate = random.gamma((self.r + x)[:, None], 1.0 / (self.alpha + age)[:, None], size=shape)
        wanted = random.poisson(rate * horizon)
        leaving = np.clip(random.beta(self.a, (self.b + x)[:, None], size=shape), 1e-12, 1.0)
        until_gone = random.geometric(leaving)
        return np.where(alive, np.minimum(wanted, until_gone), 0)

    def _odds_gone(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        import numpy as np

        at_last = self.a / (self.b + np.maximum(x, 1.0) - 1.0)
        since = ((self.alpha + age) / (self.alpha + t_x)) ** (self.r + x)
        return np.where(x > 0, at_last * since, 0.0)


def fit(x: Floats, t_x: Floats, age: Floats, weight: Floats | None = None) -> BgNbd:
    """Most likely parameters for customers (x, t_x, T), each counted ``weight`` times.

    Raises ``MeasureError`` when the likelihood has no inner maximum (data that carry no such model).
    """
    import numpy as np
    from scipy.optimize import minimize

    counted = np.ones_like(x) if weight is None else weight
    unit = float(np.max(age)) / 10.0 or 1.0
    told = (x, t_x / unit, age / unit, counted)
    best = None
    for start in ((0.0, 0.0, 0.0, 0.0), (-1.0, 1.0, -1.0, 1.0), (0.5, 0.5, -0.5, 1.5)):
        found = minimize(_loss, np.asarray(start), args=told, method="L-BFGS-B", bounds=[(-12.0, 12.0)] * 4)
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    r, alpha, a, b = np.exp(best.x)
    if np.any(np.abs(best.x) > 11.9) or not np.isfinite(best.fun):
        raise MeasureError("no BG/NBD model fits these orders", "predictions need customers who come back irregularly")
    likelihood = -float(best.fun) * float(counted.sum()) - float(np.sum(counted * x)) * float(np.log(unit))
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), likelihood)


def _loss(logs: Floats, x: Floats, t_x: Floats, age: Floats, weight: Floats) -> float:
    """Mean negative log likelihood; equations (A1) to (A4) of the authors' note on computing it."""
    import numpy as np
    from scipy.special import gammaln

    r, alpha, a, b = np.exp(logs)
    ordering = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    leaving = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + t_x)
    either = np.where(x > 0, np.logaddexp(alive, gone), alive)
    return -float(np.sum(weight * (ordering + leaving + either)) / np.sum(weight))
