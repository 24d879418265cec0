"""Zip archives with several members: each is a file of its own, and odd ones are refused by name."""

from __future__ import annotations

import stat
import zipfile
from datetime import datetime

import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.errors import UsageError
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

SENT = "ID,AT\n1,2026-05-01\n2,2026-05-02\n,2026-05-03\n"
OPENS = "ID,AT\n1,2026-05-04\n"
CONTRACT = Contract.model_validate(
    {"kind": "contract", "name": "mails", "description": "Mails.", "key": ["id"],
     "properties": [{"name": "id", "physicalName": "ID", "required": True}, {"name": "at_day", "physicalName": "AT"}]}
)  # fmt: skip


def a_feed(name, member=None):
    return Feed.model_validate(
        {"feed": name, "description": "d", "source": "s", "files": ["mail/*.zip"], "form": {"type": "csv"},
         "contract": "mails", "tables": ["touchpoints"], **({"member": member} if member else {})}
    )  # fmt: skip


def packed(path, members, links=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK if name in links else stat.S_IFREG) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def landed(tmp_path):
    """Land tmp_path/inbox with feeds; gives ledgers by name and the refused rows."""
    engine = open_engine("duckdb", temp_dir=None, threads=1)
    engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    (tmp_path / "work").mkdir()

    def land(*feeds):
        landing = Landing(engine, datetime(2026, 6, 1), "r1", tmp_path / "work", tmp_path / "landed")
        deliveries = discover(tmp_path / "inbox", feeds)
        result = land_inbox(landing, deliveries, {f.feed: f for f in feeds}, {"mails": CONTRACT}, History())
        return {item.file: item for item in result.ledgers}, result.quarantined

    yield land
    engine.close()


def test_every_member_has_its_own_feed_and_ledger(landed, tmp_path):
    packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": SENT, "out/Opens.csv": OPENS, "readme.txt": "hello"})
    ledgers, refused = landed(a_feed("sent", "Sent.csv"), a_feed("opens", ["Opens*.csv", "Clicks*.csv"]))
    sent, opens = ledgers["inbox/mail/x.zip/Sent.csv"], ledgers["inbox/mail/x.zip/out/Opens.csv"]
    assert (sent.feed, sent.rows_read, sent.rows_accepted, sent.rows_quarantined) == ("sent", 3, 2, 1)
    assert (opens.feed, opens.rows_read, opens.rows_accepted) == ("opens", 1, 1)
    assert ledgers["inbox/mail/x.zip/readme.txt"].status == "unknown"
    assert sent.file_id != opens.file_id
    [row] = refused
    assert (row.file, row.line, row.raw) == ("inbox/mail/x.zip/Sent.csv", 4, ",2026-05-03")


def test_one_feed_may_take_several_members(landed, tmp_path):
    packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": "ID,AT\n1,2026-05-01\n", "Sent[2].csv": "ID,AT\n2,2026-05-02\n"})
    ledgers, _ = landed(a_feed("sent", "Sent*.csv"))
    assert [item.rows_accepted for item in ledgers.values()] == [1, 1]


def test_a_member_that_is_not_there_is_told(landed, tmp_path):
    packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": SENT})
    ledgers, _ = landed(a_feed("sent", "Sent.csv"), a_feed("opens", "Opens.csv"))
    lacking = ledgers["inbox/mail/x.zip/Opens.csv"]
    assert (lacking.status, lacking.feed) == ("refused", "opens")
    assert "it holds Sent.csv" in lacking.message
    assert ledgers["inbox/mail/x.zip/Sent.csv"].status == "loaded"


@pytest.mark.parametrize(
    ("members", "links", "why"),
    [
        ({"Sent.csv": SENT, "../../etc/cron.d/x": "x"}, (), "leads out of the archive"),
        ({"Sent.csv": SENT, "/etc/x": "x"}, (), "leads out of the archive"),
        ({"Sent.csv": SENT, "C:\\x": "x"}, (), "leads out of the archive"),
        ({"Sent.csv": "/etc/passwd"}, ("Sent.csv",), "is a link"),
    ],
)
def test_an_archive_that_no_export_makes_is_refused(landed, tmp_path, members, links, why):
    packed(tmp_path / "inbox/mail/x.zip", members, links)
    ledgers, _ = landed(a_feed("sent", "Sent.csv"))
    [ledger] = ledgers.values()
    assert (ledger.status, ledger.rows_accepted) == ("refused", 0)
    assert why in ledger.message


def test_a_member_without_a_name_is_refused(landed, tmp_path):
    path = packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": SENT})
    path.write_bytes(path.read_bytes().replace(b"Sent.csv", b"\0ent.csv"))
    [ledger] = landed(a_feed("sent"))[0].values()
    assert (ledger.status, ledger.rows_accepted) == ("refused", 0)
    assert "leads out of the archive" in ledger.message


def test_a_broken_archive_is_refused_once_per_feed_and_a_bomb_too(landed, tmp_path):
    path = packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": SENT, "Opens.csv": OPENS})
    path.write_bytes(path.read_bytes()[:40])
    packed(tmp_path / "inbox/mail/y.zip", {"Sent.csv": b"ID,AT\n" + b"1,2026-05-01\n" * (24 << 20), "Opens.csv": OPENS})
    ledgers, _ = landed(a_feed("sent", "Sent.csv"), a_feed("opens", "Opens.csv"))
    statuses = {name.removeprefix("inbox/mail/"): str(item.status) for name, item in ledgers.items()}
    assert statuses == {
        "x.zip/Sent.csv": "refused", "x.zip/Opens.csv": "refused", "y.zip/Sent.csv": "refused",
        "y.zip/Opens.csv": "loaded",
    }  # fmt: skip
    assert "times its size" in ledgers["inbox/mail/y.zip/Sent.csv"].message


def test_a_member_belongs_to_one_feed(landed, tmp_path):
    packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": SENT})
    with pytest.raises(UsageError, match=r"x\.zip/Sent\.csv is claimed by two feeds: sent, all_of_it"):
        landed(a_feed("sent", "Sent.csv"), a_feed("all_of_it"))


def test_the_same_archive_again_is_a_replay(landed, tmp_path):
    packed(tmp_path / "inbox/mail/x.zip", {"Sent.csv": SENT})
    (tmp_path / "inbox/mail/x2.zip").write_bytes((tmp_path / "inbox/mail/x.zip").read_bytes())
    ledgers, _ = landed(a_feed("sent", "Sent.csv"))
    assert [str(item.status) for item in ledgers.values()] == ["loaded", "replayed"]
