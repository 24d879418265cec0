"""cdp identity evaluate, report and diff: how good who-is-who is, and what other settings would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cdp.cli.blocked import proposals
from cdp.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

_ANSWERED = "What the model alone says of the pairs that stewards answered, by threshold"
LabelsOption = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="CSV: feed,source_id,person; or record_id,person; or record_id_l,record_id_r,is_match.",
        show_default=False,
    ),
]


def evaluate(
    labels: LabelsOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Say how good the published identity is.

    With labels: precision, recall and F1 over pairs and B-cubed, what each threshold would give, errors by kind.
    Without: what the model expects of itself, sizes, conflicts, and drift against the run before. CSV gives figures.
    """
    from cdp.cli.output import print_json, print_rows
    from cdp.serving import Rows

    content = _evaluated(workspace, labels)
    if form is Format.json:
        print_json(content)
    elif form is Format.csv:
        print_rows(Rows(("figure", "value"), list(_flat(content))), form)
    else:
        _print(content)


def report(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the page is written.")] = Path(
        "identity.html"
    ),
    labels: LabelsOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the evaluation and what the model learned as one HTML page that needs nothing from elsewhere."""
    from cdp.cli.output import note, write
    from cdp.identity.levels import level_weights
    from cdp.runs import Store
    from cdp.serving.report import report_page
    from cdp.workspace import find_root

    content = _evaluated(workspace, labels)
    content["shared_values"] = [
        {name: value for name, value in one.as_document().items() if name != "yaml"} for one in proposals(workspace)
    ]
    root = find_root(workspace)
    store = Store(root / "data")
    head = store.head()
    saved = root / "pipelines/identity/model.json"
    model = saved if saved.is_file() else store.data / head.model if head and head.model else None
    levels = level_weights(model) if model and model.is_file() else []
    name = head.run_id if head else ""
    output.write_text(report_page(f"Identity, run {name}", content, levels), encoding="utf-8")
    write(str(output))
    if not levels:
        note("there is no model yet: the page shows identifiers alone")


def diff(
    settings: Annotated[
        Path,
        typer.Option("--settings", metavar="FILE", help="Other settings, as pipelines/identity/settings.yaml."),
    ],
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: LimitOption = 30,
) -> None:
    """Show which customers, revenue and consents other settings would move; nothing is published."""
    from cdp.cli.output import note, print_json, print_rows
    from cdp.contracts.documents import load_document
    from cdp.errors import WorkspaceError
    from cdp.identity import IdentitySettings
    from cdp.runs.whatif import what_if
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    wanted, faults = load_document(settings, IdentitySettings)
    if wanted is None:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise WorkspaceError(f"{settings}:\n{listed}", "'cdp schema identity' lists every key")
    outcome = what_if(load_workspace(workspace), wanted)
    events = Rows(("event_type", "customer_id", "other_customer_id", "reason", "count_records"), outcome.events)
    if form is Format.json:
        counts = {name: {"now": before, "then": after} for name, before, after in outcome.counts}
        print_json({"counts": counts, "moved": outcome.moved, "events": list(events)})
    elif form is Format.csv:
        print_rows(events, form)
    else:
        counted = [(name, before, after, after - before) for name, before, after in outcome.counts]
        print_rows(Rows(("figure", "now", "then", "change"), counted), form, title="Customers")
        print_rows(Rows(("what", "moves"), list(outcome.moved.items())), form, title="What would change its customer")
        print_rows(events, form, title="Merges and splits", limit=limit, empty="no customer id would change")
        note("nothing was published; put the settings into pipelines/identity/settings.yaml to run with them")


def _evaluated(workspace: Path | None, labels: Path | None) -> dict[str, Any]:
    from cdp.cli.published import open_reader
    from cdp.runs import Store
    from cdp.serving.evaluation import evaluate as judge
    from cdp.serving.labels import read_labels
    from cdp.workspace import find_root, load_workspace

    store = Store(find_root(workspace) / "data")
    head = store.head()
    kept = {item.run_id: store.serve / item.published for item in store.history()}
    before = kept.get(head.parent or "") if head else None
    given = read_labels(labels) if labels else None
    settings = load_workspace(workspace).identity.model
    with open_reader(workspace) as reader:
        return judge(reader, given, before if before and before.is_file() else None, settings)


def _flat(content: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in content.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{above}{name}.")
        elif not isinstance(value, list):
            found.append((f"{above}{name}", value))
    return found


def _print(content: Mapping[str, Any]) -> None:
    from cdp.cli.output import note, write

    labels = content.get("labels")
    if labels:
        write(f"Against labels: {labels['records_known']:,} of {labels['records_labelled']:,} labelled records found\n")
        for name, title in (("pairwise", "Pairs"), ("bcubed", "B-cubed")):
            if name in labels:
                _print_list(title, [labels[name]])
        _print_list("Threshold on the match probability", labels.get("curve", []))
        _print_list(_ANSWERED, labels.get("answers", []))
        _print_list("Wrongly joined pairs, by the weakest edge between two people", labels.get("wrong_merges", []))
        _print_list("Missed pairs, by what kept them apart or was missing", labels.get("misses", []))
    _print_list("What the model expects of itself (identifiers count as certain)", [content["belief"]])
    if not (labels or {}).get("answers"):
        _print_list(_ANSWERED, content["answers"])
    if "proposal" in content:
        _print_list("The threshold that the answers speak for", [content["proposal"]])
    _print_list("Customers by number of records", content["sizes"])
    _print_list("Conflicts within one customer", content["conflicts"])
    _print_list("Reasons to join that were refused", content["cuts"])
    _print_list("Names on many customers, perhaps nobody's: see placeholder_names", content["placeholder_names"])
    _print_list(
        "Values that point to nobody ('cdp identity blocked' lists them, and proposes more)", content["blocked"]
    )
    _print_list("Against the run before", content["drift"])
    proposal = content.get("proposal")
    if proposal and proposal["is_enough"] and proposal["link_probability"] != proposal["current"]:
        note(
            f"set link_probability: {proposal['link_probability']} in pipelines/identity/settings.yaml to go by the "
            "answers; 'cdp identity diff --settings FILE' shows what that moves"
        )
    if not labels:
        note("'--labels FILE' measures against people's knowledge; 'cdp identity review' collects it")


def _print_list(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    from cdp.cli.output import print_rows
    from cdp.serving import Rows
    from cdp.serving.report import shown

    if rows:
        plain = [{k: shown(v) if isinstance(v, float) or v is None else v for k, v in row.items()} for row in rows]
        print_rows(Rows.of(tuple(rows[0]), plain), Format.table, title=title)
