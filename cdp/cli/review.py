"""cdp identity review: ask a steward what the model does not know."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import ByOption, Format, FormatOption, LimitOption, ReasonOption, WorkspaceOption
from cdp.cli.steward import actor, control

if TYPE_CHECKING:
    from cdp.serving import Reader
    from cdp.serving.review import Question
    from cdp.workspace.control import Control

COLUMNS = (
    "record_id_l", "record_id_r", "answer", "is_joined", "match_probability", "worth", "records_at_stake",
    "revenue_at_stake", "why", "left", "right",
)  # fmt: skip


def review(
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="Write the questions as CSV, to be answered elsewhere.",
                     show_default=False),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="Take answers from CSV: record_id_l, record_id_r, answer.",
                     show_default=False),
    ] = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: LimitOption = 20,
) -> None:  # fmt: skip
    """Ask about the pairs whose answers teach the most: close to the threshold, with much at stake.

    On a terminal each pair is shown side by side: y one customer, n never one, s skip, q quit. Answers are decisions.
    Elsewhere the questions are listed.
    """
    from cdp.cli.published import open_reader
    from cdp.serving.review import questions
    from cdp.workspace import load_workspace

    store = control(workspace)
    if answers is not None:
        _take(store, answers, actor(by), reason or f"review, {answers.name}")
        return
    threshold = load_workspace(workspace).identity.model.link_probability
    with open_reader(workspace) as reader:
        decided = {pair for one in store.decisions() for pair in one.pairs}
        asked = questions(reader, threshold, decided, limit)
        if export is not None:
            _export(reader, asked, export)
        elif sys.stdin.isatty() and form is Format.table:
            _ask(reader, asked, store, actor(by), reason or "review")
        else:
            _list(reader, asked, form)


def _take(store: Control, path: Path, by: str, reason: str) -> None:
    from cdp.cli.output import note, write
    from cdp.errors import IdentityError, UsageError
    from cdp.serving.labels import answer, read_csv

    rows = read_csv(path)
    if rows and not {"record_id_l", "record_id_r", "answer"} <= set(rows[0]):
        raise UsageError(f"{path} lacks columns", "answers need record_id_l, record_id_r and answer (y, n or skip)")
    given = [(row, is_yes) for row in rows if (is_yes := answer(row["answer"], path)) is not None]
    refused = 0
    for row, is_yes in given:
        try:
            _decide(store, row["record_id_l"], row["record_id_r"], is_yes=is_yes, by=by, reason=reason)
        except IdentityError as error:
            refused += 1
            note(f"{row['record_id_l']}, {row['record_id_r']}: {error}")
    write(f"{len(given) - refused} decisions; {refused} refused, {len(rows) - len(given)} left open")
    if refused:
        raise typer.Exit(4)


def _decide(store: Control, left: str, right: str, *, is_yes: bool, by: str, reason: str) -> str:
    from cdp.identity.decisions import Kind

    made = store.decide(Kind.must_link if is_yes else Kind.never_link, actor=by, reason=reason, pairs=[(left, right)])
    return f"decision {made.decision_id}: {made.told}"


def _rows(reader: Reader, asked: Sequence[Question]) -> Iterable[tuple[object, ...]]:
    from cdp.serving.review import question_sides

    for one in asked:
        told = [
            "; ".join(f"{name}: {', '.join(values[:3])}" for name, values in side.items())
            for side in question_sides(reader, one)
        ]
        yield (
            one.edge.left, one.edge.right, "", one.is_joined, one.edge.probability, one.worth, one.records_at_stake,
            one.revenue_at_stake, one.why, *told,
        )  # fmt: skip


def _export(reader: Reader, asked: Sequence[Question], path: Path) -> None:
    from cdp.cli.output import note

    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_rows(reader, asked))
    note(f"wrote {len(asked)} questions to {path}; fill in 'answer' with y, n or skip, then --answers {path}")


def _list(reader: Reader, asked: Sequence[Question], form: Format) -> None:
    from cdp.cli.output import note, print_rows
    from cdp.serving import Rows

    rows = list(_rows(reader, asked))
    if form is Format.table:
        shown = [(row[0], row[1], row[4], row[5], row[6], row[8]) for row in rows]
        columns = ("record_id_l", "record_id_r", "match_probability", "worth", "records_at_stake", "why")
        print_rows(Rows(columns, shown), form, empty="nothing is doubtful")
        note("answer on a terminal, or with --export FILE and --answers FILE")
    else:
        print_rows(Rows(COLUMNS, rows), form)


def _ask(reader: Reader, asked: Sequence[Question], store: Control, by: str, reason: str) -> None:
    from cdp.cli.output import note, print_rows, write
    from cdp.errors import IdentityError
    from cdp.serving import Rows
    from cdp.serving.review import question_sides
    from cdp.serving.sides import beside

    taken = 0
    for number, one in enumerate(asked, 1):
        write(f"\n[{number}/{len(asked)}] {one.edge.left} — {one.edge.right}\n{one.why}")
        columns = ("field", "left", "right", "verdict")
        print_rows(Rows(columns, beside(*question_sides(reader, one))), Format.table)
        given = _answer()
        if given == "q":
            break
        if given in ("y", "n"):
            try:
                write(_decide(store, one.edge.left, one.edge.right, is_yes=given == "y", by=by, reason=reason))
                taken += 1
            except IdentityError as error:
                note(str(error))
    note(f"{taken} decisions; they count from the next 'cdp run' on" if asked else "nothing is doubtful")


def _answer() -> str:
    from cdp.cli.output import note

    while True:
        try:
            given = input("One customer? y/n/s(kip)/q(uit) ").strip().lower()[:1]
        except EOFError:
            return "q"
        if given in ("y", "n", "s", "q"):
            return given
        note("y: one customer, n: never one, s: skip, q: quit")
