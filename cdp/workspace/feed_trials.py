"""Try a feed in an empty workspace of its own, before it is put into that of the company."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cdp.engines import Engine, open_engine
from cdp.errors import CdpError
from cdp.ingest.draft.trial import Trial, try_feed
from cdp.workspace.feeds import place_feed
from cdp.workspace.init import init_workspace
from cdp.workspace.load import check_workspace

_MOST_BYTES = 64 << 20
_NAME = "nullif(lower(concat_ws(' ', first_name, last_name, full_name)), '')"
_FOUND = {
    "e-mails": ("record_identifiers", "case when identifier_type = 'email' then lower(identifier_value) end"),
    "phones": ("record_identifiers", "case when identifier_type = 'phone' then identifier_value end"),
    "names": ("identity_records", _NAME),
    "opt-outs": ("consents", "case when status = 'out' then record_id end"),
}


@dataclass(frozen=True)
class Outcome:
    """What becomes of some files under a feed: the share of rows accepted, and how many different values it finds.

    ``found`` counts e-mails, phones and names of people, and people who opted out.
    """

    accepted: float
    found: Mapping[str, int] = field(default_factory=dict)


def without_faulty_tables(feed: str, texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """A feed's files without the SQL that does not run, and what is wrong with it; one table always stays."""
    kept, told = dict(texts), []
    with _placed(feed, texts) as root:
        _, faults = check_workspace(root)
    for fault in faults:
        path = str(fault.file)
        if path.endswith(".sql") and path in kept and sum(name.endswith(".sql") for name in kept) > 1:
            del kept[path]
            told.append(f"{path}: {fault.message}")
            settings = f"pipelines/feeds/{feed}/feed.yaml"
            kept[settings] = kept[settings].replace(f"\n  - {Path(path).stem}\n", "\n")
    return kept, told


def outcome(feed: str, texts: Mapping[str, str], files: Sequence[Path]) -> Outcome | None:
    """What a feed makes of the files; ``None`` when they are too large to try, or nothing tells."""
    if not files or sum(path.stat().st_size for path in files) > _MOST_BYTES:
        return None
    engine = open_engine("duckdb", threads=1)
    try:
        with _placed(feed, texts) as root:
            workspace, _ = check_workspace(root, compiled=False)
            plan = next((item for item in workspace.plans if item.feed.feed == feed), None) if workspace else None
            if workspace is None or plan is None:
                return None
            tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
            trial = try_feed(engine, plan, workspace.canonical(), files, as_of=tomorrow)
            found = _found(engine, trial)
    except CdpError:
        return Outcome(0.0)
    finally:
        engine.close()
    read = sum(ledger.rows_read for ledger in trial.ledgers)
    return Outcome((read - len(trial.refused)) / read if read else 0.0, found)


def _found(engine: Engine, trial: Trial) -> dict[str, int]:
    """Counts of what points to people, from the tables that the trial left in its engine."""
    made = {table.name for table in trial.tables}
    return {
        kind: int(engine.scalar(f"select count(distinct {value}) from trial_{table}")) if table in made else 0
        for kind, (table, value) in _FOUND.items()
    }


@contextmanager
def _placed(feed: str, texts: Mapping[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cdp-feed-") as folder:
        root = init_workspace(Path(folder) / "workspace", empty=True)
        place_feed(root, feed, texts, force=True)
        yield root
