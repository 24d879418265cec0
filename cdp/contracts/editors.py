"""The line that tells editors which JSON Schema a file of the workspace follows."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

FOLDER = PurePosixPath("schemas/json")
"""Where a workspace keeps the schemas that 'cdp schema' writes."""
KINDS = {
    "cdp.toml": "workspace",
    "pipelines/nightly.yaml": "nightly",
    "pipelines/profile.yaml": "profile",
    "pipelines/identity/settings.yaml": "identity",
    "pipelines/feeds/*/feed.yaml": "feed",
    "pipelines/presets/*/preset.yaml": "preset",
    "pipelines/presets/*/feed.yaml": "feed",
    "pipelines/presets/*/contract.yaml": "contract",
    "pipelines/attributes/*.yaml": "attribute",
    "pipelines/kpis/*.yaml": "kpis",
    "pipelines/segments/*.yaml": "segment",
    "schemas/exports/*.yaml": "contract",
    "schemas/tables/*.yaml": "table",
}
"""Files below the workspace, and the kind of document that they hold."""
_MARKS = ("# yaml-language-server: $schema=", "#:schema ")


def kind_of(below: str | PurePosixPath) -> str | None:
    """The kind of document that a file of the workspace holds; ``None`` when it is none that has a schema."""
    path = PurePosixPath(below)
    hits = (kind for pattern, kind in KINDS.items() if fnmatchcase(str(path), pattern))
    return next((kind for kind in hits), None)


def schema_line(below: str | PurePosixPath, kind: str) -> str:
    """The first line of a file at ``below``, a path below the workspace, for editors to complete by.

    YAML editors follow the yaml-language-server comment, TOML editors that of Taplo.
    """
    path = PurePosixPath(below)
    relative = "../" * (len(path.parts) - 1) + str(FOLDER / f"{kind}.schema.json")
    return (_MARKS[1] if path.suffix == ".toml" else _MARKS[0]) + relative


def with_schema_line(below: str | PurePosixPath, text: str) -> str:
    """A file's text with the line that fits its place; texts of no known kind stay as they are."""
    kind = kind_of(below)
    if kind is None:
        return text
    lines = text.splitlines(keepends=True)
    rest = lines[1:] if lines and lines[0].startswith(_MARKS) else lines
    return schema_line(below, kind) + "\n" + "".join(rest)
