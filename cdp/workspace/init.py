"""Make a new workspace: a copy of the reference workspace, without the engine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from cdp.errors import NotFoundError, UsageError

PARTS = ("cdp.toml", "pipelines", "schemas", "data/sample")

_GITIGNORE = """\
/data/*
!/data/sample/
"""

_README = """\
# A customer data platform workspace

| where | what |
|---|---|
| `cdp.toml` | name, time zone, currency, inbox, retention |
| `pipelines/feeds/<feed>/` | one recurring export: `feed.yaml` and one SQL mapping per table |
| `pipelines/identity/`, `profile.yaml`, `nightly.yaml` | matching, golden record, gates |
| `pipelines/segments/*.yaml` | one file per segment |
| `schemas/exports/`, `schemas/tables/` | contracts: what exports promise, what our tables hold |
| `data/sample/` | small, fictional exports of two nights, with their truth |
| `data/` (not in git) | everything that runs make |

Try it on the sample, then point `inbox` in `cdp.toml` at your own exports:

    cdp check
    cdp run --inbox data/sample/inbox/night1 --date 2026-05-31
    cdp run --inbox data/sample/inbox/night2 --date 2026-06-01
    cdp segment list
"""


_EMPTY_README = """\
# A customer data platform workspace

Exports go into `data/inbox`. Make a feed of each:

    cdp feed add data/inbox/FILE           # drafts a feed from an unknown export
    cdp feed presets                       # lists ready feeds: cdp feed add --preset NAME
    cdp feed check FEED                    # shows what becomes of the rows
    cdp run
    cdp query "select * from profiles"

| where | what |
|---|---|
| `cdp.toml` | name, time zone, currency, inbox, retention |
| `pipelines/feeds/<feed>/` | one recurring export: `feed.yaml` and one SQL mapping per table |
| `pipelines/identity/`, `profile.yaml`, `nightly.yaml` | matching, golden record, gates |
| `pipelines/segments/*.yaml` | one file per segment |
| `schemas/exports/`, `schemas/tables/` | contracts: what exports promise, what our tables hold |
| `data/` (not in git) | exports, and everything that runs make |
"""
_EMPTY_CONFIG = """\
# The workspace marker. Everything here has a default; 'cdp check' tells what is allowed.
name = "{name}"
time_zone = "UTC"
currency = "EUR"
inbox = "data/inbox"
"""


def reference_root() -> Path:
    """Where the reference workspace lies: inside an installed package, or around a checkout's."""
    package = Path(__file__).resolve().parent.parent
    for root in (package / "_reference", package.parent):
        if all((root / part).exists() for part in PARTS):
            return root
    raise NotFoundError(
        "the reference workspace is not part of this installation",
        "install the wheel of omnichannel-cdp again, or run from a complete checkout",
    )


def init_workspace(folder: Path, *, empty: bool = False) -> Path:
    """Copy the reference workspace into ``folder``, which must be empty or new; gives its full path.

    ``empty``: without its feeds, segments and sample, for exports of one's own. Raises ``UsageError`` when the folder
    holds anything.
    """
    target = folder.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not an empty folder", "choose a new or an empty one; nothing was changed")
    root = reference_root()
    target.mkdir(parents=True, exist_ok=True)
    if empty:
        return _without_feeds(root, target)
    for part in PARTS:
        source, copy = root / part, target / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", ".DS_Store"))
        else:
            shutil.copyfile(source, copy)
    (target / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
    (target / "README.md").write_text(_README, encoding="utf-8")
    return target


def _without_feeds(root: Path, target: Path) -> Path:
    for folder in ("pipelines/feeds", "pipelines/segments", "schemas/exports", "data/inbox"):
        (target / folder).mkdir(parents=True)
    for folder in ("schemas/tables", "schemas/json"):
        shutil.copytree(root / folder, target / folder)
    for path in sorted((root / "pipelines").iterdir()):
        if path.is_dir() and path.name not in {"feeds", "segments", "presets"}:
            shutil.copytree(path, target / "pipelines" / path.name)
        elif path.is_file():
            (target / "pipelines" / path.name).write_text(_without_sources(path), encoding="utf-8")
    (target / "cdp.toml").write_text(_EMPTY_CONFIG.format(name=target.name.replace('"', "")), encoding="utf-8")
    (target / ".gitignore").write_text("/data/*\n", encoding="utf-8")
    (target / "README.md").write_text(_EMPTY_README, encoding="utf-8")
    return target


def _without_sources(path: Path) -> str:
    """A settings file that names no feed: where sources have ranks, the latest wins instead."""
    return re.sub(
        r"policy: source_priority\n    sources: \[[^\]]*\]", "policy: most_recent", path.read_text(encoding="utf-8")
    )
