"""Time and peak memory of a whole 'cdp run' over files that hurt: very large ones, and very many.

    python benchmarks/hurting.py [--gb 2] [--cases csv jsonl gz parquet many] [--folder DIR] [--limit 600MB]

Each case has a workspace of its own, a feed that 'cdp feed add' drafts, and a run in processes of its own. Memory is
looked at twenty times a second: the peak while files are landed, that of the largest process, and that of all together
(the judge of quality is a process beside the run; what both share counts twice). ``--gb`` is the size before packing,
``--limit`` the memory_limit of the workspace, which bounds what the stages behind landing take.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASES = {"csv": "orders.csv", "jsonl": "orders.jsonl", "gz": "orders.csv.gz", "parquet": "orders.parquet", "many": ""}
NAMES = ("order_id", "email", "amount", "ordered_at", "note")
HEAD = ",".join(NAMES) + "\n"
PEAKS = ("landing", "largest", "together")
FILES, CHUNK = 3000, 20_000


def lines(first: int, count: int, form: str) -> str:
    """Orders as text: one of forty is of the customer before, and each has a long remark."""
    end = '{{"order_id":"{}","email":"{}","amount":{},"ordered_at":"{}","note":"{}"}}\n'
    row = end if form == "jsonl" else '{},{},{},{},"{}"\n'
    return "".join(
        row.format(
            f"O{n:09d}", f"user{n % 40_000}@example.com", f"{n % 300}.95",
            f"2026-05-{1 + n % 28:02d}T{n % 24:02d}:00:00Z", f"Please leave it at the door, number {n}. " * 12,
        )
        for n in range(first, first + count)
    )  # fmt: skip


def write(case: str, inbox: Path, size: int) -> Path:
    """The case's files; gives the one to draft the feed from."""
    if case == "many":
        for number in range(FILES):
            (inbox / f"orders_{number:05d}.csv").write_text(HEAD + lines(number * 20, 20, "csv"))
        return inbox / "orders_00000.csv"
    path, done, first = inbox / CASES[case], 0, 0
    form = "jsonl" if case == "jsonl" else "csv"
    text = path.with_suffix(".text") if case == "parquet" else path
    with gzip.open(text, "wb", 1) if case == "gz" else text.open("wb") as stream:
        stream.write(b"" if form == "jsonl" else HEAD.encode())
        while done < size:
            data = lines(first, CHUNK, form).encode()
            stream.write(data)
            done, first = done + len(data), first + CHUNK
    if case == "parquet":
        import duckdb

        duckdb.sql(f"copy (from read_csv('{text}', all_varchar = true)) to '{path}' (compression uncompressed)")
        text.unlink()
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
