"""What lies in an inbox besides good files: links, pipes, folders named like files, half-written files, odd names."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cdp.ingest import discover as discovering
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed

FEED = Feed.model_validate(
    {"feed": "visits", "description": "d", "source": "s", "files": ["*.csv"], "form": {"type": "csv"},
     "contract": "visits", "tables": ["touchpoints"]}
)  # fmt: skip


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def found(inbox):
    return {item.name: item for item in discover(inbox, [FEED])}


def test_links_are_listed_and_never_followed(inbox, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("password")
    (inbox / "out.csv").symlink_to(secret)
    (inbox / "up.csv").symlink_to(tmp_path, target_is_directory=True)
    (inbox / "loop").symlink_to(inbox, target_is_directory=True)
    assert {name: (item.feed, item.trouble) for name, item in found(inbox).items()} == {
        f"inbox/{name}": (None, "it is a link, and links are not followed") for name in ("out.csv", "up.csv", "loop")
    }


def test_pipes_sockets_and_folders_named_like_files_stop_nothing(inbox, monkeypatch):
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "folder.csv").mkdir()
    (inbox / "folder.csv/inner.csv").write_text("a\n1\n")
    monkeypatch.chdir(inbox)  # a socket's path has little room
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s.csv")
        items = found(inbox)
    assert items["inbox/pipe.csv"].trouble == items["inbox/s.csv"].trouble == "it is no regular file"
    assert (items["inbox/folder.csv/inner.csv"].feed, len(items)) == ("visits", 3)


def test_a_file_that_grows_meanwhile_is_left_for_the_next_run(inbox, monkeypatch):
    path = inbox / "a.csv"
    path.write_text("a\n1\n")
    real = discovering.content_hash

    def slowly(at):
        with at.open("a") as stream:
            stream.write("2\n")
        return real(at)

    monkeypatch.setattr(discovering, "content_hash", slowly)
    item = found(inbox)["inbox/a.csv"]
    assert (item.feed, item.file_id, item.trouble) == ("visits", "", discovering.STILL_WRITTEN)
    monkeypatch.undo()
    item = found(inbox)["inbox/a.csv"]
    assert (item.trouble, item.is_unchanged()) == ("", True)
    path.write_text("a\n3\n")
    assert not item.is_unchanged()


@pytest.mark.parametrize(
    "name", ["two\nlines.csv", "quote'\".csv", "日本 ☃.csv", "percent%s {x} [1] *.csv", "-rf.csv", "tab\t.csv"]
)
def test_odd_names_are_told_on_one_line(inbox, name):
    (inbox / name).write_text("a\n1\n")
    [item] = discover(inbox, [FEED])
    assert item.feed == "visits"
    assert item.name.isprintable()


def test_a_folder_that_cannot_be_listed_is_told(inbox, monkeypatch):
    (inbox / "closed").mkdir()
    (inbox / "b.csv").write_text("a\n1\n")
    (inbox / "closed").chmod(0)
    for folder in (inbox, inbox.parent):
        folder.chmod(0o755)
    monkeypatch.chdir(inbox.parent)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        told = sorted((path.name, why) for path, why in discovering._below(Path("inbox")))
    finally:
        if is_root:
            os.seteuid(0)
        (inbox / "closed").chmod(0o755)
    assert told == [("b.csv", ""), ("closed", "the folder cannot be listed: Permission denied")]
