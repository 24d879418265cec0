"""cdp schema: JSON Schemas of the workspace's YAML, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cdp.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from pydantic import BaseModel


def schema(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="The kind of document.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Write <kind>.schema.json files here.", show_default=False),
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Print the JSON Schema of one kind of document, or write those of all kinds; without KIND list the kinds."""
    import json

    from cdp.cli.output import note, print_rows, write
    from cdp.errors import UsageError
    from cdp.serving import Rows

    kinds = _kinds()
    if kind is not None and kind not in kinds:
        raise UsageError(f"there is no kind of document called {kind!r}", f"kinds are: {', '.join(kinds)}")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name in [kind] if kind else kinds:
            path = out / f"{name}.schema.json"
            path.write_text(json.dumps(_schema(kinds[name][1]), indent=2) + "\n", encoding="utf-8")
            note(f"wrote {path}")
    elif kind is not None:
        write(json.dumps(_schema(kinds[kind][1]), indent=2))
    else:
        print_rows(Rows(("kind", "files"), [(name, files) for name, (files, _) in kinds.items()]), form)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}


def _kinds() -> dict[str, tuple[str, type[BaseModel]]]:
    from cdp.contracts import Contract, TableContract
    from cdp.identity.settings import IdentitySettings
    from cdp.ingest.feed import Feed
    from cdp.measures.definitions import Attribute, KpiGroup
    from cdp.profiles.settings import ProfileSettings
    from cdp.segments import SegmentDefinition
    from cdp.workspace import NightlySettings, WorkspaceConfig
    from cdp.workspace.feeds import PresetSettings

    return {
        "workspace": ("cdp.toml", WorkspaceConfig),
        "nightly": ("pipelines/nightly.yaml", NightlySettings),
        "feed": ("pipelines/feeds/<feed>/feed.yaml", Feed),
        "preset": ("pipelines/presets/<name>/preset.yaml", PresetSettings),
        "identity": ("pipelines/identity/settings.yaml", IdentitySettings),
        "profile": ("pipelines/profile.yaml", ProfileSettings),
        "attribute": ("pipelines/attributes/<name>.yaml", Attribute),
        "kpis": ("pipelines/kpis/<group>.yaml", KpiGroup),
        "segment": ("pipelines/segments/<name>.yaml", SegmentDefinition),
        "contract": ("schemas/exports/<name>.yaml", Contract),
        "table": ("schemas/tables/<name>.yaml", TableContract),
    }
