"""What the fictional shop Fennel & Oar sells, and where."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.sample.draws import Draws

SHOP = "Fennel & Oar"
SITE = "https://www.fennelandoar.example"
DESK = "https://fennelandoar.zendesk.example"
VAT = {"GB": 20, "DE": 19, "US": 0}

_RANGES = {
    "Outdoor": ("Bivvy Mat", "Camp Lantern", "Canoe Bag", "Day Pack", "Fire Steel", "Rain Shell", "Trail Flask"),
    "Kitchen": ("Bread Bin", "Butter Dish", "Paring Knife", "Pepper Mill", "Salad Bowl", "Stock Pot", "Tea Towel"),
    "Bath": ("Bath Mat", "Hand Towel", "Soap Dish", "Wash Bag"),
    "Desk": ("Desk Lamp", "Letter Tray", "Notebook", "Pencil Roll"),
    "Pets": ("Cat Bed", "Dog Lead", "Food Scoop"),
    "Garden": ("Bulb Planter", "Seed Tin", "Twine Box", "Watering Jug"),
}
_BRANDS = ("Bramblecote", "Hollin", "Larkrise", "Pebblemoor", "Quillfeather", "Skerry", "Tidewrack")
_COLOURS = ("Chalk", "Clay", "Fern", "Ink", "Mustard", "Plum", "Slate")


@dataclass(frozen=True, slots=True)
class Product:
    """One article; money in cents."""

    sku: str
    gtin: str
    title: str
    brand: str
    category: str
    product_type: str
    colour: str
    cost: int
    price: int

    @property
    def page(self) -> str:
        """The article's page on the web site."""
        return "/products/" + self.title.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Store:
    """One store."""

    store_id: str
    name: str
    street: str
    city: str
    postcode: str
    country: str
    time_zone: str


def _store(number: int, street: str, city: str, postcode: str, country: str, time_zone: str) -> Store:
    return Store(f"S{number}", f"{SHOP} {city} {street}", street, city, postcode, country, time_zone)


STORES = (
    _store(101, "Abbey Churchyard", "Bath", "BA1 1LT", "GB", "Europe/London"),
    _store(102, "Stonegate", "York", "YO1 8AS", "GB", "Europe/London"),
    _store(103, "Elm Hill", "Norwich", "NR3 1HN", "GB", "Europe/London"),
    _store(104, "Morgan Arcade", "Cardiff", "CF10 1AF", "GB", "Europe/London"),
    _store(105, "Böttcherstraße", "Bremen", "28195", "DE", "Europe/Berlin"),
    _store(106, "Münsterplatz", "Freiburg", "79098", "DE", "Europe/Berlin"),
    _store(107, "Prinzipalmarkt", "Münster", "48143", "DE", "Europe/Berlin"),
    _store(108, "Church Street", "Burlington", "05401", "US", "America/New_York"),
    _store(109, "State Street, Suite 4", "Madison", "53703", "US", "America/Chicago"),
    _store(110, "Pacific Avenue", "Tacoma", "98402", "US", "America/Los_Angeles"),
)


def _gtin(number: int) -> str:
    """Return an EAN-13 with a correct check digit in the range for use inside a shop (prefix 20)."""
    body = f"20{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def make_products(draws: Draws) -> list[Product]:
    """Draw the range: each kind of article by three brands, in one or two colours each."""
    products: list[Product] = []
    for category, kinds in _RANGES.items():
        for kind in kinds:
            level = draws.between(4, 38)
            for brand in draws.shuffled(_BRANDS)[:3]:
                price = (level + draws.between(0, level)) * 100 - 5
                for colour in draws.shuffled(_COLOURS)[: draws.between(1, 2)]:
                    number = 3000 + 7 * len(products)
                    products.append(
                        Product(f"FO-{number}-{colour[:3].upper()}", _gtin(number), f"{brand} {kind} {colour}", brand,
                                category, kind, colour, price * 42 // 100, price)
                    )  # fmt: skip
    return products
