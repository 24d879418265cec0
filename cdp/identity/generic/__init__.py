"""Identity resolution of any files of people, with nothing to configure."""

from __future__ import annotations

from cdp.identity.generic.labels import read_labels
from cdp.identity.generic.read import Source
from cdp.identity.generic.resolve import Resolution, ResolveOptions, resolve_files, resolve_frames

__all__ = ["Resolution", "ResolveOptions", "Source", "read_labels", "resolve_files", "resolve_frames"]
