"""How long a night takes: generate a shop, run its nights, print seconds per stage and peak memory.

    python benchmarks/nightly.py --people 10000

The first night carries the whole history, the later ones one day each.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

STAGE = re.compile(r"stage (\w+) took ([\d.]+) s")
LAST_DAY = date(2026, 5, 31)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nights", type=int, default=2)
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, shop = Path(folder) / "workspace", Path(folder) / "shop"
        cdp = [sys.executable, "-m", "cdp"]
        subprocess.run([*cdp, "init", str(root)], check=True, capture_output=True)
        size = ["--people", str(call.people), "--seed", str(call.seed), "--nights", str(call.nights)]
        subprocess.run([*cdp, "sample", *size, "--out", str(shop)], check=True, capture_output=True)
        for night in range(1, call.nights + 1):
            inbox, day = shop / "inbox" / f"night{night}", LAST_DAY + timedelta(days=night - 1)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [*cdp, "run", "-w", str(root), "--inbox", str(inbox), "--date", str(day)],
                capture_output=True,
                text=True,
            )
            if done.returncode not in {0, 4}:
                sys.exit(done.stderr)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            [log] = (root / "data/runs").glob(f"*-{night:04d}/run.log")
            stages = STAGE.findall(log.read_text(encoding="utf-8"))
            read = re.search(r"([\d,]+) read", done.stdout)
            print(f"night {night}: {read.group(1) if read else '?'} rows read")
            print("  " + "  ".join(f"{name} {seconds} s" for name, seconds in stages))
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"  cpu {cpu:.1f} s, peak {after.ru_maxrss / 2**20:.2f} GiB (largest process so far)")


if __name__ == "__main__":
    main()
