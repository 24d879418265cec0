"""What the operating system refused, told so that an operator knows what to do: rights, full disks."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from cdp.errors import CdpError

_RIGHTS = (errno.EACCES, errno.EPERM)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_AGAIN = "what is published stays in force, and the next run goes on from the last finished stage"
_SPACE = f"free some space ('cdp vacuum' drops old versions), then run again; {_AGAIN}"
_SAID = (
    (("No space left on device", "Disk quota exceeded"), _SPACE),
    (("Read-only file system",), f"have the file system mounted writable, then run again; {_AGAIN}"),
    (
        ("Permission denied", "Operation not permitted"),
        f"give the user who runs cdp the right to read and write there, then run again; {_AGAIN}",
    ),
)


def explained(error: OSError) -> CdpError | None:
    """The error in words, with the path, the right that is lacking and what to do; ``None`` for all other kinds."""
    place = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
    said = error.strerror or str(error)
    if error.errno in _RIGHTS:
        where, right = _lacking(place)
        return CdpError(
            f"no right to {right}: {said}",
            f"'ls -ld {where}' shows owner and mode; give the user who runs cdp that right, or run as the owner. On a "
            "file system with flags, 'lsattr -d' shows whether it may be changed at all",
        )
    if error.errno == errno.EROFS:
        return CdpError(f"{place or 'the folder'} lies on a read-only file system", _SAID[1][1])
    if error.errno in _FULL:
        return CdpError(f"the disk is full{f': {place}' if place else ''} ({said})", _SPACE)
    return None


def hint_for(message: str) -> str:
    """What to do about a message of the engine that says so of a file; empty for all others."""
    return next((hint for words, hint in _SAID if any(word in message for word in words)), "")


def _lacking(place: Path | None) -> tuple[str, str]:
    """Where a right is lacking, and which."""
    if place is None:
        return ".", "read or write a file of the workspace"
    if not os.path.lexists(place):
        return str(place.parent), f"make {place.name} in the folder {place.parent}"
    if place.is_dir():
        return str(place), f"list or change the folder {place}"
    if not os.access(place, os.R_OK):
        return str(place), f"read {place}"
    if not os.access(place, os.W_OK):
        return str(place), f"write {place}"
    return str(place.parent), f"replace or remove {place.name} in the folder {place.parent}"
