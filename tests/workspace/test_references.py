"""Names in contracts and feeds that lead nowhere are told by cdp check, where they stand."""

from __future__ import annotations

import pytest

from cdp.workspace import check_workspace
from cdp.workspace.init import init_workspace


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    return init_workspace(tmp_path_factory.mktemp("shipped") / "workspace")


EXPORTS = "schemas/exports"


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        (f"{EXPORTS}/inventory.yaml", "feed: stores", "feed: shops", "there is no feed 'shops'"),
        (f"{EXPORTS}/inventory.yaml", "column: store_id}", "column: number}", "stores has no column 'number'"),
        (f"{EXPORTS}/pos_receipts.yaml", "table: stores", "table: branches", "there is no canonical table 'branches'"),
        (f"{EXPORTS}/pos_receipts.yaml", "table: stores", "table: profiles", "there is no canonical table 'profiles'"),
        (f"{EXPORTS}/pos_receipts.yaml", "table: stores", "table: stores, zone: tz", "stores has no column 'tz'"),
        (f"{EXPORTS}/pos_receipts.yaml", "then last_changed else", "then changed_at else", "changed_at"),
        (f"{EXPORTS}/prices.yaml", "key: [sku", "deletedWhen: gone = 'x'\nkey: [sku", "gone"),
        (
            "pipelines/feeds/prices/feed.yaml", "{by: all}", "{by: column, column: valid_day}",
            "there is no column 'valid_day' in the contract prices",
        ),
    ],
)  # fmt: skip
def test_a_name_that_leads_nowhere_is_told_on_its_line(shipped, file, old, new, why):
    path = shipped / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    line = before[: before.index(old)].count("\n") + 1
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    try:
        _, faults = check_workspace(shipped)
    finally:
        path.write_text(before, encoding="utf-8")
    told = [fault for fault in faults if why in fault.message]
    assert told, [str(fault) for fault in faults]
    assert {(fault.file.as_posix(), fault.line) for fault in told} == {(file, line)}, list(map(str, told))
