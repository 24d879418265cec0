"""cdp sample: fictional exports with their truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sample(
    people: Annotated[int, typer.Option("--people", min=1, help="How many people live in the world.")] = 300,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 7,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="An empty or new folder.")] = Path("sample"),
    nights: Annotated[int, typer.Option("--nights", min=1, help="How many nightly deliveries.")] = 2,
) -> None:
    """Write fictional exports of every feed, night by night, and the truth about who is who."""
    from cdp.cli.output import note, write
    from cdp.errors import UsageError
    from cdp.sample import generate

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not an empty folder", "choose a new or an empty one with --out")
    generate(people, seed, out, nights)
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    write(str(out))
    note(f"{len(files)} files, {size / 1e6:.1f} MB, for {people:,} people and {nights} nights")
