"""Great Expectations in a process of its own: it starts while files land, and judges while identities are resolved.

Its import alone takes seconds; beside the run they cost no time where a second core is free. A process that fails is
no loss: the same judging is then done here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cdp.quality.gate import DeliveredFeed, judge_all
from cdp.quality.settings import QualityRule
from cdp.quality.verdict import GateResult

_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from cdp.quality.judging import serve; serve()"


@dataclass(frozen=True)
class Request:
    """Everything that judging a run's deliveries needs; see ``judge_all``."""

    deliveries: Sequence[DeliveredFeed]
    as_of: datetime
    day: date
    rules: Sequence[QualityRule] = ()
    temp_dir: Path | None = None
    memory_limit: str | None = None
    threads: int | None = None

    def judged(self) -> list[GateResult]:
        """The verdicts, found in this process."""
        return judge_all(
            self.deliveries,
            as_of=self.as_of,
            day=self.day,
            rules=self.rules,
            temp_dir=self.temp_dir,
            memory_limit=self.memory_limit,
            threads=self.threads,
        )


@dataclass
class Judging:
    """Judging that goes on beside the caller: ``warm_up`` early, ``begin``, and later ask for the ``results``."""

    request: Request | None = None
    _process: subprocess.Popen[bytes] | None = None
    _talk: threading.Thread | None = None
    _answer: bytes = b""

    def warm_up(self) -> None:
        """Start the process, so that it has imported what it needs when it is asked."""
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and code)
                [sys.executable, "-c", _CHILD, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def begin(self, request: Request) -> None:
        """Hand over what is to be judged; does not wait."""
        self.request = request
        if request.deliveries:
            self.warm_up()
            self._talk = threading.Thread(target=self._converse, args=(pickle.dumps(request),), daemon=True)
            self._talk.start()

    def _converse(self, question: bytes) -> None:
        if self._process is not None:
            try:
                self._answer, _ = self._process.communicate(question)
            except OSError:
                self._answer = b""

    def results(self) -> list[GateResult]:
        """The verdicts in the order of the request; waits for them. Raises what judging raises."""
        request, self.request = self.request, None
        assert request is not None
        if self._talk is not None:
            self._talk.join()
        process, answer = self._process, self._answer
        self.close()
        if process is not None and process.returncode == 0 and answer:
            found: list[GateResult] = pickle.loads(answer)  # noqa: S301 (our own child's words)
            return found
        return request.judged()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        talk, self._talk = self._talk, None
        if process is None:
            return
        if process.poll() is None:
            process.kill()
        if talk is not None:
            talk.join()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        process.wait()


def serve() -> None:
    """The child: import, read one request from stdin, answer on stdout. Nothing asked: it ends."""
    import cdp.quality.expectations as expectations

    assert expectations.VERSION
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not stand between the answers
    try:
        request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 (our own parent's words)
    except EOFError:
        return
    with answers:
        pickle.dump(request.judged(), answers)
