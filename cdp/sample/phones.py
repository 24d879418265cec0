"""Telephone numbers that belong to nobody, and the many ways people write them.

Ranges set aside for fiction: Ofcom's "numbers for use in TV and radio drama programmes", 555-0100 to 555-0199
in North America, and the Bundesnetzagentur's "Rufnummern für Medienproduktionen" (Mitteilung 148/2021).
They are small: a large world runs out of mobile numbers, and the people left over have none.
"""

from __future__ import annotations

from cdp.sample.draws import Draws
from cdp.sample.vocabulary import words

_GB_MOBILE = [f"+447700900{n:03d}" for n in range(1000)]
_GB_AREAS = ("207946", "113496", "114496", "115496", "116496", "117496", "118496", "121496", "131496", "141496",
             "151496", "161496", "191498")  # fmt: skip
_DE_MOBILE = [f"+4917139200{n:02d}" for n in range(100)] + [f"+49176040690{n:02d}" for n in range(100)]
_DE_LANDLINES = ("3023125", "6990009", "4066969", "2214710", "8999998")
_US_AREAS = words("""
    201 203 206 208 213 215 217 301 303 305 307 312 314 316 319 401 402 405 406 410 412 414 415 417 501 502
    503 505 507 508 512 515 518 601 602 605 606 608 612 614 616 617 701 702 704 715 719 801 802 803 808 812
    816 901 907 912 915 918 970 985
""")

SHOP_LINE = "+442079460100"
"""The number of the fictional shop's call centre."""


def mobile_numbers(draws: Draws) -> dict[str, list[str]]:
    """Return the unused mobile numbers of each country, shuffled; take from the end."""
    american = [f"+1{area}5550{n}" for area in _US_AREAS for n in range(100, 200)]
    return {"GB": draws.shuffled(_GB_MOBILE), "DE": draws.shuffled(_DE_MOBILE), "US": draws.shuffled(american)}


def landline_numbers(draws: Draws) -> dict[str, list[str]]:
    """Return the unused landlines of each country (America's fictional range has none to tell apart)."""
    british = [f"+44{area}{n:04d}" for area in _GB_AREAS for n in range(200, 1000)]
    german = [f"+49{area}{n:03d}" for area in _DE_LANDLINES for n in range(1000)]
    return {"GB": draws.shuffled(british), "DE": draws.shuffled(german), "US": []}


def _split(number: str) -> tuple[str, str, str]:
    """Return (country code, area, subscriber) of an E.164 number from the ranges above."""
    if number.startswith("+1"):
        return "1", number[2:5], number[5:]
    code, rest = number[1:3], number[3:]
    if code == "44":
        width = 2 if rest.startswith("20") else 4 if rest.startswith("7") else 3
    else:
        width = 2 if rest[:2] in ("30", "40", "69", "89") else 3
    return code, rest[:width], rest[width:]


def written(number: str, style: int) -> str:
    """Return the number as somebody writes it; styles 0 to 7 (0 is E.164)."""
    code, area, own = _split(number)
    if style == 0:
        return number
    if code == "1":
        head, tail = own[:3], own[3:]
        return (f"({area}) {head}-{tail}", f"{area}-{head}-{tail}", f"{area}{head}{tail}", f"+1 ({area}) {head}-{tail}",
                f"1{area}{head}{tail}", f"{area}.{head}.{tail}", f"001{area}{head}{tail}")[style - 1]  # fmt: skip
    slash = "/" if code == "49" else "-"
    return (f"0{area} {own}", f"0{area}{own}", f"(0{area}) {own}", f"+{code} {area} {own}", f"00{code}{area}{own}",
            f"+{code} (0){area}{own}", f"0{area}{slash}{own}")[style - 1]  # fmt: skip


def casually(draws: Draws, number: str) -> str:
    """Return the number in a drawn style."""
    return written(number, draws.between(0, 7))
