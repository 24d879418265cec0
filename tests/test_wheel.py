"""What the wheel installs: the package, with the reference workspace inside, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import pytest
from tests_support import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that holds what the wheel would put into site-packages."""
    made = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(made), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = made.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(made / "site")
    return made / "site"


def test_nothing_is_installed_beside_the_package(installed):
    assert sorted(path.name.partition("-")[0] for path in installed.iterdir()) == ["cdp", "omnichannel_cdp"]


def test_the_wheel_holds_every_module_and_step(installed):
    for kind in ("py", "sql", "html", "typed"):
        sources = {path.relative_to(ROOT) for path in (ROOT / "cdp").rglob(f"*.{kind}")}
        assert not {path for path in sources if not (installed / path).is_file()}


def test_the_installed_package_makes_a_complete_workspace(installed, tmp_path):
    def cdp(*arguments):
        code = "import sys; from cdp.cli import main; sys.exit(main())"
        return subprocess.run(
            [sys.executable, "-P", "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
        )

    made = cdp("init", "W")
    assert made.returncode == 0, made.stderr
    assert (installed / "cdp/_reference/cdp.toml").read_bytes() == (tmp_path / "W/cdp.toml").read_bytes()
    for part in ("pipelines", "schemas", "data/sample"):
        ours = {path.relative_to(ROOT) for path in (ROOT / part).rglob("*") if path.is_file()}
        assert not {path for path in ours if not (tmp_path / "W" / path).is_file()}
    checked = cdp("check", "-w", "W")
    assert checked.returncode == 0, checked.stdout + checked.stderr
