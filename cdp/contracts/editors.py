"""The line that tells editors which JSON Schema a file of the workspace follows."""

from __future__ import annotations

from pathlib import PurePosixPath

FOLDER = PurePosixPath("schemas/json")
"""Where a workspace keeps the schemas that 'cdp schema' writes."""


def schema_path(kind: str) -> PurePosixPath:
    """The schema of one kind of document, below the workspace."""
    return FOLDER / f"{kind}.schema.json"


def schema_line(below: str | PurePosixPath, kind: str) -> str:
    """The first line of a YAML (or TOML) file at ``below``, a path below the workspace, for editors to complete by.

    YAML editors follow the yaml-language-server comment, TOML editors that of Taplo.
    """
    path = PurePosixPath(below)
    relative = "../" * (len(path.parts) - 1) + str(schema_path(kind))
    return f"#:schema {relative}" if path.suffix == ".toml" else f"# yaml-language-server: $schema={relative}"
