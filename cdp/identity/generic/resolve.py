"""Find the people in files of records: recognise columns, learn, match, and say what was done."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cdp.engines import Engine, open_engine
from cdp.errors import IdentityError, UsageError
from cdp.identity.generic import read, standardise
from cdp.identity.generic.blocking import UsedRule, candidate_rules, make_pairs, uncompared
from cdp.identity.generic.certain import certain_pairs
from cdp.identity.generic.comparisons import add_rarity, choose_comparisons
from cdp.identity.generic.labels import Labels
from cdp.identity.generic.levels import Comparison
from cdp.identity.generic.matching import Outcome, match
from cdp.identity.generic.partition import components
from cdp.identity.generic.read import Source
from cdp.identity.generic.roles import ROLES, Guess, guess_roles
from cdp.identity.generic.scoring import learn
from cdp.identity.names import register_names

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_FEWEST_MATCHES = 0.5  # fewer than one that is likelier than not


@dataclass(frozen=True)
class ResolveOptions:
    """What the caller knows. ``id_column`` identifies a record within its source; ``id_columns``: by name of the file
    or frame, where that has another one.

    ``roles`` overrule what is recognised (column → role); ``one_per_source``: every source holds a person at most
    once; ``None`` leaves that to the data. ``labels``: see ``Labels``.
    """

    id_column: str
    source_column: str | None = None
    one_per_source: bool | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    labels: pd.DataFrame | None = None
    id_columns: Mapping[str, str] = field(default_factory=dict)
    threads: int | None = None
    memory_limit: str | None = None


@dataclass(frozen=True)
class Resolution:
    """Who is who. ``customers`` has columns source, source_id, customer_id, in the order of the first two.

    ``precision`` and ``recall`` are the model's own estimates (shares of pairs), ``None`` where no model was used.
    """

    customers: pd.DataFrame
    roles: Mapping[str, Sequence[Guess]]
    rules: Sequence[UsedRule]
    comparisons: Sequence[str]
    count_pairs: int
    count_people: int
    largest: int
    precision: float | None
    recall: float | None
    is_one_per_source: bool
    notes: Sequence[str]


def resolve_files(paths: Sequence[Path], options: ResolveOptions) -> Resolution:
    """Resolve CSV, JSON Lines or parquet files. Raises ``UsageError`` for files or columns that cannot be used."""
    with tempfile.TemporaryDirectory(prefix="cdp-resolve-") as folder:
        engine = open_engine(
            "duckdb", temp_dir=Path(folder), memory_limit=options.memory_limit, threads=options.threads
        )
        try:
            sources = [read.read_file(engine, path, number) for number, path in enumerate(paths)]
            return resolve_sources(engine, sources, options)
        finally:
            engine.close()


def resolve_frames(frames: Mapping[str, pd.DataFrame], options: ResolveOptions) -> Resolution:
    """Resolve pandas frames, by the name of their source."""
    with tempfile.TemporaryDirectory(prefix="cdp-resolve-") as folder:
        engine = open_engine(
            "duckdb", temp_dir=Path(folder), memory_limit=options.memory_limit, threads=options.threads
        )
        try:
            named = enumerate(frames.items())
            sources = [read.read_frame(engine, name, frame, number) for number, (name, frame) in named]
            return resolve_sources(engine, sources, options)
        finally:
            engine.close()


def resolve_sources(engine: Engine, sources: Sequence[Source], options: ResolveOptions) -> Resolution:
    """Resolve tables that are in the engine already."""
    roles = {source.name: recognise(engine, source, options) for source in sources}
    if len(roles) < len(sources):
        raise UsageError("two files have one name", "rename one: the name says where a record comes from")
    records = prepare(engine, sources, roles, options)
    notes: list[str] = []
    labels = None if options.labels is None else Labels(options.labels, _numbers(engine), records)
    filled = _filled(engine)
    comparisons = choose_comparisons(filled, records)
    rules = candidate_rules(filled, [column for column in filled if column.startswith("person_number_")])
    add_rarity(engine, comparisons)
    used: list[UsedRule] = []
    outcome: Outcome | None = None
    reason = why_no_model(comparisons, records)
    if not reason:
        used = make_pairs(engine, rules, records, between_sources=bool(options.one_per_source))
        scorer = learn(engine, comparisons, records, uncompared(rules, used))
        if not scorer.expected_matches >= _FEWEST_MATCHES:  # or not a number
            reason = "no two records look like one person's"
        else:
            outcome = match(engine, scorer, options.one_per_source, labels)
            reason = outcome.doubt
            notes += [] if reason else outcome.notes
    if outcome is None or reason:
        notes.append(f"no model: {reason}; only what is certain was linked")
        notes += ["your answers were not used: without a model there is no threshold to choose"] if labels else []
        outcome = None
    groups = certain_groups(engine, records, filled) if outcome is None else outcome.groups
    return _resolution(engine, groups, outcome, roles, used, comparisons, notes)


def recognise(engine: Engine, source: Source, options: ResolveOptions) -> list[Guess]:
    """The roles of a source's columns. Raises ``UsageError`` when a named column or role is unknown."""
    named = options.id_columns.get(source.name, options.id_column)
    if not named:
        raise UsageError(f"nothing names the records of {source.name}", f"give --id {source.name}=COLUMN")
    id_column = read.find_column(source, named)
    if id_column is None:
        raise UsageError(f"{source.name} has no column {named}", f"it has {', '.join(source.columns)}")
    chosen = {id_column: "id"}
    for name, role in options.roles.items():
        if role not in ROLES:
            raise UsageError(f"{role} is not a role of a column", f"roles are {', '.join(ROLES)}")
        if column := read.find_column(source, name):
            chosen[column] = role
    if options.source_column is not None:
        column = read.find_column(source, options.source_column)
        if column is None:
            raise UsageError(
                f"{source.name} has no column {options.source_column}", f"it has {', '.join(source.columns)}"
            )
        chosen[column] = "source"
    guesses = guess_roles(read.sample_contents(engine, source), chosen)
    return [
        Guess(guess.column, "ignore", "another column is the id")
        if guess.role == "id" and guess.column != id_column
        else guess
        for guess in guesses
    ]


def prepare(
    engine: Engine, sources: Sequence[Source], roles: Mapping[str, Sequence[Guess]], options: ResolveOptions
) -> int:
    """Make table ``people`` and its look-ups; returns the number of records."""
    for name in options.id_columns:
        if name not in roles:
            raise UsageError(f"--id {name}=… names no file", f"the files are {', '.join(roles)}")
    for name in options.roles:
        if not any(read.find_column(source, name) for source in sources):
            raise UsageError(f"no file has a column {name}", "check --as")
    shared = {
        kind: sorted({guess.column.lower() for guesses in roles.values() for guess in guesses if guess.role == kind})
        for kind in ("person_number", "trait")
    }
    selects = []
    for source in sources:
        id_column = next(guess.column for guess in roles[source.name] if guess.role == "id")
        selects.append(standardise.raw_select(source, roles[source.name], id_column, shared))
    records = standardise.standardise(engine, selects, len(shared["person_number"]), len(shared["trait"]))
    twice = engine.rows(
        "select source, source_id from people group by source, source_id having count(*) > 1 or source_id is null "
        "order by source, source_id limit 1"
    )
    if twice:
        raise IdentityError(
            f"{options.id_columns.get(twice[0][0], options.id_column)} does not identify the records of {twice[0][0]}: "
            f"{twice[0][1] or 'nothing'} stands there more than once",
            "name a column that is filled and unique with --id, or the column of the source with --source",
        )
    register_names(engine, [], [])
    return records


def why_no_model(comparisons: Sequence[Comparison], records: int) -> str:
    """Why nothing can be learned; empty when it can."""
    names = {comparison.name for comparison in comparisons}
    if records < 2:
        return "fewer than two records"
    if not names & {"given_name", "family_name", "email", "phone"} and not any("number" in name for name in names):
        return "no column was recognised that tells people apart"
    if not names & {"given_name", "family_name", "birth_date"} and not any("number" in name for name in names):
        return "there are neither names nor birth dates nor numbers: a shared place or contact is no person"
    if len(names) < 3:
        return f"two people cannot be told apart by {' and '.join(sorted(names)) or 'nothing'} alone"
    return ""


def certain_groups(engine: Engine, records: int, filled: Mapping[str, float]) -> NDArray[np.int64]:
    """Groups of records that agree on everything that identifies."""
    pairs = certain_pairs(engine, filled)
    return components(records, pairs["l"].to_numpy(), pairs["r"].to_numpy())


def _filled(engine: Engine) -> dict[str, float]:
    columns = [column for column in engine.columns("people") if column not in ("n", "source", "source_id")]
    counts = ", ".join(f'count("{column}") / greatest(count(*), 1)' for column in columns)
    shares = engine.rows(f"select {counts} from people")[0]
    return {column: float(share) for column, share in zip(columns, shares, strict=True) if share > 0}


def _numbers(engine: Engine) -> dict[str, list[int]]:
    """Record numbers by id and by ``source/id``."""
    found: dict[str, list[int]] = {}
    for number, source, source_id in engine.rows("select n, source, source_id from people order by n"):
        for name in (str(source_id), f"{source}/{source_id}"):
            found.setdefault(name, []).append(int(number))
    return found


def _resolution(
    engine: Engine,
    groups: NDArray[np.int64],
    outcome: Outcome | None,
    roles: Mapping[str, Sequence[Guess]],
    used: Sequence[UsedRule],
    comparisons: Sequence[Comparison],
    notes: Sequence[str],
) -> Resolution:
    import numpy as np

    customers = engine.frame("select source, source_id from people order by n")
    firsts = np.unique(groups)
    keys = customers["source"].to_numpy()[firsts] + "\x1f" + customers["source_id"].to_numpy()[firsts]
    ids = np.array(["C" + hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()[:15].upper() for key in keys])
    customers["customer_id"] = ids[np.searchsorted(firsts, groups)] if len(groups) else []
    return Resolution(
        customers=customers,
        roles=roles,
        rules=used,
        comparisons=[comparison.name for comparison in comparisons],
        count_pairs=sum(rule.pairs for rule in used),
        count_people=len(firsts),
        largest=int(np.bincount(groups).max()) if len(groups) else 0,
        precision=None if outcome is None else outcome.precision,
        recall=None if outcome is None else outcome.recall,
        is_one_per_source=outcome is not None and outcome.is_one_per_source,
        notes=list(notes),
    )
