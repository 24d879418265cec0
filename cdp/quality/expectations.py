"""The one place that knows Great Expectations. Import it late: it takes seconds and 250 MB.

Great Expectations returns a connection before it has fetched, which DuckDB answers with an empty result;
so a datasource of our own fetches first. DuckDB has no dialect module of its own there; Postgres' fits.
"""

from __future__ import annotations

import atexit
import builtins
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Literal

from cdp.engines.duckdb import DuckDBEngine
from cdp.quality.suite import Check


@contextmanager
def _quiet_import() -> Iterator[None]:
    """Great Expectations imports deprecated modules, and PySpark (which prints) if it happens to be there."""
    hidden = "pyspark" not in sys.modules
    if hidden:
        sys.modules["pyspark"] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if hidden:
            del sys.modules["pyspark"]


with _quiet_import():
    import sqlalchemy
    from great_expectations.core.expectation_suite import ExpectationSuite
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.data_context.context_factory import get_context
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity
    from sqlalchemy.dialects import postgresql

logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # its messages may quote rows

VERSION = version("great-expectations")
NO_VALUES = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
_COUNTS = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "observed_value")


@dataclass(frozen=True)
class Batch:
    """What is judged together: a select, and the checks over it."""

    name: str
    query: str
    checks: Sequence[Check]


@dataclass(frozen=True)
class Outcome:
    """What came of one check: ``counts`` are numbers about the batch, never a value from a row.

    ``error`` names the kind of exception when the check could not be evaluated.
    """

    success: bool
    counts: Mapping[str, float]
    error: str = ""


class FetchingEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """Fetches before the connection goes back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect_module = postgresql

    def execute_query(self, query: Any) -> Any:
        """The whole result, detached from its connection."""
        with self.get_connection() as connection:
            return connection.execute(query).freeze()()

    def execute_query_in_transaction(self, query: Any) -> Any:
        """As ``execute_query``: DuckDB commits by itself."""
        return self.execute_query(query)


class DuckDBDatasource(SQLDatasource):  # type: ignore[misc]
    """DuckDB as a Great Expectations datasource, on a connection that is already open."""

    type: Literal["cdp_duckdb"] = "cdp_duckdb"

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that fetches."""
        return FetchingEngine


@atexit.register
def _let_go_of_duckdb() -> None:
    """Empty the modules between SQLAlchemy and DuckDB at exit, when they have nothing left to do.

    Great Expectations outlives the interpreter's end and would keep DuckDB, which prints that as a leak.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "duckdb_sqlalchemy":
            vars(module).clear()


@cache
def _context() -> EphemeralDataContext:
    context = get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


@contextmanager
def _datasource(engine: DuckDBEngine) -> Iterator[DuckDBDatasource]:
    """A datasource on the engine's database that leaves nothing open behind."""
    connections = [engine.connection]
    options = {"creator": lambda: connections[0].cursor(), "poolclass": sqlalchemy.pool.StaticPool}
    sources = _context().data_sources
    source: DuckDBDatasource = sources.add_cdp_duckdb(
        name="delivery", connection_string="duckdb:///:memory:", kwargs=options
    )
    try:
        yield source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()
        sources.delete("delivery")
        connections.clear()


def _suite(batch: Batch) -> ExpectationSuite:
    expectations = [
        ExpectationConfiguration(
            type=check.expectation,
            kwargs=dict(check.kwargs),
            meta={"position": position},
            severity=FailureSeverity.CRITICAL if check.severity == "stop" else FailureSeverity.WARNING,
        ).to_domain_obj()
        for position, check in enumerate(batch.checks)
    ]
    return ExpectationSuite(name=batch.name, expectations=expectations)


def _position(result: ExpectationValidationResult) -> int:
    assert result.expectation_config is not None
    return int(result.expectation_config.meta["position"])


def _outcome(result: ExpectationValidationResult) -> Outcome:
    counts = {
        name: value
        for name in _COUNTS
        if isinstance(value := result.result.get(name), int | float) and not isinstance(value, bool)
    }
    return Outcome(bool(result.success), counts, _error(result.exception_info or {}))


def _error(info: Mapping[str, Any]) -> str:
    """The kind of exception without its message, which may quote a row."""
    for each in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if each.get("raised_exception"):
            trace = str(each.get("exception_traceback") or "").strip().splitlines()
            return trace[-1].split(":")[0].strip() if trace else "Exception"
    return ""


def evaluate(batches: Sequence[Batch], engine: DuckDBEngine) -> list[list[Outcome]]:
    """Judge batches by Great Expectations; one outcome per check, in the order given."""
    judged: list[list[Outcome]] = []
    with _datasource(engine) as source:
        for batch in batches:
            asset = source.add_query_asset(batch.name, batch.query)
            definition = asset.add_batch_definition_whole_table("all rows")
            report = definition.get_batch().validate(_suite(batch), result_format=NO_VALUES)
            placed = {_position(result): _outcome(result) for result in report.results}
            judged.append([placed[position] for position in range(len(batch.checks))])
    return judged
