"""What several test modules need: the sample, the command, whole-table comparison."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample"
NIGHTS = (("night1", "2026-05-31"), ("night2", "2026-06-01"))


def run_cdp(*args, cwd=None):
    """Call the command as a user does; stdin is closed."""
    return subprocess.run(
        [sys.executable, "-m", "cdp", *map(str, args)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
    )


def table_digests(published):
    """Row count and content digest of every published table, whatever the order of rows."""
    tables = published.query("select table_name from duckdb_tables() order by 1").table_name
    found = {}
    for table in tables:
        row = published.query(f'select count(*) as n, sum(hash(t::varchar)) as h from "{table}" as t').iloc[0]
        found[table] = (int(row.n), str(row.h))
    return found
