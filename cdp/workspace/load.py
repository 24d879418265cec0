"""Find a workspace, read every file of it, report all faults at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from cdp.contracts import Contract, Fault, TableContract
from cdp.contracts.documents import validate_document
from cdp.errors import NotFoundError, StepError, WorkspaceError
from cdp.identity.settings import IdentitySettings
from cdp.ingest.feed import Feed
from cdp.ingest.mapping import FeedPlan, load_mapping, order_feeds
from cdp.measures.attributes import segment_kinds, widened
from cdp.measures.definitions import Attribute, KpiGroup
from cdp.profiles.settings import ProfileSettings
from cdp.segments import SegmentDefinition, faults_of_segment
from cdp.workspace.config import NightlySettings, WorkspaceConfig
from cdp.workspace.measures import read_attributes, read_kpis
from cdp.workspace.reader import Reader
from cdp.workspace.references import read_references

MARKER = "cdp.toml"


@dataclass(frozen=True)
class Workspace:
    """A loaded workspace: every file parsed and cross-checked."""

    root: Path
    config: WorkspaceConfig
    nightly: NightlySettings
    plans: tuple[FeedPlan, ...]
    contracts: Mapping[str, Contract]
    tables: Mapping[str, TableContract]
    identity: IdentitySettings
    profile: ProfileSettings
    attributes: tuple[Attribute, ...]
    kpis: tuple[KpiGroup, ...]
    segments: tuple[SegmentDefinition, ...]
    fingerprint: str

    @property
    def data(self) -> Path:
        """Where everything that runs make lies; git ignores it."""
        return self.root / "data"

    @property
    def inbox(self) -> Path:
        """The default inbox."""
        return self.root / self.config.inbox

    @property
    def feeds(self) -> dict[str, Feed]:
        """Feeds by name, in run order."""
        return {plan.feed.feed: plan.feed for plan in self.plans}

    def canonical(self) -> dict[str, TableContract]:
        """Contracts of the canonical tables by name."""
        return {name: table for name, table in self.tables.items() if table.layer == "canonical"}


def find_root(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` (default: here) that holds cdp.toml."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return folder
    raise NotFoundError(
        f"no workspace here: neither {here} nor a folder above holds {MARKER}",
        "make one with 'cdp init DIR', or name one with --workspace DIR",
    )


def _engine_version() -> str:
    try:
        return metadata.version("omnichannel-cdp")
    except metadata.PackageNotFoundError:
        return ""


def _config(reader: Reader) -> WorkspaceConfig | None:
    path = reader.root / MARKER
    reader.read.append(path)
    shown = path.relative_to(reader.root)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reader.faults.append(Fault(shown, getattr(error, "lineno", 1), "", f"not valid TOML: {error}"))
        return None
    lines: dict[tuple[str | int, ...], int] = {}
    section: tuple[str | int, ...] = ()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            section = tuple(line.strip().strip("[]").split("."))
            lines[section] = number
        elif "=" in line and not line.lstrip().startswith("#"):
            lines[(*section, line.split("=", 1)[0].strip().strip('"'))] = number
    config, faults = validate_document(shown, content, lines, WorkspaceConfig)
    reader.faults += faults
    return config


def _plans(
    reader: Reader, contracts: Mapping[str, tuple[Path, Contract]], tables: Mapping[str, TableContract]
) -> tuple[FeedPlan, ...]:
    plans: list[FeedPlan] = []
    canonical = {name for name, table in tables.items() if table.layer == "canonical"}
    described = {path.stem for path in (reader.root / "schemas/tables").glob("*.yaml")} - tables.keys()
    for path, feed in reader.load_all("pipelines/feeds", "*/feed.yaml", Feed, lambda item: item.feed).values():
        if feed.contract not in contracts:
            if (reader.root / f"schemas/exports/{feed.contract}.yaml").is_file():
                continue  # its own faults are told already
            allowed = ", ".join(sorted(contracts))
            reader.at(path, ("contract",), f"there is no contract {feed.contract!r} in schemas/exports", allowed)
            continue
        mappings = []
        for index, table in enumerate(feed.tables):
            if table in described:
                continue  # its own faults are told already
            if table not in canonical:
                message = f"{table!r} is not a canonical table"
                reader.at(path, ("tables", index), message, ", ".join(sorted(canonical)))
                continue
            try:
                mapping = load_mapping(feed, table, path.parent)
            except StepError as error:
                sql = path.parent / f"{table}.sql"
                if sql.is_file():
                    reader.in_sql(sql, error)
                else:
                    reader.at(path, ("tables", index), error.message, error.hint)
                continue
            reader.read.append(mapping.path)
            strange = sorted(mapping.reads - canonical - described - {feed.feed})
            if strange:
                lines = mapping.sql.splitlines()
                line = next((number for number, text in enumerate(lines, 1) if strange[0] in text), 1)
                message = f"reads {strange[0]!r}, which is neither the feed nor a canonical table"
                shown, allowed = mapping.path.relative_to(reader.root), ", ".join([feed.feed, *sorted(canonical)])
                reader.faults.append(Fault(shown, line, "", message, allowed))
                continue
            mappings.append(mapping)
        plans.append(FeedPlan(feed, contracts[feed.contract][1], tuple(mappings)))
    try:
        return tuple(order_feeds(plans))
    except StepError as error:
        reader.faults.append(Fault(Path("pipelines/feeds"), 0, "", error.message))
        return tuple(plans)


def _segments(
    reader: Reader, attributes: dict[str, tuple[Path, Attribute]]
) -> dict[str, tuple[Path, SegmentDefinition]]:
    found = reader.load_all("pipelines/segments", "*.yaml", SegmentDefinition, lambda item: item.name)
    added = segment_kinds([attribute for _, attribute in attributes.values()])
    for path, definition in found.values():
        for place, message in faults_of_segment(definition, added):
            reader.at(path, place, message)
    return found


def _strays(reader: Reader, plans: Sequence[FeedPlan]) -> None:
    """Files that look as if they counted, and do not."""
    for folder in ("pipelines/segments", "pipelines/kpis", "pipelines/attributes", "schemas/exports", "schemas/tables"):
        for path in sorted((reader.root / folder).glob("*.yml")):
            reader.at(path, (), "is not read", f"a name that ends in .yaml: {path.stem}.yaml")
    named = {plan.feed.feed: plan.feed.tables for plan in plans}
    for feed in sorted(path for path in (reader.root / "pipelines/feeds").glob("*") if path.is_dir()):
        if not (feed / "feed.yaml").is_file():
            shown = feed.relative_to(reader.root)
            reader.faults.append(Fault(shown, 0, "", "the folder has no feed.yaml", "a feed.yaml, or no folder"))
        for path in sorted(feed.glob("*.sql")) if feed.name in named else ():
            if path.stem not in named[feed.name]:
                reader.at(path, (), "is not read", "a name that stands under tables: in feed.yaml")


def _profile(reader: Reader) -> ProfileSettings | None:
    path = reader.root / "pipelines/profile.yaml"
    profile = reader.load(path, ProfileSettings)
    feeds = sorted(feed.parent.name for feed in reader.root.glob("pipelines/feeds/*/feed.yaml"))
    for place, feed in profile.feeds_named().items() if profile else ():
        if feed not in feeds:
            reader.at(path, place, f"there is no feed {feed!r} in pipelines/feeds", ", ".join(feeds))
    return profile


def _nightly(reader: Reader, plans: Sequence[FeedPlan]) -> NightlySettings | None:
    path = reader.root / "pipelines/nightly.yaml"
    nightly = reader.load(path, NightlySettings)
    contracts = {plan.feed.feed: plan.contract for plan in plans}
    columns = {item.name for contract in contracts.values() for item in contract.properties}
    for number, rule in enumerate(nightly.quality if nightly else ()):
        if rule.feed is not None and rule.feed not in contracts:
            message = f"there is no feed {rule.feed!r} in pipelines/feeds"
            reader.at(path, ("quality", number, "feed"), message, ", ".join(sorted(contracts)))
        elif rule.column is not None:
            known = {item.name for item in contracts[rule.feed].properties} if rule.feed else columns
            if rule.column not in known:
                where = f"the contract of {rule.feed}" if rule.feed else "any contract"
                message = f"there is no column {rule.column!r} in {where}"
                reader.at(path, ("quality", number, "column"), message, ", ".join(sorted(known)))
    return nightly


def check_workspace(root: Path, *, compiled: bool = True) -> tuple[Workspace | None, list[Fault]]:
    """Read a whole workspace. Gives every fault there is, and the workspace when there is none.

    ``compiled``: also bind all SQL against empty tables, which takes a second or two.
    """
    reader = Reader(root.resolve())
    config = _config(reader)
    contracts = reader.load_all("schemas/exports", "*.yaml", Contract, lambda item: item.name)
    found = reader.load_all("schemas/tables", "*.yaml", TableContract, lambda item: item.name)
    tables = {name: table for name, (_, table) in found.items()}
    plans = _plans(reader, contracts, tables)
    read_references(reader, plans, contracts, tables)
    nightly = _nightly(reader, plans)
    identity = reader.load(reader.root / "pipelines/identity/settings.yaml", IdentitySettings)
    profile = _profile(reader)
    attributes = read_attributes(reader, tables.get("profiles"))
    kpis = read_kpis(reader)
    segments = _segments(reader, attributes)
    _strays(reader, plans)
    if compiled:
        from cdp.workspace.compile import compile_faults

        faulty = {reader.root / fault.file for fault in reader.faults}
        sound = {path: item for path, item in segments.values() if path not in faulty}
        measures: dict[Path, Attribute | KpiGroup] = {
            path: item for path, item in attributes.values() if path not in faulty
        }
        measures.update((path, item) for path, item in kpis.values() if path not in faulty)
        complaints = compile_faults(dict(contracts.values()), dict(found.values()), plans, measures, sound)
        reader.faults += [Fault(path.relative_to(reader.root), line, "", told) for path, line, told in complaints]
    if reader.faults or not (config and nightly and identity and profile):
        return None, sorted(set(reader.faults))
    saved_model = reader.root / "pipelines/identity/model.json"
    if saved_model.is_file():
        reader.read.append(saved_model)
    digest = sha256(_engine_version().encode())
    for path in sorted(set(reader.read)):
        digest.update(path.relative_to(reader.root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return (
        Workspace(
            reader.root,
            config,
            nightly,
            plans,
            {name: contract for name, (_, contract) in contracts.items()},
            widened(tables, [item for _, item in attributes.values()]),
            identity,
            profile,
            tuple(item for _, item in attributes.values()),
            tuple(item for _, item in kpis.values()),
            tuple(item for _, item in segments.values()),
            digest.hexdigest()[:20],
        ),
        [],
    )


def load_workspace(start: Path | None = None, *, compiled: bool = False) -> Workspace:
    """Load the workspace at or above ``start``. Raises ``WorkspaceError`` listing every fault."""
    root = find_root(start)
    workspace, faults = check_workspace(root, compiled=compiled)
    if workspace is None:
        listed = "\n".join(f"  {fault}" for fault in faults)
        counted = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise WorkspaceError(f"{counted} in {root}:\n{listed}", "mend them, then 'cdp check'")
    return workspace
