"""cdp feed add: a first draft of a feed from an unknown export, or a ready one from a preset."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption, pairs

if TYPE_CHECKING:
    from cdp.ingest.draft import Draft
    from cdp.ingest.draft.meanings import Column
    from cdp.ingest.feed import Feed


_CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True)
class _Asked:
    """What the options say."""

    files: tuple[Path, ...]
    name: str | None
    source: str | None
    globs: tuple[str, ...]
    zone: str | None
    currency: str | None
    channel: str | None
    said: Mapping[str, str]


def add(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Files of one export.", show_default=False)
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", "-p", metavar="PRESET", help="Copy a ready feed; 'cdp feed presets' lists them.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Name of the feed; by default from the file.", show_default=False),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="WORD", help="The system it comes from, e.g. till.", show_default=False),
    ] = None,
    globs: Annotated[
        list[str] | None,
        typer.Option(
            "--files", metavar="GLOB", help="Which files below the inbox are these; may be repeated.",
            show_default=False,
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone", metavar="ZONE", help="Zone of times without offset; by default the workspace's.",
            show_default=False,
        ),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option("--currency", metavar="CODE", help="Currency, where the export names none.", show_default=False),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="WORD", help="store, web or app, for orders and events.", show_default=False),
    ] = None,
    said: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="COLUMN=MEANING", help="What a column is, where the guess is wrong; may be repeated.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a feed of that name.")] = False,
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """Draft a feed from files of an unknown export: feed.yaml, contract, and SQL for every table.

    Looks at dialect, encoding, header, types, keys and times, and at what each column means. Where the draft is
    unsure, a comment says UNSURE. 'cdp feed check' then shows what becomes of the rows.
    """
    from cdp.cli.output import note
    from cdp.cli.preset_advice import tell_preset
    from cdp.errors import UsageError
    from cdp.workspace import find_root
    from cdp.workspace.feed_trials import without_faulty_tables

    root = find_root(workspace)
    if currency is not None and not _CURRENCY.fullmatch(currency):
        raise UsageError(f"{currency!r} is no currency", "its code has three capital letters, e.g. EUR, GBP, USD")
    asked = _Asked(
        tuple(files or ()),
        name,
        source,
        tuple(globs or ()),
        zone,
        currency,
        channel,
        pairs("--as", said or [], "bestell_nr=order_id"),
    )
    if preset and said:
        raise UsageError("--as is for drafts", "a preset knows its columns; edit its feed where yours differ")
    if preset:
        _from_preset(root, preset, asked, dry_run=dry_run, force=force)
    elif asked.files:
        draft = _drafted(root, asked)
        texts, left_out = without_faulty_tables(draft.feed, draft.files)
        tell_preset(root, draft, texts, asked.files, globs=asked.globs, zone=asked.zone, currency=asked.currency)
        feeds = _finish(root, draft.feed, texts, dry_run=dry_run, force=force)
        for fault in left_out:
            note(f"warning: left out, because it does not run: {fault}")
        if feeds is not None:
            _tell_guesses(draft)
            _tell_rivals(root, feeds, draft.feed, asked.files)
            _tell_orders(root, draft.feed)
            note(f"Next: cdp feed check {shlex.join([draft.feed, *map(str, asked.files)])}")
    else:
        raise UsageError("neither a file nor a preset was named", "cdp feed add FILE…, or cdp feed add --preset NAME")


def presets(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List presets: ready feeds for systems that people have, added with 'cdp feed add --preset NAME'."""
    from cdp.cli.output import print_rows
    from cdp.errors import NotFoundError
    from cdp.serving import Rows
    from cdp.workspace import find_root
    from cdp.workspace.feeds import presets as known

    try:
        root = find_root(workspace)
    except NotFoundError:
        root = None
    rows = [
        (item.settings.preset, item.settings.title, item.settings.description, item.settings.export)
        for item in known(root).values()
    ]
    print_rows(Rows(("preset", "title", "description", "export"), rows), form)


def _from_preset(root: Path, preset: str, asked: _Asked, *, dry_run: bool, force: bool) -> None:
    from cdp.cli.output import note
    from cdp.workspace.feeds import config_of, find_preset, online_orders_elsewhere, rendered

    chosen, config = find_preset(root, preset), config_of(root)
    settings = chosen.settings
    feed = asked.name or settings.feed
    zone = asked.zone or (config.time_zone if settings.has_own_zone else None)
    currency = asked.currency or config.currency
    elsewhere = online_orders_elsewhere(root, feed) if settings.spare_tables else []
    spared = settings.spare_tables if elsewhere else ()
    texts = rendered(chosen, name=feed, zone=zone, currency=currency, globs=asked.globs, without=spared)
    feeds = _finish(root, feed, texts, dry_run=dry_run, force=force)
    if feeds is None:
        return
    if settings.has_own_zone:
        note(f"Times without offset are read in {zone}; --time-zone (with --force) changes it.")
    if settings.currency:
        note(
            f"Amounts whose currency the export does not name are in {currency}; --currency (with --force) changes it."
        )
    if spared:
        note(f"Orders come from {', '.join(elsewhere)}, so {', '.join(spared)} are not taken from here too.")
    _tell_rivals(root, feeds, feed, asked.files)
    _tell_orders(root, feed)
    note(f"Next: cdp feed check {shlex.join([feed, *map(str, asked.files)])}")


def _drafted(root: Path, asked: _Asked) -> Draft:
    from cdp.engines import open_engine
    from cdp.ingest.draft import draft_feed, name_of
    from cdp.workspace.feeds import config_of, must_be_zone

    config = config_of(root)
    zone = asked.zone or config.time_zone
    taken = {path.stem for path in (root / "schemas/tables").glob("*.yaml")}
    name = asked.name or name_of([path.name for path in asked.files])
    engine = open_engine("duckdb", threads=1)
    try:
        return draft_feed(
            asked.files,
            engine,
            name=f"{name}_export" if name in taken else name or None,
            source=asked.source,
            zone=must_be_zone(zone),
            channel=asked.channel or "",
            currency=asked.currency or "",
            default_currency=config.currency,
            globs=asked.globs,
            said=asked.said,
        )
    finally:
        engine.close()


def _finish(
    root: Path, feed: str, texts: Mapping[str, str], *, dry_run: bool, force: bool
) -> Mapping[str, Feed] | None:
    """Print or write the files; gives all feeds of the workspace when they were written."""
    from cdp.cli.output import note, write
    from cdp.errors import WorkspaceError
    from cdp.workspace import check_workspace
    from cdp.workspace.feeds import place_feed, sound_feeds

    if dry_run:
        for name, content in texts.items():
            note(f"--- {name}")
            write(content)
        return None
    written = place_feed(root, feed, texts, force=force)
    for path in written:
        write(str(path.relative_to(root)))
    loaded, faults = check_workspace(root)
    ours = [fault for fault in faults if root / fault.file in written]
    if ours:
        raise WorkspaceError("\n".join(map(str, ours)), "mend the files by hand, then 'cdp check'")
    return loaded.feeds if loaded else sound_feeds(root)


def _tell_guesses(draft: Draft) -> None:
    from cdp.cli.output import note, print_rows
    from cdp.serving import Rows

    note(f"\n{draft.feed}: taken for {draft.about}. Columns and what they are taken for:")
    rows = [(column.source, column.shape.kind, _taken_for(column), f"{column.filled:.0%}") for column in draft.columns]
    print_rows(Rows(("column", "type", "taken for", "filled"), rows), Format.table)
    for doubt in draft.doubts:
        note(f"unsure: {doubt}")


def _taken_for(column: Column) -> str:
    if column.consent is not None:
        return f"consent to {column.consent.channel}"
    if column.owner == "other":
        return "somebody else's: not used"
    owner = f" ({column.owner})" if column.meaning and column.owner in {"billing", "shipping", "item"} else ""
    return column.meaning.replace("_", " ") + owner


def _tell_rivals(root: Path, feeds: Mapping[str, Feed], feed: str, files: Sequence[Path]) -> None:
    """Other feeds that claim files of these names: a run would stop at that."""
    from cdp.cli.output import note
    from cdp.workspace.feeds import config_of

    inbox = (root / config_of(root).inbox).resolve()
    for file in files:
        place = file.resolve()
        below = place.relative_to(inbox) if place.is_relative_to(inbox) else Path(file.name)
        claims = [name for name, item in feeds.items() if any(below.match(glob) for glob in item.files)]
        rivals = [name for name in claims if name != feed]
        if rivals:
            note(f"warning: {file.name} also fits the files of {', '.join(rivals)}; narrow the globs in feed.yaml")
        if feed not in claims:
            note(f"warning: {file.name} does not fit the files of {feed}; change the globs with --files")


def _tell_orders(root: Path, feed: str) -> None:
    """Two feeds that bring the same online orders: a run would stop at that."""
    from cdp.cli.output import note
    from cdp.workspace.feeds import online_orders_elsewhere

    others = online_orders_elsewhere(root, feed)
    if others and feed in online_orders_elsewhere(root, ""):
        note(
            f"warning: {', '.join(others)} brings orders too; where both tell of the same orders, take orders, "
            "order_lines and returns out of tables: in one of their feed.yaml"
        )
