"""The identity stage: records → customers with durable ids, incrementally where the last run allows it."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from cdp.engines import Engine, open_engine
from cdp.errors import IdentityError
from cdp.identity import IdentitySummary, PreviousIdentity, resolve
from cdp.identity.incremental.carry import CHANGES
from cdp.identity.incremental.state import CARRIED, STATE_TABLES
from cdp.identity.incremental.verify import COMPARED, compare, differing_records
from cdp.identity.rulings import decisions_frame
from cdp.ingest.mapping import empty_table
from cdp.runs.carried import hand_on
from cdp.runs.context import LOG, Run
from cdp.runs.manifest import write_atomically
from cdp.runs.parts import gone_name, open_table

_INPUTS = ("identity_records", "record_identifiers", "privacy_requests")
_ORDERS = {
    "identity_map": "record_id",
    "identity_edges": "edge_id",
    "identifiers": "identifier_value, identifier_type, customer_id",
    "customers": "customer_id",
    "usable_identifiers": "record_id, identifier_type, identifier_value",
}


def identify(run: Run) -> None:
    """Identity records → customers with durable ids."""
    run.use(*_INPUTS)
    previous = _open_previous(run, run.engine)
    saved = run.workspace.root / "pipelines/identity/model.json"
    model = saved if saved.is_file() else run.store.data / (run.model or run.relative(run.artefacts / "model.json"))
    summary = _resolve(run, run.engine, model, previous)
    if model.is_file() and model != saved:
        run.model = run.relative(model)
    hand_on_all(run, summary)
    if run.verify_incremental:
        _verify(run, summary, model)
    _tell(run, summary)
    _check_continuity(run, summary)


def hand_on_all(run: Run, summary: IdentitySummary) -> None:
    """Put the tables that ``resolve`` made into the run, as changes of the last run's where that was gone on from."""
    changes = {} if summary.full_reason else CHANGES
    for name in dict.fromkeys((*CARRIED, *STATE_TABLES, "request_phones")):
        if name in STATE_TABLES and name not in changes:
            run.tables[name] = (run.keep(name, f"select * from {name}"),)
            run.tables.pop(gone_name(name), None)
        else:
            hand_on(run, name, _ORDERS.get(name, "all"), changes.get(name))


def _open_previous(run: Run, engine: Engine) -> PreviousIdentity | None:
    """Give an engine the identity tables of the parent run, as ``prev_…``."""
    known = run.parent.tables if run.parent else {}
    if not known.get("identity_map"):
        return None
    for name in (*CARRIED, *STATE_TABLES):
        if known.get(name):
            open_table(engine, run.store, known, name, f"prev_{name}")
    return PreviousIdentity("prev_identity_map", "prev_id_crosswalk")


def _resolve(
    run: Run, engine: Engine, model: Path, previous: PreviousIdentity | None, *, incremental: bool = True
) -> IdentitySummary:
    return resolve(
        engine,
        run.workspace.identity,
        as_of=run.as_of,
        run_id=run.run_id,
        model_path=model,
        previous=previous,
        decisions=decisions_frame(run.decisions),
        incremental=incremental,
    )


def _tell(run: Run, summary: IdentitySummary) -> None:
    run.counts.update({name: value for name, value in summary.as_dict().items() if name != "seconds"})
    run.counts["customers"] = summary.customers - summary.anonymous_customers
    LOG.info("%s", summary)
    LOG.info(
        "the model joins from probability %s on, as the settings say", run.workspace.identity.model.link_probability
    )
    if summary.model not in {"trained", "loaded"}:
        run.counts["identity_note"] = summary.model_reason


def _check_continuity(run: Run, summary: IdentitySummary) -> None:
    nightly = run.workspace.nightly
    least, steady = nightly.minimum_untouched_continuity, summary.continuity_untouched
    if steady is not None and steady < least:
        raise IdentityError(
            f"only {steady:.2%} of customers of whom nothing new is known keep their id (at least {least:.2%} must)",
            "'cdp identity diff' shows what would move; to accept it once, lower minimumUntouchedContinuity in "
            "pipelines/nightly.yaml",
        )
    least = nightly.minimum_continuity
    if summary.continuity is not None and summary.continuity < least:
        raise IdentityError(
            f"only {summary.continuity:.1%} of known records keep their customer id (at least {least:.0%} must)",
            "look at what changed in pipelines/identity, or lower minimumContinuity in pipelines/nightly.yaml",
        )


def _verify(run: Run, summary: IdentitySummary, model: Path) -> None:
    """Resolve all records beside the incremental night and compare. Raises ``IdentityError`` when they differ."""
    if summary.full_reason:
        run.counts["verification"] = f"not verified: all records were resolved tonight ({summary.full_reason})"
        LOG.info(run.counts["verification"])
        return
    run.told("resolving all records again, to compare")
    resources = run.workspace.config.resources
    with tempfile.TemporaryDirectory(prefix="verify-", dir=run.store.data) as folder:
        engine = open_engine(
            run.workspace.config.engine,
            temp_dir=Path(folder) / "spill",
            memory_limit=resources.memory_limit,
            threads=resources.threads,
        )
        try:
            _open_inputs(run, engine)
            copy = Path(shutil.copyfile(model, Path(folder) / "model.json"))
            _resolve(run, engine, copy, _open_previous(run, engine), incremental=False)
            _compare(run, engine)
        finally:
            engine.close()
    run.counts["verified_incremental"] = True
    run.counts["verification"] = "verified: the incremental night gives exactly what a full run gives"


def _open_inputs(run: Run, engine: Engine) -> None:
    for name in _INPUTS:
        refs = run.tables.get(name, ())
        if refs:
            open_table(engine, run.store, run.tables, name)
        else:
            engine.create_table(name, empty_table(run.workspace.tables[name]))


def _compare(run: Run, engine: Engine) -> None:
    for name in COMPARED:
        open_table(engine, run.store, run.tables, name, f"incremental_{name}")
    differences = [found for name in COMPARED if (found := compare(engine, name, f"incremental_{name}", name))]
    if not differences:
        LOG.info("verify: the incremental night gives exactly what a full run gives")
        return
    records = differing_records(engine, "incremental_identity_map", "identity_map")
    report = run.folder / "verify_incremental.json"
    told = [{"table": one.table, "differences": str(one)} for one in differences]
    write_atomically(report, json.dumps({"records": records, "tables": told}, indent=1) + "\n")
    raise IdentityError(
        f"the incremental night differs from a full run in {', '.join(one.table for one in differences)}; "
        f"{len(records)} records would have another customer",
        f"nothing is published; {report} names the records and shows rows (it holds personal data). "
        "A run after 'cdp identity train' resolves all records",
    )
