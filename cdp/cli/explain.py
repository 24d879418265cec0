"""cdp customer explain: why records are one customer, or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.identity.weighing import RunModel
    from cdp.runs import Manifest, Store
    from cdp.serving.edges import Edge
    from cdp.serving.explain import Explanation

_BAR = 24


def explain(
    key: Annotated[
        str, typer.Argument(metavar="A", help="Record (feed:source_id), or any key of 'cdp customer show'.")
    ],
    other: Annotated[
        str | None, typer.Argument(metavar="[B]", help="A second one: what joins or parts the two.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page with the weights as charts.", show_default=False),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Answer from an earlier run, while it is kept.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: LimitOption = 20,
) -> None:
    """Explain why records are one customer: identifiers, model weights by field, decisions, what was refused.

    With A and B: the path that joins them; or why they are not one (threshold, veto, guard, decision, blocked value,
    never compared), with the weight of each field. CSV lists the edges.
    """
    from cdp.cli.output import note, print_json, print_rows
    from cdp.serving import Reader, Rows
    from cdp.serving.explain import explain_customer, explain_pair

    path, raw, model = _published(workspace, run)
    with Reader(path) as reader:
        answer = explain_pair(reader, key, other, raw, model) if other else explain_customer(reader, key)
    if html is not None:
        from cdp.serving.waterfall import page

        html.write_text(page(answer), encoding="utf-8")
        note(f"wrote {html}")
    if form is Format.json:
        print_json(answer.as_document())
    elif form is Format.csv:
        columns = (
            "record_id_l", "record_id_r", "edge_type", "identifier_type", "identifier_value", "match_weight",
            "match_probability", "words", "is_cut", "cut_reason", "kept_apart_by",
        )  # fmt: skip
        print_rows(Rows.of(columns, [edge.as_document() for edge in (*answer.path, *answer.against)]), form)
    else:
        _print(answer, limit)


def _published(workspace: Path | None, run: str | None) -> tuple[Path, list[Path], RunModel | None]:
    """The published file of a run, the parquet files of its raw identifiers, and what is kept of its comparisons."""
    from cdp.errors import NotFoundError
    from cdp.runs import Store
    from cdp.serving import published_link
    from cdp.workspace import find_root

    if run is None:
        link = published_link(workspace or Path.cwd())
    root = find_root(workspace)
    store = Store(root / "data")
    manifest = store.read(run) if run is not None else store.head()
    files = [store.path(ref) for ref in manifest.tables.get("record_identifiers", ())] if manifest else []
    raw, model = [file for file in files if file.is_file()], _run_model(root, store, manifest)
    if run is None or manifest is None:
        return link, raw, model
    path = store.serve / manifest.published
    if not path.is_file():
        raise NotFoundError(
            f"the published file of {run} is gone", "it was vacuumed; 'cdp runs list' shows what is kept"
        )
    return path, raw, model


def _run_model(root: Path, store: Store, manifest: Manifest | None) -> RunModel | None:
    from cdp.identity.weighing import RunModel
    from cdp.runs.parts import gone_name

    if manifest is None:
        return None
    heads_table = "identity_state_representatives"
    state, heads, gone = (
        tuple(store.path(ref) for ref in manifest.tables.get(name, ()))
        for name in ("identity_state", heads_table, gone_name(heads_table))
    )
    path = store.data / manifest.model if manifest.model else root / "pipelines/identity/model.json"
    model = RunModel(path, state, heads, gone[0] if gone else None)
    return model if model.is_there else None


def _print(answer: Explanation, limit: int) -> None:
    from rich.rule import Rule

    from cdp.cli.output import console, note, print_rows, write

    out = console()
    out.print(Rule(answer.question, align="left"))
    write(answer.verdict[:1].upper() + answer.verdict[1:] + ".\n")
    if answer.path:
        write("What holds them together")
        _print_edges(answer.path, limit)
    if answer.against:
        write("What was refused")
        _print_edges(answer.against, limit)
    for kind, value, reason in answer.blocked:
        write(f"Blocked, and carried by both: {kind} {value} ({reason})")
    if len(answer.held):
        print_rows(answer.held, Format.table, title="Who held what when (values that several customers carry)")
    if len(answer.compared):
        print_rows(answer.compared, Format.table, title="Side by side")
    if len(answer.records):
        print_rows(answer.records, Format.table, title="Records", limit=limit)
    note("'--html FILE' writes this with charts; 'cdp identity link' and 'unlink' correct it")


def _print_edges(edges: Sequence[Edge], limit: int) -> None:
    from cdp.cli.output import note, write

    shown = edges[: limit or None]
    for edge in shown:
        write(f"  {edge.left} — {edge.right}")
        write(f"      {edge.words}")
        if edge.is_cut:
            write(f"      cut ({edge.kept_apart_by}): {edge.cut_reason}")
        for line in bars(edge.steps):
            write(f"      {line}")
    write("")
    if len(shown) < len(edges):
        note(f"{len(edges) - len(shown)} more; --limit 0 shows all")


def bars(steps: Sequence[tuple[str, float]]) -> list[str]:
    """The waterfall as text: each line begins where the one before it ends. Units are bits."""
    if not steps:
        return []
    ends = [0.0]
    for _, weight in steps:
        ends.append(ends[-1] + weight)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    lines = []
    rows = [(name, start, end) for (name, _), start, end in zip(steps, ends, ends[1:], strict=False)]
    for name, start, end in [*rows, ("together", 0.0, ends[-1])]:
        left, right = sorted(round((value - low) / span * _BAR) for value in (start, end))
        bar = " " * left + ("█" if end >= start else "░") * max(right - left, 1)
        lines.append(f"{name:<24} {end - start:+7.1f}  {bar}".rstrip())
    return lines
