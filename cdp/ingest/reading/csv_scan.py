"""Tell sound records of delimited text from broken ones, block by block."""

from __future__ import annotations

from cdp.errors import IngestError
from cdp.ingest.reading.blocks import Block
from cdp.ingest.reading.csv_grammar import END, Grammar
from cdp.ingest.reading.formats import CsvFormat, ReasonCode, Refused
from cdp.ingest.reading.headers import Header, looks_like_trailer
from cdp.ingest.reading.keys import KeyCheck
from cdp.ingest.reading.lines import LineTable, line_table
from cdp.ingest.reading.parts import Sink
from cdp.ingest.reading.skipping import declared

Place = tuple[int, int]
"""Offset in the block's text, and the physical line that begins there."""

_HEADER_LINES = 50
_LEAST_REACH, _MOST_REACH = 1 << 12, 1 << 15
"""Bytes of lines with quotes that are judged at once."""
_MOST_ALONE = 64


class CsvScanner:
    """Scans the blocks of one file in order and tells the sink what it finds.

    Lines are judged many at once, by their number of delimiters, as far as their quotes are in place; only what is
    left is looked at alone. A quote that stays open at the end of a line is
    followed until it closes a record of the right width, or until a line is a real record by itself: then
    only the line that opened the quote is broken.
    """

    def __init__(self, fmt: CsvFormat, sink: Sink) -> None:
        fmt.check()
        self._fmt = fmt
        self._sink = sink
        self._is_declared = declared(fmt.skip_lines)
        self._header = Header([], ())
        self._grammar = Grammar(fmt.delimiter, fmt.quote, 1)
        self._keys = KeyCheck(fmt, self._grammar, [])
        self._blanks = b" " if fmt.delimiter == "\t" else b" \t"
        self._one_line = b""
        self._plain_bytes = bytes(set(range(256)) - {*self._grammar.delimiter, *b"\n"})
        self._has_begun = False
        self._reach = _MOST_REACH
        self._alone = self._patience = 0  # lines to look at alone, since those before had quotes out of place
        self._is_residue = False  # behind a broken record whose end is not known yet
        self._block: Block
        self.header_text = ""
        """The header as it stands in the file; empty when it has none."""

    @property
    def columns(self) -> list[str]:
        """The header's names, as delivered."""
        return self._header.names

    def scan(self, block: Block) -> Place:
        """Judge a block's records; return where those begin that need the next block to be judged."""
        self._block = block
        place: Place | None = (0, block.first_line)
        if not self._has_begun:
            place = self._begin((0, block.first_line))
            if place is None:
                return 0, block.first_line
        assert place is not None
        while place[0] < len(block.text):
            after = self._advance(place)
            if after is None:
                return place
            place = after
        return place

    def is_trailer(self, refused: Refused) -> bool:
        """Whether a refused line at the end of the file closes it rather than being a broken record."""
        line = refused.text.encode()
        if refused.reason not in (ReasonCode.too_few_columns, ReasonCode.too_many_columns) or b"\n" in line:
            return False
        fields = self._grammar.fields(line)
        if self._keys.has_key(fields):
            return False
        if self._keys.is_given or looks_like_trailer(refused.text):
            return True
        return len(fields) == 1 and not self._keys.has_known_shape(fields)

    def _begin(self, place: Place) -> Place | None:
        """Read the header; ``None`` when it does not end in this block."""
        text = self._block.text
        while place[0] < len(text):
            line, after = self._line_at(place)
            if self._is_blank(line):
                self._sink.skip_blank(place[1])
            elif self._is_declared(line):
                self._sink.skip_declared(place[1])
            elif line.strip(b'"') != b"sep=" + self._grammar.delimiter:  # what Excel writes to tell itself
                break
            place = after
        else:
            return place
        end = self._grammar.record_end(text, place[0])
        if end is None and self._grammar.is_open(text, place[0]) and not self._block.is_last:
            return None
        record = text[place[0] : end]
        lines = len(END.findall(record)) + 1
        if end is None or lines > _HEADER_LINES:
            raise IngestError(
                f"the header at line {place[1]} has a quote that does not close",
                "check delimiter and quote in feed.yaml, or ask the source to deliver the file again",
            )
        fields = self._grammar.fields(record)
        names = [self._grammar.value(field) for field in fields]
        if not self._fmt.header:
            names = list(self._fmt.columns) or [f"column_{number}" for number in range(1, len(fields) + 1)]
        self._header = Header(names, self._fmt.columns)
        self._grammar = Grammar(self._fmt.delimiter, self._fmt.quote, len(names))
        self._keys = KeyCheck(self._fmt, self._grammar, names)
        self._one_line = self._grammar.delimiter * (len(names) - 1) + b"\n"
        self._has_begun = True
        self.header_text = record.decode() if self._fmt.header else ""
        ending = END.match(text, end)
        return (ending.end() if ending else len(text), place[1] + lines) if self._fmt.header else place

    def _advance(self, place: Place) -> Place | None:
        text, (offset, line) = self._block.text, place
        if self._is_residue:
            return self._step(place)
        quote = self._grammar.quote
        first = text.find(quote, offset) if quote else -1
        end = len(text)
        if first >= 0:
            end = max(text.rfind(b"\n", offset, first), text.rfind(b"\r", offset, first), offset - 1) + 1
        if end > offset and (first < 0 or end - offset >= self._reach):
            return self._take_unquoted(offset, end, line)
        if self._alone:
            self._alone -= 1
        else:
            table = self._table_from(offset)
            if len(table):
                return self._take(text[offset : offset + table.end], table, offset, line)
        end = self._grammar.line_end(text, offset)
        if end > offset and self._header.probe not in text[offset:end]:
            self._keep(_with_lf(text[offset:end]), 1, line)
            return end, line + 1
        return self._step(place)

    def _table_from(self, offset: int) -> LineTable:
        """The next lines with quotes in place; where they end early, what follows is looked at alone."""
        text = self._block.text
        end = (text.rfind(b"\n", offset, offset + self._reach) + 1) or (text.find(b"\n", offset) + 1)
        table = line_table(text[offset:end], self._grammar.delimiter, self._grammar.quote)
        if table.end == end - offset:
            self._reach, self._patience = min(2 * self._reach, _MOST_REACH), 0
        else:
            self._reach = min(max(2 * table.end, _LEAST_REACH), _MOST_REACH)
            self._patience = 1 if len(table) else min(2 * self._patience + 1, _MOST_ALONE)
            self._alone = self._patience
        return table

    def _take_unquoted(self, start: int, end: int, line: int) -> Place:
        """Lines without quotes: sound ones have the right number of delimiters."""
        text = _with_lf(self._block.text[start:end])
        structure = text.translate(None, self._plain_bytes) if self._grammar.width > 1 else b""
        count = len(structure) // len(self._one_line)
        if structure and structure == self._one_line * count and self._header.probe not in text:
            self._keep(text, count, line)
            return end, line + count
        return end, self._take(text, line_table(text, self._grammar.delimiter, b""), start, line)[1]

    def _take(self, text: bytes, table: LineTable, offset: int, line: int) -> Place:
        """Keep the lines of a table over ``text`` in stretches; judge the suspect ones alone."""
        start = 0
        for index in [*table.others(self._grammar.width, text, self._header.probe), len(table)]:
            if index > start:
                self._keep(_with_lf(text[table.start(start) : table.start(index)]), index - start, line + start)
            if index < len(table):
                one = text[table.start(index) : table.start(index + 1)]
                self._judge(one.removesuffix(b"\n").removesuffix(b"\r"), line + index, 1)
            start = index + 1
        return offset + table.end, line + len(table)

    def _keep(self, records: bytes, count: int, line: int) -> None:
        self._sink.keep(records, count, line)
        self._keys.learn(records)

    def _step(self, place: Place) -> Place | None:
        """Judge the record at a place alone; ``None`` when it may go on in the next block."""
        text, after = self._line_at(place)
        if self._grammar.is_record(text):
            self._judge(text, place[1], 1)
            return after
        if self._grammar.is_open(text):
            return self._look_ahead(place, after)
        self._refuse(place[1], 1, ReasonCode.malformed_quote, "text behind a closing quote")
        return after

    def _judge(self, record: bytes, line: int, lines: int) -> None:
        """Keep or refuse one well-formed record of any width."""
        if self._is_blank(record):
            self._sink.skip_blank(line)
            return
        fields = self._grammar.fields(record)
        is_wide = len(fields) == self._grammar.width
        if (not is_wide or self._header.probe in record) and self._is_header(fields, line):
            self._refuse(line, lines, ReasonCode.repeated_header, "the header again")
        elif not is_wide:
            self._refuse_width(record, fields, line, lines)
        elif self._is_residue and not self._keys.fits(fields):
            detail = "behind an open quote, and its key is no key"
            self._refuse(line, lines, ReasonCode.unterminated_quote, detail)
        else:
            self._is_residue = False
            loadable = self._grammar.loadable(record, fields)
            self._sink.keep_one(record, loadable, line)
            if lines == 1:
                self._keys.learn(loadable)

    def _look_ahead(self, place: Place, after: Place) -> Place | None:
        """Judge a record whose first line leaves a quote open."""
        text, (start, line) = self._block.text, place
        end = self._grammar.record_end(text, start)
        is_open = end is None and self._grammar.is_open(text, start)
        here, is_doubtful = after, False
        while (is_open or (end is not None and here[0] <= end)) and here[1] - line < self._fmt.max_lookahead:
            if here[0] >= len(text):
                if not self._block.is_last:
                    return None
                break
            one, here_after = self._line_at(here)
            is_record, is_real = self._likeness(one)
            if is_real:
                return self._refuse_opener(line, after)
            is_doubtful |= is_record
            here = here_after
        if end is None or here[0] <= end:
            return self._refuse_opener(line, after)
        record = text[start:end]
        if is_doubtful and len(self._grammar.fields(record)) != self._grammar.width:
            return self._refuse_opener(line, after)
        self._judge(record, line, here[1] - line)
        return here

    def _likeness(self, line: bytes) -> tuple[bool, bool]:
        """Whether a line might be a record by itself; whether it surely begins a real one."""
        grammar = self._grammar
        if grammar.delimiter not in line and grammar.width > 1:
            return False, False
        if grammar.is_record(line):
            fields = grammar.fields(line)
            is_whole = len(fields) == grammar.width
            is_clean = grammar.loadable(line, fields) == line
            return is_whole and is_clean and not self._keys.is_given, is_whole and self._keys.fits(fields)
        if self._keys.is_given and grammar.is_open(line):
            fields = grammar.fields(line + grammar.quote)
            return False, 1 < len(fields) <= grammar.width and self._keys.has_key(fields[:-1])
        return False, False

    def _refuse_opener(self, line: int, after: Place) -> Place:
        self._refuse(line, 1, ReasonCode.unterminated_quote, "a quote that does not close")
        self._is_residue = self._keys.is_given
        return after

    def _refuse_width(self, record: bytes, fields: list[bytes], line: int, lines: int) -> None:
        found, wanted = len(fields), self._grammar.width
        reason = ReasonCode.too_few_columns if found < wanted else ReasonCode.too_many_columns
        if not record.replace("\ufffd".encode(), b"").strip():
            reason = ReasonCode.invalid_bytes
        self._refuse(line, lines, reason, f"{found} columns instead of {wanted}")

    def _refuse(self, line: int, lines: int, reason: ReasonCode, detail: str) -> None:
        self._sink.refuse(self._block, line, lines, reason, detail)

    def _is_header(self, fields: list[bytes], line: int) -> bool:
        values = [self._grammar.value(field) for field in fields]
        if not self._header.is_repeated_by(values):
            return False
        self._header.must_fit(values, line)
        return True

    def _is_blank(self, line: bytes) -> bool:
        return not line.strip(self._blanks) if self._grammar.width > 1 else not line

    def _line_at(self, place: Place) -> tuple[bytes, Place]:
        ending = END.search(self._block.text, place[0])
        start, end = (ending.start(), ending.end()) if ending else (len(self._block.text),) * 2
        return self._block.text[place[0] : start], (end, place[1] + 1)


def _with_lf(text: bytes) -> bytes:
    """The same lines, each ended by LF."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
