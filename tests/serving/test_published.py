"""Opening, querying and moving on to a newer version."""

from __future__ import annotations

import duckdb
import pytest
from hand_made import publish_by_hand

import cdp
from cdp.errors import CdpError, NotFoundError, UsageError


def test_open_takes_the_workspace_a_folder_below_or_the_file(shop):
    for path in (shop, shop / "data", shop / "data" / "serve" / "cdp_2026-05-31-0001.duckdb"):
        with cdp.open(path) as published:
            assert published.path.name == "cdp_2026-05-31-0001.duckdb"
            assert "profiles" in published.tables()


def test_nothing_published_says_what_to_do(tmp_path):
    with pytest.raises(NotFoundError, match="no workspace here"):
        cdp.open(tmp_path)
    (tmp_path / "cdp.toml").write_text('name = "Empty"\n', encoding="utf-8")
    with pytest.raises(NotFoundError, match="nothing is published") as caught:
        cdp.open(tmp_path)
    assert "cdp run" in caught.value.hint
    with pytest.raises(NotFoundError, match="no file"):
        cdp.open(tmp_path / "gone.duckdb")


def test_query_gives_a_frame_and_binds_parameters(published):
    frame = published.query("select customer_id from profiles where city = $city order by 1", {"city": "York"})
    assert list(frame["customer_id"]) == ["C2", "C3"]


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("select * from no_such_table", "profiles"),
        ("selec 1", "'show tables' lists the tables"),
        ("delete from profiles", "can be read, and nothing else"),
        ("create table mine as select 1", "can be read, and nothing else"),
        ("copy profiles to 'stolen.csv'", "can be read, and nothing else"),
        ("select * from read_csv('/etc/hostname')", "can be read, and nothing else"),
    ],
)
def test_a_wrong_or_writing_query_is_a_clean_error(published, sql, hint):
    with pytest.raises(CdpError, match="the query failed") as caught:
        published.query(sql)
    assert hint in caught.value.hint


def test_a_cursor_per_request(published):
    outer = published.query("select * from identifiers")
    assert published.segment_count("buyers") == 1
    assert len(outer) == 12


def test_refresh_moves_on_and_the_old_version_stays_readable(tmp_path):
    root = publish_by_hand(tmp_path)
    with cdp.open(root) as published, cdp.open(root) as other:
        assert not published.refresh()
        publish_by_hand(root, "cdp_2026-06-01-0002.duckdb")
        assert published.refresh()
        assert published.path.name == "cdp_2026-06-01-0002.duckdb"
        assert other.path.name == "cdp_2026-05-31-0001.duckdb"
        assert other.segment_count("buyers") == 1


def test_segments_and_their_members(published):
    assert list(published.segments()["segment"]) == ["buyers", "nobody"]
    members = published.segment("buyers")
    assert list(members["customer_id"]) == ["C1"]
    assert not {"email", "phone"} & set(members.columns)
    with pytest.raises(NotFoundError) as caught:
        published.segment_count("byers")
    assert "buyers" in caught.value.hint


def test_pull_respects_consent(published):
    assert list(published.pull("buyers", "email").members["email"]) == ["anna@example.com"]
    refused = published.pull("buyers", "sms")
    assert refused.members.empty
    assert refused.reasons() == {"opted_out": 1}
    with pytest.raises(UsageError):
        published.pull("buyers", "fax")


def test_ledger_quarantine_and_runs(published):
    assert list(published.files()["status"]) == ["loaded"]
    assert list(published.quarantine()["line"]) == [3]
    assert published.quarantine("web_events").empty
    assert list(published.runs()["run_id"]) == ["2026-05-31-0001"]


def test_the_same_file_open_with_other_settings_is_told(tmp_path):
    root = publish_by_hand(tmp_path)
    path = (root / "data/serve/current").resolve()
    with duckdb.connect(str(path), read_only=True), pytest.raises(CdpError, match="open in this process") as caught:
        cdp.open(root)
    assert "close the other connection" in caught.value.hint


def test_a_version_that_is_gone_says_what_to_do(tmp_path):
    root = publish_by_hand(tmp_path)
    (root / "data/serve/current").resolve().unlink()
    with pytest.raises(NotFoundError) as caught:
        cdp.open(root)
    assert "cdp run" in caught.value.hint
