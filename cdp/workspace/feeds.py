"""Put feeds into a workspace: drafted ones, and presets, which are ready feeds for systems that people have."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from cdp.contracts import Strict, load_document
from cdp.contracts.editors import with_schema_line
from cdp.contracts.model import ColumnName
from cdp.errors import NotFoundError, UsageError, WorkspaceError
from cdp.ingest.feed import Feed
from cdp.workspace.config import WorkspaceConfig
from cdp.workspace.init import reference_root

PRESETS = "pipelines/presets"


class PresetSettings(Strict):
    """preset.yaml: what a preset is for, and the words in it that an own workspace may want to change."""

    preset: str = Field(description="name; the same as the folder's", pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(description="system and export, as their users call them")
    description: str = Field(description="what the feed delivers, in a sentence")
    export: str = Field(description="where in the system the export is made")
    feed: ColumnName = Field(description="name of the feed; --name replaces the word in every file")
    time_zone: str | None = Field(
        default=None, alias="timeZone", description="zone written in the files; --time-zone replaces the word"
    )
    currency: str | None = Field(
        default=None, description="currency written in the files; --currency replaces the word"
    )
    spare_tables: tuple[ColumnName, ...] = Field(
        default=(),
        alias="spareTables",
        description="tables that are left out where another feed than a till already brings orders",
    )

    @property
    def has_own_zone(self) -> bool:
        """Whether the export writes times in a zone that the company chooses; others always write UTC."""
        return self.time_zone not in {None, "UTC"}


@dataclass(frozen=True)
class Preset:
    """A ready feed: its settings, and the folder that holds feed.yaml, contract.yaml, SQL, sample and expected rows."""

    settings: PresetSettings
    folder: Path


def presets(root: Path | None) -> dict[str, Preset]:
    """Presets by name: those of the workspace, and those that the product ships."""
    found: dict[str, Preset] = {}
    for base in (reference_root(), *([root] if root else [])):
        for path in sorted((base / PRESETS).glob("*/preset.yaml")):
            settings, faults = load_document(path, PresetSettings)
            if settings is None:
                raise WorkspaceError("\n".join(map(str, faults)), "mend the preset")
            found[settings.preset] = Preset(settings, path.parent)
    return dict(sorted(found.items()))


def find_preset(root: Path | None, name: str) -> Preset:
    """The preset called ``name``. Raises ``NotFoundError`` that lists what there is."""
    known = presets(root)
    if name not in known:
        raise NotFoundError(f"there is no preset {name!r}", f"presets are: {', '.join(known)}")
    return known[name]


def rendered(
    preset: Preset, *, name: str | None = None, zone: str | None = None, currency: str | None = None,
    globs: Sequence[str] = (), without: Collection[str] = (),
) -> dict[str, str]:  # fmt: skip
    """A preset's feed as texts by path in the workspace, with the words replaced that the options name.

    ``without`` are tables that it leaves out.
    """
    settings = preset.settings
    feed = name or settings.feed
    swaps = [(settings.feed, feed)]
    swaps += [(settings.time_zone, must_be_zone(zone))] if settings.time_zone and zone else []
    swaps += [(settings.currency, currency)] if settings.currency and currency else []

    def own(path: Path) -> str:
        content = path.read_text(encoding="utf-8")
        for old, new in swaps:
            content = re.sub(rf"(?<![\w/]){re.escape(old)}(?![\w/])", new, content)
        return content

    settled = _with_globs(own(preset.folder / "feed.yaml"), globs)
    for table in without:
        settled = settled.replace(f"\n  - {table}\n", "\n")
    files = {f"pipelines/feeds/{feed}/feed.yaml": settled}
    files[f"schemas/exports/{feed}.yaml"] = own(preset.folder / "contract.yaml")
    for path in sorted(path for path in preset.folder.glob("*.sql") if path.stem not in without):
        files[f"pipelines/feeds/{feed}/{path.name}"] = own(path)
    return files


def online_orders_elsewhere(root: Path, feed: str) -> list[str]:
    """Other feeds that bring orders which are not those of a till."""
    found = sorted((root / "pipelines/feeds").glob("*/orders.sql"))
    return [
        path.parent.name
        for path in found
        if path.parent.name != feed and "'store' as channel" not in path.read_text(encoding="utf-8")
    ]


def sound_feeds(root: Path) -> dict[str, Feed]:
    """Feeds by name whose feed.yaml can be read, whatever is wrong elsewhere in the workspace."""
    found = (load_document(path, Feed)[0] for path in sorted((root / "pipelines/feeds").glob("*/feed.yaml")))
    return {feed.feed: feed for feed in found if feed is not None}


def _with_globs(content: str, globs: Sequence[str]) -> str:
    if not globs:
        return content
    listed = "files:\n" + "".join(f"  - '{glob}'\n" for glob in globs)
    return re.sub(r"^files:\n(?:  - .*\n)+", lambda _: listed, content, flags=re.MULTILINE)


def config_of(root: Path) -> WorkspaceConfig:
    """What cdp.toml says, without looking at the rest of the workspace; defaults where it is faulty."""
    try:
        return WorkspaceConfig.model_validate(tomllib.loads((root / "cdp.toml").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return WorkspaceConfig(name=root.name)


def must_be_zone(zone: str) -> str:
    """The zone, when there is one of that name. Raises ``UsageError``."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"{zone!r} is not a time zone", "e.g. UTC, Europe/London, America/New_York") from error
    return zone


def place_feed(root: Path, feed: str, texts: Mapping[str, str], *, force: bool) -> list[Path]:
    """Write a feed's files into the workspace.

    Raises ``UsageError`` for a bad name, and when there is such a feed and ``force`` is not set.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", feed):
        raise UsageError(f"{feed!r} is no name for a feed", "small letters, digits and _, e.g. till_receipts")
    there = [path for path in texts if (root / path).exists()]
    if there and not force:
        raise UsageError(
            f"there is a feed {feed} already ({there[0]})",
            "choose another name with --name, or overwrite it with --force",
        )
    written = []
    for path, content in texts.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(with_schema_line(path, content), encoding="utf-8")
        written.append(target)
    for stray in sorted((root / f"pipelines/feeds/{feed}").glob("*.sql")):
        if stray not in written:
            stray.unlink()
    return written
