"""Contracts as documents of the Open Data Contract Standard (bitol.io, v3): written, checked, read."""

from __future__ import annotations

from cdp.contracts.odcs.exporting import to_odcs
from cdp.contracts.odcs.importing import Imported, from_odcs
from cdp.contracts.odcs.validation import odcs_faults

__all__ = ["Imported", "from_odcs", "odcs_faults", "to_odcs"]
