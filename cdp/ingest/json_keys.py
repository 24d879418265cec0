"""The keys of JSON documents: which the contract knows, which are added, which seem renamed."""

from __future__ import annotations

from collections.abc import Iterable

from cdp.contracts import Contract
from cdp.ingest.drift import proposals
from cdp.ingest.staged import MOST_EXTRA, LeftOut, Staged
from cdp.quality.history import Header


class JsonKeys:
    """The top-level keys of a file's documents, as they come to light."""

    def __init__(self, contract: Contract, left_out: LeftOut = None) -> None:
        self._contract = contract
        self._left_out = left_out
        self._known = _known_keys(contract)
        self._found: set[str] = set()

    def add(self, keys: Iterable[str]) -> list[str]:
        """The added ones among some documents' keys, which are kept aside unless the file has too many."""
        fresh = set(keys)
        self._found |= fresh
        return sorted(fresh & self._added()) if len(self._added()) <= MOST_EXTRA else []

    def staged(self) -> Staged:
        """What they say of the file."""
        added = self._added()
        headers = [
            Header(_top_level(item.source), "", item.name)
            for item in self._contract.properties
            if any(_top_level(source) in self._found for source in (item.source, *item.aliases))
        ]
        unknown = sorted(self._found - self._known)[:MOST_EXTRA]
        headers += [Header(key, is_aside=key in added and len(added) <= MOST_EXTRA) for key in unknown]
        return Staged(tuple(_strange_keys(self._contract, self._found)), (), tuple(headers))

    def _added(self) -> set[str]:
        if self._left_out is None:
            return set()
        return self._found - self._known - self._left_out


def _known_keys(contract: Contract) -> set[str]:
    return {_top_level(source) for item in contract.properties for source in (item.source, *item.aliases)}


def _strange_keys(contract: Contract, delivered: set[str]) -> Iterable[str]:
    """Top-level keys that no row has, where a new key of a similar name came."""
    known = _known_keys(contract)
    gone = [
        item
        for item in contract.properties
        if not item.joins
        and _path(item.source).count(".") == 0
        and not {_top_level(name) for name in (item.source, *item.aliases)} & delivered
    ]
    for found in proposals(contract, gone, sorted(delivered - known), {}):
        yield (
            f"no row has {found.wanted}, and {found.name} is new: {found.reason}; "
            f"accept with '{found.command(contract.name)}'"
        )


def _path(source: str) -> str:
    return source.removeprefix("$.")


def _top_level(source: str) -> str:
    """The first key of a JSON path, without the quotes that odd names need."""
    path = _path(source)
    return path[1:].partition('"')[0] if path.startswith('"') else path.partition(".")[0]
