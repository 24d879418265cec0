"""One run at a time per workspace."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdp.errors import LockedError


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the workspace; the kernel frees it when the process dies. Raises ``LockedError``."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LockedError(
                f"another run holds {data}", "wait for it to end; 'cdp runs list' shows what has been published"
            ) from error
        yield
