"""What a night leaves for the next one: how records, values, representatives and families looked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from cdp.engines import Engine
from cdp.identity.model import Model
from cdp.identity.settings import IdentitySettings

FORMAT = 3
STATE_TABLES = (
    "identity_state",
    "identity_state_records",
    "identity_state_values",
    "identity_state_representatives",
    "identity_state_blocks",
    "identity_state_phones",
    "identity_state_decisions",
)
CARRIED = (
    "identity_map",
    "identity_edges",
    "identifiers",
    "customers",
    "blocked_identifiers",
    "id_crosswalk",
    "usable_identifiers",
)
DECISION_KEY = "md5(concat_ws('|', decision_id, kind, record_id_l, record_id_r, identifier_type, identifier_value))"
VALUE_KEY = "hash(identifier_type, identifier_value)"
_PACKAGES = ("duckdb", "splink", "phonenumbers", "nicknames")


def before(table: str) -> str:
    """The name under which the engine holds a table of the last run."""
    return f"prev_{table}"


@dataclass(frozen=True)
class Signature:
    """What must be the same for two nights to be one computation."""

    format: str
    code: str
    settings: str
    model: str
    basis: int

    def difference(self, other: Signature) -> str:
        """Why a night cannot go on from the other one; empty when it can."""
        for part, words in _DIFFERENCES.items():
            if getattr(self, part) != getattr(other, part):
                return words
        return ""


_DIFFERENCES = {
    "format": "the database engine or the form of the kept state is another one",
    "code": "the product was updated",
    "settings": "the identity settings changed",
    "model": "the model was replaced",
    "basis": "there are so many more or fewer representatives that the model's prior moved",
}


@cache
def _code() -> str:
    """A digest of what decides who is who: the modules and steps of identity, and the packages they stand on."""
    folder = Path(__file__).resolve().parents[1]
    steps = folder.parent / "steps" / "identity"
    own = [path for path in folder.rglob("*.py") if "generic" not in path.relative_to(folder).parts]
    digest = sha256(json.dumps({name: version(name) for name in _PACKAGES}).encode())
    for path in sorted([*own, *steps.glob("*.sql")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def sign(settings: IdentitySettings, model: Model | None, count_representatives: int) -> Signature:
    """The signature of a night."""
    told = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
    return Signature(
        f"{FORMAT}/{version('duckdb')}",
        _code(),
        sha256(told.encode()).hexdigest(),
        sha256(model.as_json().encode()).hexdigest() if model else "",
        model.basis(count_representatives) if model else 0,
    )


@dataclass(frozen=True)
class KeptState:
    """The state of the last run, as far as its tables are at hand."""

    signature: Signature
    representatives: int
    as_of: datetime


def read_state(engine: Engine) -> KeptState | None:
    """What the last run kept; ``None`` when a table is missing or does not belong to the others."""
    if not all(engine.has_table(before(table)) for table in (*STATE_TABLES, *CARRIED)):
        return None
    rows = engine.rows(
        f"select format, code, settings, model, basis, representatives, as_of, records from {before('identity_state')}"
    )
    if len(rows) != 1 or rows[0][0] != f"{FORMAT}/{version('duckdb')}":
        return None
    state, records, mapped = rows[0], before("identity_state_records"), before("identity_map")
    known = engine.rows(f"select (select count(*) from {records}), (select count(*) from {mapped})")[0]
    if known != (state[7], state[7]):
        return None
    return KeptState(Signature(state[0], state[1], state[2], state[3], int(state[4])), int(state[5]), state[6])


_RECORDS = """
select
    night_records.record_key,
    night_records.digest,
    families.family
from night_records
inner join night_families as families on night_records.record_key = families.record_key
where night_records.is_record
"""
_PHONES = """
select
    readings.*,
    chosen.phone_std,
    chosen.is_landline as phone_is_landline
from phone_readings as readings
inner join phone_numbers as chosen
    on readings.identifier_value = chosen.identifier_value and readings.country = chosen.country
"""


def keep_state(
    engine: Engine, signature: Signature, *, count_representatives: int, count_records: int, as_of: datetime
) -> None:
    """Make the state tables of a full run, or of a night for the touched records alone; both counts are of all."""
    engine.create_table("identity_state_records", _RECORDS)
    engine.create_view("identity_state_phones", _PHONES)
    engine.create_table("identity_state_decisions", f"select *, {DECISION_KEY} as decision_key from steward_decisions")
    engine.create_table(
        "identity_state",
        "select $format as format, $code as code, $settings as settings, $model as model, "
        "cast($basis as bigint) as basis, cast($count as bigint) as representatives, "
        "cast($records as bigint) as records, "
        "cast($as_of as timestamp) as as_of",
        {**signature.__dict__, "count": count_representatives, "records": count_records, "as_of": as_of},
    )
