"""Customer ids that last: the largest share keeps the id, and every change is logged with its reason."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cdp.engines import Engine

if TYPE_CHECKING:
    import pandas as pd

CROSSWALK_COLUMNS = {
    "run_id": "varchar",
    "event_type": "varchar",
    "customer_id": "varchar",
    "other_customer_id": "varchar",
    "reason": "varchar",
    "count_records": "bigint",
    "as_of": "timestamp",
}


@dataclass(frozen=True)
class PreviousIdentity:
    """Engine tables of the last published run: ``identity_map`` and ``id_crosswalk`` as they were then."""

    identity_map: str = "prev_identity_map"
    id_crosswalk: str = "prev_id_crosswalk"


@dataclass(frozen=True)
class Event:
    """One line of ``id_crosswalk``."""

    event_type: str
    customer_id: str
    other_customer_id: str | None
    reason: str
    count_records: int


@dataclass(frozen=True)
class Assignment:
    """Cluster → customer id, what happened, and how steady the ids were."""

    customer_ids: dict[int, str]
    events: list[Event]
    records_known: int
    records_kept: int


@dataclass(frozen=True)
class _Overlap:
    cluster: int
    customer_id: str
    count: int
    minted_at: str
    smallest: str


def mint(smallest_record_ids: Mapping[int, str], given_out: Callable[[Sequence[str]], set[str]]) -> dict[int, str]:
    """New ids made from each cluster's smallest record id; numbered on where such an id was given out before."""
    ids: dict[int, str] = {}
    wanted, number = dict(smallest_record_ids), 1
    while wanted:
        tried = {cluster: _written(record, number) for cluster, record in wanted.items()}
        taken = given_out(list(tried.values()))
        for cluster, candidate in tried.items():
            if candidate not in taken:
                ids[cluster] = candidate
                taken.add(candidate)
                del wanted[cluster]
        number += 1
    return ids


def _written(record: str, number: int) -> str:
    text = record if number == 1 else f"{record}#{number}"
    return "C" + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:15].upper()


def _given_out(engine: Engine, previous: PreviousIdentity, everyone: str | None, ids: Sequence[str]) -> set[str]:
    """Which of these ids some customer bears or bore."""
    import pandas as pd

    engine.register("ids_wanted", pd.DataFrame({"customer_id": pd.Series(list(ids), dtype="string")}))
    wanted = "(select customer_id from ids_wanted)"
    borne, crosswalk = everyone or previous.identity_map, previous.id_crosswalk
    rows = engine.rows(
        f"select customer_id from {borne} where customer_id in {wanted} "
        f"union select customer_id from {crosswalk} where customer_id in {wanted} "
        f"union select other_customer_id from {crosswalk} where other_customer_id in {wanted}"
    )
    return {str(row[0]) for row in rows}


def assign_ids(engine: Engine, previous: PreviousIdentity | None, everyone: str | None = None) -> Assignment:
    """Ids for the clusters in table ``record_clusters`` (record_id, cluster).

    ``previous`` may hold only the records that these clusters can have come from; ``everyone`` is then the whole
    identity map of before, whose ids are not given out again.
    """
    clusters = engine.rows("select cluster, min(record_id), count(*) from record_clusters group by cluster order by 2")
    smallest = {int(cluster): str(record) for cluster, record, _ in clusters}
    sizes = {int(cluster): int(count) for cluster, _, count in clusters}
    if previous is None:
        return _first_run(smallest, sizes)
    overlaps = _overlaps(engine, previous)
    kept = _keep(overlaps)
    fresh, events = _mint_others(
        smallest, sizes, overlaps, kept, lambda ids: _given_out(engine, previous, everyone, ids)
    )
    events += _moves(overlaps, kept | fresh, fresh) + _retirements(engine, previous)
    ids = kept | fresh
    known = sum(overlap.count for overlap in overlaps)
    steady = sum(overlap.count for overlap in overlaps if ids[overlap.cluster] == overlap.customer_id)
    return Assignment(ids, sorted(events, key=_order), known, steady)


def _order(event: Event) -> tuple[str, str, str]:
    return event.event_type, event.customer_id, event.other_customer_id or ""


def _first_run(smallest: dict[int, str], sizes: dict[int, int]) -> Assignment:
    ids = mint(smallest, lambda _: set())
    events = [Event("minted", ids[c], None, "new records", sizes[c]) for c in smallest]
    return Assignment(ids, sorted(events, key=_order), 0, 0)


def _overlaps(engine: Engine, previous: PreviousIdentity) -> list[_Overlap]:
    rows = engine.rows(
        f"with minted as (select customer_id, min(as_of) as minted_at from {previous.id_crosswalk} "
        f"where event_type in ('minted', 'split') and customer_id in (select customer_id from {previous.identity_map}) "
        "group by customer_id) "
        "select c.cluster, p.customer_id, count(*), min(coalesce(cast(m.minted_at as varchar), '')), min(p.record_id) "
        f"from {previous.identity_map} as p inner join record_clusters as c on p.record_id = c.record_id "
        "left join minted as m on p.customer_id = m.customer_id group by c.cluster, p.customer_id"
    )
    found = [
        _Overlap(int(cluster), str(customer), int(count), str(minted), str(record))
        for cluster, customer, count, minted, record in rows
    ]
    return sorted(found, key=lambda o: (-o.count, o.minted_at, o.customer_id, o.smallest))


def _keep(overlaps: list[_Overlap]) -> dict[int, str]:
    """Largest share first; ties go to the older, then the smaller id."""
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for overlap in overlaps:
        if overlap.cluster not in kept and overlap.customer_id not in taken:
            kept[overlap.cluster] = overlap.customer_id
            taken.add(overlap.customer_id)
    return kept


def _mint_others(
    smallest: dict[int, str],
    sizes: dict[int, int],
    overlaps: list[_Overlap],
    kept: dict[int, str],
    given_out: Callable[[Sequence[str]], set[str]],
) -> tuple[dict[int, str], list[Event]]:
    origin: dict[int, str] = {}
    for overlap in overlaps:
        origin.setdefault(overlap.cluster, overlap.customer_id)
    fresh = mint({cluster: record for cluster, record in smallest.items() if cluster not in kept}, given_out)
    events: list[Event] = []
    for cluster, customer in fresh.items():
        if cluster in origin:
            reason = f"its records no longer belong with {origin[cluster]}, which stays with the larger share"
            events.append(Event("split", customer, origin[cluster], reason, sizes[cluster]))
        else:
            events.append(Event("minted", customer, None, "new records", sizes[cluster]))
    return fresh, events


def _moves(overlaps: list[_Overlap], ids: dict[int, str], fresh: dict[int, str]) -> list[Event]:
    """Records that came to a customer from another one; the largest part of a fresh id is logged at its minting."""
    living = set(ids.values())
    logged: set[int] = set()
    moved: dict[tuple[str, str], int] = defaultdict(int)
    for overlap in overlaps:
        if overlap.cluster in fresh and overlap.cluster not in logged:
            logged.add(overlap.cluster)
        elif ids[overlap.cluster] != overlap.customer_id:
            moved[ids[overlap.cluster], overlap.customer_id] += overlap.count
    events = []
    for (customer, other), count in moved.items():
        gone = other not in living
        reason = "found to be one customer; the larger share keeps its id" if gone else "some of its records moved"
        events.append(Event("merged" if gone else "split", customer, other, reason, count))
    return events


def _retirements(engine: Engine, previous: PreviousIdentity) -> list[Event]:
    rows = engine.rows(
        f"select p.customer_id, count(*) from {previous.identity_map} as p "
        "left join record_clusters as c on p.record_id = c.record_id "
        "group by p.customer_id having count(c.record_id) = 0 order by 1"
    )
    return [
        Event("retired", str(customer), None, "none of its records exists any more", int(count))
        for customer, count in rows
    ]


def name_decisions(engine: Engine, assignment: Assignment, previous: PreviousIdentity | None) -> Assignment:
    """The same events; those that a steward's decision brought about say so."""
    if previous is None:
        return assignment
    rows = engine.rows(
        "select d.decision_id, d.actor, d.reason, l.customer_id, r.customer_id, lc.cluster, rc.cluster "
        f"from steward_decisions as d inner join {previous.identity_map} as l on d.record_id_l = l.record_id "
        f"inner join {previous.identity_map} as r on d.record_id_r = r.record_id "
        "inner join record_clusters as lc on d.record_id_l = lc.record_id "
        "inner join record_clusters as rc on d.record_id_r = rc.record_id "
        "where (l.customer_id = r.customer_id) <> (lc.cluster = rc.cluster) order by d.decision_id"
    )
    because: dict[tuple[str, str | None], str] = {}
    for number, actor, reason, before_l, before_r, cluster_l, cluster_r in rows:
        said = f"decision {number} by {actor}{f': {reason}' if reason else ''}"
        for now in (assignment.customer_ids[cluster_l], assignment.customer_ids[cluster_r]):
            for before in (before_l, before_r):
                because.setdefault((now, before), said)
    events = [
        replace(event, reason=because.get((event.customer_id, event.other_customer_id), event.reason))
        for event in assignment.events
    ]
    return replace(assignment, events=events)


def crosswalk_frame(events: list[Event], run_id: str, as_of: datetime) -> pd.DataFrame:
    """This run's lines of ``id_crosswalk``."""
    import pandas as pd

    rows = [
        (run_id, e.event_type, e.customer_id, e.other_customer_id, e.reason, e.count_records, as_of) for e in events
    ]
    frame = pd.DataFrame(rows, columns=list(CROSSWALK_COLUMNS))
    texts = {name: "string" for name, kind in CROSSWALK_COLUMNS.items() if kind == "varchar"}
    return frame.astype({**texts, "count_records": "int64", "as_of": "datetime64[us]"})
