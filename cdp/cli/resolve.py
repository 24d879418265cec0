"""cdp resolve: who is who in any files of people, without a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import pairs

if TYPE_CHECKING:
    from cdp.identity.generic import Resolution


def resolve(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV, JSON Lines or parquet files of people.")],
    ids: Annotated[
        list[str],
        typer.Option(
            "--id", metavar="[FILE=]COLUMN", help="Names a record within its source; FILE= where files differ."
        ),
    ],
    source_column: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="COLUMN",
            help="Says which source a record comes from; by default the file's name.",
            show_default=False,
        ),
    ] = None,
    one_per_source: Annotated[
        bool | None,
        typer.Option(
            "--one-per-source/--several-per-source",
            help="Whether a source holds a person at most once; by default the data decides.",
            show_default=False,
        ),
    ] = None,
    roles: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="COLUMN=ROLE", help="What a column is, where the guess is wrong.", show_default=False
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Known answers, to weigh scores and choose the threshold. A CSV or parquet file with a header and two "
            "columns (record, person) or three (record, record, yes or no); records by id, or as source/id.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="OUT", help="A .csv or .parquet file; else stdout.", show_default=False),
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Threads at most.", show_default=False)
    ] = None,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="Memory at most, as '4GB'.", show_default=False)
    ] = None,
) -> None:
    """Find the people in files of records: recognises columns, learns, matches; nothing to configure.

    Writes source, source_id and customer_id of every record.
    """
    from cdp.identity.generic import ResolveOptions, read_labels, resolve_files

    id_column, id_columns = _ids(ids)
    options = ResolveOptions(
        id_column=id_column,
        id_columns=id_columns,
        source_column=source_column,
        one_per_source=one_per_source,
        roles=pairs("--as", roles or [], "geb_dat=birth_date"),
        labels=None if labels is None else read_labels(labels),
        threads=threads,
        memory_limit=memory,
    )
    resolution = resolve_files(files, options)
    _tell(resolution)
    _write(resolution, out)


def _ids(given: list[str]) -> tuple[str, dict[str, str]]:
    """The column for all files, and those of single files by their stem."""
    from cdp.errors import UsageError

    shared, single = "", {}
    for text in given:
        file, sign, column = text.rpartition("=")
        if not column or (sign and not file) or (not sign and shared):
            raise UsageError(f"--id {text} is not understood", "give --id COLUMN once, or --id FILE=COLUMN per file")
        if sign:
            single[Path(file).name.split(".")[0]] = column
        else:
            shared = column
    return shared, single


def _tell(resolution: Resolution) -> None:
    from cdp.cli.output import note

    for source, guesses in resolution.roles.items():
        note(f"{source}:")
        for guess in guesses:
            note(f"  {guess.column:<24} {guess.role:<14} {guess.reason}")
    if resolution.rules:
        note(f"compared by {', '.join(resolution.comparisons)}")
        note(f"{resolution.count_pairs:,} pairs from {len(resolution.rules)} blocking rules:")
        for rule in resolution.rules:
            cut = "" if rule.is_whole else f", without groups of more than {rule.largest_group}"
            note(f"  {rule.rule.label:<40} {rule.pairs:>12,}{cut}")
    for text in resolution.notes:
        note(text)
    note(
        f"{len(resolution.customers):,} records are {resolution.count_people:,} people; "
        f"the most records of one person: {resolution.largest}"
    )
    if resolution.precision is not None and resolution.recall is not None:
        note(f"expected by the model: precision {resolution.precision:.3f}, recall {resolution.recall:.3f}")


def _write(resolution: Resolution, out: Path | None) -> None:
    from cdp.cli.output import write
    from cdp.errors import UsageError

    if out is None:
        write(resolution.customers.to_csv(index=False, lineterminator="\n").rstrip("\n"))
        return
    try:
        if out.suffix.lower() == ".parquet":
            resolution.customers.to_parquet(out, index=False)
        else:
            resolution.customers.to_csv(out, index=False, lineterminator="\n")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}", "choose another file with -o") from error
