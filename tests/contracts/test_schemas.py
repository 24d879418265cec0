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

FILES = {
    "workspace": "cdp.toml",
    "nightly": "pipelines/nightly.yaml",
    "feed": "pipelines/feeds/*/feed.yaml",
    "identity": "pipelines/identity/settings.yaml",
    "profile": "pipelines/profile.yaml",
    "segment": "pipelines/segments/*.yaml",
    "contract": "schemas/exports/*.yaml",
    "table": "schemas/tables/*.yaml",
}
SHIPPED = [(kind, path) for kind, pattern in FILES.items() for path in sorted(ROOT.glob(pattern))]


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
    assert schemas.keys() == FILES.keys() == {kind for kind, _ in SHIPPED}


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
