"""Run Loopweave: ``python -m blender_app`` is the command ``loopweave``."""

from __future__ import annotations

import sys

from blender_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
