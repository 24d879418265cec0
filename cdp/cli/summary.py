"""What a run came to, in words that a manager can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdp.runs import RunOutcome
    from cdp.workspace import Workspace

_SEGMENTS = "select segment, title, count_members from segments order by segment"
_EVENTS = (
    "select event_type, count(*) as count_events from id_crosswalk where run_id = $run_id "
    "group by event_type order by event_type"
)
_REVENUE = "select count(*), coalesce(sum(count_orders), 0), coalesce(sum(net_revenue), 0) from profiles"
_SHOWN_WARNINGS = 12


def summary_of(workspace: Workspace, outcome: RunOutcome) -> dict[str, Any]:
    """The figures of a run: files, rows, customers, segments, warnings."""
    from cdp.serving import Reader

    manifest = outcome.manifest
    if manifest is None:
        return {"run_id": None, "published": False, "warnings": list(outcome.warnings), "counts": {}, "segments": []}
    path = workspace.data / "serve" / manifest.published
    with Reader(path) as reader:
        segments = list(reader.fetch(_SEGMENTS))
        events = dict(reader.fetch(_EVENTS, {"run_id": manifest.run_id}).rows)
        profiles, orders, net_revenue = reader.fetch(_REVENUE).rows[0]
    counts = {name: value for name, value in manifest.counts.items() if isinstance(value, int | float)}
    counts.update({f"ids_{name}": count for name, count in events.items()})
    counts.update({"profiles": profiles, "orders": orders, "net_revenue": net_revenue})
    return {
        "run_id": manifest.run_id,
        "published": outcome.published,
        "business_date": manifest.date,
        "seconds": round(outcome.seconds, 1),
        "file": str(path),
        "currency": workspace.config.currency,
        "counts": counts,
        "segments": segments,
        "warnings": list(outcome.warnings),
        "log": str(workspace.data / "runs" / manifest.run_id / "run.log"),
    }


def told(summary: Mapping[str, Any]) -> Iterator[str]:
    """The summary as lines of text."""
    counts = summary["counts"]
    if not summary["published"]:
        yield "Nothing new: no file that is not known already, and no later date. Nothing was published."
        if summary["run_id"]:
            yield f"In force stays run {summary['run_id']} ({summary['file']})."
        yield from _warnings(summary)
        return
    yield f"Run {summary['run_id']} for business date {summary['business_date']}: published in {summary['seconds']} s."
    yield ""
    yield from _figures(counts, summary["currency"])
    yield ""
    yield "Segments"
    width = max((len(item["title"]) for item in summary["segments"]), default=0)
    for item in summary["segments"]:
        yield f"  {item['title']:<{width}}  {item['count_members']:>7,}   {item['segment']}"
    yield ""
    yield from _warnings(summary)
    yield f"Published file: {summary['file']}"
    yield f"Log: {summary['log']}"


def _figures(counts: Mapping[str, Any], currency: str) -> Iterator[str]:
    def number(name: str) -> str:
        return f"{counts.get(name) or 0:,}"

    yield (
        f"Files      {number('files')} of our feeds, {number('files_refused')} refused, "
        f"{number('files_unknown')} that belong to no feed"
    )
    yield (
        f"Rows       {number('rows_read')} read = {number('rows_accepted')} accepted + "
        f"{number('rows_quarantined')} quarantined + {number('rows_duplicate')} duplicate + "
        f"{number('rows_superseded')} superseded"
    )
    yield (
        f"Customers  {number('profiles')} known ({number('ids_minted')} new ids, {number('ids_merged')} merged, "
        f"{number('ids_split')} split, {number('ids_retired')} retired in this run)"
    )
    yield f"Orders     {number('orders')}, net revenue {counts.get('net_revenue') or 0:,} {currency}"


def _warnings(summary: Mapping[str, Any]) -> Iterator[str]:
    warnings = summary["warnings"]
    if not warnings:
        return
    yield f"Warnings ({len(warnings)})"
    for words in warnings[:_SHOWN_WARNINGS]:
        yield f"  - {words}"
    if len(warnings) > _SHOWN_WARNINGS:
        yield f"  … and {len(warnings) - _SHOWN_WARNINGS} more in the log"
    yield "What to do: 'cdp quarantine list' shows refused rows and why; mend the export or its contract in schemas/."
    yield ""
