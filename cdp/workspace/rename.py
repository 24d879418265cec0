"""Accept a renamed column: one more alias in the contract's YAML, comments and layout left as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from cdp.contracts import Contract, load_document
from cdp.errors import NotFoundError, UsageError, WorkspaceError


def rename_column(path: Path, old: str, new: str) -> str:
    """Let the column ``old`` of the contract in ``path`` be delivered as ``new`` too; gives the column's name.

    ``old`` is the column's name, header or one of its aliases. Raises ``NotFoundError`` when there is no such column,
    ``UsageError`` when ``new`` is a known name already.
    """
    contract, faults = load_document(path, Contract)
    if contract is None:
        raise WorkspaceError("\n".join(map(str, faults)), "mend the contract, then try again")
    names = {item.name: (item.name, item.source, *item.aliases) for item in contract.properties}
    item = next((item for item in contract.properties if old in names[item.name]), None)
    if item is None:
        listed = ", ".join(item.source for item in contract.properties)
        raise NotFoundError(f"{path.name} has no column {old!r}", f"columns are: {listed}")
    if item.source.startswith("$") and not new.startswith("$"):
        new = f"{item.source.rpartition('.')[0]}.{new}"
    holder = next((other for other in contract.properties if new in (other.source, *other.aliases)), None)
    if holder is not None:
        raise UsageError(
            f"{new} is a name of the column {holder.name} already",
            "nothing was changed" if holder is item else "take it out there first; a header belongs to one column",
        )
    before = path.read_text(encoding="utf-8")
    path.write_text(_with_alias(before, item.name, new), encoding="utf-8")
    changed, faults = load_document(path, Contract)
    if changed is None or new not in changed.find(item.name).aliases:
        path.write_text(before, encoding="utf-8")
        raise WorkspaceError(
            f"{path}: the alias could not be written without breaking the file",
            f"write it by hand: aliases: [{_scalar(new)}] under {item.name}",
        )
    return item.name


def _scalar(value: str) -> str:
    return value if re.fullmatch(r"[A-Za-z_][\w-]*", value) else json.dumps(value, ensure_ascii=False)


def _with_alias(content: str, name: str, alias: str) -> str:
    """The text with one alias more in the property called ``name``."""
    document = yaml.compose(content, Loader=yaml.SafeLoader)
    assert isinstance(document, yaml.MappingNode)
    properties = next(value for key, value in document.value if key.value == "properties")
    for node in properties.value:
        keys = {key.value: (key, value) for key, value in node.value}
        if keys["name"][1].value == name:
            return _insert(content, node, keys, alias)
    raise AssertionError(name)


def _insert(content: str, node: yaml.MappingNode, keys: dict[str, tuple[yaml.Node, yaml.Node]], alias: str) -> str:
    if "aliases" in keys:
        listed = keys["aliases"][1]
        assert isinstance(listed, yaml.SequenceNode)
        if listed.flow_style:
            place = listed.end_mark.index - 1
            return content[:place] + (", " if listed.value else "") + _scalar(alias) + content[place:]
        first = listed.value[0].start_mark
        line = content.rfind("\n", 0, first.index) + 1
        return content[:line] + content[line : first.index] + _scalar(alias) + "\n" + content[line:]
    value = keys.get("physicalName", keys["name"])[1]
    if node.flow_style:
        place = value.end_mark.index
        return f"{content[:place]}, aliases: [{_scalar(alias)}]{content[place:]}"
    end = content.find("\n", value.end_mark.index)
    place = len(content) if end < 0 else end
    indent = " " * keys["name"][0].start_mark.column
    return f"{content[:place]}\n{indent}aliases: [{_scalar(alias)}]{content[place:]}"
