"""The command tree, and how failures reach the person who called."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated

import typer

from cdp import __version__
from cdp.cli import (
    check,
    contract,
    customer,
    feed,
    identity,
    init,
    kpi,
    quarantine,
    query,
    resolve,
    rollback,
    run,
    runs,
    sample,
    schema,
    segment,
    sql,
    system_errors,
)
from cdp.errors import CdpError, EngineError

EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrong call, 3 another run holds the lock, 4 done with warnings."

app = typer.Typer(
    name="cdp",
    help=f"Raw exports in; one 360-degree profile per customer and ready segments out.\n\n{EXIT_CODES}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"cdp {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected failure.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Options that stand before the command."""


app.command("init")(init.init)
app.command("check")(check.check)
app.command("schema")(schema.schema)
app.command("sample")(sample.sample)
app.command("run")(run.run)
app.add_typer(runs.app, name="runs")
app.command("rollback")(rollback.rollback)
app.command("vacuum")(rollback.vacuum)
app.add_typer(feed.app, name="feed")
app.add_typer(contract.app, name="contract")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(customer.app, name="customer")
app.add_typer(identity.app, name="identity")
app.add_typer(segment.app, name="segment")
app.add_typer(kpi.app, name="kpi")
app.command("query")(query.query)
app.command("resolve")(resolve.resolve)
app.command("sql")(sql.sql)


def _tell(error: CdpError) -> None:
    if isinstance(error, EngineError) and not error.hint:
        error.hint = system_errors.hint_for(error.message)
    print(f"error: {error}", file=sys.stderr)  # noqa: T201


def _tell_unexpected(error: Exception, *, debug: bool) -> None:
    text = "".join(traceback.format_exception(error))
    if debug:
        print(text, file=sys.stderr)  # noqa: T201
        return
    with tempfile.NamedTemporaryFile("w", prefix="cdp-failure-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(f"cdp {__version__}, Python {sys.version}\narguments: {sys.argv[1:]}\n\n{text}")
    first = (str(error).strip().splitlines() or [""])[0]
    print(  # noqa: T201
        f"error: an unexpected failure ({type(error).__name__}): {first}\n"
        f"  → please report it with {Path(file.name)}; --debug shows the details here",
        file=sys.stderr,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the result is the exit code."""
    # the models' matrices have a few columns: threads would wait for each other longer than they compute
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=given, prog_name="cdp")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except CdpError as error:
        _tell(error)
        return error.exit_code
    except OSError as error:
        told = system_errors.explained(error)
        if told is None or "--debug" in given:
            _tell_unexpected(error, debug="--debug" in given)
        else:
            _tell(told)
        return 1
    except Exception as error:  # the last line of defence: a person gets a message, not a traceback
        _tell_unexpected(error, debug="--debug" in given)
        return 1
    return 0
