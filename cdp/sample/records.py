"""Which delivered record belongs to whom, by which evidence, and what chains of evidence can join.

Every exporter reports here what it wrote: the record's key, its owner, and the *tokens* a reader could join it
by. A token is a piece of true evidence such as ``email:…``, ``phone:…``, ``card:…``, ``account:…``, ``order:…``,
``home:…`` (a name with an address) or ``born:…`` (a name with a birth date).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cdp.sample.people import Address, Person

_RANK = {"none": 0, "anonymous": 0, "placeholder": 0, "weak": 1, "strong": 2}
_STRONG = ("email:", "phone:", "card:", "account:", "order:")


@dataclass(slots=True)
class Record:
    """One record of the truth."""

    feed: str
    source_record_id: str
    kind: str
    owner: str
    evidence: str = "none"
    shared: bool = False
    tokens: set[str] = field(default_factory=set)
    component: int = 0


class Registry:
    """All records delivered so far, by feed and key."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Record] = {}

    def see(
        self,
        feed: str,
        key: str,
        kind: str,
        owner: str,
        *,
        tokens: Iterable[str] = (),
        evidence: str | None = None,
        shared: bool = False,
    ) -> None:
        """Note a record, or more evidence for one already noted.

        Without ``evidence`` it follows from the tokens: strong when one of them names the person.
        """
        record = self.records.setdefault((feed, key), Record(feed, key, kind, owner))
        found = {token for token in tokens if not token.endswith(":")}
        record.tokens |= found
        record.shared |= shared
        seen = evidence or ("strong" if any(t.startswith(_STRONG) for t in found) else "none")
        if _RANK[seen] > _RANK[record.evidence] or seen in ("anonymous", "placeholder"):
            record.evidence = seen

    def evidence(self, feed: str, key: str) -> str:
        """Return the evidence of a noted record; ``none`` when it was never delivered."""
        record = self.records.get((feed, key))
        return record.evidence if record else "none"

    def number_components(self) -> None:
        """Give each record the number of its component within its person; 0 is the largest."""
        by_owner: dict[str, list[Record]] = {}
        for record in self.records.values():
            by_owner.setdefault(record.owner, []).append(record)
        for records in by_owner.values():
            groups = _connected(records)
            groups.sort(key=lambda group: (-len(group), group[0].feed, group[0].source_record_id))
            for number, group in enumerate(groups):
                for record in group:
                    record.component = number


def _connected(records: list[Record]) -> list[list[Record]]:
    """Group the records of one person that share tokens, directly or by a chain."""
    parent = list(range(len(records)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, record in enumerate(records):
        for token in record.tokens:
            other = root(first.setdefault(token, i))
            parent[root(i)] = other
    groups: dict[int, list[Record]] = {}
    for i, record in enumerate(records):
        groups.setdefault(root(i), []).append(record)
    return list(groups.values())


def home_token(address: Address) -> str:
    """Return the token of a name together with this address."""
    return f"home:{address.address_id}"


def born_token(person: Person) -> str:
    """Return the token of a name together with the birth date."""
    return f"born:{person.born}"


def landline_token(person: Person, number: str) -> str:
    """Return the token of a landline: it names a household, hence a person only where one lives alone."""
    return f"landline:{number}" if number and person.household_size == 1 else "landline:"
