"""Find the files of an inbox and say which feed each belongs to."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cdp.errors import IngestError, UsageError
from cdp.ingest.archives import is_archive, is_wanted, members
from cdp.ingest.feed import Feed

_BLOCK = 1 << 20
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Delivery:
    """One file of the inbox, or one member of a zip archive in it.

    ``name`` is the inbox folder's name plus the path below it, and the path inside the archive for a member.
    """

    path: Path
    name: str
    feed: str | None
    file_id: str
    size: int
    trouble: str = ""
    member: str | None = None

    def content_now(self) -> str:
        """``file_id`` as the file gives it at this moment."""
        return _member_id(content_hash(self.path), self.member)


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _member_id(file_id: str, member: str | None) -> str:
    return file_id if member is None else hashlib.sha256(f"{file_id}/{member}".encode()).hexdigest()


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

    Hidden files are left out; links are listed and never followed. A zip archive that a feed with ``member`` claims
    is told member by member. A file that cannot be opened belongs to no feed for now. A file or member that two feeds
    claim is a ``UsageError``, as is a missing inbox.
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
        claims = [] if path.is_symlink() else [feed for feed in feeds if _matches(below, feed.files)]
        try:
            is_unpacked = any(feed.members for feed in claims) and is_archive(path)
            found += _members(path, name, claims) if is_unpacked else [_delivery(path, name, _only(name, claims))]
        except OSError as error:
            found.append(Delivery(path, name, None, "", 0, f"cannot be read: {error.strerror}"))
    return found


def _only(name: str, claims: list[Feed]) -> str | None:
    if len(claims) > 1:
        raise UsageError(
            f"{name} is claimed by two feeds: {', '.join(feed.feed for feed in claims)}",
            "narrow the globs under files: or member: in their feed.yaml",
        )
    return claims[0].feed if claims else None


def _delivery(path: Path, name: str, feed: str | None) -> Delivery:
    return Delivery(path, name, feed, content_hash(path) if feed else "", path.lstat().st_size)


def _members(path: Path, name: str, claims: list[Feed]) -> list[Delivery]:
    """Each member with the feed that wants it; a feed gets what it misses by its pattern, for the reader to refuse."""
    archive_id, size = content_hash(path), path.lstat().st_size

    def one(feed: str | None, member: str) -> Delivery:
        return Delivery(path, _shown(f"{name}/{member}"), feed, _member_id(archive_id, member), size, member=member)

    try:
        inside = sorted(members(path), key=natural_key)
    except IngestError:
        inside = []
    found, served = [], set()
    for member in inside:
        wanting = [feed for feed in claims if is_wanted(member, feed.members or ("*",))]
        found.append(one(_only(f"{name}/{member}", wanting), member))
        served |= {feed.feed for feed in wanting}
    return found + [one(feed.feed, (*feed.members, "*")[0]) for feed in claims if feed.feed not in served]
