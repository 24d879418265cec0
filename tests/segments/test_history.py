"""Membership over several business dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cdp.segments import SegmentDefinition, build_segments

BRITISH = SegmentDefinition.model_validate(
    {"name": "british", "title": "British", "rule": {"column": "country", "value": "GB"}}
)


class Nights:
    def __init__(self, base):
        self.base, self.previous = base, False

    def run(self, day, countries, definitions=(BRITISH,)):
        self.base.engine.execute("delete from profiles")
        for customer, country in countries.items():
            self.base.add("profiles", customer_id=customer, country=country)
        as_of = datetime.combine(day, datetime.min.time()) + timedelta(days=1)
        summary = build_segments(self.base.engine, definitions, as_of=as_of, previous=self.previous)
        self.base.engine.create_table("prev_segment_memberships", "select * from segment_memberships")
        self.previous = True
        return summary

    def stays(self):
        return self.base.engine.rows("select customer_id, valid_from, valid_to from segment_memberships order by all")


D1, D2, D3 = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)


def test_come_leave_and_come_back(base):
    nights = Nights(base)
    nights.run(D1, {"A": "GB", "B": "GB"})
    second = nights.run(D2, {"A": "DE", "B": "GB"})
    assert (second.count_entered, second.count_left, second.count_members) == (0, 1, {"british": 1})
    nights.run(D3, {"A": "GB", "B": "GB"})
    assert nights.stays() == [("A", D1, D2), ("A", D3, None), ("B", D1, None)]


def test_a_customer_merged_away_leaves(base):
    nights = Nights(base)
    nights.run(D1, {"A": "GB", "B": "GB"})
    nights.run(D2, {"A": "GB"})
    assert nights.stays() == [("A", D1, None), ("B", D1, D2)]


def test_the_same_date_again_changes_nothing(base):
    nights = Nights(base)
    nights.run(D1, {"A": "GB", "B": "GB"})
    nights.run(D2, {"A": "DE", "B": "GB", "C": "GB"})
    once = nights.stays()
    nights.run(D2, {"A": "DE", "B": "GB", "C": "GB"})
    assert nights.stays() == once


def test_a_correction_on_the_same_date_leaves_no_trace(base):
    nights = Nights(base)
    nights.run(D1, {"A": "GB"})
    nights.run(D2, {"A": "DE", "B": "GB"})
    nights.run(D2, {"A": "GB", "B": "DE"})
    assert nights.stays() == [("A", D1, None)]


def test_a_segment_given_up_ends(base):
    nights = Nights(base)
    nights.run(D1, {"A": "GB"})
    assert nights.run(D2, {"A": "GB"}, definitions=()).count_members == {}
    assert nights.stays() == [("A", D1, D2)]


def test_segments_say_what_they_mean(base):
    nights = Nights(base)
    nights.run(D1, {"A": "GB"})
    (row,) = base.engine.rows("select segment, title, definition, sql, count_members from segments")
    assert row[0:2] == ("british", "British")
    assert "column: country" in row[2]
    assert "profiles.country = 'GB'" in row[3]
    assert base.engine.rows(row[3]) == [("A",)]
