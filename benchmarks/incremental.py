"""A night of one per cent against a full resolve of the same records, and against full Splink runs of them.

usage: python benchmarks/incremental.py [--records 1000000] [--folder DIR] [--threads 2] [--memory 8GB] [--no-splink]
                                        [--only night plain …]

The first night trains the model and leaves its state. Then the same night, one per cent of its records new or changed,
is resolved in full and incrementally with the same model, each in a process of its own, and the results are compared.
Splink is read in two ways. ``plain`` is a full run as one would write it without this product (``plain_splink.py``):
register, standardise, train, predict, cluster, with library comparisons and six rules. ``predict`` counts prediction
alone: our blocking rules, comparisons and ready model over every named record on ready columns, then connected
components. Printed per side: CPU seconds of resolving (``cpu``) and of writing what it hands on (``writing``), peak
memory. A ``--folder`` keeps records, base and figures, so that ``--only`` measures some sides again; a base that other
code of the product left is no base, and the night says so (``full_because``).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
_DAYS = {"base": "2026-06-01", "full": "2026-06-02", "night": "2026-06-02"}
SIDES = {side: datetime.fromisoformat(day) for side, day in _DAYS.items()}
ALL_SIDES = (*SIDES, "predict", "plain")


def open_inputs(folder: Path, part: str, call: argparse.Namespace) -> Any:
    from cdp.engines import open_engine

    engine = open_engine("duckdb", temp_dir=folder / "spill", memory_limit=call.memory, threads=call.threads)
    for table in ("identity_records", "record_identifiers"):
        engine.read_parquet(table, [folder / part / f"{table}.parquet"])
    return engine


def open_run(folder: Path, side: str, engine: Any) -> Any:
    """A run that goes on from the base, as far as handing tables on asks for one."""
    from cdp.runs import FileRef, Manifest, Store
    from cdp.runs.context import Run
    from cdp.runs.parts import open_table, table_names
    from cdp.workspace import load_workspace

    parent = None
    if side != "base":
        written = json.loads((folder / "base.json").read_text(encoding="utf-8"))
        tables = {name: tuple(FileRef(**ref) for ref in refs) for name, refs in written.items()}
        day = SIDES["base"].date()
        parent = Manifest("base", None, day, SIDES["base"], "duckdb", "", tables, {}, "")
        for table in table_names(tables):
            open_table(engine, Store(folder), tables, table, f"prev_{table}")
    tables = dict(parent.tables) if parent else {}
    day = SIDES[side].date()
    return Run(load_workspace(ROOT), Store(folder), engine, side, parent, day, SIDES[side], (), tables=tables)


def run_ours(folder: Path, side: str, call: argparse.Namespace) -> dict[str, Any]:
    from cdp.identity import IdentitySettings, PreviousIdentity, resolve
    from cdp.runs.identify import hand_on_all

    engine = open_inputs(folder, "base" if side == "base" else "night", call)
    run = open_run(folder, side, engine)
    run.use("privacy_requests")
    started = time.process_time()
    summary = resolve(
        engine,
        IdentitySettings(),
        as_of=SIDES[side],
        run_id=side,
        model_path=folder / "model.json",
        previous=None if side == "base" else PreviousIdentity(),
        incremental=side != "full",
    )
    resolved = time.process_time()
    hand_on_all(run, summary)
    written = {name: [asdict(ref) for ref in refs] for name, refs in run.tables.items()}
    (folder / f"{side}.json").write_text(json.dumps(written), encoding="utf-8")
    looked = summary.touched_records if side == "night" else summary.records
    return {
        "cpu": resolved - started,
        "writing": time.process_time() - resolved,
        "records": summary.records,
        "looked_at": looked,
        "model": summary.model,
        "full_because": summary.full_reason,
        **scores(folder, engine),
    }


def run_predict(folder: Path, call: argparse.Namespace) -> dict[str, Any]:
    """Every named record is its own representative."""
    import numpy as np

    from cdp.identity.graph import components
    from cdp.identity.identifier_graph import build_links, make, register_components
    from cdp.identity.matching import MODEL_STEPS
    from cdp.identity.model import load_model
    from cdp.identity.phones import standardise_phones
    from cdp.identity.resolve import register_settings
    from cdp.identity.rulings import register_decisions
    from cdp.identity.scoring import score
    from cdp.identity.settings import IdentitySettings

    engine, settings = open_inputs(folder, "night", call), IdentitySettings()
    register_settings(engine, settings)
    register_decisions(engine, None)
    standardise_phones(engine, settings.countries)
    build_links(engine, settings)
    count = int(engine.scalar("select count(*) from record_numbers"))
    register_components(engine, np.arange(count, dtype=np.int64))
    make(engine, *MODEL_STEPS)
    started = time.process_time()
    model = load_model(folder / "model.json")
    pairs = score(engine, model, int(engine.scalar("select count(*) from representatives")))
    likely = pairs[pairs["match_probability"] >= settings.model.link_probability]
    components(count, likely["component_l"].to_numpy(), likely["component_r"].to_numpy())
    return {"cpu": time.process_time() - started, "pairs": len(pairs)}


def scores(folder: Path, engine: Any) -> dict[str, float]:
    engine.read_parquet("truth", [folder / "truth.parquet"])
    counted = engine.rows(
        "with given as (select customer_id, person from identity_map inner join truth using (record_id)), "
        "sizes as (select 0 as side, count(*) as n from given group by customer_id, person "
        "union all select 1, count(*) from given group by customer_id "
        "union all select 2, count(*) from given group by person) "
        "select side, sum(n * (n - 1) / 2) from sizes group by side order by side"
    )
    both, claimed, true = (float(pairs) for _, pairs in counted)
    return {"precision": both / claimed, "recall": both / true, "f1": 2 * both / (claimed + true)}


def differences(folder: Path) -> dict[str, int]:
    from cdp.engines import open_engine
    from cdp.identity.incremental.verify import COMPARED, compare
    from cdp.runs import FileRef, Store
    from cdp.runs.parts import open_table

    engine = open_engine("duckdb", temp_dir=folder / "spill")
    found = {}
    for side in ("full", "night"):
        written = json.loads((folder / f"{side}.json").read_text(encoding="utf-8"))
        tables = {name: tuple(FileRef(**ref) for ref in refs) for name, refs in written.items()}
        for table in COMPARED:
            open_table(engine, Store(folder), tables, table, f"{side}_{table}")
    for table in COMPARED:
        # the two bear different run ids in their own lines of the crosswalk
        if table == "id_crosswalk":
            for side in ("full", "night"):
                engine.create_table(f"{side}_{table}_", f"select * exclude (run_id) from {side}_{table}")
        tail = "_" if table == "id_crosswalk" else ""
        difference = compare(engine, table, f"night_{table}{tail}", f"full_{table}{tail}")
        found[table] = difference.only_full + difference.only_incremental if difference else 0
    engine.close()
    return found


def measure(folder: Path, side: str, call: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder), "--threads", str(call.threads)]
    command += ["--memory", call.memory] if call.memory else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    told = (
        f"{name} {value:,.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
    )
    print(f"{side:7}", "  ".join(told), flush=True)
    return figures


def print_shares(sides: dict[str, dict[str, Any]]) -> None:
    """Every side's CPU seconds in those of the sides that it is held against."""
    for side, others in (("night", ("full", "predict", "plain")), ("full", ("predict", "plain"))):
        shares = [f"{sides[side]['cpu'] / sides[other]['cpu']:.1%} of {other}" for other in others if other in sides]
        if side in sides and shares:
            print(f"{side} takes", ", ".join(shares))
    if {"night", "full"} <= sides.keys():
        night, full = (sum(sides[side][part] for part in ("cpu", "writing")) for side in ("night", "full"))
        print(f"with writing, night takes {night / full:.1%} of full")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default=None, help="the engine's limit, such as 8GB")
    parser.add_argument("--no-splink", action="store_true")
    parser.add_argument("--only", nargs="+", choices=ALL_SIDES, default=None, help="with --folder: sides to measure")
    parser.add_argument("--side", choices=ALL_SIDES, default=None, help=argparse.SUPPRESS)
    call = parser.parse_args()
    if call.side:
        if call.side == "plain":
            from plain_splink import run_plain

            figures = run_plain(open_inputs(call.folder, "night", call))
        else:
            figures = (
                run_predict(call.folder, call) if call.side == "predict" else run_ours(call.folder, call.side, call)
            )
        figures["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps(figures))
        return
    from retail_records import write_shop

    with tempfile.TemporaryDirectory(prefix="cdp-benchmark-") as scratch:
        folder = call.folder or Path(scratch)
        if not (folder / "truth.parquet").exists():
            write_shop(folder, call.records)
        kept = folder / "figures.json"
        sides = json.loads(kept.read_text(encoding="utf-8")) if call.only and kept.exists() else {}
        for side in call.only or (SIDES if call.no_splink else ALL_SIDES):
            sides[side] = measure(folder, side, call)
        kept.write_text(json.dumps(sides), encoding="utf-8")
        if {"full", "night"} <= sides.keys():
            print("rows that differ:", differences(folder))
        print_shares(sides)


if __name__ == "__main__":
    main()
