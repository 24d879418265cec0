"""Identifier values that people of several families share: proposed for blocking, with the evidence."""

from __future__ import annotations

import json
import shlex
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cdp.engines import Engine, open_engine
from cdp.identity.identifier_graph import make
from cdp.identity.names import register_names
from cdp.identity.settings import IdentitySettings

_LEAST_FAMILIES = 3  # of a mailbox or number; two are flatmates, or an owner after another
_ROLES = (
    "info", "office", "contact", "kontakt", "sales", "vertrieb", "admin", "team", "hello", "hallo", "service",
    "support", "shop", "orders", "bestellung", "einkauf", "purchasing", "reception", "empfang", "accounts",
    "accounting", "buchhaltung", "enquiries", "mail", "post", "post-office", "hr", "verwaltung", "sekretariat",
)  # fmt: skip
_SHARED = """
select identifier_type, identifier_value
from held
group by identifier_type, identifier_value
having count(distinct record_id) >= 2
"""
_COUNTED = """
select
    held.identifier_type,
    held.identifier_value,
    count(distinct held.record_id) as records,
    count(distinct mapped.customer_id) as customers,
    count(distinct names.name_key) as names,
    count(distinct substr(names.first_std, 1, 1)) as initials,
    count(distinct names.last_std) as families,
    count(distinct mails.identifier_value) filter (where mails.identifier_value <> held.identifier_value) as emails,
    count(distinct records.birth_date) as birth_dates,
    min(held.first_seen_at) as first_seen_at,
    max(held.last_seen_at) as last_seen_at
from held
inner join shared
    on held.identifier_type = shared.identifier_type and held.identifier_value = shared.identifier_value
inner join identity_records as records on held.record_id = records.record_id
left join mapped on held.record_id = mapped.record_id
left join record_names as names on held.record_id = names.record_id
left join held as mails on held.record_id = mails.record_id and mails.identifier_type = 'email'
group by held.identifier_type, held.identifier_value
order by families desc, records desc, held.identifier_type, held.identifier_value
"""


@dataclass(frozen=True)
class SharedValue:
    """One value with the counts that speak for blocking it; ``emails`` are others than the value itself."""

    identifier_type: str
    identifier_value: str
    reason: str
    records: int
    customers: int
    names: int
    families: int
    emails: int
    birth_dates: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None

    @property
    def command(self) -> str:
        """What blocks it."""
        return f"cdp identity block {self.identifier_type} {shlex.quote(self.identifier_value)}"

    @property
    def yaml(self) -> str:
        """What blocks it under ``blocked`` in the settings."""
        return f"- {{type: {self.identifier_type}, value: {json.dumps(self.identifier_value)}}}"

    def as_document(self) -> dict[str, Any]:
        """Plain values, with the lines to paste."""
        return {**asdict(self), "command": self.command, "yaml": self.yaml}


@dataclass(frozen=True)
class RunRecords:
    """Parquet files of a run's ``identity_records``, ``usable_identifiers`` and ``identity_map``.

    The latter two may be kept in parts, with a list of rows that are gone.
    """

    records: tuple[Path, ...]
    identifiers: tuple[Path, ...]
    identity_map: tuple[Path, ...]
    identifiers_gone: Path | None = None
    identity_map_gone: Path | None = None

    @property
    def is_there(self) -> bool:
        """Whether all of it is still kept."""
        parts = (self.records, self.identifiers, self.identity_map)
        return all(parts) and all(file.is_file() for part in parts for file in part)


def propose_blocks(kept: RunRecords, settings: IdentitySettings) -> list[SharedValue]:
    """Values in use that names of several families share, and role mailboxes (``info@``) of two; most names first.

    They stay below the limits beyond which a run blocks by itself; whether a value is a desk's or a large family's is
    for a person to say.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine("duckdb", temp_dir=Path(folder))
        try:
            return _propose(engine, kept, settings)
        finally:
            engine.close()


def _propose(engine: Engine, kept: RunRecords, settings: IdentitySettings) -> list[SharedValue]:
    engine.read_parquet("held", list(kept.identifiers), kept.identifiers_gone)
    engine.read_parquet("all_records", list(kept.records))
    engine.read_parquet("mapped", list(kept.identity_map), kept.identity_map_gone)
    engine.create_table("shared", _SHARED)
    concerned = "select held.record_id from held inner join shared using (identifier_type, identifier_value)"
    engine.create_table("identity_records", f"select * from all_records where record_id in ({concerned})")
    engine.create_table("record_identifiers", f"select * from held where record_id in ({concerned})")
    register_names(engine, settings.nicknames, settings.placeholder_names)
    make(engine, "record_names")
    found: list[SharedValue] = []
    for kind, value, records, customers, names, initials, families, *rest in engine.rows(_COUNTED):
        if reason := _reason(str(kind), str(value), int(initials), int(families)):
            found.append(
                SharedValue(kind, value, reason, int(records), int(customers), int(names), int(families), *rest)
            )
    return found


def _reason(kind: str, value: str, initials: int, families: int) -> str:
    if families >= _LEAST_FAMILIES and initials >= _LEAST_FAMILIES:
        return f"{families} family names share it"
    if kind == "email" and families >= 2 and value.partition("@")[0] in _ROLES:
        return "a role's mailbox, under two family names"
    return ""
