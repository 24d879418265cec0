"""What a person may type to name a customer, in the forms in which identity stores it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

CODE_TYPES = ("loyalty_card", "shop_customer_id")
PLAIN_TYPES = ("anonymous_id", "device_id", "social_handle", "support_user_id")
_MAILTO = re.compile(r"""[\s<>"']|^.*mailto:""")
_PHONE = re.compile(r"^[+\d\s()/.\-]{6,}$")
_NETWORKS = ("instagram", "facebook", "tiktok", "x", "twitter", "youtube", "pinterest", "linkedin")


def may_be_phone(key: str) -> bool:
    """Whether a typed key reads like a telephone number."""
    return _PHONE.match(key.strip()) is not None


def spellings(key: str, countries: Sequence[str]) -> list[tuple[str, str]]:
    """(identifier type, standardised value) pairs that a typed key may stand for, the likeliest first.

    ``countries`` are tried for phone numbers written without a country (ISO 3166-1 alpha-2).
    """
    text = key.strip()
    found: list[tuple[str, str]] = []
    if "@" in text and not text.startswith("@") and ":" not in text.removeprefix("mailto:"):
        found += [("email", value) for value in _emails(text)]
    if may_be_phone(text):
        found += [("phone", value) for value in _phones(text, countries)]
    found += [(kind, code) for kind in CODE_TYPES for code in _codes(text)]
    found += [("order_id", name) for name in _orders(text)]
    if text.startswith("@"):
        found += [("social_handle", f"{network}:{text.lower()}") for network in _NETWORKS]
    found += [(kind, text.lower()) for kind in PLAIN_TYPES]
    return list(dict.fromkeys(found))


def _codes(text: str) -> Iterator[str]:
    """Cards and account numbers are stored without leading zeros, and printed with them."""
    code = re.sub(r"[^0-9a-z]", "", text.lower())
    if code:
        yield code.lstrip("0") or code
        yield code


def _orders(text: str) -> Iterator[str]:
    """Shops write ``#200449``; people often leave the mark out."""
    yield text.upper()
    if text.isalnum():
        yield f"#{text.upper()}"


def _emails(text: str) -> Iterator[str]:
    plain = _MAILTO.sub("", text.lower()).rstrip(".,;:").replace("@googlemail.com", "@gmail.com")
    yield plain
    user, _, domain = plain.partition("@")
    if domain == "gmail.com":
        yield user.partition("+")[0].replace(".", "") + "@gmail.com"


def _phones(text: str, countries: Sequence[str]) -> Iterator[str]:
    import phonenumbers

    written = text.replace("(0)", "") if text.startswith(("+", "00")) else text
    if written.startswith("00"):
        written = "+" + written[2:]
    tries: list[tuple[str, str | None]] = [(written, None)]
    if not written.startswith("+"):
        tries = [*((written, country) for country in countries), ("+" + written, None)]
    for candidate, country in tries:
        try:
            number = phonenumbers.parse(candidate, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
