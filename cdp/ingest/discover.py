"""Find the files of an inbox and say which feed each belongs to."""

from __future__ import annotations

import hashlib
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


def discover(inbox: Path, feeds: Iterable[Feed]) -> list[Delivery]:
    """Every file below ``inbox``, in delivery order (natural order of the paths).

    Hidden files are left out. A file that two feeds claim is a ``UsageError``, as is a missing inbox.
    """
    root = inbox.resolve()
    if not root.is_dir():
        raise UsageError(f"there is no inbox folder {inbox}", "name an existing folder with --inbox")
    feeds = list(feeds)
    found: list[Delivery] = []
    for path in sorted(root.rglob("*"), key=lambda item: natural_key(item.relative_to(root).as_posix())):
        below = PurePosixPath(path.relative_to(root).as_posix())
        if not path.is_file() or any(part.startswith(".") for part in below.parts):
            continue
        claims = [feed.feed for feed in feeds if _matches(below, feed.files)]
        if len(claims) > 1:
            raise UsageError(
                f"{root.name}/{below} is claimed by two feeds: {', '.join(claims)}",
                "narrow the globs under files: in their feed.yaml",
            )
        feed = claims[0] if claims else None
        file_id = content_hash(path) if feed else ""
        found.append(Delivery(path, f"{root.name}/{below}", feed, file_id, path.stat().st_size))
    return found
