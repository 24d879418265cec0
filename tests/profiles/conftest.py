"""A small shop, empty until a test adds rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from profiles.small_shop import Shop

from cdp.engines import open_engine


@pytest.fixture
def shop() -> Iterator[Shop]:
    engine = open_engine("duckdb", threads=2)
    yield Shop(engine)
    engine.close()
