"""What other identity settings would change, before anything is published."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdp.engines import Engine, open_engine
from cdp.errors import NotFoundError
from cdp.identity import IdentitySettings, PreviousIdentity, resolve
from cdp.identity.rulings import decisions_frame
from cdp.ingest.mapping import empty_table
from cdp.runs.manifest import Manifest, Store
from cdp.runs.parts import open_table
from cdp.workspace import Workspace
from cdp.workspace.control import Control

_RUN = "what-if"
_FACTS = ("identity_records", "record_identifiers", "orders", "consents")
_MOVED = """
select
    count(*) as records,
    count(distinct before.customer_id) as customers
from prev_identity_map as before
inner join identity_map as after on before.record_id = after.record_id
where before.customer_id <> after.customer_id
"""
_MOVED_FACTS = """
with
moved as (
    select before.record_id
    from prev_identity_map as before
    inner join identity_map as after on before.record_id = after.record_id
    where before.customer_id <> after.customer_id
)
select
    (select count(*) from orders semi join moved using (record_id) where not is_cancelled and ordered_at < $as_of),
    (
        select coalesce(sum(gross_revenue), 0)
        from orders semi join moved using (record_id)
        where not is_cancelled and ordered_at < $as_of
    ),
    (select count(*) from consents semi join moved using (record_id) where stated_at < $as_of)
"""
_COUNTS = """
select
    count(*) filter (not is_anonymous) as customers,
    count(*) filter (is_anonymous) as anonymous_customers,
    coalesce(max(count_records), 0) as largest_customer,
    count(*) filter (needs_review) as customers_to_review
from {customers}
"""
_EVENTS = """
select event_type, customer_id, other_customer_id, reason, count_records
from id_crosswalk
where run_id = $run_id
order by event_type, count_records desc, customer_id, other_customer_id
"""


@dataclass(frozen=True)
class WhatIf:
    """``counts``: (figure, published, would be). ``moved``: what would change its customer. ``events``: which ids."""

    counts: tuple[tuple[str, int, int], ...]
    moved: dict[str, Any]
    events: tuple[tuple[str, str, str | None, str, int], ...]


def what_if(workspace: Workspace, settings: IdentitySettings) -> WhatIf:
    """Resolve the published records again with other settings, the same model, decisions and history.

    Nothing is written to the workspace. Raises ``NotFoundError`` before the first run.
    """
    store = Store(workspace.data)
    head = store.head()
    if head is None:
        raise NotFoundError("nothing is published yet", "run 'cdp run' first")
    resources = workspace.config.resources
    with tempfile.TemporaryDirectory(prefix="cdp-what-if-") as folder:
        engine = open_engine(
            workspace.config.engine,
            temp_dir=Path(folder) / "spill",
            memory_limit=resources.memory_limit,
            threads=resources.threads,
        )
        try:
            _open_tables(engine, workspace, store, head)
            resolve(
                engine,
                settings,
                as_of=head.as_of,
                run_id=_RUN,
                model_path=_model(workspace, store, head, Path(folder)),
                previous=PreviousIdentity(),
                decisions=decisions_frame(Control(workspace.data).decisions()),
                incremental=False,
            )
            return _compare(engine, head)
        finally:
            engine.close()


def _open_tables(engine: Engine, workspace: Workspace, store: Store, head: Manifest) -> None:
    for name, table in (
        *((name, name) for name in _FACTS),
        *((f"prev_{name}", name) for name in ("identity_map", "id_crosswalk", "customers")),
    ):
        refs = head.tables.get(table, ())
        if refs:
            open_table(engine, store, head.tables, table, name)
        else:
            engine.create_table(name, empty_table(workspace.tables[table]))


def _model(workspace: Workspace, store: Store, head: Manifest, folder: Path) -> Path:
    """A copy of the model that the next run would use; a path without a file when it would train one."""
    saved = workspace.root / "pipelines/identity/model.json"
    used = saved if saved.is_file() else store.data / head.model if head.model else None
    copy = folder / "model.json"
    if used is not None and used.is_file():
        shutil.copyfile(used, copy)
    return copy


def _compare(engine: Engine, head: Manifest) -> WhatIf:
    counts = []
    for name in ("customers", "anonymous_customers", "largest_customer", "customers_to_review"):
        before, after = (
            int(engine.scalar(f"select {name} from ({_COUNTS.format(customers=table)})"))
            for table in ("prev_customers", "customers")
        )
        counts.append((name, before, after))
    records, customers = engine.rows(_MOVED)[0]
    orders, revenue, consents = engine.rows(_MOVED_FACTS, {"as_of": head.as_of})[0]
    moved = {
        "customers_changed": int(customers),
        "records_moved": int(records),
        "orders_moved": int(orders),
        "gross_revenue_moved": revenue,
        "consents_moved": int(consents),
    }
    return WhatIf(tuple(counts), moved, tuple(engine.rows(_EVENTS, {"run_id": _RUN})))
