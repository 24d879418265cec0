"""Hold the delivered columns against the contract's: by name, by alias, in any order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdp.contracts import Contract
from cdp.errors import ContractError

_LETTERS = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class ColumnMatch:
    """Index of the delivered column for each property, and what a person should know about the rest."""

    index: dict[str, int]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def _plain(header: str) -> str:
    return _LETTERS.sub("", header.lower())


def _similar(header: str, wanted: str) -> bool:
    left, right = _plain(header), _plain(wanted)
    if not left or not right:
        return False
    return left in right or right in left or difflib.SequenceMatcher(None, left, right).ratio() >= 0.75


def likely_renames(missing: Sequence[str], extra: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a missing name and a new one that looks like it."""
    for wanted in missing:
        for name in extra:
            if _similar(name, wanted):
                yield wanted, name
                break


def match_columns(contract: Contract, delivered: Sequence[str], file: str) -> ColumnMatch:
    """Match headers to properties.

    A column that is missing while an unknown one of a similar name came is taken for a rename that nobody
    declared: ``ContractError``, for loading the file would lose its values. So is a missing key column.
    """
    headers = [header.strip().lstrip("\ufeff") for header in delivered]
    place = {header: index for index, header in enumerate(headers)}
    index: dict[str, int] = {}
    missing: list[str] = []
    notes: list[str] = []
    for item in (each for each in contract.properties if not each.joins):
        names = (item.source, *item.aliases)
        hit = next((name for name in names if name in place), None)
        if hit is None:
            missing.append(item.source)
            continue
        index[item.name] = place[hit]
        if hit != item.source:
            notes.append(f"column {item.source} came as {hit}")
    used = {headers[position] for position in index.values()}
    extra = [header for header in headers if header and header not in used]
    for wanted, renamed in likely_renames(missing, extra):
        raise ContractError(
            f"{file}: column {wanted} is missing, and {renamed} is new: probably a rename",
            f"add {renamed} to the aliases of {wanted} in schemas/exports/{contract.name}.yaml, "
            "then run again; the file was left untouched",
        )
    by_source = {item.source: item for item in contract.properties}
    needed = [name for name in missing if by_source[name].required]
    needed += [name for name in missing if by_source[name].name in contract.key and not by_source[name].optional_column]
    if needed:
        raise ContractError(
            f"{file}: required column {needed[0]} is missing; {len(index)} of {len(contract.properties)} known columns "
            f"are among the {len(headers)} delivered",
            f"when the file has no header line, ask the source for one; when the column has a new name, add it to "
            f"the aliases in schemas/exports/{contract.name}.yaml",
        )
    for header in headers:
        if header and headers.count(header) > 1:
            places = [str(number) for number, other in enumerate(headers, 1) if other == header]
            raise ContractError(
                f"{file}: columns {' and '.join(places)} have the same header", "ask the source for distinct headers"
            )
    warnings = [f"column {name} is missing: read as empty" for name in missing if not by_source[name].optional_column]
    notes += [f"column {name} is not in the contract" for name in extra]
    return ColumnMatch(index, tuple(missing), tuple(extra), tuple(warnings), tuple(notes))
