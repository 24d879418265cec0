"""A file cut within its last value is told by how the files before it ended."""

from __future__ import annotations

from runs.test_quarantine_retry import HEADER, UNDATED, club, empty

__all__ = ["club", "empty"]


def cut(words):
    return [warning for warning in words if "no line end" in warning]


def test_a_last_line_without_end_is_told_where_the_file_before_had_one(club):
    club.contract(UNDATED)
    whole = HEADER + "M1,a@example.com,139,\nM2,b@example.com,139,"
    assert cut(club.run(club1=whole.encode() + b"\n").warnings) == []
    (told,) = cut(club.run(club2=whole.replace("M", "K").encode()).warnings)
    assert told.startswith("inbox/club2.csv")
    assert cut(club.run(club3=whole.replace("M", "L").encode()).warnings) == []


def test_a_feed_whose_files_never_end_their_last_line_is_left_alone(club):
    club.contract(UNDATED)
    for number in (1, 2):
        content = f"{HEADER}M{number},a@example.com,139,".encode()
        assert cut(club.run(**{f"club{number}": content}).warnings) == []
