"""What a run came to, in words that a manager can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from cdp.runs import RunOutcome
    from cdp.workspace import Workspace

_SEGMENTS = "select segment, title, count_members from segments order by segment"
_EVENTS = (
    "select event_type, count(*) as count_events from id_crosswalk where run_id = $run_id "
    "group by event_type order by event_type"
)
_TOTALS = """
select
    count(*) as profiles,
    (select count(*) from customers where is_anonymous) as anonymous,
    coalesce(sum(count_orders), 0) as orders,
    coalesce(sum(net_revenue), 0) as net_revenue
from profiles
"""
_REFUSED = """
select array_to_string(reason_codes, ', ') as reasons, count(*) as count_rows, count(distinct file) as count_files
from quarantine_rows
where run_id = $run_id
    and not list_contains($dismissed, sha256(feed || chr(10) || raw))
group by reasons
order by count_rows desc, reasons
"""
_WITHOUT_RATE = """
select upper(currency) as currency, count(*) as count_orders, count(distinct customer_id) as count_customers
from orders
where counted_as is not null
    and revenue is null
group by upper(currency)
order by currency
"""
_SHOWN = 10
_REFUSED_MARK = "rows quarantined (see 'cdp quarantine list')"


def summary_of(workspace: Workspace, outcome: RunOutcome, asked: date | None = None) -> dict[str, Any]:
    """The figures of a run: files, rows, customers, segments, warnings. ``asked`` is the date given with --date."""
    from cdp.serving import Reader
    from cdp.workspace.control import Control
    from cdp.workspace.dismissals import Dismissals

    dismissed = ["", *sorted(Dismissals(Control(workspace.data)).digests())]
    manifest = outcome.manifest
    if manifest is None:
        return {"run_id": None, "published": False, "warnings": list(outcome.warnings), "counts": {}, "segments": []}
    path = workspace.data / "serve" / manifest.published
    with Reader(path) as reader:
        segments = list(reader.fetch(_SEGMENTS))
        events = dict(reader.fetch(_EVENTS, {"run_id": manifest.run_id}).rows)
        refused = list(reader.fetch(_REFUSED, {"run_id": manifest.run_id, "dismissed": dismissed}))
        totals = next(iter(reader.fetch(_TOTALS)))
        without_rate = list(reader.fetch(_WITHOUT_RATE))
    counts = {name: value for name, value in manifest.counts.items() if isinstance(value, int | float)}
    counts.update({f"ids_{name}": count for name, count in events.items()})
    counts.update(totals)
    return {
        "run_id": manifest.run_id,
        "published": outcome.published,
        "business_date": manifest.date,
        "asked_date": asked,
        "seconds": round(outcome.seconds, 1),
        "file": str(path),
        "identity_note": manifest.counts.get("identity_note", ""),
        "verification": manifest.counts.get("verification", ""),
        "currency": workspace.config.currency,
        "counts": counts,
        "segments": segments,
        "orders_without_rate": without_rate,
        "refused": refused,
        "warnings": list(outcome.warnings),
        "log": str(workspace.data / "runs" / manifest.run_id / "run.log"),
        "quality": str(workspace.data / "runs" / manifest.run_id / "quality" / "quality.html"),
    }


def told(summary: Mapping[str, Any]) -> Iterator[str]:
    """The summary as lines of text."""
    counts = summary["counts"]
    if not summary["published"]:
        yield "Nothing new: no file that is not known already, and no later date. Nothing was published."
        if summary["run_id"]:
            yield (
                f"In force stays run {summary['run_id']} for business date {summary['business_date']} "
                f"({summary['file']})."
            )
            yield from _too_early(summary["asked_date"], summary["business_date"])
        yield from _warnings(summary["warnings"], "")
        return
    yield f"Run {summary['run_id']} for business date {summary['business_date']}: published in {summary['seconds']} s."
    yield ""
    yield from _figures(counts, summary["currency"])
    if summary["identity_note"]:
        yield f"           {summary['identity_note']}"
    if summary["verification"]:
        yield f"           {summary['verification']}"
    yield from _without_rate(summary["orders_without_rate"])
    yield ""
    yield "Segments"
    width = max((len(item["title"]) for item in summary["segments"]), default=0)
    for item in summary["segments"]:
        yield f"  {item['title']:<{width}}  {item['count_members']:>7,}   {item['segment']}"
    yield ""
    yield from _refused(summary["refused"])
    yield from _warnings(summary["warnings"], summary["log"])
    yield f"Published file: {summary['file']}"
    yield f"Quality page: {summary['quality']}"
    yield f"Log: {summary['log']}"


def _too_early(asked: date | None, published: date) -> Iterator[str]:
    if asked is not None and asked < published:
        yield f"The published date is later than {asked}, and runs do not go back in time; 'cdp rollback' does."


def _figures(counts: Mapping[str, Any], currency: str) -> Iterator[str]:
    def number(name: str) -> str:
        return f"{counts.get(name) or 0:,}"

    yield (
        f"Files      {number('files')} delivered to feeds, {number('files_refused')} refused; "
        f"{number('files_unknown')} that no feed reads"
    )
    yield (
        f"Rows       {number('rows_read')} read = {number('rows_accepted')} accepted + "
        f"{number('rows_quarantined')} quarantined + {number('rows_duplicate')} duplicate + "
        f"{number('rows_superseded')} superseded"
    )
    if counts.get("lines_skipped"):
        yield f"           {number('lines_skipped')} lines beside them skipped, as skipLines in feed.yaml declares"
    if counts.get("rows_dismissed"):
        yield f"           {number('rows_dismissed')} of the quarantined are dismissed ('cdp quarantine dismissals')"
    if counts.get("rows_retried"):
        yield (
            f"Retried    {number('rows_retried')} refused rows = {number('retried_accepted')} accepted + "
            f"{number('retried_refused')} refused again + {number('retried_duplicate')} duplicate + "
            f"{number('retried_superseded')} superseded"
        )
    yield (
        f"Customers  {number('profiles')} known, {number('anonymous')} anonymous; in this run {number('ids_minted')} "
        f"new ids, {number('ids_merged')} merged, {number('ids_split')} split, {number('ids_retired')} retired"
    )
    yield (
        f"Orders     {number('orders')} of known customers, net revenue {counts.get('net_revenue') or 0:,} {currency}"
    )


def _without_rate(currencies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    from cdp.cli.customer_view import RATES
    from cdp.cli.output import counted

    for item in currencies:
        yield (
            f"           {counted(item['count_orders'], 'order')} of {counted(item['count_customers'], 'customer')} in "
            f"{item['currency']} without exchange rate: in no sum"
        )
    if currencies:
        yield f"           {RATES}"


def _refused(refused: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not refused:
        return
    yield f"Refused rows: {sum(item['count_rows'] for item in refused):,}, by what is wrong with them"
    for item in refused[:_SHOWN]:
        where = f"in {item['count_files']} file{'s' if item['count_files'] > 1 else ''}"
        yield f"  {item['count_rows']:>6,}  {item['reasons']:<28} {where}"
    if len(refused) > _SHOWN:
        yield f"  … and {len(refused) - _SHOWN} more kinds"
    yield "  What to do: 'cdp quarantine list' says where; mend the export, or its contract in schemas/exports/ and"
    yield "  have the rows tried again with 'cdp quarantine retry'."
    yield ""


def _warnings(warnings: Sequence[str], log: str) -> Iterator[str]:
    """The first warnings, and where the others stand; all of them where no run wrote a log."""
    others = [words for words in warnings if not words.endswith(_REFUSED_MARK)]
    if not others:
        return
    yield f"Warnings ({len(others)})"
    shown = others[:_SHOWN] if log else others
    for words in shown:
        yield f"  - {words}"
    if len(others) > len(shown):
        yield f"  … and {len(others) - len(shown)} more: 'grep WARNING {log}' shows all"
    yield ""
