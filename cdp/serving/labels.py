"""Labels as people keep them: who each record is, or which pairs match."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from cdp.errors import UsageError

_YES = {"1", "true", "t", "yes", "y", "match"}
_NO = {"0", "false", "f", "no", "n", "no match", "non-match", "nonmatch"}


@dataclass(frozen=True)
class Labels:
    """Record → person, or judged pairs (left, right, is it one person); one of the two is empty."""

    people: dict[str, str]
    pairs: list[tuple[str, str, bool]]


def read_labels(path: Path) -> Labels:
    """Read a CSV of people (feed, source_id, person; or record_id, person) or of judged pairs.

    ``source_record_id`` and ``person_id`` are understood too. Pairs have the columns record_id_l, record_id_r and
    is_match or answer. Raises ``UsageError``.
    """
    rows = read_csv(path)
    columns = set(rows[0]) if rows else set()
    judged = next((name for name in ("is_match", "answer") if name in columns), None)
    if {"record_id_l", "record_id_r"} <= columns and judged:
        pairs = [
            (row["record_id_l"], row["record_id_r"], is_yes)
            for row in rows
            if (is_yes := answer(row[judged], path)) is not None
        ]
        return Labels({}, pairs)
    person = next((name for name in ("person", "person_id") if name in columns), None)
    source = next((name for name in ("source_id", "source_record_id") if name in columns), None)
    if person and ("record_id" in columns or ("feed" in columns and source)):
        return Labels(
            {
                row["record_id"] if "record_id" in columns else f"{row['feed']}:{row[source or '']}": row[person]
                for row in rows
                if row[person]
            },
            [],
        )
    raise UsageError(
        f"{path}: columns are {', '.join(sorted(columns)) or 'missing'}",
        "labels need feed,source_id,person or record_id,person or record_id_l,record_id_r,is_match",
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header; cells are trimmed. Raises ``UsageError``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return [
                {(name or "").strip(): (value or "").strip() for name, value in row.items() if isinstance(name, str)}
                for row in csv.DictReader(stream)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}", "it must be a CSV file in UTF-8 with a header") from error


def answer(text: str, path: Path) -> bool | None:
    """Yes, no, or ``None`` for an empty or skipped one. Raises ``UsageError`` for anything else."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word in {"", "skip", "s", "?"}:
        return None
    raise UsageError(f"{path}: {text!r} is no answer", "answers are y, n or skip")
