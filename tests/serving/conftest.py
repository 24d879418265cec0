"""A published file of a few customers, made by hand under the tables' own contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hand_made import publish_by_hand

from cdp.serving import Published, Reader, open_published


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace folder with a published file and nothing else."""
    return publish_by_hand(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def reader(shop: Path) -> Iterator[Reader]:
    with Reader(shop / "data" / "serve" / "current") as opened:
        yield opened


@pytest.fixture
def published(shop: Path) -> Iterator[Published]:
    with open_published(shop) as opened:
        yield opened
