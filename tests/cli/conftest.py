"""Commands run in this process, against a publication made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import publish_by_hand

from cdp.cli import main


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_by_hand(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def call(shop, capsys, monkeypatch):
    """Call ``cdp`` inside the hand-made workspace: exit code, stdout, stderr."""
    monkeypatch.chdir(shop)

    def _call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return _call
