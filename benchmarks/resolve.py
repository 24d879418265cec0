"""cdp resolve against a hand-written Splink script with the same blocking rules and comparisons, training included.

usage: python benchmarks/resolve.py [--records 1000000] [--folder DIR]

Each side runs in a process of its own. The Splink script starts from the standardised table (its reading and cleaning
is not counted), uses Splink's usual training (random pairs for u, two rounds of expectation maximisation), predicts,
and takes connected components. Printed per side: wall and CPU seconds, peak memory, pair F1 against the truth.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]


def run_ours(folder: Path) -> dict[str, Any]:
    from cdp.identity.generic import ResolveOptions, resolve_files

    started, used = time.perf_counter(), time.process_time()
    resolution = resolve_files([folder / "people.parquet"], ResolveOptions("record_id", threads=2))
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    found = resolution.customers.rename(columns={"source_id": "record_id", "customer_id": "cluster"})
    return {"seconds": seconds, "cpu": cpu, "pairs": resolution.count_pairs, **score(found, folder)}


def run_splink(folder: Path) -> dict[str, Any]:
    """Splink's own machinery over the same table, rules and levels."""
    from cdp.engines import open_engine
    from cdp.identity.generic import resolve as ours
    from cdp.identity.generic.blocking import candidate_rules, make_pairs
    from cdp.identity.generic.comparisons import add_rarity, choose_comparisons
    from cdp.identity.generic.read import read_file

    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine("duckdb", temp_dir=Path(scratch), memory_limit=None, threads=2)
        source = read_file(engine, folder / "people.parquet", 0)
        options = ours.ResolveOptions("record_id")
        records = ours.prepare(engine, [source], {source.name: ours.recognise(engine, source, options)}, options)
        filled = dict.fromkeys(("given", "family", "birth", "street", "city", "postcode", "emails", "phones"), 1.0)
        comparisons = choose_comparisons(filled, records)
        add_rarity(engine, comparisons)
        columns = [*engine.columns("people")]
        used = make_pairs(engine, candidate_rules(columns, []), records)
        engine.drop("candidate_pairs")
        rules = [one.rule for one in used if one.is_whole]
        blocking = add_keys(engine, rules)
        started, before = time.perf_counter(), time.process_time()
        clusters = splink_script(engine, comparisons, blocking)
        seconds, cpu = time.perf_counter() - started, time.process_time() - before
        return {"seconds": seconds, "cpu": cpu, "rules": len(rules), **score(clusters, folder)}


def splink_script(engine: Any, comparisons: list[Any], rules: list[Any]) -> Any:
    """What an experienced user writes: settings, training, prediction, clusters."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on

    listed = []
    for comparison in comparisons:
        levels = [cll.CustomLevel(comparison.unknown, "unknown").configure(is_null_level=True)]
        levels += [cll.CustomLevel(level.condition, level.label) for level in comparison.levels]
        listed.append(
            cl.CustomComparison(output_column_name=comparison.name, comparison_levels=[*levels, cll.ElseLevel()])
        )
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="source_id",
        comparisons=listed,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(engine.splink_api().register("people_keyed"), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("given", "family", "birth")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in (("given", "family"), ("birth", "postcode")):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.9)
    return engine.frame(f"select source_id as record_id, cluster_id as cluster from {clusters.physical_name}")


def add_keys(engine: Any, rules: list[Any]) -> list[Any]:
    """Each rule's key as a column, so that Splink blocks on exactly the same; lists are exploded by Splink."""
    from splink import block_on

    keys = ", ".join(f"{rule.key} as key_{number}" for number, rule in enumerate(rules))
    engine.create_table("people_keyed", f"select *, {keys} from people_ranked")
    for number, rule in enumerate(rules):
        some_null = " or ".join(f"{column} is null" for column in rule.needs)
        engine.execute(f"update people_keyed set key_{number} = null where {some_null}")
    return [
        block_on(f"key_{number}", arrays_to_explode=[f"key_{number}"] if rule.explode else None)
        for number, rule in enumerate(rules)
    ]


def score(found: Any, folder: Path) -> dict[str, float]:
    import pandas as pd

    joined = found[["record_id", "cluster"]].merge(pd.read_parquet(folder / "truth.parquet"), on="record_id")

    def pairs(columns: list[str]) -> int:
        sizes = joined.groupby(columns).size()
        return int((sizes * (sizes - 1) // 2).sum())

    right, claimed, true = pairs(["cluster", "person"]), pairs(["cluster"]), pairs(["person"])
    return {"precision": right / claimed, "recall": right / true, "f1": 2 * right / (claimed + true)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--side", choices=("ours", "splink"), default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        figures = (run_ours if options.side == "ours" else run_splink)(options.folder)
        figures["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}))
        return
    from people import write_people

    with tempfile.TemporaryDirectory(prefix="cdp-benchmark-") as scratch:
        folder = options.folder or Path(scratch)
        if not (folder / "truth.parquet").exists():
            write_people(folder, options.records)
        for side in ("ours", "splink"):
            command = [sys.executable, __file__, "--side", side, "--folder", str(folder)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(f"{side:8} {done.stdout.splitlines()[-1]}", flush=True)


if __name__ == "__main__":
    main()
