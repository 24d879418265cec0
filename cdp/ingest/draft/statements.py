"""Mapping SQL of what persons said about being contacted."""

from __future__ import annotations

from collections.abc import Sequence

from cdp.ingest.checks import text
from cdp.ingest.draft.consent import NO, YES, ConsentColumn
from cdp.ingest.draft.export import Export, consent_log_columns
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text, union
from cdp.ingest.draft.sqltext import Moments, file_of, key_text, select


def consent_sql(export: Export, key: str = "", stated: str = "") -> str | None:
    """consents of an export whose rows are persons; ``None`` when no column speaks of consent.

    ``key`` and ``stated`` are SQL of the record and the instant of orders that say it.
    """
    columns = [column for column in export.columns if column.consent is not None and column.values]
    parts: list[str] = []
    notes: list[str] = []
    for channel in dict.fromkeys(column.consent.channel for column in columns if column.consent):
        parts += _statements(
            export,
            [column for column in columns if column.consent and column.consent.channel == channel],
            notes,
            key or key_text(export),
            stated,
        )
    if not parts:
        return None
    body = union(parts, export.name)
    lines = [
        "select",
        f"    {text(export.name + ':')} || source_id || ':' || channel as consent_statement_id,",
        f"    {text(export.name + ':')} || source_id as record_id,",
        f"    {text(export.name)} as feed,",
        "    channel,",
        "    status,",
        "    stated_at,",
        "    is_timed,",
        "    source",
        "from stated",
        "where status is not null",
        "qualify row_number() over (",
        "    partition by source_id, channel order by is_timed desc, stated_at desc nulls last, status desc",
        ") = 1",
    ]
    return file_of(
        "Statements for and against being contacted; nothing is said where a field is empty or was never answered.",
        "one row per record and channel", [["stated as (", *body, ")"]], lines, notes,
    )  # fmt: skip


def _statements(export: Export, columns: Sequence[Column], notes: list[str], key: str, moment: str) -> list[str]:
    """Selects that give source_id, channel, status, stated_at, is_timed and source for one channel."""
    times = [column for column in columns if _part(column).part == "time"]
    flags = [column for column in columns if _part(column).part == "status"]
    found: list[tuple[str, str, str, str, str, str]] = []
    for flag in flags:
        taken = {stated for _, _, _, stated, _, _ in found}
        fitting = (
            column for column in times if _part(column).is_out == _part(flag).is_out and column.name not in taken
        )
        time = next(fitting, None)
        untimed = export.version.name if export.version else "cast(null as timestamp)"
        stated = time.name if time else moment or untimed
        timed = f"{time.name} is not null" if time else f"{moment} is not null" if moment else "false"
        status = status_case(flag, _part(flag), has_time=time is not None)
        found.append((key, _part(flag).channel, status, stated, timed, flag.source))
        notes.append(
            f"{flag.source}: {', '.join(sorted(set(flag.values))[:6])}; does the case below take each for what it says?"
        )
    used = {stated for _, _, _, stated, _, _ in found}
    for time in times:
        if time.name not in used and not (flags and not _part(time).is_out):
            status = "out" if _part(time).is_out else "in"
            when = f"case when {time.name} is not null then {text(status)} end"
            found.append((key, _part(time).channel, when, time.name, "true", time.source))
    first = "select {} as source_id, {} as channel, {} as status, {} as stated_at, {} as is_timed, {} as source"
    return [
        first.format(source_id, text(channel), status, stated, timed, text(origin))
        for source_id, channel, status, stated, timed, origin in found
    ]


def _part(column: Column) -> ConsentColumn:
    assert column.consent is not None
    return column.consent


def status_case(column: Column, consent: ConsentColumn, *, has_time: bool = False) -> str:
    """SQL that gives in, out or null for a consent column."""
    if column.shape.kind == "boolean":
        if consent.is_out:
            return f"case when {column.name} then 'out' end"
        return (
            f"case when {column.name} then 'in'{' else' + chr(32) + chr(39) + 'out' + chr(39) if has_time else ''} end"
        )
    said = _plain_word(as_text(column))
    yes, no = (set[str](), YES | NO) if consent.is_out else (set(YES), set(NO))
    cases = " ".join(
        f"when {said} in ({', '.join(map(text, sorted(words)))}) then '{status}'"
        for words, status in ((yes, "in"), (no, "out"))
        if words
    )
    return f"case {cases} end"


def _plain_word(value: str) -> str:
    """SQL that gives a word in one spelling, as ``plain_status`` does."""
    return f"trim(regexp_replace(strip_accents(lower({value})), '[^a-z0-9]+', '_', 'g'), '_')"


def consent_log_sql(export: Export) -> str:
    """consents of a log with one statement per row."""
    channel, status = consent_log_columns(export)
    moments = Moments(export, "created_at", "occurred_at", "updated_at", "received_at")
    is_yes = status.name
    if status.shape.kind != "boolean":
        is_yes = f"{_plain_word(as_text(status))} in ({', '.join(map(text, sorted(YES)))})"
    way = f"lower({as_text(channel)})"
    channels = f"case when {way} in ('email', 'e-mail', 'mail') then 'email' else {way} end"
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "consent_statement_id"),
        (f"{text(export.name + ':')} || {key_text(export)}", "record_id"),
        (text(export.name), "feed"),
        (channels, "channel"),
        (f"case when {is_yes} then 'in' else 'out' end", "status"),
        (moments.value, "stated_at"),
        ("true", "is_timed"),
        (text(export.source), "source"),
    ]
    where = [
        f"where {way} in ('email', 'e-mail', 'mail', 'sms', 'push')",
        f"    and {status.name} is not null",
        *([f"    and {moments.value} is not null"] if moments.column is not None else []),
    ]
    return file_of(
        "Timed statements for and against being contacted.", "one row per statement", [],
        ["select", *select(items), f"from {export.name}", *where],
    )  # fmt: skip
