"""Files that replace what earlier files of their feed said, so that rows they no longer hold are taken back.

What a file replaces is its scope: the rows of files of the same name, the rows of its own days, or all rows. A row of
the scope is taken back when the file has no row of its key, refused ones included, unless it is newer than everything
in the file. A file without a good row takes nothing back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.ingest.checks import quoted, text_list
from cdp.ingest.feed import Feed
from cdp.ingest.ledger import FileLedger

_PACKED = {".gz", ".zip", ".zst"}


@dataclass(frozen=True)
class Scope:
    """What one file replaces.

    ``files`` are the ids of the files whose rows it replaces, ``None`` for any. ``column`` narrows it to rows that
    agree with the file's in that column. ``landed`` holds the feed's landed rows.
    """

    files: tuple[str, ...] | None = None
    column: str | None = None
    landed: tuple[Path, ...] = ()


def scope_of(
    feed: Feed, file: str, known: Mapping[tuple[str, str], FileLedger], landed: Sequence[Path]
) -> Scope | None:
    """The scope of a delivered file; ``None`` when its feed restates nothing."""
    rule = feed.restates
    if rule is None:
        return None
    if rule.by == "column":
        return Scope(column=rule.column, landed=tuple(landed))
    if rule.by == "all":
        return Scope()
    own = scope_name(file, rule.pattern)
    files = [file_id for (name, file_id), ledger in known.items() if name == feed.feed]
    return Scope(tuple(f for f in files if scope_name(known[feed.feed, f].file, rule.pattern) == own))


def scope_name(file: str, pattern: str | None) -> str:
    """What files that restate each other have in common: their path below the inbox, or what the pattern finds there.

    Where the pattern has a group, that group.
    """
    below = PurePosixPath(file.partition("/")[2])
    plain = str(below.with_suffix("") if below.suffix.lower() in _PACKED else below)
    found = re.search(pattern, plain) if pattern else None
    if found is None:
        return plain
    return found.group(1) if found.re.groups and found.group(1) is not None else found.group()


def find_withdrawn(engine: Engine, contract: Contract, scope: Scope | None) -> int:
    """Make ``withdrawn`` (``_file_id``, ``_row``): current rows that the file at hand takes back; gives their number.

    Without a scope there is no such table. Needs ``incoming``, ``refused_keys`` and ``current_rows``.
    """
    if scope is None or not engine.scalar("select count(*) from incoming"):
        return 0
    of_scope, joined = "true", ""
    if scope.files is not None:
        of_scope = f"list_contains({text_list(scope.files)}, c._file_id)"
    if scope.column is not None and scope.landed:
        engine.read_parquet("scope_rows", scope.landed)
        joined = "inner join scope_rows as l on c._file_id = l._file_id and c._row = l._row"
        of_scope = f"{scope_value(contract, scope, 'l.')} in (select _scope from incoming)"
    rows = engine.create_table(
        "withdrawn",
        f"""
        select c._file_id, c._row
        from current_rows as c {joined}
        where {of_scope}
            and c._key not in (select _key from incoming union all select _key from refused_keys)
            and coalesce(c._version <= (select max(_version) from incoming), true)
        """,
    )
    engine.drop("scope_rows")
    return rows


def scope_value(contract: Contract, scope: Scope | None, of: str = "") -> str:
    """SQL of a row's text in the column that narrows the scope; of a time its day; null where none does."""
    if scope is None or scope.column is None:
        return "null"
    kind = contract.find(scope.column).logical_type
    return of + quoted(scope.column) + ("::date::varchar" if kind in {"date", "timestamp"} else "::varchar")
