"""Find the files of an inbox and say which feed each belongs to."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from cdp.contracts import Contract
from cdp.errors import IngestError, UsageError
from cdp.ingest.archives import is_archive, is_wanted, members
from cdp.ingest.feed import Feed

_BLOCK = 1 << 20
STILL_WRITTEN = "it is still being written, and left for the next run"
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Delivery:
    """One file of the inbox, or one member of a zip archive in it.

    ``name`` is the inbox folder's name plus the path below it, and the path inside the archive for a member.
    ``trouble`` says why it cannot be read in this run; then ``file_id`` is empty. ``stamp`` is the file's state when
    it was found.
    """

    path: Path
    name: str
    feed: str | None
    file_id: str
    size: int
    trouble: str = ""
    member: str | None = None
    stamp: tuple[int, ...] = ()

    def is_unchanged(self) -> bool:
        """Whether nobody has written to the file, or taken it away, since it was found."""
        try:
            return stamp_of(self.path) == self.stamp
        except OSError:
            return False


def stamp_of(path: Path) -> tuple[int, ...]:
    """What changes when somebody writes to a file: its node, size, times."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def by_path(
    deliveries: Iterable[Delivery], feeds: Mapping[str, Feed], contracts: Mapping[str, Contract]
) -> list[Delivery]:
    """The deliveries, equal bytes told apart where a column of the contract stands in the path: their rows differ."""
    return [_by_path(item, contracts[feeds[item.feed].contract]) if item.feed else item for item in deliveries]


def _by_path(delivery: Delivery, contract: Contract) -> Delivery:
    told = [item.in_path(delivery.name) for item in contract.properties if item.from_path]
    if not told or not delivery.file_id:
        return delivery
    text = "\n".join([delivery.file_id, *told])
    return replace(delivery, file_id=hashlib.sha256(text.encode()).hexdigest())


def _member_id(file_id: str, member: str | None) -> str:
    return file_id if member is None else hashlib.sha256(f"{file_id}/{member}".encode()).hexdigest()


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which ``part_2`` comes before ``part_10``."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in _DIGITS.split(name) if part]


def _matches(below: PurePosixPath, patterns: Iterable[str]) -> bool:
    return any(below.match(pattern) for pattern in patterns)


def _shown(name: str) -> str:
    """A path that can be printed and stored on one line, whatever bytes the file system holds."""
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in decoded)


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    """Everything that is no folder, hidden things left out; of what cannot be listed or read, why."""
    failed: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=failed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*links, *files):
            if not name.startswith("."):
                path = Path(folder) / name
                yield path, _oddity(path)
    for error in failed:
        yield Path(error.filename), f"the folder cannot be listed: {error.strerror}"


def _oddity(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISLNK(mode):
        return "it is a link, and links are not followed"
    return "" if stat.S_ISREG(mode) else "it is no regular file"


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
    for path, oddity in sorted(_below(root), key=lambda item: natural_key(item[0].relative_to(root).as_posix())):
        below = PurePosixPath(path.relative_to(root).as_posix())
        name = _shown(f"{root.name}/{below}")
        claims = [] if oddity else [feed for feed in feeds if _matches(below, feed.files)]
        try:
            is_unpacked = any(feed.members for feed in claims) and is_archive(path)
            found += (
                _members(path, name, claims) if is_unpacked else [_delivery(path, name, _only(name, claims), oddity)]
            )
        except OSError as error:
            found.append(Delivery(path, name, None, "", 0, f"cannot be read: {error.strerror}"))
    return found


def _hashed(path: Path) -> tuple[str, tuple[int, ...], str]:
    """Content hash, stamp, and trouble when the file is being written."""
    before = stamp_of(path)
    content = content_hash(path)
    if stamp_of(path) != before:
        return "", before, STILL_WRITTEN
    return content, before, ""


def _only(name: str, claims: list[Feed]) -> str | None:
    if len(claims) > 1:
        raise UsageError(
            f"{name} is claimed by two feeds: {', '.join(feed.feed for feed in claims)}",
            "narrow the globs under files: or member: in their feed.yaml",
        )
    return claims[0].feed if claims else None


def _delivery(path: Path, name: str, feed: str | None, trouble: str) -> Delivery:
    if feed is None:
        return Delivery(path, name, None, "", path.lstat().st_size if not trouble else 0, trouble)
    file_id, stamp, trouble = _hashed(path)
    return Delivery(path, name, feed, file_id, stamp[2], trouble, stamp=stamp)


def _members(path: Path, name: str, claims: list[Feed]) -> list[Delivery]:
    """Each member with the feed that wants it; a feed gets what it misses by its pattern, for the reader to refuse."""
    archive_id, stamp, trouble = _hashed(path)
    if trouble:
        return [Delivery(path, name, claims[0].feed, "", stamp[2], trouble, stamp=stamp)]

    def one(feed: str | None, member: str) -> Delivery:
        file_id = _member_id(archive_id, member)
        return Delivery(path, _shown(f"{name}/{member}"), feed, file_id, stamp[2], member=member, stamp=stamp)

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
