"""How long the 360 of one customer takes, by every kind of key, on published tables of any size.

    python benchmarks/show.py --customers 1000000 --touchpoints 10000000

Makes the shop of ``shop_facts``, its profiles, measures and segments, publishes them as a run does, and asks for
``--asked`` random customers by id, e-mail, phone, card, order number and device. Prints milliseconds of query time at
the median and at the 95th percentile; the file can be kept and asked again with ``--file``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from shop_facts import make_facts, read_facts

from cdp.engines import open_engine
from cdp.ingest.mapping import empty_table
from cdp.measures import Moment, build_measures
from cdp.measures.attributes import segment_kinds
from cdp.profiles import build_profiles
from cdp.runs.context import Run
from cdp.runs.manifest import Store
from cdp.runs.publish import build
from cdp.segments import build_segments
from cdp.serving.customer import view_customer
from cdp.serving.lookups import timeline
from cdp.serving.reader import Reader
from cdp.workspace import Workspace, load_workspace

ROOT = Path(__file__).resolve().parent.parent
AS_OF, DAY = datetime(2026, 6, 1), date(2026, 5, 31)  # noqa: DTZ001  instants are naive UTC
KEYS = {
    "customer id": "select customer_id from profiles",
    "e-mail": "select email from profiles where email is not null",
    "phone": "select phone from profiles where phone is not null",
    "loyalty card": "select loyalty_card from profiles where loyalty_card is not null",
    "shop account": "select shop_customer_id from profiles where shop_customer_id is not null",
    "order number": "select order_id from orders where customer_id is not null",
    "device": "select identifier_value from identifiers where identifier_type = 'anonymous_id'",
    "ticket": "select ticket_id from tickets",
}


class Made(Run):
    """A run whose tables the engine has already; those that nobody made are empty."""

    def use(self, *names: str) -> None:
        for name in names:
            if not self.engine.has_table(name):
                self.engine.create_table(name, empty_table(self.workspace.tables[name]))


def publish_shop(workspace: Workspace, folder: Path, facts: Path, path: Path, customers: int, touchpoints: int) -> None:
    """Make the shop, if it is not there, and write its published file."""
    facts.mkdir(parents=True, exist_ok=True)
    if not any(facts.iterdir()):
        make_facts(workspace, facts, customers, touchpoints)
    engine = open_engine("duckdb", temp_dir=folder / "spill", memory_limit="8GB")
    read_facts(engine, facts)
    build_profiles(engine, workspace.profile, as_of=AS_OF)
    build_measures(engine, workspace.kpis, workspace.attributes, Moment(AS_OF, DAY))
    build_segments(
        engine,
        workspace.segments,
        as_of=AS_OF,
        business_date=DAY,
        previous=False,
        attributes=segment_kinds(workspace.attributes),
    )
    begun = time.perf_counter()
    build(Made(workspace, Store(folder), engine, "2026-05-31-0001", None, DAY, AS_OF, []), path)
    print(f"published in {time.perf_counter() - begun:.1f} s, {path.stat().st_size / 2**30:.2f} GiB", flush=True)
    engine.close()


def tell(what: str, ask: Callable[[str], object], keys: list[str]) -> None:
    """Ask for each key and print what the calls took, by the clock and of the processor."""
    walls, used = [], []
    for key in keys:
        begun, before = time.perf_counter(), time.process_time()
        ask(key)
        walls.append((time.perf_counter() - begun) * 1000)
        used.append((time.process_time() - before) * 1000)
    shown = [
        f"{name} p50 {taken[len(taken) // 2]:6.1f} p95 {taken[len(taken) * 95 // 100]:6.1f} ms"
        for name, taken in (("", sorted(walls)), ("  CPU", sorted(used)))
    ]
    print(f"{what:<14}{''.join(shown)}", flush=True)


def ask_all(path: Path, asked: int) -> None:
    """Ask for random customers by every kind of key."""
    with Reader(path) as reader:
        for name, sql in KEYS.items():
            found = reader.fetch(f"select * from ({sql}) order by md5(#1 || 'x'), 1 limit {asked}").rows
            keys = [str(key) for (key,) in found]
            view_customer(reader, keys[0])
            tell(name, lambda key: view_customer(reader, key), keys)
        keys = [str(key) for (key,) in reader.fetch(f"select customer_id from profiles limit {asked}").rows]
        tell("timeline", lambda key: timeline(reader, key, 50), keys)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=100, help="customers asked for by each kind of key")
    parser.add_argument("--file", type=Path, help="keep the published file here, or ask the one that is there")
    parser.add_argument("--facts", type=Path, help="keep the shop in this folder, or read the one that is there")
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = call.file or Path(name) / "shop.duckdb"
        if not path.is_file():
            facts = call.facts or Path(name) / "facts"
            publish_shop(load_workspace(ROOT), Path(name), facts, path, call.customers, call.touchpoints)
        ask_all(path, call.asked)


if __name__ == "__main__":
    main()
