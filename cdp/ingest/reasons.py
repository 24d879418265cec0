"""Why rows are refused: the closed list of reasons, and what each says to a person.

A reason of the reader is its bare name, as the line is no record at all. A reason of the contract is ``name:column``,
for a broken row rule ``rule:name``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cdp.contracts import Contract


class Reason(StrEnum):
    """Why a row is refused, emptied of a value, or told."""

    too_few_columns = "too_few_columns"
    too_many_columns = "too_many_columns"
    unterminated_quote = "unterminated_quote"
    malformed_quote = "malformed_quote"
    repeated_header = "repeated_header"
    trailer_line = "trailer_line"
    truncated_line = "truncated_line"
    invalid_json = "invalid_json"
    not_an_object = "not_an_object"
    invalid_bytes = "invalid_bytes"
    required = "required"
    type = "type"
    pattern = "pattern"
    range = "range"
    values = "values"
    unique = "unique"
    currency = "currency"
    reference = "reference"
    future = "future"
    rule = "rule"

    @property
    def is_structural(self) -> bool:
        """Whether the reader gives it; those of the contract name a column or rule besides."""
        return self in REASONS and REASONS[self].is_structural


@dataclass(frozen=True)
class Told:
    """What a reason means and what helps against it."""

    meaning: str
    remedy: str
    is_structural: bool = False


def _read(meaning: str, remedy: str) -> Told:
    return Told(meaning, remedy, is_structural=True)


_ASK = "ask the source; the neighbours are loaded"
REASONS: dict[Reason, Told] = {
    Reason.too_few_columns: _read("the line has fewer columns than the header", _ASK),
    Reason.too_many_columns: _read(
        "the line has more columns than the header", "usually a delimiter that should stand in quotes: ask the source"
    ),
    Reason.unterminated_quote: _read(
        "a quote is opened and never closed; reading goes on at the next record",
        "name a `keyPattern` in feed.yaml, so that the next record is found with certainty",
    ),
    Reason.malformed_quote: _read("text stands after a closing quote", _ASK),
    Reason.repeated_header: _read("the header once more, as when files were joined", "nothing: no row is lost"),
    Reason.trailer_line: _read("a closing line, such as a total", "nothing: no row is lost"),
    Reason.truncated_line: _read(
        "the file breaks off in this line: a packed stream ends too early, or the last line is too short and has no "
        "line end",
        "have the file delivered again: rows that are known already count as duplicates",
    ),
    Reason.invalid_json: _read("not valid JSON", _ASK),
    Reason.not_an_object: _read("JSON, but not an object", "check `form` in feed.yaml: one object per line is read"),
    Reason.invalid_bytes: _read(
        "the line holds nothing but bytes that are no text (see below for those within a line)",
        "check `encoding` in feed.yaml",
    ),
    Reason.required: Told("the value is missing", "`onFail: {required: warn}` when rows without it are of use"),
    Reason.type: Told(
        "the text is not of the column's type", "add the `format` that the source uses, or `onFail: {type: 'null'}`"
    ),
    Reason.pattern: Told("the text does not match the column's pattern", "widen `pattern`, or `onFail: 'null'`"),
    Reason.range: Told(
        "outside of minimum, maximum, earliest, latest or maxLength", "widen the limit, or `onFail: {range: 'null'}`"
    ),
    Reason.values: Told("none of the values allowed", "add it to `values` and to the mapping that reads it"),
    Reason.unique: Told(
        "an earlier row of the same file, with another key, has the value", "ask the source which of the two is right"
    ),
    Reason.currency: Told("the amount is written in another currency", "a feed of its own for each currency"),
    Reason.reference: Told(
        "the feed named in `references` has no such value", "nothing when it comes later; else ask the source"
    ),
    Reason.future: Told("a date or time lies after the business date", "check `timeZone`, `format` and `--date`"),
    Reason.rule: Told("a row rule of the contract is broken", "see `rowRules` of the contract"),
}


FILE_WARNINGS: dict[str, str] = {
    "invalid_bytes_replaced": "bytes within some lines are no text in the file's encoding: each became U+FFFD, and the "
    "rows are loaded; correct `encoding` in feed.yaml and `cdp feed reload` the feed. With many such lines the file is "
    "refused",
    "nul_bytes_replaced": "NUL within a line became U+FFFD, the rows are loaded",
    "mended_json": "half a surrogate pair became U+FFFD, or a byte order mark within the file was left out",
    "other_encoding": "a byte order mark or the zero bytes tell another encoding than feed.yaml: it was read as that",
    "truncated_file": "the last line is too short and has no line end: rows behind it may be missing; see "
    "`truncated_line`",
    "truncated_gzip": "the packed stream breaks off (so `truncated_zst`, `truncated_gz`, `truncated_zstd`, "
    "`truncated_zip`); its whole lines are loaded",
    "corrupt_gzip": "the packed stream is damaged (so `corrupt_zstd`, `corrupt_zip`); what stands before is loaded",
    "trailing_bytes": "bytes stand behind the end of the packed stream; they are not read",
    "not_compressed": "named as a packed file, and plain: it was read as it is",
}
"""What is told of a file and refuses none of its rows by itself."""


def reason_of(code: str) -> Reason:
    """The reason within a code such as ``type:born_on``. Raises ``ValueError`` for a code that is none."""
    return Reason(code.partition(":")[0])


def in_words(contract: Contract, codes: Sequence[str]) -> str:
    """Reason codes of one row, told to a person."""
    words = {rule.name: rule.description or rule.must for rule in contract.row_rules}
    return "; ".join(_one(contract, reason_of(code), code.partition(":")[2], words) for code in codes)


def _one(contract: Contract, reason: Reason, name: str, rules: dict[str, str]) -> str:
    if reason is Reason.rule:
        return f"must hold: {rules[name]}"
    if reason.is_structural:
        return REASONS[reason].meaning
    item = contract.find(name)
    options, other = item.logical_type_options, item.references
    said = {
        Reason.required: "is empty",
        Reason.type: f"is not a valid {item.logical_type}",
        Reason.pattern: f"does not look like {options.pattern}",
        Reason.range: "is outside its limits",
        Reason.values: f"is none of {', '.join(options.values)}",
        Reason.unique: "stands in an earlier row with another key",
        Reason.currency: f"is not in {item.currency}",
        Reason.reference: f"is not among {other.column} of {other.feed}" if other else "points nowhere",
        Reason.future: "lies after the business date",
    }
    return f"{item.source} {said[reason]}"
