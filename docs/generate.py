"""Write docs/cli.md from the command tree, docs/tables.md from schemas/tables, docs/glossary.md from the glossary,
docs/reasons.md from the list of reasons.

``python docs/generate.py`` writes them; a test fails when they are out of date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_LAYERS = {
    "canonical": "Facts and records, as feeds deliver them",
    "identity": "Who is who",
    "profile": "Profiles",
    "measure": "Measures: predictions, journeys, attribution, KPIs",
    "segment": "Segments",
    "run": "Runs, files and refused rows",
}
_CLI_HEAD = """\
# Command line

Written by `make docs` from the commands themselves.

Every command takes `--workspace DIR` where it needs one (default: the workspace around the current folder)
and prints tables for people. `--format json` and `--format csv` print for programs: data goes to stdout,
everything else to stderr.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed; stderr says what, where and what to do next |
| 2 | wrong call |
| 3 | another run holds the workspace |
| 4 | done, with warnings that a person should read |
"""
_REASONS_HEAD = """\
# Why rows are refused

Written by `make docs` from `cdp/ingest/reasons.py`. `quarantine_rows.reason_codes` holds these reasons and no others.

A reason of the reader is its bare name. A reason of the contract names the column besides (`type:born_on`), a broken
row rule the rule (`rule:amount_fits_quantity`). What a broken promise leads to is for the contract to say: see
[contracts.md](contracts.md#broken-promises). One that refuses nothing (null, warn) stands in the message of its file in
`source_files`, with the number of rows and the first line. What is wrong with a file as a whole stands there too, once
per file and kind, and among the run's warnings.

`cdp quarantine list` counts refused rows by reason, `cdp quarantine show` prints them, and `cdp quarantine retry` has
them tried again once the contract is mended.
"""
_TABLES_HEAD = """\
# Tables

What feeds fill and what is published. Written by `make docs` from `schemas/tables`. `cdp query "describe profiles"`
tells the same of the published file, and each table and column carries its description there as a comment.

Instants are UTC without offset. Facts (touchpoints, orders …) hold the rows of anonymous customers too; join
`profiles`, or filter by `customers.is_anonymous`, to leave them out. They also hold what is later than the business
date (`(select max(as_of) from runs)` is its exclusive end).
"""


def cli_reference() -> str:
    """Every command with its arguments and options, as Markdown."""
    from typer.main import get_command

    from cdp.cli import app

    return _CLI_HEAD + "".join(_command(get_command(app), "cdp")) + "\n"


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command and group below one, by full name, itself first."""
    yield name, command
    for child_name, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{name} {child_name}")


def _command(root: Any, name: str) -> Iterator[str]:
    for full_name, command in commands(root, name):
        is_group = hasattr(command, "commands")
        if is_group and full_name != name:
            continue
        yield f"\n## {full_name}\n\n"
        if not is_group:
            yield f"```\n{_usage(full_name, command)}\n```\n\n"
        yield inspect.cleandoc(command.help or "").replace("\n\n\n", "\n\n") + "\n"
        yield from _parameters(command)


def _usage(full_name: str, command: Any) -> str:
    arguments = [item.metavar for item in command.params if item.param_type_name == "argument"]
    return " ".join([full_name, *arguments, "[OPTIONS]"])


def _parameters(command: Any) -> Iterator[str]:
    rows = [_parameter(item) for item in command.params if item.name != "help"]
    if rows:
        yield "\n| | |\n|---|---|\n"
        yield from rows


def _parameter(item: Any) -> str:
    words = item.help or ""
    if item.param_type_name == "argument":
        return f"| `{item.metavar}` | {words} |\n"
    spelled = ", ".join(f"`{option}`" for option in sorted(item.opts, key=len, reverse=True))
    kind = item.type_descriptor.annotation
    if issubclass(kind, Enum):
        words += f" One of {', '.join(f'`{choice.value}`' for choice in kind)}."
    elif item.metavar:
        spelled += f" {item.metavar}"
    if item.required:
        words += " Required."
    elif item.default not in (None, False, ()):
        words += f" Default: `{getattr(item.default, 'value', item.default)}`."
    return f"| {spelled} | {words} |\n"


def tables_reference() -> str:
    """Every table with its grain, key and columns, as Markdown."""
    from cdp.contracts import TableContract, load_document
    from cdp.contracts.published import FACTS, PUBLISHED_NAMES
    from cdp.measures.attributes import widened
    from cdp.measures.definitions import Attribute

    loaded = [load_document(path, TableContract) for path in sorted((ROOT / "schemas/tables").glob("*.yaml"))]
    read = [load_document(path, Attribute)[0] for path in sorted((ROOT / "pipelines/attributes").glob("*.yaml"))]
    promised = {table.name: table for table, _ in loaded if table is not None}
    tables = list(widened(promised, [attribute for attribute in read if attribute is not None]).values())
    joined = {item.table: item.joined for item in FACTS}
    parts = [_TABLES_HEAD]
    for layer, words in _LAYERS.items():
        parts.append(f"\n## {words}\n")
        for table in tables:
            if table.layer == layer:
                parts += _table(table, joined.get(table.name, ()), is_published=table.name in PUBLISHED_NAMES)
    return "".join(parts)


def _table(table: Any, joined: Any, *, is_published: bool) -> Iterator[str]:
    yield f"\n### {table.name}\n\n{' '.join(table.description.split())}"
    yield "" if is_published else " Feeds write it and identity reads it; it is not published."
    yield f"\n\nGrain: {table.grain}."
    yield f" Key: {', '.join(f'`{column}`' for column in table.key)}.\n\n" if table.key else "\n\n"
    yield "| column | type | meaning |\n|---|---|---|\n"
    for column in joined:
        yield f"| `{column.name}` | {column.type} | {column.words} Joined in when published; feeds do not write it. |\n"
    for item in table.properties:
        unit = f" ({item.unit})" if item.unit else ""
        personal = " *personal*" if item.classification in {"personal", "sensitive"} else ""
        kind = item.type.replace("|", "\\|")
        yield f"| `{item.name}` | {kind} | {' '.join(item.description.split())}{unit}{personal} |\n"
    if table.example:
        yield f"\n```sql\n{table.example.strip()}\n```\n"


def reasons_reference() -> str:
    """Every reason for which a row is refused, emptied or told, as Markdown."""
    from cdp.contracts.columns import OnFail
    from cdp.ingest.reasons import FILE_WARNINGS, REASONS, Reason

    outcomes = {name: field.default for name, field in OnFail.model_fields.items()}
    parts = [_REASONS_HEAD]
    for words, is_structural in (("Of the reader: what is no record", True), ("Of the contract", False)):
        first = "reason" if is_structural else "reason | by default"
        parts.append(f"\n## {words}\n\n| {first} | meaning | what helps |\n|{'---|' * (first.count('|') + 3)}\n")
        for reason in Reason:
            told = REASONS[reason]
            if told.is_structural is is_structural:
                code = f"`{reason}`" if is_structural else f"`{reason}:…` | {outcomes.get(reason.value, 'reject')}"
                parts.append(f"| {code} | {told.meaning} | {told.remedy} |\n")
    parts.append("\n## Of a file: what is told and refuses no row\n\n| code | meaning |\n|---|---|\n")
    parts += [f"| `{code}` | {meaning} |\n" for code, meaning in FILE_WARNINGS.items()]
    return "".join(parts)


def main() -> None:
    """Write the generated files."""
    from cdp.glossary import as_markdown

    for name, text in (
        ("cli.md", cli_reference()),
        ("tables.md", tables_reference()),
        ("glossary.md", as_markdown()),
        ("reasons.md", reasons_reference()),
    ):
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote docs/{name}\n")


if __name__ == "__main__":
    main()
