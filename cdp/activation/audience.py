"""Pull a segment's members for a purpose, from the published file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from cdp.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    import pandas as pd

Purpose = Literal["email", "sms", "push", "analysis"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

LEFT_OUT_REASONS: Mapping[str, str] = {
    "erasure_requested": "asked to be erased",
    "needs_review": "identity awaits review, the contact may be another person's",
    "opted_out": "opted out",
    "opted_out_elsewhere": "another customer with the same contact opted out or asked to be erased",
    "no_consent": "never agreed",
    "no_contact": "nothing to write to",
    "suppressed": "on a list of those who must not be written to",
    "bounced": "the last message came back for good",
    "landline": "a landline takes no text message",
    "same_contact": "another member has the same contact",
}
"""Why a member gets no message, in the order in which the reasons are looked for."""

_IDENTIFIER = {"email": "email", "sms": "phone", "push": "device_id"}
_ADDRESS = {
    # all spellings of one Google mailbox are one address
    "email": "case when regexp_matches(lower({value}), '@(gmail|googlemail)[.]com$') "
    "then replace(split_part(split_part(lower({value}), '@', 1), '+', 1), '.', '') || '@gmail.com' "
    "else lower({value}) end",
    "sms": "{value}",
    "push": "{value}",
}
_CONTACTS = {
    "email": "select customer_id, email as contact, false as is_out from profiles where email is not null",
    "sms": "select customer_id, phone as contact, false as is_out from profiles where phone is not null",
    # consent is the customer's, but each device has a switch of its own
    "push": """
    select
        identifiers.customer_id,
        identifiers.identifier_value as contact,
        coalesce(switches.status = 'out', false) as is_out
    from identifiers
    left join (
        select
            lower(trim(devices.source_id)) as device_id,
            arg_max(consents.status, (consents.stated_at, consents.status = 'out')) as status
        from consents
        inner join identity_records as devices on consents.record_id = devices.record_id
        where consents.channel = 'push'
            and consents.is_timed
            and consents.stated_at < (select max(as_of) from runs)
            and devices.record_kind = 'device'
        group by lower(trim(devices.source_id))
    ) as switches on identifiers.identifier_value = switches.device_id
    where identifiers.identifier_type = 'device_id'
    """,
}
_CONTACT_COLUMN = {"email": "email", "sms": "phone", "push": "device_id"}

_MEMBERS = """
with
members as (
    select customer_id
    from segment_memberships
    where segment = $segment
        and valid_to is null
),
contacts as (
    select customer_id, contact, is_out, {contact_address} as address
    from ({contacts}) as known
),
refused as (
    select distinct {identifier_address} as address
    from identifiers
    inner join profiles on identifiers.customer_id = profiles.customer_id
    where identifiers.identifier_type = '{identifier}'
        and (profiles.consent_{purpose} = 'out' or profiles.is_erasure_requested)
),
unreachable as (
    select
        {unreachable_address} as address,
        max(detail) filter (where reason = 'suppressed') as list,
        arg_min(reason, list_position(['suppressed', 'bounced', 'landline'], reason)) as reason
    from unreachable_contacts
    where channel = '{purpose}'
    group by all
),
judged as (
    select
        members.customer_id,
        contacts.contact,
        contacts.address,
        unreachable.list,
        case
            when profiles.is_erasure_requested then 'erasure_requested'
            when profiles.needs_review then 'needs_review'
            when profiles.consent_{purpose} = 'out' then 'opted_out'
            when profiles.consent_{purpose} is null then 'no_consent'
            when contacts.contact is null then 'no_contact'
            when contacts.is_out then 'opted_out'
            when refused.address is not null then 'opted_out_elsewhere'
            else unreachable.reason
        end as reason,
        profiles.first_name,
        profiles.last_name,
        profiles.last_purchase_at
    from members
    inner join profiles on members.customer_id = profiles.customer_id
    left join contacts on members.customer_id = contacts.customer_id
    left join refused on contacts.address = refused.address
    left join unreachable on contacts.address = unreachable.address
),
placed as (
    select
        customer_id,
        contact,
        reason,
        list,
        first_name,
        last_name,
        row_number() over (
            partition by address, reason
            order by last_purchase_at desc nulls last, customer_id
        ) as place,
        first_value(customer_id) over (
            partition by address, reason
            order by last_purchase_at desc nulls last, customer_id
        ) as contact_of
    from judged
)
select
    contact,
    first_name,
    last_name,
    customer_id,
    case when reason is null and place > 1 then 'same_contact' else reason end as reason,
    case when reason is null and place > 1 then contact_of end as contact_of,
    case when reason = 'suppressed' then list end as list
from placed
order by customer_id, contact
"""

_ANALYSIS = """
select customer_id
from segment_memberships
where segment = $segment
    and valid_to is null
order by customer_id
"""


class Query(Protocol):
    """Answers a select over the published tables; parameters are written ``$name``."""

    def __call__(self, sql: str, params: Mapping[str, object], /) -> pd.DataFrame:
        """The result as a frame."""
        ...


@dataclass(frozen=True)
class Audience:
    """A segment's members for one purpose.

    ``members``: one row per contact (analysis: per customer). Columns: email → email, first_name,
    last_name, customer_id; sms → phone (E.164), first_name, last_name, customer_id; push → device_id,
    customer_id; analysis → customer_id.
    ``left_out``: one row per member without a message: customer_id, reason (see ``LEFT_OUT_REASONS``),
    detail. No contact data.
    """

    segment: str
    purpose: Purpose
    members: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def count_customers(self) -> int:
        """Members who are reached."""
        return int(self.members["customer_id"].nunique())

    def reasons(self) -> dict[str, int]:
        """How many were left out, by reason, in the order in which reasons are looked for."""
        counts = self.left_out["reason"].value_counts()
        return {reason: int(counts[reason]) for reason in LEFT_OUT_REASONS if reason in counts}


def pull_audience(query: Query, segment: str, purpose: str) -> Audience:
    """Members of a published segment who may get a message of this purpose, and who may not.

    For ``email``, ``sms`` and ``push`` a member needs consent in that channel, a contact, no request
    for erasure and an identity that awaits no review; a contact that belongs to anybody who opted out is
    left out too, as is one of ``unreachable_contacts`` (on a suppression list, sent back, a landline) and a device
    on which push was switched off, and each contact comes once (the customer who bought last). ``analysis`` gives
    ids and no contact data. Raises ``UsageError`` for another purpose, ``NotFoundError`` for an unknown segment.
    """
    known: dict[str, Purpose] = {name: name for name in PURPOSES}
    if purpose not in known:
        raise UsageError(f"{purpose!r} is no purpose", f"use one of {', '.join(PURPOSES)}")
    _refuse_unknown(query, segment)
    if purpose == "analysis":
        return _for_analysis(query, segment)
    sql = _MEMBERS.format(
        purpose=purpose,
        contacts=_CONTACTS[purpose],
        identifier=_IDENTIFIER[purpose],
        contact_address=_ADDRESS[purpose].format(value="contact"),
        identifier_address=_ADDRESS[purpose].format(value="identifiers.identifier_value"),
        unreachable_address=_ADDRESS[purpose].format(value="identifier_value"),
    )
    judged = query(sql, {"segment": segment})
    reached = judged[judged["reason"].isna()]
    columns = ["contact", "customer_id"]
    if purpose != "push":
        columns = ["contact", "first_name", "last_name", "customer_id"]
    members = reached[columns].rename(columns={"contact": _CONTACT_COLUMN[purpose]}).reset_index(drop=True)
    unreached = judged[judged["reason"].notna() & ~judged["customer_id"].isin(reached["customer_id"])]
    return Audience(segment, known[purpose], members, _explained(unreached))


def _refuse_unknown(query: Query, segment: str) -> None:
    names = sorted(str(name) for name in query("select segment from segments", {})["segment"])
    if segment not in names:
        raise NotFoundError(f"there is no segment {segment!r}", f"published are: {', '.join(names) or 'none'}")


def _for_analysis(query: Query, segment: str) -> Audience:
    import pandas as pd

    members = query(_ANALYSIS, {"segment": segment})
    nobody = pd.DataFrame({"customer_id": [], "reason": [], "detail": []}, dtype="str")
    return Audience(segment, "analysis", members, nobody)


def _explained(unreached: pd.DataFrame) -> pd.DataFrame:
    """One reason per customer, the first in ``LEFT_OUT_REASONS``, with its words."""
    order = {reason: place for place, reason in enumerate(LEFT_OUT_REASONS)}
    first = (
        unreached.assign(place=unreached["reason"].map(order))
        .sort_values(["customer_id", "place", "contact_of"])
        .drop_duplicates("customer_id")
        .reset_index(drop=True)
    )
    words = first["reason"].map(dict(LEFT_OUT_REASONS)).astype("str")
    same = first["reason"] == "same_contact"
    detail = words.mask(same, "same contact as " + first["contact_of"].astype("str"))
    listed = first["list"].notna()
    detail = detail.mask(listed, words + ": " + first["list"].astype("str"))
    return first[["customer_id", "reason"]].assign(detail=detail)


def write_audience(audience: Audience, path: Path) -> int:
    """Write the members as a UTF-8 CSV with a header row; returns the number of rows.

    Values stand as they are in the profile: mail tools and ad networks match on the raw text, so a
    name that begins with ``=``, ``+``, ``-`` or ``@`` is not altered. Import such a file into a
    spreadsheet with all columns as text.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    audience.members.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    return len(audience.members)
