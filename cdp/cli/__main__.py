"""``python -m cdp.cli`` is the command ``cdp``."""

from __future__ import annotations

import sys

from cdp.cli import main

sys.exit(main())
