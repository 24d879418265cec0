"""Certify a file beside the work on its parts, so that neither waits for the other to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

from cdp.ingest.reading.certify import Certifying, Format
from cdp.ingest.reading.parts import Certified, Part

MOST_WAITING = 4
"""Parts that are written ahead, and parts of one batch."""


@dataclass(frozen=True)
class Batch:
    """Some parts of a file that follow each other, and how to read them: see ``Certified``."""

    parts: list[Path]
    columns: list[str]
    max_record_bytes: int
    read_csv_options: dict[str, object]
    whole: tuple[Part, ...]

    @property
    def records(self) -> int:
        """Number of records in all parts."""
        return sum(part.records for part in self.whole)

    @property
    def first(self) -> int:
        """Number of the first record within its file, from 0 on."""
        return self.whole[0].first


class _AbandonedError(Exception):
    """Nobody wants the rest of the file."""


class Stream:
    """A file that is certified in a thread of its own while its parts are taken in batches.

    After the last batch ``certified`` is what is known of the whole file; its parts are gone by then.
    """

    def __init__(self, path: Path, fmt: Format, workdir: Path, member: str | None = None) -> None:
        self._ready: Queue[Part | Certified | BaseException] = Queue(MOST_WAITING)
        self._is_abandoned = Event()
        self._work = Certifying(path, fmt, workdir, member, self._offer)
        self._certified: Certified | None = None

    @property
    def certified(self) -> Certified:
        """The account of the whole file. To be asked after the last batch."""
        assert self._certified is not None
        return self._certified

    def batches(self, *, in_one: bool = False) -> Iterator[Batch]:
        """All parts in order, those that are ready together; ``in_one``: all in one batch.

        A batch's parts are removed when the next one is asked for. Raises ``IngestError`` as ``certify`` does.
        """
        thread = Thread(target=self._run, name="certify", daemon=True)
        thread.start()
        try:
            while parts := self._take(in_one=in_one):
                yield Batch(
                    [part.path for part in parts], self._work.columns, self._work.longest, self._work.options, (*parts,)
                )
                for part in parts:
                    part.path.unlink()
        finally:
            self._is_abandoned.set()
            while thread.is_alive():
                self._drain()
                thread.join(0.01)

    def _take(self, *, in_one: bool) -> list[Part]:
        parts: list[Part] = []
        while self._certified is None and (in_one or len(parts) < MOST_WAITING):
            try:
                found = self._ready.get(block=in_one or not parts)
            except Empty:
                break
            if isinstance(found, BaseException):
                raise found
            if isinstance(found, Certified):
                self._certified = found
            else:
                parts.append(found)
        return parts

    def _offer(self, found: Part | Certified | BaseException) -> None:
        if self._is_abandoned.is_set():
            raise _AbandonedError
        self._ready.put(found)

    def _run(self) -> None:
        try:
            self._offer(self._work.run())
        except _AbandonedError:
            return
        except BaseException as error:
            self._ready.put(error)

    def _drain(self) -> None:
        while not self._ready.empty():
            self._ready.get_nowait()
