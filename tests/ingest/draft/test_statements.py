"""Logs of consent and lists of tickets, with words and numbers that the first file happens not to hold."""

from __future__ import annotations

import json

import pytest

from tests.ingest.draft.conftest import try_drafts


@pytest.mark.parametrize(("yes", "no"), [("ja", "nein"), ("Ja", "Nein"), ("oui", "non"), ("opted_in", "opted_out")])
def test_every_statement_of_a_log_counts(drafts_of, yes, no):
    rows = [
        f"p{n % 8}@example.net;{way};{(yes, no)[n % 2]};2026-05-{n + 1:02} 10:00:00"
        for n in range(16) for way in ("E-Mail", "SMS")
    ]  # fmt: skip
    tried = drafts_of({"log.csv": "\n".join(["E-Mail;Kanal;Einwilligung;Zeitpunkt", *rows]) + "\n"})["log"]
    assert "key: [e_mail, kanal, zeitpunkt]" in tried.contract()
    said = tried.rows("consents")
    assert len(said) == 32
    assert sum(row["status"] == "in" for row in said) == 16
    assert {row["channel"] for row in said} == {"email", "sms"}
    assert str(min(row["stated_at"] for row in said)) == "2026-05-01 10:00:00"
    assert tried.trial.warnings == ()


def test_tickets_know_numbers_and_words_of_a_later_file(tmp_path):
    def ticket(number, status):
        told = {"first_responded_at": "2026-06-01T11:00:00Z", "closed_at": None}
        return {
            "id": number, "subject": "Where is it?", "status": status, "priority": 1, "source": 2,
            "created_at": "2026-06-01T10:00:00Z", "requester": {"email": f"p{number}@example.net"}, "stats": told,
        }  # fmt: skip

    paths = [tmp_path / f"tickets_2026-06-0{day}.jsonl" for day in (1, 2)]
    first, later = [ticket(n, 2 + n % 2) for n in range(1, 7)], [ticket(7, 5), ticket(8, 4)]
    for path, tickets in zip(paths, (first, later), strict=True):
        path.write_text("\n".join(map(json.dumps, tickets)) + "\n", encoding="utf-8")
    tried = try_drafts(tmp_path / "w", {"tickets": (paths[:1], {})}, trial_files=paths)["tickets"]
    found = {row["ticket_id"]: (row["status"], row["is_open"]) for row in tried.rows("tickets")}
    assert (found["7"], found["8"], found["2"]) == (("closed", False), ("solved", False), ("open", True))
    assert all(row["first_replied_at"] is not None for row in tried.rows("tickets"))


def test_german_tickets_are_solved_when_they_say_so(tmp_path):
    paths = [tmp_path / f"tickets_2026-06-0{day}.csv" for day in (1, 2)]
    header = "Ticketnummer;Erstellt am;Status;Betreff;E-Mail;Gelöst am\n"
    paths[0].write_text(header + "".join(
        f"T{n};01.05.2026 09:0{n};offen;Wo ist mein Paket?;p{n}@example.net;\n" for n in range(1, 5)
    ), encoding="utf-8")  # fmt: skip
    paths[1].write_text(header + "T9;01.05.2026 09:00;Gelöst;Danke;p9@example.net;02.05.2026 10:00\n", encoding="utf-8")
    tried = try_drafts(tmp_path / "w", {"tickets": (paths[:1], {})}, trial_files=paths)["tickets"]
    assert "key: [ticketnummer]" in tried.contract()
    assert {row["ticket_id"] for row in tried.rows("tickets") if not row["is_open"]} == {"T9"}
