"""The manifest of a run lists, for every table, the files it consists of. Moving HEAD is the commit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cdp.errors import NotFoundError


def run_number(run_id: str) -> int:
    """Which run of the workspace it was."""
    return int(run_id.rsplit("-", 1)[-1])


def write_atomically(path: Path, content: str) -> None:
    """Replace a small file so that a reader, or a crash, sees the old or the new text and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


@dataclass(frozen=True)
class FileRef:
    """One parquet file of a table; ``path`` is relative to the data folder, ``sha256`` that of its bytes."""

    path: str
    rows: int
    feed: str | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Manifest:
    """Everything a finished run stands for."""

    run_id: str
    parent: str | None
    date: date
    as_of: datetime
    engine: str
    config: str
    tables: Mapping[str, tuple[FileRef, ...]]
    fingerprints: Mapping[str, str]
    published: str
    model: str | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    decisions: str = ""
    retried: int = 0
    """Number of the last ``cdp quarantine retry`` that was taken up."""
    reloaded: int = 0
    """Number of the last ``cdp feed reload`` that was taken up."""

    def dump(self) -> str:
        """JSON text; keys sorted, so that manifests can be compared."""
        content = asdict(self)
        content["date"], content["as_of"] = self.date.isoformat(), self.as_of.isoformat()
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    @classmethod
    def parse(cls, text: str) -> Manifest:
        """The manifest of a JSON text."""
        content = json.loads(text)
        content["date"] = date.fromisoformat(content["date"])
        content["as_of"] = datetime.fromisoformat(content["as_of"])
        content["tables"] = {name: tuple(FileRef(**ref) for ref in refs) for name, refs in content["tables"].items()}
        return cls(**content)


class Store:
    """The data folder of a workspace: manifests, artefacts, published files."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.manifests = data / "manifests"
        self.serve = data / "serve"
        self.current = self.serve / "current"

    def path(self, ref: FileRef) -> Path:
        """Absolute path of a table's file."""
        return self.data / ref.path

    def head(self) -> Manifest | None:
        """The manifest in force; ``None`` before the first run."""
        pointer = self.manifests / "HEAD"
        if not pointer.is_file():
            return None
        return self.read(pointer.read_text(encoding="utf-8").strip())

    def read(self, run_id: str) -> Manifest:
        """The manifest of a run. Raises ``NotFoundError``."""
        path = self.manifests / f"{run_id}.json"
        if not path.is_file():
            known = ", ".join(item.run_id for item in self.history()) or "none yet"
            raise NotFoundError(f"there is no run {run_id!r}", f"runs are: {known}")
        return Manifest.parse(path.read_text(encoding="utf-8"))

    def config_of(self, run_id: str) -> str | None:
        """Fingerprint of the workspace that a run used; ``None`` when its manifest is gone."""
        path = self.manifests / f"{run_id}.json"
        return Manifest.parse(path.read_text(encoding="utf-8")).config if path.is_file() else None

    def history(self) -> Iterator[Manifest]:
        """Every kept manifest, oldest first."""
        paths = sorted(self.manifests.glob("*.json"), key=lambda path: path.stem.rsplit("-", 1)[-1])
        for path in paths:
            yield Manifest.parse(path.read_text(encoding="utf-8"))

    def in_force(self) -> Iterator[Manifest]:
        """The run in force and those it was built on, newest first, as far as they are kept."""
        kept = {item.run_id: item for item in self.history()}
        current = self.head()
        while current is not None:
            yield current
            current = kept.get(current.parent or "")

    def next_run_id(self, business_date: date) -> str:
        """Business date and running number."""
        numbers = [int(path.stem.rsplit("-", 1)[-1]) for path in self.manifests.glob("*.json")]
        return f"{business_date.isoformat()}-{max(numbers, default=0) + 1:04d}"

    def commit(self, manifest: Manifest) -> None:
        """Put a manifest in force and show its published file to readers."""
        write_atomically(self.manifests / f"{manifest.run_id}.json", manifest.dump())
        self.point_to(manifest)

    def point_to(self, manifest: Manifest) -> None:
        """Move HEAD, then the symlink that readers follow."""
        write_atomically(self.manifests / "HEAD", manifest.run_id + "\n")
        self.show(manifest)

    def show(self, manifest: Manifest) -> None:
        """Let ``serve/current`` name the manifest's published file; a no-op when it does already."""
        if self.current.is_symlink() and self.current.readlink().name == manifest.published:
            return
        fresh = self.serve / "current.partial"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(manifest.published)
        fresh.replace(self.current)
