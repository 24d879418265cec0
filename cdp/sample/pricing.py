"""Draw prices per channel, promotions, prices that went astray in one channel, and stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cdp.sample.calendar import Calendar
from cdp.sample.catalogue import STORES, Product
from cdp.sample.draws import Draws

CHANNELS = ("store", "web", "app")
STOCK_DAYS = 5
"""Days of stock that the first night tells."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price in cents from one day to another, both included; ``last`` is ``None`` while no end is known."""

    product: Product
    channel: str
    price: int
    promotion: str
    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Astray:
    """A regular price that differs in one channel from the others, from a day on."""

    product: Product
    channel: str
    price: int
    first: date
    last: date | None


class Pricing:
    """All prices of the world, and the stock of the last days."""

    def __init__(self, seed: int, calendar: Calendar, products: list[Product]) -> None:
        self.calendar, self.products = calendar, products
        self.draws = Draws(seed, "pricing")
        self.astray: list[Astray] = []
        self.prices: list[Price] = []
        self.withdrawn: Price | None = None
        """A promotion by mistake: the first night's list has it, later ones do not."""

    def label(self) -> None:
        """Draw all prices."""
        self._go_astray()
        odd = {(a.product.sku, a.channel): a for a in self.astray}
        begin = self.calendar.days[0]
        for product in self.products:
            for channel in CHANNELS:
                astray = odd.get((product.sku, channel))
                if astray is None:
                    self.prices.append(Price(product, channel, product.price, "", begin))
                    continue
                eve = astray.first - timedelta(days=1)
                self.prices.append(Price(product, channel, product.price, "", begin, eve))
                self.prices.append(Price(product, channel, astray.price, "", astray.first, astray.last))
                if astray.last is not None:
                    morrow = astray.last + timedelta(days=1)
                    self.prices.append(Price(product, channel, product.price, "", morrow))
        for place in range(6):
            self._promote(place)
        chosen = self.draws.pick(self.products)
        first = self.calendar.stamp(1) - timedelta(days=3)
        self.withdrawn = Price(chosen, "web", chosen.price // 2, "X99", first, first + timedelta(days=20))

    def _go_astray(self) -> None:
        draws, last_day = self.draws, self.calendar.stamp(1)
        for place, product in enumerate(draws.shuffled(self.products)[:6]):
            first = last_day - timedelta(days=draws.between(12, 80))
            last = first + timedelta(days=draws.between(4, 9)) if place % 3 == 2 else None
            price = product.price + draws.pick((-200, -100, 100, 300))
            self.astray.append(Astray(product, CHANNELS[place % 3], price, first, last))

    def _promote(self, place: int) -> None:
        """A promotion of a few articles for a week or two, in all channels or on the web alone."""
        draws, begin = self.draws, self.calendar.days[0]
        first = begin + timedelta(days=30 + place * 82 + draws.between(0, 20))
        last = first + timedelta(days=draws.between(6, 13))
        channels = ("web",) if place % 3 == 1 else CHANNELS
        share = draws.pick((70, 80, 90))
        for product in draws.shuffled(self.products)[:9]:
            for channel in channels:
                price = self._regular(product, channel, first) * share // 100
                self.prices.append(Price(product, channel, price, f"PR{place + 1:02d}", first, last))

    def _regular(self, product: Product, channel: str, day: date) -> int:
        for a in self.astray:
            if (a.product, a.channel) == (product, channel) and a.first <= day and (a.last is None or day <= a.last):
                return a.price
        return product.price

    def stock(self, night: int) -> list[tuple[date, str, str, int, int]]:
        """Return the stock that a night tells: day, store, sku, on hand, reserved."""
        last = self.calendar.stamp(night)
        days = [last - timedelta(days=back) for back in range(STOCK_DAYS - 1 if night == 1 else 0, -1, -1)]
        rows = []
        for store in STORES:
            for product in self.products:
                level = int(product.gtin[-4:]) * (int(store.store_id[1:]) - 90) % 23
                for day in days:
                    sold = (day.toordinal() + int(product.gtin[-3])) % 5
                    rows.append((day, store.store_id, product.sku, max(0, level - sold), int(sold == 3 and level > 9)))
        return sorted(rows)

    def inconsistencies(self, as_of: date) -> list[tuple[str, ...]]:
        """Return the truth about prices that differ between channels on one day without a promotion."""
        rows: list[tuple[str, ...]] = []
        for a in self.astray:
            others = "|".join(channel for channel in CHANNELS if channel != a.channel)
            current = a.first <= as_of and (a.last is None or as_of <= a.last)
            rows.append((
                a.product.sku, a.channel, f"{a.price / 100:.2f}", others, f"{a.product.price / 100:.2f}",
                a.first.isoformat(), a.last.isoformat() if a.last else "", str(int(current)),
            ))  # fmt: skip
        return rows
