"""cdp contract: look at contracts, hand them on and take them in as documents of the Open Data Contract Standard."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.contracts import Contract, TableContract
    from cdp.contracts.odcs import Imported
    from cdp.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="List, show, export and import data contracts.")


class ContractFormat(StrEnum):
    """What a contract is written as."""

    odcs = "odcs"


@app.command("list")
def list_contracts(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List contracts: of exports, and of the tables that are made."""
    from cdp.cli.output import print_rows
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    users: dict[str, list[str]] = {}
    for plan in loaded.plans:
        users.setdefault(plan.contract.name, []).append(plan.feed.feed)
    rows = [
        (name, "export", len(item.properties), ", ".join(item.key), ", ".join(users.get(name, [])))
        for name, item in sorted(loaded.contracts.items())
    ]
    rows += [
        (name, "table", len(item.properties), ", ".join(item.key), item.layer)
        for name, item in sorted(loaded.tables.items())
    ]
    print_rows(Rows(("contract", "of", "columns", "key", "used by / layer"), rows), form)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The contract.", show_default=False)],
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show a contract's columns: type, what is promised, who may see them."""
    from cdp.cli.output import note, print_json, print_rows
    from cdp.contracts import Contract
    from cdp.contracts.privacy import is_personal
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    contract = _find(load_workspace(workspace), name)
    if form is Format.json:
        print_json(contract.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        return
    if isinstance(contract, Contract):
        columns = ("column", "source", "type", "required", "personal", "description")
        rows: list[tuple[object, ...]] = [
            (item.name, item.source, item.logical_type, item.required, is_personal(item), item.description)
            for item in contract.properties
        ]
    else:
        columns = ("column", "type", "required", "classification", "unit", "description")
        rows = [
            (item.name, item.type, item.required, item.classification, item.unit, item.description)
            for item in contract.properties
        ]
    print_rows(Rows(columns, rows), form, title=f"{contract.name}: {contract.description}")
    note(f"key: {', '.join(contract.key) or 'none'}")


@app.command("export")
def export(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="Contracts; by default all.", show_default=False)
    ] = None,
    form: Annotated[
        ContractFormat, typer.Option("--format", "-f", help="What to write.", show_default=True)
    ] = ContractFormat.odcs,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Write <name>.odcs.yaml files here.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write contracts as ODCS documents, checked against the standard; one is printed, several need --out."""
    import yaml

    from cdp.cli.output import note, write
    from cdp.contracts.odcs import odcs_faults, to_odcs
    from cdp.errors import ContractError, UsageError
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    every = [
        *(f"exports/{name}" for name in sorted(loaded.contracts)),
        *(f"tables/{name}" for name in sorted(loaded.tables)),
    ]
    chosen = [_find(loaded, name) for name in names or every]
    if out is None and len(chosen) != 1:
        raise UsageError("several contracts go into files", "name one, or give a folder with --out")
    assert form is ContractFormat.odcs
    for contract in chosen:
        document = to_odcs(contract)
        if faults := odcs_faults(document):
            raise ContractError(f"{contract.name} is no valid ODCS document: {faults[0]}", "please report it")
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
        if out is None:
            write(text.rstrip())
            continue
        out.mkdir(parents=True, exist_ok=True)
        of = "table" if contract.kind == "table" else "export"
        twice = contract.name in loaded.contracts and contract.name in loaded.tables
        path = out / f"{contract.name}{f'.{of}' if twice else ''}.odcs.yaml"
        path.write_text(text, encoding="utf-8")
        note(f"wrote {path}")


@app.command("import")
def import_contract(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An ODCS document, YAML or JSON.", show_default=False)],
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Name of the contract, when there is one.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a contract of that name.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Take an ODCS document in as contracts in schemas/, and list what could not be carried.

    Exit code 4: written, but something of the document has no place in a contract; the file lists it too.
    """
    from cdp.cli.output import note, write
    from cdp.contracts.editors import with_schema_line
    from cdp.contracts.odcs import from_odcs, odcs_faults
    from cdp.errors import UsageError
    from cdp.workspace import find_root

    root = find_root(workspace)
    document = _document(file)
    faults = [f"not valid ODCS: {fault}" for fault in odcs_faults(document)]
    found = from_odcs(document)
    if name is not None and len(found) != 1:
        raise UsageError(f"{file} holds {len(found)} contracts; --name names one", "leave --name out")
    written = [(_target(root, each, name), each) for each in found]
    for path, _ in written:
        if path.exists() and not force:
            raise UsageError(f"{path} exists already", "give another name with --name, or replace it with --force")
    for path, each in written:
        lost = [*(faults if each is found[0] else []), *each.lost]
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _yaml(each, path.stem, file.name, lost)
        path.write_text(with_schema_line(path.relative_to(root).as_posix(), text), encoding="utf-8")
        write(f"wrote {path}: {len(each.contract.properties)} columns, key {', '.join(each.contract.key)}")
        for line in lost:
            note(f"  not carried: {line}")
    if faults or any(each.lost for each in found):
        raise typer.Exit(4)


def _find(workspace: Workspace, name: str) -> Contract | TableContract:
    from cdp.errors import NotFoundError

    folder, _, plain = name.rpartition("/")
    if plain in workspace.contracts and folder in {"", "exports"}:
        return workspace.contracts[plain]
    if plain in workspace.tables and folder in {"", "tables"}:
        return workspace.tables[plain]
    known = ", ".join([*sorted(workspace.contracts), *sorted(workspace.tables)])
    raise NotFoundError(f"there is no contract {name!r}", f"contracts are: {known}")


def _document(file: Path) -> object:
    from cdp.contracts.documents import read_yaml
    from cdp.errors import ContractError, NotFoundError

    if not file.is_file():
        raise NotFoundError(f"there is no file {file}", "name an ODCS document")
    content, _, faults = read_yaml(file)
    if faults:
        raise ContractError(str(faults[0]), "mend the document")
    return content


def _target(root: Path, imported: Imported, name: str | None) -> Path:
    folder = "tables" if imported.contract.kind == "table" else "exports"
    return root / "schemas" / folder / f"{name or imported.contract.name}.yaml"


def _yaml(imported: Imported, name: str, source: str, lost: list[str]) -> str:
    """The contract's file: what could not be carried stands above it, as comments."""
    import yaml

    content = {
        "kind": imported.contract.kind,
        **imported.contract.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "name": name,
    }
    head = [f"# Imported from {source}."]
    head += ["# Not carried:"] if lost else []
    head += [f"#   {line}" for each in lost for line in each.splitlines()]
    return "\n".join([*head, yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)])
