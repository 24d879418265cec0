"""Rows per second and peak memory of ingest, against a plain DuckDB read and COPY of the same rows.

    python benchmarks/ingest.py [--rows 5000000] [--cases csv quoted dirty jsonl parquet] [--folder DIR] [--gz]

Every measurement runs in a process of its own. Ingest reads exactly, holds each row to a contract of fifteen rules,
places it among known rows and writes what it landed; plain DuckDB reads with detected types and writes parquet.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

CONTRACT = {
    "kind": "contract",
    "name": "till_lines",
    "description": "Lines of receipts.",
    "key": ["line_id"],
    "version": "updated_at",
    "properties": [
        {"name": "line_id", "required": True, "logicalTypeOptions": {"pattern": r"R\d{9}-\d"}},
        {"name": "store", "required": True, "logicalTypeOptions": {"pattern": r"S\d\d"}},
        {"name": "sku", "required": True, "logicalTypeOptions": {"pattern": r"SKU-\d{6}"}},
        {"name": "quantity", "logicalType": "integer", "logicalTypeOptions": {"minimum": 1, "maximum": 100}},
        {"name": "price", "logicalType": "number", "logicalTypeOptions": {"minimum": 0, "maximum": 100000}},
        {"name": "discount", "logicalType": "number", "logicalTypeOptions": {"minimum": 0, "maximum": 1}},
        {"name": "currency", "logicalTypeOptions": {"values": ["EUR", "GBP", "USD"]}},
        {"name": "sold_at", "logicalType": "timestamp"},
        {"name": "email"},
        {"name": "card"},
        {"name": "payment", "logicalTypeOptions": {"values": ["card", "cash", "voucher"]}},
        {"name": "updated_at", "logicalType": "timestamp"},
    ],
    "rowRules": [{"name": "cheaper", "must": "discount < price or price = 0"}],
}
FORMS = {"csv": "csv", "quoted": "csv", "dirty": "csv", "jsonl": "jsonl", "parquet": "parquet"}
FAULTS = ("R1;broken", '"R000000001-0,"open,S01', "R000000002-0,S01,SKU", "x,y,z,,,,,,,,,,,,,,", '"a"b,c')
ROWS = """
select
    'R' || lpad((i // 3)::varchar, 9, '0') || '-' || (i % 3) as line_id,
    'S' || lpad((i % 40)::varchar, 2, '0') as store,
    'SKU-' || lpad(((i * 7919) % 50000)::varchar, 6, '0') as sku,
    1 + i % 5 as quantity,
    ((100 + (i * 31) % 20000) / 100.0)::decimal(10, 2) as price,
    ((i % 10) * 5 / 100.0)::decimal(4, 2) as discount,
    ['EUR', 'GBP', 'USD'][1 + i % 3] as currency,
    timestamp '2026-01-01' + interval (i % 12000000) second as sold_at,
    'user' || ((i * 17) % 900000) || '@example.com' as email,
    case when i % 4 > 0 then lpad(((i * 13) % 700000)::varchar, 10, '0') end as card,
    ['card', 'cash', 'voucher'][1 + i % 3] as payment,
    timestamp '2026-06-01' + interval (i % 1200000) second as updated_at
from range({rows}) as numbers(i)
"""


def write(case: str, path: Path, rows: int) -> None:
    """Write the rows as one kind of file; ``dirty``: every thousandth line is broken, one in fifty breaks a rule."""
    import duckdb

    form = {"csv": "csv, header", "dirty": "csv, header", "quoted": "csv, header, force_quote *"}
    said = form.get(case, {"jsonl": "json", "parquet": "parquet"}.get(case))
    select = ROWS.format(rows=rows)
    if case == "dirty":
        faulty = "case when quantity = 5 and price < 20 then -1 else quantity end"
        select = f"select * replace ({faulty} as quantity) from ({select})"
    duckdb.sql(f"copy ({select}) to '{path}' (format {said})")
    if case == "dirty":
        lines = path.read_bytes().split(b"\n")
        for number, at in enumerate(range(1000, len(lines), 1000)):
            lines[at] += b"\n" + FAULTS[number % len(FAULTS)].encode()
        path.write_bytes(b"\n".join(lines))


def plain(case: str, path: Path, folder: Path) -> int:
    """Read with DuckDB and copy to parquet; the number of rows."""
    import duckdb

    readers = {"csv": f"read_csv('{path}'", "jsonl": f"read_json('{path}'", "parquet": f"read_parquet('{path}'"}
    reader = readers[FORMS[case]] + (", ignore_errors = true)" if case == "dirty" else ")")
    out = folder / "plain.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from {reader}) to '{out}' (format parquet, compression zstd)")
        found = connection.execute(f"select count(*) from '{out}'").fetchone()
    return int(found[0]) if found else 0


def ingest(case: str, path: Path, folder: Path) -> int:
    """Land the file as a run does; the number of rows accounted for."""
    from cdp.contracts import Contract
    from cdp.engines import open_engine
    from cdp.ingest.discover import discover
    from cdp.ingest.feed import Feed
    from cdp.ingest.landing import Landing
    from cdp.ingest.stage import History, land_inbox
    from cdp.ingest.versions import SUPERSEDED_COLUMNS

    feed = Feed.model_validate(
        {
            "feed": "till_lines", "description": "d", "source": "till", "files": [path.name],
            "form": {"type": FORMS[case]}, "contract": "till_lines", "tables": ["touchpoints"],
        }
    )  # fmt: skip
    engine = open_engine(temp_dir=folder / "spill")
    engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    (folder / "work").mkdir(exist_ok=True)
    as_of = datetime(2027, 1, 1)  # noqa: DTZ001
    landing = Landing(engine, as_of, "r1", folder / "work", folder / "landed")
    contract = Contract.model_validate(CONTRACT)
    result = land_inbox(landing, discover(path.parent, [feed]), {feed.feed: feed}, {contract.name: contract}, History())
    [ledger] = result.ledgers
    engine.close()
    if ledger.status != "loaded":
        raise SystemExit(f"{path}: {ledger.status}: {ledger.message}")
    print(ledger.rows_read, ledger.rows_accepted, ledger.rows_quarantined, file=sys.stderr)
    return ledger.rows_read


def measured(way: str, case: str, path: Path) -> dict[str, float]:
    """One way through one file, in a process of its own."""
    command = [sys.executable, __file__, "--one", way, case, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def one(way: str, case: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent.parent) as folder:
        wall = time.perf_counter()
        rows = {"plain": plain, "ingest": ingest}[way](case, path, Path(folder))
        wall = time.perf_counter() - wall
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {"rows": rows, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}
    print(json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--cases", nargs="*", default=list(FORMS))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one[0], given.one[1], Path(given.one[2]))
        return
    print(f"{'case':<8} {'way':<7} {'rows':>10} {'wall s':>8} {'cpu s':>8} {'rows/s':>10} {'peak MB':>8}")
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for case in given.cases:
            inbox = Path(folder) / case / "inbox"
            inbox.mkdir(parents=True)
            path = inbox / f"lines.{FORMS[case]}"
            write(case, path, given.rows)
            found = {way: measured(way, case, path) for way in ("plain", "ingest")}
            for way, item in found.items():
                speed = item["rows"] / item["wall"]
                print(
                    f"{case:<8} {way:<7} {item['rows']:>10,.0f} {item['wall']:>8.1f} {item['cpu']:>8.1f} "
                    f"{speed:>10,.0f} {item['mb']:>8,.0f}"
                )
            ratio = {name: found["ingest"][name] / found["plain"][name] for name in ("wall", "cpu")}
            print(f"{case:<8} ratio   wall {ratio['wall']:.2f}, cpu {ratio['cpu']:.2f}", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
