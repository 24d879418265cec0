"""Read the files of a workspace and collect their faults."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from cdp.contracts import Fault, load_document
from cdp.contracts.documents import read_yaml
from cdp.errors import StepError

ModelT = TypeVar("ModelT", bound=BaseModel)


class Reader:
    """Collects models and faults while the files of a workspace are read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self.read: list[Path] = []

    def load(self, path: Path, model: type[ModelT]) -> ModelT | None:
        """One document, or ``None`` when it has faults."""
        shown = path.relative_to(self.root)
        if not path.is_file():
            self.faults.append(Fault(shown, 0, "", "the file is missing", "'cdp init DIR' shows a complete one"))
            return None
        self.read.append(path)
        loaded, faults = load_document(path, model)
        self.faults += [Fault(shown, f.line, f.key, f.message, f.allowed) for f in faults]
        return loaded

    def load_all(
        self, folder: str, pattern: str, model: type[ModelT], name_of: Callable[[ModelT], str]
    ) -> dict[str, tuple[Path, ModelT]]:
        """Models by name. The name must be the file's (or, for feeds, the folder's)."""
        found: dict[str, tuple[Path, ModelT]] = {}
        for path in sorted((self.root / folder).glob(pattern)):
            loaded = self.load(path, model)
            if loaded is None:
                continue
            expected = path.parent.name if path.stem == "feed" else path.stem
            if name_of(loaded) != expected:
                self.at(path, ("name",), f"is {name_of(loaded)!r}, but the file says {expected!r}", expected)
            found[name_of(loaded)] = (path, loaded)
        return found

    def in_sql(self, path: Path, error: StepError) -> None:
        """A fault of a SQL file, on the line that the parser names."""
        line = re.search(r"\bline (\d+)", error.message)
        message = error.message.removeprefix(f"{path}: ")
        self.faults.append(Fault(path.relative_to(self.root), int(line[1]) if line else 1, "", message, error.hint))

    def at(self, path: Path, place: tuple[str | int, ...], message: str, allowed: str = "") -> None:
        """A fault at the line of a key, or of the nearest one around it that the file has."""
        _, lines, _ = read_yaml(path)
        key = ".".join(map(str, place))
        known = next((place[:end] for end in range(len(place), 0, -1) if place[:end] in lines), ())
        self.faults.append(Fault(path.relative_to(self.root), lines.get(known, 1), key, message, allowed))
