"""Time and peak memory of a whole 'cdp run' over files that hurt: very large ones, and very many.

    python benchmarks/hurting.py [--gb 2] [--cases csv jsonl gz parquet many] [--folder DIR] [--limit 600MB]

Each case has a workspace of its own, a feed that 'cdp feed add' drafts, and a run in processes of its own. Memory is
looked at twenty times a second: the peak while files are landed, that of the largest process, and that of all together
(the judge of quality is a process beside the run; what both share counts twice). ``--gb`` is the size before packing,
``--limit`` the memory_limit of the workspace, which bounds what the stages behind landing take.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASES = {"csv": "orders.csv", "jsonl": "orders.jsonl", "gz": "orders.csv.gz", "parquet": "orders.parquet", "many": ""}
FORMS = {
    "csv": "(format csv, force_quote (note))",
    "jsonl": "(format json)",
    "gz": "(format csv, force_quote (note), compression gzip)",
    "parquet": "(format parquet, compression uncompressed)",
}
ROW_BYTES, FILES = 2_400, 3_000
ORDERS = """
    select
        'O' || lpad(n::varchar, 9, '0') as order_id,
        'user' || (n % 40_000) || '@example.com' as email,
        (n % 300) || '.95' as amount,
        strftime(timestamp '2026-05-01' + interval (n % 40_000) minute, '%Y-%m-%dT%H:%M:00Z') as ordered_at,
        repeat('Please leave it at the door, number ' || n || '. ', {times}) as note
    from range({first}, {last}) as numbers(n)
"""


def write(case: str, inbox: Path, size: int) -> Path:
    """The case's files; gives the one to draft the feed from."""
    import duckdb

    if case == "many":
        for number in range(FILES):
            rows = ORDERS.format(times=12, first=number * 20, last=number * 20 + 20)
            duckdb.sql(f"copy ({rows}) to '{inbox}/orders_{number:05d}.csv' (format csv)")
        return inbox / "orders_00000.csv"
    path = inbox / CASES[case]
    duckdb.sql(f"copy ({ORDERS.format(times=50, first=0, last=size // ROW_BYTES)}) to '{path}' {FORMS[case]}")
    return path


def measure(arguments: list[str], folder: Path) -> tuple[float, list[float], int]:
    """Seconds, peaks of memory in MB (largest while landing, largest, all together) and exit code of a command."""
    started, landing, largest, together, log = time.monotonic(), 0, 0, 0, folder / "stderr"
    with subprocess.Popen(
        arguments, cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=log.open("w")
    ) as process:
        while process.poll() is None:
            found = [_resident(int(item.name), process.pid) for item in Path("/proc").glob("[0-9]*")]
            largest, together = max(largest, *found), max(together, sum(found))
            landing = landing if "[2/8]" in log.read_text() or "[3/8]" in log.read_text() else largest
            time.sleep(0.05)
    peaks = [peak / (1 << 20) for peak in (landing, largest, together)]
    return time.monotonic() - started, peaks, process.returncode


def _resident(pid: int, session: int) -> int:
    try:
        if os.getsid(pid) != session:
            return 0
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gb", type=float, default=2.0)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--folder", type=Path, help="where there is room for three times the size")
    parser.add_argument("--limit", default="600MB")
    given = parser.parse_args()
    cdp = [sys.executable, "-m", "cdp"]
    print(
        f"{'case':8} {'MB':>7} {'rows':>10} {'seconds':>8} {'landing':>8} {'largest':>8} {'together':>8}  exit",
        flush=True,
    )
    for case in given.cases:
        folder = Path(tempfile.mkdtemp(dir=given.folder))
        try:
            subprocess.run([*cdp, "init", "shop", "--empty"], cwd=folder, check=True, capture_output=True)
            root = folder / "shop"
            with (root / "cdp.toml").open("a") as marker:
                marker.write(f'\n[resources]\nmemory_limit = "{given.limit}"\n')
            file = write(case, root / "data/inbox", int(given.gb * (1 << 30)))
            size = sum(item.stat().st_size for item in file.parent.iterdir()) >> 20
            subprocess.run([*cdp, "feed", "add", file, "--name", "shop", "--files", "orders*"],
                           cwd=root, check=True, capture_output=True)  # fmt: skip
            seconds, peaks, code = measure([*cdp, "run", "--date", "2026-06-01"], root)
            counted = subprocess.run(
                [*cdp, "query", "select sum(rows_accepted) from source_files", "--format", "csv"],
                cwd=root, capture_output=True, text=True, check=False,
            )  # fmt: skip
            rows = (counted.stdout.split() or ["?"])[-1]
            told = "".join(f"{peak:>9.0f}" for peak in peaks)
            print(f"{case:8} {size:>7,} {rows:>10} {seconds:>8.0f}{told}  {code}", flush=True)
            if code not in (0, 4):
                print((root / "stderr").read_text()[-2000:])
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
