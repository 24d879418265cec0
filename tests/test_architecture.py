"""The architecture as failing checks: layers, light start, one place per library, the public surface."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import cdp

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cdp"
HEAVY = {
    "altair", "duckdb", "great_expectations", "numpy", "pandas", "phonenumbers", "pyarrow", "pyspark", "scipy",
    "splink", "sqlalchemy", "sqlglot",
}  # fmt: skip

MODULES_AFTER_HELP = """
import json, sys
from cdp.cli import main
sys.argv = ["cdp", *sys.argv[1:]]
code = 0
try:
    code = main()
except SystemExit as exit:
    code = exit.code
print(json.dumps({"code": code or 0, "modules": sorted({name.partition(".")[0] for name in sys.modules})}),
      file=sys.stderr)
"""


def python(*args):
    return subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True, text=True, check=False)


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def importers(library):
    return {
        path.relative_to(ROOT).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if any(name.partition(".")[0] == library for name in imported_names(path))
    }


def test_layers_hold():
    script = "from importlinter.cli import lint_imports_command as run; run()"
    result = python("-c", script, "--no-cache", "--no-logo")
    assert result.returncode == 0, result.stdout + result.stderr


def test_importing_the_command_loads_nothing_heavy():
    result = python("-c", "import json, sys, cdp.cli; print(json.dumps(list(sys.modules)))")
    assert result.returncode == 0, result.stderr
    assert not HEAVY & {name.partition(".")[0] for name in json.loads(result.stdout)}


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"]], ids=" ".join)
def test_help_loads_nothing_heavy(args):
    result = python("-c", MODULES_AFTER_HELP, *args)
    assert "Usage" in result.stdout, result.stderr
    told = json.loads(result.stderr.strip().splitlines()[-1])
    assert told["code"] == 0
    assert not HEAVY & set(told["modules"])


def test_one_file_knows_great_expectations():
    assert importers("great_expectations") == {"cdp/quality/expectations.py"}


def test_only_the_engines_know_spark():
    assert all(path.startswith("cdp/engines/") for path in importers("pyspark"))


def test_public_surface():
    assert cdp.__all__ == ["__version__", "open"]
    assert all(hasattr(cdp, name) for name in cdp.__all__)


def test_every_error_has_one_root():
    from cdp import errors

    raised = [value for value in vars(errors).values() if isinstance(value, type)]
    assert all(issubclass(error, errors.CdpError) for error in raised)


def test_files_stay_readable():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in sorted(PACKAGE.rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 320
    }
    assert not long
