"""The whole of identity resolution, in the order that measured best."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.errors import IdentityError
from cdp.identity.durable_ids import Assignment, PreviousIdentity, assign_ids, crosswalk_frame, name_decisions
from cdp.identity.identifier_graph import build_links, make, register_components, solve
from cdp.identity.model import Model, load_model, save_model
from cdp.identity.model_graph import ModelEdges, join_components, no_edges
from cdp.identity.names import register_names
from cdp.identity.phones import standardise_phones
from cdp.identity.review import Verdict, take_apart
from cdp.identity.rulings import enforce, load_rulings, register_decisions
from cdp.identity.scoring import score
from cdp.identity.settings import IdentitySettings
from cdp.identity.summary import IdentitySummary
from cdp.identity.training import train

if TYPE_CHECKING:
    import pandas as pd

INPUTS = ("identity_records", "record_identifiers")
MODEL_STEPS = ("record_places", "record_contents", "component_contacts", "representatives", "profile_forms")
OUTPUT_STEPS = ("identity_map", "identity_edges", "identifiers", "customers")


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)


def resolve(
    engine: Engine,
    settings: IdentitySettings,
    *,
    as_of: datetime,
    run_id: str,
    model_path: Path,
    previous: PreviousIdentity | None = None,
    decisions: str | pd.DataFrame | None = None,
) -> IdentitySummary:
    """Say which records are one customer.

    Reads tables ``identity_records`` and ``record_identifiers``; makes ``identity_map``, ``identity_edges``,
    ``id_crosswalk``, ``identifiers``, ``customers`` and ``blocked_identifiers``, and from ``privacy_requests``, where
    that exists, ``request_phones`` (request_id, phone_std: the number as in ``identifiers``). The model is read from
    ``model_path``, or trained and written there. ``decisions`` (an engine table, or a frame, with the columns of
    ``cdp.identity.rulings.COLUMNS``) are what stewards decided; they outrank all else. The same records, settings,
    model, decisions and history give the same ids, whatever the order of rows. Raises ``IdentityError`` when an
    input table is missing.
    """
    missing = [table for table in INPUTS if not engine.has_table(table)]
    if missing:
        raise IdentityError(f"identity needs table {', '.join(missing)}", "ingest makes it; run the ingest stage first")
    clock = _Clock()
    with clock.step("standardise"):
        _register_settings(engine, settings)
        register_decisions(engine, decisions)
        standardise_phones(engine, settings.countries)
        build_links(engine, settings)
        rulings = load_rulings(engine)
    with clock.step("identifiers"):
        solved = solve(engine, settings, rulings)
        register_components(engine, solved.labels)
    with clock.step("model"):
        make(engine, *MODEL_STEPS)
        model, how, reason = _model(engine, settings, model_path)
    with clock.step("match"):
        edges = no_edges(solved.labels)
        if model is not None:
            count = int(engine.scalar("select count(*) from representatives"))
            edges = join_components(engine, settings, solved.labels, score(engine, model, count), rulings)
    with clock.step("guards"):
        verdict = take_apart(engine, settings, solved.labels, edges.labels)
        _register_refused(engine, solved.refused)
        verdict = enforce(engine, rulings, verdict, edges.edges)
        _register_outcome(engine, edges, verdict)
    with clock.step("ids"):
        assignment = name_decisions(engine, assign_ids(engine, previous), previous)
        _register_ids(engine, assignment, run_id, as_of, previous)
    with clock.step("tables"):
        make(engine, *OUTPUT_STEPS, params={"as_of": as_of})
    return _summarise(engine, assignment, how, reason, clock.seconds)


def _register_settings(engine: Engine, settings: IdentitySettings) -> None:
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


def _model(engine: Engine, settings: IdentitySettings, path: Path) -> tuple[Model | None, str, str]:
    if path.exists():
        return load_model(path), "loaded", ""
    count = int(engine.scalar("select count(*) from representatives"))
    least = settings.model.min_representatives
    if count < least:
        reason = f"{count} named groups cannot carry a model, {least} are needed: only what is certain is linked"
        return None, "none", reason
    model = train(engine, settings.model)
    save_model(model, path)
    return model, "trained", f"from {model.learned_from}"


def _register_refused(engine: Engine, refused: dict[int, str]) -> None:
    import pandas as pd

    numbers = pd.DataFrame({"link": list(refused), "refusal": list(refused.values())})
    engine.register("refused_links", numbers.astype({"link": "int64", "refusal": "string"}))


def _register_outcome(engine: Engine, edges: ModelEdges, verdict: Verdict) -> None:
    import numpy as np
    import pandas as pd

    engine.register("model_edges", edges.edges)
    engine.register(
        "node_clusters",
        pd.DataFrame(
            {
                "node": np.arange(len(verdict.labels), dtype=np.int64),
                "cluster": verdict.labels,
                "needs_review": verdict.needs_review,
                "decided": verdict.decided,
            }
        ),
    )
    engine.create_table(
        "record_clusters",
        "select n.record_id, c.cluster, c.needs_review, c.decided from record_numbers as n "
        "inner join node_clusters as c on n.node = c.node",
    )


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
    engine.create_table("id_crosswalk", f"{earlier}select {columns} from id_events")


def _summarise(
    engine: Engine, assignment: Assignment, how: str, reason: str, seconds: dict[str, float]
) -> IdentitySummary:
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
        model=how,
        model_reason=reason,
        seconds=seconds,
        minted=happened["minted"],
        merged=happened["merged"],
        split=happened["split"],
        retired=happened["retired"],
    )
