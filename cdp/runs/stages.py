"""The stages of a run, in order. Each reads tables, makes tables, and can be repeated."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence

from cdp.contracts.published import made_by
from cdp.errors import IdentityError
from cdp.identity import PreviousIdentity, resolve
from cdp.identity.rulings import decisions_frame
from cdp.ingest.landing import Landing
from cdp.ingest.ledger import FileLedger, FileStatus
from cdp.ingest.mapping import map_feed
from cdp.ingest.stage import LandingResult, land_inbox, new_deliveries
from cdp.ingest.versions import SUPERSEDED_COLUMNS
from cdp.profiles import build_profiles
from cdp.runs.context import LOG, Run
from cdp.runs.gate import gate, keep_headers, verdict
from cdp.runs.ledgers import QUARANTINE, SOURCE_FILES, append, history
from cdp.runs.publish import publish
from cdp.runs.retries import take_up
from cdp.segments import build_segments


def _open_superseded(run: Run) -> None:
    run.engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    refs = run.tables.get("superseded_rows", ())
    if refs:
        run.engine.read_parquet("superseded_before", [run.store.path(ref) for ref in refs])
        run.engine.execute("insert into superseded_rows select * from superseded_before")
        run.engine.drop("superseded_before")


def land(run: Run) -> None:
    """Delivered files → landed rows, ledger, quarantine."""
    _open_superseded(run)
    workdir = run.folder / "work"
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir(parents=True)
    landing = Landing(run.engine, run.as_of, run.run_id, workdir, run.store.data / "landed")
    before = history(run)
    if new_deliveries(run.deliveries, before):
        run.judging.warm_up()
    result = land_inbox(
        landing,
        run.deliveries,
        run.workspace.feeds,
        run.workspace.contracts,
        before,
        lambda ledger, warnings: _tell(run, ledger, warnings),
    )
    for feed, paths in result.landed.items():
        refs = tuple(run.ref(path, feed) for path in paths)
        run.tables[f"landed.{feed}"] = (*run.tables.get(f"landed.{feed}", ()), *refs)
    keep_headers(run, result.headers)
    _count(run, result)
    take_up(run, landing, before.ledgers.values(), result.ledgers)
    shutil.rmtree(workdir)
    run.tables["superseded_rows"] = (run.keep("superseded_rows", "select * from superseded_rows order by all"),)
    append(run, SOURCE_FILES, [ledger.as_row() for ledger in result.ledgers])
    append(run, QUARANTINE, [row.as_row() for row in result.quarantined])


def _tell(run: Run, ledger: FileLedger, warnings: Sequence[str]) -> None:
    LOG.info(
        "%s: %s · %d read = %d accepted + %d quarantined + %d duplicate + %d superseded",
        ledger.file,
        ledger.status,
        ledger.rows_read,
        ledger.rows_accepted,
        ledger.rows_quarantined,
        ledger.rows_duplicate,
        ledger.rows_superseded,
    )
    run.told(f"landing {ledger.file}")
    if ledger.status is FileStatus.unknown:
        run.warn(f"{ledger.file} belongs to no feed: not read (add it to a feed, or to ignore in cdp.toml)")
    elif ledger.status is FileStatus.refused:
        run.warn(f"{ledger.file} was refused: {ledger.message}")
    elif ledger.message:
        LOG.info("%s: %s", ledger.file, ledger.message)
    for warning in warnings:
        run.warn(f"{ledger.file}: {warning}")
    if ledger.rows_quarantined and ledger.status is FileStatus.loaded:
        run.warn(f"{ledger.file}: {ledger.rows_quarantined} rows quarantined (see 'cdp quarantine list')")


def _count(run: Run, result: LandingResult) -> None:
    known = [item for item in result.ledgers if item.feed]
    run.counts["files"] = len(known)
    run.counts["files_unknown"] = len(result.unknown)
    run.counts["files_refused"] = len(result.refused)
    for name in ("read", "accepted", "quarantined", "duplicate", "superseded"):
        run.counts[f"rows_{name}"] = sum(getattr(item, f"rows_{name}") for item in known)
    run.counts["feeds_landed"] = {
        feed: [
            {
                "rows_read": item.rows_read,
                "rows_accepted": item.rows_accepted,
                "rows_quarantined": item.rows_quarantined,
            }
            for item in known
            if item.feed == feed and item.status is FileStatus.loaded
        ]
        for feed in sorted({item.feed for item in known if item.feed and item.status is FileStatus.loaded})
    }


def map_feeds(run: Run) -> None:
    """Landed rows → canonical tables; feeds with nothing new keep the files they have."""
    _open_superseded(run)
    canonical = run.workspace.canonical()
    changed: set[str] = set()
    parent = run.parent.tables if run.parent else {}
    plans = run.workspace.plans
    names = {plan.feed.feed for plan in plans}
    for table in canonical:
        before = run.tables.get(table, ())
        run.tables[table] = tuple(ref for ref in before if ref.feed in names)
        if run.tables[table] != before:
            changed.add(table)
        run.use(table)
    for plan in plans:
        feed = plan.feed.feed
        landed = run.tables.get(f"landed.{feed}", ())
        fingerprint = plan.fingerprint(canonical)
        untouched = landed == parent.get(f"landed.{feed}", ()) and run.fingerprints.get(feed) == fingerprint
        if untouched and not plan.upstream & changed:
            continue
        run.told(f"mapping {feed}")
        made = map_feed(
            run.engine,
            plan,
            canonical,
            [run.store.path(ref) for ref in landed],
            lambda table, name: run.artefacts / table / f"{name}.parquet",
        )
        if feed in canonical:
            run.use(feed)
        for table in canonical:
            others = tuple(ref for ref in run.tables[table] if ref.feed != feed)
            if table in made:
                path, _ = made[table]
                others = (*others, run.ref(path, feed))
            if others != run.tables[table]:
                run.tables[table] = tuple(sorted(others, key=lambda ref: ref.feed or ""))
                run.use(table)
                changed.add(table)
        run.fingerprints[feed] = fingerprint
        LOG.info("%s: %s", feed, ", ".join(f"{rows} {table}" for table, (_, rows) in made.items()) or "no rows")


def identify(run: Run) -> None:
    """Identity records → customers with durable ids."""
    run.use("identity_records", "record_identifiers", "privacy_requests")
    previous = None
    if run.parent and run.parent.tables.get("identity_map"):
        for name in ("identity_map", "id_crosswalk"):
            run.engine.read_parquet(f"prev_{name}", [run.store.path(ref) for ref in run.parent.tables[name]])
        previous = PreviousIdentity("prev_identity_map", "prev_id_crosswalk")
    saved = run.workspace.root / "pipelines/identity/model.json"
    model = saved if saved.is_file() else run.store.data / (run.model or run.relative(run.artefacts / "model.json"))
    summary = resolve(
        run.engine,
        run.workspace.identity,
        as_of=run.as_of,
        run_id=run.run_id,
        model_path=model,
        previous=previous,
        decisions=decisions_frame(run.decisions),
    )
    if model.is_file() and model != saved:
        run.model = run.relative(model)
    for name, order in (
        ("identity_map", "record_id"),
        ("identity_edges", "edge_id"),
        ("id_crosswalk", "all"),
        ("identifiers", "identifier_value, identifier_type, customer_id"),
        ("customers", "customer_id"),
        ("blocked_identifiers", "all"),
        ("request_phones", "all"),
        ("usable_identifiers", "record_id, identifier_type, identifier_value"),
    ):
        run.put(name, order)
    run.counts.update({name: value for name, value in summary.as_dict().items() if name != "seconds"})
    run.counts["customers"] = summary.customers - summary.anonymous_customers
    LOG.info("%s", summary)
    if summary.model not in {"trained", "loaded"}:
        run.warn(f"identity: {summary.model_reason}")
    least = run.workspace.nightly.minimum_continuity
    if summary.continuity is not None and summary.continuity < least:
        raise IdentityError(
            f"only {summary.continuity:.1%} of known records keep their customer id (at least {least:.0%} must)",
            "look at what changed in pipelines/identity, or lower minimumContinuity in pipelines/nightly.yaml",
        )


def profile(run: Run) -> None:
    """Canonical facts and customers → profiles."""
    run.use(*run.workspace.canonical(), *(item.table for item in made_by("identity")), "request_phones")
    summary = build_profiles(
        run.engine,
        run.workspace.profile,
        as_of=run.as_of,
        currency=run.workspace.config.currency,
        business_date=run.date,
    )
    for table in made_by("profiles"):
        run.put(table.table, table.order)
    for words in summary.doubts:
        run.warn(words)
    run.counts["profiles"] = summary.count_profiles
    run.counts["profiles_with_orders"] = summary.count_with_orders
    run.counts["erasure_requested"] = summary.count_erasure_requested
    run.counts["erasure_unmatched"] = summary.count_erasure_unmatched
    if summary.erasure_unmatched:
        named = ", ".join(summary.erasure_unmatched[:10]) + (", …" if summary.count_erasure_unmatched > 10 else "")
        run.warn(f"{summary.count_erasure_unmatched} erasure requests match no customer: {named}")


def segment(run: Run) -> None:
    """Profiles and facts → members of every segment, with validity dates."""
    run.use(*run.workspace.canonical(), *(item.table for item in (*made_by("identity"), *made_by("profiles"))))
    has_previous = bool(run.parent and run.parent.tables.get("segment_memberships"))
    if run.parent and has_previous:
        refs = run.parent.tables["segment_memberships"]
        run.engine.read_parquet("prev_segment_memberships", [run.store.path(ref) for ref in refs])
    summary = build_segments(
        run.engine, run.workspace.segments, as_of=run.as_of, business_date=run.date, previous=has_previous
    )
    for table in made_by("segments"):
        run.put(table.table, table.order)
    run.counts["segments"] = dict(sorted(summary.count_members.items()))
    run.counts["segment_members_entered"] = summary.count_entered
    run.counts["segment_members_left"] = summary.count_left


STAGES: tuple[tuple[str, Callable[[Run], None]], ...] = (
    ("land", land),
    ("gate", gate),
    ("map", map_feeds),
    ("identity", identify),
    ("profiles", profile),
    ("segments", segment),
    ("verdict", verdict),
    ("publish", publish),
)
