"""cdp sql: show the SQL behind a table or a segment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.workspace import Workspace


def sql(
    step: Annotated[
        str | None,
        typer.Argument(metavar="[STEP]", help="<stage>/<step>, <feed>/<table> or segment/<name>.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Print the SQL of a step, of a feed's mapping or of a segment; without STEP list them all."""
    from cdp.cli.output import print_rows, write
    from cdp.errors import NotFoundError
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    known = _steps()
    if step not in known:
        known = {**known, **_of_workspace(load_workspace(workspace))}
    if step is None:
        listed = [(name, purpose) for name, (purpose, _) in sorted(known.items())]
        print_rows(Rows(("step", "purpose"), listed), form)
        return
    if step not in known:
        near = [name for name in sorted(known) if step.rpartition("/")[2] in name]
        raise NotFoundError(
            f"there is no step {step!r}", f"did you mean {', '.join(near)}?" if near else "'cdp sql' lists all steps"
        )
    write(known[step][1]().rstrip())


def _steps() -> dict[str, tuple[str, Callable[[], str]]]:
    from cdp.steps import load_steps
    from cdp.steps.loader import STEPS_ROOT

    stages = sorted(path.name for path in STEPS_ROOT.iterdir() if any(path.glob("*.sql")))
    return {
        f"{stage}/{step.name}": (step.purpose, step.path.read_text) for stage in stages for step in load_steps(stage)
    }


def _of_workspace(workspace: Workspace) -> dict[str, tuple[str, Callable[[], str]]]:
    from functools import partial

    from cdp.segments import segment_sql

    known: dict[str, tuple[str, Callable[[], str]]] = {}
    for plan in workspace.plans:
        for item in plan.mappings:
            purpose = f"{plan.feed.description} → {item.table}"
            known[f"{item.feed}/{item.table}"] = (purpose, partial(str, item.sql))
    for segment in workspace.segments:
        known[f"segment/{segment.name}"] = (segment.title, partial(segment_sql, segment))
    return known
