"""The people of the fictional world, as they really are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

PERSONAS = {
    # name: mean purchases in store, on the web, in the app; mean idle sessions on the web, in the app
    "store": (5.0, 0.0, 0.0, 0.7, 0.0),
    "web": (0.2, 2.6, 0.0, 2.8, 0.0),
    "app": (0.0, 0.2, 3.0, 0.6, 3.0),
    "omni": (2.6, 1.4, 0.8, 1.8, 1.6),
    "quiet": (0.4, 0.3, 0.05, 1.5, 0.3),
}
PERSONA_SHARES = (("store", 0.27), ("web", 0.22), ("app", 0.13), ("omni", 0.23), ("quiet", 0.15))


@dataclass(frozen=True, slots=True)
class Address:
    """A home."""

    address_id: int
    street: str
    unit: str
    city: str
    region: str
    postcode: str
    country: str

    def __str__(self) -> str:
        unit = f", {self.unit}" if self.unit else ""
        return f"{self.street}{unit}, {self.postcode} {self.city}, {self.country}"


@dataclass(slots=True)
class Person:
    """One real person. Instants are seconds since 1970 UTC; ``None`` means that it never happened."""

    person_id: str
    household_id: str
    household_type: str
    role: str
    first_name: str
    last_name: str
    gender: str
    born: date
    country: str
    address: Address
    household_size: int = 1
    nickname: str = ""
    middle_initial: str = ""
    suffix: str = ""
    native_name: str = ""
    persona: str = "quiet"
    zeal: float = 1.0
    return_rate: float = 0.07
    active_from: int = 0
    active_until: int = 0
    address_before: Address | None = None
    moved_at: int | None = None
    last_name_before: str = ""
    surname_changed_at: int | None = None
    mobile: str = ""
    mobile_before: str = ""
    mobile_changed_at: int | None = None
    landline: str = ""
    email: str = ""
    email_before: str = ""
    email_changed_at: int | None = None
    email_other: str = ""
    is_twin: bool = False
    recycled_phone: bool = False
    shared_email: bool = False
    erased: bool = False
    household: list[Person] = field(default_factory=list, repr=False)

    @property
    def is_junior(self) -> bool:
        """Bears a parent's full name."""
        return self.suffix == "Jr."

    @property
    def is_senior(self) -> bool:
        """Has a child of the same full name."""
        return self.suffix == "Sr."

    @property
    def moved(self) -> bool:
        """Changed address within the history."""
        return self.moved_at is not None

    @property
    def non_ascii(self) -> bool:
        """Has a name that plain ASCII cannot write."""
        return not f"{self.first_name}{self.last_name}{self.native_name}".isascii()

    def last_name_at(self, instant: int) -> str:
        """Return the surname borne at that time."""
        changed = self.surname_changed_at
        return self.last_name_before if changed is not None and instant < changed else self.last_name

    def address_at(self, instant: int) -> Address:
        """Return the home at that time."""
        if self.moved_at is not None and self.address_before and instant < self.moved_at:
            return self.address_before
        return self.address

    def email_at(self, instant: int) -> str:
        """Return the main e-mail address at that time; empty when there is none."""
        changed = self.email_changed_at
        return self.email_before if changed is not None and instant < changed else self.email

    def mobile_at(self, instant: int) -> str:
        """Return the mobile number at that time in E.164; empty when there is none."""
        changed = self.mobile_changed_at
        return self.mobile_before if changed is not None and instant < changed else self.mobile

    def full_name_at(self, instant: int) -> str:
        """Return first and last name at that time."""
        return f"{self.first_name} {self.last_name_at(instant)}"
