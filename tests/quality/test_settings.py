"""What nightly.yaml may say about quality, and what it may not."""

from __future__ import annotations

import re
from typing import get_args

import pytest
import yaml
from pydantic import ValidationError
from tests_support import ROOT

from cdp.quality.settings import CheckKind, QualityRule, Ruling, ruling
from cdp.workspace import NightlySettings, check_workspace
from cdp.workspace.init import init_workspace

RULES = """
kind: nightly
quality:
  - {check: volume, severity: stop}
  - {feed: stores, severity: off}
  - {feed: web, check: null_share, column: utm, maximum: 1}
  - {feed: web, check: null_share, column: utm, severity: stop}
"""


def test_the_last_rule_that_fits_counts_and_an_unquoted_off_is_a_word():
    rules = NightlySettings.model_validate(yaml.safe_load(RULES)).quality
    assert ruling(rules, "web", "volume") == Ruling("stop")
    assert ruling(rules, "stores", "volume") == Ruling("off")
    assert ruling(rules, "web", "null_share", "utm") == Ruling("stop", None, 1)
    assert ruling(rules, "web", "null_share", "other") == Ruling()


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"feed": "web"}, "give severity, minimum or maximum"),
        ({"feed": "web", "minimum": 1}, "need a check that has bounds"),
        ({"check": "promise", "maximum": 1}, "need a check that has bounds"),
        ({"check": "volume", "minimum": 5, "maximum": 1}, "is greater than"),
        ({"check": "volume", "column": "a", "severity": "warn"}, "speaks of a whole delivery"),
        ({"check": "volum", "severity": "warn"}, "volume"),
    ],
)
def test_rules_that_cannot_mean_anything_are_faults(rule, why):
    with pytest.raises(ValidationError, match=why):
        QualityRule.model_validate(rule)


def test_feeds_and_columns_that_do_not_exist_are_told_with_their_line(tmp_path):
    root = init_workspace(tmp_path / "workspace")
    (root / "pipelines/nightly.yaml").write_text(
        "kind: nightly\nquality:\n  - {feed: storse, severity: warn}\n"
        "  - {feed: stores, check: null_share, column: cty, severity: warn}\n"
        "  - {check: null_share, column: nowhere, severity: warn}\n"
    )
    _, faults = check_workspace(root, compiled=False)
    told = [(fault.line, fault.message) for fault in faults if fault.file.name == "nightly.yaml"]
    assert told == [
        (3, "there is no feed 'storse' in pipelines/feeds"),
        (4, "there is no column 'cty' in the contract of stores"),
        (5, "there is no column 'nowhere' in any contract"),
    ]


def test_the_page_for_operators_explains_every_check_and_key_and_its_example_fits_the_workspace(tmp_path):
    page = (ROOT / "docs/operator.md").read_text()
    chapter = page.partition("## Quality of deliveries")[2].partition("\n## ")[0]
    for word in (*get_args(CheckKind), *QualityRule.model_fields):
        assert f"`{word}`" in chapter, word
    example = re.search(r"^```yaml nightly\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)[1]
    root = init_workspace(tmp_path / "workspace")
    (root / "pipelines/nightly.yaml").write_text(example)
    _, faults = check_workspace(root, compiled=False)
    assert faults == []
