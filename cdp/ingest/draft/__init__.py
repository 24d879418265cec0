"""Draft a feed from an unknown export: look at its files, guess what its columns mean, write feed, contract and SQL."""

from __future__ import annotations

from cdp.ingest.draft.draft import Draft, draft_feed
from cdp.ingest.draft.yamltext import globs_of, name_of

__all__ = ["Draft", "draft_feed", "globs_of", "name_of"]
