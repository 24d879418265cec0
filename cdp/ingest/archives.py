"""Members of zip archives, by name: which there are, and which are refused before a byte of them is read.

Members are only ever streamed, never unpacked to a path of their own choosing.
"""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from cdp.errors import IngestError

MOST_MEMBERS = 10_000
_HIDDEN = (".", "__MACOSX")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def is_archive(path: Path) -> bool:
    """Whether a file begins as zip archives do."""
    with path.open("rb") as stream:
        return stream.read(4) in _ZIP


def files_of(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Every member that is a file, hidden ones left out.

    Raises ``IngestError`` when one is a link, lies outside of the archive's own folder or stands there twice:
    such an archive was not made by an export.
    """
    found = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if len(found) > MOST_MEMBERS:
        raise IngestError(f"{name} holds {len(found)} members", f"at most {MOST_MEMBERS} are read from one archive")
    for info in found:
        member = info.filename
        parts = _parts(member)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise IngestError(f"{name}: {member} is a link", "ask the source to pack the file itself")
        if not parts or ".." in parts or parts[0] == "/" or parts[0].endswith(":"):
            raise IngestError(f"{name}: {member!r} leads out of the archive", "ask the source to pack it without paths")
    counted = Counter(info.filename for info in found)
    for member in sorted(member for member, count in counted.items() if count > 1):
        raise IngestError(f"{name} holds {member} twice", "ask the source to pack it once")
    return [info for info in found if not any(part.startswith(_HIDDEN) for part in _parts(info.filename))]


def _parts(member: str) -> tuple[str, ...]:
    return PurePosixPath(member.replace("\\", "/")).parts


def members(path: Path) -> list[str]:
    """Names of the files in an archive. Raises ``IngestError`` for one that must not or cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [info.filename for info in files_of(archive, path.name)]
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise IngestError(f"{path.name}: {error}", "ask the source to deliver it again") from error


def is_wanted(member: str, patterns: Iterable[str]) -> bool:
    """Whether a member's path or bare name is, or fits, one of the globs."""
    bare = PurePosixPath(member).name
    return any(member == pattern or fnmatchcase(member, pattern) or fnmatchcase(bare, pattern) for pattern in patterns)
