"""Files that were read in a wrong form are read anew: mended rows replace the broken ones, and the ledger balances."""

from __future__ import annotations

import json

import pytest
from runs.test_encodings import declare, members
from runs.test_quarantine_retry import FEED, HEADER, UNDATED, club, empty

from cdp.cli import main
from cdp.errors import IngestError
from cdp.runs import rollback
from cdp.workspace import load_workspace

__all__ = ["club", "empty"]

LEDGER = "run_id[-4:], file[7:], status, rows_read, rows_accepted, rows_quarantined, rows_duplicate, rows_superseded"


def ledger(club):
    return club.told("source_files", LEDGER, "run_id, file")


def ask(club):
    club.control.ask_reload("club", actor="ann")


def reload(club, *options):
    return main(["feed", "reload", "club", "--inbox", str(club.inbox), "-w", str(club.root), *options])


@pytest.fixture
def broken(club):
    """Files in cp1252 that were read as cp850, newer rows in the file whose name comes first, and a refused row."""
    club.contract(UNDATED)
    declare(club, "cp850")
    club.run(club2=members(1, "cp1252") + b"M99,late@example.com,900,\n")
    club.run(club1=members(2, "cp1252").replace(b"M5,", b"M77,"))
    assert ("M1", "m³ller1@example.com", 2) in club.members()
    declare(club, "cp1252")
    return club


def test_mended_rows_replace_broken_ones_and_newer_rows_stay(broken):
    assert not [words for words in broken.run().warnings if "anew" in words]
    assert ("M1", "m³ller1@example.com", 2) in broken.members()  # a known file is not read twice by itself

    ask(broken)
    assert broken.run().published
    rows = broken.members()
    assert ("M1", "müller1@example.com", 2) in rows
    assert ("M5", "meier5@example.com", 1) in rows
    assert ("M77", "meier5@example.com", 2) in rows
    assert len(rows) == 31
    assert not [row for row in rows if "³" in row[1]]
    run = max(row[0] for row in ledger(broken))
    assert [row for row in ledger(broken) if row[3]] == [
        ("0001", "club2.csv", "loaded", 31, 0, 0, 0, 31),
        ("0002", "club1.csv", "loaded", 30, 0, 0, 0, 30),
        (run, "club1.csv", "loaded", 30, 30, 0, 0, 0),
        (run, "club2.csv", "loaded", 31, 30, 1, 0, 0),
    ]
    assert broken.waiting() == [("inbox/club2.csv", 32, "range:points")]
    assert not broken.run().published


def test_a_reload_can_be_rolled_back_and_is_open_again(broken):
    before = broken.run().manifest
    (broken.root / "data/serve" / before.published).touch()
    ask(broken)
    broken.run()
    rollback(load_workspace(broken.root))
    assert ("M1", "m³ller1@example.com", 2) in broken.members()
    assert broken.run().published
    assert ("M1", "müller1@example.com", 2) in broken.members()


def test_a_feed_of_which_files_are_gone_is_left_as_it_is(broken):
    (broken.inbox / "club2.csv").rename(broken.inbox / "away.txt")
    ask(broken)
    told = broken.run()
    assert any("club was not read anew: 1 of its files" in words for words in told.warnings)
    assert ("M1", "m³ller1@example.com", 2) in broken.members()


def test_a_form_that_reads_less_than_before_changes_nothing_and_can_be_withdrawn(broken):
    ask(broken)
    declare(broken, "cp1252, delimiter: ';'")
    with pytest.raises(IngestError, match="was loaded before and would be refused now"):
        broken.run()
    assert ("M1", "m³ller1@example.com", 2) in broken.members()
    assert reload(broken, "--undo") == 0
    declare(broken, "cp850")
    broken.run()
    assert ("M1", "m³ller1@example.com", 2) in broken.members()


def test_the_command_asks_for_what_the_next_night_does_and_no_delivery_is_judged(club, capsys):
    club.contract(UNDATED)
    declare(club, "cp850")
    club.publish(club1=members(1, "cp1252"))
    declare(club, "cp1252")
    (club.inbox / "club1.csv").rename(club.inbox.parent / "away")
    assert reload(club) == 2
    assert "club1.csv" in capsys.readouterr().err
    (club.inbox.parent / "away").rename(club.inbox / "club1.csv")
    assert reload(club) == 0
    club.publish()
    assert ("M1", "müller1@example.com", 1) in club.members()
    capsys.readouterr()
    assert main(["feed", "list", "-w", str(club.root), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["files_loaded"] == 1
    assert reload(club, "--undo") == 1
    assert main(["feed", "reload", "clubs", "--undo", "-w", str(club.root)]) == 1
    assert {run for (run,) in club.told("quality_checks", "run_id[-4:]", "1")} == {"0001"}


def test_a_new_file_beside_the_reload_comes_last(broken):
    ask(broken)
    broken.run(club0=HEADER + "M1,new@example.com,3,\n")
    assert ("M1", "new@example.com", 3) in broken.members()


def test_a_renamed_file_keeps_its_place(club):
    club.contract(UNDATED)
    club.run(club1=HEADER + "M1,old@x,1,\n")
    club.run(club2=HEADER + "M1,new@x,2,\n")
    (club.inbox / "club1.csv").rename(club.inbox / "club9.csv")
    ask(club)
    club.run()
    assert club.members() == [("M1", "new@x", 2)]


def test_a_file_that_was_read_as_empty_keeps_its_place(club):
    club.contract(UNDATED)
    form = club.root / "pipelines/feeds/club/feed.yaml"
    form.write_text(FEED + "skipLines: '.*old'\n")
    club.run(club1=HEADER + "M1,old@x,1,\n")
    club.run(club2=HEADER + "M1,new@x,2,\n")
    form.write_text(FEED)
    ask(club)
    club.run()
    assert club.members() == [("M1", "new@x", 2)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (FEED + "skipLines: 'M'\n", "gave 20 rows before and would give none now"),
        (FEED + "skipLines: 'M1'\n", "11 of its 20 rows would fall away"),
        (FEED.replace("{type: csv}", "{type: csv, delimiter: ';'}"), "would be refused now"),
    ],
)
def test_a_form_under_which_rows_are_lost_changes_nothing(club, wrong, told):
    club.contract(UNDATED)
    club.run(club1=HEADER + "".join(f"M{number},a@x,1,\n" for number in range(20)))
    (club.inbox / "club1.csv").rename(club.inbox / "club1b.csv")
    (club.root / "pipelines/feeds/club/feed.yaml").write_text(wrong)
    ask(club)
    with pytest.raises(IngestError, match=told):
        club.run()
    assert len(club.members()) == 20
