"""Find the files of an inbox and say which feed each belongs to."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cdp.errors import UsageError
from cdp.ingest.feed import Feed

_BLOCK = 1 << 20
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Delivery:
    """One file of the inbox. ``name`` is the inbox folder's name plus the path below it."""

    path: Path
    name: str
    feed: str | None
    file_id: str
    size: int
    trouble: str = ""


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which ``part_2`` comes before ``part_10``."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in _DIGITS.split(name) if part]


def _matches(below: PurePosixPath, patterns: Iterable[str]) -> bool:
    return any(below.match(pattern) for pattern in patterns)


def _shown(name: str) -> str:
    """A path that can be printed and stored, whatever bytes the file system holds."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def discover(inbox: Path, feeds: Iterable[Feed]) -> list[Delivery]:
    """Every file below ``inbox``, in delivery order (natural order of the paths).

    Hidden files are left out; links are listed and never followed. A file that cannot be opened belongs to no feed
    for now. A file that two feeds claim is a ``UsageError``, as is a missing inbox.
    """
    root = inbox.resolve()
    if not root.is_dir():
        raise UsageError(f"there is no inbox folder {inbox}", "name an existing folder with --inbox")
    feeds = list(feeds)
    found: list[Delivery] = []
    for path in sorted(root.rglob("*"), key=lambda item: natural_key(item.relative_to(root).as_posix())):
        below = PurePosixPath(path.relative_to(root).as_posix())
        if any(part.startswith(".") for part in below.parts) or (path.is_dir() and not path.is_symlink()):
            continue
        name = _shown(f"{root.name}/{below}")
        claims = [] if path.is_symlink() else [feed.feed for feed in feeds if _matches(below, feed.files)]
        if len(claims) > 1:
            raise UsageError(
                f"{name} is claimed by two feeds: {', '.join(claims)}",
                "narrow the globs under files: in their feed.yaml",
            )
        found.append(_delivery(path, name, claims[0] if claims else None))
    return found


def _delivery(path: Path, name: str, feed: str | None) -> Delivery:
    try:
        return Delivery(path, name, feed, content_hash(path) if feed else "", path.lstat().st_size)
    except OSError as error:
        return Delivery(path, name, None, "", 0, f"cannot be read: {error.strerror}")
