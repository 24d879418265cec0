"""``support_tickets`` (one JSON document per line), ``call_log`` and ``nps_survey`` (CSV)."""

from __future__ import annotations

import json
from typing import Any

from cdp.sample.calendar import DAY, local, utc
from cdp.sample.catalogue import DESK
from cdp.sample.draws import Draws
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line
from cdp.sample.phones import SHOP_LINE, casually
from cdp.sample.records import landline_token
from cdp.sample.service import Call, Survey, Ticket
from cdp.sample.spelling import full_name
from cdp.sample.trade import Receipt
from cdp.sample.world import World

TICKETS, CALLS, SURVEYS = "support_tickets", "call_log", "nps_survey"
CALL_HEADER = (
    "Call ID (UUID),Call ID (internal),Call direction,Call type,Line,Caller number,Called number,User,Start time,"
    "Time zone,Duration (total),Duration (in call),Tags,Comments"
)
SURVEY_COLUMNS = ("Response ID", "Person Email", "Person Name", "Score", "Comment", "Survey Request Sent At",
                  "Response Created At", "Response Updated At", "Purchase Channel", "Purchase Reference")  # fmt: skip
_LOCALES = {"GB": "en-GB", "DE": "de-DE", "US": "en-US"}


def export_tickets(world: World, night: int, delivery: Delivery) -> None:
    """Write the tickets that are new or have changed."""
    begin, until = world.calendar.window(night)
    draws, rows = Draws(world.seed, f"tickets {night}"), []
    for ticket in world.service.tickets:
        moments = (ticket.opened_at, ticket.solved_at, _closed_at(ticket))
        if ticket.opened_at < until and any(m is not None and begin <= m < until for m in moments):
            rows.append(Row(json.dumps(_ticket(world, ticket, until, draws), ensure_ascii=False, separators=(",", ":")),
                            str(ticket.number)))  # fmt: skip
    if night == 1:
        rows = delivery.sprinkle(delivery.repeat(rows, 1), _ticket_faults())
    delivery.write(night, f"support/zendesk_tickets_{world.calendar.stamp(night)}.json", TICKETS, Form(), None, rows)


def _closed_at(ticket: Ticket) -> int | None:
    return ticket.solved_at + 4 * DAY if ticket.solved_at is not None else None


def _z(instant: int) -> str:
    return f"{utc(instant):%Y-%m-%dT%H:%M:%SZ}"


def _ticket(world: World, ticket: Ticket, until: int, draws: Draws) -> dict[str, Any]:
    """Return the ticket as it stands at the end of a night."""
    person, at, number = ticket.person, ticket.opened_at, ticket.number
    solved = ticket.solved_at if ticket.solved_at is not None and ticket.solved_at < until else None
    closed = solved + 4 * DAY if solved is not None and solved + 4 * DAY < until else None
    status = "closed" if closed else "solved" if solved else "pending" if number % 2 else "open"
    email, name = person.email_at(at), full_name(draws, person, at)
    mobile = person.mobile_at(at) if draws.chance(0.25) else ""
    order = ticket.order.key if ticket.order else ""
    tokens = (f"email:{email}", f"phone:{mobile}", f"order:{order}")
    world.registry.see(TICKETS, str(number), "ticket", person.person_id, tokens=tokens)
    user, body = (
        380_000_000_000 + int(person.person_id[1:]) * 977,
        f"Hello,\n\n{ticket.subject}.\n\nBest wishes\n{name}",
    )
    comments: list[dict[str, Any]] = [
        {
            "id": number * 100 + 1,
            "type": "Comment",
            "author_id": user,
            "body": body,
            "public": True,
            "created_at": _z(at),
        }
    ]
    agent = 381_000 + number % 9
    if solved:
        reply = "Thank you for waiting. It is settled now."
        comments.append({"id": number * 100 + 2, "type": "Comment", "author_id": agent, "public": True,
                         "created_at": _z(solved - 300), "body": reply})  # fmt: skip
    rated = ticket.rated_at if ticket.rating and ticket.rated_at is not None and ticket.rated_at < until else None
    return {
        "url": f"{DESK}/api/v2/tickets/{number}.json", "id": number, "external_id": None,
        "via": {"channel": ticket.channel, "source": {"from": {"address": email, "name": name}, "to": {}, "rel": None}},
        "created_at": _z(at), "updated_at": _z(closed or solved or at), "type": "question", "subject": ticket.subject,
        "description": body, "priority": "high" if ticket.tag in ("refund", "damaged") else "normal", "status": status,
        "requester": {"id": user, "name": name, "email": email, "phone": casually(draws, mobile) if mobile else None,
                      "role": "end-user", "locale": _LOCALES[person.country]},
        "assignee": {"id": agent, "name": f"Agent {agent - 380_999}"}, "group": {"id": 30901, "name": "Customer Care"},
        "tags": [ticket.tag], "custom_fields": [{"id": 39004410, "title": "Order number", "value": order or None}],
        "satisfaction_rating": _rating(ticket, rated, solved), "csat_survey_response": _answer(ticket, rated),
        "comments": comments,
    }  # fmt: skip


def _rating(ticket: Ticket, rated: int | None, solved: int | None) -> dict[str, Any]:
    if rated is None:
        return {"score": "offered" if solved else "unoffered"}
    return {"score": "good" if ticket.rating > 3 else "bad", "id": 9_100_000 + ticket.number, "comment": ""}


def _answer(ticket: Ticket, rated: int | None) -> dict[str, Any] | None:
    if rated is None:
        return None
    category = "good" if ticket.rating > 3 else "bad"
    answer = {"type": "rating_scale", "rating": ticket.rating, "rating_category": category, "created_at": _z(rated),
              "updated_at": _z(rated)}  # fmt: skip
    return {"id": f"01K{ticket.number:010d}", "answers": [answer]}


def _ticket_faults() -> list[Row]:
    start = '{"id":%d,"created_at":"2025-08-04T10:00:00Z","updated_at":"2025-08-04T10:00:00Z","status":"closed",'
    start += '"subject":"x",'
    long = json.dumps([{"id": 1, "body": "over and over " * 3000}])
    return [
        Row(start % 9700001 + '"requester":null,"comments":[]}', "9700001",
            Fault("missing_identity", "accept_null", "ticket without requester")),
        Row(start % 9700002 + '"requester"', "9700002", Fault("invalid_json", "reject")),
        Row(start % 9700003 + f'"requester":null,"comments":{long}}}', "9700003",
            Fault("huge_field", "warn", "one comment of 42,000 characters")),
    ]  # fmt: skip


def export_calls(world: World, night: int, delivery: Delivery) -> None:
    """Write the call log; on the second night it comes without its last column."""
    begin, until = world.calendar.window(night)
    draws = Draws(world.seed, f"calls {night}")
    rows = [
        _call_row(world, call, draws, with_comment=night != 2)
        for call in world.service.calls
        if begin <= call.at < until
    ]
    path, header = f"support/call_log_{world.calendar.stamp(night)}.csv", CALL_HEADER
    if night == 1:
        rows = delivery.sprinkle(rows, _call_faults())
    if night == 2:
        header = header.removesuffix(",Comments")
        delivery.note(night, path, CALLS, Fault("missing_column", "accept_null", "column Comments is not in this file"))
    delivery.write(night, path, CALLS, Form(), header, rows)


def _call_row(world: World, call: Call, draws: Draws, *, with_comment: bool) -> Row:
    person, key = call.person, str(call.number)
    name = full_name(draws, person, call.at) if call.names_himself and with_comment else ""
    is_mobile = bool(call.caller) and call.caller != person.landline
    token = f"phone:{call.caller}" if is_mobile else landline_token(person, call.caller)
    evidence = "strong" if is_mobile else "weak" if call.caller or name else "none"
    world.registry.see(CALLS, key, "call", person.person_id, tokens=[token], evidence=evidence)
    caller = casually(draws, call.caller) if call.caller else draws.pick(("anonymous", "Restricted"))
    total, talk = (f"00:{s // 60:02d}:{s % 60:02d}" for s in (call.seconds, max(0, call.seconds - 20)))
    values = [
        f"CA{draws.hexadecimal(30)}", key, "Inbound", call.kind, "Customer Care", caller, SHOP_LINE,
        f"Agent {draws.between(1, 9)}", f"{local(call.at, 'Europe/London'):%m/%d/%Y %I:%M:%S %p}",
        "Europe/London", total,
        talk if call.kind == "Answered" else "00:00:00", call.tag,
    ]  # fmt: skip
    return Row(csv_line([*values, f"Name: {name}" if name else ""] if with_comment else values), key)


def _call_faults() -> list[Row]:
    start = "CAfa17000000000000000000000000000%d,9700000%d,Inbound,Answered,Customer Care,+442079460001,"
    start += "+442079460100,Agent 1,"
    return [
        Row(start % (1, 1) + "14/35/2025 26:61:00 PM,Europe/London,00:01:00,00:00:40,,", "97000001",
            Fault("impossible_date", "reject")),
        Row(start % (2, 2) + "04/07/2025 10:00:00 AM,Europe/London,77:88:99,00:00:40,,", "97000002",
            Fault("not_a_number", "accept_null", "impossible duration")),
    ]  # fmt: skip


def export_surveys(world: World, night: int, delivery: Delivery) -> None:
    """Write the survey answers.

    The second night corrects some, has the columns in another order, and brings besides an empty file and the
    first night's file once more.
    """
    begin, until = world.calendar.window(night)
    stamp = world.calendar.stamp(night)
    records = []
    for survey in world.service.surveys:
        corrected = survey.corrected_at if survey.corrected_at is not None and survey.corrected_at < until else None
        if begin <= survey.answered_at < until or (corrected is not None and corrected >= begin):
            records.append(_survey(world, survey, corrected))
    columns = SURVEY_COLUMNS if night != 2 else (*SURVEY_COLUMNS[3:], *SURVEY_COLUMNS[:3])
    rows = [Row(csv_line([r[c] for c in columns]), r["Response ID"]) for r in records]
    if night == 1:
        rows = delivery.sprinkle(rows, _survey_faults())
    path = f"support/nps_responses_{stamp}.csv"
    delivery.write(night, path, SURVEYS, Form(), csv_line(columns), rows)
    if night == 2:
        delivery.note(night, path, SURVEYS, Fault("column_order", "map", "same columns in another order"))
        empty, older = f"support/nps_responses_{stamp}_b.csv", f"support/nps_responses_{world.calendar.stamp(1)}.csv"
        delivery.put(night, empty, b"")
        delivery.note(night, empty, SURVEYS, Fault("empty_file", "ignore", "0 bytes"))
        delivery.put(night, older, delivery.written(1, older))
        note = "byte-identical copy of the file of night 1; must not undo the corrections of this night"
        delivery.note(night, older, SURVEYS, Fault("replayed_file", "dedupe", note))


def _survey(world: World, survey: Survey, corrected: int | None) -> dict[str, str]:
    person, purchase, at = survey.person, survey.purchase, survey.asked_at
    in_store = isinstance(purchase, Receipt)
    score = survey.score if corrected or survey.corrected_at is None else survey.first_score
    comment = (
        ""
        if survey.number % 3
        else ("No words", "It will do", "Good, thank you; come to Hull!")[(score > 6) + (score > 8)]
    )
    tokens = (f"email:{person.email_at(at)}", f"{'receipt' if in_store else 'order'}:{purchase.key}")
    world.registry.see(SURVEYS, str(survey.number), "survey", person.person_id, tokens=tokens)
    values = (
        str(survey.number), person.email_at(at), person.full_name_at(at) if survey.number % 4 else "",
        str(score), comment,
        *(f"{utc(t):%Y-%m-%d %H:%M:%S} UTC" for t in (survey.asked_at, survey.answered_at,
            corrected or survey.answered_at)),
        "store" if in_store else "web", purchase.key,
    )  # fmt: skip
    return dict(zip(SURVEY_COLUMNS, values, strict=True))


def _survey_faults() -> list[Row]:
    times = "2025-04-07 10:00:00 UTC,2025-04-08 10:00:00 UTC,2025-04-08 10:00:00 UTC,web,"
    start = "9700000%d,nobody%d@fennelandoar.example,,"
    return [
        Row(start % (1, 1) + "12,," + times, "97000001", Fault("out_of_range", "reject", "score 12")),
        Row(start % (2, 2) + "nine,," + times, "97000002", Fault("not_a_number", "reject", "score in words")),
        Row(start % (3, 3) + '8,"all was,' + times, "97000003",
            Fault("unterminated_quote", "reject", "only this row; the following rows are good")),
    ]  # fmt: skip
