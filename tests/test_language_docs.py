"""docs/segments.md and docs/contracts.md: examples run, and nothing of the language is left out."""

from __future__ import annotations

import re
import typing
from datetime import datetime

import pytest
import yaml
from pydantic import BaseModel
from tests_support import ROOT

import cdp
from cdp.contracts import Contract
from cdp.contracts import model as contracts
from cdp.ingest import feed as feeds
from cdp.ingest.reading.formats import ReasonCode
from cdp.segments import SegmentDefinition, check_segment, count_segment
from cdp.segments.catalog import EVENTS, PROFILE_COLUMNS, SQL_TABLES
from cdp.segments.definition import Condition, Operator

SEGMENTS = (ROOT / "docs/segments.md").read_text(encoding="utf-8")
CONTRACTS = (ROOT / "docs/contracts.md").read_text(encoding="utf-8")
EXAMPLES = {
    example["name"]: example
    for example in map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```", SEGMENTS, re.M | re.S))
}


def backticked(text):
    """Words that stand in backticks outside of code blocks."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {word for span in re.findall(r"`([^`\n]+)`", prose) for word in re.findall(r"[\w<>=!]+", span)}


def keys(model: type[BaseModel]):
    return {field.alias or name for name, field in model.model_fields.items()}


def conditions(content):
    """Every mapping below a rule that is a condition."""
    if isinstance(content, dict):
        if content.keys() & {"all", "any", "none", "column", "count"}:
            yield content
        for part in content.values():
            yield from conditions(part)
    elif isinstance(content, list):
        for part in content:
            yield from conditions(part)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_segment_of_the_page_runs(published_sample, name):
    definition = SegmentDefinition.model_validate(EXAMPLES[name])
    assert check_segment(definition) == []
    assert definition.description
    with cdp.open(published_sample) as published:
        found = count_segment(published.query, definition, as_of=datetime(2026, 6, 2))
        assert 0 <= found < published.query("select count(*) as n from profiles")["n"][0]


def test_the_examples_use_every_operator_and_key():
    used = [condition for example in EXAMPLES.values() for condition in conditions(example.get("rule"))]
    assert {condition.get("op") for condition in used} - {None} == set(typing.get_args(Operator))
    assert {key for condition in used for key in condition} == keys(Condition)
    assert any("sql" in example for example in EXAMPLES.values())


def test_every_operator_key_table_and_column_of_segments_is_explained():
    said = backticked(SEGMENTS)
    for names in (
        typing.get_args(Operator),
        keys(Condition),
        keys(SegmentDefinition),
        EVENTS,
        PROFILE_COLUMNS,
        SQL_TABLES,
    ):
        assert set(names) - said == set()


def test_columns_stand_in_the_row_of_their_table_or_kind():
    rows = {found[1]: found[0] for found in re.finditer(r"^\| `?(\w+)`? \|.*$", SEGMENTS, re.MULTILINE)}
    for kind in set(PROFILE_COLUMNS.values()):
        assert backticked(rows[kind]) == {name for name, other in PROFILE_COLUMNS.items() if other == kind}
    for table, events in EVENTS.items():
        (row,) = [line for line in SEGMENTS.splitlines() if line.startswith(f"| `{table}` | ")]
        assert backticked(row) == {table, events.happened_at.partition(".")[2], *events.columns}
        assert set(re.findall(r"`(\w+)` \(number\)", row)) == {
            name for name, kind in events.columns.items() if kind == "number"
        }


@pytest.mark.parametrize(
    "model",
    [
        contracts.Contract, contracts.Property, contracts.TypeOptions, contracts.OnFail, contracts.RowRule,
        contracts.BatchRule, contracts.Reference, contracts.LocalZone, contracts.Derived, feeds.Restatement,
        feeds.Feed, feeds.CsvForm, feeds.JsonLinesForm, feeds.ParquetForm,
    ],
    ids=lambda model: model.__name__,
)  # fmt: skip
def test_every_key_of_contracts_and_feeds_is_explained(model):
    assert keys(model) - backticked(CONTRACTS) == set()


def test_every_choice_and_reason_of_contracts_is_explained():
    metrics = typing.get_args(contracts.BatchRule.model_fields["metric"].annotation)
    choices = {
        *typing.get_args(contracts.LogicalType), *typing.get_args(contracts.Outcome),
        *typing.get_args(contracts.Classification), *typing.get_args(contracts.SemanticType), *metrics, *ReasonCode,
    }  # fmt: skip
    assert choices - backticked(CONTRACTS) == set()


@pytest.mark.parametrize("text", re.findall(r"^```yaml property\n(.*?)^```", CONTRACTS, re.MULTILINE | re.DOTALL))
def test_a_property_of_the_page_is_sound(text):
    properties = yaml.safe_load(text)
    known = {item["name"] for item in properties}
    extra = [{"name": name} for name in ("store_country",) if name not in known]
    content = {"kind": "contract", "name": "a", "description": "", "key": [properties[0]["name"]]}
    Contract.model_validate({**content, "properties": [*properties, *extra]})


@pytest.mark.parametrize("text", re.findall(r"^```yaml feed\n(.*?)^```", CONTRACTS, re.MULTILINE | re.DOTALL))
def test_a_feed_of_the_page_is_sound(text):
    feeds.Feed.model_validate(yaml.safe_load(text))


@pytest.mark.parametrize("text", re.findall(r"^```yaml contract\n(.*?)^```", CONTRACTS, re.MULTILINE | re.DOTALL))
def test_a_contract_of_the_page_is_sound(text):
    Contract.model_validate(yaml.safe_load(text))
