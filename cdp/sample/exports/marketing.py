"""Campaigns: the mail tool's tracking extract (a zip), the log of text messages, push events, and costs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from email.utils import format_datetime

from cdp.sample.calendar import local, utc
from cdp.sample.catalogue import SITE
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line
from cdp.sample.marketing import CENTRAL, UNIT_COST, Campaign, Message
from cdp.sample.world import World

_CLIENT, _LIST = "20883417", "3301"
_COLUMNS = "ClientID,SendID,SubscriberKey,EmailAddress,SubscriberID,ListID,EventDate,EventType"
JOB_HEADER = "ClientID,SendID,FromName,FromEmail,SchedTime,SentTime,Subject,EmailName,PreviewURL"
SMS_HEADER = (
    "Sid,DateSent,From,To,Status,NumSegments,Direction,Price,PriceUnit,ErrorCode,MessagingServiceSid,CampaignId,"
    "LinkClickedAt"
)
COST_HEADER = (
    "campaign_id,campaign_name,channel,start_date,discount_code,fixed_cost,unit_cost,sends_billed,total_cost,currency"
)
_MEMBERS: tuple[tuple[str, str, str, Callable[[Message], list[int]]], ...] = (
    ("Sent.csv", "Sent", ",BatchID", lambda m: [m.at]),
    ("Bounces.csv", "Bounce", ",BounceCategory", lambda m: [m.bounced_at] if m.bounced_at else []),
    ("Opens.csv", "Open", ",BatchID", lambda m: m.opened),
    ("Clicks.csv", "Click", ",BatchID,URL", lambda m: [m.clicked_at] if m.clicked_at else []),
    ("Unsubs.csv", "Unsubscribe", ",BatchID", lambda m: [m.unsubscribed_at] if m.unsubscribed_at else []),
)


def _us(instant: int) -> str:
    """The wall clock of Central Standard Time, as Americans write it."""
    at = local(instant, CENTRAL)
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S} {at:%p}"


def export_mails(world: World, night: int, delivery: Delivery) -> None:
    """Write the tracking extract of a night: every member, some of them without rows."""
    begin, until = world.calendar.window(night)
    path = f"marketing/sfmc_tracking_{world.calendar.stamp(night):%Y%m%d}.zip"
    jobs = [
        Row(csv_line((
            _CLIENT, str(c.send_id), "Fennel & Oar", "post@fennelandoar.example", _us(c.at), _us(c.at + 60),
            f"{c.name} - code {c.code}", f"{c.campaign_id}_{c.name.replace(' ', '_')}", "",
        )), str(c.send_id))
        for c in world.marketing.campaigns if c.channel == "email" and begin <= c.at < until
    ]  # fmt: skip
    members = {"SendJobs.csv": _member(night, path, "SendJobs.csv", JOB_HEADER, jobs, delivery)}
    for name, kind, more, instants in _MEMBERS:
        rows = [
            _event(message, kind, at)
            for message in world.marketing.messages
            if message.campaign.channel == "email"
            for at in instants(message)
            if begin <= at < until
        ]
        if night == 1 and kind == "Sent":
            rows = delivery.sprinkle(rows, _mail_faults())
        members[name] = _member(night, path, name, _COLUMNS + more, rows, delivery)
    delivery.put(night, path, _zipped(members))


def _member(night: int, path: str, name: str, header: str, rows: list[Row], delivery: Delivery) -> bytes:
    feed = "campaign_email_jobs" if name == "SendJobs.csv" else "campaign_email"
    delivery.note_all(night, f"{path}/{name}", feed, header, rows)
    return Form().encode(header, rows)


def _zipped(members: dict[str, bytes]) -> bytes:
    """A zip whose bytes do not depend on the clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 6, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 6)
    return buffer.getvalue()


def _event(message: Message, kind: str, at: int) -> Row:
    more = {"Bounce": ("Hard bounce",), "Click": ("1", _link(message.campaign))}.get(kind, ("1",))
    subscriber = str(40_000_000 + int(message.person.person_id[1:]))
    values = (_CLIENT, str(message.campaign.send_id), message.recipient, message.recipient, subscriber, _LIST)
    return Row(csv_line((*values, _us(at), kind, *more)), f"{message.campaign.send_id}:{message.recipient}")


def _link(campaign: Campaign) -> str:
    return f"{SITE}/l?utm_campaign={campaign.campaign_id}"


def _mail_faults() -> list[Row]:
    start = f"{_CLIENT},550001,nobody@example.net,nobody@example.net,49999999,{_LIST}"
    return [
        Row(f"{start},13/32/2025 2:00:00 AM,Sent,1", "550001:nobody@example.net", Fault("impossible_date", "reject")),
        Row(f"{_CLIENT},550001,half@example.net", "550001:half@example.net", Fault("too_few_columns", "reject")),
    ]


def export_texts(world: World, night: int, delivery: Delivery) -> None:
    """Write the log of text messages, when there are any."""
    begin, until = world.calendar.window(night)
    rows = []
    for message in world.marketing.messages:
        if message.campaign.channel == "sms" and begin <= message.at < until:
            status, error = ("undelivered", "30003") if message.bounced_at else ("delivered", "")
            clicked = f"{utc(message.clicked_at):%Y-%m-%dT%H:%M:%SZ}" if message.clicked_at else ""
            key = f"SM{message.number:032x}"
            rows.append(Row(csv_line((
                key, format_datetime(utc(message.at)), "FennelOar", message.recipient, status, "1", "outbound-api",
                f"-{UNIT_COST['sms'] / 10_000:.5f}", "EUR", error, "MG5f0a", message.campaign.campaign_id, clicked,
            )), key))  # fmt: skip
    if night == 1:
        rows = delivery.sprinkle(delivery.repeat(rows, 1), _text_faults())
    if rows:
        path = f"marketing/sms_log_{world.calendar.stamp(night)}.csv"
        delivery.write(night, path, "campaign_sms", Form(), SMS_HEADER, rows)


def _text_faults() -> list[Row]:
    end = "FennelOar,+447700900999,delivered,1,outbound-api,-0.05200,EUR,,MG5f0a,K303,"
    return [
        Row(f'SM{"d" * 31}1,"Wed, 31 Feb 2026 08:00:00 +0000",{end}', f"SM{'d' * 31}1",
            Fault("impossible_date", "reject")),
        Row(f'SM{"d" * 31}2,"Tue, 10 Feb 2026 08:00:00 +0000",{end.replace("delivered", "eaten")}', f"SM{'d' * 31}2",
            Fault("unknown_value", "reject", "status 'eaten'")),
    ]  # fmt: skip


def export_pushes(world: World, night: int, delivery: Delivery) -> None:
    """Write events of push messages, when there are any."""
    begin, until = world.calendar.window(night)
    events = [
        (at, kind, message)
        for message in world.marketing.messages
        if message.campaign.channel == "push"
        for at, kind in _pushed(message)
        if begin <= at < until
    ]
    events.sort(key=lambda event: (event[0], event[2].number, event[1]))
    rows = [_push(at, kind, message) for at, kind, message in events]
    if night == 1:
        rows = delivery.sprinkle(rows, _push_faults())
    if rows:
        path = f"marketing/braze_currents_push_{world.calendar.stamp(night)}.jsonl"
        delivery.write(night, path, "campaign_push", Form(), None, rows)


def _pushed(message: Message) -> Iterator[tuple[int, str]]:
    yield message.at, "Send"
    if message.bounced_at:
        yield message.bounced_at, "Bounce"
    yield from ((at, "Open") for at in message.opened[:1])


def _push(at: int, kind: str, message: Message) -> Row:
    handset, key = message.handset, f"{700_000_000 + message.number}-{kind}"
    assert handset is not None
    known = handset.login_at is not None and handset.login_at <= at
    event = {
        "id": key, "event_type": f"users.messages.pushnotification.{kind}", "user_id": f"u{message.number:08x}",
        "external_user_id": message.account_id if known else None, "time": at,
        "campaign_id": message.campaign.campaign_id, "campaign_name": message.campaign.name,
        "device_id": handset.device_id, "platform": "ios" if handset.device_id.isupper() else "android",
    }  # fmt: skip
    return Row(json.dumps(event, separators=(",", ":")), key)


def _push_faults() -> list[Row]:
    start = '{"id":"799999991-Send","event_type":"users.messages.pushnotification.Send"'
    return [
        Row(f'{start},"time":1767225600,"campaign_id":"K307"}}', "799999991-Send",
            Fault("missing_identity", "reject", "neither account nor device")),
        Row('{"id":"799999992-Open","event_type":"users.messages.push', "799999992-Open",
            Fault("invalid_json", "reject", "line cut off")),
    ]  # fmt: skip


def export_costs(world: World, night: int, delivery: Delivery) -> None:
    """Write the costs of new campaigns; the second night corrects the first campaign's."""
    begin, until = world.calendar.window(night)
    rows = []
    for place, campaign in enumerate(world.marketing.campaigns):
        is_correction = night == 2 and place == 0
        if begin <= campaign.at < until or is_correction:
            rows.append(_cost(world, campaign, too_much=9900 if place == 0 and night == 1 else 0))
    if night == 1 and world.calendar.nights == 1:
        rows = [_cost(world, campaign, too_much=0) for campaign in world.marketing.campaigns]
    if night == 1:
        wrong = "K399,Never Sent,email,2026-02-01,OAR99,to come,0.0012,0,to come,EUR"
        rows = delivery.sprinkle(rows, [Row(wrong, "K399", Fault("not_a_number", "reject"))])
    if rows:
        path = f"marketing/campaign_costs_{world.calendar.stamp(night)}.csv"
        delivery.write(night, path, "campaign_costs", Form(), COST_HEADER, rows)


def _cost(world: World, campaign: Campaign, too_much: int) -> Row:
    unit = UNIT_COST.get(campaign.channel, 0)
    fixed = campaign.fixed_cost + too_much
    total = world.marketing.cost(campaign) + too_much * 100
    return Row(csv_line((
        campaign.campaign_id, campaign.name, campaign.channel, f"{utc(campaign.at):%Y-%m-%d}", campaign.code,
        f"{fixed / 100:.2f}", f"{unit / 10_000:.4f}", str(campaign.sent), f"{total / 10_000:.2f}", "EUR",
    )), campaign.campaign_id)  # fmt: skip
