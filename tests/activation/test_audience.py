"""Who gets a message, and who does not, on a handful of customers."""

from __future__ import annotations

import pytest

from cdp.activation import pull_audience, write_audience
from cdp.engines import open_engine
from cdp.errors import NotFoundError, UsageError

PROFILES = """
create temp table profiles as
select * from (values
    ('A', 'Ann', 'Wren', 'ann@example.com', '+447700900001', 'in', 'in', 'in', false, false, date '2026-01-01'),
    ('B', 'Bo', 'Lark', 'ann@example.com', null, 'in', 'in', null, false, false, date '2026-02-01'),
    ('C', 'Cy', 'Finch', 'cy@example.com', '+447700900003', 'out', null, null, false, false, null),
    ('D', 'Di', 'Rook', 'di@example.com', null, null, null, null, false, false, null),
    ('E', 'Ed', 'Swift', null, null, 'in', null, null, false, false, null),
    ('F', 'Flo', 'Teal', 'flo@example.com', null, 'in', null, null, true, false, null),
    ('G', 'Gil', 'Tern', 'gil@example.com', null, 'in', null, null, false, true, null),
    ('H', 'Hal', 'Ibis', 'cy@example.com', null, 'in', null, null, false, false, null),
    ('I', '=Ida', 'Ödön', 'ida@example.com', null, 'in', null, null, false, false, null),
    ('J', 'Jan', 'Crake', 'I.da.X+x@GMAIL.com', null, 'in', null, null, false, false, date '2026-03-01'),
    ('K', 'Jan', 'Crake', 'idax@googlemail.com', null, 'in', null, null, false, false, null),
    ('L', 'Lo', 'Lark', 'Lark+news@googlemail.com', '+447700900012', 'in', 'in', null, false, false, null),
    ('M', 'Mo', 'Stork', null, '+447700900013', null, 'in', 'in', false, false, null),
    ('Z', 'Zoe', 'Kite', 'zoe@example.com', null, 'in', null, null, false, false, null)
) as t(customer_id, first_name, last_name, email, phone, consent_email, consent_sms, consent_push,
       is_erasure_requested, needs_review, last_purchase_at)
"""

IDENTIFIERS = """
create temp table identifiers as
select customer_id, 'email' as identifier_type, email as identifier_value from profiles where email is not null
union all
select customer_id, 'phone', phone from profiles where phone is not null
union all
select * from (values
    ('A', 'device_id', 'd1'), ('A', 'device_id', 'd2'), ('A', 'device_id', 'd3'), ('M', 'device_id', 'd4'),
    ('C', 'email', 'l.ark@gmail.com'), ('C', 'phone', '+447700900012'), ('G', 'email', 'ida@example.com'),
    ('F', 'phone', '+447700900013')
)
"""
STATEMENTS = """
create temp table consents as
select * from (values
    ('app:D1', 'push', 'out', timestamp '2026-01-01', true), ('app:D1', 'push', 'in', timestamp '2026-02-01', true),
    ('app:D1', 'push', 'out', timestamp '2026-06-01', true), ('app:D1', 'sms', 'out', timestamp '2026-03-01', true),
    ('app:d2', 'push', 'out', timestamp '2026-03-01', false),
    ('app:d3', 'push', 'out', timestamp '2026-01-01', true), ('app:d3', 'push', 'in', timestamp '2026-01-01', true),
    ('app:d4', 'push', 'out', timestamp '2026-01-01', true)
) as t(record_id, channel, status, stated_at, is_timed)
"""


@pytest.fixture
def query():
    engine = open_engine("duckdb", threads=2)
    engine.execute(PROFILES)
    engine.execute(
        "create temp table segment_memberships as select 'fans' as segment, customer_id, "
        "date '2026-01-01' as valid_from, "
        "case when customer_id = 'Z' then date '2026-02-01' end as valid_to from profiles"
    )
    engine.execute("create temp table segments as select 'fans' as segment")
    engine.execute(IDENTIFIERS)
    engine.execute(STATEMENTS)
    engine.execute(
        "create temp table identity_records as select 'app:' || source_id as record_id, source_id, "
        "'device' as record_kind from (values ('D1'), ('d2'), ('d3'), ('d4')) as t(source_id)"
    )
    engine.execute(
        "create temp table unreachable_contacts (channel varchar, identifier_type varchar, identifier_value varchar, "
        "reason varchar, detail varchar)"
    )
    engine.execute("create temp table runs as select timestamp '2026-06-01' as as_of")
    yield engine.frame
    engine.close()


def test_email_needs_consent_contact_and_a_free_address(query):
    audience = pull_audience(query, "fans", "email")
    assert list(audience.members.columns) == ["email", "first_name", "last_name", "customer_id"]
    assert audience.members.values.tolist() == [
        ["ann@example.com", "Bo", "Lark", "B"],
        ["ida@example.com", "=Ida", "Ödön", "I"],
        ["I.da.X+x@GMAIL.com", "Jan", "Crake", "J"],
    ]
    assert dict(audience.left_out[["customer_id", "reason"]].values.tolist()) == {
        "A": "same_contact",
        "C": "opted_out",
        "D": "no_consent",
        "E": "no_contact",
        "F": "erasure_requested",
        "G": "needs_review",
        "H": "opted_out_elsewhere",
        "K": "same_contact",
        "L": "opted_out_elsewhere",
        "M": "no_consent",
    }
    assert audience.left_out.iloc[0].detail == "same contact as B"
    assert list(audience.reasons()) == [
        "erasure_requested", "needs_review", "opted_out", "opted_out_elsewhere", "no_consent",
        "no_contact", "same_contact",
    ]  # fmt: skip


def test_everybody_is_either_reached_or_left_out(query):
    everybody = set(pull_audience(query, "fans", "analysis").members["customer_id"])
    for purpose in ("email", "sms", "push"):
        audience = pull_audience(query, "fans", purpose)
        reached, left = set(audience.members["customer_id"]), list(audience.left_out["customer_id"])
        assert reached | set(left) == everybody
        assert len(left) == len(set(left))
        assert not reached & set(left)


def test_sms_gives_numbers(query):
    audience = pull_audience(query, "fans", "sms")
    assert audience.members.values.tolist() == [
        ["+447700900001", "Ann", "Wren", "A"],
        ["+447700900012", "Lo", "Lark", "L"],
    ]
    assert audience.reasons()["no_contact"] == 1


def test_a_secondary_contact_of_somebody_who_refused_is_not_written_to(query):
    mail = dict(pull_audience(query, "fans", "email").left_out[["customer_id", "reason"]].values.tolist())
    assert mail["L"] == "opted_out_elsewhere", "another spelling of a mailbox of C, who opted out"
    text = dict(pull_audience(query, "fans", "sms").left_out[["customer_id", "reason"]].values.tolist())
    assert text["M"] == "opted_out_elsewhere", "a number of F, who asked to be erased"


def test_nobody_is_written_to_at_a_contact_that_is_listed_came_back_or_takes_none(query):
    query(
        "insert into unreachable_contacts values "
        "('email', 'email', 'ann@example.com', 'bounced', null), "
        "('email', 'email', 'ann@example.com', 'suppressed', 'national register'), "
        "('email', 'email', 'idax@gmail.com', 'bounced', null), "
        "('sms', 'phone', '+447700900001', 'landline', null), "
        "('push', 'device_id', 'd1', 'suppressed', null)",
        {},
    )
    mail = pull_audience(query, "fans", "email")
    assert mail.members["customer_id"].tolist() == ["I"]
    left = {row.customer_id: (row.reason, row.detail) for row in mail.left_out.itertuples()}
    assert left["A"] == left["B"] == (
        "suppressed", "on a list of those who must not be written to: national register",
    )  # fmt: skip
    assert left["J"] == left["K"] == ("bounced", "the last message came back for good")
    text = pull_audience(query, "fans", "sms")
    assert text.members["customer_id"].tolist() == ["L"]
    assert text.reasons()["landline"] == 1
    assert pull_audience(query, "fans", "push").members.values.tolist() == [["d2", "A"]]


def test_push_gives_every_device_on_which_it_is_not_switched_off(query):
    audience = pull_audience(query, "fans", "push")
    assert audience.members.values.tolist() == [["d1", "A"], ["d2", "A"]]
    assert audience.count_customers == 1
    reasons = dict(audience.left_out[["customer_id", "reason"]].values.tolist())
    assert reasons["M"] == "opted_out"
    assert "A" not in reasons


def test_analysis_gives_ids_and_nothing_else(query):
    audience = pull_audience(query, "fans", "analysis")
    assert list(audience.members.columns) == ["customer_id"]
    assert "Z" not in set(audience.members["customer_id"])
    assert audience.left_out.empty


def test_the_file_is_utf8_with_a_header_and_raw_values(query, tmp_path):
    path = tmp_path / "out" / "fans.csv"
    assert write_audience(pull_audience(query, "fans", "email"), path) == 3
    assert path.read_bytes().decode("utf-8").splitlines() == [
        "email,first_name,last_name,customer_id",
        "ann@example.com,Bo,Lark,B",
        "ida@example.com,=Ida,Ödön,I",
        "I.da.X+x@GMAIL.com,Jan,Crake,J",
    ]


def test_unknown_segment_and_purpose_say_what_there_is(query):
    with pytest.raises(NotFoundError) as unknown:
        pull_audience(query, "fan", "email")
    assert "fans" in unknown.value.hint
    with pytest.raises(UsageError) as wrong:
        pull_audience(query, "fans", "letter")
    assert "email, sms, push, analysis" in wrong.value.hint
