"""Read one delivered file exactly: certify its records, refuse the broken ones with line and bytes.

No built-in reader is exact on damaged files: one unterminated quote swallows thousands of good rows. So a
file is certified first (which records are structurally sound) and parsed by the engine afterwards, which
then meets nothing that it could misread.
"""

from __future__ import annotations

from cdp.ingest.reading.certify import RawRecord, certify, raw_records, stands_alone
from cdp.ingest.reading.formats import CsvFormat, FileWarning, JsonLinesFormat, ReasonCode, Refused
from cdp.ingest.reading.parts import Certified, Part
from cdp.ingest.reading.stream import Batch, Stream

__all__ = [
    "Batch",
    "Certified",
    "CsvFormat",
    "FileWarning",
    "JsonLinesFormat",
    "Part",
    "RawRecord",
    "ReasonCode",
    "Refused",
    "Stream",
    "certify",
    "raw_records",
    "stands_alone",
]
