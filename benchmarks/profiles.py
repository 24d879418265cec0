"""What profiles, journeys, measures and KPIs cost beside one scan and one sort of the touchpoints.

    python benchmarks/profiles.py --customers 1000000 --touchpoints 10000000 --steps

Makes the shop of ``shop_facts`` as parquet files, which everything here reads as a run does. The yardstick is what
DuckDB needs to group all touchpoints by customer (joined through identity_map) and to sort them with all their columns
by customer and time into a table. Prints CPU and wall seconds, their ratios, and the peak of memory; with ``--steps``
what each table costs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from shop_facts import make_facts, read_facts

from cdp.engines import Params
from cdp.engines.duckdb import DuckDBEngine
from cdp.measures import Moment, build_measures
from cdp.profiles import build_profiles
from cdp.workspace import load_workspace

ROOT = Path(__file__).resolve().parent.parent
AS_OF, DAY = datetime(2026, 6, 1), date(2026, 5, 31)  # noqa: DTZ001  instants are naive UTC
OWNED = "from touchpoints inner join identity_map using (record_id)"
SCAN = f"select customer_id, count(*) as n, min(occurred_at) as a, max(occurred_at) as b {OWNED} group by customer_id"
SORT = f"select touchpoints.*, identity_map.customer_id {OWNED} order by customer_id, occurred_at"


def cpu_seconds() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Watched(DuckDBEngine):
    """An engine that remembers what each table cost: (CPU seconds, name, rows)."""

    tables: tuple[tuple[float, str, int], ...] = ()

    def create_table(self, name: str, sql: str, params: Params = None) -> int:
        before = cpu_seconds()
        count = super().create_table(name, sql, params)
        self.tables += ((cpu_seconds() - before, name, count),)
        return count


class Clock:
    """CPU and wall seconds of named parts, printed as they end."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        before, begun = cpu_seconds(), time.perf_counter()
        yield
        self.cpu[name] = cpu_seconds() - before
        self.wall[name] = time.perf_counter() - begun
        print(f"{name:<28}{self.cpu[name]:8.1f} CPU s {self.wall[name]:8.1f} s", flush=True)


def make(folder: Path, customers: int, touchpoints: int) -> None:
    """Write the shop in a process of its own, so that its memory does not count."""
    make_facts(load_workspace(ROOT), folder, customers, touchpoints)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=1_000_000)
    parser.add_argument("--memory-limit", default="6GB", help="of DuckDB; the process needs about 1 GB more")
    parser.add_argument("--facts", type=Path, help="keep the shop in this folder, or read the one that is there")
    parser.add_argument("--steps", action="store_true", help="print what each table costs")
    call = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does
    workspace = load_workspace(ROOT)
    clock = Clock()
    with tempfile.TemporaryDirectory() as name:
        facts = call.facts or Path(name) / "facts"
        facts.mkdir(parents=True, exist_ok=True)
        if not any(facts.iterdir()):
            maker = multiprocessing.get_context("spawn").Process(
                target=make, args=(facts, call.customers, call.touchpoints)
            )
            maker.start()
            maker.join()
        engine = Watched(temp_dir=Path(name) / "spill", memory_limit=call.memory_limit)
        read_facts(engine, facts)
        for part, sql in (("scan and group", SCAN), ("sort", SORT)):
            with clock.part(part):
                engine.create_table("yardstick", sql)
            engine.drop("yardstick")
        engine.tables = ()
        with clock.part("profiles"):
            build_profiles(engine, workspace.profile, as_of=AS_OF)
        with clock.part("measures and KPIs"):
            build_measures(engine, workspace.kpis, workspace.attributes, Moment(AS_OF, DAY))
        engine.close()
    if call.steps:
        for cost, table, count in sorted(engine.tables, reverse=True)[:40]:
            print(f"  {table:<34}{cost:7.2f} CPU s {count:>12,} rows")
    cpu, wall = (
        (spent["profiles"] + spent["measures and KPIs"]) / (spent["scan and group"] + spent["sort"])
        for spent in (clock.cpu, clock.wall)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{cpu:.1f} x the CPU seconds of the scan and the sort, {wall:.1f} x their time; peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
