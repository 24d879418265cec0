"""The whole of identity resolution, in the order that measured best."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.errors import IdentityError
from cdp.identity.durable_ids import Assignment, PreviousIdentity, assign_ids, crosswalk_frame, name_decisions
from cdp.identity.identifier_graph import make
from cdp.identity.incremental.carry import carry_over, set_previous_apart, untouched_continuity
from cdp.identity.incremental.changes import Touched, find_touched, keep_values
from cdp.identity.incremental.digests import digest_records, digest_touched
from cdp.identity.incremental.night import WholeNightError, decide_touched
from cdp.identity.incremental.pairs import block_keys, name_heads
from cdp.identity.incremental.scope import DELIVERED_RECORDS, delivered_aside, open_whole
from cdp.identity.incremental.state import KeptState, before, keep_state, read_state, sign
from cdp.identity.matching import decide, label_families, link_up
from cdp.identity.model import Model, load_model, save_model
from cdp.identity.names import register_names
from cdp.identity.phones import standardise_phones
from cdp.identity.rulings import register_decisions
from cdp.identity.scoring import score
from cdp.identity.settings import IdentitySettings
from cdp.identity.summary import IdentitySummary
from cdp.identity.training import train

if TYPE_CHECKING:
    import pandas as pd

INPUTS = ("identity_records", "record_identifiers")
OUTPUT_STEPS = ("identity_map", "identity_edges", "identifiers", "customers")
_MOST_TOUCHED = 0.4  # of all records; beyond, a full run costs no more


@dataclass
class _Clock:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - begun, 3)


@dataclass
class _Night:
    """One resolve: what it was given, and how it went."""

    engine: Engine
    settings: IdentitySettings
    as_of: datetime
    run_id: str
    model_path: Path
    previous: PreviousIdentity | None
    kept: KeptState | None = None
    touched: Touched | None = None
    whole: str = ""
    is_other: bool = False
    untouched: float | None = None
    model: str = "none"
    model_reason: str = ""
    clock: _Clock = field(default_factory=_Clock)


def resolve(
    engine: Engine,
    settings: IdentitySettings,
    *,
    as_of: datetime,
    run_id: str,
    model_path: Path,
    previous: PreviousIdentity | None = None,
    decisions: str | pd.DataFrame | None = None,
    incremental: bool = True,
) -> IdentitySummary:
    """Say which records are one customer.

    Reads tables ``identity_records`` and ``record_identifiers``; makes ``identity_map``, ``identity_edges``,
    ``id_crosswalk``, ``identifiers``, ``customers`` and ``blocked_identifiers``, and from ``privacy_requests``, where
    that exists, ``request_phones`` (request_id, phone_std: the number as in ``identifiers``). The model is read from
    ``model_path``, or trained and written there. ``decisions`` (an engine table, or a frame, with the columns of
    ``cdp.identity.rulings.COLUMNS``) are what stewards decided; they outrank all else. The same records, settings,
    model, decisions and history give the same ids, whatever the order of rows.

    The tables named in ``cdp.identity.incremental.state.STATE_TABLES`` are made for the next night. Where those of
    the last one are at hand (under ``prev_…``, with its other tables) and were made with the same settings, model and
    code, only what changed is compared; the result is that of a full run, which ``incremental=False`` asks for.
    Raises ``IdentityError`` when an input table is missing.
    """
    missing = [table for table in INPUTS if not engine.has_table(table)]
    if missing:
        raise IdentityError(f"identity needs table {', '.join(missing)}", "ingest makes it; run the ingest stage first")
    night = _Night(engine, settings, as_of, run_id, model_path, previous)
    with night.clock.step("standardise"):
        register_settings(engine, settings)
        register_decisions(engine, decisions)
        model = load_model(model_path) if model_path.exists() else None
        night.kept = read_state(engine) if previous and incremental else None
        night.whole, night.is_other = _why_whole(night, model, incremental)
        standardise_phones(engine, settings.countries, None if night.whole else before("identity_state_phones"))
    with delivered_aside(engine):
        assignment = _resolve_delivered(night, model)
    return _summarise(night, assignment)


def _why_whole(night: _Night, model: Model | None, incremental: bool) -> tuple[str, bool]:
    """Why all records must be resolved (empty: they need not), and whether settings or model are others."""
    if not incremental:
        return "a full run was asked for", False
    if night.kept is None:
        return "nothing is kept to go on from", False
    if model is None:
        return "there is no model yet", True
    kept = night.kept.signature
    found = replace(sign(night.settings, model, 0), basis=kept.basis)
    return found.difference(kept), (found.settings, found.model) != (kept.settings, kept.model)


def _resolve_delivered(night: _Night, model: Model | None) -> Assignment:
    total = int(night.engine.scalar(f"select count(*) from {DELIVERED_RECORDS}"))
    with night.clock.step("changes"):
        if night.kept:
            night.touched = find_touched(night.engine, night.settings, night.kept, night.as_of)
            if not night.whole and night.touched.records > _MOST_TOUCHED * total:
                night.whole = "most records changed, or are connected with one that did"
    count = 0
    if night.kept and model and not night.whole:
        night.model = "loaded"
        with night.clock.step("match"):
            try:
                count = decide_touched(night.engine, night.settings, model, night.kept)
            except WholeNightError as reason:
                night.whole = str(reason)
    if night.whole:
        model, count = _decide_all(night, model)
    with night.clock.step("ids"):
        assignment = _assign(night)
    with night.clock.step("tables"):
        make(night.engine, *OUTPUT_STEPS, params={"as_of": night.as_of})
        signature = night.kept.signature if night.kept and not night.whole else sign(night.settings, model, count)
        if not night.whole:
            digest_touched(night.engine)
        keep_state(night.engine, signature, count_representatives=count, count_records=total, as_of=night.as_of)
        if not night.whole:
            carry_over(night.engine)
        if night.kept and night.touched and not night.is_other:
            night.untouched = untouched_continuity(night.engine) if night.whole else 1.0
    return assignment


def _decide_all(night: _Night, model: Model | None) -> tuple[Model | None, int]:
    engine = night.engine
    with night.clock.step("identifiers"):
        open_whole(engine)
        digest_records(engine)
        linked = link_up(engine, night.settings)
        keep_values(engine)
    with night.clock.step("model"):
        count = int(engine.scalar("select count(*) from representatives"))
        model = _trained(night, count) if model is None else model
        night.model = night.model if night.model != "none" or model is None else "loaded"
    with night.clock.step("match"):
        scored = None if model is None else score(engine, model, count)
        edges = decide(engine, night.settings, linked, scored)
        label_families(engine, linked, edges)
        name_heads(engine, "identity_state_representatives")
        engine.create_table("identity_state_blocks", block_keys(engine, "identity_state_representatives"))
    return model, count


def _trained(night: _Night, count: int) -> Model | None:
    least = night.settings.model.min_representatives
    if count < least:
        night.model_reason = (
            f"{count} named groups cannot carry a model, {least} are needed: only what is certain is linked"
        )
        return None
    make(night.engine, "profile_forms")
    model = train(night.engine, night.settings.model)
    save_model(model, night.model_path)
    night.model, night.model_reason = "trained", f"from {model.learned_from}"
    return model


def _assign(night: _Night) -> Assignment:
    """Ids for tonight's clusters; what is carried over keeps its own."""
    engine, previous, carried, everyone = night.engine, night.previous, 0, None
    if previous and not night.whole:
        carried, everyone = set_previous_apart(engine), previous.identity_map
        previous = replace(previous, identity_map="touched_map_before")
    assignment = name_decisions(engine, assign_ids(engine, previous, everyone), previous)
    _register_ids(engine, assignment, night.run_id, night.as_of, previous)
    return replace(
        assignment,
        records_known=assignment.records_known + carried,
        records_kept=assignment.records_kept + carried,
    )


def register_settings(engine: Engine, settings: IdentitySettings) -> None:
    """Make the tables of limits, blocked values and names that the steps read."""
    import pandas as pd

    limits = pd.DataFrame(
        [{"identifier_type": kind, **settings.rule(kind).model_dump()} for kind in settings.identifier_types()]
    )
    engine.register("identifier_limits", limits.astype({"identifier_type": "string"}))
    listed = [(value.type, value.value) for value in settings.blocked]
    engine.register(
        "blocked_values", pd.DataFrame(listed, columns=["identifier_type", "identifier_value"], dtype="string")
    )
    users = sorted(set(settings.blocked_email_users))
    engine.register("blocked_mailboxes", pd.DataFrame({"mailbox": users}, dtype="string"))
    register_names(engine, settings.nicknames, settings.placeholder_names)


def _register_ids(
    engine: Engine, assignment: Assignment, run_id: str, as_of: datetime, previous: PreviousIdentity | None
) -> None:
    import pandas as pd

    given = assignment.customer_ids
    ids = pd.DataFrame({"cluster": list(given), "customer_id": list(given.values())})
    engine.register("cluster_ids", ids.astype({"cluster": "int64", "customer_id": "string"}))
    engine.register("id_events", crosswalk_frame(assignment.events, run_id, as_of))
    columns = "run_id, event_type, customer_id, other_customer_id, reason, count_records, as_of"
    earlier = f"select {columns} from {previous.id_crosswalk} union all " if previous else ""
    engine.create_view("id_crosswalk", f"{earlier}select {columns} from id_events")


def _summarise(night: _Night, assignment: Assignment) -> IdentitySummary:
    engine = night.engine
    customers, anonymous, review, largest, records = engine.rows(
        "select count(*), count(*) filter (where is_anonymous), count(*) filter (where needs_review), "
        "coalesce(max(count_records), 0), coalesce(sum(count_records), 0) from customers"
    )[0]
    counted = engine.rows("select edge_type, is_cut, count(*) from identity_edges group by edge_type, is_cut")
    edges = {(kind, cut): int(count) for kind, cut, count in counted}
    happened = Counter(event.event_type for event in assignment.events)
    known = assignment.records_known
    return IdentitySummary(
        records=int(records),
        customers=int(customers),
        anonymous_customers=int(anonymous),
        needs_review=int(review),
        continuity=assignment.records_kept / known if known else None,
        largest_cluster=int(largest),
        blocked_values=int(engine.scalar("select count(*) from blocked_identifiers")),
        identifier_links=edges.get(("identifier", False), 0),
        identifier_links_cut=edges.get(("identifier", True), 0),
        model_links=edges.get(("model", False), 0),
        model_links_cut=edges.get(("model", True), 0),
        model=night.model,
        model_reason=night.model_reason,
        full_reason=night.whole,
        touched_records=night.touched.records if night.touched else None,
        continuity_untouched=night.untouched,
        seconds=night.clock.seconds,
        minted=happened["minted"],
        merged=happened["merged"],
        split=happened["split"],
        retired=happened["retired"],
    )
