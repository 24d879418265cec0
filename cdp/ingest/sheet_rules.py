"""What a contract promises of cells besides, where rows come from a workbook: no formula in them has failed."""

from __future__ import annotations

from cdp.contracts import Contract
from cdp.contracts.model import RowRule
from cdp.ingest.feed import ExcelForm, Feed
from cdp.ingest.reading.sheets import ERRORS, NOT_CALCULATED, OTHER_ERROR
from cdp.ingest.values import quoted, text


def held_to(feed: Feed, contract: Contract) -> Contract:
    """The contract that the feed's rows are held to.

    A failed formula (``#N/A``), or one that was never calculated, is of no type. Where a column is text, nothing else
    would tell; what ``onFail`` says of ``type`` holds there too.
    """
    if not isinstance(feed.form, ExcelForm):
        return contract
    errors = ", ".join(map(text, (*ERRORS, NOT_CALCULATED)))
    rules = [
        RowRule(
            name=f"formula_{item.name}",
            description=f"the formula in {item.source} has failed, or no value was saved with it",
            must=f"{quoted(item.name)} not in ({errors}) and not starts_with({quoted(item.name)}, {text(OTHER_ERROR)})",
            on_fail=item.on_fail.type,
            column=item.name,
        )
        for item in contract.properties
        if item.logical_type == "string" and not item.joins and item.on_fail.type != "ignore"
    ]
    return contract.model_copy(update={"row_rules": (*contract.row_rules, *rules)})
