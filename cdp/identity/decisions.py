"""What stewards decided: which records are one customer, which never are, and values that point to nobody."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from cdp.errors import IdentityError


class Kind(StrEnum):
    """What a decision says."""

    must_link = "must_link"
    never_link = "never_link"
    block = "block"


@dataclass(frozen=True)
class Decision:
    """One decision, signed. ``pairs`` are record ids; a block has a value instead. Instants are naive UTC."""

    decision_id: int
    kind: Kind
    pairs: tuple[tuple[str, str], ...]
    identifier_type: str | None
    identifier_value: str | None
    actor: str
    decided_at: datetime
    reason: str
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def signed(self) -> str:
        """``decision 3 (anna, 2026-06-01: same person)``."""
        said = f": {self.reason}" if self.reason else ""
        return f"decision {self.decision_id} ({self.actor}, {self.decided_at:%Y-%m-%d}{said})"

    @property
    def told(self) -> str:
        """What it says, in words."""
        if self.kind is Kind.block:
            return f"{self.identifier_type} {self.identifier_value} points to nobody"
        left, right = self.pairs[0]
        mine = {one for pair in self.pairs for one in pair if right in pair and one != right}
        theirs = {one for pair in self.pairs for one in pair if left in pair and one != left}
        if min(len(mine), len(theirs)) > 1:
            counts = (f"{left} and {len(mine) - 1} more", f"{right} and {len(theirs) - 1} more")
            return f"{counts[0]} are {'one' if self.kind is Kind.must_link else 'never one'} customer with {counts[1]}"
        if not all(left in pair for pair in self.pairs):
            left, right = right, left
        more = f" and {len(self.pairs) - 1} more" if len(self.pairs) > 1 else ""
        return f"{left} is {'one' if self.kind is Kind.must_link else 'never one'} customer with {right}{more}"


def fingerprint(decisions: Iterable[Decision]) -> str:
    """The same for the same decisions in force; empty when there are none."""
    listed = [
        [one.decision_id, one.kind, one.pairs, one.identifier_type, one.identifier_value, one.actor, one.reason]
        for one in decisions
    ]
    return sha256(json.dumps(listed).encode()).hexdigest() if listed else ""


def check_decision(new: Decision, in_force: Sequence[Decision]) -> None:
    """Refuse what says nothing new or contradicts a decision in force. Raises ``IdentityError``."""
    if new.kind is Kind.block:
        for old in in_force:
            if (old.identifier_type, old.identifier_value) == (new.identifier_type, new.identifier_value):
                raise IdentityError(f"{old.signed} blocks {new.identifier_type} {new.identifier_value} already")
        return
    for left, right in new.pairs:
        if left == right:
            raise IdentityError(f"{left} is one record, not two", "name two records, or two customers")
    _check_repeated(new, in_force)
    together = [one for one in (*in_force, new) if one.kind is Kind.must_link]
    for apart in (one for one in (*in_force, new) if one.kind is Kind.never_link):
        for left, right in apart.pairs:
            path = _path(together, left, right)
            if path:
                _refuse(new, apart, path, left, right)


def _check_repeated(new: Decision, in_force: Sequence[Decision]) -> None:
    known = {tuple(sorted(pair)): one for one in in_force if one.kind is new.kind for pair in one.pairs}
    repeated = [known.get(tuple(sorted(pair))) for pair in new.pairs]
    if all(repeated) and repeated[0]:
        raise IdentityError(f"{repeated[0].signed} says that already", "'cdp identity decisions' lists them")


def _refuse(new: Decision, apart: Decision, path: list[Decision], left: str, right: str) -> None:
    against = [one for one in dict.fromkeys((apart, *path)) if one.decision_id != new.decision_id]
    numbers = " or ".join(f"cdp identity undo {one.decision_id}" for one in against)
    raise IdentityError(
        f"{left} and {right} would have to be one customer and two: this contradicts "
        + " and ".join(f"{one.signed}, {one.told}" for one in against),
        f"undo what is wrong first: {numbers}",
    )


def _path(together: Iterable[Decision], start: str, goal: str) -> list[Decision]:
    """The must-links over which two records are one; empty when they are not."""
    beside: dict[str, list[tuple[str, Decision]]] = {}
    for one in together:
        for left, right in one.pairs:
            beside.setdefault(left, []).append((right, one))
            beside.setdefault(right, []).append((left, one))
    came: dict[str, tuple[str, Decision] | None] = {start: None}
    waiting = deque([start])
    while waiting and goal not in came:
        record = waiting.popleft()
        for other, decision in beside.get(record, ()):
            if other not in came:
                came[other] = (record, decision)
                waiting.append(other)
    path: list[Decision] = []
    step = came.get(goal)
    while step:
        path.append(step[1])
        step = came[step[0]]
    return path[::-1]
