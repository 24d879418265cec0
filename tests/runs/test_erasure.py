"""Requests to be forgotten, from the file of the privacy desk to the profile."""

from __future__ import annotations

from datetime import date

import pytest
from tests_support import SAMPLE

import cdp
from cdp.runs import run
from cdp.runs.stages import STAGES
from cdp.workspace import load_workspace
from cdp.workspace.init import init_workspace

REQUESTS = """request_id,requested_at,full_name,email,phone,loyalty_card,shop_customer_id,country
ER-1,2026-05-30T10:00:00Z,Ada Quill,,07700 900345,,,GB
ER-2,2026-05-30T10:00:00Z,Bo Lark,,+44 (0)7700 900346,,,
ER-3,2026-05-30T10:00:00Z,Cy Finch,,07700 900999,,,GB
"""
MEMBER = (
    '"{card}","","{name}","","{family}","","","","","","","GB","","{phone}","","","2024-01-01","S104",ACTIVE,'
    '"2024-01-01 10:00:00"'
)


@pytest.fixture
def workspace(tmp_path):
    root, inbox = init_workspace(tmp_path / "workspace"), tmp_path / "workspace" / "data" / "inbox"
    (sample,) = (SAMPLE / "inbox/night1/loyalty").glob("members_*.csv")
    header = sample.read_text(encoding="utf-8-sig").splitlines()[0]
    people = [("Ada", "Quill", "+447700900345"), ("Bo", "Lark", "07700900346"), ("Di", "Rook", "07700 900347")]
    rows = [
        MEMBER.format(card=7410000000000000 + number, name=name, family=family, phone=phone)
        for number, (name, family, phone) in enumerate(people)
    ]
    for name, text in (("loyalty/members_1.csv", [header, *rows]), ("privacy/erasure_requests.csv", [REQUESTS])):
        (inbox / name).parent.mkdir(parents=True)
        (inbox / name).write_text("\n".join(text), encoding="utf-8")
    return root, inbox


def night(root, inbox):
    return run(load_workspace(root), inbox=inbox, business_date=date(2026, 5, 31))


def test_a_request_finds_its_customer_however_the_phone_is_written(workspace, monkeypatch):
    """Also by a run that was interrupted between identity and profiles."""

    def crash(_):
        raise KeyboardInterrupt

    interrupted = [(name, crash if name == "profiles" else stage) for name, stage in STAGES]
    with monkeypatch.context() as patch:
        patch.setattr("cdp.runs.execute.STAGES", interrupted)
        with pytest.raises(KeyboardInterrupt):
            night(*workspace)
    outcome = night(*workspace)
    assert "1 erasure requests match no customer: ER-3" in outcome.warnings
    with cdp.open(workspace[0]) as published:
        found = published.query("select first_name, is_erasure_requested from profiles order by first_name")
    assert found.to_numpy().tolist() == [["Ada", True], ["Bo", True], ["Di", False]]
