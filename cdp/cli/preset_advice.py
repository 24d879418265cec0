"""Which preset knows an export, and whether it finds what a draft finds: then feed add recommends it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdp.ingest.draft import Draft
    from cdp.workspace.feeds import Preset

_GOOD = 0.9
"""Share of rows that a preset accepts at least."""
_AS_MUCH = 0.8
"""Share of the draft's e-mails, phones, names and opt-outs that a preset finds at least."""


def tell_preset(
    root: Path, draft: Draft, texts: Mapping[str, str], files: Sequence[Path], *,
    globs: Sequence[str], zone: str | None, currency: str | None,
) -> None:  # fmt: skip
    """The preset whose contract knows most of the columns, with the command that takes it in place of the draft.

    ``texts`` are the draft's files by path in the workspace.
    """
    from cdp.cli.output import note
    from cdp.ingest.draft import globs_of
    from cdp.workspace.feeds import config_of
    from cdp.workspace.feeds import presets as known

    presets = known(root)
    best = _nearest(presets, {column.source for column in draft.columns})
    if best is None:
        return
    settings, config = presets[best].settings, config_of(root)
    if why := _falls_short(presets[best], draft, texts, files):
        note(f"This looks like {settings.title}, but the preset {best} {why}: the draft is the better start.")
        return
    words = ["cdp", "feed", "add", "--preset", best, "--name", draft.feed]
    words += ["--time-zone", zone or config.time_zone] if settings.has_own_zone else []
    words += ["--currency", currency or config.currency] if settings.currency else []
    for glob in globs or globs_of([path.name for path in files]):
        words += ["--files", glob]
    words += ["--force", *map(str, files)]
    note(
        f"This is {settings.title}: there is a preset for it, which knows the export better than a draft. "
        f"To take it in place of the draft:\n  {shlex.join(words)}\n"
    )


def _nearest(presets: Mapping[str, Preset], ours: set[str]) -> str | None:
    """The preset that names most of the columns, when these are many of the file's or of its own."""
    shared: dict[str, int] = {}
    known_of: dict[str, int] = {}
    for name, preset in presets.items():
        content = (preset.folder / "contract.yaml").read_text(encoding="utf-8")
        theirs = set(re.findall(r"^(?:    physicalName|  - name): '?(.*?)'?$", content, re.MULTILINE))
        shared[name], known_of[name] = len(ours & theirs), len(re.findall(r"^  - name:", content, re.MULTILINE))
    best = max(shared, key=lambda name: shared[name])
    is_near = shared[best] >= max(3, 0.6 * len(ours)) or shared[best] >= max(12, 0.6 * known_of[best])
    return best if is_near else None


def _falls_short(preset: Preset, draft: Draft, texts: Mapping[str, str], files: Sequence[Path]) -> str:
    """What the preset would lose of the files, if it loses much; nothing where they are too large to try."""
    from cdp.workspace.feed_trials import outcome
    from cdp.workspace.feeds import rendered

    theirs = outcome(preset.settings.feed, rendered(preset), files)
    if theirs is None:
        return ""
    if theirs.accepted < _GOOD:
        return f"would accept {theirs.accepted:.0%} of these rows only"
    ours = outcome(draft.feed, texts, files)
    lost = [
        f"{theirs.found.get(kind, 0)} of the {count} {kind}"
        for kind, count in (ours.found.items() if ours else ())
        if theirs.found.get(kind, 0) < _AS_MUCH * count
    ]
    if not lost:
        return ""
    return f"would find {' and '.join(lost)} that the draft finds, because it knows these columns by other headers"
