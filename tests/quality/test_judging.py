"""Judging in a process of its own gives what judging here gives, and its death costs nothing but time."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cdp.quality import DeliveredFeed
from cdp.quality.judging import Judging, Request


@pytest.fixture
def request_(contract):
    ledger = {"rows_read": 0}
    return Request([DeliveredFeed("members", contract(), (), ledger)], datetime(2026, 6, 1), date(2026, 5, 31))


def test_the_process_and_this_one_agree(request_):
    judging = Judging()
    judging.warm_up()
    judging.begin(request_)
    process = judging._process
    (beside,) = judging.results()
    assert process.returncode == 0
    assert beside == request_.judged()[0]
    assert beside.findings[0].message == "a delivery brings at least one row: it is 0"


def test_a_process_that_dies_is_replaced_by_judging_here(request_):
    judging = Judging()
    judging.begin(request_)
    judging._process.kill()
    assert [result.feed for result in judging.results()] == ["members"]


def test_nothing_to_judge_starts_nothing_and_closing_ends_what_runs(request_):
    judging = Judging()
    judging.begin(Request((), datetime(2026, 6, 1), date(2026, 5, 31)))
    assert judging._process is None
    assert judging.results() == []
    judging.warm_up()
    process = judging._process
    judging.close()
    assert process.poll() is not None
