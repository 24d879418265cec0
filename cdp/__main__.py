"""``python -m cdp`` is the command ``cdp``."""

from __future__ import annotations

import sys

from cdp.cli import main

if __name__ == "__main__":
    sys.exit(main())
