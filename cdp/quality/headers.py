"""Schema drift: the columns of tonight's files against the contract and against the delivery before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cdp.contracts.model import Contract
from cdp.quality.history import Header

Change = Literal["added", "missing", "retyped", "unlisted"]
_LONGEST = 64
_LIKE_A_VALUE = re.compile(r"@|\d{6}")


@dataclass(frozen=True)
class ColumnChange:
    """One difference; ``is_news`` when a person should hear of it tonight, not only find it on the page."""

    change: Change
    column: str
    message: str
    is_news: bool


def shown_header(name: str) -> str:
    """A header as it may be told; one that looks like somebody's data (keys of some JSON do) is not repeated."""
    if _LIKE_A_VALUE.search(name) or len(name) > _LONGEST:
        return "(a name that looks like a value)"
    return name


def column_changes(
    contract: Contract, now: Sequence[Header], before: Sequence[Header], steady: Collection[str] = ()
) -> list[ColumnChange]:
    """What is new, missing or of another type than ``before``; ``steady`` are properties that never were missing.

    ``now`` without columns says nothing: no file could be looked at.
    """
    if not now:
        return []
    return [*_unlisted(contract, now, before), *_missing(contract, now, steady), *_retyped(now, before)]


def _unlisted(contract: Contract, now: Sequence[Header], before: Sequence[Header]) -> Iterator[ColumnChange]:
    known = {item.name for item in before}
    told = set()
    for item in now:
        if item.property is not None or item.name in told:
            continue
        told.add(item.name)
        name = shown_header(item.name)
        if not item.is_aside:
            yield ColumnChange("unlisted", name, f"column {name} is not in the contract: not read", False)
        elif item.name in known:
            yield ColumnChange("unlisted", name, f"column {name} is not in the contract: kept aside in _extra", False)
        else:
            words = (
                f"column {name} is new: its values are kept aside in _extra; list it in "
                f"schemas/exports/{contract.name}.yaml to check and type it"
            )
            yield ColumnChange("added", name, words, True)


def _missing(contract: Contract, now: Sequence[Header], steady: Collection[str]) -> Iterator[ColumnChange]:
    delivered = {item.property for item in now}
    for item in contract.properties:
        if item.joins or item.name in delivered or (item.name not in steady and item.optional_column):
            continue
        if item.name in steady:
            yield ColumnChange("missing", item.name, f"column {item.source}, delivered before, is missing", True)
        else:
            yield ColumnChange("missing", item.name, f"column {item.source} is not delivered", False)


def _retyped(now: Sequence[Header], before: Sequence[Header]) -> Iterator[ColumnChange]:
    types: dict[str, set[str]] = {}
    for item in before:
        types.setdefault(item.name, set()).add(item.type)
    for item in now:
        earlier = types.get(item.name, set()) - {""}
        if item.type and earlier and item.type not in earlier:
            name = shown_header(item.name)
            words = f"column {name} came as {item.type}, before as {' or '.join(sorted(earlier))}"
            yield ColumnChange("retyped", name, words, True)
