"""Mapping SQL of tickets, survey answers, leads and products."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text
from cdp.ingest.draft.sqltext import Moments, file_of, key_text, select

_STATUS = (
    ("new", r"^new$|^neu$|untouched|submitted|^nuevo$|^nouveau$|^nuovo$|^nieuw$|^nowy$|^novo$"),
    ("open", r"reopen|unresolved|unsolved|wieder.?er[oö]ff"),
    ("solved", r"solved|done|complete|fixed|gel[oö]e?s|erledigt|r[eé]sol|resuelt|risolt|opgelost|rozwi[aą]z"),
    ("closed", r"closed|archiv|deleted|geschlossen|ferm[eé]|cl[oô](s|tur)|cerrad|chius|gesloten|zamkni|fechad"),
    ("hold", r"hold|paused|snoozed|pausiert|zur[uü]ckgestellt"),
    (
        "pending",
        r"pending|waiting|awaiting|customer|wart|ausstehend|attente|espera|attesa|wacht|oczek|pendente|pendiente",
    ),
    ("open", r"open|progress|active|offen|working|bearbeitung|ouvert|abiert|apert|otwart|aberto|cours|curso|corso"),
)
_STATUS_NUMBERS = {"2": "open", "3": "pending", "4": "solved", "5": "closed"}


def _ids(export: Export) -> list[tuple[str, str]]:
    return [(f"{text(export.name + ':')} || {key_text(export)}", "record_id"), (text(export.name), "feed")]


TICKET_TIMES = ("created_at", "occurred_at", "updated_at")


def _opened(export: Export) -> Moments:
    return Moments(export, *TICKET_TIMES)


def _in_words(column: Column) -> bool:
    return any(any(map(str.isalpha, value)) for value in column.values)


def _status_sql(status: str, words: Sequence[str]) -> str:
    """SQL of the standard status: of these words each by itself, of others by what they sound like."""
    cases = [f"when {status} = {text(word)} then {text(_standard_status(word))}" for word in words]
    cases += [f"when regexp_matches({status}, {text(pattern)}) then {text(name)}" for name, pattern in _STATUS]
    return "\n".join(["case", *cases, f"else {status} end"])


def _standard_status(value: str) -> str:
    if value in _STATUS_NUMBERS:
        return _STATUS_NUMBERS[value]
    return next((name for name, pattern in _STATUS if re.search(pattern, value)), "open")


def tickets_sql(export: Export) -> str:
    """tickets: one per ticket, in its latest state."""
    opened, notes = _opened(export), []
    status = export.first_of("status")
    state = "'open'"
    if status is not None:
        words = sorted(
            {value.lower() for value in status.values} | (set() if _in_words(status) else set(_STATUS_NUMBERS))
        )
        notes = [f"{status.source} has {', '.join(words)}; the case below says which of them are solved or closed"]
        state = _status_sql(f"lower({as_text(status)})", words)
    items = [(key_text(export), "ticket_id"), *_ids(export)]
    came = export.first_of("channel") or next(
        (c for c in export.columns if c.head.words == "source" and c.values), None
    )
    if came is not None:
        items.append((f"lower({as_text(came)})", "channel"))
    if (subject := export.first_of("subject", "text")) is not None:
        items.append((_plain_text(subject), "subject"))
    status_name = export.derive("ticket_status", state, "Status in the words of the tickets table")
    items.append((status_name, "status"))
    items.append((f"{status_name} not in ('solved', 'closed')", "is_open"))
    if (column := export.first_of("priority")) is not None:
        items.append((as_text(column), "priority"))
    items.append((opened.value, "opened_at"))
    for meaning, name in (
        ("first_replied_at", "first_replied_at"),
        ("updated_at", "updated_at"),
        ("closed_at", "solved_at"),
    ):
        if (column := export.first_of(meaning)) is not None:
            items.append((column.name, name))
    csat = export.first_of("csat")
    if csat is not None and csat.shape.kind == "integer" and all(value in "12345" for value in csat.values):
        items.append((csat.name, "csat_score"))
    elif csat is not None:
        export.doubt(f"nothing is made of {csat.source} before its words are given a score: see tickets.sql")
        notes.append(
            f"{csat.source} has {', '.join(sorted(set(csat.values))[:8])}: a case could make csat_score 1 to 5 of it"
        )
    for meaning, name in (("order_id", "order_id"), ("tags", "tags")):
        if (column := export.first_of(meaning)) is not None:
            items.append((_joined(column), name))
    return file_of(
        "Tickets in their latest state.", "one row per ticket", [],
        ["select", *select(items), f"from {export.name}"], notes,
    )  # fmt: skip


def _plain_text(column: Column) -> str:
    """SQL of the words, without the tags of HTML."""
    if any(re.match(r"\s*<\w+", value) for value in column.values):
        return f"trim(regexp_replace({column.name}, '<[^>]*>', ' ', 'g'))"
    return column.name


def _joined(column: Column) -> str:
    """SQL of a list as text joined by bars."""
    if column.shape.kind != "array":
        return as_text(column)
    if any(value.startswith("[{") for value in column.values):
        return f"array_to_string(list_transform(cast({column.name} as json[]), lambda tag: tag ->> '$.name'), '|')"
    return f"array_to_string(cast({column.name} as varchar[]), '|')"


def ticket_touchpoints_sql(export: Export) -> str:
    """touchpoints: tickets opened."""
    opened = _opened(export)
    items = [
        (f"{text(export.name + ':')} || {key_text(export)} || ':opened'", "touchpoint_id"), *_ids(export),
        ("'support'", "channel"), ("'Ticket Opened'", "event_name"), (opened.value, "occurred_at"),
    ]  # fmt: skip
    if (order := export.first_of("order_id")) is not None:
        items.append((as_text(order), "order_id"))
    if (words := export.first_of("subject", "text")) is not None:
        items.append((f"left({_plain_text(words)}, 2000)", "text"))
    return file_of(
        "Tickets opened.", "one row per ticket", [],
        ["select", *select(items), f"from {export.name}", f"where {opened.value} is not null"],
    )  # fmt: skip


def survey_sql(export: Export) -> str:
    """survey_responses."""
    answered = Moments(export, "responded_at", "created_at", "occurred_at", "updated_at")
    score = export.first_of("score", "csat")
    assert score is not None
    numbers = [float(value) for value in score.values if re.fullmatch(r"\d+(\.0+)?", value)]
    kind = "nps" if numbers and max(numbers) > 5 else "csat"
    if kind == "csat":
        export.doubt(
            f"{score.source} goes to {max(numbers or [0]):.0f} only and is taken for satisfaction (csat); "
            "a scale from 0 to 10 is nps"
        )
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "response_id"),
        *_ids(export),
        (text(kind), "survey_type"),
        (score.name, "score"),
    ]
    if (comment := export.first_of("comment", "text")) is not None:
        items.append((comment.name, "comment"))
    if (sent := export.first_of("sent_at")) is not None and sent is not answered.column:
        items.append((sent.name, "sent_at"))
    items.append((answered.value, "responded_at"))
    if (order := export.first_of("order_id")) is not None:
        items.append((as_text(order), "order_id"))
    return file_of(
        "Scores with what they speak of.", "one row per answer", [],
        ["select", *select(items), f"from {export.name}", f"where {score.name} is not null"],
    )  # fmt: skip


def survey_touchpoints_sql(export: Export) -> str:
    """touchpoints: surveys answered."""
    answered = Moments(export, "responded_at", "created_at", "occurred_at", "updated_at")
    score = export.first_of("score", "csat")
    assert score is not None
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "touchpoint_id"), *_ids(export),
        (text(export.channel), "channel"),
        ("'Survey Answered'", "event_name"), (answered.value, "occurred_at"),
        (f"json_object('score', {score.name})", "properties"),
    ]  # fmt: skip
    return file_of(
        "Surveys answered.", "one row per answer", [],
        ["select", *select(items), f"from {export.name}", f"where {answered.value} is not null"],
    )  # fmt: skip


def lead_touchpoints_sql(export: Export) -> str:
    """touchpoints: lead forms sent."""
    sent = Moments(export, "created_at", "occurred_at", "responded_at", "updated_at")
    campaign = next(
        (
            column
            for column in export.columns
            if re.fullmatch(r"(utm_)?campaign(_name)?", column.head.words) and column.values
        ),
        None,
    )
    ads = [
        column
        for column in export.columns
        if column.owner == "ad" and column.values and column is not campaign and column.head.rest == "name"
    ]
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "touchpoint_id"), *_ids(export),
        (text(export.channel), "channel"),
        ("'Lead Submitted'", "event_name"), (sent.value, "occurred_at"),
    ]  # fmt: skip
    if campaign is not None:
        items.append((campaign.name, "campaign"))
    if ads:
        items.append(
            (f"json_object({', '.join(f'{text(column.name)}, {column.name}' for column in ads)})", "properties")
        )
    return file_of(
        "Lead forms sent from an advertisement.", "one row per lead", [],
        ["select", *select(items), f"from {export.name}", f"where {sent.value} is not null"],
    )  # fmt: skip


def products_sql(export: Export) -> str:
    """products."""
    sku = export.first_of("sku", "gtin", "own_id")
    assert sku is not None
    items = [(as_text(sku), "sku")]
    for meaning, name in (
        ("gtin", "gtin"), ("product_name", "title"), ("brand", "brand"), ("category", "category"), ("colour", "colour"),
        ("cost", "cost"), ("unit_price", "list_price"),
    ):  # fmt: skip
        if (column := export.first_of(meaning)) is not None:
            items.append((as_text(column) if name == "gtin" else column.name, name))
    currency = export.first_of("currency")
    items.append(
        (
            f"upper({currency.name})"
            if currency
            else text(export.currency)
            if export.currency
            else "cast(null as varchar)",
            "currency",
        )
    )
    if (status := export.first_of("status")) is not None:
        items.append((f"lower({as_text(status)})", "status"))
    if (updated := export.first_of("updated_at")) is not None:
        items.append((updated.name, "updated_at"))
    return file_of(
        "The product list.", "one row per product", [],
        ["select", *select(items), f"from {export.name}", f"where {as_text(sku)} is not null",
         f"qualify row_number() over (partition by {as_text(sku)} order by _row) = 1"],
    )  # fmt: skip
