"""Headers as vendors write them: with a zone in brackets, with the kind of record behind the id."""

from __future__ import annotations

import pytest

from cdp.errors import IngestError
from cdp.ingest.draft.words import zone_behind
from cdp.ingest.draft.yamltext import globs_of

CONVERSATIONS = """\
Conversation ID,Conversation started at (Europe/Berlin),Contact ID,Contact name,Contact email,State,\
Conversation rating,Last closed at (Europe/Berlin)
9001,2026-05-02 10:07:13,6a1,Ann Lee,ann@example.com,Closed,5,2026-05-03 11:00:00
9002,2026-05-03 11:14:26,6a2,Bo Ray,bo@example.org,Closed,4,2026-05-04 12:00:00
9003,2026-05-04 12:21:39,6a3,Cy Day,cy@example.net,Open,,
"""
CONTACTS = """\
Record ID - Contact,Email,First Name,Last Name,Last Modified Date
151000000001,ann@example.com,Ann,Lee,5/13/2026
151000000002,bo@example.org,Bo,Ray,5/14/2026
151000000003,cy@example.net,Cy,Day,5/15/2026
"""


def test_headers_name_zones_and_records(drafts_of):
    tried = drafts_of({"conversations.csv": CONVERSATIONS, "contacts.csv": CONTACTS}, zone="America/New_York")
    assert tried["conversations"].draft.about == "support tickets"
    assert tried["conversations"].contract().count("timeZone: Europe/Berlin") == 2
    opened = [str(row["opened_at"]) for row in tried["conversations"].rows("tickets")]
    assert opened == ["2026-05-02 08:07:13", "2026-05-03 09:14:26", "2026-05-04 10:21:39"]
    assert "key: [record_id_contact]\nversion: last_modified_date" in tried["contacts"].contract()
    seen = [str(row["last_observed_at"]) for row in tried["contacts"].rows("identity_records")]
    assert seen == ["2026-05-13 00:00:00", "2026-05-14 00:00:00", "2026-05-15 00:00:00"]


def test_brackets_that_name_no_zone_are_none():
    assert [zone_behind(header) for header in ("At (UTC)", "At (GMT)", "Price (Foo/Bar)", "Qty (pcs)")] == [
        "UTC", "UTC", "", "",
    ]  # fmt: skip


def test_months_in_names_change():
    assert globs_of(["3_tickets_June-01-2026-09_12.csv"]) == globs_of(["3_tickets_May-31-2026-10_44.csv"])
    assert globs_of(["mayor_list.csv"]) == ["mayor_list*.csv"]


def test_rows_of_another_width_than_the_header_are_told(drafts_of):
    with pytest.raises(IngestError, match="the header has 4 columns, and most rows have 3"):
        drafts_of({"wide.csv": "id,email,name,city\n" + "1,a@example.com,Ann\n" * 3})
