"""Which code this is, so that no run goes on with what other code has left half done."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path


@cache
def code_signature() -> str:
    """A digest of every module and SQL step of the installed package; the same wherever it is installed."""
    root = Path(__file__).parents[1]
    digest = sha256()
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.suffix in {".py", ".sql"} and inside.parts[0] != "_reference":
            digest.update(f"{inside.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
