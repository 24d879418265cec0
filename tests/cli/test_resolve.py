"""cdp resolve from the command line: data on stdout or in a file, all else on stderr."""

from __future__ import annotations

import pandas as pd
import pytest

from cdp.cli.app import main


@pytest.fixture
def people(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(
        "key,name,mail,born\n"
        "1,Ann Ash,ann@example.com,1980-02-03\n"
        '2,"Ash, Ann",ANN@example.com,1980-02-03\n'
        "3,Bea Birch,bea@example.org,1991-12-01\n"
    )
    return file


def test_data_on_stdout_and_the_guess_on_stderr(people, capsys):
    assert main(["resolve", str(people), "--id", "key", "--as", "born=birth_date"]) == 0
    out, err = capsys.readouterr()
    lines = [line.split(",") for line in out.splitlines()]
    assert lines[0] == ["source", "source_id", "customer_id"]
    assert [line[:2] for line in lines[1:]] == [["people", "1"], ["people", "2"], ["people", "3"]]
    assert lines[1][2] == lines[2][2] != lines[3][2]
    assert "full_name" in err
    assert "too few to learn from" in err


def test_into_a_file(people, tmp_path, capsys):
    out = tmp_path / "who.csv"
    assert main(["resolve", str(people), "--id", "KEY", "-o", str(out)]) == 0
    assert capsys.readouterr().out == ""
    assert len(pd.read_csv(out)) == 3


def test_files_with_different_ids(people, tmp_path, capsys):
    other = tmp_path / "club.jsonl"
    other.write_text('{"card": "A1", "name": "Ash, Ann", "mail": "ann@example.com"}\n')
    assert main(["resolve", str(people), str(other), "--id", "key", "--id", "club=card"]) == 0
    lines = [line.split(",") for line in capsys.readouterr().out.splitlines()]
    assert lines[1][:2] == ["club", "A1"]
    assert lines[1][2] == lines[2][2]


@pytest.mark.parametrize(
    "more",
    [
        ["--id", "nothing"],
        ["--id", "key", "--id", "name"],
        ["--id", "=key"],
        ["--id", "key", "--as", "born"],
        ["--id", "key", "--labels", "no_such.csv"],
    ],
)
def test_a_wrong_call_is_told(people, more, capsys):
    assert main(["resolve", str(people), *more]) == 2
    assert "error:" in capsys.readouterr().err
