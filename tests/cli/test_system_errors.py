"""Missing rights and full disks are told with path, right and remedy; other failures stay unexpected."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from runs.test_quarantine_retry import HEADER, UNDATED, club, empty

from cdp.cli import main
from cdp.cli.summary import told
from cdp.cli.system_errors import hint_for
from cdp.errors import CdpError
from cdp.runs import Store
from cdp.workspace.control import Control

__all__ = ["club", "empty"]


@pytest.mark.parametrize(
    ("number", "path", "message", "hint"),
    [
        (errno.EACCES, "data/manifests/new.json", "no right to make new.json in the folder", "ls -ld"),
        (errno.EPERM, "data", "no right to list or change the folder", "lsattr"),
        (errno.EROFS, "data/manifests", "lies on a read-only file system", "mounted writable"),
        (errno.ENOSPC, None, "the disk is full", "cdp vacuum"),
    ],
)
def test_a_run_that_may_not_write_says_where_and_what_to_do(number, path, message, hint, club, capsys, monkeypatch):
    club.contract(UNDATED)
    place = str(club.root / path) if path else None

    def fails(*_):
        raise OSError(number, "refused by the system", place)

    monkeypatch.setattr(Store, "next_run_id", fails)
    (club.inbox / "club1.csv").write_text(HEADER + "M1,a,1,\n")
    assert main(["run", "-w", str(club.root), "--inbox", str(club.inbox), "--date", "2026-06-01"]) == 1
    err = capsys.readouterr().err
    assert message in err
    assert hint in err
    assert place is None or str(Path(place).parent) in err
    assert "unexpected" not in err


def test_what_is_no_right_and_no_space_stays_unexpected(club, capsys, monkeypatch):
    def fails(*_):
        raise OSError(errno.EBADF, "bad file descriptor")

    monkeypatch.setattr(Store, "next_run_id", fails)
    assert main(["run", "-w", str(club.root), "--inbox", str(club.inbox), "--date", "2026-06-01"]) == 1
    assert "unexpected failure" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        ("IO Error: Cannot open file: Permission denied", "right to read and write"),
        ("IO Error: No space left on device", "free"),
        ("x", ""),
    ],
)
def test_messages_of_the_engine_get_a_hint(said, helps):
    assert helps in hint_for(said)
    assert bool(hint_for(said)) == bool(helps)


@pytest.mark.parametrize(
    ("said", "helps", "is_lost"),
    [
        ("attempt to write a readonly database", "leave it in place", False),
        ("unable to open database file", "leave it in place", False),
        ("database or disk is full", "leave it in place", False),
        ("file is not a database", "restore it from a backup", True),
    ],
)
def test_decisions_are_to_be_restored_only_when_they_are_lost(said, helps, is_lost, tmp_path, monkeypatch):
    def fails(*_, **__):
        raise sqlite3.OperationalError(said)

    monkeypatch.setattr(sqlite3, "connect", fails)
    with pytest.raises(CdpError) as caught:
        Control(tmp_path).ask_reload("club", actor="ann")
    assert helps in caught.value.hint
    assert ("backup" in caught.value.hint) == is_lost


def test_the_summary_says_how_many_warnings_there_are_and_where():
    summary = {"published": False, "run_id": None, "warnings": [f"w{number}" for number in range(12)], "counts": {}}
    assert sum(line.startswith("  - ") for line in told(summary)) == 12
