"""Words of column headers: whom a column speaks of, and what it says, before its values are looked at."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

import yaml

_WRAPPERS = frozenset(
    [
        "properties",
        "traits",
        "context",
        "attributes",
        "attribute",
        "data",
        "fields",
        "field",
        "custom",
        "payload",
        "record",
        "body",
        "details",
        "user_properties",
        "event_properties",
        "event_params",
        "internal",
    ]
)
_TIME_WORDS = re.compile(
    r"(^|_)(at|date|time|timestamp|ts|datetime|\w*datum|micros|on|since|until|modstamp|am|created|updated|modified|seen|"
    r"changed|active|zeitpunkt|zeitstempel|horodatage|tijdstip|momento|fecha|alta|fec|hora|dia|jour|giorno|dzien|nacimiento|naissance|nascita|nascimento|geboren|"
    r"seit|sinds|desde|depuis|dal|le)($|_\w*$)"
)
_CODE_WORDS = re.compile(
    r"(^|_)(id|ids|key|code|no|nr|nummer|number|num|zip|postcode|postal|plz|phone|mobile|tel|sku|gtin|ean|upc|barcode|token|uuid|hash|card|pan|suffix|fax|ip|"
    r"\w+nummer|\w+nr|numero|numer|nro|codigo|codice|code|kod|cod|c_p|cp|cap|cep|socio|tarjeta|tessera|adherent|movil|"
    r"celular|portable|cellulare|telefono|telefoon|telefone|telemovel|telefonu|mobiel|pocztowy|referencia|"
    r"leid|euid|isbn|version|reference|ref|receipt|kundenkarte|kundennummer|bestellnummer|artikelnummer|membership)($|_)"
)
_FLAG_WORDS = re.compile(
    r"(^|_)(is|has|accepts?|allow(s|ed)?|opt|opted|consent|subscribed|active|enabled|flag|verified|"
    r"acepta|accepte|accetta|aceita|zgoda|consenso|consentimi?ento|toestemming|einwilligung|nieuwsbrief|boletin|"
    r"publicidad|publicite|pubblicita|werbung|reclame|activo|actif|attivo|actief|aktywny|ativo|optin|optout|newsletter|organic|open|read|do_not)($|_)"
)


@dataclass(frozen=True)
class Heading:
    """A header taken apart: its words, whom it speaks of (``""`` when it does not say), and what is left.

    ``last`` is the last word of a JSON path below the top.
    """

    words: str
    owner: str
    rest: str
    last: str = ""

    @property
    def is_time(self) -> bool:
        """Whether the name speaks of a date or an instant."""
        return bool(_TIME_WORDS.search(self.words)) or "_date" in f"_{self.words}"

    @property
    def is_code(self) -> bool:
        """Whether the name speaks of a code, which is text even where it has digits only."""
        return bool(_CODE_WORDS.search(self.words)) and not self.is_time

    @property
    def is_flag(self) -> bool:
        """Whether the name speaks of yes or no."""
        return bool(_FLAG_WORDS.search(self.words))


_ZONE_BEHIND = re.compile(r"\s*\((?P<zone>[A-Z][A-Za-z]+(/[A-Za-z_]+)+|UTC|GMT)\)\s*$")
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "æ": "ae", "Æ": "Ae", "œ": "oe"})
_LINKS = "(?:de|del|della|delle|dello|dei|di|do|da|dos|das|du|des|la|le|el|lo|l|d|van|von|der|het|na|i|y|et|e|und)"


@cache
def _vocabulary(section: str) -> tuple[tuple[str, str], ...]:
    """Names and patterns of words.yaml, in order."""
    content = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
    return tuple((name, "|".join(patterns)) for name, patterns in content[section].items())


def known_meanings() -> list[str]:
    """Everything that a column can mean."""
    return sorted({name for section in ("meanings", "times") for name, _ in _vocabulary(section)})


def plain_words(header: str) -> str:
    """Words of a header or JSON path in small letters without accents, joined by underscores."""
    header = re.sub(r"(?<=\w)\s*#\s*$", " No", header)
    path = header.removeprefix("$.") if header.startswith("$.") else header
    path = path.translate(_LETTERS)
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", path.replace("ß", "ss"))
    letters = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    return plain if header.startswith("$.") else re.sub(r"^data(?=_|$)|(?<=_)data$", "date", plain)


def zone_behind(header: str) -> str:
    """The time zone that a header names in brackets, as in ``Started at (Europe/Berlin)``."""
    found = _ZONE_BEHIND.search(header)
    zone = found["zone"].replace("GMT", "UTC") if found else ""
    return zone if zone in available_timezones() else ""


def heading(header: str) -> Heading:
    """Take a header or JSON path apart."""
    found = _apart(header)
    inner = header.startswith("$.") and "." in header[2:]
    return replace(found, last=plain_words(header.rpartition(".")[2])) if inner else found


def _apart(header: str) -> Heading:
    header = _ZONE_BEHIND.sub("", header)
    bag = r"(user|event|custom|contact)_(properties|params|attributes|fields|traits)\b"
    words = plain_words(re.sub(bag, "properties", header))
    parts = [part for part in words.split("_") if part not in _WRAPPERS] or words.split("_")
    plain = "_".join(part for part in parts if not part.isdigit() or len(parts) == 1) or words
    plain = re.sub(
        r"^(positions?|zeilen|artikel)(?=(gesamt|end|netto|brutto)?(summe|preis|betrag|rabatt|wert)$)", r"\1_", plain
    )
    if re.fullmatch(r"(statistics_)?first_(admin|agent)_(reply|response)_(at|time)", plain):
        return Heading(words, "", plain)
    owner, rest = "", plain
    for name, pattern in _vocabulary("owners"):
        found = re.match(rf"(?:\w+_)??(?P<own>{pattern})_(?P<rest>\w+)$", plain)
        if found and found["rest"]:
            if not owner:
                owner = name
            if name in {"other"}:
                return Heading(words, name, found["rest"])
            rest = found["rest"]
            break
    if not owner:
        owner, rest = _owner_behind(plain)
    if not owner and re.fullmatch(_vocabulary("owners")[0][1], plain):
        return Heading(words, "other", "")
    return Heading(words, owner, rest)


def _owner_behind(words: str) -> tuple[str, str]:
    """Whom words such as ``nombre_cliente`` speak of, and what is left."""
    for name, pattern in _vocabulary("owners_behind"):
        found = re.fullmatch(rf"(?P<rest>\w+?)_(?:{_LINKS}_)*(?:{pattern})", words)
        if found:
            return name, found["rest"]
    return "", words


def _without_links(words: str) -> str:
    """Words without the small ones between them: ``fecha_de_alta`` is ``fecha_alta``."""
    return re.sub(rf"(?<=[a-z0-9])(_{_LINKS})+(?=_)", "", words)


def named_meanings(head: Heading) -> list[str]:
    """What the name may mean, most particular first: of the whole name, then of what is left without its owner."""
    found: list[str] = []
    options = (_without_wrappers(head.words), head.rest, *([head.last] if head.last else []))
    for words in dict.fromkeys((*options, *map(_without_links, options))):
        sections = ("times", "meanings") if head.is_time else ("meanings", "times")
        for section in sections:
            found += [name for name, pattern in _vocabulary(section) if re.fullmatch(pattern, words)]
    return list(dict.fromkeys(found))


def _without_wrappers(words: str) -> str:
    parts = [part for part in words.split("_") if part not in _WRAPPERS and not part.isdigit()]
    return "_".join(parts) or words
