"""cdp identity: what stewards decide about who is who, how good it is, and what to ask next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.blocked import blocked
from cdp.cli.evaluate import diff, evaluate, report
from cdp.cli.options import ByOption, Format, FormatOption, ReasonOption, WorkspaceOption
from cdp.cli.review import review
from cdp.cli.steward import actor, control

if TYPE_CHECKING:
    from cdp.identity.decisions import Decision

app = typer.Typer(no_args_is_help=True, help="Decide who is who, judge how good it is, review what is doubtful.")
app.command("evaluate")(evaluate)
app.command("report")(report)
app.command("review")(review)
app.command("diff")(diff)
app.command("blocked")(blocked)

_KEY = "Record (feed:source_id), or any key that 'cdp customer show' takes."
KeyArgument = Annotated[str, typer.Argument(metavar="A", help=_KEY, show_default=False)]


@app.command("link")
def link(
    left: KeyArgument,
    right: Annotated[str, typer.Argument(metavar="B", help=_KEY, show_default=False)],
    reason: ReasonOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Decide that two records, or two customers, are one customer.

    The next run joins them, and every later one; no rule or model parts them again.
    """
    from cdp.cli.published import open_reader
    from cdp.identity.decisions import Kind
    from cdp.serving.records import records_to_link

    with open_reader(workspace) as reader:
        one, other = records_to_link(reader, left, right)
    made = control(workspace).decide(
        Kind.must_link, actor=actor(by), reason=reason or "", pairs=[(one.record_id, other.record_id)]
    )
    already = one.customer_id == other.customer_id
    _tell(made, "they are one customer already, and stay so" if already else "")


@app.command("unlink")
def unlink(
    left: KeyArgument,
    right: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help=f"{_KEY} Left out: A's own customer.", show_default=False),
    ] = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Decide that two records, or two customers, are never one; or that a record is not its customer's.

    What joins them is cut where it is weakest, in the next run and every later one.
    """
    from cdp.cli.published import open_reader
    from cdp.identity.decisions import Kind
    from cdp.serving.records import records_to_part

    with open_reader(workspace) as reader:
        pairs = records_to_part(reader, left, right)
    _tell(control(workspace).decide(Kind.never_link, actor=actor(by), reason=reason or "", pairs=pairs))


@app.command("block")
def block(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="email, phone, loyalty_card, order_id …")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value, in any spelling.")],
    reason: ReasonOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Decide that an identifier value points to nobody: a shared desk, a placeholder. It joins no records any more."""
    from cdp.cli.output import note
    from cdp.cli.published import open_reader
    from cdp.errors import UsageError
    from cdp.identity.decisions import Kind
    from cdp.serving.records import stored_value
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    types = loaded.identity.identifier_types()
    if kind not in types:
        raise UsageError(f"there is no identifier type {kind!r}", f"types are: {', '.join(types)}")
    with open_reader(workspace) as reader:
        stored, is_known = stored_value(reader, kind, value, loaded.identity.countries)
    made = control(workspace).decide(Kind.block, actor=actor(by), reason=reason or "", identifier=(kind, stored))
    if not is_known:
        note(f"no record carries {kind} {stored} so far")
    _tell(made)


@app.command("decisions")
def decisions(
    all_: Annotated[bool, typer.Option("--all", help="Show those taken back too.")] = False,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """List what stewards decided, who did and why."""
    from cdp.cli.output import print_rows
    from cdp.serving import Rows

    found = control(workspace).decisions(with_undone=all_)
    columns = ("decision_id", "kind", "says", "actor", "decided_at", "reason")
    listed = [
        (one.decision_id, str(one.kind), one.told, one.actor, one.decided_at, one.reason)
        + ((one.undone_at, one.undone_by) if all_ else ())
        for one in found
    ]
    print_rows(
        Rows((*columns, "undone_at", "undone_by") if all_ else columns, listed), form, empty="nothing is decided"
    )


@app.command("undo")
def undo(
    decision_id: Annotated[int, typer.Argument(metavar="ID", help="Its number in 'cdp identity decisions'.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Take a decision back; the next run goes by the rules and the model again."""
    from cdp.cli.output import note, write

    undone = control(workspace).undo(decision_id, actor=actor(by))
    write(f"decision {undone.decision_id} is undone: {undone.told}")
    note("it counts from the next 'cdp run' on")


def _tell(made: Decision, remark: str = "") -> None:
    from cdp.cli.output import note, write

    write(f"decision {made.decision_id}: {made.told}")
    note(f"{remark + '; ' if remark else ''}it counts from the next 'cdp run' on")
