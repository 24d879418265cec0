"""cdp identity blocked: which values join nobody and why, and which more should perhaps be blocked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cdp.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.identity.proposals import SharedValue

_COLUMNS = ("state", "identifier_type", "identifier_value", "reason", "records", "names", "families", "emails",
            "birth_dates", "first_seen_at", "last_seen_at", "to_change")  # fmt: skip
_PROPOSED = ("identifier_type", "identifier_value", "reason", "records", "customers", "names", "emails", "birth_dates",
             "first_seen_at", "last_seen_at")  # fmt: skip


def blocked(
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: LimitOption = 50,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print the proposals as lines for 'blocked' in the settings.")
    ] = False,
) -> None:
    """List identifier values that point to nobody, each with its reason, and propose more, with the evidence.

    Proposed are values in use that several families share: an office's phone, a club's mailbox. Nothing is blocked by
    listing it; the line that does is printed beside each.
    """
    from cdp.cli.output import note, print_json, print_rows, write
    from cdp.serving import Rows

    listed, proposed = _listed(workspace), proposals(workspace)
    if as_yaml:
        for one in proposed:
            write(f"  {one.yaml}  # {one.reason}, {one.records} records")
    elif form is Format.json:
        print_json({"blocked": listed, "proposed": [one.as_document() for one in proposed]})
    elif form is Format.csv:
        rows = [{"state": "blocked", **row} for row in listed]
        rows += [{"state": "proposed", **one.as_document(), "to_change": one.command} for one in proposed]
        print_rows(Rows(_COLUMNS, [tuple(row.get(name) for name in _COLUMNS) for row in rows]), form)
    else:
        columns = ("identifier_type", "identifier_value", "reason", "records", "names", "to_change")
        print_rows(Rows.of(columns, listed), form, title="Blocked: these join nobody", limit=limit, empty="none")
        documents = [one.as_document() for one in proposed]
        print_rows(Rows.of(_PROPOSED, documents), form, title="In use, and shared by many", limit=limit, empty="none")
        for one in proposed[: limit or None]:
            write(f"  {one.command}")
        if proposed:
            note("look first ('cdp customer find VALUE'); '--yaml' prints them for pipelines/identity/settings.yaml")


def proposals(workspace: Path | None) -> list[SharedValue]:
    """What the published run's records propose; nothing where their files are gone."""
    from cdp.identity.proposals import RunRecords, propose_blocks
    from cdp.runs import Store
    from cdp.runs.parts import gone_name
    from cdp.workspace import find_root, load_workspace

    store = Store(find_root(workspace) / "data")
    head = store.head()
    names = ("identity_records", "usable_identifiers", "identity_map")
    gone = [gone_name(name) for name in names[1:]]
    records, identifiers, identity_map, *lists = (
        tuple(store.path(ref) for ref in head.tables.get(name, ())) if head else () for name in (*names, *gone)
    )
    kept = RunRecords(records, identifiers, identity_map, *(files[0] if files else None for files in lists))
    return propose_blocks(kept, load_workspace(workspace).identity) if kept.is_there else []


def _listed(workspace: Path | None) -> list[dict[str, Any]]:
    from cdp.cli.published import open_reader

    with open_reader(workspace) as reader:
        found = reader.fetch(
            "select identifier_type, identifier_value, reason, count_records, evidence from blocked_identifiers "
            "order by count_records desc, 1, 2"
        ).rows
    listed = []
    for kind, value, reason, records, evidence in found:
        counts = json.loads(evidence) if evidence else {}
        row = {"identifier_type": kind, "identifier_value": value, "reason": reason, "records": records}
        listed.append(
            {**row, "names": counts.get("names"), "families": counts.get("surnames"), "to_change": _lift(reason)}
        )
    return listed


def _lift(reason: str) -> str:
    """What takes a block back."""
    if reason.startswith("decision "):
        return f"cdp identity undo {reason.removeprefix('decision ')}"
    if reason == "listed in the settings":
        return "blocked, in settings.yaml"
    if reason == "mailbox name listed in the settings":
        return "blocked_email_users, in settings.yaml"
    if reason in ("more records than one person makes", "names of too many different people"):
        return "identifiers: max_…, in settings.yaml"
    return ""
