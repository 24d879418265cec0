"""Data contracts: read, check, write. A contract is a promise about one export or one table."""

from __future__ import annotations

from cdp.contracts.documents import Fault, Strict, load_document
from cdp.contracts.model import Contract, Outcome, Property, RowRule, TableContract, TableProperty

__all__ = [
    "Contract",
    "Fault",
    "Outcome",
    "Property",
    "RowRule",
    "Strict",
    "TableContract",
    "TableProperty",
    "load_document",
]
