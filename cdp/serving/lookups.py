"""Look-ups that list something: timelines, segments, files, refused rows, runs."""

from __future__ import annotations

from collections.abc import Collection

from cdp.errors import NotFoundError
from cdp.serving.match import match_customer
from cdp.serving.reader import Reader
from cdp.serving.rows import Rows

_TIMELINE = """
select occurred_at, channel, event_name, order_id, sku, quantity, amount, campaign, page, text, feed, touchpoint_id
from touchpoints
where customer_id = $customer_id
    and occurred_at < (select max(as_of) from runs)
order by occurred_at desc, touchpoint_id
limit $limit
"""

_SEGMENTS = """
select segment, title, count_members, description
from segments
order by segment
"""

_MEMBERS = """
select
    profiles.customer_id,
    profiles.full_name,
    profiles.city,
    profiles.country,
    profiles.count_orders,
    profiles.net_revenue,
    profiles.last_purchase_at,
    profiles.channels,
    segment_memberships.valid_from
from segment_memberships
inner join profiles using (customer_id)
where segment_memberships.segment = $segment
    and segment_memberships.valid_to is null
order by profiles.customer_id
"""

_QUARANTINE = """
select file, line, feed, run_id, reason_codes, detail, row_key, raw
from quarantine_rows
where ($feed is null or feed = $feed)
    and ($file is null or file = $file or file like '%/' || $file)
    and ($line is null or line = $line)
    and ($reason is null or len(list_filter(reason_codes, lambda c: $reason in (c, split_part(c, ':', 1)))) > 0)
    and list_contains($dismissed, sha256(feed || chr(10) || raw)) = $are_dismissed
order by run_id, file, line
"""

_FILES = """
select columns(lambda c: c in (
    'file', 'feed', 'run_id', 'status', 'rows_read', 'rows_accepted', 'rows_quarantined', 'rows_duplicate',
    'rows_superseded', 'lines_skipped', 'message'
))
from source_files
order by run_id, file
"""


def timeline(reader: Reader, key: str, limit: int) -> Rows:
    """Contacts of the customer that ``key`` names, newest first. ``limit`` 0 means all."""
    match = match_customer(reader, key)
    return reader.fetch(_TIMELINE, {"customer_id": match.customer_id, "limit": limit or 1 << 62})


def segments(reader: Reader) -> Rows:
    """Every published segment with its number of members."""
    return reader.fetch(_SEGMENTS)


def segment_count(reader: Reader, name: str) -> int:
    """Members of a segment. Raises ``NotFoundError``."""
    found = reader.scalar("select count_members from segments where segment = $segment", {"segment": name})
    if found is None:
        known = ", ".join(str(row["segment"]) for row in segments(reader)) or "none"
        raise NotFoundError(f"there is no segment {name!r}", f"published are: {known}")
    return int(found)


def segment_members(reader: Reader, name: str) -> Rows:
    """Members of a segment with what describes them, no contact data. Raises ``NotFoundError``."""
    segment_count(reader, name)
    return reader.fetch(_MEMBERS, {"segment": name})


def quarantine(
    reader: Reader,
    feed: str | None = None,
    file: str | None = None,
    line: int | None = None,
    reason: str | None = None,
    *,
    dismissed: Collection[str] = (),
    are_dismissed: bool = False,
) -> Rows:
    """Refused rows that wait, with their reasons and raw content; ``reason`` is a code or its kind (``type``).

    ``dismissed`` are digests of rows that need no more attention: they are left out, or with ``are_dismissed`` alone
    given.
    """
    given: dict[str, object] = {"feed": feed, "file": file, "line": line, "reason": reason}
    return reader.fetch(_QUARANTINE, given | {"dismissed": ["", *sorted(dismissed)], "are_dismissed": are_dismissed})


def files(reader: Reader) -> Rows:
    """The ledger of every delivered file."""
    return reader.fetch(_FILES)


def runs(reader: Reader) -> Rows:
    """What each run read and made, up to the one published."""
    return reader.fetch("select * from runs order by run_id")
