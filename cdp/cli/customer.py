"""cdp customer: find one, show the 360 view, list the contacts, explain why it is one."""

from __future__ import annotations

from typing import Annotated

import typer

from cdp.cli.explain import explain
from cdp.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption, rows_option

app = typer.Typer(no_args_is_help=True, help="Look at one customer: find, show, timeline, explain.")
app.command("explain")(explain)

KeyArgument = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="Customer id, e-mail, phone in any spelling, card, order, handle, device or ticket.",
        show_default=False,
    ),
]


@app.command("show")
def show(
    key: KeyArgument,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: LimitOption = 5,
) -> None:
    """Show everything known of a customer: contacts, consent, money, purchases, tickets, segments, origins.

    --limit is the number of latest purchases and returns. CSV gives the profile as one row. --as-of shows what was
    known and true at the end of a business date: what came in later, or was corrected or joined later, is not in it.
    """
    from cdp.cli.output import print_json, print_rows
    from cdp.cli.published import open_as_of
    from cdp.serving import Rows, view_customer

    with open_as_of(workspace, as_of) as reader:
        customer = view_customer(reader, key, limit=limit or 1 << 62)
    if form is Format.json:
        print_json(customer.as_document())
    elif form is Format.csv:
        row = customer.profile or customer.identity
        print_rows(Rows.of(tuple(row), [row]), form)
    else:
        from cdp.cli.customer_view import print_customer

        print_customer(customer)


@app.command("find")
def find(
    text: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Words of a name, e-mail, phone or address.")],
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(20)] = None,
) -> None:
    """Find customers by parts of their name, e-mail, phone or address; every word must occur."""
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.serving import find_customers

    with open_reader(workspace) as reader:
        rows = find_customers(reader, " ".join(text))
    print_rows(rows, form, limit=limit, shown=20, empty="nobody has all of these words in name, contact or address")


@app.command("timeline")
def timeline(
    key: KeyArgument,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(30)] = None,
) -> None:
    """List a customer's contacts in every channel, newest first.

    --as-of lists those until the end of a business date that were known by then.
    """
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_as_of
    from cdp.serving import Rows
    from cdp.serving.lookups import timeline as contacts

    with open_as_of(workspace, as_of) as reader:
        rows = contacts(reader, key, limit or 0)
    if form is Format.table:
        rows = Rows.of(
            ("occurred_at", "channel", "event_name", "about", "amount", "text"),
            [
                {**row, "about": next((row[n] for n in ("order_id", "sku", "page", "campaign") if row[n]), None)}
                for row in rows
            ],
        )
    print_rows(rows, form, limit=limit, shown=30, empty="no dated contact")
