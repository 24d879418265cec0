"""Known answers, and how well a partition agrees with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from cdp.errors import IdentityError, UsageError
from cdp.identity.generic.calibration import FOLDS
from cdp.identity.generic.partition import components

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_YES = ("1", "1.0", "true", "yes", "y", "match", "same")
_NO = ("0", "0.0", "false", "no", "n", "non-match", "no match", "different")


def read_labels(path: Path) -> pd.DataFrame:
    """Read known answers from CSV or parquet. Raises ``UsageError`` when that cannot be done."""
    import tempfile

    import pandas as pd

    from cdp.identity.generic.encodings import as_utf8, delimiter_of

    try:
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
        else:
            with tempfile.TemporaryDirectory(prefix="cdp-labels-") as folder:
                text = as_utf8(path, Path(folder))
                frame = pd.read_csv(
                    text, sep=delimiter_of(text), dtype="string", skip_blank_lines=False, keep_default_na=False
                )
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "name a CSV or parquet file of known answers") from error
    frame.attrs["file"] = path.name
    return frame


class Labels:
    """Two columns say record and person, three say record, other record and whether they match.

    ``numbers``: record numbers by id, and by ``source/id``. Raises ``UsageError`` for another shape and for values that
    cannot be used or contradict each other, ``IdentityError`` when too few of the records are known. ``unknown`` says
    what was left out. The order of the lines and repeated lines change nothing.
    """

    def __init__(self, frame: pd.DataFrame, numbers: Mapping[str, list[int]], records: int) -> None:
        import numpy as np

        if frame.shape[1] not in (2, 3):
            raise UsageError(
                f"known answers have {frame.shape[1]} columns, not two (record, person) or three (pair, is_match)",
                "keep only these columns",
            )
        self._file, self._columns = str(frame.attrs.get("file", "known answers")), [str(name) for name in frame.columns]
        self._missed: list[str] = []
        self.false_weight, self._records = 1.0, records
        self._is_pairs = frame.shape[1] == 3
        said: dict[tuple[int, int], tuple[str, int]] = {}
        for line, row in enumerate(frame.itertuples(index=False), start=2):
            cells = ["" if value is None or value != value else str(value).strip() for value in map(_plain, row)]
            if any(cells):
                self._read(cells, line, numbers, said)
        if len(said) < (1 if self._is_pairs else 2):
            raise IdentityError("the known answers name none of the records", "use the values of the --id column")
        self._left, self._right = np.array(sorted(said), dtype=np.int64).T
        values = [said[key][0] for key in sorted(said)]
        if self._is_pairs:
            self._truth = np.array([value == "yes" for value in values], dtype=bool)
            person = components(records, self._left[self._truth], self._right[self._truth])[self._left]
        else:
            _, first, number = np.unique(values, return_index=True, return_inverse=True)
            self._right = person = self._left[first[number]]
        self._folds = np.array([crc32(b"%d" % number) % FOLDS for number in person.tolist()], dtype=np.int64)

    def _read(
        self,
        cells: list[str],
        line: int,
        numbers: Mapping[str, list[int]],
        said: dict[tuple[int, int], tuple[str, int]],
    ) -> None:
        for column, cell in enumerate(cells):
            if not cell:
                raise self._fault(line, column, "is empty", "fill it or take the line out")
        *names, value = cells
        if self._is_pairs and value.lower() not in (*_YES, *_NO):
            raise self._fault(line, 2, f"says {value}", "write yes or no, 1 or 0, true or false")
        found = [self._record(numbers, name, line, column) for column, name in enumerate(names)]
        known = [number for number in found if number is not None]
        if len(known) < len(names) or (self._is_pairs and known[0] == known[1]):
            return
        if self._is_pairs:
            value = "yes" if value.lower() in _YES else "no"
        before, earlier = said.setdefault((min(known), max(known)), (value, line))
        if before != value:
            what = f"says {value} of {' and '.join(names)}, but line {earlier} says {before}"
            raise self._fault(line, len(names), what, "keep one of the two lines")

    def _fault(self, line: int, column: int, what: str, advice: str) -> UsageError:
        return UsageError(f"{self._file}, line {line}: column {self._columns[column]} {what}", advice)

    def _record(self, numbers: Mapping[str, list[int]], name: str, line: int, column: int) -> int | None:
        found = numbers.get(name, [])
        if len(found) > 1:
            what = f"says {name}, which stands in several sources"
            raise self._fault(line, column, what, "write source/id, as in shop/17")
        if not found:
            self._missed.append(f"line {line}, column {self._columns[column]}: {name}")
        return found[0] if found else None

    @property
    def unknown(self) -> str:
        """Which records of the answers are in no file; empty when all are."""
        if not self._missed:
            return ""
        return f"{len(self._missed)} records of {self._file} are in no file of people (first: {self._missed[0]})"

    @property
    def count(self) -> int:
        """How much the answers say: pairs, or records with a known person."""
        return len(self._left)

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """The answered pairs, the smaller record number first; of answers by person, each record and its person."""
        return self._left, self._right

    @property
    def are_whole(self) -> bool:
        """Whether every pair of the answered records is answered."""
        return not self._is_pairs

    def weigh(self, left: Ints, right: Ints) -> None:
        """Learn from pairs that surely match how much rarer wrong pairs are among the answers than right ones.

        Whoever answers for whole persons sees all their pairs, but of the pairs that mix two persons only those of two
        answered ones: each of these stands for several.
        """
        import numpy as np

        if self._is_pairs:
            return
        is_answered = np.zeros(self._records, dtype=bool)
        is_answered[self._left] = True
        ends = is_answered[left].astype(int) + is_answered[right]
        both, one = int((ends == 2).sum()), int((ends == 1).sum())
        partner = 2 * both / max(2 * both + one, 1)
        self.false_weight = max(partner / float(is_answered.mean()), 1.0)

    def f1(self, groups: Ints) -> Floats:
        """Pairwise F1 of a partition over the answers: of all together, then of each fold."""
        import numpy as np

        every = np.ones(self.count, dtype=bool)
        rarer = 1 if self._is_pairs else FOLDS  # of the pairs that mix two persons, so few mix two of one fold
        found = [self._f1(groups, self._folds == fold, self.false_weight * rarer) for fold in range(FOLDS)]
        return np.array([self._f1(groups, every, self.false_weight), *found])

    def _f1(self, groups: Ints, used: Bools, false_weight: float) -> float:
        import numpy as np

        if self._is_pairs:
            joined, truth = groups[self._left[used]] == groups[self._right[used]], self._truth[used]
            right, claimed, true = int((joined & truth).sum()), int(joined.sum()), int(truth.sum())
        else:
            found, person = groups[self._left[used]], self._right[used]
            both = np.unique(np.stack([found, person]), axis=1, return_counts=True)[1]
            right, claimed, true = (_pairs(counts) for counts in (both, _sizes(found), _sizes(person)))
        weighted = right + false_weight * (claimed - right)
        return 2 * right / (weighted + true) if weighted + true else 1.0

    def among(self, left: Ints, right: Ints) -> tuple[Ints, Bools, Ints, int]:
        """Which of these pairs are answered (positions), how, in which fold, and by how many records."""
        import numpy as np

        if self._is_pairs:
            codes = self._left * self._records + self._right
            asked = left.astype(np.int64) * self._records + right
            place = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
            positions = np.flatnonzero(codes[place] == asked)
            answer = place[positions]
            return positions, self._truth[answer], self._folds[answer], 2 * len(positions)
        place = np.full(self._records, -1)
        place[self._left] = np.arange(self.count)
        positions = np.flatnonzero((place[left] >= 0) & (place[right] >= 0))
        one, other = place[left[positions]], place[right[positions]]
        return positions, self._right[one] == self._right[other], self._folds[one], self.count


def _plain(value: object) -> object:
    return None if str(value) == "<NA>" else value


def _sizes(labels: Ints) -> Ints:
    import numpy as np

    return np.unique(labels, return_counts=True)[1]


def _pairs(counts: Ints) -> int:
    return int((counts * (counts - 1) // 2).sum())
