"""Files that come after one whose columns do not fit wait for it, and go through in the order in which they came."""

from __future__ import annotations

import re

from runs.test_quarantine_retry import HEADER, UNDATED, club, empty

from cdp.runs import Store, rollback, vacuum
from cdp.runs.stages import held_back
from cdp.workspace import load_workspace

__all__ = ["club", "empty"]

RENAMED = HEADER.replace("e_mail", "EMAIL_ADDRESS")
MENDED = UNDATED.replace("physicalName: e_mail", "physicalName: e_mail, aliases: [EMAIL_ADDRESS]")


def statuses(club):
    return club.told("source_files", "run_id[-4:], file[7:], status", "run_id, file")


def test_a_later_file_does_not_overtake_one_that_is_stopped(club):
    club.contract(UNDATED)
    club.run(club1=HEADER + "M1,a@example.com,1,\nM2,b@example.com,1,\n")
    told = club.run(club2=RENAMED + "M1,a@example.com,2,\n", club3=HEADER + "M1,a@example.com,3,\n")
    assert told.exit_code == 4
    assert held_back("club", ["inbox/club3.csv"]) in told.warnings
    assert statuses(club)[1:] == [("0002", "club2.csv", "refused"), ("0002", "club3.csv", "waiting")]

    again = club.run()
    assert not again.published
    assert again.exit_code == 4
    assert held_back("club", ["inbox/club3.csv"]) in again.warnings

    later = club.run(club0=HEADER + "M1,a@example.com,4,\n")
    assert held_back("club", ["inbox/club3.csv", "inbox/club0.csv"]) in later.warnings
    assert club.members() == [("M1", "a@example.com", 1), ("M2", "b@example.com", 1)]

    club.contract(MENDED)
    assert club.run().warnings == ()
    assert [status for run, _, status in statuses(club) if run == "0004"] == ["loaded"] * 3
    assert sorted(club.members()) == [("M1", "a@example.com", 4), ("M2", "b@example.com", 1)]
    assert not club.run().published


def test_taking_the_stopped_file_away_sets_the_others_free(club):
    club.contract(UNDATED)
    club.run(club2=RENAMED + "M1,a@example.com,2,\n", club3=HEADER + "M1,a@example.com,3,\n")
    assert club.members() == []
    (club.inbox / "club2.csv").unlink()
    assert club.run().warnings == ()
    assert club.members() == [("M1", "a@example.com", 3)]


def test_a_file_that_is_broken_otherwise_holds_nobody_back(club):
    club.contract(UNDATED)
    club.run(club2=b"\x1f\x8b\x08broken", club3=HEADER + "M1,a@example.com,3,\n")
    assert club.members() == [("M1", "a@example.com", 3)]


def test_a_broken_file_that_stays_is_told_once(club):
    club.contract(UNDATED)
    assert club.run(club2=b"PK\x03\x04broken").exit_code == 4
    assert club.run(club3=HEADER + "M1,a@example.com,3,\n").warnings == ()
    assert statuses(club) == [("0001", "club2.csv", "refused"), ("0002", "club3.csv", "loaded")]


def test_a_file_of_no_feed_is_told_by_the_run_that_meets_it_first(club):
    club.contract(UNDATED)
    (club.inbox / "notes.txt").write_text("x")
    assert any("notes.txt belongs to no feed" in words for words in club.run(club1=HEADER + "M1,a,1,\n").warnings)
    assert club.run(club2=HEADER + "M2,a,1,\n").warnings == ()
    (club.inbox / "more.txt").write_text("x")
    assert [words.split()[0] for words in club.run(club3=HEADER + "M3,a,1,\n").warnings] == ["inbox/more.txt"]


def in_force(club):
    return Store(club.root / "data").head().run_id[-4:]


def test_vacuum_keeps_the_way_back(club):
    club.contract(UNDATED)
    path = club.root / "cdp.toml"
    path.write_text(re.sub(r"(?m)^runs = .*$", "runs = 2", path.read_text()))
    for number in range(1, 6):
        if number == 5:
            for _ in range(3):
                rollback(load_workspace(club.root))
            assert in_force(club) == "0001"
        manifest = club.run(**{f"club{number}": HEADER + f"M{number},a,1,\n"}).manifest
        (club.root / "data/serve" / manifest.published).touch()
    assert in_force(club) == "0005"
    failed = [club.root / f"data/runs/2026-05-31-{number}" for number in ("0003", "0006")]
    for folder in failed:
        folder.mkdir()
    vacuum(load_workspace(club.root))
    assert [item.run_id[-4:] for item in Store(club.root / "data").history()] == ["0001", "0004", "0005"]
    assert [folder.is_dir() for folder in failed] == [False, True]
    rollback(load_workspace(club.root))
    assert in_force(club) == "0001"
