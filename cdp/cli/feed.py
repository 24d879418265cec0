"""cdp feed: the recurring exports of the workspace."""

from __future__ import annotations

import typer

from cdp.cli import feed_add, feed_check, feed_reload, feed_rename
from cdp.cli.options import Format, FormatOption, WorkspaceOption

app = typer.Typer(no_args_is_help=True, help="Look at feeds, the recurring exports, and add new ones.")
app.command("add")(feed_add.add)
app.command("presets")(feed_add.presets)
app.command("check")(feed_check.check)
app.command("rename")(feed_rename.rename)
app.command("reload")(feed_reload.reload)

_LOADED = """
select
    feed,
    count(distinct file_id) filter (where status = 'loaded') as files_loaded,
    coalesce(sum(rows_accepted), 0) as rows_accepted,
    coalesce(sum(rows_quarantined), 0) as rows_quarantined
from source_files
where feed is not null
group by feed
"""


@app.command("list")
def list_feeds(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List feeds with their files and tables, and what has been loaded so far.

    JSON and CSV name source and contract besides.
    """
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.errors import NotFoundError
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    known: dict[str, dict[str, object]] = {}
    try:
        with open_reader(loaded.root) as reader:
            known = {row["feed"]: row for row in reader.fetch(_LOADED)}
    except NotFoundError:
        pass
    records = [
        {
            "feed": plan.feed.feed,
            "source": plan.feed.source,
            "files": list(plan.feed.files),
            "form": plan.feed.form.type,
            "contract": plan.feed.contract,
            "tables": list(plan.feed.tables),
            **known.get(plan.feed.feed, {}),
        }
        for plan in sorted(loaded.plans, key=lambda plan: plan.feed.feed)
    ]
    columns = ("feed", "files", "form", "tables", "files_loaded", "rows_accepted", "rows_quarantined")
    more = () if form is Format.table else ("source", "contract")
    print_rows(Rows.of((*columns, *more), records), form)
