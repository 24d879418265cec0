"""``social_leads`` (UTF-16 with tabs) and ``social_interactions`` (UTF-8 with byte order mark)."""

from __future__ import annotations

from cdp.sample.calendar import local, utc
from cdp.sample.draws import Draws
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line
from cdp.sample.phones import casually
from cdp.sample.records import born_token
from cdp.sample.service import Lead, Post
from cdp.sample.spelling import full_name
from cdp.sample.world import World

LEADS, POSTS = "social_leads", "social_interactions"
LEAD_HEADER = (
    "id created_time ad_id ad_name adset_id adset_name campaign_id campaign_name form_id form_name is_organic platform "
    "full_name email phone_number city date_of_birth"
).replace(" ", "\t")
POST_HEADER = (
    "Timestamp (UTC),Network,Message Type,Message ID,Profile Handle,Profile Name,Message,Sentiment,Email,Phone,"
    "Permalink"
)
LEAD_FORM = Form("utf-16-le", "\r\n", byte_order_mark=True)
POST_FORM = Form("utf-8", "\r\n", byte_order_mark=True)
HUGE = 150_000
"""Characters of the longest message: more than Python's own CSV reader takes by default."""


def export_leads(world: World, night: int, delivery: Delivery) -> None:
    """Write the answered lead advertisements; the second night also brings a file without rows."""
    begin, until = world.calendar.window(night)
    draws, stamp = Draws(world.seed, f"leads {night}"), world.calendar.stamp(night)
    rows = [_lead_row(world, lead, draws) for lead in world.service.leads if begin <= lead.at < until]
    if night == 1:
        rows = delivery.sprinkle(rows, _lead_faults())
    delivery.write(night, f"social/lead_ads_{stamp}.csv", LEADS, LEAD_FORM, LEAD_HEADER, rows)
    if night == 2:
        path = f"social/lead_ads_{stamp}_b.csv"
        delivery.write(night, path, LEADS, LEAD_FORM, LEAD_HEADER, [])
        delivery.note(night, path, LEADS, Fault("header_only_file", "ignore", "header, no rows"))


def _lead_row(world: World, lead: Lead, draws: Draws) -> Row:
    person, at, key = lead.person, lead.at, f"l:{lead.number}"
    mobile = person.mobile_at(at) if draws.chance(0.5) else ""
    born = f"{person.born:%m/%d/%Y}" if draws.chance(0.4) else ""
    email = person.email_other if person.email_other and draws.chance(0.5) else person.email_at(at)
    tokens = [f"email:{email}", f"phone:{mobile}", *([born_token(person)] if born else [])]
    world.registry.see(LEADS, key, "contact", person.person_id, tokens=tokens)
    when = f"{local(at, 'Europe/Berlin'):%Y-%m-%dT%H:%M:%S%z}"
    return Row("\t".join((
        key, f"{when[:-2]}:{when[-2:]}", "ag:71001", "Lantern film", "as:71", "Lookalike 1% - 30-59", "c:7",
        "Spring by the water",
        "f:550017", "Tide table & 5 EUR off", "false", lead.platform, full_name(draws, person, at), email,
        f"p:{mobile}" if mobile else "", person.address_at(at).city if draws.chance(0.5) else "", born,
    )), key)  # fmt: skip


def _lead_faults() -> list[Row]:
    test = (
        "l:399999999999999\t2025-04-07T10:00:00+02:00\tag:1\tTest\tas:1\tTest\tc:1\tTest\tf:550017\t"
        "Tide table & 5 EUR off\tfalse\tfb\t<test lead: dummy data for full_name>\ttest@example.com\t"
        "p:<test lead: dummy data for phone_number>\t\t"
    )
    return [
        Row(
            "l:399999999999998\t2025-04-07T10:00:00+02:00\t\t\t\t\t",
            "l:399999999999998",
            Fault("too_few_columns", "reject"),
        ),
        Row(test, "l:399999999999999", Fault("test_record", "reject", "test lead of the ad platform")),
    ]


def export_posts(world: World, night: int, delivery: Delivery) -> None:
    """Write the messages of the social inbox."""
    begin, until = world.calendar.window(night)
    draws = Draws(world.seed, f"posts {night}")
    rows = [_post_row(world, post, draws) for post in world.service.posts if begin <= post.at < until]
    if night == 1:
        rows = delivery.sprinkle(rows, _post_faults())
    delivery.write(
        night, f"social/inbox_messages_{world.calendar.stamp(night)}.csv", POSTS, POST_FORM, POST_HEADER, rows
    )


def _post_row(world: World, post: Post, draws: Draws) -> Row:
    person, at, key = post.person, post.at, f"{post.network}:{post.handle}"
    email = person.email_at(at) if post.reveals == "email" else ""
    mobile = person.mobile_at(at) if post.reveals == "phone" else ""
    order = post.order.key if post.order else ""
    number = casually(draws, mobile) if mobile else ""
    text, hidden = post.text, not post.in_columns
    text += f" Write to {email}" if email and hidden else f" My number: {number}" if number and hidden else ""
    text += f" ({order})" if order else ""
    tokens = (f"email:{email}", f"phone:{mobile}", f"order:{order}")
    strong = bool(email or mobile or order)
    world.registry.see(POSTS, key, "handle", person.person_id, tokens=tokens, evidence="strong" if strong else "weak")
    kind = "Direct Message" if strong else draws.pick(("Direct Message", "Mention", "Comment"))
    return Row(csv_line((
        f"{utc(at):%d-%b-%Y %I:%M %p}", post.network, kind, str(post.number), post.handle, full_name(draws,
            person, at), text,
        post.sentiment, "" if hidden else email, "" if hidden else number,
        f"https://{post.network}.example/m/{post.number}",
    )), key)  # fmt: skip


def _post_faults() -> list[Row]:
    def row(number: int, when: str, handle: str, text: str, fault: Fault) -> Row:
        values = (when, "instagram", "Direct Message", str(98_000_000_000_000 + number), handle, "No Body",
            text, "neutral",
                  "", "", f"https://instagram.example/m/{98_000_000_000_000 + number}")  # fmt: skip
        return Row(csv_line(values), f"instagram:{handle}", fault)

    several = Fault("multi_line_field", "ignore", "legal: quoted line breaks")
    return [
        row(1, "07-Apr-2025 10:00 AM", "@nobody.lines", "Dear all,\n\nthree lines.\nBye", several),
        row(2, "07-Apr-2025 10:05 AM", "@nobody.long", ("and so on " * HUGE)[:HUGE].strip(),
            Fault("huge_field", "warn", "one message of 150,000 characters")),
        row(3, "31-Feb-2025 10:00 AM", "@nobody.never", "When is it?", Fault("impossible_date", "reject")),
    ]  # fmt: skip
