"""Find a stage's steps, read their headers, order them, run them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp.engines import Engine, Params
from cdp.errors import StepError

if TYPE_CHECKING:
    from sqlglot.errors import SqlglotError

STEPS_ROOT = Path(__file__).parent
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_RUNS_ON = re.compile(r"^runs on:\s*(.+)$")


@dataclass(frozen=True)
class Step:
    """One SQL file. ``name`` is the table it makes, ``reads`` the tables it needs."""

    name: str
    stage: str
    path: Path
    purpose: str
    grain: str
    engines: tuple[str, ...]
    sql: str
    reads: frozenset[str]

    @property
    def is_portable(self) -> bool:
        """Whether the step must also run on Spark."""
        return "spark" in self.engines


def _in_words(error: SqlglotError) -> str:
    """What the parser complains of and where, without the terminal colours of ``str(error)``."""
    told = [
        f"{found['description']} at line {found['line']}, column {found['col']}"
        + (f" (near {found['highlight']!r})" if found.get("highlight") else "")
        for found in getattr(error, "errors", [])
    ]
    return "; ".join(told) or _COLOURS.sub("", str(error))


_MAKES_ROWS = frozenset({"generate_series", "json_each", "json_tree", "pg_timezone_names"})


def tables_read(sql: str, where: str = "SQL") -> frozenset[str]:
    """Names of the tables that a select reads, its own CTEs left out; a table function as ``name()``.

    Functions that make rows of their arguments or of nothing (``generate_series``, ``json_each``) read nothing. Raises
    ``StepError`` when the text is not exactly one select.
    """
    import sqlglot
    from sqlglot import exp

    try:
        statements = [tree for tree in sqlglot.parse(sql, dialect="duckdb") if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        raise StepError(f"{where}: not valid SQL: {_in_words(error)}", "run the select in a DuckDB shell") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise StepError(f"{where}: a step is exactly one select", "split it into one file per table")
    tree = statements[0]
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    read = {_table_name(table) for table in tree.find_all(exp.Table)}
    return frozenset(name for name in read if name and name not in ctes)


def _table_name(table: Any) -> str:
    from sqlglot import exp

    call = table.this
    if not isinstance(call, exp.Func):
        return str(table.name)
    name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
    return "" if name in _MAKES_ROWS else f"{name}()"


def load_step(path: Path) -> Step:
    """Read one step file. Raises ``StepError`` when its header is incomplete."""
    text = path.read_text(encoding="utf-8")
    header: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        header.append(line[2:].strip())
    grain = next((line.removeprefix("grain:").strip() for line in header if line.startswith("grain:")), "")
    runs_on = next((match.group(1) for line in header if (match := _RUNS_ON.match(line))), "")
    purpose = header[0] if header else ""
    if not (purpose and grain and runs_on):
        raise StepError(
            f"{path}: the header is incomplete",
            "begin with '-- <purpose>', '-- grain: …' and '-- runs on: duckdb' (or 'duckdb, spark')",
        )
    engines = tuple(part.strip() for part in runs_on.split(","))
    reads = tables_read(text, str(path))
    return Step(path.stem, path.parent.name, path, purpose, grain, engines, text, reads)


def _ordered(steps: Iterable[Step]) -> list[Step]:
    """Every step right after those that it reads, so that few tables wait for their reader at any time."""
    by_name = {step.name: step for step in steps}
    graph = {name: sorted((step.reads & by_name.keys()) - {name}) for name, step in sorted(by_name.items())}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise StepError(f"steps read each other in a circle: {' → '.join(error.args[1])}") from error
    ordered: dict[str, Step] = {}

    def place(name: str) -> None:
        for read in graph[name]:
            if read not in ordered:
                place(read)
        ordered[name] = by_name[name]

    for name in graph:
        if name not in ordered:
            place(name)
    return list(ordered.values())


def load_steps(stage: str) -> list[Step]:
    """All steps of a stage, in the order in which they can run."""
    return _ordered(load_step(path) for path in sorted((STEPS_ROOT / stage).glob("*.sql")))


@cache
def step_sql(stage: str, name: str) -> str:
    """The select of one step, as it stands in its file. Raises ``StepError`` when there is no such step."""
    path = STEPS_ROOT / stage / f"{name}.sql"
    if not path.is_file():
        raise StepError(f"there is no step {stage}/{name}")
    return path.read_text(encoding="utf-8")


def run_steps(engine: Engine, stage: str, params: Params = None, *, keep: Collection[str] | None = None) -> None:
    """Make every table of a stage.

    With ``keep``, the stage's other tables are dropped as soon as no later step of it reads them. Raises ``StepError``
    when a step reads a table that neither the stage nor the engine has.
    """
    steps = load_steps(stage)
    made: set[str] = set()
    for place, step in enumerate(steps, start=1):
        missing = sorted(table for table in step.reads if not engine.has_table(table))
        if missing:
            raise StepError(f"{step.path.name} reads {', '.join(missing)}, which nobody has made")
        engine.create_table(step.name, step.sql, params)
        made.add(step.name)
        if keep is not None:
            for table in made.difference(keep, *(later.reads for later in steps[place:])):
                engine.drop(table)
                made.discard(table)
