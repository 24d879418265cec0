"""A file that is not in the declared encoding is refused with a proposal, and loaded when that is accepted."""

from __future__ import annotations

from runs.test_held_back import statuses
from runs.test_quarantine_retry import FEED, HEADER, UNDATED, club, empty

__all__ = ["club", "empty"]

NAMES = ("böhm", "müller", "meier")


def members(points, encoding):
    rows = "".join(f"M{n},{NAMES[n % 3]}{n}@example.com,{points},\n" for n in range(30))
    return (HEADER + rows).encode(encoding)


def declare(club, encoding):
    path = club.root / "pipelines/feeds/club/feed.yaml"
    path.write_text(FEED.replace("{type: csv}", f"{{type: csv, encoding: {encoding}}}"))


def test_names_are_never_loaded_broken(club):
    club.contract(UNDATED)
    told = club.run(club1=members(1, "cp1252"), club2=members(2, "cp1252"))
    assert told.exit_code == 4
    assert statuses(club) == [("0001", "club1.csv", "refused"), ("0001", "club2.csv", "waiting")]
    assert any(
        "20 of 31 lines hold bytes that are no utf-8" in words and "set 'encoding: cp1252'" in words
        for words in told.warnings
    )
    assert club.members() == []

    declare(club, "cp1252")
    assert club.run().warnings == ()
    assert ("M1", "müller1@example.com", 2) in club.members()
    assert len(club.members()) == 30


def test_a_header_that_cannot_be_decoded_is_told_as_that(club):
    club.contract(UNDATED.replace("physicalName: e_mail", "physicalName: E-Mail für Werbung, required: true"))
    told = club.run(club1=members(1, "utf-8").replace(b"e_mail", "E-Mail für Werbung".encode("cp1252")))
    (refused,) = [words for words in told.warnings if "was refused" in words]
    assert "holds bytes that are no utf-8" in refused


def test_a_few_broken_lines_are_loaded_and_told_once(club):
    club.contract(UNDATED)
    content = members(1, "utf-8").replace("böhm0".encode(), b"b\xf6hm0").replace("böhm3".encode(), b"b\xf6hm3")
    told = club.run(club1=content)
    assert [words for words in told.warnings if "invalid_bytes" in words] == [
        "inbox/club1.csv: invalid_bytes_replaced: bytes that are no utf-8 became U+FFFD (2 lines, the first is 2)"
    ]
    assert len(club.members()) == 30


def test_a_header_in_utf8_is_no_renamed_column(club):
    club.contract(UNDATED.replace("physicalName: e_mail", "physicalName: E-Mail für Werbung, required: true"))
    declare(club, "cp1252")
    told = club.run(club1=members(1, "utf-8").replace(b"e_mail", "E-Mail für Werbung".encode()))
    (refused,) = [words for words in told.warnings if "was refused" in words]
    assert "UTF-8, where the feed declares cp1252" in refused
    assert "cdp feed rename" not in refused
