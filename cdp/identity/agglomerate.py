"""Join groups strongest link first, and refuse a link that would put two people into one customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Link:
    """A reason to join two nodes. Links are tried in sort order: ``rank`` first, then the nodes."""

    rank: tuple[float, ...]
    left: int
    right: int
    key: int
    needs_family_name: bool = False
    star: int = field(default=-1, compare=False)


@dataclass
class Group:
    """What is known of the records joined so far; ``apart``: nodes never to be joined → the decision."""

    nodes: list[int]
    names: Counter[str] = field(default_factory=Counter)
    birth_dates: Counter[str] = field(default_factory=Counter)
    apart: dict[int, int] = field(default_factory=dict)

    @property
    def generations(self) -> Counter[str]:
        """How often the names say junior or senior."""
        counts: Counter[str] = Counter()
        for name, count in self.names.items():
            if suffix := name.rpartition("|")[2]:
                counts[suffix] += count
        return counts


@dataclass(frozen=True)
class Conflicts:
    """Names and birth dates that cannot be one person's, each pair in sorted order."""

    given: frozenset[tuple[str, str]]
    family: frozenset[tuple[str, str]]
    share: float

    def between(self, left: Group, right: Group, *, needs_family_name: bool) -> str | None:
        """Why two groups may not be joined; ``None`` when they may."""
        if _share_of_pairs(*_spelled_out(left.names, right.names), _meets(self.given)) >= self.share:
            return "given names differ"
        if needs_family_name and _share_of_pairs(left.names, right.names, _meets(self.family)) >= self.share:
            return "family names differ"
        if _share_of_pairs(left.generations, right.generations, lambda one, other: one == other) >= self.share:
            return "one is junior, the other senior"
        if _share_of_pairs(left.birth_dates, right.birth_dates, birth_dates_agree) >= self.share:
            return "birth dates differ"
        return None


def _decided_apart(left: Group, right: Group) -> int | None:
    """The decision that keeps two groups apart."""
    if not left.apart or not right.apart:
        return None
    return min((left.apart[node] for node in right.nodes if node in left.apart), default=None)


def _meets(pairs: frozenset[tuple[str, str]]) -> Callable[[str, str], bool]:
    return lambda one, other: (min(one, other), max(one, other)) not in pairs


def birth_dates_agree(left: str, right: str) -> bool:
    """Whether two dates (YYYYMMDD) are equal, have day and month swapped, or differ in one digit."""
    if left == right or left == right[:4] + right[6:] + right[4:6]:
        return True
    return sum(a != b for a, b in zip(left, right, strict=True)) <= 1


def _spelled_out(left: Counter[str], right: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """The names with a whole given name, where both sides have such: an initial fits many and must not outvote them."""
    whole = [Counter({name: count for name, count in side.items() if _is_spelled_out(name)}) for side in (left, right)]
    return (whole[0], whole[1]) if all(whole) else (left, right)


def _is_spelled_out(name: str) -> bool:
    return len(name.partition("|")[0]) > 1


def _share_of_pairs(left: Counter[str], right: Counter[str], agree: Callable[[str, str], bool]) -> float:
    """Share of the pairs between two groups that do not agree; 0 where one side says nothing."""
    total = left.total() * right.total()
    if not total:
        return 0.0
    against = sum(
        count_l * count_r for one, count_l in left.items() for other, count_r in right.items() if not agree(one, other)
    )
    return against / total


class Agglomeration:
    """Groups that grow link by link."""

    def __init__(self, groups: Mapping[int, Group], conflicts: Conflicts) -> None:
        self._groups = dict(groups)
        self._root = {node: node for node in self._groups}
        self._conflicts = conflicts
        self._orphans: dict[int, list[int]] = {}
        self.repairs: list[tuple[int, int, int]] = []

    def find(self, node: int) -> int:
        """The node that stands for the group of ``node``."""
        root = node
        while self._root[root] != root:
            root = self._root[root]
        while self._root[node] != root:
            self._root[node], node = root, self._root[node]
        return root

    def group(self, node: int) -> Group:
        """The group of a node."""
        return self._groups[self.find(node)]

    def against(self, left: Group, right: Group, *, needs_family_name: bool = False) -> str | None:
        """Why two groups may not be joined: a decision, or what the names and dates say; ``None`` when they may."""
        decision = _decided_apart(left, right)
        if decision is not None:
            return f"decision {decision} keeps them apart"
        return self._conflicts.between(left, right, needs_family_name=needs_family_name)

    def join(self, links: Iterable[Link], doubt: Callable[[Group, Group], str | None] | None = None) -> dict[int, str]:
        """Try every link once; returns the refused ones as key → reason. ``doubt`` may refuse what nothing forbids."""
        refused: dict[int, str] = {}
        for link in sorted(links):
            left, right = self.find(link.left), self.find(link.right)
            if left == right:
                continue
            group_l, group_r = self._groups[left], self._groups[right]
            reason = self.against(group_l, group_r, needs_family_name=link.needs_family_name)
            if reason is None and doubt is not None:
                reason = doubt(group_l, group_r)
            if reason is None:
                self._merge(min(left, right), max(left, right))
            else:
                refused[link.key] = reason
            if link.star >= 0 and _decided_apart(group_l, group_r) is not None:
                self._adopt(link)
        return refused

    def merge(self, left: int, right: int) -> None:
        """Join the groups of two nodes, whatever speaks against it."""
        left, right = self.find(left), self.find(right)
        if left != right:
            self._merge(min(left, right), max(left, right))

    def _adopt(self, link: Link) -> None:
        """A decision parted a record from the hub of its identifier: others in the same case may still join it."""
        orphans = self._orphans.setdefault(link.star, [])
        for other in orphans:
            left, right = self.find(other), self.find(link.right)
            if left == right:
                continue
            group_l, group_r = self._groups[left], self._groups[right]
            if self.against(group_l, group_r, needs_family_name=link.needs_family_name) is None:
                self._merge(min(left, right), max(left, right))
                self.repairs.append((link.key, other, link.right))
        orphans.append(link.right)

    def _merge(self, keep: int, drop: int) -> None:
        kept, dropped = self._groups[keep], self._groups.pop(drop)
        kept.nodes += dropped.nodes
        kept.names += dropped.names
        kept.birth_dates += dropped.birth_dates
        kept.apart.update(dropped.apart)
        self._root[drop] = keep
