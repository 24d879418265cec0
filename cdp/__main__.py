"""``python -m cdp``: the command, where the script is not on the path."""

from __future__ import annotations

from cdp.cli import main

main()
