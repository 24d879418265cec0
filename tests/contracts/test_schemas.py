"""The JSON Schemas that editors use accept what the product itself accepts."""

from __future__ import annotations

import json
import tomllib
from datetime import date

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests_support import ROOT

from cdp.cli import main
from cdp.contracts.editors import FOLDER, KINDS, schema_line, with_schema_line

SHIPPED = sorted((kind, path) for pattern, kind in KINDS.items() for path in ROOT.glob(pattern))


@pytest.fixture(scope="module")
def schemas(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemas")
    assert main(["schema", "-o", str(folder)]) == 0
    return {path.name.partition(".")[0]: json.loads(path.read_text()) for path in folder.iterdir()}


def faults(schema, content):
    Draft202012Validator.check_schema(schema)
    as_json = json.loads(json.dumps(content, default=date.isoformat))
    return [
        f"{'.'.join(map(str, fault.path))}: {fault.message}"
        for fault in Draft202012Validator(schema).iter_errors(as_json)
    ]


def test_every_kind_is_shipped(schemas):
    assert schemas.keys() == set(KINDS.values()) == {kind for kind, _ in SHIPPED}


def test_the_schemas_of_the_workspace_are_up_to_date(schemas):
    kept = {path.name.partition(".")[0]: json.loads(path.read_text()) for path in (ROOT / FOLDER).iterdir()}
    assert kept == schemas, f"run cdp schema -o {FOLDER}"


@pytest.mark.parametrize(("kind", "path"), SHIPPED, ids=[str(path.relative_to(ROOT)) for _, path in SHIPPED])
def test_a_shipped_file_names_its_schema_for_editors(kind, path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == schema_line(path.relative_to(ROOT).as_posix(), kind)
    assert (path.parent / first.partition("=")[2]).resolve().is_file() or path.suffix == ".toml"


def test_a_line_is_put_in_once_and_follows_the_file_to_another_place():
    once = with_schema_line("pipelines/presets/till/feed.yaml", "feed: till\n")
    assert with_schema_line("pipelines/presets/till/feed.yaml", once) == once
    assert with_schema_line("cdp.toml", "name = 'x'\n") == "#:schema schemas/json/workspace.schema.json\nname = 'x'\n"
    assert with_schema_line("notes/readme.yaml", "a: 1\n") == "a: 1\n"


@pytest.mark.parametrize(
    ("kind", "path"), SHIPPED, ids=[f"{kind}-{path.parent.name}-{path.stem}" for kind, path in SHIPPED]
)
def test_a_shipped_file_fits_its_published_schema(schemas, kind, path):
    text = path.read_text(encoding="utf-8")
    assert faults(schemas[kind], tomllib.loads(text) if kind == "workspace" else yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("segment", {"name": "a_b", "title": "A", "rule": {"count": "orders", "where": {"chanel": {"is": 1}}}}),
        ("segment", {"name": "a_b", "title": "A", "rule": {"count": "orders", "were": {}}}),
        ("contract", {"kind": "contract", "name": "a", "description": "", "key": ["a"],
                      "properties": [{"name": "a", "onFail": "nul"}]}),
    ],
)  # fmt: skip
def test_a_schema_still_refuses_what_is_wrong(schemas, kind, content):
    assert faults(schemas[kind], content)


@pytest.mark.parametrize(
    "where",
    [{"channel": "web"}, {"channel": ["web", "app"]}, {"store_id": None}, [{"column": "channel", "value": "web"}]],
)
def test_every_short_form_of_where_fits(schemas, where):
    segment = {"name": "a_b", "title": "A", "rule": {"count": "orders", "where": where}}
    assert faults(schemas["segment"], segment) == []
