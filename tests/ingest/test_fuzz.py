"""Three hundred malformed files, the same each time; ``make fuzz`` delivers ten thousand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
fuzzing = importlib.util.module_from_spec(_SPEC)
sys.modules["fuzz"] = fuzzing  # dataclasses look there
_SPEC.loader.exec_module(fuzzing)


def test_malformed_files_raise_nothing_and_lose_no_row(tmp_path):
    told = []
    counted = fuzzing.fuzz(300, 7, tmp_path, told.append)
    assert told == []
    assert counted["loaded"] > 100
    assert counted["refused"] > 20
    assert counted.total() == 300
