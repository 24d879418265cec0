"""Pieces of mapping SQL that several tables share, written the way people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column

_COUNTRIES = {
    "GB": "gb|gbr|uk|united kingdom|great britain|england|scotland|wales",
    "US": "us|usa|united states|united states of america",
    "DE": "de|deu|germany|deutschland",
    "FR": "fr|fra|france",
    "ES": "es|esp|spain|espana|españa",
    "IT": "it|ita|italy|italia",
    "NL": "nl|nld|netherlands|the netherlands|nederland",
    "BE": "be|bel|belgium",
    "AT": "at|aut|austria|österreich",
    "CH": "ch|che|switzerland|schweiz",
    "IE": "ie|irl|ireland",
    "PT": "pt|prt|portugal",
    "DK": "dk|dnk|denmark",
    "SE": "se|swe|sweden",
    "NO": "no|nor|norway",
    "FI": "fi|fin|finland",
    "PL": "pl|pol|poland|polska",
    "CZ": "cz|cze|czechia|czech republic",
    "CA": "ca|can|canada",
    "AU": "au|aus|australia",
    "NZ": "nz|nzl|new zealand",
    "JP": "jp|jpn|japan",
    "IN": "in|ind|india",
    "BR": "br|bra|brazil",
    "MX": "mx|mex|mexico",
    "TR": "tr|tur|turkey",
    "GR": "gr|grc|greece",
    "HU": "hu|hun|hungary",
    "RO": "ro|rou|romania",
    "LU": "lu|lux|luxembourg",
    "SG": "sg|sgp|singapore",
    "ZA": "za|zaf|south africa",
    "IL": "il|isr|israel",
    "AE": "ae|are|united arab emirates",
    "CN": "cn|chn|china",
}
ISO_OF = {word: code for code, words in _COUNTRIES.items() for word in words.split("|")}
MOMENT = "happened_at"


def key_text(export: Export) -> str:
    """SQL text of what tells rows apart."""
    parts = [
        column.name if column.shape.kind == "string" else f"cast({column.name} as varchar)" for column in export.key
    ]
    return parts[0] if len(parts) == 1 else f"concat_ws('|', {', '.join(parts)})"


def country_of(export: Export, column: Column) -> str:
    """SQL that gives the two-letter country; for written-out names the contract derives a column."""
    values = {value.lower() for value in column.values}
    if all(re.fullmatch(r"[a-z]{2}", value) for value in values):
        return f"upper({column.name})"
    by_code: dict[str, list[str]] = {}
    for word, code in ISO_OF.items():
        if len(word) > 2:
            by_code.setdefault(code, []).append(word)
    cases = "\n".join(
        f"when lower({column.name}) in ({', '.join(map(text, words))}) then '{code}'" for code, words in by_code.items()
    )
    expression = f"case when length({column.name}) = 2 then upper({column.name})\n{cases}\nend"
    return export.derive(f"{column.name}_code", expression, "Country in two letters")


class Moments:
    """When a row happened. Date, clock and zone that stand apart are joined by a derived column of the contract."""

    def __init__(self, export: Export, *meanings: str) -> None:
        self._export = export
        self.column = _when(export, meanings)
        self.clock = next((column for column in export.columns if column.meaning == "clock" and column.values), None)
        self.zone = next((column for column in export.columns if column.meaning == "zone" and column.values), None)
        is_date = self.column is not None and self.column.shape.kind == "date"
        self.is_joined = is_date and self.clock is not None
        is_fact = export.kind not in {"customers", "consent_log", "products"}
        if is_date and self.clock is None and self.column is not None and is_fact:
            export.doubt(f"{self.column.source} has no time of day: everything happens at midnight")
        if self.is_joined:
            self._joined_name = export.derive(MOMENT, self._joined(), "The instant, of date, clock and zone")

    def _joined(self) -> str:
        assert self.column is not None
        assert self.clock is not None
        clock = f"cast(try_strptime({self.clock.name}, {text(self.clock.shape.clock)}) as time)"
        zone = text(self._export.zone)
        if self.zone is not None:
            cases = " ".join(f"when {text(value)} then {text(name)}" for value, name in self.zone.shape.zones.items())
            zone = f"case {self.zone.name} {cases} else {zone} end"
        return f"timezone('UTC', timezone({zone}, {self.column.name} + coalesce({clock}, time '00:00:00')))"

    @property
    def value(self) -> str:
        """SQL of the instant; ``null`` when the export has none."""
        if self.is_joined:
            return self._joined_name
        if self.column is None:
            return "cast(null as timestamp)"
        return self.column.name if self.column.shape.kind == "timestamp" else f"cast({self.column.name} as timestamp)"


def _when(export: Export, meanings: Sequence[str]) -> Column | None:
    for meaning in meanings:
        found = export.all_of(meaning)
        if found:
            return max(
                found,
                key=lambda column: (
                    round(column.filled, 1), column.shape.kind == "timestamp", _says_created(column),
                    "client" not in column.head.words, -export.columns.index(column),
                ),
            )  # fmt: skip
    return None


def _says_created(column: Column) -> bool:
    return bool(re.search(r"creat|order|sale|sold|event|purchase", column.head.words))


def select(items: Iterable[tuple[str, str]]) -> list[str]:
    """Lines of a select list: expression and name each."""
    lines = [f"    {value}" if value == name else f"    {value} as {name}" for value, name in items]
    return [f"{line}," for line in lines[:-1]] + lines[-1:]


def file_of(
    purpose: str, grain: str, ctes: Sequence[Sequence[str]], body: Sequence[str], notes: Sequence[str] = ()
) -> str:
    """The text of one mapping file."""
    head = [f"-- {purpose}", *(f"-- UNSURE: {note}" for note in notes), f"-- grain: {grain}"]
    present = [list(cte) for cte in ctes if cte]
    lines = ["with"] if present else []
    for number, cte in enumerate(present, 1):
        lines += [*cte[:-1], cte[-1] + ("," if number < len(present) else "")]
    return "\n".join([*head, *lines, *body]) + "\n"
