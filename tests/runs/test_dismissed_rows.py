"""Rows that will never be right: no longer warned of when they come again, still counted, and the ledger balances."""

from __future__ import annotations

from types import SimpleNamespace

from runs.test_quarantine_retry import HEADER, club, empty

from cdp.engines import open_engine
from cdp.ingest.ledger import digest_of
from cdp.runs import gate
from cdp.workspace.dismissals import Dismissals

__all__ = ["club", "empty"]

BROKEN = "M9,x@example.com,many,2026-05-01"


def test_a_dismissed_row_is_silent_when_it_comes_again(club):
    told = club.run(club1=HEADER + f"M1,a@example.com,1,2026-05-01\n{BROKEN}\n")
    assert told.warnings == ("inbox/club1.csv: 1 rows quarantined (see 'cdp quarantine list')",)
    book = Dismissals(club.control)
    book.add([digest_of("club", BROKEN)], actor="ann", because="a test member", file="club1.csv")
    again = club.run(club2=HEADER + f"M2,b@example.com,1,2026-05-01\n{BROKEN}\n")
    assert again.warnings == ()
    assert again.manifest.counts["rows_dismissed"] == 1
    assert club.ledger() == [("inbox/club1.csv", 2, 1, 1, 0, 0), ("inbox/club2.csv", 2, 1, 1, 0, 0)]
    assert len(club.waiting()) == 2

    club.retry()
    assert club.run().warnings == ()
    assert club.outcomes() == []
    book.undo(1, actor="bo")
    club.retry()
    assert club.run().warnings == ("2 rows were tried again and refused again (see 'cdp quarantine list')",)


def test_what_is_put_away_of_tonights_rows_is_counted_by_feed(monkeypatch):
    engine = open_engine("duckdb", threads=1)
    rows = "('club', 'x', 'r2'), ('club', 'x', 'r1'), ('club', 'y', 'r2'), ('shop', 'x', 'r2')"
    engine.execute(f"create temp table {gate.QUARANTINE} as from (values {rows}) as t(feed, raw, run_id)")
    monkeypatch.setattr(gate, "open_ledger", lambda *_: None)
    night = SimpleNamespace(engine=engine, run_id="r2", dismissed={digest_of("club", "x")})
    assert gate._dismissed(night) == {"club": 1}
    night.dismissed = set()
    assert gate._dismissed(night)["club"] == 0
    engine.close()
