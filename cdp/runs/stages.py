"""The stages of a run, in order. Each reads tables, makes tables, and can be repeated."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from cdp.contracts.published import made_by
from cdp.ingest.landing import Landing
from cdp.ingest.ledger import FileLedger, FileStatus
from cdp.ingest.mapping import map_feed
from cdp.ingest.stage import HELD, UNCLAIMED, LandingResult, land_inbox, new_deliveries
from cdp.ingest.versions import SUPERSEDED_COLUMNS
from cdp.measures import Moment, build_measures
from cdp.measures.attributes import segment_kinds
from cdp.profiles import build_profiles
from cdp.runs.context import LOG, Run
from cdp.runs.cut_files import perhaps_cut
from cdp.runs.gate import gate, keep_headers, left_out, verdict
from cdp.runs.identify import identify
from cdp.runs.ledgers import QUARANTINE, SOURCE_FILES, append, history, ledgers
from cdp.runs.publish import publish
from cdp.runs.reloads import must_be_whole, take_back
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
    landing = Landing(run.engine, run.as_of, run.run_id, workdir, run.store.data / "landed", left_out(run))
    known = ledgers(run) if run.reloads else []
    anew = take_back(run)
    before = history(run, anew)
    if new_deliveries(run.deliveries, before):
        run.judging.warm_up()
    result = land_inbox(
        landing,
        run.deliveries,
        run.workspace.feeds,
        run.workspace.contracts,
        before,
        lambda ledger, warnings: _tell(run, ledger, warnings, before.unknown),
    )
    if anew:
        must_be_whole(anew, known, result)
    for feed, paths in result.landed.items():
        refs = tuple(run.ref(path, feed) for path in paths)
        run.tables[f"landed.{feed}"] = (*run.tables.get(f"landed.{feed}", ()), *refs)
    keep_headers(run, result.headers)
    _tell_refused(run, result)
    _tell_held(run, result)
    for warning in perhaps_cut(before.ledgers.values(), result.ledgers):
        run.warn(warning)
    _count(run, result, anew)
    take_up(run, landing, before.ledgers.values(), result.ledgers)
    shutil.rmtree(workdir)
    run.tables["superseded_rows"] = (run.keep("superseded_rows", "select * from superseded_rows order by all"),)
    append(run, SOURCE_FILES, [ledger.as_row() for ledger in result.ledgers])
    append(run, QUARANTINE, [row.as_row() for row in result.quarantined])


def not_read(file: str, why: str) -> str:
    """What is told of a file that no feed reads."""
    return f"{file} {why or 'belongs to no feed'}: not read (add it to a feed, or to ignore in cdp.toml)"


def is_told(file: str, why: str, known: Collection[str]) -> bool:
    """Whether a file that no feed reads was told of by an earlier run; one that cannot be read is told of each time."""
    return file in known and "cannot be" not in why


def _tell(run: Run, ledger: FileLedger, warnings: Sequence[str], known: Collection[str]) -> None:
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
    if ledger.status is FileStatus.unknown and not is_told(ledger.file, ledger.message, known):
        run.warn(not_read(ledger.file, "" if ledger.message == UNCLAIMED else ledger.message))
    elif ledger.status is FileStatus.waiting and not ledger.message.startswith(HELD):
        run.warn(f"{ledger.file}: {ledger.message}")
    elif ledger.status is FileStatus.refused:
        run.warn(f"{ledger.file} was refused: {ledger.message}")
    elif ledger.message:
        LOG.info("%s: %s", ledger.file, ledger.message)
    for warning in warnings:
        run.warn(f"{ledger.file}: {warning}")


def _tell_refused(run: Run, result: LandingResult) -> None:
    """What was refused and is not dismissed, file by file."""
    counted = Counter(row.file for row in result.quarantined if row.digest not in run.dismissed)
    for file, count in counted.items():
        run.warn(f"{file}: {count} rows quarantined (see 'cdp quarantine list')")
    run.counts["rows_dismissed"] = len(result.quarantined) - counted.total()


def _tell_held(run: Run, result: LandingResult) -> None:
    for feed in sorted({item.feed for item in result.waiting if item.feed}):
        held = [item.file for item in result.waiting if item.feed == feed and item.message.startswith(HELD)]
        if held:
            run.warn(held_back(feed, held))


def held_back(feed: str, files: Sequence[str]) -> str:
    """What is told of files that wait behind one of their feed."""
    named = ", ".join(files[:3]) + (", …" if len(files) > 3 else "")
    wait = "1 later file waits" if len(files) == 1 else f"{len(files)} later files wait"
    return f"{feed}: {wait} behind the one that does not fit: {named}"


def _count(run: Run, result: LandingResult, anew: Collection[str]) -> None:
    known = [item for item in result.ledgers if item.feed]
    run.counts["files"] = len(known)
    run.counts["files_unknown"] = len(result.unknown)
    run.counts["files_refused"] = len(result.refused)
    run.counts["files_waiting"] = len(result.waiting)
    for name in ("read", "accepted", "quarantined", "duplicate", "superseded"):
        run.counts[f"rows_{name}"] = sum(getattr(item, f"rows_{name}") for item in known)
    run.counts["feeds_anew"] = sorted(anew)
    run.counts["lines_skipped"] = sum(item.lines_skipped or 0 for item in known)
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
    replaced = dict(run.engine.rows("select feed, count(*) from superseded_rows group by feed"))
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
        fingerprint = f"{plan.fingerprint(canonical)}-{replaced.get(feed, 0)}"
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


def profile(run: Run) -> None:
    """Canonical facts and customers → profiles."""
    run.use(*run.workspace.canonical(), *(item.table for item in made_by("identity")), "request_phones")
    summary = build_profiles(
        run.engine,
        run.workspace.profile,
        as_of=run.as_of,
        currency=run.workspace.config.currency,
        business_date=run.date,
        time_zone=run.workspace.config.time_zone,
    )
    _measure(run)
    for table in (*made_by("profiles"), *made_by("measures")):
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


def _measure(run: Run) -> None:
    """Measures widen profiles before they are handed on."""
    has_previous = bool(run.parent and run.parent.tables.get("kpis"))
    if run.parent and has_previous:
        run.engine.read_parquet("prev_kpis", [run.store.path(ref) for ref in run.parent.tables["kpis"]])
    summary = build_measures(
        run.engine,
        run.workspace.kpis,
        run.workspace.attributes,
        Moment(run.as_of, run.date, run.workspace.config.time_zone, run.workspace.config.currency),
        previous_kpis=has_previous,
    )
    run.counts["predictions"] = summary.count_predictions
    run.counts["recommendations"] = summary.count_recommendations
    run.counts["journeys"] = summary.count_journeys
    run.counts["kpis"] = summary.count_kpis
    for warning in summary.warnings:
        run.warn(warning)
    LOG.info("predictions: %s", summary.too_little or f"{summary.count_predictions}; {summary.back_test}")


def segment(run: Run) -> None:
    """Profiles and facts → members of every segment, with validity dates."""
    run.use(
        *run.workspace.canonical(),
        *(item.table for item in (*made_by("identity"), *made_by("profiles"), *made_by("measures"))),
    )
    has_previous = bool(run.parent and run.parent.tables.get("segment_memberships"))
    if run.parent and has_previous:
        refs = run.parent.tables["segment_memberships"]
        run.engine.read_parquet("prev_segment_memberships", [run.store.path(ref) for ref in refs])
    summary = build_segments(
        run.engine,
        run.workspace.segments,
        as_of=run.as_of,
        business_date=run.date,
        previous=has_previous,
        attributes=segment_kinds(run.workspace.attributes),
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
