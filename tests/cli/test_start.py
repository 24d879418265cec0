"""The command starts at once: nothing heavy is imported before a command needs it."""

from __future__ import annotations

import subprocess
import sys
import time

HEAVY = {
    "altair", "duckdb", "great_expectations", "numpy", "pandas", "phonenumbers", "pyarrow", "pydantic", "scipy",
    "splink", "sqlglot", "yaml",
}  # fmt: skip


def test_importing_the_command_line_imports_nothing_heavy():
    code = "import sys, cdp.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(out.split())


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, cdp; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(out.split())


def test_help_starts_in_under_seven_tenths_of_a_second():
    def seconds():
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cdp", "--help"], capture_output=True, check=True)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(3)) < 0.7
