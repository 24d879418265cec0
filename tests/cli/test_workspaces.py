"""init, check, sample and run: a workspace from nothing to published."""

from __future__ import annotations

import json

import pytest

from cdp.cli import main
from cdp.workspace.init import PARTS


@pytest.fixture
def new_workspace(tmp_path):
    root = tmp_path / "new"
    assert main(["init", str(root)]) == 0
    return root


def test_init_copies_the_reference_workspace(tmp_path, capsys):
    new_workspace = tmp_path / "a" / "new"
    assert main(["init", str(new_workspace)]) == 0
    for part in (*PARTS, ".gitignore", "README.md"):
        assert (new_workspace / part).exists()
    assert not (new_workspace / "cdp").exists()
    assert "cdp run" in capsys.readouterr().err
    assert main(["check", "-w", str(new_workspace)]) == 0
    assert "all is well" in capsys.readouterr().err


def test_init_refuses_a_folder_that_holds_anything(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("precious")
    assert main(["init", str(tmp_path)]) == 2
    assert "is not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_check_tells_every_planted_fault_with_its_line(new_workspace, capsys):
    segment = new_workspace / "pipelines/segments/vip_lapsed.yaml"
    segment.write_text(segment.read_text().replace("title:", "titel:"))
    nightly = new_workspace / "pipelines/nightly.yaml"
    nightly.write_text(nightly.read_text().replace("qualityStop: stop", "qualityStop: perhaps"))
    toml = new_workspace / "cdp.toml"
    toml.write_text(toml.read_text().replace('time_zone = "UTC"', 'time_zone = "Middle-earth"'))
    capsys.readouterr()
    assert main(["check", "-w", str(new_workspace)]) == 1
    said = capsys.readouterr()
    assert "pipelines/segments/vip_lapsed.yaml:3: titel: unknown key; did you mean 'title'?" in said.out
    assert "pipelines/nightly.yaml:3: qualityStop: 'perhaps' is not a value for this key" in said.out
    assert "cdp.toml:5: time_zone: 'Middle-earth' is not a time zone" in said.out
    assert main(["check", "-w", str(new_workspace), "-f", "json"]) == 1
    faults = json.loads(capsys.readouterr().out)
    assert {fault["file"] for fault in faults} == {
        "cdp.toml",
        "pipelines/nightly.yaml",
        "pipelines/segments/vip_lapsed.yaml",
    }


def test_sample_writes_into_an_empty_folder_only(tmp_path, capsys):
    out = tmp_path / "world"
    assert main(["sample", "--people", "20", "--seed", "3", "--out", str(out), "--nights", "1"]) == 0
    assert "for 20 people and 1 nights" in capsys.readouterr().err
    assert (out / "inbox" / "night1").is_dir()
    assert main(["sample", "--people", "20", "--out", str(out)]) == 2


def test_feeds_and_sql_are_listed_before_the_first_run(new_workspace, capsys):
    capsys.readouterr()
    assert main(["feed", "list", "-w", str(new_workspace), "-f", "json"]) == 0
    feeds = {row["feed"]: row for row in json.loads(capsys.readouterr().out)}
    assert feeds["pos_receipts"]["contract"] == "pos_receipts"
    assert feeds["pos_receipts"]["rows_accepted"] is None
    assert main(["sql", "-w", str(new_workspace), "-f", "json"]) == 0
    steps = {row["step"] for row in json.loads(capsys.readouterr().out)}
    assert {"profiles/profiles", "pos_receipts/orders", "segment/vip_lapsed"} <= steps
    for step in ("pos_receipts/orders", "segment/vip_lapsed"):
        assert main(["sql", step, "-w", str(new_workspace)]) == 0
        assert "select" in capsys.readouterr().out.lower()
    assert main(["sql", "vip_lapsed", "-w", str(new_workspace)]) == 1
    assert "did you mean segment/vip_lapsed?" in capsys.readouterr().err


def test_a_night_is_told_in_words_a_manager_reads(sample_nights):
    _, (first, second) = sample_nights
    for words in ("Run 2026-05-31-0001", "rows", "Customers", "Segments", "Refused rows: ", "Published file"):
        assert words.lower() in first.stdout.lower()
    assert "[1/8] land" in first.stderr
    assert "Run 2026-06-01-0002" in second.stdout


def test_the_same_night_again_publishes_nothing(published_sample, capsys):
    inbox = published_sample / "data/sample/inbox/night2"
    given = ["run", "-w", str(published_sample), "--inbox", str(inbox), "--date", "2026-06-01"]
    assert main(given) == 0
    assert "Nothing was published" in capsys.readouterr().out
    assert main([*given, "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["published"] is False


def test_an_earlier_date_is_told_which_one_is_in_force(published_sample, capsys):
    inbox = published_sample / "data/sample/inbox/night2"
    assert main(["run", "-w", str(published_sample), "--inbox", str(inbox), "--date", "2026-05-20"]) == 0
    said = capsys.readouterr().out
    assert "for business date 2026-06-01" in said
    assert "later than 2026-05-20" in said
    assert "cdp rollback" in said


def test_the_summary_says_whose_orders_it_counts(sample_nights):
    _, (_, second) = sample_nights
    assert " of known customers, net revenue " in second.stdout


def test_faults_are_counted_in_words(new_workspace, capsys):
    nightly = new_workspace / "pipelines/nightly.yaml"
    nightly.write_text("kind: nightly\nqualityStop: perhaps\n")
    assert main(["check", "-w", str(new_workspace)]) == 1
    assert "1 fault in " in capsys.readouterr().err
    assert main(["run", "-w", str(new_workspace)]) == 1
    assert "1 fault in " in capsys.readouterr().err
    nightly.write_text("kind: nightly\nqualityStop: perhaps\nminimumContinuity: 3\n")
    assert main(["check", "-w", str(new_workspace)]) == 1
    assert "2 faults in " in capsys.readouterr().err


def test_runs_are_listed_shown_and_compared(published_sample, capsys):
    where = ["-w", str(published_sample), "-f", "json"]
    assert main(["runs", "list", *where]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(row["run_id"], row["in_force"]) for row in listed] == [
        ("2026-05-31-0001", False),
        ("2026-06-01-0002", True),
    ]
    assert main(["runs", "show", *where]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["profiles"] > 100
    assert main(["runs", "diff", "2026-05-31-0001", *where]) == 0
    changes = {(row["of"], row["name"]): row["change"] for row in json.loads(capsys.readouterr().out)}
    assert changes["table", "runs"] == 1
    assert changes["total", "orders"] > 0
