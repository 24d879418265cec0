"""Write what a night changed of a table, and keep the files of the last run for the rest."""

from __future__ import annotations

from cdp.identity.incremental.carry import Change
from cdp.runs.context import Run
from cdp.runs.manifest import FileRef
from cdp.runs.parts import count_rows, gone_name, open_table

LEAST_ROWS = 50_000
"""A smaller table is written whole each night."""
_MOST_REPLACED = 0.25  # of a table's rows, gone or in later files than the first; beyond, it is written whole
_MOST_FILES = 12


def hand_on(run: Run, name: str, order: str, change: Change | None) -> None:
    """Hand a table of the engine on, whole and sorted, or as the change of the last run's files where that is less.

    ``change`` is how tonight altered the table; ``None`` when all of it was made anew.
    """
    refs = run.parent.tables.get(name, ()) if run.parent else ()
    if change is None or run.parent is None or not refs or count_rows(run.parent.tables, name) < LEAST_ROWS:
        _write_whole(run, name, order)
        return
    gone, lost = _gone(run, name, change)
    fresh = int(run.engine.scalar(f'select count(*) from "{change.fresh}"'))
    replaced = lost + fresh + sum(ref.rows for ref in refs[1:])
    if replaced > _MOST_REPLACED * sum(ref.rows for ref in refs) or len(refs) >= _MOST_FILES:
        _write_whole(run, name, order)
        return
    if fresh:
        columns = ", ".join(run.engine.columns(name))
        select = f'select {columns} from "{change.fresh}" order by {order}'
        run.tables[name] = (*refs, run.keep(name, select))
    else:
        run.tables[name] = refs
    if gone:
        run.tables[gone_name(name)] = gone
    run.engine.drop(name)
    run.use(name)


def _write_whole(run: Run, name: str, order: str) -> None:
    run.tables.pop(gone_name(name), None)
    run.put(name, order)


def _gone(run: Run, name: str, change: Change) -> tuple[tuple[FileRef, ...], int]:
    """The list of the table's gone rows, earlier ones and tonight's, and its length."""
    assert run.parent is not None
    known = run.parent.tables.get(gone_name(name), ())
    open_table(run.engine, run.store, run.parent.tables, name, "rows_before", numbered=True)
    lost = run.engine.create_table(
        "rows_gone", f"select file_name, file_row_number from rows_before where {change.gone}"
    )
    run.engine.drop("rows_before")
    if not lost:
        return known, sum(ref.rows for ref in known)
    earlier = ""
    if known:
        run.engine.read_parquet("gone_before", [run.store.path(ref) for ref in known])
        earlier = "select file_name, file_row_number from gone_before union all "
    ref = run.keep(gone_name(name), f"select * from ({earlier}select * from rows_gone) as places order by all")
    return (ref,), ref.rows
