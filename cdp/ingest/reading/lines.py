"""Where the lines of delimited text end and how many fields each has, for many lines at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LF, _CR = 10, 13


class LineTable:
    """Lines that are well-formed records by themselves, from the start of a text on as far as all are.

    ``ends``: offset behind each line end (LF or CRLF). ``widths``: number of fields.
    """

    def __init__(self, ends: NDArray[np.int64], widths: NDArray[np.int64]) -> None:
        self.ends = ends
        self.widths = widths

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def end(self) -> int:
        """Offset behind the last line."""
        return int(self.ends[-1]) if len(self.ends) else 0

    def start(self, index: int) -> int:
        """Offset at which a line begins; of the one behind the last, too."""
        return int(self.ends[index - 1]) if index else 0

    def others(self, width: int, text: bytes, probe: bytes) -> list[int]:
        """Lines that have not ``width`` fields, are empty, or hold the probe."""
        import numpy as np

        odd = self.widths != width
        if width == 1:
            odd |= np.diff(self.ends, prepend=0) < 2 + (b"\r" in text)
        place = text.find(probe, 0, self.end)
        while place >= 0:
            index = int(np.searchsorted(self.ends, place, side="right"))
            odd[index] = True
            place = text.find(probe, self.start(index + 1), self.end)
        found: list[int] = np.flatnonzero(odd).tolist()
        return found


def line_table(text: bytes, delimiter: bytes, quote: bytes) -> LineTable:
    """The lines of a text that ends with LF, up to the first with a quote out of place, open at its end, or a lone CR.

    A quote is in place as the first character of a field, as the last of one that it opened, and doubled inside one.
    Without ``quote`` there are no such lines.
    """
    import numpy as np

    signs = np.frombuffer(text, np.uint8)
    has_quotes = bool(quote) and quote in text
    is_sign = (signs == ord(delimiter)) | (signs == _LF)
    if b"\r" in text:
        is_sign |= signs == _CR
    if has_quotes:
        is_sign |= signs == ord(quote)
    places = np.flatnonzero(is_sign)
    kinds = signs[places]
    touches_next = np.append(places[1:] == places[:-1] + 1, True)
    is_end, is_return = kinds == _LF, kinds == _CR
    is_odd = is_return & ~(touches_next & np.append(is_end[1:], False))
    is_field = ~is_return
    if has_quotes:
        is_quote = kinds == ord(quote)
        is_inside = (np.add.accumulate(is_quote.view(np.uint8), dtype=np.uint8) & 1).view(np.bool_)
        touches_last = np.append(places[0] == 0, touches_next[:-1])
        is_odd |= is_quote & ~np.where(is_inside, touches_last, touches_next)
        is_odd |= is_end & is_inside
        is_field &= ~(is_quote | is_inside)
    stop = int(is_odd.argmax()) if is_odd.any() else len(places)
    ends = np.flatnonzero(is_end[:stop])
    return LineTable(places[ends] + 1, np.diff(np.cumsum(is_field, dtype=np.int32)[ends], prepend=0))
