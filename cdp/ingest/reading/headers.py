"""Know a header again in the middle of a file, and a closing line at its end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cdp.errors import IngestError

_TRAILER = re.compile(
    r"\W*(grand )?(total|sum|summe|gesamt|count|rows?|records?|lines?|end|eof|trailer|trl|footer)\b.*"
    r"|\W*\d+ (rows?|records?|lines?)\b.*|[*#=\-_~\s]{3,}.*",
    re.IGNORECASE | re.DOTALL,
)


class Header:
    """The column names of a file, and ``known`` names that its columns carry in other files."""

    def __init__(self, names: list[str], known: tuple[str, ...]) -> None:
        self.names = names
        self._own = [_plain(name) for name in names]
        self._known = {*self._own, *map(_plain, known)} - {""}
        longest = max(names, key=len, default="")
        self.probe = longest.encode() or b"\0"
        """Bytes that every line holds that repeats this header."""

    def is_repeated_by(self, values: list[str]) -> bool:
        """Whether these values are column names rather than data."""
        found = [_plain(value) for value in values]
        if found == self._own:
            return True
        filled = [value for value in found if value]
        hits = sum(value in self._known for value in filled)
        return hits >= 2 and hits * 3 >= len(filled) * 2

    def must_fit(self, values: list[str], line: int) -> None:
        """Raise ``IngestError`` when a repeated header puts the columns into another order."""
        found = [_plain(value) for value in values]
        if len(found) != len(self._own):
            return
        for index, value in enumerate(found):
            if value in self._own and self._own[index] != value:
                raise IngestError(
                    f"line {line} repeats the header with its columns in another order",
                    "two exports were joined into one file; deliver them as two files",
                )


def looks_like_trailer(text: str) -> bool:
    """Whether a line reads like a total, a count or an end mark."""
    return _TRAILER.fullmatch(text.strip(' "')) is not None


def _plain(name: str) -> str:
    return bare(name).strip('" ').casefold()


def bare(header: str) -> str:
    """A header without the blanks around it."""
    return header.strip().lstrip("\ufeff")


def numbered(delivered: Sequence[str]) -> list[str]:
    """The headers as contracts name them: without blanks around them, the second of a name with `` (2)`` behind it.

    Where the file has a header of that name itself, the next number that is free stands behind it.
    """
    headers = [bare(header) for header in delivered]
    taken = set(headers)
    met: Counter[str] = Counter()
    for place, header in enumerate(headers):
        met[header] += 1
        if header and met[header] > 1:
            while (name := f"{header} ({met[header]})") in taken:
                met[header] += 1
            taken.add(name)
            headers[place] = name
    return headers
