"""Hold the delivered columns against the contract's: by name, by alias, in any order, at last without case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.contracts import Contract, Property
from cdp.errors import DriftError
from cdp.ingest.drift import proposals
from cdp.ingest.reading.headers import bare, numbered


@dataclass(frozen=True)
class ColumnMatch:
    """Index of the delivered column for each property, and what a person should know about the rest."""

    index: dict[str, int]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def match_columns(
    contract: Contract, delivered: Sequence[str], file: str, values: Mapping[str, Sequence[str]] | None = None
) -> ColumnMatch:
    """Match headers to properties. ``values`` are some values of the columns, by header.

    Raises ``DriftError`` when a column is missing that is not optional: loading the file would lose its values.
    The hint proposes the new column that may be it.
    """
    headers = numbered(delivered)
    place = {header: index for index, header in enumerate(headers)}
    nearly = _without_case(contract, headers)
    index: dict[str, int] = {}
    missing: list[Property] = []
    notes: list[str] = []
    for item in (each for each in contract.properties if not each.joins):
        names = (item.source, *item.aliases)
        hit = next((name for name in names if name in place), nearly.get(item.name))
        if hit is None:
            missing.append(item)
            continue
        index[item.name] = place[hit]
        if hit != item.source:
            notes.append(f"column {item.source} came as {hit}")
    used = {headers[position] for position in index.values()}
    extra = [header for header in headers if header and header not in used]
    _must_be_told_apart(contract, delivered, headers, file)
    warnings = _judge_missing(contract, missing, extra, headers, file, values or {})
    notes += [f"column {name} is not in the contract" for name in extra]
    return ColumnMatch(index, tuple(item.source for item in missing), tuple(extra), tuple(warnings), tuple(notes))


def _without_case(contract: Contract, headers: Sequence[str]) -> dict[str, str]:
    """Headers by property that equal one of its names but for case, where one header does and it is nobody's own."""
    own = {name for item in contract.properties for name in (item.source, *item.aliases)}
    alike: dict[str, list[str]] = {}
    for header in headers:
        alike.setdefault(header.casefold(), []).append(header)
    sources = Counter(item.source.casefold() for item in contract.properties)
    found: dict[str, str] = {}
    for item in contract.properties:
        if sources[item.source.casefold()] > 1:
            continue
        for name in (item.source, *item.aliases):
            free = alike.get(name.strip().casefold(), [])
            if len(free) == 1 and free[0] not in own:
                found.setdefault(item.name, free[0])
    return found


def _must_be_told_apart(contract: Contract, delivered: Sequence[str], headers: Sequence[str], file: str) -> None:
    """Refuse columns of one header, unless the contract names each of them, or none."""
    named = {name for item in contract.properties for name in (item.source, *item.aliases)}
    plain = [bare(header) for header in delivered]
    for header in sorted(named & {header for header, own in zip(plain, headers, strict=True) if header != own}):
        places = [place for place, other in enumerate(plain) if other == header]
        unnamed = [headers[place] for place in places if headers[place] not in named]
        if unnamed:
            raise DriftError(
                f"{file}: columns {' and '.join(str(place + 1) for place in places)} have the same header",
                f"ask the source for distinct headers; or tell them apart by their order: {unnamed[0]!r} as "
                f"physicalName of a column in schemas/exports/{contract.name}.yaml",
            )


def _judge_missing(
    contract: Contract, missing: Sequence[Property], extra: Sequence[str], headers: Sequence[str], file: str,
    values: Mapping[str, Sequence[str]],
) -> list[str]:  # fmt: skip
    """Refuse the file, or warn of optional columns that may have a new name."""
    needed = [item for item in missing if not item.optional_column]
    if needed and len(headers) == 1 and (found_in := [sign for sign in ";\t|," if sign in headers[0]]):
        sign = "a tab" if found_in[0] == "\t" else repr(found_in[0])
        raise DriftError(
            f"{file}: the header is one column, {headers[0]!r}: {sign} seems to stand between the values",
            "set delimiter under form in the feed's feed.yaml",
        )
    fresh = [name for name in extra if name not in {alias for item in contract.properties for alias in item.aliases}]
    known = len([item for item in contract.properties if not item.joins]) - len(missing)
    found = {
        proposal.wanted: proposal
        for proposal in proposals(
            contract, [*needed, *(item for item in missing if item.optional_column)], fresh, values
        )
    }
    for item in needed:
        if (proposal := found.get(item.source)) is not None:
            raise DriftError(
                f"{file}: column {item.source} is missing, and {proposal.name} is new: {proposal.reason}",
                f"accept with '{proposal.command(contract.name)}', then run again; the file was left untouched",
            )
    if needed:
        kind = "required column" if needed[0].required or needed[0].name in contract.key else "column"
        new = f" (new here: {', '.join(fresh[:8])})" if fresh else ""
        raise DriftError(
            f"{file}: {kind} {needed[0].source} is missing; {known} of {known + len(missing)} known columns "
            f"are among the {len(headers)} delivered",
            f'when it has a new name{new}: cdp feed rename {contract.name} "{needed[0].source}" NEW. When the file has '
            "no header line, ask the source for one. When the column is gone for good, write optionalColumn: true "
            f"under it in schemas/exports/{contract.name}.yaml",
        )
    return [
        f"column {proposal.wanted} is missing, and {proposal.name} is new: {proposal.reason}; "
        f"accept with '{proposal.command(contract.name)}'"
        for proposal in found.values()
    ]
