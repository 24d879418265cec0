"""The workspace: a folder with cdp.toml, pipelines and schemas. Found, loaded and checked as a whole."""

from __future__ import annotations

from cdp.workspace.config import NightlySettings, WorkspaceConfig
from cdp.workspace.load import Workspace, check_workspace, find_root, load_workspace

__all__ = [
    "NightlySettings",
    "Workspace",
    "WorkspaceConfig",
    "check_workspace",
    "find_root",
    "load_workspace",
]
