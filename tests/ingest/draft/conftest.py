"""Drafts of every preset's raw sample, made as if no preset were known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from cdp.engines import open_engine
from cdp.ingest.draft import Draft, draft_feed
from cdp.ingest.draft.trial import Trial, try_feed
from cdp.workspace import check_workspace
from cdp.workspace.feeds import place_feed, presets
from cdp.workspace.init import init_workspace

AS_OF = datetime(2026, 6, 2)


@dataclass(frozen=True)
class Tried:
    """A draft, and what became of the rows it was drafted from."""

    draft: Draft
    trial: Trial

    def rows(self, table):
        """Rows of a canonical table as mappings."""
        (found,) = [sample for sample in self.trial.tables if sample.name == table]
        assert len(found.rows) == found.count
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    def identifiers(self, kind):
        return {row["identifier_value"] for row in self.rows("record_identifiers") if row["identifier_type"] == kind}

    def contract(self):
        return next(text for path, text in self.draft.files.items() if path.startswith("schemas/exports"))


def try_drafts(
    folder: Path,
    exports: dict[str, tuple[list[Path], dict[str, str]]],
    trial_files: list[Path] | None = None,
    edited=lambda text: text,
) -> dict[str, Tried]:
    """Draft every export into one empty workspace, which must pass its check, and try the files, or later ones too.

    ``edited`` changes the text of a drafted file as a person would.
    """
    root = init_workspace(folder, empty=True)
    engine = open_engine("duckdb", threads=1)
    drafts = {}
    for name, (files, options) in exports.items():
        drafts[name] = draft_feed(files, engine, name=name, **options)
        texts = {path: edited(text) for path, text in drafts[name].files.items()}
        place_feed(root, name, texts, force=False)
    workspace, faults = check_workspace(root)
    assert faults == []
    plans = {plan.feed.feed: plan for plan in workspace.plans}
    tried = {
        name: Tried(
            draft,
            try_feed(
                engine, plans[name], workspace.canonical(), trial_files or exports[name][0], as_of=AS_OF, shown=10_000
            ),
        )
        for name, draft in drafts.items()
    }
    engine.close()
    return tried


def _drafts(folder, exports, options):
    files = {}
    for name, content in exports.items():
        path = folder / name
        path.write_text(content, encoding="utf-8")
        files[path.stem] = ([path], options)
    return try_drafts(folder / "workspace", files)


@pytest.fixture
def drafts_of(tmp_path):
    """Draft exports given as text by file name, all into one workspace; gives what became of each."""
    return lambda exports, **options: _drafts(tmp_path, exports, options)


@pytest.fixture
def draft_of_file(tmp_path):
    """Draft a feed of one file that is there; gives what became of it."""
    return lambda path, **options: try_drafts(tmp_path / "workspace", {path.stem: ([path], options)})[path.stem]


@pytest.fixture(scope="session")
def drafts_in(tmp_path_factory):
    """The same, for a fixture of a module."""
    return lambda name, exports, **options: _drafts(tmp_path_factory.mktemp(name), exports, options)


@pytest.fixture(scope="session")
def drafted(tmp_path_factory):
    exports = {
        name.replace("-", "_"): (sorted((preset.folder / "sample").iterdir()), {})
        for name, preset in presets(None).items()
    }
    return try_drafts(tmp_path_factory.mktemp("drafts") / "workspace", exports)
