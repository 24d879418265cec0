"""Draw campaigns: mails, text and push messages, whom they reach, and what becomes of each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from cdp.sample.calendar import DAY, HOUR, Calendar, seconds
from cdp.sample.consents import Consents
from cdp.sample.draws import Draws
from cdp.sample.memberships import Handset, Memberships
from cdp.sample.people import Person
from cdp.sample.trade import Order

CENTRAL = "Etc/GMT+6"
UNIT_COST = {"email": 12, "sms": 520, "push": 4}
"""Of one message, in ten-thousandths of a euro."""
_PLAN = (
    ("email", "New Year"), ("email", "Spring Rain"), ("sms", "Flash Friday"), ("email", "Potting Weeks"),
    ("paid_social", "Garden Reel"), ("email", "Picnic"), ("push", "App Weekend"), ("email", "Late Summer"),
    ("sms", "Members Night"), ("email", "Harvest Table"), ("paid_social", "Lantern Walk"), ("email", "First Frost"),
    ("email", "Gift Tins"), ("push", "Twelve Days"), ("email", "Clear Out"), ("sms", "Double Points"),
    ("email", "Seedlings"),
)  # fmt: skip


@dataclass(slots=True)
class Campaign:
    """One campaign; its first message goes out at ``at``."""

    campaign_id: str
    name: str
    channel: str
    at: int
    code: str
    fixed_cost: int
    send_id: int = 0
    sent: int = 0


@dataclass(slots=True)
class Message:
    """One message to one recipient, with the instants of what became of it."""

    campaign: Campaign
    person: Person
    recipient: str
    at: int
    number: int
    handset: Handset | None = None
    account_id: str = ""
    bounced_at: int | None = None
    opened: list[int] = field(default_factory=list)
    clicked_at: int | None = None
    unsubscribed_at: int | None = None


class Marketing:
    """All campaigns and messages of the world."""

    def __init__(self, seed: int, calendar: Calendar, members: Memberships, consents: Consents) -> None:
        self.calendar, self.members, self.consents = calendar, members, consents
        self.draws = Draws(seed, "marketing")
        self.campaigns: list[Campaign] = []
        self.messages: list[Message] = []
        self.unsubscribed: dict[str, int] = {}
        """Person to the instant of the click on "unsubscribe"."""

    def send(self) -> None:
        """Draw the campaigns, one a month and one on every later night, and their messages."""
        span = (self.calendar.cuts[0] - self.calendar.begin) // DAY
        for place, (channel, name) in enumerate(_PLAN):
            day = self.calendar.days[0] + timedelta(days=20 + place * (span - 30) // len(_PLAN))
            self._launch(place, channel, name, seconds(day, 8))
        for night in range(2, self.calendar.nights + 1):
            at = seconds(self.calendar.stamp(night), 8)
            self._launch(len(self.campaigns), "email", f"June Post {night}", at)

    def _launch(self, place: int, channel: str, name: str, at: int) -> None:
        draws = self.draws
        campaign = Campaign(f"K{301 + place}", name, channel, at, f"OAR{10 + place}", draws.between(4_000, 30_000))
        self.campaigns.append(campaign)
        campaign.send_id = 550_001 + place
        for recipient, person, handset in self._recipients(campaign):
            if draws.chance(0.55 if channel == "email" else 0.7):
                message = Message(campaign, person, recipient, at + draws.between(0, 2400), len(self.messages), handset)
                account = self.members.accounts.get(person.person_id)
                message.account_id = account.account_id if account else ""
                self.messages.append(message)
                campaign.sent += 1
                self._follow(message)

    def _recipients(self, campaign: Campaign) -> list[tuple[str, Person, Handset | None]]:
        at = campaign.at
        found: dict[str, tuple[str, Person, Handset | None]] = {}
        for person in self.members.people:
            if campaign.channel == "push":
                for handset in self.members.handsets[person.person_id]:
                    if [on for when, on in handset.push if when <= at][-1:] == [True]:
                        found[handset.device_id] = (handset.device_id, person, handset)
            elif campaign.channel in ("email", "sms") and self.consents.flag(person, campaign.channel, at):
                to = person.email_at(at) if campaign.channel == "email" else person.mobile_at(at)
                if to and self.unsubscribed.get(person.person_id, at) >= at:
                    found.setdefault(to, (to, person, None))
        return list(found.values())

    def _follow(self, message: Message) -> None:
        draws, channel = self.draws, message.campaign.channel
        if draws.chance(0.02):
            message.bounced_at = message.at + draws.between(1, 300)
            return
        if draws.chance({"email": 0.32, "sms": 0.0, "push": 0.08}[channel]):
            first = message.at + draws.between(120, 2 * DAY)
            message.opened = [first, *([first] if draws.chance(0.2) else []), *([first + HOUR] * draws.chance(0.1))]
        if (channel == "email" and message.opened and draws.chance(0.16)) or (channel == "sms" and draws.chance(0.06)):
            message.clicked_at = (message.opened or [message.at])[0] + draws.between(5, 600)
        willing = message.opened and not message.person.shared_email and channel == "email"
        if willing and draws.chance(0.04) and message.person.person_id not in self.unsubscribed:
            at = message.opened[0] + draws.between(20, 400)
            if at < self.calendar.end:
                message.unsubscribed_at = self.unsubscribed[message.person.person_id] = at

    def measures(self, orders: list[Order]) -> list[tuple[str, str, float, str]]:
        """Return what became of the messages and what campaigns brought in: kpi, dimension, value, definition."""
        rows: list[tuple[str, str, float, str]] = []
        for channel in ("email", "sms", "push"):
            own = [m for m in self.messages if m.campaign.channel == channel]
            delivered = [m for m in own if m.bounced_at is None]
            rows += [(f"{channel}_sent", channel, float(len(own)), "messages sent"),
                     (f"{channel}_delivered", channel, float(len(delivered)), "messages not bounced")]  # fmt: skip
            end, count = self.calendar.end, max(1, len(delivered))
            if channel != "sms":
                opened = sum(bool(m.opened) and m.opened[0] < end for m in own)
                rows.append((f"{channel}_open_rate", channel, round(opened / count, 4), "unique opens / delivered"))
            if channel != "push":
                clicked = sum(m.clicked_at is not None and m.clicked_at < end for m in own)
                rows.append((f"{channel}_ctr", channel, round(clicked / count, 4), "unique clicks / delivered"))
        for campaign in self.campaigns:
            revenue = sum(o.amount for o in orders if o.discount_code == campaign.code and o.cancelled_at is None) / 100
            cost = self.cost(campaign) / 10_000
            rows += [
                ("campaign_revenue", campaign.campaign_id, revenue,
                 "gross revenue of non-cancelled online orders that used the campaign's discount code"),
                ("campaign_cost", campaign.campaign_id, round(cost, 4), "fixed cost + unit cost x messages sent"),
                ("campaign_roi", campaign.campaign_id, round((revenue - cost) / cost, 4),
                 "(campaign_revenue - campaign_cost) / campaign_cost"),
            ]  # fmt: skip
        return rows

    @staticmethod
    def cost(campaign: Campaign) -> int:
        """Cost of a campaign in ten-thousandths of a euro."""
        return campaign.fixed_cost * 100 + UNIT_COST.get(campaign.channel, 0) * campaign.sent
